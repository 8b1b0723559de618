//! How an application proves itself at the token endpoint.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A way to prove oneself (OpenID Connect Core §9, RFC 7591 §2 `token_endpoint_auth_method`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Not at all.
    None,
    /// A secret by HTTP Basic.
    ClientSecretBasic,
    /// A secret in the body.
    ClientSecretPost,
    /// A JWT that a secret signed.
    ClientSecretJwt,
    /// A JWT that a registered key signed.
    PrivateKeyJwt,
    /// A TLS certificate that an authority vouches for, by its subject (RFC 8705 §2.1).
    TlsClientAuth,
    /// A TLS certificate that is registered itself (RFC 8705 §2.2).
    SelfSignedTlsClientAuth,
}

impl AuthMethod {
    /// Each by its registered name.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("none", Self::None),
        ("client_secret_basic", Self::ClientSecretBasic),
        ("client_secret_post", Self::ClientSecretPost),
        ("client_secret_jwt", Self::ClientSecretJwt),
        ("private_key_jwt", Self::PrivateKeyJwt),
        ("tls_client_auth", Self::TlsClientAuth),
        ("self_signed_tls_client_auth", Self::SelfSignedTlsClientAuth),
    ];

    /// Whether a TLS certificate is the proof.
    pub const fn is_by_tls(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
        }
    }
}

impl fmt::Display for AuthMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_stored_and_said_by_its_registered_name() {
        for (name, method) in AuthMethod::NAMES {
            assert_eq!((method.as_str(), serde_json::json!(method)), (name, serde_json::json!(name)));
        }
    }
}
