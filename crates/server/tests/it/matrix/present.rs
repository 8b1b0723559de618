//! What is presented, and what comes of it.

use std::sync::Arc;

use grantor_testkit::{Answer, Arrival, Page};

use super::cell::{Cell, Outcome};
use super::hand_out::{Handed, asked};
use super::world::World;

/// How many cells are worked at a time.
const AT_A_TIME: usize = 48;

pub async fn all(world: &Arc<World>, cells: &[Cell], handed: Vec<Handed>) -> Vec<Outcome> {
    let both = cells.iter().copied().zip(handed).collect();
    in_parallel(world, both, |world, (cell, handed)| async move { world.present(&cell, handed).await }).await
}

/// The same work for each thing, several at a time, in order.
pub async fn in_parallel<T, Out, Working>(
    world: &Arc<World>,
    things: Vec<T>,
    work: fn(Arc<World>, T) -> Working,
) -> Vec<Out>
where
    T: Send + 'static,
    Out: Send + 'static,
    Working: Future<Output = Out> + Send + 'static,
{
    let mut out = Vec::new();
    let mut things = things.into_iter();
    loop {
        let tasks: Vec<_> =
            things.by_ref().take(AT_A_TIME).map(|thing| tokio::spawn(work(Arc::clone(world), thing))).collect();
        if tasks.is_empty() {
            return out;
        }
        for task in tasks {
            out.push(task.await.unwrap());
        }
    }
}

impl World {
    async fn present(&self, cell: &Cell, handed: Handed) -> Outcome {
        match handed {
            Handed::Request(request) => of_reply(&self.platform.token(&request).await),
            Handed::Browser(cookies) => {
                let mut browser = self.platform.browser();
                browser.cookies = cookies;
                of_arrival(browser.authorize(&asked(cell)).await)
            }
        }
    }
}

fn of_reply(answer: &Answer) -> Outcome {
    if answer.code() == 200 {
        return Outcome::Success;
    }
    let number = crate::support::numbers(answer)[0];
    Outcome::Refused(u32::try_from(number).unwrap())
}

fn of_arrival(arrival: Arrival) -> Outcome {
    match arrival {
        Arrival::Application(response) if response.get("error").is_empty() => Outcome::Success,
        Arrival::Application(response) => Outcome::Refused(response.error().1),
        Arrival::Page(page) => of_page(&page),
    }
}

fn of_page(page: &Page) -> Outcome {
    let code = crate::support::code_on(page);
    match code.strip_prefix("AADSTS").and_then(|number| number.parse().ok()) {
        Some(number) => Outcome::Refused(number),
        None if page.has("sign-in") => Outcome::AsksWho,
        None if page.has("accept") => Outcome::AsksConsent,
        None => panic!("{}", page.text()),
    }
}
