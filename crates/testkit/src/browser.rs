//! A browser that follows a script.

use axum::body::Body;
use grantor_dialects::Parameters;
use grantor_flows::sign_in;
use grantor_protocol::{HandleKind, TenantId};
use grantor_rules::model::{SignIn, User};
use grantor_storage::NewSignIn;

use crate::authorize::encoded;
use crate::contoso::Person;
use crate::{Answer, Arrival, Authorize, CookieJar, Page, Response, TestPlatform};

/// More redirects in a row than this are a loop.
const MOST_REDIRECTS: usize = 10;

/// A browser: its cookies, and the platform that it looks at.
#[derive(Clone)]
pub struct Browser<'a> {
    platform: &'a TestPlatform,
    /// What it keeps.
    pub cookies: CookieJar,
    /// Whether it shows the platform in a frame on an application's page.
    pub framed: bool,
    /// Headers that go with each request, as if something on the way had added them.
    pub headers: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(platform: &'a TestPlatform) -> Self {
        Self { platform, cookies: CookieJar::default(), framed: false, headers: Vec::new() }
    }

    /// Lets somebody be signed in who never saw a page: nothing is hashed, so it takes no time.
    pub async fn sign_in_unseen(&mut self, tenant: TenantId, user: &User) -> SignIn {
        let env = &self.platform.app.env;
        let session = env.handle(HandleKind::Session, tenant);
        let sign_in = sign_in::sign_in(env, user, env.now());
        let new =
            NewSignIn { old_session: None, new_session: session.digest(), sign_in: sign_in.clone(), interaction: None };
        env.storage.tenant(tenant).record_sign_in(&new).await.unwrap();
        let cookie = format!(
            "__Host-grantor-session-{tenant}={}; Path=/; HttpOnly; Secure; SameSite=None",
            session.secret().expose()
        );
        self.cookies.take(&cookie, true);
        sign_in
    }

    /// Goes where an application sends it.
    pub async fn authorize(&mut self, request: &Authorize) -> Arrival {
        self.open(&request.target()).await
    }

    /// Opens an address of the platform (path and query).
    pub async fn open(&mut self, target: &str) -> Arrival {
        let answer = self.request("GET", target, &[("sec-fetch-site", "none")], String::new()).await;
        self.arrive(target, answer).await
    }

    /// Presses a button.
    pub async fn press(&mut self, page: &Page, button: &str) -> Arrival {
        let (form, pairs) = page.pressed(button);
        assert_eq!(form.method, "post", "{}", page.address);
        let action = form.action.clone();
        let answer = self.post(&action, &pairs).await;
        self.arrive(&action, answer).await
    }

    /// Sends a form as one of the platform's own pages would, and follows nothing.
    pub async fn post(&mut self, target: &str, pairs: &[(String, String)]) -> Answer {
        let origin = self.platform.public().origin().to_owned();
        let headers = [("sec-fetch-site", "same-origin"), ("origin", origin.as_str())];
        self.post_with(target, pairs, &headers).await
    }

    /// Sends a form with these headers, and follows nothing.
    pub async fn post_with(&mut self, target: &str, pairs: &[(String, String)], headers: &[(&str, &str)]) -> Answer {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let headers: Vec<_> = form.iter().chain(headers).copied().collect();
        self.request("POST", target, &headers, encoded(pairs)).await
    }

    /// Sends one request with the cookies that belong to it, keeps those that come back, and follows nothing.
    pub async fn request(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: String) -> Answer {
        let over_tls = self.platform.public().is_https();
        let path = target.split('?').next().unwrap_or_default();
        let cookies = self.cookies.header(path, over_tls, self.framed);
        let added = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut headers: Vec<(&str, &str)> = headers.iter().copied().chain(added).collect();
        if let Some(cookies) = &cookies {
            headers.push(("cookie", cookies));
        }
        let request = self.platform.request(method, target, &headers, Body::from(body));
        let answer = self.platform.send(request).await;
        for cookie in answer.set_cookies() {
            self.cookies.take(cookie, over_tls);
        }
        answer
    }

    /// Follows redirects within the platform until a page shows or the application is reached.
    pub async fn arrive(&mut self, target: &str, answer: Answer) -> Arrival {
        let (mut target, mut answer) = (target.to_owned(), answer);
        for _ in 0..MOST_REDIRECTS {
            if !answer.status.is_redirection() {
                return shown(target, answer);
            }
            // RFC 9700 §4.12: 307 and 308 would have the browser post a password again, elsewhere.
            assert_eq!(answer.code(), 303, "{answer:?}");
            let location = answer.header("location").to_owned();
            match location.strip_prefix(self.platform.public().origin()).filter(|rest| rest.starts_with('/')) {
                Some(rest) if !rest.starts_with("/common/oauth2/nativeclient") => {
                    target = rest.to_owned();
                    answer = self.request("GET", &target, &[("sec-fetch-site", "same-origin")], String::new()).await;
                }
                _ => return Arrival::Application(redirected(&location, answer)),
            }
        }
        panic!("more than {MOST_REDIRECTS} redirects in a row, the last one to {target}");
    }

    /// Fills the sign-in page in and sends it.
    pub async fn sign_in(&mut self, mut page: Page, person: Person) -> Arrival {
        page.fill("username", person.name).fill("password", person.password);
        self.press(&page, "sign-in").await
    }

    /// Goes the whole way as `person`: signs in where that is asked, allows what is asked, until something else comes.
    pub async fn walk(&mut self, request: &Authorize, person: Person) -> Arrival {
        let arrival = self.authorize(request).await;
        self.go_on(arrival, person).await
    }

    /// Goes the rest of the way, from a page that was reached.
    pub async fn go_on(&mut self, arrival: Arrival, person: Person) -> Arrival {
        let mut arrival = arrival;
        for _ in 0..MOST_REDIRECTS {
            arrival = match arrival {
                Arrival::Page(page) if page.has("sign-in") && !page.has("error") => self.sign_in(page, person).await,
                Arrival::Page(page) if page.has("accept") => self.press(&page, "accept").await,
                other => return other,
            };
        }
        arrival
    }
}

fn shown(target: String, answer: Answer) -> Arrival {
    let page = Page::read(target, answer);
    if !page.answer.text().contains("HTMLFormElement.prototype.submit") {
        return Arrival::Page(page);
    }
    let form = &page.forms[0];
    assert_eq!(form.method, "post");
    let parameters = form.inputs.iter().map(|input| (input.name.clone(), input.value.clone())).collect();
    Arrival::Application(Response { mode: "form_post", address: form.action.clone(), parameters, answer: page.answer })
}

fn redirected(location: &str, answer: Answer) -> Response {
    let (address, mode, text) = match (location.split_once('#'), location.split_once('?')) {
        (Some((address, text)), _) => (address, "fragment", text),
        (None, Some((address, text))) => (address, "query", text),
        (None, None) => (location, "query", ""),
    };
    let read = Parameters::parse(text.as_bytes()).unwrap();
    let count = read.pairs().len();
    let parameters: std::collections::BTreeMap<_, _> = read.pairs().iter().cloned().collect();
    assert_eq!(parameters.len(), count, "a response parameter stands twice in {location}");
    Response { mode, address: address.to_owned(), parameters, answer }
}
