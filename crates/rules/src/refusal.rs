//! Why the answer is no: facts, not prose.
//!
//! Each variant holds what was compared. A dialect turns it into its own codes, the trace keeps it whole, a page shows how to
//! mend it. [`Refusal::reason`] is stable: scripts and dashboards may rely on it.

use std::fmt;

use grantor_protocol::dpop::BadProof;
use grantor_protocol::identifiers::BadClientId;
use grantor_protocol::pkce::BadProofKey;
use grantor_protocol::redirect_uri::BadRedirectUri;
use serde::Serialize;

use crate::model::{AuthMethod, RevocationReason};

macro_rules! refusals {
    ($($(#[$doc:meta])* $variant:ident $({ $($(#[$field_doc:meta])* $field:ident : $type:ty),+ $(,)? })? => $reason:literal,)+) => {
        /// A normal answer of the rules: no, and because of what.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Refusal {
            $($(#[$doc])* $variant $({ $($(#[$field_doc])* $field: $type),+ })?,)+
        }

        impl Refusal {
            /// The stable name of the reason.
            pub const fn reason(&self) -> &'static str {
                match self {
                    $(Self::$variant $({ $($field: _),+ })? => $reason,)+
                }
            }

            /// Every reason there is, in the order of the enum.
            pub const REASONS: &'static [&'static str] = &[$($reason),+];
        }
    };
}

refusals! {
    /// A parameter that must be there is absent or empty (RFC 6749 §3.1: empty counts as absent).
    ParameterMissing {
        /// Its name on the wire.
        name: &'static str,
    } => "parameter-missing",
    /// A parameter stands twice (RFC 6749 §3.1).
    ParameterRepeated {
        /// Its name on the wire, cut to 80 characters.
        name: String,
    } => "parameter-repeated",
    /// A parameter is longer than anybody needs.
    ParameterTooLong {
        /// Its name on the wire.
        name: &'static str,
        /// The most bytes that are accepted.
        limit: usize,
        /// How many were sent.
        found: usize,
    } => "parameter-too-long",
    /// A parameter cannot be read.
    ParameterMalformed {
        /// Its name on the wire.
        name: &'static str,
        /// What was expected.
        expected: &'static str,
        /// What was sent, cut to 80 characters; empty where it could be a secret.
        found: String,
    } => "parameter-malformed",
    /// A parameter that this endpoint does not know the meaning of would change the meaning of the request.
    ParameterNotSupported {
        /// Its name on the wire.
        name: &'static str,
    } => "parameter-not-supported",
    /// The body cannot be read as a form.
    BodyUnreadable {
        /// What was expected.
        expected: &'static str,
    } => "body-unreadable",
    /// The endpoint takes POST alone.
    MethodNotPost {
        /// Whether the address held a code, which only a body may hold.
        code_in_address: bool,
    } => "method-not-post",

    /// The address names no tenant at all.
    TenantMissing => "tenant-missing",

    /// No tenant has this id or domain.
    TenantUnknown {
        /// What was asked.
        asked: String,
    } => "tenant-unknown",
    /// The tenant's place in the address holds neither an id nor a domain.
    TenantMalformed {
        /// What was asked.
        asked: String,
    } => "tenant-malformed",
    /// The address names a group of tenants, and this request must name one.
    TenantNotSpecific {
        /// What was asked.
        asked: String,
    } => "tenant-not-specific",
    /// This dialect does not serve personal accounts.
    PersonalAccountsNotServed => "personal-accounts-not-served",
    /// No tenant has the domain of a sign-in name.
    DomainUnknown {
        /// The domain, cut to 80 characters.
        domain: String,
    } => "domain-unknown",
    /// The grant is not served at an address that stands for several tenants.
    GrantNotHere {
        /// The grant.
        grant: &'static str,
        /// The word in the address.
        asked: String,
    } => "grant-not-here",
    /// Instance discovery was asked about a host that is not this one.
    InstanceUnknown {
        /// What was asked.
        asked: String,
    } => "instance-unknown",

    /// No application has this client id in this tenant.
    ClientUnknown {
        /// What was sent.
        asked: String,
        /// In which tenant.
        tenant: String,
    } => "client-unknown",
    /// The text is no client id.
    ClientIdMalformed {
        /// What is wrong with it.
        why: BadClientId,
    } => "client-id-malformed",
    /// The application is for the people of other tenants.
    AudienceExcludes {
        /// The application's name.
        application: String,
    } => "audience-excludes",
    /// The application is for the people of organizations, and the address is that of personal accounts.
    NotForPersonalAccounts {
        /// The application's name.
        application: String,
    } => "not-for-personal-accounts",
    /// The application is for personal accounts alone, and the address is an organization's.
    ForPersonalAccountsAlone {
        /// The application's name.
        application: String,
    } => "for-personal-accounts-alone",
    /// The application is for the people of its own tenant, and the address stands for several.
    SingleTenantOnly {
        /// The application's name.
        application: String,
    } => "single-tenant-only",
    /// The application is switched off by its publisher.
    ClientDisabled {
        /// The application's name.
        application: String,
    } => "client-disabled",
    /// The application is switched off in this tenant.
    ClientDisabledHere {
        /// The application's name.
        application: String,
    } => "client-disabled-here",
    /// The redirect address is not registered.
    RedirectNotRegistered {
        /// What was sent.
        asked: String,
        /// What is registered. Shown only to those who may read the application.
        registered: Vec<String>,
    } => "redirect-not-registered",
    /// The redirect address cannot be read, so it cannot be registered either.
    RedirectMalformed {
        /// What was sent, cut to 200 characters.
        asked: String,
        /// What is wrong with it.
        why: BadRedirectUri,
    } => "redirect-malformed",
    /// The application has no redirect address at all.
    NoRedirectRegistered => "no-redirect-registered",
    /// The application has several redirect addresses, so the request must name one (RFC 6749 §3.1.2.3).
    RedirectNotNamed => "redirect-not-named",
    /// A web application must prove itself with a secret.
    ClientSecretMissing => "client-secret-missing",
    /// The secret is none of the application's.
    ClientSecretWrong => "client-secret-wrong",
    /// The secret was the application's, and its time is over.
    ClientSecretExpired {
        /// Its hint.
        hint: String,
    } => "client-secret-expired",
    /// The assertion does not prove the application.
    ClientAssertionInvalid {
        /// What is wrong with it.
        why: AssertionFault,
    } => "client-assertion-invalid",
    /// The certificate of the TLS connection does not prove the application.
    ClientCertificateInvalid {
        /// What is wrong with it.
        why: CertificateFault,
    } => "client-certificate-invalid",
    /// A program that cannot keep a secret sent one.
    ClientSecretUnexpected => "client-secret-unexpected",
    /// The application is registered for another way of proving itself (RFC 7591 §2).
    AuthMethodNotRegistered {
        /// What it did.
        shown: AuthMethod,
        /// What it is registered for.
        registered: AuthMethod,
    } => "auth-method-not-registered",
    /// Two ways of proving oneself in one request (RFC 6749 §2.3).
    TwoCredentials => "two-credentials",
    /// A single-page application's grant was presented without an `Origin`.
    OriginRequired => "origin-required",
    /// A grant that does not belong to a single-page application was presented across origins.
    OriginNotAllowed {
        /// The origin that the browser named.
        origin: String,
    } => "origin-not-allowed",

    /// The response type does not exist.
    ResponseTypeUnknown {
        /// What was sent.
        asked: String,
    } => "response-type-unknown",
    /// The response type exists, and is not switched on for the application.
    ResponseTypeNotEnabled {
        /// What was sent.
        asked: String,
    } => "response-type-not-enabled",
    /// The response mode does not exist.
    ResponseModeUnknown {
        /// What was sent.
        asked: String,
    } => "response-mode-unknown",
    /// The response mode would show tokens to whoever sees the address.
    ResponseModeForbidden {
        /// What was sent.
        asked: String,
        /// The response type.
        response_type: String,
    } => "response-mode-forbidden",
    /// An id_token was asked for without `openid`.
    OpenIdRequired => "openid-required",
    /// An access token was asked for at the authorization endpoint, for several APIs.
    SeveralApisInFront => "several-apis-in-front",
    /// The prompt does not exist.
    PromptUnknown {
        /// What was sent.
        asked: String,
    } => "prompt-unknown",
    /// The grant type does not exist here.
    GrantTypeUnknown {
        /// What was sent.
        asked: String,
    } => "grant-type-unknown",
    /// The grant type exists, and the application is not registered for it (RFC 6749 §5.2).
    GrantTypeNotEnabled {
        /// The grant.
        grant: &'static str,
    } => "grant-type-not-enabled",
    /// The scope breaks the grammar.
    ScopeMalformed {
        /// The word that does.
        token: String,
    } => "scope-malformed",
    /// Everything granted was asked for beside permissions by name.
    AllGrantedMixed => "all-granted-mixed",
    /// No API has this name.
    ApiUnknown {
        /// The word of the scope.
        asked: String,
    } => "api-unknown",
    /// More APIs than one request may name.
    TooManyApis {
        /// The most that one request may name.
        limit: usize,
    } => "too-many-apis",
    /// The tenant lets one request name one API alone.
    SeveralApis {
        /// The APIs' names.
        apis: Vec<String>,
    } => "several-apis",
    /// The code was asked for several APIs, and the request that redeems it names none.
    ApiNotNamed {
        /// The APIs' names.
        apis: Vec<String>,
    } => "api-not-named",
    /// The API is not the one that the code was asked for.
    ApiDiffers {
        /// What was sent.
        asked: String,
    } => "api-differs",
    /// Nobody has let the API into this tenant.
    ApiNotInTenant {
        /// The API's name.
        api: String,
    } => "api-not-in-tenant",
    /// The API is switched off, by its publisher or in this tenant.
    ApiDisabled {
        /// The API's name.
        api: String,
    } => "api-disabled",
    /// The API is for those applications alone that its publisher named, and this one is none of them.
    ClientNotPreAuthorized {
        /// The API's name.
        api: String,
    } => "client-not-pre-authorized",
    /// An application that asks for a token for itself must name itself by its client id.
    SelfByIdentifier {
        /// What was sent.
        asked: String,
    } => "self-by-identifier",
    /// The API has no such permission.
    ScopeUnknown {
        /// The API's name.
        api: String,
        /// The word of the scope.
        asked: String,
        /// The permissions that it has.
        known: Vec<String>,
    } => "scope-unknown",
    /// Everything granted on an API was asked for, and the application's registration needs nothing of it.
    ApiNotRequired {
        /// The API's name.
        api: String,
    } => "api-not-required",
    /// The same, and the registration needs nothing of any API at all.
    NothingRequired {
        /// The application's name.
        application: String,
        /// The API's name.
        api: String,
    } => "nothing-required",
    /// The same, and all that the registration needs of the API are permissions that the API does not have.
    RequiredPermissionsGone {
        /// The API's name.
        api: String,
        /// What is needed of it.
        required: Vec<String>,
    } => "required-permissions-gone",
    /// An application that acts for itself asked for anything but everything that it was granted on one API.
    NotForApplications => "not-for-applications",
    /// Nothing was granted that a token could be issued for.
    NothingToIssue => "nothing-to-issue",

    /// The request object is no good (RFC 9101 §6).
    RequestObjectInvalid {
        /// What is wrong with it.
        why: RequestObjectFault,
    } => "request-object-invalid",
    /// What the request says where it stands leads to no request of the application (RFC 9101 §5.2, RFC 9126 §4).
    RequestUriInvalid {
        /// What is wrong with it.
        why: RequestUriFault,
    } => "request-uri-invalid",
    /// The application signs its requests, and this one is not signed (RFC 9101 §10.5).
    RequestNotSigned => "request-not-signed",
    /// The application, or whoever serves it, pushes requests, and this one was not pushed (RFC 9126 §5 and §6).
    RequestNotPushed => "request-not-pushed",
    /// What was asked for in detail is no good (RFC 9396 §5).
    AuthorizationDetailsInvalid {
        /// What is wrong with it.
        why: DetailsFault,
    } => "authorization-details-invalid",
    /// The sign-in cannot be what the application says that it needs (OpenID Connect Core §5.5.1.1).
    AuthenticationUnmet {
        /// Which claim says so.
        what: &'static str,
    } => "authentication-unmet",

    /// The code challenge breaks the grammar.
    ChallengeMalformed {
        /// What is wrong with it.
        why: BadProofKey,
    } => "challenge-malformed",
    /// The code challenge method does not exist.
    ChallengeMethodUnknown {
        /// What was sent.
        asked: String,
    } => "challenge-method-unknown",
    /// A method without a challenge.
    ChallengeMissing => "challenge-missing",
    /// This kind of program must use a code challenge.
    ChallengeRequired => "challenge-required",

    /// Nobody is signed in, and nothing may be shown.
    LoginRequired => "login-required",
    /// Several people are signed in, and nothing may be shown.
    AccountChoiceRequired {
        /// How many.
        candidates: usize,
    } => "account-choice-required",
    /// The person has not allowed this, and nothing may be shown.
    ConsentRequired {
        /// What is not allowed, as API and permission.
        missing: Vec<String>,
    } => "consent-required",
    /// The person said no.
    ConsentDeclined => "consent-declined",
    /// Only an administrator may allow this.
    AdministratorMustConsent {
        /// What, as API and permission.
        permissions: Vec<String>,
        /// Whether the tenant takes the wish for it.
        can_ask: bool,
    } => "administrator-must-consent",
    /// The sign-in name or the password is wrong; which one is nobody's business.
    PasswordWrong => "password-wrong",
    /// Too many wrong passwords lately.
    UserLocked => "user-locked",
    /// The person is not in the directory any more.
    UserGone => "user-gone",
    /// The sign-in name belongs to another tenant, and this address is for one alone.
    UserOfAnotherTenant {
        /// The sign-in name, as it was sent.
        name: String,
        /// The tenant's name.
        tenant: String,
    } => "user-of-another-tenant",
    /// The application is for those who are assigned to it, and the person is not.
    NotAssigned {
        /// The application's name.
        application: String,
    } => "not-assigned",
    /// The API is for those who are assigned to it, and the application is not.
    ApplicationNotAssigned {
        /// The API's name.
        api: String,
    } => "application-not-assigned",
    /// The person's sessions were ended since: the password was changed, or the account was switched off.
    SessionsEnded => "sessions-ended",
    /// The person proved who they are longer ago than the application takes.
    SignInTooOld => "sign-in-too-old",
    /// The person may not sign in any more.
    UserDisabled => "user-disabled",
    /// The request that the person was to answer has ended, or was answered.
    InteractionGone => "interaction-gone",
    /// The request was begun in another browser, or cookies are off.
    BrowserDiffers => "browser-differs",
    /// The form was not one that we made for this browser.
    FormNotOurs => "form-not-ours",

    /// The code is none of ours, or has long been forgotten.
    CodeUnknown => "code-unknown",
    /// The code is of another tenant.
    CodeOfAnotherTenant => "code-of-another-tenant",
    /// The code was issued to another application.
    CodeOfAnotherClient => "code-of-another-client",
    /// The code's time is over.
    CodeExpired => "code-expired",
    /// The code was redeemed before: what it bought is revoked (RFC 6749 §4.1.2).
    CodeReplayed => "code-replayed",
    /// The redirect address is not the one that the code was sent to.
    RedirectDiffers {
        /// What was sent.
        asked: String,
    } => "redirect-differs",
    /// A code challenge was sent, and now there is no verifier.
    VerifierMissing => "verifier-missing",
    /// The verifier breaks the grammar.
    VerifierMalformed {
        /// What is wrong with it.
        why: BadProofKey,
    } => "verifier-malformed",
    /// The verifier is not the one that the challenge was made from.
    VerifierWrong => "verifier-wrong",
    /// A verifier for a code that was asked for without a challenge (RFC 9700 §4.8.2).
    VerifierUnexpected => "verifier-unexpected",

    /// The refresh token is none of ours, or has long been forgotten.
    RefreshTokenUnknown => "refresh-token-unknown",
    /// The refresh token is of another tenant.
    RefreshTokenOfAnotherTenant => "refresh-token-of-another-tenant",
    /// The refresh token was issued to another application.
    RefreshTokenOfAnotherClient => "refresh-token-of-another-client",
    /// The refresh token lay unused for too long.
    RefreshTokenExpired => "refresh-token-expired",
    /// The fixed time of a single-page application's refresh tokens is over.
    RefreshTokenEnded => "refresh-token-ended",
    /// The refresh token was exchanged before, longer ago than the grace window: its family is revoked.
    RefreshTokenReused => "refresh-token-reused",
    /// What the refresh token goes back to was ended since: the password was changed, or the account was switched off.
    RefreshTokenOutlived => "refresh-token-outlived",
    /// The refresh token was revoked.
    RefreshTokenRevoked {
        /// Why.
        why: RevocationReason,
    } => "refresh-token-revoked",

    /// An application is registered to be told something in a form in which it cannot be told.
    ResponseNotPossible {
        /// What it is told.
        response: &'static str,
        /// Why not.
        why: ResponseFault,
    } => "response-not-possible",
    /// The tenant lets no application register itself.
    RegistrationClosed => "registration-closed",
    /// A redirect address that an application cannot register (RFC 7591 §3.2.2).
    RedirectNotRegistrable {
        /// What is wrong with it, as a sentence about the redirect addresses.
        why: String,
    } => "redirect-not-registrable",
    /// A field of client metadata that cannot be registered so (RFC 7591 §3.2.2).
    ClientMetadataInvalid {
        /// The field, cut to 80 characters.
        field: String,
        /// What is wrong with it: the end of a sentence that begins with the field.
        why: String,
    } => "client-metadata-invalid",
    /// A software statement that cannot be read (RFC 7591 §3.2.2).
    SoftwareStatementMalformed => "software-statement-malformed",
    /// A software statement, and none is taken here (RFC 7591 §3.2.2).
    SoftwareStatementNotApproved => "software-statement-not-approved",

    /// Nothing of ours that could be revoked by itself: it runs out (RFC 7009 §2.2.1).
    TokenNotRevocable => "token-not-revocable",

    /// The assertion that another application acts on with is no good.
    OnBehalfOfInvalid {
        /// What is wrong with it.
        why: TokenFault,
    } => "on-behalf-of-invalid",

    /// The assertion of an issuer outside is no good (RFC 7523 §3.1).
    AssertionGrantInvalid {
        /// What is wrong with it.
        why: AssertionFault,
    } => "assertion-grant-invalid",

    /// Tokens that are not exchanged (RFC 8693 §2.2.2).
    ExchangeRefused {
        /// Why not.
        why: ExchangeFault,
    } => "exchange-refused",

    /// The person has not answered yet.
    DevicePending => "device-pending",
    /// The program asks whether the person has answered before it has waited for its interval (RFC 8628 §3.5).
    PollingTooFast {
        /// For how many seconds it waits from now on.
        interval: u64,
    } => "polling-too-fast",
    /// The person said no.
    DeviceDeclined => "device-declined",
    /// What the program waits with is none of ours, or has long been forgotten.
    DeviceCodeUnknown {
        /// What it is.
        what: WaitedWith,
    } => "device-code-unknown",
    /// It was issued to another application.
    DeviceCodeOfAnotherClient {
        /// What it is.
        what: WaitedWith,
    } => "device-code-of-another-client",
    /// Its time is over.
    DeviceCodeExpired {
        /// What it is.
        what: WaitedWith,
    } => "device-code-expired",
    /// It was redeemed before.
    DeviceCodeSpent {
        /// What it is.
        what: WaitedWith,
    } => "device-code-spent",
    /// The page for user codes was sent without one.
    UserCodeMissing => "user-code-missing",
    /// Nothing waits for this user code.
    UserCodeUnknown => "user-code-unknown",
    /// Somebody has answered for this user code already.
    UserCodeUsed => "user-code-used",

    /// The application is not registered to ask people who are elsewhere (CIBA §4).
    BackchannelNotRegistered => "backchannel-not-registered",
    /// Nobody here is the person whom the application names (CIBA §13).
    HintUnknown => "hint-unknown",
    /// The message that the person is to compare cannot be shown (CIBA §13).
    BindingMessageInvalid {
        /// How many characters it may have.
        longest: usize,
    } => "binding-message-invalid",

    /// The application asks one person, and another one would answer.
    AskedOfAnotherPerson => "asked-of-another-person",

    /// A developer wished for this answer, to see how an application meets it (under `--dev` alone).
    Rehearsed {
        /// The number that the dialect has for it.
        code: u32,
    } => "rehearsed",

    /// The proof that the caller holds a key is no good (RFC 9449 §5).
    DpopProofInvalid {
        /// What is wrong with it.
        why: BadProof,
    } => "dpop-proof-invalid",
    /// The application's tokens are bound to a key, and the request does not prove that it holds one.
    KeyProofMissing => "key-proof-missing",
    /// What is presented is bound to a key, and the request does not prove that it holds that one.
    KeyDiffers => "key-differs",

    /// An API call without a token.
    TokenMissing => "token-missing",
    /// An API call with a token that is no good.
    TokenInvalid {
        /// What is wrong with it.
        why: TokenFault,
    } => "token-invalid",
    /// An API call with a token that does not allow it.
    ScopeInsufficient {
        /// What would.
        needed: Vec<&'static str>,
        /// What it has.
        found: Vec<String>,
    } => "scope-insufficient",
}

/// What is wrong with an access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenFault {
    /// It is not a bearer token in one `Authorization` header.
    NotBearer,
    /// It cannot be read.
    Malformed,
    /// It is not signed by a key of ours.
    Signature,
    /// Another issuer than the tenant's.
    Issuer,
    /// It is for another API.
    Audience {
        /// For which.
        found: String,
    },
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYet,
    /// What it descends from was revoked.
    Revoked,
    /// It was used as often as it may be.
    Spent,
    /// The person is gone or may not sign in any more.
    Person,
    /// It is an application's own, and a person's is needed.
    NoPerson,
    /// It is bound to a key, and came without a proof of it.
    Bound,
    /// It came with a proof of a key, and is bound to none.
    Unbound,
    /// It is bound to another key than the one that was proven.
    KeyDiffers,
}

