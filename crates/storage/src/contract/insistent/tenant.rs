//! What belongs to one tenant.

use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, FamilyId, HandleDigest, Secret, TenantId, UserId};
use grantor_rules::model::{
    Application, Code, Consents, Family, Interaction, Progress, RevocationReason, SignIn, User,
};

use super::{Contest, PATIENCE, PAUSE, Prize, Shared, insist, look_up};
use crate::{
    Burned, Fault, Finished, IssueCode, NewSignIn, RecordedConsent, RedeemCode, Redeemed, RotateRefreshToken, Rotated,
    TenantStorage,
};

/// The part that belongs to one tenant.
pub struct InsistentOfTenant {
    pub store: Arc<dyn TenantStorage>,
    pub(super) shared: Arc<Shared>,
}

impl InsistentOfTenant {
    fn contest(&self, prize: Prize, digest: &HandleDigest) -> Arc<Contest> {
        self.shared.contest(prize, self.store.id(), digest)
    }

    async fn is_ended(&self, interaction: &HandleDigest) -> Result<bool, Fault> {
        Ok(self.find_interaction(interaction).await?.is_none())
    }

    async fn is_spent(&self, code: &HandleDigest) -> Result<bool, Fault> {
        Ok(self.find_code(code).await?.is_some_and(|code| code.spent_at.is_some()))
    }

    async fn is_kept(&self, digest: &HandleDigest, interaction: &Interaction) -> Result<Option<()>, Fault> {
        let kept = self.find_interaction(digest).await?;
        Ok(kept.filter(|kept| format!("{kept:?}") == format!("{interaction:?}")).map(drop))
    }

    async fn is_issued(&self, issue: &IssueCode) -> Result<Option<Finished>, Fault> {
        let issued = self.find_code(&issue.digest).await?.is_some_and(|code| code == issue.code);
        if let Some(interaction) = issue.interaction.as_ref().filter(|_| issued) {
            let said = std::future::ready(Ok(Finished::Now));
            self.contest(Prize::Interaction, interaction).entered(said, Finished::Now).await?;
        }
        Ok(issued.then_some(Finished::Now))
    }

    async fn issue(&self, issue: &IssueCode) -> Result<Finished, Fault> {
        let issued = self.store.issue_code(issue);
        match &issue.interaction {
            Some(interaction) => self.contest(Prize::Interaction, interaction).entered(issued, Finished::Now).await,
            None => issued.await,
        }
    }
}

/// Whether a token was exchanged before by this very exchange.
fn is_made_by(rotate: &RotateRefreshToken, said: &Rotated) -> bool {
    matches!(said, Rotated::NotLive(live) if *live == rotate.successor)
}

#[async_trait]
impl TenantStorage for InsistentOfTenant {
    fn id(&self) -> TenantId {
        self.store.id()
    }

    async fn find_application(&self, client_id: &ClientId) -> Result<Option<Arc<Application>>, Fault> {
        look_up!(self.shared, self.store.find_application(client_id))
    }

    async fn list_applications(&self, after: Option<&ClientId>, most: u32) -> Result<Vec<Arc<Application>>, Fault> {
        look_up!(self.shared, self.store.list_applications(after, most))
    }

    async fn find_api(&self, identifier: &str) -> Result<Option<Arc<Application>>, Fault> {
        look_up!(self.shared, self.store.find_api(identifier))
    }

    async fn find_user(&self, user: UserId) -> Result<Option<User>, Fault> {
        look_up!(self.shared, self.store.find_user(user))
    }

    async fn find_user_by_name(&self, name: &str) -> Result<Option<User>, Fault> {
        look_up!(self.shared, self.store.find_user_by_name(name))
    }

    async fn find_password(&self, user: UserId) -> Result<Option<Secret>, Fault> {
        look_up!(self.shared, self.store.find_password(user))
    }

    async fn find_consents(&self, user: UserId, client_id: &ClientId) -> Result<Consents, Fault> {
        look_up!(self.shared, self.store.find_consents(user, client_id))
    }

    async fn record_consent(&self, consent: &RecordedConsent, now: Timestamp) -> Result<(), Fault> {
        insist!(self.shared, self.store.record_consent(consent, now))
    }

