//! Applications that prove themselves by the certificate of their TLS connection (RFC 8705 §2).
//!
//! What a listener makes of a handshake is shown in the tests of the edge; here a request comes with the certificate that was shown.

use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grantor_jose::{Algorithm, SigningKey, self_signed};
use grantor_rules::client::ShownCertificate;
use grantor_rules::model::{Application, AuthMethod, ClientMetadata};
use grantor_testkit::{
    Answer, CHRIS, CONTOSO, NATIVE, NORTHWIND, Options, START, SYNC, TestPlatform, TokenRequest, unverified_claims,
};
use serde_json::json;

use super::{asking, presenting, said};

const ADDRESS: &str = "https://sync.example/jwks.json";

/// A certificate of a key of the application's own.
fn own() -> (Vec<u8>, Arc<ShownCertificate>) {
    let (key, now) = (SigningKey::generate(Algorithm::Es256).unwrap(), START.seconds());
    let der = self_signed(&key, "sync", now - 10, now + 86_400, [1; 16]).unwrap().der;
    let shown = grantor_flows::client_certificate::read(&der, false).unwrap();
    (der, shown)
}

/// A certificate with every kind of name that an authority vouches for.
fn vouched_for() -> ShownCertificate {
    ShownCertificate {
        subject: vec![vec![("2.5.4.10".into(), "Northwind".into())], vec![("2.5.4.3".into(), "sync".into())]],
        dns: vec!["other.example".into(), "sync.example".into()],
        uris: vec!["https://sync.example/id".into()],
        emails: vec!["ops@sync.example".into()],
        ips: vec!["192.0.2.7".parse::<IpAddr>().unwrap(), "2001:db8::1".parse().unwrap()],
        is_vouched_for: true,
        ..ShownCertificate::clone(&own().1)
    }
}

async fn registered(platform: &TestPlatform, method: AuthMethod, change: impl FnOnce(&mut Application)) {
    platform
        .change_application(NORTHWIND, SYNC.client_id, |sync| {
            sync.certificates.clear();
            sync.secrets.clear();
            sync.token_endpoint_auth_method = Some(method);
            change(sync);
        })
        .await;
}

/// Asks for a token over a connection where this certificate was shown.
async fn asked(platform: &TestPlatform, shown: Option<&Arc<ShownCertificate>>) -> Answer {
    let request = TokenRequest::by(SYNC, "client_credentials").oidc().tenant(NORTHWIND.id);
    send(platform, &request.with("resource", "api://tasks"), shown, &[]).await
}

async fn send(
    platform: &TestPlatform,
    request: &TokenRequest,
    shown: Option<&Arc<ShownCertificate>>,
    headers: &[(&str, &str)],
) -> Answer {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let headers: Vec<_> = form.into_iter().chain(headers.iter().copied()).collect();
    let mut request = platform.request("POST", &request.path(), &headers, request.encoded().into());
    if let Some(shown) = shown {
        request.extensions_mut().insert(Arc::clone(shown));
    }
    platform.send(request).await
}

#[track_caller]
fn refused(answer: &Answer, because: &str) {
    assert_eq!(said(answer), (401, "invalid_client".into()));
    assert!(answer.text().contains(because), "{} is not about {because}", answer.text());
}

