//! People: listed, shown, given passwords, switched, removed.

use grantor_testkit::{ADMIN, CHRIS, CONTOSO, DANA, PERSONAL};

use crate::house::House;

#[test]
fn people_are_listed_by_tenant_in_the_order_of_their_names() {
    let house = House::new();
    assert_eq!(house.run(&["user", "list"]).done().lines().count(), 5);
    let listed = house.run(&["user", "list", "--tenant", CONTOSO.domain]).done();
    let rows: Vec<&str> = listed.lines().collect();
    assert!(rows.len() == 2 && rows[0].starts_with(ADMIN.id) && rows[1].starts_with(CHRIS.id), "{listed}");
    assert!(rows[0].ends_with("Global Administrator"), "{listed}");
}

#[test]
fn a_person_is_found_by_name_in_any_case_or_by_id() {
    let house = House::new();
    for name in ["chrisg@CONTOSO.example", CHRIS.id] {
        let shown = house.run(&["user", "show", name]).done();
        for line in ["Chris Green", "  state         enabled", "  password      set", "  sessions      none was ended"]
        {
            assert!(shown.lines().any(|shown| shown == line), "{line} is not in {shown}");
        }
    }
    let said = house.run(&["user", "show", "dana"]).failed(1);
    assert_eq!(said, format!("grantor: there is no person dana; there is {}", DANA.name));
    let said = house.run(&["user", "show", CHRIS.name, "--tenant", "fabrikam.example"]).failed(1);
    assert!(said.contains(&format!("there is no person {}", CHRIS.name)), "{said}");
}

#[test]
fn a_name_that_several_tenants_have_is_refused_with_the_choices() {
    let house = House::new();
    let namesake = format!(
        "[[tenant]]\nid = \"{}\"\ndomain = \"{}\"\ndisplay_name = \"Personal accounts\"\nkind = \"consumers\"\n\
         [[tenant.user]]\nid = \"00000000-0000-0000-66f3-3332eca7ea82\"\nuser_principal_name = \"{}\"\n\
         display_name = \"Chris at home\"\n",
        PERSONAL.id,
        PERSONAL.domain,
        CHRIS.name.to_lowercase(),
    );
    house.apply(&namesake);
    let said = house.run(&["user", "disable", CHRIS.name]).failed(1);
    for words in ["more than one person", CHRIS.id, "contoso.example", "consumers.example", "say which with --tenant"] {
        assert!(said.contains(words), "{words} is not in {said}");
    }
    house.run(&["user", "disable", CHRIS.name, "--tenant", PERSONAL.domain]).done();
    let state = |tenant: &str| {
        let shown = house.run(&["user", "show", CHRIS.name, "--tenant", tenant]).done();
        shown.lines().find_map(|line| line.strip_prefix("  state         ").map(str::to_owned)).unwrap()
    };
    assert_eq!((state(PERSONAL.domain).as_str(), state(CONTOSO.domain).as_str()), ("disabled", "enabled"));
}

#[test]
fn a_password_that_cannot_be_one_changes_nothing() {
    let house = House::new();
    let set = ["user", "set-password", CHRIS.name];
    let before = house.run(&["user", "show", CHRIS.name]).done();
    for (typed, words) in [
        ("", "no password came on standard input"),
        ("short\n", "at least 8 characters"),
        ("with\u{7}control\n", "control characters"),
        (&*("x".repeat(257) + "\n"), "at most 256 characters"),
    ] {
        let said = house.tell(&set, typed);
        let all = said.err.clone();
        let line = said.failed(1);
        assert!(line.contains(words), "{line}");
        assert!(typed.trim().len() < 5 || !all.contains(typed.trim()), "{all}");
    }
    assert_eq!(house.run(&["user", "show", CHRIS.name]).done(), before);
    // It is no argument: there it could be read by whoever lists processes.
    house.tell(&["user", "set-password", CHRIS.name, "a-good-password"], "").failed(2);
}

#[test]
fn a_person_is_switched_off_and_on() {
    let house = House::new();
    let switch = |how: &str| house.run(&["user", how, CHRIS.name]).done();
    assert_eq!(switch("enable"), format!("{} is enabled already\n", CHRIS.name));
    assert!(switch("disable").ends_with("is disabled; what they were signed in to has ended\n"));
    let shown = house.run(&["user", "show", CHRIS.name]).done();
    assert!(shown.contains("  state         disabled\n") && shown.contains("have ended\n"), "{shown}");
    assert!(house.run(&["user", "list"]).done().contains("  disabled\n"));
    assert!(switch("disable").ends_with("is disabled already\n"));
    assert_eq!(house.run(&["user", "show", CHRIS.name]).done(), shown, "the first moment stays");
    switch("enable");
    assert!(house.run(&["user", "show", CHRIS.name]).done().contains("have ended\n"));
}

#[test]
fn a_person_goes_when_somebody_says_yes() {
    let house = House::new();
    let remove = ["user", "remove", ADMIN.name];
    let asked = house.tell(&remove, "n\n");
    for words in ["With Contoso Admin, admin@contoso.example of contoso.example, go:", "Global Administrator", "[y/N]"]
    {
        assert!(asked.err.contains(words), "{words} is not in {}", asked.err);
    }
    asked.failed(1);
    house.run(&["user", "show", ADMIN.name]).done();
    assert_eq!(house.tell(&remove, "Y\n").done(), format!("{} ({}) is gone\n", ADMIN.name, ADMIN.id));
    house.run(&["user", "show", ADMIN.name]).failed(1);
    house.run(&["user", "remove", CHRIS.name, "--yes"]).done();
    assert!(house.run(&["user", "list", "--tenant", CONTOSO.domain]).done().is_empty());
}
