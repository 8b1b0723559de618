//! What the standard lets a client say of itself.

use grantor_rules::model::{AccessTokenFormat, Profile, SubjectType};

fn file(lines: &str) -> String {
    format!(
        "[[tenant]]\nid = '8eaef023-2b34-4da1-9baa-8bc8c9d6a490'\ndomain = 'contoso.example'\n\
         display_name = 'Contoso'\nkind = 'organization'\n\
         [[tenant.application]]\nclient_id = 'app'\ndisplay_name = 'App'\n{lines}"
    )
}

#[test]
fn it_is_said_by_the_names_of_the_registry() {
    let text = file(
        "profile = 'fapi2-security'\naccess_token_format = 'opaque'\nlogo_uri = 'https://app.example/logo.png'\n\
         [tenant.application.client_metadata]\njwks_uri = 'https://app.example/jwks'\nsubject_type = 'public'\n\
         dpop_bound_access_tokens = true\njwks = { keys = [{ kty = 'EC' }] }\ndefault_max_age = 60\n",
    );
    let directory = grantor_directory_file::parse("f.toml", &text).unwrap();
    let application = &directory.tenants[0].applications[0].application;
    assert_eq!(application.profile, Profile::Fapi2Security);
    assert_eq!(application.access_token_format, AccessTokenFormat::Opaque);
    assert_eq!(application.information.logo.as_deref(), Some("https://app.example/logo.png"));
    let metadata = &application.metadata;
    assert_eq!(metadata.jwks_uri.as_deref(), Some("https://app.example/jwks"));
    assert_eq!(metadata.subject_type, Some(SubjectType::Public));
    assert_eq!(metadata.default_max_age, Some(60));
    assert!(metadata.dpop_bound_access_tokens);
    assert_eq!(metadata.jwks.as_ref().unwrap()["keys"][0]["kty"], "EC");
}

#[test]
fn what_is_wrong_is_named_where_it_stands() {
    let text = file("[tenant.application.client_metadata]\njwks_url = 'x'\nsubject_type = 'private'\n");
    let errors = grantor_directory_file::parse("f.toml", &text).unwrap_err();
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(errors[0].contains("unknown key \"jwks_url\" in client metadata"), "{errors:?}");
    assert!(errors[0].contains("did you mean \"jwks_uri\"?"), "{errors:?}");
    assert!(errors[1].starts_with("f.toml:11:16:") && errors[1].contains("\"subject_type\" is refused"), "{errors:?}");
}
