//! What a refresh token buys.

use std::time::Duration;

use grantor_protocol::{HandleDigest, TenantId, UserId};
use grantor_rules::Refusal;
use grantor_rules::model::{
    Consents, Exchanged, Family, Platform, RefreshRotation, RefreshToken, RevocationReason, SignInAudience,
};
use grantor_rules::scopes::SignInScope;
use grantor_rules::token::TokenPlan;
use grantor_rules::token::refresh::{Presented, of_tenant, recognise, remembered, renew};

use crate::moment::{Moment, moment};
use crate::world::{NOW, allowed, client_id, family, minutes, resolved, tenant};

/// Everything that a renewal looks at.
struct Situation {
    moment: Moment,
    family: Family,
    words: &'static str,
    names_scopes: bool,
}

fn token(number: u8) -> HandleDigest {
    HandleDigest::from_bytes([number; 32])
}

const FIRST: &str = "openid profile offline_access api://colors/Read";

fn situation(platform: Platform) -> Situation {
    Situation {
        moment: moment(&["directory/openid", "directory/profile", "directory/offline_access", "colors/Read"]),
        family: Family {
            refresh_token: Some(RefreshToken { digest: token(5), expires_at: NOW + minutes(60), exchanged: vec![] }),
            ..family(platform, FIRST)
        },
        words: FIRST,
        names_scopes: false,
    }
}

impl Situation {
    fn renew<T>(&self, look: impl FnOnce(&TokenPlan<'_>) -> T) -> Result<T, Refusal> {
        let client = self.moment.proven(self.family.platform);
        renew(&self.family, &client, resolved(self.words), self.names_scopes, &self.moment.standing())
            .map(|plan| look(&plan))
    }

    fn live(&mut self) -> &mut RefreshToken {
        self.family.refresh_token.as_mut().expect("it has one")
    }

    fn reason(&self) -> Option<&'static str> {
        self.renew(|_| ()).err().map(|refusal| refusal.reason())
    }
}

type Spoil = fn(&mut Situation);
/// What goes wrong, in the order in which it is noticed.
const SPOILS: [(&str, Spoil); 7] = [
    ("refresh-token-of-another-client", |situation| situation.family.client_id = client_id("stranger")),
    ("refresh-token-revoked", |situation| situation.family.revoked = Some(RevocationReason::CodeReplayed)),
    ("refresh-token-ended", |situation| situation.family.ends_at = Some(NOW)),
    ("refresh-token-expired", |situation| situation.live().expires_at = NOW),
    ("user-gone", |situation| situation.moment.user = None),
    ("for-personal-accounts-alone", |situation| {
        situation.moment.application().sign_in_audience = SignInAudience::PersonalOnly;
    }),
    ("consent-required", |situation| situation.moment.consents = Consents::default()),
];

#[test]
fn each_check_refuses_alone_and_the_first_one_speaks() {
    for platform in [Platform::Web, Platform::Spa, Platform::PublicClient] {
        assert_eq!(situation(platform).reason(), None, "{platform:?}");
    }
    for (place, (expected, spoil)) in SPOILS.iter().enumerate() {
        let mut alone = situation(Platform::Web);
        spoil(&mut alone);
        assert_eq!(alone.reason(), Some(*expected));
        let mut with_all_that_follow = situation(Platform::Web);
        SPOILS[place..].iter().for_each(|(_, spoil)| spoil(&mut with_all_that_follow));
        assert_eq!(with_all_that_follow.reason(), Some(*expected), "and everything after it");
    }
}

#[test]
fn a_revocation_says_why() {
    for why in RevocationReason::ALL {
        let mut revoked = situation(Platform::Web);
        revoked.family.revoked = Some(why);
        assert_eq!(revoked.renew(|_| ()).unwrap_err(), Refusal::RefreshTokenRevoked { why });
    }
}

#[test]
fn a_refresh_token_ends_at_its_end_and_not_before() {
    let instant = Duration::from_millis(1);
    let mut idle = situation(Platform::Web);
    idle.live().expires_at = NOW + instant;
    assert_eq!(idle.reason(), None);
    let mut fixed = situation(Platform::Spa);
    fixed.family.ends_at = Some(NOW + instant);
    assert_eq!(fixed.reason(), None);
    assert_eq!(fixed.renew(|plan| plan.refresh_expires_at).unwrap(), Some(NOW + instant), "the successor inherits it");
    assert_eq!(fixed.renew(|plan| plan.family_ends_at).unwrap(), Some(NOW + instant));
}

