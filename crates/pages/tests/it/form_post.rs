//! The page that carries an answer to the app.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_STANDARD};
use grantor_pages::{FORM_POST_SCRIPT, FORM_POST_SCRIPT_SHA256, FormPost};

use crate::markup::tags;

fn answer() -> FormPost {
    FormPost {
        action_url: "https://app.contoso.example/callback?a=1&b=2".to_owned(),
        fields: vec![("code".to_owned(), "0.AXoA".to_owned()), ("submit".to_owned(), "1".to_owned())],
        application_name: "Native App".to_owned(),
    }
}

#[test]
fn the_hash_is_that_of_the_script_on_the_page() {
    let html = answer().render();
    let (_, after) = html.split_once("<script>").expect("the script");
    let (script, _) = after.split_once("</script>").expect("the end of the script");
    assert_eq!(script, FORM_POST_SCRIPT);
    assert_eq!(BASE64_STANDARD.encode(digest(&SHA256, script.as_bytes())), FORM_POST_SCRIPT_SHA256);
}

#[test]
fn the_form_sends_the_fields_and_nothing_else() {
    let html = answer().render();
    let tags = tags(&html);
    assert_eq!(tags.iter().filter(|tag| tag.name == "form").count(), 1);
    let sent: Vec<_> = tags
        .iter()
        .filter(|tag| ["input", "button", "select", "textarea"].contains(&tag.name))
        .filter_map(|tag| Some((tag.attribute("name")?, tag.attribute("value")?)))
        .collect();
    assert_eq!(sent, [("code", "0.AXoA"), ("submit", "1")]);
    let form = tags.iter().find(|tag| tag.name == "form").expect("the form");
    assert_eq!(form.attribute("action"), Some("https://app.contoso.example/callback?a=1&#38;b=2"));
}

#[test]
fn values_stay_out_of_debug_output() {
    let text = format!("{:?}", answer());
    assert!(text.contains("\"code\"") && !text.contains("0.AXoA"), "{text}");
}
