//! `rh`: opaque to everybody else, it names what the token is revoked with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_protocol::FamilyId;
use uuid::Uuid;

/// Writes it.
pub fn family_claim(family: FamilyId) -> String {
    format!("1.{}.", URL_SAFE_NO_PAD.encode(family.uuid().as_bytes()))
}

/// Reads it back.
pub fn read_family_claim(text: &str) -> Option<FamilyId> {
    let encoded = text.strip_prefix("1.")?.strip_suffix('.')?;
    let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(encoded).ok()?.try_into().ok()?;
    Some(FamilyId::from_uuid(Uuid::from_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_reads_back_from_its_claim() {
        let family = FamilyId::from_random([0xa5; 16]);
        assert_eq!(read_family_claim(&family_claim(family)), Some(family));
        assert_eq!(read_family_claim("1.x."), None);
        assert_eq!(read_family_claim(""), None);
    }
}
