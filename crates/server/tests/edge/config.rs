//! Which layer wins, and each way in which a configuration is refused.

use std::ffi::OsString;

use clap::Parser;
use grantor_server::config::{ConfigError, Database, LogFormat, OutgoingConfig, ServeConfig, ServeOptions, Tls};

use super::support::Folder;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    options: ServeOptions,
}

fn flags(flags: &[&str]) -> Result<ServeOptions, clap::Error> {
    Command::try_parse_from(["serve"].iter().chain(flags)).map(|command| command.options)
}

fn resolve(arguments: &[&str], environment: &[(&str, &str)]) -> Result<ServeConfig, ConfigError> {
    let variable =
        |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value));
    flags(arguments).unwrap().resolve(&variable)
}

fn refusal(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let text = resolve(arguments, environment).unwrap_err().to_string();
    assert!(!text.contains('\n'), "one line: {text}");
    text
}

#[test]
fn with_nothing_said_the_defaults_hold() {
    let config = resolve(&[], &[]).unwrap();
    let expected = ServeConfig {
        data: "grantor-data".into(),
        database: Database::Sqlite("grantor-data/grantor.db".into()),
        listen: "127.0.0.1:8443".parse().unwrap(),
        public_url: None,
        tls: Tls::LocalAuthority,
        mtls: None,
        directories: Vec::new(),
        dev: false,
        log_format: LogFormat::Auto,
        outgoing: OutgoingConfig::default(),
    };
    assert_eq!(config, expected);
    assert_eq!(config.public_url_at(4711).origin(), "https://localhost:4711");
}

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
    let folder = Folder::new();
    let file = folder.file("grantor.toml", "listen = '127.0.0.1:1'\nlog-format = 'json'\ndata = '/from/file'\n");
    let environment =
        [("GRANTOR_CONFIG", file.to_str().unwrap()), ("GRANTOR_LISTEN", "127.0.0.1:2"), ("GRANTOR_LOG_FORMAT", "text")];
    let config = resolve(&["--listen", "127.0.0.1:3"], &environment).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.log_format, LogFormat::Text);
    assert_eq!(config.data.to_str(), Some("/from/file"));
}

#[test]
fn every_setting_can_be_a_flag_a_variable_or_a_key() {
    let folder = Folder::new();
    let file = folder.file(
        "grantor.toml",
        "data = '/d'\ndatabase = 'sqlite:/x.db'\nlisten = '[::1]:0'\npublic-url = 'https://id.example'\n\
         tls-cert = '/c'\ntls-key = '/k'\nhttp = false\ndirectory = ['/a', '/b']\ndev = true\nlog-format = 'text'\n\
         outgoing-allow = ['idp.internal', '10.0.0.0/8:443', '[::1]:8443']\noutgoing-ca = '/ca'\n\
         mtls-listen = '[::1]:1'\nmtls-ca = '/m'\nmtls-public-url = 'https://mtls.example'\n",
    );
    let by_flag = [
        "--data=/d",
        "--database=sqlite:/x.db",
        "--listen=[::1]:0",
        "--public-url=https://id.example",
        "--tls-cert=/c",
        "--tls-key=/k",
        "--http=false",
        "--directory=/a",
        "--directory=/b",
        "--dev",
        "--log-format=text",
        "--outgoing-allow=idp.internal",
        "--outgoing-allow=10.0.0.0/8:443",
        "--outgoing-allow=[::1]:8443",
        "--outgoing-ca=/ca",
        "--mtls-listen=[::1]:1",
        "--mtls-ca=/m",
        "--mtls-public-url=https://mtls.example",
    ];
    let by_variable = [
        ("GRANTOR_DATA", "/d"),
        ("GRANTOR_DATABASE", "sqlite:/x.db"),
        ("GRANTOR_LISTEN", "[::1]:0"),
        ("GRANTOR_PUBLIC_URL", "https://id.example"),
        ("GRANTOR_TLS_CERT", "/c"),
        ("GRANTOR_TLS_KEY", "/k"),
        ("GRANTOR_HTTP", "no"),
        ("GRANTOR_DIRECTORY", "/a:/b"),
        ("GRANTOR_DEV", "1"),
        ("GRANTOR_LOG_FORMAT", "text"),
        ("GRANTOR_OUTGOING_ALLOW", "idp.internal,10.0.0.0/8:443, [::1]:8443"),
        ("GRANTOR_OUTGOING_CA", "/ca"),
        ("GRANTOR_MTLS_LISTEN", "[::1]:1"),
        ("GRANTOR_MTLS_CA", "/m"),
        ("GRANTOR_MTLS_PUBLIC_URL", "https://mtls.example"),
    ];
    let config = resolve(&by_flag, &[]).unwrap();
    assert_eq!(config, resolve(&[], &by_variable).unwrap());
    assert_eq!(config, resolve(&["--config", file.to_str().unwrap()], &[]).unwrap());
    assert_eq!(config.tls, Tls::Files { cert: "/c".into(), key: "/k".into() });
    assert_eq!(config.directories.len(), 2);
    let allow = ["idp.internal", "10.0.0.0/8:443", "[::1]:8443"].map(|host| host.parse().unwrap());
    assert_eq!(config.outgoing, OutgoingConfig { allow: allow.into_iter().collect(), ca: Some("/ca".into()) });
    assert!(config.dev);
    let mtls = config.mtls.unwrap();
    assert_eq!((mtls.listen.port(), mtls.ca), (1, Some("/m".into())));
}

