//! Applying directory files: what is there, what is added, and what is refused.

use std::time::Duration;

use grantor_directory_file::parse;
use grantor_environment::Timestamp;
use grantor_flows::directory::{self, ApplyError, Means};
use grantor_protocol::{ClientId, TenantId};
use grantor_rules::directory::{Applied, Outcome};
use grantor_rules::model::{Assignee, User};
use grantor_testkit::TestPlatform;

/// A file with everything that can be said of permissions.
const PERMISSIONS: &str = include_str!("../../../../examples/permissions/permissions.toml");

const NORTHWIND: &str = "5b0f3a52-6d1e-4c0b-8a55-3f0c2e7d9a01";
const ORDERS_API: &str = "d0c7a5e2-1f44-4b0b-9e0a-2f6b8c1d3e01";
const ORDERS: &str = "d0c7a5e2-1f44-4b0b-9e0a-2f6b8c1d3e02";
const PARCELS: &str = "e3b1f9c4-7d20-4a6c-8b11-5c9d0e2f4a01";
const BUYERS: &str = "b7e90f11-4a39-4f8e-8d1c-6a2f5c3e7b01";

/// The part of a file that says of which tenant it speaks, as the file of all permissions does.
const OF_NORTHWIND: &str = r#"
[[tenant]]
id = "5b0f3a52-6d1e-4c0b-8a55-3f0c2e7d9a01"
domain = "northwind.example"
display_name = "Northwind"
kind = "organization"
policy = { user_consent = "low-risk-only", consent_requests = true, several_apis = "refused", dpop_nonces = "required", client_registration = "with-initial-access-token", registration_redirect_schemes = ["https"], registration_redirect_hosts = [".northwind.example"] }
"#;

fn northwind() -> TenantId {
    NORTHWIND.parse().expect("a UUID")
}

fn client_id(text: &str) -> ClientId {
    ClientId::parse(text).expect("a client id")
}

/// Those things that are not as they were, each with what became of it.
fn touched(applied: &[Applied]) -> Vec<(Outcome, &'static str, &str)> {
    let touched = applied.iter().filter(|one| one.outcome != Outcome::Left);
    touched.map(|one| (one.outcome, one.kind, one.name.as_str())).collect()
}

async fn user(platform: &TestPlatform, name: &str) -> User {
    let found = platform.app.env.storage.tenant(northwind()).find_user_by_name(name).await.expect("the store answers");
    found.expect("they are there")
}

