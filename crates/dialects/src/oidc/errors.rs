//! How the standard reports an error: the words of its documents, a sentence, and nothing else.
//!
//! Spec: RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6, OpenID Connect Core Error Code
//! unmet_authentication_requirements 1.0 §2, RFC 8628 §3.5, CIBA §11 and §13, RFC 8707 §2, RFC 9101 §7, RFC 9396 §5, RFC 6750 §3.1,
//! RFC 7591 §3.2.2.

use grantor_protocol::dpop::{ALGORITHMS, BadProof, Scheme};
use grantor_rules::Refusal;
use grantor_rules::refusal::{ExchangeFault, TokenFault};
use serde_json::json;

use super::rehearsed;
use crate::{Reply, RequestIds, wording};

/// The header with the nonce for the next proof of a key (RFC 9449 §8).
pub const DPOP_NONCE: &str = "dpop-nonce";

/// How one refusal is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// The OAuth error.
    pub error: &'static str,
    /// The HTTP status where programs ask.
    pub status: u16,
    /// Whether the authorization endpoint shows it on a page even where it could be sent back.
    pub page: bool,
}

const fn back(error: &'static str) -> Report {
    Report { error, status: 400, page: false }
}

const fn page(error: &'static str) -> Report {
    Report { error, status: 400, page: true }
}

const fn with_status(status: u16, error: &'static str) -> Report {
    Report { error, status, page: false }
}

/// Where a refusal is reported: the two endpoints have different words for a few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The authorization endpoint.
    Authorize,
    /// The token endpoint, and those beside it.
    Token,
}

