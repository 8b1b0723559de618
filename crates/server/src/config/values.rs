//! The values of single settings, and how each is read from text: the same for a flag, a variable and a key.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use grantor_outgoing::AllowedHost;
use grantor_protocol::PublicUrl;
use serde::Deserialize;

/// Where the facts are kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A file of this machine.
    Sqlite(PathBuf),
    /// A server, as the URL that was given. It may hold a password.
    Postgres(String),
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => formatter.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => formatter.write_str("Postgres(..)"),
        }
    }
}

/// How logs are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// For a person.
    Text,
    /// One JSON object a line.
    Json,
}

pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("{text:?} is not an address with a port, as in 127.0.0.1:8443 or [::]:8443"))
}

pub(crate) fn database(text: &str) -> Result<Database, String> {
    match text.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => Ok(Database::Sqlite(path.into())),
        Some(("postgres" | "postgresql", _)) => Ok(Database::Postgres(text.to_owned())),
        // The text is not repeated: an address with a typing error may hold a password.
        _ => Err("expected sqlite:PATH or postgres://…".to_owned()),
    }
}

pub(super) fn public_url(text: &str) -> Result<PublicUrl, String> {
    PublicUrl::parse(text).map_err(|error| error.to_string())
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    clap::ValueEnum::from_str(text, false).map_err(|_| format!("{text:?} is none of text, json, auto"))
}

/// Several, with commas or spaces between them: a colon, as in PATH, stands in front of a port.
pub(super) fn hosts(text: &str) -> Result<Vec<AllowedHost>, String> {
    let each = text.split([',', ' ']).filter(|one| !one.is_empty());
    each.map(|one| one.parse().map_err(|error: grantor_outgoing::BadAllowedHost| error.to_string())).collect()
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_a_file_or_a_server() {
        assert_eq!(database("sqlite:x/y.db"), Ok(Database::Sqlite("x/y.db".into())));
        assert_eq!(database("sqlite:/x"), Ok(Database::Sqlite("/x".into())));
        assert!(matches!(database("postgres://u:p@h/d"), Ok(Database::Postgres(_))));
        for bad in ["", "sqlite:", "sqlite", "mysql://h", "x.db"] {
            assert!(database(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let url = "postgres://user:secret@host/db";
        assert!(!format!("{:?}", database(url)).contains("secret"));
        assert!(!format!("{:?}", database("postgre://user:secret@host/db")).contains("secret"));
    }
}
