//! What applications were told when sessions ended.

use std::time::Duration;

use grantor_testkit::wire::{Client, sign_in};
use grantor_testkit::{CHRIS, CONTOSO_DIRECTORY, NATIVE, WEB};

use crate::house::House;

#[test]
fn each_try_to_tell_an_application_is_listed_with_what_came_of_it() {
    let house = House::new();
    // Where nobody is and nobody may be: this machine itself.
    let told = "client_metadata = { backchannel_logout_uri = \"https://127.0.0.1:1/logout\" }";
    let id = format!("client_id = \"{}\"\n", NATIVE.client_id);
    house.apply(&CONTOSO_DIRECTORY.replacen(&id, &format!("{id}{told}\n"), 1));
    let logouts = |client_id: &str| house.run(&["app", "logouts", client_id]);
    let none = "it was told of no session within the last days\n";
    assert_eq!(logouts(NATIVE.client_id).done(), none);

    let server = house.serve();
    let cookie = sign_in(&server.address);
    let out = ("/contoso.example/oauth2/v2.0/logout", [("cookie", cookie.as_str())]);
    Client::connect(&server.address).unwrap().send("GET", out.0, &out.1, "").unwrap();
    let tried = (0..100).find_map(|_| {
        std::thread::sleep(Duration::from_millis(100));
        let said = logouts(NATIVE.client_id).done();
        said.contains("to be told again at ").then_some(said)
    });
    let tried = tried.unwrap_or_else(|| panic!("{}", logouts(NATIVE.client_id).done()));
    let lines: Vec<&str> = tried.lines().collect();
    assert_eq!(lines.len(), 2, "{tried}");
    assert!(lines[0].contains("contoso.example") && lines[0].contains(&format!(" of {}", CHRIS.id)), "{tried}");
    assert!(lines[1].starts_with("  ") && lines[1].trim_end().len() > 30, "{tried}");
    assert_eq!(logouts(WEB.client_id).done(), none, "it had no part in the session, and no address");
    assert!(logouts("nobody").failed(1).contains("there is no application nobody"));
}
