//! An application asks a person who is elsewhere, and waits (OpenID Connect Client-Initiated Backchannel Authentication).
//!
//! What waits is a device code whose person is known from the start. The person finds it among their own pages and answers on
//! the consent page, by way of [`crate::authorize`] like everybody else.

mod person;
pub mod rehearsal;
mod signed_request;

use std::sync::Arc;
use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::prompt::Prompt;
use grantor_protocol::{Handle, HandleDigest, HandleKind, Secret};
use grantor_rules::backchannel::{self as rule, Request};
use grantor_rules::client::{Caller, ProvenClient};
use grantor_rules::model::{
    Application, Authority, Awaited, DeliveryMode, DeviceCode, Notice, NoticeEvent, Platform, Registration, Tenant,
    Terms, User,
};
use grantor_rules::notices::KEPT_FOR;
use grantor_rules::scopes::SignInScope;
use grantor_rules::{Refusal, authorize};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::client_proof::{self, Asking};
use crate::{Env, Event, FlowError, load, outside};

/// What is sealed under the key of this name.
const PURPOSE: &str = "backchannel-notices";

/// Evidence: an application that proved itself and that may ask people who are elsewhere.
#[derive(Debug)]
pub struct MayAsk {
    client: Registration,
    mode: DeliveryMode,
}

/// A request that waits for its person.
#[derive(Debug)]
pub struct Begun {
    /// What the application asks with.
    pub auth_req_id: Handle,
    /// How long it waits.
    pub expires_in: Duration,
}

/// What is sealed for the day when the application is told of the answer.
#[derive(Serialize, Deserialize)]
struct Ping {
    auth_req_id: String,
    token: String,
}

/// Proves the application, and that it may ask at all.
///
/// # Errors
/// As [`client_proof::prove`], and [`Refusal::BackchannelNotRegistered`].
pub async fn prove(asking: &Asking<'_>, caller: &Caller) -> Result<MayAsk, FlowError> {
    let client = load::client_here(asking.env, asking.tenant, &caller.client_id).await?;
    // Only who keeps a secret may ask (CIBA §4).
    let proven: ProvenClient<'_> = client_proof::prove(asking, &client.application, Platform::Web, caller).await?;
    let mode = rule::may_ask(proven.application())?;
    authorize::may_be_used(&client, asking.tenant)?;
    Ok(MayAsk { client, mode })
}

impl MayAsk {
    fn application(&self) -> &Arc<Application> {
        &self.client.application
    }

    /// The claims of the signed request that the application is registered to send; nothing, if it is registered for none and
    /// sends none (CIBA §7.1.1).
    ///
    /// # Errors
    /// [`Refusal::ParameterMissing`], [`Refusal::ParameterNotSupported`] and [`Refusal::ParameterMalformed`] for `request`.
    pub async fn signed(
        &self,
        asking: &Asking<'_>,
        request: Option<&Secret>,
    ) -> Result<Option<Map<String, Value>>, FlowError> {
        let registered = self.application().metadata.backchannel_authentication_request_signing_alg.as_deref();
        match (registered, request) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Refusal::ParameterNotSupported { name: "request" }.into()),
            (Some(_), None) => Err(Refusal::ParameterMissing { name: "request" }.into()),
            (Some(algorithm), Some(text)) => {
                signed_request::read(asking, self.application(), algorithm, text).await.map(Some)
            }
        }
    }

    /// Begins to wait for the person.
    ///
    /// # Errors
    /// [`Refusal::ParameterMissing`] for a notification token, [`Refusal::HintUnknown`] and what is wrong with the scopes.
    pub async fn begin(&self, asking: &Asking<'_>, dialect: &str, request: &Request) -> Result<Begun, FlowError> {
        let Asking { env, trace, tenant, .. } = asking;
        let token = match (self.mode, &request.notification_token) {
            (DeliveryMode::Ping, None) => {
                return Err(Refusal::ParameterMissing { name: "client_notification_token" }.into());
            }
            (DeliveryMode::Ping, Some(token)) => Some(token),
            (DeliveryMode::Poll, _) => None,
        };
        // What nobody could allow is told to the application at once, and not to its person.
        load::scopes(env, tenant, &request.wanted).await?;
        let person = person::named(env, tenant, self.application(), &request.person).await?;
        let auth_req_id = env.handle(HandleKind::BackchannelRequest, tenant.id);
        let expires_in = rule::lifetime(request.requested_expiry, &env.settings);
        let code = DeviceCode {
            client_id: self.application().client_id.clone(),
            authority: Authority::Tenant(tenant.id),
            dialect: dialect.to_owned(),
            wanted: request.wanted.clone(),
            flow: trace.flow(),
            expires_at: env.now() + expires_in,
            answer: None,
            spent_at: None,
            // Without `offline_access` everything ends with the session in which the person says yes.
            terms: Terms {
                ends_with_session: !request.wanted.signs_in_with(SignInScope::OfflineAccess),
                ..Terms::default()
            },
            awaits: Some(Awaited {
                tenant: tenant.id,
                user: person.id,
                binding_message: request.binding_message.clone(),
                notification_token: token.map(|token| sealed(env, &auth_req_id, token)).transpose()?,
            }),
            polled: None,
        };
        // Nobody types anything for it: this is the digest of no code that anybody could be shown.
        let no_user_code: [u8; 32] = env.entropy.bytes();
        env.storage.begin_device_code(&auth_req_id.digest(), &no_user_code, &code).await?;
        env.record(trace, Event::PersonAskedElsewhere { client: code.client_id, user: person.id });
        Ok(Begun { auth_req_id, expires_in })
    }
}

