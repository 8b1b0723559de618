//! `[[tenant]]`: whose directory, with everything below it.

use grantor_protocol::TenantId;
use grantor_rules::directory::WantedTenant;
use grantor_rules::model::{Tenant, TenantKind};
use toml::de::DeTable;
use uuid::Uuid;

use crate::choice::one_of;
use crate::fields::{Fields, Kind, Placed};
use crate::known::KnownApi;
use crate::people::People;
use crate::permissions::{Apis, Here};
use crate::report::{Problem, Report, shown};
use crate::seen::Seen;
use crate::{application, consent, group, policy, principal, text, trusted_issuer, user};

const FILE: Kind = Kind { name: "the file", header: "", keys: &["tenant"], not_keys: &[] };

const TENANT: Kind = Kind {
    name: "a tenant",
    header: "[[tenant]]",
    keys: &[
        "id",
        "domain",
        "display_name",
        "kind",
        "policy",
        "user",
        "group",
        "application",
        "service_principal",
        "consent",
        "trusted_issuer",
    ],
    not_keys: &[],
};

const KINDS: [(&str, TenantKind); 2] =
    [("organization", TenantKind::Organization), ("consumers", TenantKind::Consumers)];

/// The tenant id by which client libraries recognize personal accounts.
const PERSONAL_ACCOUNTS: Uuid = Uuid::from_u128(0x9188_040d_6c67_4b5b_b112_36a3_04b6_6dad);

/// A tenant whose permissions have not been resolved yet. What could not be read is `None`, and has been reported.
struct Read<'t> {
    id: Option<TenantId>,
    wanted: WantedTenant,
    applications: Vec<application::Draft<'t>>,
    principals: Vec<principal::Draft<'t>>,
    consents: Vec<consent::Draft<'t>>,
}

/// What has been seen in the whole file.
struct SeenInFile {
    ids: Seen<TenantId>,
    domains: Seen<String>,
    consumers: Seen<()>,
    names: application::SeenNames,
}

/// Reads every tenant; each problem is reported, so the result counts only if there is none.
pub(crate) fn read_all(root: &DeTable<'_>, known: &[KnownApi], report: &Report) -> Vec<WantedTenant> {
    let mut seen = SeenInFile {
        ids: Seen::nothing(),
        domains: Seen::nothing(),
        consumers: Seen::nothing(),
        names: application::SeenNames::nothing(),
    };
    let file = Fields::new(&FILE, 0, root, report);
    let read: Vec<Read<'_>> =
        file.tables("tenant", &TENANT).iter().map(|fields| read_one(fields, known, &mut seen)).collect();
    let drafts: Vec<_> = read.iter().flat_map(|tenant| &tenant.applications).collect();
    application::identifier_uris_are_free(&drafts, known, report);
    let apis = Apis::of(&drafts, known);
    read.into_iter().map(|tenant| complete(tenant, &apis, report)).collect()
}

/// With everything that is named in it found.
fn complete(read: Read<'_>, apis: &Apis, report: &Report) -> WantedTenant {
    let here = Here { apis, tenant: read.id, report };
    WantedTenant {
        applications: read.applications.into_iter().map(|draft| here.application(draft)).collect(),
        service_principals: read.principals.into_iter().map(|draft| here.principal(draft)).collect(),
        consents: read.consents.into_iter().map(|draft| here.consent(draft)).collect(),
        ..read.wanted
    }
}

fn read_one<'t>(fields: &Fields<'t>, known: &[KnownApi], seen: &mut SeenInFile) -> Read<'t> {
    let report = fields.report;
    let id = fields.required_text("id").and_then(|text| tenant_id(text, seen, report));
    let domain = fields.required_text("domain").and_then(|text| domain(text, seen, report));
    let kind = fields.required_text("kind").and_then(|word| one_of(word, "kind", &KINDS, report));
    fits_kind(fields, id, kind, seen);
    let (policy, client_registration) = policy::of_tenant(fields);
    let tenant = Tenant {
        id: id.unwrap_or(TenantId::from_uuid(Uuid::nil())),
        domain: domain.clone().unwrap_or_default(),
        display_name: text::required_name(fields, "display_name"),
        kind: kind.unwrap_or(TenantKind::Organization),
        policy,
        client_registration,
        trusted_issuers: trusted_issuer::of_tenant(fields),
    };
    let required_domain = domain.filter(|_| kind == Some(TenantKind::Organization));
    let people = People { required_domain: required_domain.as_deref() };
    let wanted = WantedTenant {
        tenant,
        users: user::read_all(fields, required_domain.as_deref()),
        groups: group::read_all(fields, &people),
        applications: Vec::new(),
        service_principals: Vec::new(),
        consents: Vec::new(),
    };
    Read {
        id,
        wanted,
        applications: application::read_all(fields, id, known, &people, &mut seen.names),
        principals: principal::read_all(fields, &people),
        consents: consent::read_all(fields, &people),
    }
}

