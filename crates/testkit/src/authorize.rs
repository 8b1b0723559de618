//! What an application sends the browser with.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_dialects::{entra_v1, entra_v2, form, oidc};
use grantor_protocol::secret::sha256;
use grantor_web::DialectName;

use crate::contoso::{Application, CONTOSO};
use crate::token::TokenRequest;

/// An authorization request at the Microsoft identity platform's endpoint.
#[derive(Clone, Debug)]
pub struct Authorize {
    /// Who asks.
    pub application: Application,
    /// At which version's endpoint.
    pub dialect: DialectName,
    /// The tenant's place in the address.
    pub tenant: String,
    /// What is sent.
    pub parameters: Vec<(String, String)>,
    /// The proof key that the challenge was made from.
    pub verifier: String,
}

impl Authorize {
    /// What `application` sends when it signs somebody of Contoso in and asks to read their profile.
    pub fn by(application: Application) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let count = COUNT.fetch_add(1, Ordering::SeqCst);
        let verifier = format!("verifier-{count:0>40}");
        let parameters = [
            ("client_id", application.client_id.to_owned()),
            ("response_type", "code".to_owned()),
            ("redirect_uri", application.redirect_uri.to_owned()),
            ("scope", "openid profile offline_access User.Read".to_owned()),
            ("state", format!("state-{count}")),
            ("nonce", format!("nonce-{count}")),
            ("code_challenge", URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()))),
            ("code_challenge_method", "S256".to_owned()),
        ];
        let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { application, dialect: DialectName::EntraV2, tenant: CONTOSO.domain.to_owned(), parameters, verifier }
    }

    /// At another tenant's address.
    pub fn tenant(mut self, tenant: &str) -> Self {
        tenant.clone_into(&mut self.tenant);
        self
    }

    /// At the endpoint of Azure AD v1.0, for an API by its identifier.
    pub fn v1(mut self, resource: &str) -> Self {
        self.dialect = DialectName::EntraV1;
        self.without("scope").with("resource", resource)
    }

    /// At the endpoint of the standard, by the tenant's id.
    pub fn oidc(mut self) -> Self {
        self.dialect = DialectName::Oidc;
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

    /// Asking for these permissions.
    pub fn scope(self, scope: &str) -> Self {
        self.with("scope", scope)
    }

    /// A parameter as it is sent.
    #[track_caller]
    pub fn value(&self, name: &str) -> &str {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("{name} is not sent")).1
    }

    /// The path of the endpoint.
    pub fn path(&self) -> String {
        match self.dialect {
            DialectName::EntraV1 => entra_v1::paths::authorize(&self.tenant),
            DialectName::EntraV2 => entra_v2::paths::authorize(&self.tenant),
            DialectName::Oidc => oidc::paths::authorize(&self.tenant),
        }
    }

    /// The parameters as form text.
    pub fn encoded(&self) -> String {
        encoded(&self.parameters)
    }

    /// Path and query.
    pub fn target(&self) -> String {
        format!("{}?{}", self.path(), self.encoded())
    }

    /// What the application sends when the code has come: with everything that this kind of application must show.
    pub fn redeem(&self, code: &str) -> TokenRequest {
        let mut request =
            TokenRequest::by(self.application, "authorization_code").tenant(&self.tenant).with("code", code);
        request.dialect = self.dialect;
        for name in ["redirect_uri", "scope", "resource"] {
            if let Some((_, value)) = self.parameters.iter().find(|(known, _)| known == name) {
                request = request.with(name, value);
            }
        }
        if self.parameters.iter().any(|(name, _)| name == "code_challenge") {
            request = request.with("code_verifier", &self.verifier);
        }
        request
    }
}

pub(crate) fn encoded(pairs: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| {
        format!("{}={}", form::encode_component(name), form::encode_component(value))
    };
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}
