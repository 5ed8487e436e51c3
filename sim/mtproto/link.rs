//! One connection of a client to a data centre: packets in, packets out, pushes in between. It must
//! not know methods.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::crypto::{self, key_id};
use super::handshake::{self, Handshake, Step};
use super::inbound;
use super::keys::{Key, Linked, ToLink};
use super::network::Network;
use super::protocol::{self, Reply};
use super::session::{Outgoing, Session, together};
use super::transport::Transport;

/// Updates that wait for a connection; more are lost, as they are when the network is slow.
const PUSHES_WAITING: usize = 512;
/// A connection that says nothing for so long is closed.
const IDLE: Duration = Duration::from_secs(600);
/// How long a client may take to read what was written.
const WRITE_WITHIN: Duration = Duration::from_secs(30);
/// Sessions of a key that are kept without a connection.
const SESSIONS_KEPT: usize = 16;
const KEY_UNKNOWN: i32 = -404;

/// How a connection goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    GoOn,
    /// Close in order.
    Close,
    /// Close by RST.
    Reset,
}

/// What a connection knows of its client once it spoke encrypted.
struct Known {
    key: i64,
    bytes: crypto::KeyBytes,
    session_id: i64,
    session: Arc<Mutex<Session>>,
}

struct Link {
    net: Network,
    dc: i32,
    number: u64,
    stream: TcpStream,
    transport: Transport,
    handshake: Option<Handshake>,
    known: Option<Known>,
    /// Nothing is answered any more.
    mute: bool,
    ends_at: Instant,
    linger: Duration,
    to_link: mpsc::Sender<ToLink>,
}

/// Serves one connection until it ends.
pub(crate) async fn serve(net: Network, dc: i32, stream: TcpStream) {
    // Small packets go out at once; where that cannot be set they only go later.
    let _ = stream.set_nodelay(true);
    let (to_link, mut pushes) = mpsc::channel(PUSHES_WAITING);
    let number = net.link_number();
    let mut link = Link {
        net,
        dc,
        number,
        stream,
        transport: Transport::default(),
        handshake: None,
        known: None,
        mute: false,
        ends_at: Instant::now() + IDLE,
        linger: IDLE,
        to_link,
    };
    let ended = link.run(&mut pushes).await;
    link.unlink();
    match ended {
        Ok(Next::Reset) => {
            // The kernel answers with RST when the socket closes; without it, it closes in order.
            let _ = link.stream.set_zero_linger();
        }
        Ok(_) => {
            // Closed by the client already, which is what is wanted.
            let _ = link.stream.shutdown().await;
        }
        Err(error) => tracing::debug!(dc, error = %format!("{error:#}"), "connection ended"),
    }
}

