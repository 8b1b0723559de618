//! Tenants, and everything that a directory file changes in them.

use grantor_protocol::{ClientId, Secret, TenantId, UserId};
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{Application, Tenant, TenantName, User};
use grantor_storage::{DirectoryVersions, Fault, Shard};

use crate::conn::{Conn, Job, V};
use crate::sql::directory as sql;
use crate::{documents, rows};

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

/// Writes a directory change.
pub struct Apply {
    pub change: DirectoryChange,
}

impl Job for Apply {
    type Out = ();

    // Who holds a name, and which URIs an application gave up, must hold until the end.
    const ALONE: bool = true;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        self.move_versions(conn).await?;
        self.give_up_names(conn).await?;
        for tenant in &self.change.tenants {
            write_tenant(conn, tenant).await?;
        }
        for (tenant, user) in &self.change.users {
            write_user(conn, *tenant, user).await?;
        }
        for (tenant, user, password) in &self.change.passwords {
            write_password(conn, *tenant, *user, password).await?;
        }
        for application in &self.change.applications {
            write_application(conn, application).await?;
        }
        Ok(())
    }
}

impl Apply {
    /// First, and in one order: of two changes to the same part the second waits here, before it has done anything.
    async fn move_versions<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        for shard in Shard::of_change(&self.change) {
            conn.exec(sql::MOVE_VERSION, &[V::from(shard)]).await?;
        }
        Ok(())
    }

    /// Gives up every name of what is written, so that names may change hands within one change.
    async fn give_up_names<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        for tenant in &self.change.tenants {
            conn.exec(sql::PARK_DOMAIN, &[tenant.id.into()]).await?;
        }
        for (tenant, user) in &self.change.users {
            conn.exec(sql::PARK_NAME, &[(*tenant).into(), user.id.into()]).await?;
        }
        for Application { publisher, client_id, .. } in &self.change.applications {
            conn.exec(sql::FORGET_URIS, &[(*publisher).into(), client_id.into()]).await?;
        }
        Ok(())
    }
}

async fn write_tenant<C: Conn>(conn: &mut C, tenant: &Tenant) -> Result<(), Fault> {
    let name = TenantName::Domain(tenant.domain.clone());
    match (Find { name: &name }).run(conn).await? {
        Some(holder) if holder.id != tenant.id => {
            Err(taken("domain", &tenant.domain, &format!("tenant {:?} ({})", holder.display_name, holder.id)))
        }
        _ => {
            let document = documents::text(tenant)?;
            conn.exec(sql::UPSERT_TENANT, &[tenant.id.into(), (&tenant.domain).into(), (&document).into()]).await?;
            Ok(())
        }
    }
}

async fn write_user<C: Conn>(conn: &mut C, tenant: TenantId, user: &User) -> Result<(), Fault> {
    in_a_tenant(conn, tenant, || format!("person {}", user.user_principal_name)).await?;
    let key = User::name_key(&user.user_principal_name);
    let holder = conn.one(sql::FIND_USER_BY_NAME, &[tenant.into(), (&key).into()]).await?;
    match holder.as_ref().map(rows::user).transpose()? {
        Some(holder) if holder.id != user.id => {
            let whose = format!("{:?} ({})", holder.display_name, holder.id);
            Err(taken("sign-in name", &user.user_principal_name, &whose))
        }
        _ => {
            let document = documents::text(user)?;
            let values = [tenant.into(), user.id.into(), (&key).into(), (&document).into()];
            conn.exec(sql::UPSERT_USER, &values).await?;
            Ok(())
        }
    }
}

async fn write_password<C: Conn>(conn: &mut C, tenant: TenantId, user: UserId, password: &Secret) -> Result<(), Fault> {
    if conn.one(sql::FIND_USER, &[tenant.into(), user.into()]).await?.is_none() {
        return Err(Fault::Statement { what: format!("a password for {user}, who is nobody in tenant {tenant}") });
    }
    conn.exec(sql::UPSERT_PASSWORD, &[tenant.into(), user.into(), password.expose().into()]).await?;
    Ok(())
}

async fn write_application<C: Conn>(conn: &mut C, application: &Application) -> Result<(), Fault> {
    let Application { publisher, client_id, .. } = application;
    in_a_tenant(conn, *publisher, || format!("application {client_id}")).await?;
    let document = documents::text(application)?;
    conn.exec(sql::UPSERT_APPLICATION, &[(*publisher).into(), client_id.into(), (&document).into()]).await?;
    for uri in &application.identifier_uris {
        write_identifier_uri(conn, *publisher, client_id, uri).await?;
    }
    Ok(())
}

async fn write_identifier_uri<C: Conn>(
    conn: &mut C,
    tenant: TenantId,
    client_id: &ClientId,
    uri: &str,
) -> Result<(), Fault> {
    let holder = conn.one(sql::FIND_APPLICATION_BY_URI, &[tenant.into(), uri.into()]).await?;
    match holder.as_ref().map(rows::application).transpose()? {
        Some(holder) if holder.client_id != *client_id => {
            Err(taken("identifier URI", uri, &format!("{:?} ({})", holder.display_name, holder.client_id)))
        }
        // Written twice in one file: once is enough.
        Some(_) => Ok(()),
        None => {
            conn.exec(sql::INSERT_URI, &[tenant.into(), uri.into(), client_id.into()]).await?;
            Ok(())
        }
    }
}

async fn in_a_tenant<C: Conn>(
    conn: &mut C,
    tenant: TenantId,
    what: impl FnOnce() -> String + Send,
) -> Result<(), Fault> {
    match conn.one(sql::FIND_TENANT, &[tenant.into()]).await? {
        Some(_) => Ok(()),
        None => Err(Fault::Statement { what: format!("{} belongs to tenant {tenant}, which does not exist", what()) }),
    }
}

fn taken(kind: &str, name: &str, holder: &str) -> Fault {
    Fault::Statement { what: format!("the {kind} {name:?} belongs to {holder} already") }
}
