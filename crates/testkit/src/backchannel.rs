//! An application that asks a person who is elsewhere.

use axum::body::Body;
use grantor_dialects::oidc;
use grantor_rules::model::DeliveryMode;
use grantor_rules::token::issued::GrantKind;
use serde_json::Value;

use crate::authorize::encoded;
use crate::contoso::{Application, CONTOSO, Person};
use crate::{Answer, Browser, Page, TestPlatform, TokenRequest};

/// A request at the backchannel authentication endpoint of Contoso.
#[derive(Clone, Debug)]
pub struct BackchannelRequest {
    /// Who asks.
    pub application: Application,
    /// What is sent.
    pub parameters: Vec<(String, String)>,
}

/// A request that waits for its person.
#[derive(Clone, Debug)]
pub struct WaitingElsewhere {
    /// Whose it is.
    pub application: Application,
    /// What the application asks with.
    pub auth_req_id: String,
    /// The whole reply.
    pub body: Value,
}

impl BackchannelRequest {
    /// What `application` sends to ask `person` for their profile.
    pub fn to(application: Application, person: Person) -> Self {
        let sent = [
            ("client_id", application.client_id),
            ("client_secret", application.secret.unwrap_or_default()),
            ("scope", "openid offline_access"),
            ("login_hint", person.name),
        ];
        let parameters = sent.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { application, parameters }
    }

    /// With a parameter of this value, whatever it was before.
    pub fn with(self, name: &str, value: &str) -> Self {
        let mut changed = self.without(name);
        changed.parameters.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// Without a parameter.
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self
    }

    /// Registers the application for such requests.
    pub async fn registered(&self, platform: &TestPlatform, mode: DeliveryMode, notified_at: Option<&str>) {
        let change = |one: &mut grantor_rules::model::Application| {
            one.metadata.backchannel_token_delivery_mode = Some(mode);
            one.metadata.backchannel_client_notification_endpoint = notified_at.map(str::to_owned);
        };
        platform.change_application(CONTOSO, self.application.client_id, change).await;
    }

    /// Sends it.
    pub async fn send(&self, platform: &TestPlatform) -> Answer {
        let target = oidc::paths::backchannel_authentication(CONTOSO.id);
        let form = [("content-type", "application/x-www-form-urlencoded")];
        platform.send(platform.request("POST", &target, &form, Body::from(encoded(&self.parameters)))).await
    }

    /// Sends it; a refusal fails the test.
    pub async fn begin(&self, platform: &TestPlatform) -> WaitingElsewhere {
        let answer = self.send(platform).await;
        assert_eq!(answer.code(), 200, "{}", answer.text());
        let body = answer.json();
        let auth_req_id = body["auth_req_id"].as_str().unwrap().to_owned();
        WaitingElsewhere { application: self.application, auth_req_id, body }
    }

    /// The `auth_req_id` of one that its person has said yes to, of an application that is registered for it by then.
    pub async fn approved(&self, platform: &TestPlatform, person: Person) -> String {
        self.registered(platform, DeliveryMode::Poll, None).await;
        let waiting = self.begin(platform).await;
        let done = waiting.answer(&mut platform.browser(), person, "accept").await;
        assert!(done.has("request-approved"), "{}", done.text());
        waiting.auth_req_id
    }
}

impl WaitingElsewhere {
    /// What the application sends again and again.
    pub fn redeem(&self) -> TokenRequest {
        TokenRequest::by(self.application, GrantKind::BackchannelRequest.as_str())
            .oidc()
            .tenant(CONTOSO.id)
            .with("auth_req_id", &self.auth_req_id)
    }

    /// The person finds it among what waits for them. The page that asks comes back.
    pub async fn review(&self, browser: &mut Browser<'_>, person: Person) -> Page {
        let target = format!("/account/{}/{}", CONTOSO.id, person.id);
        let mut page = browser.open(&target).await.page();
        if page.has("password") {
            page = browser.sign_in(page, person).await.page();
        }
        let digest = grantor_protocol::secret::sha256(self.auth_req_id.as_bytes());
        browser.press(&page, &format!("review-{}", grantor_jose::base64url::encode(digest))).await.page()
    }

    /// The person finds it and presses a button. The last page comes back.
    pub async fn answer(&self, browser: &mut Browser<'_>, person: Person, button: &str) -> Page {
        let page = self.review(browser, person).await;
        browser.press(&page, button).await.page()
    }
}
