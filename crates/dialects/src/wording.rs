//! Each refusal in plain English: one fixed first sentence per reason, and how to mend it.
//!
//! The words are the same in every dialect; codes and shapes are the dialect's. Nothing here may repeat a secret, since the
//! facts of a refusal never hold one. What a stranger must not learn (registered addresses, who exists) is not in a sentence.

mod presented;

use grantor_rules::Refusal;
use grantor_rules::refusal::{
    CertificateFault, DetailsFault, RequestObjectFault, RequestUriFault, ResponseFault, TokenFault,
};

/// What was wrong, in one sentence with the facts that a stranger may know.
pub fn sentence(refusal: &Refusal) -> String {
    use Refusal as R;
    match refusal {
        R::ParameterMissing { name } => format!("The request must contain the parameter '{name}', and it is missing or empty."),
        R::ParameterRepeated { name } => format!("The request contains the parameter '{name}' more than once."),
        R::ParameterTooLong { name, limit, found } => {
            format!("The parameter '{name}' is {found} bytes long, and at most {limit} are accepted.")
        }
        R::ParameterMalformed { name, expected, found } if found.is_empty() => {
            format!("The parameter '{name}' cannot be read: expected {expected}.")
        }
        R::ParameterMalformed { name, expected, found } => {
            format!("The parameter '{name}' cannot be read: expected {expected}, found '{found}'.")
        }
        R::ParameterNotSupported { name } => format!("The parameter '{name}' is not supported at this endpoint."),
        R::BodyUnreadable { expected } => format!("The request cannot be read: expected {expected}."),
        R::MethodNotPost { .. } => "This endpoint only accepts POST requests.".into(),

        R::TenantMissing => "The address names no tenant: expected one's id or domain before the rest.".into(),
        R::TenantUnknown { asked } => format!("Tenant '{asked}' was not found."),
        R::TenantMalformed { asked } => format!("'{asked}' names no tenant: expected a tenant's id or domain."),
        R::TenantNotSpecific { asked } => format!("'{asked}' names no single tenant, and this request must name one by id or domain."),
        R::PersonalAccountsNotServed => {
            "Tokens for personal accounts are not issued by this version of the protocol; version 2.0 serves them.".into()
        }
        R::DomainUnknown { domain } => format!("No tenant has the domain '{domain}', which the sign-in name ends with."),
        R::GrantNotHere { grant, asked } => {
            format!("The grant '{grant}' is not served at '{asked}', which stands for several tenants.")
        }
        R::InstanceUnknown { asked } => format!("The authority '{asked}' is not served here."),

        R::ClientUnknown { asked, tenant } => format!("The application '{asked}' was not found in the directory '{tenant}'."),
        R::ClientIdMalformed { why } => format!("The parameter 'client_id' names no application: {why}."),
        R::AudienceExcludes { application } => format!("{application} is not open to the people of this directory."),
        R::NotForPersonalAccounts { application } => {
            format!("{application} is for the people of organizations, not for personal accounts.")
        }
        R::ForPersonalAccountsAlone { application } => {
            format!("{application} is for personal accounts alone.")
        }
        R::SingleTenantOnly { application } => {
            format!("{application} is for the people of its own directory, so the address must name that.")
        }
        R::ClientDisabled { application } => format!("The application {application} is switched off by its publisher."),
        R::ClientDisabledHere { application } => format!("The application {application} is switched off in this directory."),
        R::RedirectNotRegistered { asked, .. } => {
            format!("The application asked for the answer to be sent to an address that is not registered for it: '{asked}'.")
        }
        R::RedirectMalformed { asked, why } => {
            format!("The application asked for the answer to be sent to an address that cannot be used: '{asked}': {why}.")
        }
        R::NoRedirectRegistered => "The application has no registered address that the answer could be sent to.".into(),
        R::RedirectNotNamed => "The application has several registered addresses, so the request must name one in 'redirect_uri'.".into(),
        R::ClientSecretMissing => "The request must contain 'client_secret' or 'client_assertion', since this application keeps a secret.".into(),
        R::ClientSecretWrong => "The client secret is not valid.".into(),
        R::ClientSecretExpired { .. } => "The client secret has expired.".into(),
        R::ClientAssertionInvalid { why } => presented::client_assertion(why),
        R::ClientCertificateInvalid { why } => certificate_sentence(*why),
        R::ClientSecretUnexpected => "This is a public client, so neither 'client_secret' nor 'client_assertion' may be presented.".into(),
        R::AuthMethodNotRegistered { shown, registered } => format!("The application is registered to prove itself by '{registered}', and the request uses '{shown}'."),
        R::TwoCredentials => "The request proves the application in two ways, and only one is allowed.".into(),
        R::OriginRequired => "Tokens issued for a single-page application may only be redeemed by cross-origin requests.".into(),
        R::OriginNotAllowed { .. } => {
            "Cross-origin token redemption is permitted only for addresses that are registered for a single-page application.".into()
        }

        R::ResponseTypeUnknown { asked } => format!("The response type '{asked}' is not supported."),
        R::GrantTypeNotEnabled { grant } => format!("The application is not registered for the grant '{grant}'."),
        R::ResponseTypeNotEnabled { asked } => format!("The response type '{asked}' is not enabled for the application."),
        R::ResponseModeUnknown { asked } => format!("The response mode '{asked}' is not supported."),
        R::ResponseModeForbidden { asked, response_type } => {
            format!("The response mode '{asked}' is not allowed with the response type '{response_type}'.")
        }
        R::OpenIdRequired => "An id_token was asked for, and the scope does not contain 'openid'.".into(),
        R::SeveralApisInFront => "An access token was asked for without a code, and such a request may name one API alone.".into(),
        R::PromptUnknown { asked } => format!("The prompt '{asked}' is not supported."),
        R::GrantTypeUnknown { asked } => format!("The grant type '{asked}' is not supported."),
        R::ScopeMalformed { token } => format!("The scope '{token}' is not valid."),
        R::AllGrantedMixed => "The scope '.default' cannot be combined with permissions by name.".into(),
        R::ApiUnknown { asked } => format!("No API was found for '{asked}'."),
        R::TooManyApis { limit } => format!("One request may name at most {limit} APIs."),
        R::SeveralApis { apis } => format!("The scope names several APIs, and a token can be for one alone: {}.", apis.join(", ")),
        R::ApiNotNamed { apis } => {
            format!("The code was asked for several APIs, so the request must name in 'scope' the one that it wants: {}.", apis.join(", "))
        }
        R::ApiDiffers { asked } => format!("The code was not asked for '{asked}'."),
        R::ApiNotInTenant { api } => format!("{api} has not been let into this directory."),
        R::ApiDisabled { api } => format!("The API {api} is switched off."),
        R::ClientNotPreAuthorized { api } => {
            format!("{api} is for applications alone that its publisher has named, and this is none of them.")
        }
        R::SelfByIdentifier { asked } => {
            format!("The application asks for a token for itself as '{asked}'; it must name itself by its client id.")
        }
        R::ScopeUnknown { api, asked, .. } => format!("{api} has no permission '{asked}'."),
        R::ApiNotRequired { api } => format!("The application's registration requires nothing of {api}."),
        R::NothingRequired { application, api } => {
            format!("The registration of {application} requires nothing of any API, so nothing of {api} can be asked for by it.")
        }
        R::RequiredPermissionsGone { api, required } => {
            format!("All that the application's registration requires of {api} are permissions that it does not have: {}.", required.join(", "))
        }
        R::NotForApplications => "An app that acts for itself must ask for exactly one API, as '.default'.".into(),
        R::NothingToIssue => "Nothing was granted that a token could be issued for.".into(),

        R::ChallengeMalformed { why } => format!("The parameter 'code_challenge' is not valid: {why}."),
        R::ChallengeMethodUnknown { asked } => format!("The code challenge method '{asked}' is not supported."),
        R::ChallengeMissing => "The request contains 'code_challenge_method' and no 'code_challenge'.".into(),
        R::ChallengeRequired => "A proof key for code exchange is required for single-page applications.".into(),

        R::RequestObjectInvalid { why } => request_object_sentence(*why).into(),
        R::RequestUriInvalid { why } => request_uri_sentence(*why).into(),
        R::RequestNotSigned => "The application signs its requests, and this one is not signed.".into(),
        R::RequestNotPushed => "Requests of this application must be pushed first, and this one was not.".into(),
        R::AuthorizationDetailsInvalid { why } => details_sentence(why),
        R::AuthenticationUnmet { what } => {
            format!("The application needs a sign-in with a value of '{what}' that there is not here.")
        }

        R::LoginRequired => "Nobody is signed in, and the request does not allow to ask.".into(),
        R::AccountChoiceRequired { .. } => "Several accounts are signed in, and the request does not allow to ask which one.".into(),
        R::ConsentRequired { missing } if missing.is_empty() => "The person or an administrator has not consented to this use of the application.".into(),
        R::ConsentRequired { missing } => {
            format!("The person or an administrator has not consented to this use of the application: {}.", missing.join(", "))
        }
        R::ConsentDeclined => "The person said no: nothing was allowed.".into(),
        R::AdministratorMustConsent { .. } => "Only an administrator can allow what this application asks for.".into(),
        R::PasswordWrong => "That sign-in name and password do not match.".into(),
        R::UserLocked => "The account is locked for a while, after too many wrong passwords.".into(),
        R::UserGone => "The account does not exist in this directory.".into(),
        R::UserOfAnotherTenant { name, tenant } => format!("The account '{name}' is not one of '{tenant}'."),
        R::NotAssigned { application } => {
            format!("{application} is for those alone who are assigned to it, and this account is not.")
        }
        R::ApplicationNotAssigned { api } => {
            format!("{api} is for those applications alone that are assigned to it, and this one is not.")
        }
        R::SessionsEnded => "What the account had signed in to was ended since, so its person must sign in again.".into(),
        R::SignInTooOld => "The person signed in longer ago than this application takes, and must sign in again.".into(),
        R::UserDisabled => "This account may not sign in.".into(),
        R::InteractionGone => "This sign-in has ended, or was finished in another window.".into(),
        R::BrowserDiffers => "This sign-in was begun in another browser, or the browser keeps no cookies.".into(),
        R::FormNotOurs => "The form that was sent is not the one that was shown.".into(),

        R::CodeUnknown => "The authorization code is not valid.".into(),
        R::CodeOfAnotherTenant => "The authorization code was issued in another tenant.".into(),
        R::CodeOfAnotherClient => "The authorization code was issued to another application.".into(),
        R::CodeExpired => "The authorization code has expired.".into(),
        R::CodeReplayed => "The authorization code was already redeemed; what it bought has been revoked.".into(),
        R::RedirectDiffers { .. } => "The redirect address is not the one that the authorization code was sent to.".into(),
        R::VerifierMissing => "The request must contain 'code_verifier', since the code was asked for with a challenge.".into(),
        R::VerifierMalformed { why } => format!("The parameter 'code_verifier' is not valid: {why}."),
        R::VerifierWrong => "The code verifier does not match the code challenge of the authorization request.".into(),
        R::VerifierUnexpected => "The request contains 'code_verifier', and the code was asked for without a challenge.".into(),

        R::RefreshTokenUnknown => "The refresh token is not valid.".into(),
        R::RefreshTokenOfAnotherTenant => "The refresh token was issued in another tenant.".into(),
        R::RefreshTokenOfAnotherClient => "The refresh token was issued to another application.".into(),
        R::RefreshTokenExpired => "The refresh token has expired, because it was not used for too long.".into(),
        R::RefreshTokenEnded => "The refresh token has expired: those of single-page applications end after a fixed time.".into(),
        R::RefreshTokenReused => "The refresh token was exchanged before; for safety everything that descends from it has been revoked.".into(),
        R::RefreshTokenOutlived => {
            "The refresh token goes back to a sign-in that was ended since, by a new password or by an administrator.".into()
        }
        R::RefreshTokenRevoked { .. } => "The refresh token has been revoked.".into(),

        R::ResponseNotPossible { response, why } => format!("The application is registered for {response} in a form that cannot be made: {}.", response_fault(why)),
        R::RegistrationClosed => "No application may register itself in this directory.".into(),
        R::RedirectNotRegistrable { why } => format!("The redirect addresses cannot be registered: {why}."),
        R::ClientMetadataInvalid { field, why } => format!("The field '{field}' {why}."),
        R::SoftwareStatementMalformed => "The software statement is no signed token.".into(),
        R::SoftwareStatementNotApproved => "Software statements are not taken here: nobody is approved to make them.".into(),
        R::TokenNotRevocable => "An access token that an application has for itself cannot be revoked: it runs out.".into(),

        R::OnBehalfOfInvalid { why } => presented::token("assertion", why),
        R::AssertionGrantInvalid { why } => presented::assertion_about_a_person(why),
        R::ExchangeRefused { why } => presented::exchange(why),

        R::DevicePending => "The person has not answered yet. Ask again after the interval.".into(),
        R::PollingTooFast { interval } => {
            format!("The application asks too often. Wait {interval} seconds from now on before asking again.")
        }
        R::BackchannelNotRegistered => {
            "The application is not registered to ask people who are elsewhere: that needs 'backchannel_token_delivery_mode'.".into()
        }
        R::HintUnknown => "Nobody in this directory is the person whom the request names.".into(),
        R::AskedOfAnotherPerson => "The application asks somebody else.".into(),
        R::BindingMessageInvalid { longest } => {
            format!("The binding message cannot be shown: it must have at most {longest} letters, digits, spaces and common signs.")
        }
        R::DeviceDeclined => "The person was asked, and said no.".into(),
        R::DeviceCodeUnknown { what } => format!("The {what} is not valid."),
        R::DeviceCodeOfAnotherClient { what } => format!("The {what} was issued to another application."),
        R::DeviceCodeExpired { what } => format!("The {what} has expired."),
        R::DeviceCodeSpent { what } => format!("The {what} was already redeemed."),
        R::UserCodeMissing => "The page was sent without the code that the device shows.".into(),
        R::UserCodeUnknown => "Nothing waits for that code.".into(),
        R::UserCodeUsed => "Somebody has answered for that code already.".into(),

        R::Rehearsed { code } => {
            format!("This answer was asked for at /dev/refusals, to see how the application meets it: {code}.")
        }

        R::DpopProofInvalid { why } => format!("The request's DPoP proof does not count: {why}."),
        R::KeyProofMissing => {
            "The application's tokens are bound to a key, so the request must carry a DPoP proof or come by a certificate.".into()
        }
        R::KeyDiffers => "What is presented is bound to another key than the one that the request proves, if it proves any.".into(),

        R::TokenMissing => "The call carries no access token.".into(),
        R::TokenInvalid { why } => token_sentence(why),
        R::ScopeInsufficient { needed, .. } => format!("The access token does not allow this call, which needs {}.", needed.join(" or ")),
    }
}

