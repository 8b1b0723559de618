//! Passwords and secrets stand in no error and in no debug output, whatever is wrong with the file.

use grantor_directory_file::parse;

use crate::{API, APPLICATION, EXAMPLE, TENANT, USER};

const PASSWORD: &str = "correct-horse-battery-staple";
const SECRETS: [&str; 2] = ["console-secret-for-local-use-only-0001", "daemon-secret-for-local-use-only-0001"];

/// What is said about a text, in every way in which it can be said.
fn said_about(text: &str) -> String {
    match parse("canary.toml", text) {
        Ok(directory) => format!("{directory:?} {directory:#?}"),
        Err(errors) => {
            let said: Vec<String> = errors.iter().map(|error| format!("{error} {error:?} {error:#?}\n")).collect();
            said.concat()
        }
    }
}

fn assert_silent(text: &str, canaries: &[&str]) {
    let said = said_about(text);
    for canary in canaries {
        assert!(!said.contains(canary), "{said}");
    }
}

#[test]
fn a_good_file_shows_none_in_debug_output() {
    let canaries = [PASSWORD, SECRETS[0], SECRETS[1], "battery", "-secret-for-"];
    assert!(said_about(EXAMPLE).contains("ChrisG@contoso.example"), "something is shown");
    assert_silent(EXAMPLE, &canaries);
}

#[test]
fn a_cut_file_shows_none() {
    for end in (0..=EXAMPLE.len()).filter(|end| EXAMPLE.is_char_boundary(*end)) {
        assert_silent(&EXAMPLE[..end], &["battery", "-secret-for-"]);
    }
}

#[test]
fn broken_passwords_and_secrets_are_not_shown() {
    let canary = "CANARY";
    let passwords = [
        "password = \"CANARY\"",
        "password = \"CANARY\\u0000 and more\"",
        "password = [\"CANARY-CANARY\"]",
        "password = { value = \"CANARY-CANARY\" }",
        "password = CANARY-CANARY",
        "password = \"CANARY-CANARY",
        "password = 'CANARY-CANARY' 'CANARY'",
        "password = \"CANARY\\q-CANARY\"",
        "password \"CANARY-CANARY\"",
        "password = \"a-good-password\"\npassword = \"CANARY-CANARY\"",
        "pasword = \"CANARY-CANARY\"",
        "pass.word = \"CANARY-CANARY\"",
        "password = \"\"\"\nCANARY-CANARY",
    ];
    for line in passwords {
        let text = format!("{TENANT}{USER}{line}\n");
        assert!(parse("canary.toml", &text).is_err(), "{line} should be refused");
        assert_silent(&text, &[canary]);
    }
    let long = format!("{TENANT}{USER}password = \"{}\"\n", canary.repeat(50));
    assert!(parse("canary.toml", &long).is_err());
    assert_silent(&long, &[canary]);
    let secrets = [
        "secrets = [{ description = \"a\", value = \"CANARY\" }]",
        "secrets = [{ description = \"a\", value = \"CANARY-\u{e4}-CANARY-CANARY\" }]",
        "secrets = [{ description = \"a\", valeu = \"CANARY-CANARY-CANARY\" }]",
        "secrets = [{ value = \"CANARY-CANARY-CANARY\" }]",
        "secrets = [\"CANARY-CANARY-CANARY\"]",
        "secrets = \"CANARY-CANARY-CANARY\"",
        "secret = \"CANARY-CANARY-CANARY\"",
        "secrets = [{ description = \"a\", value = \"CANARY-CANARY-CANARY\" }, { description = \"b\", value = \"CANARY-CANARY-CANARY\" }]",
        "secrets = [{ description = \"a\", value = [\"CANARY-CANARY-CANARY\"] }]",
    ];
    for line in secrets {
        let text = format!("{TENANT}{API}{APPLICATION}{line}\n");
        assert!(parse("canary.toml", &text).is_err(), "{line} should be refused");
        assert_silent(&text, &[canary]);
    }
}

#[test]
fn a_private_key_in_the_wrong_place_is_not_shown() {
    let key = "-----BEGIN PRIVATE KEY-----\nCANARYCANARY\n-----END PRIVATE KEY-----";
    for kind in ["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
        let key = key.replace("PRIVATE KEY", kind);
        for line in [
            format!("certificates = [{{ description = \"a\", pem = \"\"\"{key}\"\"\" }}]"),
            format!("certificates = [{{ description = \"a\", key = \"\"\"{key}\"\"\" }}]"),
            format!("certificates = \"\"\"{key}\"\"\""),
        ] {
            let text = format!("{TENANT}{APPLICATION}{line}\n");
            assert!(said_about(&text).contains("private key") || line.starts_with("certificates = \"\"\""), "{line}");
            assert_silent(&text, &["CANARY"]);
        }
    }
}
