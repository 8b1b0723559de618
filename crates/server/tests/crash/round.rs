//! One round after the other: the program works, and something is killed.

use std::sync::atomic::Ordering;
use std::time::Duration;

use grantor_testkit::wire::{Client, sign_in};

use crate::chance::Chance;
use crate::now;
use crate::server::Server;
use crate::store::{Database, Store};
use crate::worker::{Counts, Progress, Worker};

const WORKERS: u64 = 4;
/// The most that the workers do after everything was checked and before something is killed.
const MOST_STEPS: u64 = 24;
/// How long to wait for that: a worker that has found a fault does nothing more.
const WORKED_WITHIN: Duration = Duration::from_mins(1);
/// How long a node may take to find a database again that takes connections.
const BACK_WITHIN: Duration = Duration::from_secs(15);

/// What was killed how often.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kills {
    /// The program while it served.
    pub node: u32,
    /// The program while it started.
    pub node_starting: u32,
    /// The database, under a program that lived on.
    pub database_alone: u32,
    /// Both at once.
    pub database_and_node: u32,
}

/// A run of rounds on one store.
pub struct Run<'a> {
    store: &'a Store,
    chance: Chance,
    workers: Vec<Worker>,
    kills: Kills,
}

impl<'a> Run<'a> {
    /// Makes the store, with somebody who is signed in.
    pub fn begin(store: &'a Store, seed: u64) -> Self {
        let mut server = Server::start(store, true);
        let cookie = sign_in(&server.ready());
        server.kill();
        let workers = (1..=WORKERS).map(|number| Worker::new(seed ^ (number << 32), &cookie)).collect();
        Self { store, chance: Chance::new(seed), workers, kills: Kills::default() }
    }

    /// Starts the program, lets it work, and kills something.
    pub fn round(&mut self) {
        let mut server = Server::start(self.store, false);
        match &self.store.database {
            _ if self.chance.one_in(10) => {
                std::thread::sleep(Duration::from_millis(self.chance.below(120)));
                server.kill();
                self.kills.node_starting += 1;
            }
            Some(database) if self.chance.one_in(4) => self.kill_database(&mut server, database),
            _ => {
                let address = server.ready();
                self.work(&address, || server.kill());
                self.kills.node += 1;
            }
        }
    }

    fn kill_database(&mut self, server: &mut Server, database: &Database) {
        let address = server.ready();
        if self.chance.one_in(3) {
            self.work(&address, || {
                database.cluster.kill();
                server.kill();
            });
            database.cluster.run_again();
            self.kills.database_and_node += 1;
            return;
        }
        self.work(&address, || database.cluster.kill());
        self.kills.database_alone += 1;
        database.cluster.run_again();
        wait_until_served(&address);
        // The program was never restarted, and has to know everything still.
        self.work(&address, || server.kill());
    }

    /// Checks everything once more and says what was seen.
    pub fn end(mut self) -> (Kills, Counts) {
        let mut server = Server::start(self.store, false);
        let address = server.ready();
        std::thread::scope(|scope| {
            for worker in &mut self.workers {
                scope.spawn(|| worker.check(&address));
            }
        });
        (self.kills, self.workers.iter().fold(Counts::default(), |sum, worker| sum + worker.counts))
    }

    /// Lets the workers do some work, however fast this machine is, and kills something in the midst of it.
    fn work(&mut self, address: &str, kill: impl FnOnce()) {
        let (steps, delay) = (self.chance.below(MOST_STEPS), Duration::from_millis(self.chance.below(20)));
        let progress = Progress::default();
        std::thread::scope(|scope| {
            for worker in &mut self.workers {
                let progress = &progress;
                scope.spawn(move || worker.work(address, progress));
            }
            let began = now();
            while progress.steps.load(Ordering::SeqCst) < steps && began.elapsed() < WORKED_WITHIN {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(delay);
            progress.killing.store(true, Ordering::SeqCst);
            kill();
        });
    }
}

fn wait_until_served(address: &str) {
    let began = now();
    while began.elapsed() < BACK_WITHIN {
        let answer = Client::connect(address).and_then(|mut client| client.send("GET", "/health/ready", &[], ""));
        if answer.unwrap().status == 200 {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the program does not find its database again");
}
