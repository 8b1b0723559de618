use grantor_models::*;
use stateright::{Checker, Model};

fn show(name: &str, d: Design) {
    let t = std::time::Instant::now();
    let c = d.clone().checker().threads(2).spawn_bfs().join();
    println!("## {name}: {} unique, {} total, depth {} {:?}", c.unique_state_count(), c.state_count(), c.max_depth(), t.elapsed());
    let found: Vec<_> = c.discoveries().into_keys().collect();
    for (n, _) in REACHED { if !found.contains(&n) { println!("   not reached: {n}"); } }
    for (n, _) in ALWAYS { if found.contains(&n) {
        println!("   BROKEN: {n}");
        for depth in 2..25 {
            let c = d.clone().checker().target_max_depth(depth).spawn_bfs().join();
            if let Some(p) = c.discovery(n) { for a in p.into_actions() { println!("        {a:?}"); } break; }
        }
    } }
}

#[test]
fn explore() {
    let all = |d: Design| d.mended(Fix::LockFamily).mended(Fix::ConfirmRepetition).mended(Fix::LateReplay).mended(Fix::GraceAtArrival).mended(Fix::CompareAndSwap);
    let fixed = |d: Design| d.mended(Fix::LockFamily).mended(Fix::ConfirmRepetition).mended(Fix::LateReplay);
    show("rc mended", all(Design::default().on(Engine::ReadCommitted)));
    let honest = || fixed(Design{tokens:4,..Design::default()}.honest());
    show("honest", honest());
    show("honest arrival", honest().mended(Fix::GraceAtArrival));
    show("honest cas", honest().mended(Fix::CompareAndSwap));
    show("honest both", honest().mended(Fix::CompareAndSwap).mended(Fix::GraceAtArrival));
    show("honest newest+arrival", honest().mended(Fix::NewestOfChain).mended(Fix::GraceAtArrival));
    for m in [Mutation::CodeReadThenWrite, Mutation::ReplayDoesNotRevoke, Mutation::RotationReadThenWrite, Mutation::RotationWithoutFamilyCheck, Mutation::SpentBeforeRevoked, Mutation::SuccessorForEach, Mutation::GraceWithoutEnd, Mutation::AnswerBeforeCommit, Mutation::TwoCommits] {
        show(&format!("{m:?}"), all(Design::default().with(m)));
    }
}
