//! Sign-out: the address that applications send a browser to, and the page that asks which account is meant.

use axum::http::{HeaderMap, StatusCode};
use grantor_dialects::{Dialect, Parameters, SignOutRequest, form};
use grantor_flows::sign_out::{self as flow, Candidates, Hints, Notice};
use grantor_flows::{FlowError, Place};
use grantor_pages::{Account, ContinueTo, Hidden, Person, SignOutConfirm, SignOutFrame, SignOutPick, SignedOut};
use grantor_protocol::UserId;
use grantor_protocol::response::ResponseMode;
use grantor_rules::Refusal;
use grantor_rules::authorize::SignedIn;

use super::outcome::brand;
use super::{place, refused};
use crate::app::App;
use crate::cookies::{self, Browser, BrowserState};
use crate::csrf;
use crate::incoming::Incoming;
use crate::respond::{self, Answer, Destination, OwnPage};
use crate::routes::DialectName;

/// Where an application sends a browser that signs out (Source: entra-dialect 11).
pub async fn logout(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    dialect: DialectName,
    asked_tenant: &str,
) -> Answer {
    let outcome = async {
        let parameters = if incoming.is_post() { incoming.form() } else { incoming.query() };
        read?;
        let dialect = app.speaking(dialect);
        let leaving = Leaving::read(app, incoming, dialect, asked_tenant, parameters?).await?;
        let is_named = leaving.candidates.by_hint || !dialect.asks_before_signing_out_unnamed();
        match leaving.candidates.meant {
            Some(user) if is_named && is_the_person(&incoming.headers) => leaving.end(&[user]).await,
            None if leaving.candidates.people.is_empty() => leaving.end(&[]).await,
            _ => {
                let page = OwnPage::SignOut(asked_tenant, &leaving.parameters);
                Ok(respond::send_browser(&app.env.public, &Destination::Own(page)))
            }
        }
    };
    let outcome: Result<Answer, FlowError> = outcome.await;
    outcome.unwrap_or_else(|error| refused::page(app, incoming, app.speaking(dialect), None, &error))
}

/// The page that asks.
pub async fn page(app: &App, incoming: &Incoming, read: Result<(), Refusal>, asked_tenant: &str) -> Answer {
    let browser = Browser::known_or_fresh(&incoming.headers, &app.env);
    let outcome = async {
        read?;
        let leaving = Leaving::read(app, incoming, &app.entra_v2, asked_tenant, incoming.query()?).await?;
        if incoming.is_post() { leaving.answered(&browser).await } else { leaving.ask(&browser).await }
    };
    let outcome: Result<Answer, FlowError> = outcome.await;
    let mut answer = outcome.unwrap_or_else(|error| refused::page(app, incoming, &app.entra_v2, None, &error));
    if let Some(cookie) = browser.set_cookie(&app.env.public) {
        respond::add_cookie(&mut answer, &cookie);
    }
    answer
}

/// A page that the person sees, and no picture or frame of somebody else's (W3C Fetch Metadata §2). Browsers that do not say
/// are old.
fn is_the_person(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_none_or(|dest| dest == "document")
}

/// A browser that signs out.
struct Leaving<'a> {
    app: &'a App,
    incoming: &'a Incoming,
    asked_tenant: &'a str,
    place: Place,
    parameters: Parameters,
    request: SignOutRequest,
    hints: Hints,
    sessions: Vec<grantor_protocol::Handle>,
    candidates: Candidates,
}

impl<'a> Leaving<'a> {
    async fn read(
        app: &'a App,
        incoming: &'a Incoming,
        dialect: &dyn Dialect,
        asked_tenant: &'a str,
        parameters: Parameters,
    ) -> Result<Self, FlowError> {
        let env = &app.env;
        let place = place(env, dialect, asked_tenant).await?;
        let request = dialect.parse_sign_out(&parameters)?;
        let hints = Hints {
            id_token: request.id_token_hint.clone(),
            sid: request.logout_hint.clone(),
            client_id: request.client_id.clone(),
            continue_to: request.post_logout_redirect_uri.clone(),
        };
        let sessions = cookies::sessions(&incoming.headers, &env.public, place.authority());
        let candidates = flow::candidates(env, &place, &sessions, &hints).await?;
        Ok(Self { app, incoming, asked_tenant, place, parameters, request, hints, sessions, candidates })
    }

    /// Ends what is to end; applications that ask our frame learn that something has changed.
    async fn end(&self, users: &[UserId]) -> Result<Answer, FlowError> {
        let mut answer = self.ended(users).await?;
        let env = &self.app.env;
        let state = BrowserState::changed(&self.incoming.headers, env).filter(|_| !users.is_empty());
        if let Some(cookie) = state.and_then(|state| state.set_cookie(&env.public)) {
            respond::add_cookie(&mut answer, &cookie);
        }
        Ok(answer)
    }