const fn request_object_sentence(why: RequestObjectFault) -> &'static str {
    match why {
        RequestObjectFault::Malformed => "The request object cannot be read.",
        RequestObjectFault::NotDecrypted => {
            "The request object is not encrypted for this server in a way that it takes."
        }
        RequestObjectFault::Signature => "The request object is not signed by a key of the application.",
        RequestObjectFault::Algorithm => {
            "The request object is not signed and encrypted as the application is registered to do."
        }
        RequestObjectFault::Type => "The token is no request object: its header calls it something else.",
        RequestObjectFault::Client => "The request object must name the application that sends it, in 'client_id'.",
        RequestObjectFault::Issuer => "The request object must be made by the application itself.",
        RequestObjectFault::Audience => "The request object must be for this server's issuer.",
        RequestObjectFault::Expired => "The request object has expired.",
        RequestObjectFault::NotYet => "The request object is not valid yet.",
        RequestObjectFault::Lifetime => {
            "The request object must say from when and until when it is good, an hour at most."
        }
        RequestObjectFault::Nested => "A request object must not hold or name another one.",
    }
}

const fn request_uri_sentence(why: RequestUriFault) -> &'static str {
    match why {
        RequestUriFault::Malformed => "The request is said to stand at an address that cannot be used.",
        RequestUriFault::NotRegistered => {
            "The request is said to stand at an address that is not registered for the application."
        }
        RequestUriFault::NotFetched => "No request could be fetched from the address at which it is said to stand.",
        RequestUriFault::Changed => "The request at that address is not the one that the address promises.",
        RequestUriFault::Unknown => "The application has pushed no such request, its time is over, or it was answered.",
    }
}

