//! `[[tenant.application]]`: what may ask for tokens, and what tokens are asked for.

use std::collections::{HashMap, HashSet};

use grantor_protocol::{ClientId, TenantId};
use grantor_rules::directory::WantedApplication;
use grantor_rules::directory_api;
use grantor_rules::model::{
    AccessTokenFormat, Application, AuthMethod, Callers, FrontChannel, Profile, RefreshRotation, SignInAudience,
    SigningAlg, TokenVersion,
};
use uuid::Uuid;

use crate::choice::one_of;
use crate::fields::{Fields, Kind, Placed};
use crate::known::KnownApi;
use crate::people::People;
use crate::report::{Problem, Report, shown};
use crate::seen::Seen;
use crate::{
    addresses, api, assigned, certificates, claims, client_metadata, detail_types, identifier_uri, lifetimes,
    pre_authorized, redirects, secrets, text, token_exchange,
};

pub(crate) const APPLICATION: Kind = Kind {
    name: "an application",
    header: "[[tenant.application]]",
    keys: &[
        "client_id",
        "display_name",
        "sign_in_audience",
        "web_redirect_uris",
        "spa_redirect_uris",
        "public_client_redirect_uris",
        "allow_public_client_flows",
        "identifier_uris",
        "access_token_version",
        "access_token_signing_alg",
        "scope",
        "app_role",
        "authorization_detail_type",
        "pre_authorized",
        "callers",
        "known_client_applications",
        "secrets",
        "certificates",
        "required_permissions",
        "required_app_roles",
        "granted_app_roles",
        "assigned",
        "assignment_required",
        "disabled",
        "id_token_issuance",
        "access_token_issuance",
        "front_channel_logout_uri",
        "id_token_signing_alg",
        "token_endpoint_auth_method",
        "client_metadata",
        "profile",
        "access_token_format",
        "token_exchange",
        "may_act",
        "refresh_tokens",
        "lifetimes",
        "optional_claims",
        "group_membership_claims",
        "claim_mappings",
        "home_page_uri",
        "terms_uri",
        "privacy_uri",
        "logo_uri",
    ],
    not_keys: &[],
};

const AUDIENCES: [(&str, SignInAudience); 4] = [
    ("this-organization", SignInAudience::ThisOrganization),
    ("any-organization", SignInAudience::AnyOrganization),
    ("any-organization-and-personal", SignInAudience::AnyOrganizationAndPersonal),
    ("personal-only", SignInAudience::PersonalOnly),
];

const CALLERS: [(&str, Callers); 2] = [("any", Callers::Any), ("pre-authorized", Callers::PreAuthorized)];
const ROTATIONS: [(&str, RefreshRotation); 3] = [
    ("rotate-and-revoke", RefreshRotation::RotateAndRevoke),
    ("rotate-and-keep", RefreshRotation::RotateAndKeep),
    ("stay", RefreshRotation::Stay),
];

/// An application whose permissions have not been resolved yet.
pub(crate) struct Draft<'t> {
    /// What could be read of it; what could not has been reported.
    pub(crate) wanted: WantedApplication,
    /// Its client id, if that could be read.
    pub(crate) client_id: Option<ClientId>,
    /// Its identifier URIs where they stand.
    pub(crate) identifier_uris: Vec<Placed<&'t str>>,
    /// Required permissions as they were written.
    pub(crate) required: Vec<Placed<&'t str>>,
    /// Required app roles as they were written.
    pub(crate) required_roles: Vec<Placed<&'t str>>,
    /// Granted app roles as they were written.
    pub(crate) granted: Vec<Placed<&'t str>>,
}

/// The names of the whole file: those that no two tenants can have.
pub(crate) struct SeenNames {
    client_ids: Seen<ClientId>,
    /// The identifier URIs of applications that are for several tenants.
    identifier_uris: Seen<String>,
}

impl SeenNames {
    pub(crate) fn nothing() -> Self {
        Self { client_ids: Seen::nothing(), identifier_uris: Seen::nothing() }
    }
}

/// Reads the applications of a tenant.
pub(crate) fn read_all<'t>(
    tenant: &Fields<'t>,
    publisher: Option<TenantId>,
    known: &[KnownApi],
    people: &People<'_>,
    seen: &mut SeenNames,
) -> Vec<Draft<'t>> {
    let mut identifier_uris = Seen::nothing();
    let read = |fields: &Fields<'t>| {
        let client_id = client_id(fields, publisher, known, &mut seen.client_ids);
        let draft = read_one(fields, publisher, client_id, people);
        for uri in &draft.identifier_uris {
            let what = || format!("the identifier URI {} stands already", shown(uri.value));
            identifier_uris.add(uri.value.to_ascii_lowercase(), uri.at, what, fields.report);
            if draft.wanted.application.is_for_several_tenants() {
                seen.identifier_uris.add(uri.value.to_ascii_lowercase(), uri.at, what, fields.report);
            }
        }
        draft
    };
    tenant.tables("application", &APPLICATION).iter().map(read).collect()
}

