//! Every address that is served, as nobody (T55) and under `--dev` (T61). A new [`Route`] does not build until it is here.

use grantor_testkit::{CHRIS, CONTOSO, Options, TestPlatform};
use grantor_web::{DialectName, Route};

/// The route after another, in the order of the enum. The `match` is what makes a new one stand here.
fn after(route: Option<&Route>) -> Option<Route> {
    use DialectName::{EntraV1, EntraV2, Oidc};
    let tenant = || CONTOSO.id.to_owned();
    let handle = || "gi1.nothing".to_owned();
    let user = || CHRIS.id.to_owned();
    Some(match route {
        None => Route::Authorize { dialect: EntraV2, tenant: tenant() },
        Some(Route::Authorize { dialect: EntraV2, .. }) => Route::Authorize { dialect: EntraV1, tenant: tenant() },
        Some(Route::Authorize { dialect: EntraV1, .. }) => Route::Authorize { dialect: Oidc, tenant: tenant() },
        Some(Route::Authorize { dialect: Oidc, .. }) => Route::Token { dialect: EntraV2, tenant: tenant() },
        Some(Route::Token { dialect: EntraV2, .. }) => Route::Token { dialect: EntraV1, tenant: tenant() },
        Some(Route::Token { dialect: EntraV1, .. }) => Route::Token { dialect: Oidc, tenant: tenant() },
        Some(Route::Token { dialect: Oidc, .. }) => Route::DeviceCode { dialect: EntraV2, tenant: tenant() },
        Some(Route::DeviceCode { dialect: EntraV2, .. }) => Route::DeviceCode { dialect: EntraV1, tenant: tenant() },
        Some(Route::DeviceCode { dialect: EntraV1, .. }) => Route::DeviceCode { dialect: Oidc, tenant: tenant() },
        Some(Route::DeviceCode { dialect: Oidc, .. }) => Route::AdminConsent { dialect: EntraV2, tenant: tenant() },
        Some(Route::AdminConsent { dialect: EntraV2, .. }) => {
            Route::AdminConsent { dialect: EntraV1, tenant: tenant() }
        }
        // The standard has no such address.
        Some(Route::AdminConsent { dialect: EntraV1 | Oidc, .. }) => {
            Route::Logout { dialect: EntraV2, tenant: tenant() }
        }
        Some(Route::Logout { dialect: EntraV2, .. }) => Route::Logout { dialect: EntraV1, tenant: tenant() },
        Some(Route::Logout { dialect: EntraV1, .. }) => Route::Logout { dialect: Oidc, tenant: tenant() },
        Some(Route::Logout { dialect: Oidc, .. }) => Route::Metadata { dialect: EntraV2, tenant: tenant() },
        Some(Route::Metadata { dialect: EntraV2, .. }) => Route::Metadata { dialect: EntraV1, tenant: tenant() },
        Some(Route::Metadata { dialect: EntraV1, .. }) => Route::Metadata { dialect: Oidc, tenant: tenant() },
        Some(Route::Metadata { dialect: Oidc, .. }) => Route::Keys { dialect: EntraV2, tenant: tenant() },
        Some(Route::Keys { dialect: EntraV2, .. }) => Route::Keys { dialect: EntraV1, tenant: tenant() },
        Some(Route::Keys { dialect: EntraV1, .. }) => Route::Keys { dialect: Oidc, tenant: tenant() },
        Some(Route::Keys { dialect: Oidc, .. }) => Route::UserinfoOf { tenant: tenant() },
        Some(Route::UserinfoOf { .. }) => Route::Push { tenant: tenant() },
        Some(Route::Push { .. }) => Route::Introspect { tenant: tenant() },
        Some(Route::Introspect { .. }) => Route::Revoke { tenant: tenant() },
        Some(Route::Revoke { .. }) => Route::Register { tenant: tenant() },
        Some(Route::Register { .. }) => Route::ClientConfiguration { tenant: tenant(), client: "nobody".to_owned() },
        Some(Route::ClientConfiguration { .. }) => Route::BackchannelAuthentication { tenant: tenant() },
        Some(Route::BackchannelAuthentication { .. }) => Route::CheckSession { tenant: tenant() },
        Some(Route::CheckSession { .. }) => Route::InstanceDiscovery,
        Some(Route::InstanceDiscovery) => Route::UserRealm { user: CHRIS.name.to_owned() },
        Some(Route::UserRealm { .. }) => Route::NativeClient,
        Some(Route::NativeClient) => Route::ErrorCode,
        Some(Route::ErrorCode) => Route::Userinfo,
        Some(Route::Userinfo) => Route::Me,
        Some(Route::Me) => Route::DirectoryApi,
        Some(Route::DirectoryApi) => Route::SignIn { handle: handle() },
        Some(Route::SignIn { .. }) => Route::Consent { handle: handle() },
        Some(Route::Consent { .. }) => Route::Device,
        Some(Route::Device) => Route::DeviceConfirm { handle: handle() },
        Some(Route::DeviceConfirm { .. }) => Route::SignOut { tenant: tenant() },
        Some(Route::SignOut { .. }) => Route::Account,
        Some(Route::Account) => Route::AccountPage { tenant: tenant(), user: user() },
        Some(Route::AccountPage { .. }) => Route::ConsentRequests { tenant: tenant(), user: user() },
        Some(Route::ConsentRequests { .. }) => Route::Asset { path: "/assets/nothing".to_owned() },
        Some(Route::Asset { .. }) => Route::Logo { tenant: tenant(), client: "eA".to_owned() },
        Some(Route::Logo { .. }) => Route::HealthLive,
        Some(Route::HealthLive) => Route::HealthReady,
        Some(Route::HealthReady) => Route::DevClock,
        Some(Route::DevClock) => Route::DevFlows,
        Some(Route::DevFlows) => Route::DevRefusals,
        Some(Route::DevRefusals) => Route::DevCiba,
        Some(Route::DevCiba) => return None,
    })
}

