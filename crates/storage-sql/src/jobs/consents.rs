//! Who allowed which application what.

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, HandleDigest, TenantId, UserId};
use grantor_rules::model::{Consents, GrantedPermission};
use grantor_storage::{Fault, Finished, RecordedConsent, Shard, WithdrawnConsent};

use super::{interactions, principals};
use crate::conn::{Conn, Job, V};
use crate::rows;
use crate::sql::consents as sql;
use crate::sql::directory::MOVE_VERSION;
use crate::sql::principals::FORGET_ROLES;

/// Adds to what was allowed.
pub struct Record {
    pub tenant: TenantId,
    pub consents: Vec<RecordedConsent>,
    pub now: Timestamp,
    /// The request that it ends; when that had ended before, nothing is written.
    pub interaction: Option<HandleDigest>,
}

impl Job for Record {
    type Out = Finished;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Finished, Fault> {
        if !interactions::ends(conn, self.tenant, self.interaction.as_ref()).await? {
            return Ok(Finished::Before);
        }
        add(conn, self.tenant, &self.consents, self.now).await?;
        Ok(Finished::Now)
    }
}

/// Adds each permission that is not there, and makes what must stand in the tenant for it.
pub async fn add<C: Conn>(
    conn: &mut C,
    tenant: TenantId,
    consents: &[RecordedConsent],
    now: Timestamp,
) -> Result<(), Fault> {
    principals::let_in(conn, tenant, consents).await?;
    for RecordedConsent { principal, client_id, consents, .. } in consents {
        for (api, permissions) in consents.by_api() {
            for value in permissions {
                add_one(conn, tenant, &Permission { client_id, principal: *principal, api, value }, now).await?;
            }
        }
    }
    Ok(())
}

/// One permission that is allowed.
pub struct Permission<'a> {
    pub client_id: &'a ClientId,
    pub principal: Option<UserId>,
    pub api: &'a ClientId,
    pub value: &'a str,
}

/// Adds a permission, unless it is there.
pub async fn add_one<C: Conn>(
    conn: &mut C,
    tenant: TenantId,
    one: &Permission<'_>,
    granted_at: Timestamp,
) -> Result<(), Fault> {
    let Permission { client_id, principal, api, value } = *one;
    let values = [tenant.into(), client_id.into(), by(principal), api.into(), value.into(), granted_at.into()];
    conn.exec(sql::ADD, &values).await?;
    Ok(())
}

/// No person's id is empty, so the empty text stands for everyone.
fn by<'a>(principal: Option<UserId>) -> V<'a> {
    principal.map_or(V::Text(""), V::from)
}

/// Finds what a person allows an application.
pub struct Find<'a> {
    pub tenant: TenantId,
    pub user: UserId,
    pub client_id: &'a ClientId,
}

impl Job for Find<'_> {
    type Out = Consents;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Consents, Fault> {
        let values = [self.tenant.into(), self.client_id.into(), self.user.into()];
        let rows = conn.many(sql::FIND, &values).await?;
        rows::consents(&rows, &(self.tenant, self.client_id, self.user))
    }
}

/// Lists everything that a person, or an administrator for everyone, has allowed.
pub struct List {
    pub tenant: TenantId,
    pub principal: Option<UserId>,
}

impl Job for List {
    type Out = Vec<GrantedPermission>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::LIST, &[self.tenant.into(), by(self.principal)]).await?;
        rows.iter().map(|row| rows::granted(row, self.principal, &(self.tenant, self.principal))).collect()
    }
}

/// Takes back what a person, or an administrator for everyone, allows an application.
pub struct Withdraw {
    pub tenant: TenantId,
    pub withdrawn: WithdrawnConsent,
}

impl Job for Withdraw {
    type Out = bool;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<bool, Fault> {
        let WithdrawnConsent { principal, client_id } = &self.withdrawn;
        let mut gone = 0;
        if principal.is_none() {
            // In the order of a directory change: the version first.
            conn.exec(MOVE_VERSION, &[Shard::of(self.tenant).into()]).await?;
            gone += conn.exec(FORGET_ROLES, &[self.tenant.into(), client_id.into()]).await?;
        }
        gone += conn.exec(sql::WITHDRAW, &[self.tenant.into(), client_id.into(), by(*principal)]).await?;
        Ok(gone > 0)
    }
}
