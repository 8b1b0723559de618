//! Addresses that an application registers. All are read as strictly as redirect addresses: a browser or we ourselves go there.

use grantor_protocol::RedirectUri;
use grantor_protocol::redirect_uri::BadRedirectUri;

use super::{Findings, shown};
use crate::model::{Application, Platform};

/// The most addresses that a list holds.
pub const MOST: usize = 256;
/// The longest address that answers go to or that people are shown, in bytes.
pub const LONGEST: usize = 256;
/// The longest address of a request object, in bytes (OpenID Connect Core §6.2).
const LONGEST_REQUEST: usize = 512;

/// What an answer itself says (RFC 6749 §4.1.2 and §4.2.2, RFC 9207 §2, OpenID Connect Session Management §3). A registered
/// address that says it too would let two readers of one answer disagree.
const OF_THE_ANSWER: [&str; 7] = ["code", "state", "error", "id_token", "access_token", "session_state", "iss"];

pub(super) fn check(application: &Application, found: &mut Findings) {
    let metadata = &application.metadata;
    let single = [
        ("jwks_uri", &metadata.jwks_uri),
        ("sector_identifier_uri", &metadata.sector_identifier_uri),
        ("initiate_login_uri", &metadata.initiate_login_uri),
        ("backchannel_logout_uri", &metadata.backchannel_logout_uri),
        ("backchannel_client_notification_endpoint", &metadata.backchannel_client_notification_endpoint),
    ];
    for (field, text) in single {
        found.take(field, text.as_deref().map_or(Ok(()), secure));
    }
    found.take("request_uris", every(&metadata.request_uris, of_request));
    found.take("post_logout_redirect_uris", every(&metadata.post_logout_redirect_uris, |text| plain(text).map(drop)));
}

fn every(list: &[String], check: impl Fn(&str) -> Result<(), String>) -> Result<(), String> {
    if list.len() > MOST {
        return Err(format!("holds more than {MOST} addresses"));
    }
    for (place, text) in list.iter().enumerate() {
        check(text).map_err(|why| format!("holds {}: {why}", shown(text)))?;
        if list[..place].contains(text) {
            return Err(format!("holds {} twice", shown(text)));
        }
    }
    Ok(())
}

/// Plain HTTP to a person's own machine, or to ours while a program is developed, and HTTPS everywhere else.
///
/// # Errors
/// What is wrong with it: the end of a sentence that begins with the field.
pub fn secure(text: &str) -> Result<(), String> {
    https_or_loopback(text).map_err(|why| format!("is {}: {why}", shown(text)))
}

fn https_or_loopback(text: &str) -> Result<(), String> {
    const EXPECTED: &str = "expected https://…, http://localhost or http://127.0.0.1";
    match RedirectUri::parse(text) {
        Ok(uri) if uri.scheme() == "https" || uri.is_loopback() => Ok(()),
        Ok(_) | Err(BadRedirectUri::Scheme) => Err(EXPECTED.to_owned()),
        Err(wrong) => Err(wrong.to_string()),
    }
}

/// The address of a request object, whose fragment may be the digest of what stands there (OpenID Connect Core §6.2).
fn of_request(text: &str) -> Result<(), String> {
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    if text.len() > LONGEST_REQUEST {
        return Err("it is longer than 512 characters".to_owned());
    }
    if !fragment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        return Err("its fragment is no digest in base64url".to_owned());
    }
    match RedirectUri::parse(address) {
        Ok(uri) if uri.scheme() == "https" => Ok(()),
        Ok(_) | Err(BadRedirectUri::Scheme) => Err("expected https://…".to_owned()),
        Err(wrong) => Err(wrong.to_string()),
    }
}

/// An address that a browser is sent to without anything of ours in it.
///
/// # Errors
/// What is wrong with it, as a sentence about it.
pub fn plain(text: &str) -> Result<RedirectUri, String> {
    if text.len() > LONGEST {
        return Err("it is longer than 256 characters".to_owned());
    }
    RedirectUri::parse(text).map_err(|wrong| wrong.to_string())
}

/// An address that answers go to, of a program of this kind.
///
/// # Errors
/// What is wrong with it, as a sentence about it.
pub fn redirect(text: &str, platform: Platform) -> Result<RedirectUri, String> {
    let uri = plain(text)?;
    if let Some(name) = name_of_the_answer(uri.as_str()) {
        return Err(format!("its query must not name \"{name}\", which the answer does"));
    }
    if platform != Platform::PublicClient && !matches!(uri.scheme(), "http" | "https") {
        return Err("a private scheme belongs to a native application".to_owned());
    }
    Ok(uri)
}

/// The address of a page or picture that people are shown.
///
/// # Errors
/// What is wrong with it, as a sentence about it.
pub fn page(text: &str) -> Result<(), String> {
    shown_or_loaded(text, "https://…", |uri| uri.scheme() == "https")
}

/// Where the browsers of an application's people tell it that they have signed out: plain HTTP only to the person's own
/// machine.
///
/// # Errors
/// What is wrong with it, as a sentence about it.
pub fn front_channel_logout(text: &str) -> Result<(), String> {
    let expected = "https://…, http://localhost or http://127.0.0.1";
    shown_or_loaded(text, expected, |uri| uri.scheme() == "https" || uri.is_loopback())
}

fn shown_or_loaded(text: &str, expected: &str, fits: impl Fn(&RedirectUri) -> bool) -> Result<(), String> {
    if text.len() > LONGEST {
        return Err("it is longer than 256 characters".to_owned());
    }
    match RedirectUri::parse(text) {
        Ok(uri) if fits(&uri) => Ok(()),
        Ok(_) | Err(BadRedirectUri::Scheme) => Err(format!("expected {expected}")),
        Err(wrong) => Err(wrong.to_string()),
    }
}

fn name_of_the_answer(uri: &str) -> Option<&'static str> {
    let (_, query) = uri.split_once('?')?;
    let names = query.split('&').map(|pair| decoded(pair.split('=').next().unwrap_or_default()));
    let names: Vec<String> = names.collect();
    OF_THE_ANSWER.into_iter().find(|reserved| names.iter().any(|name| name.eq_ignore_ascii_case(reserved)))
}

/// Percent-decodes a name: `%63ode` is `code` to whoever reads the answer.
fn decoded(name: &str) -> String {
    let bytes = name.as_bytes();
    let (mut read, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let hex = name.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        read.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&read).into_owned()
}