#[test]
fn a_renewal_cannot_ask_for_a_refresh_token_that_was_not_asked_for_at_first() {
    let mut later = situation(Platform::Web);
    later.family.wanted = crate::world::wanted("openid api://colors/Read");
    later.names_scopes = true;
    assert_eq!(later.renew(|plan| plan.refresh_expires_at), Ok(None));
}

#[test]
fn use_starts_the_idle_time_again() {
    let used = situation(Platform::PublicClient).renew(|plan| (plan.refresh_expires_at, plan.family_ends_at)).unwrap();
    assert_eq!(used, (Some(NOW + Duration::from_hours(24) * 90), None));
}

/// The person and the directory change after the first sign-in: the next renewal must notice.
#[test]
fn what_was_allowed_once_may_no_longer_be() {
    let mut disabled = situation(Platform::Web);
    disabled.moment.person().account_enabled = false;
    assert_eq!(disabled.reason(), Some("user-disabled"));

    let mut another = situation(Platform::Web);
    another.moment.person().id = UserId::from_random([9; 16]);
    assert_eq!(another.reason(), Some("user-gone"));

    let mut withdrawn = situation(Platform::Web);
    withdrawn.moment.consents = allowed(&["directory/openid", "directory/offline_access"]);
    assert_eq!(withdrawn.reason(), Some("consent-required"));

    let mut no_longer_kept = situation(Platform::Web);
    no_longer_kept.moment.consents = allowed(&["directory/openid", "colors/Read"]);
    assert_eq!(no_longer_kept.renew(|plan| plan.refresh_expires_at).unwrap(), None);

    let mut no_longer_profile = situation(Platform::Web);
    no_longer_profile.moment.consents = allowed(&["directory/openid", "colors/Read"]);
    assert_eq!(no_longer_profile.renew(|plan| plan.sign_in.clone()).unwrap(), [SignInScope::OpenId]);
}

#[test]
fn a_renewed_id_token_has_no_nonce_and_the_first_sign_in_s_time() {
    let situation = situation(Platform::Web);
    situation
        .renew(|plan| {
            assert!(plan.has_id_token());
            assert_eq!(plan.nonce, None);
            assert_eq!(plan.authenticated_at, situation.family.authenticated_at);
            assert_eq!((plan.family, plan.flow), (situation.family.id, situation.family.flow));
            assert_eq!(plan.sid, situation.family.sid);
        })
        .unwrap();
}

#[test]
fn another_api_may_be_asked_for_as_far_as_it_is_allowed() {
    let mut other = situation(Platform::Web);
    (other.words, other.names_scopes) = ("openid api://shapes/Read", true);
    assert_eq!(other.reason(), Some("consent-required"));
    other.moment.consents.allow(&client_id("shapes"), ["Read".to_owned()]);
    other
        .renew(|plan| {
            assert_eq!(plan.api.application.client_id, client_id("shapes"));
            assert_eq!(plan.scopes, ["Read"]);
            assert!(plan.refresh_expires_at.is_some(), "what the family was asked for still counts");
        })
        .unwrap();
}

const STRICT: RefreshRotation = RefreshRotation::RotateAndRevoke;

/// A family whose live token is 2 and whose token 1 was exchanged that long ago.
fn exchanged(ago: Duration) -> Family {
    let exchanged = vec![Exchanged { digest: token(1), at: NOW - ago, successor: vec![7] }];
    let live = RefreshToken { digest: token(2), expires_at: NOW + minutes(60), exchanged };
    Family { refresh_token: Some(live), ..family(Platform::Web, FIRST) }
}

