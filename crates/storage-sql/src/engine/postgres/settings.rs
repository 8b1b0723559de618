//! What the URL of a database says, read and checked before anything is opened.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use grantor_storage::Fault;
use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use super::faults::with_causes;

/// How many connections a node holds at most, unless `pool_size` says otherwise.
const POOL_SIZE: usize = 16;
/// How long one statement may take, unless `statement_timeout_seconds` says otherwise. Ours take milliseconds.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long to wait for each address, unless `connect_timeout` says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long the other side may leave what was sent unacknowledged, unless `tcp_user_timeout` says otherwise: so long does
/// a machine that vanished without a word keep somebody waiting.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);
/// After how long a silent connection is asked for a sign of life, unless `keepalives_idle` says otherwise.
const KEEPALIVES_IDLE: Duration = Duration::from_mins(1);

/// How to reach the database.
#[derive(Debug)]
pub struct Settings {
    /// What the driver needs to know.
    pub config: Config,
    /// Whose certificate is good enough.
    pub trust: Trust,
    /// The servers and the database, for people: no name, no password.
    pub place: String,
    /// How many connections there may be.
    pub pool_size: usize,
    /// How long a statement may take.
    pub statement_timeout: Duration,
}

/// Whose certificate is good enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Anybody's: nobody can listen, but nothing says who is at the other end.
    Anyone,
    /// One that the platform's authorities made for this host.
    Platform,
    /// One that an authority in this PEM file made for this host.
    Authorities(PathBuf),
}

/// What of the URL is ours and not the driver's.
#[derive(Debug, Default)]
struct Ours {
    mode: Option<String>,
    root: Option<String>,
    pool_size: Option<usize>,
    statement_timeout: Option<Duration>,
    target_is_given: bool,
}

impl Settings {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] that says what to correct.
    pub fn parse(url: &str) -> Result<Self, Fault> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(bad("it must begin with postgres://"));
        }
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (ours, theirs) = split(query)?;
        // The driver's message names the parameter and never its value.
        let mut config = Config::from_str(&format!("{base}{theirs}")).map_err(|error| bad(&with_causes(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(bad("it names no host: write postgres://USER:PASSWORD@HOST/DATABASE"));
        }
        let trust = ours.encryption(&mut config)?;
        fill_in(&mut config);
        if !ours.target_is_given {
            // We write: of several hosts, the one that lets us.
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        if config.get_target_session_attrs() == TargetSessionAttrs::ReadOnly {
            return Err(bad("target_session_attrs=read-only cannot be: Grantor writes"));
        }
        Ok(Self {
            trust,
            place: place(&config),
            config,
            pool_size: ours.pool_size.unwrap_or(POOL_SIZE),
            statement_timeout: ours.statement_timeout.unwrap_or(STATEMENT_TIMEOUT),
        })
    }
}

/// Takes our parameters out of the query.
fn split(query: &str) -> Result<(Ours, String), Fault> {
    let mut ours = Ours::default();
    let mut theirs = String::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, raw) = pair.split_once('=').ok_or_else(|| bad(&format!("{pair:?} in it has no value")))?;
        let value = percent_decode_str(raw).decode_utf8_lossy();
        match name {
            "sslmode" => ours.mode = Some(value.into_owned()),
            "sslrootcert" => ours.root = Some(value.into_owned()),
            "pool_size" => ours.pool_size = Some(number(name, &value, 1..=1000)?),
            "statement_timeout_seconds" => {
                let seconds = number(name, &value, 1..=3600)?;
                ours.statement_timeout = Some(Duration::from_secs(seconds as u64));
            }
            "sslcert" | "sslkey" | "sslcrl" | "sslpassword" => {
                return Err(bad(&format!("{name} is not supported: sign in with a password")));
            }
            _ => {
                ours.target_is_given |= name == "target_session_attrs";
                let separator = if theirs.is_empty() { '?' } else { '&' };
                let _ = write!(theirs, "{separator}{pair}");
            }
        }
    }
    Ok((ours, theirs))
}

fn number(name: &str, value: &str, allowed: std::ops::RangeInclusive<usize>) -> Result<usize, Fault> {
    value
        .parse()
        .ok()
        .filter(|number| allowed.contains(number))
        .ok_or_else(|| bad(&format!("{name} must be a number from {} to {}", allowed.start(), allowed.end())))
}

impl Ours {
    /// What `sslmode` and `sslrootcert` say. Without the first: verified, unless everything stays on this machine.
    fn encryption(&self, config: &mut Config) -> Result<Trust, Fault> {
        let named = match self.root.as_deref() {
            None => None,
            Some("system") => Some(Trust::Platform),
            Some(path) => Some(Trust::Authorities(path.into())),
        };
        let absent = if stays_here(config) { "prefer" } else { "verify-full" };
        let (mode, otherwise) = match self.mode.as_deref().unwrap_or(absent) {
            "disable" => (SslMode::Disable, Trust::Anyone),
            "prefer" => (SslMode::Prefer, Trust::Anyone),
            "require" => (SslMode::Require, Trust::Anyone),
            "verify-full" => (SslMode::Require, Trust::Platform),
            other => {
                return Err(bad(&format!(
                    "sslmode={other} is not supported: use verify-full (with sslrootcert=FILE for an authority of your \
                     own), require, prefer or disable"
                )));
            }
        };
        config.ssl_mode(mode);
        // An authority that is named is asked, whatever the mode.
        Ok(named.unwrap_or(otherwise))
    }
}

