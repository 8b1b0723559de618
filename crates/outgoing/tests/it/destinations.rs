//! Who is contacted under the strict rule, with real listeners that must not hear anything.

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use grantor_outgoing::{HttpClient, Outgoing, OutgoingError, OutgoingRequest, OutgoingSettings, PlainHttp};
use tokio::net::TcpListener;
use url::Url;

use super::support::{Scripted, allow, request, serve, serve_tls, strict};

/// A listener, the port it has, and whether somebody has connected.
struct Canary(TcpListener);

impl Canary {
    async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    fn assert_silence(&self) {
        let mut accepting = std::pin::pin!(self.0.accept());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(accepting.as_mut().poll(&mut context).is_pending(), "somebody has connected");
    }
}

fn router() -> Router {
    Router::new().route("/x", get(|| async { "hello" }))
}

/// Plain HTTP is a rule of its own; here the host is what matters.
fn strict_but_plain(entries: &[&str]) -> OutgoingSettings {
    OutgoingSettings { plain_http: PlainHttp::Anywhere, ..strict(entries) }
}

async fn refused(outgoing: &Outgoing, url: &str) -> String {
    let url = Url::parse(url).unwrap();
    match outgoing.send(OutgoingRequest::get_json(url.clone())).await {
        Err(error @ OutgoingError::NotPermitted { .. }) => error.to_string(),
        other => panic!("{url}: {other:?}"),
    }
}

#[tokio::test]
async fn an_address_of_this_machine_is_refused_however_it_is_spelled() {
    let canary = Canary::new().await;
    let names = Scripted::new(&[&["127.0.0.1", "::1"]]);
    let outgoing = Outgoing::with_names(&strict_but_plain(&[]), names).unwrap();
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "x.localhost",
    ] {
        let error = refused(&outgoing, &format!("http://{host}:{}/x", canary.port())).await;
        assert!(error.contains("--outgoing-allow"), "{error}");
    }
    canary.assert_silence();
}

