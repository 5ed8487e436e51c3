//! One session of a key: numbers its messages, keeps what the client has not acknowledged, knows
//! which requests it has seen. It must not know what they mean.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use flate2::Compression;
use flate2::write::GzEncoder;
use grammers_tl_types::Serializable;

const RPC_RESULT: u32 = 0xf35c_6d01;
const CONTAINER: u32 = 0x73f1_f8dc;
pub(crate) const GZIP_PACKED: u32 = 0x3072_cfa1;
/// Results from this size on are compressed, bytes.
const COMPRESS_FROM: usize = 1024;
/// Messages kept until they are acknowledged, and how many bytes of them.
const SENT_KEPT: usize = 64;
const SENT_BYTES_KEPT: usize = 512 * 1024;
/// Ids of requests that are remembered.
const SEEN_KEPT: usize = 512;

/// Gives message ids: odd, unique, rising, near the real time.
#[derive(Default)]
pub(crate) struct MessageIds(AtomicI64);

impl MessageIds {
    /// `answer` says whether it answers a message of the client.
    pub(crate) fn take(&self, real_ms: i64, answer: bool) -> i64 {
        let seconds = real_ms.div_euclid(1000);
        let fraction = (real_ms.rem_euclid(1000) << 32) / 1000;
        let near = (seconds << 32 | fraction) & !3;
        let next = |last: i64| Some(near.max(last + 4));
        let last = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        let id = near.max(last.unwrap_or_else(|last| last) + 4);
        id | if answer { 1 } else { 3 }
    }
}

/// One message on its way to the client.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) msg_id: i64,
    pub(crate) seqno: i32,
    pub(crate) body: Arc<Vec<u8>>,
}

struct Sent {
    message: Outgoing,
    /// The request that it answers.
    request: Option<i64>,
}

/// One session.
#[derive(Default)]
pub(crate) struct Session {
    content_count: i32,
    sent: VecDeque<Sent>,
    sent_bytes: usize,
    seen: VecDeque<i64>,
    /// It asked for something without `invokeWithoutUpdates`.
    pub(crate) wants_updates: bool,
    /// It was told `new_session_created`.
    pub(crate) greeted: bool,
}

impl Session {
    /// Whether a request is new; a repeated one is not answered anew.
    pub(crate) fn is_new(&mut self, msg_id: i64) -> bool {
        if self.seen.contains(&msg_id) {
            return false;
        }
        if self.seen.len() >= SEEN_KEPT {
            self.seen.pop_front();
        }
        self.seen.push_back(msg_id);
        true
    }

    /// Forgets a request that was not processed, so that it may come again.
    pub(crate) fn unsee(&mut self, msg_id: i64) {
        self.seen.retain(|seen| *seen != msg_id);
    }

    /// What was seen of a message: 4 received, 1 unknown.
    pub(crate) fn state_of(&self, msg_id: i64) -> u8 {
        if self.seen.contains(&msg_id) { 4 } else { 1 }
    }

    /// Numbers a message that the client has to acknowledge, and keeps it until then.
    pub(crate) fn send(&mut self, msg_id: i64, body: Vec<u8>, request: Option<i64>) -> Outgoing {
        let seqno = self.content_count * 2 + 1;
        self.content_count += 1;
        let message = Outgoing { msg_id, seqno, body: Arc::new(body) };
        self.sent_bytes += message.body.len();
        self.sent.push_back(Sent { message: message.clone(), request });
        while self.sent.len() > SENT_KEPT || self.sent_bytes > SENT_BYTES_KEPT {
            let Some(oldest) = self.sent.pop_front() else { break };
            self.sent_bytes -= oldest.message.body.len();
        }
        message
    }

    /// Numbers a message that nobody acknowledges.
    pub(crate) fn notice(&self, msg_id: i64, body: Vec<u8>) -> Outgoing {
        Outgoing { msg_id, seqno: self.content_count * 2, body: Arc::new(body) }
    }

    /// The client has these.
    pub(crate) fn acknowledged(&mut self, ids: &[i64]) {
        self.sent.retain(|sent| !ids.contains(&sent.message.msg_id));
        self.sent_bytes = self.sent.iter().map(|sent| sent.message.body.len()).sum();
    }

    /// A kept message, to be sent again.
    pub(crate) fn kept(&self, msg_id: i64) -> Option<Outgoing> {
        let mut sent = self.sent.iter();
        sent.find(|sent| sent.message.msg_id == msg_id).map(|sent| sent.message.clone())
    }

    /// The answer to a request, when it is still kept.
    pub(crate) fn answer_to(&self, request: i64) -> Option<Outgoing> {
        let mut sent = self.sent.iter();
        sent.find(|sent| sent.request == Some(request)).map(|sent| sent.message.clone())
    }

    /// The client does not want the answer any more.
    pub(crate) fn drop_answer(&mut self, request: i64) -> Option<Outgoing> {
        let at = self.sent.iter().position(|sent| sent.request == Some(request))?;
        self.sent.remove(at).map(|sent| sent.message)
    }
}

/// `rpc_result` with a large result compressed.
pub(crate) fn rpc_result(request: i64, result: &[u8]) -> Vec<u8> {
    let mut body = RPC_RESULT.to_bytes();
    body.extend(request.to_le_bytes());
    match (result.len() >= COMPRESS_FROM).then(|| packed(result)).flatten() {
        Some(packed) => body.extend(packed),
        None => body.extend(result),
    }
    body
}

fn packed(result: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(result).ok()?;
    let compressed = encoder.finish().ok().filter(|bytes| bytes.len() < result.len())?;
    let mut body = GZIP_PACKED.to_bytes();
    body.extend(compressed.to_bytes());
    Some(body)
}

/// One message for all of them: itself, or a container numbered with `msg_id` and `seqno`.
pub(crate) fn together(mut all: Vec<Outgoing>, msg_id: i64, seqno: i32) -> Option<Outgoing> {
    if all.len() < 2 {
        return all.pop();
    }
    let mut body = CONTAINER.to_bytes();
    body.extend(u32::try_from(all.len()).unwrap_or(u32::MAX).to_le_bytes());
    for one in &all {
        body.extend(one.msg_id.to_le_bytes());
        body.extend(one.seqno.to_le_bytes());
        body.extend(u32::try_from(one.body.len()).unwrap_or(u32::MAX).to_le_bytes());
        body.extend(one.body.iter());
    }
    Some(Outgoing { msg_id, seqno, body: Arc::new(body) })
}

#[cfg(test)]
mod tests {
    use super::{MessageIds, SENT_KEPT, Session};

    #[test]
    fn message_ids_rise_and_say_whose_they_are() {
        let ids = MessageIds::default();
        let taken: Vec<i64> =
            (0..1000).map(|at| ids.take(1_700_000_000_000, at % 2 == 0)).collect();
        assert!(taken.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(taken.iter().enumerate().all(|(at, id)| id % 4 == if at % 2 == 0 { 1 } else { 3 }));
        assert_eq!(taken[0] >> 32, 1_700_000_000);
    }

    #[test]
    fn what_is_acknowledged_is_not_kept_and_the_rest_is_bounded() {
        let mut session = Session::default();
        for at in 0..200 {
            session.send(at, vec![0; 100], Some(at + 1000));
        }
        assert_eq!(session.sent.len(), SENT_KEPT);
        session.acknowledged(&[199]);
        assert!(session.answer_to(1199).is_none() && session.answer_to(1198).is_some());
        session.send(500, vec![0; 600_000], None);
        assert!(session.kept(500).is_none());
        assert_eq!(session.sent_bytes, 0);
    }
}
