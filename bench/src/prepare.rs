//! What must be there before a row can be measured: people who are signed in, codes, tokens, opened pages.

use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::browser::{Browser, REDIRECT_URI};
use crate::generator::{self, Script, Scripts};
use crate::http::{form, get, post};
use crate::proof::{Algorithm, member};
use crate::rows::Row;
use crate::scripts::{Authorize, Expected, Present, Redeem, Refresh, Repeat, SignIn, TokenForm};
use crate::sides::{Pairs, Server, Standard, Words, assertions};

/// One proof key for all: what it costs to check does not depend on it.
const VERIFIER: &str = "benchmark-verifier-benchmark-verifier-benchmark";
const LONGEST_PREPARATION: Duration = Duration::from_mins(5);

/// A server with people who are signed in.
pub struct Stage<'a> {
    /// The server.
    pub server: &'a Server,
    connections: usize,
    words: &'static Words,
    browsers: Vec<Browser>,
}

impl<'a> Stage<'a> {
    /// A stage on which nobody is signed in yet.
    pub const fn new(server: &'a Server, connections: usize) -> Self {
        Self { server, connections, words: server.side.words(), browsers: Vec::new() }
    }

    /// A script for each connection. Rows that consume what was prepared get `amount` requests' worth of it.
    ///
    /// # Errors
    /// The server answers something else than expected.
    pub fn scripts(&mut self, row: Row, amount: usize) -> anyhow::Result<Scripts> {
        match row {
            Row::Credentials(algorithm) => Ok(self.repeat(&self.credentials(algorithm), Expected::Token(algorithm))),
            Row::Refresh(algorithm) => self.refresh(algorithm),
            Row::Code(algorithm) => self.redeem(algorithm, amount),
            Row::Userinfo => {
                let place = self.words.userinfo;
                let request = get(&self.server.host, place.path, &self.bearer()?);
                Ok(self.repeat(&request, Expected::Text(place.shows)))
            }
            Row::Me => {
                let place = self.words.me.context("it has no such path")?;
                let request = get(&self.server.host, place.path, &self.bearer()?);
                Ok(self.repeat(&request, Expected::Text(place.shows)))
            }
            Row::Discovery | Row::Keys => {
                let place = if row == Row::Keys { self.words.keys } else { self.words.discovery };
                Ok(self.repeat(&get(&self.server.host, place.path, ""), Expected::Text(place.shows)))
            }
            Row::Introspection | Row::OpaqueUserinfo | Row::Pushed | Row::Assertion => {
                self.of_the_standard(row, amount)
            }
            Row::Password => self.sign_ins(amount),
        }
    }

    fn of_the_standard(&self, row: Row, amount: usize) -> anyhow::Result<Scripts> {
        let words = self.server.side.standard().context("it has no such path")?;
        let host = &self.server.host;
        if row == Row::Assertion {
            return self.presentations(words, amount);
        }
        if row == Row::Pushed {
            let challenge = challenge();
            let common = authorization_of(words.web[0], &challenge);
            let pairs = [&common[..], &words.web[1..], words.person_asks].concat();
            let request = post(host, words.push, "", &form(&pairs));
            return Ok(self.repeat(&request, Expected::Made("\"request_uri\":\"urn:")));
        }
        let mut browser = Browser::new(self.server.address(), host)?;
        let challenge = challenge();
        let asks = [&authorization_of(words.web[0], &challenge)[..], words.person_asks].concat();
        let code = browser.walk(&format!("{}?{}", words.authorize, form(&asks)), &person(0))?;
        let grant = [("grant_type", "authorization_code"), ("redirect_uri", REDIRECT_URI), ("code_verifier", VERIFIER)];
        let pairs = [&grant, words.web, &[("code", code.as_str())]].concat();
        let body = browser.exchange(&post(host, words.token, "", &form(&pairs)))?;
        let token = member(&body, "access_token").context("there is no access token in the answer")?;
        if row == Row::Introspection {
            let pairs = [words.web, &[("token", token)]].concat();
            let request = post(host, words.introspect, "", &form(&pairs));
            return Ok(self.repeat(&request, Expected::Text("\"active\":true")));
        }
        ensure!(token.matches('.').count() < 2, "the token is not opaque");
        let request = get(host, words.userinfo.path, &format!("authorization: Bearer {token}\r\n"));
        Ok(self.repeat(&request, Expected::Text(words.userinfo.shows)))
    }

    fn presentations(&self, words: &Standard, amount: usize) -> anyhow::Result<Scripts> {
        let host = &self.server.host;
        let signed = assertions(words.signer, &format!("http://{host}{}", words.issuer), amount.max(self.connections))?;
        let grant = [
            ("grant_type", "client_credentials"),
            ("client_id", words.signer),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ];
        let prefix = format!("{}&client_assertion=", form(&[&grant, words.signer_asks].concat()));
        let ask = TokenForm { host: host.clone(), path: words.token, prefix };
        let shares = signed.chunks(signed.len().div_ceil(self.connections));
        let one =
            |share: &[String]| Box::new(Present::new(ask.clone(), Algorithm::Es256, share.to_vec())) as Box<dyn Script>;
        Ok(shares.map(one).collect())
    }

    fn repeat(&self, request: &[u8], expected: Expected) -> Scripts {
        let one = || Box::new(Repeat::new(request.to_vec(), expected)) as Box<dyn Script>;
        (0..self.connections).map(|_| one()).collect()
    }

    fn credentials(&self, algorithm: Algorithm) -> Vec<u8> {
        let grant: Pairs = &[("grant_type", "client_credentials")];
        let pairs = [grant, self.words.daemon, self.words.daemon_asks(algorithm)].concat();
        post(&self.server.host, self.words.token, "", &form(&pairs))
    }

