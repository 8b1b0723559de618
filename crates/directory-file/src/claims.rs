//! What the tokens of an application tell beyond the usual.

use grantor_rules::model::{ClaimMapping, GroupClaims, OptionalClaim, OptionalClaims};

use crate::choice::one_of;
use crate::fields::{Fields, Kind};
use crate::report::{Problem, shown};
use crate::seen::Seen;
use crate::text;

pub(crate) const OPTIONAL_CLAIMS: Kind = Kind {
    name: "optional claims",
    header: "[tenant.application.optional_claims]",
    keys: &["id_token", "access_token"],
    not_keys: &[],
};

pub(crate) const CLAIM_MAPPING: Kind = Kind {
    name: "a claim mapping",
    header: "[[tenant.application.claim_mappings]]",
    keys: &["claim", "attribute"],
    not_keys: &[],
};

/// The longest name of a claim, in characters.
const LONGEST_CLAIM: usize = 120;

/// What tokens say themselves, or what those who read them take to be said by us: a custom attribute must not say it.
///
/// Source: entra-dialect 13.4 to 13.7 and 14; RFC 7519 §4.1, RFC 7662 §2.2, RFC 7800 §3.1, RFC 8693 §4, RFC 9068 §2.2,
/// OpenID Connect Core §2 and §5.1, Front-Channel Logout §3.
const RESERVED: &[&str] = &[
    "_claim_names",
    "_claim_sources",
    "acct",
    "acr",
    "acrs",
    "act",
    "active",
    "address",
    "aio",
    "amr",
    "app_displayname",
    "appid",
    "appidacr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "azpacr",
    "birthdate",
    "c_hash",
    "client_id",
    "cnf",
    "ctry",
    "deviceid",
    "email",
    "email_verified",
    "entitlements",
    "events",
    "exp",
    "family_name",
    "fwd",
    "gender",
    "given_name",
    "groups",
    "hasgroups",
    "iat",
    "idp",
    "idtyp",
    "in_corp",
    "ipaddr",
    "iss",
    "jti",
    "locale",
    "login_hint",
    "may_act",
    "middle_name",
    "name",
    "nbf",
    "nickname",
    "nonce",
    "oid",
    "onprem_sid",
    "permissions",
    "phone_number",
    "phone_number_verified",
    "picture",
    "platf",
    "preferred_username",
    "profile",
    "puid",
    "pwd_exp",
    "pwd_url",
    "rh",
    "roles",
    "s_hash",
    "scope",
    "scp",
    "sid",
    "signin_state",
    "sub",
    "sub_jwk",
    "tenant_ctry",
    "tenant_region_scope",
    "tid",
    "token_type",
    "typ",
    "unique_name",
    "updated_at",
    "upn",
    "username",
    "uti",
    "ver",
    "verified_primary_email",
    "verified_secondary_email",
    "vnet",
    "website",
    "wids",
    "xms_cc",
    "xms_edov",
    "xms_ftd",
    "xms_idrel",
    "xms_pdl",
    "xms_pl",
    "xms_st",
    "xms_tcdt",
    "xms_tpl",
    "zoneinfo",
    "ztdid",
];

/// The optional claims of an application.
pub(crate) fn optional(application: &Fields<'_>) -> OptionalClaims {
    let Some(fields) = application.table("optional_claims", &OPTIONAL_CLAIMS) else {
        return OptionalClaims::default();
    };
    OptionalClaims {
        id_token: words(&fields, "id_token", "optional claim", OptionalClaim::NAMES),
        access_token: words(&fields, "access_token", "optional claim", OptionalClaim::NAMES),
    }
}

/// Which groups the tokens of an application tell.
pub(crate) fn groups(application: &Fields<'_>) -> Vec<GroupClaims> {
    words(application, "group_membership_claims", "group_membership_claims", GroupClaims::NAMES)
}

/// A list of words that have a meaning, each once.
fn words<T: Copy + Ord>(fields: &Fields<'_>, key: &str, noun: &str, choices: &[(&'static str, T)]) -> Vec<T> {
    let mut seen = Seen::nothing();
    let mut read = Vec::new();
    for word in fields.texts(key) {
        if let Some(meaning) = one_of(word, noun, choices, fields.report) {
            seen.add(meaning, word.at, || format!("{} stands already", shown(word.value)), fields.report);
            read.push(meaning);
        }
    }
    read
}

/// The custom attributes that the tokens of an application tell.
pub(crate) fn mappings(application: &Fields<'_>) -> Vec<ClaimMapping> {
    let mut seen = Seen::nothing();
    application
        .tables("claim_mappings", &CLAIM_MAPPING)
        .iter()
        .map(|fields| ClaimMapping {
            claim: claim(fields, &mut seen),
            attribute: text::required_name(fields, "attribute"),
        })
        .collect()
}

fn claim(fields: &Fields<'_>, seen: &mut Seen<String>) -> String {
    let Some(claim) = fields.required_text("claim") else { return String::new() };
    let visible = claim.value.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte));
    // Without regard to case: some of those who read tokens have none.
    let lower = claim.value.to_ascii_lowercase();
    let wrong = if claim.value.is_empty() {
        Some("must not be empty")
    } else if claim.value.len() > LONGEST_CLAIM {
        Some("is longer than 120 characters")
    } else if !visible {
        Some("must be visible ASCII without spaces, backslashes and quotes")
    } else if RESERVED.contains(&lower.as_str()) {
        Some("is one that tokens have already")
    } else {
        None
    };
    if let Some(wrong) = wrong {
        fields.report.add(Problem::at(claim.at, format!("the claim {} {wrong}", shown(claim.value))));
    }
    seen.add(lower, claim.at, || format!("the claim {} stands already", shown(claim.value)), fields.report);
    claim.value.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_optional_claim_is_reserved() {
        for (name, _) in OptionalClaim::NAMES {
            assert!(RESERVED.contains(name), "{name}");
        }
    }

    #[test]
    fn the_reserved_claims_are_in_order_and_compared_as_they_stand() {
        assert!(RESERVED.is_sorted());
        assert!(RESERVED.iter().all(|name| name.to_ascii_lowercase() == **name));
    }
}
