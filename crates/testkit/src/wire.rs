//! For a program in a process of its own: a small HTTP client that knows whether an answer came whole, and a sign-in.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Error, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::{Authorize, CHRIS, CookieJar, NATIVE, TokenRequest, elements_of};

/// One connection that is used again for each request.
#[derive(Debug)]
pub struct Client {
    address: String,
    stream: BufReader<TcpStream>,
}

/// An answer that came whole: what it says was acknowledged.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

impl Answer {
    /// A header; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.as_str())
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }
}

impl Client {
    /// Connects to `HOST:PORT`.
    ///
    /// # Errors
    /// What the system says.
    pub fn connect(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        // Longer than anything here takes: whoever reaches it has found a server that hangs.
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { address: address.to_owned(), stream: BufReader::new(stream) })
    }

    /// Sends a request with a form, which may be empty, or with what a header `content-type` says.
    ///
    /// # Errors
    /// When the answer did not come whole: whether the request was carried out is not known.
    pub fn send(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> io::Result<Answer> {
        let mut request = format!("{method} {target} HTTP/1.1\r\nhost: {}\r\n", self.address);
        for (name, value) in headers {
            let _ = write!(request, "{name}: {value}\r\n");
        }
        let length = body.len();
        if headers.iter().all(|(name, _)| *name != "content-type") {
            request.push_str("content-type: application/x-www-form-urlencoded\r\n");
        }
        let _ = write!(request, "content-length: {length}\r\n\r\n{body}");
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.answer()
    }

    /// Sends a request to the token endpoint.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub fn token(&mut self, request: &TokenRequest) -> io::Result<Answer> {
        let headers: Vec<(&str, &str)> = request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.send("POST", &request.path(), &headers, &request.encoded())
    }

    fn answer(&mut self) -> io::Result<Answer> {
        let status = self.line()?.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| Error::other("no status line"))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer { status, headers, body: String::new() };
        let length: usize = answer.header("content-length").parse().unwrap_or_default();
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        answer.body = String::from_utf8(body).map_err(Error::other)?;
        Ok(answer)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        if line.ends_with("\r\n") { Ok(line.trim_end().to_owned()) } else { Err(Error::other("the answer was cut")) }
    }
}

/// Signs Chris in and allows everything. Returns the `Cookie` header of that browser.
pub fn sign_in(address: &str) -> String {
    let mut client = Client::connect(address).unwrap();
    let mut cookies = CookieJar::default();
    let mut send = |method: &str, target: &str, body: &str| {
        let cookie = cookies.header("/", false, false);
        let headers: Vec<(&str, &str)> = cookie.iter().map(|cookie| ("cookie", cookie.as_str())).collect();
        let answer = client.send(method, target, &headers, body).unwrap();
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            cookies.take(cookie, false);
        }
        answer
    };
    let local = |answer: &Answer| {
        let location = answer.header("location");
        let path = location.strip_prefix("http://").and_then(|rest| rest.split_once('/'));
        format!("/{}", path.unwrap_or_else(|| panic!("{} {location} {}", answer.status, answer.body)).1)
    };
    let sign_in = local(&send("GET", &Authorize::by(NATIVE).target(), ""));
    let mark = mark(&send("GET", &sign_in, "").body);
    let consent =
        local(&send("POST", &sign_in, &format!("csrf={mark}&username={}&password={}", CHRIS.name, CHRIS.password)));
    let mark = self::mark(&send("GET", &consent, "").body);
    let answer = send("POST", &consent, &format!("csrf={mark}&decision=accept"));
    assert!(answer.header("location").contains("code="), "{}", answer.body);
    cookies.header("/", false, false).unwrap()
}

fn mark(page: &str) -> String {
    let elements = elements_of(page);
    let field = elements.iter().find(|element| element.attribute("name") == Some("csrf"));
    field.and_then(|field| field.attribute("value")).unwrap_or_else(|| panic!("no form on {page}")).to_owned()
}
