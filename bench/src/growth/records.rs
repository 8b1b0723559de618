//! The records of a filled store, as the program itself would have made them.

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::secret::sha256;
use grantor_protocol::{HandleDigest, RedirectUri, Secret, TenantId, UserId};
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{
    AppRole, Application, ClientSecret, Consents, Exchanged, Family, Method, Platform, Redirect, RefreshToken,
    RegistrationPolicy, RequiredPermission, Risk, ScopeDefinition, SignIn, SigningAlg, Tenant, TenantKind,
    TenantPolicy, Terms, User, WhoMayConsent,
};
use grantor_rules::scopes::{ApiName, SignInScope, WantedScope, WantedScopes};
use grantor_rules::{Settings, directory_api};
use grantor_storage::{NewSignIn, RecordedConsent};
use grantor_storage_sql::bulk::Bulk;

use super::world::{API, FamilyPlace, NAMES, USES, World, bytes, number};
use crate::browser::REDIRECT_URI;

/// How every tenant's applications call its API.
pub const API_URI: &str = "api://growth";
const SCOPE: &str = "Read";
const ROLE: &str = "Read.All";
const TITLES: [&str; 6] = ["Engineer", "Accountant", "Nurse", "Head of Facilities", "Translator", "Apprentice"];
const LANGUAGES: [&str; 4] = ["en-GB", "de-DE", "fr-CA", "pt-BR"];

impl World {
    /// A tenant with its people, their passwords and its applications.
    pub fn directory(&self, tenant: u64) -> DirectoryChange {
        let id = self.tenant_id(tenant);
        let people = 0..self.size.people_each();
        DirectoryChange {
            tenants: vec![Tenant {
                id,
                domain: Self::domain(tenant),
                display_name: format!("Organization {tenant}"),
                kind: TenantKind::Organization,
                policy: TenantPolicy::default(),
                client_registration: RegistrationPolicy::default(),
                trusted_issuers: Vec::new(),
            }],
            users: people.clone().map(|person| (id, self.user(tenant, person))).collect(),
            passwords: people.map(|person| (id, self.user_id(tenant, person), password(tenant, person))).collect(),
            applications: (0..self.size.applications_each()).map(|number| self.application(tenant, number)).collect(),
            now: self.filled_at,
            ..DirectoryChange::default()
        }
    }

    fn user(&self, tenant: u64, person: u64) -> User {
        let pick = |what: &str| number(what, tenant, person);
        let given_name = NAMES[pick("name") % NAMES.len()];
        let surname = format!("{}sen", NAMES[pick("surname") % NAMES.len()]);
        let name = Self::user_principal_name(tenant, person);
        User {
            id: self.user_id(tenant, person),
            mail: Some(name.clone()),
            user_principal_name: name,
            display_name: format!("{given_name} {surname}"),
            given_name: Some(given_name.to_owned()),
            surname: Some(surname),
            job_title: Some(TITLES[pick("title") % TITLES.len()].to_owned()),
            mobile_phone: pick("mobile").is_multiple_of(2).then(|| format!("+49 151 {:08}", pick("phone"))),
            business_phones: Vec::new(),
            office_location: Some(format!("{}/{}", pick("house") % 40, pick("room") % 900)),
            preferred_language: Some(LANGUAGES[pick("language") % LANGUAGES.len()].to_owned()),
            account_enabled: true,
            directory_roles: Vec::new(),
            attributes: std::collections::BTreeMap::new(),
            claims: grantor_rules::model::StandardClaims::default(),
            sessions_valid_from: None,
        }
    }

