//! What both grants have in common: which API, which permissions, how they are called, how long things live.

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::ClientId;
use grantor_rules::model::{Consents, Platform, SeveralApis};
use grantor_rules::scopes::{ApiName, SignInScope};
use grantor_rules::token::TokenPlan;
use grantor_rules::token::code::{CodeRequest, SaysAddress, redeem};
use grantor_rules::{Refusal, Settings, directory_api};

use crate::grants::{Asked, ForAPerson, buy, by_secret};
use crate::moment::Moment;
use crate::world::{NOW, WEB, allowed, app, client_id, code, minutes, resolved, tenant, uri, verifier, wanted};

/// Redeems a code that was asked for with `words`.
fn bought<T>(
    words: &str,
    consents: &Consents,
    names_scopes: bool,
    settings: &Settings,
    roll: u64,
    look: impl FnOnce(&TokenPlan<'_>) -> T,
) -> Result<T, Refusal> {
    let code = code(Platform::Web, words);
    let request = CodeRequest {
        redirect_uri: Some(uri(WEB)),
        verifier: Some(verifier()),
        names_scopes,
        address: SaysAddress::Again,
    };
    let moment = Moment { roll, settings: settings.clone(), ..Moment::of(app(), consents.clone()) };
    redeem(&request, &code, &moment.proven(Platform::Web), resolved(words), &moment.standing()).map(|plan| look(&plan))
}

fn with<T>(words: &str, consents: &[&str], look: impl FnOnce(&TokenPlan<'_>) -> T) -> Result<T, Refusal> {
    bought(words, &allowed(consents), false, &Settings::default(), 0, look)
}

#[test]
fn the_reply_calls_each_permission_as_it_was_called() {
    let everything: &[&str] = &[
        "directory/openid",
        "directory/profile",
        "directory/email",
        "directory/offline_access",
        "directory/User.Read",
        "directory/Mail.Read",
        "colors/Read",
        "colors/Write",
    ];
    let rows: &[(&str, &[&str], &str)] = &[
        ("api://colors/Read", everything, "api://colors/Read"),
        ("api://colors/read", everything, "api://colors/read"),
        ("user.READ", everything, "user.READ"),
        (
            "User.Read https://graph.microsoft.com/mail.read",
            everything,
            "User.Read https://graph.microsoft.com/mail.read",
        ),
        // One permission in two spellings: a cache may look for either.
        ("api://colors/Read api://colors/READ", everything, "api://colors/Read api://colors/READ"),
        // The permissions of signing in come last, and that of keeping access never.
        ("openid offline_access profile api://colors/Read", everything, "api://colors/Read openid profile"),
        ("email offline_access", everything, "email"),
        // What is not allowed is not called anything.
        (
            "openid profile api://colors/Read api://colors/Write",
            &["directory/openid", "colors/Write"],
            "api://colors/Write openid",
        ),
        // Everything granted beside what it stands for, in its own style.
        ("api://colors/.default", everything, "api://colors/Read api://colors/Write api://colors/.default"),
        (".default openid", everything, "Mail.Read User.Read .default openid"),
        (
            "https://graph.microsoft.com/.default",
            everything,
            "https://graph.microsoft.com/Mail.Read https://graph.microsoft.com/User.Read https://graph.microsoft.com/.default",
        ),
    ];
    for (words, consents, expected) in rows {
        let found = with(words, consents, |plan| plan.spelled_scopes.join(" "));
        assert_eq!(found.as_deref(), Ok(*expected), "{words}");
    }
    // Of several APIs the first one wins, and the others are not mentioned.
    let several = "openid api://colors/Read User.Read";
    let consents = allowed(everything);
    let found = bought(several, &consents, true, &Settings::default(), 0, |plan| plan.spelled_scopes.join(" "));
    assert_eq!(found.as_deref(), Ok("api://colors/Read openid"));
}

#[test]
fn the_first_api_wins() {
    let consents = ["colors/Read", "shapes/Read", "directory/User.Read", "directory/openid"];
    let rows: [(&str, ClientId, &[&str]); 3] = [
        ("openid api://shapes/Read api://colors/Read", client_id("shapes"), &["Read"]),
        ("User.Read api://colors/Read", directory_api::client_id(), &["User.Read"]),
        ("openid", directory_api::client_id(), &[]),
    ];
    for (words, expected, scopes) in rows {
        let look = |plan: &TokenPlan<'_>| (plan.api.application.client_id.clone(), plan.scopes.clone());
        let (api, found) = bought(words, &allowed(&consents), true, &Settings::default(), 0, look).unwrap();
        assert_eq!((api, found.iter().map(String::as_str).collect::<Vec<_>>()), (expected, scopes.to_vec()), "{words}");
    }
}

#[test]
fn a_code_for_several_apis_buys_nothing_until_one_is_named() {
    let consents = allowed(&["colors/Read", "shapes/Read", "directory/User.Read"]);
    let buys = |words: &str, names: bool| bought(words, &consents, names, &Settings::default(), 0, |_| ());
    let refusal = Refusal::ApiNotNamed { apis: vec!["SHAPES".into(), "COLORS".into()] };
    assert_eq!(buys("api://shapes/Read api://colors/Read", false), Err(refusal));
    assert_eq!(buys("api://shapes/Read api://colors/Read", true), Ok(()));
    // Two names of one API are one, and who signs in alone means the directory.
    for words in ["User.Read https://graph.microsoft.com/User.Read", "openid", "api://colors/Read"] {
        let found = buys(words, false);
        assert!(!matches!(found, Err(Refusal::ApiNotNamed { .. })), "{words}");
    }
}

#[test]
fn a_tenant_may_refuse_requests_that_name_several_apis() {
    use grantor_rules::token::the_api;
    let several = resolved("openid api://shapes/Read api://colors/Read");
    let mut strict = tenant();
    strict.policy.several_apis = SeveralApis::Refused;
    let refusal = Refusal::SeveralApis { apis: vec!["SHAPES".into(), "COLORS".into()] };
    assert_eq!(the_api(&several, &strict, true).err(), Some(refusal));
    // What an earlier request named may name several; two names of one API are one.
    let asked: [(&str, bool); 4] = [
        ("openid api://shapes/Read api://colors/Read", false),
        ("openid api://shapes/Read", true),
        ("User.Read https://graph.microsoft.com/Mail.Read", true),
        ("openid", true),
    ];
    for (words, by_request) in asked {
        assert!(the_api(&resolved(words), &strict, by_request).is_ok(), "{words}");
    }
    assert_eq!(the_api(&several, &tenant(), true).unwrap().application.display_name, "SHAPES");
}

#[test]
fn each_grant_whose_request_names_several_apis_is_refused_where_the_tenant_says_so() {
    for kind in ForAPerson::ALL {
        let mut moment = Moment::of(app(), allowed(&["shapes/Read", "colors/Read"]));
        moment.tenant.policy.several_apis = SeveralApis::Refused;
        let words = "api://shapes/Read api://colors/Read";
        let asked = Asked { original: wanted(words), scopes: resolved(words), by_request: true };
        let found = buy(kind, &moment, &by_secret(&moment), Platform::Web, asked, |plan| plan.scopes.len());
        match kind {
            ForAPerson::Code
            | ForAPerson::RefreshToken
            | ForAPerson::Password
            | ForAPerson::OnBehalfOf
            | ForAPerson::JwtBearer
            | ForAPerson::TokenExchange => {
                assert_eq!(found.unwrap_err().reason(), "several-apis", "{kind:?}");
            }
            // These name nothing when tokens are issued.
            ForAPerson::DeviceCode | ForAPerson::Front => assert_eq!(found, Ok(1), "{kind:?}"),
        }
    }
}

#[test]
fn signing_in_alone_buys_a_token_of_the_directory() {
    let words = "openid profile offline_access";
    with(words, &["directory/openid", "directory/offline_access"], |plan| {
        assert_eq!(plan.api.asked_as, ApiName::Directory);
        assert!(plan.scopes.is_empty());
        assert_eq!(plan.sign_in, [SignInScope::OpenId, SignInScope::OfflineAccess]);
        assert!(plan.has_id_token());
    })
    .unwrap();
}

#[test]
fn an_id_token_needs_openid_to_be_asked_and_allowed() {
    assert!(
        with("openid api://colors/Read", &["directory/openid", "colors/Read"], |plan| plan.has_id_token()).unwrap()
    );
    assert!(!with("openid api://colors/Read", &["colors/Read"], |plan| plan.has_id_token()).unwrap());
    assert!(!with("api://colors/Read", &["directory/openid", "colors/Read"], |plan| plan.has_id_token()).unwrap());
}

#[test]
fn nothing_allowed_buys_nothing() {
    let rows: &[(&str, &[&str], &str)] = &[
        ("openid", &[], "nothing-to-issue"),
        ("openid", &["colors/Read"], "nothing-to-issue"),
        ("api://colors/Read", &[], "consent-required"),
        ("openid api://colors/Read", &["directory/openid"], "consent-required"),
        ("api://colors/.default", &["shapes/Read"], "consent-required"),
        (".default openid", &["directory/openid"], "consent-required"),
    ];
    for (words, consents, expected) in rows {
        let found = with(words, consents, |_| ()).err().map(|refusal| refusal.reason());
        assert_eq!(found, Some(*expected), "{words} {consents:?}");
    }
}

#[test]
fn a_request_that_names_permissions_gets_all_of_them_or_nothing() {
    let words = "api://colors/Read api://colors/Write";
    let settings = Settings::default();
    let some = allowed(&["colors/Read"]);
    let by_itself = bought(words, &some, true, &settings, 0, |plan| plan.scopes.clone());
    assert_eq!(by_itself, Err(Refusal::ConsentRequired { missing: vec!["COLORS · Write".into()] }));
    let from_before = bought(words, &some, false, &settings, 0, |plan| plan.scopes.clone());
    assert_eq!(from_before, Ok(vec!["Read".into()]), "of what was asked for before, what is left is enough");
    let both = allowed(&["colors/Read", "colors/Write"]);
    assert_eq!(bought(words, &both, true, &settings, 0, |plan| plan.scopes.len()), Ok(2));
}

#[test]
fn an_access_token_lives_within_its_bounds_whatever_is_rolled() {
    let rows = [(60, 90), (10, 10), (5, 6), (90, 60)];
    for (shortest, longest) in rows {
        let settings = Settings {
            access_token_shortest: minutes(shortest),
            access_token_longest: minutes(longest),
            ..Settings::default()
        };
        let mut seen = std::collections::BTreeSet::new();
        for roll in (0..1800).chain([u64::MAX, u64::MAX - 1, 1 << 63]) {
            let ends = bought("openid", &allowed(&["directory/openid"]), false, &settings, roll, |plan| {
                plan.access_expires_at
            });
            let life = ends.unwrap().since(NOW);
            assert!(life >= minutes(shortest), "{life:?} of {shortest} to {longest}, roll {roll}");
            assert!(life <= minutes(longest.max(shortest)), "{life:?} of {shortest} to {longest}, roll {roll}");
            seen.insert(life);
        }
        let expected = if longest > shortest { usize::try_from((longest - shortest) * 60).unwrap() } else { 1 };
        assert_eq!(seen.len(), expected, "every second between the two is drawn");
    }
}

#[test]
fn each_life_is_that_of_the_settings() {
    let settings = Settings {
        id_token_lifetime: Duration::from_secs(11),
        refresh_token_idle: Duration::from_secs(22),
        ..Settings::default()
    };
    let consents = allowed(&["directory/openid", "directory/offline_access"]);
    let at = |seconds| NOW + Duration::from_secs(seconds);
    let found: (Timestamp, Option<Timestamp>) =
        bought("openid offline_access", &consents, false, &settings, 0, |plan| {
            (plan.id_expires_at, plan.refresh_expires_at)
        })
        .unwrap();
    assert_eq!(found, (at(11), Some(at(22))));
}

/// Source: entra-dialect 13.2.
#[test]
fn the_lives_are_those_that_are_documented() {
    let settings = Settings::default();
    assert_eq!(settings.code_lifetime, minutes(10));
    assert_eq!((settings.access_token_shortest, settings.access_token_longest), (minutes(60), minutes(90)));
    assert_eq!(settings.id_token_lifetime, minutes(60));
    assert_eq!(settings.refresh_token_idle, Duration::from_hours(90 * 24));
    assert_eq!(settings.spa_refresh_lifetime, Duration::from_hours(24));
    assert_eq!(settings.session_lifetime, Duration::from_hours(24));
}
