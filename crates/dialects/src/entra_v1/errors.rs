//! What v1.0 reports otherwise than v2.0 (Source: entra-dialect 1.5, 8 and 18).

use grantor_rules::Refusal;

use crate::entra::errors::{self, CREDENTIALS, Endpoint, Report};

/// The report of a refusal.
pub fn of(refusal: &Refusal, endpoint: Endpoint) -> Report {
    let report = errors::of(refusal, endpoint);
    let report = match refusal {
        // v1.0 has no finer word for it.
        Refusal::Rehearsed { .. } if report.suberror == Some("basic_action") => {
            Report { error: "interaction_required", suberror: None, ..report }
        }
        Refusal::ParameterMissing { .. } => Report { code: 90_014, ..report },
        Refusal::ApiUnknown { .. } => Report { code: 50_001, ..report },
        _ => report,
    };
    let under = (endpoint == Endpoint::Token && is_about_credentials(refusal)).then_some(CREDENTIALS);
    Report { under, ..report }
}

/// Whether what was shown to prove something does not prove it: v1.0 says that first, and why after.
const fn is_about_credentials(refusal: &Refusal) -> bool {
    use Refusal as R;
    matches!(
        refusal,
        R::ClientSecretWrong
            | R::ClientSecretExpired { .. }
            | R::ClientAssertionInvalid { .. }
            | R::ClientCertificateInvalid { .. }
            | R::PasswordWrong
            | R::UserGone
            | R::CodeUnknown
            | R::CodeOfAnotherClient
            | R::CodeExpired
            | R::CodeReplayed
            | R::RedirectDiffers { .. }
            | R::VerifierMissing
            | R::VerifierMalformed { .. }
            | R::VerifierWrong
            | R::VerifierUnexpected
            | R::RefreshTokenUnknown
            | R::RefreshTokenOfAnotherClient
            | R::RefreshTokenExpired
            | R::RefreshTokenEnded
    )
}