    async fn list_sign_ins(&self, session: &HandleDigest) -> Result<Vec<SignIn>, Fault> {
        look_up!(self.shared, self.store.list_sign_ins(session))
    }

    async fn record_sign_in(&self, sign_in: &NewSignIn) -> Result<(), Fault> {
        insist!(self.shared, self.store.record_sign_in(sign_in))
    }

    async fn begin_interaction(&self, digest: &HandleDigest, interaction: &Interaction) -> Result<(), Fault> {
        let begun = insist!(self.shared, self.store.begin_interaction(digest, interaction), |_turn| self
            .is_kept(digest, interaction));
        begun.inspect(|()| self.contest(Prize::Interaction, digest).open())
    }

    async fn find_interaction(&self, digest: &HandleDigest) -> Result<Option<Interaction>, Fault> {
        look_up!(self.shared, self.store.find_interaction(digest))
    }

    async fn note_progress(&self, digest: &HandleDigest, progress: &Progress) -> Result<(), Fault> {
        insist!(self.shared, self.store.note_progress(digest, progress))
    }

    async fn end_interaction(&self, digest: &HandleDigest) -> Result<Finished, Fault> {
        let contest = self.contest(Prize::Interaction, digest);
        let act = || contest.entered(self.store.end_interaction(digest), Finished::Now);
        insist!(self.shared, act(), |_turn| contest.claimed(self.is_ended(digest), Finished::Now))
    }

    async fn issue_code(&self, issue: &IssueCode) -> Result<Finished, Fault> {
        let issued = insist!(self.shared, self.issue(issue), |_turn| self.is_issued(issue));
        issued.inspect(|said| {
            if *said == Finished::Now {
                self.contest(Prize::Code, &issue.digest).open();
            }
        })
    }

    async fn find_code(&self, digest: &HandleDigest) -> Result<Option<Code>, Fault> {
        look_up!(self.shared, self.store.find_code(digest))
    }

    async fn redeem_code(&self, redeem: &RedeemCode) -> Result<Redeemed, Fault> {
        let contest = self.contest(Prize::Code, &redeem.digest);
        let act = || contest.entered(self.store.redeem_code(redeem), Redeemed::Now);
        insist!(self.shared, act(), |_turn| contest.claimed(self.is_spent(&redeem.digest), Redeemed::Now))
    }

    async fn burn_code(&self, digest: &HandleDigest, now: Timestamp) -> Result<Burned, Fault> {
        let contest = self.contest(Prize::Code, digest);
        let act = || contest.entered(self.store.burn_code(digest, now), Burned::Now);
        insist!(self.shared, act(), |_turn| contest.claimed(self.is_spent(digest), Burned::Now))
    }

    async fn find_family(&self, family: FamilyId) -> Result<Option<Family>, Fault> {
        look_up!(self.shared, self.store.find_family(family))
    }

    async fn revoke_family(&self, family: FamilyId, reason: RevocationReason, now: Timestamp) -> Result<(), Fault> {
        insist!(self.shared, self.store.revoke_family(family, reason, now))
    }

    async fn find_code_with_user(&self, digest: &HandleDigest) -> Result<Option<(Code, Option<User>)>, Fault> {
        look_up!(self.shared, self.store.find_code_with_user(digest))
    }

    async fn find_family_with_user(&self, family: FamilyId) -> Result<Option<(Family, Option<User>)>, Fault> {
        look_up!(self.shared, self.store.find_family_with_user(family))
    }

    async fn rotate_refresh_token(&self, rotate: &RotateRefreshToken) -> Result<Rotated, Fault> {
        let mut turn = self.shared.begin().await;
        loop {
            match self.store.rotate_refresh_token(rotate).await {
                // Not the answer to this attempt, but to the one before it.
                Ok(said) if turn.is_open && is_made_by(rotate, &said) => {
                    return Ok(turn.acknowledged(Rotated::Now).await);
                }
                Ok(said) => return Ok(turn.acknowledged(said).await),
                Err(fault) => turn.met(fault).await.map(drop)?,
            }
        }
    }
}
