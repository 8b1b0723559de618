//! Refresh tokens: each family has one that is live.

use grantor_protocol::TenantId;
use grantor_storage::{Fault, RotateRefreshToken, Rotated};

use super::families::Find;
use crate::conn::{Conn, Job};
use crate::{exchanged, sql};

/// Exchanges a refresh token for its successor.
pub struct Rotate {
    pub tenant: TenantId,
    pub rotate: RotateRefreshToken,
}

impl Job for Rotate {
    type Out = Rotated;

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Rotated, Fault> {
        let RotateRefreshToken { family, presented, successor, keep_until } = &self.rotate;
        let remembered = exchanged::to_bytes(&successor.exchanged);
        let values = [
            (&successor.digest).into(),
            successor.expires_at.into(),
            (&remembered).into(),
            (*keep_until).into(),
            self.tenant.into(),
            (*family).into(),
            presented.into(),
        ];
        if conn.exec(sql::families::ROTATE, &values).await? > 0 { Ok(Rotated::Now) } else { self.why_not(conn).await }
    }
}

impl Rotate {
    async fn why_not<C: Conn>(&self, conn: &mut C) -> Result<Rotated, Fault> {
        let found = Find { tenant: self.tenant, family: self.rotate.family }.run(conn).await?;
        let Some(family) = found else { return Ok(Rotated::Unknown) };
        // Revoked first: an exchanged token of a revoked family must not be answered with its successor.
        match (family.revoked, family.refresh_token) {
            (Some(reason), _) => Ok(Rotated::Revoked(reason)),
            (None, Some(live)) if live.digest == self.rotate.presented => {
                Err(Fault::Statement { what: "a refresh token could not be exchanged".to_owned() })
            }
            (None, Some(live)) => Ok(Rotated::NotLive(live)),
            (None, None) => Ok(Rotated::Unknown),
        }
    }
}
