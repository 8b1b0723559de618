//! Certificates whose keys sign an application's assertions.

use grantor_environment::Timestamp;
use grantor_jose::CertifiedKey;
use grantor_rules::model::ClientCertificate;
use rustls_pki_types::pem::{PemObject, SectionKind};

use crate::fields::{Fields, Kind};
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
    match client_certificate(description, pem.value) {
        Ok(one) => {
            let twice = || "the same certificate stands already".to_owned();
            seen.add(one.thumbprint_sha256, pem.at, twice, fields.report);
            Some(one)
        }
        Err(wrong) => {
            fields.report.add(Problem::at(pem.at, format!("\"pem\" {wrong}")));
            None
        }
    }
}

/// The one certificate in a text in PEM form, as an application has it.
///
/// # Errors
/// The end of a sentence that begins with what the text is. It never repeats the text, which may be a private key.
pub fn client_certificate(description: String, pem: &str) -> Result<ClientCertificate, String> {
    let key = certified_key(pem)?;
    Ok(ClientCertificate {
        description,
        thumbprint_sha1: key.thumbprint_sha1,
        thumbprint_sha256: key.thumbprint_sha256,
        public_key: key.public_key,
        starts_at: Timestamp::from_seconds(key.not_before_unix),
        // The last second belongs to its time (RFC 5280 §4.1.2.5).
        expires_at: Timestamp::from_seconds(key.not_after_unix.saturating_add(1)),
    })
}

fn certified_key(pem: &str) -> Result<CertifiedKey, String> {
    if pem.len() > LONGEST {
        return Err("is longer than 16 KiB".to_owned());
    }
    if pem.contains("PRIVATE KEY-----") {
        return Err("holds a private key, which belongs to the application alone".to_owned());
    }
    let sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
    match sections.as_deref() {
        Ok([(SectionKind::Certificate, der)]) => {
            CertifiedKey::from_der(der).map_err(|wrong| format!("holds a certificate that is refused: {wrong}"))
        }
        Ok([_, _, ..]) => Err("holds more than one certificate".to_owned()),
        Ok(_) | Err(_) => Err("must hold a certificate, from BEGIN CERTIFICATE to END CERTIFICATE".to_owned()),
    }
}
