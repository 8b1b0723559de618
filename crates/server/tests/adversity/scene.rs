//! A store with a directory, the program on it, and somebody who is signed in.

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use grantor_testkit::wire::{Answer, Client, sign_in};
use grantor_testkit::{Authorize, CONTOSO_DIRECTORY, Folder, NATIVE, TokenRequest};

use crate::program::{Program, Refusal, plainly, serve};

/// How long the program may take to find its store again once that can be used.
const BACK_WITHIN: Duration = Duration::from_secs(30);

/// Runs what the tests need of an asynchronous world.
pub fn wait_for<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Runtime::new().unwrap()).block_on(work)
}

/// The program under test runs on the machine's time, and so does what watches it.
#[expect(clippy::disallowed_methods, reason = "another process's time can only be the machine's")]
fn now() -> Instant {
    Instant::now()
}

/// A folder, and perhaps a database.
pub struct Place {
    pub folder: Folder,
    pub database: Option<String>,
}

impl Place {
    /// An empty place.
    pub fn new(database: Option<String>) -> Self {
        let folder = Folder::new();
        std::fs::write(folder.at("contoso.toml"), CONTOSO_DIRECTORY).unwrap();
        Self { folder, database }
    }

    /// A place where the program has run before, with the directory.
    pub fn used(database: Option<String>) -> Self {
        let place = Self::new(database);
        place.first_start(plainly()).unwrap();
        place
    }

    pub fn data(&self) -> PathBuf {
        self.folder.at("data")
    }

    /// The file of the embedded store.
    pub fn file(&self) -> PathBuf {
        self.data().join("grantor.db")
    }

    fn command(&self, by: Command) -> Command {
        let mut command = serve(by, &self.data());
        if let Some(database) = &self.database {
            command.args(["--database", database]);
        }
        command
    }

    /// Starts the program with the directory.
    pub fn first_start(&self, by: Command) -> Result<Program, Refusal> {
        let mut command = self.command(by);
        command.arg("--directory").arg(self.folder.at("contoso.toml"));
        Program::start(command, &self.folder.at("log"))
    }

    /// Starts the program on what is there.
    pub fn start(&self, by: Command) -> Result<Program, Refusal> {
        Program::start(self.command(by), &self.folder.at("log"))
    }
}

/// A program that serves somebody. What was acknowledged to them must hold whatever happens.
pub struct Scene {
    pub place: Place,
    pub program: Program,
    cookie: String,
    held: RefCell<Held>,
}

/// What has been acknowledged, and can be used once.
struct Held {
    code: (Authorize, String),
    refresh_token: String,
    access_token: String,
}

impl Scene {
    /// On the embedded store.
    pub fn on_file() -> Self {
        Self::on(Place::new(None))
    }

    /// On a database.
    pub fn on_database(url: String) -> Self {
        Self::on(Place::new(Some(url)))
    }

    fn on(place: Place) -> Self {
        let program = place.first_start(plainly()).unwrap();
        let cookie = sign_in(&program.address);
        let mut client = Client::connect(&program.address).unwrap();
        let (request, code) = ask(&mut client, &cookie).unwrap();
        let answer = client.token(&request.redeem(&code)).unwrap();
        let (refresh_token, access_token) = tokens(&answer).unwrap();
        let code = ask(&mut client, &cookie).unwrap();
        Self { place, program, cookie, held: RefCell::new(Held { code, refresh_token, access_token }) }
    }

