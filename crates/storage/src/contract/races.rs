//! Many at once: single use holds, and one that fails takes nobody along.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use grantor_protocol::Secret;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{Code, RevocationReason};

use super::samples::{
    NOW, application, approve, begin, bought, client_id, code, consent, consent_that_brings_in, consents, device_code,
    digest, end_sign_ins, family_id, family_with, in_minutes, interaction, issue, notice, one_tenant, permission,
    pushed_request, redeem, redeem_device, rotate, signing_key, tenant_id, tenants, user, user_id,
};
use crate::{
    AnswerDeviceCode, BeginFamily, Burned, EndSignIns, Finished, IssueCode, Redeemed, Rotated, Storage, WrongPassword,
};

const MANY: u32 = 300;

/// Runs `run(0)` to `run(MANY - 1)` at once and returns what each said.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(mut run: impl FnMut(u32) -> F) -> Vec<T> {
    let tasks: Vec<_> = (0..MANY).map(|number| tokio::spawn(run(number))).collect();
    let mut said = Vec::new();
    for task in tasks {
        said.push(task.await.unwrap());
    }
    said
}

/// Promise.
pub async fn of_many_redemptions_one_wins_and_the_others_revoke(storage: Arc<dyn Storage>) {
    // T15
    let tenant = one_tenant(&storage).await;
    tenant.issue_code(&issue(digest(1), 1)).await.unwrap();
    let said = at_once(|number| {
        let tenant = Arc::clone(&tenant);
        async move { tenant.redeem_code(&redeem(digest(1), 1, digest(100 + number))).await.unwrap() }
    })
    .await;
    assert_eq!(said.iter().filter(|one| **one == Redeemed::Now).count(), 1);
    let family = tenant.find_family(family_id(1)).await.unwrap().unwrap();
    assert_eq!(family.revoked, Some(RevocationReason::CodeReplayed));
    let winner = (100..).zip(said).find(|(_, one)| *one == Redeemed::Now).unwrap().0;
    assert_eq!(family.refresh_token.unwrap().digest, digest(winner));
}

/// Promise.
pub async fn of_many_rotations_one_wins_and_the_others_see_its_successor(storage: Arc<dyn Storage>) {
    // T24
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    let said = at_once(|number| {
        let tenant = Arc::clone(&tenant);
        async move { tenant.rotate_refresh_token(&rotate(1, digest(11), digest(100 + number))).await.unwrap() }
    })
    .await;
    let winners: Vec<u32> =
        (100..).zip(&said).filter(|(_, one)| **one == Rotated::Now).map(|(number, _)| number).collect();
    let [winner] = winners[..] else { panic!("{} won", winners.len()) };
    let kept = rotate(1, digest(11), digest(winner)).successor;
    for (number, one) in (100..).zip(said) {
        assert!(number == winner || one == Rotated::NotLive(kept.clone()), "{one:?}");
    }
    let family = tenant.find_family(family_id(1)).await.unwrap().unwrap();
    assert_eq!((family.refresh_token, family.revoked), (Some(kept), None));
}

/// Promise.
pub async fn a_burner_and_a_redeemer_do_not_both_win(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.issue_code(&issue(digest(1), 1)).await.unwrap();
    let won = at_once(|number| {
        let tenant = Arc::clone(&tenant);
        async move {
            if number % 2 == 0 {
                tenant.burn_code(&digest(1), NOW).await.unwrap() == Burned::Now
            } else {
                tenant.redeem_code(&redeem(digest(1), 1, digest(100 + number))).await.unwrap() == Redeemed::Now
            }
        }
    })
    .await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
}

/// Promise.
pub async fn of_many_answers_to_one_interaction_one_issues_a_code(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.begin_interaction(&digest(1), &interaction()).await.unwrap();
    let said = at_once(|number| {
        let tenant = Arc::clone(&tenant);
        let answer = IssueCode { interaction: Some(digest(1)), ..issue(digest(100 + number), 1) };
        async move { tenant.issue_code(&answer).await.unwrap() }
    })
    .await;
    assert_eq!(said.iter().filter(|one| **one == Finished::Now).count(), 1);
    for (number, one) in (100..).zip(said) {
        let kept = tenant.find_code(&digest(number)).await.unwrap().is_some();
        assert_eq!(kept, one == Finished::Now, "code {number}");
    }
}

