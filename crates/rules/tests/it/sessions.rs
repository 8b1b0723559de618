//! What was signed in or allowed before a person's sessions were ended counts no more.

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::FamilyId;
use grantor_rules::Refusal;
use grantor_rules::api_access::{PresentedToken, permit};
use grantor_rules::authorize::{Question, Who, who};
use grantor_rules::directory::merged_user;
use grantor_rules::model::{Platform, Progress, StandardClaims, User};
use grantor_rules::refusal::TokenFault;
use grantor_rules::token::may_go_on;

use crate::grants::{Asked, ForAPerson, buy, by_secret};
use crate::moment::Moment;
use crate::world::{
    NOW, allowed, app, client_id, family, minutes, person, request, resolved, signed_in, tenant, user_id, wanted,
};

/// When everybody in this world proved who they are.
fn proved_at() -> Timestamp {
    NOW - minutes(10)
}

fn ended_at(from: Option<Timestamp>) -> User {
    User { sessions_valid_from: from, ..person("ana") }
}

/// When the sessions were ended, and whether what was proved ten minutes ago still counts.
fn moments() -> [(Option<Timestamp>, bool); 5] {
    let instant = Duration::from_millis(1);
    [
        (None, true),
        (Some(proved_at() - minutes(60)), true),
        // Who signs in at that very moment does so with the new password.
        (Some(proved_at()), true),
        (Some(proved_at() + instant), false),
        (Some(NOW), false),
    ]
}

#[test]
fn a_sign_in_counts_no_more() {
    for (from, counts) in moments() {
        let people = [signed_in(ended_at(from))];
        assert_eq!(people[0].is_live(NOW), counts, "{from:?}");
        let chosen = Progress { account: Some(user_id("ana")), ..Progress::default() };
        for progress in [Progress::default(), chosen] {
            let found = who(&request("openid"), &progress, &people, NOW - minutes(1), NOW).unwrap();
            let is_person = matches!(found, Who::Person(_));
            assert_eq!(is_person, counts, "{from:?} {progress:?}");
            assert!(is_person || matches!(found, Who::Ask(Question::SignIn { .. })), "{from:?} {progress:?}");
        }
    }
}

#[test]
fn every_grant_that_goes_back_to_a_sign_in_is_refused() {
    for (from, counts) in moments() {
        for kind in ForAPerson::ALL {
            let mut moment = Moment::of(app(), allowed(&["colors/Read"]));
            moment.user = Some(ended_at(from));
            let words = "api://colors/Read";
            let asked = Asked { original: wanted(words), scopes: resolved(words), by_request: true };
            let found = buy(kind, &moment, &by_secret(&moment), Platform::Web, asked, |_| ());
            let proves_anew = match kind {
                ForAPerson::Password => true,
                ForAPerson::Code
                | ForAPerson::RefreshToken
                | ForAPerson::DeviceCode
                | ForAPerson::OnBehalfOf
                | ForAPerson::JwtBearer
                | ForAPerson::TokenExchange
                | ForAPerson::Front => false,
            };
            let refusal = match kind {
                ForAPerson::RefreshToken => Refusal::RefreshTokenOutlived,
                _ => Refusal::SessionsEnded,
            };
            let expected = if counts || proves_anew { Ok(()) } else { Err(refusal) };
            assert_eq!(found, expected, "{kind:?} {from:?}");
        }
    }
}

#[test]
fn an_access_token_of_our_own_apis_is_refused() {
    for (from, counts) in moments() {
        let token = PresentedToken {
            tenant: tenant().id,
            user: Some(user_id("ana")),
            client: client_id("app"),
            family: FamilyId::from_random([3; 16]),
            scopes: vec!["User.Read".into()],
            audience: "https://graph.microsoft.com".into(),
            bound_to: None,
            may_act: None,
            expires_at: NOW + minutes(60),
        };
        let found = permit(token, Some(&family(Platform::Web, "")), Some(ended_at(from)), &["User.Read"]);
        let expected = (!counts).then_some(Refusal::TokenInvalid { why: TokenFault::Revoked });
        assert_eq!(found.err(), expected, "{from:?}");
    }
}

#[test]
fn a_disabled_account_goes_nowhere_whatever_counts() {
    for (from, counts) in moments() {
        let user = ended_at(from);
        let expected = if counts { Ok(()) } else { Err(Refusal::SessionsEnded) };
        assert_eq!(may_go_on(&user, proved_at()), expected, "{from:?}");
        let disabled = User { account_enabled: false, ..user };
        assert_eq!(may_go_on(&disabled, proved_at()), Err(Refusal::UserDisabled), "{from:?}");
    }
}

#[test]
fn a_directory_file_ends_sessions_when_it_switches_an_account_off() {
    let before = Some(NOW - minutes(60));
    let enabled = |account_enabled, sessions_valid_from| User { account_enabled, sessions_valid_from, ..person("ana") };
    let rows = [
        // What the file does not know stays.
        (Some(enabled(true, before)), enabled(true, None), before),
        (None, enabled(true, None), None),
        (None, enabled(false, None), None),
        // Switched off: what was signed in counts no more, also when it is on again.
        (Some(enabled(true, before)), enabled(false, None), Some(NOW)),
        (Some(enabled(false, before)), enabled(false, None), before),
        (Some(enabled(false, before)), enabled(true, None), before),
    ];
    for (there, wanted, expected) in rows {
        let merged = merged_user(there.as_ref(), &wanted, NOW);
        let changed = there.as_ref().is_none_or(|there| there.account_enabled != wanted.account_enabled);
        let claims = StandardClaims { updated_at: changed.then_some(NOW), ..StandardClaims::default() };
        assert_eq!(merged, User { sessions_valid_from: expected, claims, ..wanted }, "{there:?}");
        // What has not changed since was updated when it was.
        assert_eq!(
            merged_user(Some(&merged), &User { claims: StandardClaims::default(), ..merged.clone() }, NOW + minutes(1)),
            merged
        );
    }
}
