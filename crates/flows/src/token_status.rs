//! What becomes of a token that was handed out: whether it is still of use (RFC 7662), and that it is given back (RFC 7009).

use std::sync::Arc;

use grantor_protocol::{ClientId, RefreshHandle, Secret};
use grantor_rules::Refusal;
use grantor_rules::api_access::{PresentedToken, stands};
use grantor_rules::client::{Caller, ProvenClient, platform_without_redirect};
use grantor_rules::model::{Application, Family, Platform, RevocationReason, User};
use grantor_rules::refusal::TokenFault;
use grantor_rules::scopes::SignInScope;
use serde_json::{Map, Value};

pub use crate::client_proof::Asking;
use crate::client_proof::prove;
use crate::{Event, FlowError, api_call, lineage, load};

/// Somebody asks about a token.
#[derive(Debug)]
pub struct TokenQuestion {
    /// Who asks.
    pub caller: Caller,
    /// The token's text, or why there is none.
    pub token: Result<Secret, Refusal>,
}

/// Whether a token is of use.
#[derive(Debug)]
pub enum Status {
    /// It is not, or it is nothing that the asker may know of.
    Inactive,
    /// An access token: what it says, and the name that its person signs in with.
    AccessToken {
        /// Its claims.
        claims: Map<String, Value>,
        /// The person's sign-in name; none if an application acts for itself.
        username: Option<String>,
    },
    /// A refresh token of the asker's own.
    RefreshToken {
        /// What it is revoked with.
        family: Box<Family>,
        /// The person.
        user: Box<User>,
        /// When it ends unused, in seconds since 1970.
        expires_at: i64,
    },
}

/// What somebody is told about a token.
#[derive(Debug)]
pub struct Told {
    /// That.
    pub status: Status,
    /// Who asked, and proved it.
    pub asker: Arc<Application>,
}

/// What a text is, as far as it is one of ours.
enum Found {
    Nothing,
    RefreshToken { handle: RefreshHandle, family: Box<Family>, user: Box<Option<User>> },
    AccessToken { claims: Map<String, Value>, presented: PresentedToken },
    OwnAccessToken { claims: Map<String, Value> },
}

