//! Our trouble, not the caller's mistake.

/// The store could not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The store is out of reach, full, read-only or shutting down. Nothing was committed that was not acknowledged.
    #[error("the store cannot be used: {what}")]
    Unavailable {
        /// What it said.
        what: String,
    },
    /// The store did not answer a commit, or the disk failed beneath it: it may have been kept or not. To ask again is safe
    /// wherever the operation says what became of it before.
    #[error("whether it was stored is not known: {what}")]
    OutcomeUnknown {
        /// What broke.
        what: String,
    },
    /// A stored row is none that this program could have written.
    #[error("table {table}, column {column}, key {key}: {what}")]
    ImpossibleRow {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key, never a secret.
        key: String,
        /// What is wrong with it.
        what: String,
    },
    /// A statement failed in a way that no input should bring about.
    #[error("a statement failed: {what}")]
    Statement {
        /// What the engine said.
        what: String,
    },
}
