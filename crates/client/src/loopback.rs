//! The loopback address that waits for the authorization response (RFC 8252 §7.3, §8.3, §8.9).
//!
//! It listens on this machine alone, on a free port, while one sign-in waits, and takes exactly one response: the one with
//! the right `state`. Whatever else arrives gets a page and does not end the wait.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use grantor_protocol::Secret;
use http::header::{CONTENT_TYPE, HOST};
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::page::Page;
use crate::settings::RedirectHost;

/// Bytes of a posted response that are read.
const MAX_FORM_BYTES: usize = 64 * 1024;
/// How long a browser may take to send its request.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the last page may take to be sent.
const LAST_PAGE_TIMEOUT: Duration = Duration::from_secs(2);

/// A loopback address that is being listened on.
pub struct Loopback {
    listeners: Vec<TcpListener>,
    redirect_uri: String,
    hosts: Vec<String>,
}

impl Loopback {
    /// Listens on a free port: on `127.0.0.1`, and for the name `localhost` also on `::1` where there is IPv6, so that no
    /// other program can sit on the address that the browser may prefer.
    pub async fn bind(host: RedirectHost) -> io::Result<Self> {
        const TRIES: usize = 20;
        let mut last = None;
        for _ in 0..TRIES {
            let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = first.local_addr()?.port();
            let second = match host {
                RedirectHost::Ipv4 => None,
                RedirectHost::Localhost => match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
                    Ok(listener) => Some(listener),
                    Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                        last = Some(error);
                        continue;
                    }
                    Err(_) => None,
                },
            };
            return Ok(Self {
                listeners: std::iter::once(first).chain(second).collect(),
                redirect_uri: format!("http://{}:{port}", host.as_str()),
                hosts: ["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{port}")).to_vec(),
            });
        }
        Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
    }

    /// The redirect address.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Begins to answer. Dropping what is returned closes the address.
    pub fn serve(self, state: Secret, foreign: impl Fn() + Send + Sync + 'static) -> Waiting {
        let (arrived, responses) = mpsc::channel(1);
        let shared = Arc::new(Shared {
            state,
            hosts: self.hosts,
            taken: AtomicBool::new(false),
            arrived,
            foreign: Box::new(foreign),
        });
        let mut tasks = JoinSet::new();
        for listener in self.listeners {
            tasks.spawn(accept(listener, Arc::clone(&shared)));
        }
        Waiting { responses, tasks }
    }
}

/// A sign-in that waits for its response.
pub struct Waiting {
    responses: mpsc::Receiver<Arrived>,
    tasks: JoinSet<()>,
}

impl Waiting {
    /// The response with the right state.
    pub async fn response(&mut self) -> Arrived {
        match self.responses.recv().await {
            Some(arrived) => arrived,
            // The accepting tasks hold a sender as long as `self` lives.
            None => std::future::pending().await,
        }
    }

    /// Shows `page` to the browser that brought the response, and closes the address.
    pub async fn finish(mut self, arrived: Arrived, page: Page) {
        let Arrived { reply, sent, .. } = arrived;
        if reply.send(page).is_ok() {
            // A browser that does not read its page is not waited for.
            let _ = tokio::time::timeout(LAST_PAGE_TIMEOUT, sent).await;
        }
        self.tasks.shutdown().await;
    }
}

/// The parameters of the response, and the browser that waits for its page.
pub struct Arrived {
    /// The parameters, each once.
    pub parameters: BTreeMap<String, String>,
    reply: oneshot::Sender<Page>,
    /// Ends when the connection is closed.
    sent: oneshot::Receiver<()>,
}

