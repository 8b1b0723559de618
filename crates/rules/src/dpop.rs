//! Whether the caller holds a key, and what is bound to it (RFC 9449).

use grantor_environment::Timestamp;
use grantor_protocol::dpop::{BadProof, Expected, Freshness, ProofClaims, Scheme, check};
use serde_json::{Map, Value};

use crate::Refusal;
use crate::client::ShownCertificate;
use crate::model::{Application, Binding, Profile};

/// The proofs that came with a request, and the call that they must be for.
#[derive(Clone, Debug, Default)]
pub struct PresentedProofs {
    /// Each `DPoP` header.
    pub texts: Vec<String>,
    /// The method of the call.
    pub method: String,
    /// The address that it was sent to, below the public URL.
    pub address: String,
}

impl PresentedProofs {
    /// The one proof, if there is any.
    ///
    /// # Errors
    /// [`Refusal::DpopProofInvalid`] for several (RFC 9449 §4.3, check 1).
    pub fn sole(&self) -> Result<Option<&str>, Refusal> {
        match self.texts.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => Err(refused(BadProof::Several)),
        }
    }
}

/// A proof that its own key has signed.
#[derive(Clone, Copy, Debug)]
pub struct SignedProof<'a> {
    /// The thumbprint of the key.
    pub thumbprint: &'a str,
    /// What it says.
    pub claims: &'a Map<String, Value>,
}

/// The nonce of a proof, compared with those that we gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nonce {
    /// There is none.
    Absent,
    /// We gave it lately.
    Ours,
    /// We did not, or too long ago.
    Other,
}

/// A proof that is for this call, and that may have been used before.
#[derive(Debug)]
pub struct FittingProof<'a> {
    thumbprint: &'a str,
    by_nonce: bool,
    claims: ProofClaims<'a>,
}

/// Evidence: the caller holds a key, and proved it with a proof that was used for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldKey {
    thumbprint: String,
    by_nonce: bool,
}

/// Decides whether a proof is for this call. `wants_nonce` is the tenant's word.
///
/// # Errors
/// [`Refusal::DpopProofInvalid`], the first rule that does not hold.
///
/// Spec: RFC 9449 §4.3.
pub fn fits<'a>(
    proof: SignedProof<'a>,
    call: &Expected<'_>,
    nonce: Nonce,
    wants_nonce: bool,
    now: Timestamp,
) -> Result<FittingProof<'a>, Refusal> {
    let freshness = match nonce {
        Nonce::Ours => Freshness::Nonce,
        Nonce::Absent if !wants_nonce => Freshness::Time,
        // One that is sent must be good even where none is wanted.
        Nonce::Absent | Nonce::Other => Freshness::Nothing,
    };
    let claims = check(proof.claims, call, freshness, now).map_err(refused)?;
    Ok(FittingProof { thumbprint: proof.thumbprint, by_nonce: nonce == Nonce::Ours, claims })
}

impl FittingProof<'_> {
    /// What tells the proof from all others: of the same key, for the same address (RFC 9449 §11.1).
    pub fn parts(&self) -> [&str; 3] {
        [&self.claims.address, self.thumbprint, self.claims.id]
    }

    /// Until when it would be taken, so until when it must be remembered.
    pub const fn good_until(&self) -> Timestamp {
        self.claims.good_until
    }

    /// The key, if this was the first time.
    ///
    /// # Errors
    /// [`Refusal::DpopProofInvalid`].
    pub fn used(&self, first_time: bool) -> Result<HeldKey, Refusal> {
        if !first_time {
            return Err(refused(BadProof::Replayed));
        }
        Ok(HeldKey { thumbprint: self.thumbprint.to_owned(), by_nonce: self.by_nonce })
    }
}

impl HeldKey {
    /// What is issued to whoever holds it.
    pub fn binding(&self) -> Binding {
        Binding::Key(self.thumbprint.clone())
    }

    /// Whether the proof held a nonce, so that whoever made it needs the next one.
    pub const fn by_nonce(&self) -> bool {
        self.by_nonce
    }
}

/// To what the access tokens of an application must be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingWanted {
    /// To nothing; a key that is proven binds them all the same.
    None,
    /// To a key, by a DPoP proof.
    Key,
    /// To a TLS certificate.
    Certificate,
    /// To either.
    Any,
}

