//! Whether a request, an address and a person fit an application at all.

use std::sync::Arc;

use grantor_protocol::TenantId;
use grantor_protocol::response::{ResponseMode, ResponseType};
use grantor_rules::Refusal;
use grantor_rules::authorize::{ChallengeWanted, Request, api_enabled, assigned, fits, fits_authority, may_be_used};
use grantor_rules::model::{
    Application, Assigned, Authority, FrontChannel, Platform, SignInAudience, Tenant, TenantKind,
};

use crate::world::{api, app, directory, here, not_here, principal_of, request, tenant};

fn reason(answer: Result<(), Refusal>) -> Option<&'static str> {
    answer.err().map(|refusal| refusal.reason())
}

/// `i`: id_tokens are switched on, `a`: access tokens are.
fn with_front_channel(switches: &str) -> Application {
    let front_channel = FrontChannel { id_tokens: switches.contains('i'), access_tokens: switches.contains('a') };
    Application { front_channel, ..app() }
}

fn asking(response_type: &str, mode: ResponseMode, words: &str) -> Request {
    let response_type = ResponseType::parse(response_type).expect("there is such a response type");
    Request { response_type, response_mode: mode, ..request(words) }
}

/// Response type, what is switched on, answer.
#[rustfmt::skip]
const SWITCHES: &[(&str, &str, Option<&str>)] = &[
    ("code",                "",   None),
    ("code",                "ia", None),
    ("id_token",            "",   Some("response-type-not-enabled")),
    ("id_token",            "a",  Some("response-type-not-enabled")),
    ("id_token",            "i",  None),
    ("token",               "",   Some("response-type-not-enabled")),
    ("token",               "i",  Some("response-type-not-enabled")),
    ("token",               "a",  None),
    ("id_token token",      "i",  Some("response-type-not-enabled")),
    ("id_token token",      "a",  Some("response-type-not-enabled")),
    ("id_token token",      "ia", None),
    ("code id_token",       "a",  Some("response-type-not-enabled")),
    ("code id_token",       "i",  None),
    ("code token",          "i",  Some("response-type-not-enabled")),
    ("code token",          "a",  None),
    ("code id_token token", "a",  Some("response-type-not-enabled")),
    ("code id_token token", "ia", None),
];

#[test]
fn only_what_is_switched_on_comes_without_a_code() {
    for (response_type, switches, expected) in SWITCHES {
        for platform in [Platform::Web, Platform::Spa, Platform::PublicClient] {
            let request = asking(response_type, ResponseMode::Fragment, "openid api://colors/Read");
            let found = reason(fits(&with_front_channel(switches), platform, &request));
            assert_eq!(found, *expected, "{response_type} {switches} {platform:?}");
        }
    }
}

#[test]
fn tokens_are_never_in_an_address() {
    for (response_type, _, _) in SWITCHES {
        for (_, mode) in ResponseMode::VALUES {
            let request = asking(response_type, mode, "openid api://colors/Read");
            let shows = mode == ResponseMode::Query && *response_type != "code";
            let expected = shows.then_some("response-mode-forbidden");
            let found = reason(fits(&with_front_channel("ia"), Platform::Web, &request));
            assert_eq!(found, expected, "{response_type} {mode:?}");
        }
    }
}

#[test]
fn an_id_token_in_front_needs_openid_and_a_nonce() {
    for (response_type, needs) in [("code", false), ("token", false), ("id_token", true), ("code id_token", true)] {
        let application = with_front_channel("ia");
        let without_openid = asking(response_type, ResponseMode::FormPost, "api://colors/Read");
        let found = reason(fits(&application, Platform::Web, &without_openid));
        assert_eq!(found, needs.then_some("openid-required"), "{response_type}");
        let mut without_nonce = asking(response_type, ResponseMode::FormPost, "openid api://colors/Read");
        without_nonce.nonce = None;
        let found = fits(&application, Platform::Web, &without_nonce).err();
        assert_eq!(found, needs.then_some(Refusal::ParameterMissing { name: "nonce" }), "{response_type}");
    }
}

#[test]
fn only_a_single_page_application_must_use_a_challenge_for_a_code() {
    let rows = [
        ("code", Platform::Spa, Some("challenge-required")),
        ("code", Platform::Web, None),
        ("code", Platform::PublicClient, None),
        ("code id_token", Platform::Spa, Some("challenge-required")),
        ("id_token", Platform::Spa, None),
    ];
    for (response_type, platform, expected) in rows {
        let with = asking(response_type, ResponseMode::Fragment, "openid");
        assert_eq!(reason(fits(&with_front_channel("ia"), platform, &with)), None, "{response_type} {platform:?}");
        let without = Request { challenge: None, ..with };
        let found = reason(fits(&with_front_channel("ia"), platform, &without));
        assert_eq!(found, expected, "{response_type} {platform:?}");
    }
}

#[test]
fn the_standard_wants_a_challenge_of_all_but_those_that_bind_the_answer_by_a_nonce() {
    let words = ["openid", "api://colors/Read"];
    for platform in [Platform::Web, Platform::Spa, Platform::PublicClient] {
        for (nonce, words) in [(true, words[0]), (false, words[0]), (true, words[1])] {
            let mut request = asking("code", ResponseMode::Query, words);
            request.challenge_wanted = ChallengeWanted::OfAllWithoutNonce;
            request.nonce = nonce.then(|| "nonce".to_owned());
            assert_eq!(reason(fits(&app(), platform, &request)), None, "{platform:?} {words}");
            request.challenge = None;
            let bound = platform == Platform::Web && nonce && words == "openid";
            let expected = (!bound).then_some("challenge-required");
            assert_eq!(reason(fits(&app(), platform, &request)), expected, "{platform:?} {words}, nonce: {nonce}");
        }
    }
}