/// Promise: the answer and the consent that came with it are those of the winner.
pub async fn of_many_answers_to_a_device_code_one_counts(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    storage.begin_device_code(&digest(1), &[1; 32], &device_code()).await.unwrap();
    let said = at_once(|number| {
        let storage = Arc::clone(&storage);
        let consents = vec![consent(Some(1), &format!("app-{number}"), "colors", &["Read"])];
        let answer = AnswerDeviceCode { consents, ..approve(digest(1)) };
        async move { storage.answer_device_code(&answer).await.unwrap() }
    })
    .await;
    assert_eq!(said.iter().filter(|one| **one == Finished::Now).count(), 1);
    for (number, one) in (0..).zip(said) {
        let app = client_id(&format!("app-{number}"));
        let allowed = !tenant.find_consents(user_id(1), &app).await.unwrap().is_empty();
        assert_eq!(allowed, one == Finished::Now, "answer {number}");
    }
}

/// Promise: and what it bought is kept.
pub async fn of_many_redemptions_of_a_device_code_one_wins(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    storage.begin_device_code(&digest(1), &[1; 32], &device_code()).await.unwrap();
    storage.answer_device_code(&approve(digest(1))).await.unwrap();
    let said = at_once(|number| {
        let storage = Arc::clone(&storage);
        async move { storage.redeem_device_code(&redeem_device(digest(1), 1, digest(100 + number))).await.unwrap() }
    })
    .await;
    let winners: Vec<u32> =
        (100..).zip(&said).filter(|(_, one)| **one == Redeemed::Now).map(|(number, _)| number).collect();
    let [winner] = winners[..] else { panic!("{} won", winners.len()) };
    assert_eq!(tenant.find_family(family_id(1)).await.unwrap(), Some(family_with(1, digest(winner))));
}

/// Promise: of one interaction, also where some of the answers have it answered in another way.
pub async fn of_many_ends_of_one_interaction_one_counts(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.begin_interaction(&digest(1), &interaction()).await.unwrap();
    for number in 0..MANY {
        let mut user_code = [0; 32];
        user_code[..4].copy_from_slice(&number.to_be_bytes());
        if number % 3 == 0 {
            storage.begin_device_code(&digest(100 + number), &user_code, &device_code()).await.unwrap();
        }
    }
    let said = at_once(|number| {
        let (storage, tenant) = (Arc::clone(&storage), Arc::clone(&tenant));
        let consents = vec![consent(Some(1), &format!("app-{number}"), "colors", &["Read"])];
        async move {
            let ended = match number % 3 {
                0 => {
                    let interaction = Some(digest(1));
                    let answer = AnswerDeviceCode { interaction, consents, ..approve(digest(100 + number)) };
                    storage.answer_device_code(&answer).await
                }
                1 => tenant.consent_without_code(&digest(1), &consents, NOW).await,
                _ => {
                    let begun = begin(u8::try_from(number % 250).unwrap());
                    tenant.begin_family(&BeginFamily { interaction: Some(digest(1)), consents, ..begun }).await
                }
            };
            ended.unwrap()
        }
    })
    .await;
    assert_eq!(said.iter().filter(|one| **one == Finished::Now).count(), 1);
    for (number, one) in (0..).zip(said) {
        let app = client_id(&format!("app-{number}"));
        let allowed = !tenant.find_consents(user_id(1), &app).await.unwrap().is_empty();
        assert_eq!(allowed, one == Finished::Now, "answer {number}");
        if number % 3 == 0 {
            let code = storage.find_device_code(&digest(100 + number)).await.unwrap().unwrap();
            assert_eq!(code.answer.is_some(), one == Finished::Now, "device code {number}");
        }
    }
}

