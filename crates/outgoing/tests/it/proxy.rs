//! A proxy that the environment names. The environment belongs to the whole process, so it is given to one of its own.

use std::process::Command;

use axum::Router;
use axum::routing::get;
use grantor_outgoing::{HttpClient, Outgoing, OutgoingSettings, PlainHttp};

use super::support::{Scripted, request, serve, strict};

const INSIDE: &str = "GRANTOR_TEST_WITH_PROXY";

#[tokio::test]
async fn a_proxy_serves_those_who_may_contact_anyone_and_never_the_strict_rule() {
    let proxy = serve(Router::new().fallback(get(|| async { "from the proxy" }))).await;
    let inner = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "proxy::in_a_process_with_a_proxy", "--nocapture"]).env(INSIDE, "yes");
        for name in ["NO_PROXY", "no_proxy", "REQUEST_METHOD"] {
            command.env_remove(name);
        }
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            command.env(name, &proxy);
        }
        command.output().unwrap()
    });
    let output = inner.await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// Says nothing by itself: the test above runs it in another process.
#[tokio::test]
async fn in_a_process_with_a_proxy() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    let address = serve(Router::new().route("/x", get(|| async { "direct" }))).await;
    let address = address.replace("127.0.0.1", "named.example");
    let here = || Scripted::new(&[&["127.0.0.1"]]);
    let asked = async |settings: OutgoingSettings| {
        let settings = OutgoingSettings { plain_http: PlainHttp::Anywhere, ..settings };
        Outgoing::with_names(&settings, here()).unwrap().send(request(&address, "/x")).await.unwrap().body
    };
    assert_eq!(asked(OutgoingSettings::default()).await, "from the proxy");
    assert_eq!(asked(strict(&["named.example"])).await, "direct");
    assert_eq!(asked(strict(&["127.0.0.1"])).await, "direct");
}
