//! The end of a browser's sign-ins (OpenID Connect RP-Initiated Logout 1.0, Front-Channel Logout 1.0).

use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, Handle, RedirectUri, Secret, UserId};
use grantor_rules::Settings;
use grantor_rules::authorize::SignedIn;
use grantor_rules::client::{RegisteredRedirect, registered_way_out};
use grantor_rules::model::{self, Application, Lifetimes, NoticeEvent, Tenant};
use grantor_rules::notices::KEPT_FOR;
use grantor_storage::{EndSignIns, SessionClient};
use uuid::Uuid;

use crate::id_token_hint::{audience_and_subject, is_about};
use crate::{Env, Event, FlowError, Place, Trace, authorize, load};

/// What tells whose sign-in ends, and for which application.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// An id_token of the session that ends.
    pub id_token: Option<Secret>,
    /// The session, by its `sid`, or the person, by the name that they sign in with. Others may know that name: it says who is
    /// meant, and not that they want it.
    pub sid: Option<String>,
    /// The application.
    pub client_id: Option<ClientId>,
    /// Where the browser shall go when it is done.
    pub continue_to: Option<RedirectUri>,
}

/// Who is signed in here, and which of them is meant.
#[derive(Debug)]
pub struct Candidates {
    /// Everybody who is signed in.
    pub people: Vec<SignedIn>,
    /// The one who is meant, if that is clear: the one whom a hint names, or the only one.
    pub meant: Option<UserId>,
    /// Whether a hint names them.
    pub by_hint: bool,
}

/// Finds out who is meant. A hint that names nobody here is as good as none.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn candidates(env: &Env, place: &Place, sessions: &[Handle], hints: &Hints) -> Result<Candidates, FlowError> {
    let now = env.now();
    let mut people = authorize::signed_in(env, place, sessions).await?;
    people.retain(|one| one.is_live(now));
    let named = named(env, hints).await?;
    let hinted = people.iter().find(|one| is_meant(env, one, hints, named.as_ref())).map(|one| one.user.id);
    let only = match people.as_slice() {
        [only] => Some(only.user.id),
        _ => None,
    };
    let called = |one: &&SignedIn| {
        let name = one.user.user_principal_name.as_str();
        hints.sid.as_deref().is_some_and(|hint| hint.eq_ignore_ascii_case(name))
    };
    let by_name = people.iter().find(called).map(|one| one.user.id);
    Ok(Candidates { meant: hinted.or(by_name).or(only), by_hint: hinted.is_some(), people })
}

/// The hint is for another application than the request says that it comes from.
struct OfAnother;

/// Whom the id_token of a request is for and about, if it is one of ours. It must fit the application that the request names
/// (RP-Initiated Logout 1.0 §2).
fn of_hint(env: &Env, hints: &Hints) -> Result<Option<(ClientId, String)>, OfAnother> {
    let said = hints.id_token.as_ref().and_then(|token| audience_and_subject(env, token));
    match (&said, &hints.client_id) {
        (Some((audience, _)), Some(named)) if audience != named => Err(OfAnother),
        _ => Ok(said),
    }
}

/// Whom an id_token of ours is about, by the name that an application has for them.
type Named = (Arc<Application>, String);

async fn named(env: &Env, hints: &Hints) -> Result<Option<Named>, FlowError> {
    let Ok(Some((client_id, subject))) = of_hint(env, hints) else { return Ok(None) };
    Ok(load::registered(env, &client_id).await?.map(|application| (application, subject)))
}

fn is_meant(env: &Env, one: &SignedIn, hints: &Hints, named: Option<&Named>) -> bool {
    let by_session = hints.sid.as_deref() == Some(one.sign_in.sid.as_str());
    by_session || named.is_some_and(|(application, subject)| is_about(env, one, application, subject))
}

/// What happened, and what the browser still has to do.
#[derive(Debug, Default)]
pub struct Done {
    /// Where each application is told, by a frame of its own.
    pub notices: Vec<Notice>,
    /// Where the browser goes then, with the application's name.
    pub continue_to: Option<(RegisteredRedirect, String)>,
}

/// A front-channel notice to an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The application's name.
    pub application: String,
    /// Its registered address.
    pub address: String,
    /// In whose directory the session was.
    pub tenant: grantor_protocol::TenantId,
    /// The session.
    pub sid: String,
    /// Which dialect the application spoke in it, by its name, if that is known.
    pub dialect: Option<String>,
}

