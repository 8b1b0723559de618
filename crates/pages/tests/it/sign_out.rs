//! The page after signing out: whom it tells, and where it goes.

use grantor_pages::{ContinueTo, SignOutFrame, SignedOut};

use crate::{
    markup::{Tag, tags},
    samples,
};

fn page() -> SignedOut {
    samples::signed_out(&mut str::to_owned)
}

#[test]
fn each_app_is_told_in_a_hidden_frame_that_cannot_take_the_window() {
    let html = page().render();
    let all = tags(&html);
    let frames: Vec<&Tag<'_>> = all.iter().filter(|tag| tag.name == "iframe").collect();
    let told: Vec<_> = frames.iter().map(|tag| (tag.attribute("src"), tag.attribute("title"))).collect();
    assert_eq!(
        told,
        [
            (Some("https://fabrikam.example/bye"), Some("Sign-out of Expense Reports")),
            (Some("http://localhost:8400/bye"), Some("Sign-out of Native App")),
        ]
    );
    for frame in frames {
        assert!(frame.has("hidden"));
        assert_eq!(frame.attribute("sandbox"), Some("allow-scripts allow-same-origin"));
    }
}

#[test]
fn an_address_that_could_run_here_is_not_loaded() {
    for address in ["javascript:alert(1)//https://", "data:text/html,x", "//fabrikam.example/", "/sign-out", ""] {
        let frame = SignOutFrame { application_name: "App".to_owned(), address: address.to_owned() };
        let html = SignedOut { frames: vec![frame], ..page() }.render();
        assert!(!html.contains("<iframe"), "{address}");
    }
}

#[test]
fn the_page_goes_back_to_the_app_by_itself_and_by_a_link() {
    let address = "https://app.contoso.example/after?state=a\"b'c;url=https://fabrikam.example/&n=1";
    let to = ContinueTo { application_name: "Native App".to_owned(), address: address.to_owned() };
    let html = SignedOut { continue_to: Some(to), ..page() }.render();
    let all = tags(&html);
    let refresh = all.iter().find(|tag| tag.attribute("http-equiv") == Some("refresh")).expect("the refresh");
    assert_eq!(read(refresh.attribute("content")), format!("3;url={address}"));
    let link = all.iter().find(|tag| tag.attribute("id") == Some("continue")).expect("the link");
    assert_eq!((link.name, read(link.attribute("href"))), ("a", address.to_owned()));
    assert!(html.contains(">Back to <bdi>Native App</bdi></a>"), "{html}");
}

#[test]
fn without_an_app_the_page_stays() {
    let html = SignedOut { continue_to: None, ..page() }.render();
    assert!(!html.contains("http-equiv") && !html.contains("continue"), "{html}");
}

/// An attribute's value as a browser reads it.
fn read(value: Option<&str>) -> String {
    value.expect("a value").replace("&#34;", "\"").replace("&#39;", "'").replace("&#38;", "&")
}
