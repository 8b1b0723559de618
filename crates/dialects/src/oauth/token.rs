//! The token endpoint's words that every dialect has (RFC 6749 §4.1.3, RFC 7636 §4.5).

use grantor_protocol::RedirectUri;
use grantor_protocol::pkce::CodeVerifier;
use grantor_rules::Refusal;
use grantor_rules::token::code::{CodeRequest, SaysAddress};

use super::words::{limit, redirect};
use crate::Parameters;

pub fn redemption(parameters: &Parameters, names_scopes: bool, address: SaysAddress) -> Result<CodeRequest, Refusal> {
    let redirect_uri = parameters.optional("redirect_uri", RedirectUri::LONGEST)?.map(redirect).transpose()?;
    let verifier = parameters.optional("code_verifier", limit::SHORT)?;
    let verifier =
        verifier.map(|text| CodeVerifier::parse(text).map_err(|why| Refusal::VerifierMalformed { why })).transpose()?;
    Ok(CodeRequest { redirect_uri, verifier, names_scopes, address })
}
