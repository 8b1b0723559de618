//! Whether an application may have a code.

use std::collections::BTreeMap;
use std::sync::Arc;

use grantor_protocol::ClientId;
use grantor_protocol::prompt::Prompt;
use grantor_rules::Refusal;
use grantor_rules::authorize::{Decision, Facts, Question, Request, SignedIn, decide};
use grantor_rules::client::RegisteredRedirect;
use grantor_rules::model::{Application, Consents, Platform, SignInAudience, Tenant, TenantKind};
use grantor_rules::scopes::ResolvedScopes;

use crate::world::{
    administrator, allowed, api, app, by_client_id, person, registered, request, required, resolved, signed_in, tenant,
};

/// Everything a decision looks at: allowed in every respect, so that a test changes only what it is about.
struct Situation {
    tenant: Tenant,
    application: Application,
    redirect: RegisteredRedirect,
    request: Request,
    scopes: ResolvedScopes,
    required_apis: BTreeMap<ClientId, Arc<Application>>,
    person: SignedIn,
    consents: Consents,
    just_consented: bool,
}

fn situation(words: &str) -> Situation {
    Situation {
        tenant: tenant(),
        application: app(),
        redirect: registered(&app(), Platform::Web),
        request: request(words),
        scopes: resolved(words),
        required_apis: by_client_id(&[api("colors"), api("shapes")]),
        person: signed_in(person("ana")),
        consents: allowed(&["directory/openid", "colors/Read"]),
        just_consented: false,
    }
}

impl Situation {
    fn decide(&self) -> Result<Decision, Refusal> {
        decide(&Facts {
            tenant: &self.tenant,
            application: &self.application,
            redirect: &self.redirect,
            request: &self.request,
            scopes: &self.scopes,
            required_apis: &self.required_apis,
            person: &self.person,
            consents: &self.consents,
            just_consented: self.just_consented,
        })
    }

    /// What was decided, in words: `issue`, `ask` with the permissions, or the reason of the refusal.
    fn told(&self) -> String {
        match self.decide() {
            Ok(Decision::Issue(_)) => "issue".into(),
            Ok(Decision::Ask(Question::Consent(question))) => {
                let names = question.permissions.iter().map(|one| format!("{}/{}", one.api_name, one.value));
                format!("ask {}", names.collect::<Vec<_>>().join(" "))
            }
            Ok(Decision::Ask(other)) => format!("{other:?}"),
            Err(refusal) => refusal.reason().into(),
        }
    }
}

#[test]
fn what_is_allowed_already_is_issued_with_what_was_asked() {
    let situation = situation("openid api://colors/Read");
    let Ok(Decision::Issue(plan)) = situation.decide() else { panic!("{}", situation.told()) };
    assert_eq!(plan.client_id, situation.application.client_id);
    assert_eq!(plan.redirect, situation.redirect);
    assert_eq!(plan.person, situation.person.sign_in);
    assert_eq!(plan.wanted, situation.request.wanted);
    assert_eq!(plan.challenge, situation.request.challenge);
    assert_eq!(plan.nonce, situation.request.nonce);
    assert!(plan.challenge.is_some() && plan.nonce.is_some(), "the comparison above would compare nothing");
}

#[test]
fn the_audience_decides_whose_people_may_sign_in() {
    use SignInAudience::{AnyOrganization, AnyOrganizationAndPersonal, PersonalOnly, ThisOrganization};
    let rows = [
        (ThisOrganization, true, TenantKind::Organization, "issue"),
        (ThisOrganization, false, TenantKind::Organization, "audience-excludes"),
        (ThisOrganization, false, TenantKind::Consumers, "audience-excludes"),
        (ThisOrganization, true, TenantKind::Consumers, "issue"),
        (AnyOrganization, false, TenantKind::Organization, "issue"),
        (AnyOrganization, false, TenantKind::Consumers, "audience-excludes"),
        (AnyOrganizationAndPersonal, false, TenantKind::Organization, "issue"),
        (AnyOrganizationAndPersonal, false, TenantKind::Consumers, "issue"),
        (PersonalOnly, false, TenantKind::Organization, "audience-excludes"),
        (PersonalOnly, true, TenantKind::Organization, "audience-excludes"),
        (PersonalOnly, false, TenantKind::Consumers, "issue"),
    ];
    for (audience, own, kind, expected) in rows {
        let mut situation = situation("openid");
        situation.application.sign_in_audience = audience;
        situation.tenant.kind = kind;
        if !own {
            situation.application.publisher = grantor_protocol::TenantId::from_random([0xee; 16]);
        }
        assert_eq!(situation.told(), expected, "{audience:?}, own tenant: {own}, {kind:?}");
    }
}

