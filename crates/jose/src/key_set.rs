//! The keys a verifier trusts, found by `kid`.

use crate::{Algorithm, JwkSet, VerifyingKey};

/// Verifying keys of one issuer or client.
///
/// Keys come in only through the constructors; nothing that stands in a token adds one.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: Vec<VerifyingKey>,
}

impl KeySet {
    /// A set of these keys; the same key given twice counts once.
    pub fn new(keys: Vec<VerifyingKey>) -> Self {
        let mut set = Self { keys: Vec::with_capacity(keys.len()) };
        for key in keys {
            if !set.keys.iter().any(|known| same(known, &key)) {
                set.keys.push(key);
            }
        }
        set
    }

    /// The usable signature keys of a document; RSA keys without `alg` are for the given algorithm.
    ///
    /// Keys for encryption, of unknown types, and weak or malformed ones are skipped (RFC 7517 §5).
    pub fn from_jwk_set(document: &JwkSet, default_rsa: Algorithm) -> Self {
        let usable = |jwk| match VerifyingKey::from_jwk(jwk) {
            Err(crate::KeyError::AlgorithmRequired) => VerifyingKey::from_jwk_for(jwk, default_rsa).ok(),
            key => key.ok(),
        };
        Self::new(document.keys.iter().filter_map(usable).collect())
    }

    /// The key with this identifier; `None` as well when two different keys claim it, because then it names neither.
    ///
    /// Spec: RFC 7517 §4.5.
    pub fn find(&self, kid: &str) -> Option<&VerifyingKey> {
        only(self.keys.iter().filter(|key| key.key_id() == kid))
    }

    /// The only key of a set of one: what a token without `kid` may be verified with.
    pub fn single(&self) -> Option<&VerifyingKey> {
        only(self.keys.iter())
    }

    /// The keys in their order.
    pub fn iter(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.keys.iter()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

fn only<'a>(mut keys: impl Iterator<Item = &'a VerifyingKey>) -> Option<&'a VerifyingKey> {
    let first = keys.next()?;
    keys.next().is_none().then_some(first)
}

fn same(left: &VerifyingKey, right: &VerifyingKey) -> bool {
    left.key_id() == right.key_id() && left.algorithm() == right.algorithm() && left.thumbprint() == right.thumbprint()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Jwk, SigningKey};

    fn jwk(algorithm: Algorithm, kid: &str) -> Jwk {
        SigningKey::generate(algorithm).unwrap().with_key_id(kid.to_owned()).public_jwk()
    }

    #[test]
    fn unusable_keys_are_skipped_and_rsa_gets_the_default() {
        let document = JwkSet {
            keys: vec![
                Jwk { alg: None, ..jwk(Algorithm::Rs256, "rsa") },
                Jwk { key_use: Some("enc".into()), ..jwk(Algorithm::Es256, "enc") },
                Jwk { kty: "oct".into(), kid: Some("oct".into()), ..Jwk::default() },
                jwk(Algorithm::Es256, "ec"),
            ],
        };
        let set = KeySet::from_jwk_set(&document, Algorithm::Ps384);
        assert_eq!(set.find("rsa").unwrap().algorithm(), Algorithm::Ps384);
        assert_eq!(set.find("ec").unwrap().algorithm(), Algorithm::Es256);
        assert!(set.find("enc").is_none());
        assert_eq!(set.len(), 2);
    }

    #[test]
    fn a_kid_of_two_different_keys_names_neither() {
        let one = VerifyingKey::from_jwk(&jwk(Algorithm::Es256, "same")).unwrap();
        let two = VerifyingKey::from_jwk(&jwk(Algorithm::Es256, "same")).unwrap();
        assert!(KeySet::new(vec![one.clone(), one.clone()]).find("same").is_some());
        assert!(KeySet::new(vec![one, two]).find("same").is_none());
    }

    #[test]
    fn only_a_set_of_one_has_a_single_key() {
        let one = VerifyingKey::from_jwk(&jwk(Algorithm::Es256, "a")).unwrap();
        let two = VerifyingKey::from_jwk(&jwk(Algorithm::Es256, "b")).unwrap();
        assert!(KeySet::default().single().is_none());
        assert!(KeySet::new(vec![one.clone()]).single().is_some());
        assert!(KeySet::new(vec![one, two]).single().is_none());
    }
}
