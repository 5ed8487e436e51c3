//! The key exchange: three questions of a client, three answers, then a key that both know. It must
//! not know connections. https://core.telegram.org/mtproto/auth_key

use grammers_crypto::aes::{ige_decrypt, ige_encrypt};
use grammers_crypto::generate_key_data_from_nonce;
use grammers_tl_types::{
    Cursor, Deserializable, Identifiable, Serializable, enums, functions, types,
};
use num_bigint::BigUint;
use rand::RngExt;
use sha1::{Digest, Sha1};

use super::crypto::{KeyBytes, key_aux};
use super::rsa::{RsaKey, padded};

/// The prime that Telegram's own servers use; clients know that it is safe.
const PRIME: [&str; 8] = [
    "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f",
    "48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37",
    "20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64",
    "2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4",
    "a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754",
    "fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4",
    "e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f",
    "0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b",
];
/// A generator for that prime.
pub(crate) const GENERATOR: u32 = 3;

/// The prime as a number.
pub(crate) fn prime() -> BigUint {
    BigUint::parse_bytes(PRIME.concat().as_bytes(), 16).expect("hexadecimal digits")
}

/// A key that was agreed on.
pub(crate) struct Agreed {
    pub(crate) key: KeyBytes,
    pub(crate) salt: i64,
    /// Seconds after which a temporary key ends.
    pub(crate) expires_in: Option<i32>,
}

/// What a step of the exchange leaves.
pub(crate) enum Step {
    Answer(Vec<u8>),
    Done(Vec<u8>, Box<Agreed>),
}

struct Secret {
    new_nonce: [u8; 32],
    exponent: BigUint,
    expires_in: Option<i32>,
}

/// One key exchange.
pub(crate) struct Handshake {
    nonce: [u8; 16],
    server_nonce: [u8; 16],
    pq: Vec<u8>,
    secret: Option<Secret>,
}

/// Why an exchange ends: the client broke its rules.
#[derive(Debug)]
pub(crate) struct Broken(pub(crate) &'static str);

impl From<grammers_tl_types::deserialize::Error> for Broken {
    fn from(_: grammers_tl_types::deserialize::Error) -> Self {
        Self("an unreadable message of the key exchange")
    }
}

/// Answers one message of a key exchange; `begun` is where it stands.
pub(crate) fn step(
    begun: &mut Option<Handshake>,
    rsa: &RsaKey,
    now_s: i64,
    body: &[u8],
) -> Result<Step, Broken> {
    let mut cursor = Cursor::from_slice(body);
    match u32::deserialize(&mut cursor)? {
        functions::ReqPq::CONSTRUCTOR_ID => {
            let nonce = functions::ReqPq::deserialize(&mut cursor)?.nonce;
            Ok(Step::Answer(begin(begun, rsa, nonce)))
        }
        functions::ReqPqMulti::CONSTRUCTOR_ID => {
            let nonce = functions::ReqPqMulti::deserialize(&mut cursor)?.nonce;
            Ok(Step::Answer(begin(begun, rsa, nonce)))
        }
        functions::ReqDhParams::CONSTRUCTOR_ID => {
            let request = functions::ReqDhParams::deserialize(&mut cursor)?;
            let known = begun.as_mut().ok_or(Broken("req_DH_params before req_pq"))?;
            known.params(rsa, now_s, &request).map(Step::Answer)
        }
        functions::SetClientDhParams::CONSTRUCTOR_ID => {
            let request = functions::SetClientDhParams::deserialize(&mut cursor)?;
            let known = begun.take().ok_or(Broken("set_client_DH_params before req_pq"))?;
            known.finish(&request)
        }
        _ => Err(Broken("an unencrypted message that is no key exchange")),
    }
}

fn begin(begun: &mut Option<Handshake>, rsa: &RsaKey, nonce: [u8; 16]) -> Vec<u8> {
    let mut rng = rand::rng();
    let p = prime_from(rng.random_range(1 << 29..1 << 30));
    let q = prime_from(p + 2 + rng.random_range(0..1 << 20));
    let pq = BigUint::from(p * q).to_bytes_be();
    let server_nonce = rng.random();
    *begun = Some(Handshake { nonce, server_nonce, pq: pq.clone(), secret: None });
    let answer = types::ResPq {
        nonce,
        server_nonce,
        pq,
        server_public_key_fingerprints: vec![rsa.fingerprint()],
    };
    enums::ResPq::Pq(answer).to_bytes()
}

/// The first prime from a number on; the numbers here have 30 bits.
fn prime_from(from: u64) -> u64 {
    let is_prime =
        |n: u64| (3..).step_by(2).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d));
    let mut n = from | 1;
    while !is_prime(n) {
        n += 2;
    }
    n
}

/// How much of a padded text is the inner data, when it can be read.
fn inner_length(padded: &[u8]) -> Option<usize> {
    let mut cursor = Cursor::from_slice(padded);
    enums::PQInnerData::deserialize(&mut cursor).ok()?;
    Some(cursor.pos())
}

