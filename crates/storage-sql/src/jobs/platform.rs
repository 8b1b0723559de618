//! What belongs to no tenant: sealed secrets and signing keys.

use grantor_storage::{Fault, SigningKeyRecord};

use crate::conn::{Conn, Job};
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

/// Lists the signing keys.
pub struct ListSigningKeys;

impl Job for ListSigningKeys {
    type Out = Vec<SigningKeyRecord>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::platform::LIST_SIGNING_KEYS, &[]).await?;
        rows.iter().map(rows::signing_key).collect()
    }
}

/// Keeps the first signing key of an algorithm.
pub struct KeepFirstSigningKey {
    pub key: SigningKeyRecord,
}

impl Job for KeepFirstSigningKey {
    type Out = Vec<SigningKeyRecord>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let key = &self.key;
        let values = [
            (&key.key_id).into(),
            (&key.algorithm).into(),
            (&key.algorithm).into(),
            (&key.sealed_private_key).into(),
            (&key.certificate).into(),
            key.created_at.into(),
        ];
        conn.exec(sql::platform::KEEP_FIRST_SIGNING_KEY, &values).await?;
        ListSigningKeys.run(conn).await
    }
}
