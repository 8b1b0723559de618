//! The secrets and certificates of applications.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_environment::{Entropy, Timestamp};
use grantor_protocol::Secret;
use grantor_rules::credentials as rules;
use grantor_rules::directory::Outcome;
use grantor_rules::model::{Application, ClientCertificate, ClientSecret};
use grantor_storage::Storage;

use super::{AdministrationError, applications, only};
use crate::{ClientSecrets, FlowError};

/// When each credential of an application was last used, by the credential's name.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn last_used(
    storage: &dyn Storage,
    application: &Application,
) -> Result<BTreeMap<String, Timestamp>, FlowError> {
    let store = storage.tenant(application.publisher);
    Ok(store.list_credential_uses(&application.client_id).await?.into_iter().collect())
}

/// Makes a secret of 256 random bits. It is in the answer and nowhere else: only its digest is kept, unless the application signs
/// with its secrets. Then `client_secrets` must be there, which it is kept sealed under.
///
/// # Errors
/// [`AdministrationError::Credential`] for a description or a length of life that a secret cannot have.
pub async fn add_secret(
    storage: &dyn Storage,
    entropy: &dyn Entropy,
    application: &Application,
    (description, length, client_secrets): (&str, Duration, Option<&ClientSecrets>),
    now: Timestamp,
) -> Result<(Secret, ClientSecret), AdministrationError> {
    let value = random(entropy);
    let mut kept = rules::new_secret(description, &value, length, now)?;
    if let Some(sealed) = client_secrets.filter(|_| rules::signs_with_secrets(application)) {
        sealed.keep(entropy, &application.client_id, &mut kept, &value);
    }
    let mut changed = application.clone();
    changed.secrets.push(kept.clone());
    applications::write(storage, changed, now).await?;
    Ok((value, kept))
}

/// A command line takes what begins with a hyphen for an option: then another one is drawn.
fn random(entropy: &dyn Entropy) -> Secret {
    loop {
        let text = URL_SAFE_NO_PAD.encode(entropy.bytes::<32>());
        if text.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            return Secret::new(text);
        }
    }
}

/// Takes away the secret of this id or hint, which proves nothing from then on.
///
/// # Errors
/// [`AdministrationError`].
pub async fn remove_secret(
    storage: &dyn Storage,
    application: &Application,
    name: &str,
    now: Timestamp,
) -> Result<ClientSecret, AdministrationError> {
    let shown = |one: &&ClientSecret| format!("{} ({}, {}…)", one.id(), one.description, one.hint);
    let there = || application.secrets.iter().map(|one| shown(&one)).collect();
    let gone = only(rules::secrets_called(application, name), "secret", name, shown, there)?;
    let mut changed = application.clone();
    changed.secrets.retain(|one| one.digest != gone.digest);
    applications::write(storage, changed, now).await?;
    Ok(gone.clone())
}

/// Adds a certificate, unless it is there.
///
/// # Errors
/// [`AdministrationError::Credential`] for one that has ended.
pub async fn add_certificate(
    storage: &dyn Storage,
    application: &Application,
    certificate: ClientCertificate,
    now: Timestamp,
) -> Result<Outcome, AdministrationError> {
    rules::new_certificate(&certificate, now)?;
    if application.certificates.iter().any(|one| one.thumbprint_sha256 == certificate.thumbprint_sha256) {
        return Ok(Outcome::Left);
    }
    let mut changed = application.clone();
    changed.certificates.push(certificate);
    applications::write(storage, changed, now).await?;
    Ok(Outcome::Created)
}

/// Takes away the certificate of this thumbprint, whose key proves nothing from then on.
///
/// # Errors
/// [`AdministrationError`].
pub async fn remove_certificate(
    storage: &dyn Storage,
    application: &Application,
    thumbprint: &str,
    now: Timestamp,
) -> Result<ClientCertificate, AdministrationError> {
    let shown = |one: &&ClientCertificate| format!("{} ({})", one.thumbprint(), one.description);
    let there = || application.certificates.iter().map(|one| shown(&one)).collect();
    let found = rules::certificates_called(application, thumbprint);
    let gone = only(found, "certificate", thumbprint, shown, there)?;
    let mut changed = application.clone();
    changed.certificates.retain(|one| one.thumbprint_sha256 != gone.thumbprint_sha256);
    applications::write(storage, changed, now).await?;
    Ok(gone.clone())
}