impl Handshake {
    fn is_same(&self, nonce: [u8; 16], server_nonce: [u8; 16]) -> Result<(), Broken> {
        let same = self.nonce == nonce && self.server_nonce == server_nonce;
        same.then_some(()).ok_or(Broken("a nonce that is not this exchange's"))
    }

    fn params(
        &mut self,
        rsa: &RsaKey,
        now_s: i64,
        request: &functions::ReqDhParams,
    ) -> Result<Vec<u8>, Broken> {
        self.is_same(request.nonce, request.server_nonce)?;
        if request.public_key_fingerprint != rsa.fingerprint() {
            return Err(Broken("a fingerprint that is not offered"));
        }
        if request.encrypted_data.len() != 256 {
            return Err(Broken("encrypted_data is not 256 bytes long"));
        }
        let opened = rsa.open(&request.encrypted_data, inner_length);
        let opened = opened.ok_or(Broken("encrypted_data is not made with the public key"))?;
        let inner = enums::PQInnerData::from_bytes(&opened)?;
        let (pq, new_nonce, expires_in) = match inner {
            enums::PQInnerData::Data(x) => (x.pq, x.new_nonce, None),
            enums::PQInnerData::Dc(x) => (x.pq, x.new_nonce, None),
            enums::PQInnerData::Temp(x) => (x.pq, x.new_nonce, Some(x.expires_in)),
            enums::PQInnerData::TempDc(x) => (x.pq, x.new_nonce, Some(x.expires_in)),
        };
        let number = |bytes: &[u8]| BigUint::from_bytes_be(bytes);
        if pq != self.pq || number(&request.p) * number(&request.q) != number(&self.pq) {
            return Err(Broken("p and q are not the factors of pq"));
        }
        let mut random = [0; 256];
        rand::rng().fill(&mut random[..]);
        let exponent = BigUint::from_bytes_be(&random);
        let prime = prime();
        let ours = BigUint::from(GENERATOR).modpow(&exponent, &prime);
        self.secret = Some(Secret { new_nonce, exponent, expires_in });
        let inner = types::ServerDhInnerData {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            g: i32::try_from(GENERATOR).unwrap_or(i32::MAX),
            dh_prime: prime.to_bytes_be(),
            g_a: padded(&ours, 256),
            server_time: i32::try_from(now_s).unwrap_or(i32::MAX),
        };
        let text = enums::ServerDhInnerData::Data(inner).to_bytes();
        let mut answer = Sha1::digest(&text).to_vec();
        answer.extend(text);
        answer.resize(answer.len().next_multiple_of(16), 0);
        let (key, iv) = generate_key_data_from_nonce(&self.server_nonce, &new_nonce);
        ige_encrypt(&mut answer, &key, &iv);
        let ok = types::ServerDhParamsOk {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            encrypted_answer: answer,
        };
        Ok(enums::ServerDhParams::Ok(ok).to_bytes())
    }

    fn finish(mut self, request: &functions::SetClientDhParams) -> Result<Step, Broken> {
        self.is_same(request.nonce, request.server_nonce)?;
        let secret =
            self.secret.take().ok_or(Broken("set_client_DH_params before req_DH_params"))?;
        let (key, iv) = generate_key_data_from_nonce(&self.server_nonce, &secret.new_nonce);
        let mut text = request.encrypted_data.clone();
        if text.len() < 32 || !text.len().is_multiple_of(16) {
            return Err(Broken("encrypted_data is no whole number of blocks"));
        }
        ige_decrypt(&mut text, &key, &iv);
        let (hash, inner) = text.split_at(20);
        let mut cursor = Cursor::from_slice(inner);
        let enums::ClientDhInnerData::Data(client) =
            enums::ClientDhInnerData::deserialize(&mut cursor)?;
        if Sha1::digest(&inner[..cursor.pos()])[..] != *hash {
            return Err(Broken("a wrong hash of the client's answer"));
        }
        self.is_same(client.nonce, client.server_nonce)?;
        let prime = prime();
        let theirs = BigUint::from_bytes_be(&client.g_b);
        if theirs <= BigUint::from(1_u8) || theirs >= &prime - 1_u8 {
            return Err(Broken("g_b is out of range"));
        }
        let shared = padded(&theirs.modpow(&secret.exponent, &prime), 256);
        let key: KeyBytes = shared.try_into().map_err(|_| Broken("a key longer than the prime"))?;
        let mut proof = secret.new_nonce.to_vec();
        proof.push(1);
        proof.extend(key_aux(&key));
        let hash = Sha1::digest(&proof);
        let first = |bytes: &[u8]| i64::from_le_bytes(bytes[..8].try_into().expect("eight"));
        let ok = types::DhGenOk {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            new_nonce_hash1: hash[4..20].try_into().expect("sixteen bytes of twenty"),
        };
        let agreed = Agreed {
            key,
            salt: first(&secret.new_nonce) ^ first(&self.server_nonce),
            expires_in: secret.expires_in,
        };
        let answer = enums::SetClientDhParamsAnswer::DhGenOk(ok).to_bytes();
        Ok(Step::Done(answer, Box::new(agreed)))
    }
}

#[cfg(test)]
mod tests;
