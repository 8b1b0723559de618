//! Whether a token allows a call.

use grantor_protocol::{FamilyId, UserId};
use grantor_rules::Refusal;
use grantor_rules::api_access::{PresentedToken, permit};
use grantor_rules::model::{Family, Platform, RevocationReason, User};
use grantor_rules::refusal::TokenFault;

use crate::world::{NOW, client_id, family, minutes, person, tenant, user_id};

const NEEDED: &[&str] = &["User.Read", "User.Read.All"];

fn token(scopes: &[&str]) -> PresentedToken {
    PresentedToken {
        tenant: tenant().id,
        user: Some(user_id("ana")),
        client: client_id("app"),
        family: FamilyId::from_random([3; 16]),
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        audience: grantor_rules::directory_api::WELL_KNOWN_URI.into(),
        bound_to: None,
        may_act: None,
        expires_at: NOW + minutes(60),
    }
}

fn stands() -> Family {
    family(Platform::Web, "openid User.Read")
}

#[test]
fn any_one_of_the_needed_scopes_allows_the_call() {
    for scopes in [&["User.Read"][..], &["openid", "User.Read.All"], &["User.Read", "User.Read.All"]] {
        let call = permit(token(scopes), Some(&stands()), Some(person("ana")), NEEDED).unwrap();
        assert_eq!((call.user.id, call.token.scopes.len()), (user_id("ana"), scopes.len()));
    }
}

#[test]
fn a_token_without_a_needed_scope_does_not() {
    for scopes in
        [&[][..], &["openid"], &["User.ReadWrite"], &["user.read"], &["User.Read.Al"], &["User.Read User.Read.All"]]
    {
        let refusal = permit(token(scopes), Some(&stands()), Some(person("ana")), NEEDED).unwrap_err();
        let found = scopes.iter().map(|&scope| scope.to_owned()).collect();
        assert_eq!(refusal, Refusal::ScopeInsufficient { needed: NEEDED.to_vec(), found });
    }
    assert!(
        permit(token(&["User.Read"]), Some(&stands()), Some(person("ana")), &[]).is_err(),
        "nothing needed is no yes"
    );
}

#[test]
fn a_token_falls_with_what_it_descends_from() {
    let rows: [(&str, Option<Family>); 4] = [
        ("forgotten", None),
        ("revoked", Some(Family { revoked: Some(RevocationReason::CodeReplayed), ..stands() })),
        ("of another application", Some(Family { client_id: client_id("stranger"), ..stands() })),
        ("of another person", Some(Family { user: user_id("ben"), ..stands() })),
    ];
    for (what, family) in rows {
        let refusal = permit(token(&["User.Read"]), family.as_ref(), Some(person("ana")), NEEDED).unwrap_err();
        assert_eq!(refusal, Refusal::TokenInvalid { why: TokenFault::Revoked }, "{what}");
    }
}

#[test]
fn a_person_who_is_gone_disabled_or_another_is_refused() {
    let disabled = User { account_enabled: false, ..person("ana") };
    let another = User { id: UserId::from_random([9; 16]), ..person("ana") };
    for user in [None, Some(disabled), Some(another)] {
        let refusal = permit(token(&["User.Read"]), Some(&stands()), user, NEEDED).unwrap_err();
        assert_eq!(refusal, Refusal::TokenInvalid { why: TokenFault::Person });
    }
}

#[test]
fn a_revoked_token_of_a_disabled_person_without_scopes_is_revoked_first() {
    let disabled = User { account_enabled: false, ..person("ana") };
    let reason = |family: Option<&Family>, user: User| match permit(token(&[]), family, Some(user), NEEDED) {
        Err(Refusal::TokenInvalid { why }) => format!("{why:?}"),
        other => format!("{:?}", other.map(|_| ()).map_err(|refusal| refusal.reason())),
    };
    assert_eq!(reason(None, disabled.clone()), "Revoked");
    assert_eq!(reason(Some(&stands()), disabled), "Person");
    assert_eq!(reason(Some(&stands()), person("ana")), "Err(\"scope-insufficient\")");
}
