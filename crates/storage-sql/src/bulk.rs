//! Many records of one tenant in one commit, for whoever fills a whole store: the rows are those of the single operations.

use grantor_environment::Timestamp;
use grantor_protocol::TenantId;
use grantor_rules::model::Family;
use grantor_storage::{Fault, NewSignIn, RecordedConsent};

use crate::SqlStorage;
use crate::conn::{Conn, Job};
use crate::engine::Engine;
use crate::jobs::consents;
use crate::jobs::families::NewFamily;
use crate::jobs::sign_ins;

/// What is written at once.
#[derive(Clone, Debug)]
pub struct Bulk {
    /// Whose it is.
    pub tenant: TenantId,
    /// When it is written.
    pub now: Timestamp,
    /// Permissions to record.
    pub consents: Vec<RecordedConsent>,
    /// Sign-ins to record.
    pub sign_ins: Vec<NewSignIn>,
    /// Families to keep as they are, each with the time until which it must be remembered.
    pub families: Vec<(Family, Timestamp)>,
}

struct Load {
    tenant: TenantId,
    now: Timestamp,
    consents: Vec<RecordedConsent>,
    sign_ins: Vec<sign_ins::Record>,
    families: Vec<NewFamily>,
}

impl<E: Engine> SqlStorage<E> {
    /// Writes all of it, or nothing.
    ///
    /// # Errors
    /// [`Fault`]; a family that is there already is one.
    pub async fn load(&self, bulk: Bulk) -> Result<(), Fault> {
        let Bulk { tenant, now, consents, sign_ins, families } = bulk;
        let sign_ins = sign_ins.iter().map(|new| sign_ins::Record::new(tenant, new)).collect::<Result<_, _>>()?;
        let families = families
            .iter()
            .map(|(family, keep_until)| NewFamily::new(tenant, family, *keep_until, now))
            .collect::<Result<_, _>>()?;
        self.write(Load { tenant, now, consents, sign_ins, families }).await
    }
}

impl Job for Load {
    type Out = ();

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        for family in &self.families {
            family.insert(conn).await?;
        }
        consents::add(conn, self.tenant, &self.consents, self.now).await?;
        for sign_in in &self.sign_ins {
            sign_in.run(conn).await?;
        }
        Ok(())
    }
}
