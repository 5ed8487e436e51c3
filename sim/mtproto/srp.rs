//! The server's side of SRP for two-step verification: it checks a password that it never hears. It
//! must not know calls. https://core.telegram.org/api/srp

use grammers_tl_types::types::PasswordKdfAlgoSha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow as Algorithm;
use num_bigint::BigUint;
use rand::RngExt;
use rand::rngs::StdRng;
use sha2::{Digest, Sha256, Sha512};

use super::handshake::{GENERATOR, prime};
use super::rsa::padded;

const ROUNDS: u32 = 100_000;

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

fn salted(text: &[u8], salt: &[u8]) -> [u8; 32] {
    hash(&[salt, text, salt])
}

fn number(bytes: &[u8]) -> BigUint {
    BigUint::from_bytes_be(bytes)
}

fn wide(number: &BigUint) -> Vec<u8> {
    padded(number, 256)
}

/// How a password is hashed, as clients are told.
pub(crate) fn algorithm(salt1: Vec<u8>, salt2: Vec<u8>) -> Algorithm {
    let g = i32::try_from(GENERATOR).unwrap_or(i32::MAX);
    Algorithm { salt1, salt2, g, p: prime().to_bytes_be() }
}

/// What checks one password.
pub(crate) struct Verifier {
    salt1: Vec<u8>,
    salt2: Vec<u8>,
    verifier: BigUint,
    /// The running exchange: its id, our exponent, what the client was told.
    asked: Option<(i64, BigUint, BigUint)>,
}

/// Why a proof is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WrongProof {
    Id,
    Password,
}

impl Verifier {
    pub(crate) fn new(password: &str, rng: &mut StdRng) -> Self {
        let mut salt1 = vec![0; 40];
        let mut salt2 = vec![0; 16];
        rng.fill(&mut salt1[..]);
        rng.fill(&mut salt2[..]);
        let first = salted(&salted(password.as_bytes(), &salt1), &salt2);
        let mut long = [0; 64];
        pbkdf2::pbkdf2_hmac::<Sha512>(&first, &salt1, ROUNDS, &mut long);
        let exponent = number(&salted(&long, &salt2));
        let verifier = BigUint::from(GENERATOR).modpow(&exponent, &prime());
        Self { salt1, salt2, verifier, asked: None }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        algorithm(self.salt1.clone(), self.salt2.clone())
    }

    /// Begins an exchange: its id and `srp_B`.
    pub(crate) fn ask(&mut self) -> (i64, Vec<u8>) {
        let mut rng = rand::rng();
        let mut random = [0; 256];
        rng.fill(&mut random[..]);
        let (id, exponent, prime) = (rng.random(), number(&random), prime());
        let generator = BigUint::from(GENERATOR);
        let factor = number(&hash(&[&wide(&prime), &wide(&generator)]));
        let ours = (factor * &self.verifier + generator.modpow(&exponent, &prime)) % &prime;
        let bytes = wide(&ours);
        self.asked = Some((id, exponent, ours));
        (id, bytes)
    }

    /// Checks a client's proof.
    pub(crate) fn check(&mut self, id: i64, a: &[u8], proof: &[u8]) -> Result<(), WrongProof> {
        let asked = self.asked.take().filter(|(known, _, _)| *known == id);
        let (_, exponent, ours) = asked.ok_or(WrongProof::Id)?;
        let (prime, theirs) = (prime(), number(a));
        if &theirs % &prime == BigUint::ZERO {
            return Err(WrongProof::Password);
        }
        let (a, b, p) = (wide(&theirs), wide(&ours), wide(&prime));
        let mix = number(&hash(&[&a, &b]));
        let base = theirs * self.verifier.modpow(&mix, &prime);
        let key = hash(&[&wide(&base.modpow(&exponent, &prime))]);
        let (hash_p, hash_g) = (hash(&[&p]), hash(&[&wide(&BigUint::from(GENERATOR))]));
        let both: Vec<u8> = hash_p.iter().zip(hash_g).map(|(p, g)| p ^ g).collect();
        let (salt1, salt2) = (hash(&[&self.salt1]), hash(&[&self.salt2]));
        let expected = hash(&[&both, &salt1, &salt2, &a, &b, &key]);
        (expected[..] == *proof).then_some(()).ok_or(WrongProof::Password)
    }
}

#[cfg(test)]
mod tests {
    use grammers_crypto::two_factor_auth::calculate_2fa;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::{Verifier, WrongProof};

    #[test]
    fn a_client_proves_the_password_once_and_no_other() {
        let mut verifier = Verifier::new("open sesame", &mut StdRng::seed_from_u64(3));
        let mut prove = |password: &str, again: bool| {
            let (id, b) = verifier.ask();
            let algorithm = verifier.algorithm();
            let secret = vec![9; 256];
            let (m1, a) = calculate_2fa(
                &algorithm.salt1,
                &algorithm.salt2,
                &algorithm.p,
                &algorithm.g,
                b,
                secret,
                password,
            );
            let first = verifier.check(id, &a, &m1);
            if again { verifier.check(id, &a, &m1) } else { first }
        };
        assert_eq!(prove("open sesame", false), Ok(()));
        assert_eq!(prove("open barley", false), Err(WrongProof::Password));
        assert_eq!(prove("open sesame", true), Err(WrongProof::Id));
    }
}
