//! How Telegram's list of Stars is read and compared: pure. Payments judge what is theirs; the rest is booked here.

use entities::{Key, Kind, Money};
use time::Duration;

use super::state::{Difference, Fact, State, Timer};
use super::{Message, Stars, book};
use crate::capability::{Decision, Input, Moment, Refusal};
use crate::clock::to_ms;
use crate::gateway::{GatewayCall, GatewayOp, GatewayReply, STARS, StarMove, StarsPage};
use crate::intent::{Intent, Outcome};
use crate::{house, payment, subscription, texts};

const EVERY: Duration = Duration::DAY;
/// What moved just now is still on its way to us as an update.
const SETTLED_AFTER: Duration = Duration::minutes(10);
/// Telegram dates movements by the second.
const DATES_MS: i64 = 1_000;
/// A look that was not answered within this may begin anew.
const PATIENCE_MS: i64 = 3_600_000;
/// Differences of one look that the owner is told singly; `kontor stars` lists them all.
const TOLD_MAX: u32 = 5;

/// One step being put together.
struct Step<'a> {
    state: State,
    at: &'a Moment<'a>,
    decision: Decision<Stars>,
}

pub(super) fn decide(
    state: &State,
    input: &Input<Stars>,
    at: &Moment<'_>,
) -> Result<Decision<Stars>, Refusal> {
    let mut step = Step { state: state.clone(), at, decision: Decision::nothing() };
    match input {
        Input::Message(Message::Watch) => {
            if state.since_ms == 0 {
                step.record(Fact::WatchBegan { at_ms: to_ms(at.now) });
                step.look();
                step.decision = step.decision.at(Timer::Daily, at.now + EVERY);
            }
        }
        Input::Message(Message::Check { .. }) => {
            if state.since_ms == 0 {
                return Err(Refusal::new("stars-not-watched", "this bot takes no Stars"));
            }
            step.look();
        }
        Input::Message(Message::Missed { payment, charge, amount, back }) => {
            let stars = signed(*amount, *back);
            let text = step.text("notice-stars-missed", payment.as_str(), charge, stars);
            step.differs(Difference::Missed, charge, stars, text);
        }
        Input::Message(Message::Unclaimed { payload, charge, amount, back }) => {
            let stars = signed(*amount, *back);
            step.record(Fact::Booked { account: "unclaimed".to_owned(), stars });
            let text = step.text("notice-stars-unclaimed", payload, charge, stars);
            step.differs(Difference::Unclaimed, charge, stars, text);
        }
        Input::Timer(Timer::Daily) => {
            step.look();
            step.decision = step.decision.at(Timer::Daily, at.now + EVERY);
        }
        Input::Result { outcome, .. } => step.heard(outcome),
    }
    Ok(step.done())
}

fn signed(amount: Money, back: bool) -> i64 {
    if back { -amount.amount_minor } else { amount.amount_minor }
}

