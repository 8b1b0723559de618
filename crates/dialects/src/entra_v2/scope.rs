//! Reading `scope`: each word names a permission of an API (Source: entra-dialect 12.2 and 17.3).

use grantor_protocol::scope::ScopeText;
use grantor_rules::Refusal;
use grantor_rules::scopes::{ApiName, WantedScope, WantedScopes};

use crate::Parameters;
use crate::entra::SIGN_IN;
use crate::oauth::words::limit;

/// What a request names in `scope`. A `resource` beside it would change what that means, so it cannot just be ignored.
pub fn named(parameters: &Parameters) -> Result<Option<WantedScopes>, Refusal> {
    let scope = parameters.optional("scope", limit::SCOPE)?.map(read).transpose()?;
    if parameters.optional("resource", usize::MAX)?.is_some() {
        return Err(Refusal::ParameterNotSupported { name: "resource" });
    }
    Ok(scope.filter(|wanted| !wanted.is_empty()))
}

/// Reads a `scope` parameter.
///
/// # Errors
/// [`Refusal::ScopeMalformed`] or [`Refusal::TooManyApis`].
pub fn read(text: &str) -> Result<WantedScopes, Refusal> {
    let words = ScopeText::parse(text).map_err(|bad| Refusal::ScopeMalformed { token: bad.token })?;
    let wanted = WantedScopes::new(words.tokens().iter().map(|word| wanted(word)).collect::<Result<_, _>>()?);
    if wanted.apis().len() > WantedScopes::MOST_APIS {
        return Err(Refusal::TooManyApis { limit: WantedScopes::MOST_APIS });
    }
    Ok(wanted)
}

/// A word without an API means the directory API. Everything before the last slash names the API, so one whose identifier
/// ends in a slash needs two of them.
fn wanted(word: &str) -> Result<WantedScope, Refusal> {
    let (api, value) = match word.rsplit_once('/') {
        None => (ApiName::Directory, word),
        Some((identifier, value)) if !identifier.is_empty() && !value.is_empty() => {
            (ApiName::Identifier(identifier.to_owned()), value)
        }
        Some(_) => return Err(Refusal::ScopeMalformed { token: word.to_owned() }),
    };
    let spelled = word.to_owned();
    let sign_in = SIGN_IN.into_iter().find(|scope| scope.as_str().eq_ignore_ascii_case(value));
    Ok(match (&api, sign_in) {
        (ApiName::Directory, Some(scope)) => WantedScope::SignIn(scope),
        _ if value == ".default" => WantedScope::AllGranted { api, spelled },
        _ => WantedScope::Named { api, value: value.to_owned(), spelled },
    })
}

#[cfg(test)]
mod tests {
    use grantor_rules::scopes::SignInScope;

    use super::*;

    #[test]
    fn each_word_names_an_api_and_a_permission() {
        let colors = ApiName::Identifier("api://colors".into());
        let expected = WantedScopes::new(vec![
            WantedScope::SignIn(SignInScope::OpenId),
            WantedScope::Named { api: ApiName::Directory, value: "User.Read".into(), spelled: "User.Read".into() },
            WantedScope::Named { api: colors, value: "Colors.Read".into(), spelled: "api://colors/Colors.Read".into() },
        ]);
        assert_eq!(read("openid User.Read api://colors/Colors.Read").unwrap(), expected);
    }

    #[test]
    fn an_identifier_may_end_in_a_slash() {
        let expected = WantedScope::AllGranted {
            api: ApiName::Identifier("https://x/".into()),
            spelled: "https://x//.default".into(),
        };
        assert_eq!(read("https://x//.default").unwrap(), WantedScopes::new(vec![expected]));
    }

    #[test]
    fn half_a_word_is_refused() {
        for bad in ["/User.Read", "api://colors/", "a\"b"] {
            assert!(matches!(read(bad), Err(Refusal::ScopeMalformed { .. })), "{bad}");
        }
        let many: Vec<String> = (0..17).map(|number| format!("api://{number}/x")).collect();
        assert!(matches!(read(&many.join(" ")), Err(Refusal::TooManyApis { .. })));
    }
}