    fn refresh(&mut self, algorithm: Algorithm) -> anyhow::Result<Scripts> {
        let asks = self.words.web_asks(algorithm);
        let codes = self.codes(asks, self.connections)?;
        let redeem = self.redemption(asks);
        let mut browser = Browser::new(self.server.address(), &self.server.host)?;
        let pairs = [&[("grant_type", "refresh_token")], self.words.web, asks].concat();
        let refresh = self.token_form(&pairs, "refresh_token");
        codes
            .iter()
            .map(|code| {
                let body = browser.exchange(&redeem.with(code))?;
                let token = member(&body, "refresh_token").context("there is no refresh token in the answer")?;
                Ok(Box::new(Refresh::new(refresh.clone(), algorithm, token.to_owned())) as Box<dyn Script>)
            })
            .collect()
    }

    fn redeem(&mut self, algorithm: Algorithm, amount: usize) -> anyhow::Result<Scripts> {
        let asks = self.words.web_asks(algorithm);
        let codes = self.codes(asks, amount)?;
        let redeem = self.redemption(asks);
        let shares = codes.chunks(codes.len().div_ceil(self.connections));
        Ok(shares
            .map(|share| Box::new(Redeem::new(redeem.clone(), algorithm, share.to_vec())) as Box<dyn Script>)
            .collect())
    }

    /// At least `count` codes, through sign-ins that are there.
    fn codes(&mut self, asks: Pairs, count: usize) -> anyhow::Result<Vec<String>> {
        self.sign_in(asks)?;
        let target = self.authorization(&[asks, &[("prompt", "none")]].concat());
        let (found, codes) = mpsc::channel();
        let each = count.div_ceil(self.connections);
        let scripts = (0..self.connections)
            .map(|number| {
                let browser = &self.browsers[number % self.browsers.len()];
                let request = get(&self.server.host, &target, &browser.cookie_line());
                Box::new(Authorize::new(request, each, found.clone())) as Box<dyn Script>
            })
            .collect();
        generator::run(&self.server.addresses, scripts, LONGEST_PREPARATION)?;
        drop(found);
        let codes: Vec<String> = codes.iter().collect();
        ensure!(codes.len() >= count, "{} codes were prepared, not {count}", codes.len());
        Ok(codes)
    }

    /// Signs everybody in and has them allow what is asked.
    fn sign_in(&mut self, asks: Pairs) -> anyhow::Result<()> {
        let target = self.authorization(asks);
        if self.browsers.is_empty() {
            for _ in 0..self.words.people {
                self.browsers.push(Browser::new(self.server.address(), &self.server.host)?);
            }
        }
        for (number, browser) in self.browsers.iter_mut().enumerate() {
            browser.walk(&target, &person(number))?;
        }
        Ok(())
    }

    /// An access token that says who the person is, as a header line.
    fn bearer(&mut self) -> anyhow::Result<String> {
        let mut browser = Browser::new(self.server.address(), &self.server.host)?;
        let code = browser.walk(&self.authorization(self.words.person_asks), &person(0))?;
        let body = browser.exchange(&self.redemption(&[]).with(&code))?;
        let token = member(&body, "access_token").context("there is no access token in the answer")?;
        Ok(format!("authorization: Bearer {token}\r\n"))
    }

    fn sign_ins(&self, amount: usize) -> anyhow::Result<Scripts> {
        let opened = self.open_sign_ins(amount.max(self.connections))?;
        let mut shares: Vec<Vec<Vec<u8>>> = vec![Vec::new(); self.connections];
        for (number, request) in opened.into_iter().enumerate() {
            shares[number % self.connections].push(request);
        }
        Ok(shares.into_iter().map(|share| Box::new(SignIn(share)) as Box<dyn Script>).collect())
    }

    /// Opens so many sign-in pages, and returns what their buttons would send.
    ///
    /// # Errors
    /// The server does not show them.
    pub fn open_sign_ins(&self, amount: usize) -> anyhow::Result<Vec<Vec<u8>>> {
        let target = self.authorization(self.words.person_asks);
        let mut browser = Browser::new(self.server.address(), &self.server.host)?;
        // What is asked for is allowed once, so that nothing but the sign-in is asked later.
        for number in 0..self.words.people {
            browser.forget();
            browser.walk(&target, &person(number))?;
        }
        let mut opened = Vec::with_capacity(amount);
        for number in 0..amount {
            browser.forget();
            opened.push(browser.open_sign_in(&target, &person(number % self.words.people))?);
        }
        Ok(opened)
    }

    fn authorization(&self, asks: &[(&str, &str)]) -> String {
        let challenge = challenge();
        let common = authorization_of(self.words.web[0], &challenge);
        format!("{}?{}", self.words.authorize, form(&[&common, asks].concat()))
    }

    fn redemption(&self, asks: Pairs) -> TokenForm {
        let grant = [("grant_type", "authorization_code"), ("redirect_uri", REDIRECT_URI), ("code_verifier", VERIFIER)];
        self.token_form(&[&grant, self.words.web, asks].concat(), "code")
    }

    fn token_form(&self, pairs: &[(&str, &str)], varies: &str) -> TokenForm {
        let prefix = format!("{}&{varies}=", form(pairs));
        TokenForm { host: self.server.host.clone(), path: self.words.token, prefix }
    }
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()))
}

/// What every authorization request of a client says.
fn authorization_of<'a>(client: (&'a str, &'a str), challenge: &'a str) -> [(&'a str, &'a str); 6] {
    [
        client,
        ("response_type", "code"),
        ("redirect_uri", REDIRECT_URI),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
        ("state", "benchmark"),
    ]
}

fn person(number: usize) -> String {
    format!("person-{number}@bench.example")
}
