//! Codes in the answer that the browser brings to the application.

use grantor_protocol::ClientId;
use grantor_rules::model::{Callers, RequiredPermission};
use grantor_testkit::{Authorize, BOARD, KIM, LEE, NORTHWIND, TASKS, TASKS_API, TASKS_SPA, TestPlatform};

use super::seen::Seen;
use crate::support::northwind;

type Change = fn(Authorize) -> Authorize;

/// What is known to be wrong before anybody signs in.
const AT_ONCE: &[Change] = &[
    |tasks| tasks.with("prompt", "none"),
    |tasks| tasks.with("code_challenge", "short"),
    |tasks| tasks.with("code_challenge_method", "s256"),
    |tasks| tasks.with("prompt", "create"),
    |tasks| tasks.without("scope"),
    |tasks| tasks.again("scope", "openid"),
    |tasks| tasks.with("nonce", &"x".repeat(20_000)),
    |tasks| tasks.scope("openid \"x\""),
    |tasks| tasks.with("resource", "x"),
    |tasks| tasks.with("response_type", "token"),
    |tasks| tasks.with("response_type", "id_token"),
    |tasks| tasks.with("response_mode", "web_message"),
    |tasks| tasks.v1("x").without("response_type"),
];

/// What must be known of the directory of the person first.
const OF_TASKS: &[Change] = &[
    |tasks| tasks.scope("api://nothing/x"),
    |tasks| tasks.scope("api://archive/Archive.Read"),
    |tasks| tasks.scope("Nothing.Read"),
    |tasks| tasks.scope("api://vault/.default"),
    |tasks| tasks.v1("api://nothing"),
];

pub async fn all(seen: &mut Seen) {
    let platform = TestPlatform::with_permissions().await;
    for change in AT_ONCE {
        seen.authorize(&platform, &change(northwind(TASKS))).await;
    }
    seen.authorize(&platform, &northwind(TASKS_SPA).without("code_challenge").without("code_challenge_method")).await;
    let two = northwind(BOARD).with("response_type", "token").scope("User.Read api://tasks/Tasks.Read");
    seen.authorize(&platform, &two).await;
    for change in OF_TASKS {
        seen.signed_in(&platform, &change(northwind(TASKS)), KIM).await;
    }
    seen.signed_in(&platform, &northwind(TASKS_API).scope("api://tasks/.default"), KIM).await;
    let gone = RequiredPermission {
        api: ClientId::parse("a0000000-0000-4000-8000-00000000a010").expect("a client id"),
        value: "Vault.Gone".to_owned(),
    };
    platform.change_application(NORTHWIND, TASKS.client_id, |tasks| tasks.required_permissions = vec![gone]).await;
    seen.signed_in(&platform, &northwind(TASKS).scope("api://vault/.default"), KIM).await;
    platform.change_application(NORTHWIND, TASKS.client_id, |tasks| tasks.required_permissions = Vec::new()).await;
    seen.signed_in(&platform, &northwind(TASKS).scope("api://vault/.default"), KIM).await;
    platform.change_application(NORTHWIND, TASKS_API.client_id, |api| api.callers = Callers::PreAuthorized).await;
    seen.signed_in(&platform, &northwind(TASKS).scope("api://tasks/Tasks.Read"), KIM).await;

    let mut browser = platform.browser();
    let page = browser.authorize(&northwind(TASKS)).await.page();
    let page = browser.sign_in(page, KIM).await.page();
    let silent = northwind(TASKS).with("prompt", "none");
    seen.arrival(browser.authorize(&silent).await);
    seen.arrival(browser.press(&page, "deny").await);
    let second = northwind(TASKS).with("prompt", "login").with("login_hint", LEE.name);
    browser.walk(&second, LEE).await.code();
    seen.arrival(browser.authorize(&silent).await);
}
