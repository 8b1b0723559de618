//! No secret leaves by an event, a log line or an error (T23).

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use grantor_testkit::{Arrival, Authorize, CHRIS, NATIVE, SPA, TestPlatform, TokenRequest, WEB};

/// Everything that was logged on this thread, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn start() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

#[tokio::test]
async fn no_event_and_no_log_line_of_a_whole_journey_holds_a_secret() {
    let platform = TestPlatform::start().await;
    let (log, _guard) = Log::start();
    let mut browser = platform.browser();
    let request = Authorize::by(WEB).with("client_info", "1");
    let page = browser.authorize(&request).await.page();
    let interaction = page.address.rsplit('/').next().unwrap().to_owned();
    let mark = page.pressed("sign-in").1[0].1.clone();
    let page = browser.sign_in(page, CHRIS).await.page();
    let code = browser.press(&page, "accept").await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    let renewed = platform.tokens(&TokenRequest::refresh(WEB, &tokens.refresh_token)).await;
    platform.tokens(&TokenRequest::refresh(WEB, &tokens.refresh_token)).await;
    platform.call("/v1.0/me", &tokens.access_token).await;
    platform.token(&request.redeem(&code)).await;

    let mut secrets = vec![
        CHRIS.password.to_owned(),
        WEB.secret.unwrap().to_owned(),
        request.verifier.clone(),
        interaction,
        mark,
        code,
        tokens.refresh_token.clone(),
        renewed.refresh_token.clone(),
    ];
    secrets.extend(browser.cookies.all().iter().map(|cookie| cookie.value.clone()));
    for token in [&tokens.access_token, &tokens.id_token, &renewed.access_token] {
        // The signature: without it the rest is no token.
        secrets.push(token.rsplit('.').next().unwrap().to_owned());
    }
    let (recorded, logged) = (platform.recorded(), log.text());
    for event in
        ["signed-in", "consented", "code-issued", "tokens-issued", "successor-repeated", "api-called", "refused"]
    {
        assert!(recorded.contains(event), "{event} was not recorded");
    }
    assert!(logged.contains("recorded"), "{logged}");
    for secret in &secrets {
        assert!(secret.len() > 20, "{secret}");
        assert!(!recorded.contains(secret), "{secret} was recorded");
        assert!(!logged.contains(secret), "{secret} was logged");
    }
}

#[tokio::test]
async fn no_error_repeats_a_secret() {
    const CANARY: &str = "CaNaRy0123456789abcdefghijklmnopqrstuvwxyz-SECRET";
    let platform = TestPlatform::start().await;
    let (log, _guard) = Log::start();
    let mut seen = String::new();

    // The token endpoint: each place of a secret, in each of its shapes.
    let repeated = CANARY.repeat(200);
    let broken = format!("{CANARY}\u{e9}\n\"<");
    for value in [CANARY, &repeated, &broken] {
        for application in [NATIVE, WEB, SPA] {
            for grant in ["authorization_code", "refresh_token"] {
                let good = TokenRequest::by(application, grant).with("code", "x").with("refresh_token", "x");
                for name in ["code", "refresh_token", "code_verifier", "client_secret", "client_assertion", "password"]
                {
                    for request in [good.clone().with(name, value), good.clone().again(name, value)] {
                        seen.push_str(&platform.token(&request).await.everything());
                    }
                }
                let basic = good.without("client_secret").basic(application.client_id, value);
                seen.push_str(&platform.token(&basic).await.everything());
            }
        }
    }
    let malformed = TokenRequest::by(WEB, "refresh_token").without("client_secret");
    for header in [CANARY.to_owned(), format!("Basic {CANARY}"), format!("Bearer {CANARY}")] {
        seen.push_str(&platform.token(&malformed.clone().header("authorization", &header)).await.everything());
        for target in ["/v1.0/me", "/oidc/userinfo"] {
            seen.push_str(&platform.get(target, &[("authorization", &header)]).await.everything());
        }
    }

    // The pages.
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    for password in [CANARY, repeated.as_str()] {
        let mut page = page.clone();
        page.fill("username", CHRIS.name).fill("password", password);
        let arrival = browser.press(&page, "sign-in").await;
        if let Arrival::Page(page) = arrival {
            seen.push_str(&page.answer.everything());
        }
        let (form, mut pairs) = page.pressed("sign-in");
        pairs.push(("csrf".to_owned(), CANARY.to_owned()));
        seen.push_str(&browser.post(&form.action, &pairs).await.everything());
    }
    for page in ["sign-in", "consent"] {
        seen.push_str(&platform.get(&format!("/{page}/{CANARY}"), &[]).await.everything());
    }
    let cookie = format!("__Host-grantor-browser={CANARY}");
    seen.push_str(&platform.get(&page.address, &[("cookie", &cookie)]).await.everything());

    assert!(seen.contains("AADSTS") && seen.contains("InvalidAuthenticationToken"));
    for (place, text) in [("an answer", &seen), ("an event", &platform.recorded()), ("the log", &log.text())] {
        assert!(!text.contains("CaNaRy"), "{place}: {}", around(text, "CaNaRy"));
    }
}

fn around<'a>(text: &'a str, word: &str) -> &'a str {
    let at = text.find(word).unwrap_or_default();
    let start = text[..at].rfind('\n').unwrap_or_default();
    &text[start..text.len().min(at + 200)]
}
