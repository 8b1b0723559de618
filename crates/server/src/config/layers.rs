//! The three layers: flags (by clap), environment variables and the keys of a TOML file, all of one shape.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use grantor_outgoing::AllowedHost;
use grantor_protocol::PublicUrl;
use serde::de::{Deserialize, Deserializer, Error as _};

use super::ConfigError;
use super::values::{self, Database, LogFormat};

/// What one layer says. Each setting is also a variable, `GRANTOR_` and its name in capitals with underscores, and a key
/// of the TOML file that `--config` names: a flag wins over a variable, a variable over the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[command(
    after_help = "Each flag is also an environment variable (--public-url is GRANTOR_PUBLIC_URL) and a key of the \
                        TOML file that --config names (public-url = \"…\"): flag over environment over file."
)]
pub struct ServeOptions {
    /// Where everything of the embedded mode is kept: database, keys, local certificate authority [default: ./grantor-data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where the facts are kept: sqlite:PATH or postgres://USER@HOST/DATABASE [default: SQLite in the data folder]
    #[arg(long, value_name = "URL", value_parser = values::database)]
    #[serde(default, deserialize_with = "database")]
    pub database: Option<Database>,
    /// The address to listen on; port 0 picks a free one [default: 127.0.0.1:8443]
    #[arg(long, value_name = "ADDR", value_parser = values::listen)]
    #[serde(default, deserialize_with = "listen")]
    pub listen: Option<SocketAddr>,
    /// What issuers and redirects are built from [default: https://localhost:PORT]
    #[arg(long, value_name = "URL", value_parser = values::public_url)]
    #[serde(default, deserialize_with = "public_url")]
    pub public_url: Option<PublicUrl>,
    /// The server's certificate, in PEM [default: one for localhost from the local authority]
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// A second address to listen on, which asks applications for certificates; browsers are never sent there
    #[arg(long, value_name = "ADDR", value_parser = values::listen)]
    #[serde(default, deserialize_with = "listen")]
    pub mtls_listen: Option<SocketAddr>,
    /// Certificate authorities that vouch for applications there (tls_client_auth), in PEM
    #[arg(long, value_name = "FILE")]
    pub mtls_ca: Option<PathBuf>,
    /// Under which address applications reach it [default: the host of the public URL with that port]
    #[arg(long, value_name = "URL", value_parser = values::public_url)]
    #[serde(default, deserialize_with = "public_url")]
    pub mtls_public_url: Option<PublicUrl>,
    /// Serve plain HTTP, for a proxy in front that does TLS
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub http: Option<bool>,
    /// Apply this directory file at start (may be repeated)
    #[arg(long, value_name = "FILE")]
    #[serde(default)]
    pub directory: Vec<PathBuf>,
    /// Local development: a clock that can be moved, and pages that draw each flow; on loopback addresses alone
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub dev: Option<bool>,
    /// Read settings from this TOML file; paths in it start from its folder
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// How logs are written to standard error: text, json or auto (text on a terminal) [default: auto]
    #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
    pub log_format: Option<LogFormat>,
    /// Contact this host, where an application names it, although it is not public: a name, address or network, perhaps with
    /// a port (may be repeated)
    #[arg(long, value_name = "HOST")]
    #[serde(default)]
    pub outgoing_allow: Vec<AllowedHost>,
    /// Certificate authorities to trust beside the system's when contacting others, in PEM
    #[arg(long, value_name = "FILE")]
    pub outgoing_ca: Option<PathBuf>,
}

impl ServeOptions {
    /// These options where they say something, `lower` elsewhere.
    pub(super) fn over(self, lower: Self) -> Self {
        Self {
            data: self.data.or(lower.data),
            database: self.database.or(lower.database),
            listen: self.listen.or(lower.listen),
            public_url: self.public_url.or(lower.public_url),
            tls_cert: self.tls_cert.or(lower.tls_cert),
            tls_key: self.tls_key.or(lower.tls_key),
            mtls_listen: self.mtls_listen.or(lower.mtls_listen),
            mtls_ca: self.mtls_ca.or(lower.mtls_ca),
            mtls_public_url: self.mtls_public_url.or(lower.mtls_public_url),
            http: self.http.or(lower.http),
            directory: if self.directory.is_empty() { lower.directory } else { self.directory },
            dev: self.dev.or(lower.dev),
            config: self.config.or(lower.config),
            log_format: self.log_format.or(lower.log_format),
            outgoing_allow: if self.outgoing_allow.is_empty() { lower.outgoing_allow } else { self.outgoing_allow },
            outgoing_ca: self.outgoing_ca.or(lower.outgoing_ca),
        }
    }

