//! Whom a request to a person who is elsewhere means (CIBA §7.1).

use grantor_rules::Refusal;
use grantor_rules::backchannel::PersonHint;
use grantor_rules::model::{Application, Tenant, User};

use crate::{Env, FlowError, id_token_hint};

/// How many people are read at once.
const AT_ONCE: u32 = 500;

/// The person, who must be able to sign in.
///
/// # Errors
/// [`Refusal::HintUnknown`]; [`Refusal::ParameterMalformed`] for what is no id_token of ours for the application.
pub async fn named(
    env: &Env,
    tenant: &Tenant,
    application: &Application,
    hint: &PersonHint,
) -> Result<User, FlowError> {
    let found = match hint {
        PersonHint::Name(name) => env.storage.tenant(tenant.id).find_user_by_name(name).await?,
        PersonHint::IdToken(token) => {
            let found = id_token_hint::audience_and_subject(env, token);
            let ours = found.filter(|(audience, _)| *audience == application.client_id);
            let (_, subject) = ours.ok_or(Refusal::ParameterMalformed {
                name: "id_token_hint",
                expected: "an id_token that this server issued to the application",
                found: String::new(),
            })?;
            with_subject(env, tenant, application, &subject).await?
        }
    };
    Ok(found.filter(|user| user.account_enabled).ok_or(Refusal::HintUnknown)?)
}

/// It looks through the tenant's people: a name that an application has for somebody is made from them, and cannot be turned
/// back.
async fn with_subject(
    env: &Env,
    tenant: &Tenant,
    application: &Application,
    subject: &str,
) -> Result<Option<User>, FlowError> {
    let store = env.storage.tenant(tenant.id);
    let mut after: Option<String> = None;
    loop {
        let users = store.list_users(after.as_deref(), AT_ONCE).await?;
        let Some(last) = users.last() else { return Ok(None) };
        after = Some(last.user_principal_name.clone());
        let is_meant = |user: &User| env.salt.subject(tenant.id, application, user.id) == subject;
        if let Some(found) = users.into_iter().find(is_meant) {
            return Ok(Some(found));
        }
    }
}
