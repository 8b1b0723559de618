//! Every statement, each once, for every engine.
//!
//! The common subset: `$1` to `$n` in the order in which they appear (SQLite numbers them so), `ON CONFLICT … excluded`,
//! `RETURNING`, no clock of the engine, no upsert on a partial index. [`ALL`] lists them for the test that prepares each.
//! Those that copy whole tables are made from a list of columns: see [`crate::transfer`].

macro_rules! statements {
    ($($(#[$doc:meta])+ $name:ident on $table:literal $(gives [$($column:literal),*])? : $text:literal;)*) => {
        $($(#[$doc])+
        pub const $name: &crate::sql::Sql = &crate::sql::Sql {
            name: stringify!($name),
            table: $table,
            columns: &[$($($column),*)?],
            text: $text,
        };)*
        /// Every statement of this file.
        pub const ALL: &[&crate::sql::Sql] = &[$($name),*];
    };
}

pub mod assignments;
pub mod codes;
pub mod consent_requests;
pub mod consents;
pub mod credentials;
pub mod device_codes;
pub mod directory;
pub mod families;
pub mod grants;
pub mod housekeeping;
pub mod interactions;
pub mod notices;
pub mod once;
pub mod platform;
pub mod principals;
pub mod sessions;
pub mod sign_ins;

/// A statement.
#[derive(Debug)]
pub struct Sql {
    /// What the code calls it.
    pub name: &'static str,
    /// The table that its rows come from, for faults.
    pub table: &'static str,
    /// The columns that it returns, in order.
    pub columns: &'static [&'static str],
    /// The statement itself.
    pub text: &'static str,
}

/// Every statement, by file.
pub const ALL: &[&[&Sql]] = &[
    assignments::ALL,
    codes::ALL,
    consent_requests::ALL,
    consents::ALL,
    credentials::ALL,
    device_codes::ALL,
    directory::ALL,
    families::ALL,
    grants::ALL,
    housekeeping::ALL,
    interactions::ALL,
    notices::ALL,
    once::ALL,
    platform::ALL,
    principals::ALL,
    sessions::ALL,
    sign_ins::ALL,
];