impl Step<'_> {
    fn record(&mut self, fact: Fact) {
        self.decision.rows.extend(book::booking(&self.state, &fact, self.at));
        self.decision.rows.extend(book::difference(&self.state, &fact, self.at));
        self.state.apply(&fact);
        self.decision.facts.push(fact);
    }

    fn done(mut self) -> Decision<Stars> {
        if !self.decision.facts.is_empty() {
            self.decision.rows.push(book::row(&self.state, self.at));
        }
        self.decision
    }

    /// Begins to read the list where it was left, unless that is under way.
    fn look(&mut self) {
        let now_ms = to_ms(self.at.now);
        let fresh = |asked_ms: i64| (asked_ms..asked_ms + PATIENCE_MS).contains(&now_ms);
        if self.state.asked_ms.is_some_and(fresh) {
            return;
        }
        self.record(Fact::LookBegan { at_ms: now_ms });
        self.ask();
    }

    fn ask(&mut self) {
        self.decision.intents.push(Intent::Gateway(GatewayCall {
            payment: self.at.key.clone(),
            gateway: STARS.to_owned(),
            customer: None,
            op: GatewayOp::ReadStars { from: self.state.taken },
        }));
    }

    fn heard(&mut self, outcome: &Outcome) {
        let reason = match outcome {
            Outcome::Gateway(GatewayReply::Stars(page)) => return self.page(page),
            Outcome::Gateway(GatewayReply::Rejected { reason })
            | Outcome::Refused { reason, .. }
            | Outcome::Stuck { reason } => reason.clone(),
            _ => "Telegram's answer was not understood".to_owned(),
        };
        self.record(Fact::LookFailed { reason });
    }

    fn page(&mut self, page: &StarsPage) {
        // Told again.
        if page.from != self.state.taken || self.state.asked_ms.is_none() {
            return;
        }
        let settled_ms = to_ms(self.at.now - SETTLED_AFTER);
        let settled = page.moves.iter().take_while(|one| one.at_ms <= settled_ms).count();
        let (settled, recent) = page.moves.split_at(settled);
        self.take(page.from, settled);
        if page.more && recent.is_empty() {
            return self.ask();
        }
        let recent_stars: i64 = recent.iter().map(|one| one.stars).sum();
        // Beyond this page there are only newer ones: what the balance should be cannot be said.
        let balance = page.balance.filter(|_| !page.more);
        let gap = balance.map_or(self.state.gap, |balance| {
            balance - recent_stars - self.state.stars - self.state.nanos / 1_000_000_000
        });
        let news = gap != 0 && gap != self.state.gap;
        self.record(Fact::Looked { at_ms: to_ms(self.at.now), balance, gap });
        if news {
            let text = self.text("notice-stars-balance", "", "", gap);
            self.differs(Difference::Balance, "balance", gap, text);
        }
    }

    /// Takes movements in: each goes to whom it belongs to.
    fn take(&mut self, from: u64, moves: &[StarMove]) {
        if moves.is_empty() {
            return;
        }
        let mut opening = 0;
        for (place, one) in (from..).zip(moves) {
            self.decision.rows.push(book::movement(self.at, place, one));
            if one.at_ms + DATES_MS <= self.state.since_ms {
                opening += one.stars;
            } else {
                self.assign(one);
            }
        }
        if opening != 0 {
            self.record(Fact::Booked { account: "opening_balance".to_owned(), stars: opening });
        }
        self.record(Fact::MovesTaken {
            count: moves.len() as u64,
            stars: moves.iter().map(|one| one.stars).sum(),
            nanos: moves.iter().map(|one| one.nanos).sum(),
        });
    }

    fn assign(&mut self, one: &StarMove) {
        if let Some(payload) = &one.payload {
            return self.ask_owner(payload, one);
        }
        // Source: the Bot API's TransactionPartner.
        let account = match one.partner.as_str() {
            "fragment" => "withdrawals",
            "telegram_ads" => "telegram_ads",
            "telegram_api" => "telegram_api",
            "affiliate_program" => "affiliates",
            _ => "unexplained",
        };
        if one.stars != 0 {
            let account = account.to_owned();
            self.record(Fact::Booked { account: account.clone(), stars: one.stars });
            if account == "unexplained" {
                let text = self.text("notice-stars-unexplained", &one.partner, &one.id, one.stars);
                self.differs(Difference::Unexplained, &one.id, one.stars, text);
            }
        }
    }

    /// The payment or subscription that the payload names says whether it knows of it.
    fn ask_owner(&mut self, payload: &str, one: &StarMove) {
        let (by, charge, back) = (self.at.key.clone(), one.id.clone(), one.stars < 0);
        let amount = Money::new(one.stars.abs(), entities::Currency::XTR);
        let to = Key::parse(payload).unwrap_or_else(|_| Key::new(Kind::Payment, payload));
        let message = match to.kind() {
            Kind::Subscription => {
                subscription::Message::Reconcile { by, charge, amount, back }.into()
            }
            _ => payment::Message::Reconcile { by, charge, amount, back }.into(),
        };
        let to = match to.kind() {
            Kind::Subscription | Kind::Payment => to,
            _ => Key::new(Kind::Payment, payload),
        };
        self.decision.intents.push(Intent::Tell { to, message });
    }

    fn text(&self, key: &'static str, name: &str, charge: &str, stars: i64) -> String {
        let rules = &self.at.house.rules;
        let amount = Money::new(stars, entities::Currency::XTR);
        let args = [
            ("shop", self.at.key.id().into()),
            ("name", name.into()),
            ("charge", charge.into()),
            ("amount", texts::money(&rules.default_language, amount).into()),
        ];
        texts::plain(&rules.default_language, key, &args)
    }

    fn differs(&mut self, what: Difference, name: &str, stars: i64, text: String) {
        if self.state.told < TOLD_MAX {
            self.decision.intents.extend(house::owner_notice(&self.at.house.rules, text));
        }
        self.record(Fact::Differs { what, name: name.to_owned(), stars });
    }
}