/// Every address, once in each dialect that has it.
pub fn every_route() -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    while let Some(next) = after(routes.last()) {
        routes.push(next);
    }
    routes
}

/// What an address answers to nobody.
struct AsNobody {
    target: String,
    get: u16,
    post: u16,
    /// Whether a script of another origin may read it.
    open: bool,
}

fn as_nobody(route: &Route) -> AsNobody {
    let row = |target: &str, get, post, open| AsNobody { target: target.to_owned(), get, post, open };
    // v1.0 has its words where v2.0 has them with its own in between.
    let v = |dialect: &DialectName| if *dialect == DialectName::EntraV1 { "" } else { "/v2.0" };
    match route {
        Route::Authorize { dialect: DialectName::Oidc, tenant } => {
            row(&format!("/{tenant}/oidc/authorize"), 400, 400, false)
        }
        Route::Token { dialect: DialectName::Oidc, tenant } => row(&format!("/{tenant}/oidc/token"), 405, 400, true),
        Route::DeviceCode { dialect: DialectName::Oidc, tenant } => {
            row(&format!("/{tenant}/oidc/device-authorization"), 405, 400, true)
        }
        Route::Logout { dialect: DialectName::Oidc, tenant } => {
            row(&format!("/{tenant}/oidc/end-session"), 200, 200, false)
        }
        Route::Metadata { dialect: DialectName::Oidc, tenant } => {
            row(&format!("/{tenant}/oidc/.well-known/openid-configuration"), 200, 405, true)
        }
        Route::Keys { dialect: DialectName::Oidc, tenant } => row(&format!("/{tenant}/oidc/keys"), 200, 405, true),
        Route::UserinfoOf { tenant } => row(&format!("/{tenant}/oidc/userinfo"), 401, 401, true),
        Route::Push { tenant } => row(&format!("/{tenant}/oidc/par"), 405, 400, true),
        Route::Introspect { tenant } => row(&format!("/{tenant}/oidc/introspect"), 405, 400, false),
        Route::Revoke { tenant } => row(&format!("/{tenant}/oidc/revoke"), 405, 400, true),
        Route::Register { tenant } => row(&format!("/{tenant}/oidc/register"), 405, 403, true),
        Route::ClientConfiguration { tenant, client } => {
            row(&format!("/{tenant}/oidc/register/{client}"), 401, 405, true)
        }
        Route::BackchannelAuthentication { tenant } => row(&format!("/{tenant}/oidc/bc-authorize"), 405, 400, false),
        Route::Authorize { dialect, tenant } => {
            row(&format!("/{tenant}/oauth2{}/authorize", v(dialect)), 400, 400, false)
        }
        Route::Token { dialect, tenant } => row(&format!("/{tenant}/oauth2{}/token", v(dialect)), 405, 400, true),
        Route::DeviceCode { dialect, tenant } => {
            row(&format!("/{tenant}/oauth2{}/devicecode", v(dialect)), 405, 400, true)
        }
        Route::AdminConsent { dialect, tenant } => {
            row(&format!("/{tenant}{}/adminconsent", v(dialect)), 400, 400, false)
        }
        // Nobody is signed in, so everybody is signed out.
        Route::Logout { dialect, tenant } => row(&format!("/{tenant}/oauth2{}/logout", v(dialect)), 200, 200, false),
        Route::Metadata { dialect, tenant } => {
            row(&format!("/{tenant}{}/.well-known/openid-configuration", v(dialect)), 200, 405, true)
        }
        Route::Keys { dialect, tenant } => row(&format!("/{tenant}/discovery{}/keys", v(dialect)), 200, 405, true),
        Route::CheckSession { tenant } => row(&format!("/{tenant}/oidc/check-session"), 200, 405, false),
        Route::UserRealm { user } => row(&format!("/common/userrealm/{user}"), 200, 405, true),
        Route::Device => row("/device", 200, 200, false),
        Route::DeviceConfirm { handle } => row(&format!("/device/{handle}"), 400, 400, false),
        Route::SignOut { tenant } => row(&format!("/sign-out/{tenant}"), 200, 400, false),
        // Whoever is not signed in is sent to sign in.
        Route::Account => row("/account", 303, 405, false),
        Route::AccountPage { tenant, user } => row(&format!("/account/{tenant}/{user}"), 303, 303, false),
        Route::ConsentRequests { tenant, user } => row(&format!("/account/{tenant}/{user}/requests"), 303, 303, false),
        Route::InstanceDiscovery => row(
            "/common/discovery/instance?authorization_endpoint=https://localhost:8443/common/oauth2/v2.0/authorize",
            200,
            405,
            true,
        ),
        Route::NativeClient => row("/common/oauth2/nativeclient", 200, 405, false),
        Route::ErrorCode => row("/error?code=50011", 200, 405, false),
        Route::Userinfo => row("/oidc/userinfo", 401, 401, true),
        Route::Me => row("/v1.0/me", 401, 405, true),
        Route::DirectoryApi => row("/v1.0/users", 404, 405, true),
        Route::SignIn { handle } => row(&format!("/sign-in/{handle}"), 400, 400, false),
        Route::Consent { handle } => row(&format!("/consent/{handle}"), 400, 400, false),
        Route::Asset { path } => row(path, 404, 405, false),
        Route::Logo { tenant, client } => row(&format!("/logo/{tenant}/{client}"), 404, 405, false),
        Route::HealthLive => row("/health/live", 200, 405, false),
        Route::HealthReady => row("/health/ready", 200, 405, false),
        // Without --dev these are not there.
        Route::DevClock => row("/dev/clock", 404, 404, false),
        Route::DevFlows => row("/dev/flows", 404, 404, false),
        Route::DevRefusals => row("/dev/refusals", 404, 404, false),
        Route::DevCiba => row("/dev/ciba", 404, 404, false),
    }
}

