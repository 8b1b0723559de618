//! A person, an API, an application and a moment, always the same.

use std::collections::BTreeMap;

use grantor_dialects::entra_v1::EntraV1;
use grantor_dialects::entra_v2::EntraV2;
use grantor_dialects::{Dialect, Parameters, RequestIds};
use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, FamilyId, PublicUrl, TenantId, UserId};
use grantor_rules::model::{
    Application, RegistrationPolicy, StandardClaims, Tenant, TenantKind, TenantPolicy, TokenVersion, User,
};

pub const NOW: Timestamp = Timestamp::from_seconds(1_714_558_332);
pub const CLIENT: &str = "c0105000-0000-4000-8000-00000000a001";

pub fn public() -> PublicUrl {
    PublicUrl::parse("https://localhost:8443").expect("it is an origin")
}

pub fn dialect() -> EntraV2 {
    EntraV2::new(public())
}

pub fn v1() -> EntraV1 {
    EntraV1::new(public())
}

/// Both versions, by name.
pub fn versions() -> [Box<dyn Dialect>; 2] {
    [Box::new(v1()), Box::new(dialect())]
}

pub fn contoso() -> Tenant {
    Tenant {
        id: tenant(),
        domain: "contoso.example".into(),
        display_name: "Contoso".into(),
        kind: TenantKind::Organization,
        policy: TenantPolicy::default(),
        client_registration: RegistrationPolicy::default(),
        trusted_issuers: Vec::new(),
    }
}

pub fn ids() -> RequestIds {
    RequestIds {
        trace_id: "11111111-1111-4111-8111-111111111111".into(),
        correlation_id: "22222222-2222-4222-8222-222222222222".into(),
        at: NOW,
    }
}

pub fn tenant() -> TenantId {
    "8eaef023-2b34-4da1-9baa-8bc8c9d6a490".parse().expect("it is a UUID")
}

pub fn family() -> FamilyId {
    FamilyId::from_random([0xa5; 16])
}

pub fn client_id(text: &str) -> ClientId {
    ClientId::parse(text).expect("it is a client id")
}

pub fn parameters(encoded: &str) -> Parameters {
    Parameters::parse(encoded.as_bytes()).expect("it is a form")
}

pub fn user_id() -> UserId {
    "aaaaaaaa-0000-4000-8000-00000000a11a".parse().expect("it is a UUID")
}

pub fn ana() -> User {
    User {
        id: user_id(),
        user_principal_name: "ana@contoso.example".into(),
        display_name: "Ana Lima".into(),
        given_name: Some("Ana".into()),
        surname: Some("Lima".into()),
        job_title: Some("Painter".into()),
        mail: Some("ana.lima@contoso.example".into()),
        mobile_phone: None,
        business_phones: vec!["+49 30 901820".into()],
        office_location: Some("Berlin".into()),
        preferred_language: Some("de".into()),
        account_enabled: true,
        directory_roles: vec![],
        attributes: BTreeMap::new(),
        claims: StandardClaims::default(),
        sessions_valid_from: None,
    }
}

/// A person of whom little is known.
pub fn ben() -> User {
    User {
        display_name: "Ben".into(),
        user_principal_name: "ben@contoso.example".into(),
        given_name: None,
        surname: None,
        job_title: None,
        mail: None,
        business_phones: vec![],
        office_location: None,
        preferred_language: None,
        ..ana()
    }
}

pub fn application(id: &str, name: &str, version: TokenVersion) -> Application {
    Application { access_token_version: version, ..Application::new(client_id(id), tenant(), name) }
}

pub fn client() -> Application {
    application(CLIENT, "Colors Web", TokenVersion::V2)
}

pub fn colors(version: TokenVersion) -> Application {
    application("c0105000-0000-4000-8000-0000000000a1", "Colors API", version)
}
