//! Certificates of applications.

use grantor_testkit::DAEMON;

use crate::house::House;

/// A file with everything that can be said of permissions, and in it a certificate.
const PERMISSIONS: &str = include_str!("../../../../examples/permissions/permissions.toml");

fn certificate() -> String {
    let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    let start = PERMISSIONS.find(begin).unwrap();
    let length = PERMISSIONS[start..].find(end).unwrap() + end.len();
    PERMISSIONS[start..start + length].to_owned() + "\n"
}

fn thumbprint(shown: &str) -> String {
    let row = shown.lines().find(|line| line.trim_start().starts_with("certificates")).unwrap();
    row.split_whitespace().nth(1).unwrap().to_owned()
}

#[test]
fn a_certificate_is_added_once_shown_and_taken_away() {
    let house = House::new();
    let file = house.file("build.pem", &certificate());
    let add = ["app", "add-certificate", DAEMON.client_id, "--description", "build", file.to_str().unwrap()];
    let added = house.run(&add).done();
    let shown = house.run(&["app", "show", DAEMON.client_id]).done();
    let thumbprint = thumbprint(&shown);
    assert!(thumbprint.len() == 40 && added.contains(&thumbprint), "{added} {shown}");
    assert!(shown.contains(&format!("{thumbprint} build, made ")) && shown.contains(", never used"), "{shown}");
    assert!(house.run(&add).done().contains("already"));
    assert_eq!(house.run(&["app", "show", DAEMON.client_id]).done(), shown);

    let remove = |named: &str| house.run(&["app", "remove-certificate", DAEMON.client_id, named]);
    let said = remove("0011223344").failed(1);
    assert!(said.contains("there is no certificate 0011223344") && said.contains(&thumbprint), "{said}");
    assert!(remove(&thumbprint[..7]).failed(1).contains("there is no certificate"), "seven digits may mean many");
    let gone = remove(&thumbprint[..8].to_lowercase()).done();
    assert!(gone.contains(&thumbprint) && gone.contains("(build)"), "{gone}");
    assert!(house.run(&["app", "show", DAEMON.client_id]).done().contains("certificates  none"));
}

#[test]
fn what_is_no_certificate_is_refused_and_never_repeated() {
    let house = House::new();
    let key = certificate().replace("CERTIFICATE", "PRIVATE KEY");
    let twice = certificate().repeat(2);
    for (content, words) in [
        (key.as_str(), "holds a private key"),
        (&twice, "holds more than one certificate"),
        ("nothing", "must hold a certificate"),
    ] {
        let file = house.file("bad.pem", content);
        let add = ["app", "add-certificate", DAEMON.client_id, "--description", "x", file.to_str().unwrap()];
        let said = house.run(&add);
        let all = said.err.clone();
        let line = said.failed(1);
        assert!(line.contains("bad.pem") && line.contains(words), "{line}");
        assert!(content.lines().all(|text| text.len() < 8 || !all.contains(text)), "{all}");
    }
    let missing = ["app", "add-certificate", DAEMON.client_id, "--description", "x", "/nowhere.pem"];
    assert!(house.run(&missing).failed(1).contains("/nowhere.pem cannot be read"));
}
