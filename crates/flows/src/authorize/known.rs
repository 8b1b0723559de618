//! What the decision needs to know.

use std::collections::BTreeMap;
use std::sync::Arc;

use grantor_protocol::ClientId;
use grantor_rules::Refusal;
use grantor_rules::authorize::{self as rule, Answer, Decision, Facts, Request, SignedIn};
use grantor_rules::model::{Assigned, Consents, Registration};
use grantor_rules::scopes::ResolvedScopes;

use super::{AnswerTo, Proven};
use crate::{Env, FlowError, load};

/// What the decision needs to know, once the person is known.
pub(super) struct Known {
    pub client: Registration,
    pub scopes: ResolvedScopes,
    pub required_apis: BTreeMap<ClientId, Registration>,
    pub assigned: Assigned,
    pub consents: Consents,
}

impl Known {
    pub async fn load(env: &Env, proven: &Proven, request: &Request, person: &SignedIn) -> Result<Self, FlowError> {
        let (tenant, application) = (&*person.tenant, &proven.application);
        let store = env.storage.tenant(tenant.id);
        let client = match &proven.answer {
            AnswerTo::Page(_) => Registration { application: Arc::clone(application), principal: None },
            AnswerTo::Redirect(_) | AnswerTo::Device { .. } => {
                load::client(env, tenant, &application.client_id).await?
            }
        };
        let scopes = load::scopes(env, tenant, &request.wanted).await?;
        let assigned = if client.wants_assignment() {
            store.find_assigned(&application.client_id, person.user.id).await?
        } else {
            Assigned::default()
        };
        Ok(Self {
            required_apis: load::required_apis(env, tenant, application, &scopes).await?,
            consents: store.find_consents(person.user.id, &application.client_id).await?,
            client,
            scopes,
            assigned,
        })
    }

    pub fn decide(
        &self,
        proven: &Proven,
        request: &Request,
        person: &SignedIn,
        consents: &Consents,
        just_consented: bool,
    ) -> Result<Decision, Refusal> {
        rule::decide(&Facts {
            tenant: &person.tenant,
            client: &self.client,
            answer: match &proven.answer {
                AnswerTo::Redirect(redirect) => Answer::Redirect(redirect),
                AnswerTo::Device { .. } => Answer::Device,
                AnswerTo::Page(_) => Answer::Page,
            },
            request,
            scopes: &self.scopes,
            required_apis: &self.required_apis,
            person,
            assigned: &self.assigned,
            consents,
            just_consented,
        })
    }
}
