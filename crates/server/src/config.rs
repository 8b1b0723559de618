//! What `grantor serve` is told: flags over the environment over a TOML file, checked once and typed from then on.
//!
//! [`ServeOptions`] is one layer of wishes, each optional; [`ServeOptions::resolve`] lays the layers over each other and
//! makes the [`ServeConfig`] that the rest of the program reads.

mod layers;
mod values;

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use grantor_outgoing::AllowList;
use grantor_protocol::PublicUrl;

pub use layers::ServeOptions;
pub(crate) use values::database;
pub use values::{Database, LogFormat};

const DEFAULT_DATA: &str = "grantor-data";
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8443);
/// The database file in a data folder.
pub const DATABASE_FILE: &str = "grantor.db";

/// What `grantor serve` does, every default filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServeConfig {
    /// The data folder.
    pub data: PathBuf,
    /// Where the facts are kept.
    pub database: Database,
    /// The address to listen on; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// What issuers and redirects are built from, if it was said: see [`ServeConfig::public_url_at`].
    pub public_url: Option<PublicUrl>,
    /// How connections are protected.
    pub tls: Tls,
    /// Where applications show certificates, if they may.
    pub mtls: Option<MutualTlsConfig>,
    /// Directory files to apply at start, in this order.
    pub directories: Vec<PathBuf>,
    /// Whether the virtual clock and the flow pages are there.
    pub dev: bool,
    /// How logs are written.
    pub log_format: LogFormat,
    /// Whom the server contacts by itself.
    pub outgoing: OutgoingConfig,
}

/// The second listener, which asks for certificates (RFC 8705).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MutualTlsConfig {
    /// Its address.
    pub listen: SocketAddr,
    /// A file with the authorities that vouch for applications, in PEM form.
    pub ca: Option<PathBuf>,
    /// Under which address applications reach it, if it was said.
    pub public_url: Option<PublicUrl>,
}

impl MutualTlsConfig {
    /// Under which address applications reach a listener on `port` of the server at `public`.
    #[expect(clippy::missing_panics_doc, reason = "what it parses is made of an origin's parts")]
    pub fn public_url_at(&self, public: &PublicUrl, port: u16) -> PublicUrl {
        self.public_url.clone().unwrap_or_else(|| {
            PublicUrl::parse(&format!("https://{}:{port}", public.host())).expect("a host with a port is an origin")
        })
    }
}

/// Whom the server contacts by itself, at addresses that applications registered: beyond what is public, whom the operator
/// names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutgoingConfig {
    /// Hosts that may be contacted although they are not public.
    pub allow: AllowList,
    /// A file with certificate authorities that are trusted beside the system's, in PEM form.
    pub ca: Option<PathBuf>,
}

/// How connections are protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// A certificate from the data folder's own authority.
    LocalAuthority,
    /// A certificate that the operator brought, as PEM files.
    Files {
        /// The certificate and those between it and its root.
        cert: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
    /// Plain HTTP: a proxy in front does TLS.
    None,
}

impl ServeConfig {
    /// The public URL of a server that listens on `port`: the configured one, or localhost with that port.
    #[expect(clippy::missing_panics_doc, reason = "what it parses is written right there")]
    pub fn public_url_at(&self, port: u16) -> PublicUrl {
        let scheme = if self.tls == Tls::None { "http" } else { "https" };
        self.public_url.clone().unwrap_or_else(|| {
            PublicUrl::parse(&format!("{scheme}://localhost:{port}")).expect("localhost with a port is an origin")
        })
    }
}

