//! What is asked on each connection, and what the answer must be.

use anyhow::{Context, ensure};

use crate::browser::code_of;
use crate::generator::{Next, Script};
use crate::http::{self, Answer};
use crate::proof::{self, Algorithm};

/// What an answer must hold.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    /// An access token that is signed so.
    Token(Algorithm),
    /// Somewhere this text.
    Text(&'static str),
    /// The same, with the status 201.
    Made(&'static str),
}

/// The last access token, so that none comes twice.
#[derive(Default)]
struct Last(String);

impl Last {
    fn take(&mut self, body: &str, algorithm: Algorithm) -> anyhow::Result<()> {
        let token = proof::member(body, "access_token").context("there is no access token in the answer")?;
        proof::looks_like(token, algorithm)?;
        ensure!(self.0 != token, "the same token was answered twice");
        token.clone_into(&mut self.0);
        Ok(())
    }

    fn evidence(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|token| !token.is_empty())
    }
}

fn succeeded(answer: &Answer<'_>) -> anyhow::Result<()> {
    ensure!(answer.status == 200, "{}", answer.short());
    Ok(())
}

/// The same request again and again.
pub struct Repeat {
    request: Vec<u8>,
    expected: Expected,
    last: Last,
}

impl Repeat {
    /// Asks this, expects that.
    pub fn new(request: Vec<u8>, expected: Expected) -> Self {
        Self { request, expected, last: Last::default() }
    }
}

impl Script for Repeat {
    fn ask(&mut self, out: &mut Vec<u8>) -> Next {
        out.extend_from_slice(&self.request);
        Next::Asked
    }

    fn check(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        match self.expected {
            Expected::Made(_) => ensure!(answer.status == 201, "{}", answer.short()),
            Expected::Token(_) | Expected::Text(_) => succeeded(answer)?,
        }
        match self.expected {
            Expected::Token(algorithm) => self.last.take(answer.body, algorithm),
            Expected::Text(text) | Expected::Made(text) => {
                ensure!(answer.body.contains(text), "{text:?} is not in {}", answer.short());
                Ok(())
            }
        }
    }

    fn evidence(&self) -> Option<&str> {
        self.last.evidence()
    }
}

/// The token endpoint as a client with one varying parameter uses it.
#[derive(Clone)]
pub struct TokenForm {
    /// The Host header.
    pub host: String,
    /// The path.
    pub path: &'static str,
    /// Everything but what varies, as form text that ends in `&NAME=`.
    pub prefix: String,
}

impl TokenForm {
    /// The request with that value, which needs no escaping.
    pub fn with(&self, value: &str) -> Vec<u8> {
        http::post(&self.host, self.path, "", &format!("{}{value}", self.prefix))
    }
}

/// A refresh token is exchanged for its successor, and so on.
pub struct Refresh {
    form: TokenForm,
    algorithm: Algorithm,
    token: String,
    last: Last,
}

impl Refresh {
    /// Begins with `token`.
    pub fn new(form: TokenForm, algorithm: Algorithm, token: String) -> Self {
        Self { form, algorithm, token, last: Last::default() }
    }
}

impl Script for Refresh {
    fn ask(&mut self, out: &mut Vec<u8>) -> Next {
        out.extend_from_slice(&self.form.with(&self.token));
        Next::Asked
    }

    fn check(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        succeeded(answer)?;
        self.last.take(answer.body, self.algorithm)?;
        let next = proof::member(answer.body, "refresh_token").context("there is no refresh token in the answer")?;
        ensure!(self.token != next, "the refresh token was not rotated");
        next.clone_into(&mut self.token);
        Ok(())
    }

    fn evidence(&self) -> Option<&str> {
        self.last.evidence()
    }
}

/// Codes that were prepared are redeemed, each once.
pub struct Redeem {
    form: TokenForm,
    algorithm: Algorithm,
    codes: Vec<String>,
    last: Last,
}

impl Redeem {
    /// Redeems these.
    pub fn new(form: TokenForm, algorithm: Algorithm, codes: Vec<String>) -> Self {
        Self { form, algorithm, codes, last: Last::default() }
    }
}

impl Script for Redeem {
    fn ask(&mut self, out: &mut Vec<u8>) -> Next {
        let Some(code) = self.codes.pop() else { return Next::Over };
        out.extend_from_slice(&self.form.with(&code));
        Next::Asked
    }

    fn check(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        succeeded(answer)?;
        self.last.take(answer.body, self.algorithm)?;
        proof::member(answer.body, "refresh_token").context("there is no refresh token in the answer")?;
        Ok(())
    }

    fn evidence(&self) -> Option<&str> {
        self.last.evidence()
    }
}

/// Assertions that were signed before are presented, each once.
pub struct Present {
    form: TokenForm,
    algorithm: Algorithm,
    assertions: Vec<String>,
    last: Last,
}

impl Present {
    /// Presents these.
    pub fn new(form: TokenForm, algorithm: Algorithm, assertions: Vec<String>) -> Self {
        Self { form, algorithm, assertions, last: Last::default() }
    }
}

impl Script for Present {
    fn ask(&mut self, out: &mut Vec<u8>) -> Next {
        let Some(assertion) = self.assertions.pop() else { return Next::Over };
        out.extend_from_slice(&self.form.with(&assertion));
        Next::Asked
    }

    fn check(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        succeeded(answer)?;
        self.last.take(answer.body, self.algorithm)
    }

    fn evidence(&self) -> Option<&str> {
        self.last.evidence()
    }
}

/// Codes are collected, not measured.
pub struct Authorize {
    request: Vec<u8>,
    left: usize,
    found: std::sync::mpsc::Sender<String>,
}

impl Authorize {
    /// Asks `count` times and passes on what is found.
    pub fn new(request: Vec<u8>, count: usize, found: std::sync::mpsc::Sender<String>) -> Self {
        Self { request, left: count, found }
    }
}

impl Script for Authorize {
    fn ask(&mut self, out: &mut Vec<u8>) -> Next {
        if self.left == 0 {
            return Next::Done;
        }
        self.left -= 1;
        out.extend_from_slice(&self.request);
        Next::Asked
    }

    fn check(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        Ok(self.found.send(sent_back(answer)?)?)
    }
}

/// The sign-in form is sent with the right password; each was opened before.
pub struct SignIn(pub Vec<Vec<u8>>);

impl Script for SignIn {
    fn ask(&mut self, out: &mut Vec<u8>) -> Next {
        let Some(request) = self.0.pop() else { return Next::Over };
        out.extend_from_slice(&request);
        Next::Asked
    }

    fn check(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        sent_back(answer).map(drop)
    }
}

/// A script that ends after so many requests.
pub struct Limited {
    inner: Box<dyn Script>,
    left: usize,
}

impl Limited {
    /// Asks what `inner` asks, `count` times.
    pub fn new(inner: Box<dyn Script>, count: usize) -> Self {
        Self { inner, left: count }
    }
}

impl Script for Limited {
    fn ask(&mut self, out: &mut Vec<u8>) -> Next {
        if self.left == 0 {
            return Next::Done;
        }
        self.left -= 1;
        self.inner.ask(out)
    }

    fn check(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        self.inner.check(answer)
    }
}

/// The code in an answer that sends the browser back to the application.
///
/// # Errors
/// The answer is another one.
pub fn sent_back(answer: &Answer<'_>) -> anyhow::Result<String> {
    let location = answer.header("location").unwrap_or_default();
    code_of(location).with_context(|| format!("no code came back: {} {location}", answer.short()))
}
