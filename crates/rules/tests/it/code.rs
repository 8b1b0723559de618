//! What an authorization code buys.

use std::time::Duration;

use grantor_protocol::pkce::{ChallengeMethod, CodeChallenge, CodeVerifier};
use grantor_protocol::{RedirectUri, TenantId, UserId};
use grantor_rules::Refusal;
use grantor_rules::model::{Application, Code, Consents, Platform, SignInAudience};
use grantor_rules::token::TokenPlan;
use grantor_rules::token::code::{CodeRequest, SaysAddress, belongs_together, of_tenant, redeem};

use crate::moment::{Moment, moment};
use crate::world::{NATIVE, NOW, WEB, allowed, app, client_id, code, minutes, proven, resolved, tenant, uri, verifier};

fn fitting(platform: Platform) -> CodeRequest {
    CodeRequest {
        redirect_uri: Some(uri(crate::world::redirect_of(platform))),
        verifier: Some(verifier()),
        names_scopes: false,
        address: SaysAddress::Again,
    }
}

fn reason(request: &CodeRequest, code: &Code, application: &Application) -> Option<&'static str> {
    belongs_together(request, code, &proven(application, code.platform), NOW).err().map(|refusal| refusal.reason())
}

#[test]
fn a_code_and_the_request_of_its_own_application_belong_together() {
    for platform in [Platform::Web, Platform::Spa, Platform::PublicClient] {
        assert_eq!(reason(&fitting(platform), &code(platform, "openid"), &app()), None, "{platform:?}");
    }
}

#[test]
fn a_code_is_for_the_application_that_asked_for_it() {
    let stranger = Application { client_id: client_id("stranger"), ..app() };
    assert_eq!(
        reason(&fitting(Platform::Web), &code(Platform::Web, "openid"), &stranger),
        Some("code-of-another-client")
    );
}

#[test]
fn a_code_ends_at_its_end_and_not_after() {
    let mut ending = code(Platform::Web, "openid");
    for (ends_at, expected) in [
        (NOW + Duration::from_millis(1), None),
        (NOW, Some("code-expired")),
        (NOW - Duration::from_millis(1), Some("code-expired")),
    ] {
        ending.expires_at = ends_at;
        assert_eq!(reason(&fitting(Platform::Web), &ending, &app()), expected);
    }
}

#[test]
fn a_proof_key_may_stand_in_for_the_address_and_never_for_a_wrong_one() {
    let code = code(Platform::Web, "openid");
    assert!(code.challenge.is_some() && code.redirect_uri_was_given);
    let unbound = Code { challenge: None, ..code.clone() };
    let silent =
        CodeRequest { redirect_uri: None, address: SaysAddress::AgainWithoutProofKey, ..fitting(Platform::Web) };
    let missing = Some("parameter-missing");
    assert_eq!(reason(&silent, &code, &app()), None);
    assert_eq!(reason(&CodeRequest { verifier: None, ..silent.clone() }, &unbound, &app()), missing);
    assert_eq!(reason(&CodeRequest { address: SaysAddress::Again, ..silent.clone() }, &code, &app()), missing);
    let wrong = CodeRequest { redirect_uri: Some(uri("https://app.example/other")), ..silent };
    assert_eq!(reason(&wrong, &code, &app()), Some("redirect-differs"));
}

#[test]
fn the_redirect_address_is_the_same_text() {
    let rows: &[(&str, Option<&str>, bool, Option<&str>)] = &[
        (WEB, Some(WEB), true, None),
        (WEB, Some(WEB), false, None),
        (WEB, None, false, None),
        (WEB, None, true, Some("parameter-missing")),
        (WEB, Some("https://app.example/other"), true, Some("redirect-differs")),
        (WEB, Some("https://app.example/other"), false, Some("redirect-differs")),
        (WEB, Some("https://app.example/CB"), true, Some("redirect-differs")),
        (WEB, Some("https://app.example/cb?x=1"), true, Some("redirect-differs")),
        // The port of a loopback address is free when a code is asked for, and then it is the one that was used.
        (NATIVE, Some("http://localhost:5000"), true, Some("redirect-differs")),
    ];
    for (sent_to, asked, was_given, expected) in rows {
        let mut code = code(Platform::Web, "openid");
        (code.redirect_uri, code.redirect_uri_was_given) = (uri(sent_to), *was_given);
        let request = CodeRequest { redirect_uri: asked.map(uri), ..fitting(Platform::Web) };
        assert_eq!(reason(&request, &code, &app()), *expected, "{sent_to} {asked:?} given: {was_given}");
    }
    let differs = CodeRequest { redirect_uri: Some(uri("https://evil.example/")), ..fitting(Platform::Web) };
    assert_eq!(
        belongs_together(&differs, &code(Platform::Web, "openid"), &proven(&app(), Platform::Web), NOW),
        Err(Refusal::RedirectDiffers { asked: "https://evil.example/".into() })
    );
}

