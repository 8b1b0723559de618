//! A browser that signs a person in before anything is measured.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Context, bail};

use crate::http::{self, Connection};

/// Where codes are sent.
pub const REDIRECT_URI: &str = "http://localhost:5000/callback";
/// The password of every person in the directory.
pub const PASSWORD: &str = "correct-horse-battery-staple";
const MOST_STEPS: usize = 12;

/// A browser with its cookies. Each request has a connection of its own.
pub struct Browser {
    address: SocketAddr,
    host: String,
    cookies: BTreeMap<String, String>,
    runtime: tokio::runtime::Runtime,
}

/// An answer that is kept.
pub struct Kept {
    status: u16,
    location: Option<String>,
    /// The body.
    pub body: String,
}

impl Browser {
    /// One without cookies.
    ///
    /// # Errors
    /// The system refuses a runtime.
    pub fn new(address: SocketAddr, host: &str) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { address, host: host.to_owned(), cookies: BTreeMap::new(), runtime })
    }

    /// Forgets its cookies.
    pub fn forget(&mut self) {
        self.cookies.clear();
    }

    /// The Cookie header as a line with its end.
    pub fn cookie_line(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { String::new() } else { format!("cookie: {}\r\n", pairs.join("; ")) }
    }

    /// Sends one request and keeps the cookies that come back.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn request(&mut self, request: &[u8]) -> anyhow::Result<Kept> {
        let (kept, cookies) = self.runtime.block_on(async {
            let mut connection = Connection::open(self.address).await?;
            let answer = connection.ask(request).await?;
            let location = answer.header("location").map(str::to_owned);
            let cookies: Vec<String> = answer.headers("set-cookie").map(str::to_owned).collect();
            anyhow::Ok((Kept { status: answer.status, location, body: answer.body.to_owned() }, cookies))
        })?;
        for cookie in cookies {
            let pair = cookie.split(';').next().and_then(|pair| pair.split_once('='));
            match pair {
                Some((name, "")) => drop(self.cookies.remove(name)),
                Some((name, value)) => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
                None => {}
            }
        }
        Ok(kept)
    }

    /// The body at an address.
    ///
    /// # Errors
    /// It cannot be had.
    pub fn read(&mut self, target: &str, headers: &str) -> anyhow::Result<String> {
        let answer = self.request(&http::get(&self.host, target, headers))?;
        anyhow::ensure!(answer.status == 200, "{target} answered {}: {}", answer.status, answer.body);
        Ok(answer.body)
    }

    /// Sends a form of an application and returns the body.
    ///
    /// # Errors
    /// The answer is a refusal.
    pub fn exchange(&mut self, request: &[u8]) -> anyhow::Result<String> {
        let answer = self.request(request)?;
        anyhow::ensure!(answer.status == 200, "answered {}: {}", answer.status, answer.body);
        Ok(answer.body)
    }

    /// Goes where the application sends it, signs `name` in and allows what is asked, until a code comes back.
    ///
    /// # Errors
    /// Something else comes.
    pub fn walk(&mut self, target: &str, name: &str) -> anyhow::Result<String> {
        let mut request = http::get(&self.host, target, &self.cookie_line());
        let mut at = target.to_owned();
        for _ in 0..MOST_STEPS {
            let answer = self.request(&request)?;
            request = match answer.location.as_deref() {
                Some(location) if location.starts_with(REDIRECT_URI) => {
                    return code_of(location).with_context(|| format!("no code came back: {location}"));
                }
                Some(location) => {
                    self.path_of(location).clone_into(&mut at);
                    http::get(&self.host, &at, &self.cookie_line())
                }
                None => self.filled(&at, &answer, name)?,
            };
        }
        bail!("after {MOST_STEPS} steps there is no code, but {at}");
    }

    /// Opens the sign-in page that `target` leads to, and returns the request that its button would send.
    ///
    /// # Errors
    /// It leads elsewhere.
    pub fn open_sign_in(&mut self, target: &str, name: &str) -> anyhow::Result<Vec<u8>> {
        let answer = self.request(&http::get(&self.host, target, &self.cookie_line()))?;
        let location =
            answer.location.with_context(|| format!("there is no way to a sign-in page: {}", answer.body))?;
        let page = self.path_of(&location).to_owned();
        let answer = self.request(&http::get(&self.host, &page, &self.cookie_line()))?;
        self.filled(&page, &answer, name)
    }

    fn path_of<'a>(&self, location: &'a str) -> &'a str {
        location.strip_prefix("http://").and_then(|rest| rest.strip_prefix(&self.host)).unwrap_or(location)
    }

    /// The form of a page, filled in. Both pages send it to their own address.
    fn filled(&self, page: &str, answer: &Kept, name: &str) -> anyhow::Result<Vec<u8>> {
        let csrf = answer.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let csrf =
            csrf.with_context(|| format!("{page} answered {} and shows no form: {}", answer.status, answer.body))?;
        let form = if answer.body.contains("id=\"password\"") {
            http::form(&[("csrf", csrf), ("username", name), ("password", PASSWORD)])
        } else {
            http::form(&[("csrf", csrf), ("decision", "accept")])
        };
        Ok(http::post(&self.host, page, &self.cookie_line(), &form))
    }
}

/// The code in an address of the application.
pub fn code_of(location: &str) -> Option<String> {
    let query = location.strip_prefix(REDIRECT_URI)?.strip_prefix('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix("code=")).map(str::to_owned)
}
