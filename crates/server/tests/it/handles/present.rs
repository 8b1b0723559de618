//! How something is presented at a place, and what is said to it there.

use grantor_dialects::form::encode_component;
use grantor_dialects::oidc::request::PUSHED;
use grantor_jose::Algorithm;
use grantor_rules::token::exchange::ACCESS_TOKEN;
use grantor_rules::token::issued::GrantKind;
use grantor_testkit::{
    Answer, Application, Arrival, BackchannelRequest, Browser, CHRIS, CONTOSO, DAEMON, DpopKey, NATIVE, NORTHWIND,
    SYNC, TestPlatform, TokenRequest, WEB, register,
};
use serde_json::{Value, json};

use super::issued::{COLORS, Issued, standard, standard_path, two_people};
use super::kind::Kind;
use super::place::Place;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What became of something at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Taken,
    /// By the words that whoever presents it gets.
    Refused(String),
}

fn refused(text: impl Into<String>) -> Said {
    Said::Refused(text.into())
}

impl Issued<'_> {
    /// Presents a value at a place, with everything else as it must be there.
    pub async fn present(&mut self, place: Place, value: &str) -> Said {
        let platform = self.platform;
        let mut browser = self.browser.clone();
        match place {
            Place::SignInPage => shown(&mut browser, "sign-in", value).await,
            Place::ConsentPage => shown(&mut browser, "consent", value).await,
            Place::DevicePage => shown(&mut browser, "device", value).await,
            Place::BrowserCookie => {
                let cookie = format!("__Host-grantor-browser={value}");
                let target = format!("/consent/{}", self.value(Kind::Interaction));
                arrived(&mut browser, &target, platform.get(&target, &[("cookie", &cookie)]).await).await
            }
            Place::SessionCookie => {
                let cookie = format!("__Host-grantor-session-{}={value}", CONTOSO.id);
                let target = standard("openid").with("prompt", "none").target();
                arrived(&mut browser, &target, platform.get(&target, &[("cookie", &cookie)]).await).await
            }
            Place::FormMark => {
                let target = format!("/consent/{}", self.value(Kind::Interaction));
                let form = [("csrf", value), ("decision", "accept")].map(|(name, value)| (name.into(), value.into()));
                let answer = browser.post(&target, &form).await;
                arrived(&mut browser, &target, answer).await
            }
            Place::UserCode => {
                let mut page = browser.open("/device").await.page();
                page.fill("user-code", value);
                of_arrival(browser.press(&page, "continue").await)
            }
            Place::Me => of_api(&platform.call("/v1.0/me", value).await),
            Place::DirectoryUserinfo => of_api(&platform.call("/oidc/userinfo", value).await),
            Place::Userinfo => of_api(&platform.call(&standard_path("userinfo"), value).await),
            Place::BoundUserinfo => {
                let path = standard_path("userinfo");
                let proof = self.key.proof(platform, "GET", &path).of(value).signed();
                let authorization = format!("DPoP {value}");
                of_api(&platform.get(&path, &[("authorization", &authorization), ("dpop", &proof)]).await)
            }
            Place::CodeOfV1 => said(platform, &self.requests[0].redeem(value)).await,
            Place::CodeOfV2 => said(platform, &self.requests[1].redeem(value)).await,
            Place::Code => said(platform, &self.requests[2].redeem(value)).await,
            Place::DeviceCodeOfV1 => said(platform, &device(value).v1()).await,
            Place::DeviceCodeOfV2 => said(platform, &device(value)).await,
            Place::DeviceCode => said(platform, &device(value).oidc()).await,
            Place::RefreshTokenOfV1 => {
                let renewal = at_contoso(WEB, GrantKind::RefreshToken).v1().with("refresh_token", value);
                said(platform, &renewal.with("resource", "https://graph.microsoft.com")).await
            }
            Place::RefreshTokenOfV2 => {
                let renewal = at_contoso(WEB, GrantKind::RefreshToken).with("refresh_token", value);
                said(platform, &renewal.with("scope", "User.Read")).await
            }
            Place::RefreshToken => {
                said(platform, &at_contoso(WEB, GrantKind::RefreshToken).oidc().with("refresh_token", value)).await
            }
            Place::BackchannelRequest => {
                said(platform, &at_contoso(WEB, GrantKind::BackchannelRequest).oidc().with("auth_req_id", value)).await
            }
            Place::OnBehalfOfV1 => {
                said(platform, &acting_on(value).v1().with("resource", "https://graph.microsoft.com")).await
            }
            Place::OnBehalfOfV2 => {
                said(platform, &acting_on(value).with("scope", "https://graph.microsoft.com/User.Read")).await
            }
            Place::SubjectToken => said(platform, &exchanging(value)).await,
            Place::ActorToken => {
                let request = exchanging(self.value(Kind::OpaqueColorsToken)).with("actor_token", value);
                said(platform, &request.with("actor_token_type", ACCESS_TOKEN)).await
            }
            Place::BearerAssertion => {
                let request = at_contoso(WEB, GrantKind::JwtBearer).oidc().with("scope", "api://colors/Colors.Read");
                said(platform, &request.with("assertion", value)).await
            }
            Place::CertifiedAssertion => {
                let request = TokenRequest::by(SYNC, "client_credentials").tenant(NORTHWIND.id);
                said(platform, &asserting(request, value).with("scope", "api://tasks/.default")).await
            }
            Place::ClientAssertion => {
                let request = at_contoso(DAEMON, GrantKind::ClientCredentials).oidc().without("client_secret");
                said(platform, &asserting(request, value).with("resource", "api://colors")).await
            }
            Place::DpopProof => said(platform, &for_itself().header("dpop", value)).await,
            Place::DpopNonce => {
                let key = DpopKey::new(Algorithm::Es256);
                let proof = key.proof(platform, "POST", &standard_path("token")).claim("nonce", json!(value)).signed();
                said(platform, &for_itself().header("dpop", &proof)).await
            }
            Place::PushedReference => {
                let reference = encode_component(&format!("{PUSHED}{value}"));
                opened(&mut browser, &format!("request_uri={reference}")).await
            }
            Place::RequestObject => opened(&mut browser, &format!("request={}", encode_component(value))).await,
            Place::BackchannelRequestObject => {
                let bare = BackchannelRequest::to(COLORS, CHRIS).without("scope").without("login_hint");
                of_token(&bare.with("request", value).send(platform).await)
            }
            Place::IdTokenHint => {
                let request = standard("openid").with("prompt", "none").with("id_token_hint", value);
                of_arrival(browser.authorize(&request).await)
            }
            Place::IdTokenHintElsewhere => {
                let asked = BackchannelRequest::to(WEB, CHRIS).without("login_hint").with("id_token_hint", value);
                of_token(&asked.send(platform).await)
            }
            Place::LoginHintToken => {
                let asked = BackchannelRequest::to(WEB, CHRIS).without("login_hint").with("login_hint_token", value);
                of_token(&asked.send(platform).await)
            }
            Place::SignOutHintOfV1 => self.signs_out("oauth2/logout", value).await,
            Place::SignOutHintOfV2 => self.signs_out("oauth2/v2.0/logout", value).await,
            Place::SignOutHint => self.signs_out("oidc/end-session", value).await,
            Place::Registration => {
                of_api(&register(platform, Some(value), &json!({ "redirect_uris": ["https://app.example/"] })).await)
            }
            Place::ClientConfiguration => of_api(&platform.call(&self.configuration, value).await),
            Place::Introspection => {
                let answer = asked_about(platform, "introspect", value).await;
                if is_active(&answer) { Said::Taken } else { refused(answer.text()) }
            }
            Place::Revocation => {
                // It says the same to what it does not know: what counts is what is of use afterwards.
                let before = asked_about(platform, "introspect", value).await;
                let answer = asked_about(platform, "revoke", value).await;
                let after = asked_about(platform, "introspect", value).await;
                let is_ended = is_active(&before) && !is_active(&after);
                if is_ended { of_token(&answer) } else { refused(answer.code().to_string()) }
            }
        }
    }

    /// Signs out in a browser with two people, of whom the hint may mean one.
    async fn signs_out(&mut self, endpoint: &str, hint: &str) -> Said {
        let target = format!("/{}/{endpoint}?id_token_hint={}", CONTOSO.id, encode_component(hint));
        if !self.pair.clone().open(&target).await.page().has("signed-out") {
            return refused("asks who is meant");
        }
        self.pair = two_people(self.platform).await;
        Said::Taken
    }
}

