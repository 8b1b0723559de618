//! Reading `scope` and `resource` (RFC 6749 §3.3, RFC 8707 §2): the permissions of signing in have no API, and all others belong
//! to the one that `resource` names, or that stands before them.

use grantor_protocol::scope::ScopeText;
use grantor_rules::Refusal;
use grantor_rules::scopes::{ApiName, SignInScope, WantedScope, WantedScopes};

use crate::Parameters;
use crate::form::cut;
use crate::oauth::words::limit;

/// The word for everything that is granted on an API already.
const ALL_GRANTED: &str = ".default";

/// What a request names, if it names anything.
///
/// # Errors
/// [`Refusal::ScopeMalformed`], [`Refusal::ScopeUnknown`] for a word that belongs to no API, [`Refusal::TooManyApis`],
/// [`Refusal::ParameterMalformed`] for a resource that is no absolute URI.
pub fn named(parameters: &Parameters) -> Result<Option<WantedScopes>, Refusal> {
    named_of(parameters, resource(parameters)?)
}

/// The same of an exchange, which may name the API by whichever of its names, as `audience` (RFC 8693 §2.1).
///
/// # Errors
/// As [`named`], and [`Refusal::TooManyApis`] where both parameters name one.
pub fn named_for_exchange(parameters: &Parameters) -> Result<Option<WantedScopes>, Refusal> {
    let audience = parameters.optional("audience", limit::HINT)?;
    match (resource(parameters)?, audience) {
        (Some(_), Some(_)) => Err(Refusal::TooManyApis { limit: 1 }),
        (resource, audience) => {
            named_of(parameters, resource.or(audience.map(|name| ApiName::Identifier(name.to_owned()))))
        }
    }
}

fn resource(parameters: &Parameters) -> Result<Option<ApiName>, Refusal> {
    parameters.optional("resource", limit::HINT)?.map(indicator).transpose()
}

fn named_of(parameters: &Parameters, resource: Option<ApiName>) -> Result<Option<WantedScopes>, Refusal> {
    let text = parameters.optional("scope", limit::SCOPE)?;
    let words = text.map(ScopeText::parse).transpose().map_err(|bad| Refusal::ScopeMalformed { token: bad.token })?;
    let mut wanted: Vec<WantedScope> = Vec::new();
    for word in words.iter().flat_map(ScopeText::tokens) {
        wanted.push(read(word, resource.as_ref())?);
    }
    if let Some(api) = resource
        && !wanted.iter().any(|one| !matches!(one, WantedScope::SignIn(_)))
    {
        // The API is named and nothing of it: what is granted there is meant.
        wanted.push(WantedScope::AllGranted { api, spelled: ALL_GRANTED.to_owned() });
    }
    let wanted = WantedScopes::new(wanted);
    if wanted.apis().len() > WantedScopes::MOST_APIS {
        return Err(Refusal::TooManyApis { limit: WantedScopes::MOST_APIS });
    }
    Ok(Some(wanted).filter(|wanted| !wanted.is_empty()))
}

/// An absolute URI without a fragment (RFC 8707 §2).
fn indicator(text: &str) -> Result<ApiName, Refusal> {
    let is_absolute = text.split_once(':').is_some_and(|(scheme, rest)| {
        let mut letters = scheme.bytes();
        letters.next().is_some_and(|first| first.is_ascii_alphabetic())
            && letters.all(|letter| letter.is_ascii_alphanumeric() || b"+-.".contains(&letter))
            && !rest.is_empty()
    });
    if is_absolute && !text.contains('#') {
        return Ok(ApiName::Identifier(text.to_owned()));
    }
    let expected = "an absolute URI without a fragment";
    Err(Refusal::ParameterMalformed { name: "resource", expected, found: cut(text, 80) })
}

fn read(word: &str, resource: Option<&ApiName>) -> Result<WantedScope, Refusal> {
    // These are compared as they stand (RFC 6749 §3.3).
    if let Some(scope) = SignInScope::ALL.into_iter().find(|scope| scope.as_str() == word) {
        return Ok(WantedScope::SignIn(scope));
    }
    let (api, value) = match (resource, word.rsplit_once('/')) {
        (Some(resource), None) => (resource.clone(), word),
        (_, Some((name, value))) if !name.is_empty() && !value.is_empty() => {
            (ApiName::Identifier(name.to_owned()), value)
        }
        _ => {
            return Err(Refusal::ScopeUnknown {
                api: "OpenID Connect".to_owned(),
                asked: cut(word, 80),
                known: SignInScope::ALL.map(|scope| scope.as_str().to_owned()).to_vec(),
            });
        }
    };
    let spelled = word.to_owned();
    Ok(if value == ALL_GRANTED {
        WantedScope::AllGranted { api, spelled }
    } else {
        WantedScope::Named { api, value: value.to_owned(), spelled }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Option<WantedScopes>, &'static str> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        named(&Parameters::from_pairs(pairs)).map_err(|refusal| refusal.reason())
    }

    fn of(api: &str, value: &str, spelled: &str) -> WantedScope {
        let api = ApiName::Identifier(api.to_owned());
        WantedScope::Named { api, value: value.to_owned(), spelled: spelled.to_owned() }
    }

    #[test]
    fn words_belong_to_signing_in_or_to_the_api_that_is_named() {
        let open_id = WantedScope::SignIn(SignInScope::OpenId);
        assert_eq!(read(&[("scope", "openid")]), Ok(Some(WantedScopes::new(vec![open_id.clone()]))));
        let resource = ("resource", "api://colors");
        assert_eq!(
            read(&[("scope", "Read"), resource]),
            Ok(Some(WantedScopes::new(vec![of("api://colors", "Read", "Read")])))
        );
        let long = "https://x.example/a/Read";
        assert_eq!(
            read(&[("scope", long)]),
            Ok(Some(WantedScopes::new(vec![of("https://x.example/a", "Read", long)])))
        );
        let all =
            WantedScope::AllGranted { api: ApiName::Identifier("api://colors".into()), spelled: ".default".into() };
        assert_eq!(read(&[("scope", "openid"), resource]), Ok(Some(WantedScopes::new(vec![open_id, all.clone()]))));
        assert_eq!(read(&[resource]), Ok(Some(WantedScopes::new(vec![all]))));
        assert_eq!(read(&[]), Ok(None));
    }

    #[test]
    fn what_belongs_nowhere_is_refused() {
        for word in ["Read", "OPENID", "User.Read", "/Read", "api://colors/"] {
            assert_eq!(read(&[("scope", word)]), Err("scope-unknown"), "{word}");
        }
        assert_eq!(read(&[("scope", "a\"b")]), Err("scope-malformed"));
        for resource in ["colors", "https://x.example/#a", "://x", "1a:b", "a:"] {
            assert_eq!(read(&[("resource", resource)]), Err("parameter-malformed"), "{resource}");
        }
    }
}
