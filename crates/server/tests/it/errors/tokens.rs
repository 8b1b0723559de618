//! Codes at the token endpoint, at the one for device codes, and at the addresses of discovery.

use std::sync::Arc;
use std::time::Duration;

use grantor_dialects::entra::meanings::Place;
use grantor_jose::Algorithm;
use grantor_protocol::{ClientId, Secret};
use grantor_rules::directory::{DirectoryChange, Removal};
use grantor_rules::model::{Application, Callers, ServicePrincipal, SignInAudience};
use grantor_testkit::{
    Answer, Authorize, BOARD, BOARD_EXPIRED_SECRET, CASS, CAUTIOUS, CHRIS, CLUB, CONTOSO, ClientAssertion,
    DeviceRequest, FABRIKAM, FABRIKAM_NOTES, IN_USE, KIM, LEDGER, LEE, NATIVE, NORTHWIND, OFFICE, OLD_TASKS, OVER,
    PARCELS, PERSONAL, Person, SAM, SINGLE, SOL, START, SYNC, TASKS, TASKS_API, TASKS_SPA, TestPlatform, TokenRequest,
};
use serde_json::json;

use super::seen::Seen;
use crate::support::{bought, northwind, renewal};

type Change = fn(TokenRequest) -> TokenRequest;

async fn code(platform: &TestPlatform, request: &Authorize) -> String {
    platform.browser().walk(request, KIM).await.code()
}

/// What is wrong with a request whatever stands behind it, and what makes a code burn.
pub async fn requests(seen: &mut Seen) {
    const ROWS: &[Change] = &[
        |request| request.without("code"),
        |request| request.again("code", "x"),
        |request| request.with("code", &"x".repeat(20_000)),
        |request| request.with("grant_type", "unknown"),
        |request| request.with("claims", "x"),
        |request| request.with("resource", "x"),
        |request| request.header("origin", "https://x.example"),
        |request| request.with("code_verifier", "short"),
        |request| request.with("code", "x"),
        |request| request.with("client_id", "unknown"),
        |request| request.with("scope", "api://nothing/x"),
        |request| request.with("scope", "Nothing.Read"),
        |request| request.with("scope", &format!("{LEDGER}/user_impersonation")),
    ];
    const BURN: &[Change] = &[
        |request| request.without("code_verifier"),
        |request| request.with("code_verifier", &"v".repeat(43)),
        |request| request.with("redirect_uri", "http://localhost:1"),
    ];
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS);
    let good = request.redeem(&code(&platform, &request).await);
    for change in ROWS {
        seen.token(&platform, &change(good.clone())).await;
    }
    for change in BURN {
        let burned = request.redeem(&code(&platform, &request).await);
        seen.token(&platform, &change(burned)).await;
    }
    platform.tokens(&good).await;
    seen.token(&platform, &good).await;
    let target = good.path();
    seen.json(Place::Token, &platform.get(&target, &[]).await);
    seen.json(Place::Token, &platform.get(&format!("{target}?code=x"), &[]).await);
    let several = northwind(TASKS).scope("openid User.Read api://tasks/Tasks.Read");
    let of_several = several.redeem(&code(&platform, &several).await);
    seen.token(&platform, &of_several.without("scope")).await;
    let spa = northwind(TASKS_SPA);
    let of_spa = spa.redeem(&code(&platform, &spa).await);
    seen.token(&platform, &of_spa.clone().without_headers()).await;
    seen.token(&platform, &of_spa.without("code_verifier")).await;
}

