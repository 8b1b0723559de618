//! What SQLite says went wrong, in words that help.

use std::path::Path;

use grantor_storage::Fault;
use rusqlite::{Error, ErrorCode};

use crate::sql::Sql;

/// The fault of an error.
pub fn of(error: &Error) -> Fault {
    match advice(error) {
        Some(advice) => Fault::Unavailable { what: format!("{advice} ({error})") },
        None => Fault::Statement { what: error.to_string() },
    }
}

/// The fault of an error that is no longer needed.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub fn owned(error: Error) -> Fault {
    of(&error)
}

/// The fault of an error in one of our statements.
pub fn in_statement(sql: &'static Sql, error: &Error) -> Fault {
    match of(error) {
        Fault::Statement { what } => Fault::Statement { what: format!("{} on {}: {what}", sql.name, sql.table) },
        other => other,
    }
}

/// The fault of a commit that failed.
///
/// The log may hold the whole commit by then, only not known to be durable. This process goes on without it, and the next
/// commit takes its place; but if the process ends before that, whoever opens the file next finds it complete and keeps it.
pub fn in_commit(error: &Error) -> Fault {
    match of(error) {
        fault if is_before_the_end(error) => fault,
        Fault::Unavailable { what } | Fault::Statement { what } => Fault::OutcomeUnknown { what },
        other => other,
    }
}

/// Whether a commit that failed like this cannot be complete in the log: it never came to that, or there was no room for the
/// end of it.
fn is_before_the_end(error: &Error) -> bool {
    use ErrorCode::{ConstraintViolation, DatabaseBusy, DatabaseLocked, DiskFull, ReadOnly};
    let code = error.sqlite_error_code();
    matches!(code, Some(ConstraintViolation | DatabaseBusy | DatabaseLocked | DiskFull | ReadOnly))
}

/// The fault with the file that it is about.
pub fn about(path: &Path, fault: Fault) -> Fault {
    match fault {
        Fault::Unavailable { what } | Fault::Statement { what } => {
            Fault::Unavailable { what: format!("{}: {what}", path.display()) }
        }
        Fault::ImpossibleRow { .. } | Fault::OutcomeUnknown { .. } => fault,
    }
}

/// The fault for a file that cannot be made.
pub fn unreachable(path: &Path, error: &std::io::Error) -> Fault {
    let what = format!(
        "{}: the file cannot be made: give a path in a folder that exists and that this user may write to ({error})",
        path.display()
    );
    Fault::Unavailable { what }
}

/// The fault of a file that could be opened for reading alone.
pub fn read_only() -> Fault {
    Fault::Unavailable { what: READ_ONLY.to_owned() }
}

const READ_ONLY: &str = "it cannot be written to: let this user write to the file and its folder";

/// What to do about an error that is no fault of a statement.
fn advice(error: &Error) -> Option<&'static str> {
    match error.sqlite_error_code()? {
        ErrorCode::DiskFull => Some("the disk is full: make room; nothing that was acknowledged is lost"),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Some(READ_ONLY),
        ErrorCode::CannotOpen => {
            Some("it cannot be opened: check that it is a file, and that this user may write to it and its folder")
        }
        ErrorCode::NotADatabase => {
            Some("it is not a database of Grantor: give another path, or restore the file from a backup")
        }
        ErrorCode::DatabaseCorrupt => Some("the file is damaged: restore it from a backup"),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            Some("another program holds it locked: end that program, or try again when it is done")
        }
        ErrorCode::SystemIoFailure => Some("the disk does not answer as it should: check it"),
        ErrorCode::OutOfMemory => Some("there is no memory left: give the machine more"),
        ErrorCode::FileLockingProtocolFailed => Some("locks do not work where it lies: move it to a local disk"),
        _ => None,
    }
}
