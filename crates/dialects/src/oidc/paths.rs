//! Where the dialect's endpoints are, below the public URL. TENANT is the first segment.

/// Where a browser is sent to sign in.
pub fn authorize(tenant: &str) -> String {
    format!("/{tenant}/oidc/authorize")
}

/// Where an application leaves a request before it sends a browser.
pub fn push(tenant: &str) -> String {
    format!("/{tenant}/oidc/par")
}

/// Where codes and refresh tokens are exchanged.
pub fn token(tenant: &str) -> String {
    format!("/{tenant}/oidc/token")
}

/// Where a program asks for a device code.
pub fn device_authorization(tenant: &str) -> String {
    format!("/{tenant}/oidc/device-authorization")
}

/// Where an application asks a person who is elsewhere (CIBA §7).
pub fn backchannel_authentication(tenant: &str) -> String {
    format!("/{tenant}/oidc/bc-authorize")
}

/// Where a browser is sent to sign out.
pub fn end_session(tenant: &str) -> String {
    format!("/{tenant}/oidc/end-session")
}

/// Who the person is, for whoever has an access token.
pub fn userinfo(tenant: &str) -> String {
    format!("/{tenant}/oidc/userinfo")
}

/// Whether a token is still of use.
pub fn introspect(tenant: &str) -> String {
    format!("/{tenant}/oidc/introspect")
}

/// Where an application gives a token back.
pub fn revoke(tenant: &str) -> String {
    format!("/{tenant}/oidc/revoke")
}

/// Where an application registers itself (RFC 7591 §3).
pub fn register(tenant: &str) -> String {
    format!("/{tenant}/oidc/register")
}

/// Where an application looks after its registration (RFC 7592 §2).
pub fn client_configuration(tenant: &str, client_id: &str) -> String {
    format!("/{tenant}/oidc/register/{client_id}")
}

/// The frame that applications ask whether their person is still signed in (OpenID Connect Session Management §3.3).
pub fn check_session(tenant: &str) -> String {
    format!("/{tenant}/oidc/check-session")
}

/// Where the verification keys are.
pub fn keys(tenant: &str) -> String {
    format!("/{tenant}/oidc/keys")
}

/// Where the discovery document is (OpenID Connect Discovery §4).
pub fn metadata(tenant: &str) -> String {
    format!("/{tenant}/oidc/.well-known/openid-configuration")
}

/// Where the same document is for those who look for an authorization server (RFC 8414 §3.1).
pub fn server_metadata(tenant: &str) -> String {
    format!("/.well-known/oauth-authorization-server/{tenant}/oidc")
}
