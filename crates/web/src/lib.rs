//! The HTTP edge: a handler is parse, one call, render.
//!
//! Every address that is served stands in [`Route`]; every answer leaves through `respond`, which alone redirects a browser.
//! Start with `dispatch`.

mod app;
mod cookies;
mod csrf;
mod detail_types;
mod dispatch;
mod documents;
mod endpoints;
mod incoming;
mod rehearsals;
mod respond;
mod routes;
mod tries;

pub use app::App;
pub use dispatch::{Edge, router};
pub use routes::{DialectName, Route};