#[test]
fn a_proof_key_is_shown_exactly_where_one_was_asked_with() {
    let other = || Some(CodeVerifier::from_random([8; 32]));
    let plain = || CodeChallenge::parse(ChallengeMethod::Plain, verifier().secret().expose()).ok();
    let hashed = || Some(verifier().challenge());
    let rows = [
        (Platform::Web, hashed(), Some(verifier()), None),
        (Platform::Web, hashed(), other(), Some("verifier-wrong")),
        (Platform::Web, hashed(), None, Some("verifier-missing")),
        (Platform::PublicClient, hashed(), None, Some("verifier-missing")),
        // A single-page application has a code of its own for that; even if a code without a challenge came about.
        (Platform::Spa, hashed(), None, Some("challenge-required")),
        (Platform::Spa, None, None, Some("challenge-required")),
        (Platform::Spa, hashed(), other(), Some("verifier-wrong")),
        // The downgrade: a stolen code whose challenge was taken out of the request.
        (Platform::Web, None, Some(verifier()), Some("verifier-unexpected")),
        (Platform::Spa, None, Some(verifier()), Some("verifier-unexpected")),
        (Platform::Web, None, None, None),
        (Platform::Web, plain(), Some(verifier()), None),
        (Platform::Web, plain(), other(), Some("verifier-wrong")),
        // The challenge itself is no verifier.
        (Platform::Web, hashed(), CodeVerifier::parse(verifier().challenge().as_str()).ok(), Some("verifier-wrong")),
    ];
    for (platform, challenge, shown, expected) in rows {
        let mut code = code(platform, "openid");
        code.challenge.clone_from(&challenge);
        let request = CodeRequest { verifier: shown.clone(), ..fitting(platform) };
        assert_eq!(reason(&request, &code, &app()), expected, "{platform:?} {challenge:?} {shown:?}");
    }
}

#[test]
fn a_code_of_another_tenant_is_refused() {
    let (own, other) = (tenant().id, TenantId::from_random([9; 16]));
    assert_eq!(of_tenant(own, own), Ok(()));
    assert_eq!(of_tenant(other, own), Err(Refusal::CodeOfAnotherTenant));
}

/// Everything that a redemption looks at.
struct Situation {
    moment: Moment,
    proven_as: Platform,
    code: Code,
    redirect_uri: Option<RedirectUri>,
    verifier: Option<CodeVerifier>,
    words: &'static str,
    names_scopes: bool,
}

fn situation(words: &'static str) -> Situation {
    let fitting = fitting(Platform::Web);
    Situation {
        moment: moment(&["directory/openid", "directory/offline_access", "colors/Read"]),
        proven_as: Platform::Web,
        code: code(Platform::Web, words),
        redirect_uri: fitting.redirect_uri,
        verifier: fitting.verifier,
        words,
        names_scopes: false,
    }
}

impl Situation {
    fn redeem<T>(&self, look: impl FnOnce(&TokenPlan<'_>) -> T) -> Result<T, Refusal> {
        let request = CodeRequest {
            redirect_uri: self.redirect_uri.clone(),
            verifier: self.verifier.clone(),
            names_scopes: self.names_scopes,
            address: SaysAddress::Again,
        };
        let client = self.moment.proven(self.proven_as);
        redeem(&request, &self.code, &client, resolved(self.words), &self.moment.standing()).map(|plan| look(&plan))
    }

    fn reason(&self) -> Option<&'static str> {
        self.redeem(|_| ()).err().map(|refusal| refusal.reason())
    }
}

/// What goes wrong, in the order in which it is noticed.
type Spoil = fn(&mut Situation);
const SPOILS: [(&str, Spoil); 7] = [
    ("code-of-another-client", |situation| situation.code.client_id = client_id("stranger")),
    ("redirect-differs", |situation| situation.redirect_uri = Some(uri("https://app.example/other"))),
    ("verifier-wrong", |situation| situation.verifier = Some(CodeVerifier::from_random([8; 32]))),
    ("code-expired", |situation| situation.code.expires_at = NOW),
    ("user-gone", |situation| situation.moment.user = None),
    ("for-personal-accounts-alone", |situation| {
        situation.moment.application().sign_in_audience = SignInAudience::PersonalOnly;
    }),
    ("consent-required", |situation| situation.moment.consents = Consents::default()),
];

