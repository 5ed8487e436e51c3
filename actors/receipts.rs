//! Which inputs an actor has applied, and what it answered. Kept by age, never by "highest id seen". Knows no inputs.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashSet, VecDeque};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use entities::SpilledReceipts;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::capability::Answer;
use crate::external::External;
use crate::numbers::Numbers;

/// This many stay in the actor's row; half of them move to a table of their own when it is full. Fewer make the row,
/// which every step writes, smaller; more make the moves rarer.
const IN_ROW: usize = 12;
/// A spilled bundle with intents in it: longer than any person lets a stuck intent lie.
const KEEP_SPILLED_INTENTS_MS: i64 = 400 * 24 * 3_600_000;

/// One applied input. Its text in the row is worked out once, not in each of the steps that carry it along.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    pub(crate) external: External,
    pub(crate) at_ms: i64,
    pub(crate) answer: Answer,
    text: Rc<RawValue>,
}

impl Receipt {
    /// Short in the row: `["u1:17",1760000000000]`, with the answer behind it when it is more than "done".
    pub(crate) fn new(external: External, at_ms: i64, answer: Answer) -> Self {
        let id = external.to_string();
        let text = match &answer {
            Answer::Done => serde_json::value::to_raw_value(&(id, at_ms)),
            answer => serde_json::value::to_raw_value(&(id, at_ms, answer)),
        };
        Self { external, at_ms, answer, text: text.expect("answers are plain data").into() }
    }

    /// Bytes that it takes in the row.
    pub(crate) fn text_len(&self) -> usize {
        self.text.get().len()
    }
}

impl Serialize for Receipt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Receipt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Stored {
            Full(String, i64, Answer),
            Done(String, i64),
        }
        let (external, at_ms, answer) = match Stored::deserialize(deserializer)? {
            Stored::Full(external, at_ms, answer) => (external, at_ms, answer),
            Stored::Done(external, at_ms) => (external, at_ms, Answer::Done),
        };
        let external = external.parse().map_err(serde::de::Error::custom)?;
        Ok(Self::new(external, at_ms, answer))
    }
}

#[derive(Default)]
pub(crate) struct Receipts {
    recent: VecDeque<Receipt>,
    /// Hashes of those in the table; a hit is looked up there.
    spilled: HashSet<u64>,
    bundles: VecDeque<(Option<i64>, Vec<u64>)>,
}

/// What is known of an external id.
#[derive(Debug, PartialEq)]
pub(crate) enum Known<'a> {
    No,
    Answered(&'a Answer),
    /// Probably in the table: ask it.
    PerhapsSpilled,
}

impl Receipts {
    pub(crate) fn hydrate(
        recent: Vec<Receipt>,
        bundles: &[SpilledReceipts],
    ) -> anyhow::Result<Self> {
        let mut receipts = Self { recent: recent.into(), ..Self::default() };
        for bundle in bundles {
            let stored: Vec<Receipt> = serde_json::from_slice(&bundle.body)?;
            receipts.remember(bundle.keep_until_ms, &stored);
        }
        Ok(receipts)
    }

