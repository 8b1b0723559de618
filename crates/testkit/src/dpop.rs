//! Proofs that a program holds a key (RFC 9449).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_jose::{Algorithm, SigningKey, thumbprint};
use grantor_protocol::secret::sha256;
use serde_json::{Map, Value, json};

use crate::platform::TestPlatform;

/// A key of a program.
#[derive(Debug)]
pub struct DpopKey(SigningKey);

impl DpopKey {
    /// A fresh one.
    pub fn new(algorithm: Algorithm) -> Self {
        Self(SigningKey::generate(algorithm).unwrap())
    }

    /// What is issued to whoever holds it is bound to this.
    pub fn thumbprint(&self) -> String {
        thumbprint(&self.0.public_jwk()).unwrap()
    }

    /// A good proof, made now, for a call at a path of the platform.
    pub fn proof(&self, platform: &TestPlatform, method: &str, path: &str) -> DpopProof<'_> {
        let object = |value: Value| value.as_object().cloned().unwrap();
        let id = URL_SAFE_NO_PAD.encode(platform.app.env.entropy.as_ref().bytes::<16>());
        DpopProof {
            key: &self.0,
            header: object(json!({
                "typ": "dpop+jwt", "alg": self.0.algorithm().name(), "jwk": self.0.public_jwk(),
            })),
            claims: object(json!({
                "jti": id, "htm": method, "htu": platform.public().at(path),
                "iat": platform.app.env.now().seconds(),
            })),
        }
    }
}

/// A proof that can be spoilt before it is signed.
#[derive(Clone, Debug)]
pub struct DpopProof<'a> {
    key: &'a SigningKey,
    /// Its header.
    pub header: Map<String, Value>,
    /// What it says.
    pub claims: Map<String, Value>,
}

impl<'a> DpopProof<'a> {
    /// For a call with this access token.
    pub fn of(self, access_token: &str) -> Self {
        self.claim("ath", json!(URL_SAFE_NO_PAD.encode(sha256(access_token.as_bytes()))))
    }

    /// With a claim of this value; `null` takes it away.
    pub fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims.insert(name.to_owned(), value);
        self.claims.retain(|_, value| !value.is_null());
        self
    }

    /// With a member of the header of this value; `null` takes it away.
    pub fn header(mut self, name: &str, value: Value) -> Self {
        self.header.insert(name.to_owned(), value);
        self.header.retain(|_, value| !value.is_null());
        self
    }

    /// Signed by another key than the one that it brings.
    pub const fn signed_by(mut self, other: &'a DpopKey) -> Self {
        self.key = &other.0;
        self
    }

    /// The text.
    pub fn signed(&self) -> String {
        let part = |part: &Map<String, Value>| URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap());
        let text = format!("{}.{}", part(&self.header), part(&self.claims));
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(self.key.sign(text.as_bytes()).unwrap()))
    }
}
