//! Device codes.

use grantor_environment::Timestamp;
use grantor_protocol::HandleDigest;
use grantor_rules::model::{DeviceAnswer, DeviceCode};
use grantor_storage::{AnswerDeviceCode, Fault, Finished, RedeemDeviceCode, Redeemed};

use super::families::NewFamily;
use super::{consents, interactions};
use crate::conn::{Conn, Job, V};
use crate::documents::{self, DeviceCodeDocument};
use crate::rows;
use crate::sql::device_codes as sql;

/// What is kept of an answer: what was said, and who said yes.
struct Said {
    answer: &'static str,
    approval: Option<String>,
}

impl Said {
    fn of(answer: &DeviceAnswer) -> Result<Self, Fault> {
        Ok(match answer {
            DeviceAnswer::Approved(approval) => Self { answer: "approved", approval: Some(documents::text(approval)?) },
            DeviceAnswer::Declined => Self { answer: "declined", approval: None },
        })
    }
}

/// Keeps a device code.
pub struct Begin {
    digest: HandleDigest,
    user_code: [u8; 32],
    document: String,
    expires_at: Timestamp,
    said: Option<Said>,
    spent_at: Option<Timestamp>,
}

impl Begin {
    /// Prepares the job.
    pub fn new(digest: &HandleDigest, user_code: &[u8; 32], code: &DeviceCode) -> Result<Self, Fault> {
        Ok(Self {
            digest: *digest,
            user_code: *user_code,
            document: documents::text(&DeviceCodeDocument::from(code))?,
            expires_at: code.expires_at,
            said: code.answer.as_ref().map(Said::of).transpose()?,
            spent_at: code.spent_at,
        })
    }
}

impl Job for Begin {
    type Out = ();

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let values = [
            (&self.digest).into(),
            V::Blob(&self.user_code),
            (&self.document).into(),
            self.expires_at.into(),
            V::maybe(self.said.as_ref().map(|said| said.answer)),
            V::maybe(self.said.as_ref().and_then(|said| said.approval.as_ref())),
            V::maybe(self.spent_at),
        ];
        conn.exec(sql::INSERT, &values).await?;
        Ok(())
    }
}

/// Finds a device code.
pub struct Find<'a> {
    pub digest: &'a HandleDigest,
}

impl Job for Find<'_> {
    type Out = Option<DeviceCode>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let row = conn.one(sql::FIND, &[self.digest.into()]).await?;
        row.map(|row| rows::device_code(&row, self.digest)).transpose()
    }
}

/// Finds a device code by its user code.
pub struct FindByUserCode<'a> {
    pub user_code: &'a [u8; 32],
}

impl Job for FindByUserCode<'_> {
    type Out = Option<(HandleDigest, DeviceCode)>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let Some(row) = conn.one(sql::FIND_BY_USER_CODE, &[V::Blob(self.user_code)]).await? else { return Ok(None) };
        let digest = rows::digest(row.of(&"device code"), "digest")?;
        Ok(Some((digest, rows::device_code(&row, &digest)?)))
    }
}

/// Answers a device code.
pub struct Answer {
    given: AnswerDeviceCode,
    said: Said,
}

impl Answer {
    /// Prepares the job.
    pub fn new(answer: &AnswerDeviceCode) -> Result<Self, Fault> {
        Ok(Self { given: answer.clone(), said: Said::of(&answer.answer)? })
    }
}

impl Job for Answer {
    type Out = Finished;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Finished, Fault> {
        let AnswerDeviceCode { digest, tenant, answer, interaction, consents, now } = &self.given;
        let values = [self.said.answer.into(), V::maybe(self.said.approval.as_ref()), digest.into()];
        if conn.exec(sql::ANSWER, &values).await? == 0 {
            return Ok(Finished::Before);
        }
        if !interactions::ends(conn, *tenant, interaction.as_ref()).await? {
            // Nobody has seen the answer: its row is ours until the commit.
            conn.exec(sql::TAKE_BACK, &[digest.into()]).await?;
            return Ok(Finished::Before);
        }
        if let DeviceAnswer::Approved(approval) = answer {
            consents::add(conn, approval.tenant, consents, *now).await?;
        }
        Ok(Finished::Now)
    }
}

/// Spends a device code and records what it buys.
pub struct Redeem {
    digest: HandleDigest,
    now: Timestamp,
    family: NewFamily,
}

impl Redeem {
    /// Prepares the job.
    pub fn new(redeem: &RedeemDeviceCode) -> Result<Self, Fault> {
        let family = NewFamily::new(redeem.tenant, &redeem.family, redeem.keep_until, redeem.now)?;
        Ok(Self { digest: redeem.digest, now: redeem.now, family })
    }
}

impl Job for Redeem {
    type Out = Redeemed;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Redeemed, Fault> {
        if conn.exec(sql::SPEND, &[self.now.into(), (&self.digest).into()]).await? == 0 {
            return Ok(Redeemed::Before);
        }
        self.family.insert(conn).await?;
        Ok(Redeemed::Now)
    }
}
