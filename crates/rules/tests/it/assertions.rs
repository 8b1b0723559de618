//! How an application proves itself by a signed assertion (RFC 7523 §3).

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_rules::Refusal;
use grantor_rules::client::assertion::may_be_signed_with;
use grantor_rules::client::{
    AcceptedAssertions, ClientProof, Manner, Showing, Shown, SignedAssertion, SignedBy, SingleUse, prove,
};
use grantor_rules::model::{Application, AuthMethod, ClientCertificate, Platform, Profile};
use grantor_rules::refusal::AssertionFault;
use serde_json::{Map, Value, json};

use crate::world::{NOW, app, minutes};

const ENDPOINT: &str = "https://id.example/contoso.example/oauth2/v2.0/token";

/// Whose thumbprint a reader of signatures finds, or what is wrong.
type Finds = fn() -> Result<[u8; 32], AssertionFault>;

/// Says what a reader of signatures found.
struct Reads(Finds, Map<String, Value>);

impl Reads {
    fn read(&self) -> Result<SignedAssertion, AssertionFault> {
        Ok(SignedAssertion { by: SignedBy::Certificate((self.0)()?), claims: self.1.clone() })
    }
}

fn certificate(description: &str, number: u8) -> ClientCertificate {
    ClientCertificate {
        description: description.into(),
        thumbprint_sha1: [number; 20],
        thumbprint_sha256: [number; 32],
        public_key: vec![],
        starts_at: NOW - minutes(60),
        expires_at: NOW + minutes(60),
    }
}

fn claims() -> Map<String, Value> {
    let end = NOW.seconds() + 600;
    let claims = json!({ "iss": "app", "sub": "app", "aud": ENDPOINT, "exp": end, "nbf": NOW.seconds() });
    claims.as_object().expect("it is an object").clone()
}

fn with(name: &str, value: Value) -> Map<String, Value> {
    let mut claims = claims();
    claims.insert(name.into(), value);
    claims
}

fn without(name: &str) -> Map<String, Value> {
    let mut claims = claims();
    claims.remove(name);
    claims
}

/// The name of the credential that proved the application at `now`, or what was wrong.
fn shown_at(certificates: Vec<ClientCertificate>, reads: &Reads, now: Timestamp) -> Result<String, AssertionFault> {
    let application = Application { certificates, ..app() };
    let audiences = vec!["https://id.example/contoso.example/v2.0".to_owned(), ENDPOINT.to_owned()];
    let accepted = AcceptedAssertions { audiences, manner: Manner::Lenient };
    let read = reads.read();
    let shown = Shown::Assertion { method: AuthMethod::PrivateKeyJwt, read: &read, accepted: &accepted };
    let showing = Showing { shown, origin: None, now };
    match prove(&application, Platform::Web, &showing) {
        Ok(proven) => {
            assert_eq!(proven.proof(), ClientProof::Certificate);
            Ok(proven.credential().expect("a certificate has a name").to_owned())
        }
        Err(Refusal::ClientAssertionInvalid { why }) => Err(why),
        Err(other) => panic!("{other:?}"),
    }
}

fn says(claims: Map<String, Value>) -> Result<String, AssertionFault> {
    shown_at(vec![certificate("one", 1), certificate("two", 2)], &Reads(|| Ok([2; 32]), claims), NOW)
}

#[test]
fn a_whole_assertion_proves_and_names_its_certificate() {
    assert_eq!(says(claims()), Ok(certificate("two", 2).name()));
    assert_ne!(certificate("one", 1).name(), certificate("one", 2).name());
}

#[test]
fn what_the_reader_of_signatures_finds_stands() {
    let faults: [fn() -> AssertionFault; 3] = [
        || AssertionFault::Malformed,
        || AssertionFault::Signature,
        || AssertionFault::CertificateUnknown { thumbprint: "abc".into() },
    ];
    let found: [Finds; 3] = [
        || Err(AssertionFault::Malformed),
        || Err(AssertionFault::Signature),
        || Err(AssertionFault::CertificateUnknown { thumbprint: "abc".into() }),
    ];
    for (fault, reads) in faults.into_iter().zip(found) {
        let shown = shown_at(vec![certificate("one", 1)], &Reads(reads, claims()), NOW);
        assert_eq!(shown, Err(fault()));
    }
    let foreign = shown_at(vec![certificate("one", 1)], &Reads(|| Ok([9; 32]), claims()), NOW);
    assert_eq!(foreign, Err(AssertionFault::Signature), "a certificate that is none of the application's");
}

