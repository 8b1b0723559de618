//! References to what the directory holds already.

use grantor_directory_file::{FileError, KnownApi, KnownAppRole, parse, parse_with};
use grantor_protocol::ClientId;
use grantor_rules::directory::WantedDirectory;

use crate::{API, APPLICATION, TENANT};

const FABRIKAM: &str = "f4b21a0e-6f1c-4d33-9a7e-5d3f0a3c1b77";
const CONTOSO: &str = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490";

fn known(tenant: &str) -> KnownApi {
    KnownApi {
        tenant: tenant.parse().expect("a UUID"),
        client_id: ClientId::parse("shapes-api").expect("a client id"),
        identifier_uris: vec!["api://shapes".to_owned()],
        is_for_several_tenants: false,
        scopes: vec!["Shapes.Read".to_owned()],
        app_roles: vec![
            KnownAppRole { value: "Shapes.All".to_owned(), for_applications: true, for_users: false },
            KnownAppRole { value: "Artist".to_owned(), for_applications: false, for_users: true },
        ],
        disabled: vec!["Shapes.Old".to_owned()],
    }
}

fn read(lines: &str, known: &[KnownApi]) -> Result<WantedDirectory, Vec<FileError>> {
    parse_with("known.toml", &format!("{TENANT}{APPLICATION}{lines}\n"), known)
}

#[track_caller]
fn only_error(result: Result<WantedDirectory, Vec<FileError>>) -> FileError {
    let mut errors = result.expect_err("it should be refused");
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0)
}

#[test]
fn what_the_directory_holds_can_be_named_in_every_way() {
    for resource in ["api://shapes", "API://Shapes", "shapes-api"] {
        let lines = format!(
            "required_permissions = [\"{resource}/shapes.read\"]\ngranted_app_roles = [\"{resource}/Shapes.All\"]"
        );
        let directory = read(&lines, &[known(CONTOSO)]).unwrap_or_else(|errors| panic!("{}", errors[0]));
        let application = &directory.tenants[0].applications[0].application;
        assert_eq!(application.required_permissions[0].api.as_str(), "shapes-api");
        assert_eq!(application.required_permissions[0].value, "Shapes.Read", "as the API spells it");
        assert_eq!(application.granted_app_roles[0].value, "Shapes.All");
    }
}

#[test]
fn it_is_unknown_to_who_does_not_say_it() {
    let lines = format!("{TENANT}{APPLICATION}required_permissions = [\"api://shapes/Shapes.Read\"]\n");
    let error = only_error(parse("known.toml", &lines));
    assert_eq!(error.what, "unknown resource \"api://shapes\"");
    assert_eq!(error.choices, ["graph"]);
}

#[test]
fn a_wrong_value_is_refused_with_the_values_of_the_known_api() {
    let error = only_error(read("required_permissions = [\"api://shapes/Shapes.Raed\"]", &[known(CONTOSO)]));
    assert_eq!(error.choices, ["Shapes.Read"]);
    assert_eq!(error.hint.as_deref(), Some("did you mean \"Shapes.Read\"?"));
}

#[test]
fn the_api_of_another_tenant_is_refused_and_said_to_be_one() {
    let error = only_error(read("required_permissions = [\"api://shapes/Shapes.Read\"]", &[known(FABRIKAM)]));
    assert_eq!(error.choices, ["graph"]);
    assert!(error.hint.is_some_and(|hint| hint.contains("another tenant")));
}

#[test]
fn a_client_id_of_another_tenant_cannot_be_taken() {
    let lines = format!("{TENANT}{}", APPLICATION.replace("\"app\"", "\"shapes-api\""));
    let error = only_error(parse_with("known.toml", &lines, &[known(FABRIKAM)]));
    assert!(error.what.contains("belongs to the tenant f4b21a0e"), "{error}");
    assert_eq!((error.line, error.column), (9, 13));
    assert!(parse_with("known.toml", &lines, &[known(CONTOSO)]).is_ok(), "one's own can be changed");
}

#[test]
fn an_identifier_uri_of_another_application_cannot_be_taken() {
    let error = only_error(read("identifier_uris = [\"api://Shapes\"]", &[known(CONTOSO)]));
    assert!(error.what.contains("belongs to the application shapes-api already"), "{error}");
    assert!(read("identifier_uris = [\"api://shapes\"]", &[known(FABRIKAM)]).is_ok(), "another tenant's is free");
}

#[test]
fn the_file_wins_over_the_directory() {
    let older = KnownApi {
        client_id: ClientId::parse("c0105000-0000-4000-8000-00000000a001").expect("a client id"),
        identifier_uris: vec!["api://old-colors".to_owned()],
        scopes: vec!["Colors.Old".to_owned()],
        ..known(CONTOSO)
    };
    let with = |permission: &str| {
        let text = format!("{TENANT}{API}{APPLICATION}required_permissions = [\"{permission}\"]\n");
        parse_with("known.toml", &text, std::slice::from_ref(&older))
    };
    assert!(with("api://colors/Colors.Read").is_ok());
    assert_eq!(only_error(with("api://colors/Colors.Old")).choices, ["Colors.Read"]);
    assert_eq!(only_error(with("api://old-colors/Colors.Old")).choices, ["graph", "api://colors"]);
}

#[test]
fn the_api_of_another_tenant_can_be_named_if_it_is_for_several() {
    let shared = KnownApi { is_for_several_tenants: true, ..known(FABRIKAM) };
    let directory = read("required_permissions = [\"api://shapes/Shapes.Read\"]", std::slice::from_ref(&shared))
        .unwrap_or_else(|errors| panic!("{}", errors[0]));
    assert_eq!(directory.tenants[0].applications[0].application.required_permissions[0].api.as_str(), "shapes-api");
    let error = only_error(read("required_permissions = [\"api://shapes/Shapes.Old\"]", std::slice::from_ref(&shared)));
    assert_eq!(error.hint.as_deref(), Some("it is switched off"));
    let principal = "[[tenant.service_principal]]\nclient_id = \"shapes-api\"\n\
                     assigned = [{ user = \"chris@contoso.example\", role = \"Artist\" }]\n";
    let text = format!("{TENANT}{principal}");
    assert!(parse_with("known.toml", &text, std::slice::from_ref(&shared)).is_ok());
    assert_eq!(only_error(parse_with("known.toml", &text, &[known(FABRIKAM)])).line, 8);
    let shared_uri = "sign_in_audience = \"any-organization\"\nidentifier_uris = [\"api://shapes\"]";
    let error = only_error(read(shared_uri, &[shared]));
    assert!(error.what.contains("belongs to the application shapes-api already"), "{error}");
}
