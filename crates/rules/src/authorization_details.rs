//! What is asked for in detail: whether it may be, what the person reads of it, and what each token carries (RFC 9396).
//!
//! Whatever a detail says, the person sees: a field without a label, or a value that cannot be shown whole, is refused.

use serde_json::Value;

use crate::Refusal;
use crate::model::{Application, AuthorizationDetail, AuthorizationDetailType};
use crate::refusal::DetailsFault;
use crate::scopes::ResolvedScopes;
use crate::text;

/// The most details that one request may have: nobody reads more.
pub const MOST: usize = 10;

/// The longest value that is shown, in characters.
const LONGEST_VALUE: usize = 300;

/// How deep values may lie in one another.
const DEEPEST: usize = 3;

/// One detail as the person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetailAsked {
    /// What it is.
    pub heading: String,
    /// The name of the API that takes it.
    pub api_name: String,
    /// What it says: labels and values.
    pub rows: Vec<(String, String)>,
}

/// What the person reads of the details of a request of `client`.
///
/// # Errors
/// [`Refusal::AuthorizationDetailsInvalid`].
///
/// Spec: RFC 9396 §5 and §11.2.
pub fn asked(
    client: &Application,
    scopes: &ResolvedScopes,
    details: &[AuthorizationDetail],
) -> Result<Vec<DetailAsked>, Refusal> {
    let invalid = |why| Refusal::AuthorizationDetailsInvalid { why };
    if details.len() > MOST {
        return Err(invalid(DetailsFault::TooMany { limit: MOST }));
    }
    let apis: Vec<&Application> = scopes.apis.iter().map(|one| &*one.application).collect();
    details.iter().map(|detail| one(client, &apis, detail)).collect::<Result<_, _>>().map_err(invalid)
}

/// The details that a token for an API carries: those that it knows.
pub fn for_api(api: &Application, details: &[AuthorizationDetail]) -> Vec<AuthorizationDetail> {
    details.iter().filter(|detail| type_of(api, detail).is_some()).cloned().collect()
}

/// The details that were allowed, as far as they are asked for again.
///
/// # Errors
/// [`Refusal::AuthorizationDetailsInvalid`] for one that was not allowed.
///
/// Spec: RFC 9396 §6.
pub fn narrowed(
    allowed: &[AuthorizationDetail],
    asked: Option<&[AuthorizationDetail]>,
) -> Result<Vec<AuthorizationDetail>, Refusal> {
    let Some(asked) = asked else { return Ok(allowed.to_vec()) };
    if asked.iter().all(|one| allowed.contains(one)) {
        return Ok(asked.to_vec());
    }
    Err(Refusal::AuthorizationDetailsInvalid { why: DetailsFault::NotAllowed })
}

fn type_of<'a>(api: &'a Application, detail: &AuthorizationDetail) -> Option<&'a AuthorizationDetailType> {
    api.authorization_detail_types.iter().find(|known| known.kind == detail.kind)
}

fn one(client: &Application, apis: &[&Application], detail: &AuthorizationDetail) -> Result<DetailAsked, DetailsFault> {
    let kind = || detail.kind.clone();
    let found = apis.iter().find_map(|api| Some((*api, type_of(api, detail)?)));
    let (api, known) =
        found.ok_or_else(|| DetailsFault::TypeUnknown { asked: detail.kind.chars().take(80).collect() })?;
    if !client.metadata.authorization_details_types.contains(&detail.kind) {
        return Err(DetailsFault::TypeNotRegistered { asked: kind() });
    }
    let missing = known.fields.iter().find(|field| field.required && !detail.rest.contains_key(&field.name));
    if let Some(field) = missing {
        return Err(DetailsFault::FieldMissing { kind: kind(), field: field.name.clone() });
    }
    let mut rows = Vec::new();
    for (name, value) in &detail.rest {
        let field = || name.chars().take(80).collect();
        let label = known.label(name).ok_or_else(|| DetailsFault::FieldUnknown { kind: kind(), field: field() })?;
        let value = shown(value).ok_or_else(|| DetailsFault::FieldMalformed { kind: kind(), field: field() })?;
        rows.push((label.to_owned(), value));
    }
    Ok(DetailAsked { heading: known.display_name.clone(), api_name: api.display_name.clone(), rows })
}

/// A value in words, whole; nothing for one that cannot be shown so.
fn shown(value: &Value) -> Option<String> {
    let words = words(value, 0)?;
    text::readable(&words, LONGEST_VALUE).is_ok().then_some(words)
}

fn words(value: &Value, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    Some(match value {
        Value::Null => return None,
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(|one| words(one, depth + 1)).collect::<Option<Vec<_>>>()?.join(", "),
        Value::Object(members) => {
            let part = |(name, value): (&String, &Value)| Some(format!("{name}: {}", words(value, depth + 1)?));
            members.iter().map(part).collect::<Option<Vec<_>>>()?.join("; ")
        }
    })
}
