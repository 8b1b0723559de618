//! `grantor app enable` and `disable`.

use clap::Args;
use grantor_flows::administration::{applications, find};
use grantor_rules::directory::Outcome;

use crate::commands::shown::print;
use crate::commands::store::Store;

/// What `app enable` and `app disable` take.
#[derive(Args, Debug)]
pub struct SwitchOptions {
    /// Which application
    #[arg(value_name = "CLIENT-ID")]
    client_id: String,
}

/// Switches an application on or off.
pub async fn run(store: &Store, options: &SwitchOptions, enabled: bool) -> anyhow::Result<()> {
    let storage = store.storage.as_ref();
    let application = find::application(storage, &options.client_id).await?;
    let outcome = applications::switch(storage, &application, enabled, store.now()).await?;
    let state = if enabled { "enabled" } else { "disabled" };
    let already = if outcome == Outcome::Left { " already" } else { "" };
    print(&format!("{} is {state}{already}\n", application.display_name))?;
    Ok(())
}
