//! Secrets of applications: made, shown once, told apart, taken away.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_testkit::{DAEMON, NATIVE, TokenRequest};

use crate::house::House;

fn with(secret: &str) -> TokenRequest {
    let scope = "api://colors/.default";
    TokenRequest::by(DAEMON, "client_credentials").with("client_secret", secret).with("scope", scope)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| (path.display().to_string(), std::fs::read(path).unwrap());
    entries.filter(|path| path.is_file()).map(read).collect()
}

#[test]
fn a_secret_is_good_for_tokens_and_stands_nowhere() {
    let house = House::new();
    let made = house.run(&["app", "add-secret", DAEMON.client_id, "--description", "the night's job"]);
    assert_eq!(made.out.lines().count(), 1, "{made:?}");
    let secret = made.out.trim_end().to_owned();
    let bytes = URL_SAFE_NO_PAD.decode(&secret).unwrap();
    assert_eq!(bytes.len(), 32);
    assert!(made.err.contains("shown this once"), "{made:?}");

    let server = house.serve();
    let answer = server.token(&with(&secret));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let log = server.log();
    assert!(log.contains("ApplicationTokenIssued"), "the log must say of the request: {log}");
    let shown = house.run(&["app", "show", DAEMON.client_id]).done();
    let row = shown.lines().find(|line| line.contains("the night's job")).unwrap();
    assert!(row.contains(&format!("{}…", &secret[..3])) && row.contains(", last used 20"), "{row}");

    let mut seen = files(&house.data());
    assert!(seen.iter().any(|(name, bytes)| name.ends_with("grantor.db") && holds(bytes, b"the night's job")));
    for (name, text) in [("log", log), ("what was said", made.err), ("what is shown", shown)] {
        seen.push((name.to_owned(), text.into_bytes()));
    }
    for (name, content) in &seen {
        assert!(!holds(content, secret.as_bytes()), "{name} holds the secret");
        assert!(!holds(content, &bytes), "{name} holds the secret's bytes");
    }
}

#[test]
fn a_secret_that_is_taken_away_proves_nothing_and_the_others_do() {
    let house = House::new();
    let add = ["app", "add-secret", DAEMON.client_id, "--description", "second", "--lifetime", "20d"];
    let secret = house.run(&add).done().trim_end().to_owned();
    let shown = house.run(&["app", "show", DAEMON.client_id]).done();
    assert!(shown.contains("ends in 19 days") || shown.contains("ends in 20 days"), "{shown}");
    let listed = house.run(&["app", "list"]).done();
    let rows: Vec<&str> = listed.lines().filter(|line| line.contains("a secret ends in")).collect();
    assert!(rows.len() == 1 && rows[0].starts_with(DAEMON.client_id), "{listed}");

    let gone = house.run(&["app", "remove-secret", DAEMON.client_id, &secret[..3]]).done();
    assert!(gone.contains("(second)"), "{gone}");
    let server = house.serve();
    let answer = server.token(&with(&secret));
    assert_eq!((answer.status, &answer.json()["error_codes"]), (401, &serde_json::json!([7_000_215])));
    assert_eq!(server.token(&with(DAEMON.secret.unwrap())).status, 200);
}

#[test]
fn a_hint_that_several_secrets_have_is_refused_with_their_ids() {
    let house = House::new();
    let twin = r#"
        [[tenant]]
        id = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
        domain = "contoso.example"
        display_name = "Contoso"
        kind = "organization"
        [[tenant.application]]
        client_id = "c0105000-0000-4000-8000-00000000a004"
        display_name = "Nightly Job"
        secrets = [{ description = "twin", value = "daemon-secret-for-local-use-only-0002" }]
    "#;
    house.apply(twin);
    let said = house.run(&["app", "remove-secret", DAEMON.client_id, "dae"]).failed(1);
    assert!(said.contains("more than one secret") && said.contains("(local, dae…)") && said.contains("(twin, dae…)"));
    let at = said.find(" (twin,").unwrap();
    let gone = house.run(&["app", "remove-secret", DAEMON.client_id, &said[at - 16..at]]).done();
    assert!(gone.contains("(twin)"), "{gone}");
    let shown = house.run(&["app", "show", DAEMON.client_id]).done();
    assert!(shown.contains("local") && !shown.contains("twin"), "{shown}");
    let said = house.run(&["app", "remove-secret", DAEMON.client_id, "xyz"]).failed(1);
    assert!(said.contains("there is no secret xyz; there is ") && said.contains("(local, dae…)"), "{said}");
    let said = house.run(&["app", "remove-secret", NATIVE.client_id, "xyz"]).failed(1);
    assert!(said.ends_with("there is no secret xyz"), "{said}");
}

#[test]
fn a_secret_that_could_not_be_is_not_made() {
    let house = House::new();
    let before = house.run(&["app", "show", DAEMON.client_id]).done();
    let add = |description: &str, lifetime: &str| {
        let arguments = ["app", "add-secret", DAEMON.client_id, "--description", description, "--lifetime", lifetime];
        house.run(&arguments)
    };
    for lifetime in ["731d", "0d", "59s", "forever", "3y", "-1d"] {
        assert_eq!((add("x", lifetime).code, lifetime), (2, lifetime));
    }
    for (description, words) in [("", "must not be empty"), ("a\u{202e}b", "control characters")] {
        let said = add(description, "1d").failed(1);
        assert!(said.contains("the description ") && said.contains(words), "{said}");
    }
    assert_eq!(house.run(&["app", "show", DAEMON.client_id]).done(), before);
    add("the longest", "730d").done();
}
