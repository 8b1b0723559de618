//! Who and what is named: applications by client id, and permissions as RESOURCE/VALUE, found in the file, in the directory or
//! in the directory API.

use std::collections::{HashMap, HashSet};

use grantor_protocol::{ClientId, TenantId};
use grantor_rules::directory::{WantedApplication, WantedConsent, WantedPrincipal};
use grantor_rules::directory_api;
use grantor_rules::model::RequiredPermission;

use crate::fields::Placed;
use crate::known::KnownApi;
use crate::report::{Problem, Report, shown};
use crate::seen::Seen;
use crate::suggest::did_you_mean;
use crate::{application, assigned, consent, principal};

/// Why an application of another tenant cannot be named.
const KEPT_AT_HOME: &str = "its sign_in_audience keeps it to that tenant";

/// What a permission may name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Scope,
    AppRole,
}

/// Every API that there is: those of the file, and those of the directory that the file does not mention.
pub(crate) struct Apis {
    graph: KnownApi,
    all: Vec<KnownApi>,
    /// By name in lower case: places in `all`.
    by_name: HashMap<String, Vec<usize>>,
}

impl Apis {
    pub(crate) fn of(drafts: &[&application::Draft<'_>], known: &[KnownApi]) -> Self {
        let in_file = drafts.iter();
        let mentioned: HashSet<&ClientId> = in_file.clone().filter_map(|draft| draft.client_id.as_ref()).collect();
        let unmentioned = known.iter().filter(|api| !mentioned.contains(&api.client_id)).cloned();
        let all: Vec<KnownApi> =
            in_file.map(|draft| KnownApi::from(&draft.wanted.application)).chain(unmentioned).collect();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, api) in all.iter().enumerate() {
            for name in api.identifier_uris.iter().map(String::as_str).chain([api.client_id.as_str()]) {
                by_name.entry(name.to_ascii_lowercase()).or_default().push(place);
            }
        }
        Self { graph: KnownApi::from(&*directory_api::application()), all, by_name }
    }

    fn api(&self, tenant: Option<TenantId>, name: &str) -> Option<&KnownApi> {
        if names_graph(name) {
            return Some(&self.graph);
        }
        let at_home = self.named(name).find(|api| belongs(api, tenant));
        at_home.or_else(|| self.named(name).find(|api| api.is_for_several_tenants))
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &KnownApi> {
        let places = self.by_name.get(&name.to_ascii_lowercase());
        places.into_iter().flatten().map(|&place| &self.all[place])
    }

    fn with_client_id(&self, id: &ClientId) -> Option<&KnownApi> {
        self.named(id.as_str()).find(|api| api.client_id == *id)
    }
}

/// What can be named in one tenant; its id where it could be read.
pub(crate) struct Here<'a> {
    pub(crate) apis: &'a Apis,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) report: &'a Report,
}

