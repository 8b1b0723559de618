//! How the Microsoft dialects report an error: AADSTS codes, OAuth words, and the shape of the body.
//!
//! Source: entra-dialect 1.5 (the body), 18 (the codes). MSAL for Python keeps an identical answer of status 400 for a minute
//! and never one of status 401, so a failed proof of the application is a 401: a mended secret works at once.

use grantor_rules::Refusal;
use grantor_rules::refusal::{AssertionFault, TokenFault};
use serde_json::{Map, Value, json};

use super::rehearsed;
use crate::reply::with_a_space;
use crate::{Reply, RequestIds, wording};

/// How one refusal is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// The number after `AADSTS`.
    pub code: u32,
    /// A wider number that is said before it: v1.0 has two for what is wrong with credentials.
    pub under: Option<u32>,
    /// The OAuth error.
    pub error: &'static str,
    /// A finer word that clients read.
    pub suberror: Option<&'static str>,
    /// The HTTP status at the token endpoint.
    pub status: u16,
    /// Whether the authorization endpoint shows it on a page even where it could be sent back.
    pub page: bool,
    /// What the application is to ask for next time, as JSON text for its parameter `claims` (Source: entra-dialect 14).
    pub claims: Option<&'static str>,
}

/// "What was shown to prove something does not prove it": said first, with why after it.
pub const CREDENTIALS: u32 = 70_002;

pub(super) const fn report(code: u32, error: &'static str) -> Report {
    Report { code, under: None, error, suberror: None, status: 400, page: false, claims: None }
}

impl Report {
    pub(super) const fn claims(self, claims: &'static str) -> Self {
        Self { claims: Some(claims), ..self }
    }

    pub(super) const fn suberror(self, suberror: &'static str) -> Self {
        Self { suberror: Some(suberror), ..self }
    }

    const fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(super) const fn page(self) -> Self {
        Self { page: true, ..self }
    }
}

/// Where a refusal is reported: a few have another OAuth word at the other endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The authorization endpoint.
    Authorize,
    /// The token endpoint, and the one where programs ask for device codes.
    Token,
    /// A discovery document.
    Discovery,
}

