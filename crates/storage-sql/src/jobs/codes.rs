//! Authorization codes.

use grantor_environment::Timestamp;
use grantor_protocol::{HandleDigest, TenantId};
use grantor_rules::model::{Code, RevocationReason};
use grantor_storage::{Burned, Fault, Finished, IssueCode, RedeemCode, Redeemed};

use super::families::NewFamily;
use super::sessions::Reached;
use super::{consents, interactions, once};
use crate::conn::{Conn, Job, V};
use crate::documents::{self, CodeDocument};
use crate::{rows, sql};

/// Issues a code.
pub struct Issue {
    tenant: TenantId,
    given: IssueCode,
    document: String,
    /// That its session reached the application, unless that is noted already.
    reached: Option<Reached>,
}

impl Issue {
    /// Prepares the job.
    pub fn new(tenant: TenantId, issue: &IssueCode) -> Result<Self, Fault> {
        let document = documents::text(&CodeDocument::from(&issue.code))?;
        let Code { sid, client_id, .. } = &issue.code;
        let reached = Reached {
            tenant,
            sid: sid.clone(),
            client_id: client_id.clone(),
            dialect: Some(issue.dialect.clone()),
            until: issue.session_until,
        };
        Ok(Self { tenant, given: issue.clone(), document, reached: Some(reached) })
    }

    /// What is worth a look before it runs: whether the session has reached the application before. Then the code of a person
    /// who was asked nothing is one statement, which is a commit by itself.
    pub fn worth_a_look(&self) -> Option<&Reached> {
        self.reached.as_ref().filter(|_| self.begins_alone())
    }

    /// Whether it ends nothing and records no consent.
    const fn begins_alone(&self) -> bool {
        self.given.interaction.is_none() && self.given.pushed.is_none() && self.given.consents.is_empty()
    }

    /// The same where the session has reached the application before.
    pub fn noted(self) -> Self {
        Self { reached: None, ..self }
    }
}

impl Job for Issue {
    type Out = Finished;

    fn is_one_statement(&self) -> bool {
        self.begins_alone() && self.reached.is_none()
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Finished, Fault> {
        // Two answers to one question: only the one that ends it may go on.
        if !interactions::ends(conn, self.tenant, self.given.interaction.as_ref()).await?
            || !once::ends_pushed(conn, self.tenant, self.given.pushed.as_ref()).await?
        {
            return Ok(Finished::Before);
        }
        let code = &self.given.code;
        let values = [
            self.tenant.into(),
            (&self.given.digest).into(),
            (&code.client_id).into(),
            code.user.into(),
            code.family.into(),
            (&self.document).into(),
            code.expires_at.into(),
            V::maybe(code.spent_at),
            (&code.sid).into(),
        ];
        conn.exec(sql::codes::INSERT, &values).await?;
        if let Some(reached) = &self.reached {
            reached.note(conn).await?;
        }
        consents::add(conn, self.tenant, &self.given.consents, self.given.now).await?;
        Ok(Finished::Now)
    }
}

/// Finds a code.
pub struct Find<'a> {
    pub tenant: TenantId,
    pub digest: &'a HandleDigest,
}

impl Job for Find<'_> {
    type Out = Option<Code>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::codes::FIND, &[self.tenant.into(), self.digest.into()]).await?;
        row.map(|row| rows::code(&row, &(self.tenant, self.digest))).transpose()
    }
}

/// Spends a code and records what it buys.
pub struct Redeem {
    tenant: TenantId,
    given: RedeemCode,
    family: NewFamily,
}

impl Redeem {
    /// Prepares the job.
    pub fn new(tenant: TenantId, redeem: &RedeemCode) -> Result<Self, Fault> {
        let family = NewFamily::new(tenant, &redeem.family, redeem.keep_until, redeem.now)?;
        Ok(Self { tenant, given: redeem.clone(), family })
    }
}

impl Job for Redeem {
    type Out = Redeemed;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Redeemed, Fault> {
        let RedeemCode { digest, now, .. } = &self.given;
        if !spend(conn, self.tenant, digest, *now).await? {
            // Spent before, by its owner or by a thief: nobody can tell, so what it bought ends (RFC 6749 §4.1.2).
            let reason = RevocationReason::CodeReplayed.as_str();
            let values = [reason.into(), (*now).into(), self.tenant.into(), digest.into()];
            conn.exec(sql::families::REVOKE_OF_CODE, &values).await?;
            return Ok(Redeemed::Before);
        }
        self.family.insert(conn).await?;
        Ok(Redeemed::Now)
    }
}

/// Spends a code that buys nothing.
pub struct Burn {
    pub tenant: TenantId,
    pub digest: HandleDigest,
    pub now: Timestamp,
}

impl Job for Burn {
    type Out = Burned;

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Burned, Fault> {
        let spent = spend(conn, self.tenant, &self.digest, self.now).await?;
        Ok(if spent { Burned::Now } else { Burned::Before })
    }
}

async fn spend<C: Conn>(conn: &mut C, tenant: TenantId, digest: &HandleDigest, now: Timestamp) -> Result<bool, Fault> {
    let values = [now.into(), tenant.into(), digest.into()];
    Ok(conn.exec(sql::codes::SPEND, &values).await? > 0)
}
