//! What is wrong with what an application says of itself: the one check that a directory file and the registration endpoint
//! both ask.
//!
//! Keys are read elsewhere, since nothing here knows cryptography: the caller gives the function that reads a JWK Set.
//!
//! Spec: RFC 7591 §2, OpenID Connect Registration §2, RFC 8705 §2.1.2, RFC 9101 §10.5, and those named at the checks.

pub mod addresses;
pub mod algorithms;
mod grants;
mod keys;
mod texts;

pub use grants::registered_for;
use serde_json::Value;

use crate::model::Application;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The field, by its registered name.
    pub field: &'static str,
    /// What is wrong with it: the end of a sentence that begins with the field.
    pub why: String,
}

/// Reads a JWK Set that an application published by value, and says what is wrong with it.
pub type ReadsKeys<'a> = &'a dyn Fn(&Value) -> Result<(), String>;

/// Everything that is wrong with the metadata of an application, as one that stands beside its other settings.
pub fn wrong_with(application: &Application, keys: ReadsKeys<'_>) -> Vec<Wrong> {
    let mut found = Findings::default();
    addresses::check(application, &mut found);
    keys::check(application, keys, &mut found);
    algorithms::check(&application.metadata, &mut found);
    grants::check(&application.metadata, &mut found);
    texts::check(&application.metadata, &mut found);
    found.0
}

/// What was found so far.
#[derive(Default)]
struct Findings(Vec<Wrong>);

impl Findings {
    fn add(&mut self, field: &'static str, why: impl Into<String>) {
        self.0.push(Wrong { field, why: why.into() });
    }

    /// Adds what a check of a field has found, if it has.
    fn take(&mut self, field: &'static str, checked: Result<(), String>) {
        if let Err(why) = checked {
            self.add(field, why);
        }
    }
}

