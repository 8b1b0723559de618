//! Things to keep: everything that a test does not care about has a value already.

use std::sync::Arc;
use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::pkce::CodeVerifier;
use grantor_protocol::{ClientId, FamilyId, FlowId, HandleDigest, RedirectUri, TenantId, UserId};
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{
    Application, Attempt, Authority, Awaited, Binding, Code, ConsentRequest, Consents, DeviceAnswer, DeviceApproval,
    DeviceCode, Exchanged, Family, Interaction, Method, Notice, NoticeEvent, Platform, Progress, Purpose,
    PushedRequest, Redirect, RefreshToken, RegistrationPolicy, RequiredPermission, ServicePrincipal, SignIn,
    SignInAudience, StandardClaims, Tenant, TenantKind, TenantPolicy, Terms, User,
};
use grantor_rules::scopes::{ApiName, SignInScope, WantedScope, WantedScopes};
use uuid::Uuid;

use crate::{
    AnswerDeviceCode, BeginFamily, EndSignIns, Finished, IssueCode, NewSignIn, RecordedConsent, RedeemCode,
    RedeemDeviceCode, RotateRefreshToken, SessionClient, SigningKeyRecord, Storage, TenantStorage,
};

/// When everything happens that does not say when.
pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// So many minutes after [`NOW`].
pub fn in_minutes(minutes: u64) -> Timestamp {
    NOW + Duration::from_secs(minutes * 60)
}

/// So many minutes before [`NOW`].
pub fn minutes_ago(minutes: u64) -> Timestamp {
    NOW - Duration::from_secs(minutes * 60)
}

/// The tenant of that number.
pub fn tenant_id(number: u8) -> TenantId {
    TenantId::from_random([number; 16])
}

/// The person of that number.
pub fn user_id(number: u8) -> UserId {
    UserId::from_random([number; 16])
}

/// The family of that number.
pub fn family_id(number: u8) -> FamilyId {
    FamilyId::from_random([number; 16])
}