/// Why tokens are not exchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExchangeFault {
    /// The token of the person for whom something is to be done is no good.
    Subject {
        /// What is wrong with it.
        why: TokenFault,
    },
    /// The token of whoever acts is no good.
    Actor {
        /// What is wrong with it.
        why: TokenFault,
    },
    /// Whoever acts, acts for somebody else already.
    ActorActedFor,
    /// Somebody must be said to act, since the application may not stand in for the person.
    ActorMissing,
    /// Somebody else may act with this token, as it says.
    ActorNotAllowed,
    /// The application may not exchange tokens for that API.
    Target {
        /// Which one.
        api: String,
    },
    /// The token that is exchanged does not allow it.
    Scope {
        /// What was asked for.
        asked: String,
    },
}

/// Why an application cannot be told something in the form that it is registered for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResponseFault {
    /// We have no algorithm of that name.
    AlgorithmUnknown {
        /// The name.
        name: String,
    },
    /// It is to be encrypted, and there is no public key.
    NoKeyRegistered,
    /// The document with its keys cannot be had.
    KeysUnreachable,
    /// That document, or what is registered, is no set of public keys.
    KeysMalformed,
    /// None of its keys is for that algorithm.
    NoKeyFits {
        /// The algorithm.
        alg: String,
    },
}

