//! Whatever is handed out is good in its own place alone, and a wrong place does not spoil it (T14, T31).

mod api_tokens;
mod issued;
mod kind;
mod place;
mod present;

use std::collections::BTreeSet;

use grantor_protocol::HandleKind;
use grantor_rules::token::issued::GrantKind;
use grantor_testkit::TestPlatform;

use crate::routes::every_route;
use issued::Issued;
use kind::Kind;
use place::{Place, of_grant, of_route};
use present::Said;

/// An enum with the list of everything in it.
macro_rules! listed {
    ($(#[$of_all:meta])* pub enum $name:ident { $($(#[$of_one:meta])* $one:ident,)+ }) => {
        $(#[$of_all])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$of_one])* $one,)+
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$one,)+];
        }
    };
}
pub(crate) use listed;

#[tokio::test]
async fn everything_that_is_handed_out_is_taken_in_its_own_place_alone() {
    // T14, T31
    let platform = TestPlatform::with_permissions().await;
    let mut issued = Issued::new(&platform).await;
    for &place in Place::ALL {
        for &kind in Kind::ALL.iter().filter(|kind| !kind.good_at().contains(&place)) {
            for value in issued.values(kind).to_vec() {
                let expected = Said::Refused(place.says_to(kind).to_owned());
                assert_eq!(issued.present(place, &value).await, expected, "{kind:?} at {place:?}");
            }
        }
    }
    // None of all that has spoilt anything: also what is good once is taken now, each in its own place.
    for &place in Place::ALL {
        for &kind in Kind::ALL {
            let Some(nth) = kind.good_at().iter().position(|own| *own == place) else { continue };
            let values = issued.values(kind);
            let value = values.get(nth).unwrap_or(&values[0]).clone();
            assert_eq!(issued.present(place, &value).await, Said::Taken, "{kind:?} at {place:?}");
        }
    }
}

#[test]
fn every_place_that_there_is_was_looked_at() {
    let of_grants = GrantKind::ALL.into_iter().flat_map(|grant| of_grant(grant).iter().copied());
    let routes = every_route();
    let of_routes = routes.iter().flat_map(|route| of_route(route).iter().copied());
    let known: BTreeSet<Place> = of_grants.chain(of_routes).collect();
    assert_eq!(known, Place::ALL.iter().copied().collect());
    for handle in HandleKind::ALL {
        assert!(Kind::ALL.contains(&Kind::of(handle)), "{handle:?}");
    }
}
