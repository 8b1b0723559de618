//! What one client, and all of them together, may take.

use std::time::Duration;

const KIB: usize = 1024;
const USUAL_CONNECTIONS: usize = 10_000;
// Open files for everything that is not a client: the database, outgoing calls, logs.
const FILES_FOR_OTHERS: usize = 128;
const FEWEST_CONNECTIONS: usize = 64;

/// The bounds of the accept loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at one time.
    pub connections: usize,
    /// From the first byte of a TLS handshake to its end.
    pub handshake: Duration,
    /// From the moment a connection may send a request to that request's last header; in HTTP/1 also between two requests.
    pub headers: Duration,
    /// How long an HTTP/2 connection may stand without a request; noticed after twice the time at the latest.
    pub idle: Duration,
    /// How long those in flight may take once the end was asked for.
    pub drain: Duration,
    /// Bytes of a request line and its headers.
    pub header_bytes: usize,
    /// Requests at one time in one HTTP/2 connection.
    pub http2_streams: u32,
    /// Requests that an HTTP/2 client may have taken back before we saw them (CVE-2023-44487).
    pub http2_pending_resets: usize,
    /// Requests that we may have reset in one HTTP/2 connection for errors of the client's (CVE-2025-8671).
    pub http2_own_resets: usize,
    /// Bytes that an HTTP/2 client may send ahead in one request.
    pub http2_stream_window_bytes: u32,
    /// Bytes that an HTTP/2 client may send ahead in all requests together.
    pub http2_connection_window_bytes: u32,
    /// How often an HTTP/2 client is asked whether it is still there.
    pub http2_ping_every: Duration,
    /// How long it may take to say so.
    pub http2_ping_answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: USUAL_CONNECTIONS,
            handshake: Duration::from_secs(10),
            headers: Duration::from_secs(30),
            idle: Duration::from_secs(90),
            drain: Duration::from_secs(30),
            header_bytes: 64 * KIB,
            http2_streams: 128,
            http2_pending_resets: 20,
            http2_own_resets: 256,
            http2_stream_window_bytes: 256 * 1024,
            http2_connection_window_bytes: 512 * 1024,
            http2_ping_every: Duration::from_secs(30),
            http2_ping_answer: Duration::from_secs(15),
        }
    }
}

impl Limits {
    /// The usual ones, with no more connections than this process may open files: when the last file is a client's, the
    /// database and every outgoing call fail.
    pub fn of_this_process() -> Self {
        let files = open_files().unwrap_or(usize::MAX).saturating_sub(FILES_FOR_OTHERS);
        Self { connections: files.clamp(FEWEST_CONNECTIONS, USUAL_CONNECTIONS), ..Self::default() }
    }
}

/// The soft limit as Linux tells it; elsewhere, and when it is unlimited, there is none to respect.
fn open_files() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_some_connections_and_not_for_more_than_usual() {
        let limits = Limits::of_this_process();
        assert!((FEWEST_CONNECTIONS..=USUAL_CONNECTIONS).contains(&limits.connections));
    }

    #[test]
    fn what_is_in_flight_has_the_thirty_seconds_that_are_promised() {
        assert_eq!(Limits::of_this_process().drain.as_secs(), 30);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_systems_limit_is_read() {
        assert!(open_files().is_some_and(|files| files > 0));
    }
}
