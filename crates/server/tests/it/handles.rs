//! Whatever we hand out is good in one place alone (T14, T31), and a token that was changed is good nowhere (T60).

use std::time::Duration;

use grantor_dialects::form::encode_component;
use grantor_dialects::oidc::request::PUSHED;
use grantor_jose::base64url::encode;
use grantor_jose::{Algorithm, HeaderFields, SigningKey, sign_compact};
use grantor_protocol::HandleKind;
use grantor_rules::model as rules;
use grantor_rules::token::issued::GrantKind;
use grantor_testkit::{
    Answer, Application, Authorize, BackchannelRequest, Browser, CHRIS, COLORS_API, CONTOSO, DAEMON, DeviceRequest,
    NATIVE, Options, TestPlatform, TokenRequest, WEB, initial_access_token, register, unverified_claims,
    unverified_header,
};
use serde_json::{Value, json};

use crate::support::bought;

/// Everything that is handed out to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credential {
    Handle(HandleKind),
    RefreshToken,
    InitialAccessToken,
    BrowserCookie,
    DirectoryToken,
    ApplicationToken,
    ColorsToken,
    IdToken,
    StandardToken,
    OpaqueToken,
    OpaqueColorsToken,
}

impl Credential {
    fn all() -> Vec<Self> {
        let others = [Self::RefreshToken, Self::InitialAccessToken, Self::BrowserCookie];
        let tokens = [Self::DirectoryToken, Self::ApplicationToken, Self::ColorsToken, Self::IdToken];
        let of_the_standard = [Self::StandardToken, Self::OpaqueToken, Self::OpaqueColorsToken];
        let tokens = tokens.into_iter().chain(of_the_standard);
        HandleKind::ALL.into_iter().map(Self::Handle).chain(others).chain(tokens).collect()
    }

    /// The places where it is good. A new kind does not build until it says so.
    fn good_at(self) -> &'static [Place] {
        match self {
            Self::Handle(HandleKind::Code) => &[Place::Code],
            Self::RefreshToken => &[Place::RefreshToken],
            Self::Handle(HandleKind::Interaction) => &[Place::SignInPage, Place::ConsentPage, Place::DevicePage],
            Self::Handle(HandleKind::Session) => &[Place::SessionCookie],
            Self::Handle(HandleKind::DeviceCode) => &[Place::DeviceCode],
            Self::Handle(HandleKind::PushedRequest) => &[Place::PushedReference],
            Self::Handle(HandleKind::Registration) => &[Place::ClientConfiguration],
            Self::InitialAccessToken => &[Place::Registration],
            Self::Handle(HandleKind::BackchannelRequest) => &[Place::BackchannelRequest],
            Self::BrowserCookie => &[Place::BrowserCookie],
            Self::DirectoryToken => &[Place::Me, Place::Userinfo],
            Self::StandardToken | Self::OpaqueToken => &[Place::StandardUserinfo],
            // The Colors API is another program; here it acts on with the tokens that it was called with.
            Self::ColorsToken => &[Place::OnBehalfOf],
            // id_tokens are for clients, and say to the sign-out whose sign-in ends: that is a hint, and opens nothing.
            // An application that acts for itself is nobody's profile, and nobody to act on for.
            // An opaque token for another API tells who has it nothing, and us nothing that is asked of us.
            Self::ApplicationToken | Self::IdToken | Self::OpaqueColorsToken => &[],
        }
    }
}

/// Everywhere that something of ours is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    SignInPage,
    ConsentPage,
    DevicePage,
    BrowserCookie,
    SessionCookie,
    Me,
    Userinfo,
    StandardUserinfo,
    RefreshToken,
    Code,
    DeviceCode,
    PushedReference,
    BackchannelRequest,
    OnBehalfOf,
    Registration,
    ClientConfiguration,
}

impl Place {
    const ALL: [Self; 16] = [
        Self::SignInPage,
        Self::ConsentPage,
        Self::DevicePage,
        Self::BrowserCookie,
        Self::SessionCookie,
        Self::Me,
        Self::Userinfo,
        Self::StandardUserinfo,
        Self::RefreshToken,
        Self::Code,
        Self::DeviceCode,
        Self::PushedReference,
        Self::BackchannelRequest,
        Self::OnBehalfOf,
        Self::Registration,
        Self::ClientConfiguration,
    ];
}

