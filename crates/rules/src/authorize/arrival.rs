//! How an authorization request reached this server, and whether the application's may come so.

use crate::Refusal;
use crate::model::{Application, Profile};

/// How a request came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Whether the application signed it (RFC 9101).
    pub signed: bool,
    /// Whether the application pushed it, or does so now (RFC 9126).
    pub pushed: bool,
}

/// Whether a request of the application may come in this way: whoever asks for more care than usual gets it in every dialect.
///
/// # Errors
/// [`Refusal::RequestNotPushed`], [`Refusal::RequestNotSigned`].
///
/// Spec: RFC 9126 §6, RFC 9101 §10.5, FAPI 2.0 Security Profile §5.3.2.2, FAPI 2.0 Message Signing §5.3.1.
pub fn came_as_registered(application: &Application, arrival: Arrival) -> Result<(), Refusal> {
    let (metadata, profile) = (&application.metadata, application.profile);
    if !arrival.pushed && (metadata.require_pushed_authorization_requests || profile != Profile::OAuth21) {
        return Err(Refusal::RequestNotPushed);
    }
    if !arrival.signed && (metadata.require_signed_request_object || profile == Profile::Fapi2MessageSigning) {
        return Err(Refusal::RequestNotSigned);
    }
    Ok(())
}
