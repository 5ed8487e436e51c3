//! One kept-alive connection of a webhook over plain HTTP/1.1: a POST and its answer, in two system
//! calls. It must not know updates; https goes through the world's HTTP client instead.

use std::io;

use actix_web::web::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest head of an answer, bytes.
const HEAD_MAX: usize = 64 * 1024;
/// Longest body of an answer, bytes.
const BODY_MAX: usize = 64 * 1024 * 1024;

/// Where a plain webhook is, and the fixed part of every request to it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    host: String,
    port: u16,
    head: String,
}

impl Target {
    /// The target of an `http://` address, none for any other.
    pub(crate) fn of(url: &str, secret: Option<&str>) -> Option<Self> {
        let url = reqwest::Url::parse(url).ok().filter(|url| url.scheme() == "http")?;
        if !url.username().is_empty() {
            return None;
        }
        let host = url.host_str()?.to_owned();
        let port = url.port_or_known_default()?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut head = format!(
            "POST {}{query} HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: application/json\r\n\
             accept-encoding: identity\r\nconnection: keep-alive\r\n",
            url.path()
        );
        if let Some(secret) = secret {
            head.push_str(&format!("X-Telegram-Bot-Api-Secret-Token: {secret}\r\n"));
        }
        let host = host.trim_matches(['[', ']']).to_owned();
        Some(Self { host, port, head })
    }
}

/// What the server answered.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) retry_after_s: Option<i64>,
    pub(crate) body: Bytes,
    keep: bool,
}

impl Answered {
    /// An answer that came another way.
    pub(crate) fn new(
        status: u16,
        content_type: String,
        retry_after_s: Option<i64>,
        body: Bytes,
    ) -> Self {
        Self { status, content_type, retry_after_s, body, keep: false }
    }
}

/// A connection, open or not yet.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Wire {
    /// Posts a body; a connection that the server closed while it was idle is opened anew once.
    pub(crate) async fn post(&mut self, target: &Target, body: &[u8]) -> io::Result<Answered> {
        if self.stream.is_some() {
            match self.exchange(target, body).await {
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                other => return other,
            }
        }
        let stream = TcpStream::connect((target.host.as_str(), target.port)).await;
        let stream = stream.map_err(|error| io::Error::new(io::ErrorKind::NotConnected, error))?;
        stream.set_nodelay(true)?;
        self.stream = Some(stream);
        self.exchange(target, body).await
    }

    async fn exchange(&mut self, target: &Target, body: &[u8]) -> io::Result<Answered> {
        // Taken out: a failed exchange, or one given up half-way, leaves no half-read connection.
        let Some(mut stream) = self.stream.take() else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let mut request = std::mem::take(&mut self.buffer);
        request.clear();
        request.extend_from_slice(target.head.as_bytes());
        request.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        request.extend_from_slice(body);
        let idle_closed = |_| io::Error::from(io::ErrorKind::ConnectionAborted);
        stream.write_all(&request).await.map_err(idle_closed)?;
        request.clear();
        let answered = read_answer(&mut stream, &mut request).await?;
        self.buffer = request;
        if answered.keep {
            self.stream = Some(stream);
        }
        Ok(answered)
    }
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<()> {
    let first = buffer.is_empty();
    buffer.reserve(4096);
    match stream.read_buf(buffer).await {
        Ok(0) | Err(_) if first => Err(io::ErrorKind::ConnectionAborted.into()),
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

fn broken(text: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Answered> {
    let head_end = loop {
        if let Some(at) = find(buffer, b"\r\n\r\n") {
            break at + 4;
        }
        if buffer.len() > HEAD_MAX {
            return Err(broken("the head is too long"));
        }
        more(stream, buffer).await?;
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let status_line = lines.next().unwrap_or("");
    let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok());
    let mut answered = Answered {
        status: status.ok_or_else(|| broken("no status line"))?,
        keep: status_line.starts_with("HTTP/1.1"),
        ..Answered::default()
    };
    let mut length = None;
    let mut chunked = false;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse::<usize>().ok(),
            "transfer-encoding" => chunked = value.to_ascii_lowercase().contains("chunked"),
            "content-type" => answered.content_type = value.to_owned(),
            "retry-after" => answered.retry_after_s = value.parse().ok(),
            "connection" if value.eq_ignore_ascii_case("close") => answered.keep = false,
            "connection" if value.eq_ignore_ascii_case("keep-alive") => answered.keep = true,
            _ => {}
        }
    }
    buffer.drain(..head_end);
    answered.body = if matches!(answered.status, 204 | 304) {
        Bytes::new()
    } else if chunked {
        read_chunks(stream, buffer).await?
    } else if let Some(length) = length.filter(|length| *length <= BODY_MAX) {
        while buffer.len() < length {
            more_body(stream, buffer).await?;
        }
        Bytes::copy_from_slice(&buffer[..length])
    } else {
        answered.keep = false;
        while more_body(stream, buffer).await.is_ok() && buffer.len() <= BODY_MAX {}
        Bytes::copy_from_slice(buffer)
    };
    Ok(answered)
}

/// After the head an ending connection is no longer an idle one that may be opened anew.
async fn more_body(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<()> {
    let ended = |_| io::Error::from(io::ErrorKind::UnexpectedEof);
    more(stream, buffer).await.map_err(ended)
}

async fn read_chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Bytes> {
    let mut body = Vec::new();
    loop {
        let line_end = loop {
            match find(buffer, b"\r\n") {
                Some(at) => break at,
                None => more_body(stream, buffer).await?,
            }
        };
        let line = String::from_utf8_lossy(&buffer[..line_end]).into_owned();
        let size = line.split(';').next().unwrap_or("").trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| broken("no chunk size"))?;
        if body.len() + size > BODY_MAX {
            return Err(broken("the body is too long"));
        }
        let end = line_end + 2 + size + 2;
        while buffer.len() < end {
            more_body(stream, buffer).await?;
        }
        body.extend_from_slice(&buffer[line_end + 2..line_end + 2 + size]);
        buffer.drain(..end);
        if size == 0 {
            return Ok(body.into());
        }
    }
}
