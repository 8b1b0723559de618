//! A refresh token is exchanged for its successor.

use grantor_environment::Timestamp;
use grantor_jose::digest::hmac_sha256;
use grantor_jose::{NONCE_BYTES, SealingKey};
use grantor_protocol::{RefreshHandle, Secret};
use grantor_rules::Refusal;
use grantor_rules::model::{Exchanged, Family, RefreshToken, RevocationReason};
use grantor_rules::token::TokenPlan;
use grantor_rules::token::issued::IssuedTokens;
use grantor_rules::token::refresh::{Presented, of_tenant, recognise, remembered, renew as rule};
use grantor_storage::{RotateRefreshToken, Rotated};

use super::{Call, issue};
use crate::{Event, FlowError, lineage};

pub async fn renew(call: &Call<'_>, presented: &Secret) -> Result<IssuedTokens, FlowError> {
    let handle = RefreshHandle::parse(&call.env.refresh_tokens, presented.expose()).ok();
    let found = match &handle {
        Some(handle) => call.store.find_family_with_user(handle.family()).await?,
        None => None,
    };
    let platform = found.as_ref().map_or_else(|| call.platform_of_unknown(), |(family, _)| family.platform);
    let client = call.prove(platform).await?;
    let handle = handle.ok_or(Refusal::RefreshTokenUnknown)?;
    of_tenant(handle.tenant(), call.tenant.id)?;
    // It was ours once, so it is its time that is over.
    let (family, user) = found.ok_or(Refusal::RefreshTokenExpired)?;
    call.trace.join(family.flow);
    let original = &family.wanted;
    let names_apis = call.request.wanted.as_ref().filter(|wanted| !wanted.apis().is_empty());
    let mut scopes = call.scopes(names_apis.unwrap_or(original)).await?;
    if let Some(wanted) = &call.request.wanted {
        scopes.sign_in = wanted.sign_in_scopes();
    }
    // A renewal cannot widen what the person signed in for.
    scopes.sign_in.retain(|scope| original.signs_in_with(*scope));
    if let Some(why) = lineage::revoked(call.store, &family).await? {
        return Err(Refusal::RefreshTokenRevoked { why }.into());
    }
    let person = call.person(family.user, user.as_ref(), &scopes).await?;
    let plan = rule(&family, &client, scopes, names_apis.is_some(), &call.standing(&person))?;
    let Some(expires_at) = plan.refresh_expires_at else {
        // The person has withdrawn `offline_access`.
        return Err(Refusal::ConsentRequired { missing: vec!["offline_access".to_owned()] }.into());
    };
    let renewal = Renewal { call, presented: &handle, plan: &plan };
    match renewal.is(&family) {
        Presented::Live(live) => renewal.rotate(&family, live, expires_at).await,
        Presented::Repeated(exchanged) => renewal.repeat(exchanged).await,
        Presented::Reused => renewal.reused().await,
        Presented::Old(live) => renewal.keep(&family, live, expires_at).await,
        Presented::Staying(live) => renewal.stay(live, expires_at).await,
    }
}

/// Strict and kind: one successor for each token, and the same one again while its reply may still be on the way.
struct Renewal<'a> {
    call: &'a Call<'a>,
    presented: &'a RefreshHandle,
    plan: &'a TokenPlan<'a>,
}

