//! The signals that end the process, sent to this very process.

use std::process::Command;

use grantor_server::signals::shutdown_signal;

use super::support::within;

#[tokio::test]
async fn sigterm_and_sigint_ask_for_the_end_even_before_anyone_waits() {
    for signal in ["-TERM", "-INT"] {
        let asked = shutdown_signal().unwrap();
        let sent = Command::new("kill").args([signal, &std::process::id().to_string()]).status().unwrap();
        assert!(sent.success());
        within(asked).await;
    }
}
