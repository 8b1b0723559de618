//! An id_token of ours that tells who is meant. Its time may be over: it proves nothing but who had signed in (OpenID Connect
//! Core §3.1.2.1, RP-Initiated Logout 1.0 §2).

use std::borrow::Cow;

use grantor_jose::is_encrypted;
use grantor_protocol::{ClientId, Secret};
use grantor_rules::Refusal;
use grantor_rules::authorize::{Request, SignedIn};
use grantor_rules::layout::TokenType;
use grantor_rules::model::Application;
use serde_json::Value;

use crate::Env;

/// How the application proved itself, in the two forms of the Microsoft dialects: each of their access tokens says it, and no
/// id_token does, while both are of one type.
const OF_ACCESS_TOKENS: [&str; 2] = ["appidacr", "azpacr"];

/// For whom an id_token was issued, and who signed in, by the name that the application knows.
pub(crate) fn audience_and_subject(env: &Env, token: &Secret) -> Option<(ClientId, String)> {
    let claims = env.keys.claims(token, TokenType::Jwt).ok()?;
    // Userinfo can be signed for an application too, and names the same person to it; but it has no end of its own.
    claims.get("exp")?;
    if OF_ACCESS_TOKENS.iter().any(|name| claims.contains_key(*name)) {
        // An API that was called with one could end the sign-in of whoever called.
        return None;
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    Some((ClientId::parse(text("aud")?).ok()?, text("sub")?.to_owned()))
}

/// Whether a person is the one of that name towards an application.
pub(crate) fn is_about(env: &Env, one: &SignedIn, application: &Application, subject: &str) -> bool {
    env.salt.subject(one.tenant.id, application, one.user.id) == subject
}

/// By which names the request wants a certain person, and nobody else: that of its hint, or those that its claims ask for.
fn wanted(env: &Env, request: &Request, application: &Application) -> Result<Option<Vec<String>>, Refusal> {
    let mut wanted: Option<Vec<String>> = None;
    if let Some(hint) = &request.id_token_hint {
        let found = audience_and_subject(env, hint).filter(|(audience, _)| *audience == application.client_id);
        let (_, subject) = found.ok_or(Refusal::ParameterMalformed {
            name: "id_token_hint",
            expected: if is_encrypted(hint.expose()) {
                // The application is to take the signed one out of it (OpenID Connect Core §3.1.2.1).
                "the signed id_token inside the encrypted one, which the application has decrypted"
            } else {
                "an id_token that this server issued to the application"
            },
            found: String::new(),
        })?;
        wanted = Some(vec![subject]);
    }
    for asked in request.terms.claims.subjects().filter(|asked| !asked.values.is_empty()) {
        let mut subjects: Vec<String> = asked.values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        if let Some(before) = &wanted {
            subjects.retain(|subject| before.contains(subject));
        }
        wanted = Some(subjects);
    }
    Ok(wanted)
}

/// Whether a person may answer the request: one that is about somebody is answered for nobody else, whoever signs in.
///
/// # Errors
/// [`Refusal::LoginRequired`].
///
/// Spec: OpenID Connect Core §3.1.2.1 and §3.1.2.2.
pub(crate) fn is_meant(env: &Env, request: &Request, application: &Application, one: &SignedIn) -> Result<(), Refusal> {
    let fits = |subjects: Vec<String>| subjects.iter().any(|subject| is_about(env, one, application, subject));
    if wanted(env, request, application)?.is_none_or(fits) { Ok(()) } else { Err(Refusal::LoginRequired) }
}

/// The request with the session of the person whom its hint or its claims name; if they are not signed in here, with one that nobody has, so
/// that no one else stands in for them.
///
/// # Errors
/// [`Refusal::ParameterMalformed`] for a hint that is no id_token of ours for this application.
pub(crate) fn named<'r>(
    env: &Env,
    request: &'r Request,
    application: &Application,
    people: &[SignedIn],
) -> Result<Cow<'r, Request>, Refusal> {
    let Some(subjects) = wanted(env, request, application)? else { return Ok(Cow::Borrowed(request)) };
    let names = |one: &&SignedIn| subjects.iter().any(|subject| is_about(env, one, application, subject));
    let meant = people.iter().find(names);
    let sid = meant.map_or_else(|| format!("of {}", subjects.join(" ")), |one| one.sign_in.sid.clone());
    Ok(Cow::Owned(Request { sid: Some(sid), ..request.clone() }))
}
