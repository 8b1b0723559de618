//! Requests and replies of the registration and the client configuration endpoint (RFC 7591 §3, RFC 7592 §2 and §3, OpenID
//! Connect Registration §3).
//!
//! Metadata that is not known is ignored and never told again (RFC 7591 §2).

use std::fmt;

use grantor_protocol::{PublicUrl, Secret, TenantId};
use grantor_rules::Refusal;
use grantor_rules::model::{Application, ApplicationType, AuthMethod, ClientMetadata, Information, SigningAlg};
use grantor_rules::registration::WantedClient;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value, json};

use super::metadata::GRANTS;
use super::paths;
use crate::Reply;
use crate::form::cut;

/// What a request says.
#[derive(Debug)]
pub struct RegistrationRequest {
    /// What is wanted.
    pub wanted: WantedClient,
    /// The application's own id, which only a change says.
    pub client_id: Option<String>,
    /// The application's own secret, which only a change says.
    pub client_secret: Option<Secret>,
}

/// What only the server says (RFC 7592 §2.2).
const OF_THE_SERVER: [&str; 4] =
    ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

/// Reads the body of a registration.
///
/// # Errors
/// [`Refusal::BodyUnreadable`], [`Refusal::ClientMetadataInvalid`].
pub fn parse(body: &[u8]) -> Result<RegistrationRequest, Refusal> {
    read(body, false)
}

/// Reads the body of a change.
///
/// # Errors
/// As [`parse`]; also for what only the server says.
pub fn parse_change(body: &[u8]) -> Result<RegistrationRequest, Refusal> {
    read(body, true)
}

fn read(body: &[u8], is_change: bool) -> Result<RegistrationRequest, Refusal> {
    let unreadable = || Refusal::BodyUnreadable { expected: "one JSON object with client metadata, each member once" };
    let Members(members) = serde_json::from_slice(body).map_err(|_| unreadable())?;
    // A member of null is as good as none (RFC 7592 §2.2).
    let members: Map<String, Value> = members.into_iter().filter(|(_, value)| !value.is_null()).collect();
    if let Some(name) = OF_THE_SERVER.into_iter().find(|name| is_change && members.contains_key(*name)) {
        return Err(invalid(name, "is the server's to say"));
    }
    let said = Said(&members);
    let wanted = WantedClient {
        redirect_uris: said.texts("redirect_uris").map_err(|_| not_addresses())?,
        application_type: said.one_of("application_type", ApplicationType::NAMES)?.unwrap_or_default(),
        token_endpoint_auth_method: said.one_of("token_endpoint_auth_method", &AuthMethod::NAMES)?,
        client_name: said.text("client_name")?,
        information: Information {
            home_page: said.text("client_uri")?,
            terms: said.text("tos_uri")?,
            privacy: said.text("policy_uri")?,
            logo: said.text("logo_uri")?,
        },
        id_token_signing_alg: said.one_of("id_token_signed_response_alg", &SigningAlg::NAMES)?.unwrap_or_default(),
        front_channel_logout_uri: said.text("frontchannel_logout_uri")?,
        metadata: metadata(&members)?,
        software_statement: said.text("software_statement")?,
    };
    let own = |name| if is_change { said.text(name) } else { Ok(None) };
    Ok(RegistrationRequest {
        wanted,
        client_id: own("client_id")?,
        client_secret: own("client_secret")?.map(Secret::new),
    })
}

fn metadata(members: &Map<String, Value>) -> Result<ClientMetadata, Refusal> {
    let mut metadata = ClientMetadata::default();
    for field in ClientMetadata::fields() {
        if let Some(value) = members.get(&field) {
            let read = metadata.read_field(&field, value.clone());
            read.map_err(|_| invalid(&field, "is of another type, or says what it cannot say"))?;
        }
    }
    for grant in metadata.grant_types.iter().flatten() {
        if grant != "implicit" && !GRANTS.iter().any(|known| known.as_str() == grant) {
            return Err(invalid("grant_types", &format!("holds '{}', which is not served", cut(grant, 80))));
        }
    }
    Ok(metadata)
}

