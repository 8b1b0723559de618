//! What is presented, with its person.

use grantor_protocol::{FamilyId, HandleDigest, TenantId};
use grantor_rules::model::{Code, Family, User};
use grantor_storage::Fault;

use crate::conn::{Conn, Job};
use crate::{rows, sql};

/// Finds a code.
pub struct FindCode<'a> {
    pub tenant: TenantId,
    pub digest: &'a HandleDigest,
}

impl Job for FindCode<'_> {
    type Out = Option<(Code, Option<User>)>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::grants::CODE_WITH_USER, &[self.tenant.into(), self.digest.into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let key = (self.tenant, self.digest);
        Ok(Some((rows::code(&row, &key)?, rows::joined_user(&row, &key)?)))
    }
}

/// Finds a family.
pub struct FindFamily {
    pub tenant: TenantId,
    pub family: FamilyId,
}

impl Job for FindFamily {
    type Out = Option<(Family, Option<User>)>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::grants::FAMILY_WITH_USER, &[self.tenant.into(), self.family.into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let key = (self.tenant, self.family);
        Ok(Some((rows::family(&row, &key)?, rows::joined_user(&row, &key)?)))
    }
}