/// What an application shows to prove itself.
pub async fn applications(seen: &mut Seen) {
    let platform = TestPlatform::with_permissions().await;
    let board =
        TokenRequest::by(BOARD, "client_credentials").tenant(NORTHWIND.id).with("scope", "api://tasks/.default");
    seen.token(&platform, &board.clone().without("client_secret")).await;
    seen.token(&platform, &board.clone().with("client_secret", "wrong")).await;
    seen.token(&platform, &board.clone().with("client_secret", BOARD_EXPIRED_SECRET)).await;
    seen.token(&platform, &board.clone().with("scope", "api://tasks/Tasks.Read")).await;
    seen.token(&platform, &board.clone().with("scope", "api://vault/.default")).await;
    seen.token(&platform, &board.clone().with("scope", "api://archive/.default")).await;
    let own =
        TokenRequest::by(TASKS_API, "client_credentials").tenant(NORTHWIND.id).with("scope", "api://tasks/.default");
    seen.token(&platform, &own).await;
    let old = TokenRequest::refresh(OLD_TASKS, "x").tenant(NORTHWIND.id);
    seen.device(&platform, &DeviceRequest::by(OLD_TASKS).tenant(NORTHWIND.id)).await;
    seen.token(&platform, &old).await;
    let public = TokenRequest::refresh(TASKS, "x").tenant(NORTHWIND.id).with("client_secret", "x");
    seen.token(&platform, &public).await;

    let audience = format!("https://localhost:8443/{}/oauth2/v2.0/token", NORTHWIND.id);
    let good = ClientAssertion::by(SYNC, &audience, IN_USE, Algorithm::Rs256);
    let over = ClientAssertion::by(SYNC, &audience, OVER, Algorithm::Rs256);
    let wrong = [
        good.clone().header("x5t#S256", json!("AAAA")).signed(),
        good.clone().claim("sub", json!("x")).signed(),
        good.clone().claim("aud", json!("x")).signed(),
        good.clone().claim("exp", json!(START.seconds() - 301)).signed(),
        over.signed(),
        "x".to_owned(),
    ];
    for assertion in wrong {
        let request = TokenRequest::by(SYNC, "client_credentials")
            .tenant(NORTHWIND.id)
            .with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            .with("client_assertion", &assertion)
            .with("scope", "api://tasks/.default");
        seen.token(&platform, &request).await;
    }
}

fn by_password(person: Person) -> TokenRequest {
    let request = TokenRequest::by(TASKS, "password").tenant(NORTHWIND.id).with("username", person.name);
    request.with("password", person.password).with("scope", "openid User.Read")
}

/// What becomes of people.
pub async fn people(seen: &mut Seen) {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS);
    let tokens = bought(&platform, &request, KIM).await;
    let (kims, lees) = (renewal(&request, &tokens), bought(&platform, &request, LEE).await);
    seen.token(&platform, &by_password(CASS)).await;
    let club = by_password(LEE).with("client_id", CLUB.client_id);
    let in_club = bought(&platform, &northwind(CLUB), KIM).await;
    seen.token(&platform, &club).await;
    let for_others = |club: &mut Application| club.sign_in_audience = SignInAudience::PersonalOnly;
    platform.change_application(NORTHWIND, CLUB.client_id, for_others).await;
    seen.token(&platform, &renewal(&northwind(CLUB), &in_club)).await;
    for _ in 0..11 {
        seen.token(&platform, &by_password(KIM).with("password", "wrong")).await;
    }
    platform.advance(Duration::from_mins(2));
    platform.change_user(NORTHWIND, KIM, |kim| kim.account_enabled = false).await;
    seen.token(&platform, &kims).await;
    platform.change_user(NORTHWIND, KIM, |kim| kim.account_enabled = true).await;
    let before = request.redeem(&code(&platform, &request).await);
    platform.advance(Duration::from_secs(1));
    let now = platform.app.env.now();
    platform.change_user(NORTHWIND, KIM, |kim| kim.sessions_valid_from = Some(now)).await;
    seen.token(&platform, &kims).await;
    seen.token(&platform, &before).await;
    platform
        .change_application(NORTHWIND, TASKS.client_id, |tasks| tasks.lifetimes.sign_in = Some(Duration::from_mins(10)))
        .await;
    let lately = bought(&platform, &request, KIM).await;
    platform.advance(Duration::from_mins(11));
    seen.token(&platform, &renewal(&request, &lately)).await;
    platform.remove(NORTHWIND, Removal::User(LEE.user_id())).await;
    seen.token(&platform, &renewal(&request, &lees)).await;
}