fn read_one<'t>(
    fields: &Fields<'t>,
    publisher: Option<TenantId>,
    client_id: Option<ClientId>,
    people: &People<'_>,
) -> Draft<'t> {
    let report = fields.report;
    let display_name = text::required_name(fields, "display_name");
    let sign_in_audience = fields
        .text("sign_in_audience")
        .and_then(|word| one_of(word, "sign_in_audience", &AUDIENCES, report))
        .unwrap_or(SignInAudience::ThisOrganization);
    let registered = Application::new(
        client_id.clone().unwrap_or_else(text::no_client_id),
        publisher.unwrap_or(TenantId::from_uuid(Uuid::nil())),
        &display_name,
    );
    let registered = Application {
        sign_in_audience,
        information: addresses::information(fields),
        disabled: fields.flag("disabled").unwrap_or(false),
        ..registered
    };
    let identifier_uris = identifier_uris(fields);
    let registered = Application {
        identifier_uris: identifier_uris.iter().map(|uri| uri.value.to_owned()).collect(),
        ..as_api(fields, client_id.as_ref(), registered)
    };
    let application = as_client(fields, registered);
    client_metadata::check(fields, &application);
    let assigned = assigned::read_all(fields, &assigned::TO_APPLICATION, people);
    assigned::roles_exist(&assigned, &KnownApi::from(&application).roles_for_users(), report);
    Draft {
        wanted: WantedApplication {
            application,
            secrets: secrets::of_application(fields),
            assigned: assigned.into_iter().map(|named| named.wanted).collect(),
        },
        client_id,
        identifier_uris,
        required: fields.texts("required_permissions"),
        required_roles: fields.texts("required_app_roles"),
        granted: fields.texts("granted_app_roles"),
    }
}

/// With what the application is to those who ask for tokens for it.
fn as_api(fields: &Fields<'_>, client_id: Option<&ClientId>, registered: Application) -> Application {
    let (scopes, app_roles) = api::of_application(fields, client_id);
    Application {
        access_token_version: access_token_version(fields, registered.sign_in_audience),
        access_token_signing_alg: fields
            .text("access_token_signing_alg")
            .and_then(|word| one_of(word, "access_token_signing_alg", &SigningAlg::NAMES, fields.report))
            .unwrap_or_default(),
        access_token_format: fields
            .text("access_token_format")
            .and_then(|word| one_of(word, "access_token_format", AccessTokenFormat::NAMES, fields.report))
            .unwrap_or_default(),
        pre_authorized: pre_authorized::of_application(fields, &scopes),
        callers: fields
            .text("callers")
            .and_then(|word| one_of(word, "callers", &CALLERS, fields.report))
            .unwrap_or_default(),
        known_client_applications: pre_authorized::known_clients(fields),
        authorization_detail_types: detail_types::of_application(fields),
        scopes,
        app_roles,
        ..registered
    }
}

/// With what the application is as one that asks for tokens. Its secrets stand beside it.
fn as_client(fields: &Fields<'_>, registered: Application) -> Application {
    Application {
        redirects: redirects::of_application(fields),
        allow_public_client_flows: fields.flag("allow_public_client_flows").unwrap_or(false),
        certificates: certificates::of_application(fields),
        front_channel: FrontChannel {
            id_tokens: fields.flag("id_token_issuance").unwrap_or(false),
            access_tokens: fields.flag("access_token_issuance").unwrap_or(false),
        },
        front_channel_logout_uri: addresses::front_channel_logout(fields),
        id_token_signing_alg: fields
            .text("id_token_signing_alg")
            .and_then(|word| one_of(word, "id_token_signing_alg", &SigningAlg::NAMES, fields.report))
            .unwrap_or_default(),
        token_endpoint_auth_method: fields
            .text("token_endpoint_auth_method")
            .and_then(|word| one_of(word, "token_endpoint_auth_method", &AuthMethod::NAMES, fields.report)),
        metadata: Box::new(client_metadata::of_application(fields)),
        profile: fields
            .text("profile")
            .and_then(|word| one_of(word, "profile", Profile::NAMES, fields.report))
            .unwrap_or_default(),
        token_exchange: token_exchange::of_application(fields),
        may_act: token_exchange::may_act(fields),
        refresh_tokens: fields
            .text("refresh_tokens")
            .and_then(|word| one_of(word, "refresh_tokens", &ROTATIONS, fields.report))
            .unwrap_or_default(),
        optional_claims: claims::optional(fields),
        group_claims: claims::groups(fields),
        claim_mappings: claims::mappings(fields),
        lifetimes: lifetimes::of_application(fields),
        assignment_required: fields.flag("assignment_required").unwrap_or(false),
        ..registered
    }
}

