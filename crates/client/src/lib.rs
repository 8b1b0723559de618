//! For native applications: signs a person in with the system browser, keeps the tokens, renews them, and calls APIs.
//!
//! Works with any OpenID provider. An [`Application`] is made once from [`AppSettings`] and a [`TokenCache`]:
//!
//! 1. [`Application::sign_in`] opens the browser and waits on a loopback address for the answer (RFC 8252, RFC 7636);
//! 2. [`Application::acquire_silent`] hands out access tokens without asking anybody, from the cache or by a refresh;
//! 3. [`Application::call`] calls an API, and once more with a new token if the API says that the first is no longer good.
//!
//! An [`Observer`] is told each step, without secrets. Nothing here knows a server of ours: what a vendor does its own way
//! (`client_info`, tenants in issuers) is read when it is there.

mod account;
mod acquire;
mod application;
mod browser;
mod cache;
mod call;
mod challenge;
mod events;
mod id_token;
mod loopback;
mod page;
mod provider;
mod server_error;
mod settings;
mod sign_in;
mod token_endpoint;

pub use account::{AccessToken, Account, TokenSource};
pub use acquire::{AcquireError, InteractionReason};
pub use application::Application;
pub use browser::{BrowserError, BrowserOpener, SystemBrowser};
pub use cache::{CacheError, Contents, FileCache, MemoryCache, OpenCache, TokenCache, accounts_in};
pub use call::{Call, CallError, Called};
pub use events::{Event, Observer};
pub use id_token::IdTokenError;
pub use provider::ProviderError;
pub use server_error::ServerError;
pub use settings::{AppSettings, BadAppSettings, IssuerRule, RedirectHost};
pub use sign_in::{SignInError, SignInOptions, SignedIn};
pub use token_endpoint::TokenEndpointError;
