//! What belongs to no tenant: done again, each operation says the same.

use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::Timestamp;
use grantor_protocol::{HandleDigest, TenantId, UserId};
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{Application, DeviceAnswer, DeviceCode, Notice, Polled, Tenant, TenantName};
use uuid::Uuid;

use super::tenant::InsistentOfTenant;
use super::{Contest, Insistent, PATIENCE, PAUSE, Prize, Turn, insist, look_up};
use crate::{
    AnswerDeviceCode, DirectoryVersions, Fault, Finished, RedeemDeviceCode, Redeemed, SigningKeyRecord, Storage,
    TenantStorage,
};

impl Insistent {
    /// A contest that belongs to no tenant.
    fn contest(&self, prize: Prize, digest: &HandleDigest) -> Arc<Contest> {
        self.shared.contest(prize, TenantId::from_uuid(Uuid::nil()), digest)
    }

    /// The contest for the interaction that an answer ends.
    fn interaction(&self, answer: &AnswerDeviceCode) -> Option<Arc<Contest>> {
        let interaction = answer.interaction.as_ref()?;
        Some(self.shared.contest(Prize::Interaction, answer.tenant, interaction))
    }

    async fn is_begun(&self, digest: &HandleDigest, code: &DeviceCode) -> Result<Option<()>, Fault> {
        Ok(self.find_device_code(digest).await?.filter(|kept| kept == code).map(drop))
    }

    async fn answer(&self, answer: &AnswerDeviceCode) -> Result<Finished, Fault> {
        let contest = self.contest(Prize::DeviceAnswer, &answer.digest);
        let answered = contest.entered(self.store.answer_device_code(answer), Finished::Now);
        match self.interaction(answer) {
            Some(interaction) => interaction.entered(answered, Finished::Now).await,
            None => answered.await,
        }
    }

    async fn is_answered(&self, answer: &AnswerDeviceCode) -> Result<Option<Finished>, Fault> {
        let over = async { Ok(self.find_device_code(&answer.digest).await?.is_some_and(|code| code.answer.is_some())) };
        let mine = self.contest(Prize::DeviceAnswer, &answer.digest).claimed(over, Finished::Now).await?;
        if let (Some(said), Some(interaction)) = (mine, self.interaction(answer)) {
            interaction.entered(std::future::ready(Ok(said)), Finished::Now).await?;
        }
        Ok(mine)
    }

    async fn is_spent(&self, digest: &HandleDigest) -> Result<bool, Fault> {
        Ok(self.find_device_code(digest).await?.is_some_and(|code| code.spent_at.is_some()))
    }
}

#[async_trait]
impl Storage for Insistent {
    fn tenant(&self, tenant: TenantId) -> Arc<dyn TenantStorage> {
        Arc::new(InsistentOfTenant { store: self.store.tenant(tenant), shared: Arc::clone(&self.shared) })
    }

    async fn find_tenant(&self, name: &TenantName) -> Result<Option<Arc<Tenant>>, Fault> {
        look_up!(self.shared, self.store.find_tenant(name))
    }

    async fn find_first_tenant(&self) -> Result<Option<Arc<Tenant>>, Fault> {
        look_up!(self.shared, self.store.find_first_tenant())
    }

    async fn list_tenants(&self) -> Result<Vec<Tenant>, Fault> {
        look_up!(self.shared, self.store.list_tenants())
    }

    async fn directory_versions(&self) -> Result<DirectoryVersions, Fault> {
        look_up!(self.shared, self.store.directory_versions())
    }

    async fn apply_directory(&self, change: &DirectoryChange) -> Result<(), Fault> {
        insist!(self.shared, self.store.apply_directory(change))
    }

    async fn find_registered(&self, name: &str) -> Result<Option<Arc<Application>>, Fault> {
        look_up!(self.shared, self.store.find_registered(name))
    }

    async fn begin_device_code(
        &self,
        digest: &HandleDigest,
        user_code: &[u8; 32],
        code: &DeviceCode,
    ) -> Result<(), Fault> {
        let begun = insist!(self.shared, self.store.begin_device_code(digest, user_code, code), |_turn| self
            .is_begun(digest, code));
        begun.inspect(|()| self.contest(Prize::DeviceAnswer, digest).open())
    }

