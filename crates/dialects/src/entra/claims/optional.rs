//! Claims that an application's registration asks for beyond the usual ones (Source: entra-dialect 13.7).

use grantor_rules::layout::PersonFacts;
use grantor_rules::model::{ClaimMapping, OptionalClaim, TokenVersion, User};
use grantor_rules::scopes::SignInScope;

use super::Claims;

/// Adds what is asked for and known. The address that a request came from and the country of a tenant are not.
pub fn add(claims: &mut Claims, form: TokenVersion, asked: &[OptionalClaim], person: &PersonFacts<'_>) {
    let user = person.user;
    // In v2.0 the registration's wish does not stand in for the person's permission.
    let allowed = |scope| form == TokenVersion::V1 || person.sign_in.contains(&scope);
    let (profile, email) = (allowed(SignInScope::Profile), allowed(SignInScope::Email));
    for claim in asked {
        let name = claim.as_str();
        match claim {
            // Everybody is a member: there are no guests.
            OptionalClaim::Acct => claims.add(name, 0),
            OptionalClaim::AuthTime => claims.add(name, person.authenticated_at.seconds()),
            OptionalClaim::Email if email => claims.add_some(name, user.mail.as_deref()),
            OptionalClaim::FamilyName if profile => claims.add_some(name, user.surname.as_deref()),
            OptionalClaim::GivenName if profile => claims.add_some(name, user.given_name.as_deref()),
            OptionalClaim::Upn if profile => claims.add(name, user.user_principal_name.as_str()),
            OptionalClaim::PreferredUsername if form == TokenVersion::V1 => {
                claims.add(name, user.user_principal_name.as_str());
            }
            // The session tells whom a sign-out is about, and nobody learns a name from it.
            OptionalClaim::LoginHint | OptionalClaim::Sid => claims.add(name, person.sid),
            OptionalClaim::XmsPl => claims.add_some(name, user.preferred_language.as_deref()),
            OptionalClaim::Email
            | OptionalClaim::FamilyName
            | OptionalClaim::GivenName
            | OptionalClaim::Upn
            | OptionalClaim::PreferredUsername
            // `idtyp` tells an application's own token from a person's, which has none.
            | OptionalClaim::Idtyp
            | OptionalClaim::Ipaddr
            | OptionalClaim::TenantCtry => {}
        }
    }
}

/// Claims that readers decide by, or that the specifications define: no attribute of a person may pass for one of these, also
/// where a token has none.
const NEVER_MAPPED: [&str; 46] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "ver",
    "tid",
    "oid",
    "azp",
    "azpacr",
    "appid",
    "appidacr",
    "client_id",
    "scp",
    "scope",
    "roles",
    "permissions",
    "groups",
    "hasgroups",
    "wids",
    "_claim_names",
    "_claim_sources",
    "idtyp",
    "idp",
    "acr",
    "amr",
    "acrs",
    "auth_time",
    "nonce",
    "c_hash",
    "at_hash",
    "sid",
    "uti",
    "rh",
    "aio",
    "cnf",
    "act",
    "may_act",
    "xms_cc",
    "xms_mirid",
    "acct",
    "upn",
    "unique_name",
    "preferred_username",
];

/// Adds the custom attributes that the registration maps. A claim that stands already is not replaced.
pub fn add_mapped(claims: &mut Claims, mappings: &[ClaimMapping], user: &User) {
    for mapping in mappings {
        let taken = claims.0.contains_key(&mapping.claim) || NEVER_MAPPED.contains(&mapping.claim.as_str());
        if let (false, Some(value)) = (taken, user.attributes.get(&mapping.attribute)) {
            claims.add(&mapping.claim, value.as_str());
        }
    }
}
