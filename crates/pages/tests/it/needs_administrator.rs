//! What a person reads who may not decide, and how the question gets to somebody who may.

use grantor_pages::{NeedsAdministrator, NeedsAdministratorReason as Why};

use crate::{markup::tags, samples};

#[test]
fn each_reason_has_one_sentence_of_its_own() {
    for (why, sentence) in [
        (Why::Permissions, "Only an administrator can allow what this application asks for."),
        (Why::OnlyLowRisk, "This organization lets people allow only what is of low risk."),
        (Why::PeopleMayNotAllow, "This organization lets only administrators allow apps."),
    ] {
        let page = NeedsAdministrator { why, ..samples::needs_administrator(true, &mut str::to_owned) };
        let html = page.render();
        assert!(html.contains(&format!("<p id=\"error\">{sentence}</p>")), "{html}");
    }
}

#[test]
fn a_reason_is_asked_for_only_where_requests_are_taken() {
    let html = samples::needs_administrator(true, &mut str::to_owned).render();
    let all = tags(&html);
    let reason = all.iter().find(|tag| tag.name == "textarea").expect("the reason");
    assert_eq!((reason.attribute("id"), reason.attribute("name")), (Some("reason"), Some("reason")));
    assert_eq!(reason.attribute("maxlength"), Some("500"));
    let html = samples::needs_administrator(false, &mut str::to_owned).render();
    assert!(!html.contains("reason") && !html.contains("value=\"ask\""), "{html}");
    assert!(html.contains("Ask an administrator to allow the app, and give them the code and the trace below."));
}