/// Until when the end of a session is remembered: until no code and no token of it could be of use any more, by the longest
/// lives that either can have.
fn remembered_until(env: &Env, now: Timestamp) -> Timestamp {
    let Settings { access_token_longest, code_lifetime, device_code_lifetime, .. } = env.settings;
    now + code_lifetime.max(device_code_lifetime) + access_token_longest.max(Lifetimes::LONGEST_TOKEN)
}

/// Ends the sign-ins of `users` in this browser. It is remembered that they were ended: what ends with its session is refused
/// everywhere from then on; the rest is for the applications to look after, which are told (Source: entra-dialect 13.9).
///
/// # Errors
/// [`FlowError::Store`].
pub async fn end(
    env: &Env,
    trace: &Trace,
    place: &Place,
    candidates: &Candidates,
    users: &[UserId],
    sessions: &[Handle],
    hints: &Hints,
) -> Result<Done, FlowError> {
    let (mut done, now) = (Done::default(), env.now());
    let mut reached: Vec<Arc<Application>> = Vec::new();
    for one in candidates.people.iter().filter(|one| users.contains(&one.user.id)) {
        let store = env.storage.tenant(one.tenant.id);
        let mut to_tell = Vec::new();
        for SessionClient { client_id, dialect } in store.list_session_clients(&one.sign_in.sid).await? {
            if let Ok(client) = load::client(env, &one.tenant, &client_id).await {
                to_tell.extend(behind_the_browser(env, &client.application, one, dialect.as_deref()));
                done.notices.extend(notice(&client.application, &one.tenant, &one.sign_in.sid, dialect));
                reached.push(client.application);
            }
        }
        for session in sessions.iter().filter(|session| session.tenant() == one.tenant.id) {
            let end = EndSignIns {
                session: session.digest(),
                users: vec![one.user.id],
                sids: vec![one.sign_in.sid.clone()],
                notices: to_tell.clone(),
                now,
                keep_until: remembered_until(env, now),
            };
            store.end_sign_ins(&end).await?;
        }
        env.record(trace, Event::SignedOut { user: one.user.id });
    }
    done.continue_to = continue_to(env, place, hints, reached).await?;
    Ok(done)
}

/// What an application is told by a request of ours, if it has registered an address for that. Which dialect it speaks is not
/// known of sessions that began long ago: then it is the only one that tells applications of such addresses.
fn behind_the_browser(
    env: &Env,
    application: &Application,
    one: &SignedIn,
    dialect: Option<&str>,
) -> Option<model::Notice> {
    application.metadata.backchannel_logout_uri.as_ref()?;
    let now = env.now();
    Some(model::Notice {
        id: Uuid::from_bytes(env.entropy.bytes()),
        client_id: application.client_id.clone(),
        event: NoticeEvent::SessionEnded {
            user: one.user.id,
            sid: one.sign_in.sid.clone(),
            dialect: dialect.unwrap_or("oidc").to_owned(),
        },
        attempts: Vec::new(),
        tries: 0,
        due_at: Some(now),
        created_at: now,
        keep_until: now + KEPT_FOR,
    })
}

fn notice(application: &Application, tenant: &Tenant, sid: &str, dialect: Option<String>) -> Option<Notice> {
    let address = application.front_channel_logout_uri.clone()?;
    Some(Notice {
        application: application.display_name.clone(),
        address,
        tenant: tenant.id,
        sid: sid.to_owned(),
        dialect,
    })
}

/// An address that is registered for the application that asked, or, where the request does not say which one that is, for one
/// that the session reached. Any other is left alone: the browser stays (Source: entra-dialect 11).
async fn continue_to(
    env: &Env,
    place: &Place,
    hints: &Hints,
    reached: Vec<Arc<Application>>,
) -> Result<Option<(RegisteredRedirect, String)>, FlowError> {
    let Some(asked) = &hints.continue_to else { return Ok(None) };
    let Ok(of_token) = of_hint(env, hints) else { return Ok(None) };
    let of_token = of_token.map(|(client_id, _)| client_id);
    let candidates = match (of_token, &hints.client_id) {
        (Some(client_id), _) => load::registered(env, &client_id).await?.into_iter().collect(),
        // Anybody can write a client id: it counts where the tenant knows the application, or the session has reached it.
        (None, Some(client_id)) => {
            let mut known: Vec<_> = reached.into_iter().filter(|one| one.client_id == *client_id).collect();
            if let Some(tenant) = place.tenant() {
                let here = load::client_here(env, tenant, client_id).await;
                known.extend(here.ok().map(|here| here.application));
            }
            known
        }
        (None, None) => reached,
    };
    let fits = |application: &Arc<Application>| {
        let redirect = registered_way_out(application, asked)?;
        Some((redirect, application.display_name.clone()))
    };
    Ok(candidates.iter().find_map(fits))
}
