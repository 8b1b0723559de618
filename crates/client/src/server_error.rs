//! An OAuth error as the other side said it.

use std::fmt;

use serde_json::{Map, Value};

/// The error members of a response (RFC 6749 §4.1.2.1, §5.2) and what Microsoft's dialect adds to trace it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerError {
    /// `error`.
    pub error: String,
    /// `error_description`.
    pub error_description: Option<String>,
    /// `suberror`: what a person could do about it.
    pub suberror: Option<String>,
    /// `trace_id`: what the provider's operator finds it by.
    pub trace_id: Option<String>,
    /// `correlation_id`.
    pub correlation_id: Option<String>,
    /// `claims`: what the next sign-in must ask for.
    pub claims: Option<String>,
}

impl ServerError {
    /// Reads the members through `find`; `None` if there is no `error`.
    pub(crate) fn read(find: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let find = |name| find(name).map(|text| one_line(&text));
        Some(Self {
            error: find("error")?,
            error_description: find("error_description"),
            suberror: find("suberror"),
            trace_id: find("trace_id"),
            correlation_id: find("correlation_id"),
            claims: find("claims"),
        })
    }

    pub(crate) fn of_json(body: &Map<String, Value>) -> Option<Self> {
        Self::read(|name| body.get(name)?.as_str().map(str::to_owned))
    }

    /// Whether a person must be asked before tokens can be had again (OpenID Connect Core §3.1.2.6, RFC 6749 §5.2, and
    /// the codes of Microsoft's dialect). `invalid_scope` is among them: a refresh cannot ask for more than was granted
    /// (RFC 6749 §6), a person can.
    pub fn needs_interaction(&self) -> bool {
        const CODES: [&str; 6] = [
            "invalid_grant",
            "invalid_scope",
            "interaction_required",
            "login_required",
            "consent_required",
            "account_selection_required",
        ];
        CODES.contains(&self.error.as_str())
    }

    /// Whether the refresh token itself is dead, and not just too weak for what was asked this time.
    pub(crate) fn ends_refresh_token(&self) -> bool {
        self.error == "invalid_grant" && matches!(self.suberror.as_deref(), None | Some("bad_token" | "token_expired"))
    }
}

/// The text on one line, cut, without control characters: it is shown on terminals.
fn one_line(text: &str) -> String {
    let plain = text.replace("\r\n", " ");
    plain.chars().map(|one| if one.is_control() { ' ' } else { one }).take(2000).collect()
}

impl fmt::Display for ServerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.error)?;
        if let Some(description) = &self.error_description {
            write!(formatter, ": {description}")?;
        }
        match &self.trace_id {
            // Microsoft's dialect says it in the description too.
            Some(id) if !self.error_description.as_ref().is_some_and(|text| text.contains(id.as_str())) => {
                write!(formatter, " (trace id {id})")
            }
            _ => Ok(()),
        }
    }
}

impl std::error::Error for ServerError {}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_error_keeps_what_helps_to_trace_it_and_shows_no_control_characters() {
        let body = json!({"error": "invalid_grant", "error_description": "a\r\nb\u{1b}[31m", "trace_id": "t1"});
        let error = ServerError::of_json(body.as_object().unwrap()).unwrap();
        assert_eq!(error.to_string(), "invalid_grant: a b [31m (trace id t1)");
        assert_eq!(ServerError::of_json(&Map::new()), None);
    }

    #[test]
    fn a_missing_consent_does_not_end_the_refresh_token() {
        let of = |suberror: Option<&str>| ServerError {
            error: "invalid_grant".to_owned(),
            suberror: suberror.map(str::to_owned),
            ..ServerError::default()
        };
        assert!(of(None).ends_refresh_token() && of(Some("bad_token")).ends_refresh_token());
        assert!(!of(Some("consent_required")).ends_refresh_token());
        assert!(of(Some("consent_required")).needs_interaction());
    }
}
