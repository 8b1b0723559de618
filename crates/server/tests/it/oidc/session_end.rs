//! What ends with the browser session that it began in: each credential, wherever it is presented.

use std::time::Duration;

use grantor_rules::model::FrontChannel;
use grantor_testkit::{
    Answer, Authorize, Browser, CHRIS, CONTOSO, DeviceRequest, TestPlatform, TokenRequest, Tokens, WEB,
};
use serde_json::json;

use super::{asking, post, presenting, said};

/// Something that was handed out while the person was signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credential {
    /// The browser's sign-in itself.
    Session,
    /// A code that nobody has redeemed yet.
    Code,
    /// A device code that its person has said yes to.
    DeviceCode,
    /// What a code has bought.
    AccessToken,
    /// What a device code has bought.
    OfDevice,
    /// What came through the browser.
    InFront,
    /// What goes on without the person, where the grant has one.
    RefreshToken,
}

impl Credential {
    const ALL: [Self; 7] = [
        Self::Session,
        Self::Code,
        Self::DeviceCode,
        Self::AccessToken,
        Self::OfDevice,
        Self::InFront,
        Self::RefreshToken,
    ];

    /// Whether it lives on after the session: nothing does without `offline_access`, and with it what the application holds
    /// itself (OpenID Connect Back-Channel Logout §2.7). What only the browser carries never does.
    const fn outlives(self, offline: bool) -> bool {
        offline && !matches!(self, Self::Session | Self::Code)
    }
}

/// One of each, of one browser.
struct Handed<'a> {
    platform: &'a TestPlatform,
    browser: Browser<'a>,
    scope: &'static str,
    code: (Authorize, String),
    spent: (Authorize, String),
    device: TokenRequest,
    bought: Tokens,
    of_device: Tokens,
    in_front: String,
}

impl<'a> Handed<'a> {
    async fn out(platform: &'a TestPlatform, offline: bool) -> Self {
        let scope = if offline { "openid profile offline_access" } else { "openid profile" };
        let mut browser = platform.browser();
        let spent = asking(WEB).scope(scope);
        let code_of_grant = browser.walk(&spent, CHRIS).await.code();
        let bought = platform.tokens(&spent.redeem(&code_of_grant)).await;
        assert_eq!(bought.refresh_token.is_empty(), !offline);
        let unused = asking(WEB).scope(scope);
        let code = browser.authorize(&unused).await.code();
        let mut devices = Vec::new();
        for _ in 0..2 {
            let device = DeviceRequest::by(WEB).oidc().tenant(CONTOSO.id).scope(scope).begin(platform).await;
            device.approve(&mut browser, CHRIS).await;
            devices.push(device.redeem());
        }
        let of_device = platform.tokens(&devices.remove(0)).await;
        let front = asking(WEB).scope(scope).with("response_type", "code id_token token");
        let in_front = browser.authorize(&front).await.response().get("access_token").to_owned();
        Self {
            platform,
            browser,
            scope,
            code: (unused, code),
            spent: (spent, code_of_grant),
            device: devices.remove(0),
            bought,
            of_device,
            in_front,
        }
    }

    /// Whether each place that takes a credential takes it.
    async fn lives(&mut self, credential: Credential) -> bool {
        let platform = self.platform;
        match credential {
            Credential::Session => {
                let silent = asking(WEB).scope(self.scope).with("prompt", "none");
                let response = self.browser.authorize(&silent).await.response();
                assert!(["", "login_required"].contains(&response.get("error")), "{:?}", response.parameters);
                response.get("error").is_empty()
            }
            Credential::Code => bought(&platform.token(&self.code.0.redeem(&self.code.1)).await),
            Credential::DeviceCode => bought(&platform.token(&self.device).await),
            Credential::AccessToken => self.taken(&self.bought.access_token).await,
            Credential::OfDevice => self.taken(&self.of_device.access_token).await,
            Credential::InFront => self.taken(&self.in_front).await,
            Credential::RefreshToken if self.bought.refresh_token.is_empty() => false,
            Credential::RefreshToken => {
                let token = &self.bought.refresh_token;
                let known = introspected(platform, token).await;
                let renewal = presenting(WEB, "refresh_token").with("refresh_token", token);
                let renewed = bought(&platform.token(&renewal).await);
                assert_eq!(known, renewed, "introspection and renewal agree");
                renewed
            }
        }
    }

    /// Whether an access token is good, wherever one is taken.
    async fn taken(&self, token: &str) -> bool {
        let known = introspected(self.platform, token).await;
        let info = self.platform.call(&format!("/{}/oidc/userinfo", CONTOSO.id), token).await;
        assert_eq!(info.code(), if known { 200 } else { 401 }, "introspection and userinfo agree: {}", info.text());
        known
    }
}

async fn introspected(platform: &TestPlatform, token: &str) -> bool {
    let pairs = [("token", token), ("client_id", WEB.client_id), ("client_secret", WEB.secret.unwrap())];
    let answer = post(platform, "introspect", &pairs).await;
    assert_eq!(answer.code(), 200, "{}", answer.text());
    answer.json()["active"] == json!(true)
}

/// Whether tokens came; if not, for the one reason that fits.
fn bought(answer: &Answer) -> bool {
    if answer.code() == 200 {
        return true;
    }
    assert_eq!(said(answer), (400, "invalid_grant".into()), "{}", answer.text());
    false
}

async fn platform() -> TestPlatform {
    let platform = TestPlatform::start().await;
    let open = |web: &mut grantor_rules::model::Application| {
        web.front_channel = FrontChannel { access_tokens: true, id_tokens: true };
    };
    platform.change_application(CONTOSO, WEB.client_id, open).await;
    platform
}

async fn signs_out(handed: &mut Handed<'_>) {
    let target = format!("/{}/oidc/end-session?id_token_hint={}", CONTOSO.id, handed.bought.id_token);
    let page = handed.browser.open(&target).await.page();
    assert!(page.has("signed-out"), "{}", page.text());
}

#[tokio::test]
async fn each_credential_of_an_ended_session_is_refused_wherever_it_is_presented() {
    // bcl-05, T35
    for offline in [false, true] {
        let platform = platform().await;
        let mut handed = Handed::out(&platform, offline).await;
        signs_out(&mut handed).await;
        // Long after, and after what has ended was cleared away.
        platform.advance(Duration::from_mins(8));
        platform.forget_ended(100).await;
        for credential in Credential::ALL {
            assert_eq!(handed.lives(credential).await, credential.outlives(offline), "{offline}: {credential:?}");
        }
        // A code that comes once more is a sign of theft also then.
        assert!(!bought(&platform.token(&handed.spent.0.redeem(&handed.spent.1)).await));
        assert!(!handed.taken(&handed.bought.access_token).await, "{offline}: the replay revoked what it bought");
    }
}

#[tokio::test]
async fn until_then_each_lives_and_those_of_another_session_after() {
    // T27
    // Otherwise the rows above would prove nothing.
    for offline in [false, true] {
        let platform = platform().await;
        let (mut ends, mut stays) = (Handed::out(&platform, offline).await, Handed::out(&platform, offline).await);
        signs_out(&mut ends).await;
        platform.advance(Duration::from_mins(8));
        for credential in Credential::ALL {
            let there = offline || credential != Credential::RefreshToken;
            assert_eq!(stays.lives(credential).await, there, "{offline}: {credential:?}");
        }
    }
}
