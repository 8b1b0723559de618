//! `grantor tenant …`: looks after tenants.

use std::time::Duration;

use clap::{Args, Subcommand};
use grantor_environment::parse_length;
use grantor_flows::administration::find;
use grantor_flows::{registration, start};
use grantor_rules::model::RegistrationOpenTo;
use grantor_rules::registration::{MOST_USES, TOKEN_LIFETIMES};

use super::shown::{moment, print};
use super::store::{IfMissing, StoreOptions};

/// What `tenant` takes.
#[derive(Args, Debug)]
pub struct TenantOptions {
    #[command(flatten)]
    store: StoreOptions,
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// Make a token with which applications register themselves; it is printed once and kept nowhere
    RegistrationToken(TokenOptions),
}

/// What `tenant registration-token` takes.
#[derive(Args, Debug)]
struct TokenOptions {
    /// In which tenant, by its id or domain
    #[arg(value_name = "TENANT")]
    tenant: String,
    /// How many applications may register with it
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=i64::from(MOST_USES)))]
    uses: u16,
    /// How long it lives: a whole number and m, h or d, ninety days (90d) at most
    #[arg(long, value_name = "LENGTH", default_value = "1d", value_parser = length)]
    lifetime: Duration,
}

fn length(text: &str) -> Result<Duration, String> {
    let length = parse_length(text).ok_or("expected a whole number and m, h or d, as in 1d")?;
    if TOKEN_LIFETIMES.contains(&length) {
        Ok(length)
    } else {
        Err("a registration token lives from 1m to 90d".to_owned())
    }
}

/// Does what is asked of a tenant.
///
/// # Errors
/// One line that says what is in the way.
pub async fn run(options: TenantOptions) -> anyhow::Result<()> {
    let store = options.store.open(IfMissing::Refuse).await?;
    let Act::RegistrationToken(asked) = options.act;
    let (storage, entropy) = (store.storage.as_ref(), store.entropy.as_ref());
    let found = find::tenants(storage, Some(&asked.tenant)).await?;
    let Some(tenant) = found.first() else { anyhow::bail!("there is no tenant {}", asked.tenant) };
    let key = start::initial_access_tokens(storage, &store.master_key().await?, entropy).await?;
    let (token, end) =
        registration::initial_access_token(&key, entropy, tenant.id, asked.uses, store.now() + asked.lifetime);
    let how_often = if asked.uses == 1 { "once".to_owned() } else { format!("{} times", asked.uses) };
    eprintln!(
        "Applications can register themselves in {} with it, {how_often}, until {}. It is shown this once and kept nowhere.",
        tenant.domain,
        moment(end)
    );
    if tenant.client_registration.open_to == RegistrationOpenTo::Nobody {
        eprintln!(
            "The policy of {} takes no registration yet: client_registration = \"with-initial-access-token\".",
            tenant.domain
        );
    }
    Ok(print(&format!("{}\n", token.expose()))?)
}
