//! The words of the specifications: newtypes, enums and wire structs that both sides of the wire share.
//!
//! A value from outside becomes one of these types once, at the edge; inside there are no bare strings for what a check
//! has been made of. Nothing here knows a vendor, a clock, randomness, HTTP or a store. Start with [`redirect_uri`], the
//! type with the most attacks behind it.

pub mod claims;
pub mod dpop;
pub mod handle;
pub mod identifiers;
pub mod initial_access_token;
pub mod metadata;
pub mod pkce;
pub mod prompt;
pub mod public_url;
pub mod redirect_uri;
pub mod refresh_handle;
pub mod response;
pub mod scope;
pub mod secret;

pub use handle::{Handle, HandleDigest, HandleKind};
pub use identifiers::{ClientId, FamilyId, FlowId, TenantId, UserId};
pub use initial_access_token::{InitialAccessToken, InitialAccessTokenKey};
pub use public_url::PublicUrl;
pub use redirect_uri::RedirectUri;
pub use refresh_handle::{RefreshHandle, RefreshTokenKey};
pub use secret::Secret;
