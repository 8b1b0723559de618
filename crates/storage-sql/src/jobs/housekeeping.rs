//! Forgetting what has ended.

use grantor_environment::Timestamp;
use grantor_storage::Fault;

use crate::conn::{Conn, Job, V};
use crate::sql::housekeeping::{
    FORGET_CODES, FORGET_FAMILIES, FORGET_INTERACTIONS, FORGET_REFRESH_TOKENS, FORGET_SIGN_INS,
};

/// Forgets at most so many rows of each kind.
pub struct ForgetEnded {
    pub now: Timestamp,
    pub most: u32,
}

impl Job for ForgetEnded {
    type Out = u64;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<u64, Fault> {
        let values = [self.now.into(), V::Int(self.most.into())];
        let mut forgotten = 0;
        // Refresh tokens before families: a family goes when nothing of it is left.
        let steps = [FORGET_INTERACTIONS, FORGET_CODES, FORGET_REFRESH_TOKENS, FORGET_FAMILIES, FORGET_SIGN_INS];
        for step in steps {
            forgotten += conn.exec(step, &values).await?;
        }
        Ok(forgotten)
    }
}
