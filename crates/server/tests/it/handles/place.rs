//! Everywhere that something of ours is taken back.

use grantor_rules::token::issued::GrantKind;
use grantor_web::{DialectName, Route};

use super::kind::Kind;
use super::listed;

listed! {
    /// A parameter, a header, a cookie or a part of an address. The last ones end what they take.
    pub enum Place {
        SignInPage,
        ConsentPage,
        DevicePage,
        BrowserCookie,
        SessionCookie,
        FormMark,
        UserCode,
        Me,
        DirectoryUserinfo,
        Userinfo,
        /// With the scheme and the proof of a token that is bound to a key.
        BoundUserinfo,
        Introspection,
        CodeOfV1,
        CodeOfV2,
        Code,
        DeviceCodeOfV1,
        DeviceCodeOfV2,
        DeviceCode,
        RefreshTokenOfV1,
        RefreshTokenOfV2,
        RefreshToken,
        BackchannelRequest,
        OnBehalfOfV1,
        OnBehalfOfV2,
        SubjectToken,
        ActorToken,
        /// What an issuer outside says of a person.
        BearerAssertion,
        /// `client_assertion` in Microsoft's dialects.
        CertifiedAssertion,
        ClientAssertion,
        DpopProof,
        DpopNonce,
        PushedReference,
        RequestObject,
        BackchannelRequestObject,
        IdTokenHint,
        IdTokenHintElsewhere,
        LoginHintToken,
        SignOutHintOfV1,
        SignOutHintOfV2,
        SignOutHint,
        Registration,
        ClientConfiguration,
        Revocation,
    }
}

/// The places of a grant. A new one does not build until it names its own.
pub const fn of_grant(grant: GrantKind) -> &'static [Place] {
    use Place as P;
    match grant {
        GrantKind::Code => &[P::CodeOfV1, P::CodeOfV2, P::Code],
        GrantKind::DeviceCode => &[P::DeviceCodeOfV1, P::DeviceCodeOfV2, P::DeviceCode],
        GrantKind::RefreshToken => &[P::RefreshTokenOfV1, P::RefreshTokenOfV2, P::RefreshToken],
        GrantKind::BackchannelRequest => &[P::BackchannelRequest],
        GrantKind::OnBehalfOf => &[P::OnBehalfOfV1, P::OnBehalfOfV2],
        GrantKind::TokenExchange => &[P::SubjectToken, P::ActorToken],
        GrantKind::JwtBearer => &[P::BearerAssertion],
        // What proves an application, and a key, stands beside every grant.
        GrantKind::ClientCredentials => &[P::CertifiedAssertion, P::ClientAssertion, P::DpopProof, P::DpopNonce],
        // A password is nothing that we hand out.
        GrantKind::Password => &[],
    }
}

/// The places of an address, those of grants apart. A new one does not build until it names its own.
pub const fn of_route(route: &Route) -> &'static [Place] {
    use Place as P;
    match route {
        Route::Authorize { dialect: DialectName::Oidc, .. } => {
            &[P::SessionCookie, P::PushedReference, P::RequestObject, P::IdTokenHint]
        }
        Route::Authorize { dialect: DialectName::EntraV1 | DialectName::EntraV2, .. } => &[P::SessionCookie],
        Route::Logout { dialect: DialectName::EntraV1, .. } => &[P::SignOutHintOfV1],
        Route::Logout { dialect: DialectName::EntraV2, .. } => &[P::SignOutHintOfV2],
        Route::Logout { dialect: DialectName::Oidc, .. } => &[P::SignOutHint],
        Route::UserinfoOf { .. } => &[P::Userinfo, P::BoundUserinfo],
        Route::Userinfo => &[P::DirectoryUserinfo],
        Route::Me | Route::DirectoryApi => &[P::Me],
        Route::Introspect { .. } => &[P::Introspection],
        Route::Revoke { .. } => &[P::Revocation],
        Route::Register { .. } => &[P::Registration],
        Route::ClientConfiguration { .. } => &[P::ClientConfiguration],
        Route::BackchannelAuthentication { .. } => {
            &[P::IdTokenHintElsewhere, P::LoginHintToken, P::BackchannelRequestObject]
        }
        Route::SignIn { .. } => &[P::SignInPage, P::BrowserCookie],
        Route::Consent { .. } => &[P::ConsentPage, P::BrowserCookie, P::FormMark],
        Route::Device => &[P::UserCode],
        Route::DeviceConfirm { .. } => &[P::DevicePage, P::BrowserCookie],
        // Their cookies are those of the pages above.
        Route::AdminConsent { .. }
        | Route::SignOut { .. }
        | Route::Account
        | Route::AccountPage { .. }
        | Route::ConsentRequests { .. }
        // Each grant has its own.
        | Route::Token { .. }
        // An application proves itself there as at the token endpoint.
        | Route::DeviceCode { .. }
        | Route::Push { .. }
        // Nothing is taken.
        | Route::Metadata { .. }
        | Route::Keys { .. }
        | Route::CheckSession { .. }
        | Route::InstanceDiscovery
        | Route::UserRealm { .. }
        | Route::NativeClient
        | Route::ErrorCode
        | Route::Asset { .. }
        | Route::Logo { .. }
        | Route::HealthLive
        | Route::HealthReady
        | Route::DevClock
        | Route::DevFlows
        | Route::DevRefusals
        | Route::DevCiba => &[],
    }
}