fn sealed(env: &Env, auth_req_id: &Handle, token: &Secret) -> Result<Vec<u8>, FlowError> {
    let ping = Ping { auth_req_id: auth_req_id.secret().expose().to_owned(), token: token.expose().to_owned() };
    let text = serde_json::to_vec(&ping).map_err(|error| FlowError::Failed { what: error.to_string() })?;
    Ok(env.keys.seal_kept(PURPOSE, &text, env.entropy.as_ref()))
}

/// What waits for one person, with its digest, the one that ends first before the others.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn waiting_for(
    env: &Env,
    tenant: &Tenant,
    user: &User,
) -> Result<Vec<(HandleDigest, DeviceCode)>, FlowError> {
    Ok(env.storage.list_awaited(tenant.id, user.id, env.now()).await?)
}

/// What is asked of the person, as an authorization request: they are asked each time, whatever they have allowed before, since
/// their yes is also to what they compare.
///
/// # Errors
/// [`Refusal::AskedOfAnotherPerson`] if they are gone.
pub(crate) async fn request_of(
    env: &Env,
    code: &DeviceCode,
    awaited: &Awaited,
) -> Result<authorize::Request, FlowError> {
    let user = env.storage.tenant(awaited.tenant).find_user(awaited.user).await?;
    let user = user.ok_or(Refusal::AskedOfAnotherPerson)?;
    Ok(authorize::Request {
        prompt: Prompt::Consent,
        login_hint: Some(user.user_principal_name),
        ..authorize::Request::without_address(code.wanted.clone())
    })
}

/// What the application is told once a device code is answered: nothing, unless it asked for that.
pub(crate) fn notices(env: &Env, code: &DeviceCode, now: Timestamp) -> Vec<Notice> {
    let sealed = code.awaits.as_ref().and_then(|awaited| awaited.notification_token.clone());
    let notice = |sealed| Notice {
        id: Uuid::from_bytes(env.entropy.bytes()),
        client_id: code.client_id.clone(),
        event: NoticeEvent::RequestAnswered { sealed },
        attempts: Vec::new(),
        tries: 0,
        due_at: Some(now),
        created_at: now,
        keep_until: now + KEPT_FOR,
    };
    sealed.map(notice).into_iter().collect()
}

/// What to send to an application whose person has answered (CIBA §10.2): the content of [`NoticeEvent::RequestAnswered`], as a
/// request. Nothing, if the application has no address for it any more.
///
/// # Errors
/// [`FlowError::Failed`] for what was not sealed by us.
pub(crate) fn ping(env: &Env, application: &Application, sealed: &[u8]) -> Result<Option<outside::Notice>, FlowError> {
    let Some(address) = application.metadata.backchannel_client_notification_endpoint.clone() else { return Ok(None) };
    let opened = env.keys.open_kept(PURPOSE, sealed)?;
    let failed = |error: serde_json::Error| FlowError::Failed { what: format!("a sealed notice: {error}") };
    let Ping { auth_req_id, token } = serde_json::from_str(opened.expose()).map_err(failed)?;
    let body = serde_json::json!({ "auth_req_id": auth_req_id }).to_string();
    Ok(Some(outside::Notice {
        address,
        content_type: "application/json",
        body: Secret::new(body),
        bearer: Some(Secret::new(token)),
    }))
}
