//! What is allowed and what is asked for, as the pages list it.

use std::collections::BTreeMap;

use grantor_dialects::day;
use grantor_flows::{FlowError, account as account_flow, backchannel};
use grantor_jose::base64url;
use grantor_pages as pages;
use grantor_protocol::{ClientId, HandleDigest};
use grantor_rules::model::{Application, ConsentRequest, Tenant, TenantName};

use super::Visit;
use crate::endpoints::facts;

/// What tells one request that waits from another. Whoever has the digest of what its application waits with has nothing.
pub fn id_of(digest: &HandleDigest) -> String {
    base64url::encode(digest.as_bytes())
}

impl Visit<'_> {
    /// What the person has allowed, or what administrators have allowed for everyone.
    pub async fn allowed(&self, for_everyone: bool) -> Result<Vec<pages::AllowedApp>, FlowError> {
        let principal = (!for_everyone).then_some(self.user.id);
        let mut found = Vec::new();
        for allowed in account_flow::allowed(&self.app.env, &self.tenant, principal).await? {
            let mut apis: BTreeMap<ClientId, pages::AllowedApi> = BTreeMap::new();
            for (api, one) in &allowed.permissions {
                let scope = api.as_ref().and_then(|api| api.scope(&one.value));
                let words = scope.map_or_else(|| one.value.clone(), |scope| scope.words_for_people().to_owned());
                let name = api.as_ref().map_or_else(|| one.api.to_string(), |api| api.display_name.clone());
                let known = apis.entry(one.api.clone());
                known.or_insert(pages::AllowedApi { name, permissions: Vec::new() }).permissions.push(words);
            }
            found.push(pages::AllowedApp {
                application: self.shown(allowed.application.as_deref(), &allowed.client_id).await?,
                client_id: allowed.client_id.to_string(),
                apis: apis.into_values().collect(),
                since: day(allowed.since),
            });
        }
        Ok(found)
    }

    /// What waits for the person's answer.
    pub async fn waiting_apps(&self) -> Result<Vec<pages::WaitingApp>, FlowError> {
        let (env, mut found) = (&self.app.env, Vec::new());
        for (digest, code) in backchannel::waiting_for(env, &self.tenant, &self.user).await? {
            let application = account_flow::application(env, &self.tenant, &code.client_id).await?;
            found.push(pages::WaitingApp {
                id: id_of(&digest),
                application: self.shown(application.as_deref(), &code.client_id).await?,
                binding_message: code.awaits.and_then(|awaited| awaited.binding_message),
            });
        }
        Ok(found)
    }

    /// What people ask the administrators for.
    pub async fn waiting(&self) -> Result<Vec<pages::ConsentRequest>, FlowError> {
        let mut waiting = Vec::new();
        for request in account_flow::requests(&self.app.env, &self.tenant, &self.user).await? {
            waiting.push(self.request(&request).await?);
        }
        Ok(waiting)
    }

    async fn request(&self, request: &ConsentRequest) -> Result<pages::ConsentRequest, FlowError> {
        let env = &self.app.env;
        let asker = env.storage.tenant(self.tenant.id).find_user(request.user).await?;
        let application = account_flow::application(env, &self.tenant, &request.client_id).await?;
        let mut permissions = Vec::new();
        for (id, values) in request.permissions.by_api() {
            let api = account_flow::application(env, &self.tenant, id).await?;
            let Some(api) = api else { continue };
            permissions.extend(values.iter().filter_map(|value| api.scope(value)).map(|scope| pages::Permission {
                words: scope.admin_consent_display_name.clone(),
                technical: format!("{} · {}", api.display_name, scope.value),
                description: scope.admin_consent_description.clone(),
                risk: facts::risk(scope.risk),
                administrators_only: false,
                as_application: false,
            }));
        }
        Ok(pages::ConsentRequest {
            id: request.id.to_string(),
            application: self.shown(application.as_deref(), &request.client_id).await?,
            person: pages::Person {
                display_name: asker.as_ref().map(|user| user.display_name.clone()).unwrap_or_default(),
                username: asker.map(|user| user.user_principal_name).unwrap_or_default(),
            },
            asked_at: day(request.asked_at),
            reason: request.reason.clone(),
            permissions,
        })
    }

    /// An application as these pages show it; one that is registered no more by its client id alone.
    async fn shown(&self, known: Option<&Application>, id: &ClientId) -> Result<pages::Application, FlowError> {
        let publisher: Option<std::sync::Arc<Tenant>> = match known {
            Some(known) => self.app.env.storage.find_tenant(&TenantName::Id(known.publisher)).await?,
            None => None,
        };
        let gone = || Application::new(id.clone(), self.tenant.id, id.as_str());
        Ok(match known {
            Some(known) => facts::application(known, &self.tenant, publisher.as_deref()),
            None => facts::application(&gone(), &self.tenant, None),
        })
    }
}
