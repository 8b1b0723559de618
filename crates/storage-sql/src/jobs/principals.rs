//! What stands for applications in tenants.

use std::borrow::Cow;
use std::sync::Arc;

use grantor_protocol::{ClientId, TenantId};
use grantor_rules::model::{Application, RequiredPermission, ServicePrincipal};
use grantor_storage::{Fault, RecordedConsent, Shard};

use crate::conn::{Conn, Job, V};
use crate::documents::{self, PrincipalDocument};
use crate::sql::directory::MOVE_VERSION;
use crate::sql::principals as sql;
use crate::{rows, sql::Sql};

/// Finds what stands for an application.
pub struct Find<'a> {
    pub tenant: TenantId,
    pub client_id: &'a ClientId,
}

impl Job for Find<'_> {
    type Out = Option<Arc<ServicePrincipal>>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::FIND, &[self.tenant.into(), self.client_id.into()]).await?;
        Ok(rows::service_principals(&rows)?.pop())
    }
}

/// Lists what stands for applications, a page at a time.
pub struct List<'a> {
    pub tenant: TenantId,
    pub after: Option<&'a ClientId>,
    pub most: u32,
}

impl Job for List<'_> {
    type Out = Vec<Arc<ServicePrincipal>>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        // No client id comes before the empty text.
        let after = self.after.map_or("", ClientId::as_str);
        let values = [self.tenant.into(), after.into(), V::Int(self.most.into())];
        rows::service_principals(&conn.many(sql::LIST, &values).await?)
    }
}

/// Finds the application that a name means in the whole deployment.
pub struct FindRegistered<'a> {
    pub name: &'a str,
}

impl Job for FindRegistered<'_> {
    type Out = Option<Arc<Application>>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::FIND_REGISTERED, &[spelled(self.name).as_ref().into()]).await?;
        row.as_ref().map(rows::application).transpose()
    }
}

/// How a name is registered and looked for: one that reads as a client id in the spelling that client ids have, so that no two
/// names are meant by one text.
pub fn spelled(name: &str) -> Cow<'_, str> {
    ClientId::parse(name).map_or(Cow::Borrowed(name), |client_id| Cow::Owned(client_id.as_str().to_owned()))
}

/// Makes what consents bring and is not there yet. What is in memory elsewhere learns of it by the version of the tenant's
/// part; consents that bring nothing new leave that as it is.
pub async fn let_in<C: Conn>(conn: &mut C, tenant: TenantId, consents: &[RecordedConsent]) -> Result<(), Fault> {
    if !is_news(conn, tenant, consents).await? {
        return Ok(());
    }
    // Before anything of the directory is written, as in a directory change: so neither waits for the other in a circle.
    conn.exec(MOVE_VERSION, &[Shard::of(tenant).into()]).await?;
    for principal in consents.iter().flat_map(|consent| &consent.service_principals) {
        make(conn, tenant, principal).await?;
    }
    for consent in consents {
        grant(conn, tenant, &consent.client_id, &consent.app_roles).await?;
    }
    Ok(())
}

async fn is_news<C: Conn>(conn: &mut C, tenant: TenantId, consents: &[RecordedConsent]) -> Result<bool, Fault> {
    for consent in consents.iter().filter(|consent| consent.brings_in()) {
        for principal in &consent.service_principals {
            if (Find { tenant, client_id: &principal.client_id }).run(conn).await?.is_none() {
                return Ok(true);
            }
        }
        if consent.app_roles.is_empty() {
            continue;
        }
        let known = Find { tenant, client_id: &consent.client_id }.run(conn).await?;
        if known.is_none_or(|known| consent.app_roles.iter().any(|role| !known.granted_app_roles.contains(role))) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes one with its app roles, unless it is there.
pub async fn make<C: Conn>(conn: &mut C, tenant: TenantId, principal: &ServicePrincipal) -> Result<bool, Fault> {
    let made = put(conn, sql::MAKE, tenant, principal).await?;
    if made {
        grant(conn, tenant, &principal.client_id, &principal.granted_app_roles).await?;
    }
    Ok(made)
}

/// Writes one as it is.
pub async fn write<C: Conn>(conn: &mut C, tenant: TenantId, principal: &ServicePrincipal) -> Result<(), Fault> {
    put(conn, sql::UPSERT, tenant, principal).await?;
    conn.exec(sql::FORGET_ROLES, &[tenant.into(), (&principal.client_id).into()]).await?;
    grant(conn, tenant, &principal.client_id, &principal.granted_app_roles).await
}

async fn put<C: Conn>(
    conn: &mut C,
    sql: &'static Sql,
    tenant: TenantId,
    principal: &ServicePrincipal,
) -> Result<bool, Fault> {
    let document = documents::text(&PrincipalDocument::from(principal))?;
    let ServicePrincipal { client_id, publisher, .. } = principal;
    let values = [tenant.into(), client_id.into(), (*publisher).into(), (&document).into()];
    Ok(conn.exec(sql, &values).await? > 0)
}

/// Adds app roles to those that an application has.
pub async fn grant<'a, C: Conn>(
    conn: &mut C,
    tenant: TenantId,
    client_id: &ClientId,
    roles: impl IntoIterator<Item = &'a RequiredPermission, IntoIter: Send> + Send,
) -> Result<(), Fault> {
    for RequiredPermission { api, value } in roles {
        conn.exec(sql::GRANT_ROLE, &[tenant.into(), client_id.into(), api.into(), value.into()]).await?;
    }
    Ok(())
}