#[test]
fn a_token_in_front_is_for_one_api() {
    let words = "openid api://colors/Read api://shapes/Read";
    for (response_type, expected) in [("code", None), ("id_token", None), ("token", Some("several-apis-in-front"))] {
        let request = asking(response_type, ResponseMode::Fragment, words);
        let found = reason(fits(&with_front_channel("ia"), Platform::Web, &request));
        assert_eq!(found, expected, "{response_type}");
    }
}

#[test]
fn an_address_of_several_tenants_is_for_applications_of_several() {
    use SignInAudience::{AnyOrganization, AnyOrganizationAndPersonal, PersonalOnly, ThisOrganization};
    for audience in [ThisOrganization, AnyOrganization, AnyOrganizationAndPersonal, PersonalOnly] {
        let application = Application { sign_in_audience: audience, ..app() };
        for authority in [Authority::Tenant(tenant().id), Authority::Organizations, Authority::Common] {
            let found = fits_authority(&application, authority).err();
            let expected = match (audience, authority) {
                (ThisOrganization, Authority::Organizations | Authority::Common) => {
                    Some(Refusal::SingleTenantOnly { application: "APP".into() })
                }
                (PersonalOnly, Authority::Organizations) => {
                    Some(Refusal::ForPersonalAccountsAlone { application: "APP".into() })
                }
                _ => None,
            };
            assert_eq!(found, expected, "{audience:?} {authority:?}");
        }
    }
}

#[test]
fn an_authority_admits_its_own_people() {
    let personal = Tenant { kind: TenantKind::Consumers, ..tenant() };
    let other = Tenant { id: TenantId::from_random([9; 16]), ..tenant() };
    let rows = [
        (Authority::Tenant(tenant().id), [true, true, false]),
        (Authority::Organizations, [true, false, true]),
        (Authority::Common, [true, true, true]),
    ];
    for (authority, expected) in rows {
        let found = [&tenant(), &personal, &other].map(|tenant| authority.admits(tenant));
        assert_eq!(found, expected, "{authority:?}");
    }
}

#[test]
fn an_application_may_be_used_where_neither_its_publisher_nor_the_tenant_has_switched_it_off() {
    assert_eq!(may_be_used(&here(app()), &tenant()), Ok(()));
    let off_everywhere = here(Application { disabled: true, ..app() });
    assert_eq!(reason(may_be_used(&off_everywhere, &tenant())), Some("client-disabled"));
    let mut off_here = here(app());
    principal_of(&mut off_here).enabled = false;
    assert_eq!(reason(may_be_used(&off_here, &tenant())), Some("client-disabled-here"));
    // One that nobody has let in yet is for whom its audience says.
    let several = Application { sign_in_audience: SignInAudience::AnyOrganization, ..app() };
    let elsewhere = Tenant { id: TenantId::from_random([9; 16]), ..tenant() };
    assert_eq!(may_be_used(&not_here(several), &elsewhere), Ok(()));
    assert_eq!(reason(may_be_used(&not_here(app()), &elsewhere)), Some("audience-excludes"));
    assert_eq!(reason(may_be_used(&off_everywhere, &elsewhere)), Some("audience-excludes"), "the first one speaks");
}

#[test]
fn who_is_not_assigned_is_refused_only_where_the_tenant_wants_that() {
    let is = |is_assigned| Assigned { is_assigned, ..Assigned::default() };
    let mut wants = here(app());
    principal_of(&mut wants).assignment_required = true;
    let rows = [(here(app()), false, None), (here(app()), true, None), (wants.clone(), true, None)];
    for (client, is_assigned, expected) in rows {
        assert_eq!(reason(assigned(&client, &is(is_assigned))), expected);
    }
    assert_eq!(assigned(&wants, &is(false)), Err(Refusal::NotAssigned { application: "APP".into() }));
    assert_eq!(assigned(&not_here(app()), &is(false)), Ok(()), "nobody wants it yet");
}

#[test]
fn an_application_begins_at_home_as_its_registration_says_and_elsewhere_as_any() {
    use grantor_rules::model::ServicePrincipal;
    let granted_app_roles = crate::world::required(&["colors/Paint"]);
    let strict = Application { assignment_required: true, granted_app_roles, ..app() };
    let now = crate::world::NOW;
    let at_home = ServicePrincipal::at_home(&strict, now);
    assert!(at_home.enabled && at_home.assignment_required);
    assert_eq!(at_home.granted_app_roles.len(), 1);
    let elsewhere = ServicePrincipal::new(&strict, now);
    assert!(elsewhere.enabled && !elsewhere.assignment_required);
    assert!(elsewhere.granted_app_roles.is_empty(), "what one tenant grants is nothing in another");
    assert_eq!((elsewhere.publisher, elsewhere.created_at), (tenant().id, now));
}

#[test]
fn an_api_is_usable_unless_somebody_has_switched_it_off() {
    assert_eq!(api_enabled(&here(api("colors"))), Ok(()));
    assert_eq!(api_enabled(&directory()), Ok(()));
    let refusal = Err(Refusal::ApiDisabled { api: "COLORS".into() });
    let mut off_here = here(api("colors"));
    principal_of(&mut off_here).enabled = false;
    assert_eq!(api_enabled(&off_here), refusal);
    let mut off_everywhere = here(api("colors"));
    Arc::make_mut(&mut off_everywhere.application).disabled = true;
    assert_eq!(api_enabled(&off_everywhere), refusal);
}
