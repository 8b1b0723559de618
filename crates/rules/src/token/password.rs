//! What a name and a password buy (RFC 6749 §4.3).

use grantor_environment::Timestamp;
use grantor_protocol::{FamilyId, FlowId, UserId};

use super::{Grounds, Standing, TokenPlan, plan};
use crate::Refusal;
use crate::client::ProvenClient;
use crate::model::{Method, Platform, Terms};
use crate::scopes::{ResolvedScopes, SignInScope};

/// A person whose password was right, at this moment.
#[derive(Debug)]
pub struct Proven<'a> {
    /// Who.
    pub user: UserId,
    /// What kind of program they gave it to.
    pub platform: Platform,
    /// When.
    pub at: Timestamp,
    /// The id of a session that no browser has.
    pub sid: &'a str,
    /// What it buys is kept under this id.
    pub family: FamilyId,
    /// The flow it belongs to.
    pub flow: FlowId,
}

/// Decides what it buys. Nobody can be asked on the way: what is not allowed already is refused.
///
/// # Errors
/// A [`Refusal`] naming the first rule that does not hold.
pub fn grant<'a>(
    proven: &Proven<'a>,
    client: &ProvenClient<'a>,
    scopes: ResolvedScopes,
    standing: &Standing<'a>,
) -> Result<TokenPlan<'a>, Refusal> {
    plan(
        Grounds {
            client: client.application(),
            proof: client.proof(),
            bound_to: client.binding().cloned(),
            user: proven.user,
            platform: proven.platform,
            wants_refresh: scopes.sign_in.contains(&SignInScope::OfflineAccess),
            scopes,
            without_person: false,
            asked_by_request: true,
            nonce: None,
            authenticated_at: proven.at,
            method: Method::Pwd,
            sid: proven.sid,
            family: proven.family,
            flow: proven.flow,
            family_ends_at: None,
            limits: None,
            terms: Terms::default(),
        },
        standing,
    )
}
