//! Claims of id_tokens (OpenID Connect Core §2), of access tokens (RFC 9068 §2.2) and of userinfo (OpenID Connect Core §5.1).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_protocol::claims::name;
use grantor_protocol::secret::{left_half_of_sha256, left_half_of_sha384, left_half_of_sha512};
use grantor_protocol::{FamilyId, PublicUrl, Secret};
use grantor_rules::directory_api::is_built_in;
use grantor_rules::layout::{AccessTokenFacts, ApplicationTokenFacts, IdTokenFacts, PersonFacts};
use grantor_rules::model::{Application, PostalAddress, RequestedClaim, RequestedClaims, SigningAlg, User};
use grantor_rules::scopes::{ApiName, SignInScope};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::metadata::issuer;

/// What can be told.
pub const SUPPORTED: [&str; 31] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "at_hash",
    "c_hash",
    "sid",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "address",
];

/// How strongly a person proved who they are: by a password, which nobody vouches for further (OpenID Connect Core §2).
pub const ACR: &str = "0";

/// The claims of an id_token. What the permissions tell of the person stands in userinfo, unless no access token comes with it
/// (OpenID Connect Core §5.4).
pub fn id_token(public: &PublicUrl, facts: &IdTokenFacts<'_>) -> Map<String, Value> {
    let person = &facts.person;
    let mut claims = common(public, person);
    let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    add("aud", json!(facts.client.client_id.as_str()));
    add("auth_time", json!(person.authenticated_at.seconds()));
    add("acr", json!(ACR));
    add_methods(&mut add, person);
    add("sid", json!(person.sid));
    let hashes = [("c_hash", facts.code), ("at_hash", facts.access_token)];
    for (name, token) in hashes {
        if let Some(token) = token {
            add(name, json!(half_hash(facts.client.id_token_signing_alg, token)));
        }
    }
    if let Some(nonce) = facts.nonce {
        add("nonce", json!(nonce));
    }
    let alone = person.in_front && facts.access_token.is_none() && facts.code.is_none();
    let by_name = &facts.terms.claims.id_token;
    if alone || !by_name.is_empty() {
        claims.extend(told(person.user, |scope| alone && person.sign_in.contains(&scope), by_name));
    }
    add_belonging(&mut claims, person);
    claims
}

/// The claims of an access token.
pub fn access_token(public: &PublicUrl, facts: &AccessTokenFacts<'_>) -> Map<String, Value> {
    let person = &facts.person;
    let mut claims = common(public, person);
    let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    add("aud", json!(audience(public, facts.asked_as, facts.api)));
    add("client_id", json!(facts.client.client_id.as_str()));
    add("jti", json!(token_id(Some(person.family), person.token_id)));
    add("auth_time", json!(person.authenticated_at.seconds()));
    add("acr", json!(ACR));
    add_methods(&mut add, person);
    // The permissions of signing in belong to our own API, where userinfo is.
    let ours = is_built_in(&facts.api.client_id);
    let scope = scope(facts.scopes, if ours { person.sign_in } else { &[] });
    if !scope.is_empty() {
        add("scope", json!(scope));
    }
    if let Some(binding) = &facts.terms.bound_to {
        add(name::CNF, json!(binding));
    }
    if let Some(act) = &facts.terms.act {
        add("act", act.clone());
    }
    if let Some(may_act) = &facts.client.may_act {
        add("may_act", json!({ "sub": may_act.as_str() }));
    }
    if !facts.details.is_empty() {
        add("authorization_details", json!(facts.details));
    }
    add_belonging(&mut claims, person);
    claims
}