/// What is not allowed, and what is acted on with.
pub async fn permissions(seen: &mut Seen) {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS).scope("openid offline_access api://tasks/.default");
    let tokens = bought(&platform, &request, KIM).await;
    seen.token(&platform, &renewal(&request, &tokens).with("scope", "Mail.Read")).await;
    let on = |assertion: &str| {
        TokenRequest::by(TASKS_API, "urn:ietf:params:oauth:grant-type:jwt-bearer")
            .tenant(NORTHWIND.id)
            .with("requested_token_use", "on_behalf_of")
            .with("assertion", assertion)
            .with("scope", "User.Read")
    };
    seen.token(&platform, &on(&tokens.id_token)).await;
    let other = bought(&platform, &northwind(TASKS), KIM).await;
    seen.token(&platform, &on(&other.access_token)).await;
    let alone =
        TokenRequest::by(BOARD, "client_credentials").tenant(NORTHWIND.id).with("scope", "api://tasks/.default");
    seen.token(&platform, &on(&platform.tokens(&alone).await.access_token)).await;
    platform.change_application(NORTHWIND, TASKS_API.client_id, |api| api.callers = Callers::PreAuthorized).await;
    seen.token(&platform, &renewal(&request, &tokens)).await;
    platform.advance(Duration::from_mins(20));
    seen.token(&platform, &on(&tokens.access_token)).await;

    let both = Authorize::by(PARCELS).tenant(SINGLE.id).scope("openid User.Read api://parcels/Parcels.Track");
    let code = platform.browser().walk(&both, SOL).await.code();
    seen.token(&platform, &both.redeem(&code)).await;
}

/// What ends by itself, or waits.
pub async fn ends(seen: &mut Seen) {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS);
    let first_code = code(&platform, &request).await;
    let (tasks, spa) = (bought(&platform, &request, KIM).await, northwind(TASKS_SPA));
    let of_spa = bought(&platform, &spa, KIM).await;
    let asked = DeviceRequest::by(TASKS).tenant(NORTHWIND.id);
    let (waits, declined) = (asked.begin(&platform).await, asked.begin(&platform).await);
    seen.redeemed(&platform, &waits).await;
    let mut browser = platform.browser();
    let page = declined.enter(&mut browser).await.page();
    let page = browser.sign_in(page, KIM).await.page();
    browser.press(&page, "deny").await.page();
    seen.redeemed(&platform, &declined).await;
    seen.token(&platform, &waits.redeem().with("device_code", "x")).await;
    platform.advance(Duration::from_mins(16));
    seen.redeemed(&platform, &waits).await;
    seen.token(&platform, &request.redeem(&first_code)).await;
    platform.advance(Duration::from_hours(24));
    seen.token(&platform, &renewal(&spa, &of_spa)).await;
    platform.advance(Duration::from_hours(90 * 24));
    seen.token(&platform, &renewal(&request, &tasks)).await;
}

/// Whose address it is.
pub async fn addresses(seen: &mut Seen) {
    let platform = TestPlatform::with_permissions().await;
    let nothing = TokenRequest::refresh(TASKS, "x");
    for tenant in ["nowhere.example", "nowhere"] {
        seen.token(&platform, &nothing.clone().tenant(tenant)).await;
        seen.discovery(&platform, &format!("/{tenant}/v2.0/.well-known/openid-configuration")).await;
    }
    let office = TokenRequest::by(OFFICE, "client_credentials").with("scope", "User.Read/.default").tenant("common");
    seen.token(&platform, &office).await;
    seen.token(&platform, &by_password(KIM).tenant("common")).await;
    seen.device(&platform, &DeviceRequest::by(TASKS).tenant("common")).await;
    let by_office = TokenRequest::by(PARCELS, "password").tenant("organizations").with("password", "x");
    for name in ["kim@nowhere.example", "kim"] {
        seen.token(&platform, &by_office.clone().with("username", name).with("scope", "User.Read")).await;
    }
    seen.json(Place::Token, &platform.send(platform.request("POST", "/oauth2/v2.0/token", &[], "".into())).await);
    let parcels = Authorize::by(PARCELS).tenant(CAUTIOUS.id);
    let tokens = bought(&platform, &parcels, CASS).await;
    let id = ClientId::parse(PARCELS.client_id).expect("a client id");
    let there = platform.app.env.storage.tenant(CAUTIOUS.tenant_id()).find_service_principal(&id).await;
    let there = there.expect("the store").expect("she let it in");
    let off = ServicePrincipal { enabled: false, ..(*there).clone() };
    let service_principals = vec![(CAUTIOUS.tenant_id(), off)];
    platform.change(DirectoryChange { service_principals, ..DirectoryChange::default() }).await;
    seen.token(&platform, &renewal(&parcels, &tokens)).await;
    seen.authorize(&platform, &parcels).await;
    platform
        .change_application(NORTHWIND, PARCELS.client_id, |parcels| {
            parcels.sign_in_audience = SignInAudience::ThisOrganization;
        })
        .await;
    seen.token(&platform, &renewal(&parcels, &tokens)).await;
    seen.authorize(&platform, &parcels).await;
    seen.token(&platform, &renewal(&parcels, &tokens).tenant(NORTHWIND.id)).await;
    for asked in ["https%3A%2F%2Fevil.example%2Fcommon", "x"] {
        seen.discovery(&platform, &format!("/common/discovery/instance?authorization_endpoint={asked}")).await;
    }
}

