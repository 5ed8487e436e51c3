//! HTTP/1.1 with as little work as it can be done: kept-alive connections, lengths said beforehand. Knows no Bot API.

use std::io;
use std::net::SocketAddr;
use std::ops::Range;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const BUFFER: usize = 16 * 1024;
/// Nothing that either side says here is longer.
const MESSAGE_MAX: usize = 4 << 20;

/// One connection, from either end.
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// The message that was read last ends here.
    done: usize,
}

/// One message: where in the buffer its first lines and its body stand.
pub(super) struct Message {
    head: Range<usize>,
    body: Range<usize>,
}

impl Connection {
    pub(super) async fn open(to: SocketAddr) -> io::Result<Self> {
        Self::over(TcpStream::connect(to).await?)
    }

    pub(super) fn over(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(BUFFER), done: 0 })
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// The next message; none when the other end closed between two.
    pub(super) async fn read(&mut self) -> io::Result<Option<Message>> {
        self.buffer.drain(..self.done);
        self.done = 0;
        loop {
            if let Some(message) = parse(&self.buffer)? {
                self.done = message.body.end;
                return Ok(Some(message));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                let whole = self.buffer.is_empty();
                return if whole { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    /// The first line.
    pub(super) fn first_line(&self, message: &Message) -> &str {
        let head = &self.buffer[message.head.clone()];
        let end = head.iter().position(|byte| *byte == b'\r').unwrap_or(head.len());
        std::str::from_utf8(&head[..end]).unwrap_or_default()
    }

    pub(super) fn body(&self, message: &Message) -> &[u8] {
        &self.buffer[message.body.clone()]
    }
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn parse(bytes: &[u8]) -> io::Result<Option<Message>> {
    let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        let too_long = bytes.len() > BUFFER;
        return if too_long { Err(wrong("no end of the header")) } else { Ok(None) };
    };
    let mut length = 0;
    for line in bytes[..head].split(|byte| *byte == b'\n').skip(1) {
        if let Some(value) = header(line, b"content-length:") {
            let value = std::str::from_utf8(value).ok().and_then(|text| text.trim().parse().ok());
            length = value.ok_or_else(|| wrong("content-length is no number"))?;
        } else if header(line, b"transfer-encoding:").is_some() {
            return Err(wrong("a body in chunks is not understood"));
        }
    }
    if length > MESSAGE_MAX {
        return Err(wrong("a body of more than 4 MB"));
    }
    let start = head + 4;
    let whole = bytes.len() >= start + length;
    Ok(whole.then_some(Message { head: 0..head, body: start..start + length }))
}

fn header<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (start, value) = line.split_at_checked(name.len())?;
    start.eq_ignore_ascii_case(name).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_message_is_whole_with_its_last_byte() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nDate: x\r\n\r\nabcHTTP";
        for short in 0..bytes.len() - 4 {
            assert!(parse(&bytes[..short]).expect("nothing wrong").is_none(), "{short}");
        }
        let message = parse(bytes).expect("nothing wrong").expect("whole");
        assert_eq!(&bytes[message.body], b"abc");
    }

    #[test]
    fn what_would_be_misread_is_an_error() {
        assert!(parse(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n").is_err());
    }
}
