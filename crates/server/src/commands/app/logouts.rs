//! `grantor app logouts`: what an application was told when sessions ended, and what it said.

use clap::Args;
use grantor_flows::administration::{find, notices};
use grantor_rules::model::{Notice, NoticeEvent};
use grantor_rules::notices::is_heard;

use crate::commands::shown::{columns, moment, print};
use crate::commands::store::Store;

/// What `app logouts` takes.
#[derive(Args, Debug)]
pub struct LogoutsOptions {
    /// Which application
    #[arg(value_name = "CLIENT-ID")]
    client_id: String,
}

/// Lists what the application was told, the newest first, and each answer to it.
pub async fn run(store: &Store, options: &LogoutsOptions) -> anyhow::Result<()> {
    let storage = store.storage.as_ref();
    let application = find::application(storage, &options.client_id).await?;
    let mut rows = Vec::new();
    for (tenant, notice) in notices::of(storage, &application.client_id).await? {
        let NoticeEvent::SessionEnded { user, sid, .. } = &notice.event else { continue };
        let session = format!("session {sid} of {user}");
        rows.push([moment(notice.created_at), tenant.domain.clone(), session, state(&notice)]);
        for attempt in &notice.attempts {
            rows.push([format!("  {}", moment(attempt.at)), String::new(), String::new(), attempt.answer.clone()]);
        }
    }
    if rows.is_empty() {
        return Ok(print("it was told of no session within the last days\n")?);
    }
    Ok(print(&columns(&rows))?)
}

fn state(notice: &Notice) -> String {
    let last = notice.attempts.last().and_then(|attempt| attempt.answer.parse().ok());
    match (notice.due_at, last) {
        (Some(due), None) if notice.attempts.is_empty() => format!("to be told at {}", moment(due)),
        (Some(due), _) => format!("to be told again at {}", moment(due)),
        (None, Some(status)) if is_heard(status) => "heard".to_owned(),
        (None, Some(400)) => "refused".to_owned(),
        (None, _) => "given up".to_owned(),
    }
}
