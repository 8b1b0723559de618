//! Beside a node that serves, on PostgreSQL: what an administrator does holds there at once, or within a second where the
//! node keeps the directory in memory.

use std::sync::OnceLock;
use std::time::Duration;

use grantor_testkit::wire::{Answer, sign_in};
use grantor_testkit::{CHRIS, DAEMON, NATIVE, TokenRequest};
use grantor_testkit_postgres::{Database, shared};
use serde_json::json;

use crate::house::{House, Server};

fn wait_for<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Runtime::new().unwrap()).block_on(work)
}

/// A house on a database of its own, and a node on it; nothing where there is no PostgreSQL.
fn scene() -> Option<(Database, House, Server)> {
    let database = wait_for(shared()?.database());
    let house = House::on(Some(database.url()));
    let server = house.serve();
    Some((database, house, server))
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
    let Some((_database, house, server)) = scene() else { return };
    let ask = |secret: &str| {
        let request = TokenRequest::by(DAEMON, "client_credentials").with("scope", "api://colors/.default");
        request.with("client_secret", secret)
    };
    let add = ["app", "add-secret", DAEMON.client_id, "--description", "new"];
    let secret = house.run(&add).done().trim_end().to_owned();
    soon(&server, &ask(&secret), 200);
    house.run(&["app", "remove-secret", DAEMON.client_id, &secret[..3]]).done();
    let refused = soon(&server, &ask(&secret), 401);
    assert_eq!(refused.json()["error_codes"], json!([7_000_215]), "{}", refused.body);

    let old = ask(DAEMON.secret.unwrap());
    assert_eq!(server.token(&old).status, 200);
    house.run(&["app", "disable", DAEMON.client_id]).done();
    let refused = soon(&server, &old, 400);
    assert_eq!(refused.json()["error_codes"], json!([7_000_112]), "{}", refused.body);
    house.run(&["app", "enable", DAEMON.client_id]).done();
    soon(&server, &old, 200);
    house.run(&["app", "remove", DAEMON.client_id, "--yes"]).done();
    let refused = soon(&server, &old, 400);
    assert_eq!(refused.json()["error_codes"], json!([700_016]), "{}", refused.body);
}

#[test]
fn what_becomes_of_a_person_ends_what_they_are_signed_in_to_at_once() {
    let Some((_database, house, server)) = scene() else { return };
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
    let Some((_database, house, server)) = scene() else { return };
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
