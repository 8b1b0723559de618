//! Every grant for a person, made the same way: what it buys at a moment.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use grantor_protocol::{FamilyId, FlowId};
use grantor_rules::Refusal;
use grantor_rules::api_access::PresentedToken;
use grantor_rules::authorize::{Answer, CodePlan, Decision, Facts, Question, decide};
use grantor_rules::client::{AcceptedAssertions, Manner, ProvenClient, RegisteredRedirect};
use grantor_rules::consent::effective;
use grantor_rules::model::{
    AssertedSubject, DeviceAnswer, DeviceApproval, DeviceCode, Family, Method, Platform, Terms, TrustedIssuer,
};
use grantor_rules::scopes::{ResolvedScopes, WantedScopes};
use grantor_rules::token::code::{CodeRequest, SaysAddress};
use grantor_rules::token::issued::GrantKind;
use grantor_rules::token::password::Proven;
use grantor_rules::token::{TokenPlan, code, device, exchange, front, jwt_bearer, on_behalf_of, password, refresh};

use serde_json::{Map, Value, json};

use crate::moment::Moment;
use crate::world::{self, NOW, SECRET, minutes, request, signed_in, tenant, uri, user_id, verifier};

pub fn new_family() -> FamilyId {
    FamilyId::from_random([33; 16])
}

pub fn new_flow() -> FlowId {
    FlowId::from_random([44; 16])
}

/// What is asked for: first when the person signed in, and then by the request itself.
#[derive(Clone)]
pub struct Asked {
    pub original: WantedScopes,
    pub scopes: ResolvedScopes,
    /// Whether the request for tokens names what it wants.
    pub by_request: bool,
}

/// What a grant is to the person whom it acts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForAPerson {
    Code,
    RefreshToken,
    Password,
    DeviceCode,
    OnBehalfOf,
    /// On the word of an issuer outside.
    JwtBearer,
    TokenExchange,
    /// Without a code, in the answer of the authorization endpoint.
    Front,
}

impl ForAPerson {
    pub const ALL: [Self; 8] = [
        Self::Code,
        Self::RefreshToken,
        Self::Password,
        Self::DeviceCode,
        Self::OnBehalfOf,
        Self::JwtBearer,
        Self::TokenExchange,
        Self::Front,
    ];

    /// Whether somebody can sign in with what it buys: with what a token is exchanged for, nobody.
    pub const fn signs_in(self) -> bool {
        !matches!(self, Self::TokenExchange)
    }

    /// The grant of the token endpoint, if it is one for a person.
    pub const fn of(kind: GrantKind) -> Option<Self> {
        match kind {
            GrantKind::Code => Some(Self::Code),
            GrantKind::ClientCredentials => None,
            GrantKind::RefreshToken => Some(Self::RefreshToken),
            GrantKind::Password => Some(Self::Password),
            // The same, but for who may ask.
            GrantKind::DeviceCode | GrantKind::BackchannelRequest => Some(Self::DeviceCode),
            GrantKind::OnBehalfOf => Some(Self::OnBehalfOf),
            GrantKind::JwtBearer => Some(Self::JwtBearer),
            GrantKind::TokenExchange => Some(Self::TokenExchange),
        }
    }
}

pub fn device_code(wanted: WantedScopes) -> DeviceCode {
    DeviceCode {
        client_id: world::client_id("app"),
        authority: grantor_rules::model::Authority::Tenant(tenant().id),
        dialect: "entra-v2".into(),
        wanted,
        flow: FlowId::from_random([4; 16]),
        expires_at: NOW + minutes(5),
        answer: Some(DeviceAnswer::Approved(approval())),
        spent_at: None,
        terms: Terms::default(),
        awaits: None,
        polled: None,
    }
}

pub fn approval() -> DeviceApproval {
    DeviceApproval {
        tenant: tenant().id,
        user: user_id("ana"),
        authenticated_at: NOW - minutes(10),
        method: Method::Pwd,
        sid: "sid".into(),
    }
}

