//! Who is signed in, in which browser.

use grantor_protocol::{HandleDigest, TenantId};
use grantor_rules::model::SignIn;
use grantor_storage::{EndSignIns, Fault, NewSignIn};

use super::interactions::NoteProgress;
use super::notices::Written;
use crate::conn::{Conn, Job};
use crate::{rows, sql};

/// Lists the sign-ins of a session.
pub struct List<'a> {
    pub tenant: TenantId,
    pub session: &'a HandleDigest,
}

impl Job for List<'_> {
    type Out = Vec<SignIn>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::sign_ins::LIST, &[self.tenant.into(), self.session.into()]).await?;
        rows.iter().map(|row| rows::sign_in(row, &(self.tenant, self.session))).collect()
    }
}

/// Records that somebody signed in.
pub struct Record {
    tenant: TenantId,
    new: NewSignIn,
    progress: Option<NoteProgress>,
}

impl Record {
    /// Prepares the job.
    pub fn new(tenant: TenantId, new: &NewSignIn) -> Result<Self, Fault> {
        let note = |(digest, progress): &_| NoteProgress::new(tenant, digest, progress);
        Ok(Self { tenant, new: new.clone(), progress: new.interaction.as_ref().map(note).transpose()? })
    }

    async fn move_others<C: Conn>(&self, conn: &mut C, old: &HandleDigest) -> Result<(), Fault> {
        let tenant = self.tenant.into();
        conn.exec(sql::sign_ins::FORGET, &[tenant, old.into(), self.new.sign_in.user.into()]).await?;
        conn.exec(sql::sign_ins::MOVE, &[(&self.new.new_session).into(), tenant, old.into()]).await?;
        Ok(())
    }
}

impl Job for Record {
    type Out = ();

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let NewSignIn { old_session, new_session, sign_in, .. } = &self.new;
        if let Some(old) = old_session.as_ref().filter(|old| *old != new_session) {
            self.move_others(conn, old).await?;
        }
        let values = [
            self.tenant.into(),
            new_session.into(),
            sign_in.user.into(),
            (&sign_in.sid).into(),
            sign_in.authenticated_at.into(),
            sign_in.method.as_str().into(),
            sign_in.expires_at.into(),
        ];
        conn.exec(sql::sign_ins::UPSERT, &values).await?;
        match &self.progress {
            Some(progress) => progress.run(conn).await,
            None => Ok(()),
        }
    }
}

/// Ends people's sign-ins in a session.
pub struct End {
    tenant: TenantId,
    given: EndSignIns,
    notices: Vec<Written>,
}

impl End {
    /// Prepares the job.
    pub fn new(tenant: TenantId, end: &EndSignIns) -> Result<Self, Fault> {
        Ok(Self { tenant, given: end.clone(), notices: Written::all(tenant, &end.notices)? })
    }
}

impl Job for End {
    type Out = ();

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let (tenant, EndSignIns { session, users, sids, now, keep_until, .. }) = (self.tenant.into(), &self.given);
        for user in users {
            conn.exec(sql::sign_ins::FORGET, &[tenant, session.into(), (*user).into()]).await?;
        }
        for sid in sids {
            conn.exec(sql::sessions::NOTE_END, &[tenant, sid.into(), (*now).into(), (*keep_until).into()]).await?;
        }
        for notice in &self.notices {
            notice.insert(conn).await?;
        }
        Ok(())
    }
}
