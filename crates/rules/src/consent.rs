//! What a person must be asked to allow.

use std::collections::BTreeMap;

use grantor_protocol::ClientId;

use crate::Refusal;
use crate::authorization_details::{self, DetailAsked};
use crate::directory_api;
use crate::model::{
    AppRole, Application, Consents, Registration, RequiredPermission, Risk, ScopeDefinition, TenantPolicy, Terms, User,
    UserConsent, WhoMayConsent,
};
use crate::scopes::{ResolvedScopes, SignInScope, WantedOfApi};

/// One permission that a person is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionAsked {
    /// For which application: the one that asks, or an API that asks together with it.
    pub client: ClientId,
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
    /// What somebody could do with it who means ill.
    pub risk: Risk,
    /// Whether this person may not allow it by themselves.
    pub for_administrators: bool,
    /// Whether it is an app role, which the application has without a person.
    pub as_application: bool,
}

/// What a person is asked to allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentQuestion {
    /// Each permission, in the order in which it was asked for.
    pub permissions: Vec<PermissionAsked>,
    /// Whether a yes is one for everybody in the tenant.
    pub for_everyone: bool,
    /// Whether the person may make it one for everybody in the tenant.
    pub may_be_for_everyone: bool,
    /// What is asked for in detail: a yes counts this once (RFC 9396).
    pub details: Vec<DetailAsked>,
}

/// What becomes allowed when the person says yes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Scopes.
    pub scopes: Consents,
    /// App roles.
    pub app_roles: Vec<RequiredPermission>,
}

impl ConsentQuestion {
    /// What becomes allowed, by the application that it is allowed to.
    pub fn by_client(&self) -> BTreeMap<ClientId, Allowed> {
        let mut all: BTreeMap<ClientId, Allowed> = BTreeMap::new();
        for one in &self.permissions {
            let allowed = all.entry(one.client.clone()).or_default();
            if one.as_application {
                allowed.app_roles.push(RequiredPermission { api: one.api.clone(), value: one.value.clone() });
            } else {
                allowed.scopes.allow(&one.api, [one.value.clone()]);
            }
        }
        all
    }
}

/// What there is to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing: the request may go on.
    Nothing,
    /// Whether the person allows this.
    Consent(ConsentQuestion),
    /// The person may not allow it. Whether they want to ask somebody who may.
    Approval(ConsentQuestion),
}

/// What the question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The permissions that are not allowed yet.
    WhatIsMissing,
    /// All of them, allowed or not (`prompt=consent`).
    Everything,
    /// All of them, for everybody in the tenant, app roles included.
    ForEveryone,
    /// The permissions that are not allowed yet, after an administrator's yes for everybody: where an application requires
    /// nothing of an API but app roles, nothing is left.
    MissingForEveryone,
}

impl Ask {
    const fn for_everyone(self) -> bool {
        matches!(self, Self::ForEveryone | Self::MissingForEveryone)
    }

    const fn for_what_is_missing(self) -> bool {
        matches!(self, Self::WhatIsMissing | Self::MissingForEveryone)
    }
}

/// What the question is made from.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The application that asks.
    pub application: &'a Application,
    /// Whether the tenant has let it in.
    pub is_here: bool,
    /// For what.
    pub scopes: &'a ResolvedScopes,
    /// What is asked for beside permissions: claims by name, and what nobody has said yes to yet in detail.
    pub terms: &'a Terms,
    /// What is allowed already.
    pub consents: &'a Consents,
    /// The APIs of the required permissions, of the application's own and of those of the APIs that ask together with it.
    pub required_apis: &'a BTreeMap<ClientId, Registration>,
    /// Who is asked.
    pub person: &'a User,
    /// What the tenant lets people allow.
    pub policy: TenantPolicy,
}

