//! Where the dialect's endpoints are, below the public URL. TENANT is the first segment.

/// The harmless landing page of embedded browsers.
pub const NATIVE_CLIENT: &str = "/common/oauth2/nativeclient";
/// Which hosts are one and the same authority.
pub const INSTANCE_DISCOVERY: &str = "/common/discovery/instance";
/// Facts about the person, for OpenID Connect libraries.
pub const USERINFO: &str = "/oidc/userinfo";

/// Where a browser is sent to sign in.
pub fn authorize(tenant: &str) -> String {
    format!("/{tenant}/oauth2/v2.0/authorize")
}

/// Where codes and refresh tokens are exchanged.
pub fn token(tenant: &str) -> String {
    format!("/{tenant}/oauth2/v2.0/token")
}

/// Where the verification keys are.
pub fn keys(tenant: &str) -> String {
    format!("/{tenant}/discovery/v2.0/keys")
}

/// Where the discovery document is.
pub fn metadata(tenant: &str) -> String {
    format!("/{tenant}/v2.0/.well-known/openid-configuration")
}
