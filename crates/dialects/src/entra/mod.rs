//! What the Microsoft identity platform v2.0 and Azure AD v1.0 have in common: nearly everything. What they do not is
//! [`Version`], and each of them is one implementation of it.

mod admin_consent;
mod authorize;
pub mod claims;
mod claims_request;
mod device;
mod dialect;
pub mod directory_roles;
pub mod errors;
pub mod meanings;
pub mod metadata;
pub mod paths;
pub mod realm;
mod rehearsed;
mod token;
mod tokens;
mod version;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_protocol::{TenantId, UserId};
use grantor_rules::scopes::SignInScope;
use serde_json::json;

use crate::Parameters;

pub(crate) use admin_consent::allowed as administrator_allowed;
pub use dialect::Entra;
pub use version::Version;

/// The permissions of signing in that the Microsoft dialects have: of those of OpenID Connect, address and phone are none
/// (Source: entra-dialect 12.2).
pub const SIGN_IN: [SignInScope; 4] =
    [SignInScope::OpenId, SignInScope::Profile, SignInScope::Email, SignInScope::OfflineAccess];

/// `client_info`: who signed in, for the client's account cache (Source: entra-dialect 16.1). Only where it was asked for.
pub fn client_info(parameters: &Parameters, tenant: TenantId, user: UserId) -> Option<String> {
    let wanted = parameters.sole("client_info") == Some("1");
    wanted.then(|| URL_SAFE_NO_PAD.encode(json!({"uid": user.to_string(), "utid": tenant.to_string()}).to_string()))
}
