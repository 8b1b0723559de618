//! Why a flow has no answer: the rules said no, or we are in trouble.

use grantor_rules::Refusal;
use grantor_storage::Fault;

/// Why a flow has no answer.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The rules said no; the dialect words the answer.
    #[error("refused: {}", .0.reason())]
    Refused(Refusal),
    /// Too much work waits already: try again after so many seconds.
    #[error("busy, to be tried again after {retry_after} s")]
    Busy {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// The store failed; the caller gets an id, the log gets the cause.
    #[error(transparent)]
    Store(#[from] Fault),
    /// Something of our own failed that no input should bring about.
    #[error("failed: {what}")]
    Failed {
        /// What.
        what: String,
    },
}

impl From<Refusal> for FlowError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl FlowError {
    /// After how many seconds it is worth trying again, if waiting helps.
    pub const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Busy { retry_after } => Some(*retry_after),
            Self::Store(Fault::Unavailable { .. }) => Some(5),
            // Whether it happened is not known; asking again finds out, and a refresh gets the successor that was kept.
            Self::Store(Fault::OutcomeUnknown { .. }) => Some(1),
            Self::Refused(_) | Self::Store(_) | Self::Failed { .. } => None,
        }
    }
}
