//! What a packet asks of the protocol itself: salts, acknowledgements, pings, repeats; queries go on
//! to their handlers. It must not know sockets.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use grammers_tl_types::deserialize::Error;
use grammers_tl_types::{
    Cursor, Deserializable, Identifiable, RawVec, Serializable, enums, functions, types,
};

use super::inbound::{self, Envelope, Incoming};
use super::keys::Login;
use super::link::Next;
use super::mishaps::MishapKind;
use super::network::Network;
use super::rpc::{self, Call};
use super::session::{Outgoing, Session, rpc_result};

/// Message ids may lie so far behind and ahead of the server's time, seconds.
const ID_BEHIND_S: i64 = 300;
const ID_AHEAD_S: i64 = 30;
/// Codes of `bad_msg_notification`.
const ID_TOO_LOW: i32 = 16;
const ID_TOO_HIGH: i32 = 17;
const ID_NOT_OF_CLIENT: i32 = 18;
const CONTAINER_INVALID: i32 = 64;
const SALT_WRONG: i32 = 48;
/// Salts handed out at once.
const SALTS_MAX: i32 = 64;

/// Who sent the packet.
pub(crate) struct Caller<'a> {
    pub(crate) net: &'a Network,
    pub(crate) dc: i32,
    pub(crate) key: i64,
}

/// What a packet leaves to write, and to play.
pub(crate) struct Reply {
    pub(crate) messages: Vec<Outgoing>,
    pub(crate) next: Next,
    pub(crate) delay_ms: u64,
    /// The connection closes when nothing is heard for so long.
    pub(crate) linger: Option<Duration>,
    pub(crate) mute: bool,
    pub(crate) key_lost: bool,
}

impl Default for Reply {
    fn default() -> Self {
        Self {
            messages: Vec::new(),
            next: Next::GoOn,
            delay_ms: 0,
            linger: None,
            mute: false,
            key_lost: false,
        }
    }
}

pub(crate) fn locked(session: &Arc<Mutex<Session>>) -> MutexGuard<'_, Session> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Caller<'_> {
    fn id(&self, answer: bool) -> i64 {
        self.net.0.ids.take(self.net.real_ms(), answer)
    }

    fn now_s(&self) -> i64 {
        self.net.real_ms() / 1000
    }

    fn salt(&self) -> i64 {
        self.net.keys().get(&self.key).map_or(0, |key| key.salt(self.now_s()))
    }
}

struct Packet<'a, 'b> {
    caller: &'a Caller<'b>,
    session: &'a Arc<Mutex<Session>>,
    session_id: i64,
    reply: &'a mut Reply,
    acks: Vec<i64>,
}

/// Answers everything in a packet.
pub(crate) fn packet(
    caller: &Caller<'_>,
    session: &Arc<Mutex<Session>>,
    envelope: Envelope,
    reply: &mut Reply,
) {
    let (first, seqno) = (envelope.message.msg_id, envelope.message.seqno);
    let mut packet =
        Packet { caller, session, session_id: envelope.session, reply, acks: Vec::new() };
    if let Some(code) = packet.wrong_id(first) {
        return packet.bad_message(first, seqno, code);
    }
    let takes = |salt| {
        let keys = caller.net.keys();
        keys.get(&caller.key).is_some_and(|key| key.takes_salt(caller.now_s(), salt))
    };
    if !takes(envelope.salt) {
        return packet.bad_salt(first, seqno);
    }
    let Ok(messages) = inbound::flatten(envelope.message) else {
        return packet.bad_message(first, seqno, CONTAINER_INVALID);
    };
    if !std::mem::replace(&mut locked(session).greeted, true) {
        packet.greet(messages.first().map_or(first, |message| message.msg_id));
    }
    for message in messages {
        packet.take(&message);
    }
    if !packet.acks.is_empty() {
        let ack = types::MsgsAck { msg_ids: std::mem::take(&mut packet.acks) };
        packet.notice(&enums::MsgsAck::Ack(ack).to_bytes());
    }
}

impl Packet<'_, '_> {
    fn notice(&mut self, body: &[u8]) {
        let id = self.caller.id(true);
        let message = locked(self.session).notice(id, body.to_vec());
        self.reply.messages.push(message);
    }

    fn result(&mut self, request: i64, body: &[u8]) {
        let id = self.caller.id(true);
        let body = rpc_result(request, body);
        let message = locked(self.session).send(id, body, Some(request));
        self.reply.messages.push(message);
    }

