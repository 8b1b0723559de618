//! How long things live where the application says so itself.

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_rules::Refusal;
use grantor_rules::authorize::Request;
use grantor_rules::model::{Application, Lifetimes, Platform};

use crate::grants::{Asked, ForAPerson, buy};
use crate::moment::Moment;
use crate::world::{NOW, allowed, api, app, here, minutes, request, resolved_with, wanted};

const WORDS: &str = "openid offline_access api://colors/Read";

/// The ends of the access token, of the id_token, and of the refresh token.
type Ends = (Timestamp, Timestamp, Option<Timestamp>);

fn ends(kind: ForAPerson, platform: Platform, of_client: Lifetimes, of_api: Lifetimes) -> Ends {
    let consents = allowed(&["directory/openid", "directory/offline_access", "colors/Read"]);
    let moment = Moment::of(Application { lifetimes: of_client, ..app() }, consents);
    let colors = Application { lifetimes: of_api, ..api("colors") };
    let asked = Asked { original: wanted(WORDS), scopes: resolved_with(&here(colors), WORDS), by_request: false };
    let found = buy(kind, &moment, &moment.proven(platform), platform, asked, |plan| {
        (plan.access_expires_at, plan.id_expires_at, plan.refresh_expires_at)
    });
    found.expect("it is allowed")
}

fn says(access: u64, id: u64, refresh: u64) -> Lifetimes {
    Lifetimes {
        access_token: Some(minutes(access)),
        id_token: Some(minutes(id)),
        refresh_token: Some(minutes(refresh)),
        sign_in: None,
        code: None,
    }
}

#[test]
fn the_api_says_how_long_access_tokens_live_and_the_application_the_rest() {
    for kind in ForAPerson::ALL {
        let lasts = !matches!(kind, ForAPerson::JwtBearer | ForAPerson::TokenExchange | ForAPerson::Front);
        let refresh = lasts.then_some(NOW + minutes(33));
        let found = ends(kind, Platform::Web, says(11, 22, 33), says(44, 55, 66));
        assert_eq!(found, (NOW + minutes(44), NOW + minutes(22), refresh), "{kind:?}");
    }
}

#[test]
fn the_deployment_says_what_nobody_else_says() {
    let nothing = Lifetimes::default();
    let refresh = Some(NOW + Duration::from_hours(90 * 24));
    let found = ends(ForAPerson::Code, Platform::Web, nothing, nothing);
    assert_eq!(found, (NOW + minutes(60), NOW + minutes(60), refresh));
}

#[test]
fn no_token_outlives_the_keys() {
    let long = says(60 * 24 * 9, 60 * 24 * 9, 60 * 24 * 9);
    let day = Duration::from_hours(24);
    let found = ends(ForAPerson::Code, Platform::Web, long, long);
    assert_eq!(found, (NOW + day, NOW + day, Some(NOW + day * 9)), "refresh tokens are signed by no key");
    assert_eq!(Lifetimes::LONGEST_TOKEN, day);
}

#[test]
fn a_single_page_application_may_say_less_than_its_fixed_end_and_never_more() {
    let end = |minutes_unused: u64| {
        ends(ForAPerson::Code, Platform::Spa, says(60, 60, minutes_unused), Lifetimes::default()).2
    };
    assert_eq!(end(30), Some(NOW + minutes(30)));
    assert_eq!(end(60 * 24 * 9), Some(NOW + Duration::from_hours(24)));
}

/// Ana signed in ten minutes ago.
#[test]
fn what_goes_on_without_the_person_ends_when_their_sign_in_is_too_old() {
    let bought = |kind, life: Option<Duration>| {
        let of_client = Lifetimes { sign_in: life, ..Lifetimes::default() };
        let moment = Moment::of(Application { lifetimes: of_client, ..app() }, allowed(&["colors/Read"]));
        let words = "api://colors/Read";
        let scopes = resolved_with(&here(api("colors")), words);
        let asked = Asked { original: wanted(words), scopes, by_request: false };
        buy(kind, &moment, &moment.proven(Platform::Web), Platform::Web, asked, |_| ())
    };
    for kind in ForAPerson::ALL {
        assert_eq!(bought(kind, Some(minutes(10))), Ok(()), "{kind:?}");
        let goes_on = match kind {
            ForAPerson::RefreshToken | ForAPerson::OnBehalfOf | ForAPerson::JwtBearer | ForAPerson::TokenExchange => {
                true
            }
            ForAPerson::Code | ForAPerson::Password | ForAPerson::DeviceCode | ForAPerson::Front => false,
        };
        let expected = if goes_on { Err(Refusal::SignInTooOld) } else { Ok(()) };
        assert_eq!(bought(kind, Some(Duration::from_secs(10 * 60 - 1))), expected, "{kind:?}");
    }
}

#[test]
fn where_the_person_is_there_they_are_asked_to_sign_in_again() {
    let asks = |max_age: Option<u64>, life: Option<u64>| {
        let lifetimes = Lifetimes { sign_in: life.map(minutes), ..Lifetimes::default() };
        let request = Request { max_age: max_age.map(minutes), ..request("openid") };
        request.bounded_by(&Application { lifetimes, ..app() }).max_age
    };
    assert_eq!(asks(None, None), None);
    assert_eq!(asks(Some(5), None), Some(minutes(5)));
    assert_eq!(asks(None, Some(9)), Some(minutes(9)));
    assert_eq!(asks(Some(5), Some(9)), Some(minutes(5)), "the shorter one counts");
    assert_eq!(asks(Some(10), Some(9)), Some(minutes(9)));
}