fn client_id(
    fields: &Fields<'_>,
    publisher: Option<TenantId>,
    known: &[KnownApi],
    seen: &mut Seen<ClientId>,
) -> Option<ClientId> {
    let text = fields.required_text("client_id")?;
    let problem = |what: String| fields.report.add(Problem::at(text.at, what));
    let id = text::client_id(text, "client_id", fields.report)?;
    if directory_api::is_built_in(&id) || id.as_str() == directory_api::SHORT_NAME {
        problem(format!("{} names a part of the product itself, which no file can change", shown(id.as_str())));
        return None;
    }
    if id.as_str().contains([':', '/', '{', '}']) {
        // In v2.0 tokens the client id is the audience: as an address it could pass for the name of another API.
        problem(format!("the client_id {} is an address: expected a UUID or a word", shown(id.as_str())));
        return None;
    }
    seen.add(id.clone(), text.at, || format!("the client_id {} stands already", shown(id.as_str())), fields.report);
    if let Some(owner) = known.iter().find(|api| api.client_id == id && publisher.is_some_and(|id| api.tenant != id)) {
        problem(format!("the client_id {} belongs to the tenant {} already", shown(id.as_str()), owner.tenant));
    }
    Some(id)
}

fn identifier_uris<'t>(fields: &Fields<'t>) -> Vec<Placed<&'t str>> {
    let texts = fields.texts("identifier_uris");
    for uri in &texts {
        if let Some(wrong) = identifier_uri::wrong_with(uri.value) {
            fields.report.add(Problem::at(uri.at, format!("the identifier URI {} {wrong}", shown(uri.value))));
        }
    }
    texts
}

/// No identifier URI may belong to another application that the directory holds and the file does not mention: one of the
/// same tenant, or, where both are for several tenants, of any.
pub(crate) fn identifier_uris_are_free(drafts: &[&Draft<'_>], known: &[KnownApi], report: &Report) {
    let mentioned: HashSet<&ClientId> = drafts.iter().filter_map(|draft| draft.client_id.as_ref()).collect();
    let mut owners: HashMap<String, Vec<&KnownApi>> = HashMap::new();
    for api in known.iter().filter(|api| !mentioned.contains(&api.client_id)) {
        for uri in &api.identifier_uris {
            owners.entry(uri.to_ascii_lowercase()).or_default().push(api);
        }
    }
    for draft in drafts {
        let application = &draft.wanted.application;
        let meet = |api: &&&KnownApi| {
            let everywhere = api.is_for_several_tenants && application.is_for_several_tenants();
            api.tenant == application.publisher || everywhere
        };
        for uri in &draft.identifier_uris {
            let owner = owners.get(&uri.value.to_ascii_lowercase()).and_then(|apis| apis.iter().find(meet));
            if let Some(owner) = owner {
                let (uri_shown, owner) = (shown(uri.value), &owner.client_id);
                let what = format!("the identifier URI {uri_shown} belongs to the application {owner} already");
                report.add(Problem::at(uri.at, what));
            }
        }
    }
}

/// Where nothing is said: 2 if personal accounts may sign in, since they know no other form; else 1, which is what the live
/// service takes an absent value to mean.
///
/// Source: MicrosoftDocs/entra-docs, docs/identity-platform/includes/scenarios/accepted-token-versions.md (read 2026-11-21).
fn access_token_version(fields: &Fields<'_>, audience: SignInAudience) -> TokenVersion {
    let personal = match audience {
        SignInAudience::AnyOrganizationAndPersonal | SignInAudience::PersonalOnly => true,
        SignInAudience::ThisOrganization | SignInAudience::AnyOrganization => false,
    };
    let Some(said) = fields.integer("access_token_version") else {
        return if personal { TokenVersion::V2 } else { TokenVersion::V1 };
    };
    match said.value {
        1 if personal => {
            let what = "access_token_version must be 2 where personal accounts may sign in";
            fields.report.add(Problem::at(said.at, what));
            TokenVersion::V2
        }
        1 => TokenVersion::V1,
        2 => TokenVersion::V2,
        _ => {
            let choices = vec!["1".to_owned(), "2".to_owned()];
            fields.report.add(Problem::at(said.at, "unknown access_token_version").choices("", choices));
            TokenVersion::V2
        }
    }
}
