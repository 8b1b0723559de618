//! What a filled store holds: everything is computed from its number, so whatever was written can be named again.
//!
//! A tenant has one API and applications that use it; each person of it uses some of them, and has families of refresh tokens
//! there. Ids look random and yet grow with their numbers, so that rows are written in the order of their keys.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_environment::Timestamp;
use grantor_protocol::{
    ClientId, FamilyId, FlowId, Handle, HandleKind, RefreshHandle, RefreshTokenKey, TenantId, UserId,
};
use grantor_rules::Settings;

/// How many of each there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Tenants.
    pub tenants: u64,
    /// People, over all tenants.
    pub people: u64,
    /// Applications, over all tenants.
    pub applications: u64,
    /// Refresh-token families, over all tenants.
    pub families: u64,
}

/// What holds for every store.
#[derive(Clone)]
pub struct World {
    /// How large it is.
    pub size: Size,
    /// When it was filled.
    pub filled_at: Timestamp,
    /// What the deployment signs its refresh tokens with.
    pub key: RefreshTokenKey,
}

/// One family, by numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FamilyPlace {
    /// The number of its tenant.
    pub tenant: u64,
    /// The number of its application within the tenant.
    pub application: u64,
    /// The number of its person within the tenant.
    pub person: u64,
    /// Its own number.
    pub family: u64,
}

/// The number of each tenant's API among its applications.
pub const API: u64 = 0;

impl Size {
    /// People of one tenant.
    pub const fn people_each(self) -> u64 {
        self.people / self.tenants
    }

    /// Applications of one tenant, its API among them.
    pub const fn applications_each(self) -> u64 {
        self.applications / self.tenants
    }

    /// Families of one tenant.
    pub const fn families_each(self) -> u64 {
        self.families / self.tenants
    }

    /// Whether every tenant gets what it needs, and the same as all others.
    ///
    /// # Errors
    /// What would have to be given instead.
    pub fn check(self) -> anyhow::Result<()> {
        let even = |count: u64| self.tenants > 0 && count.is_multiple_of(self.tenants) && count > 0;
        anyhow::ensure!(
            even(self.people) && even(self.applications) && even(self.families) && self.applications_each() >= 2,
            "people, applications and families must be multiples of the tenants, with at least two applications each"
        );
        anyhow::ensure!(self.families < 1 << 31, "there can be two thousand million families at most");
        Ok(())
    }

    /// Where a family is.
    pub const fn place(self, family: u64) -> FamilyPlace {
        let tenant = family / self.families_each();
        let within = family % self.families_each();
        let person = within % self.people_each();
        // A person's families are at a few of the applications, other people's at others.
        let application = 1 + (person + within / self.people_each() % USES) % (self.applications_each() - 1);
        FamilyPlace { tenant, application, person, family }
    }
}

/// How many applications a person uses at most.
pub const USES: u64 = 2;

impl World {
    /// Which tenant.
    pub fn tenant_id(&self, tenant: u64) -> TenantId {
        TenantId::from_random(growing("tenant", 0, tenant, self.size.tenants))
    }

    /// Its name.
    pub fn domain(tenant: u64) -> String {
        format!("organization-{tenant}.growth.example")
    }

    /// Which person.
    pub fn user_id(&self, tenant: u64, person: u64) -> UserId {
        UserId::from_random(growing("user", tenant, person, self.size.people_each()))
    }

    /// Their sign-in name.
    pub fn user_principal_name(tenant: u64, person: u64) -> String {
        let name = NAMES[number("name", tenant, person) % NAMES.len()].to_lowercase();
        format!("{name}-{person}@{}", Self::domain(tenant))
    }

    /// Their session. The handle itself is in a cookie, and its digest in the store.
    pub fn session(&self, tenant: u64, person: u64) -> Handle {
        Handle::from_random(HandleKind::Session, self.tenant_id(tenant), bytes("session", tenant, person))
    }

    /// Which application.
    pub fn client_id(&self, tenant: u64, application: u64) -> ClientId {
        let id = growing("application", tenant, application, self.size.applications_each());
        ClientId::parse(&UserId::from_random(id).to_string()).expect("a UUID is a client id")
    }

    /// Its secret.
    pub fn client_secret(tenant: u64, application: u64) -> String {
        let secret = URL_SAFE_NO_PAD.encode(&bytes("secret", tenant, application)[..24]);
        format!("growth~{secret}")
    }

    /// Which family.
    pub fn family_id(&self, place: FamilyPlace) -> FamilyId {
        let each = self.size.families_each();
        FamilyId::from_random(growing("family", place.tenant, place.family % each, each))
    }