/// What is wrong with a request object (RFC 9101 §4 and §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestObjectFault {
    /// It cannot be read.
    Malformed,
    /// It is not encrypted for this server, or in a way that it does not take.
    NotDecrypted,
    /// It is not signed by a key of the application.
    Signature,
    /// It is signed or encrypted in another way than the application is registered for.
    Algorithm,
    /// It is a token of another kind.
    Type,
    /// The application that it names is not the one that sends it.
    Client,
    /// Another than the application made it.
    Issuer,
    /// It is for another server.
    Audience,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYet,
    /// It says nothing of its time, or too long a one, and the profile of the application wants that (FAPI 2.0).
    Lifetime,
    /// It holds or names another one.
    Nested,
}

impl RequestObjectFault {
    /// Each.
    pub const ALL: [Self; 12] = [
        Self::Malformed,
        Self::NotDecrypted,
        Self::Signature,
        Self::Algorithm,
        Self::Type,
        Self::Client,
        Self::Issuer,
        Self::Audience,
        Self::Expired,
        Self::NotYet,
        Self::Lifetime,
        Self::Nested,
    ];
}

/// What a program waits with for its person's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitedWith {
    /// A device code, whose person signs in elsewhere (RFC 8628 §3.2).
    DeviceCode,
    /// The id of a request to a person whom the application names (CIBA §7.3).
    AuthReqId,
}

