//! What Grantor keeps, as operations of the business: each is one atomic commit.
//!
//! No transaction leaves this interface, so no caller can hold one open or forget half of it. Single use is decided by the
//! commit itself (a conditional write), never by a read before it. Everything that belongs to a tenant is reached through a
//! [`TenantStorage`], which is bound to that tenant: there is no look-up by bare id, so none can forget the tenant.
//!
//! To add an operation: name it after what happens in the business, add it here with what it promises, add its promise to the
//! `contract` module, then write its one body for the engines.

#[cfg(feature = "contract")]
pub mod contract;
mod fault;
mod platform;
mod records;
mod tenant;
mod versions;

pub use fault::Fault;
pub use platform::Storage;
pub use records::{
    AnswerDeviceCode, BeginFamily, Burned, EndSignIns, Finished, IssueCode, NewSignIn, RecordedConsent, RedeemCode,
    RedeemDeviceCode, Redeemed, RotateRefreshToken, Rotated, SessionClient, SigningKeyRecord, StoredPassword,
    WithdrawnConsent, WrongPassword,
};
pub use tenant::TenantStorage;
pub use versions::{DirectoryVersions, Shard};
