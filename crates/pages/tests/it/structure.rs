//! What every page keeps to, so that it works without scripts, under a strict policy and with a screen reader.

use std::collections::BTreeSet;

use grantor_pages::{SignIn, SignInError, assets};

use crate::{
    markup::{Tag, tags},
    samples,
};

/// Calls `check` with the name and the tags of each page.
fn on_each_page(check: impl Fn(&str, &[Tag<'_>])) {
    for (name, html) in samples::pages(&mut str::to_owned) {
        check(name, &tags(&html));
    }
}

fn count(tags: &[Tag<'_>], name: &str) -> usize {
    tags.iter().filter(|tag| tag.name == name).count()
}

#[test]
fn no_page_holds_inline_style_or_script() {
    on_each_page(|page, tags| {
        assert_eq!(count(tags, "style"), 0, "{page}");
        assert_eq!(count(tags, "script"), usize::from(page == "form-post"), "{page}");
        for tag in tags {
            for (name, _) in &tag.attributes {
                assert!(*name != "style" && !name.starts_with("on"), "{page}: {name} on {}", tag.name);
            }
        }
    });
}

#[test]
fn every_page_loads_only_our_assets() {
    let ours: BTreeSet<&str> = assets::assets().iter().map(|asset| asset.path).collect();
    on_each_page(|page, tags| {
        for tag in tags {
            for (name, value) in &tag.attributes {
                if *name == "href" && tag.name == "a" {
                    assert!(value.starts_with('/') || value.starts_with("https://"), "{page} leads to {value}");
                } else if tag.name == "iframe" && *name == "src" {
                    assert!(page == "signed-out" && tag.has("hidden"), "{page} shows {value}");
                } else if tag.name == "img" && *name == "src" {
                    assert!(value.starts_with("/logo/"), "{page} shows {value}");
                } else if *name == "href" || *name == "src" {
                    assert!(ours.contains(value), "{page} loads {value}");
                }
            }
        }
        assert_eq!(count(tags, "link"), 2, "{page}");
    });
}

#[test]
fn every_picture_has_a_size_and_a_name_and_tells_nobody_where_it_is_shown() {
    let mut found = 0;
    for (page, html) in samples::pages(&mut str::to_owned) {
        for picture in tags(&html).iter().filter(|tag| tag.name == "img") {
            assert_eq!(picture.attribute("alt"), Some("Logo of Expense Reports"), "{page}");
            assert_eq!((picture.attribute("width"), picture.attribute("height")), (Some("40"), Some("40")), "{page}");
            assert_eq!(picture.attribute("referrerpolicy"), Some("no-referrer"), "{page}");
            found += 1;
        }
    }
    assert!(found >= 8, "on each page that names the app to a person who decides about it");
}

#[test]
fn links_of_an_app_say_whose_they_are_and_leave_this_page_alone() {
    for name in ["sign-in", "sign-in-again", "account-picker", "consent-elsewhere", "device-confirm-outside"] {
        let html =
            samples::pages(&mut str::to_owned).into_iter().find(|(found, _)| *found == name).expect("a sample").1;
        let tags = tags(&html);
        let links: Vec<_> = tags.iter().filter(|tag| tag.attribute("target") == Some("_blank")).collect();
        let addresses: Vec<_> = links.iter().filter_map(|link| link.attribute("href")).collect();
        assert_eq!(addresses, ["https://fabrikam.example/privacy", "https://fabrikam.example/terms"], "{name}");
        assert!(links.iter().all(|link| link.attribute("rel") == Some("noopener noreferrer")), "{name}");
        let whose = " of <bdi>Expense Reports</bdi> (opens in a new window)</span></a>";
        assert_eq!(html.matches(whose).count(), 2, "{name}");
    }
}

#[test]
fn every_page_has_one_title_one_heading_and_one_main() {
    on_each_page(|page, tags| {
        for name in ["html", "head", "body", "title", "main", "h1"] {
            assert_eq!(count(tags, name), 1, "{name} on {page}");
        }
        assert_eq!(tags[0].attribute("lang"), Some("en"), "{page}");
        for (name, content) in [("robots", "noindex"), ("referrer", "no-referrer")] {
            let meta = tags.iter().find(|tag| tag.attribute("name") == Some(name)).expect("the meta element");
            assert_eq!(meta.attribute("content"), Some(content), "{page}");
        }
    });
}

#[test]
fn ids_are_unique_and_what_refers_to_one_finds_it() {
    on_each_page(|page, tags| {
        let all: Vec<&str> = tags.iter().filter_map(|tag| tag.attribute("id")).collect();
        let ids: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(ids.len(), all.len(), "an id twice on {page}: {all:?}");
        for tag in tags {
            for name in ["for", "aria-describedby", "aria-labelledby"] {
                if let Some(id) = tag.attribute(name) {
                    assert!(ids.contains(id), "{name} of {page} leads to no #{id}");
                }
            }
        }
    });
}

#[test]
fn every_visible_input_has_a_label() {
    on_each_page(|page, tags| {
        let labelled: BTreeSet<&str> = tags.iter().filter_map(|tag| tag.attribute("for")).collect();
        let visible = |tag: &&Tag<'_>| match tag.name {
            "input" => tag.attribute("type") != Some("hidden"),
            name => name == "textarea" || name == "select",
        };
        for input in tags.iter().filter(visible) {
            let id = input.attribute("id").expect("an id");
            assert!(labelled.contains(id), "#{id} on {page} has no label");
        }
    });
}

#[test]
fn every_form_of_ours_posts_the_csrf_value() {
    on_each_page(|page, tags| {
        for form in tags.iter().filter(|tag| tag.name == "form") {
            assert_eq!(form.attribute("method"), Some("post"), "{page}");
        }
        let values = tags.iter().filter(|tag| tag.attribute("name") == Some("csrf")).count();
        let expected = if page == "form-post" { 0 } else { count(tags, "form") };
        assert_eq!(values, expected, "{page}");
    });
}

#[test]
fn the_first_empty_field_has_the_focus() {
    on_each_page(|page, tags| {
        let focused: Vec<_> = tags.iter().filter(|tag| tag.has("autofocus")).map(|tag| tag.attribute("id")).collect();
        match page {
            "sign-in" | "sign-in-plain" | "sign-in-common" => assert_eq!(focused, [Some("username")]),
            "sign-in-again" => assert_eq!(focused, [Some("password")]),
            "device-code" | "device-code-again" => assert_eq!(focused, [Some("user-code")]),
            _ => assert_eq!(focused, []),
        }
    });
}

#[test]
fn an_error_is_announced_and_tied_to_its_fields() {
    use SignInError as E;
    for (error, blamed) in [
        (E::Mismatch, &["username", "password"][..]),
        (E::Incomplete, &["username", "password"]),
        (E::OtherOrganization, &["username"]),
        (E::TooManyAttempts, &[]),
        (E::AccountDisabled, &[]),
        (E::AccountLocked, &[]),
        (E::PasswordExpired, &[]),
        (E::PageExpired, &[]),
    ] {
        let html = samples::sign_in_with(error).render();
        assert!(html.contains("<title>Error: Sign in"), "{html}");
        assert!(html.contains(error.words()), "{html}");
        let tags = tags(&html);
        let shown = tags.iter().find(|tag| tag.attribute("id") == Some("error")).expect("the error");
        assert_eq!(shown.attribute("role"), Some("alert"));
        for id in ["username", "password"] {
            let field = tags.iter().find(|tag| tag.attribute("id") == Some(id)).expect("the field");
            assert_eq!(field.attribute("aria-describedby"), Some("error"));
            assert_eq!(field.has("aria-invalid"), blamed.contains(&id), "{error:?}");
        }
    }
}

#[test]
fn a_name_of_another_organization_is_where_the_page_begins() {
    let page =
        SignIn { username: "a@fabrikam.example".to_owned(), ..samples::sign_in_with(SignInError::OtherOrganization) };
    let html = page.render();
    let focused: Vec<_> =
        tags(&html).iter().filter(|tag| tag.has("autofocus")).map(|tag| tag.attribute("id")).collect();
    assert_eq!(focused, [Some("username")]);
}

#[test]
fn a_page_without_a_tenant_bears_the_name_of_the_product() {
    let page = SignIn { brand: None, ..samples::sign_in_with(SignInError::Mismatch) };
    let html = page.render();
    assert!(html.contains("· Grantor</title>") && html.contains("</span>Grantor</p>"), "{html}");
    assert!(!html.contains("Contoso"), "{html}");
}

#[test]
fn the_password_is_never_filled_in() {
    on_each_page(|page, tags| {
        for field in tags.iter().filter(|tag| tag.attribute("type") == Some("password")) {
            assert!(!field.has("value"), "{page}");
        }
    });
}
