//! The directory in memory before both engines: what one node changes holds on every node within the bound.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use grantor_environment::{ManualMonotonic, Monotonic};
use grantor_rules::directory::{DirectoryChange, Removal};
use grantor_rules::model::{Application, TenantName};
use grantor_storage::contract::samples::{
    NOW, application, approve, begin, client_id, consent_request, consent_that_brings_in, device_code, digest,
    interaction, issue, permission, principal, shared, tenant, tenant_id, tenants,
};
use grantor_storage::{AnswerDeviceCode, BeginFamily, IssueCode, RecordedConsent, Shard, Storage, WithdrawnConsent};
use grantor_storage_cache::{CachedStorage, FOLLOW_EVERY, HOLDS_FOR};

/// A store with a memory that counts, for the contract. Time stands still.
async fn cached(store: Arc<dyn Storage>) -> Arc<dyn Storage> {
    let node = Node::over(&store);
    node.cache.follow().await.unwrap();
    node.cache
}

/// Runs a promise on an empty store behind memory.
pub async fn on_sqlite(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    crate::folder::on_an_empty_store(async |store| promise(cached(store).await).await).await;
}

/// Runs a promise on an empty database behind memory, unless there is no server to test with.
pub async fn on_postgres(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    crate::postgres::on_an_empty_store(async |store| promise(cached(store).await).await).await;
}

/// One of several processes on a store.
struct Node {
    cache: Arc<CachedStorage>,
    time: Arc<ManualMonotonic>,
}

impl Node {
    fn over(store: &Arc<dyn Storage>) -> Self {
        let time = Arc::new(ManualMonotonic::default());
        let given: Arc<dyn Monotonic> = Arc::<ManualMonotonic>::clone(&time);
        Self { cache: Arc::new(CachedStorage::over(Arc::clone(store), given)), time }
    }

    async fn apply(&self, change: &DirectoryChange) {
        self.cache.apply_directory(change).await.unwrap();
    }

    /// What each way to tenant 1 and its API says.
    async fn said(&self) -> [Option<String>; 6] {
        let by_id = self.cache.find_tenant(&TenantName::Id(tenant_id(1))).await.unwrap();
        let by_domain = self.cache.find_tenant(&TenantName::Domain("tenant-1.example".to_owned())).await.unwrap();
        let tenant = self.cache.tenant(tenant_id(1));
        let by_client_id = tenant.find_application(&client_id("colors")).await.unwrap();
        let by_uri = tenant.find_api("api://colors").await.unwrap();
        let everywhere = ["colors", "api://colors"].map(|name| self.cache.find_registered(name));
        let [everywhere, everywhere_by_uri] = everywhere;
        let (everywhere, everywhere_by_uri) = (everywhere.await.unwrap(), everywhere_by_uri.await.unwrap());
        [
            by_id.map(|tenant| tenant.display_name.clone()),
            by_domain.map(|tenant| tenant.display_name.clone()),
            by_client_id.map(|application| application.display_name.clone()),
            by_uri.map(|application| application.display_name.clone()),
            everywhere.map(|application| application.display_name.clone()),
            everywhere_by_uri.map(|application| application.display_name.clone()),
        ]
    }
}

/// Tenant 1 and its API, both of that name.
fn named(name: &str) -> DirectoryChange {
    let mut tenant = tenant(1);
    name.clone_into(&mut tenant.display_name);
    let colors = Application { display_name: name.to_owned(), ..shared(1, "colors", &["api://colors"]) };
    DirectoryChange { tenants: vec![tenant], applications: vec![colors], ..Default::default() }
}

fn all(name: &str) -> [Option<String>; 6] {
    [(); 6].map(|()| Some(name.to_owned()))
}

async fn two_nodes(store: &Arc<dyn Storage>) -> (Node, Node) {
    let (one, two) = (Node::over(store), Node::over(store));
    one.apply(&named("old")).await;
    for node in [&one, &two] {
        node.cache.follow().await.unwrap();
        assert_eq!(node.said().await, all("old"));
    }
    (one, two)
}

async fn a_change_holds_here_at_once_and_elsewhere_once_it_is_asked_for(store: Arc<dyn Storage>) {
    let (one, two) = two_nodes(&store).await;
    one.apply(&named("new")).await;
    assert_eq!(one.said().await, all("new"));
    // Else nothing here would be tested: it is in memory.
    assert_eq!(two.said().await, all("old"));
    two.cache.follow().await.unwrap();
    assert_eq!(two.said().await, all("new"));
}

