//! Everything that a directory change writes, in one commit.
//!
//! What goes, goes first; then whatever is written gives up its names, so that they may change hands within one change; then
//! each thing comes after those that it refers to.

mod applications;
mod people;
mod removals;

use grantor_protocol::TenantId;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{GrantedPermission, Tenant, TenantName};
use grantor_storage::{Fault, Shard};

use super::consents::{self, Permission};
use super::principals;
use super::tenants::Find;
use crate::conn::{Conn, Job, V};
use crate::documents;
use crate::sql::directory as sql;

/// Writes a directory change.
pub struct Apply {
    pub change: DirectoryChange,
}

impl Job for Apply {
    type Out = ();

    // Who holds a name, and which URIs an application gave up, must hold until the end.
    const ALONE: bool = true;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let change = &self.change;
        self.move_versions(conn).await?;
        for (tenant, removal) in &change.removals {
            removals::remove(conn, *tenant, removal).await?;
        }
        self.give_up_names(conn).await?;
        for tenant in &change.tenants {
            write_tenant(conn, tenant).await?;
        }
        self.write_people(conn).await?;
        self.write_applications(conn).await?;
        for (tenant, GrantedPermission { client_id, principal, api, value, granted_at }) in &change.consents {
            let one = Permission { client_id, principal: *principal, api, value };
            consents::add_one(conn, *tenant, &one, *granted_at).await?;
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

    async fn give_up_names<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        for tenant in &self.change.tenants {
            conn.exec(sql::PARK_DOMAIN, &[tenant.id.into()]).await?;
        }
        for (tenant, user) in &self.change.users {
            conn.exec(sql::PARK_NAME, &[(*tenant).into(), user.id.into()]).await?;
        }
        for application in &self.change.applications {
            applications::give_up_names(conn, application).await?;
        }
        Ok(())
    }

    async fn write_people<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        for (tenant, user) in &self.change.users {
            people::write_user(conn, *tenant, user).await?;
        }
        for (tenant, user, password) in &self.change.passwords {
            people::write_password(conn, *tenant, *user, password).await?;
        }
        for (tenant, group) in &self.change.groups {
            people::write_group(conn, *tenant, group).await?;
        }
        for (tenant, group, user) in &self.change.members {
            people::add_member(conn, *tenant, *group, *user).await?;
        }
        Ok(())
    }

    async fn write_applications<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        for application in &self.change.applications {
            applications::write(conn, application, self.change.now).await?;
        }
        for (tenant, principal) in &self.change.service_principals {
            in_a_tenant(conn, *tenant, || format!("what stands for {}", principal.client_id)).await?;
            principals::write(conn, *tenant, principal).await?;
        }
        for (tenant, assignment) in &self.change.assignments {
            applications::assign(conn, *tenant, assignment).await?;
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
