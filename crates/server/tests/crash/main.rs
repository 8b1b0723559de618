//! The program is killed in the middle of its work, again and again, and nothing that it acknowledged may be lost or be
//! redeemed twice. On PostgreSQL, that server is killed as well.
//!
//! `GRANTOR_CRASH_KILLS` says how often it is killed on each engine, `GRANTOR_CRASH_SEED` which run to repeat. SIGKILL ends
//! processes and not the machine: what the system had already taken to write is written. Loss of power is not tested here.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking, its helpers too")]

mod chance;
mod round;
mod server;
mod store;
mod worker;

use std::time::{Duration, Instant};

use chance::Chance;
use grantor_testkit::wire::sign_in;
use round::{Kills, Run};
use server::Server;
use store::Store;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// The program under test runs on the machine's time, and so does what watches it.
#[expect(clippy::disallowed_methods, reason = "another process's time can only be the machine's")]
fn now() -> Instant {
    Instant::now()
}

/// Kills it so often, and says what was seen.
fn crash(store: &Store, kills: u64) -> Kills {
    let (kills, seed) = (setting("GRANTOR_CRASH_KILLS", kills), setting("GRANTOR_CRASH_SEED", 1));
    println!("{store:?}: GRANTOR_CRASH_SEED={seed} GRANTOR_CRASH_KILLS={kills}");
    let mut run = Run::begin(store, seed);
    let began = now();
    for _ in 0..kills {
        run.round();
    }
    let (killed, counts) = run.end();
    println!("{store:?}: {kills} rounds in {:.0?}: {killed:?}, {counts:?}", began.elapsed());
    if kills >= 20 {
        let rounds = u32::try_from(kills).unwrap();
        assert!(counts.recovered > rounds / 4 && counts.redeemed > rounds / 2, "too little was at stake");
        assert!(counts.rotated > rounds && counts.repeated > 0 && counts.replayed > 0, "too little was at stake");
    }
    killed
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_redeemed_twice_on_sqlite() {
    let killed = crash(&Store::sqlite(), 100);
    assert_eq!(killed.database_alone + killed.database_and_node, 0);
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_redeemed_twice_on_postgres() {
    let Some(store) = Store::postgres() else { return };
    let killed = crash(&store, 20);
    assert!(killed.database_alone > 0 && killed.database_and_node > 0, "the server itself was not killed: {killed:?}");
}

fn first_start(store: &Store, chance: &mut Chance) {
    for _ in 0..4 {
        let mut server = Server::start(store, true);
        std::thread::sleep(Duration::from_millis(chance.below(400)));
        server.kill();
    }
    let mut server = Server::start(store, true);
    sign_in(&server.ready());
}

#[test]
fn a_first_start_that_was_killed_can_be_started_again() {
    let mut chance = Chance::new(setting("GRANTOR_CRASH_SEED", 1));
    for _ in 0..5 {
        first_start(&Store::sqlite(), &mut chance);
    }
    for _ in 0..3 {
        let Some(store) = Store::postgres() else { return };
        first_start(&store, &mut chance);
    }
}
