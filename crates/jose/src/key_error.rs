//! Why a key cannot be used.

/// A key that is refused, or that could not be made or written.
///
/// The messages name members and rules, never key material.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The `kty` is none of RSA, EC and OKP.
    #[error("unsupported key type")]
    UnsupportedKeyType,
    /// The `crv` is none of P-256, P-384 and P-521, nor Ed25519 for signatures or X25519 for encryption.
    #[error("unsupported curve")]
    UnsupportedCurve,
    /// The `alg` of the key is not one of ours.
    #[error("unsupported algorithm")]
    UnsupportedAlgorithm,
    /// A key without `alg` that fits several algorithms: the caller has to say which one it is for.
    #[error("the key does not say its algorithm, and its type does not imply one")]
    AlgorithmRequired,
    /// The algorithm is not one this key is for: another `alg`, `kty` or `crv`.
    #[error("the algorithm does not fit the key")]
    AlgorithmNotKeys,
    /// The `use` or `key_ops` of the key say it is for something else.
    #[error("the key is not for signatures")]
    NotForSignatures,
    /// The `use` or `key_ops` of the key say it is for something else.
    #[error("the key is not for encryption")]
    NotForEncryption,
    /// No key of the document can be used for this, or two different ones have the identifier.
    #[error("no key of the document fits")]
    NotFound,
    /// A shared secret is shorter than the hash of its algorithm (RFC 7518 §3.2).
    #[error("the shared secret has {found} bytes, and its algorithm needs at least {needed}")]
    ShortSecret {
        /// Bytes of the hash.
        needed: usize,
        /// Bytes of the secret.
        found: usize,
    },
    /// A shared secret is not of the one length that its encryption needs.
    #[error("the shared secret has {found} bytes, and its algorithm needs {needed}")]
    SecretLength {
        /// Bytes of the key.
        needed: usize,
        /// Bytes of the secret.
        found: usize,
    },
    /// A private or shared secret member stands in a public key.
    #[error("a private or symmetric key has no place in a public key document")]
    PrivateMember,
    /// A member that the key type needs is absent.
    #[error("the key has no member {0:?}")]
    MissingMember(&'static str),
    /// A member is not base64url, has the wrong length or a leading zero.
    #[error("the key's member {0:?} is malformed")]
    BadMember(&'static str),
    /// The key can be broken: an RSA modulus under 2048 bits, a public exponent of one, a flawed generator.
    #[error("the key is too weak: {0}")]
    Weak(&'static str),
    /// The key does not parse, or its point is not on its curve.
    #[error("the key is not valid")]
    Invalid,
    /// The cryptographic library could not make or write the key.
    #[error("the key could not be generated or written")]
    Failed,
    /// The names, dates or serial number do not make a certificate.
    #[error("the certificate could not be made: {0}")]
    Certificate(&'static str),
}
