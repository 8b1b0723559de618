//! Whether what was answered is really a token: signed with the algorithm that the row is about, by a key that is published.

use anyhow::{Context, ensure};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::ValueEnum;
use serde_json::Value;

/// How a row's access tokens are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Algorithm {
    /// RSA, 2048 bits, PKCS #1 v1.5.
    Rs256,
    /// ECDSA over P-256.
    Es256,
}

impl Algorithm {
    /// Its name in a token's header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

/// A string member of a JSON text that was written without spaces.
pub fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = json;
    loop {
        let start = rest.find(name)? + name.len();
        let value = &rest[start..];
        if rest[..start - name.len()].ends_with('"')
            && let Some(value) = value.strip_prefix("\":\"")
        {
            return value.split('"').next();
        }
        rest = value;
    }
}

/// Whether a text has the form of a token with that algorithm.
///
/// # Errors
/// It has not.
pub fn looks_like(token: &str, algorithm: Algorithm) -> anyhow::Result<()> {
    let mut parts = token.split('.');
    let header = parts.next().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).context("the token has no header")?;
    let header = std::str::from_utf8(&header)?;
    ensure!(
        member(header, "alg") == Some(algorithm.name()),
        "the token is not signed with {}: {header}",
        algorithm.name()
    );
    ensure!(parts.count() == 2, "the token has not three parts");
    Ok(())
}

/// Verifies a signature with a published key.
///
/// # Errors
/// It does not hold, or no key is published for it.
pub fn verify(token: &str, keys: &str) -> anyhow::Result<()> {
    let (signed, signature) = token.rsplit_once('.').context("a token has parts")?;
    let header = signed.split('.').next().unwrap_or_default();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header)?)?;
    let keys: Value = serde_json::from_str(keys)?;
    let key = keys["keys"].as_array().into_iter().flatten().find(|key| key["kid"] == header["kid"]);
    let key = key.with_context(|| format!("no key is published for {header}"))?;
    let part = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap_or_default());
    let (signed, signature) = (signed.as_bytes(), URL_SAFE_NO_PAD.decode(signature)?);
    let holds = if header["alg"] == "RS256" {
        let public = RsaPublicKeyComponents { n: part("n")?, e: part("e")? };
        public.verify(&RSA_PKCS1_2048_8192_SHA256, signed, &signature)
    } else {
        let point = [vec![4], part("x")?, part("y")?].concat();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, &signature)
    };
    holds.ok().with_context(|| format!("the signature of a token does not hold: {header}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_by_its_whole_name() {
        let json = r#"{"ext_token":"no","x":"token","token":"yes"}"#;
        assert_eq!(member(json, "token"), Some("yes"));
        assert_eq!(member(json, "oken"), None);
    }
}
