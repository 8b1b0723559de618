//! A request that is wrong in several ways answers with the first rule of the specification's order: for each pair of faults of an
//! ordered list the earlier one is told, and what is told is what that fault alone is told.
//!
//! The order is everywhere the same: where the request goes, whether it can be read, who asks and whether they prove it, what is
//! asked for, what is presented for it, and last what becomes of it.

mod applications;
mod authorize;
mod calls;
mod token;

use grantor_testkit::{Answer, Arrival, elements_of};

/// A fault: what is wrong, and how a request comes to have it.
type Fault<R> = (&'static str, fn(R) -> R);

/// Asserts that of each two faults of the list the earlier one is told. `ask` sends a request and brings what is said to it; nothing
/// is said to a good one.
async fn told_in_order<R: Clone>(good: R, faults: &[Fault<R>], mut ask: impl AsyncFnMut(R) -> String) {
    assert_eq!(ask(good.clone()).await, "", "the request is good until something is spoilt");
    let mut alone: Vec<String> = Vec::new();
    for (what, spoil) in faults {
        let said = ask(spoil(good.clone())).await;
        assert!(!said.is_empty(), "{what} is no fault");
        if let Some(same) = alone.iter().position(|one| *one == said) {
            panic!("{what} cannot be told from {}: {said}", faults[same].0);
        }
        alone.push(said);
    }
    let mut wrong = Vec::new();
    for (first, (what, spoil)) in faults.iter().enumerate() {
        for (other, spoil_too) in &faults[first + 1..] {
            // The earlier one is done last, so that it is there in any case.
            let said = ask(spoil(spoil_too(good.clone()))).await;
            if said != alone[first] {
                wrong.push(format!("{what}, and {other}: {said}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What an endpoint for programs says; nothing if it does what it is asked.
fn said(answer: &Answer) -> String {
    if answer.status.is_success() || answer.status.is_redirection() {
        return String::new();
    }
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().lines().next().unwrap_or_default().to_owned();
    format!("{} {}: {}", answer.code(), text("error"), text("error_description"))
}

/// What the application or the person is told; nothing if they may go on.
fn told(arrival: Arrival) -> String {
    match arrival {
        Arrival::Application(response) => match response.get("error") {
            "" => String::new(),
            error => format!("{error}: {}", response.get("error_description").lines().next().unwrap_or_default()),
        },
        Arrival::Page(page) => {
            let is_refused = elements_of(page.answer.text()).iter().any(|one| one.attribute("id") == Some("error"));
            let text = |id: &str| page.text_of(id).unwrap_or_default();
            if is_refused { format!("on a page {}: {}", text("error-code"), text("error")) } else { String::new() }
        }
    }
}