impl Place {
    /// What is said there to something that is good elsewhere.
    pub const fn says_to(self, kind: Kind) -> &'static str {
        use Kind as K;
        match self {
            Self::SignInPage | Self::ConsentPage | Self::DevicePage => "AADSTS50132",
            Self::BrowserCookie => "AADSTS50058",
            Self::SessionCookie => "login_required",
            Self::FormMark => "AADSTS90013",
            Self::UserCode => match kind {
                K::Code
                | K::DeviceCode
                | K::BackchannelRequest
                | K::PushedRequest
                | K::Interaction
                | K::Session
                | K::RegistrationAccessToken
                | K::BrowserCookie
                | K::DpopNonce => "AADSTS90119",
                // Nobody types as much.
                _ => "AADSTS90100",
            },
            // It is for the directory API, too, and does not allow the call.
            Self::Me if matches!(kind, K::StandardToken | K::OpaqueToken) => "403 Authorization_RequestDenied",
            Self::Me | Self::DirectoryUserinfo => "401 InvalidAuthenticationToken",
            Self::Userinfo | Self::BoundUserinfo | Self::Registration | Self::ClientConfiguration => {
                "401 invalid_token"
            }
            Self::CodeOfV1 | Self::RefreshTokenOfV1 => "invalid_grant 70002",
            Self::CodeOfV2 | Self::RefreshTokenOfV2 => "invalid_grant 70000",
            Self::DeviceCodeOfV1 | Self::DeviceCodeOfV2 => "bad_verification_code 70018",
            Self::Code
            | Self::RefreshToken
            | Self::DeviceCode
            | Self::BackchannelRequest
            | Self::BearerAssertion => "invalid_grant",
            Self::OnBehalfOfV1 | Self::OnBehalfOfV2 => match kind {
                // It is for another API than the one that would act on with it.
                K::DirectoryToken => "invalid_grant 500131",
                // There is nobody to act on for.
                K::ApplicationToken => "unauthorized_client 7000114",
                _ => "invalid_grant 50013",
            },
            Self::CertifiedAssertion => match kind {
                // They can be read as such, and name no certificate of the application.
                K::DirectoryToken
                | K::ApplicationToken
                | K::ColorsToken
                | K::IdToken
                | K::StandardToken
                | K::BoundToken
                | K::StandardIdToken
                | K::LogoutToken
                | K::SignedIntrospection
                | K::SignedUserinfo
                | K::SignedAnswer => "invalid_client 700027",
                _ => "invalid_client 50012",
            },
            Self::ClientAssertion => "invalid_client",
            Self::DpopProof => "invalid_dpop_proof",
            Self::DpopNonce => "use_dpop_nonce",
            Self::PushedReference => match kind {
                // Longer than any address that is looked at.
                K::DirectoryToken
                | K::ApplicationToken
                | K::ColorsToken
                | K::IdToken
                | K::BoundToken
                | K::SignedIntrospection => "invalid_request",
                _ => "invalid_request_uri",
            },
            Self::RequestObject => "invalid_request_object",
            Self::BackchannelRequestObject
            | Self::SubjectToken
            | Self::ActorToken
            | Self::IdTokenHint
            | Self::IdTokenHintElsewhere
            // No such token is taken of anybody.
            | Self::LoginHintToken => "invalid_request",
            // Nobody is signed out by it.
            Self::SignOutHintOfV1 | Self::SignOutHintOfV2 | Self::SignOutHint => "asks who is meant",
            Self::Introspection => r#"{"active":false}"#,
            // The specification's answer to what is nothing that could be revoked (RFC 7009 §2.2).
            Self::Revocation => "200",
        }
    }
}
