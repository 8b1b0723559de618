//! What an engine does: run a transaction and answer once it is committed.

use std::future::Future;

use grantor_storage::Fault;

use crate::conn::Job;

pub mod postgres;
pub mod sqlite;

/// An engine. Sealed: it is named in the signature of [`SqlStorage`](crate::SqlStorage) and nowhere else.
pub trait Engine: Send + Sync + 'static {
    /// Runs a job that writes, in a transaction of its own, and answers when that is durable.
    fn write<J: Job + 'static>(&self, job: J) -> impl Future<Output = Result<J::Out, Fault>> + Send;

    /// Runs a look-up. It sees every commit that was acknowledged before.
    fn read<J: Job>(&self, job: &J) -> impl Future<Output = Result<J::Out, Fault>> + Send;
}
