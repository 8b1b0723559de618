//! Statements over one connection, and values in both directions.

use bytes::{BufMut, BytesMut};
use deadpool_postgres::StatementCache;
use grantor_storage::Fault;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Error, Statement};
use uuid::Uuid;

use super::faults::{self, Failure};
use crate::conn::{Conn, Row, V, Value};
use crate::sql::Sql;

type Failed = Box<dyn std::error::Error + Sync + Send>;

/// A connection that runs a transaction body.
pub struct PgConn<'a> {
    client: &'a Client,
    statements: &'a StatementCache,
    /// Whether each statement that writes is a commit by itself.
    commits: bool,
    failure: Option<Failure>,
}

impl<'a> PgConn<'a> {
    /// Over a connection with the statements that it has prepared.
    pub fn over(client: &'a Client, statements: &'a StatementCache) -> Self {
        Self { client, statements, commits: false, failure: None }
    }

    /// The same outside of any transaction, for a job that [is one statement](crate::conn::Job::is_one_statement).
    pub fn committing(client: &'a Client, statements: &'a StatementCache) -> Self {
        Self { commits: true, ..Self::over(client, statements) }
    }

    /// What became of the body. A body that goes on after a statement failed has failed: the server keeps nothing of it.
    pub fn outcome<T>(self, said: Result<T, Fault>) -> Result<T, Failure> {
        match (said, self.failure) {
            (Ok(out), None) => Ok(out),
            (Ok(_), Some(failure)) => Err(failure),
            (Err(fault), None) => Err(Failure::lasting(fault)),
            (Err(fault), Some(Failure { then, .. })) => Err(Failure { fault, then }),
        }
    }

    async fn prepared(&self, sql: &'static Sql) -> Result<Statement, Error> {
        self.statements.prepare(self.client, sql.text).await
    }

    async fn query(&self, sql: &'static Sql, values: &[V<'_>]) -> Result<Vec<Row>, Error> {
        let statement = self.prepared(sql).await?;
        let rows = self.client.query(&statement, &parameters(values)).await?;
        rows.iter().map(|row| read_row(sql, row)).collect()
    }

    fn failed(&mut self, failure: Failure) -> Fault {
        let fault = failure.fault.clone();
        self.failure = Some(failure);
        fault
    }
}

impl Conn for PgConn<'_> {
    async fn exec(&mut self, sql: &'static Sql, values: &[V<'_>]) -> Result<u64, Fault> {
        let statement = match self.prepared(sql).await {
            Ok(statement) => statement,
            Err(error) => return Err(self.failed(faults::in_statement(sql, &error))),
        };
        let touched = self.client.execute(&statement, &parameters(values)).await;
        let classify = if self.commits { faults::in_commit_of } else { faults::in_statement };
        touched.map_err(|error| self.failed(classify(sql, &error)))
    }

    async fn one(&mut self, sql: &'static Sql, values: &[V<'_>]) -> Result<Option<Row>, Fault> {
        Ok(self.many(sql, values).await?.into_iter().next())
    }

    async fn many(&mut self, sql: &'static Sql, values: &[V<'_>]) -> Result<Vec<Row>, Fault> {
        let rows = self.query(sql, values).await;
        rows.map_err(|error| self.failed(faults::in_statement(sql, &error)))
    }
}

fn parameters<'v>(values: &'v [V<'_>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn read_row(sql: &'static Sql, row: &tokio_postgres::Row) -> Result<Row, Error> {
    let values = (0..row.len()).map(|place| row.try_get(place)).collect::<Result<_, _>>()?;
    Ok(Row::new(sql, values))
}

impl ToSql for V<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Failed> {
        match (self, kind) {
            (Self::Null, _) => return Ok(IsNull::Yes),
            (Self::Int(number), &Type::INT8) => out.put_i64(*number),
            (Self::Int(number), &Type::INT4) => out.put_i32(i32::try_from(*number)?),
            // Bodies pass on identifiers that they have read as texts.
            (Self::Text(text), &Type::UUID) => out.put_slice(Uuid::parse_str(text)?.as_bytes()),
            (Self::Text(text), _) => out.put_slice(text.as_bytes()),
            (Self::Blob(bytes), &Type::BYTEA) => out.put_slice(bytes),
            (Self::Id(id), &Type::UUID) => out.put_slice(id.as_bytes()),
            (Self::Id(id), &Type::TEXT) => out.put_slice(id.as_hyphenated().encode_lower(&mut [0; 36]).as_bytes()),
            (value, kind) => return Err(format!("no column of type {kind} takes {value:?}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Failed> {
        Ok(match *kind {
            Type::INT8 => Self::Int(i64::from_sql(kind, raw)?),
            Type::TEXT | Type::VARCHAR => match std::str::from_utf8(raw) {
                Ok(text) => Self::Text(text.to_owned()),
                Err(_) => Self::Alien("a text that is not UTF-8"),
            },
            Type::BYTEA => Self::Blob(raw.to_vec()),
            Type::UUID => Self::Text(Uuid::from_slice(raw)?.as_hyphenated().to_string()),
            _ => Self::Alien("a value of another type"),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failed> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
