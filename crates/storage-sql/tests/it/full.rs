//! A store with something in every table, in every state that a row can be in.

use std::sync::Arc;
use std::time::Duration;

use grantor_protocol::Secret;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{
    Application, Assignee, Assignment, Authority, Code, DeviceAnswer, DeviceCode, Family, Group, Interaction, Notice,
    Polled, Progress, Purpose, RevocationReason, User,
};
use grantor_storage::contract::samples::{
    NOW, application, approval, awaiting, begin, bought, client_id, code, consent, consent_request,
    consent_that_brings_in, consents, device_code, digest, end_sign_ins, family, family_id, family_with, group_id,
    in_minutes, interaction, issue, new_sign_in, notice, permission, principal, pushed_request, redeem, rotate, shared,
    sign_in, signing_key, tenant_id, tenants, terms, user, user_id,
};
use grantor_storage::{
    BeginFamily, EndSignIns, IssueCode, RecordedConsent, RedeemCode, SigningKeyRecord, Storage, TenantStorage,
    WrongPassword,
};

/// How full it is.
pub struct Full {
    /// How many people each of two tenants has; at least one.
    pub people: u8,
    /// How many families each of them has; at least two.
    pub families: u8,
}

/// The first of the families: the digests of their codes are the numbers from here on.
const FIRST: u8 = 4;

impl Full {
    /// Fills an empty store.
    pub async fn fill(&self, storage: &Arc<dyn Storage>) {
        storage.apply_directory(&self.directory()).await.unwrap();
        for number in [1, 2] {
            let tenant = storage.tenant(tenant_id(number));
            self.fill_tenant(&*tenant).await;
            fill_permissions(&*tenant).await;
        }
        for (number, code) in (1..).zip(device_codes()) {
            storage.begin_device_code(&digest(number), &user_code(number), &code).await.unwrap();
        }
        fill_standard(&**storage).await;
        storage.keep_once("salt", &[0, 255, 7]).await.unwrap();
        storage.keep_signing_key(&signing_key("k-1", "ES256", NOW), None).await.unwrap();
    }

    async fn fill_tenant(&self, tenant: &dyn TenantStorage) {
        for principal in [Some(1), None] {
            let consents = consents("colors", &["Read", "Schön"]);
            let consent = RecordedConsent { consents, ..consent(principal, "app", "colors", &[]) };
            tenant.record_consent(&consent, NOW).await.unwrap();
        }
        tenant.record_sign_in(&new_sign_in(digest(1), sign_in(1, NOW))).await.unwrap();
        let waits = Interaction { authority: Authority::Tenant(tenant.id()), ..interaction() };
        tenant.begin_interaction(&digest(2), &waits).await.unwrap();
        tenant.note_progress(&digest(2), &Progress::default()).await.unwrap();
        tenant.issue_code(&issue(digest(3), 3)).await.unwrap();
        for family in self.families() {
            let code = u32::from(family);
            bought(tenant, digest(code), family, digest(1000 + code)).await;
        }
        tenant.rotate_refresh_token(&rotate(FIRST, digest(1004), digest(2000))).await.unwrap();
        tenant.revoke_family(family_id(FIRST + 1), RevocationReason::CodeReplayed, NOW).await.unwrap();
        // One without a refresh token, and a code that nobody can redeem.
        tenant.issue_code(&issue(digest(3000), 250)).await.unwrap();
        let without = RedeemCode { family: family(250), ..redeem(digest(3000), 250, digest(3001)) };
        tenant.redeem_code(&without).await.unwrap();
        tenant.issue_code(&issue(digest(3002), 251)).await.unwrap();
        tenant.burn_code(&digest(3002), NOW).await.unwrap();
    }

    fn families(&self) -> std::ops::Range<u8> {
        FIRST..FIRST + self.families
    }