#[tokio::test]
async fn inner_addresses_are_refused_before_any_connection() {
    let outgoing = Outgoing::new(&strict(&[])).unwrap();
    for host in [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.1.2.3",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "[fe80::1]",
        "[fd00::1]",
        "[ff02::1]",
        "[2001:db8::1]",
    ] {
        let error = refused(&outgoing, &format!("https://{host}/latest/meta-data?secret=1")).await;
        assert!(error.contains(&format!("https://{host}/latest/meta-data is not contacted")), "{error}");
        assert!(error.ends_with(&format!("--outgoing-allow {host}")) && !error.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_host_of_the_list_is_contacted() {
    let address = serve(router()).await;
    let port = address.rsplit(':').next().unwrap().to_owned();
    let here = |host: &str| format!("http://{host}:{port}");
    let with_port = format!("127.0.0.1:{port}");
    for (entry, host) in [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.0/8", "0x7f.1"),
        (with_port.as_str(), "127.0.0.1"),
        ("127.0.0.1", "localhost"),
        ("LocalHost", "localhost"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "[::ffff:127.0.0.1]"),
    ] {
        // Plain HTTP is for this machine alone, which an IPv6 coat hides.
        let settings = if host.starts_with('[') { strict_but_plain(&[entry]) } else { strict(&[entry]) };
        let outgoing = Outgoing::new(&settings).unwrap();
        let answer = outgoing.send(request(&here(host), "/x")).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(answer.body, "hello", "{entry}");
    }
}

#[tokio::test]
async fn a_list_opens_nothing_but_what_it_names() {
    let canary = Canary::new().await;
    let port = canary.port();
    let other_port = format!("127.0.0.1:{}", if port == 1 { 2 } else { port - 1 });
    let other_name = format!("localhost:{}", if port == 1 { 2 } else { port - 1 });
    for entry in ["10.0.0.0/8", "::1", "127.0.0.2", "calhost", "evil.localhost", &other_port, &other_name] {
        let outgoing = Outgoing::with_names(&strict(&[entry]), Scripted::new(&[&["127.0.0.1"]])).unwrap();
        refused(&outgoing, &format!("http://127.0.0.1:{port}/x")).await;
        refused(&outgoing, &format!("http://localhost:{port}/x")).await;
    }
    canary.assert_silence();
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused() {
    let canary = Canary::new().await;
    for inside in ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::7f00:1"] {
        let outgoing = Outgoing::with_names(&strict_but_plain(&[]), Scripted::new(&[&[inside]])).unwrap();
        let error = refused(&outgoing, &format!("http://rebound.example:{}/x", canary.port())).await;
        assert!(error.ends_with("--outgoing-allow rebound.example"), "{error}");
        assert!(!error.contains(inside), "what the name leads to is not told: {error}");
    }
    canary.assert_silence();
}

/// Each connection asks anew, so an answer that was good says nothing about the next one.
#[tokio::test]
async fn a_name_that_leads_elsewhere_the_second_time_is_refused_then() {
    let address = serve(Router::new().route("/x", get(|| async { ([("connection", "close")], "hello") }))).await;
    let port = address.rsplit(':').next().unwrap();
    let names = Scripted::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let outgoing = Outgoing::with_names(&strict_but_plain(&["127.0.0.1"]), names).unwrap();
    let url = format!("http://rebound.example:{port}");
    assert_eq!(outgoing.send(request(&url, "/x")).await.unwrap().body, "hello");
    refused(&outgoing, &format!("{url}/x")).await;
}

#[tokio::test]
async fn of_several_addresses_only_the_permitted_ones_are_tried() {
    let (address, canary) = (serve(router()).await, Canary::new().await);
    let port = address.rsplit(':').next().unwrap();
    let names = || Scripted::new(&[&["10.255.255.1", "127.0.0.2", "127.0.0.1"]]);
    let outgoing = Outgoing::with_names(&strict_but_plain(&["127.0.0.1"]), names()).unwrap();
    assert_eq!(outgoing.send(request(&format!("http://mixed.example:{port}"), "/x")).await.unwrap().body, "hello");
    let outgoing = Outgoing::with_names(&strict_but_plain(&["10.1.1.1"]), names()).unwrap();
    refused(&outgoing, &format!("http://mixed.example:{}/x", canary.port())).await;
    canary.assert_silence();
}

#[tokio::test]
async fn a_name_of_the_list_may_lead_inside_at_its_port() {
    let address = serve(router()).await;
    let port = address.rsplit(':').next().unwrap();
    let entry = format!("IDP.internal:{port}");
    let names = Scripted::new(&[&["127.0.0.1"]]);
    let outgoing = Outgoing::with_names(&strict_but_plain(&[&entry]), names).unwrap();
    assert_eq!(outgoing.send(request(&format!("http://idp.internal:{port}"), "/x")).await.unwrap().body, "hello");
    for other in ["x.idp.internal", "idp.internal.example", "xidp.internal"] {
        refused(&outgoing, &format!("http://{other}:{port}/x")).await;
    }
    refused(&outgoing, "http://idp.internal:1/x").await;
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_unreachable_and_not_refused() {
    let outgoing = Outgoing::with_names(&strict(&[]), Scripted::new(&[&[]])).unwrap();
    let error = outgoing.send(request("https://nowhere.example", "/x")).await.unwrap_err();
    assert!(matches!(error, OutgoingError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn plain_http_to_others_is_refused_under_the_strict_rule_too() {
    let outgoing =
        Outgoing::with_names(&strict(&["10.0.0.0/8", "x.example"]), Scripted::new(&[&["10.0.0.1"]])).unwrap();
    for url in ["http://10.0.0.1", "http://x.example", "http://8.8.8.8"] {
        let error = outgoing.send(request(url, "/x")).await.unwrap_err();
        assert!(matches!(error, OutgoingError::NotEncrypted { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_redirect_to_the_inside_is_an_answer_and_not_a_way() {
    let canary = Canary::new().await;
    let inside = format!("http://127.0.0.1:{}/x", canary.port());
    let address = serve(Router::new().route("/from", get(move || async move { Redirect::temporary(&inside) }))).await;
    let allowed = address.strip_prefix("http://").unwrap();
    let outgoing = Outgoing::new(&strict(&[allowed])).unwrap();
    let answer = outgoing.send(request(&address, "/from")).await.unwrap();
    assert_eq!(answer.status, http::StatusCode::TEMPORARY_REDIRECT);
    canary.assert_silence();
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_its_certificate_is_given() {
    let (address, pem) = serve_tls().await;
    let stranger = Outgoing::new(&strict(&["localhost"])).unwrap();
    let error = stranger.send(request(&address, "/")).await.unwrap_err();
    assert!(matches!(error, OutgoingError::UnknownAuthority { .. }), "{error:?}");
    assert!(error.to_string().contains("with --outgoing-ca "), "{error}");
    let trusting = OutgoingSettings { extra_ca_pem: vec![pem], ..strict(&["localhost"]) };
    let answer = Outgoing::new(&trusting).unwrap().send(request(&address, "/")).await.unwrap();
    assert_eq!(answer.body, "hi");
    let unlisted = OutgoingSettings { destinations: strict(&[]).destinations, ..trusting };
    refused(&Outgoing::new(&unlisted).unwrap(), &address).await;
}

#[tokio::test]
async fn who_may_contact_anyone_contacts_this_machine_by_any_name() {
    let address = serve(router()).await;
    let port = address.rsplit(':').next().unwrap();
    let anyone = OutgoingSettings { plain_http: PlainHttp::Anywhere, ..OutgoingSettings::default() };
    let outgoing = Outgoing::with_names(&anyone, Scripted::new(&[&["127.0.0.1"]])).unwrap();
    assert_eq!(outgoing.send(request(&format!("http://any.example:{port}"), "/x")).await.unwrap().body, "hello");
    assert_eq!(OutgoingSettings::default().destinations, grantor_outgoing::Destinations::Any);
    assert_ne!(anyone.destinations, grantor_outgoing::Destinations::PublicAnd(allow(&[])));
}