/// One of each.
struct Issued<'a> {
    platform: &'a TestPlatform,
    browser: Browser<'a>,
    request: Authorize,
    values: Vec<(Credential, String)>,
    /// Where the application that registered itself looks after that.
    configuration: String,
}

impl<'a> Issued<'a> {
    async fn new(platform: &'a TestPlatform) -> Self {
        platform.apply(COLORS_ACTS_ON).await;
        let mut browser = platform.browser();
        let request = Authorize::by(NATIVE).scope("openid profile offline_access User.Read api://colors/Colors.Read");
        let code = browser.walk(&request, CHRIS).await.code();
        let tokens = platform.tokens(&request.redeem(&code)).await;
        let colors = TokenRequest::refresh(NATIVE, &tokens.refresh_token).with("scope", "api://colors/Colors.Read");
        let colors = platform.tokens(&colors).await;
        let application = TokenRequest::by(DAEMON, "client_credentials");
        let application = platform.tokens(&application.with("scope", "https://graph.microsoft.com/.default")).await;
        let waiting = browser.authorize(&Authorize::by(NATIVE).with("prompt", "consent")).await.page();
        let unused = browser.authorize(&request).await.code();
        let device = approved_device(platform, &mut browser).await;
        let elsewhere = BackchannelRequest::to(WEB, CHRIS).approved(platform, CHRIS).await;
        let of_the_standard = standard_tokens(platform).await;
        let pushed = pushed(platform).await;
        let initial = initial_access_token(platform, CONTOSO, 100, Duration::from_hours(1));
        let registered =
            register(platform, Some(&initial), &json!({ "redirect_uris": ["https://app.example/"] })).await;
        let registered = registered.json();
        let cookie =
            |browser: &Browser<'_>, part: &str| browser.cookies.find(part).expect("the cookie is kept").value.clone();
        let values = Credential::all()
            .into_iter()
            .map(|credential| {
                let value = match credential {
                    Credential::Handle(HandleKind::Code) => unused.clone(),
                    Credential::Handle(HandleKind::DeviceCode) => device.clone(),
                    Credential::Handle(HandleKind::PushedRequest) => pushed.clone(),
                    Credential::Handle(HandleKind::Registration) => {
                        registered["registration_access_token"].as_str().unwrap().to_owned()
                    }
                    Credential::InitialAccessToken => initial.clone(),
                    Credential::Handle(HandleKind::BackchannelRequest) => elsewhere.clone(),
                    Credential::RefreshToken => colors.refresh_token.clone(),
                    Credential::Handle(HandleKind::Interaction) => {
                        waiting.address.rsplit('/').next().unwrap_or_default().to_owned()
                    }
                    Credential::Handle(HandleKind::Session) => cookie(&browser, "session"),
                    Credential::BrowserCookie => cookie(&browser, "browser"),
                    Credential::DirectoryToken => tokens.access_token.clone(),
                    Credential::ApplicationToken => application.access_token.clone(),
                    Credential::ColorsToken => colors.access_token.clone(),
                    Credential::IdToken => tokens.id_token.clone(),
                    Credential::StandardToken => of_the_standard[0].clone(),
                    Credential::OpaqueToken => of_the_standard[1].clone(),
                    Credential::OpaqueColorsToken => of_the_standard[2].clone(),
                };
                (credential, value)
            })
            .collect();
        let configuration = registered["registration_client_uri"].as_str().unwrap().to_owned();
        let configuration = configuration.strip_prefix(platform.public().origin()).unwrap().to_owned();
        Self { platform, browser, request, values, configuration }
    }

    fn value(&self, wanted: Credential) -> &str {
        &self.values.iter().find(|(credential, _)| *credential == wanted).expect("there is one of each").1
    }

