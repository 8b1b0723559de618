//! What the person sees of a waiting request.

use axum::http::StatusCode;
use grantor_flows::authorize::{self as flow, AnswerTo};
use grantor_pages::{
    Account, AccountPicker, Consent, DeviceConfirm, DeviceDeclined, Elsewhere, Hidden, NeedsAdministrator,
    NeedsAdministratorReason, Person, RequestSent, SignIn, SignInError,
};
use grantor_protocol::UserId;
use grantor_rules::Refusal;
use grantor_rules::authorize::{Question, SignedIn};
use grantor_rules::consent::ConsentQuestion;
use grantor_rules::model::{Tenant, UserConsent};

use super::Waiting;
use crate::endpoints::facts::{application, detail, permission};
use crate::endpoints::outcome::brand;
use crate::respond::{self, Answer, OwnPage};

impl Waiting<'_> {
    pub fn question_page(
        &self,
        tenant: &Tenant,
        question: &Question,
        people: &[SignedIn],
        person: Option<UserId>,
    ) -> Answer {
        match question {
            Question::SignIn { name } => self.sign_in_page(name.clone().unwrap_or_default(), None, !people.is_empty()),
            Question::Account(ids) => self.picker_page(ids, people),
            Question::Consent(asked) => self.consent_page(tenant, asked, people, person),
            Question::Approval { question: asked, can_ask } => {
                self.approval_page(tenant, question, asked, *can_ask, people, person)
            }
            Question::Device => self.device_page(tenant, people, person),
        }
    }

    fn page(&self, text: String) -> Answer {
        respond::page(StatusCode::OK, text, self.proven.redirect().map(grantor_rules::client::RegisteredRedirect::uri))
    }

    pub fn sign_in_page(&self, username: String, error: Option<SignInError>, switch_account: bool) -> Answer {
        let page = SignIn {
            brand: self.place().tenant().map(|tenant| brand(tenant)),
            application: Some(self.application_before_sign_in()),
            username,
            error,
            action: self.sign_in_address(),
            hidden: Hidden { csrf: self.mark("sign-in", b"") },
            switch_account,
            may_deny: self.somebody_waits(),
        };
        self.page(page.render())
    }

    fn picker_page(&self, ids: &[UserId], people: &[SignedIn]) -> Answer {
        let page = AccountPicker {
            brand: self.place().tenant().map(|tenant| brand(tenant)),
            application: self.application_before_sign_in(),
            accounts: people.iter().filter(|one| ids.contains(&one.user.id)).map(account).collect(),
            action: self.sign_in_address(),
            hidden: Hidden { csrf: self.mark("sign-in", b"") },
            may_deny: self.somebody_waits(),
        };
        self.page(page.render())
    }

    /// The application, while it is not known who signs in: as the tenant sees it that keeps the request.
    fn application_before_sign_in(&self) -> grantor_pages::Application {
        application(&self.proven.application, &self.proven.keeper, self.publisher_of(&self.proven.keeper))
    }

    /// Whether the answer goes to an application, which can be told no. Our own pages wait for nobody.
    const fn somebody_waits(&self) -> bool {
        !matches!(self.proven.answer, AnswerTo::Page(_))
    }

    fn consent_page(
        &self,
        tenant: &Tenant,
        question: &ConsentQuestion,
        people: &[SignedIn],
        person: Option<UserId>,
    ) -> Answer {
        let page = Consent {
            brand: brand(tenant),
            application: application(&self.proven.application, tenant, self.publisher_of(tenant)),
            permissions: question.permissions.iter().map(permission).collect(),
            details: question.details.iter().map(detail).collect(),
            person: shown(people, person),
            for_everyone: question.for_everyone,
            organization_choice: question.may_be_for_everyone,
            elsewhere: self.elsewhere(),
            action: OwnPage::Consent(&self.handle).path(),
            hidden: Hidden { csrf: self.consent_mark(flow::fingerprint(question, person)) },
        };
        self.page(page.render())
    }

    /// What the application waits with, if it waits for this very person.
    fn elsewhere(&self) -> Option<Elsewhere> {
        let waits = matches!(self.proven.answer, AnswerTo::Device { awaits: Some(_), .. });
        waits.then(|| Elsewhere { binding_message: self.binding_message.clone() })
    }

    fn approval_page(
        &self,
        tenant: &Tenant,
        due: &Question,
        question: &ConsentQuestion,
        can_ask: bool,
        people: &[SignedIn],
        person: Option<UserId>,
    ) -> Answer {
        let needing = question.permissions.iter().filter(|one| one.for_administrators || question.for_everyone);
        let refusal = Refusal::AdministratorMustConsent {
            permissions: needing.clone().map(|one| format!("{} · {}", one.api_name, one.value)).collect(),
            can_ask,
        };
        self.app.env.record(&self.incoming.trace, grantor_flows::Event::refused(&refusal));
        let ids = self.incoming.ids();
        let page = NeedsAdministrator {
            brand: brand(tenant),
            application: application(&self.proven.application, tenant, self.publisher_of(tenant)),
            why: match tenant.policy.user_consent {
                UserConsent::Allowed => NeedsAdministratorReason::Permissions,
                UserConsent::LowRiskOnly => NeedsAdministratorReason::OnlyLowRisk,
                UserConsent::NotAllowed => NeedsAdministratorReason::PeopleMayNotAllow,
            },
            permissions: needing.map(permission).collect(),
            person: shown(people, person),
            can_ask,
            code: self.dialect.code_on_page(&refusal),
            timestamp: ids.at_text(),
            trace_id: ids.trace_id,
            action: self.address_of(due),
            hidden: Hidden { csrf: self.consent_mark(flow::fingerprint(question, person)) },
        };
        self.page(page.render())
    }

    pub fn request_sent_page(&self, tenant: &Tenant, fingerprint: [u8; 32]) -> Answer {
        let page = RequestSent {
            brand: brand(tenant),
            application_name: self.proven.application.display_name.clone(),
            action: OwnPage::Consent(&self.handle).path(),
            hidden: Hidden { csrf: self.consent_mark(fingerprint) },
        };
        self.page(page.render())
    }

    fn device_page(&self, tenant: &Tenant, people: &[SignedIn], person: Option<UserId>) -> Answer {
        let page = DeviceConfirm {
            brand: brand(tenant),
            application: application(&self.proven.application, tenant, self.publisher_of(tenant)),
            user_code: self.parameters.sole("user-code").unwrap_or_default().to_owned(),
            person: person.map(|_| shown(people, person)),
            action: OwnPage::Device(&self.handle).path(),
            hidden: Hidden { csrf: self.mark("device", b"") },
        };
        self.page(page.render())
    }

    pub fn device_declined_page(&self) -> Answer {
        let page = DeviceDeclined {
            brand: self.asked().brand(),
            application_name: self.proven.application.display_name.clone(),
        };
        self.page(page.render())
    }

    /// The tenant that publishes the application: that of this page, or the one whose store keeps the request until the person
    /// is known.
    fn publisher_of<'t>(&'t self, tenant: &'t Tenant) -> Option<&'t Tenant> {
        [tenant, &*self.publisher].into_iter().find(|one| one.id == self.proven.application.publisher)
    }
}

fn account(one: &SignedIn) -> Account {
    Account {
        user_id: one.user.id.to_string(),
        display_name: one.user.display_name.clone(),
        username: one.user.user_principal_name.clone(),
    }
}

fn shown(people: &[SignedIn], person: Option<UserId>) -> Person {
    let user = people.iter().map(|one| &one.user).find(|user| Some(user.id) == person);
    Person {
        display_name: user.map(|user| user.display_name.clone()).unwrap_or_default(),
        username: user.map(|user| user.user_principal_name.clone()).unwrap_or_default(),
    }
}
