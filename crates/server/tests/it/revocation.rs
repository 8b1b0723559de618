//! What ends what: each event of the list with what it ends of everything that was handed out before, and what it leaves alone.
//!
//! The list makes an event and its test; an event does not build until [`Event::leaves`] says what becomes of each [`Holding`].

use std::time::Duration;

use grantor_protocol::ClientId;
use grantor_rules::directory::Removal;
use grantor_testkit::{
    Answer, Arrival, Authorize, Browser, DeviceRequest, KIM, NORTHWIND, TASKS, TASKS_API, TestPlatform, TokenRequest,
    Tokens,
};

use crate::support::{bought, bought_in, code_on, northwind, numbers, renewal};

macro_rules! events {
    ($($test:ident => $event:ident,)+) => {
        /// Something that happens to a person, to an application, or to what was allowed or handed out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Event {
            $($event,)+
        }

        $(
            #[tokio::test]
            async fn $test() {
                holds(Event::$event).await;
            }
        )+
    };
}

events! {
    a_person_is_switched_off => UserDisabled,
    a_person_is_switched_off_and_on_again => UserDisabledAndEnabledAgain,
    a_person_is_removed => UserRemoved,
    a_password_is_changed => PasswordChanged,
    a_consent_is_withdrawn => ConsentWithdrawn,
    an_application_is_switched_off => ApplicationDisabled,
    an_application_is_removed => ApplicationRemoved,
    an_application_is_removed_from_a_tenant => ApplicationRemovedFromTenant,
    an_api_is_switched_off => ApiDisabled,
    a_person_signs_out => SignedOut,
    a_code_comes_twice => CodeReplayed,
    an_exchanged_refresh_token_comes_again => RefreshTokenReused,
}

/// Something that was handed out before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holding {
    /// The browser's sign-in.
    Session,
    /// A code that nobody has redeemed yet.
    Code,
    /// A device code that its person has said yes to.
    DeviceCode,
    /// The newest refresh token of a grant.
    RefreshToken,
    /// An access token of the same grant, for the directory.
    AccessToken,
    /// One for the Tasks API, which acts on with it.
    OnBehalfOf,
    /// The refresh token that the Tasks API has got for one.
    OnBehalfOfRefresh,
}

impl Holding {
    const ALL: [Self; 7] = [
        Self::Session,
        Self::Code,
        Self::DeviceCode,
        Self::RefreshToken,
        Self::AccessToken,
        Self::OnBehalfOf,
        Self::OnBehalfOfRefresh,
    ];
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Lives,
    /// The person is asked again.
    Asks,
    /// Refused with this number, or with this status where an API refuses.
    Ends(u64),
}

impl Event {
    const fn leaves(self, holding: Holding) -> Fate {
        use Fate::{Asks, Ends, Lives};
        use Holding as H;
        match self {
            Self::UserDisabled => match holding {
                H::Session => Asks,
                H::AccessToken => Ends(401),
                H::Code | H::DeviceCode | H::RefreshToken | H::OnBehalfOf | H::OnBehalfOfRefresh => Ends(50_057),
            },
            Self::UserRemoved => match holding {
                H::Session => Asks,
                H::AccessToken => Ends(401),
                H::Code | H::DeviceCode | H::RefreshToken | H::OnBehalfOf | H::OnBehalfOfRefresh => Ends(50_034),
            },
            // What was signed in before counts no more, also when the account is switched on again.
            Self::UserDisabledAndEnabledAgain | Self::PasswordChanged => match holding {
                H::Session => Asks,
                H::AccessToken => Ends(401),
                H::Code | H::DeviceCode | H::OnBehalfOf => Ends(50_133),
                H::RefreshToken | H::OnBehalfOfRefresh => Ends(50_173),
            },
            // What is out runs out by itself, and what the API was allowed for its own part is another consent.
            Self::ConsentWithdrawn => match holding {
                H::Session => Asks,
                H::Code | H::DeviceCode | H::RefreshToken => Ends(65_001),
                H::AccessToken | H::OnBehalfOf | H::OnBehalfOfRefresh => Lives,
            },
            Self::ApplicationDisabled => match holding {
                H::Session | H::Code | H::DeviceCode | H::RefreshToken => Ends(7_000_112),
                H::AccessToken => Ends(401),
                H::OnBehalfOf | H::OnBehalfOfRefresh => Lives,
            },
            Self::ApplicationRemoved | Self::ApplicationRemovedFromTenant => match holding {
                H::Session | H::Code | H::DeviceCode | H::RefreshToken => Ends(700_016),
                H::AccessToken => Ends(401),
                H::OnBehalfOf | H::OnBehalfOfRefresh => Lives,
            },
            Self::ApiDisabled => match holding {
                H::Session | H::Code | H::DeviceCode | H::RefreshToken => Ends(500_014),
                // This one is for the directory.
                H::AccessToken => Lives,
                H::OnBehalfOf | H::OnBehalfOfRefresh => Ends(7_000_112),
            },
            // Applications are told, and look after what they hold themselves. What the browser carries ends with its session.
            // (The standard's dialect is stricter: `oidc/session_end.rs`.)
            Self::SignedOut => match holding {
                H::Session => Asks,
                H::Code => Ends(50_133),
                H::DeviceCode | H::RefreshToken | H::AccessToken | H::OnBehalfOf | H::OnBehalfOfRefresh => Lives,
            },
            // One grant ends with everything that descends from it; others of the same person and app do not.
            Self::CodeReplayed | Self::RefreshTokenReused => match holding {
                H::Session | H::Code | H::DeviceCode => Lives,
                H::RefreshToken | H::OnBehalfOfRefresh => Ends(50_173),
                H::AccessToken => Ends(401),
                H::OnBehalfOf => Ends(50_013),
            },
        }
    }
}

