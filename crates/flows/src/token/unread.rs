//! A request whose form is right and whose content cannot be read.

use grantor_rules::Refusal;
use grantor_rules::authorize::fits_authority;
use grantor_rules::client::{Caller, platform_without_redirect};
use grantor_rules::layout::TokenLayout;
use grantor_rules::model::{Application, Platform};

use crate::client_proof::{Asking, prove};
use crate::place::Place;
use crate::{Env, FlowError, Trace, load};

/// What a request gets in which something cannot be read. What is asked for is talked about with who proves who asks, and with
/// nobody else (RFC 6749 §3.2.1); what is wrong with the form of the request is said to everybody. At an address that stands for
/// several tenants nobody knows whose application it is until what is presented can be read.
pub async fn unread(
    env: &Env,
    trace: &Trace,
    place: &Place,
    caller: &Caller,
    layout: &dyn TokenLayout,
    refusal: Refusal,
) -> FlowError {
    let Place::Tenant(tenant) = place else { return refusal.into() };
    if !is_about_what_is_asked(&refusal) {
        return refusal.into();
    }
    let proven = async {
        let client = load::client_here(env, tenant, &caller.client_id).await?;
        fits_authority(&client.application, place.authority())?;
        let asking = Asking { env, trace, tenant, layout };
        prove(&asking, &client.application, platform_of_unknown(&client.application, caller), caller).await?;
        Ok(())
    };
    proven.await.map_or_else(|error: FlowError| error, |()| refusal.into())
}

/// What kind of program calls, where nothing that it presents tells: a script says where it comes from.
pub fn platform_of_unknown(application: &Application, caller: &Caller) -> Platform {
    let has_scripts = application.redirects.iter().any(|redirect| redirect.platform == Platform::Spa);
    if has_scripts && caller.origin.is_some() { Platform::Spa } else { platform_without_redirect(application) }
}

/// Whether it is about the grant, its permissions or what is presented for it, and not about the form of the request.
const fn is_about_what_is_asked(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::GrantTypeUnknown { .. }
            | Refusal::ScopeMalformed { .. }
            | Refusal::AllGrantedMixed
            | Refusal::SeveralApis { .. }
            | Refusal::TooManyApis { .. }
            | Refusal::AuthorizationDetailsInvalid { .. }
            | Refusal::VerifierMalformed { .. }
    )
}
