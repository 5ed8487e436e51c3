//! Steps that ask the flow's owner to do something: put goods into the cart, show a product, tell a webhook. Knows no
//! shop and no HTTP.

use std::collections::BTreeMap;
use std::sync::Arc;

use entities::Key;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use time::OffsetDateTime;

use super::date::iso;
use super::eval::Scope;
use super::expr::Expr;
use super::run::{Moment, Said};
use super::template::Template;
use super::types::Type;
use super::{Act, Flow, FlowRun, Outcome, Slot, Target, Verdict, rounds};

/// The most of one product that a flow puts into the cart at once.
const QUANTITY_MAX: u32 = 1_000;
/// Bytes of one answer that a webhook's reply may set.
const REPLIED_MAX_BYTES: usize = 4_096;

/// What the owner of a run has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// So many of a product go into the cart.
    Cart { product: String, quantity: u32 },
    /// The product is shown, with its buttons.
    Show { product: String },
    /// The answers go to a configured webhook.
    Webhook { name: Arc<str>, mark: Mark, answers: Json, waits: bool },
}

/// Which question to a webhook a reply belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub flow: Arc<str>,
    pub version: Arc<str>,
    pub step: String,
    /// When the run began, unix seconds.
    pub run_s: i64,
    /// The round of the loop around the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<u32>,
}

/// The answers of one customer for one webhook. Its idempotency key is the intent's id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebhookCall {
    /// Its name in the configuration; nothing else is ever called.
    pub webhook: String,
    pub customer: Key,
    pub mark: Mark,
    pub body: Json,
    /// The flow goes on with the reply.
    pub waits: bool,
}

/// What came of a question to a webhook.
#[derive(Debug, Clone, Copy)]
pub struct Replied<'a> {
    pub mark: &'a Mark,
    /// Names and values that it wants to set; `None`: it refused, or could not be reached.
    pub answers: Option<&'a BTreeMap<String, Json>>,
}

#[derive(Debug)]
pub(super) struct Shop {
    pub(super) show: bool,
    pub(super) product: Template,
    pub(super) quantity: Option<Expr>,
}

#[derive(Debug)]
pub(super) struct Webhook {
    pub(super) name: Arc<str>,
    /// Offset of the name in the file.
    pub(super) at: usize,
    /// Only these answers; all when it is not said.
    pub(super) send: Option<Vec<u16>>,
    pub(super) sets: Vec<(u16, Type)>,
    pub(super) failed: Option<Target>,
}

impl Webhook {
    /// Whether the dialogue goes on only with the reply.
    pub(super) fn waits(&self) -> bool {
        !self.sets.is_empty() || self.failed.is_some()
    }
}

impl Shop {
    /// `None` where the answer that names the product is missing, or nothing is wanted of it.
    pub(super) fn call(&self, scope: &Scope<'_>) -> Option<Call> {
        let mut product = String::new();
        self.product.plain(&mut product, scope.answers);
        let product = product.trim().to_owned();
        if product.is_empty() {
            return None;
        }
        if self.show {
            return Some(Call::Show { product });
        }
        let quantity = match &self.quantity {
            None => Some(1),
            Some(quantity) => {
                let value = quantity.value(scope).stored();
                let number = value.and_then(|text| Decimal::from_str_exact(&text).ok());
                number.and_then(|number| u32::try_from(number.trunc()).ok())
            }
        };
        let quantity = quantity.filter(|quantity| *quantity > 0)?.min(QUANTITY_MAX);
        Some(Call::Cart { product, quantity })
    }
}

impl Flow {
    pub(super) fn webhook_call(&self, run: &FlowRun, number: u16, webhook: &Webhook) -> Call {
        let wanted = |slot: usize| {
            let all = webhook.send.as_ref();
            all.is_none_or(|all| all.iter().any(|own| usize::from(*own) == slot))
        };
        let given = |(slot, (kept, value)): (usize, (&Slot, &Option<String>))| {
            let value = value.as_ref().filter(|_| wanted(slot))?;
            let value = match kept.holds {
                Type::List => serde_json::from_str(value).unwrap_or_default(),
                // Numbers too: JSON's are not exact everywhere.
                _ => Json::String(value.clone()),
            };
            Some((kept.name.to_string(), value))
        };
        let answers = self.slots.iter().zip(&run.answers).enumerate().filter_map(given).collect();
        let mark = self.mark(run, number);
        Call::Webhook {
            name: webhook.name.clone(),
            mark,
            answers: Json::Object(answers),
            waits: webhook.waits(),
        }
    }

