//! The commands of a native client: `login`, `token`, `call`, `accounts`, `logout`, against Grantor or any OpenID provider.
//!
//! What they share stands here: where tokens are kept, whom is trusted, and which account is meant.

pub mod accounts;
pub mod call;
pub mod login;
pub mod logout;
pub mod token;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use grantor_client::{Account, AppSettings, Application, Event, FileCache, IssuerRule, Observer, accounts_in};
use grantor_environment::{SystemClock, SystemEntropy};
use grantor_outgoing::{HttpClient, Outgoing, OutgoingSettings};

/// What every command of the native client takes.
#[derive(Args, Debug)]
pub struct NativeOptions {
    /// A certificate authority to trust beside the system's, in PEM form, such as grantor-data/ca.pem
    #[arg(long = "ca", value_name = "FILE", env = "GRANTOR_CA")]
    ca: Option<PathBuf>,
    /// The file in which tokens are kept, readable by you alone
    #[arg(long, value_name = "FILE", env = "GRANTOR_TOKENS")]
    tokens: Option<PathBuf>,
    /// Say each step on standard error
    #[arg(long, short)]
    verbose: bool,
}

impl NativeOptions {
    fn cache(&self) -> anyhow::Result<Arc<FileCache>> {
        let path = match &self.tokens {
            Some(path) => path.clone(),
            None => usual_file()?,
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        Ok(Arc::new(FileCache::new(path, Arc::new(SystemEntropy))))
    }

    fn http(&self) -> anyhow::Result<Arc<dyn HttpClient>> {
        let mut settings = OutgoingSettings::default();
        if let Some(file) = &self.ca {
            settings
                .extra_ca_pem
                .push(std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?);
        }
        Ok(Arc::new(Outgoing::new(&settings)?))
    }

    /// An application at an authority.
    fn application(&self, client_id: &str, authority: &str) -> anyhow::Result<Application> {
        let mut settings = AppSettings::new(client_id, authority);
        settings.issuer_rule = issuer_rule(authority);
        let application =
            Application::new(settings, self.http()?, Arc::new(SystemClock), Arc::new(SystemEntropy), self.cache()?)?;
        Ok(application.observed_by(Arc::new(Narrator { verbose: self.verbose })))
    }

    /// The account that is meant: the only one, or the one whose name or id was given.
    async fn account(&self, named: Option<&str>) -> anyhow::Result<Account> {
        let accounts = accounts_in(self.cache()?.as_ref()).await?;
        let fits = |account: &&Account| match named {
            None => true,
            Some(name) => {
                account.username.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name))
                    || account.home_account_id == name
            }
        };
        let found: Vec<&Account> = accounts.iter().filter(fits).collect();
        let known = || accounts.iter().map(shown).collect::<Vec<_>>().join(", ");
        match (found.as_slice(), named) {
            ([only], _) => Ok((*only).clone()),
            ([], _) if accounts.is_empty() => bail!("nobody is signed in; run `grantor login` first"),
            ([], Some(name)) => bail!("{name} is not signed in; signed in are: {}", known()),
            _ => bail!("several accounts are signed in; say which with --account: {}", known()),
        }
    }
}

/// How an account is shown to people.
fn shown(account: &Account) -> String {
    account.username.clone().unwrap_or_else(|| account.home_account_id.clone())
}

/// Microsoft's dialect names a tenant's id in the issuer where the address may name its domain; every other provider's issuer
/// is the authority itself.
fn issuer_rule(authority: &str) -> IssuerRule {
    if authority.trim_end_matches('/').ends_with("/v2.0") { IssuerRule::SameOrigin } else { IssuerRule::Exact }
}

fn usual_file() -> anyhow::Result<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || named("HOME").map(|home| home.join(".local").join("share"));
    let base = named("XDG_DATA_HOME")
        .or_else(home)
        .context("there is no home folder; say with --tokens where tokens are kept")?;
    Ok(base.join("grantor").join("tokens.json"))
}

/// Tells the person what is going on, on standard error: standard output is for what was asked.
struct Narrator {
    verbose: bool,
}

impl Observer for Narrator {
    fn notice(&self, event: &Event) {
        match event {
            Event::AddressReady { url } => {
                eprintln!("Your browser opens to sign you in. If it does not, open this address:\n\n  {url}\n");
            }
            Event::BrowserNotOpened { reason } => {
                eprintln!("The browser could not be opened ({reason}): open the address by hand.");
            }
            Event::ForeignResponse => eprintln!("A response that belongs to no sign-in of ours was turned away."),
            other if self.verbose => eprintln!("{other:?}"),
            _ => {}
        }
    }
}
