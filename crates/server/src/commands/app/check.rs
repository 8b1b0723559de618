//! `grantor app check`: what of an application's registration would fail under a profile.

use clap::Args;
use grantor_flows::administration::find;
use grantor_rules::model::{Application, Profile};
use grantor_rules::profile::would_fail;

use crate::commands::store::Store;

/// What `app check` takes.
#[derive(Args, Debug)]
pub struct CheckOptions {
    /// Which application
    #[arg(value_name = "CLIENT-ID")]
    client_id: String,
    /// Under which profile; the one that it lives by if this is not said
    #[arg(long, value_name = "PROFILE", value_parser = profile)]
    profile: Option<Profile>,
}

fn profile(text: &str) -> Result<Profile, String> {
    let found = Profile::NAMES.iter().find(|(name, _)| *name == text).map(|(_, profile)| *profile);
    let names: Vec<&str> = Profile::NAMES.iter().map(|(name, _)| *name).collect();
    found.ok_or_else(|| format!("expected one of {}", names.join(", ")))
}

/// Prints what would fail.
///
/// # Errors
/// When there is no such application, or when something would fail: so a script sees it too.
pub async fn run(store: &Store, options: &CheckOptions) -> anyhow::Result<()> {
    let application = find::application(store.storage.as_ref(), &options.client_id).await?;
    let profile = options.profile.unwrap_or(application.profile);
    let findings = would_fail(&application, profile);
    for finding in &findings {
        println!("{} ({})", finding.rule, finding.source);
        println!("    {}", finding.what);
    }
    let (name, profile) = (told(&application), profile.as_str());
    match findings.len() {
        0 => {
            println!("nothing of {name} would fail under {profile}");
            Ok(())
        }
        count => {
            anyhow::bail!("{count} of the settings of {name} would fail under {profile}: change them as said above")
        }
    }
}

fn told(application: &Application) -> String {
    format!("{} ({})", application.display_name, application.client_id)
}