async fn a_node_that_is_cut_off_says_nothing_from_memory(store: Arc<dyn Storage>) {
    let (one, two) = two_nodes(&store).await;
    one.apply(&named("new")).await;
    two.time.advance(HOLDS_FOR.saturating_sub(Duration::from_nanos(1)));
    assert_eq!(two.said().await, all("old"));
    two.time.advance(Duration::from_nanos(1));
    assert_eq!(two.said().await, all("new"));
    one.apply(&named("newer")).await;
    assert_eq!(two.said().await, all("newer"), "nothing is taken into memory meanwhile");
}

async fn a_domain_that_changes_hands_leads_to_its_new_tenant(store: Arc<dyn Storage>) {
    let (one, two) = two_nodes(&store).await;
    let mut change = tenants(&[1, 2]);
    "moved.example".clone_into(&mut change.tenants[0].domain);
    "tenant-1.example".clone_into(&mut change.tenants[1].domain);
    one.apply(&change).await;
    two.cache.follow().await.unwrap();
    for node in [&one, &two] {
        let found = node.cache.find_tenant(&TenantName::Domain("tenant-1.example".to_owned())).await.unwrap();
        assert_eq!(found.as_deref(), Some(&change.tenants[1]));
    }
}

async fn what_an_identifier_leads_to_follows_every_application_of_the_tenant(store: Arc<dyn Storage>) {
    let (one, two) = two_nodes(&store).await;
    let found = |node: &Node| {
        let tenant = node.cache.tenant(tenant_id(1));
        async move { tenant.find_api("app").await.unwrap().map(|application| application.client_id.clone()) }
    };
    let write = |applications| DirectoryChange { applications, ..Default::default() };
    one.apply(&write(vec![application(1, "thief", &["app"])])).await;
    two.cache.follow().await.unwrap();
    assert_eq!((found(&one).await, found(&two).await), (Some(client_id("thief")), Some(client_id("thief"))));
    // Another application than the one that was found is written.
    one.apply(&write(vec![application(1, "app", &[])])).await;
    two.cache.follow().await.unwrap();
    assert_eq!((found(&one).await, found(&two).await), (Some(client_id("app")), Some(client_id("app"))));
}

/// A tenant in another part of the directory than tenant 1.
fn elsewhere() -> u8 {
    (2..100).find(|other| Shard::of(tenant_id(*other)) != Shard::of(tenant_id(1))).unwrap()
}

async fn a_registered_name_that_changes_hands_leads_to_its_new_tenant(store: Arc<dyn Storage>) {
    let (one, two) = two_nodes(&store).await;
    let other = elsewhere();
    one.apply(&tenants(&[other])).await;
    two.cache.follow().await.unwrap();
    let leads_to = async |node: &Node| {
        let found = node.cache.find_registered("api://colors").await.unwrap();
        found.map(|found| found.client_id.to_string())
    };
    assert_eq!(leads_to(&two).await.as_deref(), Some("colors"));
    // In one change, and back in two.
    let write = |applications| DirectoryChange { applications, ..Default::default() };
    one.apply(&write(vec![shared(other, "taker", &["api://colors"]), shared(1, "colors", &[])])).await;
    assert_eq!(leads_to(&two).await.as_deref(), Some("colors"), "from memory");
    two.cache.follow().await.unwrap();
    assert_eq!((leads_to(&one).await.as_deref(), leads_to(&two).await.as_deref()), (Some("taker"), Some("taker")));
    let removals = vec![(tenant_id(other), Removal::Application(client_id("taker")))];
    one.apply(&DirectoryChange { removals, ..Default::default() }).await;
    two.cache.follow().await.unwrap();
    assert_eq!((leads_to(&one).await, leads_to(&two).await), (None, None));
    one.apply(&write(vec![shared(1, "colors", &["api://colors"])])).await;
    assert_eq!((leads_to(&one).await.as_deref(), leads_to(&two).await.as_deref()), (Some("colors"), Some("colors")));
}

/// How many app roles an application has in tenant 1, where it stands there.
async fn roles(node: &Node, client: &str) -> Option<usize> {
    let found = node.cache.tenant(tenant_id(1)).find_service_principal(&client_id(client)).await.unwrap();
    found.map(|found| found.granted_app_roles.len())
}

