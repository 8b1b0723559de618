//! What is served under `--dev` alone: the virtual clock and recorded events.

use std::time::Duration;

use grantor_dialects::Reply;
use grantor_environment::Clock;
use grantor_protocol::FlowId;
use serde_json::{Value, json};

use crate::app::App;
use crate::incoming::Incoming;
use crate::respond::{self, Answer};

/// `GET`: what the clock shows. `POST {"advance":"1h"}`: moves it forward.
pub fn clock(app: &App, incoming: &Incoming) -> Answer {
    let Some(clock) = &app.dev_clock else { return respond::method_not_allowed(&[]) };
    // Any page that the developer looks at could send a form here.
    if incoming.is_post() && incoming.origin().is_some_and(|origin| origin != app.env.public.origin()) {
        let hint = json!({"error": "the clock is moved by tests and by this server's own pages, not by pages of other origins"});
        return respond::reply(&Reply::no_store(403, hint));
    }
    if incoming.is_post() {
        let asked: Option<Value> = serde_json::from_slice(&incoming.body).ok();
        let length = asked.as_ref().and_then(|body| body.get("advance")).and_then(Value::as_str).and_then(parse_length);
        let Some(length) = length else {
            let hint = json!({"error": "expected {\"advance\": \"1h\"}: a whole number and s, m, h or d"});
            return respond::reply(&Reply::no_store(400, hint));
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
