//! What is presented for tokens, with everything that is looked at beside it.

use std::fmt::Debug;

use grantor_protocol::{FamilyId, HandleDigest, TenantId};
use grantor_rules::model::{Code, Family, User};
use grantor_storage::{Fault, OnBehalf};

use crate::conn::{Conn, Job, Row};
use crate::{rows, sql};

/// Finds a code.
pub struct FindCode<'a> {
    pub tenant: TenantId,
    pub digest: &'a HandleDigest,
}

impl Job for FindCode<'_> {
    type Out = Option<OnBehalf<Code>>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::grants::CODE_ON_BEHALF, &[self.tenant.into(), self.digest.into()]).await?;
        on_behalf(&rows, &(self.tenant, self.digest), rows::code)
    }
}

/// Finds a family.
pub struct FindFamily {
    pub tenant: TenantId,
    pub family: FamilyId,
}

impl Job for FindFamily {
    type Out = Option<OnBehalf<Family>>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::grants::FAMILY_ON_BEHALF, &[self.tenant.into(), self.family.into()]).await?;
        on_behalf(&rows, &(self.tenant, self.family), rows::family)
    }
}

/// Finds a family with its person alone.
pub struct FindFamilyWithUser {
    pub tenant: TenantId,
    pub family: FamilyId,
}

impl Job for FindFamilyWithUser {
    type Out = Option<(Family, Option<User>)>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::grants::FAMILY_WITH_USER, &[self.tenant.into(), self.family.into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let key = (self.tenant, self.family);
        Ok(Some((rows::family(&row, &key)?, rows::joined_user(&row, &key)?)))
    }
}

fn on_behalf<T>(
    rows: &[Row],
    key: &dyn Debug,
    read: fn(&Row, &dyn Debug) -> Result<T, Fault>,
) -> Result<Option<OnBehalf<T>>, Fault> {
    let Some(first) = rows.first() else { return Ok(None) };
    Ok(Some(OnBehalf {
        granted: read(first, key)?,
        user: rows::joined_user(first, key)?,
        consents: rows::joined_consents(rows, key)?,
    }))
}
