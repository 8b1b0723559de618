//! Which applications somebody signed in to during a browser session.

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, TenantId};
use grantor_storage::{Fault, SessionClient};

use crate::conn::{Conn, Job, Row, V};
use crate::sql::sessions as sql;

/// That a session reached an application.
#[derive(Clone)]
pub struct Reached {
    pub tenant: TenantId,
    pub sid: String,
    pub client_id: ClientId,
    pub dialect: Option<String>,
    pub until: Timestamp,
}

impl Reached {
    /// Notes it. What is bought without a browser has no session.
    pub async fn note<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        if self.sid.is_empty() {
            return Ok(());
        }
        let values = [
            self.tenant.into(),
            (&self.sid).into(),
            (&self.client_id).into(),
            self.until.into(),
            V::maybe(self.dialect.as_ref()),
        ];
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
        let Reached { tenant, sid, client_id, dialect, until } = self.reached;
        let row = conn.one(sql::FIND_CLIENT, &[(*tenant).into(), sid.into(), client_id.into()]).await?;
        let Some(row) = row else { return Ok(false) };
        let (key, dialect) = ((tenant, client_id), dialect.as_deref());
        let columns = row.of(&key);
        Ok(columns.time("expires_at")? >= *until && columns.maybe_text("dialect")? == dialect)
    }
}

/// When a session was ended, if it was.
pub struct FindEnd<'a> {
    pub tenant: TenantId,
    pub sid: &'a str,
}

impl Job for FindEnd<'_> {
    type Out = Option<Timestamp>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::FIND_END, &[self.tenant.into(), self.sid.into()]).await?;
        row.map(|row| row.of(&(self.tenant, self.sid)).time("ended_at")).transpose()
    }
}

/// Lists the applications of a session.
pub struct List<'a> {
    pub tenant: TenantId,
    pub sid: &'a str,
}

impl Job for List<'_> {
    type Out = Vec<SessionClient>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::LIST_CLIENTS, &[self.tenant.into(), self.sid.into()]).await?;
        let read = |row| {
            let columns = Row::of(row, &self.tenant);
            let dialect = columns.maybe_text("dialect")?.map(str::to_owned);
            Ok(SessionClient { client_id: columns.parsed("client_id", ClientId::parse)?, dialect })
        };
        rows.iter().map(read).collect()
    }
}
