//! Wishes that an administrator allow something.

use grantor_environment::Timestamp;
use grantor_protocol::TenantId;
use grantor_rules::model::ConsentRequest;
use grantor_storage::{Fault, Finished, RecordedConsent};
use uuid::Uuid;

use super::consents;
use crate::conn::{Conn, Job, V};
use crate::documents::{self, ConsentRequestDocument};
use crate::rows;
use crate::sql::consent_requests as sql;

/// Keeps a wish.
pub struct Ask {
    tenant: TenantId,
    request: ConsentRequest,
    document: String,
}

impl Ask {
    /// Prepares the job.
    pub fn new(tenant: TenantId, request: &ConsentRequest) -> Result<Self, Fault> {
        let document = documents::text(&ConsentRequestDocument::from(request))?;
        Ok(Self { tenant, request: request.clone(), document })
    }
}

impl Job for Ask {
    type Out = ();

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let ConsentRequest { id, client_id, user, asked_at, .. } = &self.request;
        let tenant = self.tenant.into();
        let values =
            [tenant, client_id.into(), (*user).into(), (*id).into(), (&self.document).into(), (*asked_at).into()];
        conn.exec(sql::UPSERT, &values).await?;
        Ok(())
    }
}

/// Lists the oldest wishes.
pub struct List {
    pub tenant: TenantId,
    pub most: u32,
}

impl Job for List {
    type Out = Vec<ConsentRequest>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::LIST, &[self.tenant.into(), V::Int(self.most.into())]).await?;
        rows.iter().map(|row| rows::consent_request(row, &self.tenant)).collect()
    }
}

/// Ends a wish, and records what was allowed for it.
pub struct End {
    pub tenant: TenantId,
    pub id: Uuid,
    pub allowed: Vec<RecordedConsent>,
    pub now: Timestamp,
}

impl Job for End {
    type Out = Finished;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Finished, Fault> {
        if conn.exec(sql::END, &[self.tenant.into(), self.id.into()]).await? == 0 {
            return Ok(Finished::Before);
        }
        consents::add(conn, self.tenant, &self.allowed, self.now).await?;
        Ok(Finished::Now)
    }
}
