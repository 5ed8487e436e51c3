//! The gateway's memory and rules: accounts, checkouts, refunds, remembered replies, events.
//! It must not know HTTP or waiting.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;
use serde_json::{Value, json};

use super::books::Books;
use super::checkout::{Checkout, Outcome, Status, Wanted};
use super::event::Event;
use super::ids::Ids;

/// How long an idempotency key answers, in seconds of the world.
const REMEMBER_S: i64 = 86_400;

/// A "no" with its status and type.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) message: String,
}

/// A refusal in one line.
pub(super) fn refuse(status: u16, kind: &'static str, message: impl Into<String>) -> Refused {
    Refused { status, kind, message: message.into() }
}

/// A merchant.
pub(super) struct Account {
    pub(super) name: String,
    api_key: String,
    pub(super) webhook_secret: String,
    pub(super) books: Books,
}

/// A request that is done once: whose, under which key, and what it asked.
pub(super) struct Once<'a> {
    pub(super) account: usize,
    pub(super) key: &'a str,
    pub(super) fingerprint: [u8; 32],
}

struct Remembered {
    fingerprint: [u8; 32],
    until: i64,
    status: u16,
    body: Value,
}

/// A refund request; unknown fields are ignored.
#[derive(Deserialize)]
pub(super) struct RefundWanted {
    checkout: String,
    amount_minor: i64,
    #[serde(default)]
    reason: String,
}

/// An answer and what happened with it.
pub(super) struct Done {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) replayed: bool,
    pub(super) events: Vec<Event>,
}

impl Done {
    fn new(status: u16, body: Value, events: Vec<Event>) -> Self {
        Self { status, body, replayed: false, events }
    }
}

/// Everything the gateway remembers.
pub(super) struct Desk {
    ids: Ids,
    accounts: Vec<Account>,
    checkouts: HashMap<String, Checkout>,
    /// Open checkouts by the second they expire.
    deadlines: BTreeSet<(i64, String)>,
    remembered: HashMap<(usize, String), Remembered>,
    events: Vec<Event>,
}

impl Desk {
    pub(super) fn new(seed: u64, started_ms: i64) -> Self {
        let mut desk = Self {
            ids: Ids::new(seed, started_ms),
            accounts: Vec::new(),
            checkouts: HashMap::new(),
            deadlines: BTreeSet::new(),
            remembered: HashMap::new(),
            events: Vec::new(),
        };
        desk.add_account("sandbox", "sk_sandbox", "whsec_sandbox");
        desk
    }

    pub(super) fn add_account(&mut self, name: &str, api_key: &str, webhook_secret: &str) {
        self.accounts.push(Account {
            name: name.to_owned(),
            api_key: api_key.to_owned(),
            webhook_secret: webhook_secret.to_owned(),
            books: Books::new(name),
        });
    }

    /// An account's checkouts under one reference of its own, newest first.
    pub(super) fn by_reference(&self, account: usize, reference: &str) -> Vec<&Checkout> {
        let is_it =
            |checkout: &&Checkout| checkout.account == account && checkout.reference == reference;
        let mut found: Vec<&Checkout> = self.checkouts.values().filter(is_it).collect();
        found.sort_by_key(|checkout| std::cmp::Reverse((checkout.created, checkout.id.clone())));
        found
    }

    /// Whose key this is.
    pub(super) fn account_of(&self, api_key: &str) -> Option<usize> {
        self.accounts.iter().position(|account| account.api_key == api_key)
    }

    pub(super) fn account(&self, number: usize) -> &Account {
        &self.accounts[number]
    }

    /// The reply that this key got before; another request under the same key is refused.
    pub(super) fn replay(&self, once: &Once<'_>, now: i64) -> Result<Option<Done>, Refused> {
        match self.remembered.get(&(once.account, once.key.to_owned())) {
            Some(old) if old.until < now => Ok(None),
            Some(old) if old.fingerprint != once.fingerprint => Err(refuse(
                400,
                "idempotency_error",
                "this Idempotency-Key was used with another request",
            )),
            Some(old) => {
                let mut done = Done::new(old.status, old.body.clone(), Vec::new());
                done.replayed = true;
                Ok(Some(done))
            }
            None => Ok(None),
        }
    }

    pub(super) fn remember(&mut self, once: &Once<'_>, done: &Done, now: i64) {
        let entry = Remembered {
            fingerprint: once.fingerprint,
            until: now + REMEMBER_S,
            status: done.status,
            body: done.body.clone(),
        };
        self.remembered.insert((once.account, once.key.to_owned()), entry);
    }

    pub(super) fn create(
        &mut self,
        account: usize,
        wanted: Wanted,
        public_url: &str,
        now: i64,
    ) -> Result<Done, Refused> {
        wanted.check(now).map_err(|why| refuse(400, "invalid_request", why))?;
        let checkout = Checkout::new(self.ids.next("co"), account, wanted, now);
        let body = checkout.json(public_url);
        self.deadlines.insert((checkout.expires_at, checkout.id.clone()));
        self.checkouts.insert(checkout.id.clone(), checkout);
        Ok(Done::new(201, body, Vec::new()))
    }

    /// A merchant sees only its own.
    pub(super) fn owned(&self, account: usize, id: &str) -> Result<&Checkout, Refused> {
        self.find(id).filter(|checkout| checkout.account == account).ok_or_else(unknown)
    }

    pub(super) fn find(&self, id: &str) -> Option<&Checkout> {
        self.checkouts.get(id)
    }

    pub(super) fn expire(
        &mut self,
        account: usize,
        id: &str,
        public_url: &str,
        now: i64,
    ) -> Result<Done, Refused> {
        self.owned(account, id)?;
        let event = self.settle(id, Status::Expired, "checkout.expired", now)?;
        let body = self.owned(account, id)?.json(public_url);
        Ok(Done::new(200, body, vec![event]))
    }

