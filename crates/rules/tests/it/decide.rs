//! Whether an application may have a code.

use std::collections::BTreeMap;
use std::sync::Arc;

use grantor_protocol::ClientId;
use grantor_protocol::prompt::Prompt;
use grantor_rules::Refusal;
use grantor_rules::authorize::{Answer, Decision, Facts, Question, Request, SignedIn, decide};
use grantor_rules::client::RegisteredRedirect;
use grantor_rules::consent::ConsentQuestion;
use grantor_rules::model::{
    Application, Assigned, Consents, Platform, Registration, SignInAudience, Tenant, TenantKind, UserConsent,
};
use grantor_rules::scopes::ResolvedScopes;

use crate::world::{
    administrator, allowed, api, app, by_client_id, here, person, principal_of, registered, request, required,
    resolved, signed_in, tenant,
};

/// Everything a decision looks at: allowed in every respect, so that a test changes only what it is about.
struct Situation {
    tenant: Tenant,
    client: Registration,
    /// Where the answer goes; without, to a program that waits elsewhere.
    redirect: Option<RegisteredRedirect>,
    request: Request,
    scopes: ResolvedScopes,
    required_apis: BTreeMap<ClientId, Registration>,
    person: SignedIn,
    assigned: Assigned,
    consents: Consents,
    just_consented: bool,
}

fn situation(words: &str) -> Situation {
    Situation {
        tenant: tenant(),
        client: here(app()),
        redirect: Some(registered(&app(), Platform::Web)),
        request: request(words),
        scopes: resolved(words),
        required_apis: by_client_id(&[api("colors"), api("shapes")]),
        person: signed_in(person("ana")),
        assigned: Assigned::default(),
        consents: allowed(&["directory/openid", "colors/Read"]),
        just_consented: false,
    }
}

fn names(question: &ConsentQuestion) -> String {
    let names = question.permissions.iter().map(|one| format!("{}/{}", one.api_name, one.value));
    names.collect::<Vec<_>>().join(" ")
}

impl Situation {
    fn decide(&self) -> Result<Decision, Refusal> {
        decide(&Facts {
            tenant: &self.tenant,
            client: &self.client,
            answer: self.redirect.as_ref().map_or(Answer::Device, Answer::Redirect),
            request: &self.request,
            scopes: &self.scopes,
            required_apis: &self.required_apis,
            person: &self.person,
            assigned: &self.assigned,
            consents: &self.consents,
            just_consented: self.just_consented,
        })
    }

    fn application(&mut self) -> &mut Application {
        Arc::make_mut(&mut self.client.application)
    }

    /// What was decided, in words: `issue`, `ask` or `approval` with the permissions, or the reason of the refusal.
    fn told(&self) -> String {
        match self.decide() {
            Ok(Decision::Issue(_)) => "issue".into(),
            Ok(Decision::Ask(Question::Consent(question))) => format!("ask {}", names(&question)),
            Ok(Decision::Ask(Question::Approval { question, .. })) => format!("approval {}", names(&question)),
            Ok(Decision::Ask(other)) => format!("{other:?}"),
            Err(refusal) => refusal.reason().into(),
        }
    }
}

#[test]
fn what_is_allowed_already_is_issued_with_what_was_asked() {
    let situation = situation("openid api://colors/Read");
    let Ok(Decision::Issue(plan)) = situation.decide() else { panic!("{}", situation.told()) };
    assert_eq!(plan.client_id, situation.client.application.client_id);
    assert_eq!(plan.redirect, situation.redirect);
    assert_eq!(plan.platform, Platform::Web);
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
        (ThisOrganization, false, TenantKind::Consumers, "not-for-personal-accounts"),
        (ThisOrganization, true, TenantKind::Consumers, "issue"),
        (AnyOrganization, false, TenantKind::Organization, "issue"),
        (AnyOrganization, false, TenantKind::Consumers, "not-for-personal-accounts"),
        (AnyOrganizationAndPersonal, false, TenantKind::Organization, "issue"),
        (AnyOrganizationAndPersonal, false, TenantKind::Consumers, "issue"),
        (PersonalOnly, false, TenantKind::Organization, "for-personal-accounts-alone"),
        (PersonalOnly, true, TenantKind::Organization, "for-personal-accounts-alone"),
        (PersonalOnly, false, TenantKind::Consumers, "issue"),
    ];
    for (audience, own, kind, expected) in rows {
        let mut situation = situation("openid");
        situation.application().sign_in_audience = audience;
        situation.tenant.kind = kind;
        if !own {
            situation.application().publisher = grantor_protocol::TenantId::from_random([0xee; 16]);
        }
        assert_eq!(situation.told(), expected, "{audience:?}, own tenant: {own}, {kind:?}");
    }
}