    fn wrong_id(&self, id: i64) -> Option<i32> {
        let ahead = (id >> 32) - self.caller.now_s();
        match ahead {
            _ if id % 4 != 0 => Some(ID_NOT_OF_CLIENT),
            ahead if ahead < -ID_BEHIND_S => Some(ID_TOO_LOW),
            ahead if ahead > ID_AHEAD_S => Some(ID_TOO_HIGH),
            _ => None,
        }
    }

    fn bad_message(&mut self, bad_msg_id: i64, bad_msg_seqno: i32, error_code: i32) {
        let bad = types::BadMsgNotification { bad_msg_id, bad_msg_seqno, error_code };
        self.notice(&enums::BadMsgNotification::Notification(bad).to_bytes());
    }

    fn bad_salt(&mut self, bad_msg_id: i64, bad_msg_seqno: i32) {
        let bad = types::BadServerSalt {
            bad_msg_id,
            bad_msg_seqno,
            error_code: SALT_WRONG,
            new_server_salt: self.caller.salt(),
        };
        self.notice(&enums::BadMsgNotification::BadServerSalt(bad).to_bytes());
    }

    fn greet(&mut self, first_msg_id: i64) {
        let unique_id = self.session_id ^ self.caller.key.rotate_left(17);
        let created =
            types::NewSessionCreated { first_msg_id, unique_id, server_salt: self.caller.salt() };
        let id = self.caller.id(false);
        let body = enums::NewSession::Created(created).to_bytes();
        let message = locked(self.session).send(id, body, None);
        self.reply.messages.push(message);
    }

    fn take(&mut self, message: &Incoming) {
        let mut cursor = Cursor::from_slice(&message.body);
        let id = u32::deserialize(&mut cursor).unwrap_or_default();
        match self.of_protocol(id, message, &mut cursor) {
            Ok(true) => {}
            Ok(false) => self.query(message),
            Err(_) => self.bad_message(message.msg_id, message.seqno, CONTAINER_INVALID),
        }
    }

