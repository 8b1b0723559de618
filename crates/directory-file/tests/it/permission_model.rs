//! The example of every key of the permission model says exactly this.

use std::time::Duration;

use grantor_directory_file::parse;
use grantor_environment::Timestamp;
use grantor_protocol::ClientId;
use grantor_rules::directory::{WantedApplication, WantedAssignee, WantedDirectory, WantedTenant};
use grantor_rules::directory_api;
use grantor_rules::model::{
    DpopNoncePolicy, GroupClaims, OptionalClaim, RefreshRotation, RegistrationOpenTo, RegistrationPolicy,
    RequiredPermission, Risk, SeveralApis, TenantPolicy, UserConsent,
};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

const PERMISSIONS: &str = include_str!("../../../../examples/permissions/permissions.toml");

const API: &str = "d0c7a5e2-1f44-4b0b-9e0a-2f6b8c1d3e01";
const CLIENT: &str = "d0c7a5e2-1f44-4b0b-9e0a-2f6b8c1d3e02";
const DAEMON: &str = "d0c7a5e2-1f44-4b0b-9e0a-2f6b8c1d3e03";
const FOREIGN: &str = "e3b1f9c4-7d20-4a6c-8b11-5c9d0e2f4a01";
const KIM: &str = "kim@northwind.example";
const ADMIN: &str = "admin@northwind.example";
const BUYERS: &str = "b7e90f11-4a39-4f8e-8d1c-6a2f5c3e7b01";

