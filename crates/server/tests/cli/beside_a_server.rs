//! Beside a server, on either engine: what an administrator does holds there at once, or within a second where the server keeps
//! the directory in memory.

use std::sync::OnceLock;
use std::time::Duration;

use grantor_testkit::wire::{Answer, Client, sign_in};
use grantor_testkit::{CHRIS, CONTOSO, DAEMON, NATIVE, TokenRequest};
use grantor_testkit_postgres::{Database, shared};
use serde_json::json;

use crate::house::{House, Server};

fn wait_for<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Runtime::new().unwrap()).block_on(work)
}

/// A house with a server on each engine; on the embedded one alone where there is no PostgreSQL.
fn scenes() -> Vec<(Option<Database>, House, Server)> {
    let embedded = std::iter::once(None);
    let nodes = shared().map(|cluster| Some(wait_for(cluster.database())));
    let scene = |database: Option<Database>| {
        let house = House::on(database.as_ref().map(Database::url));
        let server = house.serve();
        (database, house, server)
    };
    embedded.chain(nodes).map(scene).collect()
}

/// Chris signs in by password at the native app, which is allowed everything that it asks for.
fn by_password(password: &str) -> TokenRequest {
    let request = TokenRequest::by(NATIVE, "password").with("scope", "openid offline_access User.Read");
    request.with("username", CHRIS.name).with("password", password)
}

fn tokens(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    (text("refresh_token"), text("access_token"))
}

