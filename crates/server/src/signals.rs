//! The signals that end the process cleanly.

use std::io;

/// Waits for SIGTERM or SIGINT (elsewhere: Ctrl-C). The handlers are in place when the call returns, not first when the
/// future is awaited, so a signal during start-up is not lost.
///
/// # Errors
/// What the system says when it takes no handler.
///
/// # Panics
/// Outside a runtime with I/O.
#[cfg(unix)]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!(signal = "SIGTERM", "asked to stop"),
            _ = interrupt.recv() => tracing::info!(signal = "SIGINT", "asked to stop"),
        }
    })
}

/// Waits for Ctrl-C.
///
/// # Errors
/// What the system says when it takes no handler.
#[cfg(windows)]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
        tracing::info!(signal = "ctrl-c", "asked to stop");
    })
}
