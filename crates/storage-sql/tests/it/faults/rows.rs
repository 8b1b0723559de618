//! Every row that is kept, read past the store.

use std::path::Path;

use grantor_storage_sql::transfer::TABLES;

/// One line for each row of each table of a SQLite file.
pub fn of_sqlite(connection: &rusqlite::Connection) -> Vec<String> {
    // All tables as they are at one moment.
    connection.execute_batch("BEGIN").unwrap();
    let mut lines = Vec::new();
    for table in TABLES {
        let columns = table.columns.join(", ");
        let mut statement = connection.prepare_cached(&format!("SELECT {columns} FROM {}", table.name)).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values = table.columns.iter().map(|column| format!("{column}={:?}", row.get_ref(*column).unwrap()));
            lines.push(format!("{}: {}", table.name, values.collect::<Vec<_>>().join(" ")));
        }
    }
    connection.execute_batch("COMMIT").unwrap();
    lines.sort();
    lines
}

/// The same of a file that nobody has open, which must be sound.
pub fn of_sound_sqlite(file: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(file).unwrap();
    let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    of_sqlite(&connection)
}

/// Counts directory changes: one that is done again, because nobody knew what became of it, is two.
const COUNTS: &str = "directory_versions";

/// One line for each row of each table of a PostgreSQL database but the one that counts.
pub async fn of_postgres(client: &tokio_postgres::Client) -> Vec<String> {
    let of_table = |name| format!("SELECT '{name}: ' || CAST(t AS TEXT) FROM {name} t");
    let of_all: Vec<String> =
        TABLES.iter().filter(|table| table.name != COUNTS).map(|table| of_table(table.name)).collect();
    let rows = client.query(&of_all.join(" UNION ALL "), &[]).await.unwrap();
    let mut lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    lines.sort();
    lines
}
