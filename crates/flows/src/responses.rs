//! What an application is told as a token: signed, and encrypted where it is registered for that, signed first
//! (RFC 7519 §11.2).
//!
//! Who is registered for encryption gets nothing in the clear: without a key that fits there is no answer.

use grantor_jose::{ContentEncryption, EncryptedHeaderFields, EncryptionKey, KeyManagement, encrypt_compact};
use grantor_protocol::Secret;
use grantor_rules::layout::TokenType;
use grantor_rules::model::Application;
use grantor_rules::refusal::ResponseFault;
use grantor_rules::responses::{Encryption, Response};
use serde_json::{Map, Value, json};

use crate::client_keys::{self, NoKey};
use crate::token::issue::{sign, signer};
use crate::{Env, FlowError};

/// Userinfo in the form that an application is registered for.
#[derive(Debug)]
pub enum UserInfo {
    /// As it is.
    Plain(Map<String, Value>),
    /// As a token (OpenID Connect Core §5.3.2).
    Token(Secret),
}

/// Userinfo for the application that calls. A signed one says who says so, and for whom.
///
/// # Errors
/// [`grantor_rules::Refusal::ResponseNotPossible`].
pub async fn userinfo(
    env: &Env,
    client: &Application,
    issuer: &str,
    mut claims: Map<String, Value>,
) -> Result<UserInfo, FlowError> {
    let response = Response::UserInfo;
    let alg = response.signing_alg(client)?;
    let recipient = recipient(env, client, response, response.encryption(client)).await?;
    if let Some(alg) = alg {
        claims.insert("iss".to_owned(), json!(issuer));
        claims.insert("aud".to_owned(), json!(client.client_id.as_str()));
        let token = sign(env, alg, TokenType::Jwt, &claims).await?;
        return nested(recipient.as_ref(), token).map(UserInfo::Token);
    }
    let Some(recipient) = recipient else { return Ok(UserInfo::Plain(claims)) };
    let plaintext = serde_json::to_vec(&claims).map_err(|error| FlowError::Failed { what: error.to_string() })?;
    // The claims themselves are encrypted, so nothing inside has a type of its own.
    let header = EncryptedHeaderFields { typ: Some("JWT"), cty: None };
    Ok(UserInfo::Token(Secret::new(encrypted(&recipient, &header, &plaintext)?)))
}

/// The answer to an application that asks about a token, for that application alone (RFC 9701 §5).
///
/// # Errors
/// [`grantor_rules::Refusal::ResponseNotPossible`].
pub async fn introspection(env: &Env, asker: &Application, issuer: &str, answer: &Value) -> Result<Secret, FlowError> {
    let claims = Map::from_iter([
        ("iss".to_owned(), json!(issuer)),
        ("aud".to_owned(), json!(asker.client_id.as_str())),
        ("iat".to_owned(), json!(env.now().seconds())),
        ("token_introspection".to_owned(), answer.clone()),
    ]);
    signed(env, asker, Response::Introspection, TokenType::TokenIntrospectionJwt, &claims).await
}

/// Makes the keys that an application's responses will be signed with, as far as there are none yet: whoever fetches the
/// verification keys for the first of them keeps those for a while, and must find the others there too.
pub(crate) async fn keys_are_made(env: &Env, client: &Application) -> Result<(), FlowError> {
    for response in Response::ALL {
        // What is registered and cannot be had is refused where it is asked for.
        if let Ok(Some(alg)) = response.signing_alg(client) {
            signer(env, alg).await?;
        }
    }
    Ok(())
}

/// Claims as a signed token, encrypted if the application is registered for that.
pub(crate) async fn signed(
    env: &Env,
    client: &Application,
    response: Response,
    kind: TokenType,
    claims: &Map<String, Value>,
) -> Result<Secret, FlowError> {
    let alg = response.signing_alg(client)?.unwrap_or_default();
    let recipient = recipient(env, client, response, response.encryption(client)).await?;
    nested(recipient.as_ref(), sign(env, alg, kind, claims).await?)
}

/// Whether an application can be told something in the form that it is registered for. Asked before anything is committed.
///
/// # Errors
/// [`grantor_rules::Refusal::ResponseNotPossible`].
pub(crate) async fn possible(env: &Env, client: &Application, response: Response) -> Result<(), FlowError> {
    response.signing_alg(client)?;
    recipient(env, client, response, response.encryption(client)).await.map(drop)
}

/// The key to encrypt with, if it is to be encrypted.
pub(crate) async fn recipient(
    env: &Env,
    client: &Application,
    response: Response,
    encryption: Option<Encryption<'_>>,
) -> Result<Option<EncryptionKey>, FlowError> {
    let Some(Encryption { alg, enc }) = encryption else { return Ok(None) };
    let unknown = |name: &str| response.not_possible(ResponseFault::AlgorithmUnknown { name: name.to_owned() });
    let management = KeyManagement::parse(alg).ok_or_else(|| unknown(alg))?;
    let content = ContentEncryption::parse(enc).ok_or_else(|| unknown(enc))?;
    match client_keys::encryption(env, client, management, content).await {
        Ok(key) => Ok(Some(key)),
        Err(no_key) => {
            tracing::warn!(
                client.id = client.client_id.as_str(),
                "no key to encrypt {} for: {no_key}",
                response.name()
            );
            Err(response.not_possible(fault(&no_key, alg)).into())
        }
    }
}

/// A signed token on its way to its reader: as it is, or encrypted.
pub(crate) fn nested(recipient: Option<&EncryptionKey>, token: Secret) -> Result<Secret, FlowError> {
    match recipient {
        None => Ok(token),
        Some(key) => encrypted(key, &EncryptedHeaderFields::NESTED, token.expose().as_bytes()).map(Secret::new),
    }
}

fn encrypted(key: &EncryptionKey, header: &EncryptedHeaderFields<'_>, plaintext: &[u8]) -> Result<String, FlowError> {
    encrypt_compact(key, header, plaintext).map_err(|error| FlowError::Failed { what: error.to_string() })
}

/// Where its keys are and why they cannot be had is in the log: it could tell a stranger of the network behind us.
fn fault(no_key: &NoKey, alg: &str) -> ResponseFault {
    match no_key {
        NoKey::NoneRegistered => ResponseFault::NoKeyRegistered,
        NoKey::Unreachable(_) => ResponseFault::KeysUnreachable,
        NoKey::Malformed => ResponseFault::KeysMalformed,
        NoKey::NoneFits => ResponseFault::NoKeyFits { alg: alg.to_owned() },
    }
}