    pub(crate) fn find(&self, external: &External) -> Known<'_> {
        if let Some(receipt) = self.recent.iter().rev().find(|one| one.external == *external) {
            return Known::Answered(&receipt.answer);
        }
        if self.spilled.is_empty() || !self.spilled.contains(&hash(external)) {
            return Known::No;
        }
        Known::PerhapsSpilled
    }

    /// The receipts as they will stand in the row once `next` is committed.
    pub(crate) fn listed<'a>(&'a self, next: Option<&'a Next>) -> Vec<&'a Receipt> {
        let gone = next.map_or(0, |next| next.leaving().end);
        let added = next.and_then(|next| next.receipt.as_ref());
        self.before(next).iter().chain(added).skip(gone).collect()
    }

    /// Those of the inputs before the one of `next`.
    fn before<'a>(&'a self, next: Option<&'a Next>) -> &'a VecDeque<Receipt> {
        next.and_then(|next| next.silent.as_ref()).unwrap_or(&self.recent)
    }

    /// What one more input changes: which receipts leave the row, and which of them move to the table. Changes nothing
    /// yet: the step may fail.
    pub(crate) fn with(&self, receipt: Receipt, now_ms: i64, numbers: &Numbers) -> Next {
        let is_over = |receipt: &&Receipt| is_over(receipt, now_ms, numbers);
        let over = self.recent.iter().take_while(is_over).count();
        let left = self.recent.len() - over + 1;
        let spill = if left > IN_ROW { IN_ROW / 2 } else { 0 };
        Next { receipt: Some(receipt), over, spill, silent: None }
    }

    /// The person was erased: that they were answered is kept, with which words is not.
    pub(crate) fn forget_words(&self, mut next: Next) -> Next {
        if let Some(receipt) = &mut next.receipt {
            receipt.forget_words();
        }
        let mut silent = self.recent.clone();
        silent.iter_mut().for_each(Receipt::forget_words);
        Next { silent: Some(silent), ..next }
    }

    /// The bundle's row, when some leave for the table.
    pub(crate) fn spilled_row(
        &self,
        next: &Next,
        owner: &str,
        seq: i64,
    ) -> Option<SpilledReceipts> {
        let spill: Vec<&Receipt> = self.before(Some(next)).range(next.leaving()).collect();
        if spill.is_empty() {
            return None;
        }
        let body = serde_json::to_vec(&spill).expect("receipts are plain data");
        let keep_until_ms = keep_until(spill);
        Some(SpilledReceipts { owner: owner.to_owned(), seq, keep_until_ms, body })
    }

    /// The step is committed.
    pub(crate) fn accept(&mut self, next: Next, now_ms: i64) {
        let leaving = next.leaving();
        if let Some(silent) = next.silent {
            self.recent = silent;
        }
        let spill: Vec<Receipt> = self.recent.drain(..leaving.end).skip(leaving.start).collect();
        self.recent.extend(next.receipt);
        if spill.is_empty() {
            return;
        }
        self.remember(keep_until(&spill), &spill);
        let is_over = |(until, _): &(Option<i64>, Vec<u64>)| until.is_some_and(|at| at < now_ms);
        for (_, hashes) in self.bundles.iter().filter(|bundle| is_over(bundle)) {
            for hash in hashes {
                self.spilled.remove(hash);
            }
        }
        self.bundles.retain(|bundle| !is_over(bundle));
    }

    fn remember(&mut self, keep_until_ms: Option<i64>, receipts: &[Receipt]) {
        let hashes: Vec<u64> = receipts.iter().map(|receipt| hash(&receipt.external)).collect();
        self.spilled.extend(&hashes);
        self.bundles.push_back((keep_until_ms, hashes));
    }
}

/// What a step does to the receipts.
pub(crate) struct Next {
    receipt: Option<Receipt>,
    /// So many of the oldest are forgotten,
    over: usize,
    /// and so many behind them move to the table.
    spill: usize,
    /// Those before, without their words, when they are to be forgotten.
    silent: Option<VecDeque<Receipt>>,
}

impl Next {
    /// The places of those that move to the table.
    fn leaving(&self) -> std::ops::Range<usize> {
        self.over..self.over + self.spill
    }
}

impl Receipt {
    fn forget_words(&mut self) {
        if !matches!(self.answer, Answer::Done | Answer::Held) {
            *self = Self::new(self.external.clone(), self.at_ms, Answer::Done);
        }
    }
}

/// A bundle from the table, without the words of its answers.
pub(crate) fn without_words(body: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut receipts: Vec<Receipt> = serde_json::from_slice(body)?;
    for receipt in &mut receipts {
        receipt.forget_words();
    }
    Ok(serde_json::to_vec(&receipts)?)
}

/// Nobody can repeat it any more.
fn is_over(receipt: &Receipt, now_ms: i64, numbers: &Numbers) -> bool {
    let Some(keep_ms) = receipt.external.keep_ms() else {
        return false;
    };
    let undone = match &receipt.external {
        External::Intent(id) | External::Result(id) => !numbers.is_done(*id),
        _ => false,
    };
    receipt.at_ms.saturating_add(keep_ms) < now_ms && !undone
}

