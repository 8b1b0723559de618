//! Asking the checker.

use std::collections::BTreeSet;

use grantor_models::{ALWAYS, Design, REACHED, Step};
use stateright::{Checker, Model};

/// More steps than any story of ours has.
const LONGEST: usize = 24;

/// Visits every world and returns the promises that break; what must be reached is reached.
pub fn broken(name: &str, design: Design) -> BTreeSet<&'static str> {
    let checked = design.checker().threads(2).spawn_bfs().join();
    assert!(checked.is_done());
    println!("{name}: {} worlds, {} steps", checked.unique_state_count(), checked.state_count());
    let found: BTreeSet<_> = checked.discoveries().into_keys().collect();
    let missed: Vec<_> = REACHED.iter().map(|(name, _)| *name).filter(|name| !found.contains(name)).collect();
    assert_eq!(missed, Vec::<&str>::new(), "{name}: never reached");
    ALWAYS.iter().map(|(name, _)| *name).filter(|name| found.contains(name)).collect()
}

/// The shortest way to a world where a promise is broken.
pub fn story(design: &Design, promise: &'static str) -> Option<Vec<Step>> {
    let path = (2..LONGEST).find_map(|depth| {
        let checked = design.clone().checker().target_max_depth(depth).spawn_bfs().join();
        checked.discovery(promise)
    })?;
    let steps = path.into_actions();
    println!("{promise}: broken by");
    for step in &steps {
        println!("    {step:?}");
    }
    Some(steps)
}
