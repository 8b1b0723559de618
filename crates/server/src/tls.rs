//! TLS: the server's settings, and a certificate that can be changed while it runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use grantor_environment::Timestamp;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{
    DigitallySignedStruct, DistinguishedName, InconsistentKeys, RootCertStore, ServerConfig, SignatureScheme,
};
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};

/// The certificate that connections are answered with. [`Certificate::replace`] changes it for those still to come.
#[derive(Debug)]
pub struct Certificate(RwLock<Arc<CertifiedKey>>);

impl Certificate {
    /// Starts with that one.
    pub fn new(certified: CertifiedKey) -> Arc<Self> {
        Arc::new(Self(RwLock::new(Arc::new(certified))))
    }

    /// Answers with that one from now on.
    pub fn replace(&self, certified: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(certified);
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _client: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// TLS 1.2 and 1.3 with HTTP/2 and HTTP/1.1 on offer.
///
/// # Errors
/// [`TlsError::Settings`] if the cryptographic library refuses, which its own start-up checks would have shown.
pub fn server_config(certificate: Arc<Certificate>) -> Result<Arc<ServerConfig>, TlsError> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(TlsError::Settings)?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // A returning client brings its own state back, sealed: nothing to keep here, however many come.
    config.ticketer = aws_lc_rs::Ticketer::new().map_err(TlsError::Settings)?;
    Ok(Arc::new(config))
}

/// The same for a listener that asks for a certificate: it takes any, and none too. Whoever shows one has proved to hold its key;
/// what it is good for is not decided here.
///
/// # Errors
/// As [`server_config`].
pub fn mutual_config(certificate: Arc<Certificate>) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = provider();
    let asks = Arc::new(AnyCertificate(provider.signature_verification_algorithms));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(TlsError::Settings)?
        .with_client_cert_verifier(asks)
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // Every connection shows its certificate anew: nothing is resumed.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// Asks for a certificate and takes any whose key is held.
#[derive(Debug)]
struct AnyCertificate(WebPkiSupportedAlgorithms);

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

/// Who vouches for the certificates of applications.
#[derive(Clone, Debug, Default)]
pub struct Trusted(Option<Arc<dyn ClientCertVerifier>>);

impl Trusted {
    /// Nobody.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// The authorities in a PEM file.
    ///
    /// # Errors
    /// [`TlsError::Authorities`], which names the file.
    pub fn from_file(file: &Path) -> Result<Self, TlsError> {
        let wrong = |what: String| TlsError::Authorities { file: file.to_owned(), what };
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(file).map_err(|error| wrong(error.to_string()))? {
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
        }
        // It refuses a file without certificates.
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider()).build();
        Ok(Self(Some(verifier.map_err(|error| wrong(error.to_string()))?)))
    }

    /// Whether one of them vouches for the first certificate of a chain at that moment.
    pub fn vouch(&self, chain: &[CertificateDer<'_>], now: Timestamp) -> bool {
        let (Some(verifier), Some((first, others))) = (&self.0, chain.split_first()) else { return false };
        let now = Duration::from_secs(u64::try_from(now.seconds()).unwrap_or_default());
        verifier.verify_client_cert(first, others, UnixTime::since_unix_epoch(now)).is_ok()
    }
}

/// A certificate and its key from two PEM files.
///
/// # Errors
/// [`TlsError`], which names the file and says what it should hold.
pub fn from_files(cert: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|source| TlsError::Certificate { file: cert.to_owned(), source })?;
    if chain.is_empty() {
        return Err(TlsError::Certificate { file: cert.to_owned(), source: pem::Error::NoItemsFound });
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|source| TlsError::Key { file: key.to_owned(), source })?;
    CertifiedKey::from_der(chain, private, &provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            TlsError::Strangers { cert: cert.to_owned(), key: key.to_owned() }
        }
        source => TlsError::Unusable { cert: cert.to_owned(), key: key.to_owned(), source },
    })
}

/// Named, since the process-wide default becomes a panic once a dependency brings a second library along.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// Why there is no TLS. Each text is one line that says what to change.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate file cannot be read.
    #[error("--tls-cert {}: {source}; it should hold the certificate, then those between it and its root, in PEM", file.display())]
    Certificate {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        source: pem::Error,
    },
    /// The key file cannot be read.
    #[error("--tls-key {}: {source}; it should hold the certificate's private key in PEM, without a password", file.display())]
    Key {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        source: pem::Error,
    },
    /// Both can be read but do not belong together.
    #[error("the private key {} belongs to another certificate than the first one of {}: give the pair", key.display(), cert.display())]
    Strangers {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// Both can be read but cannot be used.
    #[error("cannot use the certificate {} with the key {}: {source}; RSA, ECDSA and Ed25519 keys work", cert.display(), key.display())]
    Unusable {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What the library said.
        source: rustls::Error,
    },
    /// The file with the authorities of applications cannot be used.
    #[error("--mtls-ca {}: {what}; it should hold the certificates of authorities, in PEM", file.display())]
    Authorities {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The settings do not hold together.
    #[error("TLS could not be set up: {0}")]
    Settings(rustls::Error),
}