/// The report of a refusal, in v2.0.
pub fn of(refusal: &Refusal, endpoint: Endpoint) -> Report {
    use Refusal as R;
    match refusal {
        R::ParameterMissing { .. } => report(900_144, "invalid_request"),
        R::ParameterRepeated { .. } | R::BodyUnreadable { .. } => report(9_002_313, "invalid_request"),
        R::ParameterTooLong { .. } => report(90_100, "invalid_request"),
        R::ParameterMalformed { .. } if endpoint == Endpoint::Discovery => report(50_050, "invalid_request"),
        // Requests of the Microsoft dialects stand in the address and are neither signed nor detailed, and nothing is encrypted for
        // applications there: most of these are of applications that are registered for more care.
        R::ParameterMalformed { .. }
        | R::PromptUnknown { .. }
        | R::TwoCredentials
        | R::ResponseNotPossible { .. }
        | R::RequestObjectInvalid { .. }
        | R::RequestUriInvalid { .. }
        | R::RequestNotSigned
        | R::RequestNotPushed
        | R::AuthorizationDetailsInvalid { .. }
        | R::AuthenticationUnmet { .. }
        // Only the standard's dialect registers applications.
        | R::RegistrationClosed
        | R::RedirectNotRegistrable { .. }
        | R::ClientMetadataInvalid { .. }
        | R::SoftwareStatementMalformed
        | R::BindingMessageInvalid { .. }
        // Only the standard's dialect exchanges tokens, and takes the word of issuers outside.
        | R::AssertionGrantInvalid { .. }
        | R::ExchangeRefused { .. }
        | R::SoftwareStatementNotApproved => report(90_023, "invalid_request"),
        // What our own page did not send is no answer of the application's person.
        R::FormNotOurs => report(90_013, "invalid_request").page(),
        R::ParameterNotSupported { name } => {
            report(if *name == "resource" { 901_002 } else { 90_023 }, "invalid_request")
        }
        R::MethodNotPost { code_in_address } => {
            report(if *code_in_address { 90_056 } else { 900_561 }, "invalid_request").status(405)
        }

        R::TenantMissing => report(90_019, "invalid_request").page(),
        R::PersonalAccountsNotServed => report(90_027, "invalid_request").page(),
        R::DomainUnknown { .. } => report(50_128, "invalid_request").page(),
        R::TenantUnknown { .. } => {
            report(90_002, if endpoint == Endpoint::Discovery { "invalid_tenant" } else { "invalid_request" }).page()
        }
        R::TenantMalformed { .. } => report(900_023, "invalid_request").page(),
        R::TenantNotSpecific { .. } => report(50_059, "invalid_request").page(),
        R::GrantNotHere { .. } => report(9_001_023, "invalid_request"),
        R::InstanceUnknown { .. } => report(50_049, "invalid_instance"),

        R::ClientUnknown { .. } | R::ClientIdMalformed { .. } => report(700_016, "unauthorized_client").page(),
        R::AudienceExcludes { .. } | R::AskedOfAnotherPerson => report(50_020, "access_denied").page(),
        R::NotForPersonalAccounts { .. } => report(9_002_332, "unauthorized_client").page(),
        R::ForPersonalAccountsAlone { .. } => report(9_002_331, "unauthorized_client").page(),
        R::SingleTenantOnly { .. } => report(50_194, "invalid_request").page(),
        // Whoever switched it off does not want its people to be sent there.
        R::ClientDisabled { .. } => report(7_000_112, "unauthorized_client").page(),
        R::ClientDisabledHere { .. } => report(70_001, "unauthorized_client").page(),
        R::RedirectNotRegistered { .. } | R::RedirectMalformed { .. } => report(50_011, "invalid_request").page(),
        R::NoRedirectRegistered => report(500_113, "invalid_request").page(),
        R::RedirectNotNamed => report(900_971, "invalid_request").page(),
        R::ClientSecretMissing | R::AuthMethodNotRegistered { .. } => report(7_000_218, "invalid_client").status(401),
        R::ClientSecretWrong => report(7_000_215, "invalid_client").status(401),
        R::ClientSecretExpired { .. } => report(7_000_222, "invalid_client").status(401),
        R::ClientCertificateInvalid { .. } => report(700_027, "invalid_client").status(401),
        R::ClientAssertionInvalid { why } => report(of_assertion(why), "invalid_client").status(401),
        R::ClientSecretUnexpected => report(700_025, "invalid_client").status(401),
        R::OriginRequired => report(9_002_327, "invalid_request"),
        R::OriginNotAllowed { .. } => report(9_002_326, "invalid_request"),

        R::ResponseTypeUnknown { .. } | R::OpenIdRequired => report(70_005, "unsupported_response_type"),
        R::ResponseTypeNotEnabled { asked } => {
            report(if asked.contains("id_token") { 700_054 } else { 70_005 }, "unsupported_response_type")
        }
        R::ResponseModeUnknown { .. } | R::ResponseModeForbidden { .. } => report(70_007, "unsupported_response_mode"),
        R::SeveralApisInFront => report(700_022, "invalid_request"),
        R::GrantTypeUnknown { .. } | R::GrantTypeNotEnabled { .. } => report(70_003, "unsupported_grant_type"),
        R::ScopeMalformed { .. }
        | R::AllGrantedMixed
        | R::ScopeUnknown { .. }
        | R::TooManyApis { .. }
        | R::NothingToIssue => report(70_011, "invalid_scope"),
        R::NotForApplications => report(1_002_012, "invalid_scope"),
        R::ApiUnknown { .. } => report(500_011, "invalid_resource"),
        R::ApiNotRequired { .. } => report(650_057, "invalid_request"),
        R::NothingRequired { .. } => report(650_056, "invalid_request").page(),
        R::RequiredPermissionsGone { .. } => report(65_005, "invalid_resource"),
        R::ClientNotPreAuthorized { .. } => report(65_002, "invalid_request"),
        R::ApiNotNamed { .. } => report(28_003, "invalid_request"),
        R::SeveralApis { .. } => report(28_000, "invalid_request"),
        R::ApiDiffers { .. } => report(28_002, "invalid_scope"),
        R::ApiNotInTenant { .. } => match endpoint {
            Endpoint::Authorize => report(650_052, "invalid_resource").page(),
            Endpoint::Token | Endpoint::Discovery => report(500_011, "invalid_resource"),
        },
        R::ApiDisabled { .. } => report(500_014, "invalid_resource"),
        R::SelfByIdentifier { .. } => report(90_009, "invalid_resource"),

        R::ChallengeMalformed { .. } => report(50_147, "invalid_request"),
        R::ChallengeMethodUnknown { .. } | R::ChallengeMissing => report(501_491, "invalid_request"),
        R::ChallengeRequired => report(9_002_325, "invalid_request"),

        R::LoginRequired => report(50_058, "login_required"),
        R::AccountChoiceRequired { .. } => report(16_000, "interaction_required"),
        R::ConsentRequired { .. } => match endpoint {
            // MSAL for JavaScript sees that interaction is needed by the suberror alone.
            Endpoint::Token => report(65_001, "invalid_grant").suberror("consent_required"),
            Endpoint::Authorize | Endpoint::Discovery => report(65_001, "consent_required"),
        },
        R::ConsentDeclined => report(65_004, "access_denied"),
        R::AdministratorMustConsent { can_ask, .. } => {
            report(if *can_ask { 90_095 } else { 90_094 }, "access_denied").page()
        }
        R::PasswordWrong => report(50_126, "invalid_grant"),
        R::UserLocked => report(50_053, "invalid_grant").page(),
        R::UserGone => report(50_034, "invalid_grant").page(),
        R::UserDisabled => report(50_057, "invalid_grant").page(),
        // On a page it is somebody who could be let in; a program that has their password is told that they are not here.
        R::UserOfAnotherTenant { .. } => match endpoint {
            Endpoint::Authorize | Endpoint::Discovery => report(90_072, "access_denied").page(),
            Endpoint::Token => report(50_020, denied(endpoint)).page(),
        },
        R::NotAssigned { .. } => report(50_105, denied(endpoint)).page(),
        R::ApplicationNotAssigned { .. } => report(501_051, "invalid_grant"),
        R::InteractionGone => report(50_132, "invalid_request").page(),
        R::BrowserDiffers => report(50_058, "invalid_request").page(),

        // These dialects have no endpoint where tokens are given back, and ignore proofs of keys.
        R::TokenNotRevocable
        | R::CodeUnknown
        | R::CodeOfAnotherClient
        | R::RefreshTokenUnknown
        | R::RefreshTokenOfAnotherClient
        | R::DpopProofInvalid { .. }
        | R::KeyProofMissing
        | R::KeyDiffers => report(70_000, "invalid_grant"),
        R::CodeOfAnotherTenant | R::RefreshTokenOfAnotherTenant => report(700_005, "invalid_grant"),
        R::CodeExpired => report(70_008, "invalid_grant"),
        R::CodeReplayed | R::DeviceCodeSpent { .. } => report(54_005, "invalid_grant"),
        R::RedirectDiffers { .. } => report(500_112, "invalid_grant"),
        R::VerifierMissing => report(50_148, "invalid_grant"),
        R::VerifierMalformed { .. } => report(501_491, "invalid_grant"),
        R::VerifierWrong | R::VerifierUnexpected => report(501_481, "invalid_grant"),

        R::RefreshTokenExpired => report(700_082, "invalid_grant").suberror("bad_token"),
        R::RefreshTokenEnded => report(700_084, "invalid_grant").suberror("bad_token"),
        // `bad_token` lets MSAL for JavaScript forget a token that can never work again.
        R::RefreshTokenReused | R::RefreshTokenRevoked { .. } | R::RefreshTokenOutlived => {
            report(50_173, "invalid_grant").suberror("bad_token")
        }
        R::SessionsEnded => report(50_133, "invalid_grant").suberror("bad_token"),
        R::SignInTooOld => report(70_043, "invalid_grant").suberror("bad_token"),

        R::OnBehalfOfInvalid { why: TokenFault::NoPerson } => report(7_000_114, "unauthorized_client"),
        R::OnBehalfOfInvalid { why } => report(of_token_acted_on(why), "invalid_grant"),

        // Their libraries give up when they are told to slow down, so they never are (Source: entra-dialect 10).
        R::DevicePending | R::PollingTooFast { .. } => report(70_016, "authorization_pending"),
        // There is no such endpoint in the Microsoft dialects.
        R::BackchannelNotRegistered => report(70_001, "unauthorized_client"),
        R::HintUnknown => report(50_034, "invalid_grant"),
        R::DeviceDeclined => report(70_018, "authorization_declined"),
        R::DeviceCodeUnknown { .. } | R::DeviceCodeOfAnotherClient { .. } => report(70_018, "bad_verification_code"),
        R::DeviceCodeExpired { .. } => match endpoint {
            Endpoint::Token => report(70_020, "expired_token"),
            Endpoint::Authorize | Endpoint::Discovery => report(70_019, "expired_token").page(),
        },
        R::UserCodeMissing => report(90_121, "bad_verification_code").page(),
        R::UserCodeUnknown => report(90_119, "bad_verification_code").page(),
        R::UserCodeUsed => report(90_120, "bad_verification_code").page(),

        R::Rehearsed { code } => rehearsed::of(*code, endpoint),

        // Calls of the directory API and of userinfo are answered in its own shape (`graph::errors`); these are the OAuth words.
        R::TokenMissing | R::TokenInvalid { .. } => report(50_132, "invalid_token").status(401),
        R::ScopeInsufficient { .. } => report(65_001, "insufficient_scope").status(403),
    }
}