#[test]
fn a_certificate_counts_in_its_own_time() {
    let instant = Duration::from_millis(1);
    let (from, to) = (certificate("one", 2).starts_at, certificate("one", 2).expires_at);
    let over = Err(AssertionFault::CertificateExpired { description: "one".into() });
    let mut lasting = claims();
    lasting.insert("exp".into(), json!(to.seconds() + 600));
    lasting.insert("nbf".into(), json!(from.seconds()));
    let rows = [(from - instant, false), (from, true), (to - instant, true), (to, false)];
    for (now, counts) in rows {
        let found = shown_at(vec![certificate("one", 2)], &Reads(|| Ok([2; 32]), lasting.clone()), now);
        assert_eq!(found, if counts { Ok(certificate("one", 2).name()) } else { over.clone() }, "{now:?}");
    }
}

#[test]
fn an_application_speaks_of_itself() {
    let subject = |found: &str| Err(AssertionFault::Subject { found: found.into() });
    for name in ["iss", "sub"] {
        assert_eq!(says(with(name, json!("other"))), subject("other"), "{name}");
        assert_eq!(says(without(name)), subject(""), "{name}");
        assert_eq!(says(with(name, json!(["app"]))), subject(""), "{name}");
        assert!(says(with(name, json!("APP"))).is_ok(), "client ids are compared without regard to case");
        assert_eq!(says(with(name, json!("x".repeat(200)))), subject(&"x".repeat(80)), "{name}");
    }
}

#[test]
fn an_assertion_is_for_this_endpoint() {
    let audience = |found: &str| Err(AssertionFault::Audience { found: found.into() });
    assert_eq!(says(with("aud", json!("https://other.example/token"))), audience("https://other.example/token"));
    assert_eq!(says(without("aud")), audience(""));
    assert_eq!(says(with("aud", json!(7))), audience(""));
    assert_eq!(says(with("aud", json!([]))), audience(""));
    assert_eq!(says(with("aud", json!(["a", 7, "b"]))), audience("a b"));
    assert_eq!(says(with("aud", json!("x".repeat(999)))), audience(&"x".repeat(200)));
    assert!(says(with("aud", json!(["https://other.example", ENDPOINT]))).is_ok(), "one of several is enough");
    assert!(says(with("aud", json!(ENDPOINT.to_uppercase()))).is_ok());
    assert!(says(with("aud", json!("https://id.example/contoso.example/v2.0"))).is_ok());
}

#[test]
fn clocks_may_differ_by_five_minutes() {
    let now = NOW.seconds();
    let rows = [
        ("exp", now + 1, Ok(())),
        ("exp", now - 299, Ok(())),
        ("exp", now - 300, Err(AssertionFault::Expired)),
        ("exp", i64::MIN, Err(AssertionFault::Expired)),
        ("exp", i64::MAX, Ok(())),
        ("nbf", now + 300, Ok(())),
        ("nbf", now + 301, Err(AssertionFault::NotYet)),
        ("nbf", i64::MIN, Ok(())),
    ];
    for (name, seconds, expected) in rows {
        assert_eq!(says(with(name, json!(seconds))).map(|_| ()), expected, "{name} {seconds}");
    }
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "the seconds of our days are small")]
fn times_may_have_fractions() {
    let now = NOW.seconds() as f64;
    assert!(says(with("exp", json!(now + 0.5))).is_ok());
    assert!(says(with("exp", json!(now - 298.5))).is_ok());
    assert_eq!(says(with("exp", json!(now - 299.5))), Err(AssertionFault::Expired));
    assert_eq!(says(with("nbf", json!(now + 301.5))), Err(AssertionFault::NotYet));
    assert!(says(with("nbf", json!(now + 300.5))).is_ok());
    assert!(says(with("exp", json!(1e300))).is_ok());
    assert_eq!(says(with("exp", json!(-1e300))), Err(AssertionFault::Expired));
}

#[test]
fn an_end_must_be_there_and_times_must_be_numbers() {
    assert_eq!(says(without("exp")), Err(AssertionFault::Malformed));
    assert!(says(without("nbf")).is_ok());
    for name in ["exp", "nbf"] {
        for bad in [json!("1714558332"), json!(null), json!(true), json!([1])] {
            assert_eq!(says(with(name, bad.clone())), Err(AssertionFault::Malformed), "{name} {bad}");
        }
    }
}

const ISSUER: &str = "https://id.example/contoso.example/oidc";

fn standard() -> Map<String, Value> {
    let now = NOW.seconds();
    let claims = json!({ "iss": "app", "sub": "app", "aud": ISSUER, "exp": now + 60, "iat": now, "jti": "one" });
    claims.as_object().expect("it is an object").clone()
}

fn standard_with(name: &str, value: Value) -> Map<String, Value> {
    let mut claims = standard();
    claims.insert(name.into(), value);
    claims
}

