//! One of each, and what else a place wants to see beside it.

use std::collections::BTreeMap;
use std::time::Duration;

use grantor_dialects::oidc::request::PUSHED;
use grantor_jose::{Algorithm, HeaderFields, SigningKey, sign_compact};
use grantor_rules::model as rules;
use grantor_testkit::{
    ADMIN, Application, Authorize, BackchannelRequest, Browser, CHRIS, COLORS_API, CONTOSO, ClientAssertion, DAEMON,
    DeviceRequest, DpopKey, IN_USE, NATIVE, NORTHWIND, SYNC, TestPlatform, TokenRequest, Tokens, WEB,
    initial_access_token, register,
};
use serde_json::{Map, Value, json};

use super::kind::Kind;
use crate::support::{bought_in, renewal};

/// Where logout tokens are sent.
const TOLD_AT: &str = "https://web.example/signed-out";

/// The Colors API as the application that it is.
pub const COLORS: Application = Application {
    client_id: COLORS_API,
    redirect_uri: "http://localhost:5000/none",
    secret: Some("colors-secret-for-local-use-only-0001"),
    origin: None,
};

/// The Colors API with a secret of its own, and with what it needs to act on for everybody.
const COLORS_ACTS_ON: &str = r#"
[[tenant]]
id = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
domain = "contoso.example"
display_name = "Contoso"
kind = "organization"
policy = { client_registration = "with-initial-access-token" }

  [[tenant.trusted_issuer]]
  issuer = "https://login.example"
  applications = ["c0105000-0000-4000-8000-00000000a002"]
  jwks = { keys = [
    { kty = "EC", crv = "P-256", kid = "2026", x = "9Dh9Ua7LooFNK5YT9yQPqv6iX30QCngmPUdzkI-pOMs", y = "spOZDduXfoMug-_YBNf-IkZkGqMJ22VObnaB31qB0w0" },
  ] }

  [[tenant.application]]
  client_id = "c0105000-0000-4000-8000-00000000a001"
  display_name = "Colors API"
  identifier_uris = ["api://colors"]
  access_token_version = 2
  secrets = [{ description = "local", value = "colors-secret-for-local-use-only-0001" }]
  token_exchange = [{ api = "c0105000-0000-4000-8000-00000000a001", impersonation = true }]

    [[tenant.application.scope]]
    value = "Colors.Read"
    consent = "user"
    admin_consent_display_name = "Read colors"

  [[tenant.consent]]
  client_id = "c0105000-0000-4000-8000-00000000a001"
  permissions = ["graph/User.Read"]
"#;

/// One of each. Of what can be used once there are as many as places where it is good, in the order of those.
pub struct Issued<'a> {
    pub platform: &'a TestPlatform,
    pub browser: Browser<'a>,
    /// One in which two people are signed in, so that nobody is meant by being the only one.
    pub pair: Browser<'a>,
    /// What the codes were asked for with.
    pub requests: [Authorize; 3],
    /// The key that the bound token is bound to.
    pub key: DpopKey,
    /// Where the application that registered itself looks after that.
    pub configuration: String,
    values: BTreeMap<Kind, Vec<String>>,
}

