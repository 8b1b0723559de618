//! What belongs to one tenant.

use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, FamilyId, HandleDigest, TenantId, UserId};
use grantor_rules::model::{
    Application, Assigned, Assignment, Code, ConsentRequest, Consents, Family, GrantedPermission, Group, Interaction,
    Notice, Progress, PushedRequest, RevocationReason, ServicePrincipal, SignIn, User,
};
use uuid::Uuid;

use super::{Contest, PATIENCE, PAUSE, Prize, Shared, insist, look_up};
use crate::{
    BeginFamily, Burned, EndSignIns, Fault, Finished, IssueCode, NewSignIn, RecordedConsent, RedeemCode, Redeemed,
    RotateRefreshToken, Rotated, SessionClient, StoredPassword, TenantStorage, WithdrawnConsent, WrongPassword,
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
        self.settled(issued, issue.interaction.as_ref()).await
    }

    async fn is_begun(&self, begin: &BeginFamily) -> Result<Option<Finished>, Fault> {
        let kept = self.find_family(begin.family.id).await?.is_some_and(|family| family == begin.family);
        self.settled(kept, begin.interaction.as_ref()).await
    }

    /// What is there was made by whoever ended the interaction.
    async fn settled(&self, there: bool, interaction: Option<&HandleDigest>) -> Result<Option<Finished>, Fault> {
        if let Some(interaction) = interaction.filter(|_| there) {
            let said = std::future::ready(Ok(Finished::Now));
            self.contest(Prize::Interaction, interaction).entered(said, Finished::Now).await?;
        }
        Ok(there.then_some(Finished::Now))
    }

    /// Does what ends an interaction, if there is one.
    async fn ending(
        &self,
        interaction: Option<&HandleDigest>,
        act: impl Future<Output = Result<Finished, Fault>> + Send,
    ) -> Result<Finished, Fault> {
        match interaction {
            Some(interaction) => self.contest(Prize::Interaction, interaction).entered(act, Finished::Now).await,
            None => act.await,
        }
    }

    async fn is_tried(&self, notice: Uuid, tries: u32) -> Result<bool, Fault> {
        Ok(self.list_notices(u32::MAX).await?.iter().any(|listed| listed.id == notice && listed.tries > tries))
    }

    async fn is_answered(&self, request: Uuid) -> Result<bool, Fault> {
        Ok(self.list_consent_requests(u32::MAX).await?.iter().all(|listed| listed.id != request))
    }
}

