//! How an application proves itself by a signed assertion (RFC 7523 §3).

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::Secret;
use grantor_rules::Refusal;
use grantor_rules::client::{ClientProof, Credentials, ReadsAssertions, Showing, SignedAssertion, prove};
use grantor_rules::model::{Application, ClientCertificate, Platform};
use grantor_rules::refusal::AssertionFault;
use serde_json::{Map, Value, json};

use crate::world::{NOW, app, minutes};

const ENDPOINT: &str = "https://id.example/contoso.example/oauth2/v2.0/token";

/// Whose thumbprint a reader of signatures finds, or what is wrong.
type Finds = fn() -> Result<[u8; 32], AssertionFault>;

/// Says what a reader of signatures found.
struct Reads(Finds, Map<String, Value>);

impl ReadsAssertions for Reads {
    fn read(&self, _: &Secret, _: &[ClientCertificate]) -> Result<SignedAssertion, AssertionFault> {
        Ok(SignedAssertion { thumbprint: (self.0)()?, claims: self.1.clone() })
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
    let credentials = Credentials::Assertion { text: Secret::new("a.b.c") };
    let names = || vec!["https://id.example/contoso.example/v2.0".to_owned(), ENDPOINT.to_owned()];
    let showing = Showing { credentials: &credentials, origin: None, assertions: reads, audiences: &names, now };
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
