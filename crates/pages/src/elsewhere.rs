//! How the question of an app that waits elsewhere ended.

use askama::Template;

use crate::{Brand, assets, words};

/// The end: the sentence is `#request-approved` or `#request-denied`, and `#account` leads to the person's own page.
#[derive(Clone, Debug, Template)]
#[template(path = "elsewhere_done.html")]
pub struct ElsewhereDone {
    /// Whose page it is.
    pub brand: Option<Brand>,
    /// The app that waited.
    pub application_name: String,
    /// Whether the person said yes.
    pub approved: bool,
    /// The path of the person's own page.
    pub account: String,
}

impl ElsewhereDone {
    const fn heading(&self) -> &'static str {
        if self.approved { words::ELSEWHERE_DONE_HEADING } else { words::ELSEWHERE_DECLINED_HEADING }
    }
}
