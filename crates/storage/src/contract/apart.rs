//! Tenants do not see each other.

use std::sync::Arc;

use grantor_protocol::Secret;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{Assignee, Assignment, Group, Progress, RevocationReason};

use super::samples::{
    NOW, application, begin, bought, client_id, code, consent, consent_request, consent_that_brings_in, digest,
    end_sign_ins, family_id, family_with, group_id, in_minutes, interaction, issue, new_sign_in, redeem, rotate,
    sign_in, tenant, tenant_id, user, user_id,
};
use crate::{
    BeginFamily, Burned, Finished, NewSignIn, Redeemed, Rotated, Storage, TenantStorage, WithdrawnConsent,
    WrongPassword,
};

/// Everything in tenant 1 and nothing in tenant 2.
async fn one_full_one_empty(storage: &Arc<dyn Storage>) -> [Arc<dyn TenantStorage>; 2] {
    let here = tenant_id(1);
    let assignee = Assignee::User(user_id(1));
    let change = DirectoryChange {
        tenants: vec![tenant(1), tenant(2)],
        users: vec![(here, user(1, "ada@x.example"))],
        passwords: vec![(here, user_id(1), Secret::new("$argon2id$1"))],
        applications: vec![application(1, "app", &["api://app"])],
        groups: vec![(here, Group { id: group_id(7), display_name: "Group".to_owned() })],
        members: vec![(here, group_id(7), user_id(1))],
        assignments: vec![(here, Assignment { client_id: client_id("app"), assignee, role: None })],
        ..Default::default()
    };
    storage.apply_directory(&change).await.unwrap();
    let [full, empty] = [1, 2].map(|number| storage.tenant(tenant_id(number)));
    for principal in [None, Some(1)] {
        full.record_consent(&consent(principal, "app", "colors", &["Read"]), NOW).await.unwrap();
    }
    full.ask_for_consent(&consent_request(1, 1, "app", 1)).await.unwrap();
    full.note_credential_use(&client_id("app"), "secret:a", NOW).await.unwrap();
    full.record_sign_in(&new_sign_in(digest(1), sign_in(1, NOW))).await.unwrap();
    full.begin_interaction(&digest(2), &interaction()).await.unwrap();
    full.issue_code(&issue(digest(3), 3)).await.unwrap();
    bought(&*full, digest(4), 4, digest(14)).await;
    full.end_sign_ins(&end_sign_ins(digest(9), &[9])).await.unwrap();
    [full, empty]
}

/// What each look-up finds, by its name.
async fn everything_found(tenant: &dyn TenantStorage) -> Vec<(&'static str, bool)> {
    let app = client_id("app");
    vec![
        ("find_application", tenant.find_application(&app).await.unwrap().is_some()),
        ("find_api by URI", tenant.find_api("api://app").await.unwrap().is_some()),
        ("find_api by client id", tenant.find_api("app").await.unwrap().is_some()),
        ("find_user", tenant.find_user(user_id(1)).await.unwrap().is_some()),
        ("find_user_by_name", tenant.find_user_by_name("ada@x.example").await.unwrap().is_some()),
        ("list_users", !tenant.list_users(None, 9).await.unwrap().is_empty()),
        ("find_password", tenant.find_password(user_id(1)).await.unwrap().is_some()),
        ("find_consents", !tenant.find_consents(user_id(1), &app).await.unwrap().is_empty()),
        ("list_applications", !tenant.list_applications(None, 9).await.unwrap().is_empty()),
        ("find_service_principal", tenant.find_service_principal(&app).await.unwrap().is_some()),
        ("list_service_principals", !tenant.list_service_principals(None, 9).await.unwrap().is_empty()),
        ("find_assigned", tenant.find_assigned(&app, user_id(1)).await.unwrap().is_assigned),
        ("list_groups_of", !tenant.list_groups_of(user_id(1)).await.unwrap().is_empty()),
        ("list_credential_uses", !tenant.list_credential_uses(&app).await.unwrap().is_empty()),
        ("list_consents of a person", !tenant.list_consents(Some(user_id(1))).await.unwrap().is_empty()),
        ("list_consents for everyone", !tenant.list_consents(None).await.unwrap().is_empty()),
        ("list_consent_requests", !tenant.list_consent_requests(9).await.unwrap().is_empty()),
        ("list_session_clients", !tenant.list_session_clients("sid-1").await.unwrap().is_empty()),
        ("find_session_end", tenant.find_session_end("sid-9").await.unwrap().is_some()),
        ("list_sign_ins", !tenant.list_sign_ins(&digest(1)).await.unwrap().is_empty()),
        ("find_interaction", tenant.find_interaction(&digest(2)).await.unwrap().is_some()),
        ("find_code", tenant.find_code(&digest(3)).await.unwrap().is_some()),
        ("find_code_with_user", tenant.find_code_with_user(&digest(3)).await.unwrap().is_some()),
        ("find_family_with_user", tenant.find_family_with_user(family_id(4)).await.unwrap().is_some()),
        ("find_family", tenant.find_family(family_id(4)).await.unwrap().is_some()),
    ]
}