#[test]
fn only_a_single_page_application_must_use_a_challenge() {
    for (platform, expected) in
        [(Platform::Spa, "challenge-required"), (Platform::Web, "issue"), (Platform::PublicClient, "issue")]
    {
        let mut without = situation("openid");
        without.redirect = registered(&app(), platform);
        without.request.challenge = None;
        assert_eq!(without.told(), expected, "{platform:?} without a challenge");
        let mut with = situation("openid");
        with.redirect = registered(&app(), platform);
        assert_eq!(with.told(), "issue", "{platform:?} with a challenge");
    }
}

#[test]
fn the_audience_comes_before_the_challenge_and_the_challenge_before_consent() {
    let mut situation = situation("openid api://colors/Manage");
    situation.redirect = registered(&app(), Platform::Spa);
    situation.request.challenge = None;
    situation.application.sign_in_audience = SignInAudience::PersonalOnly;
    assert_eq!(situation.told(), "audience-excludes");
    situation.application.sign_in_audience = SignInAudience::ThisOrganization;
    assert_eq!(situation.told(), "challenge-required");
    situation.redirect = registered(&app(), Platform::Web);
    assert_eq!(situation.told(), "administrator-must-consent");
}

#[test]
fn what_is_missing_is_asked_and_nothing_else() {
    assert_eq!(
        situation("openid profile api://colors/Read api://colors/Write").told(),
        "ask COLORS/Write Directory/profile"
    );
}

/// prompt, words, just consented, administrator, answer. Allowed are `openid` and `colors/Read`.
#[rustfmt::skip]
const TABLE: &[(Prompt, &str, bool, bool, &str)] = &[
    (Prompt::AsNeeded,      "openid api://colors/Read",   false, false, "issue"),
    (Prompt::AsNeeded,      "openid api://colors/Write",  false, false, "ask COLORS/Write"),
    (Prompt::Login,         "openid api://colors/Write",  false, false, "ask COLORS/Write"),
    (Prompt::SelectAccount, "openid api://colors/Write",  false, false, "ask COLORS/Write"),
    (Prompt::AsNeeded,      "openid api://colors/Manage", false, false, "administrator-must-consent"),
    (Prompt::AsNeeded,      "openid api://colors/Manage", false, true,  "ask COLORS/Manage"),
    // Nothing may be shown.
    (Prompt::None,          "openid api://colors/Read",   false, false, "issue"),
    (Prompt::None,          "openid api://colors/Write",  false, false, "consent-required"),
    (Prompt::None,          "openid api://colors/Write",  false, true,  "consent-required"),
    (Prompt::None,          "openid api://colors/Manage", false, false, "consent-required"),
    (Prompt::None,          "openid api://colors/Manage", false, true,  "consent-required"),
    // Everything is asked again, once.
    (Prompt::Consent,       "openid api://colors/Read",   false, false, "ask COLORS/Read Directory/openid"),
    (Prompt::Consent,       "openid api://colors/Read",   true,  false, "issue"),
    (Prompt::Consent,       "openid api://colors/Write",  false, false, "ask COLORS/Write Directory/openid"),
    // The page was answered, and still something is missing: it is asked, not issued.
    (Prompt::Consent,       "openid api://colors/Write",  true,  false, "ask COLORS/Write"),
    (Prompt::AsNeeded,      "openid api://colors/Write",  true,  false, "ask COLORS/Write"),
    (Prompt::Consent,       "openid api://colors/Manage", false, false, "administrator-must-consent"),
    (Prompt::Consent,       "openid api://colors/Manage", false, true,  "ask COLORS/Manage Directory/openid"),
];