    /// The live refresh token of a family, as it was filled in.
    pub fn refresh_token(&self, place: FamilyPlace) -> RefreshHandle {
        let (tenant, family) = (self.tenant_id(place.tenant), self.family_id(place));
        RefreshHandle::mint(&self.key, tenant, family, &bytes("token", place.tenant, place.family))
    }

    /// When the family was last renewed: none of them ends while it is measured.
    pub fn renewed_at(&self, place: FamilyPlace, settings: &Settings) -> Timestamp {
        let span = settings.refresh_token_idle.saturating_sub(Duration::from_hours(4 * 24)).as_secs();
        self.filled_at - Duration::from_secs(1 + number("renewed", place.tenant, place.family) as u64 % span)
    }

    /// The flow that a family began with.
    pub fn flow(place: FamilyPlace) -> FlowId {
        FlowId::from_random(sixteen(bytes("flow", place.tenant, place.family)))
    }

    /// The session that it began in, as applications see it.
    pub fn sid(tenant: u64, of: u64) -> String {
        FlowId::from_random(sixteen(bytes("sid", tenant, of))).to_string()
    }
}

/// Given names, for people who are not all the same.
pub const NAMES: [&str; 16] = [
    "Ada",
    "Béatrice",
    "Chinua",
    "Dorothea",
    "Emre",
    "Fatima",
    "Göran",
    "Hana",
    "Ines",
    "Jürgen",
    "Kaveh",
    "Li",
    "Maria",
    "Nnamdi",
    "Olga",
    "Søren",
];

/// 32 bytes that nobody would expect.
pub fn bytes(what: &str, tenant: u64, of: u64) -> [u8; 32] {
    let mut text = Vec::with_capacity(32);
    text.extend_from_slice(what.as_bytes());
    text.extend_from_slice(&tenant.to_be_bytes());
    text.extend_from_slice(&of.to_be_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, &text).as_ref());
    bytes
}

/// A number that nobody would expect.
pub fn number(what: &str, tenant: u64, of: u64) -> usize {
    let bytes = bytes(what, tenant, of);
    usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2])
}

fn sixteen(bytes: [u8; 32]) -> [u8; 16] {
    let mut first = [0; 16];
    first.copy_from_slice(&bytes[..16]);
    first
}

/// 16 bytes that grow with `of`, which is below `count`, and are otherwise unexpected.
fn growing(what: &str, tenant: u64, of: u64, count: u64) -> [u8; 16] {
    let mut bytes = sixteen(bytes(what, tenant, of));
    // The upper six bytes: the bits that say that it is a UUID lie behind them.
    let step = (1 << 48) / count.max(1);
    let jitter = u64::from_be_bytes([0, 0, bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]]) % step;
    bytes[..6].copy_from_slice(&(of * step + jitter).to_be_bytes()[2..]);
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const SIZE: Size = Size { tenants: 4, people: 40, applications: 12, families: 400 };

    fn world() -> World {
        let key = RefreshTokenKey::from_bytes([1; 32]);
        World { size: SIZE, filled_at: Timestamp::from_seconds(1_800_000_000), key }
    }

    #[test]
    fn ids_grow_and_none_comes_twice() {
        let world = world();
        let families: Vec<_> = (100..200).map(|family| world.family_id(SIZE.place(family))).collect();
        assert!(families.is_sorted());
        assert_eq!(families.iter().collect::<BTreeSet<_>>().len(), 100);
        let tenants: Vec<_> = (0..4).map(|tenant| world.tenant_id(tenant)).collect();
        assert!(tenants.is_sorted());
    }

    #[test]
    fn families_are_at_applications_that_use_the_api_and_at_few_for_each_person() {
        let places: Vec<_> = (0..SIZE.families).map(|family| SIZE.place(family)).collect();
        assert!(places.iter().all(|place| (1..SIZE.applications_each()).contains(&place.application)));
        assert!(places.iter().all(|place| place.tenant < SIZE.tenants && place.person < SIZE.people_each()));
        let used: BTreeSet<_> = places
            .iter()
            .filter(|place| (place.tenant, place.person) == (1, 3))
            .map(|place| place.application)
            .collect();
        assert_eq!(used.len(), 2);
    }

    #[test]
    fn the_same_token_is_made_again() {
        let (world, place) = (world(), SIZE.place(77));
        assert_eq!(world.refresh_token(place).digest(), world.refresh_token(place).digest());
        assert_ne!(world.refresh_token(place).digest(), world.refresh_token(SIZE.place(78)).digest());
    }
}
