//! The other endpoints where applications ask: each proves the application before it looks at what is asked (RFC 9126 §2.1,
//! RFC 7662 §2.1, RFC 7009 §2.1, RFC 8628 §3.1, CIBA §7.2, RFC 7591 §3.2.2).

use grantor_rules::model::{DeliveryMode, RegistrationOpenTo, RegistrationPolicy};
use grantor_testkit::{Authorize, BackchannelRequest, CHRIS, CONTOSO, TestPlatform, TokenRequest, WEB, let_register};
use serde_json::{Value, json};

use super::{Fault, said, told_in_order};

/// A form of the web app, with the endpoint where it goes.
#[derive(Clone)]
struct Form {
    endpoint: &'static str,
    inner: TokenRequest,
}

impl Form {
    /// What the web app sends beside this.
    fn to(endpoint: &'static str, parameters: &[(&str, &str)]) -> Self {
        let inner = TokenRequest::by(WEB, "").without("grant_type").tenant(CONTOSO.id);
        let inner = parameters.iter().fold(inner, |request, (name, value)| request.with(name, value));
        Self { endpoint, inner }
    }

    fn map(self, change: impl FnOnce(TokenRequest) -> TokenRequest) -> Self {
        Self { inner: change(self.inner), ..self }
    }

    fn with(self, name: &str, value: &str) -> Self {
        self.map(|request| request.with(name, value))
    }

    fn without(self, name: &str) -> Self {
        self.map(|request| request.without(name))
    }

    async fn send(&self, platform: &TestPlatform) -> String {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers = self.inner.headers.iter().map(|(name, value)| (*name, value.as_str()));
        let headers: Vec<(&str, &str)> = [form].into_iter().chain(headers).collect();
        let target = format!("/{}/oidc/{}", self.inner.tenant, self.endpoint);
        said(&platform.send(platform.request("POST", &target, &headers, self.inner.encoded().into())).await)
    }
}

/// Where the request goes, whether who asks can be read, and whether they prove it.
const WHO: [Fault<Form>; 4] = [
    ("a tenant that there is not", |form| form.map(|request| request.tenant("nowhere.example"))),
    ("two proofs of who asks", |form| form.map(|request| request.basic(WEB.client_id, "x"))),
    ("an application that there is not", |form| form.with("client_id", "unknown")),
    ("a wrong secret", |form| form.with("client_secret", "wrong")),
];

async fn holds(good: Form, faults: &[Fault<Form>]) {
    let platform = TestPlatform::start().await;
    BackchannelRequest::to(WEB, CHRIS).registered(&platform, DeliveryMode::Poll, None).await;
    told_in_order(good, &[&WHO[..], faults].concat(), async |form: Form| form.send(&platform).await).await;
}

#[tokio::test]
async fn of_pushed_requests() {
    let asked = Authorize::by(WEB).scope("openid");
    let parameters: Vec<(&str, &str)> =
        asked.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let faults: &[Fault<Form>] = &[
        ("a proof of a key that is none", |form| form.map(|request| request.header("dpop", "x"))),
        ("a request that stands elsewhere", |form| form.with("request_uri", "https://app.example/request")),
        ("a request object that is none", |form| form.with("request", "a.b.c")),
        ("an address of nobody", |form| form.with("redirect_uri", "https://evil.example/")),
        ("a type of answer that there is not", |form| form.with("response_type", "x")),
        ("a way of answering that there is not", |form| form.with("response_mode", "x")),
        ("a scope that cannot be read", |form| form.with("scope", "\"")),
        ("a proof key of a way that there is not", |form| form.with("code_challenge_method", "x")),
        ("claims that cannot be read", |form| form.with("claims", "x")),
        ("a prompt that there is not", |form| form.with("prompt", "x")),
        ("an answer that it is not registered for", |form| form.with("response_type", "code id_token")),
        ("an API that there is not", |form| form.with("resource", "api://nothing")),
    ];
    holds(Form::to("par", &parameters), faults).await;
}

#[tokio::test]
async fn of_introspection_and_revocation() {
    for endpoint in ["introspect", "revoke"] {
        let faults: &[Fault<Form>] = &[("no token", |form| form.without("token"))];
        holds(Form::to(endpoint, &[("token", "x")]), faults).await;
    }
}

#[tokio::test]
async fn of_device_authorization() {
    let faults: &[Fault<Form>] = &[
        ("a scope that cannot be read", |form| form.with("scope", "\"")),
        ("a permission that there is not", |form| form.with("scope", "api://colors/Nothing")),
    ];
    holds(Form::to("device-authorization", &[("scope", "openid")]), faults).await;
}

#[tokio::test]
async fn of_requests_to_people_who_are_elsewhere() {
    let faults: &[Fault<Form>] = &[
        ("a signed request, and none is registered", |form| form.with("request", "a.b.c")),
        ("no scope", |form| form.without("scope")),
        ("a code that nobody has", |form| form.with("user_code", "1")),
        ("nobody is named", |form| form.without("login_hint").without("id_token_hint")),
        ("two are named", |form| form.with("id_token_hint", "x")),
        ("a message that cannot be shown", |form| form.with("binding_message", &"m".repeat(500))),
        ("a time in words", |form| form.with("requested_expiry", "x")),
        ("a person who is not here", |form| form.with("login_hint", "nobody@contoso.example")),
    ];
    holds(Form::to("bc-authorize", &[("scope", "openid"), ("login_hint", CHRIS.name)]), faults).await;
}

/// A registration: with which token, and its body.
#[derive(Clone)]
struct Registration {
    tenant: &'static str,
    token: Option<&'static str>,
    unreadable: bool,
    metadata: Value,
}

impl Registration {
    fn with(mut self, name: &str, value: Value) -> Self {
        self.metadata[name] = value;
        self
    }
}

#[tokio::test]
async fn of_registration() {
    let platform = TestPlatform::start().await;
    let_register(
        &platform,
        RegistrationPolicy { open_to: RegistrationOpenTo::Everybody, ..RegistrationPolicy::default() },
    )
    .await;
    let metadata = json!({ "redirect_uris": ["https://app.example/"] });
    let good = Registration { tenant: CONTOSO.id, token: None, unreadable: false, metadata };
    let faults: &[Fault<Registration>] = &[
        ("a tenant that there is not", |one| Registration { tenant: "nowhere.example", ..one }),
        ("a token that is none", |one| Registration { token: Some("x"), ..one }),
        ("a body that cannot be read", |one| Registration { unreadable: true, ..one }),
        ("a field of another type", |one| one.with("client_name", json!(1))),
        ("an address that is none", |one| one.with("redirect_uris", json!(["https://app.example/#x"]))),
        ("a field that cannot be registered so", |one| one.with("jwks_uri", json!("http://app.example/keys"))),
        ("a software statement", |one| one.with("software_statement", json!("a.b.c"))),
    ];
    told_in_order(good, faults, async |one: Registration| {
        let bearer = one.token.map(|token| format!("Bearer {token}"));
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(bearer.iter().map(|bearer| ("authorization", bearer.as_str())));
        let body = if one.unreadable { "[".to_owned() } else { one.metadata.to_string() };
        let target = format!("/{}/oidc/register", one.tenant);
        said(&platform.send(platform.request("POST", &target, &headers, body.into())).await)
    })
    .await;
}
