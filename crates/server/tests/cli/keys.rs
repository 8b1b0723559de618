//! Signing keys: rehearsed before they sign, and changed at once.

use std::time::Duration;

use grantor_testkit::wire::Client;
use grantor_testkit::{CONTOSO, DAEMON, NATIVE, TokenRequest, WEB};

use crate::house::{House, Server};

/// The signing keys that somebody fetches who says to be this, by their ids.
fn fetched(server: &Server, query: &str, agent: &str) -> Vec<String> {
    let mut client = Client::connect(&server.address).unwrap();
    let target = format!("/{}/oidc/keys{query}", CONTOSO.id);
    let keys = client.send("GET", &target, &[("user-agent", agent)], "").unwrap().json();
    let signing = keys["keys"].as_array().unwrap().iter().filter(|key| key["use"] == "sig");
    signing.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// Asks again until it is so: a node looks for what has changed by itself.
#[track_caller]
fn soon(what: &str, is_so: impl Fn() -> bool) {
    let waited = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        is_so()
    });
    assert!(waited, "{what}");
}

/// The id of the key that a line names.
#[track_caller]
fn named(line: &str) -> String {
    line.split(' ').find(|word| word.len() == 27).unwrap_or_else(|| panic!("{line}")).to_owned()
}

/// A token of now, and the id of the key that has signed it.
fn signed_now(server: &Server) -> (String, String) {
    let request = TokenRequest::by(DAEMON, "client_credentials").with("scope", "api://colors/.default");
    let answer = server.token(&request);
    let token = answer.json()["access_token"].as_str().unwrap_or_else(|| panic!("{}", answer.body)).to_owned();
    let kid = grantor_jose::peek_header(&token).unwrap().kid.unwrap();
    (token, kid)
}

#[test]
fn before_the_next_key_signs_it_can_be_seen_who_has_fetched_it() {
    let house = House::new();
    let server = house.serve();
    let of_web = format!("?appid={}", WEB.client_id);
    fetched(&server, &of_web, "web");
    let none = house.run(&["key", "rehearse"]).done();
    assert_eq!(none, "no key is published ahead; `grantor key rotate` publishes the next ones\n");
    let next = named(&house.run(&["key", "rotate"]).done());
    let at_first = house.run(&["key", "rehearse"]).done();
    assert!(at_first.starts_with(&format!("RS256: the next key {next} signs from ")), "{at_first}");
    assert_eq!(at_first.matches("not seen").count(), at_first.lines().count() - 1, "{at_first}");

    soon("the next key is published", || fetched(&server, &of_web, "web").contains(&next));
    fetched(&server, "", "a program/1.0");
    let seen = house.run(&["key", "rehearse"]).done();
    let of = |name: &str| seen.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_default().to_owned();
    assert!(of(WEB.client_id).contains("Developer Console") && of(WEB.client_id).contains("  seen "), "{seen}");
    assert!(of(NATIVE.client_id).ends_with("not seen"), "{seen}");
    assert!(of("agent:a program/1.0").contains("says of no application") && seen.contains("  seen "), "{seen}");
}

#[test]
fn where_no_server_has_run_there_is_no_key_to_follow() {
    let house = House::new();
    let said = house.run(&["key", "rotate"]).done();
    assert_eq!(said, "no key signs yet; the server makes the first one when it starts\n");
    // What it found is what the server goes on with.
    signed_now(&house.serve());
}

#[test]
fn a_key_that_others_may_know_signs_no_more_at_once() {
    let house = House::new();
    let server = house.serve();
    let (token, old) = signed_now(&server);
    // Also where the next one is published already: who knows the one may know the other.
    let ahead = named(&house.run(&["key", "rotate"]).done());
    let said = house.run(&["key", "rotate", "--at-once"]).done();
    let new = named(&said);
    assert!(said.starts_with("RS256: ") && said.contains(" is published and signs from "), "{said}");
    assert!(new != old && new != ahead);
    soon("the new key signs", || signed_now(&server).1 == new);
    let published = fetched(&server, "", "anybody");
    assert!(published.contains(&old) && published.contains(&new), "what the old one has signed is good to its end");
    assert_ne!(token, signed_now(&server).0);
    let listed = house.run(&["key", "list"]).done();
    let of = |kid: &str| listed.lines().find(|line| line.contains(kid)).unwrap_or_default().to_owned();
    assert!(of(&old).ends_with("proves what it has signed") && of(&new).contains("signs since "), "{listed}");
    assert!(house.run(&["key", "rotate", "--at-last"]).failed(2).contains("--help"));
}
