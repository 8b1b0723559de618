//! A server tells applications by itself that a session has ended: over a real listener, as an operator configures it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use grantor_protocol::{ClientId, PublicUrl, UserId};
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{Lifetimes, Notice, NoticeEvent};
use grantor_server::config::OutgoingConfig;
use grantor_server::listen::Limits;
use grantor_server::messenger;
use grantor_server::platform::{Platform, database_of};
use grantor_storage::EndSignIns;
use grantor_testkit::{CHRIS, CONTOSO, CONTOSO_DIRECTORY, NATIVE, WEB, unverified_claims};
use tokio::sync::mpsc;

use super::support::{Folder, Running, within};

/// What a person's applications were sent: each path with its body.
type Heard = mpsc::UnboundedReceiver<(&'static str, String)>;

/// Two applications on this machine: one that never answers, and one that does.
async fn applications() -> (Running, Heard) {
    let (told, heard) = mpsc::unbounded_channel();
    let slow = told.clone();
    let router = Router::new()
        .route(
            "/slow",
            post(async move |body: String| {
                let _ = slow.send(("slow", body));
                std::future::pending::<StatusCode>().await
            }),
        )
        .route(
            "/quick",
            post(async move |headers: HeaderMap, body: String| {
                assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
                let _ = told.send(("quick", body));
                StatusCode::OK
            }),
        );
    (Running::start(router, None, Limits::default()).await, heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_application_holds_up_no_other_one() {
    // bcl-02
    let (server, mut heard) = applications().await;
    let data = Folder::new();
    let platform = Platform::open(data.path(), &database_of(data.path()), None).await.unwrap();
    let allowed = OutgoingConfig { allow: ["localhost"].iter().map(|host| host.parse().unwrap()).collect(), ca: None };
    let platform = platform.contacting(&allowed).unwrap();
    platform.apply_text("contoso.toml", CONTOSO_DIRECTORY).await.unwrap();
    let app = Arc::new(platform.app(PublicUrl::parse("https://login.example").unwrap(), None).await.unwrap());
    let (env, store) = (&app.env, app.env.storage.tenant(CONTOSO.tenant_id()));
    for (client, path) in [(WEB, "slow"), (NATIVE, "quick")] {
        let client_id = ClientId::parse(client.client_id).unwrap();
        let mut application = (*store.find_application(&client_id).await.unwrap().unwrap()).clone();
        let address = format!("http://localhost:{}/{path}", server.address.port());
        application.metadata.backchannel_logout_uri = Some(address);
        let applications = vec![application];
        env.storage.apply_directory(&DirectoryChange { applications, ..DirectoryChange::default() }).await.unwrap();
    }
    let now = env.now();
    let notice = |number: u8| Notice {
        id: UserId::from_random([number; 16]).uuid(),
        client_id: ClientId::parse(if number < 20 { WEB.client_id } else { NATIVE.client_id }).unwrap(),
        event: NoticeEvent::SessionEnded {
            user: CHRIS.user_id(),
            sid: format!("sid-{number}"),
            dialect: "oidc".to_owned(),
        },
        attempts: Vec::new(),
        tries: 0,
        due_at: Some(now),
        created_at: now,
        keep_until: now + Lifetimes::LONGEST_TOKEN,
    };
    // The slow one is told of twenty before the quick one is told of one.
    let end = EndSignIns {
        session: grantor_protocol::HandleDigest::from_bytes([1; 32]),
        users: Vec::new(),
        sids: Vec::new(),
        notices: (0..=20).map(notice).collect(),
        now,
        keep_until: now,
    };
    store.end_sign_ins(&end).await.unwrap();
    let telling = tokio::spawn(messenger::run(Arc::clone(&app)));
    let mut slow = 0;
    let token = loop {
        match within(heard.recv()).await.unwrap() {
            ("quick", body) => break body,
            _ => slow += 1,
        }
    };
    assert!(slow <= 4, "few are told the same one at once: {slow}");
    let token = token.strip_prefix("logout_token=").unwrap();
    assert_eq!(unverified_claims(token)["sid"], "sid-20");
    within(async {
        while store.list_notices(100).await.unwrap().iter().all(|notice| notice.due_at.is_some()) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    telling.abort();
    drop(server.stop());
}