/// What v1.0 says in its own words.
pub async fn older_version(seen: &mut Seen) {
    let platform = TestPlatform::with_permissions().await;
    let refresh = TokenRequest::refresh(TASKS, "x").tenant(NORTHWIND.id).v1();
    seen.token(&platform, &refresh.clone().without("refresh_token")).await;
    seen.token(&platform, &refresh).await;
    let board =
        TokenRequest::by(BOARD, "client_credentials").tenant(NORTHWIND.id).v1().with("resource", "api://nothing");
    seen.token(&platform, &board).await;
    seen.token(&platform, &board.with("client_secret", "wrong")).await;
    let spa = northwind(TASKS_SPA).v1("https://graph.microsoft.com");
    let tokens = bought(&platform, &spa, KIM).await;
    platform.advance(Duration::from_hours(24));
    seen.token(&platform, &renewal(&spa, &tokens)).await;
}

/// Where personal accounts are meant, or are not.
pub async fn personal_accounts(seen: &mut Seen) {
    let platform = TestPlatform::start().await;
    let nothing = TokenRequest::refresh(NATIVE, "x").tenant("consumers");
    seen.token(&platform, &nothing.v1()).await;
    // Let in while it was for everybody.
    let notes = Authorize::by(FABRIKAM_NOTES);
    for (organization, person, since) in
        [(PERSONAL, SAM, SignInAudience::AnyOrganization), (CONTOSO, CHRIS, SignInAudience::PersonalOnly)]
    {
        let platform = TestPlatform::start().await;
        let request = notes.clone().tenant(organization.id);
        let tokens = bought(&platform, &request, person).await;
        platform.change_application(FABRIKAM, FABRIKAM_NOTES.client_id, |notes| notes.sign_in_audience = since).await;
        seen.token(&platform, &renewal(&request, &tokens)).await;
        seen.authorize(&platform, &request).await;
    }
}

/// Our own trouble.
pub async fn trouble(seen: &mut Seen) {
    seen.json(Place::Token, &busy().await);

    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS);
    let tokens = bought(&platform, &request, KIM).await;
    let database = rusqlite::Connection::open(platform.database()).expect("the store");
    database.execute_batch("DROP TABLE families").expect("a table less");
    seen.token(&platform, &renewal(&request, &tokens)).await;
}

/// What the endpoint says while more passwords wait than are worth waiting for.
async fn busy() -> Answer {
    let platform = Arc::new(TestPlatform::with_permissions().await);
    // A place may become free while a request is on its way, so several are, and again.
    for _ in 0..20 {
        let (passwords, password) = (platform.app.env.passwords.clone(), Secret::new("any"));
        let waiting: Vec<_> = (0..300)
            .map(|_| {
                let (passwords, password) = (passwords.clone(), password.clone());
                tokio::spawn(async move { passwords.verify(&password, None).await.is_ok() })
            })
            .collect();
        tokio::task::yield_now().await;
        let asking: Vec<_> = (0..16)
            .map(|_| {
                let platform = Arc::clone(&platform);
                tokio::spawn(async move { platform.token(&by_password(KIM)).await })
            })
            .collect();
        let mut refused = None;
        for asked in asking {
            if refused.is_none() {
                refused = asked.await.ok().filter(|answer| answer.code() == 503);
            } else {
                asked.abort();
            }
        }
        // Whoever has hung up costs nothing more.
        waiting.iter().for_each(tokio::task::JoinHandle::abort);
        if let Some(answer) = refused {
            assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{answer:?}");
            return answer;
        }
    }
    panic!("it is never busy");
}