impl Renewal<'_> {
    /// Measured at the request's arrival: a node that stood still meanwhile must not take an honest program for a thief.
    fn is<'f>(&self, family: &'f Family) -> Presented<'f> {
        let (arrived, grace) = (self.call.trace.at(), self.call.env.settings.refresh_grace);
        recognise(family, self.call.client.application.refresh_tokens, &self.presented.digest(), arrived, grace)
    }

    async fn rotate(
        &self,
        family: &Family,
        live: &RefreshToken,
        expires_at: Timestamp,
    ) -> Result<IssuedTokens, FlowError> {
        let Self { call, presented, plan } = self;
        let (successor, seed) = call.env.refresh_token(call.tenant.id, family.id);
        let issued = issue::tokens(call.env, plan, call.layout, Some(&successor)).await?;
        let sealed = seal(presented, &seed, call.env.entropy.bytes());
        let exchanged = remembered(live, sealed, call.env.now(), call.env.settings.refresh_grace);
        let rotate = RotateRefreshToken {
            family: family.id,
            presented: presented.digest(),
            successor: RefreshToken { digest: successor.digest(), expires_at, exchanged },
            keep_until: issue::keep_until(plan),
        };
        match call.store.rotate_refresh_token(&rotate).await? {
            Rotated::Now => {
                issue::record(call.env, call.trace, plan, "refresh_token");
                Ok(issued)
            }
            Rotated::NotLive(now_live) => {
                let overtaken = Family { refresh_token: Some(now_live), ..family.clone() };
                match self.is(&overtaken) {
                    Presented::Repeated(exchanged) => self.repeat(exchanged).await,
                    Presented::Old(now_live) => self.keep(&overtaken, now_live, expires_at).await,
                    Presented::Live(_) | Presented::Staying(_) | Presented::Reused => self.reused().await,
                }
            }
            Rotated::Revoked(why) => Err(Refusal::RefreshTokenRevoked { why }.into()),
            Rotated::Unknown => Err(Refusal::RefreshTokenExpired.into()),
        }
    }

    /// An old token that stays good gets tokens like the live one, in whose place a new one comes: so the family's time grows
    /// with each use. Whoever was faster in doing just that has done it for this one too.
    async fn keep(
        &self,
        family: &Family,
        live: &RefreshToken,
        expires_at: Timestamp,
    ) -> Result<IssuedTokens, FlowError> {
        let Self { call, plan, .. } = self;
        let (successor, _) = call.env.refresh_token(call.tenant.id, family.id);
        let issued = issue::tokens(call.env, plan, call.layout, Some(&successor)).await?;
        let rotate = RotateRefreshToken {
            family: family.id,
            presented: live.digest,
            successor: RefreshToken { digest: successor.digest(), expires_at, exchanged: live.exchanged.clone() },
            keep_until: issue::keep_until(plan),
        };
        match call.store.rotate_refresh_token(&rotate).await? {
            Rotated::Now | Rotated::NotLive(_) => {
                issue::record(call.env, call.trace, plan, "refresh_token");
                Ok(issued)
            }
            Rotated::Revoked(why) => Err(Refusal::RefreshTokenRevoked { why }.into()),
            Rotated::Unknown => Err(Refusal::RefreshTokenExpired.into()),
        }
    }

    /// A token that is not exchanged gets tokens, and its family's time grows. Of several at once each writes the same.
    async fn stay(&self, live: &RefreshToken, expires_at: Timestamp) -> Result<IssuedTokens, FlowError> {
        let Self { call, plan, .. } = self;
        let issued = issue::tokens(call.env, plan, call.layout, None).await?;
        let rotate = RotateRefreshToken {
            family: plan.family,
            presented: live.digest,
            successor: RefreshToken { expires_at, ..live.clone() },
            keep_until: issue::keep_until(plan),
        };
        match call.store.rotate_refresh_token(&rotate).await? {
            Rotated::Now => {
                issue::record(call.env, call.trace, plan, "refresh_token");
                Ok(issued)
            }
            // Its application exchanges tokens again since.
            Rotated::NotLive(_) => self.reused().await,
            Rotated::Revoked(why) => Err(Refusal::RefreshTokenRevoked { why }.into()),
            Rotated::Unknown => Err(Refusal::RefreshTokenExpired.into()),
        }
    }

    async fn repeat(&self, exchanged: &Exchanged) -> Result<IssuedTokens, FlowError> {
        let Self { call, presented, plan } = self;
        let seed = open(presented, &exchanged.successor)?;
        let successor = RefreshHandle::mint(&call.env.refresh_tokens, call.tenant.id, plan.family, &seed);
        call.env.record(call.trace, Event::SuccessorRepeated { family: plan.family });
        let issued = issue::tokens(call.env, plan, call.layout, Some(&successor)).await?;
        // Nothing is committed here that could notice a revocation since the family was read.
        let family_now = call.store.find_family(plan.family).await?;
        if let Some(why) = family_now.and_then(|family| family.ended_because()) {
            return Err(Refusal::RefreshTokenRevoked { why }.into());
        }
        issue::record(call.env, call.trace, plan, "refresh_token");
        Ok(issued)
    }

    async fn reused(&self) -> Result<IssuedTokens, FlowError> {
        let Self { call, plan, .. } = self;
        let reason = RevocationReason::RefreshTokenReused;
        call.store.revoke_family(plan.family, reason, call.env.now()).await?;
        call.env.record(call.trace, Event::FamilyRevoked { family: plan.family, reason });
        Err(Refusal::RefreshTokenReused.into())
    }
}

/// The successor's seed is kept sealed under the very token that it replaces: nobody else can open it, not even with the store.
/// So the key must not follow from the token's SHA-256, which lies beside the seal; the token is the message here, since a
/// message is hashed after the label and a long key would be hashed alone.
fn sealing_key(presented: &RefreshHandle) -> SealingKey {
    SealingKey::from_bytes(hmac_sha256(b"refresh-token-successor", presented.secret().expose().as_bytes()))
}

fn seal(presented: &RefreshHandle, seed: &[u8; 32], nonce: [u8; NONCE_BYTES]) -> Vec<u8> {
    sealing_key(presented).seal(nonce, presented.digest().as_bytes(), seed)
}

fn open(presented: &RefreshHandle, sealed: &[u8]) -> Result<[u8; 32], FlowError> {
    let broken = || FlowError::Failed { what: "the sealed successor of a refresh token cannot be opened".to_owned() };
    let opened = sealing_key(presented).open(presented.digest().as_bytes(), sealed).map_err(|_| broken())?;
    opened.as_slice().try_into().map_err(|_| broken())
}

#[cfg(test)]
mod tests {
    use grantor_protocol::{FamilyId, RefreshTokenKey, TenantId};

    use super::*;

    fn token(seed: u8) -> RefreshHandle {
        let key = RefreshTokenKey::from_bytes([1; 32]);
        RefreshHandle::mint(&key, TenantId::from_random([2; 16]), FamilyId::from_random([3; 16]), &[seed; 32])
    }

    #[test]
    fn a_seal_opens_with_its_own_token_alone() {
        let sealed = seal(&token(4), &[9; 32], [5; NONCE_BYTES]);
        assert_eq!(open(&token(4), &sealed).unwrap(), [9; 32]);
        assert!(open(&token(6), &sealed).is_err());
    }

    #[test]
    fn what_lies_beside_a_seal_does_not_open_it() {
        let (presented, label) = (token(4), "refresh-token-successor");
        let sealed = seal(&presented, &[9; 32], [5; NONCE_BYTES]);
        let digest = presented.digest();
        let known = SealingKey::from_bytes(*digest.as_bytes());
        let keyed = SealingKey::from_bytes(hmac_sha256(digest.as_bytes(), label.as_bytes()));
        let labelled = SealingKey::from_bytes(hmac_sha256(label.as_bytes(), digest.as_bytes()));
        for key in [known.derive(label), known, keyed, labelled] {
            assert!(key.open(digest.as_bytes(), &sealed).is_err());
        }
    }
}
