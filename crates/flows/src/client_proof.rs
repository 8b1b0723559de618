//! Whether somebody is the application that they say they are: the same at every endpoint for applications.

use std::sync::Arc;

use grantor_rules::client::{Caller, ProvenClient, Showing};
use grantor_rules::layout::TokenLayout;
use grantor_rules::model::{Application, Platform, Tenant};

use crate::assertions::ByCertificate;
use crate::{Env, FlowError, Trace, credential_uses};

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
/// As [`grantor_rules::client::prove`].
pub async fn prove<'c>(
    asking: &Asking<'_>,
    application: &'c Application,
    platform: Platform,
    caller: &Caller,
) -> Result<ProvenClient<'c>, FlowError> {
    let proven = {
        let showing = Showing {
            credentials: &caller.credentials,
            origin: caller.origin.as_deref(),
            assertions: &ByCertificate,
            audiences: &|| asking.layout.assertion_audiences(asking.tenant),
            now: asking.env.now(),
        };
        grantor_rules::client::prove(application, platform, &showing)?
    };
    credential_uses::note(asking.env, asking.trace, &proven).await;
    Ok(proven)
}
