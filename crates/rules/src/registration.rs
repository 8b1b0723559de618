//! Applications that register themselves: what may be registered in a tenant, and what becomes of what is left out.
//!
//! The same function makes a new application and changes one, so that no change can do what registering cannot. It touches
//! what an application may say of itself and nothing else: what administrators have laid down stays.
//!
//! Spec: RFC 7591, RFC 7592, OpenID Connect Dynamic Client Registration 1.0.

use std::ops::RangeInclusive;
use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::response::ResponseType;
use grantor_protocol::secret::{same_bytes, sha256};
use grantor_protocol::{ClientId, InitialAccessToken, RedirectUri, Secret, TenantId};

use crate::Refusal;
use crate::client_metadata::{ReadsKeys, addresses, wrong_with};
use crate::model::{
    Application, ApplicationType, AuthMethod, ClientMetadata, ClientRegistration, FrontChannel, Information, Platform,
    Redirect, RegistrationOpenTo, RegistrationPolicy, SigningAlg, SubjectType,
};
use crate::refusal::TokenFault;
use crate::text::{LONGEST_NAME, readable};
use crate::token::issued::GrantKind;

/// The most applications that may register with one initial access token.
pub const MOST_USES: u16 = 100;

/// The shortest and the longest life of an initial access token.
pub const TOKEN_LIFETIMES: RangeInclusive<Duration> = Duration::from_mins(1)..=Duration::from_hours(90 * 24);

/// What an application wants to be registered as.
#[derive(Debug, Default)]
pub struct WantedClient {
    /// Where its answers may be sent.
    pub redirect_uris: Vec<String>,
    /// Where it runs.
    pub application_type: ApplicationType,
    /// How it proves itself; without it, as its type does.
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// What people read.
    pub client_name: Option<String>,
    /// Where people read about it.
    pub information: Information,
    /// How its id_tokens are signed.
    pub id_token_signing_alg: SigningAlg,
    /// Where its people's browsers tell it that they have signed out.
    pub front_channel_logout_uri: Option<String>,
    /// Everything else.
    pub metadata: ClientMetadata,
    /// What somebody else says of it (RFC 7591 §2.3).
    pub software_statement: Option<String>,
}

/// What somebody shows who registers an application.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// Nothing.
    Nothing,
    /// Something that we have not made.
    NotOurs,
    /// An initial access token of ours.
    Token(&'a InitialAccessToken),
}

/// Whether somebody may register an application in a tenant at all: with the initial access token that they show, if they
/// show one. How often it may be used is not asked here: only the commit can answer that once.
///
/// # Errors
/// [`Refusal::RegistrationClosed`], [`Refusal::TokenMissing`], [`Refusal::TokenInvalid`].
///
/// Spec: RFC 7591 §3.
pub fn may_register(
    policy: &RegistrationPolicy,
    tenant: TenantId,
    shown: Shown<'_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let refused = |why| Err(Refusal::TokenInvalid { why });
    match (policy.open_to, shown) {
        (RegistrationOpenTo::Nobody, _) => Err(Refusal::RegistrationClosed),
        (RegistrationOpenTo::TokenHolders, Shown::Nothing) => Err(Refusal::TokenMissing),
        (_, Shown::NotOurs) => refused(TokenFault::Malformed),
        (_, Shown::Token(token)) if token.tenant != tenant => refused(TokenFault::Issuer),
        (_, Shown::Token(token)) if now.seconds() >= token.expires_at => refused(TokenFault::Expired),
        (RegistrationOpenTo::Everybody, Shown::Nothing) | (_, Shown::Token(_)) => Ok(()),
    }
}

/// The application that registers itself just now, before anything that it says of itself.
pub fn fresh(client_id: ClientId, tenant: TenantId, token_digest: [u8; 32], now: Timestamp) -> Application {
    let registration =
        ClientRegistration { token_digest, registered_at: now, application_type: ApplicationType::default() };
    let name = client_id.as_str().to_owned();
    Application { registration: Some(registration), ..Application::new(client_id, tenant, &name) }
}

/// Whether a registration access token is the application's own (RFC 7592 §3).
pub fn is_registered_with(application: &Application, token_digest: &[u8; 32]) -> bool {
    application.registration.as_ref().is_some_and(|one| same_bytes(&one.token_digest, token_digest))
}

