//! What tokens say of people: roles, groups, claims that a registration asks for, and custom attributes.

use grantor_protocol::ClientId;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::Group;
use grantor_testkit::{
    BOARD, CLUB, EVERYBODY, KIM, LEE, NORTHWIND, NORTHWIND_ADMIN, PLANNERS, TASKS, TASKS_API, TestPlatform,
    TokenRequest, unverified_claims,
};
use serde_json::{Value, json};

use crate::support::{bought, code_on, northwind, refused, renewal};

const TASKS_READ: &str = "openid profile email offline_access api://tasks/Tasks.Read";

fn sorted(list: &Value) -> Vec<String> {
    let mut list: Vec<String> =
        list.as_array().into_iter().flatten().map(|one| one.as_str().unwrap_or_default().to_owned()).collect();
    list.sort();
    list
}

#[tokio::test]
async fn roles_and_groups_are_those_of_the_app_or_api_that_the_token_is_for() {
    let platform = TestPlatform::with_permissions().await;
    let kims = bought(&platform, &northwind(BOARD).scope(TASKS_READ), KIM).await;
    let access = platform.verified(&kims.access_token).await;
    // Through a group: the API tells the groups that are assigned to it.
    assert_eq!((&access["roles"], &access["groups"]), (&json!(["Approver"]), &json!([PLANNERS])));
    let id = platform.verified(&kims.id_token).await;
    // The app tells every group, and its tokens have none of the API's roles.
    assert_eq!(sorted(&id["groups"]), [PLANNERS, EVERYBODY]);
    assert!(!id.contains_key("roles") && !id.contains_key("wids"));

    let lees = bought(&platform, &northwind(BOARD).scope(TASKS_READ), LEE).await;
    let access = unverified_claims(&lees.access_token);
    assert!(!access.contains_key("roles") && !access.contains_key("groups"));
    assert_eq!(unverified_claims(&lees.id_token)["groups"], json!([EVERYBODY]));

    let admins = bought(&platform, &northwind(BOARD).scope("openid"), NORTHWIND_ADMIN).await;
    assert_eq!(unverified_claims(&admins.id_token)["wids"], json!(["62e90394-69f5-4237-9190-012177145e10"]));
}

#[tokio::test]
async fn only_those_who_are_assigned_sign_in_and_the_token_says_as_what() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(CLUB);
    let tokens = bought(&platform, &request, KIM).await;
    assert_eq!(unverified_claims(&tokens.id_token)["roles"], json!(["Chair"]));
    let mut lee = platform.browser();
    let page = lee.authorize(&request).await.page();
    let page = lee.sign_in(page, LEE).await.page();
    assert_eq!((page.answer.code(), code_on(&page).as_str()), (400, "AADSTS50105"));
    // Taken away, it holds from the next token on.
    let store = platform.app.env.storage.tenant(NORTHWIND.tenant_id());
    let assignments = store.list_assignments(&ClientId::parse(CLUB.client_id).unwrap()).await.unwrap();
    for assignment in assignments {
        platform.remove(NORTHWIND, grantor_rules::directory::Removal::Assignment(assignment)).await;
    }
    refused(&platform.token(&renewal(&request, &tokens)).await, 50_105, "invalid_grant", "");
}

#[tokio::test]
async fn an_api_for_the_assigned_alone_refuses_programs_that_are_not() {
    let platform = TestPlatform::with_permissions().await;
    let request =
        TokenRequest::by(BOARD, "client_credentials").tenant(NORTHWIND.id).with("scope", "api://vault/.default");
    refused(&platform.token(&request).await, 501_051, "invalid_grant", "");
}

#[tokio::test]
async fn a_registration_asks_for_more_and_the_person_decides_about_names_and_addresses() {
    let platform = TestPlatform::with_permissions().await;
    let tokens = bought(&platform, &northwind(BOARD).scope(TASKS_READ), KIM).await;
    let id = platform.verified(&tokens.id_token).await;
    assert_eq!((&id["given_name"], &id["upn"]), (&json!("Kim"), &json!(KIM.name)));
    assert_eq!((&id["email"], &id["login_hint"]), (&json!("kim.akers@northwind.example"), &id["sid"]));
    let access = platform.verified(&tokens.access_token).await;
    assert_eq!((&access["email"], &access["given_name"]), (&json!("kim.akers@northwind.example"), &json!("Kim")));
    assert!(!access.contains_key("idtyp"), "that is for programs");
    assert_eq!(access["cost_center"], "4711");

    let less = bought(&platform, &northwind(BOARD).scope("openid api://tasks/Tasks.Read"), LEE).await;
    for token in [&less.id_token, &less.access_token] {
        let claims = unverified_claims(token);
        for name in ["given_name", "email", "upn", "name", "preferred_username", "cost_center"] {
            assert!(!claims.contains_key(name), "{name}");
        }
    }
    // The hint works as one.
    let mut browser = platform.browser();
    let kims = crate::support::bought_in(&platform, &mut browser, &northwind(BOARD), KIM).await;
    let hint = unverified_claims(&kims.id_token)["login_hint"].as_str().unwrap().to_owned();
    browser.authorize(&northwind(BOARD).with("prompt", "none").with("login_hint", &hint)).await.code();
}

