//! A store with the Contoso directory, the commands that are given to it, and servers on it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use grantor_testkit::wire::{Answer, Client};
use grantor_testkit::{CONTOSO_DIRECTORY, Folder, TokenRequest};

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// What it printed; it must have succeeded.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// What a check that found something printed, and the line that sums it up.
    pub fn found(self) -> (String, String) {
        assert_eq!(self.code, 1, "{self:?}");
        (self.out.clone(), self.err.lines().last().unwrap_or_default().to_owned())
    }

    /// Its last line of complaint; it must have failed with this exit code and printed nothing.
    #[track_caller]
    pub fn failed(self, code: i32) -> String {
        assert_eq!((self.code, self.out.as_str()), (code, ""), "{self:?}");
        self.err.lines().last().unwrap_or_default().to_owned()
    }
}

/// A data folder with the directory, and perhaps a database beside it.
pub struct House {
    pub folder: Folder,
    database: Option<String>,
}

impl House {
    /// On the embedded store.
    pub fn new() -> Self {
        Self::on(None)
    }

    pub fn on(database: Option<String>) -> Self {
        let house = Self { folder: Folder::new(), database };
        house.apply(CONTOSO_DIRECTORY);
        house
    }

    pub fn data(&self) -> PathBuf {
        self.folder.at("data")
    }

    /// Makes the directory hold at least this.
    pub fn apply(&self, text: &str) {
        let file = self.file("directory.toml", text);
        self.run(&["apply", file.to_str().unwrap()]).done();
    }

    /// A file of this content.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.at(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Gives a command; nothing is at its standard input.
    pub fn run(&self, arguments: &[&str]) -> Said {
        self.tell(arguments, "")
    }

    /// Gives a command, with this at its standard input.
    pub fn tell(&self, arguments: &[&str], input: &str) -> Said {
        run(self.command().args(arguments), input)
    }

    fn command(&self) -> Command {
        let mut command = grantor();
        command.env("GRANTOR_DATA", self.data());
        if let Some(database) = &self.database {
            command.env("GRANTOR_DATABASE", database);
        }
        command
    }

    /// Serves what is there, and logs everything.
    pub fn serve(&self) -> Server {
        let log = self.folder.at("log");
        let mut command = self.command();
        command.args(["serve", "--http", "--listen", "127.0.0.1:0"]).env("GRANTOR_LOG", "trace");
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(&log).unwrap()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("ready http://");
        let address = address.unwrap_or_else(|| panic!("{}", std::fs::read_to_string(&log).unwrap())).to_owned();
        Server { child, address, log }
    }
}

/// The program without what the environment of these tests may say to it.
pub fn grantor() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grantor"));
    command.env_remove("GRANTOR_DATA").env_remove("GRANTOR_DATABASE");
    command
}

/// Gives a command with this at its standard input.
pub fn run(command: &mut Command, input: &str) -> Said {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Whoever reads nothing may have ended before this is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let said = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: said.status.code().unwrap(), out: text(said.stdout), err: text(said.stderr) }
}

/// A server that ends with its test.
pub struct Server {
    child: Child,
    pub address: String,
    log: PathBuf,
}

impl Server {
    pub fn token(&self, request: &TokenRequest) -> Answer {
        Client::connect(&self.address).unwrap().token(request).unwrap()
    }

    pub fn me(&self, access_token: &str) -> u16 {
        let bearer = format!("Bearer {access_token}");
        let mut client = Client::connect(&self.address).unwrap();
        client.send("GET", "/v1.0/me", &[("authorization", &bearer)], "").unwrap().status
    }

    /// Ends it, and says everything that it has logged.
    pub fn log(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut text = String::new();
        File::open(&self.log).unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
