//! What the consent page says about the app and about what it asks for.

use grantor_pages::{Application, Consent, Risk, words};

use crate::{markup::tags, samples};

fn page() -> Consent {
    samples::consent_for_everyone(&mut str::to_owned)
}

#[test]
fn a_consent_for_everyone_says_so_and_leaves_no_choice() {
    let html = page().render();
    assert!(html.contains("If you allow this, it is allowed for everyone in <bdi>Contoso</bdi>."), "{html}");
    assert!(!html.contains("consent-for-organization"), "{html}");
    let tags = tags(&html);
    let accept = tags.iter().find(|tag| tag.attribute("id") == Some("accept")).expect("accept");
    assert_eq!(accept.attribute("aria-describedby"), Some("for-everyone"));
    let own = Consent { for_everyone: false, ..page() }.render();
    assert!(!own.contains("it is allowed for everyone in"), "{own}");
    assert!(own.contains("consent-for-organization"), "{own}");
}

#[test]
fn each_permission_says_its_risk_in_words() {
    for (risk, said) in [(Risk::Low, "Low risk"), (Risk::Medium, "Medium risk"), (Risk::High, "High risk")] {
        let mut page = page();
        page.permissions.truncate(1);
        page.permissions[0].risk = risk;
        let html = page.render();
        assert!(html.contains(&format!(">{said}</span>")), "{html}");
        assert_eq!(html.matches(" risk</span>").count(), 1, "{html}");
    }
}

#[test]
fn what_is_allowed_once_is_told_from_what_stays() {
    let html = samples::consent_with_details(&mut str::to_owned).render();
    let (once, stays) = html.split_once("<h2 class=\"beside\" id=\"permissions-heading\">").expect("a heading");
    assert!(once.contains(words::DETAILS_ONCE) && stays.contains("aria-labelledby=\"permissions-heading\""), "{html}");
    assert!(stays.contains(words::WITHDRAW_BESIDE) && !html.contains(words::WITHDRAW), "{html}");
    let plain = page().render();
    assert!(plain.contains("aria-labelledby=\"heading\"") && !plain.contains("permissions-heading"), "{plain}");
    assert!(plain.contains(words::WITHDRAW) && !plain.contains(words::WITHDRAW_BESIDE), "{plain}");
}

#[test]
fn what_an_app_does_by_itself_is_marked() {
    let mut page = page();
    assert_eq!(page.render().matches(words::AS_APPLICATION).count(), 1);
    page.permissions.retain(|permission| !permission.as_application);
    assert_eq!(page.render().matches(words::AS_APPLICATION).count(), 0);
}

#[test]
fn the_domain_stands_beside_the_publisher_or_alone() {
    let named = page();
    assert!(named.render().contains("published by <bdi>Fabrikam</bdi> (<bdi>fabrikam.example</bdi>)"));
    let nobody =
        Consent { application: Application { publisher: String::new(), ..named.application.clone() }, ..named };
    let html = nobody.render();
    assert!(html.contains("Its publisher is not known. It is registered in <bdi>fabrikam.example</bdi>."), "{html}");
}

#[test]
fn only_https_addresses_of_the_publisher_become_links() {
    let leading_out = |page: &Consent| {
        let html = page.render();
        tags(&html)
            .iter()
            .filter(|tag| tag.name == "a")
            .filter_map(|tag| tag.attribute("href").map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let mut page = page();
    assert_eq!(leading_out(&page), ["https://fabrikam.example/privacy", "https://fabrikam.example/terms"]);
    page.application.privacy_uri = Some("javascript:alert(1)".to_owned());
    page.application.terms_uri = Some("http://fabrikam.example/terms".to_owned());
    assert_eq!(leading_out(&page), Vec::<String>::new());
    assert!(!page.render().contains("alert(1)"));
}
