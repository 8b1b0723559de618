//! Every address that is served.
//!
//! Fixed words are matched without regard to case: client libraries disagree about it (Source: entra-dialect 0.2). Handles and
//! asset names keep theirs.

/// Which dialect an address belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialectName {
    /// Azure AD v1.0.
    EntraV1,
    /// The Microsoft identity platform v2.0.
    EntraV2,
    /// OpenID Connect and OAuth 2.1.
    Oidc,
}

/// What an address means. `tenant` is how it names the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the parts of the address, by name")]
pub enum Route {
    /// The authorization endpoint.
    Authorize { dialect: DialectName, tenant: String },
    /// The token endpoint.
    Token { dialect: DialectName, tenant: String },
    /// Where a program that waits gets its device code.
    DeviceCode { dialect: DialectName, tenant: String },
    /// Where an administrator is asked to allow something for everyone.
    AdminConsent { dialect: DialectName, tenant: String },
    /// Where an application sends a browser that signs out.
    Logout { dialect: DialectName, tenant: String },
    /// The discovery document.
    Metadata { dialect: DialectName, tenant: String },
    /// The keys.
    Keys { dialect: DialectName, tenant: String },
    /// Facts about the person, in the words of the standard.
    UserinfoOf { tenant: String },
    /// Where an application leaves a request before it sends a browser.
    Push { tenant: String },
    /// The frame that applications ask whether their person is still signed in.
    CheckSession { tenant: String },
    /// Whether a token is of use.
    Introspect { tenant: String },
    /// Where an application asks a person who is elsewhere.
    BackchannelAuthentication { tenant: String },
    /// Where a token is given back.
    Revoke { tenant: String },
    /// Where an application registers itself.
    Register { tenant: String },
    /// Where an application looks after its registration.
    ClientConfiguration { tenant: String, client: String },
    /// Which hosts are one authority.
    InstanceDiscovery,
    /// Who checks a person's password.
    UserRealm { user: String },
    /// The landing page of embedded browsers.
    NativeClient,
    /// What an error code means.
    ErrorCode,
    /// Facts about the person, for OpenID Connect libraries.
    Userinfo,
    /// The person, for the directory API's callers.
    Me,
    /// Anything else below the directory API.
    DirectoryApi,
    /// Account picker and sign-in, for the waiting request with this handle.
    SignIn { handle: String },
    /// Consent, for the waiting request with this handle.
    Consent { handle: String },
    /// Where a person types the code that a device shows.
    Device,
    /// Whether the person began it, for the waiting request with this handle.
    DeviceConfirm { handle: String },
    /// Which account signs out.
    SignOut { tenant: String },
    /// The way to one's own account page.
    Account,
    /// What a person has allowed.
    AccountPage { tenant: String, user: String },
    /// What people ask the administrators of a tenant for.
    ConsentRequests { tenant: String, user: String },
    /// A style sheet or picture.
    Asset { path: String },
    /// The picture of an application, by its client id in base64url.
    Logo { tenant: String, client: String },
    /// Whether the process runs.
    HealthLive,
    /// Whether it can answer.
    HealthReady,
    /// The virtual clock; only under `--dev`.
    DevClock,
    /// Recorded events; only under `--dev`.
    DevFlows,
    /// Answers that applications are to meet; only under `--dev`.
    DevRefusals,
    /// What waits for people who are elsewhere, under `--dev`.
    DevCiba,
}

