//! Logs: to standard error, as text for a person on a terminal and as JSON lines otherwise.

use std::io::{self, IsTerminal};
use std::panic;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, ParseError, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::config::LogFormat;

const DEFAULT_LEVEL: LevelFilter = LevelFilter::INFO;

/// Starts the log for the whole process. `levels` is the value of `GRANTOR_LOG`, if it has one: a level, or
/// `target=level` pairs, separated by commas.
///
/// # Errors
/// [`LoggingError`] when `levels` cannot be read or a log has been started before.
pub fn start(format: LogFormat, levels: Option<&str>) -> Result<(), LoggingError> {
    let levels = match levels {
        Some(text) if !text.is_empty() => text.parse().map_err(LoggingError::Levels)?,
        _ => Targets::new().with_default(DEFAULT_LEVEL),
    };
    let terminal = io::stderr().is_terminal();
    let layer = if as_text(format, terminal) {
        let colours = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        fmt::layer().with_writer(io::stderr).with_ansi(colours).boxed()
    } else {
        fmt::layer().json().flatten_event(true).with_writer(io::stderr).boxed()
    };
    tracing_subscriber::registry().with(layer.with_filter(levels)).try_init()?;
    panic::set_hook(Box::new(log_panic));
    Ok(())
}

fn as_text(format: LogFormat, terminal: bool) -> bool {
    match format {
        LogFormat::Auto => terminal,
        LogFormat::Text => true,
        LogFormat::Json => false,
    }
}

/// A panic is a log line like any other, or JSON readers stumble over it.
fn log_panic(panic: &panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let message = panic.payload_as_str().unwrap_or("no message");
    tracing::error!(place, message, "panic");
}

/// Why the log could not start.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// `GRANTOR_LOG` is not understood.
    #[error(
        "GRANTOR_LOG in the environment: {0}; give off, error, warn, info, debug or trace, or pairs such as \
         info,grantor_web=debug"
    )]
    Levels(ParseError),
    /// The process has a log already.
    #[error("the log has been started before: {0}")]
    StartedBefore(#[from] TryInitError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_terminal_gets_text_unless_it_is_asked_for() {
        assert!(as_text(LogFormat::Auto, true) && !as_text(LogFormat::Auto, false));
        assert!(as_text(LogFormat::Text, false) && !as_text(LogFormat::Json, true));
    }

    #[test]
    fn an_unknown_level_is_refused_with_the_choices() {
        let refusal = start(LogFormat::Json, Some("grantor=loud")).unwrap_err().to_string();
        assert!(refusal.contains("GRANTOR_LOG") && refusal.contains("warn"), "{refusal}");
    }
}
