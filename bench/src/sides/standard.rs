//! The words of both sides for what the standard adds, and the key of the client that signs.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use grantor_environment::{Clock as _, Entropy, SystemClock, SystemEntropy};

use super::{Pairs, Place};

/// How a side words what the standard adds.
pub struct Standard {
    /// The authorization endpoint.
    pub authorize: &'static str,
    /// The token endpoint.
    pub token: &'static str,
    /// Userinfo, for an opaque token.
    pub userinfo: Place,
    /// Where one asks about a token.
    pub introspect: &'static str,
    /// Where a request is pushed.
    pub push: &'static str,
    /// The confidential client that acts for a person, and whose access tokens are opaque.
    pub web: Pairs,
    /// What it asks for when it wants to know the person.
    pub person_asks: Pairs,
    /// The client that acts for itself and signs its assertions.
    pub signer: &'static str,
    /// What it adds to its request: a token that is signed with ES256.
    pub signer_asks: Pairs,
    /// What follows the host in the issuer.
    pub issuer: &'static str,
}

const PERSON: Pairs = &[("scope", "openid profile")];

/// Grantor's.
pub const OF_GRANTOR: Standard = Standard {
    authorize: "/bench.example/oidc/authorize",
    token: "/bench.example/oidc/token",
    userinfo: Place { path: "/bench.example/oidc/userinfo", shows: "\"sub\":\"" },
    introspect: "/bench.example/oidc/introspect",
    push: "/bench.example/oidc/par",
    web: &[
        ("client_id", "b0000000-0000-4000-8000-00000000b005"),
        ("client_secret", "standard-secret-for-the-benchmark-only-0001"),
    ],
    person_asks: PERSON,
    signer: "b0000000-0000-4000-8000-00000000b006",
    signer_asks: &[("scope", "api://es256/.default")],
    issuer: "/b0000000-0000-4000-8000-000000000001/oidc",
};

/// The peer's.
pub const OF_THE_PEER: Standard = Standard {
    authorize: "/auth",
    token: "/token",
    userinfo: Place { path: "/me", shows: "\"sub\":\"person\"" },
    introspect: "/token/introspection",
    push: "/request",
    web: &[("client_id", "web"), ("client_secret", "web-secret-for-the-benchmark-only-0001")],
    person_asks: PERSON,
    signer: "signer",
    signer_asks: &[("resource", "urn:bench:ES256"), ("scope", "read")],
    issuer: "",
};

/// The private key (PKCS #8) whose public half both sides know; it protects nothing.
const KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgm1zbW2GrLX/R08xuMBXwo5P1FpoiQNedbm9/0ctza22hRANCAAR/\
    Wa60qHiQT4kIUZnE4dsNrSGd+AfqQKP6y1GcDOEj8+Sk9qA8FSNueMCc7HYZk6Kkl4Xj/5ozXsY/kw4oO73a";

/// How long an assertion is good: longer than a run.
const LIFE: i64 = 240;

/// So many assertions of a client, each good once (RFC 7523 §3).
///
/// # Errors
/// The key cannot be read.
pub fn assertions(client: &str, audience: &str, count: usize) -> anyhow::Result<Vec<String>> {
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &STANDARD.decode(KEY)?)?;
    let random = SystemRandom::new();
    let at = SystemClock.now();
    let entropy: &dyn Entropy = &SystemEntropy;
    let (now, run) = (at.seconds(), u128::from_be_bytes(entropy.bytes()));
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","kid":"signer"}"#);
    (0..count)
        .map(|number| {
            let claims = format!(
                r#"{{"iss":"{client}","sub":"{client}","aud":"{audience}","jti":"{run}-{number}","iat":{now},"exp":{}}}"#,
                now + LIFE
            );
            let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
            let signature = key.sign(&random, signed.as_bytes())?;
            Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
        })
        .collect()
}
