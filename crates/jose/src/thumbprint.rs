//! The name of a key that follows from the key itself.

use serde::Serialize;

use crate::{Jwk, KeyError, base64url, digest};

/// The SHA-256 thumbprint of a public key, base64url: our default `kid`, and the `jkt` of DPoP.
///
/// # Errors
/// [`KeyError`] when the key type is not RSA, EC or OKP, or a member it needs is absent.
///
/// Spec: RFC 7638 §3; RFC 8037 §2 for OKP.
pub fn thumbprint(key: &Jwk) -> Result<String, KeyError> {
    // The required members in lexicographic order, without white space: the order of these fields is the specification.
    #[derive(Serialize)]
    struct Required<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        crv: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        e: Option<&'a str>,
        kty: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        n: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        x: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        y: Option<&'a str>,
    }
    let mut required = Required { crv: None, e: None, kty: &key.kty, n: None, x: None, y: None };
    match key.kty.as_str() {
        "RSA" => {
            required.e = Some(needed(key.e.as_ref(), "e")?);
            required.n = Some(needed(key.n.as_ref(), "n")?);
        }
        "EC" => {
            required.crv = Some(needed(key.crv.as_ref(), "crv")?);
            required.x = Some(needed(key.x.as_ref(), "x")?);
            required.y = Some(needed(key.y.as_ref(), "y")?);
        }
        "OKP" => {
            required.crv = Some(needed(key.crv.as_ref(), "crv")?);
            required.x = Some(needed(key.x.as_ref(), "x")?);
        }
        _ => return Err(KeyError::UnsupportedKeyType),
    }
    let text = serde_json::to_vec(&required).map_err(|_| KeyError::Failed)?;
    Ok(base64url::encode(digest::sha256(&text)))
}

fn needed<'a>(value: Option<&'a String>, name: &'static str) -> Result<&'a str, KeyError> {
    value.map(String::as_str).ok_or(KeyError::MissingMember(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7638_is_reproduced() {
        // RFC 7638 §3.1.
        let key: Jwk = serde_json::from_str(
            r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#,
        )
        .unwrap();
        assert_eq!(thumbprint(&key).unwrap(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn the_example_of_rfc_8037_is_reproduced() {
        // RFC 8037 appendix A.3.
        let key: Jwk = serde_json::from_str(
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"any"}"#,
        )
        .unwrap();
        assert_eq!(thumbprint(&key).unwrap(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn an_incomplete_key_has_no_thumbprint() {
        let key = Jwk { kty: "EC".into(), crv: Some("P-256".into()), x: Some("AA".into()), ..Jwk::default() };
        assert_eq!(thumbprint(&key), Err(KeyError::MissingMember("y")));
        let key = Jwk { kty: "oct".into(), ..Jwk::default() };
        assert_eq!(thumbprint(&key), Err(KeyError::UnsupportedKeyType));
    }
}
