//! Where an application's answers may be sent, and what kind of program stands behind each address.

use grantor_rules::client_metadata::addresses::{self, MOST};
use grantor_rules::model::{Platform, Redirect};

use crate::fields::{Fields, Placed};
use crate::report::{Problem, shown};

const PLATFORMS: [(&str, Platform); 3] = [
    ("web_redirect_uris", Platform::Web),
    ("spa_redirect_uris", Platform::Spa),
    ("public_client_redirect_uris", Platform::PublicClient),
];

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
    match addresses::redirect(text.value, platform) {
        Ok(uri) => Some(Redirect { uri, platform }),
        Err(why) => {
            let what = format!("the redirect URI {} is refused: {why}", shown(text.value));
            let private = platform != Platform::PublicClient && !text.value.starts_with("http");
            let problem = Problem::at(text.at, what);
            fields.report.add(if private { problem.hint("write it in public_client_redirect_uris") } else { problem });
            None
        }
    }
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
