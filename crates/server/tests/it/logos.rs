//! Pictures of applications, which people see without being seen by the application's host.

use grantor_testkit::{
    ADMIN, Answer, Authorize, BackchannelRequest, CHRIS, CONTOSO, DeviceRequest, NATIVE, Page, TestPlatform, WEB,
    elements_of,
};

const LOGO: &str = "https://app.example/logo.png";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand the rest of it";

/// Both applications have a picture, a policy and terms; only the picture's host has to answer.
async fn with_logos() -> TestPlatform {
    let platform = TestPlatform::start().await;
    for application in [NATIVE, WEB] {
        platform
            .change_application(CONTOSO, application.client_id, |one| {
                one.information.logo = Some(LOGO.to_owned());
                one.information.privacy = Some("https://app.example/privacy".to_owned());
                one.information.terms = Some("https://app.example/terms".to_owned());
            })
            .await;
    }
    platform
}

/// Where the pictures on a page stand.
fn pictures(page: &Page) -> Vec<String> {
    let elements = elements_of(page.answer.text());
    let pictures = elements.iter().filter(|element| element.name == "img");
    pictures.map(|picture| picture.attribute("src").unwrap_or_default().to_owned()).collect()
}

#[track_caller]
fn shows_one(page: &Page) -> String {
    let found = pictures(page);
    assert_eq!(found.len(), 1, "{}: {}", page.address, page.text());
    // From our own address, by the policy of the page and by its own.
    assert!(found[0].starts_with(&format!("/logo/{}/", CONTOSO.id)), "{found:?}");
    let policy = page.answer.header("content-security-policy");
    assert!(policy.contains("img-src 'self';") && policy.contains("default-src 'none'"), "{policy}");
    assert!(!page.answer.text().contains(LOGO), "{}", page.address);
    found[0].clone()
}

#[track_caller]
fn links_to_policy_and_terms(page: &Page) {
    let elements = elements_of(page.answer.text());
    let links: Vec<_> = elements.iter().filter(|element| element.attribute("target") == Some("_blank")).collect();
    let addresses: Vec<_> = links.iter().filter_map(|link| link.attribute("href")).collect();
    assert_eq!(addresses, ["https://app.example/privacy", "https://app.example/terms"], "{}", page.address);
    assert!(links.iter().all(|link| link.attribute("rel") == Some("noopener noreferrer")));
}

async fn fetched(platform: &TestPlatform, path: &str) -> Answer {
    platform.get(path, &[]).await
}

#[tokio::test]
async fn the_pages_that_name_an_application_show_its_picture_and_its_links() {
    let platform = with_logos().await;
    platform.others.publish(LOGO, PNG);
    let mut browser = platform.browser();
    let request = Authorize::by(NATIVE);
    let sign_in = browser.authorize(&request).await.page();
    let consent = browser.sign_in(sign_in.clone(), CHRIS).await.page();
    let other = browser.authorize(&request.clone().with("prompt", "login")).await.page();
    browser.sign_in(other, ADMIN).await.page();
    let picker = browser.authorize(&request.clone().with("prompt", "select_account")).await.page();
    assert!(picker.has("use-another"), "{}", picker.text());
    let device = DeviceRequest::by(NATIVE).begin(&platform).await;
    let mut at_device = platform.browser();
    let asked = device.enter(&mut at_device).await.page();
    let confirm = at_device.sign_in(asked, CHRIS).await.page();
    assert!(confirm.has("device-warning"), "{}", confirm.text());
    let path = shows_one(&sign_in);
    for page in [&sign_in, &consent, &picker, &confirm] {
        assert_eq!(shows_one(page), path);
        links_to_policy_and_terms(page);
    }
    let answer = fetched(&platform, &path).await;
    assert_eq!((answer.code(), answer.header("content-type")), (200, "image/png"));
    assert_eq!(answer.body.as_ref(), PNG);
    assert_eq!(answer.header("cache-control"), "public, max-age=3600");
}

#[tokio::test]
async fn whoever_is_asked_elsewhere_and_their_account_page_see_it_too() {
    let platform = with_logos().await;
    let request = BackchannelRequest::to(WEB, CHRIS);
    request.registered(&platform, grantor_rules::model::DeliveryMode::Poll, None).await;
    let waiting = request.begin(&platform).await;
    let mut browser = platform.browser();
    let page = waiting.review(&mut browser, CHRIS).await;
    shows_one(&page);
    links_to_policy_and_terms(&page);
    let account = format!("/account/{}/{}", CONTOSO.id, CHRIS.id);
    shows_one(&browser.open(&account).await.page());
    browser.press(&page, "accept").await.page();
    shows_one(&browser.open(&account).await.page());
}

#[tokio::test]
async fn a_picture_is_nothing_but_a_picture() {
    let platform = with_logos().await;
    let mut browser = platform.browser();
    let path = shows_one(&browser.authorize(&Authorize::by(NATIVE)).await.page());
    for (published, content_type) in [
        (None, "image/svg+xml"),
        (Some(&b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"[..]), "image/svg+xml"),
        (Some(b"<!doctype html><script>alert(1)</script>"), "image/svg+xml"),
        (Some(b""), "image/svg+xml"),
        (Some(b"GIF89a picture"), "image/gif"),
        (Some(b"\xff\xd8\xff\xe0 picture"), "image/jpeg"),
        (Some(b"RIFFxxxxWEBPVP8 "), "image/webp"),
    ] {
        platform.others.withdraw(LOGO);
        if let Some(bytes) = published {
            platform.others.publish(LOGO, bytes);
        }
        let answer = fetched(&platform, &path).await;
        assert_eq!((answer.code(), answer.header("content-type")), (200, content_type), "{published:?}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        if content_type == "image/svg+xml" {
            // Ours, with the letter of the name, in the place of what there is not.
            let text = answer.text();
            assert!(text.contains(">N</text>") && !text.contains("script"), "{text}");
            assert_eq!(answer.header("cache-control"), "public, max-age=60");
        } else {
            assert_eq!(Some(answer.body.as_ref()), published);
        }
    }
}

#[tokio::test]
async fn nobody_is_asked_for_what_nobody_registered() {
    let platform = TestPlatform::start().await;
    let page = platform.browser().authorize(&Authorize::by(NATIVE)).await.page();
    assert_eq!(pictures(&page), Vec::<String>::new(), "an application without one is shown as before");
    let client = grantor_jose::base64url::encode(NATIVE.client_id);
    let before = platform.others.requests();
    for target in [
        format!("/logo/{}/{client}", CONTOSO.id),
        format!("/logo/nobody.example/{client}"),
        format!("/logo/{}/x", CONTOSO.id),
        format!("/logo/{}/{}", CONTOSO.id, grantor_jose::base64url::encode("https://evil.example/")),
        format!("/logo/{}/..%2f..%2fassets", CONTOSO.id),
    ] {
        assert_eq!(fetched(&platform, &target).await.code(), 404, "{target}");
    }
    assert_eq!(platform.others.requests(), before);
}
