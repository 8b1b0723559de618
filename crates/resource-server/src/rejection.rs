//! Why a request is not let in: facts, worded once in [`crate::challenge`].

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_jose::VerifyError;
use grantor_protocol::dpop::BadProof;

use crate::requirement::Requirement;

/// Why a request is not let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// No token was sent, or credentials of another scheme (RFC 6750 §3: then without an error code).
    #[error("a bearer token is needed in the Authorization header")]
    NoCredentials,
    /// More than one `Authorization` header (RFC 6750 §2: one method for each request).
    #[error("the request has several Authorization headers; send one")]
    SeveralCredentials,
    /// A token in the query.
    #[error("a token in the query is not accepted; send it in the Authorization header")]
    TokenInQuery,
    /// The header does not hold a token.
    #[error("{reason}; send `Authorization: Bearer TOKEN`")]
    Malformed {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The token is not good here.
    #[error("{0}")]
    Invalid(InvalidToken),
    /// The token came as one that is bound to a key, without a proof of that key (RFC 9449 §7.1).
    #[error("the call carries no proof of the key that the token is bound to; send it in the DPoP header")]
    NoProof,
    /// The proof of the key is no good.
    #[error("the DPoP proof does not count: {0}")]
    Proof(BadProof),
    /// The token is good but does not allow this.
    #[error("the token does not allow this; it needs {needed}")]
    InsufficientScope {
        /// What it takes.
        needed: Requirement,
    },
    /// The issuer's keys are not known, so nothing can be said about any token.
    #[error("the keys of the issuer are not available at the moment; try again later")]
    KeysUnavailable {
        /// When to try again.
        retry_after: Duration,
        /// Why, for the log and not for the caller.
        detail: String,
    },
}

/// Why a token is not good here. The texts hold nothing that the token's holder does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    /// The signature, the header or the form.
    #[error("{}", worded(.0))]
    Unverified(VerifyError),
    /// A good signature by an algorithm that is not accepted here.
    #[error("the token is signed with {0}, which is not accepted here")]
    Algorithm(grantor_jose::Algorithm),
    /// `iss` is another.
    #[error("the token is from another issuer: expected {expected}, sent {found}")]
    Issuer {
        /// The configured issuer.
        expected: String,
        /// The token's.
        found: String,
    },
    /// The key is reserved for another issuer.
    #[error("the token is signed with a key of another issuer")]
    KeyOfOther,
    /// `aud` names none of ours.
    #[error("the token is for another audience: expected {}, sent {}", expected.join(" or "), found.join(" "))]
    Audience {
        /// Our names.
        expected: Vec<String>,
        /// The token's.
        found: Vec<String>,
    },
    /// The token's life is over.
    #[error("the token expired at {}; get a new one", at.seconds())]
    Expired {
        /// `exp`.
        at: Timestamp,
    },
    /// The token's life has not begun.
    #[error("the token is not valid before {}; check the clocks", from.seconds())]
    NotYetValid {
        /// `nbf`.
        from: Timestamp,
    },
    /// A claim that every token must have.
    #[error("the token has no usable claim {name}")]
    MissingClaim {
        /// Its name.
        name: &'static str,
    },
    /// An id_token or a logout token: good for an application, never for an API.
    #[error("this is not an access token (it has the claim {claim}); send the access token")]
    NotAnAccessToken {
        /// The claim that tells.
        claim: &'static str,
    },
    /// It is bound to a key, and came as a bearer token.
    #[error("the token is bound to a key; send `Authorization: DPoP TOKEN` with a proof")]
    Bound,
    /// It is bound to nothing, and came with a proof.
    #[error("the token is bound to no key; send `Authorization: Bearer TOKEN`")]
    Unbound,
    /// It is bound to another key than the one that is proven.
    #[error("the token is bound to another key than the one that is proven")]
    KeyDiffers,
    /// It is bound in a way that cannot be checked here.
    #[error("the token is bound in a way that this API does not check")]
    BoundOtherwise,
}

fn worded(error: &VerifyError) -> String {
    match error {
        VerifyError::WrongType { found } => {
            format!("the token has the wrong type: {}", found.as_deref().unwrap_or("none"))
        }
        other => other.to_string(),
    }
}

impl From<InvalidToken> for Rejection {
    fn from(invalid: InvalidToken) -> Self {
        Self::Invalid(invalid)
    }
}