impl Route {
    /// What `path` means, if anything.
    pub fn find(path: &str) -> Option<Self> {
        let lower = path.to_ascii_lowercase();
        let mut room = [""; MOST_SEGMENTS];
        let segments = segments(lower.strip_prefix('/')?, &mut room);
        let last = || path.rsplit('/').next().unwrap_or_default().to_owned();
        Some(match segments {
            ["common", "discovery", "instance"] => Self::InstanceDiscovery,
            ["common", "userrealm", _] => Self::UserRealm { user: last() },
            ["common", "oauth2", "nativeclient"] => Self::NativeClient,
            ["oidc", "userinfo"] => Self::Userinfo,
            [".well-known", "oauth-authorization-server" | "openid-configuration", tenant, "oidc"] => {
                Self::Metadata { dialect: DialectName::Oidc, tenant: (*tenant).to_owned() }
            }
            ["v1.0", "me"] => Self::Me,
            ["v1.0" | "beta", ..] => Self::DirectoryApi,
            ["sign-in", _] => Self::SignIn { handle: last() },
            ["consent", _] => Self::Consent { handle: last() },
            ["device" | "devicelogin"] | [_, "oauth2", "deviceauth"] => Self::Device,
            ["device", _] => Self::DeviceConfirm { handle: last() },
            ["sign-out", tenant] => Self::SignOut { tenant: (*tenant).to_owned() },
            ["account"] => Self::Account,
            ["account", tenant, user] => Self::AccountPage { tenant: (*tenant).to_owned(), user: (*user).to_owned() },
            ["account", tenant, user, "requests"] => {
                Self::ConsentRequests { tenant: (*tenant).to_owned(), user: (*user).to_owned() }
            }
            ["assets", _] => Self::Asset { path: path.to_owned() },
            ["logo", tenant, _] => Self::Logo { tenant: (*tenant).to_owned(), client: last() },
            ["health", "live"] => Self::HealthLive,
            ["health", "ready"] => Self::HealthReady,
            ["dev", "clock"] => Self::DevClock,
            ["dev", "flows"] => Self::DevFlows,
            ["dev", "refusals"] => Self::DevRefusals,
            ["dev", "ciba"] => Self::DevCiba,
            ["error"] => Self::ErrorCode,
            // The addresses of a tenant, without one.
            ["oauth2", ..] => return Self::of_tenant(String::new(), segments),
            [tenant, rest @ ..] => return Self::of_tenant((*tenant).to_owned(), rest),
            [] => return None,
        })
    }

    /// The addresses of the Microsoft dialects (Source: entra-dialect 0.2).
    fn of_tenant(tenant: String, rest: &[&str]) -> Option<Self> {
        use DialectName::{EntraV1, EntraV2, Oidc};
        Some(match rest {
            ["oauth2", "v2.0", "authorize"] => Self::Authorize { dialect: EntraV2, tenant },
            ["oauth2", "authorize"] => Self::Authorize { dialect: EntraV1, tenant },
            ["oauth2", "v2.0", "token"] => Self::Token { dialect: EntraV2, tenant },
            ["oauth2", "token"] => Self::Token { dialect: EntraV1, tenant },
            ["oauth2", "v2.0", "devicecode"] => Self::DeviceCode { dialect: EntraV2, tenant },
            ["oauth2", "devicecode"] => Self::DeviceCode { dialect: EntraV1, tenant },
            ["oauth2", "v2.0", "logout"] => Self::Logout { dialect: EntraV2, tenant },
            ["oauth2", "logout"] => Self::Logout { dialect: EntraV1, tenant },
            ["v2.0", "adminconsent"] => Self::AdminConsent { dialect: EntraV2, tenant },
            ["adminconsent"] => Self::AdminConsent { dialect: EntraV1, tenant },
            ["v2.0", ".well-known", "openid-configuration"] => Self::Metadata { dialect: EntraV2, tenant },
            [".well-known", "openid-configuration"] => Self::Metadata { dialect: EntraV1, tenant },
            ["discovery", "v2.0", "keys"] => Self::Keys { dialect: EntraV2, tenant },
            ["discovery", "keys"] => Self::Keys { dialect: EntraV1, tenant },
            ["openid", "userinfo"] => Self::Userinfo,
            ["oidc", "authorize"] => Self::Authorize { dialect: Oidc, tenant },
            ["oidc", "token"] => Self::Token { dialect: Oidc, tenant },
            ["oidc", "device-authorization"] => Self::DeviceCode { dialect: Oidc, tenant },
            ["oidc", "bc-authorize"] => Self::BackchannelAuthentication { tenant },
            ["oidc", "end-session"] => Self::Logout { dialect: Oidc, tenant },
            ["oidc", "keys"] => Self::Keys { dialect: Oidc, tenant },
            ["oidc", ".well-known", "openid-configuration"] => Self::Metadata { dialect: Oidc, tenant },
            ["oidc", "userinfo"] => Self::UserinfoOf { tenant },
            ["oidc", "par"] => Self::Push { tenant },
            ["oidc", "introspect"] => Self::Introspect { tenant },
            ["oidc", "check-session"] => Self::CheckSession { tenant },
            ["oidc", "revoke"] => Self::Revoke { tenant },
            ["oidc", "register"] => Self::Register { tenant },
            // Our own client ids have no capital letters.
            ["oidc", "register", client] => Self::ClientConfiguration { tenant, client: (*client).to_owned() },
            _ => return None,
        })
    }

