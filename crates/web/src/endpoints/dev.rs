//! What is served under `--dev` alone: the virtual clock, recorded events, answers that applications are to meet,
//! and those of people who are elsewhere.

use std::time::Duration;

use axum::http::Method;
use grantor_dialects::{Dialect as _, Reply, rehearsed, wording};
use grantor_environment::Clock;
use grantor_flows::FlowError;
use grantor_flows::backchannel::rehearsal;
use grantor_jose::base64url;
use grantor_protocol::{ClientId, FlowId, Handle, HandleDigest, HandleKind};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::incoming::Incoming;
use crate::rehearsals::{At, Wish};
use crate::respond::{self, Answer};

/// `GET`: what the clock shows. `POST {"advance":"1h"}`: moves it forward.
pub fn clock(app: &App, incoming: &Incoming) -> Answer {
    let Some(clock) = &app.dev_clock else { return respond::method_not_allowed(&[]) };
    if let Some(refused) = of_another_origin(app, incoming) {
        return refused;
    }
    if incoming.is_post() {
        let asked: Option<Value> = serde_json::from_slice(&incoming.body).ok();
        let length = asked.as_ref().and_then(|body| body.get("advance")).and_then(Value::as_str).and_then(parse_length);
        let Some(length) = length else {
            return hint(400, "expected {\"advance\": \"1h\"}: a whole number and s, m, h or d");
        };
        clock.advance(length);
    }
    let now = clock.now();
    respond::reply(&Reply::no_store(200, json!({"now": now.seconds()})))
}

/// `?id=UUID`: the events of one flow, or of the flow that one request belongs to; without it, the newest of all.
pub fn flows(app: &App, incoming: &Incoming) -> Answer {
    let id: Option<FlowId> = incoming.query().ok().and_then(|query| query.sole("id").and_then(|id| id.parse().ok()));
    let events = id.map_or_else(|| app.env.recorder.newest(200), |id| app.env.recorder.of(id));
    respond::reply(&Reply::no_store(200, json!({ "events": events })))
}

/// `GET`: the refusals that were wished for and have not been given yet. `POST {"code": 50076}`: the next request of an
/// application is refused with that; of which application (`client_id`), where (`at`: `authorize` or `token`) and how often
/// (`times`) may be said. `DELETE`: forgets them.
pub fn refusals(app: &App, incoming: &Incoming) -> Answer {
    let Some(rehearsals) = app.rehearsals() else { return respond::method_not_allowed(&[]) };
    if let Some(refused) = of_another_origin(app, incoming) {
        return refused;
    }
    if incoming.method == Method::DELETE {
        rehearsals.clear();
    }
    if incoming.is_post() {
        let wish = match wish(&incoming.body) {
            Ok(wish) => wish,
            Err(what) => return hint(400, &what),
        };
        if !rehearsals.wish(wish) {
            return hint(409, "too many refusals wait already: DELETE forgets them");
        }
    }
    let waiting: Vec<Value> = rehearsals.waiting().iter().map(shown).collect();
    respond::reply(&Reply::no_store(200, json!({ "waiting": waiting })))
}

/// `GET`: the requests that wait for people who are elsewhere. `POST ?auth_req_id=…&action=allow` (or `deny`): answers one of
/// them for its person, without their browser; `id`, as `GET` shows it, does as well.
pub async fn ciba(app: &App, incoming: &Incoming) -> Answer {
    if app.dev_clock.is_none() {
        return respond::method_not_allowed(&[]);
    }
    if let Some(refused) = of_another_origin(app, incoming) {
        return refused;
    }
    let answered = if incoming.is_post() { answered(app, incoming).await } else { listed(app).await };
    match answered {
        Ok(answer) => answer,
        Err(FlowError::Refused(refusal)) => hint(409, &wording::sentence(&refusal)),
        Err(error) => {
            super::log_failure(&incoming.trace, &error);
            hint(500, "the service cannot answer now")
        }
    }
}

