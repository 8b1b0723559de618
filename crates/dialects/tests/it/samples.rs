//! One refusal of every kind, and of some kinds several.

use std::collections::BTreeSet;

use grantor_dialects::rehearsed::REHEARSALS;
use grantor_protocol::dpop::BadProof;
use grantor_protocol::identifiers::BadClientId;
use grantor_protocol::pkce::BadProofKey;
use grantor_protocol::redirect_uri::BadRedirectUri;
use grantor_rules::Refusal;
use grantor_rules::model::{AuthMethod, RevocationReason};
use grantor_rules::refusal::{
    AssertionFault, CertificateFault, DetailsFault, ExchangeFault, RequestObjectFault, RequestUriFault, ResponseFault,
    TokenFault, WaitedWith,
};

/// Every refusal with harmless facts.
pub fn refusals() -> Vec<Refusal> {
    refusals_about("something")
}

/// Every refusal; what a stranger sent is `sent`.
pub fn refusals_about(sent: &str) -> Vec<Refusal> {
    use Refusal as R;
    let asked = || sent.to_owned();
    let mut samples = vec![
        R::ParameterMissing { name: "scope" },
        R::ParameterRepeated { name: asked() },
        R::ParameterTooLong { name: "state", limit: 8192, found: 9000 },
        R::ParameterMalformed { name: "max_age", expected: "a number of seconds", found: asked() },
        R::ParameterMalformed { name: "Authorization", expected: "Basic", found: String::new() },
        R::ParameterNotSupported { name: "resource" },
        R::ParameterNotSupported { name: "request_uri" },
        R::BodyUnreadable { expected: "UTF-8, percent-encoded as a form" },
        R::MethodNotPost { code_in_address: false },
        R::MethodNotPost { code_in_address: true },
        R::TenantMissing,
        R::PersonalAccountsNotServed,
        R::DomainUnknown { domain: asked() },
        R::TenantUnknown { asked: asked() },
        R::TenantMalformed { asked: asked() },
        R::TenantNotSpecific { asked: asked() },
        R::GrantNotHere { grant: "password", asked: asked() },
        R::InstanceUnknown { asked: asked() },
        R::ClientUnknown { asked: asked(), tenant: "Contoso".into() },
        R::ClientIdMalformed { why: BadClientId::Character },
        R::AudienceExcludes { application: asked() },
        R::NotForPersonalAccounts { application: asked() },
        R::ForPersonalAccountsAlone { application: asked() },
        R::SingleTenantOnly { application: asked() },
        R::ClientDisabled { application: asked() },
        R::ClientDisabledHere { application: asked() },
        R::RedirectNotRegistered { asked: asked(), registered: vec!["https://registered.example/".into()] },
        R::RedirectMalformed { asked: asked(), why: BadRedirectUri::Fragment },
        R::NoRedirectRegistered,
        R::RedirectNotNamed,
        R::ClientSecretMissing,
        R::ClientSecretWrong,
        R::ClientSecretExpired { hint: "abc".into() },
        R::ClientSecretUnexpected,
        R::AuthMethodNotRegistered { shown: AuthMethod::ClientSecretPost, registered: AuthMethod::ClientSecretBasic },
        R::TwoCredentials,
        R::OriginRequired,
        R::OriginNotAllowed { origin: asked() },
        R::ResponseTypeUnknown { asked: asked() },
        R::ResponseTypeNotEnabled { asked: "code id_token".into() },
        R::ResponseTypeNotEnabled { asked: "token".into() },
        R::GrantTypeNotEnabled { grant: "refresh_token" },
        R::ResponseModeUnknown { asked: asked() },
        R::ResponseModeForbidden { asked: asked(), response_type: "code id_token".into() },
        R::OpenIdRequired,
        R::SeveralApisInFront,
        R::PromptUnknown { asked: asked() },
        R::GrantTypeUnknown { asked: asked() },
        R::ScopeMalformed { token: asked() },
        R::AllGrantedMixed,
        R::ApiUnknown { asked: asked() },
        R::TooManyApis { limit: 16 },
        R::SeveralApis { apis: vec![asked(), "Colors".into()] },
        R::ApiNotNamed { apis: vec![asked(), "Colors".into()] },
        R::ApiDiffers { asked: asked() },
        R::ApiNotInTenant { api: asked() },
        R::ApiDisabled { api: asked() },
        R::ClientNotPreAuthorized { api: asked() },
        R::SelfByIdentifier { asked: asked() },
        R::ScopeUnknown { api: "Colors".into(), asked: asked(), known: vec!["Colors.Read".into()] },
        R::ApiNotRequired { api: asked() },
        R::NothingRequired { application: asked(), api: "Colors".into() },
        R::RequiredPermissionsGone { api: asked(), required: vec!["Colors.Gone".into()] },
        R::NothingToIssue,
        R::RequestNotSigned,
        R::RequestNotPushed,
        R::AuthenticationUnmet { what: "acr" },
        R::ChallengeMalformed { why: BadProofKey::Length { found: 42 } },
        R::ChallengeMethodUnknown { asked: asked() },
        R::ChallengeMissing,
        R::ChallengeRequired,
        R::LoginRequired,
        R::AccountChoiceRequired { candidates: 2 },
        R::ConsentRequired { missing: vec![] },
        R::ConsentRequired { missing: vec![asked(), "Colors · Colors.Write".into()] },
        R::ConsentDeclined,
        R::AdministratorMustConsent { permissions: vec![asked()], can_ask: false },
        R::AdministratorMustConsent { permissions: vec![asked()], can_ask: true },
        R::PasswordWrong,
        R::UserLocked,
        R::UserGone,
        R::UserOfAnotherTenant { name: asked(), tenant: "Contoso".into() },
        R::NotAssigned { application: asked() },
        R::ApplicationNotAssigned { api: asked() },
        R::SessionsEnded,
        R::SignInTooOld,
        R::UserDisabled,
        R::NotForApplications,
        R::InteractionGone,
        R::BrowserDiffers,
        R::FormNotOurs,
        R::CodeUnknown,
        R::CodeOfAnotherTenant,
        R::CodeOfAnotherClient,
        R::CodeExpired,
        R::CodeReplayed,
        R::RedirectDiffers { asked: asked() },
        R::VerifierMissing,
        R::VerifierMalformed { why: BadProofKey::Character },
        R::VerifierWrong,
        R::VerifierUnexpected,
        R::RefreshTokenUnknown,
        R::RefreshTokenOfAnotherTenant,
        R::RefreshTokenOfAnotherClient,
        R::RefreshTokenExpired,
        R::RefreshTokenEnded,
        R::RefreshTokenReused,
        R::RefreshTokenOutlived,
        R::ResponseNotPossible { response: "userinfo", why: ResponseFault::KeysUnreachable },
        R::TokenNotRevocable,
        R::RegistrationClosed,
        R::RedirectNotRegistrable { why: "\"http://app.example/\": expected https://…".into() },
        R::ClientMetadataInvalid { field: "jwks_uri".into(), why: "is \"x\": expected https://…".into() },
        R::SoftwareStatementMalformed,
        R::SoftwareStatementNotApproved,
        R::DevicePending,
        R::PollingTooFast { interval: 10 },
        R::BackchannelNotRegistered,
        R::HintUnknown,
        R::AskedOfAnotherPerson,
        R::BindingMessageInvalid { longest: 64 },
        R::DeviceDeclined,
        R::DeviceCodeUnknown { what: WaitedWith::DeviceCode },
        R::DeviceCodeUnknown { what: WaitedWith::AuthReqId },
        R::DeviceCodeOfAnotherClient { what: WaitedWith::DeviceCode },
        R::DeviceCodeOfAnotherClient { what: WaitedWith::AuthReqId },
        R::DeviceCodeExpired { what: WaitedWith::DeviceCode },
        R::DeviceCodeExpired { what: WaitedWith::AuthReqId },
        R::DeviceCodeSpent { what: WaitedWith::DeviceCode },
        R::DeviceCodeSpent { what: WaitedWith::AuthReqId },
        R::UserCodeMissing,
        R::UserCodeUnknown,
        R::UserCodeUsed,
        R::KeyProofMissing,
        R::KeyDiffers,
        R::TokenMissing,
        R::ScopeInsufficient { needed: vec!["User.Read", "User.Read.All"], found: vec![asked()] },
    ];
    samples.extend(RevocationReason::ALL.map(|why| R::RefreshTokenRevoked { why }));
    let faults = [
        TokenFault::NotBearer,
        TokenFault::Malformed,
        TokenFault::Signature,
        TokenFault::Issuer,
        TokenFault::Audience { found: asked() },
        TokenFault::Expired,
        TokenFault::NotYet,
        TokenFault::Revoked,
        TokenFault::Person,
        TokenFault::NoPerson,
        TokenFault::Bound,
        TokenFault::Unbound,
        TokenFault::KeyDiffers,
    ];
    samples.extend(faults.clone().map(|why| R::TokenInvalid { why }));
    samples.extend(faults.clone().map(|why| R::OnBehalfOfInvalid { why }));
    let in_exchange =
        faults.into_iter().flat_map(|why| [ExchangeFault::Subject { why: why.clone() }, ExchangeFault::Actor { why }]);
    let exchange = [
        ExchangeFault::ActorActedFor,
        ExchangeFault::ActorMissing,
        ExchangeFault::ActorNotAllowed,
        ExchangeFault::Target { api: asked() },
        ExchangeFault::Scope { asked: asked() },
    ];
    samples.extend(in_exchange.chain(exchange).map(|why| R::ExchangeRefused { why }));
    let faults = [
        AssertionFault::Malformed,
        AssertionFault::CertificateUnknown { thumbprint: asked() },
        AssertionFault::CertificateExpired { description: "Registered".into() },
        AssertionFault::Signature,
        AssertionFault::Issuer { found: asked() },
        AssertionFault::Subject { found: asked() },
        AssertionFault::Audience { found: asked() },
        AssertionFault::Expired,
        AssertionFault::NotYet,
        AssertionFault::Algorithm { found: asked() },
        AssertionFault::KeyUnknown,
        AssertionFault::KeysUnreadable,
        AssertionFault::NoSecretToSign,
        AssertionFault::TooLong { most_minutes: 10 },
        AssertionFault::WithoutName,
        AssertionFault::Replayed,
    ];
    samples.extend(faults.clone().map(|why| R::ClientAssertionInvalid { why }));
    samples.extend(faults.map(|why| R::AssertionGrantInvalid { why }));
    let faults = [CertificateFault::NotRegistered, CertificateFault::Untrusted, CertificateFault::Expired];
    samples.extend(faults.map(|why| R::ClientCertificateInvalid { why }));
    let faults = [
        ResponseFault::AlgorithmUnknown { name: asked() },
        ResponseFault::NoKeyRegistered,
        ResponseFault::KeysMalformed,
        ResponseFault::NoKeyFits { alg: asked() },
    ];
    samples.extend(faults.map(|why| R::ResponseNotPossible { response: "id_tokens", why }));
    samples.extend(RequestObjectFault::ALL.map(|why| R::RequestObjectInvalid { why }));
    samples.extend(RequestUriFault::ALL.map(|why| R::RequestUriInvalid { why }));
    let faults = [
        DetailsFault::Malformed,
        DetailsFault::TooMany { limit: 16 },
        DetailsFault::TypeUnknown { asked: asked() },
        DetailsFault::TypeNotRegistered { asked: asked() },
        DetailsFault::FieldUnknown { kind: "payment".into(), field: asked() },
        DetailsFault::FieldMissing { kind: "payment".into(), field: "amount".into() },
        DetailsFault::FieldMalformed { kind: "payment".into(), field: "amount".into() },
        DetailsFault::NotAllowed,
    ];
    samples.extend(faults.map(|why| R::AuthorizationDetailsInvalid { why }));
    let faults = [
        BadProof::Several,
        BadProof::Malformed,
        BadProof::Type,
        BadProof::Algorithm,
        BadProof::Key,
        BadProof::Signature,
        BadProof::Claim { claim: "jti" },
        BadProof::Method,
        BadProof::Address,
        BadProof::Nonce,
        BadProof::Time,
        BadProof::AccessToken,
        BadProof::Replayed,
    ];
    samples.extend(faults.map(|why| R::DpopProofInvalid { why }));
    samples.extend(REHEARSALS.iter().map(|one| R::Rehearsed { code: one.code }));
    samples
}

/// Those of them that the rules decide; what is rehearsed has a table of its own.
pub fn decided() -> Vec<Refusal> {
    refusals().into_iter().filter(|refusal| !matches!(refusal, Refusal::Rehearsed { .. })).collect()
}

#[test]
fn every_reason_there_is_has_a_sample() {
    let sampled: BTreeSet<&str> = refusals().iter().map(Refusal::reason).collect();
    let without: Vec<_> = Refusal::REASONS.iter().filter(|reason| !sampled.contains(*reason)).collect();
    assert!(without.is_empty(), "add a sample of each to this file: {without:?}");
}
