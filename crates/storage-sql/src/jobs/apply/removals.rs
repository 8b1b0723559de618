//! What goes, with everything that hangs on it. Rows that refer to others by a foreign key go with those.

use grantor_protocol::{ClientId, TenantId, UserId};
use grantor_rules::directory::Removal;
use grantor_storage::Fault;

use super::applications;
use crate::conn::{Conn, V};
use crate::sql::{assignments, consent_requests, consents, credentials, directory, interactions, principals, sign_ins};

/// Takes one thing away. What is not there is gone already.
pub async fn remove<C: Conn>(conn: &mut C, tenant: TenantId, removal: &Removal) -> Result<(), Fault> {
    match removal {
        Removal::User(user) => user_goes(conn, tenant, *user).await,
        Removal::Application(client_id) => application_goes(conn, tenant, client_id).await,
        Removal::ServicePrincipal(client_id) => principal_goes(conn, tenant, client_id).await,
        Removal::Group(group) => {
            conn.exec(assignments::FORGET_ASSIGNEE, &[tenant.into(), (*group).into(), "group".into()]).await?;
            conn.exec(assignments::FORGET_GROUP, &[tenant.into(), (*group).into()]).await?;
            Ok(())
        }
        Removal::Member(group, user) => {
            conn.exec(assignments::FORGET_MEMBER, &[tenant.into(), (*group).into(), (*user).into()]).await?;
            Ok(())
        }
        Removal::Assignment(assignment) => applications::end_assignment(conn, tenant, assignment).await,
    }
}

/// What they bought stays: of a person who is gone, it is refused.
async fn user_goes<C: Conn>(conn: &mut C, tenant: TenantId, user: UserId) -> Result<(), Fault> {
    let whose: [V<'_>; 2] = [tenant.into(), user.into()];
    conn.exec(assignments::FORGET_ASSIGNEE, &[tenant.into(), user.into(), "user".into()]).await?;
    for all_of_theirs in [
        consents::FORGET_OF,
        consent_requests::FORGET_OF,
        sign_ins::FORGET_OF,
        interactions::END_OF,
        directory::FORGET_USER,
    ] {
        conn.exec(all_of_theirs, &whose).await?;
    }
    Ok(())
}

/// Also what others were allowed on it goes: whoever registers its client id next must find nothing of that.
async fn application_goes<C: Conn>(conn: &mut C, publisher: TenantId, client_id: &ClientId) -> Result<(), Fault> {
    let listed = conn.many(principals::LIST_TENANTS_OF, &[client_id.into(), publisher.into()]).await?;
    let mut tenants = vec![publisher];
    for row in &listed {
        tenants.push(row.of(client_id).parsed("tenant_id", str::parse)?);
    }
    for tenant in tenants {
        principal_goes(conn, tenant, client_id).await?;
        for on_it in [consents::FORGET_OF_API, principals::FORGET_ROLES_OF_API, credentials::FORGET_USES] {
            conn.exec(on_it, &[tenant.into(), client_id.into()]).await?;
        }
    }
    applications::remove(conn, publisher, client_id).await
}

async fn principal_goes<C: Conn>(conn: &mut C, tenant: TenantId, client_id: &ClientId) -> Result<(), Fault> {
    for of_it in [principals::FORGET, consents::FORGET_FOR, consent_requests::FORGET_FOR] {
        conn.exec(of_it, &[tenant.into(), client_id.into()]).await?;
    }
    Ok(())
}