fn tenant_id(written: Placed<&str>, seen: &mut SeenInFile, report: &Report) -> Option<TenantId> {
    let id = text::uuid(written, "id", report).map(TenantId::from_uuid)?;
    seen.ids.add(id, written.at, || format!("the tenant {id} stands already"), report);
    Some(id)
}

fn domain(written: Placed<&str>, seen: &mut SeenInFile, report: &Report) -> Option<String> {
    let Some(domain) = text::domain(written.value) else {
        let what = format!("{} is not a domain", shown(written.value));
        report.add(Problem::at(written.at, what).hint("expected something like contoso.example"));
        return None;
    };
    seen.domains.add(domain.clone(), written.at, || format!("the domain {domain} stands already"), report);
    Some(domain)
}

/// `/consumers` must mean one tenant, and client libraries take one id for that of personal accounts.
fn fits_kind(fields: &Fields<'_>, id: Option<TenantId>, kind: Option<TenantKind>, seen: &mut SeenInFile) {
    match kind {
        Some(TenantKind::Consumers) => {
            let at = fields.text("kind").map_or(fields.at(), |kind| kind.at);
            let what = || "there can be one tenant of kind consumers; the first stands already".to_owned();
            seen.consumers.add((), at, what, fields.report);
        }
        Some(TenantKind::Organization) if id.is_some_and(|id| id.uuid() == PERSONAL_ACCOUNTS) => {
            let at = fields.text("id").map_or(fields.at(), |id| id.at);
            let what = format!("client libraries know personal accounts by the id {PERSONAL_ACCOUNTS}");
            fields.report.add(Problem::at(at, what).hint("give the organization another id, or the kind consumers"));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use grantor_rules::model::TenantName;

    use super::*;

    const KINDS: [&Kind; 23] = [
        &TENANT,
        &policy::POLICY,
        &user::USER,
        &crate::standard_claims::ADDRESS,
        &group::GROUP,
        &application::APPLICATION,
        &crate::api::SCOPE,
        &crate::api::APP_ROLE,
        &crate::detail_types::TYPE,
        &crate::detail_types::FIELD,
        &crate::pre_authorized::PRE_AUTHORIZED,
        &crate::token_exchange::EXCHANGE,
        &crate::token_exchange::SCOPE,
        &trusted_issuer::TRUSTED_ISSUER,
        &crate::secrets::SECRET,
        &crate::certificates::CERTIFICATE,
        &crate::assigned::TO_APPLICATION,
        &crate::lifetimes::LIFETIMES,
        &crate::claims::OPTIONAL_CLAIMS,
        &crate::claims::CLAIM_MAPPING,
        &principal::PRINCIPAL,
        &crate::assigned::TO_PRINCIPAL,
        &consent::CONSENT,
    ];

    #[test]
    fn the_keys_that_are_documented_are_those_that_there_are() {
        let documentation = include_str!("lib.rs");
        for kind in KINDS {
            let row = documentation
                .lines()
                .find(|line| line.starts_with(&format!("//! | `{}`", kind.header)))
                .unwrap_or_else(|| panic!("no row for {}", kind.header));
            for key in kind.keys {
                assert!(row.contains(&format!("`{key}`")), "{}: {key}", kind.header);
            }
        }
    }

    #[test]
    fn the_examples_show_every_key_of_all_but_people() {
        let examples = [
            include_str!("../../../examples/contoso/contoso.toml"),
            include_str!("../../../examples/permissions/permissions.toml"),
        ];
        for kind in KINDS.into_iter().filter(|kind| kind.header != user::USER.header) {
            for key in kind.keys {
                let shown = [format!("{key} = "), format!(".{key}]")];
                let is_shown = |example: &&str| shown.iter().any(|shown| example.contains(shown));
                assert!(examples.iter().any(is_shown), "{}: {key}", kind.header);
            }
        }
    }

    #[test]
    fn a_domain_is_a_name_and_not_a_version_or_an_address() {
        assert!(matches!(TenantName::parse("v2.0"), Some(TenantName::Domain(_))), "the reason for the check below");
        for bad in ["v2.0", "10.0.0.1", "localhost", "", "a b.example", "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"] {
            assert_eq!(text::domain(bad), None, "{bad}");
        }
        assert_eq!(text::domain("Contoso.Example").as_deref(), Some("contoso.example"));
    }
}