async fn what_consents_bring_in_holds_here_at_once_and_elsewhere_once_it_is_asked_for(store: Arc<dyn Storage>) {
    let (one, two) = two_nodes(&store).await;
    let tenant = one.cache.tenant(tenant_id(1));
    tenant.record_consent(&consent_that_brings_in("app", "colors"), NOW).await.unwrap();
    let more = |role: &str| RecordedConsent {
        app_roles: vec![permission("colors", role)],
        ..consent_that_brings_in("app", "colors")
    };
    for waiting in [1, 2] {
        tenant.begin_interaction(&digest(waiting), &interaction()).await.unwrap();
    }
    tenant.ask_for_consent(&consent_request(1, 1, "app", 1)).await.unwrap();
    store.begin_device_code(&digest(1), &[1; 32], &device_code()).await.unwrap();
    two.cache.follow().await.unwrap();
    for node in [&one, &two] {
        assert_eq!(roles(node, "app").await, Some(1));
    }
    for (known, role) in (1..).zip(["code", "family", "no code", "request", "device"]) {
        let consents = vec![more(role)];
        match role {
            "code" => tenant.issue_code(&IssueCode { consents, ..issue(digest(9), 9) }).await.unwrap(),
            "family" => tenant.begin_family(&BeginFamily { consents, ..begin(1) }).await.unwrap(),
            "no code" => tenant.consent_without_code(&digest(1), &consents, NOW).await.unwrap(),
            "request" => {
                let id = consent_request(1, 1, "app", 1).id;
                tenant.end_consent_request(id, &consents, NOW).await.unwrap()
            }
            _ => {
                let interaction = Some(digest(2));
                let answer = AnswerDeviceCode { consents, interaction, ..approve(digest(1)) };
                one.cache.answer_device_code(&answer).await.unwrap()
            }
        };
        assert_eq!(roles(&one, "app").await, Some(known + 1), "{role}");
        assert_eq!(roles(&two, "app").await, Some(known), "{role}");
        two.cache.follow().await.unwrap();
        assert_eq!(roles(&two, "app").await, Some(known + 1), "{role}");
    }
    let withdrawn = WithdrawnConsent { principal: None, client_id: client_id("app") };
    assert!(tenant.withdraw_consent(&withdrawn).await.unwrap());
    two.cache.follow().await.unwrap();
    assert_eq!((roles(&one, "app").await, roles(&two, "app").await), (Some(0), Some(0)));
}

async fn what_stands_for_a_removed_application_is_gone_from_every_part(store: Arc<dyn Storage>) {
    let (one, two) = two_nodes(&store).await;
    let other = elsewhere();
    let change = DirectoryChange {
        applications: vec![shared(other, "app", &[])],
        service_principals: vec![(tenant_id(1), principal(other, "app", &permission("colors", "Reader")))],
        ..tenants(&[other])
    };
    one.apply(&change).await;
    two.cache.follow().await.unwrap();
    assert_eq!((roles(&one, "app").await, roles(&two, "app").await), (Some(1), Some(1)));
    let removals = vec![(tenant_id(other), Removal::Application(client_id("app")))];
    one.apply(&DirectoryChange { removals, ..Default::default() }).await;
    two.cache.follow().await.unwrap();
    assert_eq!((roles(&one, "app").await, roles(&two, "app").await), (None, None));
}

async fn names_that_lead_nowhere_take_no_memory(store: Arc<dyn Storage>) {
    let (one, two) = two_nodes(&store).await;
    let before = two.cache.bytes();
    assert!(before > 0);
    let tenant = two.cache.tenant(tenant_id(1));
    for number in 0..50 {
        let name = format!("made-up-{number}");
        assert!(tenant.find_application(&client_id(&name)).await.unwrap().is_none());
        assert!(tenant.find_api(&format!("api://{name}")).await.unwrap().is_none());
        assert!(two.cache.find_tenant(&TenantName::Domain(format!("{name}.example"))).await.unwrap().is_none());
        assert!(two.cache.find_registered(&name).await.unwrap().is_none());
        assert!(tenant.find_service_principal(&client_id(&name)).await.unwrap().is_none());
    }
    assert_eq!(two.cache.bytes(), before);
    one.apply(&DirectoryChange { applications: vec![application(1, "made-up-7", &[])], ..Default::default() }).await;
    assert!(
        tenant.find_application(&client_id("made-up-7")).await.unwrap().is_some(),
        "what was not there is not kept"
    );
}

async fn memory_is_bounded_whoever_asks_for_what(store: Arc<dyn Storage>) {
    let most = 64 * 1024;
    let time = Arc::new(ManualMonotonic::default());
    let cache = CachedStorage::with_at_most(most, Arc::clone(&store), time);
    cache.apply_directory(&named("old")).await.unwrap();
    let applications: Vec<_> = (0..200).map(|number| application(1, &format!("app-{number}"), &[])).collect();
    cache.apply_directory(&DirectoryChange { applications, ..Default::default() }).await.unwrap();
    cache.follow().await.unwrap();
    let tenant = cache.tenant(tenant_id(1));
    for number in 0..200 {
        let name = format!("app-{number}");
        assert!(tenant.find_application(&client_id(&name)).await.unwrap().is_some());
        assert!(tenant.find_service_principal(&client_id(&name)).await.unwrap().is_some());
        assert!(cache.find_registered(&name).await.unwrap().is_some());
        assert!(cache.bytes() <= most as u64, "{}", cache.bytes());
    }
    assert!(cache.bytes() > most as u64 / 4, "{}", cache.bytes());
}

