//! People with their passwords and groups.

use grantor_protocol::{Secret, TenantId, UserId};
use grantor_rules::model::{Group, User};
use grantor_storage::Fault;
use uuid::Uuid;

use super::{in_a_tenant, taken};
use crate::conn::Conn;
use crate::sql::{assignments, credentials, directory};
use crate::{documents, rows};

/// Writes a person.
pub async fn write_user<C: Conn>(conn: &mut C, tenant: TenantId, user: &User) -> Result<(), Fault> {
    in_a_tenant(conn, tenant, || format!("person {}", user.user_principal_name)).await?;
    let key = User::name_key(&user.user_principal_name);
    let holder = conn.one(directory::FIND_USER_BY_NAME, &[tenant.into(), (&key).into()]).await?;
    match holder.as_ref().map(rows::user).transpose()? {
        Some(holder) if holder.id != user.id => {
            let whose = format!("{:?} ({})", holder.display_name, holder.id);
            Err(taken("sign-in name", &user.user_principal_name, &whose))
        }
        _ => {
            let document = documents::text(user)?;
            let values = [tenant.into(), user.id.into(), (&key).into(), (&document).into()];
            conn.exec(directory::UPSERT_USER, &values).await?;
            Ok(())
        }
    }
}

/// Writes a password. What was tried against another one says nothing about it.
pub async fn write_password<C: Conn>(
    conn: &mut C,
    tenant: TenantId,
    user: UserId,
    password: &Secret,
) -> Result<(), Fault> {
    somebody(conn, tenant, user, "a password for").await?;
    conn.exec(credentials::UPSERT_PASSWORD, &[tenant.into(), user.into(), password.expose().into()]).await?;
    conn.exec(credentials::FORGET_TRIES, &[tenant.into(), user.into()]).await?;
    Ok(())
}

/// Writes a group.
pub async fn write_group<C: Conn>(conn: &mut C, tenant: TenantId, group: &Group) -> Result<(), Fault> {
    in_a_tenant(conn, tenant, || format!("group {:?} ({})", group.display_name, group.id)).await?;
    let document = documents::text(group)?;
    conn.exec(assignments::UPSERT_GROUP, &[tenant.into(), group.id.into(), (&document).into()]).await?;
    Ok(())
}

/// Makes a person a member of a group.
pub async fn add_member<C: Conn>(conn: &mut C, tenant: TenantId, group: Uuid, user: UserId) -> Result<(), Fault> {
    somebody(conn, tenant, user, "a membership for").await?;
    conn.exec(assignments::ADD_MEMBER, &[tenant.into(), group.into(), user.into()]).await?;
    Ok(())
}

/// That there is this person.
async fn somebody<C: Conn>(conn: &mut C, tenant: TenantId, user: UserId, what: &'static str) -> Result<(), Fault> {
    match conn.one(directory::FIND_USER, &[tenant.into(), user.into()]).await? {
        Some(_) => Ok(()),
        None => Err(Fault::Statement { what: format!("{what} {user}, who is nobody in tenant {tenant}") }),
    }
}