#[test]
fn prompt_and_consent_have_their_answer() {
    for (prompt, words, just_consented, administers, expected) in TABLE {
        let mut situation = situation(words);
        situation.request.prompt = *prompt;
        situation.just_consented = *just_consented;
        situation.person = signed_in(if *administers { administrator("ana") } else { person("ana") });
        assert_eq!(situation.told(), *expected, "{prompt:?} {words} said yes: {just_consented} admin: {administers}");
    }
}

#[test]
fn a_silent_refusal_says_what_is_missing() {
    let mut missing = situation("openid api://colors/Read api://colors/Write api://shapes/Read");
    missing.request.prompt = Prompt::None;
    let expected = Refusal::ConsentRequired { missing: vec!["COLORS · Write".into(), "SHAPES · Read".into()] };
    assert_eq!(missing.decide().unwrap_err(), expected);
    let mut for_administrators = situation("api://colors/Manage");
    for_administrators.request.prompt = Prompt::None;
    let expected = Refusal::ConsentRequired { missing: vec!["COLORS · Manage".into()] };
    assert_eq!(for_administrators.decide().unwrap_err(), expected);
}

#[test]
fn what_an_administrator_allowed_is_not_asked_of_a_person() {
    let mut situation = situation("openid api://colors/Manage");
    situation.consents = allowed(&["directory/openid", "colors/Manage"]);
    assert_eq!(situation.told(), "issue");
    situation.request.prompt = Prompt::Consent;
    assert_eq!(situation.told(), "ask COLORS/Manage Directory/openid");
}

#[test]
fn everything_granted_is_asked_only_where_nothing_is() {
    let rows: &[(&[&str], &[&str], &str)] = &[
        // Required of this and of another API: all of it, over all APIs.
        (&["colors/Read", "shapes/Read"], &[], "ask COLORS/Read SHAPES/Read"),
        // One is enough, even if the registration has grown since.
        (&["colors/Read", "colors/Write", "shapes/Read"], &["colors/Read"], "issue"),
        (&[], &["colors/Read"], "issue"),
        // What is granted on another API does not count, but is not asked again.
        (&["colors/Read", "shapes/Read"], &["shapes/Read"], "ask COLORS/Read"),
        // What the API no longer has does not count.
        (&["colors/Read"], &["colors/Gone"], "ask COLORS/Read"),
        (&["colors/Gone"], &[], "api-not-required"),
        (&["shapes/Read"], &[], "api-not-required"),
        (&[], &[], "api-not-required"),
        (&["colors/Manage"], &[], "administrator-must-consent"),
    ];
    for (needed, granted, expected) in rows {
        let mut situation = situation("api://colors/.default");
        situation.application.required_permissions = required(needed);
        situation.consents = allowed(granted);
        assert_eq!(situation.told(), *expected, "required {needed:?}, granted {granted:?}");
    }
}

#[test]
fn everything_granted_on_the_directory_is_more_than_having_signed_in() {
    let mut situation = situation("openid https://graph.microsoft.com/.default");
    situation.consents = allowed(&["directory/openid", "directory/profile"]);
    situation.application.required_permissions = required(&["directory/User.Read"]);
    assert_eq!(situation.told(), "ask Directory/User.Read");
    situation.consents = allowed(&["directory/openid", "directory/User.Read"]);
    assert_eq!(situation.told(), "issue");
    situation.consents = allowed(&["directory/openid"]);
    situation.application.required_permissions = required(&["directory/openid"]);
    assert_eq!(situation.told(), "api-not-required");
}

#[test]
fn a_prompt_for_consent_lists_what_everything_granted_stands_for() {
    let mut situation = situation("api://colors/.default");
    situation.request.prompt = Prompt::Consent;
    situation.consents = allowed(&["colors/Read"]);
    situation.application.required_permissions = required(&["colors/Read", "shapes/Write"]);
    assert_eq!(situation.told(), "ask COLORS/Read SHAPES/Write");
    situation.application.required_permissions = required(&[]);
    assert_eq!(situation.told(), "ask COLORS/Read");
    situation.just_consented = true;
    assert_eq!(situation.told(), "issue");
}
