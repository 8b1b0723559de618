//! What redemptions bought.

use grantor_environment::Timestamp;
use grantor_protocol::{FamilyId, TenantId};
use grantor_rules::model::{Family, RevocationReason};
use grantor_storage::{BeginFamily, Fault, Finished};

use super::sessions::Reached;
use super::{consents, interactions, once};
use crate::conn::{Conn, Job, V};
use crate::documents::{self, FamilyDocument};
use crate::{exchanged, rows, sql};

/// A family that is about to be kept.
pub struct NewFamily {
    tenant: TenantId,
    family: Family,
    document: String,
    keep_until: Timestamp,
    now: Timestamp,
}

impl NewFamily {
    /// Puts it into words.
    pub fn new(tenant: TenantId, family: &Family, keep_until: Timestamp, now: Timestamp) -> Result<Self, Fault> {
        let document = documents::text(&FamilyDocument::from(family))?;
        Ok(Self { tenant, family: family.clone(), document, keep_until, now })
    }

    /// Writes it.
    pub async fn insert<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let refresh = self.family.refresh_token.as_ref();
        let remembered = refresh.map(|token| exchanged::to_bytes(&token.exchanged));
        let values = [
            self.tenant.into(),
            self.family.id.into(),
            (&self.family.client_id).into(),
            self.family.user.into(),
            (&self.document).into(),
            self.keep_until.into(),
            V::maybe(self.family.revoked.map(RevocationReason::as_str)),
            V::maybe(self.family.revoked.map(|_| self.now)),
            V::maybe(refresh.map(|token| &token.digest)),
            V::maybe(refresh.map(|token| token.expires_at)),
            V::maybe(remembered.as_ref()),
            (&self.family.sid).into(),
        ];
        conn.exec(sql::families::INSERT, &values).await?;
        Ok(())
    }
}

/// Begins a family without a code.
pub struct Begin {
    tenant: TenantId,
    given: BeginFamily,
    family: NewFamily,
    reached: Reached,
}

impl Begin {
    /// Prepares the job.
    pub fn new(tenant: TenantId, begin: &BeginFamily) -> Result<Self, Fault> {
        let family = NewFamily::new(tenant, &begin.family, begin.keep_until, begin.now)?;
        let Family { sid, client_id, .. } = &begin.family;
        let reached = Reached {
            tenant,
            sid: sid.clone(),
            client_id: client_id.clone(),
            dialect: begin.dialect.clone(),
            until: begin.keep_until,
        };
        Ok(Self { tenant, given: begin.clone(), family, reached })
    }
}

impl Job for Begin {
    type Out = Finished;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Finished, Fault> {
        if !interactions::ends(conn, self.tenant, self.given.interaction.as_ref()).await?
            || !once::ends_pushed(conn, self.tenant, self.given.pushed.as_ref()).await?
        {
            return Ok(Finished::Before);
        }
        self.family.insert(conn).await?;
        self.reached.note(conn).await?;
        consents::add(conn, self.tenant, &self.given.consents, self.given.now).await?;
        Ok(Finished::Now)
    }
}

/// Finds a family.
pub struct Find {
    pub tenant: TenantId,
    pub family: FamilyId,
}

impl Job for Find {
    type Out = Option<Family>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::families::FIND, &[self.tenant.into(), self.family.into()]).await?;
        row.map(|row| rows::family(&row, &(self.tenant, self.family))).transpose()
    }
}

/// Revokes a family.
pub struct Revoke {
    pub tenant: TenantId,
    pub family: FamilyId,
    pub reason: RevocationReason,
    pub now: Timestamp,
}

impl Job for Revoke {
    type Out = ();

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let values = [self.reason.as_str().into(), self.now.into(), self.tenant.into(), self.family.into()];
        conn.exec(sql::families::REVOKE, &values).await?;
        Ok(())
    }
}
