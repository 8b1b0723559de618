//! What people are to applications, by themselves and by their groups.

use grantor_protocol::{ClientId, TenantId, UserId};
use grantor_rules::model::{Assigned, Assignment, Group};
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

/// Lists who is assigned to an application.
pub struct List<'a> {
    pub tenant: TenantId,
    pub client_id: &'a ClientId,
}

impl Job for List<'_> {
    type Out = Vec<Assignment>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::LIST, &[self.tenant.into(), self.client_id.into()]).await?;
        let mut found = Vec::new();
        for row in &rows {
            found.push(rows::assignment(row, self.client_id, &(self.tenant, self.client_id))?);
        }
        // People before groups, as the type has it.
        found.sort();
        Ok(found)
    }
}

/// Finds a group.
pub struct FindGroup {
    pub tenant: TenantId,
    pub group: Uuid,
}

impl Job for FindGroup {
    type Out = Option<Group>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::FIND_GROUP, &[self.tenant.into(), self.group.into()]).await?;
        row.map(|row| row.of(&(self.tenant, self.group)).json("document")).transpose()
    }
}