/// Promise: whoever guesses at many doors at once is counted at each.
pub async fn no_wrong_password_is_lost_count_of(storage: Arc<dyn Storage>) {
    let users = vec![(tenant_id(1), user(1, "ada@x.example"))];
    let passwords = vec![(tenant_id(1), user_id(1), Secret::new("$argon2id$1"))];
    storage.apply_directory(&DirectoryChange { users, passwords, ..tenants(&[1]) }).await.unwrap();
    let tenant = storage.tenant(tenant_id(1));
    let wrong = WrongPassword { user: user_id(1), most: MANY, locked_until: in_minutes(1) };
    at_once(|_| {
        let tenant = Arc::clone(&tenant);
        async move { tenant.count_wrong_password(&wrong).await.unwrap() }
    })
    .await;
    let known = tenant.find_password(user_id(1)).await.unwrap().unwrap();
    assert!(known.wrong_tries >= MANY, "{}", known.wrong_tries);
    assert_eq!(known.locked_until, Some(in_minutes(1)));
}

/// Promise: of several that bring in the same, and beside changes of the same directory, each is kept.
pub async fn consents_that_bring_in_the_same_are_all_kept(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    at_once(|number| {
        let (storage, tenant) = (Arc::clone(&storage), Arc::clone(&tenant));
        async move {
            if number % 50 == 0 {
                let applications = vec![application(1, &format!("own-{number}"), &[])];
                storage.apply_directory(&DirectoryChange { applications, ..Default::default() }).await.unwrap();
            } else {
                let mut brings = consent_that_brings_in("app", "colors");
                brings.consents = consents("colors", &[&format!("Value.{number}")]);
                brings.app_roles = vec![permission("colors", &format!("Role.{}", number % 7))];
                tenant.record_consent(&brings, NOW).await.unwrap();
            }
        }
    })
    .await;
    let stands = tenant.find_service_principal(&client_id("app")).await.unwrap().unwrap();
    assert_eq!(stands.granted_app_roles.len(), 7);
    let expected = (0..MANY).filter(|number| number % 50 != 0).count();
    assert_eq!(tenant.list_consents(None).await.unwrap().len(), expected);
}

/// Promise: every third code is one that exists already.
pub async fn a_transaction_that_fails_fails_alone(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.begin_interaction(&digest(1), &interaction()).await.unwrap();
    tenant.issue_code(&issue(digest(2), 1)).await.unwrap();
    let said = at_once(|number| {
        let tenant = Arc::clone(&tenant);
        let fails = number % 3 == 0;
        // The one that fails has ended an interaction by then: that must come back.
        let issued = IssueCode {
            interaction: fails.then_some(digest(1)),
            code: Code { expires_at: in_minutes(20), ..code(2) },
            ..issue(digest(if fails { 2 } else { 100 + number }), 2)
        };
        async move { tenant.issue_code(&issued).await }
    })
    .await;
    for (number, one) in (0..).zip(said) {
        assert_eq!(one.is_err(), number % 3 == 0, "{number}: {one:?}");
        let kept = tenant.find_code(&digest(100 + number)).await.unwrap().is_some();
        assert_eq!(kept, number % 3 != 0, "{number}");
    }
    assert!(tenant.find_interaction(&digest(1)).await.unwrap().is_some());
    assert_eq!(tenant.find_code(&digest(2)).await.unwrap(), Some(code(1)));
}

/// Promise.
pub async fn nodes_that_start_together_keep_the_same(storage: Arc<dyn Storage>) {
    let kept = at_once(|number| {
        let storage = Arc::clone(&storage);
        async move {
            let secret = storage.keep_once("pepper", &number.to_be_bytes()).await.unwrap();
            let key = signing_key(&format!("key-{number}"), "RS256", in_minutes(number.into()));
            (secret, storage.keep_signing_key(&key, None).await.unwrap())
        }
    })
    .await;
    assert_eq!(kept[0].1.len(), 1);
    assert!(kept.iter().all(|one| *one == kept[0]));
}