/// The report of a refusal.
#[expect(clippy::match_same_arms, reason = "in the order of the refusals, by what they are about")]
pub fn of(refusal: &Refusal, endpoint: Endpoint) -> Report {
    use Refusal as R;
    let at_token = endpoint == Endpoint::Token;
    match refusal {
        R::ParameterMissing { .. }
        | R::ParameterRepeated { .. }
        | R::ParameterTooLong { .. }
        | R::ParameterMalformed { .. }
        | R::ParameterNotSupported { .. }
        | R::BodyUnreadable { .. }
        | R::TwoCredentials
        | R::ResponseModeUnknown { .. }
        | R::ResponseModeForbidden { .. }
        | R::OpenIdRequired
        | R::PromptUnknown { .. }
        | R::ChallengeMalformed { .. }
        | R::ChallengeMethodUnknown { .. }
        | R::ChallengeMissing
        | R::ChallengeRequired
        | R::OriginRequired
        | R::OriginNotAllowed { .. }
        | R::GrantNotHere { .. }
        | R::ApiNotNamed { .. }
        | R::InstanceUnknown { .. } => back("invalid_request"),
        R::MethodNotPost { .. } => with_status(405, "invalid_request"),
        R::TenantMissing
        | R::PersonalAccountsNotServed
        | R::DomainUnknown { .. }
        | R::TenantUnknown { .. }
        | R::TenantMalformed { .. }
        | R::TenantNotSpecific { .. }
        | R::RedirectNotRegistered { .. }
        | R::RedirectMalformed { .. }
        | R::NoRedirectRegistered
        | R::RedirectNotNamed
        | R::FormNotOurs
        | R::InteractionGone
        | R::BrowserDiffers => page("invalid_request"),

        R::ClientUnknown { .. } | R::ClientIdMalformed { .. } if at_token => with_status(401, "invalid_client"),
        R::ClientUnknown { .. } | R::ClientIdMalformed { .. } => page("invalid_request"),
        R::ClientSecretMissing
        | R::ClientSecretWrong
        | R::ClientSecretExpired { .. }
        | R::ClientAssertionInvalid { .. }
        | R::ClientCertificateInvalid { .. }
        | R::ClientSecretUnexpected
        | R::AuthMethodNotRegistered { .. } => with_status(401, "invalid_client"),
        R::AudienceExcludes { .. }
        | R::NotForPersonalAccounts { .. }
        | R::ForPersonalAccountsAlone { .. }
        | R::SingleTenantOnly { .. }
        | R::ClientDisabled { .. }
        | R::ClientDisabledHere { .. } => page("unauthorized_client"),
        R::ResponseTypeNotEnabled { .. }
        | R::GrantTypeNotEnabled { .. }
        | R::ClientNotPreAuthorized { .. }
        | R::ApplicationNotAssigned { .. } => back("unauthorized_client"),

        R::ResponseTypeUnknown { .. } => back("unsupported_response_type"),
        R::GrantTypeUnknown { .. } => back("unsupported_grant_type"),
        R::ScopeMalformed { .. }
        | R::AllGrantedMixed
        | R::ScopeUnknown { .. }
        | R::ApiNotRequired { .. }
        | R::NothingRequired { .. }
        | R::RequiredPermissionsGone { .. }
        | R::NotForApplications
        | R::NothingToIssue => back("invalid_scope"),
        R::ApiUnknown { .. }
        | R::TooManyApis { .. }
        | R::SeveralApis { .. }
        | R::SeveralApisInFront
        | R::ApiDiffers { .. }
        | R::ApiNotInTenant { .. }
        | R::ApiDisabled { .. }
        | R::SelfByIdentifier { .. } => back("invalid_target"),

        R::RequestNotSigned | R::RequestNotPushed => back("invalid_request"),
        R::RequestObjectInvalid { .. } => back("invalid_request_object"),
        R::RequestUriInvalid { .. } => back("invalid_request_uri"),
        R::AuthorizationDetailsInvalid { .. } => back("invalid_authorization_details"),
        R::AuthenticationUnmet { .. } => back("unmet_authentication_requirements"),

        R::LoginRequired => back("login_required"),
        R::AccountChoiceRequired { .. } => back("account_selection_required"),
        R::ConsentRequired { .. } if at_token => back("invalid_grant"),
        R::ConsentRequired { .. } => back("consent_required"),
        R::ConsentDeclined => back("access_denied"),
        R::AdministratorMustConsent { .. } => page("access_denied"),
        R::PasswordWrong
        | R::UserLocked
        | R::UserGone
        | R::UserDisabled
        | R::UserOfAnotherTenant { .. }
        | R::NotAssigned { .. }
            if at_token =>
        {
            back("invalid_grant")
        }
        R::PasswordWrong
        | R::UserLocked
        | R::UserGone
        | R::UserDisabled
        | R::UserOfAnotherTenant { .. }
        | R::NotAssigned { .. } => page("access_denied"),

        R::CodeUnknown
        | R::CodeOfAnotherTenant
        | R::CodeOfAnotherClient
        | R::CodeExpired
        | R::CodeReplayed
        | R::RedirectDiffers { .. }
        | R::VerifierMissing
        | R::VerifierMalformed { .. }
        | R::VerifierWrong
        | R::VerifierUnexpected
        | R::RefreshTokenUnknown
        | R::RefreshTokenOfAnotherTenant
        | R::RefreshTokenOfAnotherClient
        | R::RefreshTokenExpired
        | R::RefreshTokenEnded
        | R::RefreshTokenReused
        | R::RefreshTokenOutlived
        | R::RefreshTokenRevoked { .. }
        | R::SessionsEnded
        | R::SignInTooOld
        | R::OnBehalfOfInvalid { .. }
        | R::AssertionGrantInvalid { .. }
        | R::DeviceCodeUnknown { .. }
        | R::DeviceCodeOfAnotherClient { .. }
        | R::DeviceCodeSpent { .. } => back("invalid_grant"),
        R::ResponseNotPossible { .. } => back("unauthorized_client"),
        R::TokenNotRevocable => back("unsupported_token_type"),
        R::RegistrationClosed => with_status(403, "access_denied"),
        R::RedirectNotRegistrable { .. } => back("invalid_redirect_uri"),
        R::ClientMetadataInvalid { .. } => back("invalid_client_metadata"),
        R::SoftwareStatementMalformed => back("invalid_software_statement"),
        R::SoftwareStatementNotApproved => back("unapproved_software_statement"),
        R::ExchangeRefused { why: ExchangeFault::Target { .. } } => back("invalid_target"),
        R::ExchangeRefused { why: ExchangeFault::Scope { .. } } => back("invalid_scope"),
        R::ExchangeRefused { .. } => back("invalid_request"),
        R::DevicePending => back("authorization_pending"),
        R::PollingTooFast { .. } => back("slow_down"),
        R::BackchannelNotRegistered => back("unauthorized_client"),
        R::HintUnknown => back("unknown_user_id"),
        R::AskedOfAnotherPerson => page("access_denied"),
        R::BindingMessageInvalid { .. } => back("invalid_binding_message"),
        R::DeviceDeclined => back("access_denied"),
        R::DeviceCodeExpired { .. } if at_token => back("expired_token"),
        R::DeviceCodeExpired { .. } | R::UserCodeMissing | R::UserCodeUnknown | R::UserCodeUsed => {
            page("invalid_request")
        }
        // The number is of another dialect; the word is ours.
        R::Rehearsed { code } => back(rehearsed::of(*code, at_token)),

        R::DpopProofInvalid { why: BadProof::Nonce } => back("use_dpop_nonce"),
        R::DpopProofInvalid { .. } => back("invalid_dpop_proof"),
        R::KeyProofMissing if at_token => back("invalid_dpop_proof"),
        R::KeyProofMissing => back("invalid_request"),
        R::KeyDiffers => back("invalid_grant"),

        R::TokenInvalid { why: TokenFault::NotBearer } => back("invalid_request"),
        R::TokenMissing | R::TokenInvalid { .. } => with_status(401, "invalid_token"),
        R::ScopeInsufficient { .. } => with_status(403, "insufficient_scope"),
    }
}