    fn application(&self, tenant: u64, application: u64) -> Application {
        let is_api = application == API;
        let api = self.client_id(tenant, API);
        let needs = |api: &_, value: &str| RequiredPermission { api: Clone::clone(api), value: value.to_owned() };
        let secret = sha256(Self::client_secret(tenant, application).as_bytes());
        let client = |one: Vec<RequiredPermission>| if is_api { Vec::new() } else { one };
        let name = format!("Application {application} of organization {tenant}");
        Application {
            redirects: if is_api {
                Vec::new()
            } else {
                vec![Redirect { uri: redirect_uri(), platform: Platform::Web }]
            },
            identifier_uris: if is_api { vec![API_URI.to_owned()] } else { Vec::new() },
            access_token_signing_alg: SigningAlg::Es256,
            scopes: if is_api { vec![scope(tenant)] } else { Vec::new() },
            app_roles: if is_api { vec![role(tenant)] } else { Vec::new() },
            secrets: vec![ClientSecret {
                description: "first".to_owned(),
                digest: secret,
                hint: "gro".to_owned(),
                created_at: Some(self.filled_at),
                expires_at: None,
                sealed: None,
            }],
            required_permissions: client(vec![needs(&api, SCOPE), needs(&directory_api::client_id(), "User.Read")]),
            granted_app_roles: client(vec![needs(&api, ROLE)]),
            ..Application::new(self.client_id(tenant, application), self.tenant_id(tenant), &name)
        }
    }

    /// What the people of a tenant have done: they allowed applications what those ask for, are signed in, and have families;
    /// of the latter those from `first` on, `most` at the most.
    pub fn doings(&self, tenant: u64, first: u64, most: u64, settings: &Settings) -> Bulk {
        let each = self.size.families_each();
        let families = (first..each.min(first + most)).map(|within| {
            let place = self.size.place(tenant * each + within);
            self.family(place, settings)
        });
        let begins = first == 0;
        let everybody = 0..if begins { self.size.people_each() } else { 0 };
        let by_themselves = everybody.clone().flat_map(|person| self.consents(tenant, person));
        Bulk {
            tenant: self.tenant_id(tenant),
            now: self.filled_at,
            consents: by_themselves
                .chain(begins.then(|| self.consents_of_administrators(tenant)).into_iter().flatten())
                .collect(),
            sign_ins: everybody.map(|person| self.sign_in(tenant, person, settings)).collect(),
            families: families.collect(),
        }
    }

    /// Applications with even numbers are allowed by an administrator for everyone.
    fn consents_of_administrators(&self, tenant: u64) -> Vec<RecordedConsent> {
        let even = (1..self.size.applications_each()).filter(|application| application.is_multiple_of(2));
        even.map(|application| self.consent(tenant, application, None)).collect()
    }

    fn consents(&self, tenant: u64, person: u64) -> Vec<RecordedConsent> {
        let uses = (0..USES.min(self.size.applications_each() - 1))
            .map(|use_| 1 + (person + use_) % (self.size.applications_each() - 1));
        let principal = Some(self.user_id(tenant, person));
        uses.filter(|application| !application.is_multiple_of(2))
            .map(|application| self.consent(tenant, application, principal))
            .collect()
    }

    fn consent(&self, tenant: u64, application: u64, principal: Option<UserId>) -> RecordedConsent {
        let mut consents = Consents::default();
        consents.allow(&self.client_id(tenant, API), [SCOPE.to_owned()]);
        let of_directory = ["User.Read", "openid", "profile", "offline_access"];
        consents.allow(&directory_api::client_id(), of_directory.map(str::to_owned));
        RecordedConsent {
            principal,
            client_id: self.client_id(tenant, application),
            consents,
            app_roles: Vec::new(),
            service_principals: Vec::new(),
        }
    }

    fn sign_in(&self, tenant: u64, person: u64, settings: &Settings) -> NewSignIn {
        NewSignIn {
            old_session: None,
            new_session: self.session(tenant, person).digest(),
            sign_in: SignIn {
                user: self.user_id(tenant, person),
                sid: Self::sid(tenant, person),
                authenticated_at: self.filled_at,
                method: Method::Pwd,
                expires_at: self.filled_at + settings.session_lifetime,
            },
            interaction: None,
        }
    }

