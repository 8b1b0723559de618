//! Client assertions, as the libraries make them (RFC 7523).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_environment::Timestamp;
use grantor_jose::{Algorithm, SigningKey};
use grantor_protocol::secret::sha256;
use serde_json::{Map, Value, json};

use crate::contoso::Application;
use crate::permissions::PERMISSIONS_DIRECTORY;
use crate::platform::START;

/// A certificate of [`crate::SYNC`] with its key.
#[derive(Clone, Copy, Debug)]
pub struct Certified {
    /// The private key as PKCS#8.
    key: &'static [u8],
    /// Which of the certificates in the directory it is, counted from nought.
    place: usize,
}

/// The certificate that is in use.
pub const IN_USE: Certified = Certified { key: include_bytes!("permissions/client.p8"), place: 0 };
/// The certificate whose time is over.
pub const OVER: Certified = Certified { key: include_bytes!("permissions/old.p8"), place: 1 };

impl Certified {
    /// The SHA-256 thumbprint of the certificate.
    pub fn thumbprint(self) -> [u8; 32] {
        sha256(&self.der())
    }

    /// The certificate.
    pub fn der(self) -> Vec<u8> {
        let text = PERMISSIONS_DIRECTORY.split("-----BEGIN CERTIFICATE-----").nth(self.place + 1).unwrap();
        let text: String = text.split("-----END").next().unwrap().split_whitespace().collect();
        base64::engine::general_purpose::STANDARD.decode(text).unwrap()
    }
}

/// An assertion that can be spoilt before it is signed.
#[derive(Clone, Debug)]
pub struct ClientAssertion {
    /// With which key.
    pub certified: Certified,
    /// How.
    pub algorithm: Algorithm,
    /// Its header.
    pub header: Map<String, Value>,
    /// What it says.
    pub claims: Map<String, Value>,
}

impl ClientAssertion {
    /// A good one of `application` for the token endpoint at `audience`.
    pub fn by(application: Application, audience: &str, certified: Certified, algorithm: Algorithm) -> Self {
        let object = |value: Value| value.as_object().cloned().unwrap();
        Self {
            certified,
            algorithm,
            header: object(json!({
                "alg": algorithm.name(), "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(certified.thumbprint()),
            })),
            claims: object(json!({
                "aud": audience, "iss": application.client_id, "sub": application.client_id, "jti": "1",
                "nbf": START.seconds(), "exp": START.seconds() + 600,
            })),
        }
    }

    /// With a claim of this value.
    pub fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims.insert(name.to_owned(), value);
        self
    }

    /// With a member of the header of this value.
    pub fn header(mut self, name: &str, value: Value) -> Self {
        self.header.insert(name.to_owned(), value);
        self
    }

    /// Good from then on for ten minutes.
    pub fn at(self, time: Timestamp) -> Self {
        self.claim("nbf", json!(time.seconds())).claim("exp", json!(time.seconds() + 600))
    }

    /// The text.
    pub fn signed(&self) -> String {
        let part = |part: &Map<String, Value>| URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap());
        let text = format!("{}.{}", part(&self.header), part(&self.claims));
        let key = SigningKey::from_pkcs8(self.algorithm, self.certified.key).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()).unwrap()))
    }
}
