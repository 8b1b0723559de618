//! The things that exist: whose directory, who, which application, what was allowed.

pub mod application;
pub mod device;
pub mod grant;
pub mod principal;
pub mod sign_in;
pub mod tenant;
pub mod user;

pub use application::{
    AppRole, Application, ClaimMapping, ClientCertificate, ClientSecret, FrontChannel, GroupClaims, Information,
    Lifetimes, OptionalClaim, OptionalClaims, Platform, PreAuthorized, Redirect, RefreshRotation, RequiredPermission,
    Risk, ScopeDefinition, SignInAudience, SigningAlg, TokenVersion, WhoMayConsent,
};
pub use device::{DeviceAnswer, DeviceApproval, DeviceCode, UserCode};
pub use grant::{
    Code, ConsentRequest, Consents, Exchanged, Family, GrantedPermission, Interaction, Progress, Purpose, RefreshToken,
    RevocationReason,
};
pub use principal::{Assigned, Assignee, Assignment, Group, Registration, ServicePrincipal};
pub use sign_in::{Method, SignIn};
pub use tenant::{Authority, SeveralApis, Tenant, TenantKind, TenantName, TenantPolicy, UserConsent};
pub use user::User;
