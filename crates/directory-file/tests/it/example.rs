//! The example file says exactly this.

use grantor_directory_file::parse;
use grantor_protocol::secret::sha256;
use grantor_rules::directory::{WantedApplication, WantedDirectory};
use grantor_rules::directory_api;
use grantor_rules::model::{Platform, SignInAudience, TenantKind, TokenVersion, WhoMayConsent};

use crate::EXAMPLE;

fn example() -> WantedDirectory {
    parse("contoso.toml", EXAMPLE).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

fn application(client_id: &str) -> WantedApplication {
    let all = example().tenants.into_iter().flat_map(|tenant| tenant.applications);
    all.into_iter().find(|wanted| wanted.application.client_id.as_str() == client_id).expect("it is in the file")
}

fn permissions(list: &[grantor_rules::model::RequiredPermission]) -> Vec<String> {
    list.iter().map(|permission| format!("{} {}", permission.api, permission.value)).collect()
}

#[test]
fn it_holds_three_tenants_with_their_people_and_applications() {
    let directory = example();
    let rows: Vec<_> = directory
        .tenants
        .iter()
        .map(|wanted| {
            let tenant = &wanted.tenant;
            (tenant.id.to_string(), tenant.domain.as_str(), tenant.display_name.as_str(), tenant.kind)
        })
        .collect();
    let expected = [
        ("8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "contoso.example", "Contoso", TenantKind::Organization),
        ("f4b21a0e-6f1c-4d33-9a7e-5d3f0a3c1b77", "fabrikam.example", "Fabrikam", TenantKind::Organization),
        ("9188040d-6c67-4b5b-b112-36a304b66dad", "consumers.example", "Personal accounts", TenantKind::Consumers),
    ];
    assert_eq!(rows, expected.map(|(id, domain, name, kind)| (id.to_owned(), domain, name, kind)));
    let counts: Vec<_> =
        directory.tenants.iter().map(|tenant| (tenant.users.len(), tenant.applications.len())).collect();
    assert_eq!(counts, [(2, 5), (2, 2), (1, 0)]);
    for tenant in &directory.tenants {
        assert!(tenant.applications.iter().all(|wanted| wanted.application.publisher == tenant.tenant.id));
        assert!(tenant.applications.iter().all(|wanted| wanted.application.secrets.is_empty()), "they stand beside");
    }
}

#[test]
fn it_holds_a_person_with_every_detail() {
    let directory = example();
    let chris = &directory.tenants[0].users[0];
    let user = &chris.user;
    assert_eq!(user.id.to_string(), "12345678-73a6-4952-a53a-e9916737ff7f");
    assert_eq!(user.user_principal_name, "ChrisG@contoso.example");
    assert_eq!(user.display_name, "Chris Green");
    assert_eq!(user.given_name.as_deref(), Some("Chris"));
    assert_eq!(user.surname.as_deref(), Some("Green"));
    assert_eq!(user.job_title.as_deref(), Some("Software Engineer"));
    assert_eq!(user.mobile_phone.as_deref(), Some("+1 5555555555"));
    assert_eq!(user.business_phones, ["+1 555555555"]);
    assert_eq!(user.office_location.as_deref(), Some("Seattle Office"));
    assert_eq!((user.mail.as_deref(), user.preferred_language.as_deref()), (None, None));
    assert!(user.account_enabled);
    assert!(user.directory_roles.is_empty());
    assert_eq!(user.attributes.iter().collect::<Vec<_>>(), [(&"favorite_color".to_owned(), &"teal".to_owned())]);
    assert_eq!(chris.password.as_ref().map(grantor_protocol::Secret::expose), Some("correct-horse-battery-staple"));
    let admin = &directory.tenants[0].users[1];
    assert_eq!(admin.user.directory_roles, ["Global Administrator"]);
    assert_eq!(directory.tenants[2].users[0].user.user_principal_name, "sam@outlook.example");
}

#[test]
fn it_holds_an_api_with_its_permissions() {
    let api = application("c0105000-0000-4000-8000-00000000a001").application;
    assert_eq!(api.identifier_uris, ["api://colors"]);
    assert_eq!(api.access_token_version, TokenVersion::V2);
    assert_eq!(api.sign_in_audience, SignInAudience::ThisOrganization);
    let scopes: Vec<_> = api.scopes.iter().map(|scope| (scope.value.as_str(), scope.consent)).collect();
    assert_eq!(scopes, [("Colors.Read", WhoMayConsent::User), ("Colors.Write", WhoMayConsent::Admin)]);
    assert_eq!(api.scopes[0].admin_consent_display_name, "Read colors");
    assert_eq!(api.scopes[0].user_consent_display_name.as_deref(), Some("See your colors"));
    assert_eq!(api.scopes[1].user_consent_display_name, None);
    assert_eq!(
        api.scopes[0].id,
        directory_api::derived_id("c0105000-0000-4000-8000-00000000a001/scope/Colors.Read"),
        "an id in somebody's directory must not change with a version of ours"
    );
    let [role] = api.app_roles.as_slice() else { panic!("{:?}", api.app_roles) };
    assert_eq!((role.value.as_str(), role.display_name.as_str()), ("Colors.Manage.All", "Manage all colors"));
    assert_eq!((role.for_applications, role.for_users), (true, false));
    assert_eq!(role.id, directory_api::derived_id("c0105000-0000-4000-8000-00000000a001/app_role/Colors.Manage.All"));
}

#[test]
fn it_holds_clients_of_every_kind() {
    let native = application("11111111-1111-1111-1111-111111111111").application;
    let redirects: Vec<_> =
        native.redirects.iter().map(|redirect| (redirect.uri.as_str(), redirect.platform)).collect();
    assert_eq!(redirects, [("http://localhost", Platform::PublicClient), ("http://127.0.0.1", Platform::PublicClient)]);
    assert!(native.allow_public_client_flows);
    assert_eq!(native.access_token_version, TokenVersion::V1, "the default where only organizations sign in");
    assert_eq!(
        permissions(&native.required_permissions),
        [
            "00000003-0000-0000-c000-000000000000 User.Read",
            "00000003-0000-0000-c000-000000000000 Mail.Read",
            "c0105000-0000-4000-8000-00000000a001 Colors.Read",
        ]
    );

    let console = application("c0105000-0000-4000-8000-00000000a002");
    assert!(console.application.redirects.iter().all(|redirect| redirect.platform == Platform::Web));
    assert_eq!(console.application.redirects[1].uri.as_str(), "http://localhost:5000/getAToken");
    assert!(!console.application.allow_public_client_flows);
    assert_eq!(console.secrets.len(), 1);
    assert_eq!(console.secrets[0].kept.description, "local");
    assert_eq!(console.secrets[0].kept.digest, sha256(b"console-secret-for-local-use-only-0001"));

    let spa = application("c0105000-0000-4000-8000-00000000a003").application;
    assert_eq!(spa.redirects[0].platform, Platform::Spa);

    let daemon = application("c0105000-0000-4000-8000-00000000a004").application;
    assert_eq!(permissions(&daemon.granted_app_roles), ["c0105000-0000-4000-8000-00000000a001 Colors.Manage.All"]);

    let notes = application("fab51ca0-0000-4000-8000-00000000b002").application;
    assert_eq!(notes.sign_in_audience, SignInAudience::AnyOrganizationAndPersonal);
    assert_eq!(notes.access_token_version, TokenVersion::V2, "the default where personal accounts sign in");
}

#[test]
fn reading_it_twice_gives_the_same() {
    assert_eq!(format!("{:?}", example()), format!("{:?}", example()));
}

#[test]
fn line_ends_and_a_byte_order_mark_do_not_matter() {
    let other = format!("\u{feff}{}", EXAMPLE.replace('\n', "\r\n"));
    let read = parse("contoso.toml", &other).unwrap_or_else(|errors| panic!("{}", errors[0]));
    assert_eq!(format!("{read:?}"), format!("{:?}", example()));
}
