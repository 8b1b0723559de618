//! Who allowed which application what.

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, TenantId, UserId};
use grantor_rules::model::Consents;
use grantor_storage::{Fault, RecordedConsent};

use crate::conn::{Conn, Job, V};
use crate::{rows, sql};

/// Adds to what was allowed.
pub struct Record {
    pub tenant: TenantId,
    pub consent: RecordedConsent,
    pub now: Timestamp,
}

impl Job for Record {
    type Out = ();

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        add(conn, self.tenant, &self.consent, self.now).await
    }
}

/// Adds each permission that is not there.
pub async fn add<C: Conn>(
    conn: &mut C,
    tenant: TenantId,
    consent: &RecordedConsent,
    now: Timestamp,
) -> Result<(), Fault> {
    // No person's id is empty, so the empty text stands for everyone.
    let principal = consent.principal.map_or(V::Text(""), V::from);
    for (api, permissions) in consent.consents.by_api() {
        for permission in permissions {
            let values =
                [tenant.into(), (&consent.client_id).into(), principal, api.into(), permission.into(), now.into()];
            conn.exec(sql::consents::ADD, &values).await?;
        }
    }
    Ok(())
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
        let rows = conn.many(sql::consents::FIND, &values).await?;
        rows::consents(&rows, &(self.tenant, self.client_id, self.user))
    }
}