    /// The methods that the address takes beside `OPTIONS` and `HEAD`.
    pub const fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::Authorize { .. }
            | Self::AdminConsent { .. }
            | Self::Logout { .. }
            | Self::Userinfo
            | Self::UserinfoOf { .. }
            | Self::SignIn { .. }
            | Self::Consent { .. }
            | Self::Device
            | Self::DeviceConfirm { .. }
            | Self::SignOut { .. }
            | Self::AccountPage { .. }
            | Self::ConsentRequests { .. }
            | Self::DevClock
            | Self::DevCiba => &["GET", "POST"],
            Self::DevRefusals => &["GET", "POST", "DELETE"],
            Self::ClientConfiguration { .. } => &["GET", "PUT", "DELETE"],
            Self::Token { .. }
            | Self::DeviceCode { .. }
            | Self::Push { .. }
            | Self::BackchannelAuthentication { .. }
            | Self::Introspect { .. }
            | Self::Revoke { .. }
            | Self::Register { .. } => &["POST"],
            Self::Metadata { .. }
            | Self::Keys { .. }
            | Self::CheckSession { .. }
            | Self::InstanceDiscovery
            | Self::UserRealm { .. }
            | Self::NativeClient
            | Self::ErrorCode
            | Self::Me
            | Self::DirectoryApi
            | Self::Account
            | Self::Asset { .. }
            | Self::Logo { .. }
            | Self::HealthLive
            | Self::HealthReady
            | Self::DevFlows => &["GET"],
        }
    }

    /// Whether it refuses other methods in its dialect's own words.
    pub const fn refuses_methods_itself(&self) -> bool {
        matches!(
            self,
            Self::Token { .. }
                | Self::DeviceCode { .. }
                | Self::Push { .. }
                | Self::BackchannelAuthentication { .. }
                | Self::Introspect { .. }
                | Self::Revoke { .. }
        )
    }

    /// Whether scripts of any origin may read the answer: public documents, and calls that carry a token and no cookie.
    pub const fn open_to_scripts(&self) -> bool {
        match self {
            Self::Token { .. }
            | Self::DeviceCode { .. }
            | Self::Push { .. }
            | Self::Metadata { .. }
            | Self::Keys { .. }
            | Self::InstanceDiscovery
            | Self::UserRealm { .. }
            | Self::Userinfo
            | Self::UserinfoOf { .. }
            | Self::Revoke { .. }
            | Self::Register { .. }
            | Self::ClientConfiguration { .. }
            | Self::Me
            | Self::DirectoryApi => true,
            Self::Authorize { .. }
            | Self::AdminConsent { .. }
            | Self::Logout { .. }
            | Self::Introspect { .. }
            | Self::BackchannelAuthentication { .. }
            | Self::CheckSession { .. }
            | Self::NativeClient
            | Self::ErrorCode
            | Self::SignIn { .. }
            | Self::Consent { .. }
            | Self::Device
            | Self::DeviceConfirm { .. }
            | Self::SignOut { .. }
            | Self::Account
            | Self::AccountPage { .. }
            | Self::ConsentRequests { .. }
            | Self::Asset { .. }
            | Self::Logo { .. }
            | Self::HealthLive
            | Self::HealthReady
            | Self::DevClock
            | Self::DevFlows
            | Self::DevRefusals
            | Self::DevCiba => false,
        }
    }
}

/// One more than the longest address has: what is longer still is told apart from it, and how much longer does not matter.
const MOST_SEGMENTS: usize = 5;

fn segments<'a, 'room>(path: &'a str, room: &'room mut [&'a str; MOST_SEGMENTS]) -> &'room [&'a str] {
    let mut count = 0;
    for (place, segment) in room.iter_mut().zip(path.split('/')) {
        *place = segment;
        count += 1;
    }
    &room[..count]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_words_are_found_in_any_case_and_handles_keep_theirs() {
        assert_eq!(Route::find("/Common/Discovery/Instance"), Some(Route::InstanceDiscovery));
        assert_eq!(
            Route::find("/Contoso.Example/OAuth2/V2.0/Token"),
            Some(Route::Token { dialect: DialectName::EntraV2, tenant: "contoso.example".into() })
        );
        assert_eq!(Route::find("/sign-in/gi1.AbC"), Some(Route::SignIn { handle: "gi1.AbC".into() }));
    }

    #[test]
    fn what_is_not_listed_is_nothing() {
        for path in [
            "",
            "/",
            "/sign-in",
            "/sign-in/a/b",
            "/x/oauth2/tokens",
            "/account/a",
            "//oauth2/v2.0/token/",
            "/x/oauth2/v2.0/token/",
            "/dev",
            "/x/oauth2/v2.0/token/y/z",
            "/x/oauth2/v2.0/authorize/oauth2/v2.0/token",
        ] {
            assert_eq!(Route::find(path), None, "{path}");
        }
    }
}
