//! Why there was no answer, in words that name the other side and the way out.

use std::error::Error;
use std::time::Duration;

/// No complete answer arrived. Each variant names whom it was about: scheme, host, port and path, never the query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutgoingError {
    /// The address cannot be contacted at all.
    #[error("{destination:?} is not contacted: {reason}; correct the address")]
    Address {
        /// The address.
        destination: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Plain HTTP to another machine: tokens travel over TLS alone (RFC 6750 §5.3).
    #[error("{destination} would send secrets unencrypted to another machine; use its https address")]
    NotEncrypted {
        /// The address.
        destination: String,
    },
    /// The server's certificate is not signed by an authority that is trusted here.
    #[error(
        "the certificate of {destination} is signed by an authority that is not trusted here; if it is a private one, \
         name its certificate file with --ca (a Grantor server keeps its own in DATA/ca.pem)"
    )]
    UnknownAuthority {
        /// The address.
        destination: String,
    },
    /// The server's certificate is trusted but not valid for this use.
    #[error("the certificate of {destination} is refused: {detail}; its operator must renew or correct it")]
    BadCertificate {
        /// The address.
        destination: String,
        /// What is wrong with it.
        detail: String,
    },
    /// No connection.
    #[error("{destination} cannot be reached: {detail}; check that it runs and that the address is right")]
    Unreachable {
        /// The address.
        destination: String,
        /// The system's words.
        detail: String,
    },
    /// No complete answer in time.
    #[error("{destination} did not answer within {} s; try again later", limit.as_secs_f32())]
    TimedOut {
        /// The address.
        destination: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The answer is longer than is read.
    #[error(
        "{destination} answered with more than the {limit} bytes that are read; check that this is the expected service"
    )]
    TooLarge {
        /// The address.
        destination: String,
        /// How much is read at most.
        limit: usize,
    },
    /// The answer broke off or was no HTTP.
    #[error("{destination} did not answer properly: {detail}; try again, or check what runs there")]
    Broken {
        /// The address.
        destination: String,
        /// The library's words.
        detail: String,
    },
    /// The settings do not make a client.
    #[error("cannot prepare for outgoing requests: {detail}")]
    Settings {
        /// What is wrong and how to mend it.
        detail: String,
    },
}

/// Sorts an error of the HTTP library.
pub fn sorted(error: &reqwest::Error, destination: String, limit: Duration) -> OutgoingError {
    if let Some(tls) = tls_error(error) {
        return sorted_tls(tls, destination);
    }
    let detail = innermost(error);
    if error.is_timeout() {
        OutgoingError::TimedOut { destination, limit }
    } else if error.is_connect() {
        OutgoingError::Unreachable { destination, detail }
    } else {
        OutgoingError::Broken { destination, detail }
    }
}

fn sorted_tls(error: &rustls::Error, destination: String) -> OutgoingError {
    match error {
        rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer) => {
            OutgoingError::UnknownAuthority { destination }
        }
        rustls::Error::InvalidCertificate(other) => {
            OutgoingError::BadCertificate { destination, detail: other.to_string() }
        }
        other => OutgoingError::Broken { destination, detail: other.to_string() },
    }
}

/// The TLS error somewhere below `error`. An [`std::io::Error`] hides the error it wraps from `source`, so it is opened.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(tls);
    }
    if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        return tls_error(inner);
    }
    tls_error(error.source()?)
}

/// The words of the deepest cause: the outer ones repeat the address with its query.
fn innermost(error: &dyn Error) -> String {
    let mut deepest = error;
    while let Some(next) = deepest.source() {
        deepest = next;
    }
    if deepest.source().is_none() && std::ptr::addr_eq(deepest, error) {
        return "no further details".to_owned();
    }
    deepest.to_string()
}
