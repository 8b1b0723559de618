//! Ways to say the same things on the wire; pure.
//!
//! A dialect turns wire parameters into a request of the core and an outcome of the core into a reply: paths, names, claims,
//! error codes and nothing else. The same questions have the same file names in each dialect, so "how does the Microsoft
//! identity platform report an error" is `entra/errors.rs`.
//!
//! To add a dialect: one folder, one implementation of [`Dialect`]. The compiler asks for a wording of every refusal. What one
//! version of the Microsoft dialect says in its own way is its implementation of [`entra::Version`].

mod dialect;
pub mod entra;
pub mod entra_v1;
pub mod entra_v2;
pub mod form;
pub mod graph;
mod oauth;
pub mod oidc;
pub mod rehearsed;
mod reply;
pub mod wording;

pub use dialect::{
    Authorized, DeviceAsked, DeviceRequest, Dialect, Identification, IssuedDeviceCode, SignOutRequest, TokenCall,
    WayBack,
};
pub use form::Parameters;
pub use reply::{Caching, Reply, RequestIds, day};