/// Whether what an application says of its own id and secret is so (RFC 7592 §2.2).
///
/// # Errors
/// [`Refusal::ClientMetadataInvalid`].
pub fn is_the_same(application: &Application, id: Option<&str>, secret: Option<&Secret>) -> Result<(), Refusal> {
    let invalid = |field: &str, why: &str| Err(invalid(field, why.to_owned()));
    match id {
        None => return invalid("client_id", "must be there when a registration is changed"),
        Some(id) if id != application.client_id.as_str() => {
            return invalid("client_id", "is not that of the application whose registration is changed");
        }
        Some(_) => {}
    }
    let Some(secret) = secret else { return Ok(()) };
    let digest = sha256(secret.expose().as_bytes());
    let fits = application.secrets.iter().filter(|one| same_bytes(&one.digest, &digest)).count();
    if fits > 0 { Ok(()) } else { invalid("client_secret", "is not the application's") }
}

/// The application as it is registered from now on: everything that it may say of itself as `wanted` says it, or as it is
/// where nothing is said; everything else as in `there`. Its secrets are those of `there`, and none where it needs none.
///
/// # Errors
/// The first that applies of [`Refusal::RedirectNotRegistrable`], [`Refusal::ClientMetadataInvalid`],
/// [`Refusal::SoftwareStatementMalformed`] and [`Refusal::SoftwareStatementNotApproved`].
///
/// Spec: RFC 7591 §2 and §3.2.2, RFC 7592 §2.2.
pub fn registered(
    there: &Application,
    wanted: WantedClient,
    policy: &RegistrationPolicy,
    keys: ReadsKeys<'_>,
) -> Result<Application, Refusal> {
    let native = wanted.application_type == ApplicationType::Native;
    let method = method(&wanted)?;
    let public = method == AuthMethod::None;
    // Asked before what is left out is filled in: without a word, each application has names of its own.
    let said = wanted.metadata.clone();
    let metadata = with_defaults(wanted.metadata);
    let response_types: Vec<ResponseType> =
        metadata.response_types.iter().flatten().filter_map(|text| ResponseType::parse(text)).collect();
    let redirects = redirects(&wanted.redirect_uris, wanted.application_type, public)?;
    if redirects.is_empty() && uses_redirects(&metadata) {
        return Err(Refusal::RedirectNotRegistrable { why: "the grant types need one, and there is none".to_owned() });
    }
    if !native && response_types.iter().any(|kind| kind.carries_tokens()) {
        // OpenID Connect Registration §2: a loopback address is no web application's.
        if let Some(one) = redirects.iter().find(|one| one.uri.scheme() != "https") {
            return Err(not_registrable(one.uri.as_str(), "tokens in front are for https addresses alone"));
        }
    }
    for uri in redirects.iter().map(|redirect| &redirect.uri) {
        allowed_by(policy, uri)?;
    }
    one_sector(&said, &redirects)?;
    let name = name(wanted.client_name, there)?;
    pages(&wanted.information)?;
    front_channel_logout(wanted.front_channel_logout_uri.as_deref(), &redirects)?;
    let in_front = |wanted: fn(&ResponseType) -> bool| response_types.iter().any(wanted);
    let front_channel =
        FrontChannel { id_tokens: in_front(|one| one.id_token), access_tokens: in_front(|one| one.token) };
    let application = Application {
        display_name: name,
        redirects,
        allow_public_client_flows: public,
        front_channel,
        front_channel_logout_uri: wanted.front_channel_logout_uri,
        id_token_signing_alg: wanted.id_token_signing_alg,
        token_endpoint_auth_method: Some(method),
        information: wanted.information,
        metadata: Box::new(metadata),
        secrets: if needs_a_secret(method) { there.secrets.clone() } else { Vec::new() },
        registration: there
            .registration
            .clone()
            .map(|one| ClientRegistration { application_type: wanted.application_type, ..one }),
        ..there.clone()
    };
    match wrong_with(&application, keys).into_iter().next() {
        Some(wrong) => return Err(invalid(wrong.field, wrong.why)),
        None => fits_together(&application)?,
    }
    for text in &application.metadata.post_logout_redirect_uris {
        let uri =
            RedirectUri::parse(text).map_err(|_| invalid("post_logout_redirect_uris", "is malformed".to_owned()))?;
        allowed_by(policy, &uri).map_err(|_| invalid("post_logout_redirect_uris", not_taken(text)))?;
    }
    no_software_statement(wanted.software_statement.as_deref())?;
    Ok(application)
}