/// To what the access tokens of an application must be bound: what it is registered for, and what its profile wants
/// (RFC 9449 §5.2, RFC 8705 §3.4, FAPI 2.0 §5.3.2.1).
pub const fn binding_wanted(application: &Application) -> BindingWanted {
    let metadata = &application.metadata;
    match (application.profile, metadata.dpop_bound_access_tokens) {
        (_, true) => BindingWanted::Key,
        (_, false) if metadata.tls_client_certificate_bound_access_tokens => BindingWanted::Certificate,
        (Profile::Fapi2Security | Profile::Fapi2MessageSigning, false) => BindingWanted::Any,
        (Profile::OAuth21, false) => BindingWanted::None,
    }
}

/// The certificate that an application's tokens are bound to, where it is registered for that and has shown one: the presenter
/// proved in the handshake that it holds the key (RFC 8705 §3).
pub fn certificate_of(application: &Application, shown: Option<&ShownCertificate>) -> Option<Binding> {
    let shown = shown.filter(|_| application.metadata.tls_client_certificate_bound_access_tokens)?;
    Some(Binding::Certificate(shown.x5t_s256.clone()))
}

/// What a token that is issued now is bound to.
///
/// # Errors
/// [`Refusal::KeyProofMissing`] where the application's tokens must be bound, and nothing is proven that they could be bound to.
pub fn bound_to(application: &Application, proven: Option<Binding>) -> Result<Option<Binding>, Refusal> {
    let fits = match (binding_wanted(application), &proven) {
        (BindingWanted::None, _)
        | (BindingWanted::Any, Some(_))
        | (BindingWanted::Key, Some(Binding::Key(_)))
        | (BindingWanted::Certificate, Some(Binding::Certificate(_))) => true,
        (BindingWanted::Any | BindingWanted::Key | BindingWanted::Certificate, _) => false,
    };
    if fits { Ok(proven) } else { Err(Refusal::KeyProofMissing) }
}

/// The `token_type` of what is bound so.
pub const fn scheme(bound_to: Option<&Binding>) -> Scheme {
    match bound_to {
        Some(Binding::Key(_)) => Scheme::Dpop,
        Some(Binding::Certificate(_)) | None => Scheme::Bearer,
    }
}

/// Whether an application may prove a key by this algorithm: its profile has few (FAPI 2.0 §5.4.1).
///
/// # Errors
/// [`Refusal::DpopProofInvalid`].
pub fn algorithm_fits(application: &Application, algorithm: &str) -> Result<(), Refusal> {
    match application.profile {
        Profile::Fapi2Security | Profile::Fapi2MessageSigning if !["PS256", "ES256", "EdDSA"].contains(&algorithm) => {
            Err(refused(BadProof::Algorithm))
        }
        _ => Ok(()),
    }
}

/// Whether what is presented, where it is bound, comes from whoever holds what it is bound to: a code by its `dpop_jkt`, a
/// refresh token of an application that keeps no secret (RFC 9449 §5 and §10).
///
/// # Errors
/// [`Refusal::KeyDiffers`].
pub fn same_holder(bound: Option<&Binding>, proven: Option<&Binding>) -> Result<(), Refusal> {
    if bound.is_none() || bound == proven { Ok(()) } else { Err(Refusal::KeyDiffers) }
}

/// The key that a code is bound to: the one that the request names, and, where it was pushed with a proof, the one that was
/// proven; where both are there they are the same (RFC 9449 §10.1).
///
/// # Errors
/// [`Refusal::ParameterMalformed`].
pub fn of_code(named: Option<String>, proven: Option<&HeldKey>) -> Result<Option<String>, Refusal> {
    match (named, proven) {
        (Some(named), Some(proven)) if named != proven.thumbprint => Err(Refusal::ParameterMalformed {
            name: "dpop_jkt",
            expected: "the thumbprint of the key that the DPoP header proves",
            found: named,
        }),
        (named, proven) => Ok(proven.map(|proven| proven.thumbprint.clone()).or(named)),
    }
}

/// That a proof is no good.
pub const fn refused(why: BadProof) -> Refusal {
    Refusal::DpopProofInvalid { why }
}
