//! How a token names a person to one application (OpenID Connect Core §8.1, pairwise identifiers).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_protocol::secret::sha256;
use grantor_protocol::{ClientId, TenantId, UserId};

/// The deployment's own salt: without it two applications that compare notes could compute each other's names for a person.
#[derive(Clone)]
pub struct PairwiseSalt([u8; 32]);

impl PairwiseSalt {
    /// Wraps the salt that was made at first start.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The name of `user` towards `application`: the same for ever, and different for each application.
    pub fn subject(&self, tenant: TenantId, application: &ClientId, user: UserId) -> String {
        let mut text = Vec::with_capacity(32 + 32 + 64);
        text.extend_from_slice(&self.0);
        text.extend_from_slice(tenant.uuid().as_bytes());
        text.extend_from_slice(user.uuid().as_bytes());
        // The only part of varying length stands last, so that no two inputs give the same text.
        text.extend_from_slice(application.as_str().as_bytes());
        URL_SAFE_NO_PAD.encode(sha256(&text))
    }
}

impl std::fmt::Debug for PairwiseSalt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PairwiseSalt(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_one_name_for_each_application() {
        let salt = PairwiseSalt::from_bytes([1; 32]);
        let (tenant, user) = (TenantId::from_random([1; 16]), UserId::from_random([2; 16]));
        let (one, other) = (ClientId::parse("one").unwrap(), ClientId::parse("other").unwrap());
        assert_eq!(salt.subject(tenant, &one, user), salt.subject(tenant, &one, user));
        assert_ne!(salt.subject(tenant, &one, user), salt.subject(tenant, &other, user));
        assert_ne!(salt.subject(tenant, &one, user), salt.subject(TenantId::from_random([9; 16]), &one, user));
        assert_ne!(salt.subject(tenant, &one, user), PairwiseSalt::from_bytes([2; 32]).subject(tenant, &one, user));
    }
}