#[tokio::test]
async fn of_too_many_groups_the_token_tells_where_they_can_be_asked_for() {
    let platform = TestPlatform::with_permissions().await;
    let group = |number: u32| {
        let id = format!("70000000-0000-4000-8000-{number:012}");
        Group { display_name: id.clone(), id: id.parse().unwrap() }
    };
    let all: Vec<Group> = (0..200).map(group).collect();
    let tenant = NORTHWIND.tenant_id();
    let groups = all.iter().map(|group| (tenant, group.clone())).collect();
    let members = all.iter().map(|group| (tenant, group.id, LEE.user_id())).collect();
    platform.change(DirectoryChange { groups, members, ..DirectoryChange::default() }).await;
    let request = northwind(BOARD).scope("openid");
    let claims = unverified_claims(&bought(&platform, &request, LEE).await.id_token);
    assert!(!claims.contains_key("groups"), "{claims:?}");
    assert_eq!(claims["_claim_names"], json!({"groups": "src1"}));
    let endpoint = format!("https://localhost:8443/v1.0/users/{}/getMemberObjects", LEE.id);
    assert_eq!(claims["_claim_sources"]["src1"]["endpoint"], endpoint);
    let front = request.with("response_type", "id_token").with("response_mode", "fragment");
    let response = platform.browser().walk(&front, LEE).await.response();
    assert_eq!(unverified_claims(response.get("id_token"))["hasgroups"], true);
}

#[tokio::test]
async fn an_app_gets_a_token_for_itself_by_its_client_id_alone() {
    let platform = TestPlatform::with_permissions().await;
    let own = format!("openid offline_access {}/.default", TASKS_API.client_id);
    let request = northwind(TASKS_API).scope(&own);
    let tokens = bought(&platform, &request, KIM).await;
    let claims = platform.verified(&tokens.access_token).await;
    assert_eq!((&claims["aud"], &claims["azp"]), (&json!(TASKS_API.client_id), &json!(TASKS_API.client_id)));
    platform.tokens(&renewal(&request, &tokens)).await;
    let by_name = northwind(TASKS_API).scope("openid api://tasks/.default");
    let mut browser = platform.browser();
    let page = browser.authorize(&by_name).await.page();
    assert_eq!(browser.sign_in(page, KIM).await.error(), ("invalid_resource".into(), 90_009));
    // Without a person it is the same.
    let program = TokenRequest::by(TASKS_API, "client_credentials").tenant(NORTHWIND.id);
    platform.tokens(&program.clone().with("scope", &format!("{}/.default", TASKS_API.client_id))).await;
    refused(&platform.token(&program.with("scope", "api://tasks/.default")).await, 90_009, "invalid_resource", "");
}

#[tokio::test]
async fn what_stands_in_a_token_is_asked_and_allowed_and_still_there() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS).scope("openid offline_access api://tasks/Tasks.Read api://tasks/Tasks.Write");
    let tokens = bought(&platform, &request, KIM).await;
    let scp = |token: &str| unverified_claims(token)["scp"].as_str().unwrap_or_default().to_owned();
    assert_eq!(scp(&tokens.access_token), "Tasks.Read Tasks.Write");
    let less = platform.tokens(&renewal(&request, &tokens).with("scope", "api://tasks/Tasks.Write")).await;
    assert_eq!(scp(&less.access_token), "Tasks.Write");
    platform
        .change_application(NORTHWIND, TASKS_API.client_id, |api| {
            api.scopes.iter_mut().filter(|scope| scope.value == "Tasks.Write").for_each(|scope| scope.disabled = true);
        })
        .await;
    let granted = renewal(&request, &less).with("scope", "api://tasks/.default");
    let granted = platform.tokens(&granted).await;
    assert_eq!(scp(&granted.access_token), "Tasks.Read");
    let gone = renewal(&request, &granted).with("scope", "api://tasks/Tasks.Write");
    refused(&platform.token(&gone).await, 70_011, "invalid_scope", "");
}

#[tokio::test]
async fn several_apis_in_one_request_are_the_first_one_unless_the_tenant_refuses() {
    use grantor_testkit::{Authorize, PARCELS, SINGLE, SOL};
    let platform = TestPlatform::with_permissions().await;
    let both = "openid offline_access User.Read api://parcels/Parcels.Track";
    let here = Authorize::by(PARCELS).tenant(NORTHWIND.id).scope(both);
    let tokens = bought(&platform, &here, KIM).await;
    assert_eq!(unverified_claims(&tokens.access_token)["scp"], "User.Read openid");
    platform.tokens(&renewal(&here, &tokens).with("scope", both)).await;

    let there = Authorize::by(PARCELS).tenant(SINGLE.id).scope(both);
    let code = platform.browser().walk(&there, SOL).await.code();
    refused(&platform.token(&there.redeem(&code)).await, 28_000, "invalid_request", "");
    let tokens = platform.tokens(&there.redeem(&code).with("scope", "openid offline_access User.Read")).await;
    refused(&platform.token(&renewal(&there, &tokens).with("scope", both)).await, 28_000, "invalid_request", "");
    platform.tokens(&renewal(&there, &tokens).with("scope", "api://parcels/Parcels.Track")).await;
}
