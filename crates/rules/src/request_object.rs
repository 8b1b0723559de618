//! Whether a request object is the application's word to this server, now (RFC 9101 §4 and §6).
//!
//! Its signature is proven elsewhere; here is what its claims must say before what it asks for is looked at.

use std::time::Duration;

use grantor_environment::Timestamp;
use serde_json::{Map, Value};

use crate::model::{Application, Profile};
use crate::refusal::RequestObjectFault;

/// How far the clocks of others may be off (FAPI 2.0 Security Profile §5.3.2.1 takes ten seconds, and no more than sixty).
const CLOCKS_DIFFER_BY: Duration = Duration::from_secs(30);

/// How long a request object may be good under the profiles that say so (FAPI 2.0 Message Signing §5.3.1).
const LONGEST_LIFE: Duration = Duration::from_hours(1);

/// What the claims of a request object are compared with.
#[derive(Debug)]
pub struct Expected<'a> {
    /// Who sends it.
    pub application: &'a Application,
    /// The issuer that it must be for.
    pub issuer: &'a str,
    /// Now.
    pub now: Timestamp,
}

impl Expected<'_> {
    /// Whether the claims are a request of the application to this server, now.
    ///
    /// # Errors
    /// The first rule that does not hold.
    pub fn holds(&self, claims: &Map<String, Value>) -> Result<(), RequestObjectFault> {
        self.made_by_the_application(claims)?;
        self.for_us(claims)?;
        self.in_its_time(claims)?;
        self.of_the_application(claims)?;
        not_nested(claims)
    }

    /// Spec: RFC 9101 §4.
    fn made_by_the_application(&self, claims: &Map<String, Value>) -> Result<(), RequestObjectFault> {
        match claims.get("iss") {
            Some(issuer) if *issuer != *self.application.client_id.as_str() => Err(RequestObjectFault::Issuer),
            None if self.is_strict() => Err(RequestObjectFault::Issuer),
            _ => Ok(()),
        }
    }

    /// Spec: RFC 9101 §4. The specification lets it be left out; a profile does not.
    fn for_us(&self, claims: &Map<String, Value>) -> Result<(), RequestObjectFault> {
        let ours = |found: &Value| *found == *self.issuer;
        let fits = match claims.get("aud") {
            None => !self.is_strict(),
            Some(Value::Array(several)) => several.iter().any(ours),
            Some(one) => ours(one),
        };
        if fits { Ok(()) } else { Err(RequestObjectFault::Audience) }
    }

    /// Spec: RFC 7519 §4.1.4 and §4.1.5; FAPI 2.0 Message Signing §5.3.1.
    fn in_its_time(&self, claims: &Map<String, Value>) -> Result<(), RequestObjectFault> {
        let (from, until) = (moment(claims, "nbf")?, moment(claims, "exp")?);
        if until.is_some_and(|until| self.now >= until + CLOCKS_DIFFER_BY) {
            return Err(RequestObjectFault::Expired);
        }
        if from.is_some_and(|from| self.now + CLOCKS_DIFFER_BY < from) {
            return Err(RequestObjectFault::NotYet);
        }
        if !self.is_strict() {
            return Ok(());
        }
        match (from, until) {
            (Some(from), Some(until))
                if until.since(from) <= LONGEST_LIFE && self.now.since(from) <= LONGEST_LIFE + CLOCKS_DIFFER_BY =>
            {
                Ok(())
            }
            _ => Err(RequestObjectFault::Lifetime),
        }
    }

    /// A client assertion names the application as its subject and in no other way: it is no request (RFC 9101 §10.8).
    fn of_the_application(&self, claims: &Map<String, Value>) -> Result<(), RequestObjectFault> {
        let ours = |name: &str| claims.get(name).is_some_and(|found| *found == *self.application.client_id.as_str());
        if ours("client_id") && !ours("sub") { Ok(()) } else { Err(RequestObjectFault::Client) }
    }

    /// The profile in which every member must be there.
    fn is_strict(&self) -> bool {
        self.application.profile == Profile::Fapi2MessageSigning
    }
}

/// Spec: RFC 9101 §4.
fn not_nested(claims: &Map<String, Value>) -> Result<(), RequestObjectFault> {
    let holds = ["request", "request_uri"].iter().any(|name| claims.contains_key(*name));
    if holds { Err(RequestObjectFault::Nested) } else { Ok(()) }
}

/// A moment in seconds, perhaps with a fraction (RFC 7519 §2).
fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, RequestObjectFault> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_f64().filter(|seconds| (0.0..1e12).contains(seconds));
    #[expect(clippy::cast_possible_truncation, reason = "it is within the range")]
    let whole = |seconds: f64| Timestamp::from_seconds(seconds.floor() as i64);
    seconds.map(|seconds| Some(whole(seconds))).ok_or(RequestObjectFault::Malformed)
}
