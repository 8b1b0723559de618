//! What an application needs of others: RESOURCE/VALUE, found in the file, in the directory or in the directory API.

use std::collections::{HashMap, HashSet};

use grantor_protocol::{ClientId, TenantId};
use grantor_rules::directory_api;
use grantor_rules::model::RequiredPermission;

use crate::application::Draft;
use crate::fields::Placed;
use crate::known::KnownApi;
use crate::report::{Problem, Report, shown};
use crate::seen::Seen;
use crate::suggest::did_you_mean;

/// What a permission may name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Scope,
    AppRole,
}

/// An application's permissions, each found.
pub(crate) struct Resolved {
    pub(crate) required: Vec<RequiredPermission>,
    pub(crate) granted: Vec<RequiredPermission>,
}

/// One tenant's applications in the file; its id where it could be read.
type DraftsOfTenant<'d, 't> = (Option<TenantId>, &'d [Draft<'t>]);

/// Every API that there is: those of the file, and those of the directory that the file does not mention.
pub(crate) struct Apis {
    graph: KnownApi,
    all: Vec<KnownApi>,
    /// By name in lower case: places in `all`.
    by_name: HashMap<String, Vec<usize>>,
}

impl Apis {
    pub(crate) fn of(drafts: &[DraftsOfTenant<'_, '_>], known: &[KnownApi]) -> Self {
        let in_file = drafts.iter().flat_map(|(_, drafts)| *drafts);
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

    /// Finds what the applications of a tenant need, one result for each.
    pub(crate) fn resolve_all(&self, tenant: Option<TenantId>, drafts: &[Draft<'_>], report: &Report) -> Vec<Resolved> {
        let one = |draft: &Draft<'_>| Resolved {
            required: self.resolve(tenant, &draft.required, Wanted::Scope, report),
            granted: self.resolve(tenant, &draft.granted, Wanted::AppRole, report),
        };
        drafts.iter().map(one).collect()
    }

    fn resolve(
        &self,
        tenant: Option<TenantId>,
        written: &[Placed<&str>],
        wanted: Wanted,
        report: &Report,
    ) -> Vec<RequiredPermission> {
        let mut seen = Seen::nothing();
        let mut found = Vec::new();
        for text in written.iter().take_while(|_| !report.is_full()) {
            match self.find(tenant, *text, wanted) {
                Ok(permission) => {
                    let what = || format!("the permission {} stands already", shown(text.value));
                    seen.add(permission.clone(), text.at, what, report);
                    found.push(permission);
                }
                Err(problem) => report.add(problem),
            }
        }
        found
    }

    fn find(
        &self,
        tenant: Option<TenantId>,
        text: Placed<&str>,
        wanted: Wanted,
    ) -> Result<RequiredPermission, Problem> {
        let (resource, value) = text.value.rsplit_once('/').ok_or_else(|| self.no_resource(text))?;
        let api = self.api(tenant, resource).ok_or_else(|| self.unknown_resource(tenant, text, resource))?;
        let values = wanted.values(api);
        match values.iter().find(|known| known.eq_ignore_ascii_case(value)) {
            Some(known) => Ok(RequiredPermission { api: api.client_id.clone(), value: (*known).to_owned() }),
            None => Err(unknown_value(api, text, resource, value, wanted)),
        }
    }

    fn api(&self, tenant: Option<TenantId>, name: &str) -> Option<&KnownApi> {
        if names_graph(name) {
            return Some(&self.graph);
        }
        self.named(name).find(|api| belongs(api, tenant))
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &KnownApi> {
        let places = self.by_name.get(&name.to_ascii_lowercase());
        places.into_iter().flatten().map(|&place| &self.all[place])
    }

    fn no_resource(&self, text: Placed<&str>) -> Problem {
        let problem =
            Problem::at(text.at, format!("the permission {} must be written RESOURCE/VALUE", shown(text.value)));
        match self.graph.scopes.iter().find(|scope| scope.eq_ignore_ascii_case(text.value)) {
            Some(scope) => problem.hint(format!("did you mean \"{}/{scope}\"?", directory_api::SHORT_NAME)),
            None => problem,
        }
    }

    fn unknown_resource(&self, tenant: Option<TenantId>, text: Placed<&str>, resource: &str) -> Problem {
        let names = self.all.iter().filter(|api| belongs(api, tenant)).filter_map(name_to_show);
        let choices = std::iter::once(directory_api::SHORT_NAME.to_owned()).chain(names).collect();
        let problem = Problem::at(text.at, format!("unknown resource {}", shown(resource)));
        let problem = match self.named(resource).next() {
            Some(_) => problem.hint("it belongs to another tenant: only APIs of the same tenant can be named"),
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
    let hint = match (wanted, is_role) {
        (Wanted::Scope, Some(_)) => Some("it is an app role: those stand in granted_app_roles".to_owned()),
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
