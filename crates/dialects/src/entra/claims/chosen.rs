//! What the registration of a token's reader decides of the token.

use grantor_protocol::PublicUrl;
use grantor_rules::layout::PersonFacts;
use grantor_rules::model::{Application, OptionalClaim, TokenVersion};

use super::{Claims, groups, optional};

/// Adds what the person is to the reader, and what the reader wants to be told of them. `asked` are the optional claims of this
/// kind of token.
pub fn add(
    claims: &mut Claims,
    public: &PublicUrl,
    form: TokenVersion,
    reader: &Application,
    asked: &[OptionalClaim],
    person: &PersonFacts<'_>,
) {
    claims.add_list("roles", person.roles);
    groups::add(claims, public, reader, person);
    optional::add(claims, form, asked, person);
    optional::add_mapped(claims, &reader.claim_mappings, person.user);
}