/// Whether nobody elsewhere can listen.
pub fn stays_here(config: &Config) -> bool {
    let local = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(local) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

/// Sets what the URL leaves open.
fn fill_in(config: &mut Config) {
    if config.get_application_name().is_none() {
        config.application_name("grantor");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(TCP_USER_TIMEOUT);
    }
    if config.get_keepalives_idle() == Config::new().get_keepalives_idle() {
        config.keepalives_idle(KEEPALIVES_IDLE);
    }
}

fn place(config: &Config) -> String {
    let ports = config.get_ports();
    let port = |place: usize| ports.get(place).or(ports.first()).copied().unwrap_or(5432);
    let mut hosts: Vec<String> = config.get_hosts().iter().map(name_of).collect();
    if hosts.is_empty() {
        hosts = config.get_hostaddrs().iter().map(ToString::to_string).collect();
    }
    let hosts: Vec<String> = hosts.iter().enumerate().map(|(place, host)| format!("{host}:{}", port(place))).collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or("");
    format!("PostgreSQL at {}, database {database:?}", hosts.join(","))
}

fn name_of(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    }
}

fn bad(what: &str) -> Fault {
    Fault::Unavailable { what: format!("the URL of the database: {what}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> Settings {
        Settings::parse(url).unwrap()
    }

    fn refused(url: &str) -> String {
        Settings::parse(url).unwrap_err().to_string()
    }

    fn encryption(url: &str) -> (SslMode, Trust) {
        let settings = parsed(url);
        (settings.config.get_ssl_mode(), settings.trust)
    }

    #[test]
    fn a_url_without_parameters_gets_sound_ones() {
        let settings = parsed("postgres://ada:secret@db.example/grantor");
        assert_eq!(settings.place, "PostgreSQL at db.example:5432, database \"grantor\"");
        assert_eq!((settings.pool_size, settings.statement_timeout), (16, Duration::from_secs(5)));
        assert_eq!(settings.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        assert_eq!(settings.config.get_connect_timeout(), Some(&Duration::from_secs(3)));
    }

    #[test]
    fn several_hosts_are_kept_in_their_order() {
        let settings = parsed("postgresql://ada@one:1,two:2,[::1]:3/x?target_session_attrs=any&pool_size=3");
        assert_eq!(settings.place, "PostgreSQL at one:1,two:2,::1:3, database \"x\"");
        assert_eq!(settings.config.get_target_session_attrs(), TargetSessionAttrs::Any);
        assert_eq!(settings.pool_size, 3);
    }

    #[test]
    fn a_server_elsewhere_is_verified_unless_the_url_says_otherwise() {
        let elsewhere = "postgres://a@db.example/x";
        assert_eq!(encryption(elsewhere), (SslMode::Require, Trust::Platform));
        for (mode, expected) in [
            ("disable", (SslMode::Disable, Trust::Anyone)),
            ("prefer", (SslMode::Prefer, Trust::Anyone)),
            ("require", (SslMode::Require, Trust::Anyone)),
            ("verify-full", (SslMode::Require, Trust::Platform)),
            ("verify-full&sslrootcert=system", (SslMode::Require, Trust::Platform)),
            ("require&sslrootcert=%2Fca.pem", (SslMode::Require, Trust::Authorities("/ca.pem".into()))),
        ] {
            assert_eq!(encryption(&format!("{elsewhere}?sslmode={mode}")), expected, "{mode}");
        }
        for here in ["localhost", "127.0.0.1", "[::1]", "%2Fvar%2Frun%2Fpostgresql", "localhost,%2Ftmp"] {
            assert_eq!(encryption(&format!("postgres://a@{here}/x")), (SslMode::Prefer, Trust::Anyone), "{here}");
        }
        assert_eq!(encryption("postgres://a@localhost,db.example/x"), (SslMode::Require, Trust::Platform));
    }

    #[test]
    fn a_url_that_cannot_be_meant_is_refused_without_its_password() {
        for (url, word) in [
            ("mysql://a:secret@h/x", "postgres://"),
            ("postgres:///x?password=secret", "no host"),
            ("postgres://a:secret@h/x?sslmode=verify-ca", "verify-full"),
            ("postgres://a:secret@h/x?sslcert=me.pem", "sslcert"),
            ("postgres://a:secret@h/x?pool_size=0", "1 to 1000"),
            ("postgres://a:secret@h/x?pool_size=many", "1 to 1000"),
            ("postgres://a:secret@h/x?target_session_attrs=read-only", "writes"),
            ("postgres://a:secret@h/x?colour=red", "colour"),
            ("postgres://a:secret@h:port/x", "port"),
        ] {
            let said = refused(url);
            assert!(said.contains(word) && !said.contains("secret") && !said.contains('\n'), "{url}: {said}");
        }
    }
}
