//! The data centres' RSA key: its public half for clients, and what its private half reads. The key
//! is the simulator's own, known to everybody, and protects nothing.

use grammers_crypto::aes::ige_decrypt;
use grammers_tl_types::Serializable;
use num_bigint::BigUint;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::encoding::base64;

/// The modulus, chosen so that its fingerprint begins with no zero in either byte order: a client
/// that prints it unpadded would not find the key.
const MODULUS: [&str; 6] = [
    "a94e4985753a6437b2b6cf827bfb4e33e0f9a10d4bba5bf0ad5c33a61f208fa64ad421c7f4e36987fc7cc87b",
    "175f0bfb0eead9e4be2b45f4c02aeb0248e7a5e236c24c964ea622943e07503920e14d4033e2e7a310a85e3d",
    "b9cf72bb9dd97013c1c70223e0d61bdbeec1bac59629641c96a14b220454435ac2a5d2f4691864e2a9bd41f8",
    "49fa91f4cee9d1a5dbdd3378bdab793db97f892f21e423e7c13b52fdb0af0d4a96ed08ffd230c3373748155e",
    "d7887330e680d4379d5acf7111ea180ba993dc23b9f8a78d17e220569f21f690a13140ec4d15731c7e4a32cd",
    "ab47b906fda2a03df5857086de8e60d1f564bd99aa7c6bec127c4d7be2bccde3644a6a67",
];
const EXPONENT: u32 = 65537;
const UNLOCK: [&str; 6] = [
    "68038fc9ad1ea5894e835f7333c64de2337a4986889ac277579a48a4eb84ae9c2466b5264a7e184c9242fb4c",
    "1c2ca988a13e89852d8c1a5b666037a75cb0ec49d10887d2e418cf2fb1f7fe424ac0001ccc83bf797ff76086",
    "9d8c2459bd7d638ccfc4fabc9e1a0c5d8f0e783781ac8633c61aebb4c762194ac3db0f37cac4837ed7006ed6",
    "b46d19e200dedf1d0ec33e70c4da4dc26e55003026f4a25ed1ccee2203b1d58d805d127eba70334196a4b731",
    "92b3784d531bb0cbe9edb5964d6bfd1b6cdad3b197b88e3bcaa543290abe76ebe074da7b275aea539bff39a6",
    "24d3205c32c5dd24a599d82ead03e6c04f9bb1a41cea5195abb7dd8dbf469ec767db3519",
];
/// The length of the modulus.
const BLOCK: usize = 256;

/// The key that unlocks the first message of a key exchange.
pub(crate) struct RsaKey {
    modulus: BigUint,
    unlock: BigUint,
}

impl RsaKey {
    pub(crate) fn new() -> Self {
        let number = |parts: [&str; 6]| {
            BigUint::parse_bytes(parts.concat().as_bytes(), 16).expect("hexadecimal digits")
        };
        Self { modulus: number(MODULUS), unlock: number(UNLOCK) }
    }

    fn exponent() -> BigUint {
        BigUint::from(EXPONENT)
    }

    /// Modulus and exponent.
    #[cfg(test)]
    pub(crate) fn public(&self) -> (BigUint, BigUint) {
        (self.modulus.clone(), Self::exponent())
    }

    /// The lower 64 bits of the SHA-1 of the key as TL writes it.
    pub(crate) fn fingerprint(&self) -> i64 {
        let mut bytes = self.modulus.to_bytes_be().to_bytes();
        bytes.extend(Self::exponent().to_bytes_be().to_bytes());
        let hash = Sha1::digest(&bytes);
        let tail: [u8; 8] = hash[12..20].try_into().expect("eight bytes of twenty");
        i64::from_le_bytes(tail)
    }

    /// The public key as PKCS#1 in PEM, as MTProto libraries take it.
    pub(crate) fn public_pem(&self) -> String {
        let mut body = der_integer(&self.modulus);
        body.extend(der_integer(&Self::exponent()));
        let text = base64(&der(0x30, &body));
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        let name = "RSA PUBLIC KEY";
        format!("-----BEGIN {name}-----\n{}\n-----END {name}-----\n", lines.join("\n"))
    }

    fn raw(&self, encrypted: &[u8]) -> Vec<u8> {
        let opened = BigUint::from_bytes_be(encrypted).modpow(&self.unlock, &self.modulus);
        padded(&opened, BLOCK)
    }

    /// What a client encrypted with `RSA_PAD`, or with the older padding by SHA-1. `length` tells
    /// how much of the padded text is the text, when it can be read.
    pub(crate) fn open(
        &self,
        encrypted: &[u8],
        length: impl Fn(&[u8]) -> Option<usize>,
    ) -> Option<Vec<u8>> {
        let opened = self.raw(encrypted);
        open_padded(&opened).or_else(|| open_hashed(&opened, &length))
    }
}

/// `RSA_PAD`: https://core.telegram.org/mtproto/auth_key#41-rsa-paddata-server-public-key-mentioned-above-is-implemented-as-follows
fn open_padded(opened: &[u8]) -> Option<Vec<u8>> {
    let (mixed, encrypted) = opened.split_at(32);
    let mask = Sha256::digest(encrypted);
    let mut key = [0; 32];
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = mixed[at] ^ mask[at];
    }
    let mut text = encrypted.to_vec();
    ige_decrypt(&mut text, &key, &[0; 32]);
    let hash = text.split_off(192);
    text.reverse();
    let expected = Sha256::new().chain_update(key).chain_update(&text).finalize();
    (expected[..] == hash[..]).then_some(text)
}

/// The older padding: SHA-1 of the text, the text, random bytes; 255 in all.
fn open_hashed(opened: &[u8], length: &impl Fn(&[u8]) -> Option<usize>) -> Option<Vec<u8>> {
    let (hash, padded) = opened[1..].split_at(20);
    let text = padded.get(..length(padded)?)?;
    (Sha1::digest(text)[..] == hash[..]).then(|| text.to_vec())
}

/// Big-endian with zeros in front.
pub(crate) fn padded(number: &BigUint, length: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let mut all = vec![0; length.saturating_sub(bytes.len())];
    all.extend(bytes);
    all
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut all = vec![tag];
    match length {
        0..128 => all.push(u8::try_from(length).unwrap_or(0)),
        _ => {
            all.push(0x82);
            all.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    all.extend(content);
    all
}

fn der_integer(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| *first >= 0x80) {
        bytes.insert(0, 0);
    }
    der(2, &bytes)
}