fn details_sentence(why: &DetailsFault) -> String {
    match why {
        DetailsFault::Malformed => {
            "The authorization details must be a JSON array of objects that each have a type.".into()
        }
        DetailsFault::TooMany { limit } => format!("One request may have at most {limit} authorization details."),
        DetailsFault::TypeUnknown { asked } => format!("No API has authorization details of the type '{asked}'."),
        DetailsFault::TypeNotRegistered { asked } => {
            format!("The application is not registered for authorization details of the type '{asked}'.")
        }
        DetailsFault::FieldUnknown { kind, field } => {
            format!("Authorization details of the type '{kind}' have no field '{field}'.")
        }
        DetailsFault::FieldMissing { kind, field } => {
            format!("Authorization details of the type '{kind}' must have the field '{field}'.")
        }
        DetailsFault::FieldMalformed { kind, field } => {
            format!("The field '{field}' of authorization details of the type '{kind}' cannot be shown to a person.")
        }
        DetailsFault::NotAllowed => "More is asked for in detail than was allowed.".into(),
    }
}

fn token_sentence(why: &TokenFault) -> String {
    match why {
        TokenFault::NotBearer => "The call must carry one access token, as 'Authorization: Bearer', or as 'Authorization: DPoP' with a proof.".into(),
        TokenFault::Malformed => "The access token cannot be read.".into(),
        TokenFault::Signature => "The access token is not signed by this server.".into(),
        TokenFault::Issuer => "The access token was not issued for this directory.".into(),
        TokenFault::Audience { found } => format!("The access token is for '{found}', not for this API."),
        TokenFault::Expired => "The access token has expired.".into(),
        TokenFault::NotYet => "The access token is not valid yet.".into(),
        TokenFault::Revoked => "The access token has been revoked.".into(),
        TokenFault::Spent => "The access token has been used as often as it may be.".into(),
        TokenFault::Person => "The account that the access token is for may not sign in any more.".into(),
        TokenFault::NoPerson => "The access token is an application's own, and the call is about a person.".into(),
        TokenFault::Bound => "The access token is bound to a key, so the call must prove that it holds that key.".into(),
        TokenFault::Unbound => "The access token is bound to no key: it goes as 'Authorization: Bearer'.".into(),
        TokenFault::KeyDiffers => "The access token is bound to another key than the one that the call proves.".into(),
    }
}

