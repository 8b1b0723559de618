//! A small world: one tenant, a few people, one API, one application of each kind.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::pkce::CodeVerifier;
use grantor_protocol::prompt::Prompt;
use grantor_protocol::response::{ResponseMode, ResponseType};
use grantor_protocol::secret::sha256;
use grantor_protocol::{ClientId, FamilyId, FlowId, RedirectUri, TenantId, UserId};
use grantor_rules::authorize::{ChallengeWanted, Request, SignedIn};
use grantor_rules::client::{self, ProvenClient, RegisteredRedirect, SecretPlace, Showing, Shown};
use grantor_rules::directory_api;
use grantor_rules::model::{
    AppRole, Application, ClientSecret, Code, Consents, ExchangeTarget, Family, Method, Platform, Redirect,
    Registration, RegistrationPolicy, RequiredPermission, Risk, ScopeDefinition, ServicePrincipal, SignIn,
    StandardClaims, Tenant, TenantKind, TenantPolicy, Terms, User, WhoMayConsent,
};
use grantor_rules::scopes::{ApiName, ResolvedScopes, SignInScope, WantedScope, WantedScopes};

/// When everything happens.
pub const NOW: Timestamp = Timestamp::from_seconds(1_714_558_332);

pub fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}

pub fn tenant() -> Tenant {
    Tenant {
        id: TenantId::from_random([1; 16]),
        domain: "contoso.example".into(),
        display_name: "Contoso".into(),
        kind: TenantKind::Organization,
        policy: TenantPolicy::default(),
        client_registration: RegistrationPolicy::default(),
        trusted_issuers: Vec::new(),
    }
}

/// A person whose id follows from the first letter of the name.
pub fn person(name: &str) -> User {
    User {
        id: user_id(name),
        user_principal_name: format!("{name}@contoso.example"),
        display_name: name.into(),
        given_name: None,
        surname: None,
        job_title: None,
        mail: None,
        mobile_phone: None,
        business_phones: vec![],
        office_location: None,
        preferred_language: None,
        account_enabled: true,
        directory_roles: vec![],
        attributes: BTreeMap::new(),
        claims: StandardClaims::default(),
        sessions_valid_from: None,
    }
}

pub fn administrator(name: &str) -> User {
    User { directory_roles: vec![User::GLOBAL_ADMINISTRATOR.into()], ..person(name) }
}

pub fn user_id(name: &str) -> UserId {
    UserId::from_random([name.as_bytes()[0]; 16])
}

/// Signed in ten minutes ago, for another hour.
pub fn signed_in(user: User) -> SignedIn {
    let sign_in = SignIn {
        user: user.id,
        sid: format!("sid of {}", user.display_name),
        authenticated_at: NOW - minutes(10),
        method: Method::Pwd,
        expires_at: NOW + minutes(60),
    };
    SignedIn { tenant: Arc::new(tenant()), sign_in, user }
}

pub fn client_id(text: &str) -> ClientId {
    ClientId::parse(text).expect("the text is a client id")
}

pub fn uri(text: &str) -> RedirectUri {
    RedirectUri::parse(text).expect("the text is a redirect address")
}

pub fn definition(value: &str, consent: WhoMayConsent) -> ScopeDefinition {
    ScopeDefinition {
        id: directory_api::derived_id(value),
        value: value.into(),
        consent,
        admin_consent_display_name: format!("administrators read {value}"),
        admin_consent_description: None,
        user_consent_display_name: None,
        user_consent_description: None,
        risk: Risk::default(),
        disabled: false,
    }
}

fn application(client_id_text: &str) -> Application {
    Application::new(client_id(client_id_text), tenant().id, &client_id_text.to_uppercase())
}

/// An application as its own tenant knows it.
pub fn here(application: Application) -> Registration {
    let principal = Some(Arc::new(ServicePrincipal::at_home(&application, NOW - minutes(60))));
    Registration { application: Arc::new(application), principal }
}

/// An application that nobody has let in.
pub fn not_here(application: Application) -> Registration {
    Registration { application: Arc::new(application), principal: None }
}

