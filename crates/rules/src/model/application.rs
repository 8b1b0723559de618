//! Which application: what may ask for tokens, and what tokens are asked for. The same record can be both.

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, RedirectUri, TenantId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::auth_method::AuthMethod;
use super::client_metadata::{AccessTokenFormat, ClientMetadata, Profile};
use super::credentials::{ClientCertificate, ClientSecret};
use super::detail_type::AuthorizationDetailType;
use super::token_exchange::ExchangeTarget;
use super::token_settings::{ClaimMapping, GroupClaims, Lifetimes, OptionalClaims, RefreshRotation};

/// A registered application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its public identifier.
    pub client_id: ClientId,
    /// The tenant that registered it and publishes it.
    pub publisher: TenantId,
    /// What people read.
    pub display_name: String,
    /// Who may sign in to it.
    pub sign_in_audience: SignInAudience,
    /// Where its answers may be sent.
    #[serde(default)]
    pub redirects: Vec<Redirect>,
    /// Whether it counts as a public client where no redirect address tells.
    #[serde(default)]
    pub allow_public_client_flows: bool,
    /// As an API: the names by which tokens for it are asked.
    #[serde(default)]
    pub identifier_uris: Vec<String>,
    /// As an API: which form its access tokens have.
    pub access_token_version: TokenVersion,
    /// As an API: how its access tokens are signed.
    #[serde(default)]
    pub access_token_signing_alg: SigningAlg,
    /// As an API: what may be done with it on a person's behalf.
    #[serde(default)]
    pub scopes: Vec<ScopeDefinition>,
    /// As an API: what applications and people may be.
    #[serde(default)]
    pub app_roles: Vec<AppRole>,
    /// As an API: which applications may have which of its scopes without anybody being asked.
    #[serde(default)]
    pub pre_authorized: Vec<PreAuthorized>,
    /// As an API: which applications may have tokens for it.
    #[serde(default)]
    pub callers: Callers,
    /// As an API: the applications whose people are asked for its own required permissions together with theirs.
    #[serde(default)]
    pub known_client_applications: Vec<ClientId>,
    /// As a client: its secrets.
    #[serde(default)]
    pub secrets: Vec<ClientSecret>,
    /// As a client: the certificates that it signs assertions with (RFC 7523).
    #[serde(default)]
    pub certificates: Vec<ClientCertificate>,
    /// As a client: what it says it needs.
    #[serde(default)]
    pub required_permissions: Vec<RequiredPermission>,
    /// As a client: app roles that it says it needs.
    #[serde(default)]
    pub required_app_roles: Vec<RequiredPermission>,
    /// As a client: app roles that an administrator of its own tenant has granted it.
    #[serde(default)]
    pub granted_app_roles: Vec<RequiredPermission>,
    /// As a client: which tokens the authorization endpoint may give it without a code.
    #[serde(default)]
    pub front_channel: FrontChannel,
    /// As a client: where its people's browsers tell it that they have signed out (OpenID Connect Front-Channel Logout 1.0).
    #[serde(default)]
    pub front_channel_logout_uri: Option<String>,
    /// As a client: how its id_tokens are signed, in the dialect of the standard.
    #[serde(default)]
    pub id_token_signing_alg: SigningAlg,
    /// As a client: the one way in which it proves itself; without it, each that its registration allows.
    #[serde(default)]
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// As a client: what the standard lets it say of itself beyond that.
    #[serde(default)]
    pub metadata: Box<ClientMetadata>,
    /// As a client: which set of rules it lives by.
    #[serde(default)]
    pub profile: Profile,
    /// As a client that registered itself: how it may change that.
    #[serde(default)]
    pub registration: Option<ClientRegistration>,
    /// Which form access tokens have in the dialect of the standard: as an API, its own; as a client, those that it has for our
    /// own API.
    #[serde(default)]
    pub access_token_format: AccessTokenFormat,
    /// As an API: what people may allow on it once and in detail (RFC 9396).
    #[serde(default)]
    pub authorization_detail_types: Vec<AuthorizationDetailType>,
    /// As a client: the APIs for which it may exchange tokens (RFC 8693).
    #[serde(default)]
    pub token_exchange: Vec<ExchangeTarget>,
    /// As a client: the one application that may act with its access tokens; without it, each that may exchange them
    /// (RFC 8693 §4.4).
    #[serde(default)]
    pub may_act: Option<ClientId>,
    /// As a client: what becomes of a refresh token that was exchanged.
    #[serde(default)]
    pub refresh_tokens: RefreshRotation,
    /// Claims beyond the usual ones: in id_tokens as a client, in access tokens as an API.
    #[serde(default)]
    pub optional_claims: OptionalClaims,
    /// Which groups of the person its tokens tell.
    #[serde(default)]
    pub group_claims: Vec<GroupClaims>,
    /// Custom attributes of the person that its tokens tell, each with the claim that tells it.
    #[serde(default)]
    pub claim_mappings: Vec<ClaimMapping>,
    /// How long its tokens live, where that is not the deployment's setting.
    #[serde(default)]
    pub lifetimes: Lifetimes,
    /// Where people read about the application.
    #[serde(default)]
    pub information: Information,
    /// What its service principal begins as in the tenant that registered it.
    #[serde(default)]
    pub assignment_required: bool,
    /// Whether it is switched off everywhere.
    #[serde(default)]
    pub disabled: bool,
}

