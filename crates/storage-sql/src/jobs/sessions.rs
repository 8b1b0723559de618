//! Which applications somebody signed in to during a browser session.

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, TenantId};
use grantor_storage::Fault;

use crate::conn::{Conn, Job};
use crate::sql::sessions as sql;

/// That a session reached an application.
#[derive(Clone)]
pub struct Reached {
    pub tenant: TenantId,
    pub sid: String,
    pub client_id: ClientId,
    pub until: Timestamp,
}

impl Reached {
    /// Notes it. What is bought without a browser has no session.
    pub async fn note<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        if self.sid.is_empty() {
            return Ok(());
        }
        let values = [self.tenant.into(), (&self.sid).into(), (&self.client_id).into(), self.until.into()];
        conn.exec(sql::NOTE_CLIENT, &values).await?;
        Ok(())
    }
}

/// Whether it is noted already, for long enough.
pub struct IsNoted<'a> {
    pub reached: &'a Reached,
}

impl Job for IsNoted<'_> {
    type Out = bool;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<bool, Fault> {
        let Reached { tenant, sid, client_id, until } = self.reached;
        let row = conn.one(sql::FIND_CLIENT, &[(*tenant).into(), sid.into(), client_id.into()]).await?;
        let noted = row.map(|row| row.of(&(tenant, client_id)).time("expires_at")).transpose()?;
        Ok(noted.is_some_and(|noted| noted >= *until))
    }
}

/// Lists the applications of a session.
pub struct List<'a> {
    pub tenant: TenantId,
    pub sid: &'a str,
}

impl Job for List<'_> {
    type Out = Vec<ClientId>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::LIST_CLIENTS, &[self.tenant.into(), self.sid.into()]).await?;
        rows.iter().map(|row| row.of(&self.tenant).parsed("client_id", ClientId::parse)).collect()
    }
}
