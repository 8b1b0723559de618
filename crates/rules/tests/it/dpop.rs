//! Keys that callers prove, and what is bound to them.

use grantor_protocol::dpop::BadProof;
use grantor_rules::Refusal;
use grantor_rules::dpop::{
    BindingWanted, Nonce, PresentedProofs, SignedProof, algorithm_fits, binding_wanted, bound_to, fits, of_code,
    refused, same_holder,
};
use grantor_rules::model::{Application, Binding, Profile};
use serde_json::json;

use crate::world::{NOW, app};

fn key(name: &str) -> Binding {
    Binding::Key(name.to_owned())
}

fn certificate() -> Binding {
    Binding::Certificate("digest".to_owned())
}

fn application(profile: Profile, by_key: bool, by_certificate: bool) -> Application {
    let mut application = Application { profile, ..app() };
    application.metadata.dpop_bound_access_tokens = by_key;
    application.metadata.tls_client_certificate_bound_access_tokens = by_certificate;
    application
}

#[test]
fn what_an_application_must_bind_its_tokens_to_is_what_it_may_have() {
    // fapi-04
    for (profile, by_key, by_certificate, wanted) in [
        (Profile::OAuth21, false, false, BindingWanted::None),
        (Profile::OAuth21, true, false, BindingWanted::Key),
        (Profile::OAuth21, false, true, BindingWanted::Certificate),
        (Profile::Fapi2Security, false, false, BindingWanted::Any),
        (Profile::Fapi2MessageSigning, false, false, BindingWanted::Any),
        (Profile::Fapi2Security, true, false, BindingWanted::Key),
        (Profile::Fapi2Security, false, true, BindingWanted::Certificate),
    ] {
        let application = application(profile, by_key, by_certificate);
        assert_eq!(binding_wanted(&application), wanted);
        for (proven, good) in [
            (None, wanted == BindingWanted::None),
            (Some(key("a")), wanted != BindingWanted::Certificate),
            (Some(certificate()), wanted != BindingWanted::Key),
        ] {
            let expected = if good { Ok(proven.clone()) } else { Err(Refusal::KeyProofMissing) };
            assert_eq!(bound_to(&application, proven), expected, "{wanted:?}");
        }
    }
}

#[test]
fn what_is_bound_comes_from_its_holder_alone() {
    let (a, b) = (key("a"), key("b"));
    for (bound, proven, good) in [
        (None, None, true),
        (None, Some(&a), true),
        (Some(&a), Some(&a), true),
        (Some(&a), Some(&b), false),
        (Some(&a), None, false),
        (Some(&a), Some(&certificate()), false),
    ] {
        let expected = if good { Ok(()) } else { Err(Refusal::KeyDiffers) };
        assert_eq!(same_holder(bound, proven), expected, "{bound:?} {proven:?}");
    }
}

#[test]
fn a_strict_profile_has_few_algorithms() {
    // fapi-13
    for (algorithm, strict) in
        [("PS256", true), ("ES256", true), ("EdDSA", true), ("RS256", false), ("ES512", false), ("PS512", false)]
    {
        let expected = if strict { Ok(()) } else { Err(refused(BadProof::Algorithm)) };
        assert_eq!(algorithm_fits(&application(Profile::Fapi2Security, false, false), algorithm), expected);
        assert_eq!(algorithm_fits(&application(Profile::OAuth21, true, false), algorithm), Ok(()));
    }
}

#[test]
fn a_proof_is_evidence_once_it_was_used_for_the_first_time() {
    let claims = json!({ "jti": "1", "htm": "POST", "htu": "https://x.example/token", "iat": NOW.seconds() });
    let claims = claims.as_object().unwrap();
    let proof = SignedProof { thumbprint: "a", claims };
    let call =
        grantor_protocol::dpop::Expected { method: "POST", address: "https://x.example/token", access_token: None };
    let nonce_missing = Some(refused(BadProof::Nonce));
    for (nonce, wanted, refusal) in [
        (Nonce::Absent, false, None),
        (Nonce::Ours, false, None),
        (Nonce::Ours, true, None),
        (Nonce::Absent, true, nonce_missing.clone()),
        (Nonce::Other, false, nonce_missing.clone()),
        (Nonce::Other, true, nonce_missing),
    ] {
        assert_eq!(fits(proof, &call, nonce, wanted, NOW).err(), refusal, "{nonce:?} {wanted}");
    }
    let fitting = fits(proof, &call, Nonce::Absent, false, NOW).unwrap();
    assert_eq!(fitting.used(false), Err(refused(BadProof::Replayed)));
    let held = fitting.used(true).unwrap();
    assert_eq!((held.binding(), held.by_nonce()), (key("a"), false));
    // A request that names a key was pushed by its holder.
    assert_eq!(of_code(None, None), Ok(None));
    assert_eq!(of_code(Some("b".into()), None), Ok(Some("b".into())));
    assert_eq!(of_code(None, Some(&held)), Ok(Some("a".into())));
    assert_eq!(of_code(Some("a".into()), Some(&held)), Ok(Some("a".into())));
    assert!(of_code(Some("b".into()), Some(&held)).is_err());
}

#[test]
fn there_is_one_proof_at_the_most() {
    let presented = |texts: &[&str]| PresentedProofs {
        texts: texts.iter().map(|&text| text.to_owned()).collect(),
        ..PresentedProofs::default()
    };
    assert_eq!(presented(&[]).sole(), Ok(None));
    assert_eq!(presented(&["a"]).sole(), Ok(Some("a")));
    assert_eq!(presented(&["a", "a"]).sole(), Err(refused(BadProof::Several)));
}
