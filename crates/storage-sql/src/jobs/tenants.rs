//! Tenants, and how often each part of the directory has changed.

use grantor_rules::model::{Tenant, TenantName};
use grantor_storage::{DirectoryVersions, Fault};

use crate::conn::{Conn, Job};
use crate::rows;
use crate::sql::directory as sql;

/// Finds a tenant.
pub struct Find<'a> {
    pub name: &'a TenantName,
}

impl Job for Find<'_> {
    type Out = Option<Tenant>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = match self.name {
            TenantName::Id(id) => conn.one(sql::FIND_TENANT, &[(*id).into()]).await?,
            TenantName::Domain(domain) => conn.one(sql::FIND_TENANT_BY_DOMAIN, &[domain.into()]).await?,
        };
        row.as_ref().map(rows::tenant).transpose()
    }
}

/// Finds the tenant that was made first.
pub struct FindFirst;

impl Job for FindFirst {
    type Out = Option<Tenant>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        conn.one(sql::FIND_FIRST_TENANT, &[]).await?.as_ref().map(rows::tenant).transpose()
    }
}

/// Lists the tenants.
pub struct List;

impl Job for List {
    type Out = Vec<Tenant>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        conn.many(sql::LIST_TENANTS, &[]).await?.iter().map(rows::tenant).collect()
    }
}

/// Lists the versions of the parts of the directory.
pub struct ListVersions;

impl Job for ListVersions {
    type Out = DirectoryVersions;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        rows::directory_versions(&conn.many(sql::LIST_VERSIONS, &[]).await?)
    }
}
