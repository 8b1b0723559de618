//! What administrators are told before they decide for everyone.

use grantor_pages::{ConsentRequests, ConsentRequestsDone as Done, words};

use crate::samples;

fn page() -> ConsentRequests {
    samples::consent_requests(&mut str::to_owned)
}

#[test]
fn each_request_says_who_asked_why_and_for_what() {
    let mut page = page();
    page.requests.truncate(1);
    let html = page.render();
    for said in [
        "What you allow here is allowed for everyone in <bdi>Contoso</bdi>.",
        "published by <bdi>Fabrikam</bdi> (<bdi>fabrikam.example</bdi>)",
        "This app comes from outside <bdi>Contoso</bdi>.",
        "Asked for by <strong><bdi>Chris Green</bdi></strong>",
        "<bdi>2030-05-14 09:26Z</bdi>",
        "<blockquote dir=\"auto\">We hand in all travel costs with it.\nThe old form is gone.</blockquote>",
        "<bdi>See everyone in the directory</bdi>",
        ">High risk</span>",
    ] {
        assert!(html.contains(said), "{said} in {html}");
    }
    assert!(!html.contains(words::REASON_NONE));
    page.requests[0].reason = String::new();
    let html = page.render();
    assert!(html.contains(words::REASON_NONE) && !html.contains("blockquote"), "{html}");
}

#[test]
fn empty_lists_say_so() {
    let full = page().render();
    let html = ConsentRequests { requests: Vec::new(), apps_for_everyone: Vec::new(), ..page() }.render();
    for sentence in [words::REQUESTS_NONE, words::ALLOWED_FOR_EVERYONE_NONE] {
        assert!(html.contains(sentence) && !full.contains(sentence), "{sentence}");
    }
}

#[test]
fn the_page_says_what_was_just_done() {
    let name = || "Old App".to_owned();
    for (done, said) in [
        (Done::Approved(name()), "id=\"approved\" role=\"status\"><bdi>Old App</bdi> is allowed for everyone now.</p>"),
        (Done::Rejected(name()), "id=\"rejected\" role=\"status\">The request for <bdi>Old App</bdi> was refused.</p>"),
        (Done::Withdrawn(name()), "id=\"withdrawn\" role=\"status\"><bdi>Old App</bdi> was withdrawn.</p>"),
    ] {
        let html = ConsentRequests { done: Some(done), ..page() }.render();
        assert!(html.contains(said), "{html}");
    }
    assert!(!ConsentRequests { done: None, ..page() }.render().contains("role=\"status\""));
}
