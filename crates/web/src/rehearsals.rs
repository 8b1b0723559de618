//! Answers that a developer wished for, to see how an application meets them; only under `--dev`.

use std::sync::Mutex;

use grantor_protocol::ClientId;
use grantor_rules::Refusal;

/// How many may be wished for at a time.
pub const MOST: usize = 100;

/// One wish: the next requests of an application are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The number that the dialect has for the refusal.
    pub code: u32,
    /// Whose requests; everybody's if it is not said.
    pub client: Option<ClientId>,
    /// At which endpoint; at whichever comes first if it is not said.
    pub at: Option<At>,
    /// How many requests.
    pub times: u32,
}

/// Where a wish can come true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The authorization endpoint.
    Authorize,
    /// The token endpoint, and the one for device codes.
    Token,
}

impl At {
    const ALL: [Self; 2] = [Self::Authorize, Self::Token];

    /// As a developer writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Token => "token",
        }
    }

    /// Reads what a developer wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|at| at.as_str() == text)
    }
}

/// What was wished for and has not come true yet, in the order of the wishes.
#[derive(Debug, Default)]
pub struct Rehearsals(Mutex<Vec<Wish>>);

impl Rehearsals {
    /// Adds a wish; `false` if too many wait already.
    pub fn wish(&self, wish: Wish) -> bool {
        let mut wishes = self.wishes();
        let fits = wishes.len() < MOST;
        if fits && wish.times > 0 {
            wishes.push(wish);
        }
        fits
    }

    /// What waits.
    pub fn waiting(&self) -> Vec<Wish> {
        self.wishes().clone()
    }

    /// Forgets what waits.
    pub fn clear(&self) {
        self.wishes().clear();
    }

    /// Makes the first wish come true that is for this request.
    ///
    /// # Errors
    /// [`Refusal::Rehearsed`], where there is one.
    pub fn next(&self, client: &ClientId, at: At) -> Result<(), Refusal> {
        let mut wishes = self.wishes();
        let fits = |wish: &Wish| {
            wish.client.as_ref().is_none_or(|wished| wished == client) && wish.at.is_none_or(|wished| wished == at)
        };
        let Some(place) = wishes.iter().position(fits) else { return Ok(()) };
        let code = wishes[place].code;
        wishes[place].times -= 1;
        if wishes[place].times == 0 {
            wishes.remove(place);
        }
        Err(Refusal::Rehearsed { code })
    }

    fn wishes(&self) -> std::sync::MutexGuard<'_, Vec<Wish>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(text: &str) -> ClientId {
        ClientId::parse(text).expect("a client id")
    }

    #[test]
    fn a_wish_comes_true_as_often_as_it_says_and_for_whom_it_says() {
        let rehearsals = Rehearsals::default();
        rehearsals.wish(Wish { code: 1, client: Some(client("a")), at: Some(At::Token), times: 2 });
        rehearsals.wish(Wish { code: 2, client: None, at: None, times: 1 });
        let next = |name, at| rehearsals.next(&client(name), at).err();
        assert_eq!(next("a", At::Token), Some(Refusal::Rehearsed { code: 1 }));
        assert_eq!(next("a", At::Authorize), Some(Refusal::Rehearsed { code: 2 }));
        assert_eq!(next("b", At::Token), None);
        assert_eq!(next("a", At::Token), Some(Refusal::Rehearsed { code: 1 }));
        assert_eq!(next("a", At::Token), None);
        assert_eq!(rehearsals.waiting(), []);
    }

    #[test]
    fn no_more_wait_than_are_counted_on() {
        let rehearsals = Rehearsals::default();
        let wish = Wish { code: 1, client: None, at: None, times: 1 };
        assert!((0..MOST).all(|_| rehearsals.wish(wish.clone())));
        assert!(!rehearsals.wish(wish));
        rehearsals.clear();
        assert_eq!(rehearsals.waiting(), []);
    }
}
