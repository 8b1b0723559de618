//! The token endpoint: what is presented is exchanged for tokens.

mod client_credentials;
mod code;
mod issue;
mod refresh;

use grantor_rules::Refusal;
use grantor_rules::layout::TokenLayout;
use grantor_rules::model::{Application, Consents, Platform, Tenant, User};
use grantor_rules::token::Standing;
use grantor_rules::token::issued::{Grant, IssuedTokens, TokenRequest};
use grantor_storage::TenantStorage;

use crate::{Env, FlowError, Trace, load};

/// Exchanges what a request presents for tokens, laid out as `layout` says.
///
/// # Errors
/// A refusal naming the first rule that does not hold.
pub async fn exchange(
    env: &Env,
    trace: &Trace,
    tenant: &Tenant,
    request: &TokenRequest,
    layout: &dyn TokenLayout,
) -> Result<IssuedTokens, FlowError> {
    let store = env.storage.tenant(tenant.id);
    let application = load::application(store.as_ref(), tenant, &request.client_id).await?;
    let call = Call { env, trace, tenant, store: store.as_ref(), application: &application, request, layout };
    match &request.grant {
        Grant::Code { code, redemption } => code::redeem(&call, code, redemption).await,
        Grant::ClientCredentials => client_credentials::grant(&call).await,
        Grant::RefreshToken { token } => refresh::renew(&call, token).await,
    }
}

/// One call of the token endpoint, with what every grant needs.
struct Call<'a> {
    env: &'a Env,
    trace: &'a Trace,
    tenant: &'a Tenant,
    store: &'a dyn TenantStorage,
    application: &'a Application,
    request: &'a TokenRequest,
    layout: &'a dyn TokenLayout,
}

impl<'a> Call<'a> {
    /// Proves the application, as far as a program of its kind can.
    fn prove(&self, platform: Platform) -> Result<grantor_rules::client::ProvenClient<'a>, Refusal> {
        grantor_rules::client::prove(
            self.application,
            platform,
            &self.request.credentials,
            self.request.origin.as_deref(),
        )
    }

    /// What a person allows the application, at this moment.
    async fn consents(&self, user: grantor_protocol::UserId) -> Result<Consents, FlowError> {
        Ok(self.store.find_consents(user, &self.application.client_id).await?)
    }

    /// What the rules look at beside the grant: the person, what they allow, and this moment.
    fn standing<'s>(&'s self, user: Option<&'s User>, consents: &'s Consents) -> Standing<'s> {
        Standing {
            tenant: self.tenant,
            user,
            consents,
            now: self.env.now(),
            roll: self.roll(),
            settings: &self.env.settings,
        }
    }

    /// A random number, from which the access token's life is drawn.
    fn roll(&self) -> u64 {
        u64::from_be_bytes(self.env.entropy.bytes())
    }
}
