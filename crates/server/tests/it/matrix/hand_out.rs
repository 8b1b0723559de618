//! What is handed out while everybody is fine, for each cell.

use std::sync::Arc;

use grantor_protocol::{Handle, HandleKind};
use grantor_rules::model::{DeviceAnswer, DeviceApproval};
use grantor_rules::token::issued::GrantKind;
use grantor_storage::AnswerDeviceCode;
use grantor_testkit::{Authorize, Browser, CookieJar, DeviceRequest, TokenRequest, Tokens};

use super::apps::{self, CALLED, CALLER};
use super::cell::{Cell, Way};
use super::world::{WANTED, World};

/// What is presented later.
pub enum Handed {
    /// A browser in which the person is signed in.
    Browser(CookieJar),
    /// A request at the token endpoint, with all that it presents.
    Request(TokenRequest),
}

/// What the person is sent to the authorization endpoint with.
pub fn asked(cell: &Cell) -> Authorize {
    let tenant = cell.address().to_string();
    let request = Authorize::by(cell.application()).tenant(&tenant).scope(&format!("openid offline_access {WANTED}"));
    match cell.way {
        Way::AskSilently => request.with("prompt", "none"),
        Way::AskInFront => request.with("response_type", "id_token token").with("response_mode", "fragment"),
        Way::Ask | Way::Present(_) => request,
    }
}

pub async fn all(world: &Arc<World>, cells: &[Cell]) -> Vec<Handed> {
    super::present::in_parallel(world, cells.to_vec(), |world, cell| async move { world.hand_out(&cell).await }).await
}

impl World {
    async fn hand_out(&self, cell: &Cell) -> Handed {
        let application = cell.application();
        let request = |grant: GrantKind| apps::request(cell.kind, application, cell.address(), grant.as_str());
        let Way::Present(grant) = cell.way else { return Handed::Browser(self.browser(cell).await.cookies) };
        let request = match grant {
            GrantKind::ClientCredentials => request(grant).with("scope", "https://graph.microsoft.com/.default"),
            GrantKind::Password => request(grant)
                .with("username", &cell.user_name())
                .with("password", grantor_testkit::KIM.password)
                .with("scope", &format!("openid {WANTED}")),
            GrantKind::Code => {
                let (asked, code) = self.code(cell, application).await;
                request(grant)
                    .with("code", &code)
                    .with("redirect_uri", application.redirect_uri)
                    .with("code_verifier", &asked.verifier)
            }
            GrantKind::RefreshToken => {
                let (asked, code) = self.code(cell, application).await;
                let mut redeem = asked.redeem(&code);
                redeem.parameters.extend(apps::request(cell.kind, application, cell.home(), "x").parameters);
                let tokens = self.tokens_of(&redeem).await;
                request(grant).with("refresh_token", &tokens.refresh_token)
            }
            GrantKind::BackchannelRequest | GrantKind::JwtBearer | GrantKind::TokenExchange => {
                unreachable!("the Microsoft dialects have no such grant")
            }
            GrantKind::DeviceCode => request(grant).with("device_code", &self.device_code(cell).await),
            GrantKind::OnBehalfOf => {
                let (asked, code) = self.code(cell, CALLER).await;
                let tokens = self.tokens_of(&asked.redeem(&code)).await;
                request(grant)
                    .with("requested_token_use", "on_behalf_of")
                    .with("assertion", &tokens.access_token)
                    .with("scope", WANTED)
            }
        };
        Handed::Request(request)
    }

    async fn browser(&self, cell: &Cell) -> Browser<'_> {
        let mut browser = self.platform.browser();
        browser.sign_in_unseen(cell.home(), &self.user(cell)).await;
        browser
    }

    async fn tokens_of(&self, redeem: &TokenRequest) -> Tokens {
        let mut redeem = redeem.clone();
        // The same things once.
        let mut seen = std::collections::BTreeSet::new();
        redeem.parameters.retain(|(name, _)| seen.insert(name.clone()));
        self.platform.tokens(&redeem).await
    }

    async fn code(&self, cell: &Cell, application: grantor_testkit::Application) -> (Authorize, String) {
        let scope = if application == CALLER {
            format!("openid {}/{CALLED}", cell.application().client_id)
        } else {
            format!("openid offline_access {WANTED}")
        };
        let asked = Authorize::by(application).tenant(&cell.home().to_string()).scope(&scope);
        let code = self.browser(cell).await.authorize(&asked).await.code();
        (asked, code)
    }

    /// A device code that its person has said yes to. The pages on the way have tests of their own.
    async fn device_code(&self, cell: &Cell) -> String {
        let asked = DeviceRequest::by(cell.application()).tenant(&cell.home().to_string());
        let device = asked.scope(&format!("openid {WANTED}")).begin(&self.platform).await;
        let sign_in = self.platform.browser().sign_in_unseen(cell.home(), &self.user(cell)).await;
        let env = &self.platform.app.env;
        let answer = AnswerDeviceCode {
            digest: Handle::parse(HandleKind::DeviceCode, &device.device_code).unwrap().digest(),
            tenant: cell.home(),
            answer: DeviceAnswer::Approved(DeviceApproval {
                tenant: cell.home(),
                user: cell.user_id(),
                authenticated_at: sign_in.authenticated_at,
                method: sign_in.method,
                sid: sign_in.sid,
            }),
            interaction: None,
            notices: Vec::new(),
            consents: Vec::new(),
            now: env.now(),
        };
        env.storage.answer_device_code(&answer).await.unwrap();
        device.device_code
    }
}
