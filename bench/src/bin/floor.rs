//! The floor: a bare axum program that does only the unavoidable work of each path, so that there is something to hold a
//! platform's cost against. `grantor-floor DATABASE` prints `ready http://localhost:PORT`.
//!
//! No client is looked up, no secret compared, no rule asked, nothing recorded. What remains: the form is parsed; a code or
//! refresh token is looked up, replaced in a commit that is on the disk before the answer goes out, and many share one
//! commit; a token is signed or verified with a key that was parsed once.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;

use anyhow::Context;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256, RsaKeyPair,
};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LARGEST_GROUP: usize = 256;
const TABLES: &str = "
    CREATE TABLE codes (digest BLOB NOT NULL PRIMARY KEY, person TEXT NOT NULL, spent INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE refresh_tokens (digest BLOB NOT NULL PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID;";

type Digest = [u8; 32];
type Answer = Result<Response, StatusCode>;

/// What is written, each as a whole or not at all. The answer says whether it was there to be written.
enum Job {
    Code { new: Digest },
    Redeem { code: Digest, new: Digest },
    Rotate { old: Digest, new: Digest },
}

struct Floor {
    random: SystemRandom,
    rsa: RsaKeyPair,
    rsa_public: ParsedPublicKey,
    ecdsa: EcdsaKeyPair,
    jobs: mpsc::Sender<(Job, oneshot::Sender<bool>)>,
    database: PathBuf,
    issuer: String,
}

thread_local! {
    static READER: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let database = PathBuf::from(std::env::args_os().nth(1).context("usage: grantor-floor DATABASE")?);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let issuer = format!("http://localhost:{}", listener.local_addr()?.port());
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048)?;
    let floor = Floor {
        random: SystemRandom::new(),
        rsa_public: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, rsa.public_key().as_ref())?,
        ecdsa: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?,
        jobs: writer(&database)?,
        rsa,
        database,
        issuer: issuer.clone(),
    };
    let app = Router::new()
        .route("/hello", get(async || "hello"))
        .route("/verified", get(verified))
        .route("/token", post(token))
        .route("/auth", get(authorize))
        .route("/jwks", get(keys))
        .with_state(Arc::new(floor));
    println!("ready {issuer}");
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, app).await?)
}

// What is asked.

#[derive(Deserialize)]
struct TokenRequest {
    grant_type: String,
    resource: Option<String>,
    code: Option<String>,
    refresh_token: Option<String>,
}

#[derive(Serialize)]
struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

async fn token(State(floor): State<Arc<Floor>>, Form(request): Form<TokenRequest>) -> Answer {
    let algorithm = request.resource.as_deref().and_then(|name| name.rsplit(':').next()).unwrap_or("RS256");
    let bad = || StatusCode::BAD_REQUEST;
    let (person, refresh_token) = match request.grant_type.as_str() {
        "client_credentials" => ("daemon".to_owned(), None),
        "authorization_code" => {
            let code = digested(&request.code.ok_or_else(bad)?);
            let person =
                floor.read("SELECT person FROM codes WHERE digest = ?1 AND spent = 0", code)?.ok_or_else(bad)?;
            (person, Some((floor.handle()?, Some(code), None)))
        }
        "refresh_token" => {
            let old = digested(&request.refresh_token.ok_or_else(bad)?);
            let person = floor.read("SELECT person FROM refresh_tokens WHERE digest = ?1", old)?.ok_or_else(bad)?;
            (person, Some((floor.handle()?, None, Some(old))))
        }
        _ => return Err(bad()),
    };
    let access_token = floor.sign(algorithm, &person)?;
    let refresh_token = match refresh_token {
        None => None,
        Some((handle, code, old)) => {
            let new = digested(&handle);
            let job = match (code, old) {
                (Some(code), _) => Job::Redeem { code, new },
                (None, Some(old)) => Job::Rotate { old, new },
                (None, None) => return Err(bad()),
            };
            floor.commit(job).await?;
            Some(handle)
        }
    };
    Ok(Json(Tokens { access_token, token_type: "Bearer", expires_in: 3600, refresh_token }).into_response())
}

async fn verified(State(floor): State<Arc<Floor>>, headers: HeaderMap) -> Answer {
    let denied = || StatusCode::UNAUTHORIZED;
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(denied)?;
    let token = bearer.strip_prefix("Bearer ").ok_or_else(denied)?;
    let (signed, signature) = token.rsplit_once('.').ok_or_else(denied)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| denied())?;
    floor.rsa_public.verify_sig(signed.as_bytes(), &signature).map_err(|_| denied())?;
    let claims = signed.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).ok_or_else(denied)?;
    let claims: Value = serde_json::from_slice(&claims).map_err(|_| denied())?;
    if claims["iss"] != floor.issuer.as_str() || claims["exp"].as_u64().is_none_or(|end| end <= now()) {
        return Err(denied());
    }
    Ok("hello".into_response())
}

/// Only used while a run is prepared.
async fn authorize(State(floor): State<Arc<Floor>>) -> Answer {
    let code = floor.handle()?;
    floor.commit(Job::Code { new: digested(&code) }).await?;
    let back = format!("http://localhost:5000/callback?code={code}");
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, back)]).into_response())
}