/// A person may not use the application: of the grant that a program presents for them, that makes an invalid one.
const fn denied(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Authorize | Endpoint::Discovery => "access_denied",
        Endpoint::Token => "invalid_grant",
    }
}

const fn of_assertion(why: &AssertionFault) -> u32 {
    match why {
        AssertionFault::Malformed
        | AssertionFault::Issuer { .. }
        | AssertionFault::Algorithm { .. }
        | AssertionFault::WithoutName => 50_012,
        AssertionFault::CertificateUnknown { .. }
        | AssertionFault::Signature
        | AssertionFault::KeyUnknown
        | AssertionFault::KeysUnreadable
        | AssertionFault::NoSecretToSign => 700_027,
        AssertionFault::CertificateExpired { .. } => 700_030,
        AssertionFault::Subject { .. } => 50_048,
        AssertionFault::Audience { .. } => 700_023,
        AssertionFault::Expired | AssertionFault::NotYet | AssertionFault::TooLong { .. } => 700_024,
        AssertionFault::Replayed => 50_013,
    }
}

const fn of_token_acted_on(why: &TokenFault) -> u32 {
    match why {
        TokenFault::Audience { .. } => 500_131,
        TokenFault::Expired | TokenFault::NotYet => 500_133,
        TokenFault::NotBearer
        | TokenFault::Malformed
        | TokenFault::Signature
        | TokenFault::Issuer
        | TokenFault::Revoked
        | TokenFault::Spent
        | TokenFault::Person
        | TokenFault::NoPerson
        | TokenFault::Bound
        | TokenFault::Unbound
        | TokenFault::KeyDiffers => 50_013,
    }
}