impl fmt::Display for WaitedWith {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DeviceCode => "device code",
            Self::AuthReqId => "auth_req_id",
        })
    }
}

/// What is wrong with the address of a request (RFC 9101 §5.2, RFC 9126 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestUriFault {
    /// It is none that could be.
    Malformed,
    /// It is not registered for the application.
    NotRegistered,
    /// Nothing of use is there.
    NotFetched,
    /// What is there is not what the address promises.
    Changed,
    /// It was pushed by another application, too long ago, or not at all; or it has been answered.
    Unknown,
}

impl RequestUriFault {
    /// Each.
    pub const ALL: [Self; 5] = [Self::Malformed, Self::NotRegistered, Self::NotFetched, Self::Changed, Self::Unknown];
}

/// What is wrong with `authorization_details` (RFC 9396 §5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DetailsFault {
    /// They cannot be read.
    Malformed,
    /// There are more than one request may have.
    TooMany {
        /// The most.
        limit: usize,
    },
    /// No API that is asked for knows this type.
    TypeUnknown {
        /// The type, cut to 80 characters.
        asked: String,
    },
    /// The application is not registered for this type.
    TypeNotRegistered {
        /// The type.
        asked: String,
    },
    /// The type has no such field.
    FieldUnknown {
        /// The type.
        kind: String,
        /// The field, cut to 80 characters.
        field: String,
    },
    /// A field that must be there is not.
    FieldMissing {
        /// The type.
        kind: String,
        /// The field.
        field: String,
    },
    /// A field has a value that people cannot be shown.
    FieldMalformed {
        /// The type.
        kind: String,
        /// The field.
        field: String,
    },
    /// More is asked for than was allowed.
    NotAllowed,
}