/// One of each, and what they were bought with.
struct Handed<'a> {
    platform: &'a TestPlatform,
    browser: Browser<'a>,
    request: Authorize,
    code_of_grant: String,
    exchanged: Tokens,
    unused: (Authorize, String),
    device: TokenRequest,
    renewed: Tokens,
    access_token: String,
    further: Tokens,
}

fn request() -> Authorize {
    northwind(TASKS).scope("openid profile offline_access api://tasks/Tasks.Read User.Read")
}

fn acting_on(assertion: &str) -> TokenRequest {
    TokenRequest::by(TASKS_API, "urn:ietf:params:oauth:grant-type:jwt-bearer")
        .tenant(NORTHWIND.id)
        .with("requested_token_use", "on_behalf_of")
        .with("assertion", assertion)
        .with("scope", "offline_access User.Read")
}

impl<'a> Handed<'a> {
    async fn out(platform: &'a TestPlatform) -> Self {
        let mut browser = platform.browser();
        // The API, as an app of its own, may go on for Kim.
        bought(platform, &northwind(TASKS_API).scope("openid offline_access User.Read"), KIM).await;
        let request = request();
        let code_of_grant = browser.walk(&request, KIM).await.code();
        let exchanged = platform.tokens(&request.redeem(&code_of_grant)).await;
        let renewed = platform.tokens(&renewal(&request, &exchanged)).await;
        let directory = platform.tokens(&renewal(&request, &renewed).with("scope", "User.Read")).await;
        let further = platform.tokens(&acting_on(&exchanged.access_token)).await;
        let second = self::request();
        let unused = browser.authorize(&second).await.code();
        let asked = DeviceRequest::by(TASKS).tenant(NORTHWIND.id).scope("openid api://tasks/Tasks.Read");
        let device = asked.begin(platform).await;
        device.approve(&mut browser, KIM).await;
        Self {
            platform,
            browser,
            code_of_grant,
            exchanged,
            unused: (second, unused),
            device: device.redeem(),
            access_token: directory.access_token.clone(),
            renewed: Tokens { access_token: renewed.access_token, ..directory },
            further,
            request,
        }
    }

    async fn happens(&mut self, event: Event) {
        let platform = self.platform;
        // Later than anything was handed out, and than the grace of a renewal whose reply was lost.
        platform.advance(Duration::from_secs(61));
        let client = || ClientId::parse(TASKS.client_id).expect("a client id");
        match event {
            Event::UserDisabled => drop(platform.apply(&kim("account_enabled = false")).await),
            Event::UserDisabledAndEnabledAgain => {
                platform.apply(&kim("account_enabled = false")).await;
                platform.apply(&kim("account_enabled = true")).await;
            }
            Event::UserRemoved => platform.remove(NORTHWIND, Removal::User(KIM.user_id())).await,
            Event::PasswordChanged => drop(platform.apply(&kim("password = 'another-password-of-kims'")).await),
            Event::ConsentWithdrawn => self.withdraw().await,
            Event::ApplicationDisabled => {
                platform.change_application(NORTHWIND, TASKS.client_id, |tasks| tasks.disabled = true).await;
            }
            Event::ApplicationRemoved => platform.remove(NORTHWIND, Removal::Application(client())).await,
            Event::ApplicationRemovedFromTenant => {
                platform.remove(NORTHWIND, Removal::ServicePrincipal(client())).await;
            }
            Event::ApiDisabled => {
                platform.change_application(NORTHWIND, TASKS_API.client_id, |api| api.disabled = true).await;
            }
            Event::SignedOut => {
                let page = self.browser.open(&format!("/{}/oauth2/v2.0/logout", NORTHWIND.id)).await.page();
                assert!(page.has("signed-out"));
            }
            Event::CodeReplayed => {
                assert_eq!(numbers(&platform.token(&self.request.redeem(&self.code_of_grant)).await), [54_005]);
            }
            Event::RefreshTokenReused => {
                assert_eq!(numbers(&platform.token(&renewal(&self.request, &self.exchanged)).await), [50_173]);
            }
        }
    }

