//! What a name and a password buy.

use grantor_rules::Refusal;
use grantor_rules::model::{Method, Platform};
use grantor_rules::token::TokenPlan;
use grantor_rules::token::password::{Proven, grant};

use crate::grants::{new_family, new_flow};
use crate::moment::{Moment, moment};
use crate::world::{NOW, minutes, resolved, user_id};

const CONSENTS: [&str; 3] = ["directory/openid", "directory/offline_access", "colors/Read"];

fn bought<T>(moment: &Moment, words: &str, look: impl FnOnce(&TokenPlan<'_>) -> T) -> Result<T, Refusal> {
    let proven = Proven {
        user: user_id("ana"),
        platform: Platform::PublicClient,
        at: NOW,
        sid: "of no browser",
        family: new_family(),
        flow: new_flow(),
    };
    let client = moment.proven(Platform::PublicClient);
    grant(&proven, &client, resolved(words), &moment.standing()).map(|plan| look(&plan))
}

#[test]
fn the_person_proved_who_they_are_now() {
    bought(&moment(&CONSENTS), "openid offline_access api://colors/Read", |plan| {
        assert_eq!((plan.user.id, plan.authenticated_at, plan.method), (user_id("ana"), NOW, Method::Pwd));
        assert_eq!((plan.sid.as_str(), plan.family, plan.flow), ("of no browser", new_family(), new_flow()));
        assert_eq!((plan.platform, plan.nonce.as_deref()), (Platform::PublicClient, None));
        assert_eq!(plan.scopes, ["Read"]);
        assert_eq!((plan.refresh_expires_at, plan.family_ends_at), (Some(NOW + minutes(90 * 24 * 60)), None));
    })
    .unwrap();
}

#[test]
fn nobody_is_asked_on_the_way() {
    let missing = vec!["COLORS · Write".to_owned()];
    let found = bought(&moment(&CONSENTS), "api://colors/Read api://colors/Write", |_| ());
    assert_eq!(found, Err(Refusal::ConsentRequired { missing }));
    assert_eq!(bought(&moment(&[]), "openid", |_| ()), Err(Refusal::NothingToIssue));
}

#[test]
fn a_refresh_token_is_asked_for_by_the_request_itself() {
    let kept = |words: &str| bought(&moment(&CONSENTS), words, |plan| plan.refresh_expires_at.is_some()).unwrap();
    assert!(kept("openid offline_access"));
    assert!(!kept("openid"));
}

#[test]
fn sessions_that_were_ended_before_do_not_matter_and_a_disabled_account_does() {
    let mut ended = moment(&CONSENTS);
    ended.person().sessions_valid_from = Some(NOW);
    assert_eq!(bought(&ended, "api://colors/Read", |_| ()), Ok(()));
    ended.person().account_enabled = false;
    assert_eq!(bought(&ended, "api://colors/Read", |_| ()), Err(Refusal::UserDisabled));
}