/// What an assertion by the letter gives: its one use, or what is wrong with it.
fn once_by(profile: Profile, claims: Map<String, Value>) -> Result<SingleUse, AssertionFault> {
    let application = Application { profile, ..app() };
    let audiences = vec![ISSUER.to_owned(), ENDPOINT.to_owned()];
    let accepted = AcceptedAssertions { audiences, manner: Manner::Strict { issuer: ISSUER.into() } };
    let read = Ok(SignedAssertion { by: SignedBy::Key, claims });
    let shown = Shown::Assertion { method: AuthMethod::PrivateKeyJwt, read: &read, accepted: &accepted };
    match prove(&application, Platform::Web, &Showing { shown, origin: None, now: NOW }) {
        Ok(proven) => Ok(proven.single_use().expect("it is good once").clone()),
        Err(Refusal::ClientAssertionInvalid { why }) => Err(why),
        Err(other) => panic!("{other:?}"),
    }
}

fn once(claims: Map<String, Value>) -> Result<SingleUse, AssertionFault> {
    once_by(Profile::OAuth21, claims)
}

#[test]
fn by_the_letter_an_assertion_is_good_once_and_named_by_its_jti() {
    let first = once(standard()).expect("it is good");
    assert_eq!(first.until, NOW + Duration::from_secs(90), "its end and what clocks may differ by");
    assert_eq!(once(standard_with("iat", json!(NOW.seconds() - 5))).expect("it is good").digest, first.digest);
    assert_ne!(once(standard_with("jti", json!("two"))).expect("it is good").digest, first.digest);
    for bad in [json!(""), json!(null), json!(1)] {
        assert_eq!(once(standard_with("jti", bad)), Err(AssertionFault::WithoutName));
    }
}

#[test]
fn by_the_letter_its_life_is_short() {
    let now = NOW.seconds();
    let too_long = Err(AssertionFault::TooLong { most_minutes: 10 });
    let rows = [
        ("exp", json!(now + 600 + 30), Ok(())),
        ("exp", json!(now + 600 + 31), too_long.clone()),
        ("exp", json!(now + 3600), too_long.clone()),
        ("exp", json!(1e300), too_long),
        ("exp", json!(now - 29), Ok(())),
        ("exp", json!(now - 30), Err(AssertionFault::Expired)),
        ("exp", json!(null), Err(AssertionFault::Malformed)),
        // fapi-11
        ("iat", json!(now + 10), Ok(())),
        ("nbf", json!(now + 10), Ok(())),
        ("iat", json!(now + 61), Err(AssertionFault::NotYet)),
        ("nbf", json!(now + 61), Err(AssertionFault::NotYet)),
        ("iat", json!("now"), Err(AssertionFault::Malformed)),
    ];
    for (name, value, expected) in rows {
        assert_eq!(once(standard_with(name, value.clone())).map(|_| ()), expected, "{name} {value}");
    }
}

#[test]
fn by_the_letter_it_is_for_the_issuer_or_the_endpoint_and_in_fapi_for_the_issuer_alone() {
    let audience = |found: &str| Err(AssertionFault::Audience { found: found.into() });
    for good in [json!(ISSUER), json!(ENDPOINT), json!([ISSUER]), json!(["https://other.example", ENDPOINT])] {
        assert!(once(standard_with("aud", good)).is_ok());
    }
    let shouted = ISSUER.to_uppercase();
    assert_eq!(once(standard_with("aud", json!(shouted))).map(|_| ()), audience(&shouted));
    for profile in [Profile::Fapi2Security, Profile::Fapi2MessageSigning] {
        let fapi = |value: Value| once_by(profile, standard_with("aud", value)).map(|_| ());
        assert_eq!(fapi(json!(ISSUER)), Ok(()));
        // fapi-03
        assert_eq!(fapi(json!([ISSUER])), audience(&format!("[\"{ISSUER}\"]")));
        assert_eq!(fapi(json!(ENDPOINT)), audience(&format!("\"{ENDPOINT}\"")));
    }
}

#[test]
fn which_algorithms_are_taken_is_the_profiles_and_the_registrations_to_say() {
    let of = |profile: Profile, registered: Option<&str>| {
        let mut application = Application { profile, ..app() };
        application.metadata.token_endpoint_auth_signing_alg = registered.map(str::to_owned);
        let names = ["none", "RS256", "PS256", "ES256", "ES384", "EdDSA", "HS256", "HS512", "RS1"];
        names.into_iter().filter(|name| may_be_signed_with(&application, name)).collect::<Vec<_>>()
    };
    let all = ["RS256", "PS256", "ES256", "ES384", "EdDSA", "HS256", "HS512"];
    assert_eq!(of(Profile::OAuth21, None), all);
    assert_eq!(of(Profile::OAuth21, Some("ES256")), ["ES256"]);
    // fapi-13
    assert_eq!(of(Profile::Fapi2Security, None), ["PS256", "ES256", "EdDSA"]);
    assert!(of(Profile::Fapi2MessageSigning, Some("RS256")).is_empty());
    assert!(of(Profile::OAuth21, Some("none")).is_empty());
}
