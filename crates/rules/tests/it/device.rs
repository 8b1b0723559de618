//! What a device code buys, in each of its states.

use std::time::Duration;

use grantor_rules::Refusal;
use grantor_rules::model::{DeviceAnswer, DeviceApproval, DeviceCode, Platform, User};
use grantor_rules::token::TokenPlan;
use grantor_rules::token::device::{approved, redeem};

use crate::grants::{approval, device_code, new_family};
use crate::moment::{Moment, moment};
use crate::world::{NOW, app, client_id, minutes, proven, resolved, wanted};

fn code() -> DeviceCode {
    device_code(wanted("openid offline_access api://colors/Read"))
}

fn told(code: &DeviceCode) -> Option<&'static str> {
    approved(code, &proven(&app(), Platform::PublicClient), NOW).err().map(|refusal| refusal.reason())
}

#[test]
fn each_state_has_its_answer() {
    let stranger = client_id("stranger");
    let rows: [(DeviceCode, Option<&str>); 9] = [
        (code(), None),
        (DeviceCode { answer: None, ..code() }, Some("device-pending")),
        (DeviceCode { answer: Some(DeviceAnswer::Declined), ..code() }, Some("device-declined")),
        (DeviceCode { spent_at: Some(NOW - minutes(1)), ..code() }, Some("device-code-spent")),
        (DeviceCode { expires_at: NOW, ..code() }, Some("device-code-expired")),
        (DeviceCode { expires_at: NOW + Duration::from_millis(1), ..code() }, None),
        // Nobody waits for an answer that can no longer come.
        (DeviceCode { expires_at: NOW, answer: None, ..code() }, Some("device-code-expired")),
        (DeviceCode { expires_at: NOW, spent_at: Some(NOW), ..code() }, Some("device-code-spent")),
        // A stranger learns nothing of its state.
        (
            DeviceCode { client_id: stranger, answer: None, expires_at: NOW, spent_at: Some(NOW), ..code() },
            Some("device-code-of-another-client"),
        ),
    ];
    for (code, expected) in rows {
        assert_eq!(told(&code), expected, "{code:?}");
    }
}

#[test]
fn an_approval_is_handed_on_as_it_was_given() {
    assert_eq!(approved(&code(), &proven(&app(), Platform::PublicClient), NOW), Ok(&approval()));
}

const CONSENTS: [&str; 3] = ["directory/openid", "directory/offline_access", "colors/Read"];

fn bought<T>(
    moment: &Moment,
    code: &DeviceCode,
    approval: &DeviceApproval,
    look: impl FnOnce(&TokenPlan<'_>) -> T,
) -> Result<T, Refusal> {
    let client = moment.proven(Platform::PublicClient);
    let scopes = resolved("openid offline_access api://colors/Read");
    redeem(code, approval, &client, Platform::PublicClient, scopes, new_family(), &moment.standing())
        .map(|plan| look(&plan))
}

#[test]
fn what_was_approved_is_what_the_tokens_know() {
    let (code, approval) = (code(), approval());
    bought(&moment(&CONSENTS), &code, &approval, |plan| {
        assert_eq!((plan.user.id, plan.authenticated_at), (approval.user, approval.authenticated_at));
        assert_eq!((plan.method, plan.sid.as_str()), (approval.method, approval.sid.as_str()));
        assert_eq!((plan.family, plan.flow), (new_family(), code.flow));
        assert_eq!((plan.platform, plan.nonce.as_deref()), (Platform::PublicClient, None));
        assert_eq!(plan.scopes, ["Read"]);
        assert!(plan.has_id_token());
        assert_eq!((plan.refresh_expires_at, plan.family_ends_at), (Some(NOW + minutes(90 * 24 * 60)), None));
    })
    .unwrap();
}

#[test]
fn a_refresh_token_needs_to_be_asked_for_and_allowed() {
    let kept = |moment: &Moment, words: &str| {
        bought(moment, &device_code(wanted(words)), &approval(), |plan| plan.refresh_expires_at.is_some()).unwrap()
    };
    assert!(kept(&moment(&CONSENTS), "offline_access"));
    assert!(!kept(&moment(&CONSENTS), "openid"));
    assert!(!kept(&moment(&["directory/openid", "colors/Read"]), "offline_access"));
}

#[test]
fn the_person_must_still_be_the_one_who_approved() {
    let gone = Moment { user: None, ..moment(&CONSENTS) };
    assert_eq!(bought(&gone, &code(), &approval(), |_| ()), Err(Refusal::UserGone));
    let other = Moment { user: Some(crate::world::person("ben")), ..moment(&CONSENTS) };
    assert_eq!(bought(&other, &code(), &approval(), |_| ()), Err(Refusal::UserGone));
    let disabled = User { account_enabled: false, ..crate::world::person("ana") };
    let disabled = Moment { user: Some(disabled), ..moment(&CONSENTS) };
    assert_eq!(bought(&disabled, &code(), &approval(), |_| ()), Err(Refusal::UserDisabled));
}

#[test]
fn of_what_was_approved_what_is_left_is_enough() {
    let moment = moment(&["colors/Read"]);
    let client = moment.proven(Platform::PublicClient);
    let scopes = resolved("api://colors/Read api://colors/Write");
    let (code, approval) = (code(), approval());
    let plan =
        redeem(&code, &approval, &client, Platform::PublicClient, scopes, new_family(), &moment.standing()).unwrap();
    assert_eq!(plan.scopes, ["Read"]);
}
