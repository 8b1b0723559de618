//! `[[tenant.application]]`: what may ask for tokens, and what tokens are asked for.

use grantor_protocol::{ClientId, TenantId};
use grantor_rules::directory::WantedApplication;
use grantor_rules::directory_api;
use grantor_rules::model::{Application, SignInAudience, SigningAlg, TokenVersion};
use uuid::Uuid;

use crate::choice::one_of;
use crate::fields::{Fields, Kind, Placed};
use crate::known::KnownApi;
use crate::report::{Problem, shown};
use crate::seen::Seen;
use crate::{api, identifier_uri, redirects, secrets, text};

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
        "secrets",
        "required_permissions",
        "granted_app_roles",
    ],
};

const AUDIENCES: [(&str, SignInAudience); 4] = [
    ("this-organization", SignInAudience::ThisOrganization),
    ("any-organization", SignInAudience::AnyOrganization),
    ("any-organization-and-personal", SignInAudience::AnyOrganizationAndPersonal),
    ("personal-only", SignInAudience::PersonalOnly),
];

/// An application whose permissions have not been resolved yet.
pub(crate) struct Draft<'t> {
    /// What could be read of it; what could not has been reported.
    pub(crate) wanted: WantedApplication,
    /// Its client id, if that could be read.
    pub(crate) client_id: Option<ClientId>,
    /// Required permissions as they were written.
    pub(crate) required: Vec<Placed<&'t str>>,
    /// Granted app roles as they were written.
    pub(crate) granted: Vec<Placed<&'t str>>,
}

/// The client ids of the whole file.
pub(crate) type SeenClientIds = Seen<ClientId>;

/// Reads the applications of a tenant.
pub(crate) fn read_all<'t>(
    tenant: &Fields<'t>,
    publisher: Option<TenantId>,
    known: &[KnownApi],
    seen: &mut SeenClientIds,
) -> Vec<Draft<'t>> {
    let all = tenant.tables("application", &APPLICATION);
    let mut identifier_uris = Seen::nothing();
    let drafts: Vec<_> = all
        .iter()
        .map(|fields| {
            let client_id = client_id(fields, publisher, known, seen);
            read_one(fields, publisher, client_id, &mut identifier_uris)
        })
        .collect();
    for fields in &all {
        identifier_uris_are_free(fields, publisher, &drafts, known);
    }
    drafts
}

fn read_one<'t>(
    fields: &Fields<'t>,
    publisher: Option<TenantId>,
    client_id: Option<ClientId>,
    seen_uris: &mut Seen<String>,
) -> Draft<'t> {
    let report = fields.report;
    let sign_in_audience = fields
        .text("sign_in_audience")
        .and_then(|word| one_of(word, "sign_in_audience", &AUDIENCES, report))
        .unwrap_or(SignInAudience::ThisOrganization);
    let (scopes, app_roles) = api::of_application(fields, client_id.as_ref());
    let application = Application {
        sign_in_audience,
        redirects: redirects::of_application(fields),
        allow_public_client_flows: fields.flag("allow_public_client_flows").unwrap_or(false),
        identifier_uris: identifier_uris(fields, seen_uris),
        access_token_version: access_token_version(fields, sign_in_audience),
        access_token_signing_alg: fields
            .text("access_token_signing_alg")
            .and_then(|word| one_of(word, "access_token_signing_alg", &SigningAlg::NAMES, fields.report))
            .unwrap_or_default(),
        scopes,
        app_roles,
        ..Application::new(
            client_id.clone().unwrap_or_else(placeholder),
            publisher.unwrap_or(TenantId::from_uuid(Uuid::nil())),
            &text::required_name(fields, "display_name"),
        )
    };
    Draft {
        wanted: WantedApplication { application, secrets: secrets::of_application(fields), assigned: Vec::new() },
        client_id,
        required: fields.texts("required_permissions"),
        granted: fields.texts("granted_app_roles"),
    }
}

/// Stands for a client id that could not be read, in a result that will not be used.
fn placeholder() -> ClientId {
    ClientId::parse("unreadable").expect("a word is a client id")
}

fn client_id(
    fields: &Fields<'_>,
    publisher: Option<TenantId>,
    known: &[KnownApi],
    seen: &mut SeenClientIds,
) -> Option<ClientId> {
    let text = fields.required_text("client_id")?;
    let problem = |what: String| fields.report.add(Problem::at(text.at, what));
    let id = match ClientId::parse(text.value) {
        Ok(id) => id,
        Err(error) => {
            problem(format!("\"client_id\" cannot be read: {error}"));
            return None;
        }
    };
    if id.as_str() == directory_api::CLIENT_ID || id.as_str() == directory_api::SHORT_NAME {
        problem(format!("{} names the built-in directory API, which no file can change", shown(id.as_str())));
        return None;
    }
    seen.add(id.clone(), text.at, || format!("the client_id {} stands already", shown(id.as_str())), fields.report);
    if let Some(owner) = known.iter().find(|api| api.client_id == id && publisher.is_some_and(|id| api.tenant != id)) {
        problem(format!("the client_id {} belongs to the tenant {} already", shown(id.as_str()), owner.tenant));
    }
    Some(id)
}

fn identifier_uris(fields: &Fields<'_>, seen: &mut Seen<String>) -> Vec<String> {
    let texts = fields.texts("identifier_uris");
    for uri in &texts {
        if let Some(wrong) = identifier_uri::wrong_with(uri.value) {
            fields.report.add(Problem::at(uri.at, format!("the identifier URI {} {wrong}", shown(uri.value))));
        }
        let what = || format!("the identifier URI {} stands already", shown(uri.value));
        seen.add(uri.value.to_ascii_lowercase(), uri.at, what, fields.report);
    }
    texts.iter().map(|uri| uri.value.to_owned()).collect()
}

/// No identifier URI may belong to another application of the tenant that the directory holds and the file does not mention.
fn identifier_uris_are_free(
    fields: &Fields<'_>,
    publisher: Option<TenantId>,
    drafts: &[Draft<'_>],
    known: &[KnownApi],
) {
    let mentioned = |id: &ClientId| drafts.iter().any(|draft| draft.client_id.as_ref() == Some(id));
    for uri in fields.texts("identifier_uris") {
        let owner = known.iter().find(|api| {
            Some(api.tenant) == publisher
                && api.identifier_uris.iter().any(|known| known.eq_ignore_ascii_case(uri.value))
                && !mentioned(&api.client_id)
        });
        if let Some(owner) = owner {
            let what = format!(
                "the identifier URI {} belongs to the application {} already",
                shown(uri.value),
                owner.client_id
            );
            fields.report.add(Problem::at(uri.at, what));
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
