//! A program that waits while its person signs in elsewhere.

use axum::body::Body;
use grantor_dialects::{entra_v1, entra_v2, oidc};
use grantor_rules::token::issued::GrantKind;
use grantor_web::DialectName;
use serde_json::Value;

use crate::authorize::encoded;
use crate::contoso::{Application, CONTOSO, Person};
use crate::{Answer, Arrival, Browser, Page, TestPlatform, TokenRequest};

/// A request at the device authorization endpoint.
#[derive(Clone, Debug)]
pub struct DeviceRequest {
    /// Who asks.
    pub application: Application,
    /// At which version's endpoint.
    pub dialect: DialectName,
    /// The tenant's place in the address.
    pub tenant: String,
    /// What is sent.
    pub parameters: Vec<(String, String)>,
}

/// A device code that was issued.
#[derive(Clone, Debug)]
pub struct Device {
    /// Whose it is.
    pub request: DeviceRequest,
    /// What the program asks with.
    pub device_code: String,
    /// What the person types.
    pub user_code: String,
    /// The whole reply.
    pub body: Value,
}

impl DeviceRequest {
    /// What `application` sends to read a person's profile.
    pub fn by(application: Application) -> Self {
        let parameters = [("client_id", application.client_id), ("scope", "openid profile offline_access User.Read")];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { application, dialect: DialectName::EntraV2, tenant: CONTOSO.domain.to_owned(), parameters }
    }

    /// At another tenant's address.
    pub fn tenant(mut self, tenant: &str) -> Self {
        tenant.clone_into(&mut self.tenant);
        self
    }

    /// Asking for these permissions.
    pub fn scope(self, scope: &str) -> Self {
        self.with("scope", scope)
    }

    /// At the endpoint of Azure AD v1.0, for an API by its identifier.
    pub fn v1(mut self, resource: &str) -> Self {
        self.dialect = DialectName::EntraV1;
        self.parameters.retain(|(name, _)| name != "scope");
        self.with("resource", resource)
    }

    /// At the endpoint of the standard, where an application with a secret shows it.
    pub fn oidc(mut self) -> Self {
        self.dialect = DialectName::Oidc;
        match self.application.secret {
            Some(secret) => self.with("client_secret", secret),
            None => self,
        }
    }

    /// With a parameter of this value, whatever it was before.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends it.
    pub async fn send(&self, platform: &TestPlatform) -> Answer {
        let target = match self.dialect {
            DialectName::EntraV1 => entra_v1::paths::device_code(&self.tenant),
            DialectName::EntraV2 => entra_v2::paths::device_code(&self.tenant),
            DialectName::Oidc => oidc::paths::device_authorization(&self.tenant),
        };
        let form = [("content-type", "application/x-www-form-urlencoded")];
        platform.send(platform.request("POST", &target, &form, Body::from(encoded(&self.parameters)))).await
    }

    /// Sends it; a refusal fails the test.
    pub async fn begin(&self, platform: &TestPlatform) -> Device {
        let answer = self.send(platform).await;
        assert_eq!(answer.code(), 200, "{}", answer.text());
        let body = answer.json();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Device { request: self.clone(), device_code: text("device_code"), user_code: text("user_code"), body }
    }
}

impl Device {
    /// What the program sends again and again.
    pub fn redeem(&self) -> TokenRequest {
        let request = TokenRequest::by(self.request.application, GrantKind::DeviceCode.as_str());
        let request = request.tenant(&self.request.tenant).with("device_code", &self.device_code);
        match self.request.dialect {
            DialectName::EntraV1 => request.v1(),
            DialectName::EntraV2 => request,
            DialectName::Oidc => request.oidc(),
        }
    }

    /// The person types the code.
    pub async fn enter(&self, browser: &mut Browser<'_>) -> Arrival {
        let mut page: Page = browser.open("/device").await.page();
        page.fill("user-code", &self.user_code);
        browser.press(&page, "continue").await
    }

    /// The person types the code, signs in, says that they began it and allows what is asked. The last page comes back.
    pub async fn approve(&self, browser: &mut Browser<'_>, person: Person) -> Page {
        let arrival = self.enter(browser).await;
        browser.go_on(arrival, person).await.page()
    }
}
