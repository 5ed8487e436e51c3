//! What a subscription does: pure. It is offered, renewed by payments, stopped, and ends when its time is over.

use entities::Key;
use time::Duration;

use super::state::{Fact, Stage, State, Terms, Timer};
use super::{Message, Subscription, book, money};
use crate::capability::{Answer, Decision, Input, Moment, Refusal, TimerChange};
use crate::clock::{from_ms, to_ms};
use crate::gateway::{GatewayCall, GatewayOp, GatewayReply, STARS};
use crate::intent::{Intent, Outcome};
use crate::{payment, session, stars, texts};

/// A renewal may come so late: Telegram tries again for a while when the customer has too few Stars.
const GRACE: Duration = Duration::days(2);

/// One step being put together.
pub(super) struct Step<'a> {
    pub(super) state: State,
    pub(super) at: &'a Moment<'a>,
    pub(super) terms: Terms,
    pub(super) decision: Decision<Subscription>,
}

pub(super) fn decide(
    state: &State,
    input: &Input<Subscription>,
    at: &Moment<'_>,
) -> Result<Decision<Subscription>, Refusal> {
    if let Input::Message(Message::Offer { terms }) = input {
        return Ok(offered(state, terms, at));
    }
    let Some(terms) = state.terms.clone() else {
        return strangers(input, at);
    };
    let mut step = Step { state: state.clone(), at, terms, decision: Decision::nothing() };
    match input {
        Input::Message(message) => heard(&mut step, message)?,
        Input::Timer(Timer::End) => step.time_over(),
        Input::Result { intent: Intent::Gateway(call), outcome } => {
            answered(&mut step, &call.op, outcome);
        }
        Input::Result { .. } => {}
    }
    Ok(step.done())
}

/// Nobody here ever wanted it.
fn strangers(
    input: &Input<Subscription>,
    at: &Moment<'_>,
) -> Result<Decision<Subscription>, Refusal> {
    let rules = &at.house.rules;
    match input {
        Input::Message(Message::PreCheckout { query, customer, language_code, .. }) => {
            let lang = texts::language(language_code.as_deref(), rules);
            let error = texts::plain(lang, "payment-unknown", &[]);
            let answer = payment::pre_checkout_answer(query, customer, Some(error))?;
            Ok(Decision::nothing().then(answer))
        }
        Input::Message(Message::Reconcile { by, charge, amount, back }) => {
            let (charge, payload) = (charge.clone(), at.key.to_string());
            let message =
                stars::Message::Unclaimed { payload, charge, amount: *amount, back: *back };
            Ok(Decision::nothing().then(Intent::Tell { to: by.clone(), message: message.into() }))
        }
        _ => Err(Refusal::new("subscription-unknown", format!("{} was never offered", at.key))),
    }
}

/// What is on is shown; what is not is offered, at today's price.
fn offered(state: &State, terms: &Terms, at: &Moment<'_>) -> Decision<Subscription> {
    let known = state.terms.clone().unwrap_or_else(|| terms.clone());
    if known.customer != terms.customer {
        let refusal = Refusal::new("subscription-taken", format!("{} is another's", at.key));
        return Decision::nothing().answer(Answer::Refused(refusal));
    }
    let mut step = Step { state: state.clone(), at, terms: known, decision: Decision::nothing() };
    let same = state.terms.as_ref() == Some(terms) && state.url.is_some();
    if state.stage.is_on() || same {
        step.tell_customer();
        return step.decision;
    }
    if state.stage == Stage::Offered && state.terms.as_ref() == Some(terms) {
        // Its link is on its way.
        return Decision::nothing();
    }
    step.terms = terms.clone();
    step.record(Fact::Offered { terms: terms.clone() });
    step.ask_gateway(GatewayOp::OpenSubscription {
        amount: terms.amount,
        title: terms.title.clone(),
        description: terms.description.clone(),
    });
    step.done()
}

