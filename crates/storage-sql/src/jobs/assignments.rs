//! What people are to applications, by themselves and by their groups.

use grantor_protocol::{ClientId, TenantId, UserId};
use grantor_rules::model::Assigned;
use grantor_storage::Fault;
use uuid::Uuid;

use crate::conn::{Conn, Job};
use crate::rows;
use crate::sql::assignments as sql;

/// Finds what a person is to an application.
pub struct Find<'a> {
    pub tenant: TenantId,
    pub client_id: &'a ClientId,
    pub user: UserId,
}

impl Job for Find<'_> {
    type Out = Assigned;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Assigned, Fault> {
        let rows = conn.many(sql::FIND, &[self.tenant.into(), self.client_id.into(), self.user.into()]).await?;
        rows::assigned(&rows, &(self.tenant, self.client_id, self.user))
    }
}

/// Lists the groups of a person.
pub struct ListGroupsOf {
    pub tenant: TenantId,
    pub user: UserId,
}

impl Job for ListGroupsOf {
    type Out = Vec<Uuid>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::LIST_GROUPS_OF, &[self.tenant.into(), self.user.into()]).await?;
        rows.iter().map(|row| row.of(&(self.tenant, self.user)).parsed("group_id", str::parse)).collect()
    }
}