impl<'a> Issued<'a> {
    pub async fn new(platform: &'a TestPlatform) -> Self {
        platform.apply(COLORS_ACTS_ON).await;
        let mut values = BTreeMap::new();
        let mut add = |kind: Kind, several: Vec<String>| assert!(values.insert(kind, several).is_none(), "{kind:?}");
        let browser = &mut platform.browser();

        let requests = [
            of_web().v1("https://graph.microsoft.com"),
            of_web().scope("openid profile offline_access User.Read api://colors/Colors.Read"),
            standard("openid profile offline_access"),
        ];
        let vendor = bought_in(platform, browser, &requests[1], CHRIS).await;
        let colors = renewal(&requests[1], &vendor).with("scope", "api://colors/Colors.Read");
        let colors = platform.tokens(&colors).await;
        add(Kind::DirectoryToken, vec![vendor.access_token]);
        add(Kind::IdToken, vec![vendor.id_token]);
        add(Kind::ColorsToken, vec![colors.access_token]);
        let everything = TokenRequest::by(DAEMON, "client_credentials").with("scope", "api://colors/.default");
        add(Kind::ApplicationToken, vec![platform.tokens(&everything).await.access_token]);

        let mut refresh_tokens = Vec::new();
        for request in Kind::RefreshToken.good_at().iter().enumerate().map(|(nth, _)| &requests[nth.min(2)]) {
            refresh_tokens.push(bought_in(platform, browser, request, CHRIS).await.refresh_token);
        }
        add(Kind::RefreshToken, refresh_tokens);

        let of_standard = bought_in(platform, browser, &requests[2], CHRIS).await;
        let key = DpopKey::new(Algorithm::Es256);
        add(Kind::BoundToken, vec![bound(platform, browser, &key).await.access_token]);
        add(Kind::SignedIntrospection, vec![signed_introspection(platform, &of_standard.access_token).await]);
        add(Kind::SignedUserinfo, vec![signed_userinfo(platform, &of_standard.access_token).await]);
        let signed = browser.authorize(&standard("openid").with("response_mode", "query.jwt")).await.response();
        add(Kind::SignedAnswer, vec![signed.get("response").to_owned()]);
        add(Kind::LogoutToken, vec![logout_token(platform).await]);
        add(Kind::StandardToken, vec![of_standard.access_token]);
        add(Kind::StandardIdToken, vec![of_standard.id_token]);
        let [opaque, opaque_colors] = opaque(platform, browser).await;
        add(Kind::OpaqueToken, vec![opaque]);
        add(Kind::OpaqueColorsToken, vec![opaque_colors]);

        let waiting = browser.authorize(&of_web().with("prompt", "consent")).await.page();
        add(Kind::Interaction, vec![waiting.address.rsplit('/').next().unwrap_or_default().to_owned()]);
        let mark = waiting.forms.iter().flat_map(|form| &form.inputs).find(|input| input.name == "csrf");
        add(Kind::FormMark, vec![mark.expect("the form is marked").value.clone()]);
        let cookie = |part: &str| browser.cookies.find(part).expect("the cookie is kept").value.clone();
        add(Kind::Session, vec![cookie("session")]);
        add(Kind::BrowserCookie, vec![cookie("browser")]);

        let mut codes = Vec::new();
        for request in &requests {
            codes.push(browser.walk(request, CHRIS).await.code());
        }
        add(Kind::Code, codes);
        add(Kind::DeviceCode, approved_devices(platform, browser).await);
        let waits = DeviceRequest::by(NATIVE).scope("openid").begin(platform).await;
        add(Kind::UserCode, vec![waits.user_code]);
        add(Kind::BackchannelRequest, vec![BackchannelRequest::to(WEB, CHRIS).approved(platform, CHRIS).await]);
        add(Kind::PushedRequest, vec![pushed(platform).await]);

        let initial = initial_access_token(platform, CONTOSO, 100, Duration::from_hours(1));
        let metadata = json!({ "redirect_uris": ["https://app.example/"] });
        let registered = register(platform, Some(&initial), &metadata).await.json();
        let member = |name: &str| registered[name].as_str().expect("it is registered").to_owned();
        add(Kind::InitialAccessToken, vec![initial]);
        add(Kind::RegistrationAccessToken, vec![member("registration_access_token")]);
        let configuration = member("registration_client_uri");
        let configuration = configuration.strip_prefix(platform.public().origin()).unwrap().to_owned();

        let proof = DpopKey::new(Algorithm::Es256);
        add(Kind::DpopProof, vec![proof.proof(platform, "POST", &standard_path("token")).signed()]);
        add(Kind::DpopNonce, vec![platform.app.env.dpop_nonces.current(platform.app.env.now())]);
        add(Kind::CertifiedAssertion, vec![certified_assertion(platform)]);
        let made = made_by_applications(platform).await;
        for (kind, value) in made {
            add(kind, vec![value]);
        }
        let pair = two_people(platform).await;
        Self { platform, browser: browser.clone(), pair, requests, key, configuration, values }
    }