impl ServeOptions {
    /// Lays these options, the flags, over the environment and over the file that `--config` names, and checks the
    /// whole. `variable` looks a name up in the environment; an empty value counts as none.
    ///
    /// # Errors
    /// [`ConfigError`], which says what to change.
    pub fn resolve(self, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<ServeConfig, ConfigError> {
        let asked = self.over(Self::from_environment(variable)?);
        let options = match asked.config.clone() {
            Some(file) => asked.over(Self::from_file(&file)?),
            None => asked,
        };
        options.checked()
    }

    fn checked(self) -> Result<ServeConfig, ConfigError> {
        let tls = self.protection()?;
        let listen = self.listen.unwrap_or(DEFAULT_LISTEN);
        let dev = self.dev.unwrap_or(false);
        dev_stays_on_this_machine(dev, listen)?;
        plain_url_only_with_http(self.public_url.as_ref(), &tls)?;
        let mtls = self.mutual(&tls)?;
        let data = self.data.unwrap_or_else(|| DEFAULT_DATA.into());
        let database = self.database.unwrap_or_else(|| Database::Sqlite(data.join(DATABASE_FILE)));
        Ok(ServeConfig {
            data,
            database,
            listen,
            public_url: self.public_url,
            tls,
            mtls,
            directories: self.directory,
            dev,
            log_format: self.log_format.unwrap_or_default(),
            outgoing: OutgoingConfig { allow: self.outgoing_allow.into_iter().collect(), ca: self.outgoing_ca },
        })
    }

    fn mutual(&self, tls: &Tls) -> Result<Option<MutualTlsConfig>, ConfigError> {
        let (ca, public_url) = (self.mtls_ca.clone(), self.mtls_public_url.clone());
        let Some(listen) = self.mtls_listen else {
            return if ca.is_none() && public_url.is_none() {
                Ok(None)
            } else {
                Err(ConfigError::MutualWithoutAddress)
            };
        };
        if *tls == Tls::None || public_url.as_ref().is_some_and(|url| !url.is_https()) {
            return Err(ConfigError::MutualWithoutTls);
        }
        Ok(Some(MutualTlsConfig { listen, ca, public_url }))
    }

    fn protection(&self) -> Result<Tls, ConfigError> {
        match (self.http.unwrap_or(false), self.tls_cert.clone(), self.tls_key.clone()) {
            (true, None, None) => Ok(Tls::None),
            (true, ..) => Err(ConfigError::HttpWithCertificate),
            (false, Some(cert), Some(key)) => Ok(Tls::Files { cert, key }),
            (false, None, None) => Ok(Tls::LocalAuthority),
            (false, Some(_), None) => Err(ConfigError::CertificateWithoutKey),
            (false, None, Some(_)) => Err(ConfigError::KeyWithoutCertificate),
        }
    }
}

/// Anyone who reaches the development tools can move the clock and read every flow, so nobody else's machine may.
fn dev_stays_on_this_machine(dev: bool, listen: SocketAddr) -> Result<(), ConfigError> {
    if dev && !listen.ip().to_canonical().is_loopback() {
        return Err(ConfigError::DevInTheOpen { listen });
    }
    Ok(())
}

fn plain_url_only_with_http(public_url: Option<&PublicUrl>, tls: &Tls) -> Result<(), ConfigError> {
    match public_url {
        Some(url) if !url.is_https() && *tls != Tls::None => Err(ConfigError::PlainUrl { url: url.to_string() }),
        _ => Ok(()),
    }
}

/// Why `serve` cannot start as told. Each text is one line that says what to change.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read at all.
    #[error("cannot read the configuration file {}: {source}; name another with --config", file.display())]
    UnreadableFile {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something in the file is wrong.
    #[error("{}:{line}:{column}: {message}", file.display())]
    InFile {
        /// Which file.
        file: PathBuf,
        /// Where, counted from one.
        line: usize,
        /// Where in the line, in characters counted from one.
        column: usize,
        /// What is wrong and what would be right.
        message: String,
    },
    /// An environment variable is wrong.
    #[error("{name} in the environment: {message}")]
    InEnvironment {
        /// Which variable.
        name: &'static str,
        /// What is wrong and what would be right.
        message: String,
    },
    /// Development tools where others can reach them.
    #[error(
        "--dev would let anyone who reaches {listen} move the clock and watch sign-ins: listen on a loopback address, as \
         in --listen 127.0.0.1:{}, or leave --dev out", listen.port()
    )]
    DevInTheOpen {
        /// The address that was asked for.
        listen: SocketAddr,
    },
    /// An http public URL while connections are to be TLS.
    #[error("--public-url {url} is not https: use an https:// address, or add --http if plain HTTP is meant")]
    PlainUrl {
        /// The address that was given.
        url: String,
    },
    /// Plain HTTP and a certificate at once.
    #[error("--http serves without a certificate: leave out --http, or --tls-cert and --tls-key")]
    HttpWithCertificate,
    /// Settings of the second listener without it.
    #[error("--mtls-ca and --mtls-public-url are about another listener: add --mtls-listen ADDR")]
    MutualWithoutAddress,
    /// The second listener without TLS.
    #[error(
        "--mtls-listen asks for certificates, which takes TLS: leave out --http, and give an https --mtls-public-url"
    )]
    MutualWithoutTls,
    /// A certificate whose key is missing.
    #[error("--tls-cert needs its private key: add --tls-key FILE")]
    CertificateWithoutKey,
    /// A key whose certificate is missing.
    #[error("--tls-key needs its certificate: add --tls-cert FILE")]
    KeyWithoutCertificate,
}

impl ConfigError {
    /// The exit code: 2 for wrong usage of flags and variables, 1 for what lies elsewhere.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::UnreadableFile { .. } | Self::InFile { .. } => 1,
            Self::InEnvironment { .. }
            | Self::DevInTheOpen { .. }
            | Self::PlainUrl { .. }
            | Self::HttpWithCertificate
            | Self::MutualWithoutAddress
            | Self::MutualWithoutTls
            | Self::CertificateWithoutKey
            | Self::KeyWithoutCertificate => 2,
        }
    }
}
