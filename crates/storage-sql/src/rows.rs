//! Rows become types; a row that this program cannot have written is a fault that says where it lies.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use grantor_protocol::{ClientId, HandleDigest, Secret, TenantId, UserId};
use grantor_rules::model::{
    Application, Assigned, Assignee, Assignment, Code, ConsentRequest, Consents, DeviceAnswer, DeviceCode, Family,
    GrantedPermission, Interaction, Method, Notice, Polled, PushedRequest, RefreshToken, RequiredPermission,
    RevocationReason, ServicePrincipal, SignIn, Tenant, User,
};
use grantor_storage::{DirectoryVersions, Fault, Shard, SigningKeyRecord, StoredPassword};

use crate::conn::{Columns, Row};
use crate::documents::{
    CodeDocument, ConsentRequestDocument, DeviceCodeDocument, FamilyDocument, InteractionDocument, NoticeDocument,
    PrincipalDocument, PushedDocument,
};
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

/// What stands for applications: the rows of one follow each other, one for each app role, or one without.
pub fn service_principals(rows: &[Row]) -> Result<Vec<Arc<ServicePrincipal>>, Fault> {
    let mut found: Vec<ServicePrincipal> = Vec::new();
    for row in rows {
        let key = row.of(&"service principal").text("client_id")?;
        let columns = row.of(&key);
        if found.last().is_none_or(|last| last.client_id.as_str() != key) {
            found.push(service_principal(columns)?);
        }
        if let (Some(last), Some(role)) = (found.last_mut(), granted_app_role(columns)?) {
            last.granted_app_roles.insert(role);
        }
    }
    Ok(found.into_iter().map(Arc::new).collect())
}

fn service_principal(columns: Columns<'_>) -> Result<ServicePrincipal, Fault> {
    let document: PrincipalDocument = columns.json("document")?;
    Ok(ServicePrincipal {
        client_id: columns.parsed("client_id", ClientId::parse)?,
        publisher: columns.parsed("publisher", str::parse)?,
        enabled: document.enabled,
        assignment_required: document.assignment_required,
        granted_app_roles: std::collections::BTreeSet::new(),
        created_at: document.created_at.into(),
    })
}

fn granted_app_role(columns: Columns<'_>) -> Result<Option<RequiredPermission>, Fault> {
    let api = "granted_app_roles.api_client_id";
    if columns.maybe_text(api)?.is_none() {
        return Ok(None);
    }
    let value = columns.text("granted_app_roles.value")?.to_owned();
    Ok(Some(RequiredPermission { api: columns.parsed(api, ClientId::parse)?, value }))
}

/// That somebody is assigned to an application.
pub fn assignment(row: &Row, client_id: &ClientId, key: &dyn Debug) -> Result<Assignment, Fault> {
    let columns = row.of(key);
    let assignee = match columns.text("assignee_kind")? {
        "user" => Assignee::User(columns.parsed("assignee", str::parse)?),
        "group" => Assignee::Group(columns.parsed("assignee", str::parse)?),
        _ => return Err(columns.impossible("assignee_kind", "nobody of this kind is assigned")),
    };
    let role = columns.text("role")?;
    Ok(Assignment { client_id: client_id.clone(), assignee, role: (!role.is_empty()).then(|| role.to_owned()) })
}

/// What a person is to an application, one assignment a row.
pub fn assigned(rows: &[Row], key: &dyn Debug) -> Result<Assigned, Fault> {
    let mut assigned = Assigned { is_assigned: !rows.is_empty(), ..Assigned::default() };
    for row in rows {
        let columns = row.of(key);
        match columns.text("assignee_kind")? {
            "user" => {}
            "group" => {
                assigned.groups.insert(columns.parsed("assignee", str::parse)?);
            }
            _ => return Err(columns.impossible("assignee_kind", "nobody of this kind is assigned")),
        }
        let role = columns.text("role")?;
        if !role.is_empty() {
            assigned.roles.insert(role.to_owned());
        }
    }
    Ok(assigned)
}

/// A password with what was tried since.
pub fn password(row: &Row, key: &dyn Debug) -> Result<StoredPassword, Fault> {
    let columns = row.of(key);
    let wrong_tries = match columns.maybe_number("password_tries.wrong_tries")? {
        Some(tries) => {
            u32::try_from(tries).map_err(|error| columns.impossible("password_tries.wrong_tries", &error))?
        }
        None => 0,
    };
    let locked_until = columns.maybe_time("password_tries.locked_until")?;
    Ok(StoredPassword { hash: columns.text("phc").map(Secret::new)?, wrong_tries, locked_until })
}

/// A permission that somebody allowed.
pub fn granted(row: &Row, principal: Option<UserId>, key: &dyn Debug) -> Result<GrantedPermission, Fault> {
    let columns = row.of(key);
    Ok(GrantedPermission {
        client_id: columns.parsed("client_id", ClientId::parse)?,
        principal,
        api: columns.parsed("api_client_id", ClientId::parse)?,
        value: columns.text("value")?.to_owned(),
        granted_at: columns.time("granted_at")?,
    })
}

