//! The pages of a device's sign-in.

use grantor_pages::{DeviceCodeError as E, words};

use crate::{markup::tags, samples};

#[test]
fn each_error_has_its_sentence_and_keeps_what_was_typed() {
    for (error, sentence, blamed) in [
        (E::Unknown, "That code is not right. Check it on your device and type it again.", true),
        (E::Expired, "That code has expired. Start again on your device to get a new one.", true),
        (E::AlreadyUsed, "That code was used already. Start again on your device to get a new one.", true),
        (E::TooManyAttempts, words::TOO_MANY_ATTEMPTS, false),
        (E::PageExpired, "This page was open for too long. Type the code again.", false),
    ] {
        let html = samples::device_code_with(error, &mut str::to_owned).render();
        assert!(html.contains(&format!("role=\"alert\">{sentence}</p>")), "{html}");
        assert!(html.contains("<title>Error: Enter the code"), "{html}");
        let all = tags(&html);
        let field = all.iter().find(|tag| tag.attribute("id") == Some("user-code")).expect("the field");
        assert_eq!(field.attribute("aria-describedby"), Some("error"));
        assert_eq!(field.attribute("value"), Some("BCDF-GHJK"));
        assert_eq!(field.attribute("name"), Some("user-code"));
        assert_eq!(field.has("aria-invalid"), blamed, "{error:?}");
    }
}

#[test]
fn the_field_is_for_capital_letters_that_nobody_corrects() {
    let html = samples::device_code_with(E::Unknown, &mut str::to_owned).render();
    let all = tags(&html);
    let field = all.iter().find(|tag| tag.name == "input" && tag.has("id")).expect("the field");
    for (name, value) in
        [("autocapitalize", "characters"), ("autocorrect", "off"), ("spellcheck", "false"), ("autocomplete", "off")]
    {
        assert_eq!(field.attribute(name), Some(value));
    }
}

#[test]
fn the_question_warns_of_codes_from_others_and_shows_the_code() {
    let html = samples::device_confirm(&mut str::to_owned).render();
    assert!(html.contains("Only go on if you started this yourself on another device."), "{html}");
    assert!(html.contains("<p class=\"code\" id=\"user-code\" dir=\"ltr\">BCDF-GHJK</p>"), "{html}");
    assert!(html.contains("published by <bdi>Contoso</bdi>"), "{html}");
    let all = tags(&html);
    let accept = all.iter().find(|tag| tag.attribute("id") == Some("accept")).expect("accept");
    assert_eq!(accept.attribute("aria-describedby"), Some("device-warning"));
}
