//! The states that a combination is made of, and how each is brought about.

use std::sync::Arc;

use grantor_protocol::TenantId;
use grantor_rules::consent::effective;
use grantor_rules::model::{
    Application, Callers, Consents, Platform, PreAuthorized, Redirect, Registration, Risk, SignInAudience, UserConsent,
};
use grantor_rules::scopes::ResolvedScopes;
use grantor_rules::{Refusal, model::TenantKind};

use crate::moment::Moment;
use crate::world::{
    NOW, SECRET, allowed, api, app, client_id, here, minutes, named, not_here, principal_of, redirect_of, required,
    role, secret, uri, wanted,
};

pub const PLATFORMS: [Platform; 3] = [Platform::Web, Platform::Spa, Platform::PublicClient];
pub const POLICIES: [UserConsent; 3] = [UserConsent::Allowed, UserConsent::LowRiskOnly, UserConsent::NotAllowed];

/// The one thing that is not as it was when everybody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Fine,
    PersonDisabled,
    PersonDeleted,
    PasswordChanged,
    SignInTooOld,
    NotAssigned,
    OtherTenantsApplication,
    PersonalAccountsAlone,
    ApplicationOff,
    ApplicationOffHere,
    ApiOff,
    ApiOffHere,
    ApiNotHere,
    ApiForOthersAlone,
}

impl State {
    pub const ALL: [Self; 14] = [
        Self::Fine,
        Self::PersonDisabled,
        Self::PersonDeleted,
        Self::PasswordChanged,
        Self::SignInTooOld,
        Self::NotAssigned,
        Self::OtherTenantsApplication,
        Self::PersonalAccountsAlone,
        Self::ApplicationOff,
        Self::ApplicationOffHere,
        Self::ApiOff,
        Self::ApiOffHere,
        Self::ApiNotHere,
        Self::ApiForOthersAlone,
    ];
}

/// What is allowed of `Read` and `Write`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    Nothing,
    /// The person allowed both.
    Own,
    /// An administrator allowed both, for everyone.
    Everyones,
    /// The person allowed one, an administrator the other.
    Shared,
    /// Nobody was asked: the API gives both.
    PreAuthorized,
    /// Both were allowed, and `Write` was withdrawn.
    WithdrawnInPart,
    /// Both were allowed, and then the API switched `Write` off.
    SwitchedOff,
}

impl Consent {
    pub const ALL: [Self; 7] = [
        Self::Nothing,
        Self::Own,
        Self::Everyones,
        Self::Shared,
        Self::PreAuthorized,
        Self::WithdrawnInPart,
        Self::SwitchedOff,
    ];
}

/// One combination, made real.
pub struct Cell {
    pub moment: Moment,
    pub api: Registration,
}

/// What is asked for in each of them.
pub const WORDS: &str = "openid api://colors/Read api://colors/Write";

/// An application of one kind alone.
fn of_kind(platform: Platform) -> Application {
    let (public, secrets) = match platform {
        Platform::Web => (false, vec![secret(SECRET)]),
        Platform::Spa => (false, vec![]),
        Platform::PublicClient => (true, vec![]),
    };
    Application {
        redirects: vec![Redirect { uri: uri(redirect_of(platform)), platform }],
        allow_public_client_flows: public,
        secrets,
        granted_app_roles: required(&["colors/Paint"]),
        ..app()
    }
}

impl Cell {
    pub fn new(platform: Platform, state: State, consent: Consent, policy: UserConsent) -> Self {
        let mut colors = Application { app_roles: vec![role("Paint")], ..api("colors") };
        colors.scopes[0].risk = Risk::Low;
        let mut moment = Moment::of(of_kind(platform), Consents::default());
        moment.tenant.policy.user_consent = policy;
        moment.client_assigned.is_assigned = true;
        principal_of(&mut moment.client).assignment_required = true;
        let mut cell = Self { moment, api: here(colors) };
        cell.allow(consent);
        cell.spoil(state);
        cell
    }

    fn allow(&mut self, consent: Consent) {
        let both = ["colors/Read", "colors/Write"];
        // What is stored by the person and by administrators, as a store adds it up.
        let (own, everyones): (&[&str], &[&str]) = match consent {
            Consent::Nothing | Consent::PreAuthorized => (&[], &[]),
            Consent::Own | Consent::SwitchedOff => (&both, &[]),
            Consent::Everyones => (&[], &both),
            Consent::Shared => (&both[..1], &both[1..]),
            Consent::WithdrawnInPart => (&both[..1], &[]),
        };
        let mut consents = allowed(&["directory/openid"]);
        consents.extend(&allowed(own));
        consents.extend(&allowed(everyones));
        self.moment.consents = consents;
        let api = Arc::make_mut(&mut self.api.application);
        match consent {
            Consent::PreAuthorized => {
                let scopes = vec!["Read".into(), "Write".into()];
                api.pre_authorized = vec![PreAuthorized { client: client_id("app"), scopes }];
            }
            Consent::SwitchedOff => api.scopes[1].disabled = true,
            Consent::Nothing | Consent::Own | Consent::Everyones | Consent::Shared | Consent::WithdrawnInPart => {}
        }
    }

    fn spoil(&mut self, state: State) {
        let moment = &mut self.moment;
        match state {
            State::Fine => {}
            State::PersonDisabled => moment.person().account_enabled = false,
            State::PersonDeleted => moment.user = None,
            State::PasswordChanged => moment.person().sessions_valid_from = Some(NOW - minutes(5)),
            // Ana signed in ten minutes ago.
            State::SignInTooOld => moment.application().lifetimes.sign_in = Some(minutes(5)),
            State::NotAssigned => moment.client_assigned.is_assigned = false,
            State::OtherTenantsApplication => moment.application().publisher = TenantId::from_random([9; 16]),
            State::PersonalAccountsAlone => {
                assert_eq!(moment.tenant.kind, TenantKind::Organization);
                moment.application().sign_in_audience = SignInAudience::PersonalOnly;
            }
            State::ApplicationOff => moment.application().disabled = true,
            State::ApplicationOffHere => principal_of(&mut moment.client).enabled = false,
            State::ApiOff => Arc::make_mut(&mut self.api.application).disabled = true,
            State::ApiOffHere => principal_of(&mut self.api).enabled = false,
            State::ApiForOthersAlone => Arc::make_mut(&mut self.api.application).callers = Callers::PreAuthorized,
            State::ApiNotHere => self.api = not_here((*self.api.application).clone()),
        }
    }

    pub fn scopes(&self, words: &str) -> Result<ResolvedScopes, Refusal> {
        wanted(words).resolve(&named(std::slice::from_ref(&self.api)))
    }

    /// What counts as allowed when the person is to be asked.
    pub fn effective(&self, scopes: &ResolvedScopes) -> Consents {
        effective(self.moment.consents.clone(), &self.moment.client.application, scopes)
    }
}
