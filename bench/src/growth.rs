//! `grantor-bench growth`: the same questions to a store with millions of rows and to a small one, in turns.
//!
//! Start reading in `growth/world.rs`, which says what a store holds. `fill.rs` fills one on SQLite by the program's own
//! operations, `copy.rs` copies it to PostgreSQL, `store.rs` keeps it for the next time, `scripts.rs` asks.

mod copy;
mod fill;
mod progress;
mod records;
mod scripts;
mod store;
mod table;
mod world;

use std::sync::{Arc, mpsc};
use std::time::Duration;

use anyhow::ensure;

use crate::browser::Browser;
use crate::clock::now;
use crate::cluster::Cluster;
use crate::generator::{self, Pace, Script, Scripts};
use crate::machine::Machine;
use crate::proof;
use crate::report;
use crate::sides::{Launch, Server, Side};
use scripts::{Asked, Authorize, Bearer, Credentials, Dice, Me, Refresh};
use store::Store;
use table::{Sample, Start};
use world::{Size, World};

/// How large, and how to run.
#[derive(Clone, clap::Args)]
pub struct GrowthOptions {
    /// On which engine; both if nothing is said
    #[arg(long)]
    engine: Option<Engine>,
    /// People of the large store
    #[arg(long, default_value_t = 1_000_000)]
    people: u64,
    /// Applications of the large store
    #[arg(long, default_value_t = 100_000)]
    applications: u64,
    /// Tenants of the large store
    #[arg(long, default_value_t = 10_000)]
    tenants: u64,
    /// Refresh-token families of the large store
    #[arg(long, default_value_t = 10_000_000)]
    families: u64,
    /// How often each question is measured on each store
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Seconds that each measurement takes
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Seconds before each that do not count
    #[arg(long, default_value_t = 2.0)]
    warm_up: f64,
    /// Connections
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Only forget the stores that were kept
    #[arg(long)]
    forget: bool,
    /// Print only, and leave docs/performance.md as it is
    #[arg(long)]
    dry: bool,
}

/// Where the stores are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// In files.
    Sqlite,
    /// In databases of one server.
    Postgres,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// A token for an application, any.
    Credentials,
    /// The successor of a refresh token, of any family.
    Refresh,
    /// A code for anybody who is signed in.
    Authorize,
    /// Who is that?
    Me,
}

/// What is asked, and how fast.
#[derive(Clone, Copy, PartialEq)]
pub struct Asking {
    question: Question,
    pace: Pace,
}

/// A load that both stores can bear, so that their times can be compared for the same work.
const STEADY: f64 = 1000.0;
/// What the empty store holds: somebody has to be there to be asked about.
const SMALL: Size = Size { tenants: 1, people: 100, applications: 10, families: 5_000 };
/// How many people ask who they are.
const BEARERS: usize = 4_000;
/// More rotations than a second sees.
const MOST_PER_SECOND: f64 = 15_000.0;
/// How long a server rests before its memory is looked at.
const REST: Duration = Duration::from_secs(2);

impl Asking {
    /// Everything that is asked, in order.
    fn all() -> impl Iterator<Item = Self> {
        Question::ALL
            .into_iter()
            .flat_map(|question| [Pace::PerSecond(STEADY), Pace::Pressing].map(|pace| Self { question, pace }))
    }
}

impl std::fmt::Display for Asking {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}, {}", self.question.name(), self.pace)
    }
}

impl Question {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Credentials, Self::Refresh, Self::Authorize, Self::Me];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Credentials => "client credentials, JWT, ES256",
            Self::Refresh => "refresh with rotation, durable, ES256",
            Self::Authorize => "authorize, signed in, durable",
            Self::Me => "/v1.0/me",
        }
    }
}

/// Fills what is not filled, measures, prints and writes.
///
/// # Errors
/// The store cannot be filled, or an answer is wrong.
pub fn run(options: &GrowthOptions) -> anyhow::Result<()> {
    let launch = Launch::here()?;
    if options.forget {
        return store::forget(&launch);
    }
    options.size().check()?;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if options.engine.is_none_or(|wanted| wanted == engine) {
            run_on(&launch, engine, options)?;
        }
    }
    Ok(())
}

impl GrowthOptions {
    const fn size(&self) -> Size {
        let Self { tenants, people, applications, families, .. } = *self;
        Size { tenants, people, applications, families }
    }

    /// How many families one start of a server asks for, at most.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred thousands")]
    fn uses(&self) -> u64 {
        (MOST_PER_SECOND * (self.seconds + self.warm_up) + STEADY * self.seconds) as u64 + BEARERS as u64 + 1000
    }
}

