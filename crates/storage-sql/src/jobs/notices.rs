//! What applications are told behind the browser's back.

use grantor_environment::Timestamp;
use grantor_protocol::TenantId;
use grantor_rules::model::Notice;
use grantor_storage::Fault;
use uuid::Uuid;

use crate::conn::{Conn, Job, V};
use crate::documents::{self, NoticeDocument};
use crate::rows;
use crate::sql::notices as sql;

/// A notice in words.
pub struct Written {
    tenant: TenantId,
    notice: Notice,
    document: String,
}

impl Written {
    /// Puts a notice into words.
    pub fn new(tenant: TenantId, notice: &Notice) -> Result<Self, Fault> {
        Ok(Self { tenant, notice: notice.clone(), document: documents::text(&NoticeDocument::from(notice))? })
    }

    /// Puts several into words.
    pub fn all(tenant: TenantId, notices: &[Notice]) -> Result<Vec<Self>, Fault> {
        notices.iter().map(|notice| Self::new(tenant, notice)).collect()
    }

    /// Writes it.
    pub async fn insert<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let notice = &self.notice;
        let values = [
            self.tenant.into(),
            notice.id.into(),
            (&notice.client_id).into(),
            (&self.document).into(),
            V::Int(notice.tries.into()),
            V::maybe(notice.due_at),
            notice.created_at.into(),
            notice.keep_until.into(),
        ];
        conn.exec(sql::INSERT, &values).await?;
        Ok(())
    }
}

/// Takes a notice in hand.
pub struct Claim {
    pub tenant: TenantId,
    pub id: Uuid,
    pub tries: u32,
    pub until: Timestamp,
}

impl Job for Claim {
    type Out = bool;

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<bool, Fault> {
        let values = [self.until.into(), self.tenant.into(), self.id.into(), V::Int(self.tries.into())];
        Ok(conn.exec(sql::CLAIM, &values).await? > 0)
    }
}

/// Keeps what became of one.
pub struct Note {
    pub written: Written,
}

impl Job for Note {
    type Out = ();

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        let Written { tenant, notice, document } = &self.written;
        let values =
            [document.into(), V::maybe(notice.due_at), (*tenant).into(), notice.id.into(), V::Int(notice.tries.into())];
        conn.exec(sql::NOTE, &values).await?;
        Ok(())
    }
}

/// Lists those that are due.
pub struct ListDue {
    pub now: Timestamp,
    pub most: u32,
}

impl Job for ListDue {
    type Out = Vec<(TenantId, Notice)>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::LIST_DUE, &[self.now.into(), V::Int(self.most.into())]).await?;
        rows.iter().map(rows::notice).collect()
    }
}

/// Lists the newest of a tenant.
pub struct List {
    pub tenant: TenantId,
    pub most: u32,
}

impl Job for List {
    type Out = Vec<Notice>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let rows = conn.many(sql::LIST, &[self.tenant.into(), V::Int(self.most.into())]).await?;
        rows.iter().map(|row| rows::notice(row).map(|(_, notice)| notice)).collect()
    }
}
