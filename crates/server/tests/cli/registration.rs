//! Tokens with which applications register themselves.

use grantor_testkit::wire::{Answer, Client};
use grantor_testkit::{CONTOSO, CONTOSO_DIRECTORY};

use crate::house::{House, Server};

fn register(server: &Server, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body = r#"{ "redirect_uris": ["https://self-made.example/answers"], "client_name": "Self-made" }"#;
    let target = format!("/{}/oidc/register", CONTOSO.id);
    Client::connect(&server.address).unwrap().send("POST", &target, &headers, body).unwrap()
}

#[test]
fn a_registration_token_is_shown_once_and_good_for_as_many_as_it_says() {
    let house = House::new();
    let command = ["tenant", "registration-token", "contoso.example", "--uses", "2", "--lifetime", "10m"];
    let early = house.run(&command);
    assert!(early.err.contains("takes no registration yet") && early.err.contains("client_registration"), "{early:?}");
    early.done();
    let policy = "kind = \"organization\"\npolicy = { client_registration = \"with-initial-access-token\" }\n";
    house.apply(&CONTOSO_DIRECTORY.replacen("kind = \"organization\"\n", policy, 1));

    let made = house.run(&command);
    assert!(made.err.contains(" in contoso.example with it, 2 times, until ") && made.err.contains("kept nowhere"));
    assert!(!made.err.contains("takes no registration"), "{made:?}");
    let token = made.done();
    assert_eq!((token.lines().count(), token.trim_end().contains(' ')), (1, false), "{token}");
    let token = token.trim_end();
    for entry in std::fs::read_dir(house.data()).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        let kept = std::fs::read(entry.path()).unwrap();
        assert!(!kept.windows(token.len()).any(|window| window == token.as_bytes()), "{entry:?}");
    }

    let server = house.serve();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let answer = register(&server, token);
        assert_eq!(answer.status, 201, "{}", answer.body);
        ids.push(answer.json()["client_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(register(&server, token).status, 401);
    let listed = house.run(&["app", "list", "--tenant", "contoso.example"]).done();
    assert!(ids.iter().all(|id| listed.contains(id.as_str())), "{listed}");
    // Without a number it is good for one.
    let once = house.run(&["tenant", "registration-token", "CONTOSO.example"]);
    assert!(once.err.contains(" with it, once, until "), "{once:?}");
    let once = once.done();
    assert_eq!([201, 401].map(|_| register(&server, once.trim_end()).status), [201, 401]);
    assert!(!server.log().contains(token), "and no log tells it");
}

#[test]
fn a_registration_token_has_bounds_and_a_tenant() {
    let house = House::new();
    let make = |more: &[&str]| house.run(&[&["tenant", "registration-token"], more].concat());
    assert!(make(&["nowhere.example"]).failed(1).contains("there is no tenant nowhere.example"));
    for wrong in [
        &[][..],
        &["contoso.example", "--uses", "0"],
        &["contoso.example", "--uses", "70000"],
        &["contoso.example", "--lifetime", "91d"],
        &["contoso.example", "--lifetime", "59s"],
        &["contoso.example", "--lifetime", "soon"],
    ] {
        make(wrong).failed(2);
    }
}
