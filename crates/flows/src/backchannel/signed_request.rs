//! A request that the application has signed (CIBA §7.1.1).

use grantor_jose::{Algorithm, Expected, peek_header, verify_compact};
use grantor_protocol::Secret;
use grantor_protocol::secret::sha256;
use grantor_rules::backchannel::{not_signed_so, signed_request};
use grantor_rules::model::Application;
use serde_json::{Map, Value};

use crate::client_proof::Asking;
use crate::{FlowError, client_keys};

/// The claims, proven to be the application's word to us, now and for the first time.
pub async fn read(
    asking: &Asking<'_>,
    application: &Application,
    algorithm: &str,
    text: &Secret,
) -> Result<Map<String, Value>, FlowError> {
    let Asking { env, tenant, layout, .. } = asking;
    let text = text.expose();
    let header = peek_header(text).map_err(|_| not_signed_so("a signed JWT"))?;
    // Never the message's own word for how it is to be checked.
    let registered = Algorithm::parse(algorithm).filter(|registered| registered.name() == header.alg);
    let registered = registered.ok_or(not_signed_so("the algorithm that the application is registered with"))?;
    let keys = client_keys::verifying(env, application, &header, &[registered]).await;
    let signed = not_signed_so("a signature by a key of the application");
    let keys = keys.map_err(|_| signed.clone())?;
    // The specification gives these tokens no type; those of ours and of other uses have one each.
    let expected = Expected::types_or_none(&["JWT"]);
    let verified = verify_compact(text, &keys, &expected).map_err(|_| signed)?;
    let claims = verified.claims().map_err(|_| not_signed_so("a signed JWT"))?;
    let now = env.now();
    let (id, ends) = signed_request(&claims, application, &layout.issuer(tenant.id), now)?;
    let used = sha256(format!("backchannel-request\n{}\n{id}", application.client_id).as_bytes());
    if !env.storage.tenant(tenant.id).spend_once(&used, ends).await? {
        return Err(not_signed_so("a request that was not sent before").into());
    }
    Ok(claims)
}