/// Asks again for as long as a node may keep the directory in memory.
#[track_caller]
fn soon(server: &Server, request: &TokenRequest, status: u16) -> Answer {
    for _ in 0..50 {
        let answer = server.token(request);
        if answer.status == status {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("it does not become {status}: {}", server.token(request).body);
}

#[test]
fn what_becomes_of_an_application_holds_on_a_node_that_serves() {
    for (_database, house, server) in scenes() {
        what_becomes_of_an_application_holds_on_a_node_that_serves_of(&house, &server);
    }
}

fn what_becomes_of_an_application_holds_on_a_node_that_serves_of(house: &House, server: &Server) {
    let ask = |secret: &str| {
        let request = TokenRequest::by(DAEMON, "client_credentials").with("scope", "api://colors/.default");
        request.with("client_secret", secret)
    };
    let add = ["app", "add-secret", DAEMON.client_id, "--description", "new"];
    let secret = house.run(&add).done().trim_end().to_owned();
    soon(server, &ask(&secret), 200);
    house.run(&["app", "remove-secret", DAEMON.client_id, &secret[..3]]).done();
    let refused = soon(server, &ask(&secret), 401);
    assert_eq!(refused.json()["error_codes"], json!([7_000_215]), "{}", refused.body);

    let old = ask(DAEMON.secret.unwrap());
    assert_eq!(server.token(&old).status, 200);
    house.run(&["app", "disable", DAEMON.client_id]).done();
    let refused = soon(server, &old, 400);
    assert_eq!(refused.json()["error_codes"], json!([7_000_112]), "{}", refused.body);
    house.run(&["app", "enable", DAEMON.client_id]).done();
    soon(server, &old, 200);
    house.run(&["app", "remove", DAEMON.client_id, "--yes"]).done();
    let refused = soon(server, &old, 400);
    assert_eq!(refused.json()["error_codes"], json!([700_016]), "{}", refused.body);
}

#[test]
fn what_becomes_of_a_person_ends_what_they_are_signed_in_to_at_once() {
    for (_database, house, server) in scenes() {
        what_becomes_of_a_person_ends_what_they_are_signed_in_to_at_once_of(&house, &server);
    }
}

fn what_becomes_of_a_person_ends_what_they_are_signed_in_to_at_once_of(house: &House, server: &Server) {
    sign_in(&server.address);
    let other = "another-good-password";
    // Each act with what is typed for it, and the password that is good after it, if one is.
    let acts: [(&[&str], &str, Option<&str>); 4] = [
        (&["end-sessions"], "", Some(CHRIS.password)),
        (&["set-password"], "another-good-password\n", Some(other)),
        (&["disable"], "", None),
        (&["remove", "--yes"], "", None),
    ];
    let mut good = CHRIS.password;
    for (act, typed, after) in acts {
        let (refresh, access) = tokens(&server.token(&by_password(good)));
        assert_eq!(server.me(&access), 200);
        let arguments: Vec<&str> = ["user"].into_iter().chain(act.iter().copied()).chain([CHRIS.name]).collect();
        house.tell(&arguments, typed).done();
        let refused = server.token(&TokenRequest::refresh(NATIVE, &refresh));
        assert_eq!(
            (refused.status, &refused.json()["error"]),
            (400, &json!("invalid_grant")),
            "{act:?} {}",
            refused.body
        );
        assert_eq!(server.me(&access), 401, "{act:?}");
        if act[0] == "disable" {
            assert_eq!(server.token(&by_password(good)).status, 400, "{act:?}");
            house.run(&["user", "enable", CHRIS.name]).done();
            assert_eq!(server.token(&TokenRequest::refresh(NATIVE, &refresh)).status, 400, "it has ended for ever");
        } else if let Some(after) = after {
            if after != good {
                assert_eq!(server.token(&by_password(good)).status, 400, "{act:?}");
            }
            good = after;
        }
    }
    assert_eq!(server.token(&by_password(good)).status, 400, "they are gone");
}

#[test]
fn a_locked_account_opens() {
    for (_database, house, server) in scenes() {
        a_locked_account_opens_of(&house, &server);
    }
}

fn a_locked_account_opens_of(house: &House, server: &Server) {
    sign_in(&server.address);
    let show = || house.run(&["user", "show", CHRIS.name]).done();
    for _ in 0..50 {
        server.token(&by_password("not-the-password"));
        if show().contains("locked until") {
            break;
        }
    }
    let shown = show();
    assert!(shown.contains("  password      set; locked until "), "{shown}");
    let refused = server.token(&by_password(CHRIS.password));
    assert_eq!(refused.json()["error_codes"], json!([50_053]), "{}", refused.body);
    let opened = house.run(&["user", "unlock", CHRIS.name]).done();
    assert_eq!(opened, format!("{} can try a password again\n", CHRIS.name));
    tokens(&server.token(&by_password(CHRIS.password)));
    assert!(show().contains("  password      set\n"));
    assert!(house.run(&["user", "unlock", CHRIS.name]).done().contains("was not locked"));
}

#[test]
fn the_next_signing_key_is_published_and_signs_when_everybody_has_seen_it() {
    for (_database, house, server) in scenes() {
        let published = || {
            let mut client = Client::connect(&server.address).unwrap();
            let keys = client.send("GET", &format!("/{}/oidc/keys", CONTOSO.id), &[], "").unwrap().json();
            keys["keys"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|key| key["use"] == "sig")
                .map(|key| key["kid"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let before = published();
        assert_eq!(before.len(), 1);
        let said = house.run(&["key", "rotate"]).done();
        let next = said.split(' ').find(|word| word.len() == 27).unwrap_or_else(|| panic!("{said}")).to_owned();
        assert!(said.starts_with("RS256: the next key ") && said.contains(" is published and signs from "), "{said}");
        let is_there = |_: &u32| {
            std::thread::sleep(Duration::from_millis(100));
            published().contains(&next)
        };
        assert!((0..50).any(|turn| is_there(&turn)), "{:?}", published());
        let again = house.run(&["key", "rotate"]).done();
        assert!(again.contains(&format!("the next key {next} was published before")), "{again}");
        let listed = house.run(&["key", "list"]).done();
        let lines: Vec<&str> = listed.lines().collect();
        assert!(lines[0].contains(&before[0]) && lines[0].contains("signs since "), "{listed}");
        assert!(lines[1].contains(&next) && lines[1].contains("signs from "), "{listed}");
        // Until then, the one before it signs.
        sign_in(&server.address);
        let (_, access) = tokens(&server.token(&by_password(CHRIS.password)));
        let header = grantor_jose::peek_header(&access).unwrap();
        assert_eq!(header.kid.as_deref(), Some(before[0].as_str()));
    }
}