    fn directory(&self) -> DirectoryChange {
        // Not in the order of their ids: the order in which they were made passes too.
        let mut change = tenants(&[2, 1]);
        for number in [1, 2] {
            for person in 1..=self.people {
                change.users.push((tenant_id(number), user(person, &format!("Zoë-{person}@tenant-{number}.example"))));
            }
            change.passwords.push((tenant_id(number), user_id(1), Secret::new("$argon2id$1")));
            let uris = ["api://colors", "https://colors.example/ü"];
            change.applications.push(application(number, &colors_of(number), &uris));
            put_permissions(&mut change, number);
        }
        change
    }

    /// Everything that the store says about what [`Self::fill`] has put into it.
    pub async fn said(&self, storage: &Arc<dyn Storage>) -> Vec<String> {
        let mut said = self.said_since_the_second(storage).await;
        said.extend(said_of_the_standard(&**storage).await);
        said
    }

    /// Of that, what the second version knew already.
    pub async fn said_since_the_second(&self, storage: &Arc<dyn Storage>) -> Vec<String> {
        let mut said = self.said_since_the_first(storage, colors_of).await;
        said.extend(said_of_permissions(storage).await);
        said
    }

    /// Of that, what the first version knew already. `colors` names the application that each tenant has.
    pub async fn said_since_the_first(&self, storage: &Arc<dyn Storage>, colors: fn(u8) -> String) -> Vec<String> {
        let mut said = Vec::new();
        let mut note = |answer: &dyn std::fmt::Debug| said.push(format!("{answer:?}"));
        note(&storage.list_tenants().await.unwrap());
        let keys = storage.list_signing_keys().await.unwrap();
        note(&keys.iter().find(|key| key.key_id == "k-1").unwrap());
        note(&storage.find_kept("salt").await.unwrap().unwrap());
        for number in [1, 2] {
            let tenant = storage.tenant(tenant_id(number));
            note(&tenant.find_application(&client_id(&colors(number))).await.unwrap());
            note(&tenant.find_api("https://colors.example/ü").await.unwrap().unwrap());
            for person in 1..=self.people {
                note(
                    &tenant.find_user_by_name(&format!("ZOË-{person}@tenant-{number}.example")).await.unwrap().unwrap(),
                );
                let password = tenant.find_password(user_id(person)).await.unwrap();
                note(&password.as_ref().map(|password| password.hash.expose()));
            }
            note(&tenant.find_consents(user_id(1), &client_id("app")).await.unwrap());
            note(&tenant.find_consents(user_id(2), &client_id("app")).await.unwrap());
            note(&tenant.list_sign_ins(&digest(1)).await.unwrap());
            note(&tenant.find_interaction(&digest(2)).await.unwrap().unwrap());
            for code in [3, 3000, 3002].into_iter().chain(self.families().map(u32::from)) {
                note(&tenant.find_code(&digest(code)).await.unwrap().unwrap());
            }
            for family in self.families().chain([250]) {
                note(&tenant.find_family(family_id(family)).await.unwrap().unwrap());
            }
        }
        said
    }
}

/// The application that both tenants have. The first version let them give it one client id.
pub fn colors_of(tenant: u8) -> String {
    if tenant == 1 { "colors".to_owned() } else { format!("colors-{tenant}") }
}

/// The person and the groups that everything of the permission model hangs on.
const PERSON: u8 = 201;
const GROUPS: [u8; 2] = [7, 8];

