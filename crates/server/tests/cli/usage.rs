//! Where the store is, what makes no sense, and what help says.

use grantor_testkit::{CHRIS, DAEMON, Folder};

use crate::house::{House, grantor, run};

#[test]
fn a_folder_that_a_server_uses_is_worked_on_beside_it_and_by_no_second_server() {
    let house = House::new();
    let server = house.serve();
    let file = format!("sqlite:{}", house.data().join("grantor.db").display());
    let elsewhere = house.folder.at("elsewhere");
    house.run(&["user", "disable", CHRIS.name]).done();
    assert!(house.run(&["user", "show", CHRIS.name]).done().contains("  state         disabled\n"));
    // Also when it is named by the file alone.
    house.run(&["user", "enable", CHRIS.name, "--database", &file, "--data", elsewhere.to_str().unwrap()]).done();
    assert!(!elsewhere.exists());
    let second = house.run(&["serve", "--http", "--listen", "127.0.0.1:0"]).failed(1);
    assert!(second.contains("in use"), "{second}");
    drop(server);
    assert!(house.run(&["user", "show", CHRIS.name]).done().contains("  state         enabled\n"));
    house.run(&["user", "list", "--database", &file, "--data", elsewhere.to_str().unwrap()]).done();
}

#[test]
fn a_store_that_is_not_there_is_not_made() {
    let folder = Folder::new();
    for arguments in [["app", "list"], ["user", "list"]] {
        let data = folder.at("data");
        let said = run(grantor().args(arguments).arg("--data").arg(&data), "").failed(1);
        assert!(said.contains("there is no store at ") && said.contains("--data"), "{said}");
        assert!(!data.exists());
    }
}

#[test]
fn an_address_with_a_typing_error_is_wrong_usage_and_not_repeated() {
    for arguments in [["app", "list"], ["user", "list"]] {
        let said = run(grantor().args(arguments).args(["--database", "postgre://grantor:hunter2@host/db"]), "");
        assert!(!said.err.contains("hunter2"), "{said:?}");
        assert!(said.failed(2).contains("--database: expected sqlite:PATH or postgres://…"));
    }
}

#[test]
fn what_makes_no_sense_is_wrong_usage() {
    for arguments in [
        &["app"][..],
        &["user"],
        &["app", "show"],
        &["app", "destroy", DAEMON.client_id],
        &["app", "add-secret", DAEMON.client_id],
        &["app", "add-certificate", DAEMON.client_id, "--description", "x"],
        &["user", "show", CHRIS.name, "--yes"],
    ] {
        assert_eq!(run(grantor().args(arguments), "").code, 2, "{arguments:?}");
    }
}

#[test]
fn help_lists_the_commands_by_what_a_person_wants_to_do() {
    let help = run(grantor().arg("help"), "").done();
    for line in ["See it work:", "Run it:", "Look after a directory:", "Sign in and call APIs from here:"] {
        assert!(help.lines().any(|said| said == line), "{line} is not in {help}");
    }
    for command in ["  app ", "  user ", "  apply ", "  serve ", "  login "] {
        assert!(help.contains(command), "{command} is not in {help}");
    }
    assert_eq!(run(grantor().arg("--help"), "").done(), help);
    let app = run(grantor().args(["help", "app"]), "").done();
    for act in [
        "list",
        "show",
        "add-secret",
        "remove-secret",
        "add-certificate",
        "remove-certificate",
        "enable",
        "disable",
        "remove",
    ] {
        assert!(app.lines().any(|line| line.trim_start().split(' ').next() == Some(act)), "{act} is not in {app}");
    }
}
