//! What a process writes to standard error, read from a process of its own: a log can be started once only.

use std::process::{Command, Stdio};

use grantor_server::config::LogFormat;
use grantor_server::logging::start;
use serde_json::Value;

/// Not a test: the process that the others read.
#[test]
#[ignore = "run by the tests of this file, in a process of its own"]
fn a_process_that_logs() {
    let format = if std::env::var_os("AS_TEXT").is_some() { LogFormat::Text } else { LogFormat::Auto };
    start(format, Some("warn,edge::logging=info")).unwrap();
    tracing::info!(client.id = "colors", "a client came");
    tracing::debug!("too fine");
    tracing::info!(target: "elsewhere", "too chatty");
    std::thread::spawn(|| panic!("as the test wants it")).join().unwrap_err();
    assert!(start(format, None).is_err(), "a log is started once");
}

fn log_of_process(environment: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "logging::a_process_that_logs", "--ignored", "--nocapture"])
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{log}");
    log
}

#[test]
fn without_a_terminal_each_line_is_json_also_a_panic() {
    let log = log_of_process(&[]);
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert_eq!((&lines[0]["level"], &lines[0]["message"]), (&"INFO".into(), &"a client came".into()));
    assert_eq!(lines[0]["client.id"], "colors");
    assert_eq!((&lines[1]["level"], &lines[1]["message"]), (&"ERROR".into(), &"as the test wants it".into()));
    assert!(lines[1]["place"].as_str().unwrap().contains("logging.rs"), "{log}");
}

#[test]
fn text_is_written_where_it_is_asked_for_and_without_colours_off_a_terminal() {
    let log = log_of_process(&[("AS_TEXT", "1")]);
    assert!(log.contains("a client came client.id=\"colors\"") && !log.contains('\x1b'), "{log}");
}