/// Whether the server makes a secret for an application that proves itself in this way.
pub fn needs_a_secret(method: AuthMethod) -> bool {
    method.as_str().starts_with("client_secret_")
}

/// Whether the list under a sector identifier holds every redirect address (OpenID Connect Registration §5).
///
/// # Errors
/// [`Refusal::ClientMetadataInvalid`].
pub fn sector_holds(application: &Application, listed: &[String]) -> Result<(), Refusal> {
    let missing = application.redirects.iter().find(|one| !listed.iter().any(|uri| uri == one.uri.as_str()));
    match missing {
        Some(one) => Err(invalid("sector_identifier_uri", format!("lists no \"{}\"", one.uri.as_str()))),
        None => Ok(()),
    }
}

fn invalid(field: &str, why: String) -> Refusal {
    Refusal::ClientMetadataInvalid { field: field.chars().take(80).collect(), why }
}

fn not_registrable(uri: &str, why: &str) -> Refusal {
    let shown: String = uri.chars().take(80).collect();
    Refusal::RedirectNotRegistrable { why: format!("'{shown}': {why}") }
}

fn not_taken(text: &str) -> String {
    let shown: String = text.chars().take(80).collect();
    format!("holds '{shown}', whose scheme or host this directory does not take")
}

/// Nobody is approved to make statements; one that could not be read whoever made it is told apart.
fn no_software_statement(statement: Option<&str>) -> Result<(), Refusal> {
    let Some(text) = statement else { return Ok(()) };
    let in_alphabet = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let parts: Vec<&str> = text.split('.').collect();
    let signed = parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && in_alphabet(part));
    Err(if signed { Refusal::SoftwareStatementNotApproved } else { Refusal::SoftwareStatementMalformed })
}

/// What many people have a copy of proves nothing by a secret in it (RFC 8252 §8.4 and §8.5).
fn method(wanted: &WantedClient) -> Result<AuthMethod, Refusal> {
    match (wanted.application_type, wanted.token_endpoint_auth_method) {
        (ApplicationType::Native, None | Some(AuthMethod::None)) => Ok(AuthMethod::None),
        (ApplicationType::Native, Some(_)) => {
            Err(invalid("token_endpoint_auth_method", "must be none for a native application".to_owned()))
        }
        (ApplicationType::Web, method) => Ok(method.unwrap_or(AuthMethod::ClientSecretBasic)),
    }
}

/// What RFC 7591 §2 and the registrations beside it say of fields that are left out.
fn with_defaults(mut metadata: ClientMetadata) -> ClientMetadata {
    let grants = metadata.grant_types.get_or_insert_with(|| vec![GrantKind::Code.as_str().to_owned()]);
    let code = grants.iter().any(|grant| grant == GrantKind::Code.as_str());
    metadata.response_types.get_or_insert_with(|| if code { vec!["code".to_owned()] } else { Vec::new() });
    metadata.subject_type.get_or_insert(SubjectType::Pairwise);
    metadata
}

fn uses_redirects(metadata: &ClientMetadata) -> bool {
    let sends_back = |grant: &String| grant == GrantKind::Code.as_str() || grant == "implicit";
    metadata.grant_types.iter().flatten().any(sends_back)
}

fn redirects(texts: &[String], kind: ApplicationType, public: bool) -> Result<Vec<Redirect>, Refusal> {
    if texts.len() > addresses::MOST {
        return Err(Refusal::RedirectNotRegistrable { why: format!("there are more than {}", addresses::MOST) });
    }
    let platform = if public { Platform::PublicClient } else { Platform::Web };
    // A private scheme is a native application's, whether or not a web application proves itself.
    let read_as = if kind == ApplicationType::Native { Platform::PublicClient } else { Platform::Web };
    let mut read: Vec<Redirect> = Vec::with_capacity(texts.len());
    for text in texts {
        let uri = addresses::redirect(text, read_as).map_err(|why| not_registrable(text, &why))?;
        if read.iter().any(|other| other.uri.as_str() == text) {
            return Err(not_registrable(text, "it stands twice"));
        }
        read.push(Redirect { uri, platform });
    }
    Ok(read)
}

