//! Which parts of the directory have changed: for whoever keeps something of it in memory.

use std::collections::BTreeSet;

use grantor_protocol::TenantId;
use grantor_rules::directory::{DirectoryChange, Removal};

/// A part of the directory: some of the tenants with their applications. A change to one part says nothing of the others,
/// and writers of different parts do not wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(u8);

impl Shard {
    /// How many there are. Nodes of different versions of this program share a store, so this and [`Self::of`] stay.
    pub const COUNT: usize = 16;

    /// The part that a tenant belongs to.
    pub fn of(tenant: TenantId) -> Self {
        let (high, low) = tenant.uuid().as_u64_pair();
        // Ids may be chosen by hand, alike but for a few digits: multiplied, each digit counts.
        let spread = (high.rotate_left(32) ^ low).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self((spread >> 60) as u8)
    }

    /// The parts that a change touches: those whose tenants, applications or service principals it writes.
    pub fn of_change(change: &DirectoryChange) -> BTreeSet<Self> {
        if change.removals.iter().any(|(_, removal)| matches!(removal, Removal::Application(_))) {
            // With an application goes what stands for it in other tenants, in whichever parts those are.
            return Self::all().collect();
        }
        let tenants = change.tenants.iter().map(|tenant| tenant.id);
        let publishers = change.applications.iter().map(|application| application.publisher);
        let principals = change.service_principals.iter().map(|(tenant, _)| *tenant);
        let removals = change.removals.iter().map(|(tenant, _)| *tenant);
        tenants.chain(publishers).chain(principals).chain(removals).map(Self::of).collect()
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).map(Self).take(Self::COUNT)
    }

    /// The part with this number, if there is one.
    pub fn at(place: i64) -> Option<Self> {
        u8::try_from(place).ok().map(Self).filter(|shard| shard.place() < Self::COUNT)
    }

    /// Its number, below [`Self::COUNT`].
    pub const fn place(self) -> usize {
        self.0 as usize
    }
}

/// How often each part of the directory has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryVersions([i64; Shard::COUNT]);

impl DirectoryVersions {
    /// That of one part.
    pub const fn of(&self, shard: Shard) -> i64 {
        self.0[shard.place()]
    }

    /// Sets that of one part.
    pub const fn set(&mut self, shard: Shard, version: i64) {
        self.0[shard.place()] = version;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_spread_over_all_parts_also_with_ids_made_by_hand() {
        for step in [1_u128, 0x1_0000, 1 << 64, 1 << 100] {
            let mut counts = [0; Shard::COUNT];
            for number in 0..1600 {
                let id = uuid::Uuid::from_u128(0x8eae_f023_2b34_4da1_0000_0000_0000_0000 ^ (number * step));
                counts[Shard::of(TenantId::from_uuid(id)).place()] += 1;
            }
            assert!(counts.iter().all(|count| (50..200).contains(count)), "{step:x}: {counts:?}");
        }
    }

    #[test]
    fn a_tenant_stays_in_its_part() {
        let place = |text: &str| Shard::of(text.parse().unwrap()).place();
        let places = ["8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "9188040d-6c67-4c5b-b112-36a304b66dad"].map(place);
        assert_eq!(places, [2, 11]);
    }

    #[test]
    fn a_part_is_known_by_its_number() {
        for shard in Shard::all() {
            assert_eq!(Shard::at(i64::try_from(shard.place()).unwrap()), Some(shard));
        }
        assert_eq!((Shard::at(-1), Shard::at(16), Shard::at(256)), (None, None, None));
    }
}
