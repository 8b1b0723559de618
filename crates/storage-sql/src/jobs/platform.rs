//! What belongs to no tenant: sealed secrets and signing keys.

use grantor_environment::Timestamp;
use grantor_storage::{Fault, SigningKeyRecord};

use crate::conn::{Conn, Job, Row, V};
use crate::{rows, sql};

/// Keeps a sealed secret unless one of that name is kept.
pub struct KeepOnce {
    pub name: String,
    pub sealed: Vec<u8>,
}

impl Job for KeepOnce {
    type Out = Vec<u8>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Vec<u8>, Fault> {
        conn.exec(sql::platform::KEEP_SECRET, &[(&self.name).into(), (&self.sealed).into()]).await?;
        let kept = conn.one(sql::platform::FIND_SECRET, &[(&self.name).into()]).await?;
        let kept = kept.ok_or_else(|| Fault::Statement { what: format!("the secret {:?} was not kept", self.name) })?;
        kept.of(&self.name).bytes("sealed").map(<[u8]>::to_vec)
    }
}

/// Finds a sealed secret.
pub struct FindKept<'a> {
    pub name: &'a str,
}

impl Job for FindKept<'_> {
    type Out = Option<Vec<u8>>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let kept = conn.one(sql::platform::FIND_SECRET, &[self.name.into()]).await?;
        kept.map(|row| row.of(&self.name).bytes("sealed").map(<[u8]>::to_vec)).transpose()
    }
}

/// Lists the signing keys.
pub struct ListSigningKeys;

impl Job for ListSigningKeys {
    type Out = Vec<SigningKeyRecord>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::platform::LIST_SIGNING_KEYS, &[]).await?;
        rows.iter().map(rows::signing_key).collect()
    }
}

/// Keeps a signing key in its place: the first of its algorithm, or the successor of another one.
pub struct KeepSigningKey {
    pub key: SigningKeyRecord,
    pub after: Option<String>,
}

impl Job for KeepSigningKey {
    type Out = Vec<SigningKeyRecord>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let key = &self.key;
        // Each place exists once, and whoever takes it first keeps it.
        let place = match &self.after {
            None => key.algorithm.clone(),
            Some(after) => format!("{} after {after}", key.algorithm),
        };
        let first = i64::from(self.after.is_none());
        let values = [
            (&key.key_id).into(),
            (&key.algorithm).into(),
            (&place).into(),
            (&key.sealed_private_key).into(),
            (&key.certificate).into(),
            key.created_at.into(),
            V::maybe(key.begins_at),
            V::Int(first),
        ];
        conn.exec(sql::platform::KEEP_SIGNING_KEY, &values).await?;
        ListSigningKeys.run(conn).await
    }
}

/// Forgets a signing key.
pub struct ForgetSigningKey {
    pub key_id: String,
}

impl Job for ForgetSigningKey {
    type Out = Vec<SigningKeyRecord>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        conn.exec(sql::platform::FORGET_SIGNING_KEY, &[(&self.key_id).into()]).await?;
        conn.exec(sql::platform::FORGET_KEY_READERS, &[(&self.key_id).into()]).await?;
        ListSigningKeys.run(conn).await
    }
}

/// Notes that somebody has fetched a signing key.
pub struct NoteKeyReader {
    pub key_id: String,
    pub reader: String,
    pub at: Timestamp,
}

impl Job for NoteKeyReader {
    type Out = ();

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let values = [(&self.key_id).into(), (&self.reader).into(), self.at.into()];
        conn.exec(sql::platform::NOTE_KEY_READER, &values).await?;
        Ok(())
    }
}

/// Lists who has fetched a signing key.
pub struct ListKeyReaders<'a> {
    pub key_id: &'a str,
}

impl Job for ListKeyReaders<'_> {
    type Out = Vec<(String, Timestamp)>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::platform::LIST_KEY_READERS, &[self.key_id.into()]).await?;
        let read = |row| {
            let columns = Row::of(row, &"key reader");
            Ok((columns.text("reader")?.to_owned(), columns.time("seen_at")?))
        };
        rows.iter().map(read).collect()
    }
}
