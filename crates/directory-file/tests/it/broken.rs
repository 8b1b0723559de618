//! Broken files. `«` marks where the one error must stand; it is taken out before the file is read.

mod permission_model;
mod permissions;
mod twice;
mod values;

use grantor_directory_file::{FileError, parse};

use crate::{API, APPLICATION, EXAMPLE, TENANT, USER};

/// Line and column of the mark, and the text without it.
fn unmarked(marked: &str) -> ((usize, usize), String) {
    let at = marked.find('«').unwrap_or_else(|| panic!("no mark in {marked}"));
    let before = &marked[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
    ((line, column), marked.replacen('«', "", 1))
}

/// The file must have one error, at the mark, that says `fragment`.
#[track_caller]
fn refused(marked: &str, fragment: &str) -> FileError {
    let (place, text) = unmarked(marked);
    let Err(errors) = parse("broken.toml", &text) else { panic!("it is taken, but should say {fragment:?}:\n{text}") };
    let [error] = errors.as_slice() else {
        panic!("{} errors, not one that says {fragment:?}: {errors:#?}\n{text}", errors.len())
    };
    assert!(error.to_string().contains(fragment), "{error}\nshould say {fragment:?}");
    assert_eq!((error.line, error.column), place, "{error}\n{text}");
    error.clone()
}

/// Rows of lines and what is said about them, below `above`.
#[track_caller]
fn refused_below(above: &str, rows: &[(&str, &str)]) {
    for (lines, fragment) in rows {
        refused(&format!("{above}{lines}\n"), fragment);
    }
}

#[test]
fn the_parts_that_the_rows_are_made_of_lack_nothing() {
    for text in [TENANT.to_owned(), format!("{TENANT}{USER}"), format!("{TENANT}{API}{APPLICATION}")] {
        assert!(parse("good.toml", &text).is_ok(), "{text}");
    }
}

#[test]
fn what_is_not_toml_is_refused() {
    refused_below(
        TENANT,
        &[
            ("x = «", "this is not TOML"),
            ("kind «", "this is not TOML"),
            ("«kind = \"organization\"", "duplicate key"),
            ("[[tenant.user]«\nid = 1", "this is not TOML"),
            ("[[tenant.user]]\nid = \"a\\«q\"", "this is not TOML"),
        ],
    );
}

#[test]
fn unknown_keys_are_refused_at_every_level() {
    refused_below("", &[("«tenants = 1", "expected one of: tenant; did you mean \"tenant\"?")]);
    refused_below("", &[("«version = 2", "unknown key \"version\" in the file; expected one of: tenant")]);
    refused_below(
        TENANT,
        &[
            ("«display-name = \"x\"", "did you mean \"display_name\"?"),
            ("[[tenant.«people]]\nid = 1", "unknown key \"people\" in a tenant"),
            ("«\"a\\nb\" = 1", "unknown key \"a\\nb\" in a tenant"),
        ],
    );
    let user = format!("{TENANT}{USER}");
    refused_below(
        &user,
        &[
            ("«pasword = \"x\"", "did you mean \"password\"?"),
            ("«kind = \"organization\"", "unknown key \"kind\" in a user"),
        ],
    );
    let application = format!("{TENANT}{APPLICATION}");
    refused_below(
        &application,
        &[
            ("«redirect_uris = []", "public_client_redirect_uris"),
            ("«requiredPermissions = []", "did you mean \"required_permissions\"?"),
            (
                "secrets = [{ description = \"a\", value = \"0123456789abcdef\", «expires = 1 }]",
                "unknown key \"expires\" in a secret",
            ),
            (
                "[[tenant.application.scope]]\nvalue = \"a\"\nconsent = \"user\"\nadmin_consent_display_name = \"A\"\n«description = \"x\"",
                "unknown key \"description\" in a scope",
            ),
            (
                "[[tenant.application.app_role]]\nvalue = \"a\"\nallowed_member_types = [\"User\"]\ndisplay_name = \"A\"\n«consent = \"user\"",
                "unknown key \"consent\" in an app role",
            ),
        ],
    );
}

#[test]
fn missing_keys_are_refused_where_the_table_begins() {
    let tables: [(&str, &str, &[&str]); 5] = [
        (TENANT, "a tenant", &["id", "domain", "display_name", "kind"]),
        (USER, "a user", &["id", "user_principal_name", "display_name"]),
        (APPLICATION, "an application", &["client_id", "display_name"]),
        (
            "\n[[tenant.application.scope]]\nvalue = \"a\"\nconsent = \"user\"\nadmin_consent_display_name = \"A\"\n",
            "a scope",
            &["value", "consent", "admin_consent_display_name"],
        ),
        (
            "\n[[tenant.application.app_role]]\nvalue = \"a\"\nallowed_member_types = [\"User\"]\ndisplay_name = \"A\"\n",
            "an app role",
            &["value", "allowed_member_types", "display_name"],
        ),
    ];
    for (table, name, keys) in tables {
        let above = match name {
            "a tenant" => String::new(),
            "a user" | "an application" => TENANT.to_owned(),
            _ => format!("{TENANT}{APPLICATION}"),
        };
        for key in keys {
            let lines = table.split_inclusive('\n').filter(|line| !line.starts_with(&format!("{key} =")));
            let without: String = lines.collect();
            let marked = without.replacen("[[", "«[[", 1);
            refused(&format!("{above}{marked}"), &format!("{name} lacks the key \"{key}\""));
        }
    }
    let application = format!("{TENANT}{APPLICATION}");
    refused_below(
        &application,
        &[
            ("secrets = [«{ value = \"0123456789abcdef\" }]", "a secret lacks the key \"description\""),
            ("secrets = [«{ description = \"a\" }]", "a secret lacks the key \"value\""),
        ],
    );
}

#[test]
fn wrong_types_are_refused() {
    refused_below("", &[("tenant = «\"contoso\"", "\"tenant\" must be a list of tables, [[tenant]], not a string")]);
    refused_below("", &[("tenant = [«1]", "must be a list of tables")]);
    refused_below("", &[("«[tenant]\nid = 1", "must be a list of tables, [[tenant]], not a table")]);
    refused(&TENANT.replace("\"Contoso\"", "«7"), "\"display_name\" must be a string, not an integer");
    let user = format!("{TENANT}{USER}");
    refused_below(
        &user,
        &[
            ("account_enabled = «\"yes\"", "\"account_enabled\" must be true or false, not a string"),
            ("business_phones = «\"+1\"", "\"business_phones\" must be a list of strings, not a string"),
            ("business_phones = [\"+1\", «1]", "\"business_phones\" must be a list of strings, not an integer"),
            ("attributes = «[\"a\"]", "\"attributes\" must be a table"),
            ("attributes = { a = «[1] }", "an attribute must be a string"),
            ("password = «12345678", "\"password\" must be a string, not an integer"),
            ("given_name = «2020-01-01", "must be a string, not a date or time"),
        ],
    );
    let application = format!("{TENANT}{APPLICATION}");
    refused_below(
        &application,
        &[
            ("access_token_version = «\"2\"", "must be an integer, not a string"),
            ("allow_public_client_flows = «1.5", "must be true or false, not a float"),
            ("secrets = [«\"0123456789abcdef\"]", "must be a list of tables"),
            ("web_redirect_uris = «true", "must be a list of strings, not a boolean"),
        ],
    );
}

#[test]
fn every_error_is_found_in_one_pass_and_in_order() {
    let text = EXAMPLE
        .replace("kind = \"consumers\"", "kind = \"customers\"")
        .replace("job_title", "title")
        .replace("\"graph/Mail.Read\"", "\"graph/Mail.Raed\"")
        .replace("http://localhost:5173/", "http://example.com/")
        .replacen("correct-horse-battery-staple", "short", 1);
    let errors = parse("contoso.toml", &text).expect_err("it has five errors");
    let lines: Vec<usize> = errors.iter().map(|error| error.line).collect();
    assert_eq!(lines, [15, 19, 62, 76, 125], "{errors:#?}");
    assert_eq!(
        errors[1].to_string(),
        "contoso.toml:19:3: unknown key \"title\" in a user; expected one of: id, user_principal_name, display_name, \
         password, given_name, surname, job_title, mail, mobile_phone, business_phones, office_location, \
         preferred_language, account_enabled, directory_roles, attributes, middle_name, nickname, profile_uri, picture_uri, \
         website_uri, mail_verified, gender, birthdate, time_zone and 2 more; did you mean \"job_title\"?"
    );
}

#[test]
fn what_may_be_left_out_or_written_otherwise_is_taken() {
    let lines = "account_enabled = false\nmail = \"c@mail.example\"\npreferred_language = \"de-CH\"\n\
                 attributes = { a = 0x1F, b = true, c = 1.50, d = 2024-05-01, e = \"text\" }\n";
    let directory = parse("good.toml", &format!("{TENANT}{USER}{lines}")).expect("it lacks nothing");
    let wanted = &directory.tenants[0].users[0];
    assert!(!wanted.user.account_enabled && wanted.password.is_none());
    assert_eq!(wanted.user.mail.as_deref(), Some("c@mail.example"));
    let attributes: Vec<_> = wanted.user.attributes.values().map(String::as_str).collect();
    assert_eq!(attributes, ["31", "true", "1.50", "2024-05-01", "text"]);
    assert!(parse("empty.toml", "# nothing\n").expect("it lacks nothing").tenants.is_empty());
}
