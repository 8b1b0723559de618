//! What is allowed and what is issued: the pure core.
//!
//! Rules get values and return a decision. Nothing here waits, looks at a clock, rolls a die, speaks HTTP or SQL, or knows a
//! parameter name of any vendor. Start with [`authorize`] (who may have a code) and [`token`] (what a code or a refresh
//! token buys).
//!
//! To add a rule: write one small function that returns a [`Refusal`] of its own and cites its source, list it where its
//! use case lists its checks, and word the refusal in each dialect: the closed enum makes the compiler ask for that.

pub mod accounts;
pub mod api_access;
pub mod authorization_details;
pub mod authorize;
pub mod backchannel;
pub mod client;
pub mod client_metadata;
pub mod consent;
pub mod credentials;
pub mod directory;
pub mod directory_api;
pub mod dpop;
pub mod layout;
pub mod model;
pub mod notices;
pub mod picture;
pub mod profile;
pub mod refusal;
pub mod registration;
pub mod request_object;
pub mod responses;
pub mod scopes;
pub mod settings;
pub mod signing_keys;
pub mod subject;
pub mod text;
pub mod token;

pub use refusal::Refusal;
pub use settings::Settings;
