//! Applications with their names, what stands for them at home, and who is assigned to them.

use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, TenantId};
use grantor_rules::model::{Application, Assignee, Assignment, ServicePrincipal};
use grantor_storage::Fault;

use super::{in_a_tenant, taken};
use crate::conn::{Conn, Job, V};
use crate::jobs::directory::FindApplication;
use crate::jobs::principals;
use crate::sql::{assignments, directory, principals as sql};
use crate::{documents, rows};

/// Gives up every name of an application until it is written again.
pub async fn give_up_names<C: Conn>(conn: &mut C, application: &Application) -> Result<(), Fault> {
    let whose = [application.publisher.into(), (&application.client_id).into()];
    conn.exec(directory::FORGET_URIS, &whose).await?;
    conn.exec(sql::FORGET_NAMES, &whose).await?;
    Ok(())
}

/// Writes an application with its names and what stands for it at home.
pub async fn write<C: Conn>(conn: &mut C, application: &Application, now: Timestamp) -> Result<(), Fault> {
    let Application { publisher, client_id, .. } = application;
    in_a_tenant(conn, *publisher, || format!("application {client_id}")).await?;
    let before = FindApplication { tenant: *publisher, client_id }.run(conn).await?;
    let document = documents::text(application)?;
    conn.exec(directory::UPSERT_APPLICATION, &[(*publisher).into(), client_id.into(), (&document).into()]).await?;
    register(conn, application, client_id.as_str()).await?;
    for uri in &application.identifier_uris {
        write_identifier_uri(conn, application, uri).await?;
    }
    stand_at_home(conn, application, before, now).await
}

async fn write_identifier_uri<C: Conn>(conn: &mut C, application: &Application, uri: &str) -> Result<(), Fault> {
    let Application { publisher, client_id, .. } = application;
    let holder = conn.one(directory::FIND_APPLICATION_BY_URI, &[(*publisher).into(), uri.into()]).await?;
    match holder.as_ref().map(rows::application).transpose()? {
        Some(holder) if holder.client_id != *client_id => {
            return Err(taken("identifier URI", uri, &format!("{:?} ({})", holder.display_name, holder.client_id)));
        }
        // Written twice in one file: once is enough.
        Some(_) => {}
        None => {
            conn.exec(directory::INSERT_URI, &[(*publisher).into(), uri.into(), client_id.into()]).await?;
        }
    }
    nobody_elses(conn, application, uri).await?;
    if application.is_for_several_tenants() { register(conn, application, uri).await } else { Ok(()) }
}

/// An identifier URI that means an application of several tenants means no other anywhere. Otherwise a tenant could have tokens
/// made for that URI with permissions of its own invention, and the API that knows itself by it might take them.
async fn nobody_elses<C: Conn>(conn: &mut C, application: &Application, uri: &str) -> Result<(), Fault> {
    let Application { publisher, .. } = application;
    let elsewhere = if application.is_for_several_tenants() {
        conn.one(directory::FIND_URI_ELSEWHERE, &[uri.into(), (*publisher).into()]).await?
    } else {
        conn.one(sql::FIND_REGISTERED, &[principals::spelled(uri).as_ref().into()]).await?
    };
    match elsewhere.as_ref().map(rows::application).transpose()? {
        Some(holder) if holder.publisher != *publisher => {
            let whose = format!("{:?} ({}) of tenant {}", holder.display_name, holder.client_id, holder.publisher);
            Err(taken("identifier URI", uri, &whose))
        }
        _ => Ok(()),
    }
}

/// Has a name mean this application in the whole deployment. Within a tenant a client id goes before an identifier URI of the
/// same text; what another tenant has registered stays.
async fn register<C: Conn>(conn: &mut C, application: &Application, name: &str) -> Result<(), Fault> {
    let Application { publisher, client_id, .. } = application;
    let name = principals::spelled(name);
    let name = name.as_ref();
    let values = [name.into(), (*publisher).into(), client_id.into()];
    if conn.exec(sql::REGISTER, &values).await? > 0 {
        return Ok(());
    }
    let holder = conn.one(sql::FIND_REGISTERED, &[name.into()]).await?;
    match holder.as_ref().map(rows::application).transpose()? {
        Some(holder) if holder.publisher != *publisher => {
            let kind = if name == client_id.as_str() { "client id" } else { "identifier URI" };
            let whose = format!("{:?} ({}) of tenant {}", holder.display_name, holder.client_id, holder.publisher);
            Err(taken(kind, name, &whose))
        }
        Some(_) if name == client_id.as_str() => {
            conn.exec(sql::TURN_NAME, &[client_id.into(), name.into(), (*publisher).into()]).await?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Takes an application away, with its names; one of them may be another application's from now on.
pub async fn remove<C: Conn>(conn: &mut C, tenant: TenantId, client_id: &ClientId) -> Result<(), Fault> {
    conn.exec(directory::FORGET_APPLICATION, &[tenant.into(), client_id.into()]).await?;
    let heir = conn.one(directory::FIND_APPLICATION_BY_URI, &[tenant.into(), client_id.into()]).await?;
    match heir.as_ref().map(rows::application).transpose()? {
        Some(heir) if heir.is_for_several_tenants() => register(conn, &heir, client_id.as_str()).await,
        _ => Ok(()),
    }
}

/// Makes what stands for an application in its own tenant; where it is there, it follows what the application says otherwise
/// than before, and keeps what somebody has changed there since.
async fn stand_at_home<C: Conn>(
    conn: &mut C,
    application: &Application,
    before: Option<Arc<Application>>,
    now: Timestamp,
) -> Result<(), Fault> {
    let Application { publisher, client_id, .. } = application;
    let home = ServicePrincipal::at_home(application, now);
    if principals::make(conn, *publisher, &home).await? {
        return Ok(());
    }
    let said = |role: &&_| before.as_ref().is_some_and(|before| before.granted_app_roles.contains(*role));
    let new = application.granted_app_roles.iter().filter(|role| !said(role));
    principals::grant(conn, *publisher, client_id, &new.cloned().collect::<Vec<_>>()).await?;
    if before.is_none_or(|before| before.assignment_required == application.assignment_required) {
        return Ok(());
    }
    match (principals::Find { tenant: *publisher, client_id }).run(conn).await? {
        Some(there) => {
            let assignment_required = application.assignment_required;
            let changed = ServicePrincipal { assignment_required, ..ServicePrincipal::clone(&there) };
            principals::write(conn, *publisher, &changed).await
        }
        None => Ok(()),
    }
}

/// Assigns somebody to an application.
pub async fn assign<C: Conn>(conn: &mut C, tenant: TenantId, assignment: &Assignment) -> Result<(), Fault> {
    conn.exec(assignments::ADD, &assignment_values(tenant, assignment)).await?;
    Ok(())
}

/// Ends an assignment.
pub async fn end_assignment<C: Conn>(conn: &mut C, tenant: TenantId, assignment: &Assignment) -> Result<(), Fault> {
    conn.exec(assignments::FORGET, &assignment_values(tenant, assignment)).await?;
    Ok(())
}

fn assignment_values(tenant: TenantId, assignment: &Assignment) -> [V<'_>; 5] {
    let (kind, id) = match assignment.assignee {
        Assignee::User(user) => ("user", user.into()),
        Assignee::Group(group) => ("group", group.into()),
    };
    // No app role has an empty name, so the empty text stands for none in particular.
    let role = assignment.role.as_deref().unwrap_or_default();
    [tenant.into(), (&assignment.client_id).into(), kind.into(), id, role.into()]
}