struct Shared {
    state: Secret,
    hosts: Vec<String>,
    taken: AtomicBool,
    arrived: mpsc::Sender<Arrived>,
    foreign: Box<dyn Fn() + Send + Sync>,
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // An error is about one connection; the next may be the browser's.
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let (open, sent) = oneshot::channel::<()>();
    let sent = Mutex::new(Some(sent));
    let service = service_fn(|request| {
        let sent = sent.lock().unwrap_or_else(PoisonError::into_inner).take();
        respond(request, Arc::clone(&shared), sent)
    });
    let server = hyper::server::conn::http1::Builder::new()
        .keep_alive(false)
        .timer(TokioTimer::new())
        .header_read_timeout(READ_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    let _ = server.await;
    drop(open);
}

async fn respond(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    sent: Option<oneshot::Receiver<()>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(page_for(request, &shared, sent).await.into_response())
}

async fn page_for(request: Request<Incoming>, shared: &Shared, sent: Option<oneshot::Receiver<()>>) -> Page {
    // Under another name, this address would be reached by a page that made its own name resolve to this machine.
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    if !shared.hosts.contains(&host) {
        return Page::NotExpected;
    }
    if request.uri().path() != "/" {
        return Page::NotFound;
    }
    let parameters = read(request).await.filter(|parameters| shared.is_ours(parameters));
    let (Some(parameters), Some(sent)) = (parameters, sent) else {
        (shared.foreign)();
        return Page::NotExpected;
    };
    // One response is taken: a second one with the same state is late or injected (RFC 8252 §8.9).
    if shared.taken.swap(true, Ordering::SeqCst) {
        (shared.foreign)();
        return Page::NotExpected;
    }
    let (reply, page) = oneshot::channel();
    if shared.arrived.send(Arrived { parameters, reply, sent }).await.is_err() {
        return Page::NotExpected;
    }
    page.await.unwrap_or_else(|_| Page::Refused("The application stopped waiting.".to_owned()))
}

impl Shared {
    fn is_ours(&self, parameters: &BTreeMap<String, String>) -> bool {
        parameters.get("state").is_some_and(|state| Secret::new(state.as_str()) == self.state)
    }
}

/// The parameters of a query or a posted form; `None` if there are none or one stands twice (RFC 6749 §3.1).
async fn read(request: Request<Incoming>) -> Option<BTreeMap<String, String>> {
    if request.method() == Method::GET {
        return each_once(request.uri().query()?.as_bytes());
    }
    let form = request.headers().get(CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase();
    if request.method() != Method::POST || !form.starts_with("application/x-www-form-urlencoded") {
        return None;
    }
    let body = Limited::new(request.into_body(), MAX_FORM_BYTES).collect();
    let body = tokio::time::timeout(READ_TIMEOUT, body).await.ok()?.ok()?.to_bytes();
    each_once(&body)
}

fn each_once(encoded: &[u8]) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(encoded) {
        if parameters.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    Some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_stands_twice_spoils_the_response() {
        assert_eq!(each_once(b"state=a&code=b").unwrap().len(), 2);
        assert_eq!(each_once(b"state=a&code=b&state=a"), None);
    }

    #[tokio::test]
    async fn only_loopback_addresses_are_listened_on() {
        for host in [RedirectHost::Localhost, RedirectHost::Ipv4] {
            let loopback = Loopback::bind(host).await.unwrap();
            assert!(loopback.listeners.iter().all(|one| one.local_addr().unwrap().ip().is_loopback()));
            assert!(loopback.redirect_uri().starts_with(&format!("http://{}:", host.as_str())));
        }
    }

    #[tokio::test]
    async fn a_second_response_with_the_same_state_is_turned_away() {
        use grantor_outgoing::{HttpClient as _, Outgoing, OutgoingRequest, OutgoingSettings};
        let outgoing = Outgoing::new(&OutgoingSettings::default()).unwrap();
        let loopback = Loopback::bind(RedirectHost::Ipv4).await.unwrap();
        let url = url::Url::parse(loopback.redirect_uri()).unwrap();
        let post = |code| OutgoingRequest::post_form(url.clone(), [("state", "s"), ("code", code)]);
        let mut waiting = loopback.serve(Secret::new("s"), || {});
        let first = async { outgoing.send(post("first")).await.unwrap().status };
        let rest = async {
            let arrived = waiting.response().await;
            let second = outgoing.send(post("second")).await.unwrap().status;
            let code = arrived.parameters["code"].clone();
            waiting.finish(arrived, Page::Done).await;
            (code, second.as_u16())
        };
        let (first, (code, second)) = tokio::join!(first, rest);
        assert_eq!((first.as_u16(), code.as_str(), second), (200, "first", 400));
    }
}
