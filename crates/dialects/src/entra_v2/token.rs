//! The token endpoint's words (Source: entra-dialect 8 and 9).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grantor_protocol::pkce::CodeVerifier;
use grantor_protocol::secret::sha256;
use grantor_protocol::{ClientId, RedirectUri, Secret};
use grantor_rules::Refusal;
use grantor_rules::client::Credentials;
use grantor_rules::token::code::CodeRequest;
use grantor_rules::token::issued::{Grant, IssuedTokens, TokenRequest};
use serde_json::{Map, Value, json};

use super::authorize::{claims_are_json, redirect};
use super::scope;
use crate::entra::client_info;
use crate::form::{cut, decoded};
use crate::{Parameters, Reply, TokenCall};

/// The most bytes of each parameter.
mod limit {
    pub const SHORT: usize = 256;
    pub const SECRET: usize = 4096;
    pub const SCOPE: usize = 4096;
}

pub fn parse(call: &TokenCall<'_>) -> Result<TokenRequest, Refusal> {
    let parameters = call.parameters;
    let grant_type = parameters.required("grant_type", limit::SHORT)?;
    if !Grant::KINDS.contains(&grant_type) {
        return Err(Refusal::GrantTypeUnknown { asked: cut(grant_type, 80) });
    }
    let (client_id, credentials) = client(call)?;
    let scope = parameters.optional("scope", limit::SCOPE)?;
    if parameters.optional("resource", usize::MAX)?.is_some() {
        return Err(Refusal::ParameterNotSupported { name: "resource" });
    }
    claims_are_json(parameters)?;
    let wanted = scope.map(scope::read).transpose()?;
    // Libraries add the permissions of signing in by themselves: those alone do not say which API is wanted.
    let wanted = wanted.filter(|wanted| !wanted.is_empty());
    let grant = match grant_type {
        "client_credentials" if wanted.is_none() => return Err(Refusal::ParameterMissing { name: "scope" }),
        "client_credentials" => Grant::ClientCredentials,
        "authorization_code" => code(parameters, wanted.as_ref().is_some_and(|wanted| !wanted.apis().is_empty()))?,
        _ => Grant::RefreshToken { token: Secret::new(parameters.required("refresh_token", limit::SECRET)?) },
    };
    Ok(TokenRequest { client_id, credentials, origin: call.origin.map(str::to_owned), grant, wanted })
}

fn code(parameters: &Parameters, names_scopes: bool) -> Result<Grant, Refusal> {
    let code = Secret::new(parameters.required("code", limit::SECRET)?);
    let redirect_uri = parameters.optional("redirect_uri", RedirectUri::LONGEST)?.map(redirect).transpose()?;
    let verifier = parameters.optional("code_verifier", limit::SHORT)?;
    let verifier =
        verifier.map(|text| CodeVerifier::parse(text).map_err(|why| Refusal::VerifierMalformed { why })).transpose()?;
    Ok(Grant::Code { code, redemption: CodeRequest { redirect_uri, verifier, names_scopes } })
}

/// Who asks, and what they show for it: in the body or by HTTP Basic, never both (RFC 6749 §2.3).
fn client(call: &TokenCall<'_>) -> Result<(ClientId, Credentials), Refusal> {
    let named = call.parameters.optional("client_id", limit::SHORT)?;
    let in_body = call.parameters.optional("client_secret", limit::SECRET)?;
    if call.parameters.optional("client_assertion", usize::MAX)?.is_some() {
        return Err(Refusal::ParameterNotSupported { name: "client_assertion" });
    }
    let basic = call.authorization.map(basic).transpose()?;
    match (basic, in_body) {
        (Some(_), Some(_)) => Err(Refusal::TwoCredentials),
        (Some((id, secret)), None) => {
            let id = parse_id(&id)?;
            if named.map(parse_id).transpose()?.is_some_and(|named| named != id) {
                return Err(Refusal::TwoCredentials);
            }
            // Nothing behind the colon is no secret, as it is none in the body (RFC 6749 §2.3.1).
            Ok((id, if secret.is_empty() { Credentials::Nothing } else { by_secret(&secret) }))
        }
        (None, secret) => {
            let id = parse_id(named.ok_or(Refusal::ParameterMissing { name: "client_id" })?)?;
            Ok((id, secret.map_or(Credentials::Nothing, by_secret)))
        }
    }
}

fn by_secret(secret: &str) -> Credentials {
    Credentials::Secret { digest: sha256(secret.as_bytes()) }
}

fn parse_id(text: &str) -> Result<ClientId, Refusal> {
    ClientId::parse(text).map_err(|why| Refusal::ClientIdMalformed { why })
}

/// Id and secret by HTTP Basic; both halves are form-encoded before base64 (RFC 6749 §2.3.1).
fn basic(header: &str) -> Result<(String, String), Refusal> {
    let malformed = || Refusal::ParameterMalformed {
        name: "Authorization",
        expected: "Basic and the base64 form of CLIENT_ID:SECRET",
        found: String::new(),
    };
    let (scheme, encoded) = header.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let bytes = STANDARD.decode(encoded.trim()).map_err(|_| malformed())?;
    let split = bytes.iter().position(|byte| *byte == b':').ok_or_else(malformed)?;
    let half = |bytes| decoded(bytes).ok_or_else(malformed);
    Ok((half(&bytes[..split])?, half(&bytes[split + 1..])?))
}

pub fn success(parameters: &Parameters, issued: &IssuedTokens) -> Reply {
    let mut body = Map::new();
    let mut add = |name: &str, value: Value| body.insert(name.to_owned(), value);
    add("token_type", json!("Bearer"));
    if !issued.scope.is_empty() {
        add("scope", json!(issued.scope.join(" ")));
    }
    add("expires_in", json!(issued.expires_in.as_secs()));
    add("ext_expires_in", json!(issued.expires_in.as_secs()));
    add("access_token", json!(issued.access_token.expose()));
    if let Some(refresh_token) = &issued.refresh_token {
        add("refresh_token", json!(refresh_token.expose()));
    }
    if let Some(lifetime) = issued.refresh_token_expires_in {
        add("refresh_token_expires_in", json!(lifetime.as_secs()));
    }
    if let Some(id_token) = &issued.id_token {
        add("id_token", json!(id_token.expose()));
    }
    if let Some(client_info) = issued.user.and_then(|user| client_info(parameters, issued.tenant, user)) {
        add("client_info", json!(client_info));
    }
    Reply::no_store(200, Value::Object(body))
}
