//! The program as a process of its own.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What ended before it was ready.
#[derive(Debug)]
pub struct Refusal {
    pub code: Option<i32>,
    pub said: String,
}

impl Refusal {
    /// One line on standard error with these words, and an exit code that is not zero.
    #[track_caller]
    pub fn assert_says(&self, words: &[&str]) {
        assert!(self.code.is_some_and(|code| code != 0), "{self:?}");
        let lines: Vec<&str> = self.said.lines().collect();
        assert!(lines.len() == 1 && lines[0].starts_with("grantor: "), "{self:?}");
        for word in words {
            assert!(self.said.contains(word), "no word of {word:?}: {}", self.said);
        }
        assert!(!self.said.contains(grantor_testkit_postgres::PASSWORD), "{}", self.said);
    }
}

/// The program, ready to serve.
#[derive(Debug)]
pub struct Program {
    child: Child,
    pub address: String,
    log: PathBuf,
}

/// `grantor serve` by way of a command that runs it, such as `env`.
pub fn serve(by: Command, data: &Path) -> Command {
    let mut command = by;
    command.arg(env!("CARGO_BIN_EXE_grantor")).args(["serve", "--http", "--listen", "127.0.0.1:0", "--data"]).arg(data);
    command
}

/// Nothing special, but that to go beyond a limit of the length of files is an error and not the end of the program.
pub fn plainly() -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", r#"trap "" XFSZ; exec "$@""#, "sh"]);
    command
}

/// Root may write to every file: this takes that right away. Others do not have it.
pub fn bound_by_permissions() -> Command {
    let said = Command::new("id").arg("-u").output().unwrap();
    if String::from_utf8(said.stdout).unwrap().trim() != "0" {
        return plainly();
    }
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]);
    command
}

impl Program {
    /// Starts it and waits until it is ready, or has ended.
    pub fn start(mut command: Command, log: &Path) -> Result<Self, Refusal> {
        let stderr = File::create(log).unwrap();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        if let Some(address) = line.trim_end().strip_prefix("ready http://") {
            return Ok(Self { child, address: address.to_owned(), log: log.to_owned() });
        }
        out.read_to_string(&mut line).unwrap();
        assert_eq!(line, "", "standard output is for the line that says ready");
        let code = child.wait().unwrap().code();
        Err(Refusal { code, said: std::fs::read_to_string(log).unwrap() })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
