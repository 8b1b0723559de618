//! A store whose tenants, applications, APIs and service principals are kept in memory, and are never older than a stated
//! bound.
//!
//! [`CachedStorage`] stands before any other [`Storage`](grantor_storage::Storage) and keeps every promise of it. What it
//! keeps has an owner (this process), a bound (in bytes) and a version (that of its part of the directory, which every
//! commit to that part moves on). People, passwords, consents, codes, families and tokens always come from the store itself.
//!
//! - What this process changes holds at once; what another one changes holds within [`HOLDS_FOR`].
//! - Whoever owns a `CachedStorage` calls [`CachedStorage::follow`] every [`FOLLOW_EVERY`]. While nobody does, or the store
//!   cannot be asked, everything comes from the store: a node that is cut off never answers from memory.
//!
//! Start with [`CachedStorage`]; why it is right stands in `currency.rs`.

mod currency;
mod names;
mod shelf;
mod storage;
mod tenant;

pub use currency::{FOLLOW_EVERY, HOLDS_FOR};
pub use storage::CachedStorage;
