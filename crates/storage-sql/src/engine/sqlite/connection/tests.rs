//! Statements are prepared and planned once.

use rusqlite::StatementStatus;

use super::*;
use crate::engine::sqlite::migrate;

#[test]
fn no_statement_is_planned_again_for_other_values() {
    let folder = std::env::temp_dir().join(format!("grantor-plans-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut conn = SqliteConn::writing(&folder.join("grantor.db")).unwrap();
    migrate::up_to_date(&mut conn).unwrap();
    let reads = |sql: &&&Sql| !sql.columns.is_empty() && sql.text.trim_start().starts_with("SELECT");
    let statements: Vec<_> = ALL.iter().copied().flatten().filter(reads).collect();
    assert!(statements.len() > 10);
    for sql in statements {
        let count = conn.connection.prepare_cached(sql.text).unwrap().parameter_count();
        for value in ["1", "2", "3"] {
            conn.rows(sql, &vec![V::Text(value); count]).unwrap();
        }
        let statement = conn.connection.prepare_cached(sql.text).unwrap();
        assert_eq!(statement.get_status(StatementStatus::Run), 3, "{} on {} is kept", sql.name, sql.table);
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{} on {}", sql.name, sql.table);
    }
    drop(conn);
    std::fs::remove_dir_all(&folder).unwrap();
}
