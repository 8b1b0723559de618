//! The end of an authorization request: one commit, whatever it ends with.

use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_protocol::{FamilyId, Handle, HandleKind};
use grantor_rules::Refusal;
use grantor_rules::authorize::{CodePlan, Request, SignedIn};
use grantor_rules::consent::{ConsentQuestion, PermissionAsked};
use grantor_rules::layout::TokenLayout;
use grantor_rules::model::{
    Code, Consents, DeviceAnswer, DeviceApproval, Family, Purpose, Registration, ServicePrincipal,
};
use grantor_rules::scopes::WantedOfApi;
use grantor_rules::token::issued::IssuedTokens;
use grantor_rules::token::{Standing, TokenPlan, front, the_api};
use grantor_storage::{AnswerDeviceCode, BeginFamily, Finished, IssueCode, RecordedConsent};

use super::{AnswerTo, Issued, Known, Proven, Stage, Step};
use crate::token::issue;
use crate::{Env, Event, FlowError, Trace, backchannel, device, load};

/// What the person has just allowed.
pub(super) struct Given {
    pub question: ConsentQuestion,
    pub for_everyone: bool,
    /// What was allowed before.
    pub before: Consents,
}

/// A request that has got its yes.
pub(super) struct Finishing<'a> {
    pub env: &'a Env,
    pub trace: &'a Trace,
    pub proven: &'a Proven,
    pub request: &'a Request,
    pub stage: &'a Stage,
    pub known: &'a Known,
    pub person: &'a SignedIn,
    pub given: Option<Given>,
    pub consents: &'a Consents,
    pub layout: &'a dyn TokenLayout,
}

