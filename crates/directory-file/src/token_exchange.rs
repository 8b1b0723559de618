//! `[[tenant.application.token_exchange]]`: for which APIs an application may exchange tokens (RFC 8693).
//!
//! Nothing is said of an API or a permission that nobody has: it may be registered later, or in another file.

use grantor_protocol::ClientId;
use grantor_rules::directory_api::is_built_in;
use grantor_rules::model::{ExchangeScope, ExchangeTarget};

use crate::fields::{Fields, Kind};
use crate::report::{Problem, shown};
use crate::seen::Seen;
use crate::text;

pub(crate) const EXCHANGE: Kind = Kind {
    name: "an exchange",
    header: "[[tenant.application.token_exchange]]",
    keys: &["api", "scope", "impersonation"],
    not_keys: &[("scopes", "each permission is a table of its own: scope = [{ value = …, needs = … }]")],
};

pub(crate) const SCOPE: Kind = Kind {
    name: "a permission of an exchange",
    header: "[[tenant.application.token_exchange.scope]]",
    keys: &["value", "needs"],
    not_keys: &[],
};

/// Reads what an application may exchange tokens for.
pub(crate) fn of_application(application: &Fields<'_>) -> Vec<ExchangeTarget> {
    let mut seen = Seen::nothing();
    let read = |fields: &Fields<'_>| {
        let scopes = scopes(fields);
        let written = fields.required_text("api")?;
        let api = text::client_id(written, "api", fields.report)?;
        let what = || format!("the API {} stands already", shown(api.as_str()));
        seen.add(api.clone(), written.at, what, fields.report);
        if is_built_in(&api) {
            let what = "tokens are not exchanged for the directory API: whoever acts for somebody administers nothing";
            fields.report.add(Problem::at(written.at, what.to_owned()));
        }
        Some(ExchangeTarget { api, scopes, impersonation: fields.flag("impersonation").unwrap_or(false) })
    };
    application.tables("token_exchange", &EXCHANGE).iter().filter_map(read).collect()
}

fn scopes(fields: &Fields<'_>) -> Vec<ExchangeScope> {
    let mut seen = Seen::nothing();
    let read = |fields: &Fields<'_>| {
        let word = |key: &str| fields.required_text(key).filter(|word| is_word(fields, key, word.value, word.at));
        let (value, needs) = (word("value"), word("needs"));
        let (value, needs) = (value?, needs?);
        let pair = (value.value.to_owned(), needs.value.to_owned());
        seen.add(pair, value.at, || format!("{} for {} stands already", value.value, needs.value), fields.report);
        Some(ExchangeScope { value: value.value.to_owned(), needs: needs.value.to_owned() })
    };
    fields.tables("scope", &SCOPE).iter().filter_map(read).collect()
}

/// Whether a text can be the name of a permission; what is wrong with it has been reported.
fn is_word(fields: &Fields<'_>, key: &str, value: &str, at: usize) -> bool {
    let fits = !value.is_empty() && value.len() <= 120 && value.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits {
        let what = format!("\"{key}\" {} must be 1 to 120 visible ASCII characters", shown(value));
        fields.report.add(Problem::at(at, what));
    }
    fits
}

/// The one application that may act with an application's tokens.
pub(crate) fn may_act(application: &Fields<'_>) -> Option<ClientId> {
    application.text("may_act").and_then(|written| text::client_id(written, "may_act", application.report))
}
