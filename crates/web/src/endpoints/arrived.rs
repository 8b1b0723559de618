//! What an authorization request finally means: the one place where the parameters that it carries give way to those of a
//! signed object, of a published one, or of what was pushed before.

use grantor_dialects::oidc::metadata::issuer;
use grantor_dialects::oidc::request::{RequestStands, parameters as of_object, stands};
use grantor_dialects::{Dialect, Parameters};
use grantor_flows::authorize as flow;
use grantor_flows::request_object::{self, Object};
use grantor_flows::{FlowError, Place};
use grantor_protocol::HandleDigest;
use grantor_rules::authorize::Arrival;

use crate::app::App;
use crate::routes::DialectName;

/// A request whose parameters are the ones that count. It is these that wait for the person, so that nothing is fetched or
/// proven twice.
#[derive(Debug)]
pub struct Arrived {
    pub parameters: Parameters,
    pub arrival: Arrival,
    /// The pushed request that ends with the answer.
    pub pushed: Option<HandleDigest>,
}

/// The request that `sent` stands for. In the Microsoft dialects it stands for itself.
pub async fn arrived(app: &App, dialect: DialectName, place: &Place, sent: &Parameters) -> Result<Arrived, FlowError> {
    let (DialectName::Oidc, Place::Tenant(tenant)) = (dialect, place) else { return Ok(as_it_is(sent)) };
    let stands = stands(sent)?;
    // Who asks is said outside in any case (RFC 9101 §5, RFC 9126 §4); everything else outside does not count.
    let client_id = || app.oidc.identify(sent).map(|identified| identified.client_id);
    let object = match &stands {
        RequestStands::Here => return Ok(as_it_is(sent)),
        RequestStands::InObject(text) => Object::ByValue(text),
        RequestStands::At(address) => Object::At(address),
        RequestStands::Pushed(reference) => {
            let (digest, kept) = flow::pushed(&app.env, tenant, &client_id()?, app.oidc.name(), reference).await?;
            let parameters = Parameters::from_pairs(kept.parameters);
            // It was held to its registration when it was pushed.
            return Ok(Arrived { parameters, arrival: Arrival { signed: true, pushed: true }, pushed: Some(digest) });
        }
    };
    let client_id = client_id()?;
    let issuer = issuer(&app.env.public, &tenant.id.to_string());
    let claims = request_object::read(&app.env, tenant, &client_id, &issuer, object).await?;
    Ok(Arrived { parameters: of_object(claims)?, arrival: Arrival { signed: true, pushed: false }, pushed: None })
}

fn as_it_is(sent: &Parameters) -> Arrived {
    Arrived { parameters: sent.clone(), arrival: Arrival::default(), pushed: None }
}
