//! PostgreSQL, and what speaks its language: a pool of connections, one transaction each, tried again when that is safe.
//!
//! **Isolation.** What may happen once is decided by a conditional write, so READ COMMITTED is enough: of two that touch
//! the same row, the second waits, looks at the row again as the first has left it, and touches nothing; whatever it
//! then reads, it reads as the first has left it too. A job that decides by what it has read says so
//! ([`Job::ALONE`]) and runs SERIALIZABLE. An engine that knows only stricter levels refuses more often, and those
//! refusals are tried again.
//!
//! **Commits.** Before the commit is sent, a broken connection means that nothing was kept: the job runs again over another
//! one. Once it is sent and not answered, nobody knows: that is [`Fault::OutcomeUnknown`], and the job does not run again. A
//! job that is one statement is its own commit.
//!
//! **Statements** are prepared once per connection. Jobs do not share a transaction: PostgreSQL flushes the commits of
//! several connections together already, and a shared one would hold every row of all of them until the last is done.

mod channel_binding;
mod connection;
mod faults;
mod migrate;
mod settings;
mod tls;

use std::fmt;
use std::future::Future;
use std::time::Duration;

use deadpool_postgres::{
    Client, Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Transaction,
};
use grantor_environment::{Entropy, SystemEntropy};
use grantor_storage::Fault;
use tokio::time::timeout;
use tokio_postgres::IsolationLevel;

use crate::PostgresStorage;
use crate::conn::Job;
use crate::engine::Engine;
use connection::PgConn;
use faults::{Failure, Then};
use settings::Settings;
use tls::Tls;

/// How often a job runs before it is given up.
const ATTEMPTS: u32 = 10;
/// How long to wait for a free connection.
const WAIT_FOR_A_CONNECTION: Duration = Duration::from_secs(5);
/// How much longer than the server we wait for an answer: beyond that, the way to it is broken.
const GRACE: Duration = Duration::from_secs(2);

/// The engine over one PostgreSQL database.
pub struct Postgres {
    pool: Pool,
    place: String,
    /// How long a whole transaction may take, and then again its commit.
    limit: Duration,
}

impl PostgresStorage {
    /// Opens the store in the database at `url` and brings its tables up to date.
    ///
    /// `postgres://USER:PASSWORD@HOST[:PORT][,HOST…]/DATABASE[?…]`, with these parameters besides those of the driver
    /// (`connect_timeout`, `application_name`, `options`, `keepalives…`, `tcp_user_timeout`, `channel_binding`,
    /// `load_balance_hosts`, `sslnegotiation`):
    /// - `sslmode`: `verify-full` (encrypted, certificate and name verified), `require` (encrypted, not verified), `prefer`
    ///   (encrypted if the server can) or `disable`. Without it: `verify-full`, or `prefer` when every host is this machine.
    /// - `sslrootcert`: the authority's certificate in a PEM file, or `system` (the platform's, as without it). When it is
    ///   given, certificate and name are verified in each mode that encrypts. Client certificates are not supported.
    /// - `target_session_attrs`: `read-write` (of several hosts, the first that takes writes; as without it) or `any`.
    /// - `pool_size`: the most connections of this node, 16 without it.
    /// - `statement_timeout_seconds`: how long the server may take for one statement, 5 without it.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] that says in one line what is wrong with the database and how to mend it.
    pub async fn open(url: &str) -> Result<Self, Fault> {
        Postgres::open(url).await.map(Self::over)
    }
}

/// What a job does.
#[derive(Clone, Copy)]
enum Kind {
    Write,
    LookUp,
}

impl Engine for Postgres {
    async fn write<J: Job + 'static>(&self, job: J) -> Result<J::Out, Fault> {
        self.run(&job, Kind::Write).await
    }

    fn read<J: Job>(&self, job: &J) -> impl Future<Output = Result<J::Out, Fault>> + Send {
        self.run(job, Kind::LookUp)
    }
}

impl Postgres {
    pub(crate) async fn open(url: &str) -> Result<Self, Fault> {
        let engine = Self::over(Settings::parse(url)?)?;
        let mut client = engine.client().await?;
        migrate::up_to_date(&mut client).await.map_err(|fault| faults::about(&engine.place, fault))?;
        drop(client);
        Ok(engine)
    }

    fn over(settings: Settings) -> Result<Self, Fault> {
        let Settings { config, trust, place, pool_size, statement_timeout } = settings;
        if trust == settings::Trust::Anyone && !settings::stays_here(&config) {
            tracing::warn!(place, "the database's certificate is not verified: use sslmode=verify-full");
        }
        let prepare = prepare_session(statement_timeout);
        let manager =
            Manager::from_config(config, Tls::new(&trust)?, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager)
            .max_size(pool_size)
            .wait_timeout(Some(WAIT_FOR_A_CONNECTION))
            .create_timeout(Some(2 * WAIT_FOR_A_CONNECTION))
            .runtime(Runtime::Tokio1)
            .post_create(prepare)
            .build()
            .map_err(|error| Fault::Unavailable { what: error.to_string() })?;
        Ok(Self { pool, place, limit: statement_timeout + GRACE })
    }