    fn family(&self, place: FamilyPlace, settings: &Settings) -> (Family, Timestamp) {
        let FamilyPlace { tenant, application, person, family } = place;
        let renewed_at = self.renewed_at(place, settings);
        let expires_at = renewed_at + settings.refresh_token_idle;
        let began_at = renewed_at - Duration::from_secs(60 * number("began", tenant, family) as u64 % 10_000_000);
        // Most have been renewed before; the last exchange stays in the row until the next one.
        let renewed = !number("renewals", tenant, family).is_multiple_of(4);
        let exchanged = renewed.then(|| exchanged(place, renewed_at));
        let refresh_token = RefreshToken {
            digest: self.refresh_token(place).digest(),
            expires_at,
            exchanged: exchanged.into_iter().collect(),
        };
        let family = Family {
            id: self.family_id(place),
            client_id: self.client_id(tenant, application),
            user: self.user_id(tenant, person),
            platform: Platform::Web,
            wanted: wanted(),
            authenticated_at: began_at,
            method: Method::Pwd,
            sid: Self::sid(tenant, person),
            flow: Self::flow(place),
            parent: None,
            ends_at: None,
            revoked: None,
            terms: Terms::default(),
            session_ended_at: None,
            refresh_token: Some(refresh_token),
        };
        (family, whole_days(expires_at))
    }
}

/// What every family was asked for.
fn wanted() -> WantedScopes {
    let api = ApiName::Identifier(API_URI.to_owned());
    let spelled = format!("{API_URI}/{SCOPE}");
    WantedScopes::new(vec![
        WantedScope::SignIn(SignInScope::OpenId),
        WantedScope::SignIn(SignInScope::Profile),
        WantedScope::SignIn(SignInScope::OfflineAccess),
        WantedScope::Named { api, value: SCOPE.to_owned(), spelled },
    ])
}

/// As long as the real one: the successor's seed, sealed.
fn exchanged(place: FamilyPlace, at: Timestamp) -> Exchanged {
    let sealed =
        [bytes("sealed", place.tenant, place.family), bytes("sealed too", place.tenant, place.family)].concat();
    let digest = HandleDigest::from_bytes(bytes("spent", place.tenant, place.family));
    Exchanged { digest, at, successor: sealed[..60].to_vec() }
}

/// Families are remembered until the end of a day.
fn whole_days(end: Timestamp) -> Timestamp {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    Timestamp::from_millis((end.millis() + DAY - 1).div_euclid(DAY) * DAY)
}

/// A hash of the right form, which nobody's password has: to compute a million would take the machine for hours.
fn password(tenant: u64, person: u64) -> Secret {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    let salt = STANDARD_NO_PAD.encode(&bytes("salt", tenant, person)[..16]);
    let hash = STANDARD_NO_PAD.encode(bytes("hash", tenant, person));
    Secret::new(format!("$argon2id$v=19$m=19456,t=2,p=1${salt}${hash}"))
}

fn redirect_uri() -> RedirectUri {
    RedirectUri::parse(REDIRECT_URI).expect("the constant is a redirect address")
}

fn scope(tenant: u64) -> ScopeDefinition {
    ScopeDefinition {
        id: TenantId::from_random(id("scope", tenant)).uuid(),
        value: SCOPE.to_owned(),
        consent: WhoMayConsent::User,
        admin_consent_display_name: format!("Read what organization {tenant} keeps"),
        admin_consent_description: None,
        user_consent_display_name: Some("Read what you keep".to_owned()),
        user_consent_description: None,
        risk: Risk::Medium,
        disabled: false,
    }
}

fn role(tenant: u64) -> AppRole {
    AppRole {
        id: TenantId::from_random(id("role", tenant)).uuid(),
        value: ROLE.to_owned(),
        display_name: "Read everything".to_owned(),
        description: None,
        for_applications: true,
        for_users: false,
        disabled: false,
    }
}

fn id(what: &str, tenant: u64) -> [u8; 16] {
    let mut id = [0; 16];
    id.copy_from_slice(&bytes(what, tenant, 0)[..16]);
    id
}
