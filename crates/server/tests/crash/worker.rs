//! One application instance that asks for codes, redeems and renews without a pause, and remembers what it was told.

use std::collections::BTreeSet;
use std::io;
use std::ops::Add;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use grantor_testkit::wire::{Answer, Client};
use grantor_testkit::{Authorize, NATIVE, TokenRequest, unverified_claims};
use serde_json::Value;

use crate::chance::Chance;
use crate::now;

/// A spent token is presented again only well within the grace window.
const WELL_WITHIN_GRACE: Duration = Duration::from_secs(25);
const MOST_FAMILIES: usize = 4;
const MOST_CODES: usize = 3;

/// What one worker has seen happen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Codes that were redeemed.
    pub redeemed: u32,
    /// Refresh tokens that were exchanged.
    pub rotated: u32,
    /// Spent tokens that gave the same successor again.
    pub repeated: u32,
    /// Spent codes that were refused.
    pub replayed: u32,
    /// Requests that were cut off by a kill and asked again afterwards.
    pub recovered: u32,
    /// Of these: the work had been done.
    pub had_been_done: u32,
    /// Families given up, since their grace window had passed before the program was back.
    pub too_late: u32,
}

impl Add for Counts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            redeemed: self.redeemed + other.redeemed,
            rotated: self.rotated + other.rotated,
            repeated: self.repeated + other.repeated,
            replayed: self.replayed + other.replayed,
            recovered: self.recovered + other.recovered,
            had_been_done: self.had_been_done + other.had_been_done,
            too_late: self.too_late + other.too_late,
        }
    }
}

/// How far the workers of a round are.
#[derive(Debug, Default)]
pub struct Progress {
    /// What they have done since everything was checked.
    pub steps: AtomicU64,
    /// Something is being killed: from here on they may be cut off.
    pub killing: AtomicBool,
}

/// A code that was acknowledged.
struct Code {
    request: Authorize,
    text: String,
    /// It was sent, and no answer came.
    in_doubt: bool,
}

/// What one redemption bought, as far as it was acknowledged.
struct Family {
    id: String,
    code: Code,
    newest: String,
    /// The token before the newest, and when it was sent for the first time.
    previous: Option<(String, Instant)>,
    /// When the newest was sent without an answer.
    in_doubt: Option<Instant>,
}

pub struct Worker {
    chance: Chance,
    cookie: String,
    codes: Vec<Code>,
    families: Vec<Family>,
    family_ids: BTreeSet<String>,
    refresh_tokens: BTreeSet<String>,
    pub counts: Counts,
}

impl Worker {
    pub fn new(seed: u64, cookie: &str) -> Self {
        Self {
            chance: Chance::new(seed),
            cookie: cookie.to_owned(),
            codes: Vec::new(),
            families: Vec::new(),
            family_ids: BTreeSet::new(),
            refresh_tokens: BTreeSet::new(),
            counts: Counts::default(),
        }
    }

    /// Checks all that was acknowledged, then works on until something is killed.
    pub fn work(&mut self, address: &str, progress: &Progress) {
        let outcome = Client::connect(address).and_then(|mut client| {
            self.check_everything(&mut client)?;
            loop {
                self.step(&mut client)?;
                progress.steps.fetch_add(1, Ordering::SeqCst);
            }
        });
        if let Err::<(), _>(error) = outcome {
            assert!(progress.killing.load(Ordering::SeqCst), "it failed while nothing was killed: {error}");
        }
    }

    /// Checks all that was acknowledged, of a program that lives on.
    pub fn check(&mut self, address: &str) {
        Client::connect(address).and_then(|mut client| self.check_everything(&mut client)).unwrap();
    }

    fn check_everything(&mut self, client: &mut Client) -> io::Result<()> {
        // First what is in doubt: the grace window runs. What took longer than that to come back is lost by design.
        let families = self.families.len();
        self.families.retain(|family| family.in_doubt.is_none_or(|sent_at| sent_at.elapsed() < WELL_WITHIN_GRACE));
        self.counts.too_late += u32::try_from(families - self.families.len()).unwrap();
        for place in 0..self.families.len() {
            if self.families[place].in_doubt.is_some() {
                self.counts.recovered += 1;
                self.rotate(client, place)?;
            }
        }
        for place in 0..self.families.len() {
            self.repeat(client, place)?;
            self.rotate(client, place)?;
            self.repeat(client, place)?;
        }
        while !self.codes.is_empty() {
            self.redeem(client, 0)?;
        }
        Ok(())
    }

    fn step(&mut self, client: &mut Client) -> io::Result<()> {
        match self.chance.below(20) {
            0..5 if self.codes.len() < MOST_CODES => self.ask(client),
            0..10 if !self.codes.is_empty() => {
                let place = self.chance.place(self.codes.len());
                self.redeem(client, place)
            }
            10 if self.families.len() > 1 => {
                let place = self.chance.place(self.families.len());
                self.replay(client, place)
            }
            11..14 if !self.families.is_empty() => {
                let place = self.chance.place(self.families.len());
                self.repeat(client, place)
            }
            _ if !self.families.is_empty() => {
                let place = self.chance.place(self.families.len());
                self.rotate(client, place)
            }
            _ => self.ask(client),
        }
    }