    async fn client(&self) -> Result<Client, Fault> {
        self.pool.get().await.map_err(|error| faults::about(&self.place, faults::of_pool(error)))
    }

    async fn run<J: Job>(&self, job: &J, kind: Kind) -> Result<J::Out, Fault> {
        let mut attempt = 1;
        loop {
            let failure = match self.attempt(job, kind).await {
                Ok(out) => return Ok(out),
                Err(failure) => failure,
            };
            if attempt == ATTEMPTS || matches!(failure.then, Then::Stop | Then::StopAndLeave) {
                return Err(failure.fault);
            }
            tracing::debug!(attempt, fault = %failure.fault, "a transaction is tried again");
            tokio::time::sleep(pause(attempt)).await;
            attempt += 1;
        }
    }

    async fn attempt<J: Job>(&self, job: &J, kind: Kind) -> Result<J::Out, Failure> {
        let mut client = self.client().await.map_err(Failure::lasting)?;
        let done = match kind {
            Kind::LookUp => self.in_time(alone(PgConn::over(&client, &client.statement_cache), job)).await,
            Kind::Write if job.is_one_statement() => {
                let conn = PgConn::committing(&client, &client.statement_cache);
                timeout(self.limit, alone(conn, job))
                    .await
                    .unwrap_or_else(|_| Err(faults::unknown("it takes too long")))
            }
            Kind::Write => self.transact(&mut client, job).await,
        };
        if done.as_ref().is_err_and(Failure::leaves) {
            drop(Object::take(client));
            // Whatever broke this one may have broken those that lie idle: the server is another one now, perhaps.
            self.pool.retain(|_, _| false);
        }
        done
    }

    async fn transact<J: Job>(&self, client: &mut Client, job: &J) -> Result<J::Out, Failure> {
        let (transaction, out) = self.in_time(body(client, job)).await?;
        match timeout(self.limit, transaction.commit()).await {
            Ok(Ok(())) => Ok(out),
            Ok(Err(error)) => Err(faults::in_commit(&error)),
            Err(_) => Err(faults::unknown("it takes too long")),
        }
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        timeout(self.limit, work).await.unwrap_or_else(|_| Err(faults::too_slow()))
    }
}

/// One statement, or several that need not agree: each is a transaction of its own.
async fn alone<J: Job>(mut conn: PgConn<'_>, job: &J) -> Result<J::Out, Failure> {
    let said = job.run(&mut conn).await;
    conn.outcome(said)
}

/// Everything before the commit. A transaction that is dropped is rolled back.
async fn body<'a, J: Job>(client: &'a mut Client, job: &J) -> Result<(Transaction<'a>, J::Out), Failure> {
    let level = if J::ALONE { IsolationLevel::Serializable } else { IsolationLevel::ReadCommitted };
    let begun = client.build_transaction().isolation_level(level).start().await;
    let transaction = begun.map_err(|error| faults::before_commit(&error))?;
    let mut conn = PgConn::over(transaction.client(), &transaction.statement_cache);
    let said = job.run(&mut conn).await;
    let out = conn.outcome(said)?;
    Ok((transaction, out))
}

/// How a server that plans statements as PostgreSQL does is to plan ours. A plan that is kept was made for the table of that
/// day: when that was empty, reading the whole of it looked cheap. Each statement of ours has an index to go by; and none
/// is worth being compiled.
const PLANS: &str = "SET jit = off; SET enable_seqscan = off";

/// What each new connection is told.
fn prepare_session(statement_timeout: Duration) -> Hook {
    let millis = statement_timeout.as_millis();
    // A node that stops in the middle of a transaction lets go of its rows.
    let limits = format!("SET statement_timeout = {millis}; SET idle_in_transaction_session_timeout = {}", millis * 2);
    Hook::async_fn(move |client, _| {
        let limits = limits.clone();
        Box::pin(async move {
            client.batch_execute(&limits).await.map_err(HookError::Backend)?;
            if let Err(error) = client.batch_execute(PLANS).await {
                tracing::debug!(%error, "the server plans statements in its own way");
            }
            Ok(())
        })
    })
}

/// How long to wait after so many attempts: twice as long each time, up to a bound, and any part of that, so that those who
/// got in each other's way do not meet again.
fn pause(attempt: u32) -> Duration {
    let most = Duration::from_millis(4 << attempt.min(6));
    let mut part = [0];
    SystemEntropy.fill(&mut part);
    most * (u32::from(part[0]) + 1) / 256
}

impl fmt::Debug for Postgres {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Postgres").field("place", &self.place).finish_non_exhaustive()
    }
}
