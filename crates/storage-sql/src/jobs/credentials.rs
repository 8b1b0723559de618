//! How people and applications prove themselves.

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, TenantId, UserId};
use grantor_storage::{Fault, StoredPassword, WrongPassword};

use crate::conn::{Conn, Job, V};
use crate::rows;
use crate::sql::credentials as sql;

/// Finds a password.
pub struct FindPassword {
    pub tenant: TenantId,
    pub user: UserId,
}

impl Job for FindPassword {
    type Out = Option<StoredPassword>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::FIND_PASSWORD, &[self.tenant.into(), self.user.into()]).await?;
        row.map(|row| rows::password(&row, &(self.tenant, self.user))).transpose()
    }
}

/// Counts a wrong password.
pub struct CountWrong {
    pub tenant: TenantId,
    pub wrong: WrongPassword,
}

impl Job for CountWrong {
    type Out = ();

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let WrongPassword { user, most, locked_until } = self.wrong;
        conn.exec(sql::COUNT_TRY, &[V::Int(most.into()), locked_until.into(), self.tenant.into(), user.into()]).await?;
        Ok(())
    }
}

/// Forgets wrong passwords.
pub struct ForgetWrong {
    pub tenant: TenantId,
    pub user: UserId,
}

impl Job for ForgetWrong {
    type Out = ();

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        conn.exec(sql::FORGET_TRIES, &[self.tenant.into(), self.user.into()]).await?;
        Ok(())
    }
}

/// Lists when an application's credentials were last used.
pub struct ListUses<'a> {
    pub tenant: TenantId,
    pub client_id: &'a ClientId,
}

impl Job for ListUses<'_> {
    type Out = Vec<(String, Timestamp)>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::LIST_USES, &[self.tenant.into(), self.client_id.into()]).await?;
        let key = (self.tenant, self.client_id);
        let read =
            |columns: crate::conn::Columns<'_>| Ok((columns.text("credential")?.to_owned(), columns.time("used_at")?));
        rows.iter().map(|row| read(row.of(&key))).collect()
    }
}

/// Notes that a credential was used.
pub struct NoteUse {
    pub tenant: TenantId,
    pub client_id: ClientId,
    pub credential: String,
    pub at: Timestamp,
}

impl Job for NoteUse {
    type Out = ();

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let values = [self.tenant.into(), (&self.client_id).into(), (&self.credential).into(), self.at.into()];
        conn.exec(sql::NOTE_USE, &values).await?;
        Ok(())
    }
}