    async fn withdraw(&mut self) {
        let page = self.browser.open(&format!("/account/{}/{}", NORTHWIND.id, KIM.id)).await.page();
        let page = self.browser.press(&page, &format!("withdraw-{}", TASKS.client_id)).await.page();
        self.browser.press(&page, "withdraw-confirm").await.page();
    }

    async fn fate(&mut self, holding: Holding) -> Fate {
        let platform = self.platform;
        match holding {
            Holding::Session => silently(&mut self.browser).await,
            Holding::Code => said(&platform.token(&self.unused.0.redeem(&self.unused.1)).await),
            Holding::DeviceCode => said(&platform.token(&self.device).await),
            Holding::RefreshToken => said(&platform.token(&renewal(&self.request, &self.renewed)).await),
            Holding::AccessToken => match platform.call("/v1.0/me", &self.access_token).await.code() {
                200 => Fate::Lives,
                status => Fate::Ends(status.into()),
            },
            Holding::OnBehalfOf => said(&platform.token(&acting_on(&self.exchanged.access_token)).await),
            Holding::OnBehalfOfRefresh => {
                let request = TokenRequest::refresh(TASKS_API, &self.further.refresh_token).tenant(NORTHWIND.id);
                said(&platform.token(&request).await)
            }
        }
    }
}

async fn silently(browser: &mut Browser<'_>) -> Fate {
    match browser.authorize(&request().with("prompt", "none")).await {
        Arrival::Page(page) => {
            let code = code_on(&page);
            Fate::Ends(code.strip_prefix("AADSTS").and_then(|code| code.parse().ok()).unwrap_or_default())
        }
        Arrival::Application(response) => match response.get("error") {
            "" => Fate::Lives,
            "login_required" | "consent_required" => Fate::Asks,
            _ => Fate::Ends(response.error().1.into()),
        },
    }
}

fn said(answer: &Answer) -> Fate {
    if answer.code() == 200 { Fate::Lives } else { Fate::Ends(numbers(answer)[0]) }
}

/// Kim as a directory file says them, with one thing more.
fn kim(more: &str) -> String {
    format!(
        "[[tenant]]\nid = '{}'\ndomain = '{}'\ndisplay_name = 'Northwind'\nkind = 'organization'\n\
         [[tenant.user]]\nid = '{}'\nuser_principal_name = '{}'\ndisplay_name = 'Kim Akers'\n{more}\n",
        NORTHWIND.id, NORTHWIND.domain, KIM.id, KIM.name
    )
}

async fn holds(event: Event) {
    // T17, T26, T35
    let platform = TestPlatform::with_permissions().await;
    let mut handed = Handed::out(&platform).await;
    handed.happens(event).await;
    for holding in Holding::ALL {
        assert_eq!(handed.fate(holding).await, event.leaves(holding), "{event:?}: {holding:?}");
    }
}

#[tokio::test]
async fn everything_lives_until_something_happens() {
    // Otherwise the rows above would prove nothing.
    let platform = TestPlatform::with_permissions().await;
    let mut handed = Handed::out(&platform).await;
    platform.advance(Duration::from_secs(61));
    for holding in Holding::ALL {
        assert_eq!(handed.fate(holding).await, Fate::Lives, "{holding:?}");
    }
}

#[tokio::test]
async fn whoever_signs_in_again_after_a_change_goes_on() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    bought_in(&platform, &mut browser, &request(), KIM).await;
    platform.advance(Duration::from_secs(1));
    platform.apply(&kim("password = 'another-password-of-kims'")).await;
    let page = browser.authorize(&request()).await.page();
    let page = browser.sign_in(page, KIM).await.page();
    assert!(page.has("error"), "the old password is wrong");
    let mut changed = KIM;
    changed.password = "another-password-of-kims";
    let code = browser.sign_in(page, changed).await.code();
    assert!(!code.is_empty());
    // The same file again changes no password, so nothing ends.
    platform.advance(Duration::from_secs(1));
    platform.apply(&kim("password = 'another-password-of-kims'")).await;
    browser.authorize(&request().with("prompt", "none")).await.code();
}