impl Here<'_> {
    /// With the permissions that it names.
    pub(crate) fn application(&self, draft: application::Draft<'_>) -> WantedApplication {
        let mut wanted = draft.wanted;
        wanted.application.required_permissions = self.permissions(&draft.required, Wanted::Scope);
        wanted.application.required_app_roles = self.permissions(&draft.required_roles, Wanted::AppRole);
        wanted.application.granted_app_roles = self.permissions(&draft.granted, Wanted::AppRole);
        wanted
    }

    /// With the permissions that it names, if its application may stand in this tenant.
    pub(crate) fn principal(&self, draft: principal::Draft<'_>) -> WantedPrincipal {
        let application = draft.client_id.as_ref().and_then(|id| self.application_of_another_tenant(id));
        if let Some(application) = application {
            assigned::roles_exist(&draft.assigned, &application.roles_for_users(), self.report);
        }
        WantedPrincipal {
            granted_app_roles: self.permissions(&draft.granted, Wanted::AppRole),
            assigned: draft.assigned.into_iter().map(|named| named.wanted).collect(),
            ..draft.wanted
        }
    }

    /// With the permissions that it names, if its application can be known in this tenant.
    pub(crate) fn consent(&self, draft: consent::Draft<'_>) -> WantedConsent {
        if let Some(id) = &draft.client_id {
            let reachable = |api: &KnownApi| belongs(api, self.tenant) || api.is_for_several_tenants;
            self.known(id, reachable);
        }
        WantedConsent { permissions: self.permissions(&draft.permissions, Wanted::Scope), ..draft.wanted }
    }

    fn application_of_another_tenant(&self, id: &Placed<ClientId>) -> Option<&KnownApi> {
        let is_foreign = |api: &KnownApi| Some(api.tenant) != self.tenant && api.is_for_several_tenants;
        self.known(id, is_foreign)
    }

    /// The application with this client id, if it is one that can be named here; else it is reported why not.
    fn known(&self, id: &Placed<ClientId>, can_be_named: impl Fn(&KnownApi) -> bool) -> Option<&KnownApi> {
        let found = self.apis.with_client_id(&id.value);
        if let Some(api) = found.filter(|api| can_be_named(api)) {
            return Some(api);
        }
        let name = shown(id.value.as_str());
        let choices: Vec<String> =
            self.apis.all.iter().filter(|api| can_be_named(api)).map(|api| api.client_id.to_string()).collect();
        let problem = if id.value == directory_api::client_id() {
            Problem::at(id.at, format!("{name} is the built-in directory API, which is in every tenant"))
        } else if found.is_some_and(|api| Some(api.tenant) == self.tenant) {
            let what =
                format!("the application {name} is registered in this tenant, where it needs no service principal");
            Problem::at(id.at, what).hint("what is said of it stands in its [[tenant.application]]")
        } else if found.is_some() {
            Problem::at(id.at, format!("the application {name} belongs to another tenant"))
                .hint(KEPT_AT_HOME)
                .choices("", choices)
        } else {
            let what = format!("no application that can be named here has the client_id {name}");
            Problem::at(id.at, what).choices(id.value.as_str(), choices)
        };
        self.report.add(problem);
        None
    }

    fn permissions(&self, written: &[Placed<&str>], wanted: Wanted) -> Vec<RequiredPermission> {
        let mut seen = Seen::nothing();
        let mut found = Vec::new();
        for text in written.iter().take_while(|_| !self.report.is_full()) {
            match self.find(*text, wanted) {
                Ok(permission) => {
                    let what = || format!("the permission {} stands already", shown(text.value));
                    seen.add(permission.clone(), text.at, what, self.report);
                    found.push(permission);
                }
                Err(problem) => self.report.add(problem),
            }
        }
        found
    }

    fn find(&self, text: Placed<&str>, wanted: Wanted) -> Result<RequiredPermission, Problem> {
        let (resource, value) = text.value.rsplit_once('/').ok_or_else(|| self.no_resource(text))?;
        let api = self.apis.api(self.tenant, resource).ok_or_else(|| self.unknown_resource(text, resource))?;
        let values = wanted.values(api);
        match values.iter().find(|known| known.eq_ignore_ascii_case(value)) {
            Some(known) => Ok(RequiredPermission { api: api.client_id.clone(), value: (*known).to_owned() }),
            None => Err(unknown_value(api, text, resource, value, wanted)),
        }
    }

    fn no_resource(&self, text: Placed<&str>) -> Problem {
        let problem =
            Problem::at(text.at, format!("the permission {} must be written RESOURCE/VALUE", shown(text.value)));
        match self.apis.graph.scopes.iter().find(|scope| scope.eq_ignore_ascii_case(text.value)) {
            Some(scope) => problem.hint(format!("did you mean \"{}/{scope}\"?", directory_api::SHORT_NAME)),
            None => problem,
        }
    }

    fn unknown_resource(&self, text: Placed<&str>, resource: &str) -> Problem {
        let nameable = |api: &&KnownApi| belongs(api, self.tenant) || api.is_for_several_tenants;
        let names = self.apis.all.iter().filter(nameable).filter_map(name_to_show);
        let choices = std::iter::once(directory_api::SHORT_NAME.to_owned()).chain(names).collect();
        let problem = Problem::at(text.at, format!("unknown resource {}", shown(resource)));
        let problem = match self.apis.named(resource).next() {
            Some(_) => problem.hint(format!("it belongs to another tenant: {KEPT_AT_HOME}")),
            None => problem,
        };
        problem.choices(resource, choices)
    }
}

impl Wanted {
    fn values(self, api: &KnownApi) -> Vec<&str> {
        match self {
            Self::Scope => api.scopes.iter().map(String::as_str).collect(),
            Self::AppRole => {
                api.app_roles.iter().filter(|role| role.for_applications).map(|role| role.value.as_str()).collect()
            }
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Scope => "scope",
            Self::AppRole => "app role for applications",
        }
    }
}

fn unknown_value(api: &KnownApi, text: Placed<&str>, resource: &str, value: &str, wanted: Wanted) -> Problem {
    let values = wanted.values(api);
    let what = match (wanted.noun(), values.is_empty()) {
        (noun, true) => format!("{} has no {noun}, so not {} either", shown(resource), shown(value)),
        (noun, false) => format!("{} has no {noun} {}", shown(resource), shown(value)),
    };
    let is_scope = api.scopes.iter().any(|scope| scope.eq_ignore_ascii_case(value));
    let is_role = api.app_roles.iter().find(|role| role.value.eq_ignore_ascii_case(value));
    let is_off = api.disabled.iter().any(|off| off.eq_ignore_ascii_case(value));
    let hint = match (wanted, is_role) {
        (_, None) if is_off && !is_scope => Some("it is switched off".to_owned()),
        (Wanted::Scope, Some(_)) => {
            Some("it is an app role: those stand in required_app_roles and granted_app_roles".to_owned())
        }
        (Wanted::AppRole, Some(_)) => Some("its allowed_member_types leave Application out".to_owned()),
        (Wanted::AppRole, None) if is_scope => Some("it is a scope: those stand in required_permissions".to_owned()),
        _ => did_you_mean(value, values.iter().copied()),
    };
    let problem = Problem::at(text.at, what);
    let problem = match hint {
        Some(hint) => problem.hint(hint),
        None => problem,
    };
    problem.choices("", values.into_iter().map(str::to_owned).collect())
}

/// Where the tenant's id could not be read, no API is called foreign: one error is enough.
fn belongs(api: &KnownApi, tenant: Option<TenantId>) -> bool {
    tenant.is_none_or(|tenant| api.tenant == tenant)
}

fn names_graph(name: &str) -> bool {
    name == directory_api::SHORT_NAME
        || name.eq_ignore_ascii_case(directory_api::WELL_KNOWN_URI)
        || name.eq_ignore_ascii_case(directory_api::CLIENT_ID)
}

/// What an error calls an API; nothing where it has no permission to name.
fn name_to_show(api: &KnownApi) -> Option<String> {
    let has_any = !api.scopes.is_empty() || !api.app_roles.is_empty();
    has_any.then(|| api.identifier_uris.first().cloned().unwrap_or_else(|| api.client_id.to_string()))
}
