//! Applications: listed, shown, switched, removed.

use grantor_testkit::{COLORS_API, DAEMON, FABRIKAM_TIMESHEET, NATIVE, WEB};

use crate::house::House;

#[test]
fn applications_are_listed_by_tenant() {
    let house = House::new();
    let all = house.run(&["app", "list"]).done();
    assert_eq!(all.lines().count(), 7, "{all}");
    for tenant in ["fabrikam.example", "FABRIKAM.example", "f4b21a0e-6f1c-4d33-9a7e-5d3f0a3c1b77"] {
        let listed = house.run(&["app", "list", "--tenant", tenant]).done();
        let rows: Vec<&str> = listed.lines().collect();
        assert!(rows.len() == 2 && rows[0].starts_with(FABRIKAM_TIMESHEET.client_id), "{listed}");
        assert!(rows.iter().all(|row| row.ends_with("fabrikam.example")), "{listed}");
    }
    let said = house.run(&["app", "list", "--tenant", "fabrikam"]).failed(1);
    assert_eq!(said, "grantor: there is no tenant fabrikam; there is fabrikam.example");
}

#[test]
fn an_application_is_shown_with_what_it_may_do() {
    let house = House::new();
    let shown = house.run(&["app", "show", WEB.client_id]).done();
    for line in [
        "Developer Console",
        "  tenant        contoso.example (8eaef023-2b34-4da1-9baa-8bc8c9d6a490)",
        "  state         enabled",
        "                http://localhost:5000/getAToken (web)",
        "  permissions   graph/User.Read (for people)",
        "                Colors API/Colors.Read (for people)",
        "  certificates  none",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} is not in {shown}");
    }
    assert!(shown.contains("  secrets       con… local, id ") && shown.contains(", never ends, never used"), "{shown}");
    let shown = house.run(&["app", "show", DAEMON.client_id]).done();
    assert!(shown.contains("Colors API/Colors.Manage.All (for itself)"), "{shown}");
    let shown = house.run(&["app", "show", COLORS_API]).done();
    assert!(shown.contains("api://colors") && shown.contains("Colors.Write (scope)"), "{shown}");
}

#[test]
fn an_application_that_is_not_there_is_named_with_those_that_are_called_alike() {
    let house = House::new();
    let said = house.run(&["app", "show", "nightly"]).failed(1);
    assert_eq!(said, format!("grantor: there is no application nightly; there is {} (Nightly Job)", DAEMON.client_id));
    // An identifier URI is no client id.
    let said = house.run(&["app", "show", "api://colors"]).failed(1);
    assert!(said.contains("there is no application api://colors"), "{said}");
    house.run(&["app", "show", &NATIVE.client_id.to_uppercase()]).done();
}

#[test]
fn an_application_is_switched_off_and_on() {
    let house = House::new();
    let switch = |how: &str| house.run(&["app", how, NATIVE.client_id]).done();
    assert_eq!(switch("enable"), "Native App is enabled already\n");
    assert_eq!(switch("disable"), "Native App is disabled\n");
    assert_eq!(switch("disable"), "Native App is disabled already\n");
    assert!(house.run(&["app", "show", NATIVE.client_id]).done().contains("  state         disabled\n"));
    let listed = house.run(&["app", "list"]).done();
    assert!(listed.lines().any(|row| row.starts_with(NATIVE.client_id) && row.ends_with("  disabled")), "{listed}");
    assert_eq!(switch("enable"), "Native App is enabled\n");
}

#[test]
fn an_application_goes_when_somebody_says_yes() {
    let house = House::new();
    let remove = ["app", "remove", COLORS_API];
    for answer in ["", "\n", "no\n", "yess\n"] {
        let asked = house.tell(&remove, answer);
        for words in
            ["With Colors API", "in contoso.example: ", "Colors.Read, Colors.Write, Colors.Manage.All", "[y/N]"]
        {
            assert!(asked.err.contains(words), "{words} is not in {}", asked.err);
        }
        assert!(asked.failed(1).ends_with("nothing was removed: answer yes, or give --yes"), "{answer:?}");
        house.run(&["app", "show", COLORS_API]).done();
    }
    let gone = house.tell(&remove, "yes\n").done();
    assert_eq!(gone, format!("Colors API ({COLORS_API}) is gone\n"));
    house.run(&["app", "show", COLORS_API]).failed(1);
    // What it had been allowed on the API went with that.
    assert!(house.run(&["app", "show", DAEMON.client_id]).done().contains("  permissions   none\n"));
    house.run(&["app", "remove", DAEMON.client_id, "--yes"]).done();
    house.run(&["app", "show", DAEMON.client_id]).failed(1);
}

#[test]
fn what_would_fail_under_a_profile_is_said() {
    let house = House::new();
    let said = house.run(&["app", "check", WEB.client_id]).done();
    assert!(
        said.starts_with("nothing of Developer Console") && said.ends_with("would fail under oauth2.1\n"),
        "{said}"
    );
    let (printed, said) = house.run(&["app", "check", WEB.client_id, "--profile", "fapi2-message-signing"]).found();
    for line in [
        "redirect addresses by TLS (FAPI 2.0 Security Profile §5.3.2.2)",
        "a key to prove it with (FAPI 2.0 Security Profile §5.3.2.1)",
        "signed requests only (FAPI 2.0 Message Signing §5.3)",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line} is not in {printed}");
    }
    assert!(said.contains("of the settings of Developer Console") && said.contains("fapi2-message-signing"), "{said}");
    house.run(&["app", "check", WEB.client_id, "--profile", "fapi1"]).failed(2);
}