    /// Asks for a code; the sign-in was acknowledged long ago, so there is nothing to ask the person.
    fn ask(&mut self, client: &mut Client) -> io::Result<()> {
        let request = Authorize::by(NATIVE).with("prompt", "none");
        let answer = served(client.send("GET", &request.target(), &[("cookie", &self.cookie)], "")?)?;
        let location = answer.header("location");
        let code = location.split_once("code=").map(|(_, rest)| rest.split('&').next().unwrap_or_default().to_owned());
        let Some(text) = code else { panic!("the session is lost: {} {location}", answer.status) };
        self.codes.push(Code { request, text, in_doubt: false });
        Ok(())
    }

    fn redeem(&mut self, client: &mut Client, place: usize) -> io::Result<()> {
        let code = &mut self.codes[place];
        let sent_before = std::mem::replace(&mut code.in_doubt, true);
        let answer = token(client, &code.request.redeem(&code.text))?;
        let code = self.codes.swap_remove(place);
        self.counts.recovered += u32::from(sent_before);
        if sent_before && number(&answer) == 54005 {
            // It had been redeemed, and its reply was lost: what it bought is revoked now.
            self.counts.had_been_done += 1;
            return Ok(());
        }
        let (refresh_token, id) = self.acknowledged(&answer, "a code that was acknowledged is lost");
        assert!(self.family_ids.insert(id.clone()), "one code bought two families, or two codes one: {id}");
        self.counts.redeemed += 1;
        if self.families.len() == MOST_FAMILIES {
            self.families.remove(0);
        }
        self.families.push(Family { id, code, newest: refresh_token, previous: None, in_doubt: None });
        Ok(())
    }

    fn rotate(&mut self, client: &mut Client, place: usize) -> io::Result<()> {
        let family = &mut self.families[place];
        let sent_at = *family.in_doubt.get_or_insert_with(now);
        let presented = family.newest.clone();
        let answer = token(client, &TokenRequest::refresh(NATIVE, &presented))?;
        let (successor, id) = self.acknowledged(&answer, "a refresh token that was acknowledged is lost");
        let family = &mut self.families[place];
        assert_eq!(id, family.id, "a renewal changed the family");
        *family = Family {
            id,
            newest: successor,
            previous: Some((presented, sent_at)),
            in_doubt: None,
            code: Code { request: family.code.request.clone(), text: family.code.text.clone(), in_doubt: false },
        };
        self.counts.rotated += 1;
        Ok(())
    }

    /// The token before the newest still gives the newest, and never another one.
    fn repeat(&mut self, client: &mut Client, place: usize) -> io::Result<()> {
        let family = &self.families[place];
        let Some((previous, sent_at)) = &family.previous else { return Ok(()) };
        if sent_at.elapsed() > WELL_WITHIN_GRACE {
            return Ok(());
        }
        let answer = token(client, &TokenRequest::refresh(NATIVE, previous))?;
        let body = success(&answer, "a spent refresh token is refused within the grace window");
        assert_eq!(body["refresh_token"], family.newest, "one refresh token has two successors");
        self.counts.repeated += 1;
        Ok(())
    }

    /// A spent code buys nothing, and ends what it bought.
    fn replay(&mut self, client: &mut Client, place: usize) -> io::Result<()> {
        // Whatever comes of it, nothing more is expected of this family.
        let family = self.families.swap_remove(place);
        let answer = token(client, &family.code.request.redeem(&family.code.text))?;
        assert_eq!(number(&answer), 54005, "a code was redeemed twice: {}", answer.body);
        let answer = token(client, &TokenRequest::refresh(NATIVE, &family.newest))?;
        assert_eq!(number(&answer), 50173, "a replayed code left its tokens alive: {}", answer.body);
        self.counts.replayed += 1;
        Ok(())
    }

    /// The refresh token and the family of a reply that must be good.
    #[track_caller]
    fn acknowledged(&mut self, answer: &Answer, otherwise: &str) -> (String, String) {
        let body = success(answer, otherwise);
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let (refresh_token, access_token) = (text("refresh_token"), text("access_token"));
        assert!(self.refresh_tokens.insert(refresh_token.clone()), "one refresh token succeeds two");
        (refresh_token, unverified_claims(&access_token)["rh"].to_string())
    }
}

fn token(client: &mut Client, request: &TokenRequest) -> io::Result<Answer> {
    served(client.token(request)?)
}

/// Without its database the program says that it cannot answer: whether the work was done is as open as after a cut.
fn served(answer: Answer) -> io::Result<Answer> {
    if answer.status != 503 {
        return Ok(answer);
    }
    assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{} without a time to wait", answer.body);
    Err(io::Error::other(format!("503: {}", answer.body)))
}

#[track_caller]
fn success(answer: &Answer, otherwise: &str) -> Value {
    assert_eq!(answer.status, 200, "{otherwise}: {}", answer.body);
    answer.json()
}

fn number(answer: &Answer) -> u64 {
    answer.json()["error_codes"][0].as_u64().unwrap_or_default()
}
