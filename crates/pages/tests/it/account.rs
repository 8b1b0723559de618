//! What a person sees of their apps, and what they are told before they withdraw one.

use grantor_pages::{WithdrawConfirm, words};

use crate::{markup::tags, samples};

fn page(name: &str) -> String {
    samples::pages(&mut str::to_owned).into_iter().find(|(found, _)| *found == name).expect("a sample").1
}

#[test]
fn what_is_allowed_for_everyone_has_no_button_but_a_reason() {
    let html = page("account");
    assert!(html.contains("Allowed for everyone in <bdi>Contoso</bdi></h2>"), "{html}");
    assert!(html.contains(words::ALLOWED_FOR_EVERYONE_WHY), "{html}");
    assert!(!html.contains("withdraw-calendar"), "{html}");
    assert_eq!(html.matches("name=\"withdraw\"").count(), 2, "one for each app of one's own");
}

#[test]
fn an_empty_page_says_so() {
    let html = page("account-empty");
    assert!(html.contains(words::ALLOWED_BY_YOU_NONE), "{html}");
    assert!(!html.contains(words::ALLOWED_FOR_EVERYONE_WHY) && !html.contains("id=\"withdrawn\""), "{html}");
    assert!(!page("account").contains(words::ALLOWED_BY_YOU_NONE));
}

#[test]
fn the_page_says_what_was_withdrawn() {
    let html = page("account");
    assert!(html.contains("id=\"withdrawn\" role=\"status\"><bdi>Old App</bdi> was withdrawn.</p>"), "{html}");
}

#[test]
fn before_withdrawing_the_page_names_all_that_is_lost() {
    let own = samples::withdraw(&mut str::to_owned);
    let html = own.render();
    assert!(html.contains("<bdi>Native App</bdi> loses what you allowed it:"), "{html}");
    for lost in ["Colors API", "See your colors", "Change your colors", "Directory", "See your basic profile"] {
        assert!(html.contains(&format!("<bdi>{lost}</bdi>")), "{lost}");
    }
    let all = tags(&html);
    let carried = all.iter().find(|tag| tag.attribute("name") == Some("withdraw")).expect("the app's id");
    assert_eq!((carried.attribute("type"), carried.attribute("value")), (Some("hidden"), Some("native")));
    let everyone = WithdrawConfirm { for_everyone: true, ..own }.render();
    assert!(everyone.contains("For everyone in <bdi>Contoso</bdi>, this app loses:"), "{everyone}");
    assert!(!everyone.contains("what you allowed"), "{everyone}");
}