    fn mark(&self, run: &FlowRun, number: u16) -> Mark {
        Mark {
            flow: self.name.clone(),
            version: self.version.clone(),
            step: self.steps.get(usize::from(number)).map_or("", |step| &step.id).to_owned(),
            run_s: run.started_at.unix_timestamp(),
            round: run.round.as_ref().map(|round| round.at),
        }
    }

    /// A webhook answered, or did not. What belongs to no question that still waits changes nothing.
    pub fn replied(
        &self,
        mut run: FlowRun,
        reply: Replied<'_>,
        lang: &str,
        now: OffsetDateTime,
    ) -> Outcome {
        let waiting = self.step_of(&run).filter(|_| self.mark(&run, run.step) == *reply.mark);
        let Some((step, Act::Webhook(webhook))) = waiting.map(|step| (step, &step.act)) else {
            return Outcome::stale(Some(run));
        };
        if let Some(values) = reply.answers {
            for (slot, holds) in &webhook.sets {
                let name = self.slots.get(usize::from(*slot)).map_or("", |slot| &slot.name);
                if let Some(value) = values.get(name).and_then(|value| replied(value, *holds)) {
                    self.put(&mut run, *slot, Some(value));
                }
            }
        }
        let failed = webhook.failed.filter(|_| reply.answers.is_none());
        let scope = Scope { flow: self, answers: &run.answers, today: now.date() };
        let target = failed.unwrap_or_else(|| step.next(&scope));
        self.go(run, target, Said::new(Verdict::Asked), Moment { lang, now })
    }

    /// The webhooks that its steps name, with their lines.
    pub fn webhooks(&self) -> impl Iterator<Item = (&str, usize)> {
        self.steps.iter().filter_map(|step| match &step.act {
            Act::Webhook(webhook) => {
                let before = self.source.as_bytes().iter().take(webhook.at);
                Some((&*webhook.name, 1 + before.filter(|byte| **byte == b'\n').count()))
            }
            _ => None,
        })
    }
}

/// A value of somebody else's, as far as it is of the kind that the file names.
fn replied(value: &Json, holds: Type) -> Option<String> {
    let text = match value {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        Json::Bool(truth) => (if *truth { "yes" } else { "no" }).to_owned(),
        _ => return None,
    };
    let fits = match holds {
        Type::Number => Decimal::from_str_exact(&text).is_ok(),
        Type::Date => iso(&text).is_some(),
        _ => true,
    };
    let plain = !text.is_empty() && text.len() <= REPLIED_MAX_BYTES && !text.contains('\0');
    (fits && plain).then_some(text)
}

/// A loop's line is shown for every round that it kept.
pub(super) fn rounds_shown(
    flow: &Flow,
    number: u16,
    text: &str,
    answers: &[Option<String>],
    lang: &str,
) -> String {
    let Some(step) = flow.steps.get(usize::from(number)) else {
        return String::new();
    };
    let Act::Each(each) = &step.act else {
        return String::new();
    };
    let mut shown = String::new();
    for round in rounds::rounds_of(text) {
        let mut known = answers.to_vec();
        let mut values = Vec::new();
        for slot in &each.body {
            let name = flow.slots.get(usize::from(*slot)).map_or("", |slot| &slot.name);
            let value = round.get(name).cloned();
            if each.item != Some(*slot) {
                values.extend(value.clone());
            }
            rounds::set(&mut known, *slot, value);
        }
        if !shown.is_empty() {
            shown.push('\n');
        }
        if each.has_line {
            step.text.of(lang).render(&mut shown, flow, &known, lang);
        } else {
            shown.push_str("• ");
            super::template::escape(&mut shown, &values.join(", "));
        }
    }
    shown
}