/// Makes the grant for Ana, who signed in ten minutes ago, and looks at what it buys.
pub fn buy<T>(
    kind: ForAPerson,
    moment: &Moment,
    client: &ProvenClient<'_>,
    platform: Platform,
    asked: Asked,
    look: impl FnOnce(&TokenPlan<'_>) -> T,
) -> Result<T, Refusal> {
    let standing = moment.standing();
    let Asked { original, scopes, by_request } = asked;
    match kind {
        ForAPerson::Code => {
            let mut stored = world::code(platform, "");
            stored.wanted = original;
            let redirect_uri = Some(uri(world::redirect_of(platform)));
            let request = CodeRequest {
                redirect_uri,
                verifier: Some(verifier()),
                names_scopes: by_request,
                address: SaysAddress::Again,
            };
            code::redeem(&request, &stored, client, scopes, &standing).map(|plan| look(&plan))
        }
        ForAPerson::RefreshToken => {
            let family = Family { wanted: original, ..world::family(platform, "") };
            refresh::renew(&family, client, scopes, by_request, &standing).map(|plan| look(&plan))
        }
        ForAPerson::Password => {
            let proven = Proven {
                user: user_id("ana"),
                platform,
                at: moment.now,
                sid: "sid",
                family: new_family(),
                flow: new_flow(),
            };
            password::grant(&proven, client, scopes, &standing).map(|plan| look(&plan))
        }
        ForAPerson::DeviceCode => {
            let stored = device_code(original);
            let approval = device::approved(&stored, client, moment.now)?;
            let plan = device::redeem(&stored, approval, client, platform, scopes, new_family(), &standing)?;
            Ok(look(&plan))
        }
        ForAPerson::OnBehalfOf => {
            let parent = Family { client_id: world::client_id("front"), ..world::family(Platform::Spa, "") };
            let plan = on_behalf_of::grant(&parent, client, scopes, new_family(), new_flow(), &standing)?;
            Ok(look(&plan))
        }
        ForAPerson::JwtBearer => {
            let (issuer, accepted) = (trusted_issuer(), accepted());
            let claims = assertion(minutes(10));
            let asserted = jwt_bearer::check(&issuer, &claims, &accepted, moment.now)?;
            let ids = (new_family(), new_flow());
            let plan = jwt_bearer::grant(&asserted, user_id("ana"), "sid", client, scopes, ids, &standing)?;
            Ok(look(&plan))
        }
        ForAPerson::TokenExchange => {
            let (token, family) = exchanged(&scopes);
            let subject = exchange::Subject { token: &token, family: &family, actor: None };
            let scopes = ResolvedScopes { sign_in: BTreeSet::new(), ..scopes };
            let plan = exchange::grant(&subject, client, scopes, new_family(), new_flow(), &standing)?;
            Ok(look(&plan))
        }
        ForAPerson::Front => {
            let redirect = world::registered(client, platform);
            let allowed = code_plan(moment, &redirect)?;
            let plan = front::grant(&allowed, client, scopes, new_family(), new_flow(), &standing)?;
            Ok(look(&plan))
        }
    }
}

/// A token of Ana's for the API that is asked for, which allows everything there.
fn exchanged(scopes: &ResolvedScopes) -> (PresentedToken, Family) {
    let api = scopes.apis.first().map(|of_api| of_api.application.clone());
    let family = world::family(Platform::Web, "");
    let token = PresentedToken {
        tenant: tenant().id,
        user: Some(user_id("ana")),
        client: world::client_id("app"),
        family: family.id,
        scopes: api.iter().flat_map(|api| &api.scopes).map(|scope| scope.value.clone()).collect(),
        audience: api.map(|api| api.client_id.to_string()).unwrap_or_default(),
        bound_to: None,
        may_act: None,
        expires_at: NOW + minutes(600),
    };
    (token, family)
}

pub fn trusted_issuer() -> TrustedIssuer {
    TrustedIssuer {
        issuer: "https://login.example".into(),
        jwks: None,
        jwks_uri: None,
        subject: AssertedSubject::UserPrincipalName,
        applications: vec![world::client_id("app")],
    }
}

pub fn accepted() -> AcceptedAssertions {
    let issuer = "https://id.example/oidc".to_owned();
    AcceptedAssertions { audiences: vec![issuer.clone()], manner: Manner::Strict { issuer } }
}

/// What that issuer said of Ana some time ago.
pub fn assertion(ago: Duration) -> Map<String, Value> {
    let made = NOW - ago;
    let claims = json!({
        "iss": "https://login.example", "sub": "ana@contoso.example", "aud": "https://id.example/oidc", "jti": "1",
        "iat": made.seconds(), "exp": (made + minutes(15)).seconds(),
    });
    claims.as_object().cloned().unwrap_or_default()
}

/// The evidence that Ana may have an answer at that address: from a request that asks for nothing, so that what stands at
/// the moment of issue is what decides.
fn code_plan(moment: &Moment, redirect: &RegisteredRedirect) -> Result<CodePlan, Refusal> {
    let nothing = ResolvedScopes::default();
    let facts = Facts {
        tenant: &moment.tenant,
        client: &moment.client,
        answer: Answer::Redirect(redirect),
        request: &request(""),
        scopes: &nothing,
        required_apis: &BTreeMap::new(),
        person: &signed_in(world::person("ana")),
        assigned: &moment.client_assigned,
        consents: &effective(moment.consents.clone(), &moment.client.application, &nothing),
        just_consented: false,
    };
    match decide(&facts)? {
        Decision::Issue(plan) => Ok(*plan),
        Decision::Ask(Question::Consent(_) | Question::Approval { .. }) => panic!("nothing is asked for"),
        Decision::Ask(other) => panic!("{other:?}"),
    }
}

/// An application that proves itself by its secret, whatever kind its addresses are of: for what is asked beside the proof.
pub fn by_secret(moment: &Moment) -> ProvenClient<'_> {
    assert!(moment.client.application.secrets.contains(&world::secret(SECRET)), "it has one");
    moment.proven(Platform::Web)
}