fn put_permissions(change: &mut DirectoryChange, number: u8) {
    change.now = NOW;
    let here = tenant_id(number);
    let person = user(PERSON, &format!("person@tenant-{number}.example"));
    change.users.push((here, User { sessions_valid_from: Some(NOW), ..person }));
    change.passwords.push((here, user_id(PERSON), Secret::new("$argon2id$1")));
    let (name, reader) = (format!("shared-{number}"), permission("colors", "Größe"));
    let uri = format!("api://shared-{number}");
    let granted_app_roles = vec![reader.clone(), permission("colors", "Reader")];
    change.applications.push(Application {
        granted_app_roles,
        assignment_required: true,
        ..shared(number, &name, &[&uri])
    });
    change.service_principals.push((here, principal(9, "elsewhere", &reader)));
    for group in GROUPS {
        change.groups.push((here, Group { id: group_id(group), display_name: format!("Gruppe {group}") }));
        change.members.push((here, group_id(group), user_id(PERSON)));
        let (client_id, role) = (client_id("elsewhere"), Some("Painter".to_owned()));
        change.assignments.push((here, Assignment { client_id, assignee: Assignee::Group(group_id(group)), role }));
    }
    let assignee = Assignee::User(user_id(PERSON));
    change.assignments.push((here, Assignment { client_id: client_id("elsewhere"), assignee, role: None }));
}

async fn fill_permissions(tenant: &dyn TenantStorage) {
    tenant.record_consent(&consent_that_brings_in("brought", "colors"), NOW).await.unwrap();
    tenant.ask_for_consent(&consent_request(1, 1, "app", 1)).await.unwrap();
    tenant.ask_for_consent(&consent_request(2, 2, "app", 2)).await.unwrap();
    // Also a person who is not locked out.
    for (person, most) in [(1, 9), (PERSON, 1)] {
        let wrong = WrongPassword { user: user_id(person), most, locked_until: in_minutes(9) };
        tenant.count_wrong_password(&wrong).await.unwrap();
    }
    tenant.note_credential_use(&client_id("app"), "secret:ü", NOW).await.unwrap();
    let family = Family { parent: Some(family_id(FIRST)), ..family_with(252, digest(3003)) };
    tenant.begin_family(&BeginFamily { family, ..begin(252) }).await.unwrap();
    let page =
        Interaction { purpose: Purpose::Page("/account".to_owned()), authority: Authority::Common, ..interaction() };
    tenant.begin_interaction(&digest(3004), &page).await.unwrap();
}

/// A device code in each state.
fn device_codes() -> [DeviceCode; 4] {
    let in_state = |answer, spent_at| DeviceCode { answer, spent_at, ..device_code() };
    [
        in_state(None, None),
        in_state(Some(DeviceAnswer::Declined), None),
        in_state(Some(approval()), None),
        in_state(Some(approval()), Some(NOW)),
    ]
}

fn user_code(number: u32) -> [u8; 32] {
    [u8::try_from(number).unwrap(); 32]
}

/// The number that the digests of what the standard's grants need begin with.
const STANDARD: u32 = 5000;
/// The families in a session that was ended, and in one that was not.
const SESSIONS: [(u8, &str); 2] = [(240, "sid-ended"), (241, "sid-going-on")];

async fn fill_standard(storage: &dyn Storage) {
    for number in [1, 2] {
        let tenant = storage.tenant(tenant_id(number));
        assert!(tenant.spend_once(&[7; 32], in_minutes(50)).await.unwrap());
        tenant.push_request(&digest(STANDARD), &pushed_request()).await.unwrap();
        for (family_number, sid) in SESSIONS {
            let (sid, place) = (sid.to_owned(), STANDARD + u32::from(family_number));
            let code =
                Code { sid: sid.clone(), terms: terms(), dpop_jkt: Some("ü".to_owned()), ..code(family_number) };
            tenant.issue_code(&IssueCode { code, ..issue(digest(place), family_number) }).await.unwrap();
            let family = Family { sid, terms: terms(), ..family(family_number) };
            tenant.begin_family(&BeginFamily { family, ..begin(family_number) }).await.unwrap();
        }
        let notices = vec![notice(1, in_minutes(1)), Notice { due_at: None, ..notice(2, NOW) }];
        let sids = vec!["sid-ended".to_owned()];
        let end = EndSignIns { sids, notices, ..end_sign_ins(digest(STANDARD), &[]) };
        tenant.end_sign_ins(&end).await.unwrap();
    }
    storage.begin_device_code(&digest(STANDARD + 1), &[101; 32], &awaiting(1)).await.unwrap();
    storage.begin_device_code(&digest(STANDARD + 2), &[102; 32], &device_code()).await.unwrap();
    let polled = Polled { at: NOW, interval: Duration::from_secs(10) };
    assert!(storage.note_device_poll(&digest(STANDARD + 2), None, polled).await.unwrap());
    let begins = SigningKeyRecord { begins_at: Some(in_minutes(7)), ..signing_key("k-2", "EdDSA", in_minutes(1)) };
    storage.keep_signing_key(&begins, None).await.unwrap();
    storage.note_key_reader("k-2", "ü", NOW).await.unwrap();
}

