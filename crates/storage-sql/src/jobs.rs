//! The transactions: one body each, for every engine.
//!
//! A job that writes owns what it writes, since another thread runs it; documents are put into words before it is handed
//! over, so that the one writer of an engine does not spend its time on that. A look-up borrows.

pub mod apply;
pub mod assignments;
pub mod codes;
pub mod consent_requests;
pub mod consents;
pub mod credentials;
pub mod device_codes;
pub mod directory;
pub mod families;
pub mod grants;
pub mod housekeeping;
pub mod interactions;
pub mod notices;
pub mod once;
pub mod platform;
pub mod principals;
pub mod refresh_tokens;
pub mod sessions;
pub mod sign_ins;
pub mod tenants;
