//! Walks the sign-in and consent pages in a person's place, over real HTTP: keeps cookies, reads forms, presses buttons.

mod html;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use grantor_client::{BrowserError, BrowserOpener};
use grantor_outgoing::{HttpClient, OutgoingRequest, OutgoingResponse};
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderValue, Method};
use url::Url;

use super::narrator::Narrator;
use html::{Form, form_with};

/// Longer than any honest chain of pages.
const MOST_PAGES: usize = 12;

/// A scripted person with a browser.
pub struct Walker {
    narrator: Arc<Narrator>,
    http: Arc<dyn HttpClient>,
    name: &'static str,
    password: &'static str,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Walker {
    pub fn new(narrator: Arc<Narrator>, http: Arc<dyn HttpClient>, name: &'static str, password: &'static str) -> Self {
        Self { narrator, http, name, password, cookies: Mutex::default() }
    }

    async fn get(&self, url: Url) -> Result<OutgoingResponse, BrowserError> {
        self.send(OutgoingRequest::new(Method::GET, url)).await
    }

    async fn post(&self, url: Url, fields: &[(String, String)]) -> Result<OutgoingResponse, BrowserError> {
        self.send(OutgoingRequest::post_form(url, fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
            .await
    }

    async fn send(&self, mut request: OutgoingRequest) -> Result<OutgoingResponse, BrowserError> {
        let platform = request.url.scheme() == "https";
        if platform && let Some(cookies) = self.cookie_header() {
            request = request.header(COOKIE, cookies);
        }
        let response = self.http.send(request).await.map_err(|error| BrowserError::GaveUp(error.to_string()))?;
        if platform {
            self.keep_cookies(&response);
        }
        Ok(response)
    }

    fn cookie_header(&self) -> Option<HeaderValue> {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let text: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!text.is_empty()).then(|| HeaderValue::from_str(&text.join("; ")).ok()).flatten()
    }

    fn keep_cookies(&self, response: &OutgoingResponse) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let set = response.headers.get_all(SET_COOKIE).iter().filter_map(|header| header.to_str().ok());
        for (name, value) in set.filter_map(|cookie| cookie.split(';').next()?.split_once('=')) {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// What a person would do with a page: fill in what it asks, and press its button. `None` when it asks nothing.
    fn answered(&self, page: &str) -> Option<Form> {
        if let Some(mut form) = form_with(page, "password") {
            self.narrator.received("the sign-in page asks for name and password");
            form.set("username", self.name);
            form.set("password", self.password);
            self.narrator.sent(&format!("{} and the password", self.name));
            return Some(form);
        }
        if let Some(mut form) = form_with(page, "accept") {
            self.narrator.received("the consent page asks to allow:");
            for permission in html::permissions(page) {
                self.narrator.detail(&format!("     · {permission}"));
            }
            form.set("decision", "accept");
            self.narrator.sent("yes");
            return Some(form);
        }
        html::only_form(page)
    }
}

#[async_trait]
impl BrowserOpener for Walker {
    async fn open(&self, url: &Url) -> Result<(), BrowserError> {
        let gave_up = |what: String| BrowserError::GaveUp(what);
        let mut here = url.clone();
        let mut response = self.get(here.clone()).await?;
        for _ in 0..MOST_PAGES {
            if let Some(location) = response.headers.get(LOCATION).and_then(|value| value.to_str().ok()) {
                here = here.join(location).map_err(|error| gave_up(error.to_string()))?;
                response = self.get(here.clone()).await?;
                continue;
            }
            // The application's own page: the answer has arrived.
            if here.scheme() == "http" {
                return Ok(());
            }
            let page = String::from_utf8_lossy(&response.body).into_owned();
            let Some(form) = self.answered(&page) else {
                return Err(gave_up(format!(
                    "{} answered {} with a page that asks nothing: {}",
                    here.path(),
                    response.status,
                    html::text_of(&page, "error")
                )));
            };
            here = here.join(&form.action).map_err(|error| gave_up(error.to_string()))?;
            response = self.post(here.clone(), &form.fields).await?;
        }
        Err(gave_up("the pages lead nowhere".to_owned()))
    }
}