#[test]
fn a_flag_can_take_back_what_a_lower_layer_switched_on() {
    assert!(!resolve(&["--dev=false"], &[("GRANTOR_DEV", "true")]).unwrap().dev);
}

#[test]
fn an_empty_variable_counts_as_none() {
    assert_eq!(resolve(&[], &[("GRANTOR_LISTEN", "")]).unwrap().listen.port(), 8443);
}

#[test]
fn paths_of_a_file_start_from_its_folder() {
    let folder = Folder::new();
    let file = folder.file(
        "grantor.toml",
        "data = 'kept'\ndirectory = ['contoso.toml']\ndatabase = 'sqlite:x.db'\noutgoing-ca = 'ca.pem'",
    );
    let config = resolve(&["--config", file.to_str().unwrap()], &[]).unwrap();
    assert_eq!(config.data, folder.path().join("kept"));
    assert_eq!(config.directories, [folder.path().join("contoso.toml")]);
    assert_eq!(config.database, Database::Sqlite(folder.path().join("x.db")));
    assert_eq!(config.outgoing.ca, Some(folder.path().join("ca.pem")));
}

#[test]
fn an_unknown_key_is_refused_with_its_place_and_the_choices() {
    let folder = Folder::new();
    let file = folder.file("grantor.toml", "# a comment\nlisten = '127.0.0.1:1'\n  lisen = 1\n");
    let text = refusal(&["--config", file.to_str().unwrap()], &[]);
    assert!(text.contains("grantor.toml:3:3: unknown key `lisen`"), "{text}");
    assert!(text.contains("`listen`") && text.contains("`public-url`") && !text.contains("`config`"), "{text}");
}