/// Promise: an application has the identifier URIs of the change that came last, and none besides.
pub async fn directory_changes_that_meet_leave_one_of_them(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let uri = |number: u32| format!("api://app-{number}");
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let storage = Arc::clone(&storage);
            let applications = vec![application(1, "app", &[&uri(number)])];
            tokio::spawn(async move {
                storage.apply_directory(&DirectoryChange { applications, ..Default::default() }).await.unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let last = tenant.find_application(&client_id("app")).await.unwrap().unwrap();
    for number in 0..20 {
        let found = tenant.find_api(&uri(number)).await.unwrap().is_some();
        assert_eq!(found, last.identifier_uris == [uri(number)], "{number}");
    }
}

/// Promise: whoever ends an application's access may count on it.
pub async fn nothing_is_exchanged_after_an_acknowledged_revocation(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    for family in 0..20_u8 {
        let first = 1000 * (u32::from(family) + 1);
        bought(&*tenant, digest(u32::from(family)), family, digest(first)).await;
        let revoked = Arc::new(AtomicBool::new(false));
        let chain = tokio::spawn({
            let (tenant, revoked) = (Arc::clone(&tenant), Arc::clone(&revoked));
            async move {
                for number in first.. {
                    let over = revoked.load(Ordering::SeqCst);
                    let said =
                        tenant.rotate_refresh_token(&rotate(family, digest(number), digest(number + 1))).await.unwrap();
                    if said == Rotated::Revoked(RevocationReason::CodeReplayed) {
                        break;
                    }
                    assert!(said == Rotated::Now && !over, "{said:?}");
                }
            }
        });
        tenant.revoke_family(family_id(family), RevocationReason::CodeReplayed, NOW).await.unwrap();
        revoked.store(true, Ordering::SeqCst);
        chain.await.unwrap();
    }
}

/// Promise: whoever is told that something is kept finds it.
pub async fn an_acknowledged_commit_is_seen_by_everyone(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let seen = at_once(|number| {
        let tenant = Arc::clone(&tenant);
        async move {
            tenant.begin_interaction(&digest(number), &interaction()).await.unwrap();
            let found = tenant.find_interaction(&digest(number)).await.unwrap().is_some();
            found
                && tenant.end_interaction(&digest(number), None).await.unwrap() == Finished::Now
                && tenant.find_interaction(&digest(number)).await.unwrap().is_none()
        }
    })
    .await;
    assert!(seen.iter().all(|seen| *seen));
}

/// Promise.
pub async fn of_many_who_spend_the_same_one_does(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let said = at_once(|_| {
        let tenant = Arc::clone(&tenant);
        async move { tenant.spend_once(&[1; 32], in_minutes(5)).await.unwrap() }
    })
    .await;
    assert_eq!(said.iter().filter(|first| **first).count(), 1);
}

/// Promise: whichever interaction each of them ends.
pub async fn of_many_codes_for_one_pushed_request_one_is_issued(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.push_request(&digest(1), &pushed_request()).await.unwrap();
    let said = at_once(|number| {
        let tenant = Arc::clone(&tenant);
        async move {
            let issued = IssueCode { pushed: Some(digest(1)), ..issue(digest(100 + number), 1) };
            tenant.issue_code(&issued).await.unwrap()
        }
    })
    .await;
    assert_eq!(said.iter().filter(|one| **one == Finished::Now).count(), 1);
    let winner = (100..).zip(said).find(|(_, one)| *one == Finished::Now).unwrap().0;
    for number in 100..100 + MANY {
        assert_eq!(tenant.find_code(&digest(number)).await.unwrap().is_some(), number == winner);
    }
}

/// Promise.
pub async fn of_many_who_take_a_notice_in_hand_one_has_it(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let told = notice(1, NOW);
    let end = EndSignIns { notices: vec![told.clone()], ..end_sign_ins(digest(1), &[1]) };
    tenant.end_sign_ins(&end).await.unwrap();
    let said = at_once(|_| {
        let (tenant, id) = (Arc::clone(&tenant), told.id);
        async move { tenant.claim_notice(id, 1, in_minutes(1)).await.unwrap() }
    })
    .await;
    assert_eq!(said.iter().filter(|mine| **mine).count(), 1);
}