#[tokio::test]
async fn a_registered_name_in_a_certificate_that_is_vouched_for_proves_an_application() {
    // 8705-01
    let platform = TestPlatform::with_permissions().await;
    let shown = Arc::new(vouched_for());
    let of = |set: &dyn Fn(&mut ClientMetadata)| {
        let mut metadata = ClientMetadata::default();
        set(&mut metadata);
        metadata
    };
    let text = |text: &str| Some(text.to_owned());
    let rows = [
        (of(&|one| one.tls_client_auth_subject_dn = text("CN=sync,O=Northwind")), true),
        (of(&|one| one.tls_client_auth_subject_dn = text("cn=sync, o=Northwind")), true),
        (of(&|one| one.tls_client_auth_subject_dn = text("O=Northwind,CN=sync")), false),
        (of(&|one| one.tls_client_auth_subject_dn = text("CN=sync")), false),
        (of(&|one| one.tls_client_auth_subject_dn = text("")), false),
        (of(&|one| one.tls_client_auth_san_dns = text("sync.example")), true),
        (of(&|one| one.tls_client_auth_san_dns = text("example")), false),
        (of(&|one| one.tls_client_auth_san_uri = text("https://sync.example/id")), true),
        (of(&|one| one.tls_client_auth_san_uri = text("https://sync.example/ID")), false),
        (of(&|one| one.tls_client_auth_san_ip = text("192.0.2.7")), true),
        (of(&|one| one.tls_client_auth_san_ip = text("2001:0db8:0::1")), true),
        (of(&|one| one.tls_client_auth_san_ip = text("192.0.2.8")), false),
        (of(&|one| one.tls_client_auth_san_email = text("ops@sync.example")), true),
        (of(&|one| one.tls_client_auth_san_email = text("sync.example")), false),
        (of(&|_| {}), false),
        (
            of(&|one| {
                one.tls_client_auth_san_dns = text("sync.example");
                one.tls_client_auth_san_email = text("ops@sync.example");
            }),
            false,
        ),
    ];
    for (metadata, proves) in rows {
        let registration = serde_json::to_string(&metadata).unwrap();
        registered(&platform, AuthMethod::TlsClientAuth, |sync| *sync.metadata = metadata).await;
        let answer = asked(&platform, Some(&shown)).await;
        if proves {
            assert_eq!(answer.code(), 200, "{registration}: {}", answer.text());
        } else {
            refused(&answer, "is not the application's");
        }
    }
}

#[tokio::test]
async fn nobody_is_proven_by_a_name_that_no_authority_vouches_for_or_outside_of_its_time() {
    let platform = TestPlatform::with_permissions().await;
    registered(&platform, AuthMethod::TlsClientAuth, |sync| {
        sync.metadata.tls_client_auth_san_dns = Some("sync.example".to_owned());
    })
    .await;
    let alone = Arc::new(ShownCertificate { is_vouched_for: false, ..vouched_for() });
    refused(&asked(&platform, Some(&alone)).await, "vouches");
    let over = Arc::new(ShownCertificate { ends_at: START - std::time::Duration::from_secs(1), ..vouched_for() });
    refused(&asked(&platform, Some(&over)).await, "time");
    refused(&asked(&platform, None).await, "tls_client_auth");
    // 8705-06, 9700-18: who was shown to whom is not for a header to say.
    let request = TokenRequest::by(SYNC, "client_credentials").oidc().tenant(NORTHWIND.id);
    let pem = "-----BEGIN CERTIFICATE-----";
    for header in ["client-cert", "x-ssl-cert", "x-client-cert", "x-forwarded-client-cert", "ssl-client-cert"] {
        refused(&send(&platform, &request, None, &[(header, pem)]).await, "tls_client_auth");
    }
}

#[tokio::test]
async fn a_certificate_of_ones_own_proves_an_application_that_registered_or_publishes_it() {
    // 8705-01
    let platform = TestPlatform::with_permissions().await;
    let ((der, shown), (_, other)) = (own(), own());
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let mut jwk = key.public_jwk();
    jwk.x5c = Some(vec![STANDARD.encode(&der)]);
    let set = json!({ "keys": [key.public_jwk(), jwk] });

    registered(&platform, AuthMethod::SelfSignedTlsClientAuth, |sync| sync.metadata.jwks = Some(set.clone())).await;
    let answer = asked(&platform, Some(&shown)).await;
    assert_eq!(unverified_claims(answer.json()["access_token"].as_str().unwrap())["client_id"], SYNC.client_id);
    refused(&asked(&platform, Some(&other)).await, "is not the application's");
    refused(&asked(&platform, None).await, "self_signed_tls_client_auth");

    registered(&platform, AuthMethod::SelfSignedTlsClientAuth, |sync| {
        *sync.metadata = ClientMetadata { jwks_uri: Some(ADDRESS.to_owned()), ..ClientMetadata::default() };
    })
    .await;
    refused(&asked(&platform, Some(&shown)).await, "is not the application's");
    platform.others.publish(ADDRESS, set.to_string());
    assert_eq!(asked(&platform, Some(&shown)).await.code(), 200);
    platform.advance(std::time::Duration::from_secs(86_401));
    refused(&asked(&platform, Some(&shown)).await, "time");
}

