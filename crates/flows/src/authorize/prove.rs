//! Who asks, and where the answer goes: before this is proven nothing may be redirected.

use std::sync::Arc;

use grantor_protocol::{ClientId, HandleDigest, RedirectUri, UserId};
use grantor_rules::Refusal;
use grantor_rules::authorize as rule;
use grantor_rules::client::{RegisteredRedirect, registered_redirect};
use grantor_rules::model::{Application, DeviceCode, Tenant, TenantName};

use crate::place::Place;
use crate::{Env, Event, FlowError, Trace, load};

/// An authorization request whose application is proven, with where its answer goes.
#[derive(Debug)]
pub struct Proven {
    /// Whose address it came to.
    pub place: Place,
    /// Whose store keeps it while it waits.
    pub keeper: Arc<Tenant>,
    /// Who asks.
    pub application: Arc<Application>,
    /// Where the answer goes.
    pub answer: AnswerTo,
}

/// Where an answer goes.
#[derive(Clone, Debug)]
pub enum AnswerTo {
    /// To an address that is registered for the application.
    Redirect(RegisteredRedirect),
    /// To a program that waits elsewhere.
    Device {
        /// The digest of its device code.
        code: HandleDigest,
        /// Whose answer it waits for, where the application has named the person itself.
        awaits: Option<UserId>,
    },
    /// To a page of ours, by its path.
    Page(String),
}

impl Proven {
    /// The address that the answer goes to, if it goes to the application's.
    pub const fn redirect(&self) -> Option<&RegisteredRedirect> {
        match &self.answer {
            AnswerTo::Redirect(redirect) => Some(redirect),
            AnswerTo::Device { .. } | AnswerTo::Page(_) => None,
        }
    }
}

/// Proves the application and its redirect address. Until then nothing may be redirected.
///
/// # Errors
/// [`Refusal::ClientUnknown`], [`Refusal::SingleTenantOnly`], [`Refusal::AudienceExcludes`], [`Refusal::ClientDisabled`] or one of
/// the refusals of [`registered_redirect`].
pub async fn prove(
    env: &Env,
    trace: &Trace,
    place: Place,
    client_id: &ClientId,
    redirect_uri: Option<&RedirectUri>,
    built_in: &[RedirectUri],
) -> Result<Proven, FlowError> {
    let (keeper, application) = application(env, trace, &place, client_id).await?;
    let redirect = registered_redirect(&application, redirect_uri, built_in)?;
    rule::fits_authority(&application, place.authority())?;
    Ok(Proven { place, keeper, application, answer: AnswerTo::Redirect(redirect) })
}

/// Proves the application behind a device code.
///
/// # Errors
/// [`Refusal::ClientUnknown`], [`Refusal::SingleTenantOnly`].
pub async fn prove_device(
    env: &Env,
    trace: &Trace,
    place: Place,
    digest: HandleDigest,
    code: &DeviceCode,
) -> Result<Proven, FlowError> {
    let (keeper, application) = application(env, trace, &place, &code.client_id).await?;
    rule::fits_authority(&application, place.authority())?;
    let awaits = code.awaits.as_ref().map(|awaited| awaited.user);
    Ok(Proven { place, keeper, application, answer: AnswerTo::Device { code: digest, awaits } })
}

/// A page of ours for which somebody must be signed in.
///
/// # Errors
/// [`Refusal::TenantUnknown`] in a deployment without any tenant.
pub async fn for_page(env: &Env, place: Place, path: &str) -> Result<Proven, FlowError> {
    let keeper = if let Some(tenant) = place.tenant() {
        Arc::clone(tenant)
    } else {
        let first = env.storage.find_first_tenant().await?;
        first.ok_or_else(|| Refusal::TenantUnknown { asked: place.word().to_owned() })?
    };
    Ok(page_kept_by(keeper, place, path))
}

/// The same, where it is known whose store keeps what waits.
pub fn page_kept_by(keeper: Arc<Tenant>, place: Place, path: &str) -> Proven {
    Proven {
        place,
        keeper,
        application: grantor_rules::directory_api::account_pages(),
        answer: AnswerTo::Page(path.to_owned()),
    }
}

async fn application(
    env: &Env,
    trace: &Trace,
    place: &Place,
    client_id: &ClientId,
) -> Result<(Arc<Tenant>, Arc<Application>), FlowError> {
    let (keeper, application) = if let Place::Tenant(tenant) = place {
        let client = load::client(env, tenant, client_id).await?;
        // Nobody is asked to sign in to what they cannot use whoever they are.
        rule::may_be_used(&client, tenant)?;
        (Arc::clone(tenant), client.application)
    } else {
        let application = load::client_of_several(env, client_id, place.word()).await?;
        let keeper = load::find_tenant(env, &TenantName::Id(application.publisher)).await?;
        (keeper, application)
    };
    env.record(trace, Event::AuthorizationAsked { client: application.client_id.clone() });
    Ok((keeper, application))
}