async fn a_change_that_fails_leaves_what_is_known(store: Arc<dyn Storage>) {
    let (one, _) = two_nodes(&store).await;
    let mut change = named("new");
    change.applications.push(application(9, "nobodys", &[]));
    one.cache.apply_directory(&change).await.unwrap_err();
    assert_eq!(one.said().await, all("old"));
}

/// Many read while one writes: whoever begins to read after a change was acknowledged never sees what was before.
async fn nobody_reads_what_was_before_an_acknowledged_change(store: Arc<dyn Storage>) {
    const CHANGES: u32 = 150;
    let (node, _) = two_nodes(&store).await;
    node.apply(&named("0")).await;
    let node = Arc::new(node);
    let acknowledged = Arc::new(AtomicU32::new(0));
    let over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (node, acknowledged, over) = (Arc::clone(&node), Arc::clone(&acknowledged), Arc::clone(&over));
            tokio::spawn(async move {
                let mut seen = 0;
                while !over.load(Ordering::SeqCst) {
                    let least = acknowledged.load(Ordering::SeqCst);
                    for name in node.said().await {
                        let number: u32 = name.unwrap().parse().unwrap();
                        assert!(number >= least, "{number} is read after {least} was acknowledged");
                        seen = seen.max(number);
                    }
                    tokio::task::yield_now().await;
                }
                seen
            })
        })
        .collect();
    let following = tokio::spawn({
        let (node, over) = (Arc::clone(&node), Arc::clone(&over));
        async move {
            while !over.load(Ordering::SeqCst) {
                node.cache.follow().await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    });
    for number in 1..=CHANGES {
        node.apply(&named(&number.to_string())).await;
        acknowledged.store(number, Ordering::SeqCst);
        tokio::task::yield_now().await;
    }
    over.store(true, Ordering::SeqCst);
    following.await.unwrap();
    for reader in readers {
        assert!(reader.await.unwrap() > 0, "it read nothing while things changed");
    }
    assert_eq!(node.said().await, all(&CHANGES.to_string()));
}

/// Whatever the rhythm in which a node asks, and however often it cannot: what another one has changed holds within the bound.
async fn what_another_node_changes_holds_within_the_bound_in_any_rhythm(store: Arc<dyn Storage>) {
    let (one, two) = two_nodes(&store).await;
    one.apply(&named("0")).await;
    two.cache.follow().await.unwrap();
    let mut dice = Dice(7);
    let mut changes: Vec<Duration> = vec![two.time.elapsed()];
    let mut from_memory = 0;
    for _ in 0..600 {
        match dice.roll(8) {
            0 => {
                one.apply(&named(&changes.len().to_string())).await;
                changes.push(two.time.elapsed());
            }
            1 | 2 => two.cache.follow().await.unwrap(),
            3 => two.time.advance(HOLDS_FOR / 3 * (dice.roll(4) + 1)),
            _ => two.time.advance(FOLLOW_EVERY / 5),
        }
        let known = two.time.elapsed().saturating_sub(HOLDS_FOR);
        let least = changes.iter().rposition(|at| *at <= known).unwrap_or(0);
        for name in two.said().await {
            let number: usize = name.unwrap().parse().unwrap();
            assert!(number >= least, "{number} is read more than {HOLDS_FOR:?} after {least}");
            from_memory += usize::from(number + 1 < changes.len());
        }
    }
    assert!(from_memory > 50, "memory is of use: {from_memory}");
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap() % sides
    }
}

macro_rules! on_both_engines {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                crate::folder::on_an_empty_store(super::$test).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                crate::postgres::on_an_empty_store(super::$test).await;
            })*
        }
    };
}
on_both_engines! {
    a_change_holds_here_at_once_and_elsewhere_once_it_is_asked_for,
    a_node_that_is_cut_off_says_nothing_from_memory,
    a_domain_that_changes_hands_leads_to_its_new_tenant,
    what_an_identifier_leads_to_follows_every_application_of_the_tenant,
    a_registered_name_that_changes_hands_leads_to_its_new_tenant,
    what_consents_bring_in_holds_here_at_once_and_elsewhere_once_it_is_asked_for,
    what_stands_for_a_removed_application_is_gone_from_every_part,
    names_that_lead_nowhere_take_no_memory,
    memory_is_bounded_whoever_asks_for_what,
    a_change_that_fails_leaves_what_is_known,
    nobody_reads_what_was_before_an_acknowledged_change,
    what_another_node_changes_holds_within_the_bound_in_any_rhythm,
}