/// What is wrong with a client assertion (RFC 7523 §3; Source: entra-dialect 8.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssertionFault {
    /// It cannot be read, or is signed in a way that is not taken.
    Malformed,
    /// None of the application's certificates has the thumbprint that it names.
    CertificateUnknown {
        /// The thumbprint, as it was sent.
        thumbprint: String,
    },
    /// The certificate's own time is over or has not come.
    CertificateExpired {
        /// What the certificate is for.
        description: String,
    },
    /// The certificate's key did not sign it.
    Signature,
    /// It is of another issuer than the one whose key signed it.
    Issuer {
        /// What it names.
        found: String,
    },
    /// Its issuer or its subject is not the application; or it is about nobody who is known.
    Subject {
        /// What it names.
        found: String,
    },
    /// It is for somebody else.
    Audience {
        /// For whom.
        found: String,
    },
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYet,
    /// It is signed in a way that is not taken of this application.
    Algorithm {
        /// The algorithm that it names.
        found: String,
    },
    /// None of the application's keys fits it.
    KeyUnknown,
    /// The application's keys could not be fetched, or are none.
    KeysUnreadable,
    /// The application has no secret that could sign one.
    NoSecretToSign,
    /// It ends too far ahead.
    TooLong {
        /// The longest life, in minutes.
        most_minutes: u64,
    },
    /// It has no `jti`.
    WithoutName,
    /// It came before.
    Replayed,
}

/// What is wrong with the TLS certificate of an application (RFC 8705 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum CertificateFault {
    /// It is not the application's.
    NotRegistered,
    /// No authority vouches for it that is trusted with that.
    Untrusted,
    /// Its time is over or has not come.
    Expired,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_named_once() {
        let names: std::collections::BTreeSet<_> = Refusal::REASONS.iter().collect();
        assert_eq!(names.len(), Refusal::REASONS.len());
    }
}