fn heard(step: &mut Step<'_>, message: &Message) -> Result<(), Refusal> {
    match message {
        Message::Offer { .. } => {}
        Message::PreCheckout { query, customer, amount, language_code } => {
            let (terms, stage) = (&step.terms, step.state.stage);
            let agreed = terms.customer == *customer && terms.amount == *amount;
            let lang = texts::language(language_code.as_deref(), &step.at.house.rules);
            let error = match (agreed, stage.is_on()) {
                (true, false) => None,
                (true, true) => Some(texts::plain(lang, "subscription-on-already", &[])),
                (false, _) => Some(texts::plain(lang, "payment-unknown", &[])),
            };
            let answer = payment::pre_checkout_answer(query, customer, error)?;
            step.decision.intents.push(answer);
        }
        Message::Paid { charge, amount, until_ms } => money::paid(step, charge, *amount, *until_ms),
        Message::Returned { charge, amount } => money::returned(step, charge, *amount),
        Message::Changed { state } => changed(step, state),
        Message::Cancel { by } => edit(step, true, by)?,
        Message::Resume { by } => edit(step, false, by)?,
        Message::Refund { reason, by } => money::refund(step, reason, by)?,
        Message::Forget { customer } => forget(step, customer),
        Message::Reconcile { by, charge, amount, back } => {
            money::reconcile(step, by, charge, (*amount, *back));
        }
    }
    Ok(())
}

/// Nobody is there any more: it ends, and is renewed no more.
fn forget(step: &mut Step<'_>, pseudonym: &Key) {
    if step.terms.customer == *pseudonym {
        return;
    }
    if step.state.stage.is_on() {
        if let Some(charge) = step.state.newest().map(|charge| charge.charge.clone()) {
            step.ask_gateway(GatewayOp::EditSubscription { charge, canceled: true });
        }
        step.record(Fact::Ended);
    }
    step.record(Fact::CustomerForgotten { pseudonym: pseudonym.clone() });
    step.terms.customer = pseudonym.clone();
}

/// Telegram tells of a change that was made there.
fn changed(step: &mut Step<'_>, state: &str) {
    match (state, step.state.stage) {
        ("active", Stage::Canceled | Stage::PastDue) => step.becomes(Fact::Resumed),
        ("canceled", Stage::Active | Stage::PastDue) => step.becomes(Fact::Canceled),
        ("failed", Stage::Active) => step.becomes(Fact::RenewalFailed),
        _ => {}
    }
}

/// Somebody wants renewals to stop, or to go on.
fn edit(step: &mut Step<'_>, canceled: bool, by: &str) -> Result<(), Refusal> {
    match (canceled, step.state.stage) {
        (true, Stage::Canceled) | (false, Stage::Active) => {
            step.tell_customer();
            return Ok(());
        }
        (true, Stage::Active | Stage::PastDue) | (false, Stage::Canceled) => {}
        _ => {
            let reason = format!("{} is {}", step.at.key, step.state.stage.name());
            return Err(Refusal::new("subscription-not-on", reason));
        }
    }
    let Some(charge) = step.state.newest().map(|charge| charge.charge.clone()) else {
        return Err(Refusal::new("subscription-not-on", "it was never paid"));
    };
    step.record(Fact::EditAsked { canceled, by: by.to_owned() });
    step.ask_gateway(GatewayOp::EditSubscription { charge, canceled });
    Ok(())
}