#[test]
fn a_repetition_is_honest_for_as_long_as_the_grace_lasts() {
    let repeated = |ago: Duration, grace: Duration| {
        let family = exchanged(ago);
        let exchanged = &family.refresh_token.as_ref().unwrap().exchanged[0];
        match recognise(&family, STRICT, &token(1), NOW, grace) {
            Presented::Repeated(found) => {
                assert_eq!(found, exchanged);
                true
            }
            Presented::Reused => false,
            Presented::Live(_) | Presented::Old(_) | Presented::Staying(_) => {
                panic!("it was exchanged, and old ones do not stay good")
            }
        }
    };
    let (grace, instant) = (minutes(1), Duration::from_millis(1));
    assert!(repeated(Duration::ZERO, grace) && repeated(grace, grace));
    assert!(!repeated(grace + instant, grace) && !repeated(Duration::from_hours(1), grace));
    assert!(!repeated(instant, Duration::ZERO));
    // Two machines whose clocks differ a little: a token exchanged in the future was exchanged just now.
    let mut ahead = exchanged(Duration::ZERO);
    ahead.refresh_token.as_mut().unwrap().exchanged[0].at = NOW + Duration::from_secs(1);
    assert!(matches!(recognise(&ahead, STRICT, &token(1), NOW, grace), Presented::Repeated(_)));
    // A clock that was days ahead and is right again: those days are no window for whoever has a copy.
    ahead.refresh_token.as_mut().unwrap().exchanged[0].at = NOW + Duration::from_hours(72);
    assert_eq!(recognise(&ahead, STRICT, &token(1), NOW, grace), Presented::Reused);
    let live = ahead.refresh_token.as_ref().unwrap();
    assert_eq!(remembered(live, vec![8], NOW, grace).len(), 1);
}

#[test]
fn the_live_token_is_exchanged_and_one_that_the_family_forgot_is_reused() {
    let family = exchanged(Duration::ZERO);
    assert!(
        matches!(recognise(&family, STRICT, &token(2), NOW, minutes(1)), Presented::Live(live) if live.digest == token(2))
    );
    assert_eq!(recognise(&family, STRICT, &token(9), NOW, minutes(1)), Presented::Reused);
    let without = Family { refresh_token: None, ..family };
    assert_eq!(recognise(&without, STRICT, &token(2), NOW, minutes(1)), Presented::Reused);
}

#[test]
fn a_family_remembers_a_few_exchanges_for_as_long_as_the_grace_lasts() {
    let grace = minutes(1);
    let mut live = exchanged(minutes(2)).refresh_token.unwrap();
    live.exchanged = remembered(&live, vec![8], NOW, grace);
    assert_eq!(
        live.exchanged,
        [Exchanged { digest: token(2), at: NOW, successor: vec![8] }],
        "the old one is forgotten"
    );
    live.digest = token(3);
    live.exchanged = remembered(&live, vec![9], NOW + grace, grace);
    let digests = |live: &RefreshToken| live.exchanged.iter().map(|exchanged| exchanged.digest).collect::<Vec<_>>();
    assert_eq!(digests(&live), [token(3), token(2)], "the newest first");
    for number in 4..40 {
        live.digest = token(number);
        live.exchanged = remembered(&live, vec![], NOW + grace, grace);
    }
    assert_eq!(digests(&live), [token(39), token(38), token(37), token(36)]);
}

#[test]
fn a_refresh_token_of_another_tenant_is_refused() {
    let (own, other) = (tenant().id, TenantId::from_random([9; 16]));
    assert_eq!(of_tenant(own, own), Ok(()));
    assert_eq!(of_tenant(other, own), Err(Refusal::RefreshTokenOfAnotherTenant));
}

#[test]
fn where_old_tokens_stay_good_there_is_no_theft_to_tell() {
    let keep = RefreshRotation::RotateAndKeep;
    let grace = minutes(1);
    for ago in [Duration::ZERO, grace, minutes(2), Duration::from_hours(24 * 30)] {
        let family = exchanged(ago);
        let found = recognise(&family, keep, &token(1), NOW, grace);
        if ago <= grace {
            assert!(matches!(found, Presented::Repeated(_)), "the same successor once more: {found:?}");
        } else {
            let live = family.refresh_token.as_ref().unwrap();
            assert_eq!(found, Presented::Old(live), "{ago:?}");
        }
        assert!(matches!(recognise(&family, keep, &token(2), NOW, grace), Presented::Live(_)));
        assert!(matches!(recognise(&family, keep, &token(9), NOW, grace), Presented::Old(_)), "long forgotten");
    }
    let without = Family { refresh_token: None, ..exchanged(Duration::ZERO) };
    assert_eq!(recognise(&without, keep, &token(1), NOW, grace), Presented::Reused);
}
