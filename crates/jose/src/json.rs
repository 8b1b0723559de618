//! A JSON object read strictly: no repeated member at any depth, no deep nesting, nothing after the end.
//!
//! `serde_json` keeps the last of two members with one name. Another parser in the chain may keep the first, and then two
//! sides read two different tokens out of one signature (RFC 7515 §10.12, RFC 7519 §4).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Objects and arrays inside each other that we still read; tokens have two or three levels.
const MAX_DEPTH: usize = 16;

/// The bytes are not one strict JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON object, a repeated member name, or nested too deeply")]
pub struct BadJson;

/// Reads one JSON object and refuses repeated member names at every depth.
///
/// # Errors
/// [`BadJson`] when the bytes are not exactly one object, when a member is repeated, or when the nesting is deeper than 16.
pub fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, BadJson> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth_left: MAX_DEPTH }.deserialize(&mut deserializer).map_err(|_| BadJson)?;
    deserializer.end().map_err(|_| BadJson)?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(BadJson),
    }
}

/// Takes a text member out of an object.
pub(crate) fn take_text(members: &mut Map<String, Value>, name: &str) -> Result<Option<String>, BadJson> {
    match members.remove(name) {
        None => Ok(None),
        Some(Value::String(value)) => Ok(Some(value)),
        Some(_) => Err(BadJson),
    }
}

#[derive(Clone, Copy)]
struct Strict {
    depth_left: usize,
}

impl Strict {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth_left = self.depth_left.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { depth_left })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut members = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(inner)?;
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("repeated member"));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read_as_it_stands() {
        let text = br#" {"a":1,"b":[true,null,-2,1.5,"\u0061"],"c":{"a":18446744073709551615}} "#;
        let expected: Value = serde_json::from_slice(text).unwrap();
        assert_eq!(Value::Object(parse_object(text).unwrap()), expected);
    }

    #[test]
    fn repeated_members_are_refused_at_every_depth() {
        for text in
            [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"x":{"a":1,"a":2}}"#, r#"{"x":[{"a":1,"b":2,"a":3}]}"#]
        {
            assert_eq!(parse_object(text.as_bytes()), Err(BadJson), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |levels: usize| format!("{{\"a\":{}1{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse_object(nested(MAX_DEPTH - 1).as_bytes()).is_ok());
        assert_eq!(parse_object(nested(MAX_DEPTH).as_bytes()), Err(BadJson));
        assert_eq!(parse_object(nested(100_000).as_bytes()), Err(BadJson));
    }

    #[test]
    fn anything_but_one_object_is_refused() {
        for text in
            ["", "1", "[]", "null", "{}{}", "{} x", "{\"a\":1,}", "{'a':1}", "{\"a\":1e999}", "{\"a\":\"\\ud800\"}"]
        {
            assert_eq!(parse_object(text.as_bytes()), Err(BadJson), "{text}");
        }
        assert_eq!(parse_object(b"{\"a\":\"\xff\"}"), Err(BadJson));
    }
}
