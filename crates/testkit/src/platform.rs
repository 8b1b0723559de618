//! The platform in process.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use grantor_directory_file::parse_with;
use grantor_environment::{Clock, Entropy, ManualClock, ManualMonotonic, SystemEntropy, Timestamp};
use grantor_flows::administration::keys;
use grantor_flows::directory::Means;
use grantor_flows::{ClientSecrets, Env, Passwords, Recorder, directory, notices, start};
use grantor_jose::{Algorithm, Expected, JwkSet, KeySet, SealingKey, verify_compact};
use grantor_protocol::{ClientId, PublicUrl};
use grantor_rules::Settings;
use grantor_rules::directory::{Applied, DirectoryChange, Removal};
use grantor_rules::model::{self as rules, User};
use grantor_storage::Storage;
use grantor_storage_cache::CachedStorage;
use grantor_storage_sql::SqliteStorage;
use grantor_web::App;
use serde_json::{Map, Value};
use tokio::sync::OnceCell;
use tower::ServiceExt as _;

use crate::contoso::{Application, CONTOSO, CONTOSO_DIRECTORY, Organization, Person};
use crate::permissions::PERMISSIONS_DIRECTORY;
use crate::{Answer, Authorize, Browser, Folder, OtherMachines, TokenRequest, Tokens};

/// When every test begins: the clock stands still there until it is moved.
pub const START: Timestamp = Timestamp::from_seconds(1_777_630_332);

const MASTER: [u8; 32] = [0x5a; 32];
const DATABASE: &str = "grantor.db";

/// How a platform is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// Under which address the world reaches it.
    pub public: String,
    /// Under which address applications reach it that show certificates.
    pub mtls: Option<String>,
    /// Whether what is for development alone is served.
    pub dev: bool,
    /// How long things live.
    pub settings: Settings,
    /// What is in it.
    pub directory: Directory,
}

/// What is in a platform's directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directory {
    /// The directory of the journey.
    Contoso,
    /// That one, and the directory of the permission model.
    Permissions,
}

impl Default for Options {
    fn default() -> Self {
        let public = "https://localhost:8443".to_owned();
        Self { public, mtls: None, dev: false, settings: Settings::default(), directory: Directory::Contoso }
    }
}

/// The platform in process, on a folder of its own, with the Contoso directory.
pub struct TestPlatform {
    /// The platform as its HTTP edge sees it.
    pub app: Arc<App>,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// The machines that it contacts.
    pub others: Arc<OtherMachines>,
    router: Router,
    // Last, so that the store is closed before its folder goes.
    folder: Folder,
}

impl TestPlatform {
    /// Starts one as most tests want it.
    pub async fn start() -> Self {
        Self::with(&Options::default()).await
    }

    /// Starts one with the directory of the permission model beside that of the journey.
    pub async fn with_permissions() -> Self {
        Self::with(&Options { directory: Directory::Permissions, ..Options::default() }).await
    }

    /// Starts one.
    pub async fn with(options: &Options) -> Self {
        let folder = Folder::new();
        for (name, bytes) in prepared(options.directory).await {
            std::fs::write(folder.at(name), bytes).unwrap();
        }
        let clock = Arc::new(ManualClock::stopped_at(START));
        let mut env = env(&folder.at(DATABASE), Arc::clone(&clock), &options.public).await;
        env.settings.clone_from(&options.settings);
        env.mtls = options.mtls.as_deref().map(|url| PublicUrl::parse(url).unwrap());
        let others = Arc::new(OtherMachines::new(Arc::<ManualClock>::clone(&clock)));
        env.outside = Arc::<OtherMachines>::clone(&others);
        let app = Arc::new(App::new(env, options.dev.then(|| Arc::clone(&clock))));
        let router = grantor_web::router(Arc::clone(&app));
        Self { app, clock, others, router, folder }
    }

    /// The public URL, without a slash at the end.
    pub fn public(&self) -> &PublicUrl {
        &self.app.env.public
    }

    /// The file of its store.
    pub fn database(&self) -> PathBuf {
        self.folder.at(DATABASE)
    }

    /// Moves the clock.
    pub fn advance(&self, length: Duration) {
        self.clock.advance(length);
    }

    /// Applies a directory file.
    pub async fn apply(&self, text: &str) -> Vec<Applied> {
        let env = &self.app.env;
        apply(env.storage.as_ref(), &env.passwords, env.now(), text).await
    }

