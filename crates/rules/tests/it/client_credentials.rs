//! What an application may have for itself.

use std::time::Duration;

use grantor_protocol::TenantId;
use grantor_rules::Refusal;
use grantor_rules::client::ClientProof;
use grantor_rules::model::{
    AppRole, Application, Consents, Registration, ServicePrincipal, SignInAudience, Tenant, TenantKind,
};
use grantor_rules::scopes::{ApiName, ResolvedScopes};
use grantor_rules::token::client_credentials::{ApplicationTokenPlan, grant};

use crate::grants::by_secret;
use crate::moment::Moment;
use crate::world::{
    NOW, api, app, here, minutes, named, not_here, principal_of, required, resolved_with, role, wanted,
};

/// `colors`, whose roles `Paint` and `Mix` applications may have, `Look` only people, and `Old` nobody any more.
fn colors() -> Application {
    let for_people = AppRole { for_applications: false, ..role("Look") };
    let off = AppRole { disabled: true, ..role("Old") };
    Application { app_roles: vec![role("Paint"), role("Mix"), for_people, off], ..api("colors") }
}

/// `app`, to which roles are granted.
fn granted(roles: &[&str]) -> Application {
    Application { granted_app_roles: required(roles), ..app() }
}

fn buys<T>(
    moment: &Moment,
    scopes: ResolvedScopes,
    look: impl FnOnce(&ApplicationTokenPlan<'_>) -> T,
) -> Result<T, Refusal> {
    let client = by_secret(moment);
    let plan = grant(&client, &moment.client, &moment.tenant, scopes, NOW, moment.roll, &moment.settings)?;
    Ok(look(&plan))
}

fn moment(roles: &[&str]) -> Moment {
    Moment::of(granted(roles), Consents::default())
}

fn of_colors(moment: &Moment, api: &Registration) -> Result<Vec<String>, Refusal> {
    buys(moment, resolved_with(api, "api://colors/.default"), |plan| plan.roles.clone())
}

#[test]
fn a_token_tells_the_roles_that_were_granted_and_still_are_there_for_applications() {
    let rows: &[(&[&str], &[&str])] = &[
        (&[], &[]),
        (&["colors/Paint"], &["Paint"]),
        (&["colors/Paint", "colors/Mix"], &["Mix", "Paint"]),
        (&["colors/Look", "colors/Old", "colors/Gone", "shapes/Paint", "colors/paint"], &[]),
    ];
    for (roles, expected) in rows {
        assert_eq!(of_colors(&moment(roles), &here(colors())).unwrap(), *expected, "{roles:?}");
    }
}

#[test]
fn what_another_tenant_granted_is_nothing_here() {
    let several = Application { sign_in_audience: SignInAudience::AnyOrganization, ..granted(&["colors/Paint"]) };
    let mut elsewhere = Moment::of(several, Consents::default());
    elsewhere.tenant.id = TenantId::from_random([9; 16]);
    let stands_for = ServicePrincipal::new(&elsewhere.client.application, NOW);
    elsewhere.client.principal = Some(std::sync::Arc::new(stands_for));
    assert_eq!(of_colors(&elsewhere, &here(colors())).unwrap(), Vec::<String>::new());
    principal_of(&mut elsewhere.client).granted_app_roles.extend(required(&["colors/Mix"]));
    assert_eq!(of_colors(&elsewhere, &here(colors())).unwrap(), ["Mix"]);
}

#[test]
fn exactly_one_api_is_asked_for_as_everything_that_is_granted() {
    let apis = named(&[here(colors()), here(api("shapes"))]);
    let rows = [
        ("api://colors/.default", None),
        ("", Some(Refusal::NotForApplications)),
        ("openid", Some(Refusal::NotForApplications)),
        ("api://colors/Read", Some(Refusal::NotForApplications)),
        ("api://colors/.default openid", Some(Refusal::NotForApplications)),
        ("api://colors/.default offline_access", Some(Refusal::NotForApplications)),
        ("api://colors/.default api://shapes/.default", Some(Refusal::NotForApplications)),
        ("https://graph.microsoft.com/openid", Some(Refusal::NotForApplications)),
    ];
    for (words, expected) in rows {
        let found = buys(&moment(&[]), wanted(words).resolve(&apis).unwrap(), |_| ());
        assert_eq!(found.err(), expected, "{words}");
    }
}

#[test]
fn a_plan_says_for_whom_and_for_what() {
    let mut moment = moment(&["colors/Paint"]);
    moment.roll = 7;
    let scopes = resolved_with(&here(colors()), "api://colors/.default");
    buys(&moment, scopes, |plan| {
        assert_eq!(plan.client.client_id, app().client_id);
        assert_eq!(plan.tenant.id, moment.tenant.id);
        assert_eq!(plan.proof, ClientProof::Secret);
        assert_eq!(plan.object_id, ServicePrincipal::object_id(moment.tenant.id, &app().client_id));
        assert_eq!(plan.api.asked_as, ApiName::Identifier("api://colors".into()));
        assert_eq!(plan.expires_at, NOW + minutes(60) + Duration::from_secs(7));
    })
    .unwrap();
}

#[test]
fn an_application_has_another_object_id_in_each_tenant() {
    let (one, other) = (TenantId::from_random([1; 16]), TenantId::from_random([2; 16]));
    let id = |tenant, name: &str| ServicePrincipal::object_id(tenant, &crate::world::client_id(name));
    assert_eq!(id(one, "app"), id(one, "app"));
    assert_ne!(id(one, "app"), id(other, "app"));
    assert_ne!(id(one, "app"), id(one, "other"));
}

/// Everything that can be in the way.
type Spoil = fn(&mut Moment, &mut Registration);
const SPOILS: [(&str, Spoil); 5] = [
    ("for-personal-accounts-alone", |moment, _| moment.application().sign_in_audience = SignInAudience::PersonalOnly),
    ("client-disabled-here", |moment, _| principal_of(&mut moment.client).enabled = false),
    ("api-not-in-tenant", |_, api| *api = not_here((*api.application).clone())),
    ("api-disabled", |_, api| std::sync::Arc::make_mut(&mut api.application).disabled = true),
    ("application-not-assigned", |_, api| {
        if api.principal.is_some() {
            principal_of(api).assignment_required = true;
        }
    }),
];

#[test]
fn each_check_refuses_alone_and_the_first_one_speaks() {
    assert_eq!(of_colors(&moment(&[]), &here(colors())).err(), None);
    for (place, (expected, _)) in SPOILS.iter().enumerate() {
        let told = |spoils: &[(&str, Spoil)]| {
            let (mut moment, mut api) = (moment(&[]), here(colors()));
            for (_, spoil) in spoils {
                spoil(&mut moment, &mut api);
            }
            of_colors(&moment, &api).err().map(|refusal| refusal.reason())
        };
        assert_eq!(told(&SPOILS[place..=place]), Some(*expected));
        assert_eq!(told(&SPOILS[place..]), Some(*expected), "and everything after it");
    }
}

#[test]
fn an_api_that_wants_assignment_takes_applications_with_a_role() {
    let mut strict = here(colors());
    principal_of(&mut strict).assignment_required = true;
    assert_eq!(of_colors(&moment(&["colors/Paint"]), &strict).unwrap(), ["Paint"]);
    let refusal = Err(Refusal::ApplicationNotAssigned { api: "COLORS".into() });
    assert_eq!(of_colors(&moment(&["colors/Old"]), &strict), refusal, "a role that is none");
}

#[test]
fn the_audience_is_the_application_s_own() {
    let mut consumers = moment(&[]);
    consumers.tenant = Tenant { kind: TenantKind::Consumers, id: TenantId::from_random([9; 16]), ..consumers.tenant };
    assert_eq!(of_colors(&consumers, &here(colors())).unwrap_err().reason(), "not-for-personal-accounts");
}