impl Link {
    async fn run(&mut self, pushes: &mut mpsc::Receiver<ToLink>) -> anyhow::Result<Next> {
        let mut buffer = Vec::with_capacity(16 * 1024);
        loop {
            buffer.clear();
            tokio::select! {
                read = self.stream.read_buf(&mut buffer) => {
                    if read.context("read")? == 0 {
                        return Ok(Next::Close);
                    }
                    self.ends_at = Instant::now() + self.linger;
                    self.transport.feed(&buffer)?;
                    while let Some(packet) = self.transport.next()? {
                        match self.packet(&packet).await? {
                            Next::GoOn => {}
                            end => return Ok(end),
                        }
                    }
                }
                Some(pushed) = pushes.recv() => match pushed {
                    ToLink::Updates(body) => self.push(&body).await?,
                    ToLink::Close => return Ok(Next::Close),
                },
                () = tokio::time::sleep_until(self.ends_at) => return Ok(Next::Close),
            }
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        if self.mute {
            return Ok(());
        }
        let written = tokio::time::timeout(WRITE_WITHIN, self.stream.write_all(bytes)).await;
        written.context("the client does not read")?.context("write")
    }

    async fn packet(&mut self, packet: &[u8]) -> anyhow::Result<Next> {
        if self.mute {
            return Ok(Next::GoOn);
        }
        let (head, rest) = packet.split_first_chunk::<8>().context("a packet without a key id")?;
        match i64::from_le_bytes(*head) {
            0 => self.plain(rest).await,
            key => self.encrypted(key, rest).await,
        }
    }

    /// An unencrypted message: a step of the key exchange.
    async fn plain(&mut self, rest: &[u8]) -> anyhow::Result<Next> {
        let length = rest.get(8..12).and_then(|bytes| bytes.first_chunk());
        let length = u32::from_le_bytes(*length.context("a short plain message")?) as usize;
        let body = rest.get(12..12 + length).context("a short plain message")?;
        let now_s = self.net.real_ms() / 1000;
        let step = handshake::step(&mut self.handshake, &self.net.0.rsa, now_s, body);
        let answer = match step {
            Ok(Step::Answer(answer)) => answer,
            Ok(Step::Done(answer, agreed)) => {
                let mut key = Key::new(self.dc, agreed.key).with_salt(agreed.salt);
                key.ends_s = agreed.expires_in.map(|seconds| now_s + i64::from(seconds));
                self.net.keys().insert(key_id(&agreed.key), key);
                answer
            }
            Err(broken) => {
                tracing::debug!(dc = self.dc, why = broken.0, "key exchange refused");
                return self.unknown_key().await;
            }
        };
        let mut packet = vec![0; 8];
        packet.extend(self.net.0.ids.take(self.net.real_ms(), true).to_le_bytes());
        packet.extend(u32::try_from(answer.len()).unwrap_or(u32::MAX).to_le_bytes());
        packet.extend(answer);
        let bytes = self.transport.frame(&packet);
        self.write(&bytes).await?;
        Ok(Next::GoOn)
    }

    async fn unknown_key(&mut self) -> anyhow::Result<Next> {
        let bytes = self.transport.frame_error(KEY_UNKNOWN);
        self.write(&bytes).await?;
        Ok(Next::Close)
    }

    fn bytes_of(&self, key: i64) -> Option<crypto::KeyBytes> {
        let now_s = self.net.real_ms() / 1000;
        let keys = self.net.keys();
        let found = keys.get(&key).filter(|found| found.dc == self.dc);
        found.filter(|key| key.ends_s.is_none_or(|end| end > now_s)).map(|found| found.bytes)
    }

    async fn encrypted(&mut self, key: i64, rest: &[u8]) -> anyhow::Result<Next> {
        let Some(bytes) = self.bytes_of(key) else {
            return self.unknown_key().await;
        };
        let plain = crypto::open(&bytes, rest).context("a packet that its key does not open")?;
        let envelope = inbound::envelope(&plain).context("an unreadable envelope")?;
        self.join(key, bytes, envelope.session);
        let caller = protocol::Caller { net: &self.net, dc: self.dc, key };
        let session = self.known.as_ref().map(|known| Arc::clone(&known.session));
        let session = session.context("a session that was joined")?;
        let mut reply = Reply::default();
        protocol::packet(&caller, &session, envelope, &mut reply);
        self.play(key, reply).await
    }

    /// Makes the session this connection's own.
    fn join(&mut self, key: i64, bytes: crypto::KeyBytes, session_id: i64) {
        if self
            .known
            .as_ref()
            .is_some_and(|known| known.key == key && known.session_id == session_id)
        {
            return;
        }
        self.unlink();
        let mut keys = self.net.keys();
        let Some(found) = keys.get_mut(&key) else {
            return;
        };
        if found.sessions.len() >= SESSIONS_KEPT {
            let Key { sessions, linked, .. } = found;
            sessions.retain(|id, _| linked.contains_key(id));
        }
        let session = Arc::clone(found.sessions.entry(session_id).or_default());
        let link = Linked {
            session: Arc::clone(&session),
            link: self.to_link.clone(),
            number: self.number,
        };
        found.linked.insert(session_id, link);
        self.known = Some(Known { key, bytes, session_id, session });
    }

    fn unlink(&mut self) {
        let Some(known) = self.known.take() else { return };
        if let Some(key) = self.net.keys().get_mut(&known.key)
            && key.linked.get(&known.session_id).is_some_and(|one| one.number == self.number)
        {
            key.linked.remove(&known.session_id);
        }
    }

    /// Writes the answers, with the faults that a connection plays.
    async fn play(&mut self, key: i64, reply: Reply) -> anyhow::Result<Next> {
        if reply.delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(reply.delay_ms)).await;
        }
        if let Some(linger) = reply.linger {
            self.linger = linger;
            self.ends_at = Instant::now() + linger;
        }
        if reply.mute {
            self.mute = true;
            return Ok(Next::GoOn);
        }
        if reply.key_lost {
            self.net.keys().remove(&key);
            return self.unknown_key().await;
        }
        if reply.next == Next::GoOn {
            self.send(reply.messages).await?;
        }
        Ok(reply.next)
    }

    async fn push(&mut self, body: &[u8]) -> anyhow::Result<()> {
        let Some(known) = &self.known else { return Ok(()) };
        let id = self.net.0.ids.take(self.net.real_ms(), false);
        let message = protocol::locked(&known.session).send(id, body.to_vec(), None);
        self.send(vec![message]).await
    }

    async fn send(&mut self, messages: Vec<Outgoing>) -> anyhow::Result<()> {
        let Some(known) = &self.known else { return Ok(()) };
        let real_ms = self.net.real_ms();
        let seqno = messages.last().map_or(0, |last| (last.seqno + 1) & !1);
        let container_id = self.net.0.ids.take(real_ms, true);
        let Some(message) = together(messages, container_id, seqno) else { return Ok(()) };
        let salt = self.net.keys().get(&known.key).map_or(0, |key| key.salt(real_ms / 1000));
        let mut plain = Vec::with_capacity(32 + message.body.len() + 32);
        plain.extend(salt.to_le_bytes());
        plain.extend(known.session_id.to_le_bytes());
        plain.extend(message.msg_id.to_le_bytes());
        plain.extend(message.seqno.to_le_bytes());
        plain.extend(u32::try_from(message.body.len()).unwrap_or(u32::MAX).to_le_bytes());
        plain.extend(message.body.iter());
        let packet = crypto::seal(&known.bytes, plain);
        let bytes = self.transport.frame(&packet);
        self.write(&bytes).await
    }
}
