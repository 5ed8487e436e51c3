//! The key exchange against a client's own arithmetic, with both paddings of RSA.

use grammers_crypto::aes::{ige_decrypt, ige_encrypt};
use grammers_crypto::{factorize, generate_key_data_from_nonce, rsa};
use grammers_tl_types::{Cursor, Deserializable, Serializable, enums, functions, types};
use num_bigint::BigUint;
use rand::RngExt;
use sha1::{Digest, Sha1};

use super::{Broken, Handshake, Step, step};
use crate::mtproto::crypto::KeyBytes;
use crate::mtproto::rsa::RsaKey;

fn answer(begun: &mut Option<Handshake>, rsa: &RsaKey, body: &[u8]) -> Result<Vec<u8>, Broken> {
    match step(begun, rsa, 1_700_000_000, body)? {
        Step::Answer(bytes) => Ok(bytes),
        Step::Done(..) => panic!("the exchange is not over yet"),
    }
}

/// SHA-1, the text and zeros, as clients did before `RSA_PAD`.
fn old_padding(text: &[u8], rsa: &RsaKey) -> Vec<u8> {
    let mut block = Sha1::digest(text).to_vec();
    block.extend(text);
    block.resize(255, 0);
    let (n, e) = rsa.public();
    let mut bytes = BigUint::from_bytes_be(&block).modpow(&e, &n).to_bytes_be();
    while bytes.len() < 256 {
        bytes.insert(0, 0);
    }
    bytes
}

fn new_padding(text: &[u8], rsa: &RsaKey) -> Vec<u8> {
    let (n, e) = rsa.public();
    let key = rsa::Key::new(&n.to_string(), &e.to_string()).unwrap();
    let mut random = [0; 256];
    rand::rng().fill(&mut random[..]);
    rsa::encrypt_hashed(text, &key, &random[..224].try_into().unwrap())
}

fn client(padding: impl Fn(&[u8], &RsaKey) -> Vec<u8>, spoil: bool) -> Result<(), Broken> {
    let rsa = RsaKey::new();
    let mut begun = None;
    let nonce = [5; 16];
    let body = functions::ReqPqMulti { nonce }.to_bytes();
    let enums::ResPq::Pq(pq) = enums::ResPq::from_bytes(&answer(&mut begun, &rsa, &body)?).unwrap();
    let number = pq.pq.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let (p, q) = factorize(number);
    let bytes = |number: u64| BigUint::from(number).to_bytes_be();
    let new_nonce = [9; 32];
    let inner = enums::PQInnerData::Dc(types::PQInnerDataDc {
        pq: pq.pq.clone(),
        p: bytes(p),
        q: bytes(if spoil { q + 2 } else { q }),
        nonce,
        server_nonce: pq.server_nonce,
        new_nonce,
        dc: 2,
    });
    let request = functions::ReqDhParams {
        nonce,
        server_nonce: pq.server_nonce,
        p: bytes(p),
        q: bytes(if spoil { q + 2 } else { q }),
        public_key_fingerprint: pq.server_public_key_fingerprints[0],
        encrypted_data: padding(&inner.to_bytes(), &rsa),
    };
    let params = answer(&mut begun, &rsa, &request.to_bytes())?;
    let Ok(enums::ServerDhParams::Ok(params)) = enums::ServerDhParams::from_bytes(&params) else {
        panic!("the parameters are refused");
    };
    let (key, iv) = generate_key_data_from_nonce(&pq.server_nonce, &new_nonce);
    let mut text = params.encrypted_answer;
    ige_decrypt(&mut text, &key, &iv);
    let mut cursor = Cursor::from_slice(&text[20..]);
    let enums::ServerDhInnerData::Data(dh) =
        enums::ServerDhInnerData::deserialize(&mut cursor).unwrap();
    assert_eq!(Sha1::digest(&text[20..20 + cursor.pos()])[..], text[..20]);
    let big = |bytes: &[u8]| BigUint::from_bytes_be(bytes);
    let (prime, secret) = (big(&dh.dh_prime), big(&[7; 256]));
    let g_b = BigUint::from(3_u8).modpow(&secret, &prime);
    let inner = enums::ClientDhInnerData::Data(types::ClientDhInnerData {
        nonce,
        server_nonce: pq.server_nonce,
        retry_id: 0,
        g_b: g_b.to_bytes_be(),
    });
    let mut text = Sha1::digest(inner.to_bytes()).to_vec();
    text.extend(inner.to_bytes());
    text.resize(text.len().next_multiple_of(16), 0);
    ige_encrypt(&mut text, &key, &iv);
    let request =
        functions::SetClientDhParams { nonce, server_nonce: pq.server_nonce, encrypted_data: text };
    let Step::Done(_, agreed) = step(&mut begun, &rsa, 0, &request.to_bytes())? else {
        panic!("the exchange is over");
    };
    let mut expected = big(&dh.g_a).modpow(&secret, &prime).to_bytes_be();
    while expected.len() < 256 {
        expected.insert(0, 0);
    }
    let expected: KeyBytes = expected.try_into().unwrap();
    assert!(agreed.key == expected && agreed.expires_in.is_none());
    Ok(())
}

#[test]
fn both_sides_get_the_same_key_with_either_padding() {
    client(new_padding, false).unwrap();
    client(old_padding, false).unwrap();
}

#[test]
fn wrong_factors_are_refused() {
    assert!(client(new_padding, true).is_err());
}

#[test]
fn an_exchange_begins_at_its_begin() {
    let request = functions::SetClientDhParams {
        nonce: [0; 16],
        server_nonce: [0; 16],
        encrypted_data: vec![0; 64],
    };
    assert!(step(&mut None, &RsaKey::new(), 0, &request.to_bytes()).is_err());
    assert!(step(&mut None, &RsaKey::new(), 0, &[1, 2, 3]).is_err());
}

#[test]
fn the_fingerprint_begins_with_no_zero_in_either_order() {
    let bytes = RsaKey::new().fingerprint().to_le_bytes();
    assert!(bytes[0] >= 0x10 && bytes[7] >= 0x10);
}