/// Only used to prove signatures.
async fn keys(State(floor): State<Arc<Floor>>) -> Json<Value> {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    // RFC 8017 A.1.1 with 2048 bits: nine bytes of framing, the modulus, and at the end the exponent 65537.
    let rsa = floor.rsa.public_key().as_ref();
    let (n, e) = (&rsa[9..265], &rsa[rsa.len() - 3..]);
    let point = floor.ecdsa.public_key().as_ref();
    Json(json!({ "keys": [
        { "kty": "RSA", "kid": "RS256", "n": text(n), "e": text(e) },
        { "kty": "EC", "kid": "ES256", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..]) },
    ] }))
}

// What is done.

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    jti: String,
    sub: &'a str,
    iat: u64,
    exp: u64,
    scope: &'a str,
    client_id: &'a str,
    iss: &'a str,
    aud: &'a str,
}

impl Floor {
    fn sign(&self, algorithm: &str, person: &str) -> Result<String, StatusCode> {
        let now = now();
        let header = Header { alg: algorithm, typ: "JWT", kid: algorithm };
        let (scope, client_id, aud) = ("read", "web", "urn:bench");
        let claims = Claims {
            jti: self.handle()?,
            sub: person,
            iat: now,
            exp: now + 3600,
            scope,
            client_id,
            iss: &self.issuer,
            aud,
        };
        let part = |json: Result<Vec<u8>, _>| json.map(|json| URL_SAFE_NO_PAD.encode(json)).map_err(failed);
        let signed = format!("{}.{}", part(serde_json::to_vec(&header))?, part(serde_json::to_vec(&claims))?);
        let signature = if algorithm == "RS256" {
            let mut signature = vec![0; self.rsa.public_modulus_len()];
            self.rsa.sign(&RSA_PKCS1_SHA256, &self.random, signed.as_bytes(), &mut signature).map_err(failed)?;
            URL_SAFE_NO_PAD.encode(signature)
        } else {
            URL_SAFE_NO_PAD.encode(self.ecdsa.sign(&self.random, signed.as_bytes()).map_err(failed)?)
        };
        Ok(format!("{signed}.{signature}"))
    }

    fn handle(&self) -> Result<String, StatusCode> {
        let mut bytes = [0; 32];
        self.random.fill(&mut bytes).map_err(failed)?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn read(&self, sql: &str, digest: Digest) -> Result<Option<String>, StatusCode> {
        READER.with_borrow_mut(|reader| {
            if reader.is_none() {
                *reader = Some(Connection::open(&self.database).map_err(failed)?);
            }
            let reader = reader.as_ref().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
            let mut statement = reader.prepare_cached(sql).map_err(failed)?;
            statement.query_row(params![digest], |row| row.get(0)).optional().map_err(failed)
        })
    }

    async fn commit(&self, job: Job) -> Result<(), StatusCode> {
        let (answer, waiting) = oneshot::channel();
        self.jobs.send((job, answer)).map_err(failed)?;
        if waiting.await.map_err(failed)? { Ok(()) } else { Err(StatusCode::CONFLICT) }
    }
}

fn digested(handle: &str) -> Digest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, handle.as_bytes()).as_ref());
    bytes
}

fn failed(error: impl std::fmt::Display) -> StatusCode {
    eprintln!("grantor-floor: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

#[expect(clippy::disallowed_methods, reason = "nothing is tested here that would need another clock")]
fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

// The one thread that writes.

fn writer(database: &PathBuf) -> anyhow::Result<mpsc::Sender<(Job, oneshot::Sender<bool>)>> {
    let connection = Connection::open(database)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    connection.execute_batch(TABLES)?;
    let (jobs, waiting) = mpsc::channel();
    std::thread::spawn(move || {
        if let Err(error) = write_groups(&connection, &waiting) {
            eprintln!("grantor-floor: {error}");
            std::process::exit(1);
        }
    });
    Ok(jobs)
}

/// Whatever waits at one time shares one commit.
fn write_groups(
    connection: &Connection,
    waiting: &mpsc::Receiver<(Job, oneshot::Sender<bool>)>,
) -> rusqlite::Result<()> {
    let mut answers = Vec::with_capacity(LARGEST_GROUP);
    while let Ok(first) = waiting.recv() {
        connection.prepare_cached("BEGIN IMMEDIATE")?.raw_execute()?;
        for (job, answer) in std::iter::once(first).chain(waiting.try_iter().take(LARGEST_GROUP - 1)) {
            answers.push((write(connection, &job)?, answer));
        }
        connection.prepare_cached("COMMIT")?.raw_execute()?;
        for (done, answer) in answers.drain(..) {
            let _ = answer.send(done);
        }
    }
    Ok(())
}

fn write(connection: &Connection, job: &Job) -> rusqlite::Result<bool> {
    let execute = |sql: &str, values: &[&dyn rusqlite::ToSql]| connection.prepare_cached(sql)?.execute(values);
    Ok(match job {
        Job::Code { new } => execute("INSERT INTO codes VALUES (?1, 'person', 0)", &[new])? == 1,
        Job::Redeem { code, new } => {
            execute("UPDATE codes SET spent = 1 WHERE digest = ?1 AND spent = 0", &[code])? == 1
                && execute("INSERT INTO refresh_tokens VALUES (?1, 'person')", &[new])? == 1
        }
        Job::Rotate { old, new } => {
            execute("UPDATE refresh_tokens SET digest = ?2 WHERE digest = ?1", &[old, new])? == 1
        }
    })
}