/// What must be asked.
///
/// # Errors
/// [`Refusal::ApiNotRequired`], [`Refusal::NothingRequired`] or [`Refusal::RequiredPermissionsGone`] when everything granted on an
/// API is asked for and neither is anything granted nor required that the API has;
/// [`Refusal::AuthorizationDetailsInvalid`].
///
/// Source: entra-dialect 12.2 to 12.5.
pub fn question(facts: &Facts<'_>, ask: Ask) -> Result<Asked, Refusal> {
    let mut list = List { facts, permissions: Vec::new() };
    for of_api in &facts.scopes.apis {
        list.wanted(of_api, ask)?;
    }
    // Source: entra-dialect 12.4: an administrator who is asked for nothing by name is asked for everything required.
    if ask == Ask::ForEveryone && facts.scopes.apis.is_empty() {
        list.required_of(facts.application, ask);
    }
    let directory = directory_api::application();
    for scope in facts.scopes.sign_in.union(&facts.terms.claims.covered_by()) {
        list.scope(&facts.application.client_id, &directory, scope.as_str());
    }
    // Nobody has let it in, or it asks for itself alone and the person has allowed it nothing: somebody must say yes, even where
    // it asks for nothing that needs a yes, since every token tells its reader who the person is.
    if !facts.is_here || (!ask.for_everyone() && asks_for_itself_alone(facts)) {
        list.scope(&facts.application.client_id, &directory, SignInScope::OpenId.as_str());
    }
    let mut permissions = list.permissions;
    if ask.for_what_is_missing() {
        permissions
            .retain(|one| one.client != facts.application.client_id || !facts.consents.covers(&one.api, &one.value));
    }
    let details = authorization_details::asked(facts.application, facts.scopes, &facts.terms.authorization_details)?;
    if permissions.is_empty() && details.is_empty() {
        return Ok(Asked::Nothing);
    }
    let may_do_anything = facts.person.may_consent_for_administrators();
    let question = ConsentQuestion {
        for_everyone: ask == Ask::ForEveryone,
        // What is asked for in detail is asked of this person.
        may_be_for_everyone: may_do_anything && ask != Ask::ForEveryone && details.is_empty(),
        permissions,
        details,
    };
    let beyond_them = ask == Ask::ForEveryone || question.permissions.iter().any(|one| one.for_administrators);
    let of_the_directory = |one: &PermissionAsked| one.as_application && one.api == directory.client_id;
    let may = may_do_anything
        && (facts.person.may_grant_roles_in_the_directory() || !question.permissions.iter().any(of_the_directory));
    Ok(if beyond_them && !may { Asked::Approval(question) } else { Asked::Consent(question) })
}

fn asks_for_itself_alone(facts: &Facts<'_>) -> bool {
    let itself =
        |one: &WantedOfApi| one.all_granted.is_some() && one.application.client_id == facts.application.client_id;
    let apis = &facts.scopes.apis;
    facts.consents.is_empty() && !apis.is_empty() && apis.iter().all(itself)
}

struct List<'a> {
    facts: &'a Facts<'a>,
    permissions: Vec<PermissionAsked>,
}

impl List<'_> {
    fn wanted(&mut self, of_api: &WantedOfApi, ask: Ask) -> Result<(), Refusal> {
        let client = &self.facts.application.client_id;
        for (value, _) in &of_api.named {
            self.scope(client, &of_api.application, value);
        }
        if of_api.all_granted.is_none() {
            return Ok(());
        }
        if of_api.application.client_id == *client {
            // It has everything of itself; for everybody, what it needs of others is meant (Source: entra-dialect 12.4).
            if ask == Ask::ForEveryone {
                self.required_of(self.facts.application, ask);
            }
            return Ok(());
        }
        // What a token could carry: the permissions of signing in are not among it, allowed or not.
        let granted = allowed_of(of_api, self.facts.consents);
        if ask.for_what_is_missing() && !granted.is_empty() {
            return Ok(());
        }
        self.everything_required(of_api, &granted, ask)
    }

    fn everything_required(&mut self, of_api: &WantedOfApi, granted: &[String], ask: Ask) -> Result<(), Refusal> {
        let (application, api) = (self.facts.application, &of_api.application);
        // Permissions that the API no longer has cannot be allowed: a code for them alone would buy nothing.
        let buys = |value: &str| api.scope(value).is_some() && SignInScope::parse(value).is_none();
        let needed = application.required_permissions.iter().any(|one| one.api == api.client_id && buys(&one.value));
        let roles = ask.for_everyone() && application.required_app_roles.iter().any(|one| one.api == api.client_id);
        if !needed && !roles && granted.is_empty() {
            return Err(not_required(application, api));
        }
        if !needed {
            for value in granted {
                self.scope(&application.client_id, api, value);
            }
        }
        self.required_of(application, ask);
        // Source: entra-dialect 12.5: one question for both, where the API names the application.
        if api.known_client_applications.contains(&application.client_id) && api.publisher == application.publisher {
            self.required_of(api, ask);
        }
        Ok(())
    }

    fn required_of(&mut self, client: &Application, ask: Ask) {
        let apis = self.facts.required_apis;
        for required in &client.required_permissions {
            if let Some(api) = apis.get(&required.api) {
                self.scope(&client.client_id, &api.application, &required.value);
            }
        }
        if ask != Ask::ForEveryone {
            return;
        }
        for required in &client.required_app_roles {
            let Some(api) = apis.get(&required.api) else { continue };
            if let Some(role) = api.application.app_role(&required.value).filter(|role| role.for_applications) {
                self.add(for_application(&client.client_id, &api.application, role));
            }
        }
    }

    fn scope(&mut self, client: &ClientId, api: &Application, value: &str) {
        // A permission that its API no longer has is nothing that anybody could allow.
        let Some(scope) = api.scope(value) else { return };
        let known =
            *client == self.facts.application.client_id && self.facts.consents.covers(&api.client_id, &scope.value);
        let for_administrators = !known && !may_allow(self.facts.policy, scope);
        self.add(PermissionAsked {
            client: client.clone(),
            api: api.client_id.clone(),
            api_name: api.display_name.clone(),
            value: scope.value.clone(),
            words: scope.words_for_people().to_owned(),
            description: scope.user_consent_description.clone(),
            risk: scope.risk,
            for_administrators,
            as_application: false,
        });
    }

    fn add(&mut self, asked: PermissionAsked) {
        if !self.permissions.contains(&asked) {
            self.permissions.push(asked);
        }
    }
}

