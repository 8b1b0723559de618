//! The directory of the matrix, made and changed in a few commits for all cells together.

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, Secret, TenantId, UserId};
use grantor_rules::directory::{DirectoryChange, Removal};
use grantor_rules::directory_api;
use grantor_rules::model::{
    Assignee, Assignment, GrantedPermission, RegistrationPolicy, ServicePrincipal, Tenant, TenantKind, TenantPolicy,
    User, UserConsent,
};
use grantor_storage::{WithdrawnConsent, WrongPassword};
use grantor_testkit::{Application, KIM, NORTHWIND, SYNC, TestPlatform};

use super::apps::{self, CALLED, CALLER};
use super::cell::{Cell, Consent, Kind, Subject, policies};

/// The permission that every request asks for: of medium risk, so that each policy has its own answer.
pub const WANTED: &str = "Mail.Read";
const SIGN_IN: [&str; 3] = ["openid", "profile", "offline_access"];

/// The platform with everything in it.
pub struct World {
    pub platform: TestPlatform,
    kim: User,
    password: Secret,
    another_password: Secret,
}

/// The tenant of a policy, by its place; the last one has none of the people.
pub fn tenant(place: usize) -> TenantId {
    format!("b0000000-0000-4000-8000-0000000000{place:02}").parse().unwrap()
}

fn elsewhere() -> TenantId {
    tenant(policies().len())
}

impl Cell {
    /// Whose directory the person is in.
    pub fn home(&self) -> TenantId {
        tenant(self.policy)
    }

    /// At whose address the request comes in.
    pub fn address(&self) -> TenantId {
        if self.subject == Subject::OtherTenant { elsewhere() } else { self.home() }
    }

    pub fn application(&self) -> Application {
        apps::of(self.kind, self.consent)
    }

    pub fn user_id(&self) -> UserId {
        format!("b0000000-0000-4000-8001-{:012}", self.number).parse().unwrap()
    }

    pub fn user_name(&self) -> String {
        format!("u{}@t{}.matrix.example", self.number, self.policy)
    }

    fn assignment(&self) -> Assignment {
        Assignment { client_id: apps::id(self.application()), assignee: Assignee::User(self.user_id()), role: None }
    }
}

fn tenants() -> Vec<Tenant> {
    let policies = policies().into_iter().map(Some).chain([None]).enumerate();
    let one = |(place, policy): (usize, Option<UserConsent>)| Tenant {
        id: tenant(place),
        domain: format!("t{place}.matrix.example"),
        display_name: format!("Matrix {place}"),
        kind: TenantKind::Organization,
        policy: TenantPolicy {
            user_consent: policy.unwrap_or_default(),
            consent_requests: policy == Some(UserConsent::NotAllowed),
            ..TenantPolicy::default()
        },
        client_registration: RegistrationPolicy::default(),
        trusted_issuers: Vec::new(),
    };
    policies.map(one).collect()
}

fn allowed(client: Application, principal: Option<UserId>, api: &ClientId, values: &[&str]) -> Vec<GrantedPermission> {
    let one = |value: &&str| GrantedPermission {
        client_id: apps::id(client),
        principal,
        api: api.clone(),
        value: (*value).to_owned(),
        granted_at: Timestamp::from_seconds(1),
    };
    values.iter().map(one).collect()
}

impl World {
    /// Everything is allowed and everybody is fine, so that all can be handed out.
    pub async fn make(cells: &[Cell]) -> Self {
        let platform = TestPlatform::with_permissions().await;
        let kim = platform.user(NORTHWIND, KIM).await;
        let stored = platform.app.env.storage.tenant(NORTHWIND.tenant_id()).find_password(kim.id).await.unwrap();
        let another = Secret::new("another-password");
        let another_password = platform.app.env.passwords.hash(&another, platform.app.env.entropy.as_ref()).await;
        let world = Self { platform, kim, password: stored.unwrap().hash, another_password: another_password.unwrap() };
        world.register().await;
        world.platform.change(world.people(cells)).await;
        world
    }

