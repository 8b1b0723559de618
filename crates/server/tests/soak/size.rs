//! How much is kept: rows of each table, pages of the file, the log beside it.

use std::collections::BTreeMap;
use std::fmt;

use grantor_testkit::TestPlatform;
use rusqlite::Connection;

/// The log is folded into the file before it is longer: some 4000 pages, and what was written meanwhile.
pub const LONGEST_LOG: u64 = 20 * 1024 * 1024;

/// What a store takes up.
pub struct Size {
    pub tables: BTreeMap<String, u64>,
    pub pages: u64,
    pub free_pages: u64,
    pub log_bytes: u64,
}

impl Size {
    pub fn of(platform: &TestPlatform) -> Self {
        let file = platform.database();
        let behind = Connection::open(&file).unwrap();
        let number = |query: &str| behind.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap().cast_unsigned();
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'signing_keys'";
        let mut statement = behind.prepare(names).unwrap();
        let names = statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap);
        let tables = names.map(|name| (name.clone(), number(&format!("SELECT COUNT(*) FROM {name}")))).collect();
        let log = file.with_extension("db-wal");
        Self {
            tables,
            pages: number("PRAGMA page_count"),
            free_pages: number("PRAGMA freelist_count"),
            log_bytes: std::fs::metadata(log).map_or(0, |log| log.len()),
        }
    }

    pub fn rows(&self) -> u64 {
        self.tables.values().sum()
    }
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tables, pages, free_pages, log_bytes } = self;
        let kinds = ["families", "codes", "sign_ins", "interactions"].map(|name| format!("{} {name}", tables[name]));
        write!(formatter, "{} rows ({}), ", self.rows(), kinds.join(", "))?;
        write!(formatter, "{pages} pages of which {free_pages} are free, {log_bytes} bytes of log")
    }
}
