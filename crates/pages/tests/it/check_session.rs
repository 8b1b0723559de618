//! The frame that answers applications.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_STANDARD};
use grantor_pages::{CHECK_SESSION_SCRIPT, CHECK_SESSION_SCRIPT_SHA256, CheckSession};

#[test]
fn the_hash_is_that_of_the_script_in_the_frame() {
    let html = CheckSession { cookie: "grantor-state".to_owned() }.render();
    let (_, after) = html.split_once("<script>").expect("the script");
    let (script, _) = after.split_once("</script>").expect("the end of the script");
    assert_eq!(script, CHECK_SESSION_SCRIPT);
    assert_eq!(BASE64_STANDARD.encode(digest(&SHA256, script.as_bytes())), CHECK_SESSION_SCRIPT_SHA256);
}

#[test]
fn the_name_of_the_cookie_is_escaped() {
    let html = CheckSession { cookie: "\"><script>".to_owned() }.render();
    assert_eq!(html.matches("<script>").count(), 1, "{html}");
}