/// The claims of the access token of an application that acts for itself: it is its own subject (RFC 9068 §2.2).
pub fn application_token(public: &PublicUrl, facts: &ApplicationTokenFacts<'_>) -> Map<String, Value> {
    let client = facts.client.client_id.as_str();
    let mut claims = Map::new();
    let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    add("iss", json!(issuer(public, &facts.tenant.to_string())));
    add("sub", json!(client));
    add("client_id", json!(client));
    add("aud", json!(audience(public, facts.asked_as, facts.api)));
    add("iat", json!(facts.issued_at.seconds()));
    add("exp", json!(facts.expires_at.seconds()));
    add("jti", json!(token_id(None, facts.token_id)));
    if !facts.roles.is_empty() {
        add("roles", json!(facts.roles));
    }
    if let Some(binding) = facts.bound_to {
        add(name::CNF, json!(binding));
    }
    claims
}

/// The claims of userinfo, as far as the token's scopes allow, with those that were asked for by name (OpenID Connect Core §5.4
/// and §5.5).
pub fn userinfo(user: &User, subject: &str, scopes: &[String], by_name: &RequestedClaims) -> Map<String, Value> {
    let by_scope = |scope: SignInScope| scopes.iter().any(|found| found == scope.as_str());
    let mut body = told(user, by_scope, &by_name.userinfo);
    body.insert("sub".to_owned(), json!(subject));
    body
}

fn common(public: &PublicUrl, person: &PersonFacts<'_>) -> Map<String, Value> {
    let mut claims = Map::new();
    let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    add("iss", json!(issuer(public, &person.tenant.to_string())));
    add("sub", json!(person.subject));
    add("iat", json!(person.issued_at.seconds()));
    add("exp", json!(person.expires_at.seconds()));
    claims
}

/// How the person proved who they are, as far as we have seen it (OpenID Connect Core §2).
fn add_methods<R>(add: &mut impl FnMut(&str, Value) -> R, person: &PersonFacts<'_>) {
    if !person.method.amr().is_empty() {
        add("amr", json!(person.method.amr()));
    }
}

/// What the person is to the reader and what they belong to, by the names that RFC 9068 §2.2.3.1 takes from SCIM.
fn add_belonging(claims: &mut Map<String, Value>, person: &PersonFacts<'_>) {
    if !person.roles.is_empty() {
        claims.insert("roles".to_owned(), json!(person.roles));
    }
    if !person.groups.is_empty() && !person.in_front {
        claims.insert("groups".to_owned(), json!(person.groups));
    }
}

/// What is told of a person: by the permission that covers it (OpenID Connect Core §5.4), or because it was asked for by name. A
/// claim whose value is none of those that were asked for is left out (OpenID Connect Core §5.5.1).
fn told(
    user: &User,
    allows: impl Fn(SignInScope) -> bool,
    by_name: &BTreeMap<String, RequestedClaim>,
) -> Map<String, Value> {
    let mut claims = known(user);
    claims.retain(|name, value| {
        SignInScope::of_claim(name).is_some_and(&allows) || by_name.get(name).is_some_and(|asked| asked.takes(value))
    });
    claims
}

/// What is known of a person.
fn known(user: &User) -> Map<String, Value> {
    let mut claims = Map::new();
    let more = &user.claims;
    let mut add = |name: &str, value: Option<Value>| claims.extend(value.map(|value| (name.to_owned(), value)));
    let text = |value: &Option<String>| value.as_ref().map(|value| json!(value));
    add("name", Some(json!(user.display_name)));
    add("given_name", text(&user.given_name));
    add("family_name", text(&user.surname));
    add("middle_name", text(&more.middle_name));
    add("nickname", text(&more.nickname));
    add("preferred_username", Some(json!(user.user_principal_name)));
    add("profile", text(&more.profile));
    add("picture", text(&more.picture));
    add("website", text(&more.website));
    add("gender", text(&more.gender));
    add("birthdate", text(&more.birthdate));
    add("zoneinfo", text(&more.zoneinfo));
    add("locale", text(&user.preferred_language));
    add("updated_at", more.updated_at.map(|at| json!(at.seconds())));
    add("email", text(&user.mail));
    add("email_verified", user.mail.as_ref().map(|_| json!(more.email_verified)));
    add("phone_number", text(&user.mobile_phone));
    add("phone_number_verified", user.mobile_phone.as_ref().map(|_| json!(more.phone_number_verified)));
    add("address", more.address.as_ref().map(address));
    claims
}

