//! `grantor user show`: what is known of a person.

use grantor_flows::administration::find::Found;
use grantor_flows::administration::people;
use grantor_storage::StoredPassword;

use crate::commands::shown::{Facts, count, moment};
use crate::commands::store::Store;

/// Shows a person.
pub async fn run(store: &Store, person: &Found) -> anyhow::Result<()> {
    let ties = people::ties(store.storage.as_ref(), person).await?;
    let (user, tenant) = (&person.user, &person.tenant);
    let mut facts = Facts::of(&user.display_name);
    facts.add("signs in as", &user.user_principal_name);
    facts.add("id", user.id.to_string());
    facts.add("tenant", format!("{} ({})", tenant.domain, tenant.id));
    facts.add("state", if user.account_enabled { "enabled" } else { "disabled" });
    facts.add("password", password(ties.password.as_ref(), store.now()));
    let from = user.sessions_valid_from.map(|from| format!("those from before {} have ended", moment(from)));
    facts.add("sessions", from.unwrap_or_else(|| "none was ended".to_owned()));
    if let Some(mail) = &user.mail {
        facts.add("mail", mail);
    }
    facts.all("roles", &user.directory_roles);
    facts.all("groups", &ties.groups);
    facts.all("allows", &ties.allows);
    Ok(facts.print()?)
}

fn password(known: Option<&StoredPassword>, now: grantor_environment::Timestamp) -> String {
    let Some(known) = known else { return "none".to_owned() };
    let tries = usize::try_from(known.wrong_tries).unwrap_or(usize::MAX);
    match known.locked_until.filter(|until| *until > now) {
        Some(until) => format!("set; locked until {} after {}", moment(until), count(tries, "wrong one")),
        None if tries > 0 => format!("set; {} since the right one", count(tries, "wrong one")),
        None => "set".to_owned(),
    }
}