    /// Whether `value` is taken at `place`.
    async fn is_taken(&self, place: Place, value: &str) -> bool {
        let mut browser = self.browser.clone();
        let interaction = self.value(Credential::Handle(HandleKind::Interaction));
        match place {
            Place::SignInPage => shown(&mut browser, "sign-in", value).await,
            Place::ConsentPage => shown(&mut browser, "consent", value).await,
            Place::DevicePage => shown(&mut browser, "device", value).await,
            Place::BrowserCookie => {
                let cookie = format!("__Host-grantor-browser={value}");
                let target = format!("/consent/{interaction}");
                ok_page(&self.platform.get(&target, &[("cookie", &cookie)]).await)
            }
            Place::SessionCookie => {
                let cookie = format!("__Host-grantor-session-{}={value}", CONTOSO.id);
                let target = self.request.clone().with("prompt", "none").target();
                let answer = self.platform.get(&target, &[("cookie", &cookie)]).await;
                answer.header("location").contains("code=gc1")
            }
            Place::Me => self.platform.call("/v1.0/me", value).await.code() == 200,
            Place::Userinfo => self.platform.call("/oidc/userinfo", value).await.code() == 200,
            Place::StandardUserinfo => {
                let target = format!("/{}/oidc/userinfo", CONTOSO.id);
                self.platform.call(&target, value).await.code() == 200
            }
            Place::RefreshToken => self.platform.token(&TokenRequest::refresh(NATIVE, value)).await.code() == 200,
            Place::Code => self.platform.token(&self.request.redeem(value)).await.code() == 200,
            Place::DeviceCode => {
                let request = TokenRequest::by(NATIVE, GrantKind::DeviceCode.as_str()).with("device_code", value);
                self.platform.token(&request).await.code() == 200
            }
            Place::PushedReference => {
                let (id, reference) = (NATIVE.client_id, encode_component(&format!("{PUSHED}{value}")));
                let target = format!("/{}/oidc/authorize?client_id={id}&request_uri={reference}", CONTOSO.id);
                let answer = browser.request("GET", &target, &[], String::new()).await;
                answer.code() == 303 && !answer.header("location").contains("error=")
            }
            Place::Registration => {
                let metadata = json!({ "redirect_uris": ["https://app.example/"] });
                register(self.platform, Some(value), &metadata).await.code() == 201
            }
            Place::ClientConfiguration => self.platform.call(&self.configuration, value).await.code() == 200,
            Place::BackchannelRequest => {
                let request = TokenRequest::by(WEB, GrantKind::BackchannelRequest.as_str()).oidc().tenant(CONTOSO.id);
                self.platform.token(&request.with("auth_req_id", value)).await.code() == 200
            }
            Place::OnBehalfOf => self.platform.token(&acting_on(value)).await.code() == 200,
        }
    }
}

async fn shown(browser: &mut Browser<'_>, page: &str, handle: &str) -> bool {
    ok_page(&browser.request("GET", &format!("/{page}/{handle}"), &[], String::new()).await)
}

/// A device code that its person has said yes to.
async fn approved_device(platform: &TestPlatform, browser: &mut Browser<'_>) -> String {
    let asked = DeviceRequest::by(NATIVE).scope("openid User.Read");
    let device = asked.begin(platform).await;
    device.approve(browser, CHRIS).await;
    device.device_code
}

/// What tells a request that was pushed from others.
async fn pushed(platform: &TestPlatform) -> String {
    let request = Authorize::by(NATIVE).oidc().tenant(CONTOSO.id).scope("openid").with("prompt", "consent");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let target = format!("/{}/oidc/par", CONTOSO.id);
    let answer = platform.send(platform.request("POST", &target, &form, request.encoded().into())).await;
    answer.json()["request_uri"].as_str().expect("it was pushed").strip_prefix(PUSHED).expect("it is ours").to_owned()
}

/// Access tokens of the standard's dialect: a signed one and an opaque one for userinfo, and an opaque one for another API.
async fn standard_tokens(platform: &TestPlatform) -> [String; 3] {
    let own = Authorize::by(NATIVE).oidc().tenant(CONTOSO.id).scope("openid");
    let signed = bought(platform, &own, CHRIS).await.access_token;
    for client_id in [NATIVE.client_id, COLORS_API] {
        let opaque = |one: &mut rules::Application| one.access_token_format = rules::AccessTokenFormat::Opaque;
        platform.change_application(CONTOSO, client_id, opaque).await;
    }
    let opaque = bought(platform, &own, CHRIS).await.access_token;
    let colors = bought(platform, &own.scope("openid api://colors/Colors.Read"), CHRIS).await.access_token;
    assert!(opaque.starts_with("ga1.") && colors.starts_with("ga1."));
    [signed, opaque, colors]
}

