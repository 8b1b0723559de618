//! The `authorization_details` parameter (RFC 9396 §2). What its types and fields mean is for the rules to say.

use grantor_rules::Refusal;
use grantor_rules::model::AuthorizationDetail;
use grantor_rules::refusal::DetailsFault;

use crate::Parameters;
use crate::oauth::words::limit;

/// What a request asks for in detail, if it does.
///
/// # Errors
/// [`Refusal::AuthorizationDetailsInvalid`] for what is no array of objects with a type, [`Refusal::ParameterTooLong`].
pub fn read(parameters: &Parameters) -> Result<Option<Vec<AuthorizationDetail>>, Refusal> {
    let Some(text) = parameters.optional("authorization_details", limit::DOCUMENT)? else { return Ok(None) };
    let read = serde_json::from_str(text).map(Some);
    read.map_err(|_| Refusal::AuthorizationDetailsInvalid { why: DetailsFault::Malformed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Result<Option<Vec<AuthorizationDetail>>, &'static str> {
        let pairs = vec![("authorization_details".to_owned(), text.to_owned())];
        read(&Parameters::from_pairs(pairs)).map_err(|refusal| refusal.reason())
    }

    #[test]
    fn an_array_of_objects_with_a_type_is_read_and_nothing_else() {
        let read = asked(r#"[{"type":"payment","amount":{"currency":"EUR","value":"1.00"}},{"type":"x"}]"#);
        let read = read.unwrap().unwrap();
        assert_eq!((read[0].kind.as_str(), read[0].rest.len(), read[1].rest.len()), ("payment", 1, 0));
        assert_eq!(asked(""), Ok(None));
        for bad in ["x", "{}", "[1]", "[{}]", r#"[{"type":1}]"#, r#"{"type":"payment"}"#, r#"[{"type":"a"}"#] {
            assert_eq!(asked(bad), Err("authorization-details-invalid"), "{bad}");
        }
        assert_eq!(asked(&"[".repeat(9000)), Err("authorization-details-invalid"));
        assert_eq!(asked(&" ".repeat(limit::DOCUMENT + 1)), Err("parameter-too-long"));
    }
}
