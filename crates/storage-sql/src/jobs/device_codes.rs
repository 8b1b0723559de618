//! Device codes.

use grantor_environment::Timestamp;
use grantor_protocol::{HandleDigest, TenantId, UserId};
use grantor_rules::model::{Awaited, DeviceAnswer, DeviceCode, Polled};
use grantor_storage::{AnswerDeviceCode, Fault, Finished, RedeemDeviceCode, Redeemed};

use super::families::NewFamily;
use super::notices::Written;
use super::{consents, interactions};
use crate::conn::{Conn, Job, Row, V};
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
    awaits: Option<Awaited>,
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
            awaits: code.awaits.clone(),
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
            V::maybe(self.awaits.as_ref().map(|awaited| awaited.tenant)),
            V::maybe(self.awaits.as_ref().map(|awaited| awaited.user)),
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

/// Finds the device codes that wait for one person.
pub struct ListAwaited {
    pub tenant: TenantId,
    pub user: UserId,
    pub now: Timestamp,
}

impl Job for ListAwaited {
    type Out = Vec<(HandleDigest, DeviceCode)>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::LIST_AWAITED, &[self.tenant.into(), self.user.into(), self.now.into()]).await?;
        let read = |row| {
            let digest = rows::digest(Row::of(row, &"device code"), "digest")?;
            Ok((digest, rows::device_code(row, &digest)?))
        };
        rows.iter().map(read).collect()
    }
}

/// Keeps when a program asked.
pub struct NotePoll {
    pub digest: HandleDigest,
    pub before: Option<Polled>,
    pub now: Polled,
}

impl Job for NotePoll {
    type Out = bool;

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<bool, Fault> {
        // No time of ours is before 1970.
        let before = self.before.map_or(-1, |before| before.at.millis());
        let interval = i64::try_from(self.now.interval.as_millis()).unwrap_or(i64::MAX);
        let values = [self.now.at.into(), V::Int(interval), (&self.digest).into(), V::Int(before)];
        Ok(conn.exec(sql::NOTE_POLL, &values).await? > 0)
    }
}

/// Answers a device code.
pub struct Answer {
    given: AnswerDeviceCode,
    said: Said,
    notices: Vec<Written>,
}

impl Answer {
    /// Prepares the job.
    pub fn new(answer: &AnswerDeviceCode) -> Result<Self, Fault> {
        let notices = Written::all(answer.tenant, &answer.notices)?;
        Ok(Self { given: answer.clone(), said: Said::of(&answer.answer)?, notices })
    }
}

impl Job for Answer {
    type Out = Finished;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Finished, Fault> {
        let AnswerDeviceCode { digest, tenant, answer, interaction, consents, now, .. } = &self.given;
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
        for notice in &self.notices {
            notice.insert(conn).await?;
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