fn run_on(launch: &Launch, engine: Engine, options: &GrowthOptions) -> anyhow::Result<()> {
    let machine = Machine::look(launch)?;
    println!("{machine}");
    let uses = options.uses() * options.runs as u64;
    let (large, cluster) = match engine {
        Engine::Sqlite => (Store::large_on_sqlite(launch, options.size(), uses)?, None),
        Engine::Postgres => {
            let (store, cluster) = Store::large_on_postgres(launch, options.size(), uses)?;
            (store, Some(cluster))
        }
    };
    large.warm()?;
    let small = Store::small(launch, SMALL, cluster.as_ref())?;
    let (mut starts, mut samples) = (Vec::new(), Vec::new());
    for round in 0..options.runs {
        for turn in 0..2 {
            let is_large = (round + turn) % 2 == 1;
            let store = if is_large { &large } else { &small };
            let began = starts.len() as u64;
            starts.push(measure(launch, options, store, is_large, began, &mut samples)?);
        }
    }
    let bytes = [small.bytes(cluster.as_deref())?, large.bytes(cluster.as_deref())?];
    let described = describe(engine, options, cluster.as_deref(), bytes);
    let mut text = table::text(&machine, &described, &starts, &samples)?;
    if let Some(cluster) = &cluster {
        text.push_str(&table::rows(cluster, store::LARGE)?);
    }
    let part = match engine {
        Engine::Sqlite => "growth on SQLite",
        Engine::Postgres => "growth on PostgreSQL",
    };
    report::finish(launch, part, text, options.dry, &[])
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
fn describe(engine: Engine, options: &GrowthOptions, cluster: Option<&Cluster>, bytes: [u64; 2]) -> Vec<String> {
    let holds = |size: Size, bytes: u64| {
        let count = |count: u64| report::thousands(count as f64);
        format!(
            "{} people, {} applications in {} tenants and {} refresh-token families: {} MB",
            count(size.people),
            count(size.applications),
            count(size.tenants),
            count(size.families),
            count(bytes / 1_000_000)
        )
    };
    let on = cluster.map_or("SQLite, as the program opens it".to_owned(), |cluster| {
        format!("PostgreSQL {} with shared_buffers=2GB, max_wal_size=4GB and else its defaults", cluster.version)
    });
    debug_assert_eq!(engine == Engine::Postgres, cluster.is_some());
    let GrowthOptions { runs, seconds, warm_up, connections, .. } = options;
    vec![
        format!("on {on}"),
        format!("the large store: {}", holds(options.size(), bytes[1])),
        format!("the small store: {}", holds(SMALL, bytes[0])),
        format!("{runs} runs of {seconds} s each after {warm_up} s of warm-up, {connections} connections; medians"),
    ]
}

/// Starts a server over a store, asks it everything, and ends it.
fn measure(
    launch: &Launch,
    options: &GrowthOptions,
    store: &Store,
    is_large: bool,
    number: u64,
    samples: &mut Vec<Sample>,
) -> anyhow::Result<Start> {
    store.reserve(options.uses())?;
    let mut command = launch.grantor(&store.data, store.url.as_deref());
    command.args(["--listen", "127.0.0.1:0"]);
    let began = now();
    let server = Server::run(Side::Grantor, command, &store.data.with_extension("log"), None)?;
    let mut browser = Browser::new(server.address(), &server.host)?;
    let keys_path = format!("/{}/discovery/v2.0/keys", World::domain(0));
    browser.read(&keys_path, "")?;
    let first_answer = now() - began;
    std::thread::sleep(REST);
    let at_rest = server.resident_kib()?;
    let stage = Stage {
        asked: Asked { world: store.world.clone(), tokens: Arc::clone(&store.tokens), host: server.host.clone() },
        server: &server,
        connections: options.connections,
        number,
    };
    let (warm_up, duration) = (Duration::from_secs_f64(options.warm_up), Duration::from_secs_f64(options.seconds));
    for question in Question::ALL {
        let mut scripts = generator::run(&server.addresses, stage.scripts(question)?, warm_up)?.scripts;
        for asking in Asking::all().filter(|asking| asking.question == question) {
            let outcome = generator::run_at(&server.addresses, scripts, duration, asking.pace)?;
            ensure!(outcome.times.total() > 0, "nothing was answered in time");
            let keys = browser.read(&keys_path, "")?;
            for script in &outcome.scripts {
                script.evidence().map_or(Ok(()), |token| proof::verify(token, &keys))?;
            }
            let sample = Sample::of(asking, is_large, &outcome);
            println!("{sample}");
            samples.push(sample);
            scripts = outcome.scripts;
        }
    }
    std::thread::sleep(REST);
    let after_load = server.resident_kib()?;
    server.end()?;
    store.reserve(0)?;
    Ok(Start { is_large, first_answer, at_rest, after_load })
}

/// A server over a filled store.
struct Stage<'a> {
    asked: Asked,
    server: &'a Server,
    connections: usize,
    number: u64,
}

impl Stage<'_> {
    fn scripts(&self, question: Question) -> anyhow::Result<Scripts> {
        let bearers = if question == Question::Me { self.bearers()? } else { Arc::default() };
        let script = |connection: usize| -> Box<dyn Script> {
            let (asked, dice) = (self.asked.clone(), Dice::new(self.number << 32 | connection as u64));
            match question {
                Question::Credentials => Box::new(Credentials { asked, dice, last: String::new() }),
                Question::Refresh => Box::new(Refresh { asked, place: None, last: String::new(), collects: None }),
                Question::Authorize => Box::new(Authorize { asked, dice }),
                Question::Me => Box::new(Me { host: asked.host, bearers: Arc::clone(&bearers), dice, who: 0 }),
            }
        };
        Ok((0..self.connections).map(script).collect())
    }

    /// Access tokens of people all over the store.
    fn bearers(&self) -> anyhow::Result<Arc<Vec<Bearer>>> {
        const LONGEST: Duration = Duration::from_mins(2);
        let (found, bearers) = mpsc::channel();
        let each = BEARERS.div_ceil(self.connections);
        let script = |_| -> Box<dyn Script> {
            let collects = Some((each, found.clone()));
            Box::new(Refresh { asked: self.asked.clone(), place: None, last: String::new(), collects })
        };
        generator::run(&self.server.addresses, (0..self.connections).map(script).collect(), LONGEST)?;
        drop(found);
        let bearers: Vec<Bearer> = bearers.iter().collect();
        ensure!(bearers.len() >= BEARERS, "{} access tokens were prepared, not {BEARERS}", bearers.len());
        Ok(Arc::new(bearers))
    }
}