impl Asking<'_> {
    /// Whether a token is of use to whom it is for: the API that takes it, or the application that holds it. Everybody else
    /// learns nothing (RFC 7662 §2.2 and §4).
    ///
    /// # Errors
    /// A [`Refusal`] when the asker does not prove itself.
    pub async fn introspect(&self, question: &TokenQuestion) -> Result<Told, FlowError> {
        let registration = load::client_here(self.env, self.tenant, &question.caller.client_id).await?;
        // Nobody may try tokens who keeps no secret (RFC 7662 §2.1).
        let client = prove(self, &registration.application, Platform::Web, &question.caller).await?;
        let token = question.token.as_ref().map_err(Refusal::clone)?;
        let status = match self.find(token).await? {
            Found::Nothing => Status::Inactive,
            Found::OwnAccessToken { claims } => self.of_application(&client, claims).await?,
            Found::AccessToken { claims, presented } => self.of_person(&client, claims, presented).await?,
            Found::RefreshToken { handle, family, user } => self.of_family(&client, &handle, *family, *user).await?,
        };
        Ok(Told { status, asker: registration.application })
    }

    async fn of_application(&self, client: &ProvenClient<'_>, claims: Map<String, Value>) -> Result<Status, FlowError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        if !may_know(client, text("aud"), text("client_id")) {
            return Ok(Status::Inactive);
        }
        let Ok(holder) = ClientId::parse(text("client_id")) else { return Ok(Status::Inactive) };
        match load::client(self.env, self.tenant, &holder).await {
            Ok(holder) if holder.is_here() && holder.is_enabled() => Ok(Status::AccessToken { claims, username: None }),
            Ok(_) | Err(FlowError::Refused(_)) => Ok(Status::Inactive),
            Err(error) => Err(error),
        }
    }

    async fn of_person(
        &self,
        client: &ProvenClient<'_>,
        claims: Map<String, Value>,
        presented: PresentedToken,
    ) -> Result<Status, FlowError> {
        if !may_know(client, &presented.audience, presented.client.as_str()) {
            return Ok(Status::Inactive);
        }
        let standing = match api_call::grounds(self.env, self.trace, &presented).await {
            Ok(grounds) => stands(&presented, grounds.family.as_ref(), grounds.user),
            Err(FlowError::Refused(refusal)) => Err(refusal),
            Err(error) => return Err(error),
        };
        Ok(match standing {
            Ok(user) => Status::AccessToken { claims, username: Some(user.user_principal_name) },
            Err(_) => Status::Inactive,
        })
    }

    async fn of_family(
        &self,
        client: &ProvenClient<'_>,
        handle: &RefreshHandle,
        family: Family,
        user: Option<User>,
    ) -> Result<Status, FlowError> {
        let store = self.env.storage.tenant(self.tenant.id);
        let live = family.refresh_token.as_ref().filter(|token| token.digest == handle.digest());
        let Some(expires_at) = live.map(|token| token.expires_at) else { return Ok(Status::Inactive) };
        let end = family.ends_at.map_or(expires_at, |end| end.min(expires_at));
        let own = family.client_id == client.client_id && family.ended_because().is_none() && self.env.now() < end;
        let person = user.filter(|user| user.account_enabled && user.stands_by(family.authenticated_at));
        let lineage_stands = match lineage::revoked(store.as_ref(), &family).await {
            Ok(revoked) => revoked.is_none(),
            Err(FlowError::Refused(_)) => false,
            Err(error) => return Err(error),
        };
        Ok(match person {
            Some(user) if own && lineage_stands => {
                Status::RefreshToken { family: Box::new(family), user: Box::new(user), expires_at: end.seconds() }
            }
            _ => Status::Inactive,
        })
    }

    /// Takes a token back, with everything that belongs to the same grant, and nothing else. What is unknown is gone already
    /// (RFC 7009 §2.2).
    ///
    /// # Errors
    /// A [`Refusal`] when the asker does not prove itself, [`Refusal::RefreshTokenOfAnotherClient`] for somebody else's token,
    /// [`Refusal::TokenNotRevocable`] for one that an application has for itself.
    pub async fn revoke(&self, question: &TokenQuestion) -> Result<(), FlowError> {
        let registration = load::client_here(self.env, self.tenant, &question.caller.client_id).await?;
        let found = match &question.token {
            Ok(token) => self.find(token).await?,
            Err(_) => Found::Nothing,
        };
        let store = self.env.storage.tenant(self.tenant.id);
        let family = match &found {
            Found::RefreshToken { family, .. } => Some(Family::clone(family)),
            Found::AccessToken { presented, .. } => store.find_family(presented.family).await?,
            Found::Nothing | Found::OwnAccessToken { .. } => None,
        };
        let platform = family.as_ref().filter(|family| family.client_id == question.caller.client_id);
        let platform =
            platform.map_or_else(|| platform_without_redirect(&registration.application), |one| one.platform);
        let client = prove(self, &registration.application, platform, &question.caller).await?;
        question.token.as_ref().map_err(Refusal::clone)?;
        if matches!(found, Found::OwnAccessToken { .. }) {
            return Err(Refusal::TokenNotRevocable.into());
        }
        let Some(family) = family else { return Ok(()) };
        if family.client_id != client.client_id {
            return Err(Refusal::RefreshTokenOfAnotherClient.into());
        }
        let reason = RevocationReason::ByItsClient;
        store.revoke_family(family.id, reason, self.env.now()).await?;
        self.env.record(self.trace, Event::FamilyRevoked { family: family.id, reason });
        Ok(())
    }

    async fn find(&self, token: &Secret) -> Result<Found, FlowError> {
        if let Ok(handle) = RefreshHandle::parse(&self.env.refresh_tokens, token.expose()) {
            if handle.tenant() != self.tenant.id {
                return Ok(Found::Nothing);
            }
            let found = self.env.storage.tenant(self.tenant.id).find_family_with_user(handle.family()).await?;
            return Ok(found.map_or(Found::Nothing, |(family, user)| Found::RefreshToken {
                handle,
                family: Box::new(family),
                user: Box::new(user),
            }));
        }
        let Ok(claims) = self.env.keys.claims(token, self.layout.access_token_type()) else {
            return Ok(Found::Nothing);
        };
        Ok(match self.layout.read_access_token(&claims, self.env.now()) {
            Ok(presented) if presented.tenant == self.tenant.id => {
                Found::AccessToken { claims: (*claims).clone(), presented }
            }
            Err(TokenFault::NoPerson) if self.layout.tenant_of(&claims) == Some(self.tenant.id) => {
                Found::OwnAccessToken { claims: (*claims).clone() }
            }
            Ok(_) | Err(_) => Found::Nothing,
        })
    }
}

/// The API that the token is for, by any of its names, or the application that holds it.
fn may_know(client: &ProvenClient<'_>, audience: &str, holder: &str) -> bool {
    let own = client.client_id.as_str();
    let names = client.identifier_uris.iter().map(String::as_str).chain([own]);
    holder == own || names.into_iter().any(|name| name.eq_ignore_ascii_case(audience))
}

/// What a refresh token may be renewed for, in plain words.
pub fn scope_of(family: &Family) -> Vec<String> {
    family.wanted.sign_in_scopes().into_iter().map(SignInScope::as_str).map(str::to_owned).collect()
}