    /// Changes the directory as an administrator's tool would: in one commit, now.
    pub async fn change(&self, change: DirectoryChange) {
        let env = &self.app.env;
        env.storage.apply_directory(&DirectoryChange { now: env.now(), ..change }).await.unwrap();
    }

    /// Somebody, as the directory has them.
    pub async fn user(&self, organization: Organization, person: Person) -> User {
        let store = self.app.env.storage.tenant(organization.tenant_id());
        store.find_user(person.user_id()).await.unwrap().unwrap()
    }

    /// An application, as the directory of its tenant has it.
    pub async fn application(&self, organization: Organization, client_id: &str) -> rules::Application {
        let store = self.app.env.storage.tenant(organization.tenant_id());
        let found = store.find_application(&ClientId::parse(client_id).unwrap()).await.unwrap();
        Arc::unwrap_or_clone(found.unwrap())
    }

    /// Changes somebody.
    pub async fn change_user(&self, organization: Organization, person: Person, change: impl FnOnce(&mut User)) {
        let mut user = self.user(organization, person).await;
        change(&mut user);
        self.change(DirectoryChange { users: vec![(organization.tenant_id(), user)], ..DirectoryChange::default() })
            .await;
    }

    /// Changes an application.
    pub async fn change_application(
        &self,
        organization: Organization,
        client_id: &str,
        change: impl FnOnce(&mut rules::Application),
    ) {
        let mut application = self.application(organization, client_id).await;
        change(&mut application);
        self.change(DirectoryChange { applications: vec![application], ..DirectoryChange::default() }).await;
    }

    /// Takes something away.
    pub async fn remove(&self, organization: Organization, removal: Removal) {
        self.change(DirectoryChange {
            removals: vec![(organization.tenant_id(), removal)],
            ..DirectoryChange::default()
        })
        .await;
    }

    /// Sends one request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        Answer::read(answer).await
    }

    /// Sends `GET` with these headers.
    pub async fn get(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(self.request("GET", target, headers, Body::empty())).await
    }

    /// A request for this host, unless a header names another.
    pub fn request(&self, method: &str, target: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(target);
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            request = request.header("host", self.public().authority());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(body).unwrap()
    }

    /// Sends a request to the token endpoint.
    pub async fn token(&self, request: &TokenRequest) -> Answer {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers: Vec<(&str, &str)> =
            [form].into_iter().chain(request.headers.iter().map(|(name, value)| (*name, value.as_str()))).collect();
        self.send(self.request("POST", &request.path(), &headers, Body::from(request.encoded()))).await
    }

    /// Sends a request to the token endpoint that must succeed.
    pub async fn tokens(&self, request: &TokenRequest) -> Tokens {
        Tokens::of(self.token(request).await)
    }

    /// Calls an address with an access token.
    pub async fn call(&self, target: &str, access_token: &str) -> Answer {
        self.get(target, &[("authorization", &format!("Bearer {access_token}"))]).await
    }

    /// A browser that was never here.
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    /// What `application` gets when `person` signs in in a fresh browser and allows everything.
    pub async fn signed_in(&self, application: Application, person: Person) -> Tokens {
        let request = Authorize::by(application);
        let code = self.browser().walk(&request, person).await.code();
        self.tokens(&request.redeem(&code)).await
    }

    /// The keys that the platform serves.
    pub async fn served_keys(&self) -> KeySet {
        let answer = self.get(&format!("/{}/discovery/v2.0/keys", CONTOSO.id), &[]).await;
        let document: JwkSet = serde_json::from_value(answer.json()).unwrap();
        KeySet::from_jwk_set(&document, Algorithm::Rs256)
    }

    /// The claims of a token that the served keys prove.
    pub async fn verified(&self, token: &str) -> Map<String, Value> {
        let keys = self.served_keys().await;
        verify_compact(token, &keys, &Expected::types(&["JWT"])).and_then(|proven| proven.claims()).unwrap()
    }

    /// Does what `serve` does every minute: makes the signing keys that are due and forgets those that have ended.
    pub async fn rotate_keys(&self) {
        let env = &self.app.env;
        env.keys.rotate(env.storage.as_ref(), env.now(), env.entropy.as_ref(), &env.settings).await.unwrap();
    }

    /// Does what `grantor key rotate --at-once` does, and takes up the new keys as a node does.
    pub async fn rotate_at_once(&self) {
        let (env, master) = (&self.app.env, SealingKey::from_bytes(MASTER));
        let (storage, entropy) = (env.storage.as_ref(), env.entropy.as_ref());
        keys::rotate(storage, &master, env.now(), entropy, &env.settings, keys::Begins::AtOnce).await.unwrap();
        env.keys.refresh(storage).await.unwrap();
    }

    /// Does what `serve` does all the time: forgets what has ended, so many rows of a kind in one step.
    pub async fn forget_ended(&self, at_a_time: u32) {
        let env = &self.app.env;
        while env.storage.forget_ended(env.now(), at_a_time).await.unwrap() >= u64::from(at_a_time) {}
    }

    /// Tells applications what they are to be told by now, as the server's worker does.
    pub async fn tell_applications(&self) {
        let (env, layouts) = (&self.app.env, |name: &str| self.app.layout(name));
        for (tenant, notice) in notices::due(env, u32::MAX).await.unwrap() {
            if let Some(taken) = notices::take(env, tenant, notice).await.unwrap() {
                notices::tell(env, taken, &layouts).await.unwrap();
            }
        }
    }

    /// Every event that was recorded, as JSON text.
    pub fn recorded(&self) -> String {
        serde_json::to_string(&self.app.env.recorder.newest(usize::MAX)).unwrap()
    }
}