/// What goes wrong, in the order in which it is noticed.
type Spoil = fn(&mut Situation);
const SPOILS: [(&str, Spoil); 6] = [
    ("for-personal-accounts-alone", |situation| {
        situation.application().sign_in_audience = SignInAudience::PersonalOnly;
    }),
    ("client-disabled-here", |situation| principal_of(&mut situation.client).enabled = false),
    ("not-assigned", |situation| principal_of(&mut situation.client).assignment_required = true),
    ("api-disabled", |situation| {
        let principal = situation.scopes.apis[0].principal.as_mut().expect("it is here");
        Arc::make_mut(principal).enabled = false;
    }),
    ("self-by-identifier", |situation| {
        let mut own = api("app");
        own.identifier_uris = vec!["api://app".into()];
        let mut asked = crate::world::resolved_with(&here(own), "api://app/.default").apis;
        situation.scopes.apis.append(&mut asked);
    }),
    ("approval COLORS/Manage", |situation| {
        situation.scopes.apis[0].named = vec![("Manage".into(), "api://colors/Manage".into())];
    }),
];

#[test]
fn each_check_refuses_alone_and_the_first_one_speaks() {
    assert_eq!(situation("openid api://colors/Read").told(), "issue");
    for (place, (expected, spoil)) in SPOILS.iter().enumerate() {
        let mut alone = situation("openid api://colors/Read");
        spoil(&mut alone);
        assert_eq!(alone.told(), *expected);
        let mut with_all_that_follow = situation("openid api://colors/Read");
        SPOILS[place..].iter().for_each(|(_, spoil)| spoil(&mut with_all_that_follow));
        assert_eq!(with_all_that_follow.told(), *expected, "and everything after it");
    }
}

#[test]
fn whoever_is_assigned_may_use_an_application_that_wants_that() {
    let mut situation = situation("openid");
    principal_of(&mut situation.client).assignment_required = true;
    situation.assigned.is_assigned = true;
    assert_eq!(situation.told(), "issue");
}

#[test]
fn a_second_api_that_is_switched_off_is_refused_like_the_first() {
    let mut situation = situation("api://colors/Read api://shapes/Read");
    situation.consents = allowed(&["colors/Read", "shapes/Read"]);
    assert_eq!(situation.told(), "issue");
    Arc::make_mut(&mut situation.scopes.apis[1].application).disabled = true;
    assert_eq!(situation.decide().unwrap_err(), Refusal::ApiDisabled { api: "SHAPES".into() });
}

#[test]
fn a_program_that_waits_elsewhere_is_of_the_kind_that_needs_no_address() {
    for (public, platform) in [(true, Platform::PublicClient), (false, Platform::Web)] {
        let mut situation = situation("openid");
        situation.redirect = None;
        situation.application().allow_public_client_flows = public;
        // Whoever has nothing to prove itself with is not for that a public client.
        situation.application().secrets.clear();
        let Ok(Decision::Issue(plan)) = situation.decide() else { panic!("{}", situation.told()) };
        assert_eq!((plan.platform, plan.redirect.clone()), (platform, None));
    }
}

#[test]
fn our_own_pages_ask_for_nothing_and_need_nobody_to_let_them_in() {
    let pages = Registration { application: grantor_rules::directory_api::account_pages(), principal: None };
    for policy in [UserConsent::Allowed, UserConsent::NotAllowed] {
        let mut ours = situation("");
        (ours.client, ours.consents) = (pages.clone(), Consents::default());
        ours.tenant.policy.user_consent = policy;
        let redirect = ours.redirect.take();
        assert_eq!(ours.told(), "issue", "{policy:?}");
        // What others have made asks first.
        ours.client = crate::world::not_here(app());
        ours.redirect = redirect;
        let asks = if policy == UserConsent::Allowed { "ask Directory/openid" } else { "approval Directory/openid" };
        assert_eq!(ours.told(), asks, "{policy:?}");
    }
}

