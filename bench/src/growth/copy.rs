//! Copies a filled SQLite store into an empty PostgreSQL database, table by table, by COPY.

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, ensure};
use grantor_storage_sql::PostgresStorage;
use grantor_storage_sql::transfer::{TABLES, Table};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::progress::Progress;
use crate::cluster::Cluster;

/// Makes the tables in `database` and copies every row of the file into them.
///
/// # Errors
/// One of both refuses.
pub fn copy(file: &Path, cluster: &Cluster, database: &str) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(PostgresStorage::open(&cluster.url(database))).map(drop)?;
    let source = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    for table in TABLES {
        copy_table(&source, table, cluster, database).with_context(|| format!("the table {}", table.name))?;
    }
    // As autovacuum would have done long before a store had grown to this size.
    cluster.ask(database, "VACUUM (FREEZE, ANALYZE)")?;
    cluster.ask(database, "CHECKPOINT").map(drop)
}

fn copy_table(source: &Connection, table: &Table, cluster: &Cluster, database: &str) -> anyhow::Result<()> {
    let columns = table.columns.join(", ");
    let rows: i64 = source.query_row(&format!("SELECT count(*) FROM {}", table.name), [], |row| row.get(0))?;
    let mut psql = cluster.psql(database);
    psql.args(["-c", &format!("COPY {} ({columns}) FROM STDIN", table.name)]);
    let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut out = BufWriter::with_capacity(1 << 20, child.stdin.take().context("standard input is piped")?);
    let mut statement = source.prepare(&format!("SELECT {columns} FROM {}", table.name))?;
    let mut found = statement.query([])?;
    let (mut line, mut progress) = (String::new(), Progress::new(table.name, rows.unsigned_abs()));
    while let Some(row) = found.next()? {
        line.clear();
        for place in 0..table.columns.len() {
            if place > 0 {
                line.push('\t');
            }
            push(&mut line, row.get_ref(place)?)?;
        }
        line.push('\n');
        // Whoever has hung up says why.
        if out.write_all(line.as_bytes()).is_err() {
            break;
        }
        progress.add(1);
    }
    drop(out);
    let ended = child.wait_with_output()?;
    ensure!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    Ok(())
}

/// A value as COPY reads it in its text format.
fn push(line: &mut String, value: ValueRef<'_>) -> anyhow::Result<()> {
    match value {
        ValueRef::Null => line.push_str("\\N"),
        ValueRef::Integer(number) => write!(line, "{number}")?,
        ValueRef::Real(_) => anyhow::bail!("no column of ours holds a fraction"),
        ValueRef::Text(text) => {
            for character in std::str::from_utf8(text)?.chars() {
                match character {
                    '\\' => line.push_str("\\\\"),
                    '\t' => line.push_str("\\t"),
                    '\n' => line.push_str("\\n"),
                    '\r' => line.push_str("\\r"),
                    other => line.push(other),
                }
            }
        }
        ValueRef::Blob(bytes) => {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            line.push_str("\\\\x");
            for byte in bytes {
                line.push(char::from(DIGITS[usize::from(byte >> 4)]));
                line.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_copy_reads_them() {
        let mut line = String::new();
        for value in [
            ValueRef::Null,
            ValueRef::Integer(-7),
            ValueRef::Text("a\\b\tc\nd\re é".as_bytes()),
            ValueRef::Blob(&[0, 255, 0x5c]),
        ] {
            push(&mut line, value).unwrap();
            line.push('|');
        }
        assert_eq!(line, "\\N|-7|a\\\\b\\tc\\nd\\re é|\\\\x00ff5c|");
        assert!(push(&mut line, ValueRef::Real(0.5)).is_err());
    }
}
