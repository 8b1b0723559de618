//! What answers said, each checked for everything that clients read.

use std::collections::BTreeSet;

use grantor_dialects::entra::meanings::Place;
use grantor_testkit::{Answer, Arrival, Authorize, Device, DeviceRequest, Page, Person, TestPlatform, TokenRequest};
use serde_json::Value;

/// What one answer says: the code, where, and in which words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The number after `AADSTS`.
    pub code: u32,
    /// Where it appears.
    pub at: Place,
    /// The HTTP status; 0 where a redirect carries the answer.
    pub status: u16,
    /// The OAuth error; empty on a page.
    pub error: &'static str,
    /// The finer word; empty if there is none.
    pub suberror: &'static str,
}

/// The rows that were found so far.
#[derive(Debug, Default)]
pub struct Seen(BTreeSet<(u32, Place, u16, String, String)>);

impl Seen {
    /// As rows. A word that no row has is shown as it is.
    pub fn rows(&self) -> BTreeSet<Row> {
        let row = |(code, at, status, error, suberror): &(u32, Place, u16, String, String)| Row {
            code: *code,
            at: *at,
            status: *status,
            error: error.clone().leak(),
            suberror: suberror.clone().leak(),
        };
        self.0.iter().map(row).collect()
    }

    /// An answer in JSON that says no.
    #[track_caller]
    pub fn json(&mut self, at: Place, answer: &Answer) {
        let body = answer.json();
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let codes: Vec<u32> = body["error_codes"]
            .as_array()
            .unwrap_or_else(|| panic!("no refusal: {body}"))
            .iter()
            .map(|code| u32::try_from(code.as_u64().unwrap_or_default()).unwrap_or_default())
            .collect();
        let (trace_id, timestamp) = (text("trace_id"), text("timestamp"));
        assert!(is_id(&trace_id) && is_id(&text("correlation_id")), "{body}");
        assert!(is_timestamp(&timestamp), "{body}");
        described(&text("error_description"), codes[0], Some((&trace_id, &timestamp)));
        if at == Place::Token {
            assert_eq!(answer.header("x-ms-request-id"), trace_id, "{body}");
            assert_eq!(answer.header("cache-control"), "no-store, no-cache", "{body}");
        }
        assert!(answer.header("content-type").starts_with("application/json"), "{body}");
        let mut members: Vec<&str> = body.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        members.retain(|name| *name != "suberror");
        let mut expected =
            ["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id"].to_vec();
        members.sort_unstable();
        expected.sort_unstable();
        assert_eq!(members, expected);
        self.0.insert((codes[0], at, answer.code(), text("error"), text("suberror")));
    }

    /// A request at the token endpoint that is refused.
    pub async fn token(&mut self, platform: &TestPlatform, request: &TokenRequest) {
        self.json(Place::Token, &platform.token(request).await);
    }

    /// A request for a device code that is refused.
    pub async fn device(&mut self, platform: &TestPlatform, request: &DeviceRequest) {
        self.json(Place::Token, &request.send(platform).await);
    }

    /// A device code that buys nothing.
    pub async fn redeemed(&mut self, platform: &TestPlatform, device: &Device) {
        self.token(platform, &device.redeem()).await;
    }

    /// An address of discovery that refuses.
    pub async fn discovery(&mut self, platform: &TestPlatform, target: &str) {
        self.json(Place::Discovery, &platform.get(target, &[]).await);
    }

    /// Where a browser came to rest: a page that refuses, or the application with an error.
    #[track_caller]
    pub fn arrival(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Page(page) => self.page(&page),
            Arrival::Application(response) => {
                let (error, code) = response.error();
                described(response.get("error_description"), code, None);
                self.0.insert((code, Place::Answer, 0, error, String::new()));
            }
        }
    }

    /// A page that refuses.
    #[track_caller]
    pub fn page(&mut self, page: &Page) {
        let code = page.text_of("error-code").unwrap_or_else(|| panic!("no refusal: {}", page.text()));
        let number = code.strip_prefix("AADSTS").and_then(|number| number.parse().ok());
        assert!(is_id(&page.text_of("trace-id").unwrap_or_default()), "{code}");
        assert!(!page.text_of("error").unwrap_or_default().is_empty(), "{code}");
        let number: u32 = number.unwrap_or_else(|| panic!("{code}"));
        self.0.insert((number, Place::Page, page.answer.code(), String::new(), String::new()));
    }

    /// A browser that was never here goes where the application sends it.
    pub async fn authorize(&mut self, platform: &TestPlatform, request: &Authorize) {
        self.arrival(platform.browser().authorize(request).await);
    }

    /// The same, and the person signs in.
    pub async fn signed_in(&mut self, platform: &TestPlatform, request: &Authorize, person: Person) {
        let mut browser = platform.browser();
        let page = browser.authorize(request).await.page();
        self.arrival(browser.sign_in(page, person).await);
    }
}

fn is_id(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.chars().all(|letter| letter == '-' || letter.is_ascii_hexdigit())
}

/// `2026-05-01 10:12:12Z`, with a space.
fn is_timestamp(text: &str) -> bool {
    let shape: String = text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    shape == "0000-00-00 00:00:00Z"
}

#[track_caller]
fn described(text: &str, code: u32, same: Option<(&str, &str)>) {
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert!(lines[0].starts_with(&format!("AADSTS{code}: ")), "{text}");
    let names: Vec<&str> = lines[1..].iter().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(names, ["Trace ID", "Correlation ID", "Timestamp"], "{text}");
    if let Some((trace_id, timestamp)) = same {
        assert_eq!((lines[1], lines[3]), (&*format!("Trace ID: {trace_id}"), &*format!("Timestamp: {timestamp}")));
    }
}
