//! The element ids that outside suites drive the pages by.

use crate::{markup::tags, samples};

#[test]
fn each_page_holds_its_promised_ids() {
    let promised: &[(&str, &[&str])] = &[
        ("account-picker", &["pick-Chr", "pick-Ana", "use-another", "deny"]),
        ("sign-in", &["username", "password", "sign-in", "deny"]),
        ("sign-in-again", &["username", "password", "sign-in", "error", "switch", "deny"]),
        ("consent", &["permissions", "accept", "deny", "switch"]),
        ("consent-administrator", &["permissions", "accept", "deny", "consent-for-organization"]),
        ("consent-for-everyone", &["permissions", "accept", "deny", "switch"]),
        ("consent-elsewhere", &["permissions", "accept", "deny", "elsewhere", "binding-message"]),
        ("elsewhere-approved", &["request-approved", "account"]),
        ("elsewhere-denied", &["request-denied", "account"]),
        (
            "needs-administrator",
            &["error", "error-code", "trace-id", "permissions", "reason", "ask-administrator", "deny", "switch"],
        ),
        ("needs-administrator-elsewhere", &["error", "error-code", "trace-id", "permissions", "deny", "switch"]),
        ("request-sent", &["request-sent", "deny"]),
        ("device-code", &["user-code", "continue"]),
        ("device-code-again", &["user-code", "continue", "error"]),
        ("device-confirm", &["user-code", "accept", "deny"]),
        ("device-done", &["device-done"]),
        ("device-declined", &["device-declined"]),
        ("sign-out-pick", &["sign-out-Chr", "sign-out-Ana", "sign-out-all", "deny"]),
        ("sign-out-confirm", &["sign-out-confirm", "deny"]),
        ("signed-out", &["signed-out", "continue"]),
        ("signed-out-plain", &["signed-out"]),
        (
            "account",
            &[
                "withdraw-native",
                "withdraw-expenses",
                "app-native",
                "for-everyone-calendar",
                "withdrawn",
                "sign-out",
                "waiting-apps",
                "review-w1",
            ],
        ),
        ("account-empty", &["sign-out"]),
        ("withdraw", &["withdraw-confirm", "deny"]),
        ("withdraw-for-everyone", &["withdraw-confirm", "deny"]),
        (
            "consent-requests",
            &[
                "approve-r1",
                "reject-r1",
                "approve-r2",
                "reject-r2",
                "withdraw-calendar",
                "for-everyone-calendar",
                "rejected",
                "sign-out",
            ],
        ),
        ("consent-requests-empty", &["sign-out"]),
        ("refused", &["error", "error-code", "trace-id"]),
        ("refused-bare", &["error", "error-code", "trace-id"]),
        ("busy", &["error", "trace-id"]),
        ("fault", &["error", "trace-id"]),
    ];
    for (name, ids) in promised.iter().copied() {
        let html = page(name);
        let found: Vec<&str> = tags(&html).iter().filter_map(|tag| tag.attribute("id")).collect();
        for id in ids {
            assert!(found.contains(id), "{name} has no #{id}");
        }
    }
}

#[test]
fn each_button_sends_what_is_promised() {
    let promised = [
        ("account-picker", "pick-Ana", "pick", "Ana"),
        ("account-picker", "use-another", "use-another", "1"),
        ("account-picker", "deny", "decision", "deny"),
        ("sign-in", "deny", "decision", "deny"),
        ("consent", "accept", "decision", "accept"),
        ("consent", "deny", "decision", "deny"),
        ("consent", "switch", "decision", "switch"),
        ("sign-in-again", "switch", "decision", "switch"),
        ("needs-administrator", "ask-administrator", "decision", "ask"),
        ("needs-administrator", "deny", "decision", "deny"),
        ("needs-administrator", "switch", "decision", "switch"),
        ("needs-administrator-elsewhere", "deny", "decision", "deny"),
        ("request-sent", "deny", "decision", "deny"),
        ("device-confirm", "accept", "decision", "accept"),
        ("device-confirm", "deny", "decision", "deny"),
        ("sign-out-pick", "sign-out-Ana", "pick", "Ana"),
        ("sign-out-pick", "sign-out-all", "all", "1"),
        ("sign-out-pick", "deny", "decision", "deny"),
        ("sign-out-confirm", "sign-out-confirm", "decision", "accept"),
        ("sign-out-confirm", "deny", "decision", "deny"),
        ("account", "withdraw-native", "withdraw", "native"),
        ("account", "review-w1", "review", "w1"),
        ("withdraw", "withdraw-confirm", "decision", "accept"),
        ("withdraw", "deny", "decision", "deny"),
        ("consent-requests", "approve-r1", "approve", "r1"),
        ("consent-requests", "reject-r2", "reject", "r2"),
        ("consent-requests", "withdraw-calendar", "withdraw", "calendar"),
    ];
    for (name, id, key, value) in promised {
        let html = page(name);
        let tags = tags(&html);
        let button = tags.iter().find(|tag| tag.attribute("id") == Some(id)).expect("the button");
        assert_eq!(
            (button.name, button.attribute("name"), button.attribute("value")),
            ("button", Some(key), Some(value))
        );
        assert_eq!(button.attribute("type"), None, "a button without a type submits");
    }
}

#[test]
fn the_choice_for_everyone_is_only_for_administrators_and_starts_off() {
    let html = page("consent-administrator");
    let tags = tags(&html);
    let choice = tags.iter().find(|tag| tag.attribute("id") == Some("consent-for-organization")).expect("the choice");
    assert!(!choice.has("checked"));
    assert!(!page("consent").contains("consent-for-organization"));
}

#[test]
fn the_enter_key_refuses_where_something_would_be_allowed() {
    for name in ["consent-administrator", "consent-for-everyone", "device-confirm"] {
        let html = page(name);
        let deny = html.find("id=\"deny\"").expect("deny");
        let accept = html.find("id=\"accept\"").expect("accept");
        assert!(deny < accept, "{name}: a form's first button is what the enter key presses");
    }
}

#[test]
fn the_enter_key_signs_in_and_no_password_goes_with_a_no() {
    for name in ["sign-in", "sign-in-again", "sign-in-common"] {
        let html = page(name);
        let (first, rest) = html.split_once("</form>").expect("the form for the password");
        assert!(first.contains("id=\"password\"") && !first.contains("id=\"deny\""), "{name}");
        assert!(rest.contains("id=\"deny\"") && !rest.contains("<input id="), "{name}");
    }
}

#[test]
fn where_nobody_waits_for_an_answer_nothing_is_denied() {
    assert!(!page("sign-in-plain").contains("id=\"deny\""));
}

fn page(name: &str) -> String {
    let pages = samples::pages(&mut str::to_owned);
    pages.into_iter().find(|(found, _)| *found == name).expect("a sample of that name").1
}
