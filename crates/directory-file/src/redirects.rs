//! Where an application's answers may be sent, and what kind of program stands behind each address.

use grantor_protocol::RedirectUri;
use grantor_rules::model::{Platform, Redirect};

use crate::fields::{Fields, Placed};
use crate::report::{Problem, shown};

const PLATFORMS: [(&str, Platform); 3] = [
    ("web_redirect_uris", Platform::Web),
    ("spa_redirect_uris", Platform::Spa),
    ("public_client_redirect_uris", Platform::PublicClient),
];

/// The most addresses that an application may have.
const MOST: usize = 256;
/// The longest address that is registered, in bytes.
const LONGEST: usize = 256;

/// What an answer itself says (RFC 6749 §4.1.2 and §4.2.2, RFC 9207 §2, OpenID Connect Session Management §3). A registered
/// address that says it too would let two readers of one answer disagree.
const OF_THE_ANSWER: [&str; 7] = ["code", "state", "error", "id_token", "access_token", "session_state", "iss"];

/// Reads the addresses of an application, those of each platform together.
pub(crate) fn of_application(fields: &Fields<'_>) -> Vec<Redirect> {
    let texts =
        PLATFORMS.iter().flat_map(|&(key, platform)| fields.texts(key).into_iter().map(move |text| (text, platform)));
    let texts: Vec<_> = texts.collect();
    if let Some((text, _)) = texts.get(MOST) {
        let what = format!("an application has at most {MOST} redirect URIs, this one has {}", texts.len());
        fields.report.add(Problem::at(text.at, what));
    }
    let mut read: Vec<(Redirect, usize)> = Vec::new();
    // More than that would be compared with each other for nothing.
    for (text, platform) in texts.into_iter().take(MOST) {
        if let Some(redirect) = read_one(fields, text, platform) {
            collide(fields, text, &redirect, &read);
            read.push((redirect, text.at));
        }
    }
    read.into_iter().map(|(redirect, _)| redirect).collect()
}

fn read_one(fields: &Fields<'_>, text: Placed<&str>, platform: Platform) -> Option<Redirect> {
    let refused = |why: &str| {
        fields.report.add(Problem::at(text.at, format!("the redirect URI {} is refused: {why}", shown(text.value))));
    };
    if text.value.len() > LONGEST {
        refused("it is longer than 256 characters");
        return None;
    }
    let uri = match RedirectUri::parse(text.value) {
        Ok(uri) => uri,
        Err(error) => {
            refused(&error.to_string());
            return None;
        }
    };
    if let Some(name) = name_of_the_answer(uri.as_str()) {
        refused(&format!("its query must not name \"{name}\", which the answer does"));
    }
    if platform != Platform::PublicClient && !matches!(uri.scheme(), "http" | "https") {
        refused("a private scheme belongs to a native application, in public_client_redirect_uris");
    }
    Some(Redirect { uri, platform })
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

/// The same address twice is refused, and so are two platforms for one request: the first would win silently. The port of a
/// loopback address does not tell two apart, since a request may choose it (RFC 8252 §7.3).
fn collide(fields: &Fields<'_>, text: Placed<&str>, redirect: &Redirect, read: &[(Redirect, usize)]) {
    let clash = read.iter().find(|(other, _)| {
        let same_text = other.uri.as_str() == redirect.uri.as_str();
        let same_request = other.uri.fits(&redirect.uri) || redirect.uri.fits(&other.uri);
        same_text || (same_request && other.platform != redirect.platform)
    });
    let Some((other, first)) = clash else { return };
    let address = shown(text.value);
    let problem = if other.platform == redirect.platform {
        Problem::at(text.at, format!("the redirect URI {address} stands already"))
    } else if other.uri.as_str() == redirect.uri.as_str() {
        Problem::at(text.at, format!("the redirect URI {address} stands for another platform already"))
    } else {
        let what = format!("the redirect URI {address} cannot be told from the one of another platform");
        Problem::at(text.at, what)
            .hint("a request may choose the port of a loopback address: give them different paths")
    };
    fields.report.add(problem.first_at(*first));
}
