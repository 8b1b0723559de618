//! What PostgreSQL says went wrong: in words that help, and whether another try may go better.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io;

use deadpool_postgres::{HookError, PoolError, TimeoutType};
use grantor_storage::Fault;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity};

use crate::sql::Sql;

/// A transaction that was not committed, or of which that is not known.
#[derive(Debug)]
pub struct Failure {
    /// What to tell whoever asked.
    pub fault: Fault,
    /// What to do about it.
    pub then: Then,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Nothing was kept and nothing would change: say so.
    Stop,
    /// Nothing was kept; the connection is of no more use, and another try would take as long.
    StopAndLeave,
    /// Nothing was kept, because transactions got in each other's way: try again.
    Again,
    /// Nothing was kept; the connection is of no more use: try again over another one.
    Elsewhere,
}

impl Failure {
    /// A failure that stays.
    pub fn lasting(fault: Fault) -> Self {
        Self { fault, then: Then::Stop }
    }

    /// Whether the connection is of no more use.
    pub fn leaves(&self) -> bool {
        matches!(self.then, Then::StopAndLeave | Then::Elsewhere)
    }
}

/// The failure of a statement that comes before the commit: whatever it is, nothing was kept.
pub fn before_commit(error: &Error) -> Failure {
    Failure { fault: of(error), then: then(error) }
}

/// The failure of one of our statements.
pub fn in_statement(sql: &'static Sql, error: &Error) -> Failure {
    let Failure { fault, then } = before_commit(error);
    let fault = match fault {
        Fault::Statement { what } => Fault::Statement { what: format!("{} on {}: {what}", sql.name, sql.table) },
        other => other,
    };
    Failure { fault, then }
}

/// The failure of a commit. Nothing was kept if the server lives and says so; else nobody knows, and trying again could
/// do twice what may be done once.
pub fn in_commit(error: &Error) -> Failure {
    match error.as_db_error() {
        Some(said) if is_an_error(said) && !is_of_the_connection(said.code().code()) => before_commit(error),
        _ => unknown(&one_line(error)),
    }
}

/// The failure of one of our statements that is a commit by itself.
pub fn in_commit_of(sql: &'static Sql, error: &Error) -> Failure {
    match in_commit(error) {
        unknown @ Failure { then: Then::StopAndLeave, .. } => unknown,
        _ => in_statement(sql, error),
    }
}

/// Whether the server goes on after it. It may say so in its operator's language; an older one says it in that alone.
fn is_an_error(said: &DbError) -> bool {
    said.parsed_severity().map_or_else(|| said.severity() == "ERROR", |severity| severity == Severity::Error)
}

/// The failure of a commit that was not answered.
pub fn unknown(why: &str) -> Failure {
    let what = format!("the database did not answer the commit ({why})");
    Failure { fault: Fault::OutcomeUnknown { what }, then: Then::StopAndLeave }
}

/// The failure to answer in time.
pub fn too_slow() -> Failure {
    let what = "the database did not answer in time: it is overloaded, or the way to it is broken".to_owned();
    Failure { fault: Fault::Unavailable { what }, then: Then::StopAndLeave }
}

/// Why there is no connection.
pub fn of_pool(error: PoolError) -> Fault {
    let what = match error {
        PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => return unreachable(&error),
        PoolError::Timeout(TimeoutType::Wait) => {
            "every connection is busy: if that lasts, give it a larger pool_size in the URL".to_owned()
        }
        PoolError::Timeout(_) => {
            "no server answers in time: check that it runs and that host, port and firewall are right".to_owned()
        }
        other => other.to_string(),
    };
    Fault::Unavailable { what }
}

/// The fault with the database that it is about.
pub fn about(place: &str, fault: Fault) -> Fault {
    match fault {
        Fault::Unavailable { what } | Fault::Statement { what } => {
            Fault::Unavailable { what: format!("{place}: {what}") }
        }
        Fault::ImpossibleRow { .. } | Fault::OutcomeUnknown { .. } => fault,
    }
}

