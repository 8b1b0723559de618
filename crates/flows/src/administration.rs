//! What administrators do by hand: one function for each act on an application or a person.
//!
//! Each lets a rule decide about what was found and commits by one [`DirectoryChange`], as applying a directory file does.
//! Start with [`find`], which says what a name means; the acts stand in [`applications`], [`credentials`] and [`people`].
//!
//! [`DirectoryChange`]: grantor_rules::directory::DirectoryChange

pub mod applications;
pub mod credentials;
pub mod find;
pub mod keys;
pub mod notices;
pub mod people;

use grantor_rules::accounts::BadPassword;
use grantor_rules::credentials::BadCredential;
use grantor_storage::Fault;

use crate::FlowError;

/// Why an act was not done. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum AdministrationError {
    /// Nothing is called so.
    #[error("there is no {kind} {name}{}", choices("; there is ", .there))]
    NoSuch {
        /// What was looked for.
        kind: &'static str,
        /// By which name.
        name: String,
        /// What there is, or what of it is called alike.
        there: Vec<String>,
    },
    /// Several are called so.
    #[error("{name} may mean more than one {kind}: {}", .found.join(", "))]
    Several {
        /// What was looked for.
        kind: &'static str,
        /// By which name.
        name: String,
        /// What was found.
        found: Vec<String>,
    },
    /// The password cannot be one.
    #[error(transparent)]
    Password(#[from] BadPassword),
    /// The credential cannot be added.
    #[error(transparent)]
    Credential(#[from] BadCredential),
    /// The store or the hashing of passwords failed.
    #[error(transparent)]
    Failed(#[from] FlowError),
}

impl From<Fault> for AdministrationError {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault.into())
    }
}

fn choices(before: &str, all: &[String]) -> String {
    if all.is_empty() { String::new() } else { format!("{before}{}", all.join(", ")) }
}

/// The only one of what was found.
fn only<T>(
    found: Vec<T>,
    kind: &'static str,
    name: &str,
    shown: impl Fn(&T) -> String,
    there: impl FnOnce() -> Vec<String>,
) -> Result<T, AdministrationError> {
    let mut found = found.into_iter();
    match (found.next(), found.len()) {
        (Some(one), 0) => Ok(one),
        (Some(one), _) => {
            let found = std::iter::once(one).chain(found).map(|one| shown(&one)).collect();
            Err(AdministrationError::Several { kind, name: name.to_owned(), found })
        }
        (None, _) => Err(AdministrationError::NoSuch { kind, name: name.to_owned(), there: there() }),
    }
}
