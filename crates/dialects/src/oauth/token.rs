//! The token endpoint's words that every dialect has (RFC 6749 §4.1.3, RFC 7636 §4.5).

use grantor_protocol::pkce::CodeVerifier;
use grantor_protocol::{RedirectUri, Secret};
use grantor_rules::Refusal;
use grantor_rules::scopes::WantedScopes;
use grantor_rules::token::code::{CodeRequest, SaysAddress};
use grantor_rules::token::issued::Grant;

use super::words::{limit, redirect};
use crate::Parameters;

pub fn secret(parameters: &Parameters, name: &'static str, limit: usize) -> Result<Secret, Refusal> {
    Ok(Secret::new(parameters.required(name, limit)?))
}

pub fn code(parameters: &Parameters, wanted: Option<&WantedScopes>, address: SaysAddress) -> Result<Grant, Refusal> {
    // Libraries add the permissions of signing in by themselves: those alone do not say which API is wanted.
    let names_scopes = wanted.is_some_and(|wanted| !wanted.apis().is_empty());
    let code = secret(parameters, "code", limit::SECRET)?;
    Ok(Grant::Code { code, redemption: redemption(parameters, names_scopes, address)? })
}

fn redemption(parameters: &Parameters, names_scopes: bool, address: SaysAddress) -> Result<CodeRequest, Refusal> {
    let redirect_uri = parameters.optional("redirect_uri", RedirectUri::LONGEST)?.map(redirect).transpose()?;
    let verifier = parameters.optional("code_verifier", limit::SHORT)?;
    let verifier =
        verifier.map(|text| CodeVerifier::parse(text).map_err(|why| Refusal::VerifierMalformed { why })).transpose()?;
    Ok(CodeRequest { redirect_uri, verifier, names_scopes, address })
}
