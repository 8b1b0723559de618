//! What is asked of a filled store: each question is about somebody else.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use anyhow::{Context, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::records::API_URI;
use super::store::Tokens;
use super::world::{FamilyPlace, USES, World};
use crate::browser::REDIRECT_URI;
use crate::generator::{Next, Script};
use crate::http::{Answer, form, get, post};
use crate::proof::{self, Algorithm, member};
use crate::scripts::sent_back;

/// A filled store, as those who ask see it.
#[derive(Clone)]
pub struct Asked {
    /// What it holds.
    pub world: World,
    /// Its refresh tokens.
    pub tokens: Arc<Tokens>,
    /// The Host header.
    pub host: String,
}

/// Numbers that look random and are the same at each run (`SplitMix64`).
pub struct Dice(u64);

impl Dice {
    /// Dice that fall otherwise than those with another number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// A number below `count`.
    pub const fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % count
    }
}

impl Asked {
    fn token_path(tenant: u64) -> String {
        format!("/{}/oauth2/v2.0/token", World::domain(tenant))
    }

    fn as_application(&self, tenant: u64, application: u64, more: &[(&str, &str)]) -> Vec<u8> {
        let (id, secret) = (self.world.client_id(tenant, application), World::client_secret(tenant, application));
        let credentials = [("client_id", id.as_str()), ("client_secret", secret.as_str())];
        post(&self.host, &Self::token_path(tenant), "", &form(&[&credentials, more].concat()))
    }
}

fn access_token<'a>(answer: &'a Answer<'_>) -> anyhow::Result<&'a str> {
    ensure!(answer.status == 200, "{}", answer.short());
    member(answer.body, "access_token").context("there is no access token in the answer")
}

/// A daemon of somebody gets a token for itself.
pub struct Credentials {
    pub asked: Asked,
    pub dice: Dice,
    pub last: String,
}

impl Script for Credentials {
    fn ask(&mut self, out: &mut Vec<u8>) -> Next {
        let size = self.asked.world.size;
        let (tenant, application) = (self.dice.below(size.tenants), 1 + self.dice.below(size.applications_each() - 1));
        let scope = format!("{API_URI}/.default");
        let more = [("grant_type", "client_credentials"), ("scope", scope.as_str())];
        out.extend_from_slice(&self.asked.as_application(tenant, application, &more));
        Next::Asked
    }

    fn check(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        let token = access_token(answer)?;
        proof::looks_like(token, Algorithm::Es256)?;
        ensure!(self.last != token, "the same token was answered twice");
        token.clone_into(&mut self.last);
        Ok(())
    }

    fn evidence(&self) -> Option<&str> {
        Some(self.last.as_str()).filter(|token| !token.is_empty())
    }
}

/// A refresh token of a family that comes for the first time, or for the first time since long, is exchanged.
pub struct Refresh {
    pub asked: Asked,
    pub place: Option<FamilyPlace>,
    pub last: String,
    /// Access tokens for the directory API are asked for instead, so many, and passed on.
    pub collects: Option<(usize, Sender<Bearer>)>,
}

/// An access token, and whose it is.
pub struct Bearer {
    token: String,
    user_principal_name: String,
}

impl Script for Refresh {
    fn ask(&mut self, out: &mut Vec<u8>) -> Next {
        if let Some((left, _)) = &mut self.collects {
            if *left == 0 {
                return Next::Done;
            }
            *left -= 1;
        }
        let (place, successor) = self.asked.tokens.next();
        let token = successor.unwrap_or_else(|| self.asked.world.refresh_token(place).secret().expose().to_owned());
        let scope = if self.collects.is_some() { "User.Read" } else { "api://growth/Read offline_access" };
        let more = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", scope)];
        out.extend_from_slice(&self.asked.as_application(place.tenant, place.application, &more));
        self.place = Some(place);
        Next::Asked
    }

    fn check(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        let place = self.place.context("a family was asked for")?;
        let token = access_token(answer).with_context(|| format!("{place:?}"))?;
        let successor = member(answer.body, "refresh_token").context("there is no refresh token in the answer")?;
        self.asked.tokens.exchanged(place, successor);
        match &self.collects {
            None => {
                proof::looks_like(token, Algorithm::Es256)?;
                ensure!(self.last != token, "the same token was answered twice");
                token.clone_into(&mut self.last);
            }
            Some((_, found)) => {
                let user_principal_name = World::user_principal_name(place.tenant, place.person);
                found.send(Bearer { token: token.to_owned(), user_principal_name })?;
            }
        }
        Ok(())
    }

    fn evidence(&self) -> Option<&str> {
        Some(self.last.as_str()).filter(|token| !token.is_empty())
    }
}

/// Somebody who is signed in comes for a code, without a question.
pub struct Authorize {
    pub asked: Asked,
    pub dice: Dice,
}

impl Script for Authorize {
    fn ask(&mut self, out: &mut Vec<u8>) -> Next {
        let world = &self.asked.world;
        let (tenant, person) = (self.dice.below(world.size.tenants), self.dice.below(world.size.people_each()));
        let application = 1 + (person + self.dice.below(USES)) % (world.size.applications_each() - 1);
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, b"growth-verifier-growth-verifier-growth-verifier"));
        let client_id = world.client_id(tenant, application);
        let query = form(&[
            ("client_id", client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "api://growth/Read offline_access"),
            ("prompt", "none"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("state", "growth"),
        ]);
        let session = world.session(tenant, person);
        let cookie = format!("cookie: grantor-session-{}={}\r\n", world.tenant_id(tenant), session.secret().expose());
        let target = format!("/{}/oauth2/v2.0/authorize?{query}", World::domain(tenant));
        out.extend_from_slice(&get(&self.asked.host, &target, &cookie));
        Next::Asked
    }

    fn check(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        sent_back(answer).map(drop)
    }
}

/// Somebody asks who they are.
pub struct Me {
    pub host: String,
    pub bearers: Arc<Vec<Bearer>>,
    pub dice: Dice,
    pub who: usize,
}

impl Script for Me {
    fn ask(&mut self, out: &mut Vec<u8>) -> Next {
        let count = self.bearers.len() as u64;
        self.who = usize::try_from(self.dice.below(count)).unwrap_or_default();
        let header = format!("authorization: Bearer {}\r\n", self.bearers[self.who].token);
        out.extend_from_slice(&get(&self.host, "/v1.0/me", &header));
        Next::Asked
    }

    fn check(&mut self, answer: &Answer<'_>) -> anyhow::Result<()> {
        ensure!(answer.status == 200, "{}", answer.short());
        let expected = &self.bearers[self.who].user_principal_name;
        let found = member(answer.body, "userPrincipalName");
        ensure!(found == Some(expected.as_str()), "{expected} was expected: {}", answer.short());
        Ok(())
    }
}
