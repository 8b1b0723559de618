//! Values that do not fit.

use grantor_directory_file::parse;

use super::{refused, refused_below};
use crate::{APPLICATION, TENANT, USER};

#[test]
fn a_bad_tenant_is_refused() {
    let with = |old: &str, new: &str| TENANT.replace(&format!("\"{old}\""), new);
    let id = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490";
    refused(&with(id, "«\"contoso\""), "\"id\" is \"contoso\": expected a UUID");
    refused(&with(id, "«\"8eaef0232b344da19baa8bc8c9d6a490\""), "expected a UUID");
    refused(&with(id, "«\"00000000-0000-0000-0000-000000000000\""), "the UUID of zeros");
    refused(&with(id, "«\"9188040d-6c67-4b5b-b112-36a304b66dad\""), "client libraries know personal accounts");
    for bad in ["contoso", "contoso example.com", "", "v2.0", "-a.example", id] {
        refused(&with("contoso.example", &format!("«\"{bad}\"")), "is not a domain");
    }
    refused(&with("organization", "«\"organisation\""), "expected one of: organization, consumers; did you mean");
    refused(&with("organization", "«\"Organization\""), "did you mean \"organization\"?");
    refused(&with("Contoso", "«\" \""), "\"display_name\" must not be empty");
    refused(&with("Contoso", "«\"Con\\ntoso\""), "must not hold control characters");
    refused(&with("Contoso", "«\"Con\\u202Etoso\""), "must not hold control characters");
    refused(&with("Contoso", &format!("«\"{}\"", "x".repeat(257))), "is longer than 256 characters");
    assert!(parse("good.toml", &with("Contoso", &format!("\"{}\"", "\u{e4}".repeat(256)))).is_ok());
}

#[test]
fn a_bad_user_is_refused() {
    let user = |old: &str, new: &str| format!("{TENANT}{}", USER.replace(&format!("\"{old}\""), new));
    let name = "chris@contoso.example";
    refused(&user("12345678-73a6-4952-a53a-e9916737ff7f", "«\"1\""), "\"id\" is \"1\": expected a UUID");
    for (bad, fragment) in [
        ("chris", "must look like name@domain"),
        ("@contoso.example", "1 to 64 characters before the @"),
        ("chris@", "must have a domain after the @"),
        ("chris@contoso", "must have a domain after the @"),
        ("chris@x@contoso.example", "must have a domain after the @"),
        ("chris green@contoso.example", "a character before the @"),
        (" chris@contoso.example", "a character before the @"),
        ("chris@fabrikam.example", "must be the tenant's, contoso.example, not \"fabrikam.example\""),
        ("chris@sub.contoso.example", "did you mean \"chris@contoso.example\"?"),
    ] {
        refused(&user(name, &format!("«\"{bad}\"")), fragment);
    }
    assert!(parse("good.toml", &user(name, "\"Chris+1@Contoso.Example\"")).is_ok());
    let above = format!("{TENANT}{USER}");
    refused_below(
        &above,
        &[
            ("password = «\"1234567\"", "a password must have at least 8 characters"),
            ("password = «\"12345678\\t\"", "a password must not hold control characters"),
            ("mail = «\"chris\"", "\"mail\" is \"chris\": it must look like name@domain"),
            ("preferred_language = «\"english please\"", "is not a language tag"),
            ("preferred_language = «\"e\"", "is not a language tag"),
            (
                "directory_roles = [«\"Administrator\"]",
                "unknown directory role \"Administrator\"; expected one of: Global",
            ),
            (
                "directory_roles = [\"User Administrator\", «\"User Administrator\"]",
                "the role User Administrator stands already at line 12",
            ),
            ("business_phones = [«\"\"]", "\"business_phones\" must not be empty"),
            ("job_title = «\"a\\u0007\"", "must not hold control characters"),
            ("attributes = { «\"\" = \"x\" }", "\"the name of an attribute\" must not be empty"),
        ],
    );
    refused(&format!("{above}password = «\"{}\"\n", "x".repeat(257)), "a password must have at most 256 characters");
    refused(&format!("{above}attributes = {{ a = «\"{}\" }}\n", "x".repeat(1025)), "at most 1024 characters");
}

#[test]
fn a_bad_application_is_refused() {
    let application = |id: &str| format!("{TENANT}{}", APPLICATION.replace("\"app\"", id));
    refused(&application("«\"\""), "a client id may not be empty");
    refused(&application("«\"a b\""), "a client id holds visible ASCII characters only");
    refused(&application("«\"00000003-0000-0000-C000-000000000000\""), "names a part of the product itself");
    refused(&application("«\"graph\""), "names a part of the product itself");
    refused(&application("«\"grantor-account\""), "names a part of the product itself");
    for address in ["https://graph.microsoft.com", "api://colors", "urn:uuid:c0105000-0000-4000-8000-00000000a001"] {
        refused(&application(&format!("«\"{address}\"")), "is an address: expected a UUID or a word");
    }
    refused_below(
        &format!("{TENANT}{APPLICATION}"),
        &[
            (
                "sign_in_audience = «\"everybody\"",
                "expected one of: this-organization, any-organization, any-organization-and-",
            ),
            ("access_token_version = «3", "unknown access_token_version; expected one of: 1, 2"),
            ("access_token_version = «0", "expected one of: 1, 2"),
            ("sign_in_audience = \"personal-only\"\naccess_token_version = «1", "must be 2 where personal accounts"),
            ("identifier_uris = [«\"colors\"]", "must begin with api:// or https://"),
            ("identifier_uris = [«\"api://colors/\"]", "must not end in a slash"),
            ("identifier_uris = [«\"https://graph.microsoft.com\"]", "is that of the built-in directory API"),
            ("secrets = [{ description = \"a\", value = «\"0123456789abcde\" }]", "a secret must have at least 16"),
            ("secrets = [{ description = «\"\", value = \"0123456789abcdef\" }]", "\"description\" must not be empty"),
            ("secrets = [{ description = \"a\", value = «\"0123456789abcd\\u00e4f\" }]", "visible ASCII"),
        ],
    );
}

