//! A key exchange with data centres of another RSA key than Telegram's own, such as simulated ones: grammers knows only
//! Telegram's. https://core.telegram.org/mtproto/auth_key

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use grammers_client::sender::{Sender, ServerAddr};
use grammers_client::tl::{self, Cursor, Deserializable, Serializable};
use grammers_crypto::{aes, factorize, generate_key_data_from_nonce, rsa};
use grammers_mtproto::mtp::Plain;
use grammers_mtproto::transport::Full;
use num_bigint::BigUint;
use sha1::{Digest, Sha1};

/// A whole exchange takes three questions.
const WITHIN: Duration = Duration::from_secs(15);

/// The public half of an RSA key.
#[derive(Clone, Debug)]
pub struct PublicKey {
    modulus: BigUint,
    exponent: BigUint,
}

impl PublicKey {
    /// Reads PKCS#1 in PEM, as the data centres print it.
    ///
    /// # Errors
    /// When it is something else.
    pub fn from_pem(text: &str) -> anyhow::Result<Self> {
        use base64::Engine;
        let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        let der = base64::engine::general_purpose::STANDARD.decode(body.trim());
        let der = der.context("the public key is no PEM")?;
        let mut rest = tagged(&mut der.as_slice(), 0x30)?;
        let modulus = BigUint::from_bytes_be(tagged(&mut rest, 2)?);
        let exponent = BigUint::from_bytes_be(tagged(&mut rest, 2)?);
        ensure!(modulus.bits() == 2048, "the public key has not 2048 bits");
        Ok(Self { modulus, exponent })
    }

    fn fingerprint(&self) -> i64 {
        let mut bytes = self.modulus.to_bytes_be().to_bytes();
        bytes.extend(self.exponent.to_bytes_be().to_bytes());
        let hash = Sha1::digest(&bytes);
        i64::from_le_bytes(hash[12..20].try_into().expect("eight bytes of twenty"))
    }
}

/// The content of the next DER value, which must have this tag.
fn tagged<'a>(rest: &mut &'a [u8], tag: u8) -> anyhow::Result<&'a [u8]> {
    let (head, after) = rest.split_first_chunk::<2>().context("the public key is cut off")?;
    ensure!(head[0] == tag, "the public key is no RSA PUBLIC KEY");
    let (length, after) = match head[1] {
        short @ 0..0x80 => (usize::from(short), after),
        long => {
            let count = usize::from(long & 0x7f);
            let bytes = after.get(..count).context("the public key is cut off")?;
            let length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            (length, &after[count..])
        }
    };
    let content = after.get(..length).context("the public key is cut off")?;
    *rest = &after[length..];
    Ok(content)
}

/// Agrees on a key with the data centre at this address.
///
/// # Errors
/// When it does not answer in time, or breaks the rules of the exchange.
pub async fn agree(dc: i32, address: SocketAddr, key: &PublicKey) -> anyhow::Result<[u8; 256]> {
    let agreed = tokio::time::timeout(WITHIN, exchange(dc, address, key)).await;
    agreed.context("the data centre did not answer in time")?
}

