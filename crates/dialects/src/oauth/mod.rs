//! What the specifications say of the wire, and every dialect reads alike.

pub mod authorize;
pub mod credentials;
pub mod logout_token;
pub mod sign_out;
pub mod token;
pub mod words;
