//! The program is killed in the middle of its work, again and again, and nothing that it acknowledged may be lost or be
//! redeemed twice.
//!
//! `GRANTOR_CRASH_KILLS` says how often it is killed (200), `GRANTOR_CRASH_SEED` which run to repeat. SIGKILL ends the
//! process and not the machine: what the system had already taken to write is written. Loss of power is not tested here.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking, its helpers too")]

mod chance;
mod client;
mod server;
mod worker;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chance::Chance;
use client::sign_in;
use grantor_testkit::{CONTOSO_DIRECTORY, Folder};
use server::Server;
use worker::{Counts, Worker};

const WORKERS: u64 = 4;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// The program under test runs on the machine's time, and so does what watches it.
#[expect(clippy::disallowed_methods, reason = "another process's time can only be the machine's")]
fn now() -> Instant {
    Instant::now()
}

fn prepared() -> Folder {
    let folder = Folder::new();
    std::fs::write(folder.at("contoso.toml"), CONTOSO_DIRECTORY).unwrap();
    folder
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_redeemed_twice() {
    let (kills, seed) = (setting("GRANTOR_CRASH_KILLS", 200), setting("GRANTOR_CRASH_SEED", 1));
    println!("GRANTOR_CRASH_SEED={seed} GRANTOR_CRASH_KILLS={kills}");
    let mut chance = Chance::new(seed);
    let folder = prepared();
    let mut server = Server::start(&folder, true);
    let cookie = sign_in(&server.ready());
    server.kill();

    let mut workers: Vec<Worker> = (1..=WORKERS).map(|number| Worker::new(seed ^ (number << 32), &cookie)).collect();
    let began = now();
    let mut during_start = 0;
    for _ in 0..kills {
        let mut server = Server::start(&folder, false);
        if chance.one_in(10) {
            std::thread::sleep(Duration::from_millis(chance.below(120)));
            during_start += 1;
            server.kill();
            continue;
        }
        work(&mut server, &mut workers, Some(Duration::from_millis(30 + chance.below(350))));
    }
    let mut server = Server::start(&folder, false);
    work(&mut server, &mut workers, None);
    let counts = workers.iter().fold(Counts::default(), |sum, worker| sum + worker.counts);
    println!("{kills} kills, {during_start} of them during the start, in {:.0?}: {counts:?}", began.elapsed());
    if kills >= 100 {
        assert!(counts.recovered > 10 && counts.rotated > 100 && counts.redeemed > 50, "too little was at stake");
    }
}

/// Lets the workers work until the program is killed; without a time they check everything once, and it lives on.
fn work(server: &mut Server, workers: &mut [Worker], time: Option<Duration>) {
    let address = server.ready();
    let killing = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for worker in workers {
            let (address, killing) = (&address, &killing);
            scope.spawn(move || worker.run(address, killing, time.is_some()));
        }
        if let Some(time) = time {
            std::thread::sleep(time);
            killing.store(true, Ordering::SeqCst);
            server.kill();
        }
    });
}

#[test]
fn a_first_start_that_was_killed_can_be_started_again() {
    let mut chance = Chance::new(setting("GRANTOR_CRASH_SEED", 1));
    for _ in 0..5 {
        let folder = prepared();
        for _ in 0..4 {
            let mut server = Server::start(&folder, true);
            std::thread::sleep(Duration::from_millis(chance.below(400)));
            server.kill();
        }
        let mut server = Server::start(&folder, true);
        sign_in(&server.ready());
    }
}