async fn listed(app: &App) -> Result<Answer, FlowError> {
    let shown = |one: &rehearsal::Waiting| {
        json!({
            "id": base64url::encode(one.digest.as_bytes()),
            "tenant": one.tenant.domain,
            "user": one.user.user_principal_name,
            "client_id": one.code.client_id.as_str(),
            "binding_message": one.code.awaits.as_ref().and_then(|awaited| awaited.binding_message.as_ref()),
            "expires_at": one.code.expires_at.seconds(),
        })
    };
    let waiting: Vec<Value> = rehearsal::everything_waiting(&app.env).await?.iter().map(shown).collect();
    Ok(respond::reply(&Reply::no_store(200, json!({ "waiting": waiting }))))
}

async fn answered(app: &App, incoming: &Incoming) -> Result<Answer, FlowError> {
    let query = incoming.query()?;
    let by_secret = query.sole("auth_req_id").and_then(|id| Handle::parse(HandleKind::BackchannelRequest, id).ok());
    let by_id = || query.sole("id").and_then(|id| base64url::decode(id).ok()?.try_into().ok());
    let digest = by_secret.map(|handle| handle.digest()).or_else(|| by_id().map(HandleDigest::from_bytes));
    let approved = match query.sole("action") {
        Some("allow") => Some(true),
        Some("deny") => Some(false),
        _ => None,
    };
    let (Some(digest), Some(approved)) = (digest, approved) else {
        return Ok(hint(400, "expected ?auth_req_id=…&action=allow, or deny; or the id that GET shows"));
    };
    rehearsal::answer(&app.env, &incoming.trace, digest, approved, app.oidc.layout()).await?;
    Ok(respond::reply(&Reply::no_store(200, json!({ "approved": approved }))))
}

fn shown(wish: &Wish) -> Value {
    json!({
        "code": wish.code,
        "client_id": wish.client.as_ref().map(ClientId::as_str),
        "at": wish.at.map(At::as_str),
        "times": wish.times,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wished {
    code: u32,
    client_id: Option<String>,
    at: Option<String>,
    #[serde(default = "once")]
    times: u32,
}

const fn once() -> u32 {
    1
}

fn wish(body: &[u8]) -> Result<Wish, String> {
    let wished: Wished = serde_json::from_slice(body).map_err(|error| {
        format!(
            "expected {{\"code\": 50076, \"client_id\": …, \"at\": …, \"times\": 1}}, the code alone is needed: {error}"
        )
    })?;
    if rehearsed::find(wished.code).is_none() {
        let known: Vec<String> = rehearsed::REHEARSALS.iter().map(|one| one.code.to_string()).collect();
        return Err(format!(
            "{} cannot be rehearsed: what can is {}; all others come about by themselves",
            wished.code,
            known.join(", ")
        ));
    }
    let client = wished.client_id.as_deref().map(ClientId::parse).transpose();
    let at = wished.at.as_deref().map(|at| At::parse(at).ok_or("\"at\" must be authorize or token"));
    Ok(Wish {
        code: wished.code,
        client: client.map_err(|error| format!("\"client_id\" names no application: {error}"))?,
        at: at.transpose()?,
        times: wished.times,
    })
}

/// Any page that the developer looks at could send a form here.
fn of_another_origin(app: &App, incoming: &Incoming) -> Option<Answer> {
    let reads = incoming.method == Method::GET || incoming.method == Method::HEAD;
    let other = !reads && incoming.origin().is_some_and(|origin| origin != app.env.public.origin());
    other.then(|| hint(403, "this is for tests and for this server's own pages, not for pages of other origins"))
}

fn hint(status: u16, what: &str) -> Answer {
    respond::reply(&Reply::no_store(status, json!({ "error": what })))
}

fn parse_length(text: &str) -> Option<Duration> {
    let split = text.find(|character: char| !character.is_ascii_digit())?;
    let number: u64 = text[..split].parse().ok()?;
    let unit = match text[split..].trim() {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    number.checked_mul(unit).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_a_number_and_a_unit() {
        assert_eq!(parse_length("90m"), Some(Duration::from_mins(90)));
        assert_eq!(parse_length("1 h"), Some(Duration::from_hours(1)));
        for bad in ["", "h", "1", "-1h", "1w", "1.5h", "99999999999999999999d"] {
            assert_eq!(parse_length(bad), None, "{bad}");
        }
    }
}
