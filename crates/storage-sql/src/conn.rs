//! What a transaction body sees of an engine: statements with parameters, and rows.

use std::fmt::Debug;
use std::future::Future;

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, FamilyId, HandleDigest, TenantId, UserId};
use grantor_storage::{Fault, Shard};
use uuid::Uuid;

use crate::sql::Sql;

/// The statements of one transaction.
pub trait Conn: Send {
    /// Runs a statement that returns no rows and says how many it touched.
    fn exec(&mut self, sql: &'static Sql, values: &[V<'_>]) -> impl Future<Output = Result<u64, Fault>> + Send;

    /// Runs a statement to its end and returns its first row.
    fn one(&mut self, sql: &'static Sql, values: &[V<'_>]) -> impl Future<Output = Result<Option<Row>, Fault>> + Send;

    /// Runs a statement and returns its rows.
    fn many(&mut self, sql: &'static Sql, values: &[V<'_>]) -> impl Future<Output = Result<Vec<Row>, Fault>> + Send;
}

/// One transaction: the body that every engine runs. It must do the same when it is run again after a roll-back.
pub trait Job: Send + Sync {
    /// What it answers.
    type Out: Send;

    /// Whether it decides by what it has read, so that nobody may write that before it has committed. A conditional write
    /// decides by itself and needs no such care.
    const ALONE: bool = false;

    /// Whether it writes with its first statement or not at all, and only looks for the reason when that has touched nothing.
    /// Where a statement by itself is a transaction, such a job needs none around it.
    fn is_one_statement(&self) -> bool {
        false
    }

    /// The body. Its first statement writes, unless the job is a look-up.
    fn run<C: Conn>(&self, conn: &mut C) -> impl Future<Output = Result<Self::Out, Fault>> + Send;
}

/// A value that goes into a statement.
#[derive(Clone, Copy, Debug)]
pub enum V<'a> {
    /// Nothing.
    Null,
    /// A number, a time in milliseconds or a truth value.
    Int(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
    /// An identifier, kept as text in lower case.
    Id(Uuid),
}

/// A value that comes out of a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
    /// Something that no column of ours holds.
    Alien(&'static str),
}

/// A row, read by the column names that its statement declares.
#[derive(Debug)]
pub struct Row {
    sql: &'static Sql,
    values: Vec<Value>,
}

impl Row {
    /// Keeps what an engine has read.
    pub fn new(sql: &'static Sql, values: Vec<Value>) -> Self {
        Self { sql, values }
    }

    /// Its values, in the order of the columns that its statement declares.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }

    /// The row with the key that names it in a fault.
    pub fn of<'a>(&'a self, key: &'a dyn Debug) -> Columns<'a> {
        Columns { row: self, key }
    }
}

/// A row whose values are being read.
#[derive(Clone, Copy)]
pub struct Columns<'a> {
    row: &'a Row,
    key: &'a dyn Debug,
}

