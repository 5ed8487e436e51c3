//! Damage to real shapes: values of JSON taken away, put in, moved; letters cut, turned, doubled. Knows no parser.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::campaign::Input;

/// One thing that is done to a JSON value.
#[derive(Clone, Debug)]
pub(crate) enum Hurt {
    Put(Index, Value),
    Remove(Index),
    /// The value at the first place goes to the second as well.
    Copy(Index, Index),
    Rename(Index, String),
    /// Brackets around a value, so many.
    Nest(Index, u8),
    Add(Index, String, Value),
}

/// One thing that is done to bytes.
#[derive(Clone, Debug)]
pub(crate) enum Cut {
    Take(Index, usize),
    Insert(Index, Vec<u8>),
    Turn(Index, u8),
    End(Index),
    Double(Index, Index),
}

fn value() -> impl Strategy<Value = Value> {
    let sharp = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(9_007_199_254_740_993_i64),
        json!(1e300),
        json!(0.5),
        json!(-0.0),
        json!(""),
        json!("0"),
        json!("\u{0}"),
        json!("/start"),
        json!("<b>&\"'`"),
        json!("\u{202e}\u{200b}\u{feff}"),
        json!("👩‍🚀".repeat(600)),
        json!("9".repeat(400)),
        json!("é\u{301}".repeat(50)),
        json!([]),
        json!({}),
        json!([null]),
        json!({"": null}),
        json!({"id": 1}),
    ];
    prop_oneof![
        5 => select(sharp),
        2 => any::<String>().prop_map(Value::String),
        1 => any::<i64>().prop_map(|number| json!(number)),
        1 => any::<f64>().prop_map(|number| json!(number)),
    ]
}

pub(crate) fn hurt() -> impl Strategy<Value = Hurt> {
    let key = prop_oneof![
        select(vec!["id", "chat", "from", "text", "message", "type", "message_id", "result", "ok"])
            .prop_map(str::to_owned),
        "[a-z_]{0,8}",
    ];
    prop_oneof![
        6 => (any::<Index>(), value()).prop_map(|(at, value)| Hurt::Put(at, value)),
        3 => any::<Index>().prop_map(Hurt::Remove),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Hurt::Copy(from, to)),
        1 => (any::<Index>(), key.clone()).prop_map(|(at, key)| Hurt::Rename(at, key)),
        1 => (any::<Index>(), 1..140_u8).prop_map(|(at, deep)| Hurt::Nest(at, deep)),
        1 => (any::<Index>(), key, value()).prop_map(|(at, key, value)| Hurt::Add(at, key, value)),
    ]
}

pub(crate) fn cut() -> impl Strategy<Value = Cut> {
    let bits: Vec<Vec<u8>> = [
        &b"\\ud800"[..],
        b"\\u0000",
        b"\\",
        b"\"",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\0",
        b"\xff",
        b"\xed\xa0\x80",
        b"\xf0\x9f",
        b"\n",
        b"\r\n",
        b"&",
        b"=",
        b"%",
        b"--",
        b"<",
        b">",
        b"</b>",
        b"1e999",
        b"-",
        b"null",
        b"'''",
        b"#",
    ]
    .iter()
    .map(|bit| bit.to_vec())
    .collect();
    let bits = prop_oneof![3 => select(bits), 1 => vec(any::<u8>(), 1..6)];
    prop_oneof![
        2 => (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Cut::Take(at, length)),
        3 => (any::<Index>(), bits).prop_map(|(at, bytes)| Cut::Insert(at, bytes)),
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Cut::Turn(at, byte)),
        1 => any::<Index>().prop_map(Cut::End),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Cut::Double(from, to)),
    ]
}

/// One of the shapes, hurt in a few places; now and then its letters too.
pub(crate) fn shapes(seeds: Vec<Value>) -> impl Strategy<Value = Input> {
    let cuts = prop_oneof![3 => Just(Vec::new()), 1 => vec(cut(), 1..4)];
    (select(seeds), vec(hurt(), 0..6), cuts).prop_map(|(mut value, hurts, cuts)| {
        for hurt in hurts {
            hurt.do_to(&mut value);
        }
        let mut bytes = value.to_string().into_bytes();
        for cut in cuts {
            cut.do_to(&mut bytes);
        }
        Input(bytes)
    })
}

/// One of the texts, cut in a few places.
pub(crate) fn texts(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Input> {
    (select(seeds), vec(cut(), 0..8)).prop_map(|(mut bytes, cuts)| {
        for cut in cuts {
            cut.do_to(&mut bytes);
        }
        Input(bytes)
    })
}

/// JSON pointers to every value inside.
fn places(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut at = 0;
    while let Some(place) = found.get(at).cloned() {
        match value.pointer(&place) {
            Some(Value::Object(fields)) => found.extend(
                fields
                    .keys()
                    .map(|key| format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"))),
            ),
            Some(Value::Array(items)) => {
                found.extend((0..items.len()).map(|number| format!("{place}/{number}")));
            }
            _ => {}
        }
        at += 1;
    }
    found
}

impl Hurt {
    pub(crate) fn do_to(self, value: &mut Value) {
        let places = places(value);
        let place = |index: &Index| places[index.index(places.len())].as_str();
        match &self {
            Self::Put(at, new) => put(value, place(at), new.clone()),
            Self::Copy(from, to) => {
                if let Some(copied) = value.pointer(place(from)).cloned() {
                    put(value, place(to), copied);
                }
            }
            Self::Nest(at, deep) => {
                if let Some(inner) = value.pointer_mut(place(at)) {
                    for _ in 0..*deep {
                        *inner = Value::Array(vec![inner.take()]);
                    }
                }
            }
            Self::Remove(at) => {
                if let Some((parent, key)) = place(at).rsplit_once('/') {
                    match value.pointer_mut(parent) {
                        Some(Value::Object(fields)) => drop(fields.remove(key)),
                        Some(Value::Array(items)) => drop(items.pop()),
                        _ => {}
                    }
                }
            }
            Self::Rename(at, name) => {
                if let Some((parent, key)) = place(at).rsplit_once('/')
                    && let Some(Value::Object(fields)) = value.pointer_mut(parent)
                    && let Some(moved) = fields.remove(key)
                {
                    fields.insert(name.clone(), moved);
                }
            }
            Self::Add(at, name, new) => {
                if let Some(Value::Object(fields)) = value.pointer_mut(place(at)) {
                    fields.insert(name.clone(), new.clone());
                }
            }
        }
    }
}

fn put(value: &mut Value, place: &str, new: Value) {
    if let Some(old) = value.pointer_mut(place) {
        *old = new;
    }
}

impl Cut {
    pub(crate) fn do_to(self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        let place = |index: &Index| index.index(length + 1);
        match &self {
            Self::Take(at, count) => {
                let start = place(at);
                bytes.drain(start..(start + count).min(length));
            }
            Self::Insert(at, new) => {
                let start = place(at);
                bytes.splice(start..start, new.iter().copied());
            }
            Self::Turn(at, with) => {
                if let Some(byte) = bytes.get_mut(place(at)) {
                    *byte ^= with;
                }
            }
            Self::End(at) => bytes.truncate(place(at)),
            Self::Double(from, to) => {
                let (from, to) = (place(from), place(to));
                let piece = bytes[from.min(to)..from.max(to)].to_vec();
                if length < 100_000 {
                    bytes.splice(to..to, piece);
                }
            }
        }
    }
}