fn acting_on(assertion: &str) -> TokenRequest {
    TokenRequest::by(COLORS, GrantKind::OnBehalfOf.as_str())
        .with("requested_token_use", "on_behalf_of")
        .with("assertion", assertion)
        .with("scope", "https://graph.microsoft.com/User.Read")
}

const COLORS: Application = Application {
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

  [[tenant.application]]
  client_id = "c0105000-0000-4000-8000-00000000a001"
  display_name = "Colors API"
  identifier_uris = ["api://colors"]
  access_token_version = 2
  secrets = [{ description = "local", value = "colors-secret-for-local-use-only-0001" }]

    [[tenant.application.scope]]
    value = "Colors.Read"
    consent = "user"
    admin_consent_display_name = "Read colors"

  [[tenant.consent]]
  client_id = "c0105000-0000-4000-8000-00000000a001"
  permissions = ["graph/User.Read"]
"#;

fn ok_page(answer: &Answer) -> bool {
    answer.code() == 200 && answer.text().contains("csrf") || answer.code() == 303
}

#[tokio::test]
async fn everything_that_is_handed_out_is_taken_in_its_own_place_alone() {
    let platform = TestPlatform::start().await;
    let issued = Issued::new(&platform).await;
    for place in Place::ALL {
        for (credential, value) in &issued.values {
            let expected = credential.good_at().contains(&place);
            assert_eq!(issued.is_taken(place, value).await, expected, "{credential:?} at {place:?}");
        }
    }
}

#[tokio::test]
async fn a_wrong_token_at_an_api_says_what_is_wrong() {
    // 6750-05, 6750-06, 6750-07, 6750-10, 9068-06
    let platform = TestPlatform::start().await;
    let issued = Issued::new(&platform).await;
    let rows = [
        (Credential::ColorsToken, "The access token is for 'c0105000-0000-4000-8000-00000000a001', not for this API."),
        (Credential::IdToken, "The access token is for '11111111-1111-1111-1111-111111111111', not for this API."),
        (Credential::RefreshToken, "The access token cannot be read."),
    ];
    for (credential, sentence) in rows {
        for target in ["/v1.0/me", "/oidc/userinfo"] {
            let answer = platform.call(target, issued.value(credential)).await;
            let error = &answer.json()["error"];
            assert_eq!((answer.code(), &error["message"]), (401, &json!(sentence)), "{credential:?}");
            assert_eq!(error["code"], "InvalidAuthenticationToken");
            assert_eq!(error["innerError"]["request-id"], answer.header("request-id"));
            let challenge = answer.header("www-authenticate");
            assert!(
                challenge.starts_with("Bearer realm=\"\", authorization_uri=\"https://localhost:8443/"),
                "{challenge}"
            );
            assert!(challenge.contains(", error=\"invalid_token\", error_description=\""), "{challenge}");
            assert_eq!(challenge.matches('"').count() % 2, 0, "{challenge}");
        }
    }
    let token = issued.value(Credential::DirectoryToken);
    let bearer = format!("Bearer {token}");
    let basic = format!("Basic {token}");
    let without: [(&str, &[(&str, &str)]); 5] = [
        ("/v1.0/me", &[]),
        ("/oidc/userinfo", &[]),
        ("/v1.0/me", &[("authorization", "")]),
        ("/v1.0/me", &[("authorization", "Bearer ")]),
        ("/v1.0/me", &[("authorization", basic.as_str())]),
    ];
    for (target, headers) in without {
        let answer = platform.get(target, headers).await;
        assert_eq!(answer.code(), 401, "{headers:?}");
        // No credential, no detail.
        let detailed = answer.header("www-authenticate").contains("error=");
        assert_eq!(detailed, !headers.is_empty(), "{headers:?}");
    }
    // 6750-02, 6750-03, 6750-04, 2.1-03: one header, and no other way.
    let answer = platform.get("/v1.0/me", &[("authorization", &bearer), ("authorization", &bearer)]).await;
    assert_eq!(answer.code(), 401);
    assert_eq!(platform.get(&format!("/v1.0/me?access_token={token}"), &[]).await.code(), 401);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = format!("access_token={token}").into();
    let answer = platform.send(platform.request("POST", "/oidc/userinfo", &form, body)).await;
    assert_eq!(answer.code(), 401);
}

#[tokio::test]
async fn a_token_without_the_permission_is_refused_with_403() {
    // 6750-06
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE).scope("openid offline_access");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(platform.call("/oidc/userinfo", &tokens.access_token).await.code(), 200);
    let answer = platform.call("/v1.0/me", &tokens.access_token).await;
    assert_eq!((answer.code(), &answer.json()["error"]["code"]), (403, &json!("Authorization_RequestDenied")));
    let request = Authorize::by(NATIVE).scope("User.Read");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(platform.call("/oidc/userinfo", &tokens.access_token).await.code(), 403);
}

