//! What each error code means, for whoever follows an `error_uri` or reads a log.
//!
//! Source: entra-dialect 18 for the numbers; the words are ours.

use Place::{Answer, Discovery, Page, Token};

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The number after `AADSTS`.
    pub code: u32,
    /// Where it appears.
    pub at: &'static [Place],
    /// What brings it about.
    pub what: &'static str,
    /// How it is mended, and by whom.
    pub mend: &'static str,
}

/// Where a code appears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// On a page, and nowhere that an application could read it.
    Page,
    /// In the answer that the browser brings to the application.
    Answer,
    /// In the reply of the token endpoint, or of the one for device codes.
    Token,
    /// In the reply of an address of discovery.
    Discovery,
}

impl Place {
    /// As the documentation says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Answer => "authorization answer",
            Self::Token => "token endpoint",
            Self::Discovery => "discovery",
        }
    }
}

const fn meaning(code: u32, at: &'static [Place], what: &'static str, mend: &'static str) -> Meaning {
    Meaning { code, at, what, mend }
}

/// Every code that is reported, in the order of their digits.
pub const MEANINGS: &[Meaning] = &[
    meaning(
        1_002_012,
        &[Token],
        "An app that acts for itself asked for anything but .default of one API.",
        "The app asks for IDENTIFIER/.default of one API.",
    ),
    meaning(
        16_000,
        &[Answer],
        "Several accounts are signed in, and the request forbids to ask which one is meant.",
        "The app leaves out prompt=none, or names the account in login_hint.",
    ),
    meaning(
        28_000,
        &[Token],
        "The scope names several APIs, and the tenant lets one request name one alone.",
        "The app asks for one API at a time; an administrator may let the first of several win.",
    ),
    meaning(
        28_002,
        &[Token],
        "The code is redeemed for another API than it was asked for.",
        "The app names the same API at both endpoints.",
    ),
    meaning(
        28_003,
        &[Token],
        "The code was asked for several APIs, and the request that redeems it names none.",
        "The app names in scope the API that it wants the first token for.",
    ),
    meaning(50_000, &[Token], "The service failed.", "Whoever runs it finds the cause in its log, under the trace id."),
    meaning(
        50_001,
        &[Answer, Token],
        "No API has the name that resource gives.",
        "The app asks by the API's identifier URI or client id; an administrator checks that it is registered.",
    ),
    meaning(
        500_011,
        &[Answer, Token],
        "No API has the name that the scope gives, or nobody has let the API into this directory.",
        "The app asks by the API's identifier URI or client id; an administrator checks that it is registered, and lets it in.",
    ),
    meaning(
        500_014,
        &[Answer, Token],
        "The API is switched off, by its publisher or in this directory.",
        "An administrator of the directory switches it on.",
    ),
    meaning(
        50_011,
        &[Page],
        "The app asked for the answer at an address that is not registered for it.",
        "Whoever looks after the app registers the address, or lets the app send a registered one.",
    ),
    meaning(
        500_112,
        &[Token],
        "The code is redeemed for another address than it was sent to.",
        "The app sends the same redirect_uri twice, letter by letter.",
    ),
    meaning(500_113, &[Page], "The app has no registered address.", "Whoever looks after the app registers one."),
    meaning(
        50_012,
        &[Token],
        "The client assertion cannot be read, or is signed in a way that is not taken.",
        "The app signs a JWT with RS256 or PS256 and names its certificate in x5t or x5t#S256.",
    ),
    meaning(
        50_013,
        &[Token],
        "The assertion that the app acts on with is no good: unsigned, foreign or revoked.",
        "The app presents the access token of a person that it was called with.",
    ),
    meaning(
        500_131,
        &[Token],
        "The assertion is an access token for another API than the app that presents it.",
        "The app's callers ask for a token for the app; the app presents that one.",
    ),
    meaning(
        500_133,
        &[Token],
        "The assertion's time is over, or has not come.",
        "The app presents the token while it is valid; its caller renews it.",
    ),
    meaning(
        50_020,
        &[Page, Token],
        "The app is not open to the people of this directory, or the account is another directory's.",
        "Its publisher opens the app to other organizations, or the person uses an account of this directory.",
    ),
    meaning(
        50_034,
        &[Token],
        "The account was removed from the directory.",
        "An administrator looks for the person; the person signs in with another account.",
    ),
    meaning(
        50_048,
        &[Token],
        "The client assertion names another application in iss or sub.",
        "The app puts its own client id into both.",
    ),
    meaning(
        50_049,
        &[Discovery],
        "Instance discovery was asked about a host that is not served here.",
        "The app names this server in its authority, or leaves instance discovery out.",
    ),
    meaning(
        50_050,
        &[Discovery],
        "The address in the request is none.",
        "The app sends its authorization endpoint's address.",
    ),
    meaning(
        50_053,
        &[Token],
        "The account is locked after too many wrong passwords.",
        "The person waits a while and tries again.",
    ),
    meaning(50_057, &[Page, Token], "The account may not sign in.", "An administrator of the directory enables it."),
    meaning(
        50_058,
        &[Page, Answer],
        "Nobody is signed in, and the request forbids to ask; or the sign-in page belongs to another browser.",
        "The app lets the person sign in; the person stays in one browser, with cookies allowed.",
    ),
    meaning(
        50_059,
        &[Token],
        "The address names no single tenant, and the request needs one.",
        "The app names the tenant's id or domain in its authority.",
    ),
    meaning(
        50_105,
        &[Page, Token],
        "The app is for those alone who are assigned to it.",
        "An administrator assigns the person, or a group of theirs, to the app.",
    ),
    meaning(
        501_051,
        &[Token],
        "The API is for those applications alone that are assigned to it.",
        "An administrator grants the app one of the API's app roles.",
    ),
    meaning(50_126, &[Token], "The sign-in name or the password is wrong.", "The person tries again."),
    meaning(
        50_128,
        &[Token],
        "No tenant has the domain that the sign-in name ends with.",
        "The person checks the name; the app names the tenant in its authority.",
    ),
    meaning(
        50_132,
        &[Page],
        "A sign-in page was answered that had ended.",
        "The person goes back to the app and signs in again.",
    ),
    meaning(
        50_133,
        &[Token],
        "What the code, the device code or the assertion goes back to was ended since: the password was changed, or an administrator ended all sessions.",
        "The person signs in again.",
    ),
    meaning(
        50_147,
        &[Answer],
        "The code challenge is not of the right size or alphabet.",
        "The app makes it as RFC 7636 says: 43 to 128 unreserved characters.",
    ),
    meaning(
        50_148,
        &[Token],
        "The code verifier is missing.",
        "The app sends the code_verifier that its challenge was made from.",
    ),
    meaning(
        501_481,
        &[Token],
        "The code verifier is not the one that the challenge was made from.",
        "The app keeps each verifier with its own sign-in.",
    ),
    meaning(
        501_491,
        &[Answer, Token],
        "The code verifier or the challenge method cannot be read.",
        "The app uses S256 and a verifier of 43 to 128 unreserved characters.",
    ),
    meaning(
        50_173,
        &[Token],
        "The refresh token was revoked, or used again after its successor was; or the person's sessions were ended since, by a new password or an administrator.",
        "The person signs in again; the app keeps the newest refresh token alone.",
    ),
    meaning(
        50_194,
        &[Page, Token],
        "The app is for its own directory alone, and the address stands for several.",
        "The app names its tenant in the authority, or its publisher opens it to other organizations.",
    ),
    meaning(
        54_005,
        &[Token],
        "The code, or the device code, was redeemed before; what the code bought is revoked.",
        "The app redeems each code once; the person signs in again.",
    ),
    meaning(
        65_001,
        &[Answer, Token],
        "The person, or an administrator, has not allowed this.",
        "The app asks the person: without prompt=none, or by an interactive sign-in.",
    ),
    meaning(
        65_002,
        &[Answer, Token],
        "The API is for those applications alone that its publisher has named.",
        "The API's publisher adds the app to its pre-authorized applications.",
    ),
    meaning(65_004, &[Answer], "The person said no.", "The person says yes next time, or goes on without."),
    meaning(
        65_005,
        &[Answer],
        "All that the app's registration requires of the API are permissions that the API does not have.",
        "Whoever looks after the app corrects its required permissions.",
    ),
    meaning(
        650_052,
        &[Page],
        "Nobody has let the API into this directory.",
        "An administrator of the directory lets it in, by consenting to it or in the administration.",
    ),
    meaning(
        650_056,
        &[Page],
        "Everything that is granted was asked for, and the app's registration requires nothing of any API.",
        "Whoever looks after the app adds the permissions that it needs to its registration.",
    ),
    meaning(
        650_057,
        &[Answer],
        "Everything that is granted was asked for, and the app's registration needs nothing of this API.",
        "Whoever looks after the app adds the API to its required permissions.",
    ),
    meaning(
        70_000,
        &[Token],
        "The code or the refresh token is none of ours, or another app's.",
        "The app presents what it was given, to the tenant that gave it.",
    ),
    meaning(
        700_005,
        &[Token],
        "The code or the refresh token belongs to another tenant.",
        "The app uses the authority that it was issued at.",
    ),
    meaning(
        70_001,
        &[Page, Token],
        "The app is switched off in this directory.",
        "An administrator of the directory switches it on.",
    ),
    meaning(7_000_112, &[Page, Token], "The app is switched off by its publisher.", "Its publisher switches it on."),
    meaning(
        7_000_114,
        &[Token],
        "The assertion that the app acts on with is an application's own token: there is nobody to act for.",
        "The app presents the access token of a person, or asks for a token of its own.",
    ),
    meaning(
        700_016,
        &[Page, Token],
        "No app with this client id is registered in the directory.",
        "Whoever looks after the app checks its client id and its authority.",
    ),
    meaning(
        70_002,
        &[Token],
        "What was shown as proof is not valid; the number after it says why. v1.0 alone says it so.",
        "As the second number says.",
    ),
    meaning(
        7_000_215,
        &[Token],
        "The client secret is wrong.",
        "Whoever looks after the app sends one of its valid secrets.",
    ),
    meaning(
        7_000_218,
        &[Token],
        "The app must prove itself, and showed nothing, or something else than it is registered to prove itself by.",
        "The app sends its secret or an assertion; a native app registers its address as that of a public client, or allows public client flows.",
    ),
    meaning(
        700_022,
        &[Answer],
        "An access token for several APIs was asked for without a code.",
        "The app asks for one API, or uses response_type=code.",
    ),
    meaning(7_000_222, &[Token], "The client secret has expired.", "Whoever looks after the app makes a new secret."),
    meaning(
        700_023,
        &[Token],
        "The client assertion is for somebody else.",
        "The app puts the address of the token endpoint into aud.",
    ),
    meaning(
        700_024,
        &[Token],
        "The client assertion's time is over, or has not come.",
        "Whoever looks after the app sets its clock; the app makes a new assertion.",
    ),
    meaning(
        700_025,
        &[Token],
        "A public client sent a secret or an assertion.",
        "The app leaves it out, or registers its address as that of a web app.",
    ),
    meaning(
        700_027,
        &[Token],
        "No certificate of the app has signed the client assertion.",
        "Whoever looks after the app registers its certificate, or lets it use a registered one.",
    ),
    meaning(
        70_003,
        &[Token],
        "The grant type is not supported.",
        "The app uses one that the discovery document lists.",
    ),
    meaning(
        700_030,
        &[Token],
        "The certificate that signed the client assertion is outside of its time.",
        "Whoever looks after the app registers a new certificate.",
    ),
    meaning(
        70_005,
        &[Answer],
        "The response type is not supported, not enabled for the app, or needs the scope openid.",
        "The app uses response_type=code, or asks for openid.",
    ),
    meaning(
        700_054,
        &[Answer],
        "The response type id_token is not enabled for the app.",
        "The app uses response_type=code, or its publisher enables id_tokens.",
    ),
    meaning(
        70_007,
        &[Answer],
        "The response mode is not supported, or not with tokens in the answer.",
        "The app uses form_post, or fragment where tokens are in the answer.",
    ),
    meaning(
        70_008,
        &[Token],
        "The code's ten minutes are over.",
        "The app redeems the code at once; the person signs in again.",
    ),
    meaning(700_082, &[Token], "The refresh token was not used for ninety days.", "The person signs in again."),
    meaning(
        700_084,
        &[Token],
        "The twenty-four hours of a single-page app's refresh tokens are over.",
        "The app lets the person sign in again, which is silent while the browser's session lasts.",
    ),
    meaning(
        70_011,
        &[Answer, Token],
        "The scope cannot be granted: it is malformed, unknown to its API, or mixes .default with names.",
        "The app asks for permissions that the API has, by name or by .default.",
    ),
    meaning(
        70_016,
        &[Token],
        "The person has not answered for the device yet.",
        "The app goes on asking, at the interval that it was told.",
    ),
    meaning(
        70_018,
        &[Token],
        "The device code is unknown or another app's, or the person said no.",
        "The app asks for a new device code.",
    ),
    meaning(
        70_019,
        &[Page],
        "The code that the person typed belongs to a device that has waited too long.",
        "The person lets the device show a new code.",
    ),
    meaning(70_020, &[Token], "The device code's fifteen minutes are over.", "The app asks for a new device code."),
    meaning(
        70_043,
        &[Token],
        "The person signed in longer ago than the app takes.",
        "The app lets the person sign in again.",
    ),
    meaning(
        90_002,
        &[Page, Token, Discovery],
        "No tenant has this id or domain.",
        "Whoever looks after the app corrects the authority.",
    ),
    meaning(
        900_023,
        &[Page, Token, Discovery],
        "The tenant's place in the address holds neither an id nor a domain.",
        "Whoever looks after the app corrects the authority.",
    ),
    meaning(
        90_009,
        &[Answer, Token],
        "The app asks for a token for itself, and names itself by an identifier URI.",
        "The app names itself by its client id.",
    ),
    meaning(
        9_001_023,
        &[Token],
        "The grant is not served at an address that stands for several tenants.",
        "The app names the tenant's id or domain, or organizations, in its authority.",
    ),
    meaning(
        90_013,
        &[Page],
        "The form that was sent is not the one that the page showed.",
        "The person goes back and sends the form again.",
    ),
    meaning(
        90_014,
        &[Page, Answer, Token],
        "A parameter is missing, in the words of v1.0.",
        "The app sends the parameter that the message names, as form text.",
    ),
    meaning(
        900_144,
        &[Page, Answer, Token],
        "A parameter is missing.",
        "The app sends the parameter that the message names, as form text.",
    ),
    meaning(
        90_019,
        &[Page, Token],
        "The address names no tenant.",
        "Whoever looks after the app puts the tenant's id or domain into its authority.",
    ),
    meaning(
        90_023,
        &[Answer, Token],
        "A parameter has a value that cannot be used.",
        "The app corrects the parameter that the message names.",
    ),
    meaning(
        9_002_313,
        &[Page, Answer, Token],
        "The request cannot be read: a parameter stands twice, or the encoding is broken.",
        "The app corrects what the message names.",
    ),
    meaning(
        9_002_325,
        &[Answer, Token],
        "A single-page app must use a proof key.",
        "The app sends code_challenge with method S256.",
    ),
    meaning(
        9_002_326,
        &[Token],
        "A browser redeemed across origins what does not belong to a single-page app.",
        "Whoever looks after the app registers the address as that of a single-page app.",
    ),
    meaning(
        9_002_327,
        &[Token],
        "What belongs to a single-page app was redeemed outside of a browser.",
        "Whoever looks after the app registers the address as that of a web app or a native app.",
    ),
    meaning(
        9_002_331,
        &[Page, Token],
        "The app is for personal accounts alone.",
        "The app names consumers in its authority.",
    ),
    meaning(
        9_002_332,
        &[Page, Token],
        "The app is for the people of organizations, and the address is that of personal accounts.",
        "The app names organizations, or its tenant, in its authority.",
    ),
    meaning(90_027, &[Page, Token], "Personal accounts are not served by v1.0.", "The app uses v2.0."),
    meaning(90_033, &[Token], "The service is busy.", "The app tries again after the seconds in Retry-After."),
    meaning(
        90_056,
        &[Token],
        "The token endpoint was opened with the code in the address.",
        "The app posts the code, as a form.",
    ),
    meaning(900_561, &[Token], "The endpoint takes POST alone.", "The app posts its request."),
    meaning(
        90_072,
        &[Page],
        "The account belongs to another directory, and the address is for this one alone.",
        "The person uses an account of this directory; or the app, if it is for several, names common or organizations in its authority.",
    ),
    meaning(
        90_094,
        &[Page],
        "Only an administrator can allow what the app asks for.",
        "The person asks an administrator of the organization.",
    ),
    meaning(
        90_095,
        &[Page],
        "Only an administrator can allow what the app asks for, and the person may ask for it here.",
        "The person writes why on the page; an administrator answers.",
    ),
    meaning(
        900_971,
        &[Page],
        "The app has several registered addresses, and the request names none.",
        "The app sends redirect_uri.",
    ),
    meaning(
        90_100,
        &[Page, Answer, Token],
        "A parameter is longer than anything that could be meant.",
        "The app corrects the parameter that the message names.",
    ),
    meaning(
        901_002,
        &[Answer, Token],
        "The parameter resource is not supported in v2.0.",
        "The app names the API in scope.",
    ),
    meaning(
        90_119,
        &[Page],
        "Nothing waits for the code that the person typed.",
        "The person types the code that the device shows now.",
    ),
    meaning(
        90_120,
        &[Page],
        "The code that the person typed was answered already.",
        "The person lets the device show a new code.",
    ),
    meaning(
        90_121,
        &[Page],
        "The page for codes was sent without one.",
        "The person types the code that the device shows.",
    ),
];

/// What `code` means, if it is one of ours.
pub fn of(code: u32) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|meaning| meaning.code == code)
}
