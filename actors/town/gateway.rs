//! The town's gateway: keeps books of its own, so that ours can be compared. Knows no actors.

use std::collections::BTreeMap;

use entities::{Key, Money};

use super::rejected;
use crate::gateway::{GatewayCall, GatewayOp, GatewayReply, Refund};
use crate::intent::Outcome;
use crate::payment::CheckoutReport;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// The answer is lost, and nothing was done.
    LostBefore,
    /// The answer is lost, but it was done.
    LostAfter,
    /// A definite no.
    Rejects,
}

#[derive(Clone, Debug)]
pub(crate) struct Checkout {
    pub(crate) payment: Key,
    pub(crate) amount: Money,
    pub(crate) open: bool,
    pub(crate) captured_minor: i64,
    pub(crate) refunded_minor: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) payment: Key,
    pub(crate) event: String,
    pub(crate) checkout: String,
    pub(crate) report: CheckoutReport,
}

#[derive(Default)]
pub(crate) struct Gateway {
    pub(crate) checkouts: BTreeMap<String, Checkout>,
    /// Webhooks on their way.
    pub(crate) hooks: Vec<Hook>,
    /// Every webhook that ever was, to be repeated.
    pub(crate) history: Vec<Hook>,
    /// Of each checkout, oldest first.
    refunds: BTreeMap<String, Vec<Refund>>,
    numbers: u32,
}

impl Gateway {
    pub(crate) fn checkout_of(&self, payment: &Key) -> Option<String> {
        let mine = |(_, checkout): &(&String, &Checkout)| checkout.payment == *payment;
        self.checkouts.iter().find(mine).map(|(id, _)| id.clone())
    }

    pub(crate) fn work(&mut self, call: &GatewayCall, fault: Fault) -> Outcome {
        match fault {
            Fault::None => Outcome::Gateway(self.done(call)),
            Fault::Rejects => rejected("not today"),
            Fault::LostBefore => Outcome::Stuck { reason: "time-out".to_owned() },
            Fault::LostAfter => {
                self.done(call);
                Outcome::Stuck { reason: "time-out".to_owned() }
            }
        }
    }

    fn done(&mut self, call: &GatewayCall) -> GatewayReply {
        match &call.op {
            GatewayOp::OpenCheckout { amount, .. } => self.open(&call.payment, *amount),
            GatewayOp::AskCheckout { checkout: None, .. } => {
                match self.checkout_of(&call.payment) {
                    Some(id) if self.checkouts[&id].open => opened(id),
                    Some(id) => self.told(&id),
                    None => unknown(),
                }
            }
            GatewayOp::AskCheckout { checkout: Some(id), .. } => self.told(id),
            GatewayOp::ExpireCheckout { checkout, .. } => match self.checkouts.get_mut(checkout) {
                Some(found) if found.captured_minor == 0 => {
                    found.open = false;
                    GatewayReply::Expired
                }
                _ => self.told(checkout),
            },
            GatewayOp::Refund { checkout, amount, .. } => self.refund(checkout, *amount),
            GatewayOp::OpenSubscription { .. }
            | GatewayOp::EditSubscription { .. }
            | GatewayOp::ReadStars { .. } => unknown(),
        }
    }

    fn open(&mut self, payment: &Key, amount: Money) -> GatewayReply {
        self.numbers += 1;
        let id = format!("co_{}", self.numbers);
        let payment = payment.clone();
        let checkout =
            Checkout { payment, amount, open: true, captured_minor: 0, refunded_minor: 0 };
        self.checkouts.insert(id.clone(), checkout);
        opened(id)
    }

    fn told(&self, id: &str) -> GatewayReply {
        let Some(checkout) = self.checkouts.get(id) else {
            return unknown();
        };
        match checkout {
            Checkout { captured_minor: 1.., amount, .. } => GatewayReply::Captured {
                amount: Money::new(checkout.captured_minor, amount.currency),
                charge: None,
                refunds: self.refunds.get(id).cloned().unwrap_or_default(),
            },
            Checkout { open: true, .. } => GatewayReply::Open,
            _ => GatewayReply::Expired,
        }
    }

    fn refund(&mut self, id: &str, amount: Money) -> GatewayReply {
        self.numbers += 1;
        let refund = format!("re_{}", self.numbers);
        let Some(checkout) = self.checkouts.get_mut(id) else {
            return unknown();
        };
        if checkout.refunded_minor + amount.amount_minor > checkout.captured_minor {
            return GatewayReply::Rejected { reason: "more than came".to_owned() };
        }
        checkout.refunded_minor += amount.amount_minor;
        let made = Refund { refund: refund.clone(), amount };
        self.refunds.entry(id.to_owned()).or_default().push(made);
        self.announce(id, CheckoutReport::Refunded { refund: refund.clone(), amount });
        GatewayReply::Refunded { refund, amount }
    }

    /// The customer pays, if the page still takes money.
    pub(crate) fn pay(&mut self, id: &str) {
        if let Some(checkout) = self.checkouts.get(id) {
            self.pay_amount(id, checkout.amount);
        }
    }

    pub(crate) fn pay_amount(&mut self, id: &str, amount: Money) {
        let Some(checkout) = self.checkouts.get_mut(id) else {
            return;
        };
        if checkout.open {
            checkout.open = false;
            checkout.captured_minor = amount.amount_minor;
            self.announce(id, CheckoutReport::Captured { amount, charge: None });
        }
    }

    pub(crate) fn decline(&mut self, id: &str) {
        if self.checkouts.get(id).is_some_and(|checkout| checkout.open) {
            let reason = "insufficient funds".to_owned();
            self.announce(id, CheckoutReport::Declined { reason });
        }
    }

    fn announce(&mut self, id: &str, report: CheckoutReport) {
        let payment = self.checkouts[id].payment.clone();
        let event = format!("evt_{}", self.history.len());
        let hook = Hook { payment, event, checkout: id.to_owned(), report };
        self.history.push(hook.clone());
        self.hooks.push(hook);
    }
}

fn opened(checkout: String) -> GatewayReply {
    let url = format!("https://pay.example/{checkout}");
    GatewayReply::Opened { checkout, url }
}

fn unknown() -> GatewayReply {
    GatewayReply::Rejected { reason: "no such checkout".to_owned() }
}
