use grantor_models::Design;
use stateright::{Checker, Model};

#[test]
fn explore() {
    let c = Design::default().checker().threads(2).spawn_bfs().join();
    println!("{} unique, {} total, depth {}", c.unique_state_count(), c.state_count(), c.max_depth());
    for (name, path) in c.discoveries() { println!("== {name}"); for a in path.into_actions() { println!("   {a:?}"); } }
}
