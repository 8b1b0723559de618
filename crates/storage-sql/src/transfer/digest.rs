//! A digest over the rows of a table that does not depend on the engine.

use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA256};

use super::jobs::Cells;
use crate::conn::Value;

/// SHA-256 over rows in the order of their key. Each value is its kind and, unless it is a number, its length before its
/// bytes: no two tables have the same encoding.
pub struct TableDigest {
    context: Context,
    rows: u64,
}

impl TableDigest {
    pub fn new() -> Self {
        Self { context: Context::new(&SHA256), rows: 0 }
    }

    pub fn add(&mut self, rows: &[Cells]) {
        for cell in rows.iter().flatten() {
            match cell {
                Value::Null => self.context.update(&[0]),
                Value::Int(number) => {
                    self.context.update(&[1]);
                    self.context.update(&number.to_be_bytes());
                }
                Value::Text(text) => self.bytes(2, text.as_bytes()),
                Value::Blob(bytes) => self.bytes(3, bytes),
                Value::Alien(kind) => self.bytes(4, kind.as_bytes()),
            }
        }
        self.rows += rows.len() as u64;
    }

    fn bytes(&mut self, kind: u8, bytes: &[u8]) {
        self.context.update(&[kind]);
        self.context.update(&(bytes.len() as u64).to_be_bytes());
        self.context.update(bytes);
    }

    /// The digest in hexadecimal, and how many rows it is of.
    pub fn finish(self) -> (String, u64) {
        let text = self.context.finish().as_ref().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        (text, self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(rows: &[Cells]) -> String {
        let mut digest = TableDigest::new();
        digest.add(rows);
        digest.finish().0
    }

    #[test]
    fn what_is_not_the_same_has_another_digest() {
        let text = |text: &str| Value::Text(text.to_owned());
        let tables = [
            vec![],
            vec![vec![Value::Null]],
            vec![vec![Value::Int(0)]],
            vec![vec![text("")]],
            vec![vec![Value::Blob(Vec::new())]],
            vec![vec![text("ab"), text("c")]],
            vec![vec![text("a"), text("bc")]],
            vec![vec![text("a")], vec![text("bc"), Value::Null]],
        ];
        let digests: std::collections::BTreeSet<_> = tables.iter().map(|rows| digest(rows)).collect();
        assert_eq!(digests.len(), tables.len());
    }
}