async fn exchange(dc: i32, address: SocketAddr, key: &PublicKey) -> anyhow::Result<[u8; 256]> {
    let server = ServerAddr::Tcp { address };
    let mut sender = Sender::connect(Full::new(), Plain::new(), server).await.context("connect")?;
    let nonce: [u8; 16] = rand::random();
    let asked = sender.invoke(&tl::functions::ReqPqMulti { nonce }).await?;
    let tl::enums::ResPq::Pq(asked) = asked;
    ensure!(asked.nonce == nonce, "the data centre answered another exchange");
    let fingerprint = key.fingerprint();
    ensure!(
        asked.server_public_key_fingerprints.contains(&fingerprint),
        "the data centre does not have this public key"
    );
    let new_nonce: [u8; 32] = rand::random();
    let (request, server_nonce) = prove(dc, key, &asked, new_nonce)?;
    let params = sender.invoke(&request).await?;
    let tl::enums::ServerDhParams::Ok(params) = params else {
        bail!("the data centre refused the factors");
    };
    ensure!(params.nonce == nonce && params.server_nonce == server_nonce, "another exchange");
    let aes_key = generate_key_data_from_nonce(&server_nonce, &new_nonce);
    let dh = opened(params.encrypted_answer, &aes_key)?;
    let number = |bytes: &[u8]| BigUint::from_bytes_be(bytes);
    let (prime, theirs) = (number(&dh.dh_prime), number(&dh.g_a));
    // A weak group would give the key away.
    let g = u32::try_from(dh.g).context("a negative generator")?;
    ensure!((2..=7).contains(&g) && prime.bits() == 2048, "a weak group");
    let margin = BigUint::from(1_u8) << 1984_u32;
    ensure!(theirs > margin && theirs < &prime - &margin, "a weak share");
    let random: [[u8; 32]; 8] = std::array::from_fn(|_| rand::random());
    let secret = number(&random.concat());
    let ours = BigUint::from(g).modpow(&secret, &prime);
    let inner =
        tl::types::ClientDhInnerData { nonce, server_nonce, retry_id: 0, g_b: ours.to_bytes_be() };
    let encrypted_data = sealed(&tl::enums::ClientDhInnerData::Data(inner).to_bytes(), &aes_key);
    let request = tl::functions::SetClientDhParams { nonce, server_nonce, encrypted_data };
    let done = sender.invoke(&request).await?;
    let tl::enums::SetClientDhParamsAnswer::DhGenOk(done) = done else {
        bail!("the data centre refused our share");
    };
    let shared = theirs.modpow(&secret, &prime).to_bytes_be();
    let mut agreed = [0; 256];
    agreed[256 - shared.len()..].copy_from_slice(&shared);
    let proof = grammers_crypto::AuthKey::from_bytes(agreed).calc_new_nonce_hash(&new_nonce, 1);
    ensure!(done.new_nonce_hash1 == proof, "the data centre has another key");
    // Closed by the other side already, most likely.
    let _ = sender.disconnect().await;
    Ok(agreed)
}

/// The second question: the factors, encrypted with the public key.
fn prove(
    dc: i32,
    key: &PublicKey,
    asked: &tl::types::ResPq,
    new_nonce: [u8; 32],
) -> anyhow::Result<(tl::functions::ReqDhParams, [u8; 16])> {
    ensure!(asked.pq.len() <= 8, "pq is too long");
    let pq = asked.pq.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let (p, q) = factorize(pq);
    let bytes = |number: u64| BigUint::from(number).to_bytes_be();
    let inner = tl::types::PQInnerDataDc {
        pq: asked.pq.clone(),
        p: bytes(p),
        q: bytes(q),
        nonce: asked.nonce,
        server_nonce: asked.server_nonce,
        new_nonce,
        dc,
    };
    let inner = tl::enums::PQInnerData::Dc(inner).to_bytes();
    let rsa_key = rsa::Key::new(&key.modulus.to_string(), &key.exponent.to_string());
    let rsa_key = rsa_key.context("the public key cannot be used")?;
    let random: [[u8; 32]; 7] = std::array::from_fn(|_| rand::random());
    let random: [u8; 224] = random.concat().try_into().expect("seven times 32 bytes");
    let request = tl::functions::ReqDhParams {
        nonce: asked.nonce,
        server_nonce: asked.server_nonce,
        p: bytes(p),
        q: bytes(q),
        public_key_fingerprint: key.fingerprint(),
        encrypted_data: rsa::encrypt_hashed(&inner, &rsa_key, &random),
    };
    Ok((request, asked.server_nonce))
}

type AesKey = ([u8; 32], [u8; 32]);

fn opened(mut text: Vec<u8>, (key, iv): &AesKey) -> anyhow::Result<tl::types::ServerDhInnerData> {
    ensure!(text.len() >= 32 && text.len().is_multiple_of(16), "an answer of a wrong length");
    aes::ige_decrypt(&mut text, key, iv);
    let (hash, inner) = text.split_at(20);
    let mut cursor = Cursor::from_slice(inner);
    let read = tl::enums::ServerDhInnerData::deserialize(&mut cursor);
    let tl::enums::ServerDhInnerData::Data(data) = read.context("an unreadable answer")?;
    ensure!(Sha1::digest(&inner[..cursor.pos()])[..] == *hash, "an answer with a wrong hash");
    Ok(data)
}

fn sealed(inner: &[u8], (key, iv): &AesKey) -> Vec<u8> {
    let mut text = Sha1::digest(inner).to_vec();
    text.extend(inner);
    text.resize(text.len().next_multiple_of(16), 0);
    aes::ige_encrypt(&mut text, key, iv);
    text
}
