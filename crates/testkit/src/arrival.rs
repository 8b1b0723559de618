//! Where a browser comes to rest: on a page of ours, or back at the application.

use std::collections::BTreeMap;

use crate::{Answer, Page};

/// Where a browser came to rest.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// On a page of ours.
    Page(Page),
    /// At the application.
    Application(Response),
}

/// An authorization response as the application receives it.
#[derive(Clone, Debug)]
pub struct Response {
    /// How it came: `query`, `fragment` or `form_post`.
    pub mode: &'static str,
    /// The address that it came to, without the parameters.
    pub address: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, String>,
    /// The answer that sent the browser there.
    pub answer: Answer,
}

impl Arrival {
    /// The page; anything else fails the test.
    #[track_caller]
    pub fn page(self) -> Page {
        match self {
            Self::Page(page) => page,
            Self::Application(response) => panic!("expected a page, the application got {:?}", response.parameters),
        }
    }

    /// What the application received; anything else fails the test.
    #[track_caller]
    pub fn response(self) -> Response {
        match self {
            Self::Application(response) => response,
            Self::Page(page) => panic!("expected an answer, found {} with: {}", page.address, page.text()),
        }
    }

    /// The code that the application received.
    #[track_caller]
    pub fn code(self) -> String {
        self.response().code()
    }

    /// The error that the application received, and its number.
    #[track_caller]
    pub fn error(self) -> (String, u32) {
        self.response().error()
    }
}

impl Response {
    /// A parameter; empty if it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// The code.
    #[track_caller]
    pub fn code(&self) -> String {
        self.parameters.get("code").unwrap_or_else(|| panic!("no code in {:?}", self.parameters)).clone()
    }

    /// The error and its number.
    #[track_caller]
    pub fn error(&self) -> (String, u32) {
        assert!(!self.parameters.contains_key("code"), "{:?}", self.parameters);
        let number = self.get("error_uri").rsplit_once("code=").and_then(|(_, number)| number.parse().ok());
        (self.get("error").to_owned(), number.unwrap_or_else(|| panic!("no number in {:?}", self.parameters)))
    }
}
