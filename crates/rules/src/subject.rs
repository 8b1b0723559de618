//! How a token names a person to whoever reads it (OpenID Connect Core §8).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_protocol::secret::sha256;
use grantor_protocol::{RedirectUri, TenantId, UserId};

use crate::model::{Application, SubjectType};

/// The deployment's own salt: without it two applications that compare notes could compute each other's names for a person.
#[derive(Clone)]
pub struct PairwiseSalt([u8; 32]);

impl PairwiseSalt {
    /// Wraps the salt that was made at first start.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The name of `user` towards `reader`, an application or an API: the same for ever and in every dialect, and the one place
    /// where it is made. It is 256 bits of a digest, so that nobody can register a client id that equals it (RFC 9700 §4.15).
    pub fn subject(&self, tenant: TenantId, reader: &Application, user: UserId) -> String {
        let mut text = Vec::with_capacity(32 + 32 + 64);
        text.extend_from_slice(&self.0);
        text.extend_from_slice(tenant.uuid().as_bytes());
        text.extend_from_slice(user.uuid().as_bytes());
        // The only part of varying length stands last, so that no two inputs give the same text.
        text.extend_from_slice(circle(reader).as_bytes());
        URL_SAFE_NO_PAD.encode(sha256(&text))
    }
}

/// Those who share one name for a person. What is no client id begins with a character that a client id cannot have.
fn circle(reader: &Application) -> String {
    match (reader.metadata.subject_type, sector(reader)) {
        (Some(SubjectType::Public), _) => "\0public".to_owned(),
        (Some(SubjectType::Pairwise) | None, Some(host)) => format!("\0sector {host}"),
        (Some(SubjectType::Pairwise) | None, None) => reader.client_id.as_str().to_owned(),
    }
}

/// The host of the sector's address, which all of its applications have. That the list there holds their redirect addresses is
/// asked when they are registered (OpenID Connect Core §8.1).
fn sector(reader: &Application) -> Option<String> {
    let address = RedirectUri::parse(reader.metadata.sector_identifier_uri.as_deref()?).ok()?;
    address.host().map(str::to_owned)
}

impl std::fmt::Debug for PairwiseSalt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PairwiseSalt(…)")
    }
}

#[cfg(test)]
mod tests {
    use grantor_protocol::ClientId;

    use super::*;

    fn reader(client_id: &str, kind: Option<SubjectType>, sector: Option<&str>) -> Application {
        let client_id = ClientId::parse(client_id).unwrap();
        let mut reader = Application::new(client_id, TenantId::from_random([1; 16]), "App");
        (reader.metadata.subject_type, reader.metadata.sector_identifier_uri) = (kind, sector.map(str::to_owned));
        reader
    }

    fn of(reader: &Application) -> String {
        PairwiseSalt::from_bytes([1; 32]).subject(TenantId::from_random([1; 16]), reader, UserId::from_random([2; 16]))
    }

    #[test]
    fn a_person_has_one_name_for_each_application() {
        let salt = PairwiseSalt::from_bytes([1; 32]);
        let (tenant, user) = (TenantId::from_random([1; 16]), UserId::from_random([2; 16]));
        let (one, other) = (reader("one", None, None), reader("other", None, None));
        assert_eq!(salt.subject(tenant, &one, user), salt.subject(tenant, &one, user));
        assert_ne!(salt.subject(tenant, &one, user), salt.subject(tenant, &other, user));
        assert_ne!(salt.subject(tenant, &one, user), salt.subject(TenantId::from_random([9; 16]), &one, user));
        assert_ne!(salt.subject(tenant, &one, user), PairwiseSalt::from_bytes([2; 32]).subject(tenant, &one, user));
        // As it has always been made: a name must not change when the program does.
        let digest = sha256(&[&[1; 32], tenant.uuid().as_bytes().as_slice(), user.uuid().as_bytes(), b"one"].concat());
        assert_eq!(salt.subject(tenant, &one, user), URL_SAFE_NO_PAD.encode(digest));
        assert_eq!(of(&one), of(&reader("one", Some(SubjectType::Pairwise), None)));
    }

    #[test]
    fn applications_of_one_sector_share_a_name() {
        let at = |client_id, address| reader(client_id, Some(SubjectType::Pairwise), Some(address));
        let one = of(&at("one", "https://Sector.example/list"));
        assert_eq!(one, of(&at("two", "https://sector.example:8443/another?list")), "the host alone counts");
        assert_eq!(one, of(&reader("two", None, Some("https://sector.example/"))));
        assert_ne!(one, of(&at("one", "https://other.example/list")));
        for not_it in ["sector.example", "sector", "one"] {
            assert_ne!(one, of(&reader(not_it, None, None)), "{not_it}");
        }
        assert_eq!(of(&at("one", "nonsense")), of(&reader("one", None, None)), "no host, no sector");
    }

    #[test]
    fn a_public_name_is_the_same_for_all_who_ask_for_it_and_tells_nothing_of_the_others() {
        let public = |client_id, sector| of(&reader(client_id, Some(SubjectType::Public), sector));
        let one = public("one", None);
        assert_eq!(one, public("two", Some("https://sector.example/")));
        for other in
            [reader("one", None, None), reader("public", None, None), reader("x", None, Some("https://public/"))]
        {
            assert_ne!(one, of(&other));
        }
        assert_ne!(one, UserId::from_random([2; 16]).to_string());
    }
}