#[test]
fn a_bad_scope_or_app_role_is_refused() {
    let scope = |value: &str, consent: &str| {
        format!(
            "{TENANT}{APPLICATION}[[tenant.application.scope]]\nvalue = {value}\nconsent = {consent}\n\
             admin_consent_display_name = \"A\"\n"
        )
    };
    let user = "\"user\"";
    refused(&scope("«\"\"", user), "the scope value \"\" must not be empty");
    refused(&scope("«\"a b\"", user), "visible ASCII without spaces");
    refused(&scope("«\"a/b\"", user), "visible ASCII without spaces");
    refused(&scope("«\".default\"", user), "must not begin with a dot");
    refused(&scope(&format!("«\"{}\"", "x".repeat(121)), user), "is longer than 120 characters");
    refused(&scope("\"a\"", "«\"everyone\""), "unknown consent \"everyone\"; expected one of: user, admin");
    refused(&format!("{}id = «\"x\"\n", scope("\"a\"", user)), "expected a UUID");
    let role = |members: &str| {
        format!(
            "{TENANT}{APPLICATION}[[tenant.application.app_role]]\nvalue = \"a\"\nallowed_member_types = {members}\n\
             display_name = \"A\"\n"
        )
    };
    refused(&role("«[]"), "\"allowed_member_types\" must not be empty; expected one of: Application, User");
    refused(&role("[«\"application\"]"), "expected one of: Application, User; did you mean \"Application\"?");
    refused(&role("[\"User\", «\"User\"]"), "the member type User stands already at line");
}

#[test]
fn a_bad_redirect_uri_is_refused() {
    refused_below(
        &format!("{TENANT}{APPLICATION}"),
        &[
            ("web_redirect_uris = [«\"http://app.example/\"]", "\"http://app.example/\" is refused: expected https://"),
            ("web_redirect_uris = [«\"https://app.example/#x\"]", "it must not have a fragment"),
            (
                "web_redirect_uris = [\"https://a.example/\", «\"https://*.example/\"]",
                "its host or port cannot be read",
            ),
            ("spa_redirect_uris = [«\"javascript:alert(1)\"]", "is refused: expected https://"),
            ("web_redirect_uris = [«\"com.example.app:/cb\"]", "a private scheme belongs to a native application"),
            ("spa_redirect_uris = [«\"msal1://auth\"]", "in public_client_redirect_uris"),
            ("web_redirect_uris = [«\"https://a.example/?code=1\"]", "its query must not name \"code\""),
            ("web_redirect_uris = [«\"https://a.example/?x=1&STATE\"]", "its query must not name \"state\""),
            ("web_redirect_uris = [«\"https://a.example/?%69ss=1\"]", "its query must not name \"iss\""),
            (
                "web_redirect_uris = [\"https://a.example/\",\n «\"https://a.example/\"]",
                "\"https://a.example/\" stands already at line 11",
            ),
            (
                "web_redirect_uris = [\"https://a.example/\"]\nspa_redirect_uris = [«\"https://a.example/\"]",
                "stands for another platform already at line 11",
            ),
            (
                "web_redirect_uris = [\"http://localhost:5000/cb\"]\nspa_redirect_uris = [«\"http://localhost:6000/cb\"]",
                "cannot be told from the one of another platform at line 11; a request may choose the port",
            ),
        ],
    );
    let long = format!("https://a.example/{}", "x".repeat(239));
    let above = format!("{TENANT}{APPLICATION}");
    refused(&format!("{above}web_redirect_uris = [«\"{long}\"]\n"), "longer than 256 characters");
    assert!(parse("good.toml", &format!("{above}web_redirect_uris = [\"{}\"]\n", &long[..256])).is_ok());
    let many = |count: usize| {
        let addresses: Vec<String> = (0..count).map(|number| format!("\"https://a.example/{number}\", ")).collect();
        addresses.concat()
    };
    assert!(parse("good.toml", &format!("{above}web_redirect_uris = [{}]\n", many(256))).is_ok());
    refused(
        &format!("{above}web_redirect_uris = [{}«\"https://a.example/x\"]\n", many(256)),
        "an application has at most 256 redirect URIs, this one has 257",
    );
    let loopback = "web_redirect_uris = [\"http://localhost:5000/cb\", \"http://localhost:6000/cb\", \"https://a.example/?codes=1\"]";
    assert!(parse("good.toml", &format!("{above}{loopback}\n")).is_ok());
}