/// A wish that an administrator allow something.
pub fn consent_request(row: &Row, key: &dyn Debug) -> Result<ConsentRequest, Fault> {
    let columns = row.of(key);
    let document: ConsentRequestDocument = columns.json("document")?;
    Ok(ConsentRequest {
        id: columns.parsed("id", str::parse)?,
        client_id: columns.parsed("client_id", ClientId::parse)?,
        user: columns.parsed("user_id", str::parse)?,
        permissions: document.permissions,
        reason: document.reason,
        asked_at: columns.time("asked_at")?,
    })
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
    Method::ALL.into_iter().find(|method| method.as_str() == text).ok_or("no method of this name")
}

/// An authorization request that waits.
pub fn interaction(row: &Row, tenant: TenantId, digest: &HandleDigest) -> Result<Interaction, Fault> {
    let key = (tenant, digest);
    let columns = row.of(&key);
    let document: InteractionDocument = columns.json("document")?;
    Ok(document.with(tenant, columns.json("progress")?, columns.time("expires_at")?))
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
        terms: document.terms,
        dpop_jkt: document.dpop_jkt,
        session_ended_at: columns.maybe_time("ended_sessions.ended_at")?,
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
        parent: document.parent,
        ends_at: document.ends_at.map(Into::into),
        revoked: revoked(columns)?,
        refresh_token: refresh_token(columns)?,
        terms: document.terms,
        session_ended_at: columns.maybe_time("ended_sessions.ended_at")?,
    })
}

fn revoked(columns: Columns<'_>) -> Result<Option<RevocationReason>, Fault> {
    let read = |text| {
        RevocationReason::parse(text).ok_or_else(|| columns.impossible("revoked_reason", "no reason of this name"))
    };
    columns.maybe_text("revoked_reason")?.map(read).transpose()
}

fn refresh_token(columns: Columns<'_>) -> Result<Option<RefreshToken>, Fault> {
    if columns.maybe_bytes("refresh_digest")?.is_none() {
        return Ok(None);
    }
    let remembered = exchanged::from_bytes(columns.bytes("refresh_exchanged")?);
    Ok(Some(RefreshToken {
        digest: digest(columns, "refresh_digest")?,
        expires_at: columns.time("refresh_expires_at")?,
        exchanged: remembered.ok_or_else(|| columns.impossible("refresh_exchanged", "no list of exchanged tokens"))?,
    }))
}

/// The digest of a handle.
pub fn digest(columns: Columns<'_>, column: &'static str) -> Result<HandleDigest, Fault> {
    let bytes = columns.bytes(column)?.try_into();
    bytes.map(HandleDigest::from_bytes).map_err(|_| columns.impossible(column, "no digest has this length"))
}

/// A device code.
pub fn device_code(row: &Row, key: &dyn Debug) -> Result<DeviceCode, Fault> {
    let columns = row.of(key);
    let document: DeviceCodeDocument = columns.json("document")?;
    Ok(DeviceCode {
        client_id: document.client_id,
        authority: document.authority,
        dialect: document.dialect,
        wanted: document.wanted,
        flow: document.flow,
        expires_at: columns.time("expires_at")?,
        answer: device_answer(columns)?,
        spent_at: columns.maybe_time("spent_at")?,
        terms: document.terms,
        awaits: document.awaits,
        polled: polled(columns)?,
    })
}

fn polled(columns: Columns<'_>) -> Result<Option<Polled>, Fault> {
    let Some(at) = columns.maybe_time("polled_at")? else { return Ok(None) };
    let millis = columns.number("poll_interval")?;
    let millis = u64::try_from(millis).map_err(|error| columns.impossible("poll_interval", &error))?;
    Ok(Some(Polled { at, interval: Duration::from_millis(millis) }))
}

/// A pushed request.
pub fn pushed_request(row: &Row, key: &dyn Debug) -> Result<PushedRequest, Fault> {
    let columns = row.of(key);
    let document: PushedDocument = columns.json("document")?;
    Ok(PushedRequest {
        client_id: document.client_id,
        dialect: document.dialect,
        parameters: document.parameters,
        dpop_jkt: document.dpop_jkt,
        expires_at: document.expires_at.into(),
        keep_until: columns.time("expires_at")?,
    })
}

/// A notice, with whose it is.
pub fn notice(row: &Row) -> Result<(TenantId, Notice), Fault> {
    let key = row.of(&"notice").text("id")?;
    let columns = row.of(&key);
    let document: NoticeDocument = columns.json("document")?;
    let tries = columns.number("tries")?;
    let notice = Notice {
        id: columns.parsed("id", str::parse)?,
        client_id: columns.parsed("client_id", ClientId::parse)?,
        event: document.event,
        attempts: document.attempts,
        tries: u32::try_from(tries).map_err(|error| columns.impossible("tries", &error))?,
        due_at: columns.maybe_time("due_at")?,
        created_at: columns.time("created_at")?,
        keep_until: columns.time("expires_at")?,
    };
    Ok((columns.parsed("tenant_id", str::parse)?, notice))
}

fn device_answer(columns: Columns<'_>) -> Result<Option<DeviceAnswer>, Fault> {
    match columns.maybe_text("answer")? {
        None => Ok(None),
        Some("approved") => columns.json("approval").map(DeviceAnswer::Approved).map(Some),
        Some("declined") => Ok(Some(DeviceAnswer::Declined)),
        Some(_) => Err(columns.impossible("answer", "no answer of this name")),
    }
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
        begins_at: columns.maybe_time("begins_at")?,
    })
}
