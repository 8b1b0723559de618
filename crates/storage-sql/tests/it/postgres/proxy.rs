//! Stands between the store and its server, reads what they say to each other, and breaks it off at the worst moment.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};

use grantor_testkit_postgres::Cluster;

/// Where the connection of a commit breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The commit does not reach the server.
    BeforeCommit,
    /// Half of it reaches the server.
    InCommit,
    /// It reaches the server, whose answer does not come back.
    AfterCommit,
    /// Half of the answer comes back.
    InAnswer,
    /// The whole answer comes back, and nothing after that.
    AfterAnswer,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A commit's connection breaks.
    Cut(Cut),
    /// A commit is answered late.
    LateAnswer(Duration),
    /// The caller is cut off at once, and the commit reaches the server only then.
    LateCommit(Duration),
    /// Each message takes its time.
    Jitter,
    /// A connection breaks in the middle of a message of either side, but not in a commit.
    TornMessages,
}

impl From<Cut> for Trouble {
    fn from(cut: Cut) -> Self {
        Self::Cut(cut)
    }
}

/// Which commits it happens to, or whether it happens at all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    None,
    Next,
    EveryOther,
}

/// A way to the server that breaks once it is armed.
pub struct Proxy {
    address: SocketAddr,
    way: Arc<Way>,
}

/// What all connections share.
struct Way {
    trouble: Trouble,
    which: Mutex<Which>,
    commits: AtomicUsize,
    messages: AtomicUsize,
    met: AtomicUsize,
}

impl Proxy {
    /// Listens, and lets everything through. The server is reached by its socket, where it asks for no password: a proof of
    /// that takes longer than everything else about a connection, and there are many.
    pub async fn to(server: &Cluster, trouble: impl Into<Trouble>) -> Self {
        let socket = server.folder().join(format!(".s.PGSQL.{}", server.address().port()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let way = Arc::new(Way {
            trouble: trouble.into(),
            which: Mutex::new(Which::None),
            commits: AtomicUsize::new(0),
            messages: AtomicUsize::new(0),
            met: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&way);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // Messages go one by one: none of them may wait until the one before it is confirmed.
                client.set_nodelay(true).unwrap();
                let server = UnixStream::connect(&socket).await.unwrap();
                tokio::spawn(pass_on(client, server, Arc::clone(&shared)));
            }
        });
        Self { address, way }
    }

    /// Cuts the connection of the next commit, and of that one alone.
    pub fn cut_the_next_commit(&self) {
        self.arm(Which::Next);
    }

    /// From now on, the first commit and every other one after it meets the trouble; of very many, ever fewer, since to
    /// make new connections takes its time.
    pub fn trouble_every_other_commit(&self) {
        self.arm(Which::EveryOther);
    }

    /// From now on everything comes through.
    pub fn heal(&self) {
        self.arm(Which::None);
    }

    fn arm(&self, which: Which) {
        self.way.commits.store(0, SeqCst);
        *self.way.which.lock().unwrap() = which;
    }

    /// Whether a commit was cut.
    pub fn has_cut(&self) -> bool {
        self.met() > 0
    }

    /// How often something went wrong.
    pub fn met(&self) -> usize {
        self.way.met.load(SeqCst)
    }

    /// The URL, by way of here.
    pub fn instead_of(&self, server: SocketAddr, url: &str) -> String {
        url.replace(&server.to_string(), &self.address.to_string())
    }
}

impl Way {
    /// Whether this commit is one that meets the trouble.
    fn is_a_commit_s_turn(&self) -> bool {
        let mut which = self.which.lock().unwrap();
        let turn = match *which {
            Which::None => false,
            Which::Next => true,
            Which::EveryOther => {
                let number = self.commits.fetch_add(1, SeqCst);
                number.is_multiple_of(2) && (number < 20 || number.is_multiple_of(30))
            }
        };
        if *which == Which::Next {
            *which = Which::None;
        }
        if turn {
            self.met.fetch_add(1, SeqCst);
        }
        turn
    }

    fn is_armed(&self) -> bool {
        *self.which.lock().unwrap() != Which::None
    }

    /// Whether this message is one that is torn: ever fewer, so that long transactions come through too.
    fn is_a_message_s_turn(&self) -> bool {
        if self.trouble != Trouble::TornMessages || !self.is_armed() {
            return false;
        }
        let number = self.messages.fetch_add(1, SeqCst);
        let torn = number % 7 == 3 && (number / 7).isqrt().pow(2) == number / 7;
        if torn {
            self.met.fetch_add(1, SeqCst);
        }
        torn
    }

