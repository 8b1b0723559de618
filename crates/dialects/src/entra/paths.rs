//! Where the endpoints are that both versions share, below the public URL.

/// The harmless landing page of embedded browsers.
pub const NATIVE_CLIENT: &str = "/common/oauth2/nativeclient";
/// Which hosts are one and the same authority.
pub const INSTANCE_DISCOVERY: &str = "/common/discovery/instance";
/// Facts about the person, for OpenID Connect libraries.
pub const USERINFO: &str = "/oidc/userinfo";
/// Whether a person's sign-in name belongs to a tenant here; the name follows.
pub const USER_REALM: &str = "/common/userrealm";
/// Where a person types the code that a device shows.
pub const DEVICE_LOGIN: &str = "/devicelogin";