impl Finishing<'_> {
    pub async fn finish(&self, plan: &CodePlan) -> Result<Step, FlowError> {
        self.apis_are_let_in()?;
        match (&self.proven.answer, &self.stage.interaction().purpose) {
            (AnswerTo::Page(path), _) => self.visit(path).await,
            (AnswerTo::Device { code, .. }, _) => self.approve_device(*code).await,
            (AnswerTo::Redirect(_), Purpose::AdminConsent) => self.allow_for_everyone().await,
            (AnswerTo::Redirect(_), _) => self.issue(plan).await,
        }
    }

    /// Records what was allowed, once the commit has said so.
    fn record_consent(&self) {
        let Some(given) = &self.given else { return };
        let name = |one: &PermissionAsked| format!("{} · {}", one.api_name, one.value);
        let details = given.question.details.iter().map(|one| format!("{} · {}", one.api_name, one.heading));
        let permissions = given.question.permissions.iter().map(name).chain(details).collect();
        let event = Event::Consented { user: self.person.user.id, permissions, for_everyone: given.for_everyone };
        self.env.record(self.trace, event);
    }

    /// An API that an administrator has taken out of the tenant does not come back by what somebody allowed before.
    fn apis_are_let_in(&self) -> Result<(), Refusal> {
        let newcomers = self.newcomers(self.env.now());
        let comes = |api: &WantedOfApi| newcomers.iter().any(|one| one.client_id == api.application.client_id);
        let missing = self.known.scopes.apis.iter().find(|api| !api.registration().is_here() && !comes(api));
        match missing {
            Some(api) => Err(Refusal::ApiNotInTenant { api: api.application.display_name.clone() }),
            None => Ok(()),
        }
    }

    /// What stands in the tenant from now on for the application and for those APIs that it was allowed something of.
    fn newcomers(&self, now: Timestamp) -> Vec<ServicePrincipal> {
        let Some(given) = &self.given else { return Vec::new() };
        let is_named = |one: &Registration| {
            let named = |asked: &PermissionAsked| [&asked.api, &asked.client].contains(&&one.application.client_id);
            one.application.client_id == self.proven.application.client_id
                || given.question.permissions.iter().any(named)
        };
        let apis = self.known.scopes.apis.iter().map(WantedOfApi::registration);
        let of_required = self.known.required_apis.values().cloned();
        let all = std::iter::once(self.known.client.clone()).chain(apis).chain(of_required);
        let newcomer = |one: Registration| (!one.is_here()).then(|| ServicePrincipal::new(&one.application, now));
        all.filter(is_named).filter_map(newcomer).collect()
    }

    /// What is recorded when somebody has said yes: what was allowed, and what stands for the application and its APIs from now
    /// on. A person's yes is recorded for what was not allowed before: what administrators allow is theirs to take back.
    fn recorded(&self, now: Timestamp) -> Vec<RecordedConsent> {
        let Some(given) = &self.given else { return Vec::new() };
        let own = &self.proven.application.client_id;
        let mut service_principals = self.newcomers(now);
        let principal = (!given.for_everyone).then_some(self.person.user.id);
        let mut recorded = Vec::new();
        for (client_id, mut allowed) in given.question.by_client() {
            if principal.is_some() && client_id == *own {
                allowed.scopes = allowed.scopes.without(&given.before);
            }
            recorded.push(RecordedConsent {
                principal,
                // With the first of them, whichever that is: they are the tenant's.
                service_principals: std::mem::take(&mut service_principals),
                client_id,
                consents: allowed.scopes,
                app_roles: allowed.app_roles,
            });
        }
        if !service_principals.is_empty() {
            recorded.push(RecordedConsent {
                principal,
                service_principals,
                client_id: own.clone(),
                consents: Consents::default(),
                app_roles: Vec::new(),
            });
        }
        recorded
    }

    async fn visit(&self, path: &str) -> Result<Step, FlowError> {
        if let Some(waited) = self.stage.handle() {
            once(self.store().end_interaction(&waited, None).await?)?;
        }
        let (tenant, user) = (Arc::clone(&self.person.tenant), self.person.user.id);
        Ok(Step::Visit { tenant, user, path: path.to_owned() })
    }

    async fn allow_for_everyone(&self) -> Result<Step, FlowError> {
        let now = self.env.now();
        let recorded = self.recorded(now);
        // Nobody is an administrator who has not been asked.
        let waited = self.stage.handle().ok_or(Refusal::InteractionGone)?;
        once(self.store().consent_without_code(&waited, &recorded, now).await?)?;
        self.record_consent();
        let nothing = ConsentQuestion {
            permissions: Vec::new(),
            for_everyone: true,
            may_be_for_everyone: false,
            details: Vec::new(),
        };
        let question = self.given.as_ref().map_or(nothing, |given| given.question.clone());
        Ok(Step::AllowedForEveryone { tenant: Arc::clone(&self.person.tenant), question })
    }

    async fn approve_device(&self, digest: grantor_protocol::HandleDigest) -> Result<Step, FlowError> {
        let now = self.env.now();
        let code = device::waiting(self.env, &digest).await?;
        let sign_in = &self.person.sign_in;
        let approval = DeviceApproval {
            tenant: self.person.tenant.id,
            user: self.person.user.id,
            authenticated_at: sign_in.authenticated_at,
            method: sign_in.method,
            sid: sign_in.sid.clone(),
        };
        let answered = self
            .env
            .storage
            .answer_device_code(&AnswerDeviceCode {
                digest,
                tenant: self.person.tenant.id,
                answer: DeviceAnswer::Approved(approval),
                interaction: self.stage.handle(),
                consents: self.recorded(now),
                notices: backchannel::notices(self.env, &code, now),
                now,
            })
            .await?;
        if answered == Finished::Before {
            return Err(device::answered_before(&code).into());
        }
        self.record_consent();
        self.env.record(self.trace, Event::DeviceAnswered { user: self.person.user.id, approved: true });
        Ok(Step::DeviceApproved)
    }

    async fn issue(&self, plan: &CodePlan) -> Result<Step, FlowError> {
        let kind = self.request.response_type;
        let now = self.env.now();
        let code = kind.code.then(|| self.env.handle(HandleKind::Code, self.person.tenant.id));
        let in_front = if kind.carries_tokens() { Some(self.in_front(plan, code.as_ref(), now).await?) } else { None };
        self.commit(plan, code.as_ref(), in_front.as_ref().map(|front| &front.family), now).await?;
        self.record_consent();
        if code.is_some() {
            let event = Event::CodeIssued { client: plan.client_id.clone(), user: self.person.user.id };
            self.env.record(self.trace, event);
        }
        if let Some(front) = &in_front {
            self.env.record(self.trace, front.event.clone());
        }
        let (id_token, access_token) = in_front.map_or((None, None), |front| (front.id_token, front.access_token));
        Ok(Step::Issued(Box::new(Issued {
            tenant: Arc::clone(&self.person.tenant),
            user: self.person.user.id,
            code,
            id_token,
            access_token,
            sid: self.person.sign_in.sid.clone(),
        })))
    }

    /// One commit ends the interaction and records the consent: that of the code, or, without one, that of the tokens.
    async fn commit(
        &self,
        plan: &CodePlan,
        code: Option<&Handle>,
        family: Option<&(Family, Timestamp)>,
        now: Timestamp,
    ) -> Result<(), FlowError> {
        let (mut interaction, mut consents) = (self.stage.handle(), self.recorded(now));
        let mut pushed = self.stage.interaction().pushed;
        if let Some(handle) = code {
            let issue = IssueCode {
                digest: handle.digest(),
                code: self.code(plan, now)?,
                interaction: interaction.take(),
                pushed: pushed.take(),
                consents: std::mem::take(&mut consents),
                dialect: self.stage.interaction().dialect.clone(),
                session_until: self.person.sign_in.expires_at,
                now,
            };
            once(self.store().issue_code(&issue).await?)?;
        }
        if let Some((family, keep_until)) = family {
            let begin = BeginFamily {
                family: family.clone(),
                dialect: Some(self.stage.interaction().dialect.clone()),
                keep_until: *keep_until,
                interaction,
                pushed,
                consents,
                now,
            };
            once(self.store().begin_family(&begin).await?)?;
        }
        Ok(())
    }

    async fn in_front(&self, plan: &CodePlan, code: Option<&Handle>, now: Timestamp) -> Result<InFront, FlowError> {
        let Self { env, known, person, request, .. } = self;
        let tenant = &*person.tenant;
        let kind = request.response_type;
        let api = the_api(&known.scopes, tenant, false)?.registration();
        let ties = load::ties(self.store().as_ref(), &known.client, &api, person.user.id).await?;
        let standing = Standing {
            details: None,
            tenant,
            client: &known.client,
            user: Some(&person.user),
            client_assigned: &ties.client,
            api_assigned: &ties.api,
            groups: &ties.groups,
            consents: self.consents,
            now,
            roll: u64::from_be_bytes(env.entropy.bytes()),
            settings: &env.settings,
        };
        let family = FamilyId::from_random(env.entropy.bytes());
        let mut scopes = known.scopes.clone();
        if self.given.is_some() {
            // The same commit lets the API in.
            for of_api in scopes.apis.iter_mut().filter(|of_api| of_api.principal.is_none()) {
                of_api.principal = Some(Arc::new(ServicePrincipal::new(&of_api.application, now)));
            }
        }
        let allowed = front::grant(plan, &self.proven.application, scopes, family, self.trace.flow(), &standing)?;
        let wanted =
            issue::InFront { code: code.map(Handle::secret), access_token: kind.token, id_token: kind.id_token };
        let (access_token, id_token) = issue::in_front(env, &allowed, self.layout, &wanted).await?;
        Ok(InFront {
            family: (self.family(&allowed), issue::keep_until(&allowed)),
            event: issue::issued(&allowed, "implicit"),
            access_token,
            id_token,
        })
    }

    fn family(&self, plan: &TokenPlan<'_>) -> Family {
        issue::family(plan, &self.request.wanted, None, None)
    }

    fn code(&self, plan: &CodePlan, now: Timestamp) -> Result<Code, FlowError> {
        // A code is for whoever has an address to get it at.
        let missing = || FlowError::Failed { what: "a code was to be issued to nowhere".to_owned() };
        let redirect = plan.redirect.as_ref().ok_or_else(missing)?;
        Ok(Code {
            client_id: plan.client_id.clone(),
            user: plan.person.user,
            redirect_uri: redirect.uri().clone(),
            redirect_uri_was_given: redirect.was_given(),
            platform: plan.platform,
            challenge: plan.challenge.clone(),
            nonce: plan.nonce.clone(),
            wanted: plan.wanted.clone(),
            authenticated_at: plan.person.authenticated_at,
            method: plan.person.method,
            sid: plan.person.sid.clone(),
            family: FamilyId::from_random(self.env.entropy.bytes()),
            flow: self.trace.flow(),
            expires_at: now + self.proven.application.lifetimes.code.unwrap_or(self.env.settings.code_lifetime),
            spent_at: None,
            terms: plan.terms.clone(),
            dpop_jkt: plan.dpop_jkt.clone(),
            session_ended_at: None,
        })
    }

    fn store(&self) -> Arc<dyn grantor_storage::TenantStorage> {
        self.env.storage.tenant(self.person.tenant.id)
    }
}

/// Tokens that go with the answer.
struct InFront {
    family: (Family, Timestamp),
    event: Event,
    access_token: Option<IssuedTokens>,
    id_token: Option<grantor_protocol::Secret>,
}

/// Of several answers to one question only the first counts.
fn once(finished: Finished) -> Result<(), FlowError> {
    match finished {
        Finished::Now => Ok(()),
        Finished::Before => Err(Refusal::InteractionGone.into()),
    }
}