/// What stands for an application in the tenant, to be changed.
pub fn principal_of(registration: &mut Registration) -> &mut ServicePrincipal {
    Arc::make_mut(registration.principal.as_mut().expect("it is here"))
}

/// An app role for applications and for people.
pub fn role(value: &str) -> AppRole {
    AppRole {
        id: directory_api::derived_id(&format!("role/{value}")),
        value: value.into(),
        display_name: format!("who {value}s"),
        description: None,
        for_applications: true,
        for_users: true,
        disabled: false,
    }
}

/// `api://NAME`, with `Read` and `Write` for everybody and `Manage` for administrators.
pub fn api(name: &str) -> Application {
    Application {
        identifier_uris: vec![format!("api://{name}")],
        scopes: vec![
            definition("Read", WhoMayConsent::User),
            definition("Write", WhoMayConsent::User),
            definition("Manage", WhoMayConsent::Admin),
        ],
        ..application(name)
    }
}

pub const WEB: &str = "https://app.example/cb";
pub const SPA: &str = "https://spa.example/";
pub const NATIVE: &str = "http://localhost";
pub const SECRET: &str = "of the application";

pub fn secret(text: &str) -> ClientSecret {
    let digest = sha256(text.as_bytes());
    ClientSecret {
        description: "one".into(),
        digest,
        hint: text[..3].into(),
        created_at: None,
        expires_at: None,
        sealed: None,
    }
}

/// The application that asks: registered as web, single-page and native application at once.
pub fn app() -> Application {
    Application {
        redirects: [(WEB, Platform::Web), (SPA, Platform::Spa), (NATIVE, Platform::PublicClient)]
            .into_iter()
            .map(|(text, platform)| Redirect { uri: uri(text), platform })
            .collect(),
        secrets: vec![secret(SECRET)],
        token_exchange: ["colors", "shapes", "sounds", "app"].map(exchange_for).into(),
        ..application("app")
    }
}

/// That tokens of an API may be exchanged for others of it, in the person's name.
pub fn exchange_for(api: &str) -> ExchangeTarget {
    ExchangeTarget { api: client_id(api), scopes: vec![], impersonation: true }
}

pub fn redirect_of(platform: Platform) -> &'static str {
    match platform {
        Platform::Web => WEB,
        Platform::Spa => SPA,
        Platform::PublicClient => NATIVE,
    }
}

pub fn registered(application: &Application, platform: Platform) -> RegisteredRedirect {
    client::registered_redirect(application, Some(&uri(redirect_of(platform))), &[]).expect("it is registered")
}

pub fn proven(application: &Application, platform: Platform) -> ProvenClient<'_> {
    let digest = sha256(SECRET.as_bytes());
    let (shown, origin) = match platform {
        Platform::Web => (Shown::Secret { digest: &digest, place: SecretPlace::Body }, None),
        Platform::Spa => (Shown::Nothing, Some("https://spa.example")),
        Platform::PublicClient => (Shown::Nothing, None),
    };
    let showing = Showing { shown, origin, now: NOW };
    client::prove(application, platform, &showing).expect("it proves itself")
}

/// What was required of an API by the registration: `API/VALUE`.
pub fn required(words: &[&str]) -> Vec<RequiredPermission> {
    let read = |word: &&str| {
        let (api, value) = word.split_once('/').expect("API/VALUE");
        let api = if api == "directory" { directory_api::client_id() } else { client_id(api) };
        RequiredPermission { api, value: value.into() }
    };
    words.iter().map(read).collect()
}

/// What is allowed, as `API/VALUE`; `directory` is the directory API.
pub fn allowed(words: &[&str]) -> Consents {
    let mut consents = Consents::default();
    for permission in required(words) {
        consents.allow(&permission.api, [permission.value]);
    }
    consents
}