fn at_contoso(application: Application, grant: GrantKind) -> TokenRequest {
    TokenRequest::by(application, grant.as_str()).tenant(CONTOSO.id)
}

fn device(value: &str) -> TokenRequest {
    at_contoso(NATIVE, GrantKind::DeviceCode).with("device_code", value)
}

fn acting_on(assertion: &str) -> TokenRequest {
    at_contoso(COLORS, GrantKind::OnBehalfOf).with("requested_token_use", "on_behalf_of").with("assertion", assertion)
}

/// The Colors API exchanges a token for another one for itself.
fn exchanging(subject: &str) -> TokenRequest {
    let request = at_contoso(COLORS, GrantKind::TokenExchange).oidc().with("subject_token", subject);
    request.with("subject_token_type", ACCESS_TOKEN)
}

fn asserting(request: TokenRequest, assertion: &str) -> TokenRequest {
    request.with("client_assertion_type", JWT_BEARER).with("client_assertion", assertion)
}

/// What a program asks for that acts for itself.
fn for_itself() -> TokenRequest {
    at_contoso(WEB, GrantKind::ClientCredentials).oidc().with("resource", "api://colors")
}

async fn asked_about(platform: &TestPlatform, endpoint: &str, token: &str) -> Answer {
    let (id, secret) = (WEB.client_id, WEB.secret.unwrap_or_default());
    let body = format!("token={}&client_id={id}&client_secret={secret}", encode_component(token));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    platform.send(platform.request("POST", &standard_path(endpoint), &form, body.into())).await
}

