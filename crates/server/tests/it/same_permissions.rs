//! A token of each dialect for the same person, application and API carries the same permissions, as APIs read them: with the
//! library, and by asking.

use std::collections::BTreeSet;
use std::sync::Arc;

use grantor_dialects::form::encode_component;
use grantor_environment::Clock;
use grantor_outgoing::{HttpClient, OutgoingError, OutgoingRequest, OutgoingResponse};
use grantor_protocol::claims::Permissions;
use grantor_resource_server::{Verifier, VerifierSettings};
use grantor_testkit::{
    Application, Authorize, BOARD, Browser, CONTOSO, DAEMON, KIM, LEDGER, NORTHWIND, Organization, TASKS_API,
    TestPlatform, TokenRequest,
};
use grantor_web::DialectName;
use serde_json::json;

use crate::support::{bought_in, northwind, renewal};

const DIALECTS: [DialectName; 3] = [DialectName::EntraV1, DialectName::EntraV2, DialectName::Oidc];
const TASKS: &str = "api://tasks";

/// An API's way to the platform.
struct OverThere(Arc<TestPlatform>);

#[async_trait::async_trait]
impl HttpClient for OverThere {
    async fn send(&self, request: OutgoingRequest) -> Result<OutgoingResponse, OutgoingError> {
        let answer = self.0.get(request.url.path(), &[]).await;
        Ok(OutgoingResponse { status: answer.status, headers: answer.headers, body: answer.body })
    }
}

/// An API of an organization, and who asks about its tokens.
struct Api {
    platform: Arc<TestPlatform>,
    organization: Organization,
    audiences: Vec<String>,
    asker: Application,
}

impl Api {
    /// What the library finds in a token, whoever issued it.
    async fn reads(&self, token: &str) -> BTreeSet<String> {
        let at = |end: &str| self.platform.public().at(&format!("/{}{end}", self.organization.id));
        let mut found = Vec::new();
        for issuer in [at("/"), at("/v2.0"), at("/oidc")] {
            let settings = VerifierSettings::new(issuer, self.audiences.clone());
            let clock = Arc::clone(&self.platform.clock) as Arc<dyn Clock>;
            let verifier = Verifier::new(settings, Arc::new(OverThere(Arc::clone(&self.platform))), clock).unwrap();
            found.extend(verifier.verify_token(token).await.ok().map(|token| words(token.permissions())));
        }
        assert_eq!(found.len(), 1, "it is of one issuer");
        found.remove(0)
    }

    /// What it learns where it asks.
    async fn is_told(&self, token: &str) -> BTreeSet<String> {
        let (id, secret) = (self.asker.client_id, self.asker.secret.unwrap());
        let body = format!("token={}&client_id={id}&client_secret={secret}", encode_component(token));
        let target = format!("/{}/oidc/introspect", self.organization.id);
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let answer = self.platform.send(self.platform.request("POST", &target, &form, body.into())).await.json();
        assert_eq!(answer["active"], json!(true), "{answer}");
        words(&Permissions::of(answer.as_object().unwrap()))
    }

    /// What both say of a token of a dialect: the same.
    async fn learns(&self, dialect: DialectName, token: &str) -> BTreeSet<String> {
        let found = self.reads(token).await;
        // Microsoft's dialects have no such endpoint, and tokens of theirs are not known there.
        if dialect == DialectName::Oidc {
            assert_eq!(self.is_told(token).await, found);
        }
        found
    }
}

