//! Just enough HTTP/1.1 to ask one question after the other on a connection that stays open.

use std::net::SocketAddr;

use anyhow::{Context, bail, ensure};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A connection that stays open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

/// What was answered.
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// The status line and the headers.
    pub head: &'a str,
    /// The body.
    pub body: &'a str,
}

impl Answer<'_> {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// Every value of a header.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.filter(move |(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// Both in one line, for a complaint.
    pub fn short(&self) -> String {
        let shown: String = self.body.chars().take(300).collect();
        format!("{} {shown:?}", self.head.lines().next().unwrap_or_default())
    }
}

/// Where the body is and how it is framed.
struct Framing {
    status: u16,
    head: usize,
    length: Option<usize>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("{address} cannot be reached"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 16 * 1024], filled: 0 })
    }

    /// Sends a request and reads its answer to the end.
    pub async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.filled = 0;
        let framing = loop {
            self.read_more().await?;
            if let Some(framing) = framing(&self.buffer[..self.filled])? {
                break framing;
            }
        };
        let length = match framing.length {
            Some(length) => {
                while self.filled < framing.head + length {
                    self.read_more().await?;
                }
                length
            }
            None => self.read_chunks(framing.head).await?,
        };
        ensure!(self.filled == framing.head + length, "more was answered than asked");
        let (head, body) = self.buffer[..self.filled].split_at(framing.head);
        Ok(Answer { status: framing.status, head: std::str::from_utf8(head)?, body: std::str::from_utf8(body)? })
    }

    async fn read_more(&mut self) -> anyhow::Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.filled * 2, 0);
        }
        let read = self.stream.read(&mut self.buffer[self.filled..]).await?;
        ensure!(read > 0, "the connection was closed before the answer was there");
        self.filled += read;
        Ok(())
    }

    /// Reads chunks and moves them together. Returns the length of the body.
    async fn read_chunks(&mut self, start: usize) -> anyhow::Result<usize> {
        let (mut end, mut at) = (start, start);
        loop {
            let line = loop {
                match self.buffer[at..self.filled].windows(2).position(|two| two == b"\r\n") {
                    Some(length) => break at + length,
                    None => self.read_more().await?,
                }
            };
            let size = std::str::from_utf8(&self.buffer[at..line])?.split(';').next().unwrap_or_default();
            let size = usize::from_str_radix(size.trim(), 16).context("a chunk begins with its size")?;
            let data = line + 2;
            while self.filled < data + size + 2 {
                self.read_more().await?;
            }
            self.buffer.copy_within(data..data + size, end);
            end += size;
            at = data + size + 2;
            if size == 0 {
                ensure!(at == self.filled, "more was answered than asked");
                self.filled = end;
                return Ok(end - start);
            }
        }
    }
}

/// How the answer is framed, once its head is there.
fn framing(bytes: &[u8]) -> anyhow::Result<Option<Framing>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end])?;
    let status = head.get(9..12).and_then(|digits| digits.parse().ok()).context("no status line")?;
    let mut length = None;
    for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(value.trim().parse().context("a content length is a number")?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            return Ok(Some(Framing { status, head: end + 4, length: None }));
        } else if name.eq_ignore_ascii_case("connection") && value.trim().eq_ignore_ascii_case("close") {
            bail!("the connection does not stay open: {head}");
        }
    }
    Ok(Some(Framing { status, head: end + 4, length: Some(length.unwrap_or(0)) }))
}

/// A GET request. `headers` are whole lines with their ends.
pub fn get(host: &str, target: &str, headers: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n{headers}\r\n").into_bytes()
}

/// A form that is sent. `headers` are whole lines with their ends.
pub fn post(host: &str, target: &str, headers: &str, form: &str) -> Vec<u8> {
    let kind = "content-type: application/x-www-form-urlencoded";
    let length = form.len();
    format!("POST {target} HTTP/1.1\r\nhost: {host}\r\n{kind}\r\ncontent-length: {length}\r\n{headers}\r\n{form}")
        .into_bytes()
}

/// Parameters as form text.
pub fn form(pairs: &[(&str, &str)]) -> String {
    let encoded = |text| utf8_percent_encode(text, UNRESERVED);
    pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}
