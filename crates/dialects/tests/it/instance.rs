//! Instance discovery.

use grantor_dialects::entra::errors::{self, Endpoint};
use grantor_dialects::entra::metadata;

use crate::snapshot::{self, shown};
use crate::world::{ids, parameters, public};

fn told(query: &str) -> String {
    match metadata::instance(&public(), &parameters(query)) {
        Ok(reply) => reply.body["tenant_discovery_endpoint"].as_str().unwrap_or_default().to_owned(),
        Err(refusal) => {
            let reply = errors::reply(&refusal, Endpoint::Discovery, &ids());
            format!(
                "{} {} {}",
                reply.status,
                reply.body["error"].as_str().unwrap_or_default(),
                reply.body["error_codes"][0]
            )
        }
    }
}

#[test]
fn instance_discovery_answers_word_for_word() {
    let mut text = String::new();
    for (title, query) in [
        (
            "1.1",
            "api-version=1.1&authorization_endpoint=https%3A%2F%2Flocalhost%3A8443%2Fcontoso.example%2Foauth2%2Fv2.0%2Fauthorize",
        ),
        ("1.0", "api-version=1.0&authorization_endpoint=https://localhost/contoso.example/oauth2/v2.0/authorize"),
        ("without a version", "authorization_endpoint=https://localhost:8443/contoso.example/oauth2/v2.0/authorize"),
    ] {
        text += &shown(title, &metadata::instance(&public(), &parameters(query)).unwrap());
    }
    for (title, query) in [
        ("a foreign host", "api-version=1.1&authorization_endpoint=https://login.example/common/oauth2/v2.0/authorize"),
        ("no address", "api-version=1.1&authorization_endpoint=something"),
        ("nothing", "api-version=1.1"),
    ] {
        let refusal = metadata::instance(&public(), &parameters(query)).unwrap_err();
        text += &shown(title, &errors::reply(&refusal, Endpoint::Discovery, &ids()));
    }
    snapshot::assert_same("entra_v2_instance.txt", &text);
}

#[test]
fn only_this_host_is_known_and_only_a_tenant_is_one() {
    const AT: &str = "https://localhost:8443/";
    const V2: &str = "/v2.0/.well-known/openid-configuration";
    let rows = [
        // MSAL for Python leaves the port out; names are compared without regard to case.
        ("https://localhost:8443/common/oauth2/v2.0/authorize", "common"),
        ("https://localhost/common/oauth2/v2.0/authorize", "common"),
        ("https://LOCALHOST:8443/Common/oauth2/v2.0/authorize", "common"),
        ("https://localhost:8443/organizations/oauth2/v2.0/authorize", "organizations"),
        ("https://localhost:8443/consumers", "consumers"),
        ("https://localhost:8443/Contoso.Example/oauth2/v2.0/authorize", "contoso.example"),
        (
            "https://localhost:8443/8EAEF023-2b34-4da1-9baa-8bc8c9d6a490/oauth2/v2.0/authorize",
            "8eaef023-2b34-4da1-9baa-8bc8c9d6a490",
        ),
        ("https://login.example/common/oauth2/v2.0/authorize", "400 invalid_instance 50049"),
        ("https://localhost:8444/common/oauth2/v2.0/authorize", "400 invalid_instance 50049"),
        ("https://localhost.evil/common/", "400 invalid_instance 50049"),
        ("https://localhost:8443@evil.example/common/", "400 invalid_instance 50049"),
        ("https://user@localhost:8443/common/", "400 invalid_instance 50049"),
        ("https:///common/", "400 invalid_instance 50049"),
        ("localhost:8443/common", "400 invalid_request 50050"),
        ("https://localhost:8443", "400 invalid_request 50050"),
        ("https://localhost:8443/", "400 invalid_request 50050"),
        ("https://localhost:8443/tenant/oauth2/v2.0/authorize", "400 invalid_request 50050"),
        ("https://localhost:8443/..%252f/oauth2", "400 invalid_request 50050"),
        ("https://localhost:8443/a%20b.example/", "400 invalid_request 50050"),
    ];
    for (asked, expected) in rows {
        let expected = if expected.starts_with("400") { expected.into() } else { format!("{AT}{expected}{V2}") };
        assert_eq!(told(&format!("api-version=1.1&authorization_endpoint={asked}")), expected, "{asked}");
    }
    // The document is that of the version whose address was asked about.
    for asked in ["contoso.example/oauth2/authorize", "CONTOSO.example/OAuth2/Authorize"] {
        let document = told(&format!("authorization_endpoint={AT}{asked}"));
        assert_eq!(document, format!("{AT}contoso.example/.well-known/openid-configuration"), "{asked}");
    }
    assert_eq!(told("authorization_endpoint="), "400 invalid_request 900144");
    assert_eq!(told("authorization_endpoint=a&authorization_endpoint=b"), "400 invalid_request 9002313");
    let long = format!("authorization_endpoint=https://localhost:8443/common/{}", "x".repeat(2048));
    assert_eq!(told(&long), "400 invalid_request 90100");
}
