//! What each grant buys in each state.

use std::collections::BTreeMap;

use grantor_protocol::secret::sha256;
use grantor_rules::Refusal;
use grantor_rules::client::{
    ProvenClient, SecretPlace, Showing, Shown, platform_of_direct_grant, platform_without_redirect, prove,
};
use grantor_rules::model::{Application, Platform};
use grantor_rules::token::client_credentials;
use grantor_rules::token::issued::GrantKind;

use super::states::{Cell, Consent, PLATFORMS, POLICIES, State, WORDS};
use crate::grants::{self, Asked, ForAPerson};
use crate::world::{NOW, SECRET, wanted};

/// The scopes or roles that a token carries, or the reason why there is none.
type Answer = Result<Vec<String>, &'static str>;

/// How a grant is made known to the rules: as what kind of program the application must show itself.
fn must_be(kind: GrantKind, platform: Platform, application: &Application) -> Platform {
    match kind {
        GrantKind::Code | GrantKind::RefreshToken => platform,
        GrantKind::Password | GrantKind::DeviceCode => platform_of_direct_grant(application),
        GrantKind::ClientCredentials
        | GrantKind::OnBehalfOf
        | GrantKind::BackchannelRequest
        | GrantKind::JwtBearer
        | GrantKind::TokenExchange => Platform::Web,
    }
}

/// The application shows what a program of its kind has.
fn shows(application: &Application, has: Platform, must_be: Platform) -> Result<ProvenClient<'_>, Refusal> {
    let digest = sha256(SECRET.as_bytes());
    let (shown, origin) = match has {
        Platform::Web => (Shown::Secret { digest: &digest, place: SecretPlace::Body }, None),
        Platform::Spa => (Shown::Nothing, Some("https://spa.example")),
        Platform::PublicClient => (Shown::Nothing, None),
    };
    let showing = Showing { shown, origin, now: NOW };
    prove(application, must_be, &showing)
}

/// Whether the request for tokens names again what it wants: where nothing was asked for before, it must.
fn names_scopes(kind: GrantKind) -> bool {
    match kind {
        GrantKind::Password | GrantKind::OnBehalfOf | GrantKind::JwtBearer | GrantKind::TokenExchange => true,
        GrantKind::Code
        | GrantKind::RefreshToken
        | GrantKind::DeviceCode
        | GrantKind::ClientCredentials
        | GrantKind::BackchannelRequest => false,
    }
}

fn found(kind: GrantKind, platform: Platform, cell: &Cell) -> Answer {
    let application = &cell.moment.client.application;
    let must_be = must_be(kind, platform, application);
    let reason = |refusal: Refusal| refusal.reason();
    let client = shows(application, platform, must_be).map_err(reason)?;
    let Some(for_a_person) = ForAPerson::of(kind) else {
        let scopes = cell.scopes("api://colors/.default").map_err(reason)?;
        let moment = &cell.moment;
        let (tenant, settings) = (&moment.tenant, &moment.settings);
        let plan = client_credentials::grant(&client, &moment.client, tenant, scopes, NOW, 0, settings);
        return plan.map(|plan| plan.roles.clone()).map_err(reason);
    };
    let scopes = cell.scopes(WORDS).map_err(reason)?;
    let asked = Asked { original: wanted(WORDS), scopes, by_request: names_scopes(kind) };
    grants::buy(for_a_person, &cell.moment, &client, must_be, asked, |plan| plan.scopes.clone()).map_err(reason)
}

/// Statement: who can prove itself for which grant. A single-page application lives in a browser, whose requests carry an
/// origin, and only a code or what descends from it may come that way. A native application keeps no secret.
fn cannot_prove_itself(kind: GrantKind, platform: Platform) -> Option<&'static str> {
    match (platform, kind) {
        (Platform::Web, _)
        | (Platform::Spa, GrantKind::Code | GrantKind::RefreshToken)
        | (
            Platform::PublicClient,
            GrantKind::Code | GrantKind::RefreshToken | GrantKind::Password | GrantKind::DeviceCode,
        ) => None,
        (
            Platform::Spa,
            GrantKind::ClientCredentials
            | GrantKind::Password
            | GrantKind::DeviceCode
            | GrantKind::OnBehalfOf
            | GrantKind::BackchannelRequest
            | GrantKind::JwtBearer
            | GrantKind::TokenExchange,
        ) => Some("origin-not-allowed"),
        (
            Platform::PublicClient,
            GrantKind::ClientCredentials
            | GrantKind::OnBehalfOf
            | GrantKind::BackchannelRequest
            | GrantKind::JwtBearer
            | GrantKind::TokenExchange,
        ) => Some("client-secret-missing"),
    }
}