fn words(permissions: &Permissions) -> BTreeSet<String> {
    assert!(permissions.permissions.is_empty());
    let scopes = permissions.scopes.iter().map(|scope| format!("scope {scope}"));
    scopes.chain(permissions.roles.iter().map(|role| format!("role {role}"))).collect()
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// What an application asks for to get everything of an API that is granted, in the words of a dialect.
fn everything(dialect: DialectName, api: &str) -> Authorize {
    let request = northwind(BOARD).tenant(NORTHWIND.id);
    match dialect {
        DialectName::EntraV1 => request.v1(api),
        DialectName::EntraV2 => request.scope(&format!("openid offline_access {api}/.default")),
        DialectName::Oidc => request.oidc().scope("openid offline_access").with("resource", api),
    }
}

/// What the token of each dialect allows, when it comes and when it is renewed.
async fn allowed(api: &Api, browser: &mut Browser<'_>, name: &str) -> Vec<BTreeSet<String>> {
    let mut found = Vec::new();
    for dialect in DIALECTS {
        let request = everything(dialect, name);
        let tokens = bought_in(&api.platform, browser, &request, KIM).await;
        found.push(api.learns(dialect, &tokens.access_token).await);
        let again = renewal(&request, &tokens);
        let again = if dialect == DialectName::EntraV1 { again.with("resource", name) } else { again };
        let again = api.platform.tokens(&again).await;
        found.push(api.learns(dialect, &again.access_token).await);
    }
    found
}

#[tokio::test]
async fn a_token_of_each_dialect_carries_the_same_permissions() {
    let platform = Arc::new(TestPlatform::with_permissions().await);
    let audiences = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let api = |names| Api {
        platform: Arc::clone(&platform),
        organization: NORTHWIND,
        audiences: audiences(names),
        asker: BOARD,
    };
    let mut browser = platform.browser();

    // Two permissions that the person allows, and what they are to the API.
    let tasks = api(&[TASKS, TASKS_API.client_id]);
    let both = northwind(BOARD).tenant(NORTHWIND.id).scope("openid api://tasks/Tasks.Read api://tasks/Tasks.Write");
    bought_in(&platform, &mut browser, &both, KIM).await;
    let expected = set(&["role Approver", "scope Tasks.Read", "scope Tasks.Write"]);
    assert_eq!(allowed(&tasks, &mut browser, TASKS).await, vec![expected; 6]);

    // An API with tokens of the older form.
    let ledger = api(&[LEDGER, "a0000000-0000-4000-8000-00000000a002"]);
    let asks = northwind(BOARD).tenant(NORTHWIND.id).scope(&format!("openid {LEDGER}/user_impersonation"));
    bought_in(&platform, &mut browser, &asks, KIM).await;
    assert_eq!(allowed(&ledger, &mut browser, LEDGER).await, vec![set(&["scope user_impersonation"]); 6]);

    // The person takes back what they allowed: what the API gives every user of this application is left.
    let page = browser.open(&format!("/account/{}/{}", NORTHWIND.id, KIM.id)).await.page();
    let page = browser.press(&page, &format!("withdraw-{}", BOARD.client_id)).await.page();
    browser.press(&page, "withdraw-confirm").await.page();
    let expected = set(&["role Approver", "scope Tasks.Read"]);
    assert_eq!(allowed(&tasks, &mut browser, TASKS).await, vec![expected; 6]);

    // The role is taken from the person.
    let unassigned =
        |api: &mut grantor_rules::model::Application| api.app_roles.iter_mut().for_each(|role| role.disabled = true);
    platform.change_application(NORTHWIND, TASKS_API.client_id, unassigned).await;
    assert_eq!(allowed(&tasks, &mut browser, TASKS).await, vec![set(&["scope Tasks.Read"]); 6]);
}

#[tokio::test]
async fn a_token_of_each_dialect_carries_the_same_roles_of_an_application() {
    let platform = Arc::new(TestPlatform::start().await);
    let audiences = vec!["api://colors".to_owned(), grantor_testkit::COLORS_API.to_owned()];
    let api = Api { platform: Arc::clone(&platform), organization: CONTOSO, audiences, asker: DAEMON };
    for expected in [set(&["role Colors.Manage.All"]), set(&[])] {
        for dialect in DIALECTS {
            let request = TokenRequest::by(DAEMON, "client_credentials").tenant(CONTOSO.id);
            let request = match dialect {
                DialectName::EntraV1 => request.v1().with("resource", "api://colors"),
                DialectName::EntraV2 => request.with("scope", "api://colors/.default"),
                DialectName::Oidc => request.oidc().with("resource", "api://colors"),
            };
            let token = platform.tokens(&request).await.access_token;
            assert_eq!(api.learns(dialect, &token).await, expected, "{dialect:?}");
        }
        let without = |api: &mut grantor_rules::model::Application| {
            api.app_roles.iter_mut().for_each(|role| role.disabled = true);
        };
        platform.change_application(CONTOSO, grantor_testkit::COLORS_API, without).await;
    }
}
