//! What the standard lets a client say of itself.

use grantor_jose::{Algorithm, ContentEncryption, KeyManagement, MacAlgorithm, SigningKey};
use grantor_rules::client_metadata::algorithms;
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
         dpop_bound_access_tokens = true\ndefault_max_age = 60\n",
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

#[test]
fn what_does_not_fit_together_is_named_where_it_stands() {
    // T54, T65: the same check as at the registration endpoint, and no private half of a key.
    let own = |algorithm| serde_json::to_value(SigningKey::generate(algorithm).unwrap().public_jwk()).unwrap();
    let key = own(Algorithm::Es256);
    let (x, y) = (key["x"].as_str().unwrap(), key["y"].as_str().unwrap());
    let jwks =
        |more: &str| format!("jwks = {{ keys = [{{ kty = 'EC', crv = 'P-256', x = '{x}', y = '{y}'{more} }}] }}");
    let metadata = |lines: &str| file(&format!("[tenant.application.client_metadata]\n{lines}\n"));
    grantor_directory_file::parse("f.toml", &metadata(&jwks(""))).unwrap();
    let rows = [
        (jwks(", d = 'AAAA'"), "10:8: \"jwks\" is refused: a private or symmetric key"),
        (
            "jwks = { keys = [{ kty = 'EC', crv = 'P-256', x = 'AA', y = 'AA' }] }".to_owned(),
            "10:8: \"jwks\" is refused",
        ),
        (
            "jwks_uri = 'http://app.example/jwks'".to_owned(),
            "10:12: \"jwks_uri\" is \"http://app.example/jwks\": expected",
        ),
        ("userinfo_signed_response_alg = 'none'".to_owned(), "10:32: \"userinfo_signed_response_alg\" is \"none\""),
        ("id_token_encrypted_response_enc = 'A128GCM'".to_owned(), "10:35: \"id_token_encrypted_response_enc\" says"),
        (
            "grant_types = ['magic']".to_owned(),
            "10:15: \"grant_types\" holds \"magic\"; the grants are authorization_code",
        ),
    ];
    for (lines, expected) in rows {
        let errors = grantor_directory_file::parse("f.toml", &metadata(&lines)).unwrap_err();
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(errors.len() == 1 && errors[0].contains(expected), "{lines}: {errors:?}");
        assert!(!errors[0].contains("AAAA"), "{errors:?}");
    }
}

#[test]
fn the_algorithms_that_may_be_registered_are_those_that_there_are() {
    assert_eq!(algorithms::VERIFIED, Algorithm::ALL.map(Algorithm::name));
    assert!(algorithms::MACS.iter().all(|name| MacAlgorithm::parse(name).is_some()));
    let by_key = KeyManagement::ALL.into_iter().filter(|management| !management.is_symmetric());
    assert_eq!(algorithms::KEY_MANAGEMENT.to_vec(), by_key.map(KeyManagement::name).collect::<Vec<_>>());
    for name in algorithms::CONTENT_ENCRYPTION {
        assert!(ContentEncryption::parse(name).is_some(), "{name}");
    }
}
