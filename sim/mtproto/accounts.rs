//! What the data centres know of accounts: where they live, passwords, codes on their way, QR tokens,
//! exported authorizations. It must not know calls.

use std::collections::HashMap;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use super::srp::Verifier;

/// Codes and tokens are good for so long, seconds of real time.
const CODE_VALID_S: i64 = 300;
/// Wrong codes that are taken before the code is void.
const TRIES: u8 = 5;
/// Pending codes, tokens and exports kept.
const KEPT: usize = 10_000;

/// How a login code reaches its person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CodeBy {
    /// In the app that is logged in already.
    #[default]
    App,
    /// As a text message.
    Sms,
    /// As a mail.
    Email,
}

/// How a person's account behaves at login; a person without one lives in the first data centre,
/// has no password and gets codes in the app.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Account {
    /// The person.
    pub user: i64,
    /// The data centre where it lives; the first one when absent.
    #[serde(default)]
    pub home_dc: Option<i32>,
    /// The password of two-step verification.
    #[serde(default)]
    pub password: Option<String>,
    /// What the client shows beside the question for the password.
    #[serde(default)]
    pub hint: Option<String>,
    /// How codes come.
    #[serde(default)]
    pub code_by: CodeBy,
    /// Whether it pays for Premium.
    #[serde(default)]
    pub premium: bool,
    /// The error that every call of it gets, such as `USER_DEACTIVATED_BAN`.
    #[serde(default)]
    pub barred: Option<String>,
}

pub(crate) struct Code {
    pub(crate) phone: String,
    pub(crate) code: String,
    pub(crate) by: CodeBy,
    at_s: i64,
    tries: u8,
}

pub(crate) struct QrToken {
    /// The key that shows it.
    pub(crate) key: i64,
    /// Who accepted it.
    pub(crate) user: Option<i64>,
    pub(crate) ends_s: i64,
}

/// Why a code is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WrongCode {
    Expired,
    Invalid,
}

/// All accounts.
pub(crate) struct Accounts {
    rng: StdRng,
    by_user: HashMap<i64, Account>,
    verifiers: HashMap<i64, Verifier>,
    codes: HashMap<String, Code>,
    pub(crate) tokens: HashMap<Vec<u8>, QrToken>,
    exported: HashMap<Vec<u8>, (i64, i32)>,
}