/// What the store says of what the standard's grants need.
async fn said_of_the_standard(storage: &dyn Storage) -> Vec<String> {
    let mut said = Vec::new();
    let mut note = |answer: &dyn std::fmt::Debug| said.push(format!("{answer:?}"));
    for number in [1, 2] {
        let tenant = storage.tenant(tenant_id(number));
        note(&tenant.spend_once(&[7; 32], in_minutes(50)).await.unwrap());
        note(&tenant.find_pushed_request(&digest(STANDARD)).await.unwrap().unwrap());
        for (family_number, _) in SESSIONS {
            let place = STANDARD + u32::from(family_number);
            note(&tenant.find_code(&digest(place)).await.unwrap().unwrap());
            note(&tenant.find_family(family_id(family_number)).await.unwrap().unwrap());
        }
        note(&tenant.list_notices(10).await.unwrap());
    }
    note(&storage.list_due_notices(in_minutes(9), 10).await.unwrap());
    note(&storage.list_awaited(tenant_id(1), user_id(1), NOW).await.unwrap());
    note(&storage.find_device_code(&digest(STANDARD + 2)).await.unwrap().unwrap());
    note(&storage.list_signing_keys().await.unwrap());
    note(&storage.list_key_readers("k-2").await.unwrap());
    said
}

/// What the store says of the permission model.
async fn said_of_permissions(storage: &Arc<dyn Storage>) -> Vec<String> {
    let mut said = Vec::new();
    let mut note = |answer: &dyn std::fmt::Debug| said.push(format!("{answer:?}"));
    for name in ["colors", "colors-2", "shared-1", "shared-2", "api://shared-1", "api://shared-2"] {
        note(&storage.find_registered(name).await.unwrap().unwrap());
    }
    for number in (1..).take(device_codes().len()) {
        note(&storage.find_device_code_of(&user_code(number)).await.unwrap().unwrap());
    }
    for number in [1, 2] {
        let tenant = storage.tenant(tenant_id(number));
        note(&tenant.list_applications(None, 10).await.unwrap());
        note(&tenant.list_service_principals(None, 10).await.unwrap());
        note(&tenant.find_user(user_id(PERSON)).await.unwrap().unwrap());
        note(&tenant.list_groups_of(user_id(PERSON)).await.unwrap());
        note(&tenant.find_assigned(&client_id("elsewhere"), user_id(PERSON)).await.unwrap());
        for person in [1, PERSON] {
            let known = tenant.find_password(user_id(person)).await.unwrap().unwrap();
            note(&(known.wrong_tries, known.locked_until));
        }
        note(&tenant.list_consents(None).await.unwrap());
        note(&tenant.list_consents(Some(user_id(1))).await.unwrap());
        note(&tenant.list_consent_requests(10).await.unwrap());
        note(&tenant.list_credential_uses(&client_id("app")).await.unwrap());
        note(&tenant.list_session_clients("sid-1").await.unwrap());
        note(&tenant.find_family(family_id(252)).await.unwrap().unwrap());
        note(&tenant.find_interaction(&digest(3004)).await.unwrap().unwrap());
    }
    said
}