    /// Answers what belongs to the protocol; false when it is a query.
    fn of_protocol(
        &mut self,
        id: u32,
        message: &Incoming,
        cursor: &mut Cursor<'_>,
    ) -> Result<bool, Error> {
        match id {
            types::MsgsAck::CONSTRUCTOR_ID => {
                let ids = types::MsgsAck::deserialize(cursor)?.msg_ids;
                locked(self.session).acknowledged(&ids);
            }
            functions::Ping::CONSTRUCTOR_ID => {
                let ping = functions::Ping::deserialize(cursor)?;
                self.pong(message.msg_id, ping.ping_id);
            }
            functions::PingDelayDisconnect::CONSTRUCTOR_ID => {
                let ping = functions::PingDelayDisconnect::deserialize(cursor)?;
                let seconds = u64::try_from(ping.disconnect_delay.clamp(1, 3600)).unwrap_or(75);
                self.reply.linger = Some(Duration::from_secs(seconds));
                self.pong(message.msg_id, ping.ping_id);
            }
            functions::GetFutureSalts::CONSTRUCTOR_ID => {
                let num = functions::GetFutureSalts::deserialize(cursor)?.num;
                self.future_salts(message.msg_id, num);
            }
            types::MsgsStateReq::CONSTRUCTOR_ID => {
                let ids = types::MsgsStateReq::deserialize(cursor)?.msg_ids;
                let info = ids.iter().map(|id| locked(self.session).state_of(*id)).collect();
                let info = types::MsgsStateInfo { req_msg_id: message.msg_id, info };
                self.notice(&enums::MsgsStateInfo::Info(info).to_bytes());
            }
            types::MsgResendReq::CONSTRUCTOR_ID => {
                let ids = types::MsgResendReq::deserialize(cursor)?.msg_ids;
                let kept: Vec<Outgoing> =
                    ids.iter().filter_map(|id| locked(self.session).kept(*id)).collect();
                self.reply.messages.extend(kept);
            }
            types::MsgsStateInfo::CONSTRUCTOR_ID
            | types::MsgsAllInfo::CONSTRUCTOR_ID
            | types::HttpWait::CONSTRUCTOR_ID => {}
            functions::RpcDropAnswer::CONSTRUCTOR_ID => {
                let request = functions::RpcDropAnswer::deserialize(cursor)?.req_msg_id;
                self.drop_answer(message.msg_id, request);
            }
            functions::DestroySession::CONSTRUCTOR_ID => {
                let session_id = functions::DestroySession::deserialize(cursor)?.session_id;
                self.destroy_session(session_id);
            }
            functions::DestroyAuthKey::CONSTRUCTOR_ID => {
                self.result(message.msg_id, &enums::DestroyAuthKeyRes::DestroyAuthKeyOk.to_bytes());
                self.caller.net.keys().remove(&self.caller.key);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn pong(&mut self, msg_id: i64, ping_id: i64) {
        self.notice(&enums::Pong::Pong(types::Pong { msg_id, ping_id }).to_bytes());
    }

    /// At least two: a client that gets one asks again for ever.
    fn future_salts(&mut self, req_msg_id: i64, count: i32) {
        let now_s = self.caller.now_s();
        let seconds = |s: i64| i32::try_from(s).unwrap_or(i32::MAX);
        let count = i64::from(count.clamp(2, SALTS_MAX));
        let keys = self.caller.net.keys();
        let salts = keys.get(&self.caller.key).map(|key| key.salts(now_s, count));
        drop(keys);
        let salts = salts.unwrap_or_default().into_iter().map(|(since, until, salt)| {
            let (valid_since, valid_until) = (seconds(since), seconds(until));
            types::FutureSalt { valid_since, valid_until, salt }
        });
        let now = seconds(now_s);
        let answer = types::FutureSalts { req_msg_id, now, salts: RawVec(salts.collect()) };
        self.notice(&enums::FutureSalts::Salts(answer).to_bytes());
    }

    fn drop_answer(&mut self, msg_id: i64, request: i64) {
        let dropped = locked(self.session).drop_answer(request);
        let answer = match dropped {
            Some(dropped) => enums::RpcDropAnswer::RpcAnswerDropped(types::RpcAnswerDropped {
                msg_id: dropped.msg_id,
                seq_no: dropped.seqno,
                bytes: i32::try_from(dropped.body.len()).unwrap_or(i32::MAX),
            }),
            None => enums::RpcDropAnswer::RpcAnswerUnknown,
        };
        self.result(msg_id, &answer.to_bytes());
    }

    fn destroy_session(&mut self, session_id: i64) {
        let gone = self.caller.net.keys().get_mut(&self.caller.key).is_some_and(|key| {
            session_id != self.session_id && key.sessions.remove(&session_id).is_some()
        });
        let answer = if gone {
            enums::DestroySessionRes::DestroySessionOk(types::DestroySessionOk { session_id })
        } else {
            enums::DestroySessionRes::DestroySessionNone(types::DestroySessionNone { session_id })
        };
        self.notice(&answer.to_bytes());
    }

    fn query(&mut self, message: &Incoming) {
        self.acks.push(message.msg_id);
        let (is_new, kept) = {
            let mut session = locked(self.session);
            (session.is_new(message.msg_id), session.answer_to(message.msg_id))
        };
        if !is_new {
            self.reply.messages.extend(kept);
            return;
        }
        let Ok(query) = inbound::unwrap(&message.body) else {
            return self.bad_message(message.msg_id, message.seqno, CONTAINER_INVALID);
        };
        if !query.without_updates {
            locked(self.session).wants_updates = true;
        }
        let Some((key, login)) = self.owner(&query) else {
            self.reply.key_lost = true;
            return;
        };
        let call = Call { net: self.caller.net, dc: self.caller.dc, key, login };
        let outcome = rpc::answer(call, &query);
        match outcome.play.as_ref().map(|mishap| (mishap.kind, mishap.delay_ms)) {
            Some((MishapKind::Silent, _)) => self.reply.mute = true,
            Some((MishapKind::Reset, _)) => self.reply.next = Next::Reset,
            Some((MishapKind::DropAfter, _)) => self.reply.next = Next::Close,
            Some((MishapKind::KeyLost, _)) => self.reply.key_lost = true,
            Some((MishapKind::BadSalt, _)) => {
                if let Some(key) = self.caller.net.keys().get_mut(&self.caller.key) {
                    key.spoil_salts();
                }
                locked(self.session).unsee(message.msg_id);
                return self.bad_salt(message.msg_id, message.seqno);
            }
            Some((MishapKind::Slow, delay_ms)) => self.reply.delay_ms += delay_ms,
            _ => {}
        }
        self.result(message.msg_id, &outcome.result);
    }

    /// The key that owns the login, with what the query says of its client written down.
    fn owner(&self, query: &inbound::Query) -> Option<(i64, Login)> {
        let mut keys = self.caller.net.keys();
        let id = keys.get(&self.caller.key)?.permanent.unwrap_or(self.caller.key);
        let key = keys.get_mut(&id)?;
        if let Some(layer) = query.layer {
            key.layer = Some(layer);
        }
        if let Some((device, _)) = &query.device {
            key.device.clone_from(device);
        }
        Some((id, key.login.clone()))
    }
}
