//! Whom an application and an API are open to at all, whatever is asked of them.

use crate::Refusal;
use crate::model::{Application, Assigned, Authority, Callers, Registration, SignInAudience, Tenant, TenantKind};
use crate::scopes::{ApiName, WantedOfApi};

/// Whether an address that stands for several tenants is one for this application.
///
/// # Errors
/// [`Refusal::SingleTenantOnly`], [`Refusal::ForPersonalAccountsAlone`].
pub fn fits_authority(application: &Application, authority: Authority) -> Result<(), Refusal> {
    match authority {
        Authority::Tenant(_) => Ok(()),
        Authority::Organizations if application.sign_in_audience == SignInAudience::PersonalOnly => {
            Err(Refusal::ForPersonalAccountsAlone { application: application.display_name.clone() })
        }
        Authority::Organizations | Authority::Common if application.is_for_several_tenants() => Ok(()),
        Authority::Organizations | Authority::Common => {
            Err(Refusal::SingleTenantOnly { application: application.display_name.clone() })
        }
    }
}

/// Whether the people of `tenant` may sign in to `client` at all.
///
/// # Errors
/// [`Refusal::AudienceExcludes`], [`Refusal::NotForPersonalAccounts`], [`Refusal::ForPersonalAccountsAlone`],
/// [`Refusal::ClientDisabled`], [`Refusal::ClientDisabledHere`].
pub fn may_be_used(client: &Registration, tenant: &Tenant) -> Result<(), Refusal> {
    let application = client.application.display_name.clone();
    if !client.application.admits(tenant) {
        return Err(match (tenant.kind, client.application.sign_in_audience) {
            (TenantKind::Consumers, _) => Refusal::NotForPersonalAccounts { application },
            (TenantKind::Organization, SignInAudience::PersonalOnly) => {
                Refusal::ForPersonalAccountsAlone { application }
            }
            (TenantKind::Organization, _) => Refusal::AudienceExcludes { application },
        });
    }
    if client.application.disabled {
        return Err(Refusal::ClientDisabled { application });
    }
    if client.is_disabled_here() {
        return Err(Refusal::ClientDisabledHere { application });
    }
    Ok(())
}

/// Whether the person is assigned, where the tenant wants that (Source: entra-dialect 12.3).
///
/// # Errors
/// [`Refusal::NotAssigned`].
pub fn assigned(client: &Registration, assigned: &Assigned) -> Result<(), Refusal> {
    if client.wants_assignment() && !assigned.is_assigned {
        return Err(Refusal::NotAssigned { application: client.application.display_name.clone() });
    }
    Ok(())
}

/// Whether tokens for an API may be issued in this tenant.
///
/// # Errors
/// [`Refusal::ApiDisabled`].
pub fn api_enabled(api: &Registration) -> Result<(), Refusal> {
    if api.is_enabled() { Ok(()) } else { Err(Refusal::ApiDisabled { api: api.application.display_name.clone() }) }
}

/// Whether an API that is for named applications alone names this one. An API is always for itself.
///
/// # Errors
/// [`Refusal::ClientNotPreAuthorized`].
pub fn pre_authorized(client: &Application, api: &Application) -> Result<(), Refusal> {
    let named = || api.pre_authorized.iter().any(|one| one.client == client.client_id);
    if api.callers == Callers::PreAuthorized && api.client_id != client.client_id && !named() {
        return Err(Refusal::ClientNotPreAuthorized { api: api.display_name.clone() });
    }
    Ok(())
}

/// Everything that an application may do with itself is asked for by its client id (Source: entra-dialect 12.2).
///
/// # Errors
/// [`Refusal::SelfByIdentifier`].
pub fn not_itself_by_identifier(client: &Application, api: &WantedOfApi) -> Result<(), Refusal> {
    let itself = api.application.client_id == client.client_id && api.all_granted.is_some();
    match &api.asked_as {
        ApiName::Identifier(name) if itself && !name.eq_ignore_ascii_case(client.client_id.as_str()) => {
            Err(Refusal::SelfByIdentifier { asked: name.clone() })
        }
        _ => Ok(()),
    }
}
