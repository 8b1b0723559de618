//! Requests that are signed by the application that makes them, and those that it publishes (RFC 9101).

use grantor_jose::{Algorithm, Expected, base64url, is_encrypted, peek_header, verify_compact};
use grantor_protocol::secret::sha256;
use grantor_protocol::{ClientId, Secret};
use grantor_rules::Refusal;
use grantor_rules::model::{Application, Profile, SigningAlg, Tenant};
use grantor_rules::refusal::{RequestObjectFault, RequestUriFault};
use grantor_rules::request_object;
use serde_json::{Map, Value};

use crate::{Env, FlowError, client_keys, load};

/// What request objects are called (RFC 9101 §10.8): the second is what they were called before, and what clients of OpenID
/// Connect Core §6.1 call them.
const TYPES: [&str; 2] = ["oauth-authz-req+jwt", "JWT"];

/// Where the object is.
#[derive(Clone, Copy, Debug)]
pub enum Object<'a> {
    /// It came with the request.
    ByValue(&'a Secret),
    /// The application publishes it there.
    At(&'a str),
}

/// The claims of a request object: proven to be the application's word to the issuer, now.
///
/// # Errors
/// [`Refusal::ClientUnknown`], [`Refusal::RequestUriInvalid`], [`Refusal::RequestObjectInvalid`].
pub async fn read(
    env: &Env,
    tenant: &Tenant,
    client_id: &ClientId,
    issuer: &str,
    object: Object<'_>,
) -> Result<Map<String, Value>, FlowError> {
    let application = load::client(env, tenant, client_id).await?.application;
    let claims = match object {
        Object::ByValue(text) => proven(env, &application, text.expose()).await,
        Object::At(address) => {
            let text = published(env, &application, address).await.map_err(|why| Refusal::RequestUriInvalid { why })?;
            proven(env, &application, &text).await
        }
    };
    let refused = |why| Refusal::RequestObjectInvalid { why };
    let claims = claims.map_err(refused)?;
    let expected = request_object::Expected { application: &application, issuer, now: env.now() };
    expected.holds(&claims).map_err(refused)?;
    Ok(claims)
}

/// What is published under an address that is registered (RFC 9101 §5.2 and §10.4, OpenID Connect Core §6.2). Where the address
/// ends in a digest, nothing else may be there.
async fn published(env: &Env, application: &Application, address: &str) -> Result<String, RequestUriFault> {
    let (place, digest) = split(address);
    let registered = application.metadata.request_uris.iter().any(|known| match split(known) {
        (_, Some(_)) => known == address,
        (known, None) => known == place,
    });
    if !registered {
        return Err(RequestUriFault::NotRegistered);
    }
    let document = env.outside.fetch(address).await.map_err(|_| RequestUriFault::NotFetched)?;
    if digest.is_some_and(|digest| digest != base64url::encode(sha256(&document.bytes))) {
        return Err(RequestUriFault::Changed);
    }
    let text = std::str::from_utf8(&document.bytes).map_err(|_| RequestUriFault::NotFetched)?;
    Ok(text.trim().to_owned())
}

fn split(address: &str) -> (&str, Option<&str>) {
    address.split_once('#').map_or((address, None), |(place, digest)| (place, Some(digest)))
}

/// The claims of an object that a key of the application has signed, as it is registered to do.
async fn proven(env: &Env, application: &Application, text: &str) -> Result<Map<String, Value>, RequestObjectFault> {
    let opened = opened(env, application, text)?;
    let signed = opened.as_deref().unwrap_or(text);
    let header = peek_header(signed).map_err(|_| RequestObjectFault::Malformed)?;
    let taken = algorithms(application);
    if !taken.iter().any(|algorithm| algorithm.name() == header.alg) {
        return Err(RequestObjectFault::Algorithm);
    }
    let expected = Expected::types_or_none(&TYPES);
    let keys = client_keys::verifying(env, application, &header, &taken).await;
    let keys = keys.map_err(|_| RequestObjectFault::Signature)?;
    let verified = verify_compact(signed, &keys, &expected).map_err(|error| match error {
        grantor_jose::VerifyError::WrongType { .. } => RequestObjectFault::Type,
        _ => RequestObjectFault::Signature,
    })?;
    verified.claims().map_err(|_| RequestObjectFault::Malformed)
}

/// What is inside of an encrypted object; nothing for one that is not encrypted.
fn opened(env: &Env, application: &Application, text: &str) -> Result<Option<String>, RequestObjectFault> {
    let metadata = &application.metadata;
    if !is_encrypted(text) {
        // Whoever registered for it wants nobody to read their requests.
        let must = metadata.request_object_encryption_alg.is_some();
        return if must { Err(RequestObjectFault::Algorithm) } else { Ok(None) };
    }
    let (header, decrypted) = env.request_keys.decrypt(text).ok_or(RequestObjectFault::NotDecrypted)?;
    let fits = |registered: &Option<String>, found: &str| registered.as_deref().is_none_or(|one| one == found);
    if !fits(&metadata.request_object_encryption_alg, &header.alg)
        || !fits(&metadata.request_object_encryption_enc, &header.enc)
    {
        return Err(RequestObjectFault::Algorithm);
    }
    // RFC 7519 §5.2 wants the second name outside, too; openid-client, up to its version 5, writes the first there.
    decrypted.nested_in(&TYPES).map(|inside| Some(inside.to_owned())).map_err(|_| RequestObjectFault::Malformed)
}

/// How the application may sign: as it is registered, else in each way that its profile knows (FAPI 2.0 Security Profile §5.4).
fn algorithms(application: &Application) -> Vec<Algorithm> {
    let registered = application.metadata.request_object_signing_alg.as_deref();
    let by_profile = |alg: &SigningAlg| application.profile == Profile::OAuth21 || *alg != SigningAlg::Rs256;
    SigningAlg::NAMES
        .into_iter()
        .filter(|(name, alg)| registered.is_none_or(|registered| registered == *name) && by_profile(alg))
        .filter_map(|(name, _)| Algorithm::parse(name))
        .collect()
}
