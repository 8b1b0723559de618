//! What an issuer outside says of a person is exchanged (RFC 7523 §2.1).

use std::str::FromStr as _;

use grantor_jose::{Algorithm, Expected, PeekedHeader, VerifyError, peek_header};
use grantor_protocol::{FamilyId, Secret, UserId};
use grantor_rules::Refusal;
use grantor_rules::client::ProvenClient;
use grantor_rules::model::{AssertedSubject, Platform, TrustedIssuer, User};
use grantor_rules::refusal::AssertionFault;
use grantor_rules::scopes::WantedScopes;
use grantor_rules::token::issued::{GrantKind, IssuedTokens};
use grantor_rules::token::jwt_bearer::{check, grant as rule, trusted};
use serde_json::{Map, Value};

use super::{Call, direct};
use crate::client_keys::{self, NoKey};
use crate::{FlowError, sign_in};

/// What such an assertion may call itself (RFC 7523 says nothing; the second name is that of draft-ietf-oauth-rfc7523bis).
const TYPES: [&str; 2] = ["JWT", "authorization-grant+jwt"];

/// Makes the grant.
pub async fn grant(call: &Call<'_>, assertion: &Secret) -> Result<IssuedTokens, FlowError> {
    let client = call.prove(Platform::Web).await?;
    let (issuer, claims) = signed_by(call, &client, assertion).await?;
    let accepted = call.layout.accepted_assertions(call.tenant);
    let asserted = check(issuer, &claims, &accepted, call.env.now())?;
    let user = person(call, issuer, asserted.subject()).await?;
    let nothing = WantedScopes::default();
    let wanted = call.request.wanted.as_ref().unwrap_or(&nothing);
    let scopes = call.scopes(wanted).await?;
    let sid = sign_in::new_sid(call.env);
    let person = call.person(user.id, Some(&user), &scopes).await?;
    let ids = (FamilyId::from_random(call.env.entropy.bytes()), call.trace.flow());
    let plan = rule(&asserted, user.id, &sid, &client, scopes, ids, &call.standing(&person))?;
    // Last, so that what is wrong in another way stays good for a better request.
    if !call.store.spend_once(&asserted.single_use().digest, asserted.single_use().until).await? {
        return Err(refused(AssertionFault::Replayed));
    }
    direct::begin(call, &plan, wanted, None, "jwt_bearer").await
}

fn refused(why: AssertionFault) -> FlowError {
    Refusal::AssertionGrantInvalid { why }.into()
}

/// The issuer whose key signed it, and what it says: nothing of it is believed before that.
async fn signed_by<'c>(
    call: &Call<'c>,
    client: &ProvenClient<'_>,
    assertion: &Secret,
) -> Result<(&'c TrustedIssuer, Map<String, Value>), FlowError> {
    let mut issuers = trusted(&call.tenant.trusted_issuers, client).peekable();
    if issuers.peek().is_none() {
        return Err(Refusal::GrantTypeNotEnabled { grant: GrantKind::JwtBearer.as_str() }.into());
    }
    let header = peek_header(assertion.expose()).map_err(|_| refused(AssertionFault::Malformed))?;
    let algorithm = Algorithm::parse(&header.alg);
    let algorithm =
        algorithm.ok_or_else(|| refused(AssertionFault::Algorithm { found: header.alg.chars().take(80).collect() }))?;
    let mut wrong = AssertionFault::KeyUnknown;
    for issuer in issuers {
        match by_key(call, issuer, assertion, &header, algorithm).await {
            Ok(claims) => return Ok((issuer, claims)),
            Err(AssertionFault::KeyUnknown) => {}
            Err(why) => wrong = why,
        }
    }
    Err(refused(wrong))
}

async fn by_key(
    call: &Call<'_>,
    issuer: &TrustedIssuer,
    assertion: &Secret,
    header: &PeekedHeader,
    algorithm: Algorithm,
) -> Result<Map<String, Value>, AssertionFault> {
    let keys = client_keys::verifying(call.env, issuer, header, &[algorithm]).await.map_err(|error| match error {
        NoKey::NoneRegistered | NoKey::NoneFits => AssertionFault::KeyUnknown,
        NoKey::Unreachable(_) | NoKey::Malformed => {
            tracing::warn!(issuer = %issuer.issuer, %error, "the assertion of an issuer could not be proven");
            AssertionFault::KeysUnreadable
        }
    })?;
    let proven = grantor_jose::verify_compact(assertion.expose(), &keys, &Expected::types_or_none(&TYPES));
    let proven = proven.map_err(|error| match error {
        VerifyError::BadSignature => AssertionFault::Signature,
        VerifyError::UnknownKey { .. } | VerifyError::NoKeyId => AssertionFault::KeyUnknown,
        _ => AssertionFault::Malformed,
    })?;
    proven.claims().map_err(|_| AssertionFault::Malformed)
}

/// The person whom the assertion names.
async fn person(call: &Call<'_>, issuer: &TrustedIssuer, subject: &str) -> Result<User, FlowError> {
    let found = match issuer.subject {
        AssertedSubject::UserPrincipalName => call.store.find_user_by_name(subject).await?,
        AssertedSubject::Id => match UserId::from_str(subject) {
            Ok(id) => call.store.find_user(id).await?,
            Err(_) => None,
        },
    };
    found.ok_or_else(|| refused(AssertionFault::Subject { found: subject.chars().take(80).collect() }))
}