/// Scopes of an API that one application may have without anybody being asked (Source: entra-dialect 12.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreAuthorized {
    /// The application.
    pub client: ClientId,
    /// The scopes, by name.
    pub scopes: Vec<String>,
}

/// Which applications may have tokens for an API, if all else allows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Callers {
    /// Every one.
    #[default]
    Any,
    /// Those alone that are pre-authorized, with whichever scopes.
    PreAuthorized,
}

/// Which tokens the authorization endpoint may give (Source: entra-dialect 6.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrontChannel {
    /// id_tokens.
    #[serde(default)]
    pub id_tokens: bool,
    /// Access tokens.
    #[serde(default)]
    pub access_tokens: bool,
}

/// Where people read about an application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Information {
    /// Its own page.
    #[serde(default)]
    pub home_page: Option<String>,
    /// Its terms.
    #[serde(default)]
    pub terms: Option<String>,
    /// How it treats what it learns of people.
    #[serde(default)]
    pub privacy: Option<String>,
    /// Its picture.
    #[serde(default)]
    pub logo: Option<String>,
}

/// How an application that registered itself may change or end that (RFC 7592).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRegistration {
    /// The SHA-256 digest of its registration access token.
    pub token_digest: [u8; 32],
    /// When it registered.
    pub registered_at: Timestamp,
    /// Which type of application it said that it is.
    #[serde(default)]
    pub application_type: ApplicationType,
}

named! {
    /// Where an application runs (OpenID Connect Registration §2).
    #[derive(Default)]
    ApplicationType {
        /// On a web server, or in a browser.
        #[default]
        Web = "web",
        /// On the machine of its person.
        Native = "native",
    }
}

/// Who may sign in to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignInAudience {
    /// The people of the tenant that registered it.
    ThisOrganization,
    /// The people of every organization.
    AnyOrganization,
    /// The people of every organization, and personal accounts.
    AnyOrganizationAndPersonal,
    /// Personal accounts alone.
    PersonalOnly,
}

/// A registered redirect address and what kind of program stands behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// The address.
    pub uri: RedirectUri,
    /// What kind of program receives the answer.
    pub platform: Platform,
}

/// What kind of program receives an answer; it decides how the program must prove itself at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// A web application, which keeps a secret.
    Web,
    /// A single-page application in a browser, which keeps none and calls across origins.
    Spa,
    /// A native application, which keeps none.
    PublicClient,
}

/// Which form an API's access tokens have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum TokenVersion {
    /// The form of Azure AD v1.0.
    V1,
    /// The form of the Microsoft identity platform v2.0.
    V2,
}

/// How tokens are signed (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SigningAlg {
    /// RSASSA-PKCS1-v1_5 with SHA-256: what every reader understands.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// ECDSA on P-256 with SHA-256: ten times as fast to sign.
    #[serde(rename = "ES256")]
    Es256,
    /// ECDSA on P-384 with SHA-384.
    #[serde(rename = "ES384")]
    Es384,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlg {
    /// Each with its name in JOSE.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("RS256", Self::Rs256),
        ("PS256", Self::Ps256),
        ("ES256", Self::Es256),
        ("ES384", Self::Es384),
        ("EdDSA", Self::EdDsa),
    ];

    /// Its name in JOSE.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// A delegated permission of an API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeDefinition {
    /// Its id.
    pub id: Uuid,
    /// Its name in the `scope` parameter, such as `Colors.Read`.
    pub value: String,
    /// Who may allow it.
    pub consent: WhoMayConsent,
    /// What an administrator reads.
    pub admin_consent_display_name: String,
    /// What an administrator reads below it.
    #[serde(default)]
    pub admin_consent_description: Option<String>,
    /// What a person reads; the administrator's words where there are none.
    #[serde(default)]
    pub user_consent_display_name: Option<String>,
    /// What a person reads below it.
    #[serde(default)]
    pub user_consent_description: Option<String>,
    /// What somebody could do with it who means ill.
    #[serde(default)]
    pub risk: Risk,
    /// Whether it is switched off: nobody gets it any more.
    #[serde(default)]
    pub disabled: bool,
}

named! {
    /// What somebody could do with a permission who means ill.
    #[derive(Default)]
    Risk {
        /// Little: it tells who somebody is.
        Low = "low",
        /// Read or change the person's own data.
        #[default]
        Medium = "medium",
        /// Read or change other people's data.
        High = "high",
    }
}

