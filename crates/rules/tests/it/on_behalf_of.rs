//! What an application buys with the access token that it was called with.

use grantor_protocol::{FamilyId, HandleDigest};
use grantor_rules::api_access::PresentedToken;
use grantor_rules::client::ClientProof;
use grantor_rules::model::{Application, Family, Platform, RefreshToken, RevocationReason};
use grantor_rules::refusal::TokenFault;
use grantor_rules::token::TokenPlan;
use grantor_rules::token::on_behalf_of::{grant, stands};
use grantor_rules::{Refusal, Settings};

use crate::grants::{by_secret, new_family, new_flow};
use crate::moment::{Moment, moment};
use crate::world::{NOW, app, client_id, family, minutes, person, resolved, tenant, user_id};

/// A token that `front` was given for `audience`.
fn token(audience: &str) -> PresentedToken {
    PresentedToken {
        tenant: tenant().id,
        user: Some(user_id("ana")),
        client: client_id("front"),
        family: FamilyId::from_random([3; 16]),
        scopes: vec!["Read".into()],
        audience: audience.into(),
        bound_to: None,
        may_act: None,
        expires_at: NOW + minutes(60),
    }
}

/// What that token descends from.
fn parent() -> Family {
    Family { client_id: client_id("front"), ..family(Platform::Spa, "api://app/Read") }
}

/// The application in the middle.
fn middle() -> Application {
    Application { identifier_uris: vec!["api://app".into(), "https://app.example/".into()], ..app() }
}

fn fault(token: &PresentedToken, family: Option<&Family>) -> Option<TokenFault> {
    match stands(token, family, &middle()) {
        Ok(found) => {
            assert_eq!(Some(found), family);
            None
        }
        Err(Refusal::OnBehalfOfInvalid { why }) => Some(why),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn the_token_is_for_the_application_that_shows_it() {
    let rows = [
        ("app", true),
        ("APP", true),
        ("api://app", true),
        // One slash more or less at the end is the same name.
        ("api://app/", true),
        ("https://app.example/", true),
        ("https://app.example", true),
        ("api://app//", false),
        ("api://colors", false),
        ("front", false),
        ("https://graph.microsoft.com", false),
        ("", false),
        ("api://app.evil.example", false),
    ];
    for (audience, is_for_it) in rows {
        let expected = (!is_for_it).then(|| TokenFault::Audience { found: audience.into() });
        assert_eq!(fault(&token(audience), Some(&parent())), expected, "{audience}");
    }
    let nameless = Application { identifier_uris: vec![], ..middle() };
    assert!(stands(&token(""), Some(&parent()), &nameless).is_err());
}

#[test]
fn what_the_token_descends_from_stands() {
    let mut unnamed = token("app");
    unnamed.user = None;
    assert_eq!(fault(&unnamed, Some(&parent())), None, "some tokens do not name the person");
    let revoked = Some(RevocationReason::RefreshTokenReused);
    let rows: [(&str, Option<Family>); 5] = [
        ("forgotten", None),
        ("revoked", Some(Family { revoked, ..parent() })),
        ("of another application", Some(Family { client_id: client_id("app"), ..parent() })),
        ("of another person", Some(Family { user: user_id("ben"), ..parent() })),
        ("another one", Some(Family { id: FamilyId::from_random([8; 16]), ..parent() })),
    ];
    for (what, family) in rows {
        assert_eq!(fault(&token("app"), family.as_ref()), Some(TokenFault::Revoked), "{what}");
    }
    assert!(matches!(fault(&token("other"), None), Some(TokenFault::Audience { .. })), "the first one speaks");
}

fn bought<T>(moment: &Moment, words: &str, look: impl FnOnce(&TokenPlan<'_>) -> T) -> Result<T, Refusal> {
    let parent = parent();
    let client = by_secret(moment);
    grant(&parent, &client, resolved(words), new_family(), new_flow(), &moment.standing()).map(|plan| look(&plan))
}

const CONSENTS: [&str; 3] = ["directory/openid", "directory/offline_access", "colors/Read"];

#[test]
fn the_tokens_are_for_the_same_person_and_of_a_family_of_their_own() {
    bought(&moment(&CONSENTS), "openid offline_access api://colors/Read", |plan| {
        assert_eq!((plan.user.id, plan.authenticated_at), (parent().user, parent().authenticated_at));
        assert_eq!((plan.method, plan.sid.as_str()), (parent().method, parent().sid.as_str()));
        assert_eq!((plan.family, plan.flow), (new_family(), new_flow()));
        assert_eq!((plan.client.client_id.as_str(), plan.proof), ("app", ClientProof::Secret));
        assert_eq!((plan.platform, plan.nonce.as_deref()), (Platform::Web, None));
        assert_eq!(plan.scopes, ["Read"]);
    })
    .unwrap();
}

#[test]
fn what_is_bought_ends_with_what_it_was_begun_on() {
    let idle = |end| RefreshToken { digest: HandleDigest::from_bytes([9; 32]), expires_at: end, exchanged: vec![] };
    let (day, week) = (NOW + minutes(24 * 60), NOW + minutes(7 * 24 * 60));
    let rows = [
        // The access token alone: for as long as any lives.
        (None, None, NOW + Settings::default().access_token_longest),
        (Some(week), None, week),
        (Some(week), Some(day), day),
        (None, Some(NOW + minutes(1)), NOW + minutes(1)),
    ];
    let moment = moment(&CONSENTS);
    for (refresh, ends_at, expected) in rows {
        let parent = Family { refresh_token: refresh.map(idle), ends_at, ..parent() };
        let words = resolved("openid offline_access api://colors/Read");
        let client = by_secret(&moment);
        let plan = grant(&parent, &client, words, new_family(), new_flow(), &moment.standing()).unwrap();
        assert_eq!((plan.refresh_expires_at, plan.family_ends_at), (Some(expected), Some(expected)), "{refresh:?}");
    }
}

#[test]
fn what_is_bought_is_what_was_allowed_to_the_application_in_the_middle() {
    let of = |words: &str| bought(&moment(&CONSENTS), words, |plan| plan.scopes.clone());
    assert_eq!(of("api://colors/Read").unwrap(), ["Read"]);
    assert_eq!(of("api://colors/.default").unwrap(), ["Read"]);
    let missing = vec!["COLORS · Write".to_owned()];
    assert_eq!(of("api://colors/Read api://colors/Write"), Err(Refusal::ConsentRequired { missing }));
    assert_eq!(of("api://shapes/.default"), Err(Refusal::ConsentRequired { missing: vec![] }));
}

#[test]
fn a_refresh_token_is_asked_for_by_the_request_itself() {
    let kept = |words: &str| bought(&moment(&CONSENTS), words, |plan| plan.refresh_expires_at.is_some()).unwrap();
    assert!(kept("offline_access api://colors/Read"));
    assert!(!kept("api://colors/Read"));
}

#[test]
fn a_person_whose_sessions_were_ended_is_acted_for_no_more() {
    let mut ended = moment(&CONSENTS);
    ended.person().sessions_valid_from = Some(NOW - minutes(1));
    assert_eq!(bought(&ended, "api://colors/Read", |_| ()), Err(Refusal::SessionsEnded));
    let other = Moment { user: Some(person("ben")), ..moment(&CONSENTS) };
    assert_eq!(bought(&other, "api://colors/Read", |_| ()), Err(Refusal::UserGone));
}