fn example() -> WantedDirectory {
    parse("permissions.toml", PERMISSIONS).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

fn northwind() -> WantedTenant {
    example().tenants.remove(0)
}

fn application(client_id: &str) -> WantedApplication {
    let all = northwind().applications;
    all.into_iter().find(|wanted| wanted.application.client_id.as_str() == client_id).expect("it is in the file")
}

fn rows(permissions: &[RequiredPermission]) -> Vec<(&str, &str)> {
    permissions.iter().map(|permission| (permission.api.as_str(), permission.value.as_str())).collect()
}

fn who(wanted: &WantedAssignee) -> String {
    match wanted {
        WantedAssignee::User(name) => name.clone(),
        WantedAssignee::Group(id) => id.to_string(),
    }
}

#[test]
fn a_tenant_has_a_policy_and_groups() {
    let tenant = northwind();
    let policy = TenantPolicy {
        user_consent: UserConsent::LowRiskOnly,
        consent_requests: true,
        several_apis: SeveralApis::Refused,
        dpop_nonces: DpopNoncePolicy::Required,
    };
    assert_eq!(tenant.tenant.policy, policy);
    assert_eq!(example().tenants[1].tenant.policy, TenantPolicy::default(), "what is not said");
    let registration = RegistrationPolicy {
        open_to: RegistrationOpenTo::TokenHolders,
        redirect_schemes: vec!["https".to_owned()],
        redirect_hosts: vec![".northwind.example".to_owned()],
    };
    assert_eq!(tenant.tenant.client_registration, registration);
    assert_eq!(example().tenants[1].tenant.client_registration, RegistrationPolicy::default(), "what is not said");
    let [group] = tenant.groups.as_slice() else { panic!("{:?}", tenant.groups) };
    assert_eq!((group.group.id.to_string().as_str(), group.group.display_name.as_str()), (BUYERS, "Buyers"));
    assert_eq!(group.members, [KIM]);
}

#[test]
fn an_api_says_whom_it_trusts_and_what_its_tokens_tell() {
    let wanted = application(API);
    let api = &wanted.application;
    let [trusted] = api.pre_authorized.as_slice() else { panic!("{:?}", api.pre_authorized) };
    assert_eq!((trusted.client.as_str(), trusted.scopes.as_slice()), (CLIENT, ["Orders.Read".to_owned()].as_slice()));
    assert_eq!(api.known_client_applications.iter().map(ClientId::as_str).collect::<Vec<_>>(), [CLIENT]);
    assert_eq!(api.lifetimes.access_token, Some(Duration::from_mins(20)));
    assert_eq!((api.lifetimes.id_token, api.lifetimes.refresh_token), (None, None));
    assert_eq!(api.optional_claims.access_token, [OptionalClaim::Email, OptionalClaim::Idtyp]);
    assert_eq!(api.optional_claims.id_token, []);
    assert_eq!(api.group_claims, [GroupClaims::ApplicationGroup]);
    let [mapping] = api.claim_mappings.as_slice() else { panic!("{:?}", api.claim_mappings) };
    assert_eq!((mapping.claim.as_str(), mapping.attribute.as_str()), ("cost_center", "cost_center"));
    let scopes: Vec<_> = api.scopes.iter().map(|scope| (scope.value.as_str(), scope.risk, scope.disabled)).collect();
    assert_eq!(scopes, [("Orders.Read", Risk::Low, false), ("Orders.Export", Risk::High, true)]);
    let assigned: Vec<_> = wanted.assigned.iter().map(|one| (who(&one.who), one.role.as_deref())).collect();
    assert_eq!(assigned, [(BUYERS.to_owned(), Some("Buyer")), (ADMIN.to_owned(), None)]);
}

#[test]
fn a_client_says_what_it_is_given_and_for_how_long() {
    let wanted = application(CLIENT);
    let client = &wanted.application;
    assert_eq!((client.front_channel.id_tokens, client.front_channel.access_tokens), (true, false));
    assert_eq!(client.front_channel_logout_uri.as_deref(), Some("https://localhost:7001/signout-oidc"));
    assert_eq!(client.refresh_tokens, RefreshRotation::RotateAndKeep);
    assert_eq!(client.lifetimes.id_token, Some(Duration::from_hours(1)));
    assert_eq!(client.lifetimes.refresh_token, Some(Duration::from_hours(30 * 24)));
    assert_eq!(client.optional_claims.id_token, [OptionalClaim::Sid, OptionalClaim::LoginHint]);
    assert!(client.assignment_required && !client.disabled);
    assert_eq!(wanted.assigned.len(), 2);
    let information = &client.information;
    assert_eq!(information.home_page.as_deref(), Some("https://northwind.example/orders"));
    assert_eq!(information.terms.as_deref(), Some("https://northwind.example/orders/terms"));
    assert_eq!(information.privacy.as_deref(), Some("https://northwind.example/orders/privacy"));
    let [secret] = wanted.secrets.as_slice() else { panic!("{:?}", wanted.secrets) };
    assert_eq!(secret.kept.hint, "ord");
    assert_eq!(
        secret.kept.expires_at,
        Some(Timestamp::from_seconds(2_085_350_400)),
        "the beginning of 2036-01-31 in UTC"
    );
    assert!(application("d0c7a5e2-1f44-4b0b-9e0a-2f6b8c1d3e04").application.disabled);
}

#[test]
fn what_is_not_said_of_an_application_is_off() {
    let plain = example().tenants.remove(1).applications.remove(0);
    let application = &plain.application;
    assert!(!application.front_channel.id_tokens && !application.front_channel.access_tokens);
    assert_eq!(application.refresh_tokens, RefreshRotation::RotateAndRevoke);
    assert!(!application.assignment_required && !application.disabled && plain.assigned.is_empty());
    assert_eq!(application.scopes[0].risk, Risk::Medium);
    assert!(application.certificates.is_empty() && application.pre_authorized.is_empty());
}

#[test]
fn a_certificate_is_read_with_its_key_and_thumbprints() {
    let daemon = application(DAEMON).application;
    let [certificate] = daemon.certificates.as_slice() else { panic!("{:?}", daemon.certificates) };
    assert_eq!(certificate.description, "2026");
    let der = CertificateDer::from_pem_slice(PERMISSIONS.as_bytes()).expect("it has a certificate");
    assert_eq!(certificate.thumbprint_sha256, grantor_protocol::secret::sha256(&der));
    assert_eq!(certificate.thumbprint_sha1, grantor_jose::digest::sha1(&der));
    assert!(der.windows(certificate.public_key.len()).any(|window| window == certificate.public_key));
    assert_eq!(
        certificate.expires_at.since(certificate.starts_at),
        Duration::from_hours(3650 * 24) + Duration::from_secs(1)
    );
    let report = [(API, "Orders.Report")];
    assert_eq!((rows(&daemon.required_app_roles), rows(&daemon.granted_app_roles)), (report.to_vec(), report.to_vec()));
}

#[test]
fn a_tenant_says_what_stands_in_it_for_an_application_of_another_one() {
    let tenant = northwind();
    let [principal] = tenant.service_principals.as_slice() else { panic!("{:?}", tenant.service_principals) };
    assert_eq!(principal.client_id.as_str(), FOREIGN);
    assert!(principal.enabled && principal.assignment_required && principal.granted_app_roles.is_empty());
    let assigned: Vec<_> = principal.assigned.iter().map(|one| (who(&one.who), one.role.as_deref())).collect();
    assert_eq!(assigned, [(KIM.to_owned(), Some("Dispatcher"))]);
}

#[test]
fn it_says_what_everyone_and_what_one_person_allows() {
    let tenant = northwind();
    let [everyone, kim] = tenant.consents.as_slice() else { panic!("{:?}", tenant.consents) };
    assert_eq!((everyone.client_id.as_str(), everyone.user.as_deref()), (FOREIGN, None));
    let graph = directory_api::CLIENT_ID;
    assert_eq!(rows(&everyone.permissions), [(graph, "openid"), (graph, "profile"), (graph, "User.Read")]);
    assert_eq!((kim.client_id.as_str(), kim.user.as_deref()), (CLIENT, Some(KIM)));
    assert_eq!(rows(&kim.permissions), [(FOREIGN, "Parcels.Track")], "of another tenant's API");
}
