//! What the assertion of an issuer that a tenant trusts buys (RFC 7523 §2.1).
//!
//! The issuer vouches for who the person is, and for nothing else: what the application may do for them is what they, or their
//! administrators, have allowed it before.

use grantor_environment::Timestamp;
use grantor_protocol::{FamilyId, FlowId, UserId};
use serde_json::{Map, Value};

use super::{Grounds, Standing, TokenPlan, plan};
use crate::Refusal;
use crate::client::ProvenClient;
use crate::client::assertion::{AcceptedAssertions, LONGEST_LIFE, SingleUse, by_the_letter, when};
use crate::model::{Method, Platform, Terms, TrustedIssuer};
use crate::refusal::AssertionFault;
use crate::scopes::ResolvedScopes;

/// The issuers whose assertions an application may present.
pub fn trusted<'t>(issuers: &'t [TrustedIssuer], client: &ProvenClient<'_>) -> impl Iterator<Item = &'t TrustedIssuer> {
    let client = client.client_id.clone();
    issuers.iter().filter(move |issuer| issuer.applications.contains(&client))
}

/// Evidence: an issuer that the tenant trusts says that the application acts for a person.
#[derive(Debug)]
pub struct Asserted<'a> {
    subject: &'a str,
    issued_at: Timestamp,
    single_use: SingleUse,
}

impl Asserted<'_> {
    /// The person's name, as the issuer's assertions name people.
    pub const fn subject(&self) -> &str {
        self.subject
    }

    /// What must be noted as used before anything is given for it.
    pub const fn single_use(&self) -> &SingleUse {
        &self.single_use
    }
}

/// Whether an assertion whose signature is the issuer's counts here and now (RFC 7523 §3).
///
/// # Errors
/// [`Refusal::AssertionGrantInvalid`].
pub fn check<'a>(
    issuer: &TrustedIssuer,
    claims: &'a Map<String, Value>,
    accepted: &AcceptedAssertions,
    now: Timestamp,
) -> Result<Asserted<'a>, Refusal> {
    let checked = || {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        let found = text("iss");
        if found != issuer.issuer {
            return Err(AssertionFault::Issuer { found: found.chars().take(200).collect() });
        }
        let subject = text("sub");
        if subject.is_empty() {
            return Err(AssertionFault::Subject { found: String::new() });
        }
        let single_use = by_the_letter(claims, &accepted.audiences, ("assertion-grant", &issuer.issuer), now)?;
        // One that does not say when it was made may have been made at the earliest moment.
        let issued_at = when(claims, "iat")?.unwrap_or(single_use.expires_at - LONGEST_LIFE);
        Ok(Asserted { subject, issued_at: issued_at.min(now), single_use })
    };
    checked().map_err(|why| Refusal::AssertionGrantInvalid { why })
}

/// Decides what it buys: an access token, and no refresh token, since the application can bring another assertion
/// (RFC 7521 §4.1).
///
/// # Errors
/// A [`Refusal`] naming the first rule that does not hold.
pub fn grant<'a>(
    asserted: &Asserted<'_>,
    user: UserId,
    sid: &'a str,
    client: &ProvenClient<'a>,
    scopes: ResolvedScopes,
    (family, flow): (FamilyId, FlowId),
    standing: &Standing<'a>,
) -> Result<TokenPlan<'a>, Refusal> {
    plan(
        Grounds {
            client: client.application(),
            proof: client.proof(),
            bound_to: client.binding().cloned(),
            user,
            platform: Platform::Web,
            wants_refresh: false,
            scopes,
            without_person: true,
            asked_by_request: true,
            nonce: None,
            authenticated_at: asserted.issued_at,
            method: Method::Asserted,
            sid,
            family,
            flow,
            family_ends_at: None,
            limits: None,
            terms: Terms::default(),
        },
        standing,
    )
}
