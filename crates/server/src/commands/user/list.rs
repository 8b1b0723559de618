//! `grantor user list`: who there is.

use clap::Args;
use grantor_flows::administration::find;
use grantor_rules::model::User;

use crate::commands::shown::{columns, print};
use crate::commands::store::Store;

/// What `user list` takes.
#[derive(Args, Debug)]
pub struct ListOptions {
    /// Those of one tenant alone, by its id or domain
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
}

/// Lists people: id, sign-in name, name, tenant, and what has to be said of them.
pub async fn run(store: &Store, options: &ListOptions) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for tenant in find::tenants(store.storage.as_ref(), options.tenant.as_deref()).await? {
        for one in find::people_of(store.storage.tenant(tenant.id).as_ref()).await? {
            let (name, shown) = (one.user_principal_name.clone(), one.display_name.clone());
            rows.push([one.id.to_string(), name, shown, tenant.domain.clone(), notes(&one)]);
        }
    }
    Ok(print(&columns(&rows))?)
}

fn notes(user: &User) -> String {
    let disabled = (!user.account_enabled).then_some("disabled");
    disabled.into_iter().chain(user.directory_roles.iter().map(String::as_str)).collect::<Vec<_>>().join(", ")
}
