//! The admin consent endpoint's words (Source: entra-dialect 12.4).

use grantor_protocol::TenantId;
use grantor_protocol::prompt::Prompt;
use grantor_rules::Refusal;
use grantor_rules::authorize::Request;

use super::SIGN_IN;
use super::version::Version;
use crate::Parameters;
use crate::oauth::words::state;

/// Nothing is issued: the request says what shall be allowed and nothing else. One that names nothing is about everything that
/// the application's registration requires.
pub fn parse<V: Version>(parameters: &Parameters) -> Result<Request, Refusal> {
    // The application's people shall not be asked again when they sign in.
    let wanted = V::named(parameters)?.unwrap_or_default().with_sign_in(&SIGN_IN);
    Ok(Request { state: state(parameters)?, prompt: Prompt::AdminConsent, ..Request::without_address(wanted) })
}

/// What both versions say of success.
pub fn allowed(tenant: TenantId) -> Vec<(&'static str, String)> {
    vec![("admin_consent", "True".to_owned()), ("tenant", tenant.to_string())]
}
