//! Stands between the store and its server and cuts connections at the worst moment.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What happens to the next commit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// It does not reach the server.
    BeforeCommit,
    /// It reaches the server; its answer does not come back.
    AfterCommit,
}

/// A way to the server that breaks once it is armed.
pub struct Proxy {
    address: SocketAddr,
    armed: Arc<AtomicBool>,
}

impl Proxy {
    /// Listens, and lets everything through.
    pub async fn to(server: SocketAddr, cut: Cut) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let armed = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&armed);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(server).await.unwrap();
                tokio::spawn(pass_on(client, server, Arc::clone(&flag), cut));
            }
        });
        Self { address, armed }
    }

    /// Cuts the connection of the next commit, and of that one alone.
    pub fn cut_the_next_commit(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    /// Whether a commit was cut since then.
    pub fn has_cut(&self) -> bool {
        !self.armed.load(Ordering::SeqCst)
    }

    /// The URL, by way of here.
    pub fn instead_of(&self, server: SocketAddr, url: &str) -> String {
        url.replace(&server.to_string(), &self.address.to_string())
    }
}

async fn pass_on(client: TcpStream, server: TcpStream, armed: Arc<AtomicBool>, cut: Cut) {
    let (from_client, to_client) = client.into_split();
    let (mut from_server, to_server) = server.into_split();
    let answers = tokio::spawn(async move {
        let mut to_client = to_client;
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
        from_server
    });
    if until_a_cut(from_client, to_server, &armed, cut, &answers).await.is_err() {
        answers.abort();
    }
}

/// Passes on what the client says. An error ends the connection on both sides.
async fn until_a_cut<T>(
    mut from_client: OwnedReadHalf,
    mut to_server: OwnedWriteHalf,
    armed: &AtomicBool,
    cut: Cut,
    answers: &tokio::task::JoinHandle<T>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = from_client.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let said = &buffer[..length];
        // A statement that runs outside of any transaction (its parameters are bound: B) is a commit by itself.
        let commits = said.first() == Some(&b'B') || said.windows(7).any(|word| word == b"COMMIT\0");
        if commits && armed.swap(false, Ordering::SeqCst) {
            // Nothing comes back any more.
            answers.abort();
            if cut == Cut::AfterCommit {
                to_server.write_all(said).await?;
                // The server takes leave in its own time; it has read the commit by then.
                to_server.shutdown().await?;
                tokio::task::yield_now().await;
            }
            return Err(std::io::ErrorKind::ConnectionAborted.into());
        }
        to_server.write_all(said).await?;
    }
}
