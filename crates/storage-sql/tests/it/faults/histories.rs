//! Many callers at once, without anybody who asks again: of each operation it is known what it said and when, and afterwards
//! all of it must be there, nothing of it, or (if nobody could know) one or the other; never half.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use grantor_faulty_disk::{Act, Disk, Failure, Survivors};
use grantor_rules::directory::DirectoryChange;
use grantor_storage::contract::samples::{
    NOW, client_id, code, consent, consent_that_brings_in, digest, family_id, interaction, issue, one_tenant, redeem,
    tenant_id, user, user_id,
};
use grantor_storage::{Fault, IssueCode, RecordedConsent, RedeemCode, Redeemed, Storage, TenantStorage};
use grantor_storage_sql::PostgresStorage;

use super::disk_plans::EveryOther;
use crate::folder::Folder;
use crate::postgres::cluster;
use crate::postgres::proxy::{Cut, Proxy, Trouble};

/// How many callers there are, and how many things they do together.
const CALLERS: u32 = 8;
const THINGS: u32 = 90;

/// What became of a thing, as far as its caller was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Done,
    Denied,
    Open,
}

/// A thing that was done between two moments.
#[derive(Clone, Copy, Debug)]
struct Thing {
    number: u32,
    began: usize,
    ended: usize,
    said: Said,
}

/// What a moment is, for whoever counts them.
type Now = Arc<dyn Fn() -> usize + Send + Sync>;

fn said<T>(outcome: &Result<T, Fault>) -> Said {
    match outcome {
        Ok(_) => Said::Done,
        Err(Fault::Unavailable { .. }) => Said::Denied,
        Err(Fault::OutcomeUnknown { .. }) => Said::Open,
        Err(fault) => panic!("{fault:?}"),
    }
}

/// Lets all callers do everything.
async fn history(storage: &Arc<dyn Storage>, now: Now) -> Vec<Thing> {
    let next = Arc::new(AtomicU32::new(0));
    let things = Arc::new(Mutex::new(Vec::new()));
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (storage, now) = (Arc::clone(storage), Arc::clone(&now));
            let (next, things) = (Arc::clone(&next), Arc::clone(&things));
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, SeqCst);
                    if number >= THINGS {
                        break;
                    }
                    let done = one(&storage, number, &now).await;
                    things.lock().unwrap().extend(done);
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    Arc::into_inner(things).unwrap().into_inner().unwrap()
}

/// Does one thing: a directory change of two people; or a request, the code and consent that end it, and then, from two sides
/// at once, the redemption of that. None when what goes before it failed.
async fn one(storage: &Arc<dyn Storage>, number: u32, now: &Now) -> Vec<Thing> {
    let tenant = storage.tenant(tenant_id(1));
    let thing = |number, began, said| Thing { number, began, ended: now(), said };
    let began = now();
    if is_of_directory(number) {
        let said = said(&storage.apply_directory(&two_people(number)).await);
        return vec![thing(number, began, said)];
    }
    if tenant.begin_interaction(&digest(number), &interaction()).await.is_err() {
        return Vec::new();
    }
    let began = now();
    let issued = said(&tenant.issue_code(&answer(number)).await);
    let mut things = vec![thing(number, began, issued)];
    if issued == Said::Done {
        let began = now();
        let [first, second] = [500, 600].map(|token| redemption(number, token + number));
        let (first, second) = tokio::join!(tenant.redeem_code(&first), tenant.redeem_code(&second));
        let both = |what| [&first, &second].iter().all(|said| **said == Ok(what));
        assert!(!both(Redeemed::Now), "{number} was redeemed twice");
        assert!(!both(Redeemed::Before), "{number} was redeemed by nobody");
        let told = match (said(&first), said(&second)) {
            // Whichever it was: one of them was kept.
            (Said::Done, _) | (_, Said::Done) => Said::Done,
            (Said::Denied, Said::Denied) => Said::Denied,
            _ => Said::Open,
        };
        things.push(thing(number + THINGS, began, told));
    }
    things
}

fn is_of_directory(number: u32) -> bool {
    number.is_multiple_of(3)
}

fn person(number: u32) -> u8 {
    u8::try_from(number).unwrap()
}

fn two_people(number: u32) -> DirectoryChange {
    let people = [0, 1].map(|one| person(number) + one);
    let users = people.map(|one| (tenant_id(1), user(one, &format!("{one}@x.example")))).into();
    DirectoryChange { users, ..Default::default() }
}

fn allowed(number: u32) -> String {
    format!("Value.{number}")
}

fn answer(number: u32) -> IssueCode {
    let consents = vec![consent(Some(1), "app", "colors", &[&allowed(number)]), brings_in(number)];
    let issued = issue(digest(number), person(number));
    IssueCode { interaction: Some(digest(number)), consents, code: code(person(number)), ..issued }
}

/// A consent that brings an application and its API into the tenant.
fn brings_in(number: u32) -> RecordedConsent {
    consent_that_brings_in(&format!("app-{number}"), &format!("api-{number}"))
}