#[tokio::test]
async fn a_certificate_proves_nobody_who_is_registered_for_another_way() {
    let platform = TestPlatform::with_permissions().await;
    let shown = Arc::new(vouched_for());
    for method in [AuthMethod::ClientSecretBasic, AuthMethod::PrivateKeyJwt, AuthMethod::None] {
        registered(&platform, method, |sync| {
            sync.metadata.tls_client_auth_san_dns = Some("sync.example".to_owned());
        })
        .await;
        assert_eq!(said(&asked(&platform, Some(&shown)).await), (401, "invalid_client".into()), "{method}");
    }
    platform.change_application(NORTHWIND, SYNC.client_id, |sync| sync.token_endpoint_auth_method = None).await;
    assert_eq!(said(&asked(&platform, Some(&shown)).await), (401, "invalid_client".into()));
}

#[tokio::test]
async fn where_certificates_are_asked_for_is_said_where_they_are() {
    let mtls = Some("https://localhost:9443".to_owned());
    let with = TestPlatform::with(&Options { mtls, ..Options::default() }).await;
    let without = TestPlatform::start().await;
    for (platform, is_on) in [(&with, true), (&without, false)] {
        let target = format!("/{}/oidc/.well-known/openid-configuration", grantor_testkit::CONTOSO.id);
        let document = platform.get(&target, &[]).await.json();
        let methods = document["token_endpoint_auth_methods_supported"].as_array().unwrap();
        for method in [AuthMethod::TlsClientAuth, AuthMethod::SelfSignedTlsClientAuth] {
            assert_eq!(methods.contains(&json!(method)), is_on);
        }
        // 8705-05
        let bound = document.get("tls_client_certificate_bound_access_tokens");
        let aliases = document.get("mtls_endpoint_aliases");
        assert_eq!(bound.is_some(), aliases.is_some());
        assert_eq!(aliases.is_some(), is_on);
        for (name, address) in aliases.and_then(|aliases| aliases.as_object()).into_iter().flatten() {
            let main = document[name].as_str().unwrap();
            assert_eq!(address.as_str().unwrap(), main.replace("https://localhost:8443/", "https://localhost:9443/"));
        }
    }
}

/// Whether userinfo answers to a token over a connection where this certificate was shown.
async fn userinfo(platform: &TestPlatform, token: &str, shown: Option<&Arc<ShownCertificate>>) -> u16 {
    let (path, authorization) = (format!("/{}/oidc/userinfo", CONTOSO.id), format!("Bearer {token}"));
    let mut request = platform.request("GET", &path, &[("authorization", &authorization)], String::new().into());
    if let Some(shown) = shown {
        request.extensions_mut().insert(Arc::clone(shown));
    }
    platform.send(request).await.code()
}

#[tokio::test]
async fn tokens_are_bound_to_the_certificate_that_was_shown() {
    // 8705-02, 8705-03, 8705-04
    let platform = TestPlatform::start().await;
    platform
        .change_application(CONTOSO, NATIVE.client_id, |native| {
            native.metadata.tls_client_certificate_bound_access_tokens = true;
        })
        .await;
    let ((_, mine), (_, other)) = (own(), own());
    let request = asking(NATIVE).scope("openid offline_access");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let unbound = send(&platform, &request.redeem(&code), None, &[]).await;
    assert_eq!(unbound.code(), 400, "nothing to bind it to: {}", unbound.text());
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = send(&platform, &request.redeem(&code), Some(&mine), &[]).await.json();
    let token = |name: &str| tokens[name].as_str().unwrap().to_owned();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(unverified_claims(&token("access_token"))["cnf"], json!({ "x5t#S256": mine.x5t_s256 }));
    assert_eq!(userinfo(&platform, &token("access_token"), Some(&mine)).await, 200);
    for shown in [None, Some(&other)] {
        assert_eq!(userinfo(&platform, &token("access_token"), shown).await, 401);
        let renewal = presenting(NATIVE, "refresh_token").with("refresh_token", &token("refresh_token"));
        assert_eq!(send(&platform, &renewal, shown, &[]).await.code(), 400, "a public client keeps its key");
    }
    let renewal = presenting(NATIVE, "refresh_token").with("refresh_token", &token("refresh_token"));
    assert_eq!(send(&platform, &renewal, Some(&mine), &[]).await.code(), 200);
}
