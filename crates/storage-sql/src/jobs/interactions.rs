//! Authorization requests that wait for their person.

use grantor_environment::Timestamp;
use grantor_protocol::{HandleDigest, TenantId};
use grantor_rules::model::{Interaction, Progress};
use grantor_storage::{Fault, Finished};

use super::once;
use crate::conn::{Conn, Job};
use crate::documents::{self, InteractionDocument};
use crate::{rows, sql};

/// Keeps a request.
pub struct Begin {
    tenant: TenantId,
    digest: HandleDigest,
    document: String,
    progress: String,
    expires_at: Timestamp,
}

impl Begin {
    /// Prepares the job.
    pub fn new(tenant: TenantId, digest: &HandleDigest, interaction: &Interaction) -> Result<Self, Fault> {
        Ok(Self {
            tenant,
            digest: *digest,
            document: documents::text(&InteractionDocument::from(interaction))?,
            progress: documents::text(&interaction.progress)?,
            expires_at: interaction.expires_at,
        })
    }
}

impl Job for Begin {
    type Out = ();

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let values = [
            self.tenant.into(),
            (&self.digest).into(),
            (&self.document).into(),
            (&self.progress).into(),
            self.expires_at.into(),
        ];
        conn.exec(sql::interactions::INSERT, &values).await?;
        Ok(())
    }
}

/// Finds a request.
pub struct Find<'a> {
    pub tenant: TenantId,
    pub digest: &'a HandleDigest,
}

impl Job for Find<'_> {
    type Out = Option<Interaction>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::interactions::FIND, &[self.tenant.into(), self.digest.into()]).await?;
        row.map(|row| rows::interaction(&row, self.tenant, self.digest)).transpose()
    }
}

/// Keeps what the person has done so far.
pub struct NoteProgress {
    tenant: TenantId,
    digest: HandleDigest,
    progress: String,
}

impl NoteProgress {
    /// Prepares the job.
    pub fn new(tenant: TenantId, digest: &HandleDigest, progress: &Progress) -> Result<Self, Fault> {
        Ok(Self { tenant, digest: *digest, progress: documents::text(progress)? })
    }
}

impl Job for NoteProgress {
    type Out = ();

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let values = [(&self.progress).into(), self.tenant.into(), (&self.digest).into()];
        conn.exec(sql::interactions::NOTE_PROGRESS, &values).await?;
        Ok(())
    }
}

/// Ends a request without a code.
pub struct End {
    pub tenant: TenantId,
    pub digest: HandleDigest,
    /// What was pushed for it and ends with it.
    pub pushed: Option<HandleDigest>,
}

impl Job for End {
    type Out = Finished;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Finished, Fault> {
        let ended = ends(conn, self.tenant, Some(&self.digest)).await?
            && once::ends_pushed(conn, self.tenant, self.pushed.as_ref()).await?;
        Ok(if ended { Finished::Now } else { Finished::Before })
    }
}

/// Ends a request, if there is one; false when it had ended before.
pub async fn ends<C: Conn>(conn: &mut C, tenant: TenantId, interaction: Option<&HandleDigest>) -> Result<bool, Fault> {
    match interaction {
        Some(digest) => Ok(conn.exec(sql::interactions::END, &[tenant.into(), digest.into()]).await? > 0),
        None => Ok(true),
    }
}
