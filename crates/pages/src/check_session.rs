//! The frame that an application asks whether its person is still signed in (OpenID Connect Session Management 1.0 §3.2).

use askama::Template;

/// The frame's script. It answers the window that it is embedded in and nobody else; a text that is none of the protocol's is an
/// error, and so is a browser that lends no SHA-256 (which it does to secure pages alone).
///
/// It is written without the characters that HTML would escape, so that the page holds it to the letter.
pub const CHECK_SESSION_SCRIPT: &str = concat!(
    "addEventListener(`message`,async function(e){",
    "if(e.source!==parent||e.origin===`null`)return;",
    "var answer=`error`;",
    "try{",
    "var said=String(e.data).split(` `),mark=said[1].split(`.`),state=``;",
    "document.cookie.split(`; `).forEach(function(pair){",
    "var at=pair.indexOf(`=`);",
    "if(pair.slice(0,at)===document.documentElement.dataset.cookie)state=pair.slice(at+1)",
    "});",
    "if(said.length===2){if(mark.length===2){",
    "var text=[said[0],e.origin,state,mark[1]].join(` `);",
    "var hash=new Uint8Array(await crypto.subtle.digest(`SHA-256`,new TextEncoder().encode(text)));",
    "var hex=Array.from(hash,function(byte){return byte.toString(16).padStart(2,`0`)}).join(``);",
    "answer=hex===mark[0]?`unchanged`:`changed`",
    "}}",
    "}catch(_){}",
    "e.source.postMessage(answer,e.origin)",
    "})"
);

/// The SHA-256 of [`CHECK_SESSION_SCRIPT`] in base64, for a content security policy: `script-src 'sha256-…'`.
pub const CHECK_SESSION_SCRIPT_SHA256: &str = "l67rq7vIqxXQSBptxffiC2ctze+rvyCY3UT6WuflVRc=";

/// The frame. Its policy needs [`CHECK_SESSION_SCRIPT_SHA256`], and any page may embed it: what it says is worth something only
/// to an application that was told the state of this browser before.
#[derive(Clone, Debug, Template)]
#[template(path = "check_session.html")]
pub struct CheckSession {
    /// The name of the cookie that holds the state.
    pub cookie: String,
}
