//! Grants that need no code: what they buy begins with them.

use grantor_protocol::FamilyId;
use grantor_rules::Refusal;
use grantor_rules::scopes::WantedScopes;
use grantor_rules::token::TokenPlan;
use grantor_rules::token::issued::IssuedTokens;
use grantor_storage::{BeginFamily, Finished};

use super::{Call, issue};
use crate::FlowError;

/// Issues tokens and keeps what they are revoked with.
pub async fn begin(
    call: &Call<'_>,
    plan: &TokenPlan<'_>,
    wanted: &WantedScopes,
    parent: Option<FamilyId>,
    grant: &'static str,
) -> Result<IssuedTokens, FlowError> {
    let (handed_out, kept) = issue::first_refresh_token(call.env, plan).unzip();
    let issued = issue::tokens(call.env, plan, call.layout, handed_out.as_ref()).await?;
    let begin = BeginFamily {
        family: issue::family(plan, wanted, kept, parent),
        keep_until: issue::keep_until(plan),
        dialect: None,
        interaction: None,
        pushed: None,
        consents: Vec::new(),
        now: call.env.now(),
    };
    match call.store.begin_family(&begin).await? {
        Finished::Now => {
            issue::record(call.env, call.trace, plan, grant);
            Ok(issued)
        }
        Finished::Before => Err(Refusal::InteractionGone.into()),
    }
}
