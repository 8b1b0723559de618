//! Where the version's endpoints are, below the public URL. TENANT is the first segment.

/// Where a browser is sent to sign in.
pub fn authorize(tenant: &str) -> String {
    format!("/{tenant}/oauth2/v2.0/authorize")
}

/// Where codes and refresh tokens are exchanged.
pub fn token(tenant: &str) -> String {
    format!("/{tenant}/oauth2/v2.0/token")
}

/// Where a program asks for a device code.
pub fn device_code(tenant: &str) -> String {
    format!("/{tenant}/oauth2/v2.0/devicecode")
}

/// Where a browser is sent to sign out.
pub fn sign_out(tenant: &str) -> String {
    format!("/{tenant}/oauth2/v2.0/logout")
}

/// Where an administrator is sent to allow an application something for everyone.
pub fn admin_consent(tenant: &str) -> String {
    format!("/{tenant}/v2.0/adminconsent")
}

/// Where the verification keys are.
pub fn keys(tenant: &str) -> String {
    format!("/{tenant}/discovery/v2.0/keys")
}

/// Where the discovery document is.
pub fn metadata(tenant: &str) -> String {
    format!("/{tenant}/v2.0/.well-known/openid-configuration")
}