    /// All of a kind.
    #[track_caller]
    pub fn values(&self, kind: Kind) -> &[String] {
        self.values.get(&kind).unwrap_or_else(|| panic!("there is no {kind:?}"))
    }

    /// The first of a kind.
    pub fn value(&self, kind: Kind) -> &str {
        &self.values(kind)[0]
    }
}

/// An address of the standard's dialect at Contoso.
pub fn standard_path(endpoint: &str) -> String {
    format!("/{}/oidc/{endpoint}", CONTOSO.id)
}

fn of_web() -> Authorize {
    Authorize::by(WEB).tenant(CONTOSO.id)
}

/// What the web app asks for in the standard's dialect.
pub fn standard(scope: &str) -> Authorize {
    of_web().oidc().scope(scope)
}

/// Somebody in whose browser two people are signed in, so that nobody is meant by being the only one.
pub async fn two_people(platform: &TestPlatform) -> Browser<'_> {
    let mut browser = platform.browser();
    for person in [CHRIS, ADMIN] {
        let arrival = browser.authorize(&standard("openid").with("prompt", "login")).await;
        browser.go_on(arrival, person).await.code();
    }
    browser
}

async fn bound(platform: &TestPlatform, browser: &mut Browser<'_>, key: &DpopKey) -> Tokens {
    let request = standard("openid profile");
    let code = browser.walk(&request, CHRIS).await.code();
    let proof = key.proof(platform, "POST", &standard_path("token")).signed();
    platform.tokens(&request.redeem(&code).header("dpop", &proof)).await
}

