//! The town's Telegram as a gateway: charges under payloads, paid as often as somebody pays, and the list of Stars.
//! Knows no actors.

use entities::{Currency, Key, Money};

use super::gateway::{Fault, Hook};
use super::rejected;
use crate::gateway::{GatewayCall, GatewayOp, GatewayReply, Refund, StarMove, StarsPage};
use crate::intent::Outcome;
use crate::payment::{CheckoutReport, INVOICE_MESSAGE};

#[derive(Default)]
pub(crate) struct Telegram {
    /// What each invoice costs.
    pub(crate) invoices: Vec<(Key, Money)>,
    pub(crate) moves: Vec<StarMove>,
    /// Updates on their way.
    pub(crate) updates: Vec<Hook>,
    /// Invoices are messages that customers ask for.
    pub(crate) by_message: bool,
}

impl Telegram {
    /// Somebody pays an invoice, and be it once more.
    pub(crate) fn pay(&mut self, place: usize, now_ms: i64) {
        let Some((payment, amount)) = self.invoices.get(place).cloned() else {
            return;
        };
        let charge = format!("stx_{}", self.moves.len());
        self.moved(&charge, amount.amount_minor, &payment, now_ms);
        let report = CheckoutReport::Captured { amount, charge: Some(charge) };
        self.tell(payment, report);
    }

    pub(crate) fn work(&mut self, call: &GatewayCall, fault: Fault, now_ms: i64) -> Outcome {
        match fault {
            Fault::None => Outcome::Gateway(self.done(call, now_ms)),
            Fault::Rejects => rejected("not today"),
            Fault::LostBefore => Outcome::Stuck { reason: "time-out".to_owned() },
            Fault::LostAfter => {
                self.done(call, now_ms);
                Outcome::Stuck { reason: "time-out".to_owned() }
            }
        }
    }

    fn done(&mut self, call: &GatewayCall, now_ms: i64) -> GatewayReply {
        match &call.op {
            GatewayOp::OpenCheckout { amount, .. } => {
                self.invoices.push((call.payment.clone(), *amount));
                let checkout = call.payment.to_string();
                let url = match self.by_message {
                    true => INVOICE_MESSAGE.to_owned(),
                    false => format!("https://t.me/${checkout}"),
                };
                GatewayReply::Opened { checkout, url }
            }
            GatewayOp::AskCheckout { checkout: Some(_), .. } => {
                self.look(&call.payment, GatewayReply::Open)
            }
            GatewayOp::AskCheckout { checkout: None, .. } => {
                let reason = "never shown".to_owned();
                self.look(&call.payment, GatewayReply::Rejected { reason })
            }
            GatewayOp::ExpireCheckout { .. } => self.look(&call.payment, GatewayReply::Expired),
            GatewayOp::Refund { charge: Some(charge), amount, .. } => {
                let back = self.moves.iter().any(|one| one.id == *charge && one.stars < 0);
                if !back {
                    self.moved(charge, -amount.amount_minor, &call.payment, now_ms);
                    let report =
                        CheckoutReport::Refunded { refund: charge.clone(), amount: *amount };
                    self.tell(call.payment.clone(), report);
                }
                GatewayReply::Refunded { refund: charge.clone(), amount: *amount }
            }
            GatewayOp::ReadStars { from } => {
                let moves = self.moves.iter().skip(*from as usize).cloned().collect();
                let balance = Some(self.moves.iter().map(|one| one.stars).sum());
                GatewayReply::Stars(StarsPage { from: *from, moves, more: false, balance })
            }
            GatewayOp::OpenSubscription { .. } => {
                let checkout = call.payment.to_string();
                GatewayReply::Opened { url: format!("https://t.me/${checkout}"), checkout }
            }
            GatewayOp::EditSubscription { .. } => GatewayReply::Edited,
            GatewayOp::Refund { .. } => {
                GatewayReply::Rejected { reason: "not asked in this town".to_owned() }
            }
        }
    }

    fn look(&self, payment: &Key, none: GatewayReply) -> GatewayReply {
        let ours: Vec<&StarMove> = self
            .moves
            .iter()
            .filter(|one| one.payload.as_deref() == Some(payment.as_str()))
            .collect();
        let Some(came) = ours.iter().find(|one| one.stars > 0) else {
            return none;
        };
        let money = |stars| Money::new(stars, Currency::XTR);
        let refunds = ours.iter().filter(|one| one.stars < 0 && one.id == came.id);
        let refunds = refunds
            .map(|one| Refund { refund: one.id.clone(), amount: money(-one.stars) })
            .collect();
        let charge = Some(came.id.clone());
        GatewayReply::Captured { amount: money(came.stars), charge, refunds }
    }

    fn moved(&mut self, charge: &str, stars: i64, payment: &Key, at_ms: i64) {
        self.moves.push(StarMove {
            id: charge.to_owned(),
            stars,
            nanos: 0,
            at_ms,
            partner: "user".to_owned(),
            payload: Some(payment.to_string()),
        });
    }

    fn tell(&mut self, payment: Key, report: CheckoutReport) {
        let event = format!("update_{}", self.moves.len());
        let checkout = payment.to_string();
        self.updates.push(Hook { payment, event, checkout, report });
    }

    /// What is left of an invoice's payments.
    pub(crate) fn kept(&self, payment: &Key) -> i64 {
        let ours = |one: &&StarMove| one.payload.as_deref() == Some(payment.as_str());
        self.moves.iter().filter(ours).map(|one| one.stars).sum()
    }
}