#[test]
fn a_bad_value_of_a_file_is_refused_with_its_place() {
    let folder = Folder::new();
    for (content, place, hint) in [
        ("dev = true\nlisten = 'here'", ":2:10: ", "127.0.0.1:8443"),
        ("log-format = 'xml'", ":1:14: ", "`json`"),
        ("public-url = 'https://x/path'", ":1:14: ", "host"),
        ("database = 'mysql://x'", ":1:12: ", "sqlite:PATH"),
        ("dev = 'yes'", ":1:7: ", "boolean"),
        ("outgoing-allow = ['idp.internal', '*.internal']", ":1:18: ", "wildcard"),
        ("outgoing-allow = 'idp.internal'", ":1:18: ", "sequence"),
        ("listen =", ":1:9: ", "expected"),
    ] {
        let file = folder.file("grantor.toml", content);
        let text = refusal(&["--config", file.to_str().unwrap()], &[]);
        assert!(text.contains(place) && text.contains(hint), "{content}: {text}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = resolve(&["--config", "/nowhere/grantor.toml"], &[]).unwrap_err();
    assert!(error.to_string().contains("/nowhere/grantor.toml"), "{error}");
    assert_eq!(error.exit_code(), 1);
}

#[test]
fn a_bad_variable_is_named() {
    for (name, value) in [
        ("GRANTOR_LISTEN", "8443"),
        ("GRANTOR_HTTP", "perhaps"),
        ("GRANTOR_LOG_FORMAT", "xml"),
        ("GRANTOR_PUBLIC_URL", "id.example"),
        ("GRANTOR_DATABASE", "x.db"),
        ("GRANTOR_OUTGOING_ALLOW", "idp.internal,https://idp.internal/"),
    ] {
        let text = refusal(&[], &[(name, value)]);
        assert!(text.starts_with(name), "{text}");
    }
}

#[test]
fn a_bad_flag_is_wrong_usage() {
    for bad in [
        ["--listen", "here"],
        ["--log-format", "xml"],
        ["--public-url", "https://x/path"],
        ["--lisen", "x"],
        ["--outgoing-allow", "10.0.0.1/8"],
    ] {
        assert_eq!(flags(&bad).unwrap_err().exit_code(), 2, "{bad:?}");
    }
}

#[test]
fn dev_is_refused_where_others_could_reach_it() {
    for open in ["0.0.0.0:8443", "[::]:8443", "192.0.2.1:8443", "[::ffff:192.0.2.1]:8443"] {
        let text = refusal(&["--dev", "--listen", open], &[]);
        assert!(text.contains("--listen 127.0.0.1:8443"), "{text}");
        assert!(resolve(&["--listen", open], &[]).is_ok());
    }
    for closed in ["127.0.0.1:0", "127.9.9.9:0", "[::1]:0", "[::ffff:127.0.0.1]:0"] {
        assert!(resolve(&["--dev", "--listen", closed], &[]).unwrap().dev, "{closed}");
    }
}

#[test]
fn a_plain_public_url_needs_plain_http() {
    let plain = ["--public-url", "http://id.example"];
    assert!(refusal(&plain, &[]).contains("--http"));
    assert_eq!(resolve(&plain, &[("GRANTOR_HTTP", "true")]).unwrap().tls, Tls::None);
    assert!(resolve(&["--http", "--public-url", "https://id.example"], &[]).is_ok(), "a proxy in front does TLS");
}

#[test]
fn without_tls_and_without_a_public_url_it_is_a_plain_one() {
    assert_eq!(resolve(&["--http"], &[]).unwrap().public_url_at(8080).origin(), "http://localhost:8080");
}

#[test]
fn half_a_certificate_is_refused() {
    assert!(refusal(&["--tls-cert", "c"], &[]).contains("--tls-key"));
    assert!(refusal(&["--tls-key", "k"], &[]).contains("--tls-cert"));
    assert!(refusal(&["--http", "--tls-cert", "c", "--tls-key", "k"], &[]).contains("--http"));
}

#[test]
fn postgres_is_named_by_its_address() {
    let config = resolve(&["--database", "postgres://user:secret@host/db"], &[]).unwrap();
    assert_eq!(config.database, Database::Postgres("postgres://user:secret@host/db".to_owned()));
    assert!(!format!("{config:?}").contains("secret"));
}

#[test]
fn the_second_listener_takes_an_address_and_tls() {
    let config = resolve(&["--mtls-listen", "127.0.0.1:0"], &[]).unwrap();
    let public = config.public_url_at(4711);
    assert_eq!(config.mtls.unwrap().public_url_at(&public, 4712).origin(), "https://localhost:4712");
    assert!(refusal(&["--mtls-ca", "/ca"], &[]).contains("--mtls-listen"));
    assert!(refusal(&["--mtls-public-url", "https://mtls.example"], &[]).contains("--mtls-listen"));
    assert!(refusal(&["--mtls-listen", "127.0.0.1:0", "--http"], &[]).contains("--http"));
    let plain = ["--mtls-listen", "127.0.0.1:0", "--mtls-public-url", "http://mtls.example"];
    assert!(refusal(&plain, &[]).contains("https"));
}
