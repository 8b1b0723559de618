//! Every code of the Microsoft dialects, reached over HTTP at every place where it is said to appear.
//!
//! [`expected::TABLE`] is what each answer must say. It is checked against the list of all codes, so a code without a row fails,
//! and so does a row that nothing reaches, and an answer that has no row.

mod answers;
mod expected;
mod pages;
mod rehearsed;
mod seen;
mod tokens;

use std::collections::BTreeSet;

use grantor_dialects::entra::meanings::MEANINGS;

use expected::TABLE;
use seen::Seen;

#[test]
fn every_code_has_its_rows() {
    let listed: BTreeSet<(u32, &str)> =
        MEANINGS.iter().flat_map(|meaning| meaning.at.iter().map(|at| (meaning.code, at.as_str()))).collect();
    let rows: BTreeSet<(u32, &str)> = TABLE.iter().map(|row| (row.code, row.at.as_str())).collect();
    assert_eq!(listed.difference(&rows).collect::<Vec<_>>(), Vec::<&(u32, &str)>::new(), "codes without a row");
    assert_eq!(rows.difference(&listed).collect::<Vec<_>>(), Vec::<&(u32, &str)>::new(), "rows of nothing");
}

#[tokio::test]
async fn every_row_is_reached_and_every_answer_has_a_row() {
    let mut seen = Seen::default();
    tokens::requests(&mut seen).await;
    tokens::applications(&mut seen).await;
    tokens::people(&mut seen).await;
    tokens::permissions(&mut seen).await;
    tokens::ends(&mut seen).await;
    tokens::addresses(&mut seen).await;
    tokens::older_version(&mut seen).await;
    tokens::personal_accounts(&mut seen).await;
    tokens::trouble(&mut seen).await;
    answers::all(&mut seen).await;
    pages::until_the_app_is_proven(&mut seen).await;
    pages::about_people(&mut seen).await;
    pages::about_devices(&mut seen).await;
    pages::about_personal_accounts(&mut seen).await;
    let rows: BTreeSet<_> = TABLE.iter().copied().collect();
    let found = seen.rows();
    let unexpected: Vec<_> = found.difference(&rows).collect();
    assert!(unexpected.is_empty(), "answers without a row: {unexpected:#?}");
    let unreached: Vec<_> = rows.difference(&found).collect();
    assert!(unreached.is_empty(), "rows that nothing reached: {unreached:#?}");
}