/// A JSON object with the parts that are known (OpenID Connect Core §5.1.1).
fn address(address: &PostalAddress) -> Value {
    let parts = [
        ("formatted", &address.formatted),
        ("street_address", &address.street_address),
        ("locality", &address.locality),
        ("region", &address.region),
        ("postal_code", &address.postal_code),
        ("country", &address.country),
    ];
    let known = parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), json!(part.as_ref()?))));
    Value::Object(known.collect())
}

/// For whom an access token is: the API as it was named, and our own where none was (RFC 9068 §3).
fn audience(public: &PublicUrl, asked_as: &ApiName, api: &Application) -> String {
    match asked_as {
        ApiName::Identifier(name) => name.clone(),
        ApiName::Directory if is_built_in(&api.client_id) => public.origin().to_owned(),
        ApiName::Directory => api.client_id.to_string(),
    }
}

/// What it allows, in plain words. `offline_access` is nobody's to read.
pub fn scope(scopes: &[String], sign_in: &[SignInScope]) -> String {
    let shown = sign_in.iter().filter(|scope| **scope != SignInScope::OfflineAccess).map(|scope| scope.as_str());
    shown.chain(scopes.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
}

/// The left half of a digest, which ties a code or an access token to the id_token that it came with: of the digest that the
/// id_token is signed with (OpenID Connect Core §3.3.2.11; for Ed25519, the one that RFC 8032 §5.1 has).
fn half_hash(alg: SigningAlg, of: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(match alg {
        SigningAlg::Rs256 | SigningAlg::Ps256 | SigningAlg::Es256 => left_half_of_sha256(of.expose()),
        SigningAlg::Es384 => left_half_of_sha384(of.expose()),
        SigningAlg::EdDsa => left_half_of_sha512(of.expose()),
    })
}

/// `jti`: tells a token from all others, and names what it is revoked with, to nobody but us.
fn token_id(family: Option<FamilyId>, own: [u8; 16]) -> String {
    let family = family.map(|family| *family.uuid().as_bytes()).unwrap_or_default();
    URL_SAFE_NO_PAD.encode([family, own].concat())
}

/// Reads what a token is revoked with back from its `jti`; `None` for an application's own token.
pub fn family_of(token_id: &str) -> Option<Option<FamilyId>> {
    let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(token_id).ok()?.try_into().ok()?;
    let family: [u8; 16] = bytes[..16].try_into().ok()?;
    Some((family != [0; 16]).then(|| FamilyId::from_uuid(Uuid::from_bytes(family))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_reads_back_from_the_token_id() {
        let family = FamilyId::from_random([0xa5; 16]);
        assert_eq!(family_of(&token_id(Some(family), [7; 16])), Some(Some(family)));
        assert_eq!(family_of(&token_id(None, [7; 16])), Some(None));
        for bad in ["", "x", "AAAA"] {
            assert_eq!(family_of(bad), None, "{bad}");
        }
    }

    /// The example of OpenID Connect Core, appendix A.4, and how long each half is.
    #[test]
    fn the_hash_is_half_of_what_the_algorithm_has() {
        let code = Secret::new("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk");
        assert_eq!(half_hash(SigningAlg::Rs256, &code), "LDktKdoQak3Pk0cnXxCltA");
        for (name, alg) in SigningAlg::NAMES {
            let bytes = URL_SAFE_NO_PAD.decode(half_hash(alg, &code)).unwrap().len();
            let expected = match name {
                "ES384" => 24,
                "EdDSA" => 32,
                _ => 16,
            };
            assert_eq!(bytes, expected, "{name}");
        }
    }

    #[test]
    fn the_scope_is_told_in_plain_words() {
        let scopes = ["Colors.Read".to_owned()];
        let sign_in = [SignInScope::OpenId, SignInScope::OfflineAccess];
        assert_eq!(scope(&scopes, &sign_in), "openid Colors.Read");
        assert_eq!(scope(&[], &[]), "");
    }
}