async fn signed_introspection(platform: &TestPlatform, token: &str) -> String {
    let headers =
        [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/token-introspection+jwt")];
    let body = format!("token={token}&client_id={}&client_secret={}", WEB.client_id, WEB.secret.unwrap());
    let request = platform.request("POST", &standard_path("introspect"), &headers, body.into());
    platform.send(request).await.text().to_owned()
}

async fn signed_userinfo(platform: &TestPlatform, token: &str) -> String {
    let signs = |algorithm: Option<&str>| {
        let algorithm = algorithm.map(str::to_owned);
        move |web: &mut rules::Application| web.metadata.userinfo_signed_response_alg = algorithm
    };
    platform.change_application(CONTOSO, WEB.client_id, signs(Some("RS256"))).await;
    let text = platform.call(&standard_path("userinfo"), token).await.text().to_owned();
    platform.change_application(CONTOSO, WEB.client_id, signs(None)).await;
    text
}

/// What the web app is told of the end of a session, in which it holds nothing of the others.
async fn logout_token(platform: &TestPlatform) -> String {
    let told = |web: &mut rules::Application| web.metadata.backchannel_logout_uri = Some(TOLD_AT.to_owned());
    platform.change_application(CONTOSO, WEB.client_id, told).await;
    platform.others.answer(TOLD_AT, 200);
    let mut browser = platform.browser();
    let id_token = bought_in(platform, &mut browser, &standard("openid"), CHRIS).await.id_token;
    browser.open(&format!("{}?id_token_hint={id_token}", standard_path("end-session"))).await.page();
    platform.tell_applications().await;
    let notice = platform.others.told().pop().expect("it is told");
    notice.body.expose().strip_prefix("logout_token=").expect("the one parameter").to_owned()
}

/// Tokens that say nothing, for userinfo and for another API.
async fn opaque(platform: &TestPlatform, browser: &mut Browser<'_>) -> [String; 2] {
    for client_id in [WEB.client_id, COLORS_API] {
        let opaque = |one: &mut rules::Application| one.access_token_format = rules::AccessTokenFormat::Opaque;
        platform.change_application(CONTOSO, client_id, opaque).await;
    }
    let own = bought_in(platform, browser, &standard("openid"), CHRIS).await.access_token;
    let request = standard("openid api://colors/Colors.Read");
    let colors = bought_in(platform, browser, &request, CHRIS).await.access_token;
    assert!(own.starts_with("ga1.") && colors.starts_with("ga1."));
    [own, colors]
}

/// A device code of each dialect that its person has said yes to.
async fn approved_devices(platform: &TestPlatform, browser: &mut Browser<'_>) -> Vec<String> {
    let asked = || DeviceRequest::by(NATIVE).tenant(CONTOSO.id);
    let requests = [
        asked().v1("https://graph.microsoft.com"),
        asked().scope("openid User.Read"),
        asked().oidc().scope("openid profile"),
    ];
    let mut codes = Vec::new();
    for request in requests {
        let device = request.begin(platform).await;
        device.approve(browser, CHRIS).await;
        codes.push(device.device_code);
    }
    codes
}

/// What tells a request that was pushed from others.
async fn pushed(platform: &TestPlatform) -> String {
    let request = Authorize::by(NATIVE).oidc().tenant(CONTOSO.id).scope("openid").with("prompt", "consent");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let pushed = platform.request("POST", &standard_path("par"), &form, request.encoded().into());
    let answer = platform.send(pushed).await.json();
    answer["request_uri"].as_str().expect("it was pushed").strip_prefix(PUSHED).expect("it is ours").to_owned()
}

fn certified_assertion(platform: &TestPlatform) -> String {
    let audience = platform.public().at(&format!("/{}/oauth2/v2.0/token", NORTHWIND.id));
    ClientAssertion::by(SYNC, &audience, IN_USE, Algorithm::Ps256).at(platform.app.env.now()).signed()
}

/// What applications sign with a key that they are registered with: each is made to be taken once.
async fn made_by_applications(platform: &TestPlatform) -> [(Kind, String); 3] {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    for client_id in [NATIVE.client_id, DAEMON.client_id, COLORS_API] {
        let keys = json!({ "keys": [key.public_jwk()] });
        let change = |one: &mut rules::Application| {
            one.metadata.jwks = Some(keys);
            match client_id {
                COLORS_API => {
                    one.metadata.backchannel_token_delivery_mode = Some(rules::DeliveryMode::Poll);
                    one.metadata.backchannel_authentication_request_signing_alg = Some("ES256".to_owned());
                }
                id if id == DAEMON.client_id => {
                    one.secrets.clear();
                    one.token_endpoint_auth_method = Some(rules::AuthMethod::PrivateKeyJwt);
                }
                _ => {}
            }
        };
        platform.change_application(CONTOSO, client_id, change).await;
    }
    let (issuer, now) = (platform.public().at(&format!("/{}/oidc", CONTOSO.id)), platform.app.env.now().seconds());
    let signed = |typ: &str, client_id: &str, more: Value| {
        let said = json!({
            "iss": client_id, "aud": issuer, "iat": now, "nbf": now, "exp": now + 60, "jti": "once",
        });
        let claims: Map<String, Value> =
            [said, more].into_iter().flat_map(|part| part.as_object().unwrap().clone()).collect();
        sign_compact(&key, &HeaderFields { typ, x5t: None }, &claims).unwrap()
    };
    let asked = Authorize::by(NATIVE).scope("openid");
    let asked: Map<String, Value> = asked.parameters.into_iter().map(|(name, value)| (name, json!(value))).collect();
    [
        (Kind::ClientAssertion, signed("JWT", DAEMON.client_id, json!({ "sub": DAEMON.client_id }))),
        (Kind::RequestObject, signed("oauth-authz-req+jwt", NATIVE.client_id, json!(asked))),
        (
            Kind::BackchannelRequestObject,
            signed("JWT", COLORS_API, json!({ "scope": "openid", "login_hint": CHRIS.name })),
        ),
    ]
}
