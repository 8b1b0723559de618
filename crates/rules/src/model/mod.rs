//! The things that exist: whose directory, who, which application, what was allowed.

#[macro_use]
mod named;

pub mod application;
pub mod auth_method;
pub mod client_metadata;
pub mod credentials;
pub mod detail_type;
pub mod device;
pub mod grant;
pub mod notice;
pub mod principal;
pub mod sign_in;
pub mod standard_claims;
mod tenant;
pub mod terms;
pub mod token_exchange;
pub mod token_settings;
pub mod trusted_issuer;
pub mod user;

pub use application::{
    AppRole, Application, ApplicationType, Callers, ClientRegistration, FrontChannel, Information, Platform,
    PreAuthorized, Redirect, RequiredPermission, Risk, ScopeDefinition, SignInAudience, SigningAlg, TokenVersion,
    WhoMayConsent,
};
pub use auth_method::AuthMethod;
pub use client_metadata::{AccessTokenFormat, ClientMetadata, DeliveryMode, Profile, SubjectType};
pub use credentials::{ClientCertificate, ClientSecret};
pub use detail_type::{AuthorizationDetailType, DetailField};
pub use device::{Awaited, DeviceAnswer, DeviceApproval, DeviceCode, Polled, UserCode};
pub use grant::{
    Code, ConsentRequest, Consents, Exchanged, Family, GrantedPermission, Interaction, Progress, Purpose,
    PushedRequest, RefreshToken, RevocationReason,
};
pub use notice::{Attempt, Notice, NoticeEvent};
pub use principal::{Assigned, Assignee, Assignment, Group, Registration, ServicePrincipal};
pub use sign_in::{Method, SignIn};
pub use standard_claims::{PostalAddress, StandardClaims};
pub use tenant::{
    Authority, DpopNoncePolicy, RegistrationOpenTo, RegistrationPolicy, SeveralApis, Tenant, TenantKind, TenantName,
    TenantPolicy, UserConsent,
};
pub use terms::{AuthorizationDetail, Binding, RequestedClaim, RequestedClaims, Terms};
pub use token_exchange::{ExchangeScope, ExchangeTarget};
pub use token_settings::{ClaimMapping, GroupClaims, Lifetimes, OptionalClaim, OptionalClaims, RefreshRotation};
pub use trusted_issuer::{AssertedSubject, TrustedIssuer};
pub use user::User;
