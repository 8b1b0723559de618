//! The applications of the matrix: one for each kind and consent, in every tenant.

use grantor_jose::Algorithm;
use grantor_protocol::secret::sha256;
use grantor_protocol::{ClientId, RedirectUri, TenantId};
use grantor_rules::model::{
    self as rules, ClientCertificate, ClientSecret, FrontChannel, Platform, Redirect, Risk, ScopeDefinition,
    SignInAudience, WhoMayConsent,
};
use grantor_testkit::{Application, ClientAssertion, IN_USE, TokenRequest};

use super::cell::{Consent, Kind};

const SECRET: &str = "matrix-secret-for-local-use-only-0001";
/// The permission of each of these applications that the caller has.
pub const CALLED: &str = "call";

/// The native application that calls the others, which act on then.
pub const CALLER: Application = Application {
    client_id: "b0000000-0000-4000-8000-00000000c001",
    redirect_uri: "http://localhost:53124",
    secret: None,
    origin: None,
};

/// The application of a kind with that consent.
pub fn of(kind: Kind, consent: Consent) -> Application {
    let number = kind as usize * Consent::ALL.len() + consent as usize;
    Application {
        client_id: IDS[number],
        redirect_uri: match kind {
            Kind::Native => "http://localhost:53124",
            Kind::WithSecret | Kind::WithCertificate => "http://localhost:7001/back",
            Kind::SinglePage => "http://localhost:7002/",
        },
        secret: (kind == Kind::WithSecret).then_some(SECRET),
        origin: (kind == Kind::SinglePage).then_some("http://localhost:7002"),
    }
}

const IDS: [&str; 16] = [
    "b0000000-0000-4000-8000-00000000a001",
    "b0000000-0000-4000-8000-00000000a002",
    "b0000000-0000-4000-8000-00000000a003",
    "b0000000-0000-4000-8000-00000000a004",
    "b0000000-0000-4000-8000-00000000a005",
    "b0000000-0000-4000-8000-00000000a006",
    "b0000000-0000-4000-8000-00000000a007",
    "b0000000-0000-4000-8000-00000000a008",
    "b0000000-0000-4000-8000-00000000a009",
    "b0000000-0000-4000-8000-00000000a010",
    "b0000000-0000-4000-8000-00000000a011",
    "b0000000-0000-4000-8000-00000000a012",
    "b0000000-0000-4000-8000-00000000a013",
    "b0000000-0000-4000-8000-00000000a014",
    "b0000000-0000-4000-8000-00000000a015",
    "b0000000-0000-4000-8000-00000000a016",
];

/// Each with its kind and consent.
pub fn all() -> impl Iterator<Item = (Kind, Consent, Application)> {
    Kind::ALL.into_iter().flat_map(|kind| Consent::ALL.map(|consent| (kind, consent, of(kind, consent))))
}

pub fn id(application: Application) -> ClientId {
    ClientId::parse(application.client_id).unwrap()
}

/// As `publisher` registers it, for every organization.
pub fn registered(
    kind: Kind,
    application: Application,
    publisher: TenantId,
    certificates: &[ClientCertificate],
) -> rules::Application {
    let platform = match kind {
        Kind::Native => Platform::PublicClient,
        Kind::WithSecret | Kind::WithCertificate => Platform::Web,
        Kind::SinglePage => Platform::Spa,
    };
    let secret = |text: &str| ClientSecret {
        description: "matrix".to_owned(),
        digest: sha256(text.as_bytes()),
        hint: text[..3].to_owned(),
        created_at: None,
        expires_at: None,
        sealed: None,
    };
    rules::Application {
        sign_in_audience: SignInAudience::AnyOrganization,
        redirects: vec![Redirect { uri: RedirectUri::parse(application.redirect_uri).unwrap(), platform }],
        allow_public_client_flows: kind == Kind::Native,
        secrets: application.secret.iter().map(|text| secret(text)).collect(),
        certificates: if kind == Kind::WithCertificate { certificates.to_vec() } else { Vec::new() },
        front_channel: FrontChannel { id_tokens: true, access_tokens: true },
        assignment_required: application != CALLER,
        scopes: vec![ScopeDefinition {
            id: application.client_id.parse().unwrap(),
            value: CALLED.to_owned(),
            consent: WhoMayConsent::User,
            admin_consent_display_name: "Call it".to_owned(),
            admin_consent_description: None,
            user_consent_display_name: None,
            user_consent_description: None,
            risk: Risk::Low,
            disabled: false,
        }],
        ..rules::Application::new(id(application), publisher, application.client_id)
    }
}

/// A request with everything that an application of this kind shows.
pub fn request(kind: Kind, application: Application, tenant: TenantId, grant_type: &str) -> TokenRequest {
    let tenant = tenant.to_string();
    let request = TokenRequest::by(application, grant_type).tenant(&tenant);
    match kind {
        Kind::WithCertificate => {
            let audience = format!("https://localhost:8443/{tenant}/oauth2/v2.0/token");
            let assertion = ClientAssertion::by(application, &audience, IN_USE, Algorithm::Rs256).signed();
            request
                .with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .with("client_assertion", &assertion)
        }
        Kind::Native | Kind::WithSecret | Kind::SinglePage => request,
    }
}