    async fn ended(&self, users: &[UserId]) -> Result<Answer, FlowError> {
        let Self { app, incoming, candidates, sessions, hints, .. } = self;
        let done = flow::end(&app.env, &incoming.trace, &self.place, candidates, users, sessions, hints).await?;
        let state: Vec<(&'static str, String)> =
            self.request.state.iter().map(|state| ("state", state.clone())).collect();
        if let (true, Some((redirect, application))) = (done.notices.is_empty(), &done.continue_to) {
            let mode = ResponseMode::Query;
            let to = Destination::Application { redirect, mode, parameters: &state, application };
            return Ok(respond::send_browser(&app.env.public, &to));
        }
        let frames: Vec<String> = done.notices.iter().map(|notice| self.address(notice)).collect();
        let page = SignedOut {
            brand: self.place.tenant().map(|tenant| brand(tenant)),
            frames: done
                .notices
                .iter()
                .zip(&frames)
                .map(|(notice, address)| SignOutFrame {
                    application_name: notice.application.clone(),
                    address: address.clone(),
                })
                .collect(),
            continue_to: done.continue_to.as_ref().map(|(redirect, name)| ContinueTo {
                application_name: name.clone(),
                address: if state.is_empty() {
                    redirect.uri().destination()
                } else {
                    redirect.uri().with_query(&form::encode(&state))
                },
            }),
        };
        let then = done.continue_to.as_ref().map(|(redirect, _)| redirect);
        Ok(respond::signed_out(page.render(), &frames, then))
    }

    /// The application's address with who is told about which session (OpenID Connect Front-Channel Logout 1.0 §2).
    fn address(&self, notice: &Notice) -> String {
        // What was kept before sessions knew the dialect was v2.0's, nearly always.
        let spoken = notice.dialect.as_deref().and_then(|name| self.app.dialect(name)).unwrap_or(&self.app.entra_v2);
        let issuer = spoken.layout().issuer(notice.tenant);
        let told = form::encode(&[("iss", issuer), ("sid", notice.sid.clone())]);
        let separator = if notice.address.contains('?') { '&' } else { '?' };
        format!("{}{separator}{told}", notice.address)
    }

    async fn ask(&self, browser: &Browser) -> Result<Answer, FlowError> {
        let (brand, action) = (self.place.tenant().map(|tenant| brand(tenant)), self.action());
        let hidden = Hidden { csrf: self.mark(browser) };
        let text = match self.candidates.people.as_slice() {
            [] => return self.end(&[]).await,
            [only] => {
                let person = Some(person(only));
                SignOutConfirm { brand, application_name: None, person, action, hidden }.render()
            }
            several => {
                let accounts = several.iter().map(account).collect();
                SignOutPick { brand, application_name: None, accounts, action, hidden }.render()
            }
        };
        let towards = self.hints.continue_to.as_ref();
        Ok(respond::page(StatusCode::OK, text, towards))
    }

    async fn answered(&self, browser: &Browser) -> Result<Answer, FlowError> {
        let form = self.incoming.form()?;
        csrf::check(&self.incoming.headers, form.sole("csrf"), &self.mark(browser))?;
        let all: Vec<UserId> = self.candidates.people.iter().map(|one| one.user.id).collect();
        if form.sole("decision") == Some("deny") {
            return Ok(respond::page(StatusCode::OK, grantor_pages::NativeClient {}.render(), None));
        }
        match form.sole("pick") {
            Some(id) => {
                let id: UserId = id.parse().map_err(|_| Refusal::FormNotOurs)?;
                self.end(&[id]).await
            }
            None if form.sole("all").is_some() || form.sole("decision") == Some("accept") => self.end(&all).await,
            None => Err(Refusal::FormNotOurs.into()),
        }
    }

    fn action(&self) -> String {
        OwnPage::SignOut(self.asked_tenant, &self.parameters).path()
    }

    fn mark(&self, browser: &Browser) -> String {
        csrf::mark_page(browser, "sign-out", self.asked_tenant.as_bytes())
    }
}

fn account(one: &SignedIn) -> Account {
    Account {
        user_id: one.user.id.to_string(),
        display_name: one.user.display_name.clone(),
        username: one.user.user_principal_name.clone(),
    }
}

fn person(one: &SignedIn) -> Person {
    Person { display_name: one.user.display_name.clone(), username: one.user.user_principal_name.clone() }
}