    async fn find_device_code(&self, digest: &HandleDigest) -> Result<Option<DeviceCode>, Fault> {
        look_up!(self.shared, self.store.find_device_code(digest))
    }

    async fn find_device_code_of(&self, user_code: &[u8; 32]) -> Result<Option<(HandleDigest, DeviceCode)>, Fault> {
        look_up!(self.shared, self.store.find_device_code_of(user_code))
    }

    async fn answer_device_code(&self, answer: &AnswerDeviceCode) -> Result<Finished, Fault> {
        let answered = insist!(self.shared, self.answer(answer), |_turn| self.is_answered(answer));
        answered.inspect(|said| {
            if *said == Finished::Now && matches!(answer.answer, DeviceAnswer::Approved(_)) {
                self.contest(Prize::DeviceCode, &answer.digest).open();
            }
        })
    }

    async fn redeem_device_code(&self, redeem: &RedeemDeviceCode) -> Result<Redeemed, Fault> {
        let contest = self.contest(Prize::DeviceCode, &redeem.digest);
        let act = || contest.entered(self.store.redeem_device_code(redeem), Redeemed::Now);
        insist!(self.shared, act(), |_turn| contest.claimed(self.is_spent(&redeem.digest), Redeemed::Now))
    }

    async fn note_device_poll(
        &self,
        digest: &HandleDigest,
        before: Option<Polled>,
        now: Polled,
    ) -> Result<bool, Fault> {
        let kept =
            || async { Ok(self.find_device_code(digest).await?.filter(|code| code.polled == Some(now)).map(|_| true)) };
        insist!(self.shared, self.store.note_device_poll(digest, before, now), |_turn| kept())
    }

    async fn list_awaited(
        &self,
        tenant: TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<(HandleDigest, DeviceCode)>, Fault> {
        look_up!(self.shared, self.store.list_awaited(tenant, user, now))
    }

    async fn list_due_notices(&self, now: Timestamp, most: u32) -> Result<Vec<(TenantId, Notice)>, Fault> {
        look_up!(self.shared, self.store.list_due_notices(now, most))
    }

    async fn note_key_reader(&self, key_id: &str, reader: &str, at: Timestamp) -> Result<(), Fault> {
        insist!(self.shared, self.store.note_key_reader(key_id, reader, at))
    }

    async fn list_key_readers(&self, key_id: &str) -> Result<Vec<(String, Timestamp)>, Fault> {
        look_up!(self.shared, self.store.list_key_readers(key_id))
    }

    async fn keep_once(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        insist!(self.shared, self.store.keep_once(name, sealed))
    }

    async fn find_kept(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        look_up!(self.shared, self.store.find_kept(name))
    }

    async fn list_signing_keys(&self) -> Result<Vec<SigningKeyRecord>, Fault> {
        look_up!(self.shared, self.store.list_signing_keys())
    }

    async fn keep_signing_key(
        &self,
        key: &SigningKeyRecord,
        after: Option<&str>,
    ) -> Result<Vec<SigningKeyRecord>, Fault> {
        insist!(self.shared, self.store.keep_signing_key(key, after))
    }

    async fn forget_signing_key(&self, key_id: &str) -> Result<Vec<SigningKeyRecord>, Fault> {
        insist!(self.shared, self.store.forget_signing_key(key_id))
    }

    async fn forget_ended(&self, now: Timestamp, most: u32) -> Result<u64, Fault> {
        insist!(self.shared, self.store.forget_ended(now, most), |turn| forgotten(turn))
    }
}

/// How many rows went without a word.
async fn forgotten(turn: &Turn<'_>) -> Result<Option<u64>, Fault> {
    let rows = turn.rows().await;
    let gone = rows.and_then(|rows| turn.before.len().checked_sub(rows.len())).unwrap_or(0);
    Ok(u64::try_from(gone).ok().filter(|gone| *gone > 0))
}
