//! What a client's packet holds: its envelope, its containers, its compressed parts, and the
//! wrappers around a query. It must not know what the queries mean.

use std::io::Read;

use flate2::read::GzDecoder;
use grammers_tl_types::deserialize::Error;
use grammers_tl_types::{Cursor, Deserializable, Identifiable, enums, functions};

use super::session::GZIP_PACKED;

const CONTAINER: u32 = 0x73f1_f8dc;
/// A container holds at most so many messages.
const CONTAINER_MAX: u32 = 1020;
/// What a compressed part may grow to, bytes.
const UNPACKED_MAX: u64 = 8 * 1024 * 1024;
/// Wrappers and containers within each other are followed so deep.
const DEPTH_MAX: usize = 8;

/// The envelope of a packet.
pub(crate) struct Envelope {
    pub(crate) salt: i64,
    pub(crate) session: i64,
    pub(crate) message: Incoming,
}

/// One message of a client.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) msg_id: i64,
    pub(crate) seqno: i32,
    pub(crate) body: Vec<u8>,
}

/// Reads the envelope of a deciphered packet.
pub(crate) fn envelope(plain: &[u8]) -> Result<Envelope, Error> {
    let mut cursor = Cursor::from_slice(plain);
    let salt = i64::deserialize(&mut cursor)?;
    let session = i64::deserialize(&mut cursor)?;
    Ok(Envelope { salt, session, message: incoming(&mut cursor)? })
}

fn incoming(cursor: &mut Cursor<'_>) -> Result<Incoming, Error> {
    let msg_id = i64::deserialize(cursor)?;
    let seqno = i32::deserialize(cursor)?;
    let length = u32::deserialize(cursor)? as usize;
    let mut rest = Vec::new();
    cursor.read_to_end(&mut rest)?;
    if length > rest.len() || !length.is_multiple_of(4) {
        return Err(Error::UnexpectedEof);
    }
    rest.truncate(length);
    Ok(Incoming { msg_id, seqno, body: rest })
}

/// The messages in a packet, containers and compressed parts opened.
pub(crate) fn flatten(message: Incoming) -> Result<Vec<Incoming>, Error> {
    let mut all = Vec::new();
    open(message, 0, &mut all)?;
    Ok(all)
}

fn open(message: Incoming, depth: usize, all: &mut Vec<Incoming>) -> Result<(), Error> {
    let mut cursor = Cursor::from_slice(&message.body);
    match u32::deserialize(&mut cursor)? {
        _ if depth > DEPTH_MAX => Err(Error::UnexpectedEof),
        CONTAINER => {
            let count = u32::deserialize(&mut cursor)?;
            if count > CONTAINER_MAX {
                return Err(Error::UnexpectedEof);
            }
            let mut rest = &message.body[cursor.pos()..];
            for _ in 0..count {
                let inner = incoming(&mut Cursor::from_slice(rest))?;
                rest = rest.get(16 + inner.body.len()..).ok_or(Error::UnexpectedEof)?;
                open(inner, depth + 1, all)?;
            }
            Ok(())
        }
        GZIP_PACKED => {
            let body = unpack(&Vec::<u8>::deserialize(&mut cursor)?)?;
            open(Incoming { body, ..message }, depth + 1, all)
        }
        _ => {
            all.push(message);
            Ok(())
        }
    }
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    let read = GzDecoder::new(packed).take(UNPACKED_MAX).read_to_end(&mut body);
    read.map_err(|_| Error::UnexpectedEof)?;
    Ok(body)
}

/// A query without its wrappers, and what they said.
#[derive(Debug, Default)]
pub(crate) struct Query {
    pub(crate) body: Vec<u8>,
    pub(crate) layer: Option<i32>,
    /// The device of `initConnection`, and its api id.
    pub(crate) device: Option<(String, i32)>,
    pub(crate) without_updates: bool,
}

/// Takes the wrappers off a query.
pub(crate) fn unwrap(body: &[u8]) -> Result<Query, Error> {
    let mut query = Query::default();
    let mut rest = body.to_vec();
    for _ in 0..DEPTH_MAX {
        let mut cursor = Cursor::from_slice(&rest);
        let known = wrapper(&mut cursor, &mut query)?;
        let Some(packed) = known else {
            query.body = rest;
            return Ok(query);
        };
        rest = match packed {
            Some(body) => body,
            None => rest[cursor.pos()..].to_vec(),
        };
    }
    Err(Error::UnexpectedEof)
}

/// None when this is no wrapper; the unpacked query of a compressed one.
fn wrapper(cursor: &mut Cursor<'_>, query: &mut Query) -> Result<Option<Option<Vec<u8>>>, Error> {
    type Blob = grammers_tl_types::Blob;
    match u32::deserialize(cursor)? {
        functions::InvokeWithLayer::<Blob>::CONSTRUCTOR_ID => {
            query.layer = Some(i32::deserialize(cursor)?);
        }
        functions::InitConnection::<Blob>::CONSTRUCTOR_ID => init_connection(cursor, query)?,
        functions::InvokeWithoutUpdates::<Blob>::CONSTRUCTOR_ID => query.without_updates = true,
        functions::InvokeAfterMsg::<Blob>::CONSTRUCTOR_ID
        | functions::InvokeWithTakeout::<Blob>::CONSTRUCTOR_ID => {
            i64::deserialize(cursor)?;
        }
        functions::InvokeAfterMsgs::<Blob>::CONSTRUCTOR_ID => {
            Vec::<i64>::deserialize(cursor)?;
        }
        functions::InvokeWithMessagesRange::<Blob>::CONSTRUCTOR_ID => {
            enums::MessageRange::deserialize(cursor)?;
        }
        GZIP_PACKED => return Ok(Some(Some(unpack(&Vec::<u8>::deserialize(cursor)?)?))),
        _ => return Ok(None),
    }
    Ok(Some(None))
}

fn init_connection(cursor: &mut Cursor<'_>, query: &mut Query) -> Result<(), Error> {
    let flags = u32::deserialize(cursor)?;
    let api_id = i32::deserialize(cursor)?;
    let mut texts = Vec::new();
    for _ in 0..6 {
        texts.push(String::deserialize(cursor)?);
    }
    if flags & 1 != 0 {
        enums::InputClientProxy::deserialize(cursor)?;
    }
    if flags & 2 != 0 {
        enums::Jsonvalue::deserialize(cursor)?;
    }
    query.device = Some((format!("{} {}", texts[0], texts[2]), api_id));
    Ok(())
}