fn is_active(answer: &Answer) -> bool {
    answer.json()["active"] == json!(true)
}

async fn shown(browser: &mut Browser<'_>, page: &str, handle: &str) -> Said {
    of_arrival(browser.open(&format!("/{page}/{handle}")).await)
}

/// The authorization endpoint, asked by nothing but the application's name and this.
async fn opened(browser: &mut Browser<'_>, parameter: &str) -> Said {
    let target = format!("{}?client_id={}&{parameter}", standard_path("authorize"), NATIVE.client_id);
    of_arrival(browser.open(&target).await)
}

async fn said(platform: &TestPlatform, request: &TokenRequest) -> Said {
    of_token(&platform.token(request).await)
}

/// What the token endpoint and those beside it say: the error, and its number where the dialect has some.
fn of_token(answer: &Answer) -> Said {
    if answer.code() == 200 {
        return Said::Taken;
    }
    let body = answer.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match &body["error_codes"][0] {
        Value::Number(number) => refused(format!("{} {number}", text(&body["error"]))),
        _ => refused(text(&body["error"])),
    }
}

/// What an API says.
fn of_api(answer: &Answer) -> Said {
    if answer.status.is_success() {
        return Said::Taken;
    }
    let body = answer.json();
    let error = body["error"].as_str().or_else(|| body["error"]["code"].as_str()).unwrap_or_default();
    refused(format!("{} {error}", answer.code()))
}

async fn arrived(browser: &mut Browser<'_>, target: &str, answer: Answer) -> Said {
    of_arrival(browser.arrive(target, answer).await)
}

/// What a person sees, or what the application gets for them.
fn of_arrival(arrival: Arrival) -> Said {
    match arrival {
        Arrival::Application(response) => match response.get("error") {
            "" => Said::Taken,
            error => refused(error),
        },
        Arrival::Page(page) => match page.text_of("error") {
            None => Said::Taken,
            Some(sentence) => refused(page.text_of("error-code").unwrap_or(sentence)),
        },
    }
}