impl<'a> Columns<'a> {
    fn value(&self, column: &'static str) -> Result<&'a Value, Fault> {
        let place = self.row.sql.columns.iter().position(|known| *known == column);
        place
            .and_then(|place| self.row.values.get(place))
            .ok_or_else(|| self.impossible(column, "the statement does not return it"))
    }

    /// The fault for a value that this program cannot have written. A column of another table than the statement's own is
    /// called `table.column`.
    pub fn impossible(&self, column: &'static str, what: &(impl ToString + ?Sized)) -> Fault {
        let (table, column) = column.split_once('.').unwrap_or((self.row.sql.table, column));
        Fault::ImpossibleRow { table, column, key: format!("{:?}", self.key), what: what.to_string() }
    }

    fn wrong_kind(&self, column: &'static str, expected: &str, found: &Value) -> Fault {
        let found = match found {
            Value::Null => "nothing",
            Value::Int(_) => "a number",
            Value::Text(_) => "a text",
            Value::Blob(_) => "bytes",
            Value::Alien(kind) => kind,
        };
        self.impossible(column, &format!("expected {expected}, found {found}"))
    }

    /// A text.
    pub fn text(&self, column: &'static str) -> Result<&'a str, Fault> {
        match self.value(column)? {
            Value::Text(text) => Ok(text),
            other => Err(self.wrong_kind(column, "a text", other)),
        }
    }

    /// A text that may be absent.
    pub fn maybe_text(&self, column: &'static str) -> Result<Option<&'a str>, Fault> {
        if *self.value(column)? == Value::Null { Ok(None) } else { self.text(column).map(Some) }
    }

    /// Bytes.
    pub fn bytes(&self, column: &'static str) -> Result<&'a [u8], Fault> {
        match self.value(column)? {
            Value::Blob(bytes) => Ok(bytes),
            other => Err(self.wrong_kind(column, "bytes", other)),
        }
    }

    /// Bytes that may be absent.
    pub fn maybe_bytes(&self, column: &'static str) -> Result<Option<&'a [u8]>, Fault> {
        if *self.value(column)? == Value::Null { Ok(None) } else { self.bytes(column).map(Some) }
    }

    /// A number.
    pub fn number(&self, column: &'static str) -> Result<i64, Fault> {
        match self.value(column)? {
            Value::Int(number) => Ok(*number),
            other => Err(self.wrong_kind(column, "a number", other)),
        }
    }

    /// A number that may be absent.
    pub fn maybe_number(&self, column: &'static str) -> Result<Option<i64>, Fault> {
        if *self.value(column)? == Value::Null { Ok(None) } else { self.number(column).map(Some) }
    }

    /// A time.
    pub fn time(&self, column: &'static str) -> Result<Timestamp, Fault> {
        match self.value(column)? {
            Value::Int(millis) => Ok(Timestamp::from_millis(*millis)),
            other => Err(self.wrong_kind(column, "a time", other)),
        }
    }

    /// A time that may be absent.
    pub fn maybe_time(&self, column: &'static str) -> Result<Option<Timestamp>, Fault> {
        if *self.value(column)? == Value::Null { Ok(None) } else { self.time(column).map(Some) }
    }

    /// A text that `parse` makes a type of.
    pub fn parsed<T, E: ToString>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Fault> {
        parse(self.text(column)?).map_err(|error| self.impossible(column, &error))
    }

    /// A document.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &'static str) -> Result<T, Fault> {
        self.parsed(column, |text| serde_json::from_str(text))
    }
}

impl<'a> V<'a> {
    /// The same value on its way in. `None` for one that no column of ours holds.
    pub fn of(value: &'a Value) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Int(number) => Self::Int(*number),
            Value::Text(text) => Self::Text(text),
            Value::Blob(bytes) => Self::Blob(bytes),
            Value::Alien(_) => return None,
        })
    }
}

impl V<'_> {
    /// The value, or nothing.
    pub fn maybe<T: Into<Self>>(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> From<&'a str> for V<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for V<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a [u8]> for V<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Blob(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for V<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

impl<'a> From<&'a HandleDigest> for V<'a> {
    fn from(digest: &'a HandleDigest) -> Self {
        Self::Blob(digest.as_bytes())
    }
}

impl<'a> From<&'a ClientId> for V<'a> {
    fn from(id: &'a ClientId) -> Self {
        Self::Text(id.as_str())
    }
}

impl From<Uuid> for V<'_> {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

impl From<Shard> for V<'_> {
    fn from(shard: Shard) -> Self {
        // There are a few of them.
        Self::Int(i64::try_from(shard.place()).unwrap_or(i64::MAX))
    }
}

impl From<Timestamp> for V<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Int(time.millis())
    }
}

macro_rules! from_identifier {
    ($($name:ident),*) => {
        $(impl From<$name> for V<'_> {
            fn from(id: $name) -> Self {
                Self::Id(id.uuid())
            }
        })*
    };
}
from_identifier!(TenantId, UserId, FamilyId);