/// The reply of an endpoint where programs ask.
pub fn reply(refusal: &Refusal) -> Reply {
    let report = of(refusal, Endpoint::Token);
    let mut reply = said(report.status, report.error, &described(refusal));
    if matches!(refusal, Refusal::MethodNotPost { .. }) {
        reply.headers.push(("allow", "POST, OPTIONS".to_owned()));
    }
    reply
}

/// The reply of userinfo: the challenge says what is wrong, and nothing to a call without a token (RFC 6750 §3, RFC 9449 §7.1).
/// `scheme` is how the call came.
pub fn challenge(refusal: &Refusal, scheme: Scheme) -> Reply {
    let report = of(refusal, Endpoint::Token);
    // The token is good, and another one would not help.
    if matches!(refusal, Refusal::ResponseNotPossible { .. }) {
        return reply(refusal);
    }
    // A proof that is no good is no proof that the caller may use the token.
    let status = match refusal {
        Refusal::DpopProofInvalid { .. } | Refusal::KeyProofMissing => 401,
        _ => report.status,
    };
    let mut reply = said(status, report.error, &described(refusal));
    reply.headers.push(("www-authenticate", challenges(refusal, scheme)));
    reply
}

/// The reply of an endpoint that takes bearer tokens alone.
pub fn bearer_challenge(refusal: &Refusal) -> Reply {
    let report = of(refusal, Endpoint::Token);
    let challenge = match refusal {
        Refusal::TokenMissing => "Bearer".to_owned(),
        _ => format!("Bearer {}", wrong(refusal)),
    };
    let mut reply = said(report.status, report.error, &described(refusal));
    reply.headers.push(("www-authenticate", challenge));
    reply
}

/// What is wrong stands with the scheme that the call came by, or should have come by; the other one is named beside it.
pub fn challenges(refusal: &Refusal, scheme: Scheme) -> String {
    let algorithms = format!("algs=\"{}\"", ALGORITHMS.join(" "));
    if matches!(refusal, Refusal::TokenMissing) {
        return format!("Bearer, DPoP {algorithms}");
    }
    let wrong = wrong(refusal);
    match scheme {
        Scheme::Bearer if matches!(refusal, Refusal::TokenInvalid { why: TokenFault::Bound }) => {
            format!("DPoP {wrong}, {algorithms}")
        }
        Scheme::Bearer => format!("Bearer {wrong}, DPoP {algorithms}"),
        Scheme::Dpop => format!("DPoP {wrong}, {algorithms}"),
    }
}

/// The members of a challenge that say what is wrong (RFC 6750 §3).
fn wrong(refusal: &Refusal) -> String {
    let scope = match refusal {
        Refusal::ScopeInsufficient { needed, .. } => format!(", scope=\"{}\"", needed.join(" ")),
        _ => String::new(),
    };
    let error = of(refusal, Endpoint::Token).error;
    format!("error=\"{error}\", error_description=\"{}\"{scope}", described(refusal))
}

/// The reply when we are in trouble ourselves.
pub fn fault(retry_after: Option<u32>, ids: &RequestIds) -> Reply {
    let (status, error) = match retry_after {
        Some(_) => (503, "temporarily_unavailable"),
        None => (500, "server_error"),
    };
    let text = format!("The service cannot answer now. Its log knows this request as {}.", ids.trace_id);
    let mut reply = said(status, error, &text);
    reply.headers.extend(retry_after.map(|seconds| ("retry-after", seconds.to_string())));
    reply
}

fn said(status: u16, error: &str, description: &str) -> Reply {
    Reply::no_store(status, json!({ "error": error, "error_description": description }))
}

/// `error_description`: only the characters that it may hold (RFC 6749 §5.2, RFC 6750 §3).
pub fn described(refusal: &Refusal) -> String {
    let allowed = |character: &char| (' '..='~').contains(character) && !['"', '\\'].contains(character);
    wording::sentence(refusal).chars().filter(allowed).take(400).collect()
}
