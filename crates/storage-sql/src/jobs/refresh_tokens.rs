//! Refresh tokens.

use grantor_protocol::{HandleDigest, TenantId};
use grantor_rules::model::RefreshToken;
use grantor_storage::{Fault, RotateRefreshToken, Rotated};

use crate::conn::{Conn, Job};
use crate::{rows, sql};

/// Finds a refresh token with its family.
pub struct Find<'a> {
    pub tenant: TenantId,
    pub digest: &'a HandleDigest,
}

impl Job for Find<'_> {
    type Out = Option<RefreshToken>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::refresh_tokens::FIND, &[self.tenant.into(), self.digest.into()]).await?;
        row.map(|row| rows::refresh_token(&row, self.digest)).transpose()
    }
}

/// Exchanges a refresh token for its successor.
pub struct Rotate {
    pub tenant: TenantId,
    pub rotate: RotateRefreshToken,
}

impl Job for Rotate {
    type Out = Rotated;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Rotated, Fault> {
        let RotateRefreshToken { presented, successor, sealed_successor, keep_until, now } = &self.rotate;
        let tenant = self.tenant.into();
        // The family first: held until the commit, it cannot be revoked in the middle.
        let held =
            conn.exec(sql::families::HOLD_OF_REFRESH_TOKEN, &[(*keep_until).into(), tenant, presented.into()]).await?;
        if held == 0 {
            return self.why_not(conn).await;
        }
        let values = [(*now).into(), sealed_successor.into(), tenant, presented.into()];
        let Some(spent) = conn.one(sql::refresh_tokens::SPEND, &values).await? else {
            return self.why_not(conn).await;
        };
        let family = spent.of(presented).text("family_id")?.to_owned();
        let values = [tenant, (&successor.digest).into(), (&family).into(), successor.expires_at.into()];
        conn.exec(sql::refresh_tokens::INSERT, &values).await?;
        Ok(Rotated::Now)
    }
}

impl Rotate {
    async fn why_not<C: Conn>(&self, conn: &mut C) -> Result<Rotated, Fault> {
        let found = Find { tenant: self.tenant, digest: &self.rotate.presented }.run(conn).await?;
        let Some(token) = found else { return Ok(Rotated::Unknown) };
        // Revoked first: a spent token of a revoked family must not be answered with its successor.
        match (token.family.revoked, token.spent) {
            (Some(reason), _) => Ok(Rotated::Revoked(reason)),
            (None, Some(spent)) => Ok(Rotated::Before(spent)),
            (None, None) => Err(Fault::Statement { what: "a refresh token could not be spent".to_owned() }),
        }
    }
}
