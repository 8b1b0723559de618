//! What a person must be asked to allow.

use std::collections::BTreeMap;
use std::sync::Arc;

use grantor_protocol::ClientId;

use crate::Refusal;
use crate::directory_api;
use crate::model::{Application, Consents, User, WhoMayConsent};
use crate::scopes::{ResolvedScopes, SignInScope, WantedOfApi};

/// One permission that a person is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionAsked {
    /// Of which API.
    pub api: ClientId,
    /// The API's name.
    pub api_name: String,
    /// The permission's name.
    pub value: String,
    /// What the person reads.
    pub words: String,
    /// What the person reads below it.
    pub description: Option<String>,
    /// Whether only an administrator may allow it.
    pub for_administrators: bool,
}

/// What a person is asked to allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentQuestion {
    /// Each permission, in the order in which it was asked for.
    pub permissions: Vec<PermissionAsked>,
}

impl ConsentQuestion {
    /// The permissions by API: what is recorded when the person says yes.
    pub fn by_api(&self) -> Consents {
        let mut consents = Consents::default();
        for permission in &self.permissions {
            consents.allow(&permission.api, [permission.value.clone()]);
        }
        consents
    }
}

/// Which permissions a request asks a person for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Those that are not allowed yet.
    WhatIsMissing,
    /// All of them, allowed or not (`prompt=consent`).
    Everything,
}

/// The permissions that must be asked for; none if the request may go on. `required_apis` holds the APIs of the
/// application's required permissions, which everything granted (`.default`) means where nothing is granted yet.
///
/// # Errors
/// [`Refusal::ApiNotRequired`] when everything granted on an API is asked for and neither is anything granted nor required,
/// [`Refusal::AdministratorMustConsent`] when something is for administrators and the person is none.
///
/// Source: entra-dialect 12.2 and 12.3.
pub fn question(
    application: &Application,
    scopes: &ResolvedScopes,
    consents: &Consents,
    required_apis: &BTreeMap<ClientId, Arc<Application>>,
    person: &User,
    ask: Ask,
) -> Result<Option<ConsentQuestion>, Refusal> {
    let directory = directory_api::application();
    let mut permissions = Vec::new();
    for of_api in &scopes.apis {
        for (value, _) in &of_api.named {
            add(&mut permissions, &of_api.application, value);
        }
        if of_api.all_granted.is_some() {
            // What a token could carry: the permissions of signing in are not among it, allowed or not.
            let granted = allowed_of(of_api, consents);
            if granted.is_empty() || ask == Ask::Everything {
                everything_required(application, of_api, &granted, required_apis, &mut permissions)?;
            }
        }
    }
    for scope in &scopes.sign_in {
        add(&mut permissions, &directory, scope.as_str());
    }
    if ask == Ask::WhatIsMissing {
        permissions.retain(|permission| !consents.covers(&permission.api, &permission.value));
    }
    let for_administrators: Vec<String> = permissions
        .iter()
        .filter(|permission| permission.for_administrators && !consents.covers(&permission.api, &permission.value))
        .map(|permission| format!("{} · {}", permission.api_name, permission.value))
        .collect();
    if !for_administrators.is_empty() && !person.may_consent_for_administrators() {
        return Err(Refusal::AdministratorMustConsent { permissions: for_administrators });
    }
    Ok((!permissions.is_empty()).then_some(ConsentQuestion { permissions }))
}

fn everything_required(
    application: &Application,
    of_api: &WantedOfApi,
    granted: &[String],
    required_apis: &BTreeMap<ClientId, Arc<Application>>,
    permissions: &mut Vec<PermissionAsked>,
) -> Result<(), Refusal> {
    // Required app roles, and permissions that the API no longer has, cannot be allowed by a person: a code for them alone
    // would buy nothing.
    let api = &of_api.application;
    let buys = |value: &str| api.scope(value).is_some() && SignInScope::parse(value).is_none();
    let needed = application.required_permissions.iter().any(|one| one.api == api.client_id && buys(&one.value));
    if !needed && granted.is_empty() {
        return Err(Refusal::ApiNotRequired { api: api.display_name.clone() });
    }
    if !needed {
        for value in granted {
            add(permissions, api, value);
        }
    }
    for required in &application.required_permissions {
        if let Some(api) = required_apis.get(&required.api) {
            add(permissions, api, &required.value);
        }
    }
    Ok(())
}

fn add(permissions: &mut Vec<PermissionAsked>, api: &Application, value: &str) {
    // A required permission that its API no longer has is nothing that anybody could allow.
    let Some(scope) = api.scope(value) else { return };
    let asked = PermissionAsked {
        api: api.client_id.clone(),
        api_name: api.display_name.clone(),
        value: scope.value.clone(),
        words: scope.words_for_people().to_owned(),
        description: scope.user_consent_description.clone(),
        for_administrators: scope.consent == WhoMayConsent::Admin,
    };
    if !permissions.contains(&asked) {
        permissions.push(asked);
    }
}

/// Which permissions of one API a token may carry: asked for, allowed, and still existing.
pub fn allowed_of(of_api: &WantedOfApi, consents: &Consents) -> Vec<String> {
    let api = &of_api.application;
    let still_exists = |value: &str| api.scope(value).is_some();
    if of_api.all_granted.is_some() {
        let sign_in = |value: &str| SignInScope::parse(value).is_some();
        return consents
            .of(&api.client_id)
            .filter(|value| still_exists(value) && !sign_in(value))
            .map(str::to_owned)
            .collect();
    }
    let mut allowed: Vec<String> = Vec::new();
    for (value, _) in &of_api.named {
        // One permission may be asked for in two spellings.
        if consents.covers(&api.client_id, value) && still_exists(value) && !allowed.contains(value) {
            allowed.push(value.clone());
        }
    }
    allowed
}