/// The digest of that number.
pub fn digest(number: u32) -> HandleDigest {
    let mut bytes = [0xd1; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    HandleDigest::from_bytes(bytes)
}

/// A client id.
pub fn client_id(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

/// The tenant of that number, as a record.
pub fn tenant(number: u8) -> Tenant {
    Tenant {
        id: tenant_id(number),
        domain: format!("tenant-{number}.example"),
        display_name: format!("Tenant {number}"),
        kind: TenantKind::Organization,
        policy: TenantPolicy::default(),
        client_registration: RegistrationPolicy::default(),
        trusted_issuers: Vec::new(),
    }
}

/// A person with that sign-in name.
pub fn user(number: u8, name: &str) -> User {
    User {
        id: user_id(number),
        user_principal_name: name.to_owned(),
        display_name: format!("Person {number}"),
        given_name: Some("Ada".to_owned()),
        surname: None,
        job_title: None,
        mail: Some(name.to_owned()),
        mobile_phone: None,
        business_phones: vec!["+49 30 1234".to_owned()],
        office_location: None,
        preferred_language: Some("de".to_owned()),
        account_enabled: true,
        directory_roles: vec![User::GLOBAL_ADMINISTRATOR.to_owned()],
        attributes: [("shoe-size".to_owned(), "42".to_owned())].into(),
        claims: StandardClaims::default(),
        sessions_valid_from: None,
    }
}

/// An application for the people of its tenant, with those identifier URIs.
pub fn application(tenant: u8, client: &str, identifier_uris: &[&str]) -> Application {
    Application {
        redirects: vec![Redirect { uri: redirect_uri(), platform: Platform::Web }],
        identifier_uris: identifier_uris.iter().map(|&uri| uri.to_owned()).collect(),
        ..Application::new(client_id(client), tenant_id(tenant), &format!("Application {client}"))
    }
}

/// The same for the people of every organization.
pub fn shared(tenant: u8, client: &str, identifier_uris: &[&str]) -> Application {
    Application { sign_in_audience: SignInAudience::AnyOrganization, ..application(tenant, client, identifier_uris) }
}

/// A permission or app role of an API.
pub fn permission(api: &str, value: &str) -> RequiredPermission {
    RequiredPermission { api: client_id(api), value: value.to_owned() }
}

/// What stands for an application of that tenant in whichever tenant, with that app role.
pub fn principal(publisher: u8, client: &str, role: &RequiredPermission) -> ServicePrincipal {
    ServicePrincipal {
        granted_app_roles: [role.clone()].into(),
        ..ServicePrincipal::new(&application(publisher, client, &[]), NOW)
    }
}

/// The group of that number, by its id.
pub fn group_id(number: u8) -> Uuid {
    Uuid::from_bytes([number; 16])
}

/// Tenants and nothing in them.
pub fn tenants(numbers: &[u8]) -> DirectoryChange {
    DirectoryChange { tenants: numbers.iter().map(|&number| tenant(number)).collect(), ..Default::default() }
}

/// The storage of tenant 1, made.
pub async fn one_tenant(storage: &Arc<dyn Storage>) -> Arc<dyn TenantStorage> {
    storage.apply_directory(&tenants(&[1])).await.unwrap();
    storage.tenant(tenant_id(1))
}

/// Permissions of one API.
pub fn consents(api: &str, values: &[&str]) -> Consents {
    let mut consents = Consents::default();
    consents.allow(&client_id(api), values.iter().map(|&value| value.to_owned()));
    consents
}

/// Permissions of an API that somebody allows an application; `None` for an administrator.
pub fn consent(principal: Option<u8>, client: &str, api: &str, values: &[&str]) -> RecordedConsent {
    RecordedConsent {
        principal: principal.map(user_id),
        client_id: client_id(client),
        consents: consents(api, values),
        app_roles: Vec::new(),
        service_principals: Vec::new(),
    }
}

/// The same by an administrator, with an app role, and with what stands for an application of tenant 9 and for the API.
pub fn consent_that_brings_in(client: &str, api: &str) -> RecordedConsent {
    let bare = |name| ServicePrincipal::new(&application(9, name, &[]), NOW);
    RecordedConsent {
        app_roles: vec![permission(api, "Reader")],
        service_principals: vec![bare(client), bare(api)],
        ..consent(None, client, api, &["Read"])
    }
}

/// That a person asks for a permission of an API, so many minutes from now.
pub fn consent_request(id: u8, person: u8, client: &str, minutes: u64) -> ConsentRequest {
    ConsentRequest {
        id: Uuid::from_bytes([id; 16]),
        client_id: client_id(client),
        user: user_id(person),
        permissions: consents("colors", &["Read", "Schön"]),
        reason: "I \"paint\"\u{1F3A8}".to_owned(),
        asked_at: in_minutes(minutes),
    }
}

/// A sign-in of a person at a time.
pub fn sign_in(person: u8, authenticated_at: Timestamp) -> SignIn {
    SignIn {
        user: user_id(person),
        sid: format!("sid-{person}"),
        authenticated_at,
        method: Method::Pwd,
        expires_at: authenticated_at + Duration::from_hours(1),
    }
}

/// A sign-in that begins a session.
pub fn new_sign_in(session: HandleDigest, sign_in: SignIn) -> NewSignIn {
    NewSignIn { old_session: None, new_session: session, sign_in, interaction: None }
}

/// An application that a session has reached.
pub fn reached(client: &str, dialect: &str) -> SessionClient {
    SessionClient { client_id: client_id(client), dialect: Some(dialect.to_owned()) }
}

/// Ends people's sign-ins in a session, with the sids that [`sign_in`] gives them.
pub fn end_sign_ins(session: HandleDigest, people: &[u8]) -> EndSignIns {
    EndSignIns {
        session,
        users: people.iter().copied().map(user_id).collect(),
        sids: people.iter().map(|person| format!("sid-{person}")).collect(),
        notices: Vec::new(),
        now: NOW,
        keep_until: in_minutes(60),
    }
}

/// A notice of that number that is due at a moment and stands in the log until [`in_minutes`]`(60)`.
pub fn notice(number: u8, due_at: Timestamp) -> Notice {
    Notice {
        id: Uuid::from_bytes([number; 16]),
        client_id: client_id("app"),
        event: NoticeEvent::SessionEnded { user: user_id(1), sid: "sid-ü".to_owned(), dialect: "oidc".to_owned() },
        attempts: vec![Attempt { at: minutes_ago(1), answer: "503 \u{1F4A4}".to_owned() }],
        tries: 1,
        due_at: Some(due_at),
        created_at: NOW,
        keep_until: in_minutes(60),
    }
}

/// A request that a browser may point at until [`in_minutes`]`(1)`.
pub fn pushed_request() -> PushedRequest {
    PushedRequest {
        client_id: client_id("app"),
        dialect: "oidc".to_owned(),
        parameters: vec![("scope".to_owned(), "openid a&b=ü".to_owned()), ("scope".to_owned(), String::new())],
        dpop_jkt: Some("thumbprint".to_owned()),
        expires_at: in_minutes(1),
        keep_until: in_minutes(60),
    }
}

/// Terms with something of everything.
pub fn terms() -> Terms {
    Terms {
        bound_to: Some(Binding::Certificate("digest".to_owned())),
        ends_with_session: true,
        act: Some("ü".into()),
        ..Terms::default()
    }
}

/// [`device_code`] that waits for a person of tenant 1.
pub fn awaiting(person: u8) -> DeviceCode {
    let awaited = Awaited {
        tenant: tenant_id(1),
        user: user_id(person),
        binding_message: Some("W4SCT-ü".to_owned()),
        notification_token: Some(vec![0, 255]),
    };
    DeviceCode { awaits: Some(awaited), terms: terms(), ..device_code() }
}

/// A request that waits until [`in_minutes`]`(10)`.
pub fn interaction() -> Interaction {
    Interaction {
        browser: [9; 32],
        purpose: Purpose::Authorize,
        authority: Authority::Tenant(tenant_id(1)),
        dialect: "entra-v2".to_owned(),
        parameters: vec![("scope".to_owned(), "openid a&b=ü".to_owned()), ("scope".to_owned(), String::new())],
        progress: Progress::default(),
        began_at: NOW,
        expires_at: in_minutes(10),
        flow: FlowId::from_random([5; 16]),
        pushed: None,
    }
}

/// An unspent code that buys a family and ends at [`in_minutes`]`(10)`.
pub fn code(family: u8) -> Code {
    Code {
        client_id: client_id("app"),
        user: user_id(1),
        redirect_uri: redirect_uri(),
        redirect_uri_was_given: true,
        platform: Platform::Spa,
        challenge: Some(CodeVerifier::from_random([3; 32]).challenge()),
        nonce: Some("n-1\u{1F511}".to_owned()),
        wanted: wanted(),
        authenticated_at: minutes_ago(5),
        method: Method::Pwd,
        sid: "sid-1".to_owned(),
        family: family_id(family),
        flow: FlowId::from_random([5; 16]),
        expires_at: in_minutes(10),
        spent_at: None,
        terms: Terms::default(),
        dpop_jkt: None,
        session_ended_at: None,
    }
}

/// Issues [`code`] without an interaction.
pub fn issue(digest: HandleDigest, family: u8) -> IssueCode {
    let (code, session_until) = (code(family), in_minutes(60));
    IssueCode {
        digest,
        code,
        interaction: None,
        pushed: None,
        consents: Vec::new(),
        dialect: "oidc".to_owned(),
        session_until,
        now: NOW,
    }
}

/// Redeems such a code for the family and a refresh token that ends at [`in_minutes`]`(60)`.
pub fn redeem(digest: HandleDigest, family_number: u8, refresh_token: HandleDigest) -> RedeemCode {
    RedeemCode { digest, family: family_with(family_number, refresh_token), keep_until: in_minutes(60), now: NOW }
}

/// What such a code buys, with a refresh token that ends at [`in_minutes`]`(60)`.
pub fn family_with(number: u8, refresh_token: HandleDigest) -> Family {
    let refresh_token = RefreshToken { digest: refresh_token, expires_at: in_minutes(60), exchanged: Vec::new() };
    Family { refresh_token: Some(refresh_token), ..family(number) }
}

/// What such a code buys without a refresh token.
pub fn family(number: u8) -> Family {
    Family {
        id: family_id(number),
        client_id: client_id("app"),
        user: user_id(1),
        platform: Platform::Spa,
        wanted: wanted(),
        authenticated_at: minutes_ago(5),
        method: Method::Pwd,
        sid: "sid-1".to_owned(),
        flow: FlowId::from_random([5; 16]),
        parent: None,
        ends_at: Some(in_minutes(24 * 60)),
        revoked: None,
        refresh_token: None,
        terms: Terms::default(),
        session_ended_at: None,
    }
}

/// Begins [`family`] without an interaction.
pub fn begin(family_number: u8) -> BeginFamily {
    BeginFamily {
        family: family(family_number),
        dialect: Some("entra-v2".to_owned()),
        keep_until: in_minutes(60),
        interaction: None,
        pushed: None,
        consents: Vec::new(),
        now: NOW,
    }
}

/// A device code that nobody has answered and that ends at [`in_minutes`]`(15)`.
pub fn device_code() -> DeviceCode {
    DeviceCode {
        client_id: client_id("app"),
        authority: Authority::Organizations,
        dialect: "entra-v2".to_owned(),
        wanted: wanted(),
        flow: FlowId::from_random([5; 16]),
        expires_at: in_minutes(15),
        answer: None,
        spent_at: None,
        terms: Terms::default(),
        awaits: None,
        polled: None,
    }
}

/// Yes, by person 1 of tenant 1.
pub fn approval() -> DeviceAnswer {
    DeviceAnswer::Approved(DeviceApproval {
        tenant: tenant_id(1),
        user: user_id(1),
        authenticated_at: minutes_ago(5),
        method: Method::Pwd,
        sid: "sid-1".to_owned(),
    })
}

/// Answers a device code with [`approval`], without an interaction.
pub fn approve(digest: HandleDigest) -> AnswerDeviceCode {
    AnswerDeviceCode {
        digest,
        tenant: tenant_id(1),
        answer: approval(),
        interaction: None,
        consents: Vec::new(),
        notices: Vec::new(),
        now: NOW,
    }
}

/// Redeems a device code for a family of tenant 1 with a refresh token.
pub fn redeem_device(digest: HandleDigest, family_number: u8, refresh_token: HandleDigest) -> RedeemDeviceCode {
    RedeemDeviceCode {
        digest,
        tenant: tenant_id(1),
        family: family_with(family_number, refresh_token),
        keep_until: in_minutes(60),
        now: NOW,
    }
}

/// Exchanges a family's refresh token, [`in_minutes`]`(1)`, for another one, which ends at [`in_minutes`]`(90)`.
pub fn rotate(family: u8, presented: HandleDigest, successor: HandleDigest) -> RotateRefreshToken {
    let sealed = [b"sealed ".as_slice(), successor.as_bytes()].concat();
    let exchanged = vec![Exchanged { digest: presented, at: in_minutes(1), successor: sealed }];
    RotateRefreshToken {
        family: family_id(family),
        presented,
        successor: RefreshToken { digest: successor, expires_at: in_minutes(90), exchanged },
        keep_until: in_minutes(90),
    }
}

/// The live refresh token of a family.
pub async fn live(tenant: &dyn TenantStorage, family: u8) -> Option<RefreshToken> {
    tenant.find_family(family_id(family)).await.unwrap()?.refresh_token
}

/// A family of that number with a live refresh token, bought by a code.
pub async fn bought(tenant: &dyn TenantStorage, code: HandleDigest, family: u8, refresh_token: HandleDigest) {
    assert_eq!(tenant.issue_code(&issue(code, family)).await.unwrap(), Finished::Now);
    tenant.redeem_code(&redeem(code, family, refresh_token)).await.unwrap();
}

/// A signing key.
pub fn signing_key(key_id: &str, algorithm: &str, created_at: Timestamp) -> SigningKeyRecord {
    SigningKeyRecord {
        key_id: key_id.to_owned(),
        algorithm: algorithm.to_owned(),
        sealed_private_key: vec![0, 255, 1],
        certificate: vec![0x30, 0],
        created_at,
        begins_at: None,
    }
}

fn redirect_uri() -> RedirectUri {
    RedirectUri::parse("https://app.example/signed-in?x=1").unwrap()
}

fn wanted() -> WantedScopes {
    let api = ApiName::Identifier("api://colors".to_owned());
    WantedScopes::new(vec![
        WantedScope::SignIn(SignInScope::OpenId),
        WantedScope::Named { api: api.clone(), value: "Read".to_owned(), spelled: "api://colors/Read".to_owned() },
        WantedScope::AllGranted { api, spelled: "api://colors/.default".to_owned() },
    ])
}