/// A text as an error shows it: quoted, escaped and not too long.
fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{AuthMethod, ClientMetadata};
    use grantor_protocol::{ClientId, TenantId};

    fn wrong(method: Option<AuthMethod>, metadata: &Value) -> Vec<(&'static str, String)> {
        let metadata: ClientMetadata = serde_json::from_value(metadata.clone()).unwrap();
        let application = Application {
            metadata: Box::new(metadata),
            token_endpoint_auth_method: method,
            ..Application::new(ClientId::parse("app").unwrap(), TenantId::from_random([1; 16]), "App")
        };
        let keys = |jwks: &Value| if jwks["keys"].is_array() { Ok(()) } else { Err("has no keys".to_owned()) };
        wrong_with(&application, &keys).into_iter().map(|wrong| (wrong.field, wrong.why)).collect()
    }

    fn fields(metadata: &Value) -> Vec<&'static str> {
        wrong(None, metadata).into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn what_fits_together_is_let_through() {
        for good in [
            json!({}),
            json!({ "jwks": { "keys": [] }, "token_endpoint_auth_signing_alg": "ES256" }),
            json!({ "jwks_uri": "https://app.example/jwks", "id_token_encrypted_response_alg": "RSA-OAEP-256" }),
            json!({
                "jwks_uri": "http://localhost:9000/jwks",
                "userinfo_encrypted_response_alg": "ECDH-ES", "userinfo_encrypted_response_enc": "A256GCM",
                "request_object_encryption_alg": "ECDH-ES",
            }),
            json!({ "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"] }),
            json!({ "grant_types": ["authorization_code", "implicit"], "response_types": ["code token id_token"] }),
            json!({ "grant_types": ["client_credentials"], "response_types": [] }),
            json!({ "request_uris": ["https://app.example/request.jwt#Gk-1", "https://app.example/other"] }),
            json!({ "sector_identifier_uri": "https://app.example/sector", "contacts": ["who@app.example"] }),
            json!({ "post_logout_redirect_uris": ["https://app.example/out", "com.example.app:/out"] }),
            json!({ "tls_client_auth_san_dns": "app.example", "default_max_age": 600 }),
        ] {
            assert_eq!(wrong(None, &good), [], "{good}");
        }
    }

    #[test]
    fn addresses_are_https_or_the_own_machines() {
        let one = ["jwks_uri", "sector_identifier_uri", "initiate_login_uri", "backchannel_logout_uri"];
        for field in one.into_iter().chain(["backchannel_client_notification_endpoint"]) {
            for bad in ["http://app.example/x", "javascript:alert(1)", "https://u:p@app.example/", "x", "com.app:/x"] {
                assert_eq!(fields(&json!({ field: bad })), [field], "{bad}");
            }
            let long = format!("https://app.example/{}", "a".repeat(2048));
            assert_eq!(fields(&json!({ field: long })), [field]);
            assert_eq!(fields(&json!({ field: "https://app.example/x#y" })), [field]);
        }
        for bad in ["http://app.example/r", "http://localhost/r", "https://app.example/r#a#b", "https://", "urn:x"] {
            assert_eq!(fields(&json!({ "request_uris": [bad] })), ["request_uris"], "{bad}");
        }
        for bad in ["http://app.example/out", "https://app.example/out#x", "data:x", "javascript:alert(1)"] {
            assert_eq!(fields(&json!({ "post_logout_redirect_uris": [bad] })), ["post_logout_redirect_uris"], "{bad}");
        }
        let many: Vec<String> = (0..257).map(|number| format!("https://app.example/{number}")).collect();
        for field in ["request_uris", "post_logout_redirect_uris"] {
            assert_eq!(fields(&json!({ field: many })), [field]);
            assert_eq!(fields(&json!({ field: ["https://a.example/", "https://a.example/"] })), [field], "twice");
        }
    }

    #[test]
    fn keys_stand_in_one_place_and_are_there_where_they_are_needed() {
        let both = json!({ "jwks": { "keys": [] }, "jwks_uri": "https://app.example/jwks" });
        assert_eq!(fields(&both), ["jwks"]);
        assert_eq!(fields(&json!({ "jwks": { "key": [] } })), ["jwks"]);
        assert_eq!(fields(&json!({ "jwks": { "keys": [{ "n": "a".repeat(40_000) }] } })), ["jwks"]);
        let without = json!({ "id_token_encrypted_response_alg": "RSA-OAEP" });
        assert_eq!(fields(&without), ["id_token_encrypted_response_alg"]);
    }

    #[test]
    fn one_fact_of_a_certificate_tells_whose_it_is() {
        let two = json!({ "tls_client_auth_san_dns": "a.example", "tls_client_auth_san_ip": "192.0.2.1" });
        assert_eq!(fields(&two), ["tls_client_auth_san_ip"]);
        assert_eq!(fields(&json!({ "tls_client_auth_san_ip": "a.example" })), ["tls_client_auth_san_ip"]);
        assert_eq!(fields(&json!({ "tls_client_auth_subject_dn": "" })), ["tls_client_auth_subject_dn"]);
        let other = wrong(Some(AuthMethod::PrivateKeyJwt), &json!({ "tls_client_auth_san_dns": "a.example" }));
        assert_eq!(other[0].0, "tls_client_auth_san_dns", "registered for another way to prove itself");
    }

    #[test]
    fn algorithms_are_ours_and_none_is_not_one() {
        for field in algorithms::SIGNED_FOR_CLIENTS.into_iter().chain(algorithms::SIGNED_BY_CLIENTS) {
            for bad in ["none", "None", "RS1", ""] {
                assert_eq!(fields(&json!({ field: bad })), [field], "{bad}");
            }
            assert_eq!(fields(&json!({ field: "PS256" })), Vec::<&str>::new(), "{field}");
        }
        let keys = json!({ "keys": [] });
        for (alg, enc) in algorithms::ENCRYPTED {
            let fields = |metadata: Value| fields(&metadata);
            assert_eq!(fields(json!({ "jwks": keys, enc: "A128GCM" })), [enc], "without {alg}");
            assert_eq!(fields(json!({ "jwks": keys, alg: "RSA1_5" })), [alg]);
            assert_eq!(fields(json!({ "jwks": keys, alg: "ECDH-ES", enc: "A128" })), [enc]);
        }
    }

    #[test]
    fn response_types_and_grants_belong_together() {
        let rows = [
            (json!({ "grant_types": ["magic"] }), "grant_types"),
            (json!({ "grant_types": [] }), "grant_types"),
            (json!({ "grant_types": ["implicit", "implicit"] }), "grant_types"),
            (json!({ "response_types": ["code magic"] }), "response_types"),
            (json!({ "response_types": ["id_token"], "grant_types": ["authorization_code"] }), "response_types"),
            (json!({ "response_types": ["code"], "grant_types": ["implicit"] }), "response_types"),
            (json!({ "response_types": ["code id_token"], "grant_types": ["implicit"] }), "response_types"),
        ];
        for (metadata, field) in rows {
            assert_eq!(fields(&metadata), [field], "{metadata}");
        }
    }

    #[test]
    fn texts_have_their_sizes() {
        for field in ["contacts", "default_acr_values", "authorization_details_types"] {
            assert_eq!(fields(&json!({ field: vec!["x"; 65] })), [field]);
            assert_eq!(fields(&json!({ field: ["x".repeat(300)] })), [field]);
            assert_eq!(fields(&json!({ field: ["a\u{202e}b"] })), [field]);
        }
        for field in ["software_id", "software_version"] {
            assert_eq!(fields(&json!({ field: "x".repeat(300) })), [field]);
        }
    }
}
