//! What each error code means, for whoever follows an `error_uri` or reads a log.
//!
//! Source: entra-dialect 18 for the numbers; the words are ours.

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The number after `AADSTS`.
    pub code: u32,
    /// What brings it about.
    pub what: &'static str,
    /// How it is mended, and by whom.
    pub mend: &'static str,
}

const fn meaning(code: u32, what: &'static str, mend: &'static str) -> Meaning {
    Meaning { code, what, mend }
}

/// Every code that is reported, in order of their numbers.
pub const MEANINGS: &[Meaning] = &[
    meaning(
        16_000,
        "Several accounts are signed in, and the request forbids to ask which one is meant.",
        "The app leaves out prompt=none, or names the account in login_hint.",
    ),
    meaning(50_000, "The service failed.", "Whoever runs it finds the cause in its log, under the trace id."),
    meaning(
        50_011,
        "The app asked for the answer at an address that is not registered for it.",
        "Whoever looks after the app registers the address, or lets the app send a registered one.",
    ),
    meaning(
        50_020,
        "The app is not open to the people of this directory.",
        "Its publisher opens it to other organizations, or the person uses an account of its own directory.",
    ),
    meaning(
        50_049,
        "Instance discovery was asked about a host that is not served here.",
        "The app names this server in its authority, or leaves instance discovery out.",
    ),
    meaning(50_057, "The account may not sign in.", "An administrator of the directory enables it."),
    meaning(
        50_058,
        "Nobody is signed in, and the request forbids to ask; or the sign-in page belongs to another browser.",
        "The app lets the person sign in; the person stays in one browser, with cookies allowed.",
    ),
    meaning(
        50_059,
        "The address names no single tenant, and the request needs one.",
        "The app names the tenant's id or domain in its authority.",
    ),
    meaning(50_126, "The sign-in name or the password is wrong.", "The person tries again."),
    meaning(
        50_132,
        "A sign-in page was answered that had ended; or an access token is missing or no good.",
        "The person goes back to the app and signs in again.",
    ),
    meaning(
        50_147,
        "The code challenge is not of the right size or alphabet.",
        "The app makes it as RFC 7636 says: 43 to 128 unreserved characters.",
    ),
    meaning(
        50_148,
        "The code verifier is missing.",
        "The app sends the code_verifier that its challenge was made from.",
    ),
    meaning(
        50_173,
        "The refresh token was revoked, or used again after its successor was.",
        "The person signs in again; the app keeps the newest refresh token alone.",
    ),
    meaning(
        500_011,
        "No API has the name that the scope gives.",
        "The app asks by the API's identifier URI or client id; an administrator checks that it is registered.",
    ),
    meaning(
        500_112,
        "The code is redeemed for another address than it was sent to.",
        "The app sends the same redirect_uri twice, letter by letter.",
    ),
    meaning(500_113, "The app has no registered address.", "Whoever looks after the app registers one."),
    meaning(
        501_481,
        "The code verifier is not the one that the challenge was made from.",
        "The app keeps each verifier with its own sign-in.",
    ),
    meaning(
        501_491,
        "The code verifier or the challenge method cannot be read.",
        "The app uses S256 and a verifier of 43 to 128 unreserved characters.",
    ),
    meaning(
        54_005,
        "The code was redeemed before, and what it bought is revoked.",
        "The app redeems each code once; the person signs in again.",
    ),
    meaning(
        65_001,
        "The person, or an administrator, has not allowed this.",
        "The app asks the person: without prompt=none, or by an interactive sign-in.",
    ),
    meaning(65_004, "The person said no.", "The person says yes next time, or goes on without."),
    meaning(
        650_057,
        "Everything that is granted was asked for, and the app's registration needs nothing of this API.",
        "Whoever looks after the app adds the API to its required permissions.",
    ),
    meaning(
        70_000,
        "The code or the refresh token is none of ours, or another app's.",
        "The app presents what it was given, to the tenant that gave it.",
    ),
    meaning(70_003, "The grant type is not supported.", "The app uses one that the discovery document lists."),
    meaning(
        70_005,
        "The response type is not supported, or not enabled for the app.",
        "The app uses response_type=code.",
    ),
    meaning(70_007, "The response mode is not supported.", "The app uses query, fragment or form_post."),
    meaning(70_008, "The code's ten minutes are over.", "The app redeems the code at once; the person signs in again."),
    meaning(
        70_011,
        "The scope cannot be granted: it is malformed, unknown to its API, or mixes .default with names.",
        "The app asks for permissions that the API has, by name or by .default.",
    ),
    meaning(
        700_005,
        "The code or the refresh token belongs to another tenant.",
        "The app uses the authority that it was issued at.",
    ),
    meaning(
        700_016,
        "No app with this client id is registered in the directory.",
        "Whoever looks after the app checks its client id and its authority.",
    ),
    meaning(
        700_025,
        "A public client sent a secret.",
        "The app leaves the secret out, or registers its address as that of a web app.",
    ),
    meaning(700_054, "The response type id_token is not enabled for the app.", "The app uses response_type=code."),
    meaning(700_082, "The refresh token was not used for ninety days.", "The person signs in again."),
    meaning(
        700_084,
        "The twenty-four hours of a single-page app's refresh tokens are over.",
        "The app lets the person sign in again, which is silent while the browser's session lasts.",
    ),
    meaning(7_000_215, "The client secret is wrong.", "Whoever looks after the app sends one of its valid secrets."),
    meaning(
        7_000_218,
        "The app must prove itself, and showed nothing.",
        "The app sends its secret; a native app registers its address as that of a public client.",
    ),
    meaning(90_002, "No tenant has this id or domain.", "Whoever looks after the app corrects the authority."),
    meaning(
        900_023,
        "The tenant's place in the address holds neither an id nor a domain.",
        "Whoever looks after the app corrects the authority.",
    ),
    meaning(
        90_023,
        "A parameter has a value that cannot be used.",
        "The app corrects the parameter that the message names.",
    ),
    meaning(90_033, "The service is busy.", "The app tries again after the seconds in Retry-After."),
    meaning(900_144, "A parameter is missing.", "The app sends the parameter that the message names, as form text."),
    meaning(900_561, "The endpoint takes POST alone.", "The app posts its request."),
    meaning(
        900_971,
        "The app has several registered addresses, and the request names none.",
        "The app sends redirect_uri.",
    ),
    meaning(
        90_094,
        "Only an administrator can allow what the app asks for.",
        "The person asks an administrator of the organization.",
    ),
    meaning(901_002, "The parameter resource is not supported here.", "The app names the API in scope."),
    meaning(
        1_002_012,
        "An app that acts for itself asked for anything but .default of one API.",
        "The app asks for IDENTIFIER/.default of one API.",
    ),
    meaning(
        9_002_313,
        "The request cannot be read: a parameter stands twice or is too long, or the encoding is broken.",
        "The app corrects what the message names.",
    ),
    meaning(9_002_325, "A single-page app must use a proof key.", "The app sends code_challenge with method S256."),
    meaning(
        9_002_326,
        "A browser redeemed across origins what does not belong to a single-page app.",
        "Whoever looks after the app registers the address as that of a single-page app.",
    ),
    meaning(
        9_002_327,
        "What belongs to a single-page app was redeemed outside of a browser.",
        "Whoever looks after the app registers the address as that of a web app or a native app.",
    ),
];

/// What `code` means, if it is one of ours.
pub fn of(code: u32) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|meaning| meaning.code == code)
}
