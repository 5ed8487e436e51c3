//! Sealing: XChaCha20-Poly1305 with a random nonce before the ciphertext. Knows no rows.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

const NONCE: usize = 24;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SealError {
    #[error("this was sealed with another key, or changed since")]
    Unsealable,
    #[error("a key is 32 bytes in base64 (44 characters)")]
    Key,
}

/// A symmetric key that seals and opens. Never prints.
#[derive(Clone)]
pub struct SealKey {
    cipher: XChaCha20Poly1305,
    bytes: [u8; 32],
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(…)")
    }
}

impl SealKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&bytes.into()), bytes }
    }

    pub fn random() -> Self {
        Self::new(rand::random())
    }

    /// # Errors
    /// When the text is not 32 bytes in base64.
    pub fn from_base64(text: &str) -> Result<Self, SealError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| SealError::Key)?;
        Ok(Self::new(bytes.try_into().map_err(|_| SealError::Key)?))
    }

    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.bytes)
    }

    /// Seals `plain`; `purpose` (table, owner) must be the same when it is opened, so that sealed values cannot be swapped.
    pub fn seal(&self, plain: &[u8], purpose: &str) -> Vec<u8> {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: plain, aad: purpose.as_bytes() };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a message in memory is within the cipher's limit");
        [nonce.as_slice(), &sealed].concat()
    }

    /// # Errors
    /// When it was sealed with another key or for another purpose, or was changed.
    pub fn open(&self, sealed: &[u8], purpose: &str) -> Result<Vec<u8>, SealError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(SealError::Unsealable)?;
        let payload = Payload { msg: sealed, aad: purpose.as_bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealError::Unsealable)
    }

    /// Tells keys apart without saying anything about them: the first 8 bytes of a hash, in hexadecimal.
    pub fn fingerprint(&self) -> String {
        let hash = Sha256::new().chain_update(b"kontor key").chain_update(self.bytes).finalize();
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// A secret for one purpose (a webhook's token), the same each time: 32 hexadecimal digits.
    pub fn derive(&self, purpose: &str) -> String {
        let hash = Sha256::new()
            .chain_update(b"kontor derived secret")
            .chain_update(self.bytes)
            .chain_update(purpose.as_bytes())
            .finalize();
        hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The key kept apart from the database; it seals the persons' keys and everything that belongs to nobody.
pub type MasterKey = SealKey;

#[cfg(test)]
mod tests {
    use super::{SealError, SealKey};

    #[test]
    fn only_the_same_key_and_purpose_open() {
        let key = SealKey::random();
        let sealed = key.seal(b"hello", "facts session:shop:1");
        assert_eq!(key.open(&sealed, "facts session:shop:1").as_deref(), Ok(&b"hello"[..]));
        assert_eq!(key.open(&sealed, "facts session:shop:2"), Err(SealError::Unsealable));
        assert_eq!(
            SealKey::random().open(&sealed, "facts session:shop:1"),
            Err(SealError::Unsealable)
        );
        assert_eq!(key.open(&sealed[..10], ""), Err(SealError::Unsealable));
        assert_ne!(sealed, key.seal(b"hello", "facts session:shop:1"), "nonces differ");
    }

    #[test]
    fn a_key_survives_its_text_and_never_prints() {
        let key = SealKey::random();
        let again = SealKey::from_base64(&key.to_base64()).expect("its own text");
        assert_eq!(again.fingerprint(), key.fingerprint());
        assert!(!format!("{key:?}").contains(&key.to_base64()));
        assert_eq!(SealKey::from_base64("short").err(), Some(SealError::Key));
    }
}
