//! Reading the vector files.

use std::path::Path;

use serde_json::Value;

/// Reads one file of `tests/vectors`.
pub fn load(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(path);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The entries of an array.
pub fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap()
}

/// A text member.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

/// A member in hexadecimal.
pub fn hex(value: &Value, name: &str) -> Vec<u8> {
    let digits = text(value, name);
    assert_eq!(digits.len() % 2, 0);
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}