    pub(super) fn from_environment(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let raw = |name: &str| variable(name).filter(|value| !value.is_empty());
        let path = |name: &str| raw(name).map(PathBuf::from);
        Ok(Self {
            data: path("GRANTOR_DATA"),
            database: read("GRANTOR_DATABASE", &raw, values::database)?,
            listen: read("GRANTOR_LISTEN", &raw, values::listen)?,
            public_url: read("GRANTOR_PUBLIC_URL", &raw, values::public_url)?,
            tls_cert: path("GRANTOR_TLS_CERT"),
            tls_key: path("GRANTOR_TLS_KEY"),
            mtls_listen: read("GRANTOR_MTLS_LISTEN", &raw, values::listen)?,
            mtls_ca: path("GRANTOR_MTLS_CA"),
            mtls_public_url: read("GRANTOR_MTLS_PUBLIC_URL", &raw, values::public_url)?,
            http: read("GRANTOR_HTTP", &raw, values::yes_or_no)?,
            // Several are separated as in PATH.
            directory: raw("GRANTOR_DIRECTORY").map(|all| std::env::split_paths(&all).collect()).unwrap_or_default(),
            dev: read("GRANTOR_DEV", &raw, values::yes_or_no)?,
            config: path("GRANTOR_CONFIG"),
            log_format: read("GRANTOR_LOG_FORMAT", &raw, values::log_format)?,
            outgoing_allow: read("GRANTOR_OUTGOING_ALLOW", &raw, values::hosts)?.unwrap_or_default(),
            outgoing_ca: path("GRANTOR_OUTGOING_CA"),
        })
    }

    pub(super) fn from_file(file: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(file)
            .map_err(|source| ConfigError::UnreadableFile { file: file.to_owned(), source })?;
        let options: Self = toml::from_str(&text).map_err(|error| in_file(file, &text, &error))?;
        Ok(options.starting_from(file.parent().unwrap_or(Path::new(""))))
    }

    /// Paths of a file start from its folder, so that it means the same wherever the program is started.
    fn starting_from(mut self, folder: &Path) -> Self {
        let Self { data, database, tls_cert, tls_key, mtls_ca, directory, outgoing_ca, .. } = &mut self;
        let database = match database {
            Some(Database::Sqlite(path)) => Some(path),
            Some(Database::Postgres(_)) | None => None,
        };
        let single =
            [data.as_mut(), database, tls_cert.as_mut(), tls_key.as_mut(), mtls_ca.as_mut(), outgoing_ca.as_mut()];
        for path in single.into_iter().flatten().chain(directory) {
            *path = folder.join(&path);
        }
        self
    }
}

fn read<T>(
    name: &'static str,
    raw: &dyn Fn(&str) -> Option<OsString>,
    parse: fn(&str) -> Result<T, String>,
) -> Result<Option<T>, ConfigError> {
    let Some(value) = raw(name) else { return Ok(None) };
    let text = value.to_str().ok_or_else(|| "not readable as UTF-8".to_owned());
    text.and_then(parse).map(Some).map_err(|message| ConfigError::InEnvironment { name, message })
}

fn in_file(file: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let before = &text[..error.span().map_or(0, |span| span.start)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    ConfigError::InFile {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        message: error.message().replace("unknown field", "unknown key").replace('\n', " "),
    }
}

fn parsed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: fn(&str) -> Result<T, String>,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).map(Some).map_err(D::Error::custom)
}

fn database<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Database>, D::Error> {
    parsed(deserializer, values::database)
}

fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    parsed(deserializer, values::listen)
}

fn public_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PublicUrl>, D::Error> {
    parsed(deserializer, values::public_url)
}
