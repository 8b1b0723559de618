//! Every way to tokens, by every kind of client, for a person in every state, under every consent and every policy.
//!
//! The cells are generated from closed enums: a new kind of grant, state or policy does not build until [`statements`] has
//! something to say about it. What must come of a cell stands there alone, as a short list of sentences.

mod apps;
mod cell;
mod hand_out;
mod present;
mod statements;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cell::{Cell, Outcome};
use statements::STATEMENTS;
use world::World;

#[tokio::test(flavor = "multi_thread")]
async fn every_cell_is_as_the_statements_say() {
    // T16, T17, T18
    let cells: Vec<Cell> = Cell::all();
    let world = Arc::new(World::make(&cells).await);
    let handed = hand_out::all(&world, &cells).await;
    // Later than everything that was handed out.
    world.platform.advance(Duration::from_secs(1));
    world.change(&cells).await;
    let found = present::all(&world, &cells, handed).await;

    let mut wrong: BTreeMap<(&str, Outcome, Outcome), Vec<Cell>> = BTreeMap::new();
    let mut used = BTreeSet::new();
    for (cell, found) in cells.iter().zip(found) {
        let statement = statements::about(cell);
        used.insert(statement.says);
        let expected = (statement.comes_of_it)(cell);
        if found != expected {
            wrong.entry((statement.says, expected, found)).or_default().push(*cell);
        }
    }
    let shown: Vec<String> = wrong
        .iter()
        .map(|((says, expected, found), cells)| {
            format!("{says}: expected {expected:?}, found {found:?} in {} cells, as in {:?}", cells.len(), cells[0])
        })
        .collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
    let unused: Vec<&str> = STATEMENTS.iter().map(|one| one.says).filter(|says| !used.contains(says)).collect();
    assert!(unused.is_empty(), "statements about nothing: {unused:?}");
}

#[test]
fn there_is_a_cell_for_everything() {
    let cells = Cell::all();
    assert_eq!(cells.len(), 9 * 4 * 7 * 4 * 3);
    let different: BTreeSet<&Cell> = cells.iter().collect();
    assert_eq!(different.len(), cells.len());
}
