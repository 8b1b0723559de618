//! The moment of issue: in order in every respect, so that a test changes only what it is about.

use grantor_environment::Timestamp;
use grantor_rules::Settings;
use grantor_rules::client::ProvenClient;
use grantor_rules::model::{Application, Assigned, Consents, Platform, Registration, Tenant, User};
use grantor_rules::token::Standing;
use uuid::Uuid;

use crate::world::{NOW, allowed, app, here, person, proven, tenant};

/// What stands at that moment.
pub struct Moment {
    pub tenant: Tenant,
    pub client: Registration,
    pub user: Option<User>,
    pub client_assigned: Assigned,
    pub api_assigned: Assigned,
    pub groups: Vec<Uuid>,
    pub consents: Consents,
    pub now: Timestamp,
    pub roll: u64,
    pub settings: Settings,
}

/// Ana, who allows the application `app` this.
pub fn moment(consents: &[&str]) -> Moment {
    Moment::of(app(), allowed(consents))
}

impl Moment {
    pub fn of(application: Application, consents: Consents) -> Self {
        Self {
            tenant: tenant(),
            client: here(application),
            user: Some(person("ana")),
            client_assigned: Assigned::default(),
            api_assigned: Assigned::default(),
            groups: vec![],
            consents,
            now: NOW,
            roll: 0,
            settings: Settings::default(),
        }
    }

    pub fn standing(&self) -> Standing<'_> {
        Standing {
            details: None,
            tenant: &self.tenant,
            client: &self.client,
            user: self.user.as_ref(),
            client_assigned: &self.client_assigned,
            api_assigned: &self.api_assigned,
            groups: &self.groups,
            consents: &self.consents,
            now: self.now,
            roll: self.roll,
            settings: &self.settings,
        }
    }

    /// The application, proven as its kind can.
    pub fn proven(&self, platform: Platform) -> ProvenClient<'_> {
        proven(&self.client.application, platform)
    }

    /// The person, to be changed.
    pub fn person(&mut self) -> &mut User {
        self.user.as_mut().expect("there is somebody")
    }

    /// The application, to be changed.
    pub fn application(&mut self) -> &mut Application {
        std::sync::Arc::make_mut(&mut self.client.application)
    }
}