/// The place of a wish among those who want to win the same.
fn place_of(request: Uuid) -> HandleDigest {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(request.as_bytes());
    HandleDigest::from_bytes(bytes)
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

    async fn list_users(&self, after: Option<&str>, most: u32) -> Result<Vec<User>, Fault> {
        look_up!(self.shared, self.store.list_users(after, most))
    }

    async fn find_service_principal(&self, client_id: &ClientId) -> Result<Option<Arc<ServicePrincipal>>, Fault> {
        look_up!(self.shared, self.store.find_service_principal(client_id))
    }

    async fn list_service_principals(
        &self,
        after: Option<&ClientId>,
        most: u32,
    ) -> Result<Vec<Arc<ServicePrincipal>>, Fault> {
        look_up!(self.shared, self.store.list_service_principals(after, most))
    }

    async fn list_assignments(&self, client_id: &ClientId) -> Result<Vec<Assignment>, Fault> {
        look_up!(self.shared, self.store.list_assignments(client_id))
    }

    async fn find_group(&self, group: Uuid) -> Result<Option<Group>, Fault> {
        look_up!(self.shared, self.store.find_group(group))
    }

    async fn find_assigned(&self, client_id: &ClientId, user: UserId) -> Result<Assigned, Fault> {
        look_up!(self.shared, self.store.find_assigned(client_id, user))
    }

    async fn list_groups_of(&self, user: UserId) -> Result<Vec<Uuid>, Fault> {
        look_up!(self.shared, self.store.list_groups_of(user))
    }

    async fn find_password(&self, user: UserId) -> Result<Option<StoredPassword>, Fault> {
        look_up!(self.shared, self.store.find_password(user))
    }

    async fn count_wrong_password(&self, wrong: &WrongPassword) -> Result<(), Fault> {
        // Whoever cannot know counts once more: one wrong password too many is better than one too few.
        insist!(self.shared, self.store.count_wrong_password(wrong), |turn| async {
            Ok(turn.has_written().await.then_some(()))
        })
    }

    async fn forget_wrong_passwords(&self, user: UserId) -> Result<(), Fault> {
        insist!(self.shared, self.store.forget_wrong_passwords(user))
    }

    async fn list_credential_uses(&self, client_id: &ClientId) -> Result<Vec<(String, Timestamp)>, Fault> {
        look_up!(self.shared, self.store.list_credential_uses(client_id))
    }

    async fn note_credential_use(&self, client_id: &ClientId, credential: &str, at: Timestamp) -> Result<(), Fault> {
        insist!(self.shared, self.store.note_credential_use(client_id, credential, at))
    }

    async fn find_consents(&self, user: UserId, client_id: &ClientId) -> Result<Consents, Fault> {
        look_up!(self.shared, self.store.find_consents(user, client_id))
    }

    async fn record_consent(&self, consent: &RecordedConsent, now: Timestamp) -> Result<(), Fault> {
        insist!(self.shared, self.store.record_consent(consent, now))
    }

    async fn list_consents(&self, principal: Option<UserId>) -> Result<Vec<GrantedPermission>, Fault> {
        look_up!(self.shared, self.store.list_consents(principal))
    }

    async fn withdraw_consent(&self, withdrawn: &WithdrawnConsent) -> Result<bool, Fault> {
        insist!(self.shared, self.store.withdraw_consent(withdrawn), |turn| async {
            Ok(turn.has_written().await.then_some(true))
        })
    }

    async fn ask_for_consent(&self, request: &ConsentRequest) -> Result<(), Fault> {
        let asked = insist!(self.shared, self.store.ask_for_consent(request));
        asked.inspect(|()| self.contest(Prize::ConsentRequest, &place_of(request.id)).open())
    }

    async fn list_consent_requests(&self, most: u32) -> Result<Vec<ConsentRequest>, Fault> {
        look_up!(self.shared, self.store.list_consent_requests(most))
    }

    async fn end_consent_request(
        &self,
        id: Uuid,
        allowed: &[RecordedConsent],
        now: Timestamp,
    ) -> Result<Finished, Fault> {
        let contest = self.contest(Prize::ConsentRequest, &place_of(id));
        let act = || contest.entered(self.store.end_consent_request(id, allowed, now), Finished::Now);
        insist!(self.shared, act(), |_turn| contest.claimed(self.is_answered(id), Finished::Now))
    }

    async fn list_sign_ins(&self, session: &HandleDigest) -> Result<Vec<SignIn>, Fault> {
        look_up!(self.shared, self.store.list_sign_ins(session))
    }

    async fn record_sign_in(&self, sign_in: &NewSignIn) -> Result<(), Fault> {
        insist!(self.shared, self.store.record_sign_in(sign_in))
    }

    async fn end_sign_ins(&self, end: &EndSignIns) -> Result<(), Fault> {
        insist!(self.shared, self.store.end_sign_ins(end))
    }

    async fn claim_notice(&self, id: Uuid, tries: u32, until: Timestamp) -> Result<bool, Fault> {
        let contest = self.shared.open_contest(Prize::Notice(tries), self.store.id(), &place_of(id));
        let act = || contest.entered(self.store.claim_notice(id, tries, until), true);
        insist!(self.shared, act(), |_turn| contest.claimed(self.is_tried(id, tries), true))
    }

    async fn note_notice(&self, notice: &Notice) -> Result<(), Fault> {
        insist!(self.shared, self.store.note_notice(notice))
    }

    async fn list_notices(&self, most: u32) -> Result<Vec<Notice>, Fault> {
        look_up!(self.shared, self.store.list_notices(most))
    }

    async fn spend_once(&self, digest: &[u8; 32], until: Timestamp) -> Result<bool, Fault> {
        let contest = self.shared.open_contest(Prize::Once(until), self.store.id(), &HandleDigest::from_bytes(*digest));
        let act = || contest.entered(self.store.spend_once(digest, until), true);
        // Whether it was spent before or is now: it is then, and one more try does no harm.
        let spent = || async {
            match self.store.spend_once(digest, until).await {
                Err(Fault::OutcomeUnknown { what }) => Err(Fault::Unavailable { what }),
                said => said.map(|_| true),
            }
        };
        insist!(self.shared, act(), |_turn| contest.claimed(async { look_up!(self.shared, spent()) }, true))
    }

    async fn push_request(&self, digest: &HandleDigest, request: &PushedRequest) -> Result<(), Fault> {
        let pushed = insist!(self.shared, self.store.push_request(digest, request));
        pushed.inspect(|()| self.contest(Prize::PushedRequest, digest).open())
    }

    async fn find_pushed_request(&self, digest: &HandleDigest) -> Result<Option<PushedRequest>, Fault> {
        look_up!(self.shared, self.store.find_pushed_request(digest))
    }

    async fn find_session_end(&self, sid: &str) -> Result<Option<Timestamp>, Fault> {
        look_up!(self.shared, self.store.find_session_end(sid))
    }

    async fn list_session_clients(&self, sid: &str) -> Result<Vec<SessionClient>, Fault> {
        look_up!(self.shared, self.store.list_session_clients(sid))
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

    async fn end_interaction(&self, digest: &HandleDigest, pushed: Option<&HandleDigest>) -> Result<Finished, Fault> {
        let contest = self.contest(Prize::Interaction, digest);
        let Some(pushed) = pushed else {
            let act = || contest.entered(self.store.end_interaction(digest, None), Finished::Now);
            return insist!(self.shared, act(), |_turn| contest.claimed(self.is_ended(digest), Finished::Now));
        };
        let of_pushed = self.contest(Prize::PushedRequest, pushed);
        let act = || {
            let ended = self.store.end_interaction(digest, Some(pushed));
            contest.entered(of_pushed.entered(ended, Finished::Now), Finished::Now)
        };
        let over = || async { Ok(self.is_ended(digest).await? && self.find_pushed_request(pushed).await?.is_none()) };
        let claimed = || async {
            match of_pushed.claimed(over(), Finished::Now).await? {
                Some(said) => contest.claimed(std::future::ready(Ok(true)), said).await,
                None => Ok(None),
            }
        };
        insist!(self.shared, act(), |_turn| claimed())
    }

    async fn issue_code(&self, issue: &IssueCode) -> Result<Finished, Fault> {
        let act = || self.ending(issue.interaction.as_ref(), self.store.issue_code(issue));
        let issued = insist!(self.shared, act(), |_turn| self.is_issued(issue));
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

    async fn begin_family(&self, begin: &BeginFamily) -> Result<Finished, Fault> {
        let act = || self.ending(begin.interaction.as_ref(), self.store.begin_family(begin));
        insist!(self.shared, act(), |_turn| self.is_begun(begin))
    }

    async fn consent_without_code(
        &self,
        interaction: &HandleDigest,
        consents: &[RecordedConsent],
        now: Timestamp,
    ) -> Result<Finished, Fault> {
        let contest = self.contest(Prize::Interaction, interaction);
        let act = || contest.entered(self.store.consent_without_code(interaction, consents, now), Finished::Now);
        insist!(self.shared, act(), |_turn| contest.claimed(self.is_ended(interaction), Finished::Now))
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
