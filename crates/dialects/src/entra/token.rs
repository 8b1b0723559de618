//! Requests at the token endpoint (Source: entra-dialect 8 and 9).

use grantor_protocol::Secret;
use grantor_rules::Refusal;
use grantor_rules::dpop::PresentedProofs;
use grantor_rules::scopes::WantedScopes;
use grantor_rules::token::code::SaysAddress;
use grantor_rules::token::issued::{Grant, GrantKind, TokenRequest};

use super::claims_request::claims_are_json;
use super::version::{Version, must_name, named_for_person, wanted_for_person};
use crate::form::cut;
use crate::oauth::credentials;
use crate::oauth::token::{code, secret};
use crate::oauth::words::limit;
use crate::{Parameters, TokenCall};

/// What MSAL for Node and ADAL call the grant of RFC 8628 (Source: entra-dialect 9.5).
const DEVICE_CODE_IN_SHORT: &str = "device_code";

pub fn parse<V: Version>(call: &TokenCall<'_>) -> Result<TokenRequest, Refusal> {
    let parameters = call.parameters;
    let kind = kind(parameters.required("grant_type", limit::SHORT)?)?;
    let caller = credentials::read(call)?;
    claims_are_json(parameters)?;
    let wanted = wanted::<V>(kind, parameters)?;
    let grant = grant(kind, parameters, wanted.as_ref())?;
    // These dialects take no proofs of keys: a header with one is ignored.
    Ok(TokenRequest { caller, proofs: PresentedProofs::default(), grant, wanted, details: None })
}

/// The grants that the Microsoft dialects have.
const GRANTS: [GrantKind; 6] = [
    GrantKind::Code,
    GrantKind::ClientCredentials,
    GrantKind::RefreshToken,
    GrantKind::Password,
    GrantKind::DeviceCode,
    GrantKind::OnBehalfOf,
];

fn kind(text: &str) -> Result<GrantKind, Refusal> {
    if text == DEVICE_CODE_IN_SHORT {
        return Ok(GrantKind::DeviceCode);
    }
    GrantKind::parse(text, &GRANTS).ok_or_else(|| Refusal::GrantTypeUnknown { asked: cut(text, 80) })
}

/// What is wanted: of those grants that something was asked for already, the request need not say it again.
fn wanted<V: Version>(kind: GrantKind, parameters: &Parameters) -> Result<Option<WantedScopes>, Refusal> {
    match kind {
        GrantKind::Code
        | GrantKind::RefreshToken
        | GrantKind::DeviceCode
        | GrantKind::BackchannelRequest
        | GrantKind::JwtBearer
        | GrantKind::TokenExchange => named_for_person::<V>(parameters),
        GrantKind::Password => wanted_for_person::<V>(parameters).map(Some),
        GrantKind::OnBehalfOf => Ok(Some(must_name::<V>(parameters)?.with_sign_in(V::IMPLIED))),
        // There is no person who could sign in.
        GrantKind::ClientCredentials => must_name::<V>(parameters).map(Some),
    }
}

fn grant(kind: GrantKind, parameters: &Parameters, wanted: Option<&WantedScopes>) -> Result<Grant, Refusal> {
    let secret = |name, limit| secret(parameters, name, limit);
    Ok(match kind {
        GrantKind::Code => code(parameters, wanted, SaysAddress::Again)?,
        GrantKind::ClientCredentials => Grant::ClientCredentials,
        GrantKind::RefreshToken => Grant::RefreshToken { token: secret("refresh_token", limit::SECRET)? },
        GrantKind::Password => Grant::Password {
            name: parameters.required("username", limit::HINT)?.to_owned(),
            password: secret("password", limit::SECRET)?,
        },
        GrantKind::DeviceCode => Grant::DeviceCode { code: device_code(parameters)?, slows_down: false },
        GrantKind::BackchannelRequest | GrantKind::JwtBearer | GrantKind::TokenExchange => {
            return Err(Refusal::GrantTypeUnknown { asked: kind.as_str().to_owned() });
        }
        GrantKind::OnBehalfOf => {
            on_behalf_of_alone(parameters.required("requested_token_use", limit::SHORT)?)?;
            Grant::OnBehalfOf { assertion: secret("assertion", limit::DOCUMENT)? }
        }
    })
}

/// As `device_code` from MSAL for Node, as `code` from ADAL, as both from MSAL for Python (Source: entra-dialect 9.5).
fn device_code(parameters: &Parameters) -> Result<Secret, Refusal> {
    let in_full = parameters.optional("device_code", limit::SECRET)?;
    let in_short = parameters.optional("code", limit::SECRET)?;
    in_full.or(in_short).map(Secret::new).ok_or(Refusal::ParameterMissing { name: "device_code" })
}

/// A JWT of another issuer in place of a person's consent (RFC 7523 §2.1) is nothing that is taken here.
fn on_behalf_of_alone(requested_token_use: &str) -> Result<(), Refusal> {
    if requested_token_use == "on_behalf_of" {
        return Ok(());
    }
    Err(Refusal::ParameterMalformed {
        name: "requested_token_use",
        expected: "on_behalf_of",
        found: cut(requested_token_use, 80),
    })
}