fn keep_until<'a>(receipts: impl IntoIterator<Item = &'a Receipt>) -> Option<i64> {
    let until = |receipt: &Receipt| {
        let keep_ms = match receipt.external {
            External::Intent(_) | External::Result(_) => KEEP_SPILLED_INTENTS_MS,
            _ => receipt.external.keep_ms()?,
        };
        Some(receipt.at_ms.saturating_add(keep_ms))
    };
    let untils: Option<Vec<i64>> = receipts.into_iter().map(until).collect();
    untils?.into_iter().max()
}

fn hash(external: &External) -> u64 {
    let mut hasher = DefaultHasher::new();
    external.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{Answer, External, IN_ROW, Known, Numbers, Receipt, Receipts, SpilledReceipts};

    fn update(id: i64) -> External {
        External::Update { epoch: 1, id }
    }

    fn apply(receipts: &mut Receipts, external: External, at_ms: i64) -> Option<SpilledReceipts> {
        let receipt = Receipt::new(external, at_ms, Answer::Done);
        let next = receipts.with(receipt, at_ms, &Numbers::default());
        let row = receipts.spilled_row(&next, "session:shop:1", at_ms);
        receipts.accept(next, at_ms);
        row
    }

    #[test]
    fn an_update_that_returns_after_newer_ones_is_known() {
        let mut receipts = Receipts::default();
        let mut bundles = Vec::new();
        for id in [900, 5, 901, 17].into_iter().chain(1_000..1_100) {
            bundles.extend(apply(&mut receipts, update(id), id));
        }
        assert!(receipts.listed(None).len() <= IN_ROW && !bundles.is_empty());
        assert_eq!(receipts.find(&update(1_099)), Known::Answered(&Answer::Done));
        assert_eq!(receipts.find(&update(5)), Known::PerhapsSpilled);
        assert_eq!(receipts.find(&update(6)), Known::No, "a lower id that never came is new");
        assert_eq!(receipts.find(&External::Update { epoch: 2, id: 5 }), Known::No);

        let recent = serde_json::to_vec(&receipts.listed(None)).expect("plain data");
        let recent: Vec<Receipt> = serde_json::from_slice(&recent).expect("reads back");
        let again = Receipts::hydrate(recent, &bundles).expect("decodes");
        assert_eq!(again.find(&update(5)), Known::PerhapsSpilled);
        assert_eq!(again.find(&update(1_099)), Known::Answered(&Answer::Done));
    }

    #[test]
    fn receipts_go_by_age_and_a_gateways_never() {
        let mut receipts = Receipts::default();
        let day_ms = 24 * 3_600_000;
        apply(&mut receipts, update(1), 0);
        apply(&mut receipts, update(2), day_ms);
        assert_ne!(receipts.find(&update(1)), Known::No, "Telegram may still repeat it");
        apply(&mut receipts, update(3), 2 * day_ms);
        assert_eq!(receipts.find(&update(1)), Known::No);
        let mut receipts = Receipts::default();
        apply(&mut receipts, External::Event("sandbox/evt_1".to_owned()), 0);
        apply(&mut receipts, update(4), 1_000 * day_ms);
        assert_ne!(receipts.find(&External::Event("sandbox/evt_1".to_owned())), Known::No);
    }

    #[test]
    fn an_intent_still_undone_at_its_sender_keeps_its_receipt() {
        let numbers = Numbers::default();
        let id = numbers.take(3, 0);
        let mut receipts = Receipts::default();
        let year_ms = 365 * 24 * 3_600_000;
        for (external, at_ms) in [(External::Intent(id), 0), (update(1), year_ms)] {
            let receipt = Receipt::new(external, at_ms, Answer::Done);
            let next = receipts.with(receipt, at_ms, &numbers);
            receipts.accept(next, at_ms);
        }
        assert_ne!(receipts.find(&External::Intent(id)), Known::No);
        numbers.close(id);
        let receipt = Receipt::new(update(2), year_ms, Answer::Done);
        let next = receipts.with(receipt, year_ms, &numbers);
        receipts.accept(next, year_ms);
        assert_eq!(receipts.find(&External::Intent(id)), Known::No);
    }
}