/// `error_description`: the code, what was wrong, and what tells this request from others.
pub fn description(refusal: &Refusal, report: Report, ids: &RequestIds) -> String {
    let sentence = wording::sentence(refusal);
    match report.under {
        Some(wider) => described(wider, &format!("{NOT_PROVEN} AADSTS{}: {sentence}", report.code), ids),
        None => described(report.code, &sentence, ids),
    }
}

/// What [`CREDENTIALS`] says by itself.
const NOT_PROVEN: &str = "What was shown as proof is not valid.";

fn described(code: u32, sentence: &str, ids: &RequestIds) -> String {
    // These texts end up in the pages of client libraries, so they hold no markup and stay short; and no line break, so that
    // nobody can write ids of their own below.
    let plain: String = sentence
        .chars()
        .map(|character| match character {
            '<' | '>' | '"' | '\\' => '\'',
            control if control.is_control() => ' ',
            other => other,
        })
        .take(400)
        .collect();
    format!(
        "AADSTS{code}: {plain}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {}",
        ids.trace_id,
        ids.correlation_id,
        with_a_space(ids.at)
    )
}

/// The JSON body of an error.
fn body(report: Report, refusal: &Refusal, ids: &RequestIds) -> Value {
    let codes: Vec<u32> = report.under.into_iter().chain([report.code]).collect();
    let mut body = members(report.error, &codes, &description(refusal, report, ids), ids);
    if let Some(suberror) = report.suberror {
        body.insert("suberror".to_owned(), json!(suberror));
    }
    if let Some(claims) = report.claims {
        body.insert("claims".to_owned(), json!(claims));
    }
    Value::Object(body)
}

/// The reply that says no, in v2.0.
pub fn reply(refusal: &Refusal, endpoint: Endpoint, ids: &RequestIds) -> Reply {
    reply_as(of(refusal, endpoint), refusal, ids)
}

/// The reply that says no, as `report` says it.
pub fn reply_as(report: Report, refusal: &Refusal, ids: &RequestIds) -> Reply {
    let mut reply = Reply::no_store(report.status, body(report, refusal, ids));
    if matches!(refusal, Refusal::MethodNotPost { .. }) {
        reply.headers.push(("allow", "POST, OPTIONS".to_owned()));
    }
    reply
}

/// The reply when we are in trouble ourselves. It is JSON too: clients parse every answer of the token endpoint.
pub fn fault(retry_after: Option<u32>, ids: &RequestIds) -> Reply {
    let (status, error, code, sentence) = match retry_after {
        Some(_) => (503, "temporarily_unavailable", 90_033, "The service is busy. Try again shortly."),
        None => (500, "server_error", 50_000, "The service failed. The trace id names what happened in its log."),
    };
    let mut reply =
        Reply::no_store(status, Value::Object(members(error, &[code], &described(code, sentence, ids), ids)));
    if let Some(seconds) = retry_after {
        reply.headers.push(("retry-after", seconds.to_string()));
    }
    reply
}

fn members(error: &str, codes: &[u32], description: &str, ids: &RequestIds) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("error".to_owned(), json!(error));
    body.insert("error_description".to_owned(), json!(description));
    body.insert("error_codes".to_owned(), json!(codes));
    body.insert("timestamp".to_owned(), json!(with_a_space(ids.at)));
    body.insert("trace_id".to_owned(), json!(ids.trace_id));
    body.insert("correlation_id".to_owned(), json!(ids.correlation_id));
    body
}