/// Promise.
pub async fn a_handle_says_whose_it_is(storage: Arc<dyn Storage>) {
    let [full, empty] = one_full_one_empty(&storage).await;
    assert_eq!(full.id(), tenant_id(1));
    assert_eq!(empty.id(), tenant_id(2));
}

/// Promise.
pub async fn nothing_of_another_tenant_is_found(storage: Arc<dyn Storage>) {
    // T34
    let [full, empty] = one_full_one_empty(&storage).await;
    for (look_up, found) in everything_found(&*full).await {
        assert!(found, "{look_up} finds nothing in its own tenant");
    }
    for (look_up, found) in everything_found(&*empty).await {
        assert!(!found, "{look_up} finds something of another tenant");
    }
}

/// Promise.
pub async fn nothing_of_another_tenant_is_changed(storage: Arc<dyn Storage>) {
    let [full, empty] = one_full_one_empty(&storage).await;
    let progress = Progress { account: Some(user_id(9)), other_account: true, confirmed: false };
    empty.note_progress(&digest(2), &progress).await.unwrap();
    let steals = NewSignIn {
        old_session: Some(digest(1)),
        interaction: Some((digest(2), progress)),
        ..new_sign_in(digest(8), sign_in(1, NOW))
    };
    empty.record_sign_in(&steals).await.unwrap();
    assert_eq!(empty.end_interaction(&digest(2), None).await.unwrap(), Finished::Before);
    assert_eq!(empty.burn_code(&digest(3), NOW).await.unwrap(), Burned::Before);
    for code in [3, 4] {
        assert_eq!(empty.redeem_code(&redeem(digest(code), 9, digest(19))).await.unwrap(), Redeemed::Before);
    }
    assert_eq!(empty.rotate_refresh_token(&rotate(4, digest(14), digest(15))).await.unwrap(), Rotated::Unknown);
    empty.revoke_family(family_id(4), RevocationReason::CodeReplayed, NOW).await.unwrap();
    let steals = [consent_that_brings_in("app", "colors")];
    assert_eq!(empty.consent_without_code(&digest(2), &steals, NOW).await.unwrap(), Finished::Before);
    let begun = BeginFamily { interaction: Some(digest(2)), ..begin(4) };
    assert_eq!(empty.begin_family(&begun).await.unwrap(), Finished::Before);
    let request = consent_request(1, 1, "app", 1);
    assert_eq!(empty.end_consent_request(request.id, &steals, NOW).await.unwrap(), Finished::Before);
    for principal in [None, Some(user_id(1))] {
        assert!(!empty.withdraw_consent(&WithdrawnConsent { principal, client_id: client_id("app") }).await.unwrap());
    }
    let wrong = WrongPassword { user: user_id(1), most: 1, locked_until: in_minutes(1) };
    empty.count_wrong_password(&wrong).await.unwrap();
    full.count_wrong_password(&WrongPassword { most: 9, ..wrong }).await.unwrap();
    empty.forget_wrong_passwords(user_id(1)).await.unwrap();
    empty.end_sign_ins(&end_sign_ins(digest(1), &[1])).await.unwrap();

    assert_eq!(empty.list_sign_ins(&digest(8)).await.unwrap(), [sign_in(1, NOW)]);
    assert_eq!(full.list_sign_ins(&digest(1)).await.unwrap(), [sign_in(1, NOW)]);
    assert_eq!(full.find_interaction(&digest(2)).await.unwrap().unwrap().progress, Progress::default());
    assert_eq!(full.find_code(&digest(3)).await.unwrap(), Some(code(3)));
    assert_eq!(full.list_consent_requests(9).await.unwrap(), [request]);
    assert_eq!(full.list_consents(None).await.unwrap().len(), 1);
    assert_eq!(full.list_consents(Some(user_id(1))).await.unwrap().len(), 1);
    let password = full.find_password(user_id(1)).await.unwrap().unwrap();
    assert_eq!((password.wrong_tries, password.locked_until), (1, None));
    assert_eq!(full.find_family(family_id(4)).await.unwrap(), Some(family_with(4, digest(14))));
}

/// Promise.
pub async fn the_same_digest_in_two_tenants_is_two_things(storage: Arc<dyn Storage>) {
    let [full, empty] = one_full_one_empty(&storage).await;
    empty.begin_interaction(&digest(2), &interaction()).await.unwrap();
    empty.issue_code(&issue(digest(3), 3)).await.unwrap();
    bought(&*empty, digest(4), 4, digest(14)).await;
    assert_eq!(empty.redeem_code(&redeem(digest(4), 4, digest(15))).await.unwrap(), Redeemed::Before);
    let revoked = empty.find_family(family_id(4)).await.unwrap().unwrap().revoked;
    assert_eq!(revoked, Some(RevocationReason::CodeReplayed));
    assert_eq!(full.find_family(family_id(4)).await.unwrap(), Some(family_with(4, digest(14))));
}