/// Statement: whom a grant depends on. Where a person is acted for, everything that is in the way of that person is.
fn is_in_the_way(kind: GrantKind, state: State, consent: Consent) -> Option<&'static str> {
    let (for_a_person, proves_anew) = match kind {
        GrantKind::ClientCredentials => (false, false),
        GrantKind::Password => (true, true),
        GrantKind::Code
        | GrantKind::RefreshToken
        | GrantKind::DeviceCode
        | GrantKind::BackchannelRequest
        | GrantKind::OnBehalfOf
        | GrantKind::JwtBearer
        | GrantKind::TokenExchange => (true, false),
    };
    match state {
        State::Fine => None,
        State::PersonDeleted => for_a_person.then_some("user-gone"),
        State::PersonDisabled => for_a_person.then_some("user-disabled"),
        State::PasswordChanged => match kind {
            GrantKind::RefreshToken => Some("refresh-token-outlived"),
            _ => (for_a_person && !proves_anew).then_some("sessions-ended"),
        },
        // A person who was there a moment ago was asked then.
        State::SignInTooOld => match kind {
            GrantKind::RefreshToken | GrantKind::OnBehalfOf | GrantKind::JwtBearer | GrantKind::TokenExchange => {
                Some("sign-in-too-old")
            }
            GrantKind::Code
            | GrantKind::DeviceCode
            | GrantKind::BackchannelRequest
            | GrantKind::Password
            | GrantKind::ClientCredentials => None,
        },
        State::NotAssigned => for_a_person.then_some("not-assigned"),
        State::OtherTenantsApplication => Some("audience-excludes"),
        State::PersonalAccountsAlone => Some("for-personal-accounts-alone"),
        State::ApplicationOff => Some("client-disabled"),
        State::ApplicationOffHere => Some("client-disabled-here"),
        State::ApiOff | State::ApiOffHere => Some("api-disabled"),
        State::ApiNotHere => Some("api-not-in-tenant"),
        // One that has permissions beforehand is named.
        State::ApiForOthersAlone => (consent != Consent::PreAuthorized).then_some("client-not-pre-authorized"),
    }
}

/// Statement: what is left of what was asked for. A request that names what is not allowed is refused; one that goes back to
/// what was asked before gets what is left, unless that is nothing.
fn is_left(kind: GrantKind, consent: Consent) -> Answer {
    let both = || vec!["Read".to_owned(), "Write".to_owned()];
    match kind {
        // People's consents are nothing to an application that acts for itself.
        GrantKind::ClientCredentials => return Ok(vec!["Paint".to_owned()]),
        GrantKind::Code
        | GrantKind::RefreshToken
        | GrantKind::Password
        | GrantKind::DeviceCode
        | GrantKind::BackchannelRequest
        | GrantKind::OnBehalfOf
        | GrantKind::JwtBearer
        | GrantKind::TokenExchange => {}
    }
    match consent {
        Consent::Nothing => Err("consent-required"),
        Consent::Own | Consent::Everyones | Consent::Shared | Consent::PreAuthorized => Ok(both()),
        Consent::WithdrawnInPart if names_scopes(kind) => Err("consent-required"),
        Consent::WithdrawnInPart => Ok(vec!["Read".to_owned()]),
        // The word means nothing any more.
        Consent::SwitchedOff => Err("scope-unknown"),
    }
}

/// The statements together: who asks comes before what the words mean, that before who and what it is about, and that before
/// what is allowed. The tenant's policy is about asking and changes nothing of what was allowed.
fn expected(kind: GrantKind, platform: Platform, state: State, consent: Consent) -> Answer {
    if let Some(reason) = cannot_prove_itself(kind, platform) {
        return Err(reason);
    }
    match (is_left(kind, consent), is_in_the_way(kind, state, consent)) {
        (Err("scope-unknown"), _) => Err("scope-unknown"),
        (_, Some(reason)) => Err(reason),
        (left, None) => left,
    }
}

#[test]
fn each_grant_buys_what_the_statements_say_in_every_state() {
    // T16, T17, T18
    let mut seen: BTreeMap<(GrantKind, bool), usize> = BTreeMap::new();
    for kind in GrantKind::ALL {
        for platform in PLATFORMS {
            for state in State::ALL {
                for consent in Consent::ALL {
                    for policy in POLICIES {
                        let found = found(kind, platform, &Cell::new(platform, state, consent, policy));
                        let expected = expected(kind, platform, state, consent);
                        assert_eq!(found, expected, "{kind:?} {platform:?} {state:?} {consent:?} {policy:?}");
                        *seen.entry((kind, found.is_ok())).or_default() += 1;
                    }
                }
            }
        }
    }
    for kind in GrantKind::ALL {
        assert!(seen.contains_key(&(kind, true)) && seen.contains_key(&(kind, false)), "{kind:?}: {seen:?}");
    }
}

#[test]
fn an_unknown_code_is_asked_for_by_what_the_registration_says() {
    for platform in PLATFORMS {
        let cell = Cell::new(platform, State::Fine, Consent::Own, POLICIES[0]);
        let keeps_a_secret = match platform {
            Platform::Web => Platform::Web,
            Platform::Spa | Platform::PublicClient => Platform::PublicClient,
        };
        assert_eq!(platform_without_redirect(&cell.moment.client.application), keeps_a_secret, "{platform:?}");
    }
}

/// What comes without a code is bound by the same statements as a code, and never lasts.
#[test]
fn tokens_in_front_are_what_a_code_would_buy() {
    for platform in PLATFORMS {
        for state in State::ALL {
            for consent in Consent::ALL {
                let cell = Cell::new(platform, state, consent, POLICIES[0]);
                let client = shows(&cell.moment.client.application, platform, platform).expect("it shows what it has");
                let found = cell.scopes(WORDS).and_then(|scopes| {
                    let asked = Asked { original: wanted(WORDS), scopes, by_request: false };
                    grants::buy(ForAPerson::Front, &cell.moment, &client, platform, asked, |plan| {
                        assert_eq!(plan.refresh_expires_at, None);
                        plan.scopes.clone()
                    })
                });
                let found = found.map_err(|refusal| refusal.reason());
                let expected = expected(GrantKind::Code, platform, state, consent);
                assert_eq!(found, expected, "{platform:?} {state:?} {consent:?}");
            }
        }
    }
}
