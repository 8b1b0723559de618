//! What an application sends to the token endpoint, and what it gets.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use grantor_dialects::{entra_v1, entra_v2, form, oidc};
use grantor_web::DialectName;
use serde_json::{Map, Value};

use crate::Answer;
use crate::authorize::encoded;
use crate::contoso::{Application, CONTOSO};

/// A request at the token endpoint.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// At which version's endpoint.
    pub dialect: DialectName,
    /// The tenant's place in the address.
    pub tenant: String,
    /// What is sent.
    pub parameters: Vec<(String, String)>,
    /// The headers beside the content type.
    pub headers: Vec<(&'static str, String)>,
}

impl TokenRequest {
    /// A request of `application` with everything that its kind must show.
    pub fn by(application: Application, grant_type: &str) -> Self {
        let mut parameters = vec![
            ("grant_type".to_owned(), grant_type.to_owned()),
            ("client_id".to_owned(), application.client_id.to_owned()),
        ];
        if let Some(secret) = application.secret {
            parameters.push(("client_secret".to_owned(), secret.to_owned()));
        }
        let headers = application.origin.map(|origin| ("origin", origin.to_owned())).into_iter().collect();
        Self { dialect: DialectName::EntraV2, tenant: CONTOSO.domain.to_owned(), parameters, headers }
    }

    /// Exchanges a refresh token.
    pub fn refresh(application: Application, refresh_token: &str) -> Self {
        Self::by(application, "refresh_token").with("refresh_token", refresh_token)
    }

    /// At the endpoint of Azure AD v1.0.
    pub const fn v1(mut self) -> Self {
        self.dialect = DialectName::EntraV1;
        self
    }

    /// At the endpoint of the standard.
    pub const fn oidc(mut self) -> Self {
        self.dialect = DialectName::Oidc;
        self
    }

    /// At another tenant's address.
    pub fn tenant(mut self, tenant: &str) -> Self {
        tenant.clone_into(&mut self.tenant);
        self
    }

    /// With a parameter of this value, whatever it was before.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.parameters.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => value.clone_into(known),
            None => self.parameters.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// With a parameter once more.
    pub fn again(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without a parameter.
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self
    }

    /// With a header.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Without the headers that the application's kind would send.
    pub fn without_headers(mut self) -> Self {
        self.headers.clear();
        self
    }

    /// With HTTP Basic; both halves are form-encoded before base64 (RFC 6749 §2.3.1).
    pub fn basic(self, client_id: &str, secret: &str) -> Self {
        let pair = format!("{}:{}", form::encode_component(client_id), form::encode_component(secret));
        self.header("authorization", &format!("Basic {}", STANDARD.encode(pair)))
    }

    /// The path of the endpoint.
    pub fn path(&self) -> String {
        match self.dialect {
            DialectName::EntraV1 => entra_v1::paths::token(&self.tenant),
            DialectName::EntraV2 => entra_v2::paths::token(&self.tenant),
            DialectName::Oidc => oidc::paths::token(&self.tenant),
        }
    }

    /// The parameters as form text.
    pub fn encoded(&self) -> String {
        encoded(&self.parameters)
    }
}

/// A successful reply of the token endpoint.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access_token: String,
    /// The id_token; empty if there is none.
    pub id_token: String,
    /// The refresh token; empty if there is none.
    pub refresh_token: String,
    /// The whole reply.
    pub body: Value,
    /// The answer that it came in.
    pub answer: Answer,
}

impl Tokens {
    /// Reads a reply; one that says no fails the test.
    #[track_caller]
    pub fn of(answer: Answer) -> Self {
        assert_eq!(answer.code(), 200, "{}", answer.text());
        let body = answer.json();
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            access_token: text("access_token"),
            id_token: text("id_token"),
            refresh_token: text("refresh_token"),
            body,
            answer,
        }
    }
}

/// The claims of a token, without any check: for what must be compared and not trusted.
#[track_caller]
pub fn unverified_claims(token: &str) -> Map<String, Value> {
    part(token, 1)
}

/// The header of a token, without any check.
#[track_caller]
pub fn unverified_header(token: &str) -> Map<String, Value> {
    part(token, 0)
}

#[track_caller]
fn part(token: &str, index: usize) -> Map<String, Value> {
    let part = token.split('.').nth(index).unwrap_or_else(|| panic!("not a token: {token}"));
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