/// Why an application's registration does not let it ask for everything that it is granted on an API.
fn not_required(application: &Application, api: &Application) -> Refusal {
    let api_name = api.display_name.clone();
    let of_api = application.required_permissions.iter().filter(|one| one.api == api.client_id);
    let gone: Vec<String> = of_api.filter(|one| api.scope(&one.value).is_none()).map(|one| one.value.clone()).collect();
    if !gone.is_empty() {
        Refusal::RequiredPermissionsGone { api: api_name, required: gone }
    } else if application.required_permissions.is_empty() && application.required_app_roles.is_empty() {
        Refusal::NothingRequired { application: application.display_name.clone(), api: api_name }
    } else {
        Refusal::ApiNotRequired { api: api_name }
    }
}

fn for_application(client: &ClientId, api: &Application, role: &AppRole) -> PermissionAsked {
    PermissionAsked {
        client: client.clone(),
        api: api.client_id.clone(),
        api_name: api.display_name.clone(),
        value: role.value.clone(),
        words: role.display_name.clone(),
        description: role.description.clone(),
        risk: Risk::High,
        for_administrators: true,
        as_application: true,
    }
}

/// Whether a person may allow a permission for themselves.
fn may_allow(policy: TenantPolicy, scope: &ScopeDefinition) -> bool {
    let allowed = match policy.user_consent {
        UserConsent::Allowed => true,
        UserConsent::LowRiskOnly => scope.risk == Risk::Low,
        UserConsent::NotAllowed => false,
    };
    allowed && scope.consent == WhoMayConsent::User
}

/// What a person allows an application, with what nobody needs to be asked for: the scopes that an API has given it beforehand
/// (Source: entra-dialect 12.5). Only an API that somebody has let in may give anything: otherwise a stranger who registers an
/// application and an API could have tokens of everybody.
pub fn effective(mut consents: Consents, client: &Application, scopes: &ResolvedScopes) -> Consents {
    for of_api in scopes.apis.iter().filter(|of_api| of_api.registration().is_here()) {
        let api = &of_api.application;
        let given = api.pre_authorized_for(&client.client_id).filter_map(|value| api.scope(value));
        consents.allow(&api.client_id, given.map(|scope| scope.value.clone()));
    }
    consents
}

/// Which permissions of one API a token may carry: asked for, allowed, and still existing.
pub fn allowed_of(of_api: &WantedOfApi, consents: &Consents) -> Vec<String> {
    let api = &of_api.application;
    // By its own name: one that differs in case has been renamed since, and is another permission.
    let still_exists = |value: &str| api.scope(value).is_some_and(|scope| scope.value == value);
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
