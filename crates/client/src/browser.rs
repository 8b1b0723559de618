//! The browser in which a person signs in: always one outside of the application (RFC 8252 §6, §8.12).

use async_trait::async_trait;
use url::Url;

/// Opens an address for a person, or walks the pages in a person's place.
#[async_trait]
pub trait BrowserOpener: Send + Sync {
    /// Opens `url`. It runs while the application already waits for the answer, so an opener may also do the whole
    /// sign-in before it returns.
    ///
    /// # Errors
    /// [`BrowserError`].
    async fn open(&self, url: &Url) -> Result<(), BrowserError>;
}

/// The address was not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrowserError {
    /// There is no browser, but the person may open the address by hand: the sign-in goes on waiting.
    #[error("no browser could be opened: {0}")]
    NotOpened(String),
    /// Nobody is going to sign in: the sign-in ends.
    #[error("the sign-in was given up: {0}")]
    GaveUp(String),
}

/// The browser that the system prefers (`BROWSER` in the environment overrides it).
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemBrowser;

#[async_trait]
impl BrowserOpener for SystemBrowser {
    async fn open(&self, url: &Url) -> Result<(), BrowserError> {
        let url = url.to_string();
        // Starting the browser may take a while, and its words must not mix with the application's own output.
        let opened = tokio::task::spawn_blocking(move || {
            let options = webbrowser::BrowserOptions::new().with_suppress_output(true).clone();
            webbrowser::open_browser_with_options(webbrowser::Browser::Default, &url, &options)
        });
        match opened.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(BrowserError::NotOpened(error.to_string())),
            Err(error) => Err(BrowserError::NotOpened(error.to_string())),
        }
    }
}
