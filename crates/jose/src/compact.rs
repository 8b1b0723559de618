//! Tokens of three parts, as they come in.

use crate::header::{Header, split};
use crate::{Expected, VerifyError, base64url};

/// A token that was taken apart. Nothing of it is known to be true yet.
pub struct Compact<'a> {
    pub header: Header,
    payload: Vec<u8>,
    signature: Vec<u8>,
    signed: &'a [u8],
}

/// What the token says, with proof that its key says so.
pub struct Proven {
    pub typ: Option<String>,
    pub payload: Vec<u8>,
}

impl<'a> Compact<'a> {
    pub fn read(token: &'a str, max_bytes: usize) -> Result<Self, VerifyError> {
        let [encoded_header, encoded_payload, encoded_signature] = split(token, max_bytes)?;
        let header = Header::read(encoded_header)?;
        let payload = base64url::decode(encoded_payload).map_err(|_| VerifyError::Malformed)?;
        let signature = base64url::decode(encoded_signature).map_err(|_| VerifyError::Malformed)?;
        if header.is_critical() {
            return Err(VerifyError::Critical);
        }
        let signed = &token.as_bytes()[..encoded_header.len() + 1 + encoded_payload.len()];
        Ok(Self { header, payload, signature, signed })
    }

    /// Proves the token with the key that the caller trusts: `is_keys` compares the algorithm that the header names with the
    /// key's own, `verify` takes what was signed and the signature.
    pub fn prove(
        self,
        expected: &Expected<'_>,
        is_keys: impl FnOnce(&str) -> bool,
        verify: impl FnOnce(&[u8], &[u8]) -> bool,
    ) -> Result<Proven, VerifyError> {
        let Header { alg, typ, .. } = self.header;
        if !is_keys(&alg) {
            return Err(VerifyError::AlgorithmNotKeys { found: alg });
        }
        if !expected.accepts(typ.as_deref()) {
            return Err(VerifyError::WrongType { found: typ });
        }
        if !verify(self.signed, &self.signature) {
            return Err(VerifyError::BadSignature);
        }
        Ok(Proven { typ, payload: self.payload })
    }
}