    async fn register(&self) {
        let certificates = self.platform.application(NORTHWIND, SYNC.client_id).await.certificates;
        let publisher = tenant(0);
        let mut change = DirectoryChange { tenants: tenants(), ..DirectoryChange::default() };
        let caller = [(Kind::Native, CALLER)];
        let all = apps::all().map(|(kind, _, application)| (kind, application)).chain(caller);
        for (kind, application) in all {
            let registered = apps::registered(kind, application, publisher, &certificates);
            for place in 0..=policies().len() {
                change.service_principals.push((
                    tenant(place),
                    ServicePrincipal {
                        assignment_required: registered.assignment_required,
                        ..ServicePrincipal::new(&registered, Timestamp::from_seconds(1))
                    },
                ));
            }
            change.applications.push(registered);
        }
        let directory = directory_api::client_id();
        for place in 0..policies().len() {
            change.consents.extend(in_tenant(place, allowed(CALLER, None, &directory, &SIGN_IN)));
            for (_, consent, application) in apps::all() {
                let calls = allowed(CALLER, None, &apps::id(application), &[CALLED]);
                change.consents.extend(in_tenant(place, calls));
                if consent != Consent::Own {
                    let everything = [&SIGN_IN[..], &[WANTED]].concat();
                    change.consents.extend(in_tenant(place, allowed(application, None, &directory, &everything)));
                }
            }
        }
        self.platform.change(change).await;
    }

    fn people(&self, cells: &[Cell]) -> DirectoryChange {
        let mut change = DirectoryChange::default();
        for cell in cells {
            let home = cell.home();
            change.users.push((home, self.user(cell)));
            change.passwords.push((home, cell.user_id(), self.password.clone()));
            change.assignments.push((home, cell.assignment()));
            if cell.consent == Consent::Own {
                let everything = [&SIGN_IN[..], &[WANTED]].concat();
                let own = allowed(cell.application(), Some(cell.user_id()), &directory_api::client_id(), &everything);
                change.consents.extend(own.into_iter().map(|one| (home, one)));
            }
        }
        change
    }

    pub fn user(&self, cell: &Cell) -> User {
        User { id: cell.user_id(), user_principal_name: cell.user_name(), ..self.kim.clone() }
    }

    /// What becomes of people and of what was allowed, before anything is presented.
    pub async fn change(&self, cells: &[Cell]) {
        let now = self.platform.app.env.now();
        let mut change = DirectoryChange::default();
        for cell in cells {
            let (home, user) = (cell.home(), self.user(cell));
            match cell.subject {
                Subject::Fine | Subject::OtherTenant => {}
                Subject::Disabled => {
                    let user = User { account_enabled: false, sessions_valid_from: Some(now), ..user };
                    change.users.push((home, user));
                }
                Subject::Locked => {
                    let locked_until = now + std::time::Duration::from_mins(1);
                    let wrong = WrongPassword { user: user.id, most: 1, locked_until };
                    self.platform.app.env.storage.tenant(home).count_wrong_password(&wrong).await.unwrap();
                }
                Subject::Removed => change.removals.push((home, Removal::User(user.id))),
                Subject::PasswordChanged => {
                    change.passwords.push((home, user.id, self.another_password.clone()));
                    change.users.push((home, User { sessions_valid_from: Some(now), ..user }));
                }
                Subject::NotAssigned => change.removals.push((home, Removal::Assignment(cell.assignment()))),
            }
        }
        self.withdraw(&mut change).await;
        self.platform.change(change).await;
    }

    async fn withdraw(&self, change: &mut DirectoryChange) {
        for (_, consent, application) in apps::all() {
            let left: &[&str] = match consent {
                Consent::Own | Consent::Everyone => continue,
                Consent::Nothing => &[],
                Consent::SignInAlone => &SIGN_IN,
            };
            for place in 0..policies().len() {
                let withdrawn = WithdrawnConsent { principal: None, client_id: apps::id(application) };
                assert!(
                    self.platform.app.env.storage.tenant(tenant(place)).withdraw_consent(&withdrawn).await.unwrap()
                );
                let left = allowed(application, None, &directory_api::client_id(), left);
                change.consents.extend(in_tenant(place, left));
            }
        }
    }
}

fn in_tenant(place: usize, consents: Vec<GrantedPermission>) -> impl Iterator<Item = (TenantId, GrantedPermission)> {
    consents.into_iter().map(move |one| (tenant(place), one))
}
