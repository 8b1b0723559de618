//! id_tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_protocol::secret::sha256;
use grantor_protocol::{PublicUrl, Secret};
use grantor_rules::layout::IdTokenFacts;
use grantor_rules::model::TokenVersion;
use grantor_rules::scopes::SignInScope;
use serde_json::{Map, Value};

use super::family::family_claim;
use super::{Claims, Token, chosen};

/// The claims of an id_token of that form.
pub fn id_token(form: TokenVersion, public: &PublicUrl, facts: &IdTokenFacts<'_>) -> Map<String, Value> {
    let mut claims = Claims::of(
        public,
        &Token {
            form,
            tenant: facts.person.tenant,
            subject: facts.person.subject,
            issued_at: facts.person.issued_at,
            expires_at: facts.person.expires_at,
            id: facts.person.token_id,
        },
    );
    claims.add("aud", facts.client.client_id.as_str());
    claims.add("rh", family_claim(facts.person.family));
    claims.add("auth_time", facts.person.authenticated_at.seconds());
    claims.add("sid", facts.person.sid);
    claims.add_some("nonce", facts.nonce);
    claims.add_some("c_hash", facts.code.map(half_hash));
    claims.add_some("at_hash", facts.access_token.map(half_hash));
    match form {
        TokenVersion::V1 => claims.add_person_v1(facts.person.user, facts.person.method.as_str()),
        TokenVersion::V2 => {
            if facts.person.sign_in.contains(&SignInScope::Profile) {
                claims.add_profile_v2(facts.person.user);
            }
            if facts.person.sign_in.contains(&SignInScope::Email) {
                claims.add_some("email", facts.person.user.mail.as_deref());
            }
        }
    }
    let asked = &facts.client.optional_claims.id_token;
    chosen::add(&mut claims, public, form, facts.client, asked, &facts.person);
    claims.0
}

/// The left half of a digest, which ties a code or an access token to the id_token that it came with (OpenID Connect Core
/// §3.3.2.11 and §3.2.2.9). id_tokens are signed with an algorithm whose digest is SHA-256.
fn half_hash(of: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(&sha256(of.expose().as_bytes())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of OpenID Connect Core, appendix A.3 and A.4.
    #[test]
    fn the_published_hashes_come_out() {
        assert_eq!(half_hash(&Secret::new("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(
            half_hash(&Secret::new("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk")),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }
}
