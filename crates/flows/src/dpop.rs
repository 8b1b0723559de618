//! Proofs of keys: read, compared, and taken once (RFC 9449).

use std::time::Duration;

use grantor_jose::{DpopError, DpopProof, VerifyError};
use grantor_protocol::Secret;
use grantor_protocol::dpop::{BadProof, Expected, nonce};
use grantor_protocol::secret::sha256;
use grantor_rules::dpop::{HeldKey, Nonce, PresentedProofs, SignedProof, algorithm_fits, fits, refused};
use grantor_rules::model::{Application, DpopNoncePolicy, Tenant};

use crate::{Env, FlowError};

/// Another node may take a proof for as much longer, by its clock.
const CLOCKS_DIFFER_BY: Duration = Duration::from_mins(1);

/// The one proof of a request, if there is any. Its own key has signed it, and that is all that is known of it.
///
/// # Errors
/// [`grantor_rules::Refusal::DpopProofInvalid`].
pub(crate) fn read(presented: &PresentedProofs) -> Result<Option<DpopProof>, FlowError> {
    let read = presented.sole()?.map(|text| DpopProof::read(text).map_err(|error| refused(bad(&error))));
    Ok(read.transpose()?)
}

/// The key that a proof proves: it is for this call, with this access token, and was never used.
///
/// # Errors
/// [`grantor_rules::Refusal::DpopProofInvalid`], the first rule that does not hold.
pub(crate) async fn taken(
    env: &Env,
    tenant: &Tenant,
    proof: &DpopProof,
    presented: &PresentedProofs,
    access_token: Option<&Secret>,
) -> Result<HeldKey, FlowError> {
    let signed = SignedProof { thumbprint: proof.thumbprint(), claims: proof.claims() };
    let now = env.now();
    let nonce = match nonce(proof.claims()).map_err(refused)? {
        None => Nonce::Absent,
        Some(nonce) if env.dpop_nonces.knows(nonce, now) => Nonce::Ours,
        Some(_) => Nonce::Other,
    };
    let wants_nonce = tenant.policy.dpop_nonces == DpopNoncePolicy::Required;
    let access_token = access_token.map(Secret::expose);
    let call = Expected { method: &presented.method, address: &presented.address, access_token };
    let fitting = fits(signed, &call, nonce, wants_nonce, now)?;
    // Last of all: what fails before leaves nothing behind.
    let until = fitting.good_until() + CLOCKS_DIFFER_BY;
    let first_time = env.storage.tenant(tenant.id).spend_once(&digest(&fitting.parts()), until).await?;
    Ok(fitting.used(first_time)?)
}

/// The same for an application that asks for tokens, if it proves a key.
///
/// # Errors
/// As [`taken`].
pub(crate) async fn of_application(
    env: &Env,
    tenant: &Tenant,
    application: &Application,
    presented: &PresentedProofs,
) -> Result<Option<HeldKey>, FlowError> {
    let Some(proof) = read(presented)? else { return Ok(None) };
    algorithm_fits(application, proof.algorithm().name())?;
    taken(env, tenant, &proof, presented, None).await.map(Some)
}

/// The nonce for the next proof of whoever put one into this.
pub fn next_nonce(env: &Env, held: &HeldKey) -> Option<String> {
    held.by_nonce().then(|| env.dpop_nonces.current(env.now()))
}

/// Each part with its length before it, so that no two proofs have the same text.
fn digest(parts: &[&str]) -> [u8; 32] {
    let mut text = b"dpop-proof".to_vec();
    for part in parts {
        text.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        text.extend(part.as_bytes());
    }
    sha256(&text)
}

const fn bad(error: &DpopError) -> BadProof {
    match error {
        DpopError::Unreadable(VerifyError::WrongType { .. }) => BadProof::Type,
        DpopError::Unreadable(_) => BadProof::Malformed,
        DpopError::Algorithm => BadProof::Algorithm,
        DpopError::NoKey | DpopError::Key(_) => BadProof::Key,
        DpopError::BadSignature => BadProof::Signature,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_algorithms_that_are_named_are_those_that_there_are() {
        assert_eq!(grantor_protocol::dpop::ALGORITHMS, grantor_jose::Algorithm::ALL.map(grantor_jose::Algorithm::name));
    }

    #[test]
    fn no_two_proofs_have_one_digest() {
        let [one, other, third] = [["ab", "c", ""], ["a", "bc", ""], ["a", "b", "c"]].map(|parts| digest(&parts));
        assert!(one != other && other != third && one != third);
    }
}
