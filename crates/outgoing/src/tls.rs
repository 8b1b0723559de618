//! Which certificates are trusted.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;

use crate::error::OutgoingError;

/// TLS by aws-lc-rs, with the platform's roots and those in `extra_ca_pem`, which were named with `ca_flag`. Nothing is
/// installed for the whole process.
pub fn client_config(extra_ca_pem: &[Vec<u8>], ca_flag: &str) -> Result<ClientConfig, OutgoingError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let extra = certificates(extra_ca_pem, ca_flag)?;
    let verifier = if extra.is_empty() {
        Verifier::new(Arc::clone(&provider))
    } else {
        Verifier::new_with_extra_roots(extra, Arc::clone(&provider))
    };
    let verifier = verifier.map_err(|error| OutgoingError::Settings {
        detail: format!(
            "no trusted authorities ({error}); install the ca-certificates package, or name a file with {ca_flag}"
        ),
    })?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("aws-lc-rs speaks TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(files: &[Vec<u8>], ca_flag: &str) -> Result<Vec<CertificateDer<'static>>, OutgoingError> {
    let bad = |what: String| OutgoingError::Settings {
        detail: format!("a {ca_flag} file {what}; give the authority's certificate in PEM form"),
    };
    let mut all = Vec::new();
    for file in files {
        let before = all.len();
        for certificate in CertificateDer::pem_slice_iter(file) {
            let certificate = certificate.map_err(|error| bad(format!("is not PEM ({error})")))?;
            // Tried here, where it can be said whose fault it is.
            let tried = RootCertStore::empty().add(certificate.clone());
            tried.map_err(|error| bad(format!("holds a certificate that cannot be used ({error})")))?;
            all.push(certificate);
        }
        if all.len() == before {
            return Err(bad("holds no certificate".to_owned()));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_that_can_be_used_is_refused() {
        for (bad, what) in [
            (&b"hello"[..], "holds no certificate"),
            (b"", "holds no certificate"),
            (b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n", "is not PEM"),
            (b"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n", "that cannot be used"),
        ] {
            let error = client_config(&[bad.to_vec()], "--outgoing-ca").unwrap_err().to_string();
            assert!(error.contains("a --outgoing-ca file") && error.contains(what), "{error}");
        }
    }
}
