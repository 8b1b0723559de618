//! The things that exist: whose directory, who, which application, what was allowed.

pub mod application;
pub mod grant;
pub mod sign_in;
pub mod tenant;
pub mod user;

pub use application::{
    AppRole, Application, ClientSecret, Platform, Redirect, RequiredPermission, ScopeDefinition, SignInAudience,
    SigningAlg, TokenVersion, WhoMayConsent,
};
pub use grant::{Code, Consents, Exchanged, Family, Interaction, Progress, RefreshToken, RevocationReason};
pub use sign_in::{Method, SignIn};
pub use tenant::{Tenant, TenantKind, TenantName};
pub use user::User;