fn allowed_by(policy: &RegistrationPolicy, uri: &RedirectUri) -> Result<(), Refusal> {
    let schemes = &policy.redirect_schemes;
    if !schemes.is_empty() && !schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case(uri.scheme())) {
        return Err(not_registrable(uri.as_str(), "this directory does not take its scheme"));
    }
    let hosts = &policy.redirect_hosts;
    let is_web = matches!(uri.scheme(), "http" | "https");
    let host = uri.host().unwrap_or_default();
    let fits = |allowed: &String| match allowed.strip_prefix('.') {
        // Only whole labels count: "evilexample.com" is not below "example.com".
        Some(_) => host.len() > allowed.len() && host.ends_with(allowed.as_str()),
        None => host == allowed,
    };
    if is_web && !hosts.is_empty() && !hosts.iter().any(fits) {
        return Err(not_registrable(uri.as_str(), "this directory does not take its host"));
    }
    Ok(())
}

fn name(wanted: Option<String>, there: &Application) -> Result<String, Refusal> {
    let Some(name) = wanted else { return Ok(there.client_id.as_str().to_owned()) };
    readable(&name, LONGEST_NAME).map_err(|wrong| invalid("client_name", wrong.to_string()))?;
    Ok(name)
}

fn pages(information: &Information) -> Result<(), Refusal> {
    let fields = [
        ("client_uri", &information.home_page),
        ("logo_uri", &information.logo),
        ("tos_uri", &information.terms),
        ("policy_uri", &information.privacy),
    ];
    for (field, text) in fields {
        if let Some(text) = text {
            addresses::page(text).map_err(|why| invalid(field, format!("is refused: {why}")))?;
        }
    }
    Ok(())
}

/// OpenID Connect Front-Channel Logout §2: it shares scheme, host and port with a redirect address.
fn front_channel_logout(text: Option<&str>, redirects: &[Redirect]) -> Result<(), Refusal> {
    let Some(text) = text else { return Ok(()) };
    let field = "frontchannel_logout_uri";
    addresses::front_channel_logout(text).map_err(|why| invalid(field, format!("is refused: {why}")))?;
    let origin = RedirectUri::parse(text).map(|uri| uri.policy_source()).unwrap_or_default();
    let shared = redirects.iter().any(|one| one.uri.policy_source() == origin);
    if shared {
        Ok(())
    } else {
        Err(invalid(field, "must share scheme, host and port with a redirect address".to_owned()))
    }
}

/// What a directory file may leave for later and a registration cannot, since nobody adds it afterwards.
fn fits_together(application: &Application) -> Result<(), Refusal> {
    let metadata = &application.metadata;
    let method = application.token_endpoint_auth_method.map(AuthMethod::as_str);
    let by_keys = matches!(method, Some("private_key_jwt" | "self_signed_tls_client_auth"));
    if by_keys && metadata.jwks.is_none() && metadata.jwks_uri.is_none() {
        return Err(invalid(
            "token_endpoint_auth_method",
            "needs the application's keys, in jwks or at jwks_uri".to_owned(),
        ));
    }
    Ok(())
}

/// Whether addresses on several hosts that share one name for a person say so (OpenID Connect Core §8.1).
fn one_sector(metadata: &ClientMetadata, redirects: &[Redirect]) -> Result<(), Refusal> {
    let mut hosts: Vec<Option<&str>> = redirects.iter().map(|one| one.uri.host()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let pairwise = metadata.subject_type == Some(SubjectType::Pairwise);
    if pairwise && metadata.sector_identifier_uri.is_none() && hosts.len() > 1 {
        return Err(invalid(
            "sector_identifier_uri",
            "is needed where redirect addresses have several hosts".to_owned(),
        ));
    }
    Ok(())
}