/// Who may allow a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhoMayConsent {
    /// Each person for themselves.
    User,
    /// An administrator alone.
    Admin,
}

/// What an application or a person may be to an API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRole {
    /// Its id.
    pub id: Uuid,
    /// Its name in the `roles` claim.
    pub value: String,
    /// What people read.
    pub display_name: String,
    /// What people read below it.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether applications may have it.
    pub for_applications: bool,
    /// Whether people may have it.
    pub for_users: bool,
    /// Whether it is switched off: nobody gets it any more.
    #[serde(default)]
    pub disabled: bool,
}

/// A permission that one application has or wants on another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequiredPermission {
    /// Of which API.
    pub api: ClientId,
    /// Which scope or app role.
    pub value: String,
}

impl Application {
    /// An application with nothing but its name: for its own tenant, without any address, permission or credential.
    pub fn new(client_id: ClientId, publisher: TenantId, display_name: &str) -> Self {
        Self {
            client_id,
            publisher,
            display_name: display_name.to_owned(),
            sign_in_audience: SignInAudience::ThisOrganization,
            redirects: Vec::new(),
            allow_public_client_flows: false,
            identifier_uris: Vec::new(),
            access_token_version: TokenVersion::V2,
            access_token_signing_alg: SigningAlg::default(),
            scopes: Vec::new(),
            app_roles: Vec::new(),
            callers: Callers::default(),
            pre_authorized: Vec::new(),
            known_client_applications: Vec::new(),
            secrets: Vec::new(),
            certificates: Vec::new(),
            required_permissions: Vec::new(),
            required_app_roles: Vec::new(),
            granted_app_roles: Vec::new(),
            front_channel: FrontChannel::default(),
            front_channel_logout_uri: None,
            id_token_signing_alg: SigningAlg::default(),
            token_endpoint_auth_method: None,
            metadata: Box::default(),
            profile: Profile::default(),
            registration: None,
            access_token_format: AccessTokenFormat::default(),
            authorization_detail_types: Vec::new(),
            token_exchange: Vec::new(),
            may_act: None,
            refresh_tokens: RefreshRotation::default(),
            optional_claims: OptionalClaims::default(),
            group_claims: Vec::new(),
            claim_mappings: Vec::new(),
            lifetimes: Lifetimes::default(),
            information: Information::default(),
            assignment_required: false,
            disabled: false,
        }
    }

    /// The delegated permission of that name, without regard to case (Observed: the live service takes either).
    pub fn scope(&self, value: &str) -> Option<&ScopeDefinition> {
        self.scopes.iter().find(|scope| !scope.disabled && scope.value.eq_ignore_ascii_case(value))
    }

    /// The app role of that name.
    pub fn app_role(&self, value: &str) -> Option<&AppRole> {
        self.app_roles.iter().find(|role| !role.disabled && role.value == value)
    }

    /// The scopes that `client` may have without anybody being asked.
    pub fn pre_authorized_for(&self, client: &ClientId) -> impl Iterator<Item = &str> {
        let listed = self.pre_authorized.iter().filter(move |one| one.client == *client);
        listed.flat_map(|one| &one.scopes).map(String::as_str)
    }

    /// Whether tenants other than its publisher's may know it.
    pub const fn is_for_several_tenants(&self) -> bool {
        !matches!(self.sign_in_audience, SignInAudience::ThisOrganization)
    }

    /// Whether its tokens tell groups of this kind.
    pub fn tells_groups(&self, kind: GroupClaims) -> bool {
        self.group_claims.iter().any(|told| *told == kind || *told == GroupClaims::All)
    }

    /// Whether people of `tenant` may sign in to it.
    pub fn admits(&self, tenant: &super::Tenant) -> bool {
        use super::TenantKind::{Consumers, Organization};
        match (self.sign_in_audience, tenant.kind) {
            (SignInAudience::ThisOrganization, _) => tenant.id == self.publisher,
            (SignInAudience::AnyOrganization | SignInAudience::AnyOrganizationAndPersonal, Organization)
            | (SignInAudience::AnyOrganizationAndPersonal | SignInAudience::PersonalOnly, Consumers) => true,
            (SignInAudience::AnyOrganization, Consumers) | (SignInAudience::PersonalOnly, Organization) => false,
        }
    }
}

impl ScopeDefinition {
    /// What a person reads.
    pub fn words_for_people(&self) -> &str {
        self.user_consent_display_name.as_deref().unwrap_or(&self.admin_consent_display_name)
    }
}

impl TryFrom<u8> for TokenVersion {
    type Error = String;
    fn try_from(version: u8) -> Result<Self, String> {
        match version {
            1 => Ok(Self::V1),
            2 => Ok(Self::V2),
            other => Err(format!("expected 1 or 2, found {other}")),
        }
    }
}

impl From<TokenVersion> for u8 {
    fn from(version: TokenVersion) -> Self {
        match version {
            TokenVersion::V1 => 1,
            TokenVersion::V2 => 2,
        }
    }
}