    /// How long this message takes.
    async fn jitter(&self) {
        if self.trouble == Trouble::Jitter && self.is_armed() {
            let number = self.messages.fetch_add(1, SeqCst);
            self.met.fetch_add(1, SeqCst);
            if number.wrapping_mul(0x9e37_79b9) & 0x3000 == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    }
}

/// The connection is over, one way or another.
struct Over;

impl From<std::io::Error> for Over {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

/// Passes on until one side ends or a cut comes; then both sides are closed.
async fn pass_on(mut client: TcpStream, mut server: UnixStream, way: Arc<Way>) {
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    // The server says that it is ready when a connection is made, without a question.
    let talk = Mutex::new(Talk { unanswered: 1, commit: None });
    let late = tokio::select! {
        late = questions(from_client, to_server, &way, &talk) => late,
        _ = answers(from_server, to_client, &way, &talk) => None,
    };
    if let Some(Late { message, after }) = late {
        drop(client);
        tokio::time::sleep(after).await;
        let _ = server.write_all(&message).await;
        // Until it has taken leave: what it answers goes nowhere.
        let _ = server.shutdown().await;
        let _ = tokio::io::copy(&mut server, &mut tokio::io::sink()).await;
    }
}

/// A message that reaches the server when its sender is gone.
struct Late {
    message: Vec<u8>,
    after: Duration,
}

/// Where both sides are.
struct Talk {
    /// How many questions have no whole answer yet.
    unanswered: usize,
    commit: Option<Commit>,
}

/// A commit that is not answered.
struct Commit {
    /// How many questions are to be answered before it.
    after: usize,
    /// Whether its answer meets the trouble.
    meets: bool,
}

/// What a client has said so far that tells which of its questions are commits.
#[derive(Default)]
struct Client {
    in_transaction: bool,
    /// Whether a prepared statement writes, by its name.
    writes: HashMap<Vec<u8>, bool>,
}

impl Client {
    /// Hears a message, and says whether a commit begins with it: the word, or a statement that writes outside of any
    /// transaction.
    fn commits(&mut self, said: &[u8]) -> bool {
        let mut texts = said[5..].split(|byte| *byte == 0);
        match (said[0], texts.next(), texts.next()) {
            (b'Q', Some(text), _) => {
                self.in_transaction = text.starts_with(b"START TRANSACTION");
                text == b"COMMIT"
            }
            (b'P', Some(name), Some(text)) => {
                self.writes.insert(name.to_owned(), !text.trim_ascii_start().starts_with(b"SELECT"));
                false
            }
            (b'B', _, Some(name)) => !self.in_transaction && self.writes.get(name).is_some_and(|writes| *writes),
            _ => false,
        }
    }
}

/// Whether the server answers when it has come to this message.
fn is_a_whole_question(last: &[u8]) -> bool {
    matches!(last[0], b'Q' | b'S')
}

/// Passes on what the client says.
async fn questions(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    way: &Way,
    talk: &Mutex<Talk>,
) -> Option<Late> {
    let mut client = Client::default();
    // The first message alone has no letter before its length.
    let first = message(&mut from, 0).await.ok()?;
    to.write_all(&first).await.ok()?;
    loop {
        let mut said = message(&mut from, 1).await.ok()?;
        way.jitter().await;
        let mut whole = is_a_whole_question(&said);
        if client.commits(&said) {
            while !whole {
                let next = message(&mut from, 1).await.ok()?;
                whole = is_a_whole_question(&next);
                said.extend(next);
            }
            let meets = way.is_a_commit_s_turn();
            match way.trouble {
                Trouble::Cut(Cut::BeforeCommit) if meets => return None,
                Trouble::Cut(Cut::InCommit) if meets => {
                    to.write_all(&said[..said.len() / 2]).await.ok()?;
                    return None;
                }
                Trouble::LateCommit(after) if meets => return Some(Late { message: said, after }),
                _ => {}
            }
            let mut talk = talk.lock().unwrap();
            talk.commit = Some(Commit { after: talk.unanswered, meets });
        } else if way.is_a_message_s_turn() {
            to.write_all(&said[..said.len() / 2]).await.ok()?;
            return None;
        }
        talk.lock().unwrap().unanswered += usize::from(whole);
        to.write_all(&said).await.ok()?;
    }
}

impl Talk {
    /// Hears a message of the server. Says whether the answer to a commit begins with it, and whether that meets the trouble.
    fn answered(&mut self, said: &[u8]) -> Option<bool> {
        match &mut self.commit {
            Some(Commit { after: 0, meets }) => {
                let meets = *meets;
                self.commit = None;
                self.unanswered -= 1;
                Some(meets)
            }
            commit => {
                if is_ready(said) {
                    self.unanswered -= 1;
                    if let Some(commit) = commit {
                        commit.after -= 1;
                    }
                }
                None
            }
        }
    }
}

/// Whether an answer ends with this message.
fn is_ready(said: &[u8]) -> bool {
    said[0] == b'Z'
}

/// Passes on what the server says.
async fn answers(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    way: &Way,
    talk: &Mutex<Talk>,
) -> Result<(), Over> {
    loop {
        let mut said = message(&mut from, 1).await?;
        way.jitter().await;
        let answer = talk.lock().unwrap().answered(&said);
        if let Some(meets) = answer {
            // The whole of it: only then has the server committed.
            let mut ready = is_ready(&said);
            while !ready {
                let next = message(&mut from, 1).await?;
                ready = is_ready(&next);
                said.extend(next);
            }
            match way.trouble {
                Trouble::Cut(Cut::AfterCommit) if meets => return Err(Over),
                Trouble::Cut(Cut::InAnswer) if meets => {
                    to.write_all(&said[..said.len() / 2]).await?;
                    return Err(Over);
                }
                Trouble::Cut(Cut::AfterAnswer) if meets => {
                    to.write_all(&said).await?;
                    return Err(Over);
                }
                Trouble::LateAnswer(after) if meets => tokio::time::sleep(after).await,
                _ => {}
            }
        } else if way.is_a_message_s_turn() {
            to.write_all(&said[..said.len() / 2]).await?;
            return Err(Over);
        }
        to.write_all(&said).await?;
    }
}

/// One message: `letters` (none or one), its length, and what it says.
async fn message(from: &mut (impl AsyncRead + Unpin), letters: usize) -> std::io::Result<Vec<u8>> {
    let mut message = vec![0; letters + 4];
    from.read_exact(&mut message).await?;
    let length = message[letters..].iter().fold(0, |length, &byte| length << 8 | usize::from(byte));
    message.resize(letters + length.max(4), 0);
    from.read_exact(&mut message[letters + 4..]).await?;
    Ok(message)
}
