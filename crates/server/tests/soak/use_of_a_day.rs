//! What people and applications do in a day.

use std::collections::VecDeque;

use grantor_testkit::{Application, Authorize, Browser, CHRIS, DAEMON, NATIVE, SPA, TestPlatform, TokenRequest, WEB};

use crate::DAY;

const TURNS_A_DAY: u32 = 8;
/// How many applications of each kind are in use at a time: a later one takes the place of the oldest, which is never heard of
/// again.
const IN_USE: usize = 2;
/// As `serve` does it.
const FORGET_AT_A_TIME: u32 = 100;

/// Who holds which refresh token.
#[derive(Default)]
pub struct Use {
    held: Vec<(Application, VecDeque<String>)>,
}

impl Use {
    /// One day: somebody signs in, and every few hours applications come for codes and tokens.
    pub async fn day(&mut self, platform: &TestPlatform) {
        let mut browser = platform.browser();
        for turn in 0..TURNS_A_DAY {
            platform.advance(DAY / TURNS_A_DAY);
            platform.forget_ended(FORGET_AT_A_TIME).await;
            platform.rotate_keys().await;
            if turn == 0 {
                for application in [NATIVE, WEB, SPA] {
                    browser.walk(&Authorize::by(application), CHRIS).await.code();
                }
            }
            self.turn(platform, &mut browser).await;
        }
    }

    async fn turn(&mut self, platform: &TestPlatform, browser: &mut Browser<'_>) {
        for application in [NATIVE, WEB, SPA] {
            self.renew_all(platform, application).await;
            self.begin(platform, browser, application).await;
        }
        // Somebody comes and goes away without signing in.
        platform.browser().authorize(&Authorize::by(NATIVE)).await.page();
        // A code is stolen: it comes twice.
        let request = Authorize::by(NATIVE).with("prompt", "none");
        let code = browser.authorize(&request).await.response().code();
        platform.tokens(&request.redeem(&code)).await;
        assert_eq!(platform.token(&request.redeem(&code)).await.code(), 400);
        let itself = TokenRequest::by(DAEMON, "client_credentials").with("scope", "api://colors/.default");
        platform.token(&itself).await;
    }

    async fn begin(&mut self, platform: &TestPlatform, browser: &mut Browser<'_>, application: Application) {
        let request = Authorize::by(application).with("prompt", "none");
        let code = browser.authorize(&request).await.response().code();
        let tokens = platform.tokens(&request.redeem(&code)).await;
        let held = self.held_by(application);
        held.push_back(tokens.refresh_token);
        if held.len() > IN_USE {
            held.pop_front();
        }
    }

    async fn renew_all(&mut self, platform: &TestPlatform, application: Application) {
        for token in self.held_by(application) {
            let renewed = platform.tokens(&TokenRequest::refresh(application, token)).await;
            // A lost answer: the same token comes once more.
            platform.tokens(&TokenRequest::refresh(application, token)).await;
            *token = renewed.refresh_token;
        }
    }

    fn held_by(&mut self, application: Application) -> &mut VecDeque<String> {
        let known = self.held.iter().position(|(known, _)| known.client_id == application.client_id);
        let place = known.unwrap_or_else(|| {
            self.held.push((application, VecDeque::new()));
            self.held.len() - 1
        });
        &mut self.held[place].1
    }
}