#[tokio::test]
async fn an_access_token_ends_when_it_says() {
    let platform = TestPlatform::start().await;
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    let life = tokens.body["expires_in"].as_u64().unwrap();
    platform.advance(Duration::from_secs(life - 1));
    assert_eq!(platform.call("/v1.0/me", &tokens.access_token).await.code(), 200);
    platform.advance(Duration::from_secs(1));
    let answer = platform.call("/v1.0/me", &tokens.access_token).await;
    assert_eq!((answer.code(), &answer.json()["error"]["message"]), (401, &json!("The access token has expired.")));
}

#[tokio::test]
async fn a_token_that_was_changed_anywhere_is_refused() {
    // T28, T60, 9068-05
    let platform = TestPlatform::start().await;
    let token = platform.signed_in(NATIVE, CHRIS).await.access_token;
    let parts: Vec<&str> = token.split('.').collect();
    let mut changed = Vec::new();
    // The last letter of a part holds bits that are not used; a change of those alone is malformed and refused too.
    for place in (0..token.len()).step_by(17).chain([token.len() - 1]) {
        let letter = if token[place..].starts_with('A') { "B" } else { "A" };
        changed.push(format!("{}{letter}{}", &token[..place], &token[place + 1..]));
    }
    let header = |members: Value| encode(members.to_string());
    let kid = unverified_header(&token)["kid"].clone();
    for alg in ["none", "None", "HS256", "RS512", "PS256", "ES256"] {
        let header = header(json!({"alg": alg, "typ": "JWT", "kid": kid}));
        changed.push(format!("{header}.{}.", parts[1]));
        changed.push(format!("{header}.{}.{}", parts[1], parts[2]));
    }
    for typ in [json!("at+jwt"), json!(null), json!("JWS")] {
        changed.push(format!("{}.{}.{}", header(json!({"alg": "RS256", "typ": typ, "kid": kid})), parts[1], parts[2]));
    }
    changed.push(format!("{}.{}", parts[0], parts[1]));
    changed.push(format!("{token}."));
    changed.push(format!("{token}.{}", parts[2]));
    changed.push(parts[..2].join(".") + ".");
    changed.push(format!("{token}{}", "A".repeat(64 * 1024)));
    // Signed by a stranger under our key's name, with the very same claims.
    let stranger = SigningKey::generate(Algorithm::Rs256).unwrap().with_key_id(kid.as_str().unwrap().to_owned());
    let fields = HeaderFields { typ: "JWT", x5t: None };
    changed.push(sign_compact(&stranger, &fields, &unverified_claims(&token)).unwrap());
    for changed in changed {
        let answer = platform.call("/v1.0/me", &changed).await;
        assert_eq!(answer.code(), 401, "{changed}");
    }
    assert_eq!(platform.call("/v1.0/me", &token).await.code(), 200);
}

#[tokio::test]
async fn a_token_of_the_same_keys_under_another_address_is_refused() {
    let options = Options { public: "https://other.example".to_owned(), ..Options::default() };
    let elsewhere = TestPlatform::with(&options).await;
    let token = elsewhere.signed_in(NATIVE, CHRIS).await.access_token;
    let answer = TestPlatform::start().await.call("/v1.0/me", &token).await;
    let expected = json!("The access token was not issued for this directory.");
    assert_eq!((answer.code(), &answer.json()["error"]["message"]), (401, &expected));
}
