//! What is found in one tenant's directory.

use std::sync::Arc;

use grantor_protocol::{ClientId, TenantId, UserId};
use grantor_rules::model::{Application, User};
use grantor_storage::Fault;

use crate::conn::{Conn, Job, V};
use crate::{rows, sql};

/// Finds an application by client id.
pub struct FindApplication<'a> {
    pub tenant: TenantId,
    pub client_id: &'a ClientId,
}

impl Job for FindApplication<'_> {
    type Out = Option<Arc<Application>>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::directory::FIND_APPLICATION, &[self.tenant.into(), self.client_id.into()]).await?;
        row.as_ref().map(rows::application).transpose()
    }
}

/// Lists applications, a page at a time.
pub struct ListApplications<'a> {
    pub tenant: TenantId,
    pub after: Option<&'a ClientId>,
    pub most: u32,
}

impl Job for ListApplications<'_> {
    type Out = Vec<Arc<Application>>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        // No client id comes before the empty text.
        let after = self.after.map_or("", ClientId::as_str);
        let values = [self.tenant.into(), after.into(), V::Int(self.most.into())];
        conn.many(sql::directory::LIST_APPLICATIONS, &values).await?.iter().map(rows::application).collect()
    }
}

/// Finds an application by client id or identifier URI.
pub struct FindApi<'a> {
    pub tenant: TenantId,
    pub identifier: &'a str,
}

impl Job for FindApi<'_> {
    type Out = Option<Arc<Application>>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        // The client id first: nobody takes another application's tokens by registering its client id as a URI.
        if let Ok(client_id) = ClientId::parse(self.identifier) {
            let found = FindApplication { tenant: self.tenant, client_id: &client_id }.run(conn).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        let values = [self.tenant.into(), self.identifier.into()];
        let row = conn.one(sql::directory::FIND_APPLICATION_BY_URI, &values).await?;
        row.as_ref().map(rows::application).transpose()
    }
}

/// Finds a person by id.
pub struct FindUser {
    pub tenant: TenantId,
    pub user: UserId,
}

impl Job for FindUser {
    type Out = Option<User>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::directory::FIND_USER, &[self.tenant.into(), self.user.into()]).await?;
        row.as_ref().map(rows::user).transpose()
    }
}

/// Finds a person by sign-in name.
pub struct FindUserByName<'a> {
    pub tenant: TenantId,
    pub name: &'a str,
}

impl Job for FindUserByName<'_> {
    type Out = Option<User>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let key = User::name_key(self.name);
        let row = conn.one(sql::directory::FIND_USER_BY_NAME, &[self.tenant.into(), (&key).into()]).await?;
        row.as_ref().map(rows::user).transpose()
    }
}

/// Lists people, a page at a time.
pub struct ListUsers<'a> {
    pub tenant: TenantId,
    pub after: Option<&'a str>,
    pub most: u32,
}

impl Job for ListUsers<'_> {
    type Out = Vec<User>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        // No sign-in name comes before the empty text.
        let after = self.after.map(User::name_key).unwrap_or_default();
        let values = [self.tenant.into(), (&after).into(), V::Int(self.most.into())];
        conn.many(sql::directory::LIST_USERS, &values).await?.iter().map(rows::user).collect()
    }
}
