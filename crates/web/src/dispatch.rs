//! Every request passes here: route, method, one handler, and the headers that every answer carries.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use grantor_pages::NotFound;
use tower_service::Service;

use crate::app::App;
use crate::endpoints::interaction::{self, Page};
use crate::endpoints::{
    account, api, assets, authorize, backchannel, dev, device, documents, logo, operations, push, registration,
    sign_out, token, token_status,
};
use crate::incoming::Incoming;
use crate::respond::{self, Answer};
use crate::routes::Route;

/// What answers for an app. Routes are found here alone, so no router stands before it.
#[derive(Clone)]
pub struct Edge(Arc<App>);

impl Edge {
    /// Answers for `app`.
    pub const fn new(app: Arc<App>) -> Self {
        Self(app)
    }
}

impl Service<Request<Body>> for Edge {
    type Response = Answer;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let app = Arc::clone(&self.0);
        Box::pin(async move { Ok(handle(&app, request).await) })
    }
}

/// The same as a router, to stand among others.
pub fn router(app: Arc<App>) -> Router {
    Router::new().fallback_service(Edge::new(app))
}

async fn handle(app: &App, request: Request<Body>) -> Answer {
    let bare = request.method() == Method::HEAD;
    let route =
        Route::find(request.uri().path()).filter(|route| app.dev_clock.is_some() || !only_for_development(route));
    let mut answer = match &route {
        None => respond::page(StatusCode::NOT_FOUND, NotFound { path: request.uri().path().to_owned() }.render(), None),
        Some(route) if request.method() == Method::OPTIONS && route.open_to_scripts() => {
            let asked = request.headers().get("access-control-request-headers").and_then(|value| value.to_str().ok());
            respond::preflight(route.methods(), asked)
        }
        // The token endpoint refuses other methods in its own words.
        Some(route) if !takes(route, request.method()) && !route.refuses_methods_itself() => {
            respond::method_not_allowed(route.methods())
        }
        Some(route) => answer(app, route, request).await,
    };
    if route.as_ref().is_some_and(Route::open_to_scripts) {
        respond::open_to_scripts(&mut answer);
    }
    respond::hardened(&mut answer, &app.env.public);
    respond::sized(&mut answer, bare);
    answer
}

const fn only_for_development(route: &Route) -> bool {
    matches!(route, Route::DevClock | Route::DevFlows | Route::DevRefusals | Route::DevCiba)
}

fn takes(route: &Route, method: &Method) -> bool {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    route.methods().contains(&method.as_str())
}

async fn answer(app: &App, route: &Route, request: Request<Body>) -> Answer {
    let (incoming, read) = Incoming::read(&app.env, request).await;
    match route {
        // The longer walks are kept apart: their state has thousands of bytes, and every request would carry it about.
        Route::Authorize { dialect, tenant } => {
            Box::pin(authorize::handle(app, &incoming, read, *dialect, tenant)).await
        }
        Route::AdminConsent { dialect, tenant } => {
            Box::pin(authorize::admin_consent(app, &incoming, read, *dialect, tenant)).await
        }
        Route::Token { dialect, tenant } => Box::pin(token::handle(app, &incoming, read, *dialect, tenant)).await,
        Route::DeviceCode { dialect, tenant } => Box::pin(device::begin(app, &incoming, read, *dialect, tenant)).await,
        Route::BackchannelAuthentication { tenant } => Box::pin(backchannel::begin(app, &incoming, read, tenant)).await,
        Route::SignIn { handle } => Box::pin(interaction::page(app, &incoming, read, handle, Page::SignIn)).await,
        Route::Consent { handle } => Box::pin(interaction::page(app, &incoming, read, handle, Page::Consent)).await,
        Route::DeviceConfirm { handle } => {
            Box::pin(interaction::page(app, &incoming, read, handle, Page::Device)).await
        }
        Route::Device => Box::pin(device::enter(app, &incoming, read)).await,
        Route::Logout { dialect, tenant } => Box::pin(sign_out::logout(app, &incoming, read, *dialect, tenant)).await,
        Route::SignOut { tenant } => Box::pin(sign_out::page(app, &incoming, read, tenant)).await,
        Route::Account => Box::pin(account::entrance(app, &incoming)).await,
        Route::AccountPage { tenant, user } => Box::pin(account::own(app, &incoming, read, tenant, user)).await,
        Route::ConsentRequests { tenant, user } => {
            Box::pin(account::requests(app, &incoming, read, tenant, user)).await
        }
        Route::Metadata { dialect, tenant } => documents::metadata(app, &incoming, *dialect, tenant).await,
        Route::Keys { dialect, tenant } => documents::keys(app, &incoming, *dialect, tenant).await,
        Route::CheckSession { tenant } => documents::check_session(app, &incoming, tenant).await,
        Route::UserRealm { user } => documents::user_realm(app, &incoming, user).await,
        Route::InstanceDiscovery => documents::instance(app, &incoming),
        Route::NativeClient => documents::native_client(),
        Route::ErrorCode => documents::error_code(&incoming),
        Route::Userinfo => api::userinfo(app, &incoming).await,
        Route::UserinfoOf { tenant } => api::userinfo_of(app, &incoming, tenant).await,
        Route::Push { tenant } => Box::pin(push::handle(app, &incoming, read, tenant)).await,
        Route::Introspect { tenant } => Box::pin(token_status::introspect(app, &incoming, read, tenant)).await,
        Route::Revoke { tenant } => Box::pin(token_status::revoke(app, &incoming, read, tenant)).await,
        Route::Register { tenant } => Box::pin(registration::register(app, &incoming, read, tenant)).await,
        Route::ClientConfiguration { tenant, client } => {
            Box::pin(registration::configuration(app, &incoming, read, tenant, client)).await
        }
        Route::Me => api::me(app, &incoming).await,
        Route::DirectoryApi => api::not_found(&incoming),
        Route::Asset { path } => assets::handle(path),
        Route::Logo { tenant, client } => Box::pin(logo::handle(app, &incoming, tenant, client)).await,
        Route::HealthLive => operations::live(),
        Route::HealthReady => operations::ready(app).await,
        Route::DevClock => dev::clock(app, &incoming),
        Route::DevFlows => dev::flows(app, &incoming),
        Route::DevRefusals => dev::refusals(app, &incoming),
        Route::DevCiba => Box::pin(dev::ciba(app, &incoming)).await,
    }
}
