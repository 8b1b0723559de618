//! Certificates whose keys sign an application's assertions.

use grantor_environment::Timestamp;
use grantor_jose::CertifiedKey;
use grantor_rules::model::ClientCertificate;
use rustls_pki_types::pem::{PemObject, SectionKind};

use crate::fields::{Fields, Kind, Placed};
use crate::report::Problem;
use crate::seen::Seen;
use crate::text;

pub(crate) const CERTIFICATE: Kind = Kind {
    name: "a certificate",
    header: "[[tenant.application.certificates]]",
    keys: &["description", "pem"],
    not_keys: &[
        ("file", "a directory file opens no other file: put the text of the certificate into \"pem\", between \"\"\""),
        ("key", "the private key belongs to the application alone"),
    ],
};

/// The longest text of a certificate, in bytes.
const LONGEST: usize = 16 * 1024;

/// The certificates of an application.
pub(crate) fn of_application(application: &Fields<'_>) -> Vec<ClientCertificate> {
    let mut seen = Seen::nothing();
    application.tables("certificates", &CERTIFICATE).iter().filter_map(|fields| read(fields, &mut seen)).collect()
}

fn read(fields: &Fields<'_>, seen: &mut Seen<[u8; 32]>) -> Option<ClientCertificate> {
    let description = text::required_name(fields, "description");
    if !fields.has("file") {
        fields.require("pem");
    }
    let pem = fields.text("pem")?;
    let key = match certified_key(pem) {
        Ok(key) => key,
        Err(wrong) => {
            fields.report.add(Problem::at(pem.at, wrong));
            return None;
        }
    };
    seen.add(key.thumbprint_sha256, pem.at, || "the same certificate stands already".to_owned(), fields.report);
    Some(ClientCertificate {
        description,
        thumbprint_sha1: key.thumbprint_sha1,
        thumbprint_sha256: key.thumbprint_sha256,
        public_key: key.public_key,
        starts_at: Timestamp::from_seconds(key.not_before_unix),
        // The last second belongs to its time (RFC 5280 §4.1.2.5).
        expires_at: Timestamp::from_seconds(key.not_after_unix.saturating_add(1)),
    })
}

/// The key of the one certificate in the text, or what is wrong with it. The text is never repeated: it may be a private key.
fn certified_key(pem: Placed<&str>) -> Result<CertifiedKey, String> {
    if pem.value.len() > LONGEST {
        return Err("\"pem\" is longer than 16 KiB".to_owned());
    }
    if pem.value.contains("PRIVATE KEY-----") {
        return Err("\"pem\" holds a private key, which belongs to the application alone".to_owned());
    }
    let sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.value.as_bytes()).collect::<Result<Vec<_>, _>>();
    match sections.as_deref() {
        Ok([(SectionKind::Certificate, der)]) => {
            CertifiedKey::from_der(der).map_err(|wrong| format!("the certificate is refused: {wrong}"))
        }
        Ok([_, _, ..]) => Err("\"pem\" holds more than one certificate".to_owned()),
        Ok(_) | Err(_) => Err("\"pem\" must hold a certificate, from BEGIN CERTIFICATE to END CERTIFICATE".to_owned()),
    }
}
