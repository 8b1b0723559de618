//! Every statement is one that the engine understands, and says what it returns.

use std::collections::BTreeSet;

use grantor_storage_sql::sql::{ALL, Sql};

use crate::folder::Folder;

fn all() -> impl Iterator<Item = &'static Sql> {
    ALL.iter().copied().flatten().copied()
}

#[test]
fn every_statement_returns_the_columns_that_it_declares() {
    let folder = Folder::new();
    drop(folder.open());
    let behind = folder.behind();
    for sql in all() {
        let statement =
            behind.prepare(sql.text).unwrap_or_else(|error| panic!("{} on {}: {error}", sql.name, sql.table));
        assert_eq!(statement.column_names().collect::<Vec<_>>(), sql.columns, "{} on {}", sql.name, sql.table);
    }
}

#[test]
fn every_statement_names_its_parameters_in_order() {
    let folder = Folder::new();
    drop(folder.open());
    let behind = folder.behind();
    for sql in all() {
        let statement = behind.prepare(sql.text).unwrap();
        for place in 1..=statement.parameter_count() {
            assert_eq!(statement.parameter_name(place), Some(format!("${place}").as_str()), "{}", sql.text);
        }
    }
}

#[test]
fn every_table_exists() {
    let folder = Folder::new();
    drop(folder.open());
    let behind = folder.behind();
    for table in all().map(|sql| sql.table).collect::<BTreeSet<_>>() {
        assert!(behind.table_exists(None, table).unwrap(), "{table}");
    }
}

#[test]
fn no_look_up_reads_a_whole_table() {
    let folder = Folder::new();
    drop(folder.open());
    let behind = folder.behind();
    // These list everything on purpose, or look at the handful of signing keys, or (the first tenant, a new tenant's place in the
    // order) at a table that stays small and is read when it changes.
    let may_scan = [
        "LIST_TENANTS",
        "FIND_FIRST_TENANT",
        "LIST_VERSIONS",
        "LIST_SIGNING_KEYS",
        "KEEP_SIGNING_KEY",
        "UPSERT_TENANT",
    ];
    for sql in all().filter(|sql| !may_scan.contains(&sql.name)) {
        let mut statement = behind.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.text)).unwrap();
        let count = statement.parameter_count();
        let nothing = rusqlite::params_from_iter(std::iter::repeat_n(rusqlite::types::Null, count));
        let plan: Vec<String> = statement.query_map(nothing, |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert!(!plan.iter().any(|step| step.starts_with("SCAN")), "{} on {}: {plan:?}", sql.name, sql.table);
    }
}
