//! Codes of features that Grantor does not have, for applications to be tried against them: under `--dev` a developer can ask for
//! one of them to be the next answer.
//!
//! The numbers are those of the Microsoft platform, whatever the dialect; how a dialect reports one is its own.
//!
//! Source: entra-dialect 18.

/// A code that is sent only where somebody asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// The number after `AADSTS`.
    pub code: u32,
    /// What the live service means by it.
    pub what: &'static str,
    /// What the application or its people do then.
    pub then: &'static str,
    pub(crate) kind: Kind,
}

/// What the application is told in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The person must do something more.
    More,
    /// The same, and the next request must carry what the answer holds in `claims`.
    MoreWithClaims,
    /// The person must be there.
    There,
    /// It is forbidden; another request could be allowed, with what the answer holds in `claims`.
    Forbidden,
    /// What was presented is no good.
    NoGood,
    /// The request is wrong.
    Wrong,
    /// The password is too old.
    PasswordOver,
}

const fn code(code: u32, kind: Kind, what: &'static str, then: &'static str) -> Rehearsal {
    Rehearsal { code, what, then, kind }
}

/// All of them, in the order of their digits.
pub const REHEARSALS: &[Rehearsal] = &[
    code(50_055, Kind::PasswordOver, "The password has expired.", "The person signs in and chooses a new one."),
    code(50_056, Kind::NoGood, "The directory holds no password of the person.", "The person signs in another way."),
    code(50_072, Kind::More, "The person must enrol for a second factor.", "The app lets the person sign in."),
    code(50_074, Kind::More, "A second factor is needed, and was not shown.", "The app lets the person sign in."),
    code(
        50_076,
        Kind::More,
        "A second factor is needed for this API or from this place.",
        "The app lets the person sign in.",
    ),
    code(50_078, Kind::More, "The second factor was shown too long ago.", "The app lets the person sign in."),
    code(50_079, Kind::More, "The person must enrol for a second factor.", "The app lets the person sign in."),
    code(50_097, Kind::There, "The device must prove itself.", "The app lets the person sign in on a known device."),
    code(50_107, Kind::Wrong, "The federation that was named does not exist.", "The app leaves the hint out."),
    code(50_127, Kind::There, "A broker app is needed.", "The person installs it."),
    code(
        50_131,
        Kind::MoreWithClaims,
        "The device is not in the state that a policy wants.",
        "The app lets the person sign in, with the claims of the answer.",
    ),
    code(50_140, Kind::There, "The person was asked whether to stay signed in.", "The app lets the person sign in."),
    code(
        50_158,
        Kind::MoreWithClaims,
        "Another service must check the person.",
        "The app lets the person sign in, with the claims of the answer.",
    ),
    code(50_196, Kind::NoGood, "The app sends the same request again and again.", "Its developer mends the loop."),
    code(
        53_000,
        Kind::MoreWithClaims,
        "The device does not comply with a policy.",
        "The person uses a device that does.",
    ),
    code(
        53_001,
        Kind::MoreWithClaims,
        "The device does not belong to the organization.",
        "The person uses one that does.",
    ),
    code(53_002, Kind::MoreWithClaims, "The app is not approved by a policy.", "The person uses one that is."),
    code(53_003, Kind::Forbidden, "A policy blocks the sign-in.", "The person asks an administrator."),
    code(700_020, Kind::There, "The person must be there for this.", "The app lets the person sign in."),
];

/// What kind of refusal this number stands for, if it is one of them.
pub(crate) fn kind_of(code: u32) -> Option<Kind> {
    find(code).map(|one| one.kind)
}

/// The one with this number.
pub fn find(code: u32) -> Option<&'static Rehearsal> {
    REHEARSALS.iter().find(|one| one.code == code)
}
