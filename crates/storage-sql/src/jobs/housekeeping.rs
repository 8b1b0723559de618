//! Forgetting what has ended.

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_storage::Fault;

use crate::conn::{Conn, Job, V};
use crate::sql::housekeeping::{
    FORGET_CODES, FORGET_DEVICE_CODES, FORGET_ENDED_SESSIONS, FORGET_FAMILIES, FORGET_INTERACTIONS, FORGET_NOTICES,
    FORGET_PUSHED, FORGET_SESSION_CLIENTS, FORGET_SIGN_INS, FORGET_SPENT,
};

/// How long a code is remembered after its end, so that a replay is still recognised as one, and a program that still waits
/// hears that its time is over.
const REMEMBER_CODES: Duration = Duration::from_hours(24);

/// Forgets at most so many rows of each kind.
pub struct ForgetEnded {
    pub now: Timestamp,
    pub most: u32,
}

impl Job for ForgetEnded {
    type Out = u64;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<u64, Fault> {
        let steps = [
            (FORGET_INTERACTIONS, self.now),
            (FORGET_CODES, self.now - REMEMBER_CODES),
            (FORGET_FAMILIES, self.now),
            (FORGET_SIGN_INS, self.now),
            (FORGET_SESSION_CLIENTS, self.now),
            (FORGET_DEVICE_CODES, self.now - REMEMBER_CODES),
            (FORGET_SPENT, self.now),
            (FORGET_PUSHED, self.now),
            (FORGET_ENDED_SESSIONS, self.now),
            (FORGET_NOTICES, self.now),
        ];
        let mut forgotten = 0;
        for (step, ended_by) in steps {
            forgotten += conn.exec(step, &[ended_by.into(), V::Int(self.most.into())]).await?;
        }
        Ok(forgotten)
    }
}
