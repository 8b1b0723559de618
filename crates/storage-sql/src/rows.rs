//! Rows become types; a row that this program cannot have written is a fault that says where it lies.

use std::fmt::Debug;
use std::sync::Arc;

use grantor_protocol::{ClientId, HandleDigest, Secret};
use grantor_rules::model::{
    Application, Code, Consents, Family, Interaction, Method, RefreshToken, RevocationReason, SignIn, Tenant, User,
};
use grantor_storage::{DirectoryVersions, Fault, Shard, SigningKeyRecord};

use crate::conn::{Columns, Row};
use crate::documents::{CodeDocument, FamilyDocument, InteractionDocument};
use crate::exchanged;

/// A tenant.
pub fn tenant(row: &Row) -> Result<Tenant, Fault> {
    let key = row.of(&"tenant").text("id")?;
    row.of(&key).json("document")
}

/// A person.
pub fn user(row: &Row) -> Result<User, Fault> {
    let key = row.of(&"user").text("id")?;
    row.of(&key).json("document")
}

/// An application.
pub fn application(row: &Row) -> Result<Arc<Application>, Fault> {
    let key = row.of(&"application").text("client_id")?;
    row.of(&key).json("document").map(Arc::new)
}

/// How often each part of the directory has changed; one without a row never has.
pub fn directory_versions(rows: &[Row]) -> Result<DirectoryVersions, Fault> {
    let mut versions = DirectoryVersions::default();
    for row in rows {
        let place = row.of(&"part of the directory").number("shard")?;
        let columns = row.of(&place);
        let shard = Shard::at(place).ok_or_else(|| columns.impossible("shard", "there is no part of this number"))?;
        versions.set(shard, columns.number("version")?);
    }
    Ok(versions)
}

/// A password hash.
pub fn password(row: &Row, key: &dyn Debug) -> Result<Secret, Fault> {
    row.of(key).text("phc").map(Secret::new)
}

/// What one person allows one application, one permission a row.
pub fn consents(rows: &[Row], key: &dyn Debug) -> Result<Consents, Fault> {
    let mut consents = Consents::default();
    for row in rows {
        let columns = row.of(key);
        let api = columns.parsed("api_client_id", ClientId::parse)?;
        consents.allow(&api, [columns.text("value")?.to_owned()]);
    }
    Ok(consents)
}

/// The person that a statement found beside what it looked for.
pub fn joined_user(row: &Row, key: &dyn Debug) -> Result<Option<User>, Fault> {
    let columns = row.of(key);
    match columns.maybe_text("users.document")? {
        Some(_) => columns.json("users.document").map(Some),
        None => Ok(None),
    }
}

/// A sign-in.
pub fn sign_in(row: &Row, key: &dyn Debug) -> Result<SignIn, Fault> {
    let columns = row.of(key);
    Ok(SignIn {
        user: columns.parsed("user_id", str::parse)?,
        sid: columns.text("sid")?.to_owned(),
        authenticated_at: columns.time("authenticated_at")?,
        method: columns.parsed("method", method)?,
        expires_at: columns.time("expires_at")?,
    })
}

/// How a method is kept: as in the `amr` claim.
fn method(text: &str) -> Result<Method, &'static str> {
    [Method::Pwd].into_iter().find(|method| method.as_str() == text).ok_or("no method of this name")
}

/// An authorization request that waits.
pub fn interaction(row: &Row, key: &dyn Debug) -> Result<Interaction, Fault> {
    let columns = row.of(key);
    let document: InteractionDocument = columns.json("document")?;
    Ok(document.with(columns.json("progress")?, columns.time("expires_at")?))
}

/// A code.
pub fn code(row: &Row, key: &dyn Debug) -> Result<Code, Fault> {
    let columns = row.of(key);
    let document: CodeDocument = columns.json("document")?;
    Ok(Code {
        client_id: columns.parsed("client_id", ClientId::parse)?,
        user: columns.parsed("user_id", str::parse)?,
        family: columns.parsed("family_id", str::parse)?,
        expires_at: columns.time("expires_at")?,
        spent_at: columns.maybe_time("spent_at")?,
        redirect_uri: document.redirect_uri,
        redirect_uri_was_given: document.redirect_uri_was_given,
        platform: document.platform,
        challenge: document.challenge,
        nonce: document.nonce,
        wanted: document.wanted,
        authenticated_at: document.authenticated_at.into(),
        method: document.method,
        sid: document.sid,
        flow: document.flow,
    })
}

/// What a redemption bought.
pub fn family(row: &Row, key: &dyn Debug) -> Result<Family, Fault> {
    let columns = row.of(key);
    let document: FamilyDocument = columns.json("document")?;
    Ok(Family {
        id: columns.parsed("id", str::parse)?,
        client_id: columns.parsed("client_id", ClientId::parse)?,
        user: columns.parsed("user_id", str::parse)?,
        platform: document.platform,
        wanted: document.wanted,
        authenticated_at: document.authenticated_at.into(),
        method: document.method,
        sid: document.sid,
        flow: document.flow,
        ends_at: document.ends_at.map(Into::into),
        revoked: revoked(columns)?,
        refresh_token: refresh_token(columns)?,
    })
}

fn revoked(columns: Columns<'_>) -> Result<Option<RevocationReason>, Fault> {
    let read = |text| {
        RevocationReason::parse(text).ok_or_else(|| columns.impossible("revoked_reason", "no reason of this name"))
    };
    columns.maybe_text("revoked_reason")?.map(read).transpose()
}

fn refresh_token(columns: Columns<'_>) -> Result<Option<RefreshToken>, Fault> {
    let Some(digest) = columns.maybe_bytes("refresh_digest")? else { return Ok(None) };
    let digest = digest.try_into().map_err(|_| columns.impossible("refresh_digest", "no digest has this length"))?;
    let remembered = exchanged::from_bytes(columns.bytes("refresh_exchanged")?);
    Ok(Some(RefreshToken {
        digest: HandleDigest::from_bytes(digest),
        expires_at: columns.time("refresh_expires_at")?,
        exchanged: remembered.ok_or_else(|| columns.impossible("refresh_exchanged", "no list of exchanged tokens"))?,
    }))
}

/// A signing key.
pub fn signing_key(row: &Row) -> Result<SigningKeyRecord, Fault> {
    let key = row.of(&"signing key").text("key_id")?;
    let columns = row.of(&key);
    Ok(SigningKeyRecord {
        key_id: key.to_owned(),
        algorithm: columns.text("algorithm")?.to_owned(),
        sealed_private_key: columns.bytes("sealed_private_key")?.to_vec(),
        certificate: columns.bytes("certificate")?.to_vec(),
        created_at: columns.time("created_at")?,
    })
}