async fn refusal(platform: &TestPlatform, text: &str) -> Vec<String> {
    let wanted = parse("refused.toml", text).expect("it can be read");
    let env = &platform.app.env;
    let means =
        Means { passwords: &env.passwords, entropy: env.entropy.as_ref(), client_secrets: Some(&env.client_secrets) };
    let applied = directory::apply(env.storage.as_ref(), &means, env.now(), &wanted).await;
    match applied {
        Err(ApplyError::Unknown(sentences)) => sentences,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing_the_second_time() {
    let platform = TestPlatform::start().await;
    let first = platform.apply(PERMISSIONS).await;
    assert!(first.iter().all(|one| one.outcome == Outcome::Created), "{first:?}");
    for kind in ["tenant", "user", "group", "application", "service principal", "consent"] {
        assert!(first.iter().any(|one| one.kind == kind), "{kind}");
    }
    platform.advance(Duration::from_hours(1));
    let second = platform.apply(PERMISSIONS).await;
    assert_eq!(touched(&second), []);
    assert_eq!(second.len(), first.len());
}

#[tokio::test]
async fn what_a_file_says_of_groups_assignments_and_consents_is_kept() {
    let platform = TestPlatform::start().await;
    platform.apply(PERMISSIONS).await;
    let store = platform.app.env.storage.tenant(northwind());
    let kim = user(&platform, "kim@northwind.example").await.id;
    let groups: Vec<_> = store.list_groups_of(kim).await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(groups, [BUYERS]);

    let assigned = store.list_assignments(&client_id(ORDERS_API)).await.unwrap();
    let rows: Vec<_> = assigned
        .iter()
        .map(|one| match one.assignee {
            Assignee::User(id) => (id.to_string(), one.role.as_deref()),
            Assignee::Group(id) => (id.to_string(), one.role.as_deref()),
        })
        .collect();
    let admin = user(&platform, "admin@northwind.example").await.id.to_string();
    assert_eq!(rows, [(admin, None), (BUYERS.to_owned(), Some("Buyer"))]);

    let principal = store.find_service_principal(&client_id(PARCELS)).await.unwrap().unwrap();
    assert!(principal.enabled && principal.assignment_required);
    let at_home = store.find_service_principal(&client_id(ORDERS)).await.unwrap().unwrap();
    assert!(at_home.assignment_required);

    let mine = store.list_consents(Some(kim)).await.unwrap();
    let rows: Vec<_> = mine.iter().map(|one| (one.client_id.as_str(), one.api.as_str(), one.value.as_str())).collect();
    assert_eq!(rows, [(ORDERS, PARCELS, "Parcels.Track")]);
    assert_eq!(store.list_consents(None).await.unwrap().len(), 3);
}

#[tokio::test]
async fn another_password_ends_what_was_signed_in_and_a_first_one_does_not() {
    let platform = TestPlatform::start().await;
    let person = "[[tenant.user]]\nid = \"a1c7d1f0-2b6e-4f0a-9d55-0c4b7e1f2a03\"\ndisplay_name = \"Lee\"\n\
                  user_principal_name = \"lee@northwind.example\"\n";
    let with = |password: &str| format!("{OF_NORTHWIND}{person}password = \"{password}\"\n");
    platform.apply(&format!("{OF_NORTHWIND}{person}")).await;
    let first = platform.apply(&with("the-first-password")).await;
    let lee = "lee@northwind.example";
    assert_eq!(touched(&first), [(Outcome::Changed, "user", lee)]);
    assert_eq!(user(&platform, lee).await.sessions_valid_from, None);

    platform.advance(Duration::from_mins(1));
    let now: Timestamp = platform.app.env.now();
    let second = platform.apply(&with("another-password")).await;
    assert_eq!(touched(&second), [(Outcome::Changed, "user", lee)]);
    assert_eq!(user(&platform, lee).await.sessions_valid_from, Some(now));

    platform.advance(Duration::from_mins(1));
    assert_eq!(touched(&platform.apply(&with("another-password")).await), []);
    assert_eq!(user(&platform, lee).await.sessions_valid_from, Some(now));
}

#[tokio::test]
async fn who_stands_in_the_directory_alone_can_be_named() {
    let platform = TestPlatform::start().await;
    platform.apply(PERMISSIONS).await;
    let (of_northwind, _) = PERMISSIONS.split_once("  [[tenant.user]]").unwrap();
    let group = format!(
        "{of_northwind}[[tenant.group]]\nid = \"{BUYERS}\"\ndisplay_name = \"Buyers\"\nmembers = [\"ADMIN@northwind.example\"]\n"
    );
    assert_eq!(touched(&platform.apply(&group).await), [(Outcome::Changed, "group", "Buyers")]);
    assert_eq!(touched(&platform.apply(&group).await), []);
    let store = platform.app.env.storage.tenant(northwind());
    for name in ["admin@northwind.example", "kim@northwind.example"] {
        let groups = store.list_groups_of(user(&platform, name).await.id).await.unwrap();
        assert_eq!(groups.len(), 1, "{name}: members are only ever added");
    }
}

#[tokio::test]
async fn a_consent_lets_an_application_of_another_tenant_in() {
    let platform = TestPlatform::start().await;
    let without = PERMISSIONS.split("  # What stands here for an application of Tailspin.").next().unwrap();
    let (_, tailspin) = PERMISSIONS.rsplit_once("[[tenant]]\n").unwrap();
    let consent = format!("[[tenant.consent]]\nclient_id = \"{PARCELS}\"\npermissions = [\"graph/User.Read\"]\n");
    let text = format!("{without}{consent}[[tenant]]\n{tailspin}");
    let first = platform.apply(&text).await;
    assert!(touched(&first).contains(&(Outcome::Created, "service principal", "Parcels")), "{first:?}");
    let store = platform.app.env.storage.tenant(northwind());
    assert!(store.find_service_principal(&client_id(PARCELS)).await.unwrap().is_some());
    assert_eq!(touched(&platform.apply(&text).await), []);
}

#[tokio::test]
async fn who_is_not_there_is_named_and_nothing_is_applied() {
    let platform = TestPlatform::start().await;
    let text = PERMISSIONS.replace("members = [\"kim@", "members = [\"nobody@").replace(
        "group = \"b7e90f11-4a39-4f8e-8d1c-6a2f5c3e7b01\"\n",
        "group = \"b7e90f11-4a39-4f8e-8d1c-6a2f5c3e7bff\"\n",
    );
    assert_eq!(
        refusal(&platform, &text).await,
        [
            "northwind.example: an assignment to Orders API names the group b7e90f11-4a39-4f8e-8d1c-6a2f5c3e7bff, and \
             there is none of that id",
            "northwind.example: the group Buyers names nobody@northwind.example, and there is nobody of that name",
        ]
    );
    let tenant = grantor_rules::model::TenantName::Id(northwind());
    assert!(platform.app.env.storage.find_tenant(&tenant).await.unwrap().is_none());
}

#[tokio::test]
async fn whom_a_file_gives_another_name_is_not_called_by_the_old_one() {
    let platform = TestPlatform::start().await;
    platform.apply(PERMISSIONS).await;
    let renamed = PERMISSIONS.replacen("user_principal_name = \"kim@", "user_principal_name = \"kim.akers@", 1);
    let sentences = refusal(&platform, &renamed).await;
    assert!(sentences.iter().all(|sentence| sentence.contains("kim@northwind.example")), "{sentences:?}");
    let everywhere = PERMISSIONS.replace("kim@northwind", "kim.akers@northwind");
    assert_eq!(
        touched(&platform.apply(&everywhere).await),
        [(Outcome::Changed, "user", "kim.akers@northwind.example")]
    );
}