/// Reads words as the dialect of version 2.0 does.
pub fn wanted(text: &str) -> WantedScopes {
    let read = |word: &str| {
        let spelled = word.to_owned();
        let (api, value) = match word.rsplit_once('/') {
            None => match SignInScope::parse(word) {
                Some(scope) => return WantedScope::SignIn(scope),
                None => (ApiName::Directory, word),
            },
            Some((identifier, value)) => (ApiName::Identifier(identifier.into()), value),
        };
        match value {
            ".default" => WantedScope::AllGranted { api, spelled },
            _ => WantedScope::Named { api, value: value.into(), spelled },
        }
    };
    WantedScopes::new(text.split_whitespace().map(read).collect())
}

/// The directory API, which nobody lets in.
pub fn directory() -> Registration {
    Registration { application: directory_api::application(), principal: None }
}

/// The directory API under its names, and each of `apis` under its client id and its identifier URIs.
pub fn named(apis: &[Registration]) -> BTreeMap<ApiName, Registration> {
    let graph = ApiName::Identifier(directory_api::WELL_KNOWN_URI.into());
    let mut names = BTreeMap::from([(ApiName::Directory, directory()), (graph, directory())]);
    for api in apis {
        let own = api.application.client_id.to_string();
        for name in api.application.identifier_uris.iter().cloned().chain([own]) {
            names.insert(ApiName::Identifier(name), api.clone());
        }
    }
    names
}

/// The same, of APIs that are here.
pub fn named_apis(apis: &[Application]) -> BTreeMap<ApiName, Registration> {
    let apis: Vec<Registration> = apis.iter().cloned().map(here).collect();
    named(&apis)
}

/// Resolves words against the directory API and the APIs `colors` and `shapes`.
pub fn resolved(text: &str) -> ResolvedScopes {
    wanted(text).resolve(&named_apis(&[api("colors"), api("shapes")])).expect("each word means something")
}

/// Resolves words against one API, or against the directory.
pub fn resolved_with(api: &Registration, words: &str) -> ResolvedScopes {
    wanted(words).resolve(&named(std::slice::from_ref(api))).expect("each word means something")
}

pub fn by_client_id(apis: &[Application]) -> BTreeMap<ClientId, Registration> {
    let apis = apis.iter().cloned().map(here).chain([directory()]);
    apis.map(|api| (api.application.client_id.clone(), api)).collect()
}

pub fn request(words: &str) -> Request {
    Request {
        wanted: wanted(words),
        response_type: ResponseType::CODE,
        response_mode: ResponseMode::Query,
        signed_answer: false,
        state: Some("state".into()),
        nonce: Some("nonce".into()),
        challenge: Some(verifier().challenge()),
        challenge_wanted: ChallengeWanted::OfBrowserApps,
        confirms_own_schemes: false,
        prompt: Prompt::AsNeeded,
        login_hint: None,
        sid: None,
        id_token_hint: None,
        max_age: None,
        terms: Terms::default(),
        dpop_jkt: None,
    }
}

pub fn verifier() -> CodeVerifier {
    CodeVerifier::from_random([7; 32])
}

/// A code for ana that was asked for with `words` and a challenge, a minute ago.
pub fn code(platform: Platform, words: &str) -> Code {
    Code {
        client_id: client_id("app"),
        user: user_id("ana"),
        redirect_uri: uri(redirect_of(platform)),
        redirect_uri_was_given: true,
        platform,
        challenge: Some(verifier().challenge()),
        nonce: Some("nonce".into()),
        wanted: wanted(words),
        authenticated_at: NOW - minutes(10),
        method: Method::Pwd,
        sid: "sid".into(),
        family: FamilyId::from_random([3; 16]),
        flow: FlowId::from_random([4; 16]),
        expires_at: NOW + minutes(9),
        spent_at: None,
        terms: Terms::default(),
        dpop_jkt: None,
        session_ended_at: None,
    }
}

/// What such a code bought.
pub fn family(platform: Platform, words: &str) -> Family {
    let code = code(platform, words);
    Family {
        id: code.family,
        client_id: code.client_id,
        user: code.user,
        platform,
        wanted: code.wanted,
        authenticated_at: code.authenticated_at,
        method: code.method,
        sid: code.sid,
        flow: code.flow,
        parent: None,
        ends_at: None,
        revoked: None,
        refresh_token: None,
        terms: Terms::default(),
        session_ended_at: None,
    }
}