/// An address of every route, and a few that lead nowhere.
pub fn every_target() -> Vec<String> {
    let nowhere = ["/", "/nowhere", "/sign-in", "//", "/contoso.example/oauth2/tokens"].map(str::to_owned);
    every_route().iter().map(|route| as_nobody(route).target).chain(nowhere).collect()
}

#[test]
fn every_address_means_the_route_that_it_stands_for() {
    for route in every_route() {
        let target = as_nobody(&route).target;
        assert_eq!(Route::find(target.split('?').next().unwrap_or_default()), Some(route), "{target}");
    }
}

#[tokio::test]
async fn every_address_answers_nobody_as_it_is_listed_here() {
    // T55
    let platform = TestPlatform::start().await;
    for route in every_route() {
        let expected = as_nobody(&route);
        for (method, status) in [("GET", expected.get), ("POST", expected.post), ("PUT", 0), ("TRACE", 0), ("X", 0)] {
            let answer = platform.send(platform.request(method, &expected.target, &[], "".into())).await;
            let status = match (status, &route) {
                (0, Route::DevClock | Route::DevFlows | Route::DevRefusals | Route::DevCiba) => 404,
                (0, Route::ClientConfiguration { .. }) if method == "PUT" => 401,
                (0, _) => 405,
                (status, _) => status,
            };
            assert_eq!(answer.code(), status, "{method} {}", expected.target);
            assert_eq!(answer.header("access-control-allow-origin") == "*", expected.open, "{}", expected.target);
            assert_eq!(answer.header("access-control-allow-credentials"), "", "{}", expected.target);
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{}", expected.target);
            assert!(answer.header("allow").contains(',') || !answer.header("allow").is_empty() || status != 405);
        }
        let answer = platform.send(platform.request("OPTIONS", &expected.target, &[], "".into())).await;
        let expected_status = match route {
            Route::DevClock | Route::DevFlows | Route::DevRefusals | Route::DevCiba => 404,
            _ if expected.open => 204,
            _ => 405,
        };
        assert_eq!(answer.code(), expected_status, "OPTIONS {}", expected.target);
        let answer = platform.send(platform.request("HEAD", &expected.target, &[], "".into())).await;
        assert_eq!(answer.code(), expected.get, "HEAD {}", expected.target);
    }
}

#[tokio::test]
async fn development_is_served_under_dev_alone() {
    // T61
    let platform = TestPlatform::with(&Options { dev: true, ..Options::default() }).await;
    let before = platform.get("/dev/clock", &[]).await.json()["now"].as_i64().unwrap();
    let json = [("content-type", "application/json")];
    let body = "{\"advance\":\"1h\"}";
    let answer = platform.send(platform.request("POST", "/dev/clock", &json, body.into())).await;
    assert_eq!((answer.code(), answer.json()["now"].as_i64()), (200, Some(before + 3600)));
    let answer = platform.send(platform.request("POST", "/dev/clock", &json, "{\"advance\":\"-1h\"}".into())).await;
    assert_eq!(answer.code(), 400);
    assert!(platform.get("/dev/flows", &[]).await.json()["events"].is_array());
}
