//! Everything that is handed out, and everything that an application makes to be taken once.

use grantor_protocol::HandleKind;

use super::listed;
use super::place::Place;

listed! {
    /// One of each. A new kind does not build until it says where it is good.
    pub enum Kind {
        /// An authorization code.
        Code,
        /// A device code that its person has said yes to.
        DeviceCode,
        /// The code that people type for another one.
        UserCode,
        /// The `auth_req_id` of a request that its person has said yes to.
        BackchannelRequest,
        /// What tells a request that was pushed from others.
        PushedRequest,
        /// The request of a browser that waits for its person.
        Interaction,
        /// The cookie of a browser in which somebody signed in.
        Session,
        /// What an application looks after its registration with.
        RegistrationAccessToken,
        /// What an administrator lets an application register itself with.
        InitialAccessToken,
        RefreshToken,
        /// The cookie that tells a browser from others.
        BrowserCookie,
        /// What shows that a form is ours.
        FormMark,
        /// An access token for the directory API.
        DirectoryToken,
        /// One of an application that acts for itself.
        ApplicationToken,
        /// One for another API, in the words of Microsoft's dialects.
        ColorsToken,
        IdToken,
        /// An access token of the standard's dialect, for userinfo.
        StandardToken,
        /// One that says nothing to who holds it.
        OpaqueToken,
        /// One for another API.
        OpaqueColorsToken,
        /// One that is of use with its key alone.
        BoundToken,
        StandardIdToken,
        LogoutToken,
        /// An answer of introspection, signed.
        SignedIntrospection,
        /// Userinfo, signed.
        SignedUserinfo,
        /// An authorization answer, signed.
        SignedAnswer,
        /// A proof of a key, for the token endpoint.
        DpopProof,
        /// A nonce for such a proof.
        DpopNonce,
        /// What an application proves itself with.
        ClientAssertion,
        /// The same, in Microsoft's dialects.
        CertifiedAssertion,
        /// An authorization request, signed.
        RequestObject,
        /// A request to a person who is elsewhere, signed.
        BackchannelRequestObject,
    }
}

impl Kind {
    /// The kind of a handle. A new one does not build until it is among these.
    pub const fn of(handle: HandleKind) -> Self {
        match handle {
            HandleKind::Code => Self::Code,
            HandleKind::Interaction => Self::Interaction,
            HandleKind::Session => Self::Session,
            HandleKind::DeviceCode => Self::DeviceCode,
            HandleKind::PushedRequest => Self::PushedRequest,
            HandleKind::Registration => Self::RegistrationAccessToken,
            HandleKind::BackchannelRequest => Self::BackchannelRequest,
        }
    }

    /// The places where it is good.
    pub const fn good_at(self) -> &'static [Place] {
        use Place as P;
        match self {
            // The core is one: what an application has got in one dialect is its own in each.
            Self::Code => &[P::CodeOfV1, P::CodeOfV2, P::Code],
            Self::DeviceCode => &[P::DeviceCodeOfV1, P::DeviceCodeOfV2, P::DeviceCode],
            Self::RefreshToken => {
                &[P::RefreshTokenOfV1, P::RefreshTokenOfV2, P::RefreshToken, P::Introspection, P::Revocation]
            }
            Self::UserCode => &[P::UserCode],
            Self::BackchannelRequest => &[P::BackchannelRequest],
            Self::PushedRequest => &[P::PushedReference],
            Self::Interaction => &[P::SignInPage, P::ConsentPage, P::DevicePage],
            Self::Session => &[P::SessionCookie],
            Self::RegistrationAccessToken => &[P::ClientConfiguration],
            Self::InitialAccessToken => &[P::Registration],
            Self::BrowserCookie => &[P::BrowserCookie],
            Self::FormMark => &[P::FormMark],
            Self::DirectoryToken => &[P::Me, P::DirectoryUserinfo],
            // The Colors API is another program; here it acts on with the tokens that it was called with.
            Self::ColorsToken => &[P::OnBehalfOfV1, P::OnBehalfOfV2],
            Self::StandardToken | Self::OpaqueToken => &[P::Userinfo, P::Introspection, P::Revocation],
            Self::BoundToken => &[P::BoundUserinfo, P::Introspection, P::Revocation],
            Self::OpaqueColorsToken => &[P::SubjectToken, P::ActorToken, P::Introspection, P::Revocation],
            // They are for applications, and say to us who is meant: that is a hint, and opens nothing.
            Self::IdToken | Self::StandardIdToken => {
                &[P::IdTokenHint, P::IdTokenHintElsewhere, P::SignOutHintOfV1, P::SignOutHintOfV2, P::SignOutHint]
            }
            Self::DpopProof => &[P::DpopProof],
            Self::DpopNonce => &[P::DpopNonce],
            Self::ClientAssertion => &[P::ClientAssertion],
            Self::CertifiedAssertion => &[P::CertifiedAssertion],
            Self::RequestObject => &[P::RequestObject],
            Self::BackchannelRequestObject => &[P::BackchannelRequestObject],
            // What we tell applications is for them alone; and one that acts for itself is nobody's profile, and nobody to act
            // on for.
            Self::ApplicationToken
            | Self::LogoutToken
            | Self::SignedIntrospection
            | Self::SignedUserinfo
            | Self::SignedAnswer => &[],
        }
    }
}