    /// One request on a connection of its own.
    pub fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        Client::connect(&self.program.address).unwrap().send(method, target, headers, body).unwrap()
    }

    pub fn renew(&self) -> Answer {
        let request = TokenRequest::refresh(NATIVE, &self.held.borrow().refresh_token);
        Client::connect(&self.program.address).unwrap().token(&request).unwrap()
    }

    pub fn redeem(&self) -> Answer {
        let held = self.held.borrow();
        Client::connect(&self.program.address).unwrap().token(&held.code.0.redeem(&held.code.1)).unwrap()
    }

    pub fn me(&self) -> Answer {
        let bearer = format!("Bearer {}", self.held.borrow().access_token);
        self.send("GET", "/v1.0/me", &[("authorization", &bearer)], "")
    }

    /// Everybody who wants something written is told to come again, each in their own language.
    pub fn refuses_to_write(&self) {
        std::thread::scope(|scope| {
            let answers = [self.renew_in(scope), self.redeem_in(scope)];
            let page = self.program.address.clone();
            let page = scope.spawn(move || {
                let target = Authorize::by(NATIVE).target();
                Client::connect(&page).unwrap().send("GET", &target, &[("accept", "text/html")], "").unwrap()
            });
            for answer in answers {
                told_to_apps(&answer.join().unwrap());
            }
            told_to_people(&page.join().unwrap());
        });
    }

    /// Nobody gets anything.
    pub fn refuses_everything(&self) {
        let bearer = format!("Bearer {}", self.held.borrow().access_token);
        let address = self.program.address.clone();
        let me = std::thread::spawn(move || {
            Client::connect(&address).unwrap().send("GET", "/v1.0/me", &[("authorization", &bearer)], "").unwrap()
        });
        self.refuses_to_write();
        told_to_callers(&me.join().unwrap());
        assert_eq!(self.send("GET", "/health/ready", &[], "").status, 503);
        assert_eq!(self.send("GET", "/health/live", &[], "").status, 200);
    }

    fn renew_in<'scope>(
        &self,
        scope: &'scope std::thread::Scope<'scope, '_>,
    ) -> std::thread::ScopedJoinHandle<'scope, Answer> {
        let (address, token) = (self.program.address.clone(), self.held.borrow().refresh_token.clone());
        scope.spawn(move || Client::connect(&address).unwrap().token(&TokenRequest::refresh(NATIVE, &token)).unwrap())
    }

    fn redeem_in<'scope>(
        &self,
        scope: &'scope std::thread::Scope<'scope, '_>,
    ) -> std::thread::ScopedJoinHandle<'scope, Answer> {
        let held = self.held.borrow();
        let (address, request) = (self.program.address.clone(), held.code.0.redeem(&held.code.1));
        scope.spawn(move || Client::connect(&address).unwrap().token(&request).unwrap())
    }

    /// Once the fault is over, the same process serves again, and all that was acknowledged before still holds.
    pub fn recovers(&self) {
        let began = now();
        while self.renew_and_keep().is_none() {
            assert!(began.elapsed() < BACK_WITHIN, "it does not serve again: {}", self.program.log());
            std::thread::sleep(Duration::from_millis(100));
        }
        let redeemed = self.redeem();
        assert_eq!(redeemed.status, 200, "a code that was acknowledged is lost: {}", redeemed.body);
        assert_eq!(self.me().status, 200);
        // The session lives too: whoever was signed in is not asked again.
        let mut client = Client::connect(&self.program.address).unwrap();
        let code = ask(&mut client, &self.cookie).expect("the session is lost");
        self.held.borrow_mut().code = code;
    }

    /// `None` while it is told to come again.
    fn renew_and_keep(&self) -> Option<()> {
        let answer = self.renew();
        if answer.status == 503 {
            return None;
        }
        let (refresh_token, access_token) = tokens(&answer).expect("a refresh token that was acknowledged is lost");
        let mut held = self.held.borrow_mut();
        (held.refresh_token, held.access_token) = (refresh_token, access_token);
        Some(())
    }
}

fn ask(client: &mut Client, cookie: &str) -> Result<(Authorize, String), Answer> {
    let request = Authorize::by(NATIVE).with("prompt", "none");
    let answer = client.send("GET", &request.target(), &[("cookie", cookie)], "").unwrap();
    let location = answer.header("location").to_owned();
    let code = location.split_once("code=").map(|(_, rest)| rest.split('&').next().unwrap_or_default().to_owned());
    Ok((request, code.ok_or(answer)?))
}

fn tokens(answer: &Answer) -> Result<(String, String), Answer> {
    if answer.status != 200 {
        return Err(answer.clone());
    }
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    Ok((text("refresh_token"), text("access_token")))
}

#[track_caller]
fn come_again(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    let seconds: u32 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
}

/// Source: entra-dialect 1.3: also an answer of this kind is JSON.
#[track_caller]
fn told_to_apps(answer: &Answer) {
    come_again(answer);
    let body = answer.json();
    assert_eq!(body["error"], "temporarily_unavailable", "{body}");
    assert_eq!(body["error_codes"], serde_json::json!([90_033]), "{body}");
    for member in ["error_description", "timestamp", "trace_id", "correlation_id"] {
        assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {body}");
    }
}

#[track_caller]
fn told_to_callers(answer: &Answer) {
    come_again(answer);
    let body = answer.json();
    assert_eq!(body["error"]["code"], "serviceNotAvailable", "{body}");
    assert!(body["error"]["innerError"]["request-id"].is_string(), "{body}");
}

#[track_caller]
fn told_to_people(answer: &Answer) {
    come_again(answer);
    assert!(answer.header("content-type").starts_with("text/html"), "{answer:?}");
    assert!(answer.body.contains("<h1"), "{}", answer.body);
}