impl Accounts {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed ^ 0x6c6f_6769),
            by_user: HashMap::new(),
            verifiers: HashMap::new(),
            codes: HashMap::new(),
            tokens: HashMap::new(),
            exported: HashMap::new(),
        }
    }

    /// Sets how an account behaves.
    pub(crate) fn set(&mut self, account: Account) {
        self.verifiers.remove(&account.user);
        self.by_user.insert(account.user, account);
    }

    pub(crate) fn list(&self) -> Vec<Account> {
        let mut all: Vec<Account> = self.by_user.values().cloned().collect();
        all.sort_by_key(|account| account.user);
        all
    }

    pub(crate) fn of(&self, user: i64) -> Account {
        let known = self.by_user.get(&user).cloned();
        known.unwrap_or_else(|| Account { user, ..Account::default() })
    }

    pub(crate) fn home_of(&self, user: i64, first: i32) -> i32 {
        self.by_user.get(&user).and_then(|account| account.home_dc).unwrap_or(first)
    }

    pub(crate) fn barred(&self, user: i64) -> Option<String> {
        self.by_user.get(&user).and_then(|account| account.barred.clone())
    }

    pub(crate) fn has_password(&self, user: i64) -> bool {
        self.by_user.get(&user).is_some_and(|account| account.password.is_some())
    }

    /// What checks a password; made when it is first asked for, which takes a while.
    pub(crate) fn verifier(&mut self, user: i64) -> Option<&mut Verifier> {
        let password = self.by_user.get(&user)?.password.clone()?;
        let rng = &mut self.rng;
        Some(self.verifiers.entry(user).or_insert_with(|| Verifier::new(&password, rng)))
    }

    fn random_hex(&mut self, length: usize) -> String {
        (0..length).map(|_| format!("{:x}", self.rng.random_range(0..16_u8))).collect()
    }

    /// Sends a code; its hash, the code's number of digits.
    pub(crate) fn send_code(&mut self, phone: &str, by: CodeBy, now_s: i64) -> (String, i32) {
        self.codes.retain(|_, code| code.phone != phone && now_s - code.at_s < CODE_VALID_S);
        let digits: usize = if by == CodeBy::Email { 6 } else { 5 };
        let code = (0..digits).map(|_| self.rng.random_range(0..10_u8).to_string()).collect();
        let hash = self.random_hex(18);
        if self.codes.len() < KEPT {
            let code = Code { phone: phone.to_owned(), code, by, at_s: now_s, tries: 0 };
            self.codes.insert(hash.clone(), code);
        }
        (hash, i32::try_from(digits).unwrap_or(5))
    }

    /// The code that a person has just got.
    pub(crate) fn code_of(&self, phone: &str) -> Option<String> {
        self.codes.values().find(|code| code.phone == phone).map(|code| code.code.clone())
    }

    /// A code on its way.
    pub(crate) fn sent(&self, phone: &str, hash: &str) -> Option<&Code> {
        self.codes.get(hash).filter(|code| code.phone == phone)
    }

    /// Forgets a code.
    pub(crate) fn cancel(&mut self, phone: &str, hash: &str) -> bool {
        self.sent(phone, hash).is_some() && self.codes.remove(hash).is_some()
    }

    /// Takes a code, once.
    pub(crate) fn take_code(
        &mut self,
        phone: &str,
        hash: &str,
        given: &str,
        now_s: i64,
    ) -> Result<(), WrongCode> {
        let known = self.codes.get_mut(hash).filter(|code| code.phone == phone);
        let known = known.filter(|code| now_s - code.at_s < CODE_VALID_S && code.tries < TRIES);
        let known = known.ok_or(WrongCode::Expired)?;
        if known.code != given {
            known.tries += 1;
            return Err(WrongCode::Invalid);
        }
        self.codes.remove(hash);
        Ok(())
    }

    /// A QR token for a key that nobody is logged in with; a running one is given again.
    pub(crate) fn qr_token(&mut self, key: i64, now_s: i64) -> (Vec<u8>, i64) {
        self.tokens.retain(|_, token| token.ends_s > now_s || token.user.is_some());
        let running = self.tokens.iter().find(|(_, token)| token.key == key);
        if let Some((bytes, token)) = running {
            return (bytes.clone(), token.ends_s);
        }
        let mut bytes = vec![0; 32];
        self.rng.fill(&mut bytes[..]);
        let ends_s = now_s + 30;
        self.tokens.insert(bytes.clone(), QrToken { key, user: None, ends_s });
        (bytes, ends_s)
    }

    /// Who accepted the token of a key, once somebody did.
    pub(crate) fn accepted(&mut self, key: i64) -> Option<(Vec<u8>, i64)> {
        let mut tokens = self.tokens.iter();
        let (bytes, token) = tokens.find(|(_, token)| token.key == key && token.user.is_some())?;
        Some((bytes.clone(), token.user?))
    }

    /// Takes a user's login along to another data centre; good once.
    pub(crate) fn export(&mut self, user: i64, dc: i32) -> Vec<u8> {
        let mut bytes = vec![0; 128];
        self.rng.fill(&mut bytes[..]);
        if self.exported.len() < KEPT {
            self.exported.insert(bytes.clone(), (user, dc));
        }
        bytes
    }

    /// Whether the bytes bring this user to this data centre.
    pub(crate) fn import(&mut self, user: i64, dc: i32, bytes: &[u8]) -> bool {
        let fits = self.exported.get(bytes) == Some(&(user, dc));
        fits && self.exported.remove(bytes).is_some()
    }
}
