//! Why there was no answer, in words that name the other side and the way out.

use std::error::Error;
use std::time::Duration;

use url::Url;

use crate::destination::shown;
use crate::names::NothingPermitted;
use crate::routes::not_permitted;
use crate::settings::OutgoingSettings;

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
    /// The host is not public and not allowed by name: see [`crate::Destinations::PublicAnd`]. For the operator's eyes: whoever
    /// wrote the address down would learn which names and addresses there are inside.
    #[error(
        "{destination} is not contacted: {host} is no public address and leads to none; if it is meant, allow it with \
         --outgoing-allow {host}"
    )]
    NotPermitted {
        /// The address.
        destination: String,
        /// Its host, as the allow-list would name it.
        host: String,
    },
    /// Too much is under way, to this host or altogether, and nothing ended in time.
    #[error("{destination} was not asked within {} s: too many requests are under way; try again later", limit.as_secs_f32())]
    Busy {
        /// The address.
        destination: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The server's certificate is not signed by an authority that is trusted here.
    #[error(
        "the certificate of {destination} is signed by an authority that is not trusted here; if it is a private one, \
         name its certificate file with {ca_flag} (a Grantor server keeps its own in DATA/ca.pem)"
    )]
    UnknownAuthority {
        /// The address.
        destination: String,
        /// How such a file is named to this program.
        ca_flag: &'static str,
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

/// Sorts an error of the HTTP library about a request for `url`.
pub fn sorted(error: &reqwest::Error, url: &Url, settings: &OutgoingSettings) -> OutgoingError {
    if cause::<NothingPermitted>(error).is_some() {
        return not_permitted(url);
    }
    let destination = shown(url);
    if let Some(tls) = cause::<rustls::Error>(error) {
        return sorted_tls(tls, destination, settings.ca_flag);
    }
    let detail = innermost(error);
    if error.is_timeout() {
        OutgoingError::TimedOut { destination, limit: settings.connect_timeout }
    } else if error.is_connect() {
        OutgoingError::Unreachable { destination, detail }
    } else {
        OutgoingError::Broken { destination, detail }
    }
}

fn sorted_tls(error: &rustls::Error, destination: String, ca_flag: &'static str) -> OutgoingError {
    match error {
        rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer) => {
            OutgoingError::UnknownAuthority { destination, ca_flag }
        }
        rustls::Error::InvalidCertificate(other) => {
            OutgoingError::BadCertificate { destination, detail: other.to_string() }
        }
        other => OutgoingError::Broken { destination, detail: other.to_string() },
    }
}

/// The error of that type somewhere below `error`. An [`std::io::Error`] hides the error it wraps from `source`, so it is
/// opened.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    if let Some(found) = error.downcast_ref::<T>() {
        return Some(found);
    }
    if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        return cause(inner);
    }
    cause(error.source()?)
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
