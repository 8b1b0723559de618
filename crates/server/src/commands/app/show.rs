//! `grantor app show`: what an application is, what it may do, and its credentials.

use std::collections::BTreeMap;

use clap::Args;
use grantor_environment::Timestamp;
use grantor_flows::administration::applications::{self, Named, Permissions};
use grantor_flows::administration::{credentials, find};
use grantor_rules::credentials::Ending;
use grantor_rules::model::{Application, ClientCertificate, ClientSecret, Platform, SignInAudience};

use crate::commands::shown::{Facts, day, ending, moment};
use crate::commands::store::Store;

/// What `app show` takes.
#[derive(Args, Debug)]
pub struct ShowOptions {
    /// Which application
    #[arg(value_name = "CLIENT-ID")]
    client_id: String,
}

/// Shows an application.
pub async fn run(store: &Store, options: &ShowOptions) -> anyhow::Result<()> {
    let storage = store.storage.as_ref();
    let application = find::application(storage, &options.client_id).await?;
    let tenant = find::tenants(storage, Some(&application.publisher.to_string())).await?;
    let permissions = applications::permissions(storage, &application).await?;
    let uses = credentials::last_used(storage, &application).await?;

    let mut facts = Facts::of(&application.display_name);
    facts.add("client id", application.client_id.as_str());
    let domains: Vec<&str> = tenant.iter().map(|tenant| tenant.domain.as_str()).collect();
    facts.add("tenant", format!("{} ({})", domains.join(", "), application.publisher));
    facts.add("for", audience(application.sign_in_audience));
    facts.add("state", if application.disabled { "disabled" } else { "enabled" });
    if let Some(registration) = &application.registration {
        facts.add("registered", format!("itself, {}", moment(registration.registered_at)));
    }
    if let Some(method) = application.token_endpoint_auth_method {
        facts.add("proves itself", method.as_str());
    }
    facts.all("redirects to", &redirects(&application));
    if !application.metadata.post_logout_redirect_uris.is_empty() {
        facts.all("signs out to", &application.metadata.post_logout_redirect_uris);
    }
    if let Some(grants) = &application.metadata.grant_types {
        facts.all("grants", grants);
    }
    facts.all("permissions", &permitted(&permissions));
    if !application.identifier_uris.is_empty() || !application.scopes.is_empty() || !application.app_roles.is_empty() {
        facts.all("is asked as", &application.identifier_uris);
        facts.all("offers", &offered(&application));
    }
    let now = store.now();
    facts.all("secrets", &application.secrets.iter().map(|one| secret(one, &uses, now)).collect::<Vec<_>>());
    facts.all(
        "certificates",
        &application.certificates.iter().map(|one| certificate(one, &uses, now)).collect::<Vec<_>>(),
    );
    Ok(facts.print()?)
}

const fn audience(audience: SignInAudience) -> &'static str {
    match audience {
        SignInAudience::ThisOrganization => "the people of its own tenant",
        SignInAudience::AnyOrganization => "the people of every organization",
        SignInAudience::AnyOrganizationAndPersonal => "the people of every organization, and personal accounts",
        SignInAudience::PersonalOnly => "personal accounts",
    }
}

fn redirects(application: &Application) -> Vec<String> {
    let kind = |platform| match platform {
        Platform::Web => "web",
        Platform::Spa => "single-page",
        Platform::PublicClient => "native",
    };
    application.redirects.iter().map(|one| format!("{} ({})", one.uri.as_str(), kind(one.platform))).collect()
}

fn permitted(permissions: &Permissions) -> Vec<String> {
    let told = |one: &Named, how: &str| format!("{}/{} ({how})", one.api, one.value);
    let delegated = permissions.delegated.iter().map(|one| told(one, "for people"));
    let granted = permissions.granted_app_roles.iter().map(|one| told(one, "for itself"));
    let wanted = permissions.wanted_app_roles.iter().filter(|one| !permissions.granted_app_roles.contains(one));
    let wanted = wanted.map(|one| told(one, "for itself, not granted"));
    delegated.chain(granted).chain(wanted).collect()
}

fn offered(application: &Application) -> Vec<String> {
    let off = |disabled: bool| if disabled { ", disabled" } else { "" };
    let scopes = application.scopes.iter().map(|one| format!("{} (scope{})", one.value, off(one.disabled)));
    let roles = application.app_roles.iter().map(|one| format!("{} (app role{})", one.value, off(one.disabled)));
    scopes.chain(roles).collect()
}

fn secret(secret: &ClientSecret, uses: &BTreeMap<String, Timestamp>, now: Timestamp) -> String {
    let made = secret.created_at.map(|at| format!("made {}", day(at)));
    let mut parts = vec![format!("{}… {}", secret.hint, secret.description), format!("id {}", secret.id())];
    parts.extend(made);
    parts.push(end(secret.expires_at, now));
    parts.push(used(uses.get(&secret.name())));
    parts.join(", ")
}

fn certificate(certificate: &ClientCertificate, uses: &BTreeMap<String, Timestamp>, now: Timestamp) -> String {
    let made = if certificate.starts_at > now { "begins" } else { "made" };
    let parts = [
        format!("{} {}", certificate.thumbprint(), certificate.description),
        format!("{made} {}", day(certificate.starts_at)),
        end(Some(certificate.expires_at), now),
        used(uses.get(&certificate.name())),
    ];
    parts.join(", ")
}

fn end(expires_at: Option<Timestamp>, now: Timestamp) -> String {
    let Some(at) = expires_at else { return "never ends".to_owned() };
    match ending(Ending::of(expires_at, now)) {
        Some(told) => format!("{told} ({})", moment(at)),
        None => format!("ends {}", moment(at)),
    }
}

/// A day is all that is noted of a use.
fn used(at: Option<&Timestamp>) -> String {
    at.map_or_else(|| "never used".to_owned(), |at| format!("last used {}", day(*at)))
}