/// The fault of an error.
pub fn of(error: &Error) -> Fault {
    let advice = match error.as_db_error() {
        Some(said) => advice(said.code().code()),
        None if is_lost(error) => Some("the connection to it broke"),
        None => None,
    };
    match advice {
        Some(advice) => Fault::Unavailable { what: format!("{advice} ({})", one_line(error)) },
        None => Fault::Statement { what: one_line(error) },
    }
}

/// The fault of a connection that could not be made.
fn unreachable(error: &Error) -> Fault {
    let said = one_line(error);
    let advice = match (error.as_db_error(), io_of(error)) {
        (Some(said), _) => advice(said.code().code()).unwrap_or("it does not let us in"),
        (None, Some(cause)) if is_of_tls(cause) => {
            "its certificate does not hold: name its authority with sslrootcert=FILE and the host as in the certificate"
        }
        // How the driver says that `target_session_attrs` does not hold.
        (None, Some(cause)) if cause.kind() == io::ErrorKind::PermissionDenied && said.contains("writes") => READ_ONLY,
        (None, _) if said.contains("does not support TLS") => {
            "it offers no TLS: turn it on there, or add sslmode=disable if nobody can listen on the way"
        }
        (None, _) if said.contains("password missing") => "it asks for a password: put it into the URL",
        _ => "no server answers: check that it runs and that host, port and firewall are right",
    };
    Fault::Unavailable { what: format!("{advice} ({said})") }
}

const READ_ONLY: &str = "it is read-only: name the server that takes writes, or all of them, separated by commas";

/// What to do about an error that is no fault of a statement.
fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "28P01" | "28000" => "it refuses this user or password: correct them in the URL",
        "3D000" => "there is no such database: make it (CREATE DATABASE), or correct the URL",
        "3F000" => "there is no schema to put tables into: make one, or correct the user's search_path",
        "42501" => "this user may not do that: make it the owner of the database",
        "25006" => READ_ONLY,
        "53100" => "its disk is full: make room; nothing that was acknowledged is lost",
        "53200" => "it has no memory left: give it more",
        "53300" => "it takes no more connections: raise its max_connections, or lower pool_size in the URL",
        "57014" | "55P03" => "it did not finish in time: it is overloaded, or something holds a lock",
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => "it is stopping or starting, or ended our connection",
        "40001" | "40P01" => "transactions got in each other's way too often: it is overloaded",
        "58030" => "its disk does not answer as it should: check it",
        "XX001" | "XX002" => "its files are damaged: restore it from a backup",
        code if code.starts_with("08") => "the connection to it broke",
        _ => return None,
    })
}

fn then(error: &Error) -> Then {
    let Some(said) = error.as_db_error() else {
        return if is_lost(error) { Then::Elsewhere } else { Then::Stop };
    };
    match said.code().code() {
        "40001" | "40P01" => Then::Again,
        // A server that has become a standby, or what a pooler between us has forgotten: another connection may do.
        "25006" | "26000" => Then::Elsewhere,
        // A statement was prepared before another version changed the table.
        "0A000" if said.message().contains("cached plan") => Then::Elsewhere,
        code if is_of_the_connection(code) => Then::Elsewhere,
        _ => Then::Stop,
    }
}

/// Codes that say something about the connection and nothing about the transaction. 40003: completion unknown.
fn is_of_the_connection(code: &str) -> bool {
    code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "40003")
}

fn is_of_tls(cause: &io::Error) -> bool {
    matches!(cause.get_ref(), Some(inner) if inner.is::<rustls::Error>())
}

fn is_lost(error: &Error) -> bool {
    error.is_closed() || io_of(error).is_some()
}

fn io_of(error: &Error) -> Option<&io::Error> {
    error.source()?.downcast_ref()
}

/// The error in one line. The server's details are left out: they may quote what is stored.
fn one_line(error: &Error) -> String {
    let text = match error.as_db_error() {
        Some(said) => in_words(said),
        None => with_causes(error),
    };
    text.replace(['\n', '\r'], " ")
}

fn in_words(said: &DbError) -> String {
    format!("{}, code {}", said.message(), said.code().code())
}

/// An error and its causes.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
