//! How an application proves itself by a secret.

use std::time::Duration;

use grantor_protocol::secret::sha256;
use grantor_rules::Refusal;
use grantor_rules::client::{
    ClientProof, SecretPlace, Showing, Shown, platform_of_direct_grant, platform_without_redirect, prove,
};
use grantor_rules::model::{Application, ClientCertificate, ClientSecret, Platform};

use crate::world::{NOW, app, minutes, secret};

fn showing(shown: Shown<'_>) -> Showing<'_> {
    Showing { shown, origin: None, now: NOW }
}

fn with(secrets: Vec<ClientSecret>) -> Application {
    Application { secrets, ..app() }
}

/// What became of a secret: the proof with its name, or the reason of the refusal.
fn shown(application: &Application, text: &str) -> Result<(ClientProof, String), Refusal> {
    let digest = sha256(text.as_bytes());
    let secret = Shown::Secret { digest: &digest, place: SecretPlace::Body };
    let proven = prove(application, Platform::Web, &showing(secret))?;
    assert_eq!(proven.client_id, application.client_id);
    Ok((proven.proof(), proven.credential().expect("a secret has a name").to_owned()))
}

fn until(text: &str, end: Option<grantor_environment::Timestamp>) -> ClientSecret {
    ClientSecret { expires_at: end, ..secret(text) }
}

#[test]
fn each_of_several_secrets_proves_and_is_named() {
    let application = with(vec![secret("first"), secret("second"), secret("third")]);
    for one in ["first", "second", "third"] {
        assert_eq!(shown(&application, one), Ok((ClientProof::Secret, secret(one).name())), "{one}");
    }
    assert_ne!(secret("first").name(), secret("second").name());
    assert!(!secret("first").name().contains("first"), "the name is no secret");
    assert_eq!(shown(&application, "fourth"), Err(Refusal::ClientSecretWrong));
    assert_eq!(shown(&with(vec![]), "first"), Err(Refusal::ClientSecretWrong));
}

#[test]
fn a_secret_ends_at_its_end_and_not_before() {
    let instant = Duration::from_millis(1);
    for (end, ended) in [(NOW + instant, false), (NOW, true), (NOW - minutes(60 * 24), true)] {
        let application = with(vec![until("mine", Some(end)), until("other", None)]);
        let found = shown(&application, "mine");
        assert_eq!(found.is_err(), ended, "{end:?}");
        if ended {
            assert_eq!(found, Err(Refusal::ClientSecretExpired { hint: "min".into() }));
        }
        assert!(shown(&application, "other").is_ok(), "one that is over says nothing of the others");
    }
}

#[test]
fn a_wrong_secret_is_wrong_even_where_all_are_over() {
    let application = with(vec![until("mine", Some(NOW - minutes(1)))]);
    assert_eq!(shown(&application, "yours"), Err(Refusal::ClientSecretWrong));
}

fn certificate() -> ClientCertificate {
    ClientCertificate {
        description: "one".into(),
        thumbprint_sha1: [1; 20],
        thumbprint_sha256: [2; 32],
        public_key: vec![],
        starts_at: NOW,
        expires_at: NOW,
    }
}

#[test]
fn a_program_without_an_address_is_what_its_registration_says() {
    let bare = Application { allow_public_client_flows: false, ..with(vec![]) };
    let rows = [
        (bare.clone(), Platform::PublicClient, Platform::Web),
        (Application { secrets: vec![secret("one")], ..bare.clone() }, Platform::Web, Platform::Web),
        (Application { certificates: vec![certificate()], ..bare.clone() }, Platform::Web, Platform::Web),
        (
            Application { allow_public_client_flows: true, secrets: vec![secret("one")], ..bare },
            Platform::PublicClient,
            Platform::PublicClient,
        ),
    ];
    for (application, without_redirect, direct) in rows {
        assert_eq!(platform_without_redirect(&application), without_redirect);
        // A grant that shows no address at all: only what is registered as public may do without a proof.
        assert_eq!(platform_of_direct_grant(&application), direct);
    }
}