/// What came of our questions to Telegram; each may be asked again without harm.
fn answered(step: &mut Step<'_>, op: &GatewayOp, outcome: &Outcome) {
    let words = match outcome {
        Outcome::Gateway(GatewayReply::Rejected { reason } | GatewayReply::Declined { reason })
        | Outcome::Refused { reason, .. }
        | Outcome::Stuck { reason } => reason.clone(),
        _ => "Telegram's answer was not understood".to_owned(),
    };
    match (op, outcome) {
        (
            GatewayOp::OpenSubscription { amount, .. },
            Outcome::Gateway(GatewayReply::Opened { url, .. }),
            // A newer offer, at another price, has its own link.
        ) if step.state.stage == Stage::Offered && step.terms.amount == *amount => {
            step.becomes(Fact::LinkMade { url: url.clone() });
        }
        (GatewayOp::OpenSubscription { .. }, Outcome::Gateway(GatewayReply::Opened { .. })) => {}
        (GatewayOp::OpenSubscription { .. }, _) if step.state.stage == Stage::Offered => {
            step.record(Fact::LinkRefused { reason: words });
            step.becomes(Fact::Ended);
        }
        (GatewayOp::EditSubscription { canceled, .. }, Outcome::Gateway(GatewayReply::Edited)) => {
            match (canceled, step.state.stage) {
                (true, Stage::Active | Stage::PastDue) => step.becomes(Fact::Canceled),
                (false, Stage::Canceled) => step.becomes(Fact::Resumed),
                _ => {}
            }
        }
        (GatewayOp::EditSubscription { .. }, _) => {
            step.record(Fact::EditFailed { reason: words.clone() });
            step.tell_owner(words);
            step.tell_customer();
        }
        (
            GatewayOp::Refund { charge: Some(charge), amount, .. },
            Outcome::Gateway(GatewayReply::Refunded { .. }),
        ) => money::returned(step, charge, *amount),
        (GatewayOp::Refund { charge: Some(charge), .. }, _) => {
            step.record(Fact::RefundFailed { charge: charge.clone(), reason: words.clone() });
            step.tell_owner(words);
        }
        _ => {}
    }
}

impl Step<'_> {
    pub(super) fn record(&mut self, fact: Fact) {
        let rows = book::booking(&self.state, &fact, self.at, &self.terms.customer);
        self.decision.rows.extend(rows);
        self.state.apply(&fact);
        self.decision.facts.push(fact);
    }

    /// A change that the customer sees.
    pub(super) fn becomes(&mut self, fact: Fact) {
        self.record(fact);
        self.tell_customer();
    }

    pub(super) fn ask_gateway(&mut self, op: GatewayOp) {
        self.decision.intents.push(Intent::Gateway(GatewayCall {
            payment: self.at.key.clone(),
            gateway: STARS.to_owned(),
            customer: Some(self.terms.customer.clone()),
            op,
        }));
    }

    pub(super) fn tell_customer(&mut self) {
        let mut state = self.state.clone();
        state.terms.get_or_insert_with(|| self.terms.clone());
        if let Some(view) = state.view(self.at.key) {
            let message = session::Message::SubscriptionChanged { view }.into();
            let to = self.terms.customer.clone();
            self.decision.intents.push(Intent::Tell { to, message });
        }
    }

    pub(super) fn tell_owner(&mut self, reason: String) {
        let rules = &self.at.house.rules;
        let lang = &rules.default_language;
        let args = [("name", self.at.key.as_str().into()), ("reason", reason.into())];
        let text = texts::plain(lang, "notice-subscription", &args);
        self.decision.intents.extend(crate::house::owner_notice(rules, text));
    }

    /// The end comes so long after what is paid for.
    pub(super) fn end_at(&mut self) {
        let deadline = from_ms(self.state.until_ms) + GRACE;
        self.decision.timers.push(TimerChange::Set(Timer::End, deadline));
    }

    fn time_over(&mut self) {
        if !self.state.stage.is_on() {
            return;
        }
        match to_ms(self.at.now) < to_ms(from_ms(self.state.until_ms) + GRACE) {
            true => self.end_at(),
            false => self.becomes(Fact::Ended),
        }
    }

    pub(super) fn done(mut self) -> Decision<Subscription> {
        if !self.decision.facts.is_empty() {
            self.decision.rows.push(book::row(&self.state, &self.terms, self.at));
        }
        self.decision
    }
}