fn response_fault(why: &ResponseFault) -> String {
    match why {
        ResponseFault::AlgorithmUnknown { name } => format!("there is no algorithm '{}'", crate::form::cut(name, 80)),
        ResponseFault::NoKeyRegistered => {
            "it is to be encrypted, and the application has registered no public key".into()
        }
        ResponseFault::KeysUnreachable => "it is to be encrypted, and the application's keys cannot be fetched".into(),
        ResponseFault::KeysMalformed => {
            "it is to be encrypted, and the application's keys are not a JWK Set of public keys".into()
        }
        ResponseFault::NoKeyFits { alg } => {
            format!("it is to be encrypted, and none of the application's keys is for '{}'", crate::form::cut(alg, 80))
        }
    }
}

fn certificate_sentence(why: CertificateFault) -> String {
    match why {
        CertificateFault::NotRegistered => "The certificate of the TLS connection is not the application's.",
        CertificateFault::Untrusted => {
            "No authority that is trusted with applications vouches for the certificate of the TLS connection."
        }
        CertificateFault::Expired => "The time of the certificate of the TLS connection is over or has not come.",
    }
    .into()
}

/// How the person in front of the page, or whoever looks after the application, can mend it.
pub fn how_to_mend(refusal: &Refusal) -> Option<&'static str> {
    use Refusal as R;
    Some(match refusal {
        R::RedirectNotRegistered { .. } | R::NoRedirectRegistered => {
            "If you look after this app: register the address for it, or send one of those registered. Only the port of a localhost address may differ."
        }
        R::RedirectMalformed { .. } | R::RedirectNotNamed => {
            "If you look after this app: send one of the addresses that are registered for it."
        }
        R::ClientUnknown { .. } | R::ClientIdMalformed { .. } => {
            "If you look after this app: check the client id, and that the address names the directory in which the app is registered."
        }
        R::TenantUnknown { .. }
        | R::TenantMissing
        | R::TenantMalformed { .. }
        | R::PersonalAccountsNotServed
        | R::NotForPersonalAccounts { .. }
        | R::ForPersonalAccountsAlone { .. }
        | R::TenantNotSpecific { .. }
        | R::SingleTenantOnly { .. }
        | R::GrantNotHere { .. } => {
            "If you look after this app: check the directory's id or domain in the app's authority address."
        }
        R::AudienceExcludes { .. } => {
            "If you look after this app: let people of other organizations sign in to it, or use the address of its own directory."
        }
        R::ApiNotInTenant { .. } => "Ask an administrator of your organization to let the API in.",
        R::AskedOfAnotherPerson => "Sign in with the account that the application asks.",
        R::UserOfAnotherTenant { .. } => "Sign in with an account of this organization.",
        R::UserLocked => "Wait a while, then try again.",
        R::NothingRequired { .. } => {
            "If you look after this app: add the permissions that it needs of the API to its registration."
        }
        R::DeviceCodeExpired { .. } => "Let the device show a new code.",
        R::UserCodeMissing | R::UserCodeUnknown | R::UserCodeUsed => {
            "Look at the device again: it shows the code that is wanted now."
        }
        R::AdministratorMustConsent { can_ask: true, .. } => "Ask an administrator of your organization on this page.",
        R::AdministratorMustConsent { .. } => "Ask an administrator of your organization to allow it.",
        R::InteractionGone => "Go back to the app and sign in again.",
        R::BrowserDiffers => "Go back to the app and sign in again, in one browser and with cookies allowed.",
        R::FormNotOurs => "Go back and send the form again.",
        R::UserDisabled
        | R::UserGone
        | R::ClientDisabled { .. }
        | R::ClientDisabledHere { .. }
        | R::ApiDisabled { .. }
        | R::NotAssigned { .. } => "Ask an administrator of your organization.",
        R::ParameterMissing { .. }
        | R::ParameterRepeated { .. }
        | R::ParameterTooLong { .. }
        | R::ParameterMalformed { .. }
        | R::ParameterNotSupported { .. }
        | R::BodyUnreadable { .. } => "If you look after this app: correct the request that it sends.",
        _ => return None,
    })
}