fn invalid(field: &str, why: &str) -> Refusal {
    Refusal::ClientMetadataInvalid { field: cut(field, 80), why: why.to_owned() }
}

fn not_addresses() -> Refusal {
    Refusal::RedirectNotRegistrable { why: "expected a list of texts".to_owned() }
}

/// The members of a body, each by its name.
struct Said<'a>(&'a Map<String, Value>);

impl Said<'_> {
    fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(invalid(name, "must be a text")),
        }
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, Refusal> {
        let Some(value) = self.0.get(name) else { return Ok(Vec::new()) };
        let texts = value.as_array().map(|list| list.iter().map(|one| one.as_str().map(str::to_owned)).collect());
        texts.flatten().ok_or_else(|| invalid(name, "must be a list of texts"))
    }

    fn one_of<T: Copy>(&self, name: &str, known: &[(&'static str, T)]) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let found = known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        let words = || known.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found.map(Some).ok_or_else(|| invalid(name, &format!("is '{}': expected one of {}", cut(&text, 80), words())))
    }
}

/// The members of one object, none of them twice: two readers of one body would disagree.
struct Members(Map<String, Value>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EachOnce;
        impl<'de> Visitor<'de> for EachOnce {
            type Value = Map<String, Value>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    if members.insert(name, value).is_some() {
                        return Err(serde::de::Error::custom("a member stands twice"));
                    }
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(EachOnce).map(Self)
    }
}

/// What is told of a registration.
#[derive(Debug)]
pub struct RegistrationFacts<'a> {
    /// The application.
    pub application: &'a Application,
    /// What it changes its registration with.
    pub token: &'a Secret,
    /// Its secret, where it was made just now: of others a digest is kept.
    pub secret: Option<&'a Secret>,
}

/// The reply to a registration.
pub fn created(public: &PublicUrl, tenant: TenantId, facts: &RegistrationFacts<'_>) -> Reply {
    Reply::no_store(201, body(public, tenant, facts))
}

/// The reply to whoever reads or changes a registration.
pub fn told(public: &PublicUrl, tenant: TenantId, facts: &RegistrationFacts<'_>) -> Reply {
    Reply::no_store(200, body(public, tenant, facts))
}

/// Every value that is registered, also where nothing was said (RFC 7591 §3.2.1, RFC 7592 §3).
fn body(public: &PublicUrl, tenant: TenantId, facts: &RegistrationFacts<'_>) -> Value {
    let application = facts.application;
    let registration = application.registration.as_ref();
    // Everything that stands by its registered name already, then what the other dialects know by other names.
    let mut members = match serde_json::to_value(&*application.metadata) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
    add("client_id", json!(application.client_id.as_str()));
    if let Some(registration) = registration {
        add("client_id_issued_at", json!(registration.registered_at.seconds()));
        add("application_type", json!(registration.application_type.as_str()));
    }
    if let Some(secret) = facts.secret {
        add("client_secret", json!(secret.expose()));
        // It has no end: whoever is told one would have to ask somebody for the next.
        add("client_secret_expires_at", json!(0));
    }
    add("registration_access_token", json!(facts.token.expose()));
    let path = paths::client_configuration(&tenant.to_string(), application.client_id.as_str());
    add("registration_client_uri", json!(public.at(&path)));
    let redirects: Vec<&str> = application.redirects.iter().map(|redirect| redirect.uri.as_str()).collect();
    add("redirect_uris", json!(redirects));
    add("client_name", json!(application.display_name));
    add("id_token_signed_response_alg", json!(application.id_token_signing_alg.as_str()));
    let method = application.token_endpoint_auth_method.map_or("client_secret_basic", AuthMethod::as_str);
    add("token_endpoint_auth_method", json!(method));
    let texts = [
        ("client_uri", &application.information.home_page),
        ("tos_uri", &application.information.terms),
        ("policy_uri", &application.information.privacy),
        ("logo_uri", &application.information.logo),
        ("frontchannel_logout_uri", &application.front_channel_logout_uri),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            add(name, json!(text));
        }
    }
    Value::Object(members)
}
