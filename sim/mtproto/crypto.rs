//! MTProto 2.0 encryption as the server does it: it reads with x = 0 and writes with x = 8. It must
//! not know what the messages say.

use grammers_crypto::aes::{ige_decrypt, ige_encrypt};
use rand::RngExt;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// An authorization key: 2048 bits that one client and one data centre share.
pub(crate) type KeyBytes = [u8; 256];

/// The key's number: the lower 64 bits of its SHA-1.
pub(crate) fn key_id(key: &KeyBytes) -> i64 {
    let hash = Sha1::digest(key);
    i64::from_le_bytes(hash[12..20].try_into().expect("eight bytes of twenty"))
}

/// The upper 64 bits of its SHA-1, which prove the key at the end of the exchange.
pub(crate) fn key_aux(key: &KeyBytes) -> [u8; 8] {
    let hash = Sha1::digest(key);
    hash[..8].try_into().expect("eight bytes of twenty")
}

/// Who wrote the message.
#[derive(Clone, Copy)]
enum Writer {
    Client = 0,
    Server = 8,
}

fn aes_of(key: &KeyBytes, msg_key: &[u8], writer: Writer) -> ([u8; 32], [u8; 32]) {
    let x = writer as usize;
    let a = Sha256::new().chain_update(msg_key).chain_update(&key[x..x + 36]).finalize();
    let b = Sha256::new().chain_update(&key[40 + x..76 + x]).chain_update(msg_key).finalize();
    let mut aes_key = [0; 32];
    aes_key[..8].copy_from_slice(&a[..8]);
    aes_key[8..24].copy_from_slice(&b[8..24]);
    aes_key[24..].copy_from_slice(&a[24..]);
    let mut iv = [0; 32];
    iv[..8].copy_from_slice(&b[..8]);
    iv[8..24].copy_from_slice(&a[8..24]);
    iv[24..].copy_from_slice(&b[24..]);
    (aes_key, iv)
}

fn msg_key_of(key: &KeyBytes, plain: &[u8], writer: Writer) -> [u8; 16] {
    let x = writer as usize;
    let large = Sha256::new().chain_update(&key[88 + x..120 + x]).chain_update(plain).finalize();
    large[8..24].try_into().expect("sixteen bytes of thirty-two")
}

/// Reads a client's packet, from the message key on; none when it was made with another key.
pub(crate) fn open(key: &KeyBytes, packet: &[u8]) -> Option<Vec<u8>> {
    let (msg_key, body) = packet.split_at_checked(16)?;
    // A padded transport leaves up to 15 bytes behind the last block.
    let mut plain = body[..body.len() - body.len() % 16].to_vec();
    let (aes_key, iv) = aes_of(key, msg_key, Writer::Client);
    ige_decrypt(&mut plain, &aes_key, &iv);
    (msg_key_of(key, &plain, Writer::Client) == msg_key).then_some(plain)
}

/// Makes the whole packet of a plain text that has no padding yet.
pub(crate) fn seal(key: &KeyBytes, mut plain: Vec<u8>) -> Vec<u8> {
    let padding = 12 + (16 - (plain.len() + 12) % 16) % 16;
    let start = plain.len();
    plain.resize(start + padding, 0);
    rand::rng().fill(&mut plain[start..]);
    let msg_key = msg_key_of(key, &plain, Writer::Server);
    let (aes_key, iv) = aes_of(key, &msg_key, Writer::Server);
    ige_encrypt(&mut plain, &aes_key, &iv);
    let mut packet = Vec::with_capacity(24 + plain.len());
    packet.extend(key_id(key).to_le_bytes());
    packet.extend(msg_key);
    packet.extend(plain);
    packet
}

#[cfg(test)]
mod tests {
    use grammers_crypto::{AuthKey, DequeBuffer, decrypt_data_v2, encrypt_data_v2};

    use super::{open, seal};

    fn key() -> [u8; 256] {
        std::array::from_fn(|at| u8::try_from(at * 7 % 251).unwrap_or(0))
    }

    #[test]
    fn a_client_reads_what_the_server_writes_and_the_other_way_round() {
        let client = AuthKey::from_bytes(key());
        for length in [32, 33, 47, 48, 1000] {
            let text = vec![3; length];
            let mut packet = seal(&key(), text.clone());
            assert_eq!(decrypt_data_v2(&mut packet, &client).unwrap()[..length], text[..]);
            let mut buffer = DequeBuffer::with_capacity(64, 64);
            buffer.extend(text.iter().copied());
            encrypt_data_v2(&mut buffer, &client);
            assert_eq!(open(&key(), &buffer.as_ref()[8..]).unwrap()[..length], text[..]);
        }
    }

    #[test]
    fn a_packet_of_another_key_is_not_read() {
        assert_eq!(open(&key(), &seal(&[1; 256], vec![0; 40])[8..]), None);
        assert_eq!(open(&key(), &[1, 2, 3]), None);
    }
}
