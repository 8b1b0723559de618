//! Keys and tokens that another library made.

use grantor_jose::{
    Algorithm, Expected, HeaderFields, Jwk, KeySet, SigningKey, VerifyingKey, base64url, sign_compact, thumbprint,
    verify_compact,
};

use crate::vectors::{list, load, text};

#[test]
fn tokens_thumbprints_and_private_keys_of_another_library_are_read() {
    let mut seen = Vec::new();
    for vector in list(&load("second-implementation/tokens.json"), "vectors") {
        let algorithm = Algorithm::parse(text(vector, "alg")).unwrap();
        let jwk = Jwk::from_value(&vector["jwk"]).unwrap();
        assert_eq!(thumbprint(&jwk).unwrap(), text(vector, "thumbprint"));

        let keys = KeySet::new(vec![VerifyingKey::from_jwk_for(&jwk, algorithm).unwrap()]);
        let verified = verify_compact(text(vector, "token"), &keys, &Expected::types(&["JWT"])).unwrap();
        assert_eq!(verified.claims().unwrap()["alg"], text(vector, "alg"));

        // The private key fits the public one: the same thumbprint, and what it signs verifies with the key of the vector.
        let pkcs8 = base64url::decode(text(vector, "pkcs8")).unwrap();
        let signing = SigningKey::from_pkcs8(algorithm, &pkcs8).unwrap();
        assert_eq!(signing.key_id(), text(vector, "thumbprint"));
        let signing = signing.with_key_id(verified.key_id().to_owned());
        let token = sign_compact(&signing, &HeaderFields { typ: "JWT", x5t: None }, &"claims").unwrap();
        assert!(verify_compact(&token, &keys, &Expected::any_type()).is_ok());
        seen.push(algorithm);
    }
    assert_eq!(seen.len(), Algorithm::ALL.len());
    assert!(Algorithm::ALL.iter().all(|algorithm| seen.contains(algorithm)));
}
