//! Whether somebody is the application that they say they are: the same at every endpoint for applications.

use std::sync::Arc;

use grantor_rules::Refusal;
use grantor_rules::client::{Caller, Credentials, ProvenClient, Showing, Shown, may_prove_by};
use grantor_rules::layout::TokenLayout;
use grantor_rules::model::{Application, AuthMethod, Platform, Tenant};
use grantor_rules::refusal::AssertionFault;

use crate::{Env, FlowError, Trace, assertions, client_keys, credential_uses};

/// One request of an application at one tenant's address.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The environment.
    pub env: &'a Env,
    /// What tells the request from others.
    pub trace: &'a Trace,
    /// Whose address it is.
    pub tenant: &'a Arc<Tenant>,
    /// How tokens are laid out there.
    pub layout: &'a dyn TokenLayout,
}

/// Proves an application, as far as a program of its kind can; to be asked once for a request, as an assertion may be good for
/// one use alone. `platform` is the kind of program: that of the redirect address which a grant descends from,
/// [`Platform::Web`] where only who keeps a secret may ask, else [`grantor_rules::client::platform_without_redirect`].
///
/// # Errors
/// As [`grantor_rules::client::prove`]; [`AssertionFault::Replayed`] for what is good for one use and came before.
pub async fn prove<'c>(
    asking: &Asking<'_>,
    application: &'c Application,
    platform: Platform,
    caller: &Caller,
) -> Result<ProvenClient<'c>, FlowError> {
    let env = asking.env;
    let origin = caller.origin.as_deref();
    let (read, accepted);
    let shown = match &caller.credentials {
        Credentials::Nothing => by_certificate(env, application, caller).await,
        Credentials::Secret { digest, place } => Shown::Secret { digest, place: *place },
        Credentials::Assertion { text } => {
            accepted = asking.layout.accepted_assertions(asking.tenant);
            let method = assertions::method(text, &accepted.manner);
            // Before anything is computed, or fetched from where a stranger could have registered it.
            may_prove_by(application, platform, method, origin)?;
            read = assertions::read(env, application, text, &accepted.manner).await;
            Shown::Assertion { method, read: &read, accepted: &accepted }
        }
    };
    let showing = Showing { shown, origin, now: env.now() };
    let proven = grantor_rules::client::prove(application, platform, &showing)?;
    // Last, so that what is wrong in another way stays good for a better request.
    if let Some(one) = proven.single_use() {
        let store = env.storage.tenant(application.publisher);
        if !store.spend_once(&one.digest, one.until).await? {
            return Err(Refusal::ClientAssertionInvalid { why: AssertionFault::Replayed }.into());
        }
    }
    credential_uses::note(env, asking.trace, &proven).await;
    Ok(proven)
}

/// The certificate of the connection is a proof where it is registered as one, and else none at all.
async fn by_certificate<'a>(env: &Env, application: &Application, caller: &'a Caller) -> Shown<'a> {
    match (application.token_endpoint_auth_method, caller.certificate.as_deref()) {
        (Some(AuthMethod::TlsClientAuth), Some(certificate)) => Shown::Certificate(certificate),
        (Some(AuthMethod::SelfSignedTlsClientAuth), Some(certificate)) => {
            let thumbprint = &certificate.thumbprint_sha256;
            let among_those = application.certificates.iter().any(|known| known.thumbprint_sha256 == *thumbprint);
            let is_registered = among_those || client_keys::has_certificate(env, application, thumbprint).await;
            Shown::OwnCertificate { certificate, is_registered }
        }
        _ => Shown::Nothing,
    }
}