#[test]
fn the_platform_is_that_of_the_address() {
    for platform in [Platform::Web, Platform::Spa, Platform::PublicClient] {
        let mut situation = situation("openid");
        situation.redirect = Some(registered(&app(), platform));
        let Ok(Decision::Issue(plan)) = situation.decide() else { panic!("{}", situation.told()) };
        assert_eq!(plan.platform, platform);
    }
}

#[test]
fn an_administrator_can_be_asked_where_the_tenant_takes_such_wishes() {
    for (takes, prompt, can) in [
        (true, Prompt::AsNeeded, true),
        (false, Prompt::AsNeeded, false),
        // For everybody it is the administrators' own to decide.
        (true, Prompt::AdminConsent, false),
    ] {
        let mut situation = situation("api://colors/Manage");
        situation.tenant.policy.consent_requests = takes;
        situation.request.prompt = prompt;
        let Ok(Decision::Ask(Question::Approval { can_ask, .. })) = situation.decide() else { panic!("not that") };
        assert_eq!(can_ask, can, "{takes} {prompt:?}");
    }
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
    (Prompt::AsNeeded,      "openid api://colors/Manage", false, false, "approval COLORS/Manage"),
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
    (Prompt::Consent,       "openid api://colors/Manage", false, false, "approval COLORS/Manage Directory/openid"),
    (Prompt::Consent,       "openid api://colors/Manage", false, true,  "ask COLORS/Manage Directory/openid"),
    // For everybody: administrators alone, and once.
    (Prompt::AdminConsent,  "openid api://colors/Read",   false, true,  "ask COLORS/Read Directory/openid"),
    (Prompt::AdminConsent,  "openid api://colors/Read",   false, false, "approval COLORS/Read Directory/openid"),
    (Prompt::AdminConsent,  "openid api://colors/Read",   true,  true,  "issue"),
    (Prompt::AdminConsent,  "openid api://colors/Write",  true,  true,  "ask COLORS/Write"),
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
        (&["colors/Gone"], &[], "required-permissions-gone"),
        (&["shapes/Read"], &[], "api-not-required"),
        (&[], &[], "nothing-required"),
        (&["colors/Manage"], &[], "approval COLORS/Manage"),
    ];
    for (needed, granted, expected) in rows {
        let mut situation = situation("api://colors/.default");
        situation.application().required_permissions = required(needed);
        situation.consents = allowed(granted);
        assert_eq!(situation.told(), *expected, "required {needed:?}, granted {granted:?}");
    }
}

#[test]
fn everything_granted_on_the_directory_is_more_than_having_signed_in() {
    let mut situation = situation("openid https://graph.microsoft.com/.default");
    situation.consents = allowed(&["directory/openid", "directory/profile"]);
    situation.application().required_permissions = required(&["directory/User.Read"]);
    assert_eq!(situation.told(), "ask Directory/User.Read");
    situation.consents = allowed(&["directory/openid", "directory/User.Read"]);
    assert_eq!(situation.told(), "issue");
    situation.consents = allowed(&["directory/openid"]);
    situation.application().required_permissions = required(&["directory/openid"]);
    assert_eq!(situation.told(), "api-not-required");
}

#[test]
fn a_prompt_for_consent_lists_what_everything_granted_stands_for() {
    let mut situation = situation("api://colors/.default");
    situation.request.prompt = Prompt::Consent;
    situation.consents = allowed(&["colors/Read"]);
    situation.application().required_permissions = required(&["colors/Read", "shapes/Write"]);
    assert_eq!(situation.told(), "ask COLORS/Read SHAPES/Write");
    situation.application().required_permissions = required(&[]);
    assert_eq!(situation.told(), "ask COLORS/Read");
    situation.just_consented = true;
    assert_eq!(situation.told(), "issue");
}