fn redemption(number: u32, token: u32) -> RedeemCode {
    RedeemCode { now: NOW, ..redeem(digest(number), person(number), digest(token)) }
}

/// The parts of a thing, each of which is there or not.
async fn parts(tenant: &dyn TenantStorage, number: u32) -> Vec<bool> {
    if number >= THINGS {
        let spent =
            tenant.find_code(&digest(number - THINGS)).await.unwrap().is_some_and(|code| code.spent_at.is_some());
        let family = tenant.find_family(family_id(person(number - THINGS))).await.unwrap();
        return vec![spent, family.is_some()];
    }
    if is_of_directory(number) {
        let [first, second] = [0, 1].map(|one| user_id(person(number) + one));
        let [first, second] = [tenant.find_user(first).await, tenant.find_user(second).await];
        return vec![first.unwrap().is_some(), second.unwrap().is_some()];
    }
    let app = client_id("app");
    let all = tenant.find_consents(user_id(1), &app).await.unwrap();
    let consented = format!("{all:?}").contains(&format!("{:?}", allowed(number)));
    let principals = brings_in(number).service_principals;
    let mut parts = vec![tenant.find_code(&digest(number)).await.unwrap().is_some(), consented];
    for stands in principals {
        parts.push(tenant.find_service_principal(&stands.client_id).await.unwrap().is_some());
    }
    parts
}

/// What is there of each thing is what was said of it by a moment.
async fn check(storage: &dyn Storage, things: &[Thing], at: usize) {
    let tenant = storage.tenant(tenant_id(1));
    for thing in things {
        let parts = parts(&*tenant, thing.number).await;
        let there = parts[0];
        assert!(parts.iter().all(|part| *part == there), "half of {thing:?} at {at}: {parts:?}");
        let told = if thing.began >= at && at != END {
            Said::Denied
        } else if thing.ended <= at {
            thing.said
        } else {
            Said::Open
        };
        match told {
            Said::Done => assert!(there, "{thing:?} is lost at {at}"),
            Said::Denied => assert!(!there, "{thing:?} is there at {at}"),
            Said::Open => {}
        }
    }
}

/// Waits until no transaction is under way.
async fn settled(database: &cluster::Database) {
    let behind = database.behind().await;
    let under_way = "SELECT COUNT(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL";
    while behind.query_one(under_way, &[]).await.unwrap().get::<_, i64>(0) > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// After everything.
const END: usize = usize::MAX;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn when_the_power_goes_many_find_what_they_were_told() {
    let folder = Folder::new();
    let disk = Arc::new(Disk::over(folder.path()));
    let storage: Arc<dyn Storage> = Arc::new(folder.open());
    one_tenant(&storage).await;
    disk.record("grantor.db").unwrap();
    let counts = Arc::clone(&disk);
    let things = history(&storage, Arc::new(move || counts.recorded())).await;
    assert!(things.iter().filter(|thing| thing.said == Said::Done).count() > 60);
    drop(storage);
    let recording = disk.take_recording().unwrap();
    for steps in (0..=recording.len()).step_by((recording.len() / 150).max(1)) {
        let torn = recording.written_by(steps).unwrap_or(0) / 2;
        for survivors in [Survivors::None, Survivors::TornLast(torn), Survivors::Some(steps as u64)] {
            let image = Folder::new();
            recording.after_a_power_cut(steps, survivors, image.path()).unwrap();
            check(&image.open(), &things, steps).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_a_failing_disk_many_find_what_they_were_told() {
    for torn in [None, Some(Failure::Full), Some(Failure::Io)] {
        let folder = Folder::new();
        let disk = Disk::over(folder.path());
        let storage: Arc<dyn Storage> = Arc::new(folder.open());
        one_tenant(&storage).await;
        let every_other = EveryOther::default();
        disk.trouble(move |file, act: Act<'_>| match torn {
            Some(failure) => every_other.write_tears(file, act, failure),
            None => every_other.sync_fails(file, act),
        });
        let things = history(&storage, Arc::new(|| 0)).await;
        assert!(things.iter().any(|thing| thing.said != Said::Done));
        disk.heal();
        check(&*storage, &things, END).await;
        drop(storage);
        check(&folder.open(), &things, END).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn over_a_failing_connection_many_find_what_they_were_told() {
    let late = Trouble::LateCommit(Duration::from_millis(30));
    for trouble in [late, Cut::BeforeCommit.into(), Cut::AfterCommit.into(), Trouble::TornMessages] {
        let Some(cluster) = cluster::shared() else { return };
        let database = cluster.database().await;
        let proxy = Proxy::to(cluster, trouble).await;
        let url = proxy.instead_of(cluster.address(), &database.url());
        let storage: Arc<dyn Storage> = Arc::new(PostgresStorage::open(&url).await.unwrap());
        one_tenant(&storage).await;
        proxy.trouble_every_other_commit();
        let things = history(&storage, Arc::new(|| 0)).await;
        assert!(proxy.has_cut());
        proxy.heal();
        settled(&database).await;
        check(&*storage, &things, END).await;
        check(&PostgresStorage::open(&database.url()).await.unwrap(), &things, END).await;
    }
}