    /// What the payer did; a declined card and leaving the page keep the checkout open.
    pub(super) fn act(
        &mut self,
        id: &str,
        outcome: Outcome,
        now: i64,
    ) -> Result<Option<Event>, Refused> {
        match outcome {
            Outcome::Capture => {
                self.settle(id, Status::Captured, "checkout.captured", now).map(Some)
            }
            Outcome::Decline => self.decline(id, now).map(Some),
            Outcome::Cancel => self.find(id).map(|_| None).ok_or_else(unknown),
        }
    }

    pub(super) fn expire_due(&mut self, now: i64) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some((at, id)) = self.deadlines.first().cloned() {
            if at > now {
                break;
            }
            self.deadlines.remove(&(at, id.clone()));
            events.extend(self.settle(&id, Status::Expired, "checkout.expired", now));
        }
        events
    }

    pub(super) fn refund(
        &mut self,
        account: usize,
        wanted: &RefundWanted,
        now: i64,
    ) -> Result<Done, Refused> {
        let checkout = self.owned(account, &wanted.checkout)?;
        if checkout.status != Status::Captured {
            return Err(refuse(400, "invalid_request", "only a captured checkout can be refunded"));
        }
        let left = checkout.amount_minor - checkout.refunded_minor;
        if wanted.amount_minor < 1 || wanted.amount_minor > left {
            return Err(refuse(
                400,
                "invalid_request",
                format!("amount_minor must be from 1 to {left}, which is left"),
            ));
        }
        let id = self.ids.next("re");
        let Some(checkout) = self.checkouts.get_mut(&wanted.checkout) else {
            return Err(unknown());
        };
        checkout.refunded_minor += wanted.amount_minor;
        self.accounts[account].books.refund(checkout, &id, wanted.amount_minor, now);
        let refund = json!({
            "id": id, "object": "refund", "checkout": checkout.id,
            "amount_minor": wanted.amount_minor,
            "currency": checkout.currency, "reason": wanted.reason, "status": "succeeded",
            "created": now,
        });
        if let Some(checkout) = self.checkouts.get_mut(&wanted.checkout) {
            checkout.refunds.push(refund.clone());
        }
        let event = self.happened(&wanted.checkout, "refund.succeeded", Some(&refund), now)?;
        Ok(Done::new(201, refund, vec![event]))
    }

    pub(super) fn events_of(
        &self,
        account: usize,
        after: Option<&str>,
        limit: usize,
    ) -> Vec<Value> {
        let from = after
            .and_then(|id| self.events.iter().position(|event| event.id == id))
            .map_or(0, |at| at + 1);
        let own = self.events[from..].iter().filter(|event| event.account == account);
        own.take(limit).map(Event::json).collect()
    }

    /// Notes what became of a webhook call.
    pub(super) fn attempted(&mut self, number: usize, status: Option<u16>, now: i64) {
        if let Some(event) = self.events.get_mut(number) {
            event.attempts += 1;
            event.last_status = status;
            if status.is_some_and(|code| (200..300).contains(&code)) {
                event.delivered_at.get_or_insert(now);
            }
        }
    }

    /// An event that never happened, for a forger; it is not in the records.
    pub(super) fn forgery(&mut self, id: &str, now: i64) -> Option<Event> {
        let mut checkout = self.checkouts.get(id)?.clone();
        checkout.status = Status::Captured;
        let event = self.ids.next("evt");
        Some(Event::new(usize::MAX, event, &checkout, ("checkout.captured", None), now))
    }

    /// The card was declined: as on real hosted pages the checkout stays open for another one.
    fn decline(&mut self, id: &str, now: i64) -> Result<Event, Refused> {
        let checkout = self.checkouts.get_mut(id).ok_or_else(unknown)?;
        takes_cards(checkout, now)?;
        checkout.declined_at = Some(now);
        self.happened(id, "checkout.declined", None, now)
    }

    /// Moves an open checkout to its end; books and event follow.
    fn settle(&mut self, id: &str, to: Status, kind: &str, now: i64) -> Result<Event, Refused> {
        let checkout = self.checkouts.get_mut(id).ok_or_else(unknown)?;
        match to {
            Status::Expired => is_open(checkout)?,
            _ => takes_cards(checkout, now)?,
        }
        checkout.status = to;
        self.deadlines.remove(&(checkout.expires_at, checkout.id.clone()));
        if to == Status::Captured {
            checkout.captured_at = Some(now);
            self.accounts[checkout.account].books.capture(checkout, now);
        }
        self.happened(id, kind, None, now)
    }

    fn happened(
        &mut self,
        checkout: &str,
        kind: &str,
        refund: Option<&Value>,
        now: i64,
    ) -> Result<Event, Refused> {
        let id = self.ids.next("evt");
        let checkout = self.checkouts.get(checkout).ok_or_else(unknown)?;
        let event = Event::new(self.events.len(), id, checkout, (kind, refund), now);
        self.events.push(event.clone());
        Ok(event)
    }
}

fn is_open(checkout: &Checkout) -> Result<(), Refused> {
    if checkout.status == Status::Open {
        return Ok(());
    }
    let status = format!("the checkout is {:?}", checkout.status).to_lowercase();
    Err(refuse(409, "checkout_not_open", status))
}

/// An open checkout past its time takes no card, even before the look-out has closed it.
fn takes_cards(checkout: &Checkout, now: i64) -> Result<(), Refused> {
    is_open(checkout)?;
    if checkout.expires_at <= now {
        return Err(refuse(409, "checkout_not_open", "the checkout has expired"));
    }
    Ok(())
}

fn unknown() -> Refused {
    refuse(404, "not_found", "no such checkout")
}