#[test]
fn each_check_refuses_alone_and_the_first_one_speaks() {
    assert_eq!(situation("openid api://colors/Read").reason(), None);
    for (place, (expected, spoil)) in SPOILS.iter().enumerate() {
        let mut alone = situation("openid api://colors/Read");
        spoil(&mut alone);
        assert_eq!(alone.reason(), Some(*expected));
        let mut with_all_that_follow = situation("openid api://colors/Read");
        SPOILS[place..].iter().for_each(|(_, spoil)| spoil(&mut with_all_that_follow));
        assert_eq!(with_all_that_follow.reason(), Some(*expected), "and everything after it");
    }
}

#[test]
fn a_code_buys_nothing_for_a_person_who_may_not_sign_in_or_is_another() {
    let mut disabled = situation("openid api://colors/Read");
    disabled.moment.person().account_enabled = false;
    assert_eq!(disabled.reason(), Some("user-disabled"));
    let mut another = situation("openid api://colors/Read");
    another.moment.person().id = UserId::from_random([9; 16]);
    assert_eq!(another.reason(), Some("user-gone"));
}

#[test]
fn what_a_code_knows_is_what_the_tokens_know() {
    let situation = situation("openid offline_access api://colors/Read");
    let code = &situation.code;
    situation
        .redeem(|plan| {
            assert_eq!(plan.client.client_id, code.client_id);
            assert_eq!(plan.user.id, code.user);
            assert_eq!(plan.tenant.id, tenant().id);
            assert_eq!(plan.nonce, code.nonce);
            assert_eq!(plan.authenticated_at, code.authenticated_at);
            assert_eq!(plan.method, code.method);
            assert_eq!((plan.sid.as_str(), plan.family, plan.flow), (code.sid.as_str(), code.family, code.flow));
            assert_eq!(plan.scopes, ["Read"]);
            assert_eq!(plan.api.application.client_id, client_id("colors"));
            assert!(plan.has_id_token());
        })
        .unwrap();
}

#[test]
fn a_single_page_application_has_a_day_and_others_ninety() {
    let day = Duration::from_hours(24);
    for (platform, fixed, unused) in [
        (Platform::Spa, Some(NOW + day), NOW + day),
        (Platform::Web, None, NOW + day * 90),
        (Platform::PublicClient, None, NOW + day * 90),
    ] {
        let mut situation = situation("openid offline_access api://colors/Read");
        situation.proven_as = platform;
        situation.code = code(platform, situation.words);
        situation.redirect_uri = fitting(platform).redirect_uri;
        let (ends, expires) = situation.redeem(|plan| (plan.family_ends_at, plan.refresh_expires_at)).unwrap();
        assert_eq!((ends, expires), (fixed, Some(unused)), "{platform:?}");
    }
}

#[test]
fn there_is_a_refresh_token_only_where_it_was_asked_for_and_allowed() {
    let asked = situation("openid offline_access api://colors/Read");
    assert!(asked.redeem(|plan| plan.refresh_expires_at).unwrap().is_some());
    let not_asked = situation("openid api://colors/Read");
    assert_eq!(not_asked.redeem(|plan| plan.refresh_expires_at).unwrap(), None);
    let mut not_allowed = situation("openid offline_access api://colors/Read");
    not_allowed.moment.consents = allowed(&["directory/openid", "colors/Read"]);
    assert_eq!(not_allowed.redeem(|plan| plan.refresh_expires_at).unwrap(), None);
    // What the token request names beside does not bring one about.
    let mut later = situation("openid offline_access api://colors/Read");
    later.code = code(Platform::Web, "openid api://colors/Read");
    assert_eq!(later.redeem(|plan| plan.refresh_expires_at).unwrap(), None);
}

#[test]
fn a_code_that_is_close_to_its_end_still_buys_whole_tokens() {
    let mut late = situation("openid api://colors/Read");
    late.code.expires_at = NOW + Duration::from_millis(1);
    assert_eq!(late.redeem(|plan| plan.access_expires_at).unwrap(), NOW + minutes(60));
}
