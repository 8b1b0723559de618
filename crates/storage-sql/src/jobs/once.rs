//! What may happen once, and authorization requests that wait for a browser to point at them.

use grantor_environment::Timestamp;
use grantor_protocol::{HandleDigest, TenantId};
use grantor_rules::model::PushedRequest;
use grantor_storage::Fault;

use crate::conn::{Conn, Job, V};
use crate::documents::{self, PushedDocument};
use crate::rows;
use crate::sql::once as sql;

/// Uses something up.
pub struct Spend {
    pub tenant: TenantId,
    pub digest: [u8; 32],
    pub until: Timestamp,
}

impl Job for Spend {
    type Out = bool;

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<bool, Fault> {
        let values = [self.tenant.into(), V::Blob(&self.digest), self.until.into()];
        Ok(conn.exec(sql::SPEND, &values).await? > 0)
    }
}

/// Keeps a pushed request.
pub struct Push {
    tenant: TenantId,
    digest: HandleDigest,
    document: String,
    keep_until: Timestamp,
}

impl Push {
    /// Prepares the job.
    pub fn new(tenant: TenantId, digest: &HandleDigest, request: &PushedRequest) -> Result<Self, Fault> {
        let document = documents::text(&PushedDocument::from(request))?;
        Ok(Self { tenant, digest: *digest, document, keep_until: request.keep_until })
    }
}

impl Job for Push {
    type Out = ();

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let values = [self.tenant.into(), (&self.digest).into(), (&self.document).into(), self.keep_until.into()];
        conn.exec(sql::PUSH, &values).await?;
        Ok(())
    }
}

/// Finds a pushed request.
pub struct FindPushed<'a> {
    pub tenant: TenantId,
    pub digest: &'a HandleDigest,
}

impl Job for FindPushed<'_> {
    type Out = Option<PushedRequest>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::FIND_PUSHED, &[self.tenant.into(), self.digest.into()]).await?;
        row.map(|row| rows::pushed_request(&row, &(self.tenant, self.digest))).transpose()
    }
}

/// Ends a pushed request, if there is one; false when it had ended before.
pub async fn ends_pushed<C: Conn>(
    conn: &mut C,
    tenant: TenantId,
    pushed: Option<&HandleDigest>,
) -> Result<bool, Fault> {
    match pushed {
        Some(digest) => Ok(conn.exec(sql::END_PUSHED, &[tenant.into(), digest.into()]).await? > 0),
        None => Ok(true),
    }
}