async fn apply(storage: &dyn Storage, passwords: &Passwords, now: Timestamp, text: &str) -> Vec<Applied> {
    let wanted = parse_with("test.toml", text, &[])
        .unwrap_or_else(|errors| panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")));
    let client_secrets = ClientSecrets::of(&SealingKey::from_bytes(MASTER));
    let means = Means { passwords, entropy: &SystemEntropy, client_secrets: Some(&client_secrets) };
    directory::apply(storage, &means, now, &wanted).await.unwrap()
}

/// A store with a directory and the signing keys in it: made once, then copied for each test.
async fn prepared(directory: Directory) -> &'static [(String, Vec<u8>)] {
    static CONTOSO_FILES: OnceCell<Vec<(String, Vec<u8>)>> = OnceCell::const_new();
    static PERMISSIONS_FILES: OnceCell<Vec<(String, Vec<u8>)>> = OnceCell::const_new();
    let (files, texts): (_, &[&str]) = match directory {
        Directory::Contoso => (&CONTOSO_FILES, &[CONTOSO_DIRECTORY]),
        Directory::Permissions => (&PERMISSIONS_FILES, &[CONTOSO_DIRECTORY, PERMISSIONS_DIRECTORY]),
    };
    files
        .get_or_init(|| async {
            let folder = Folder::new();
            let env =
                env(&folder.at(DATABASE), Arc::new(ManualClock::stopped_at(START)), "https://localhost:8443").await;
            for text in texts {
                apply(env.storage.as_ref(), &env.passwords, START, text).await;
            }
            // Closes the store, which folds its log into the file.
            drop(env);
            let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
            files.map(|path| (name(&path), std::fs::read(&path).unwrap())).collect()
        })
        .await
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

async fn env(database: &Path, clock: Arc<ManualClock>, public: &str) -> Env {
    // Nobody else changes this store, so to be told once how things stand is enough: time stands still for it.
    let storage =
        CachedStorage::over(Arc::new(SqliteStorage::open(database).unwrap()), Arc::new(ManualMonotonic::default()));
    storage.follow().await.unwrap();
    let storage: Arc<dyn Storage> = Arc::new(storage);
    let clock: Arc<dyn Clock> = clock;
    let outside = Arc::new(OtherMachines::new(Arc::clone(&clock)));
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let master = SealingKey::from_bytes(MASTER);
    let prepared = start::prepare(storage.as_ref(), &master, clock.as_ref(), entropy.as_ref()).await.unwrap();
    Env {
        credential_uses: grantor_flows::CredentialUses::default(),
        key_readers: grantor_flows::key_readers::KeyReaders::default(),
        unknown_names: grantor_flows::UnknownNames::default(),
        storage,
        clock,
        entropy,
        keys: prepared.keys,
        request_keys: prepared.request_keys,
        salt: prepared.salt,
        refresh_tokens: prepared.refresh_tokens,
        client_secrets: prepared.client_secrets,
        initial_access_tokens: prepared.initial_access_tokens,
        dpop_nonces: prepared.dpop_nonces,
        passwords: Passwords::new(2),
        settings: Settings::default(),
        recorder: Recorder::new(100_000),
        outside,
        public: PublicUrl::parse(public).unwrap(),
        mtls: None,
    }
}
