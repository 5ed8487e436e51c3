//! What a payment does: pure. Who said something, and what it is about; the rules are in the files beside.

use entities::{Key, Money};

use super::fact::Fact;
use super::state::{Ended, ExtraFate, Stage, State, Terms, Timer, Unknown};
use super::step::Step;
use super::{
    CheckoutReport, Message, Payment, closing, extra, forget, incoming, refund, reply, strangers,
};
use crate::capability::{Decision, Input, Moment, Refusal};
use crate::clock::to_ms;
use crate::gateway::GatewayOp;
use crate::intent::{Intent, Lane, Method, TelegramCall};
use crate::{order, stars, texts};

pub(super) fn decide(
    state: &State,
    input: &Input<Payment>,
    at: &Moment<'_>,
) -> Result<Decision<Payment>, Refusal> {
    if let Input::Message(begin @ Message::Begin { .. }) = input {
        return begun(state, begin, at);
    }
    let Some(terms) = state.terms.clone() else {
        return strangers::heard(input, at);
    };
    let mut step = Step::new(state, terms, at);
    match input {
        Input::Message(message) => heard(&mut step, message)?,
        Input::Timer(Timer::Window) => {
            if at.now < step.terms.until {
                return Ok(Decision::nothing().at(Timer::Window, step.terms.until));
            }
            closing::window_passed(&mut step);
        }
        Input::Timer(Timer::Ask) => ask(&mut step),
        Input::Timer(Timer::Extras) => extra::again(&mut step),
        Input::Result { intent: Intent::Gateway(call), outcome } => {
            reply::heard(&mut step, &call.op, outcome);
        }
        Input::Result { .. } => {}
    }
    Ok(step.done())
}

fn heard(step: &mut Step<'_>, message: &Message) -> Result<(), Refusal> {
    match message {
        Message::Begin { .. } => {}
        Message::Cancel => closing::cancel(step),
        Message::Fulfilled => {
            if step.state.received.is_some() && !step.state.fulfilled {
                step.record(Fact::Fulfilled);
            }
        }
        Message::GatewayReported { checkout, report, .. } => reported(step, checkout, report)?,
        Message::GiveBack { reason } => refund::give_back(step, reason),
        Message::Refund { amount, reason, by } => refund::wanted(step, *amount, reason, by)?,
        Message::Record { refund, amount, .. } => refund::recorded(step, refund, *amount)?,
        Message::Ask { .. } => ask_now(step),
        Message::Forget { customer } => forget::forget(step, customer)?,
        Message::Reconcile { by, charge, amount, back } => {
            reconcile(step, by, charge, (*amount, *back));
        }
        Message::PreCheckout { query, customer, amount, language_code } => {
            let error = pre_checkout_error(step, customer, *amount, language_code.as_deref());
            if error.is_none() {
                let at_ms = to_ms(step.at.now);
                step.record(Fact::CheckoutApproved { query: query.clone(), at_ms });
            }
            step.push(pre_checkout_answer(query, customer, error)?);
        }
    }
    Ok(())
}

/// The answer that Telegram waits for; it goes before everything else.
pub(crate) fn pre_checkout_answer(
    query: &str,
    customer: &Key,
    error: Option<String>,
) -> Result<Intent, Refusal> {
    let (bot, _) = customer
        .bot_and_number()
        .ok_or_else(|| Refusal::new("not-a-customer", customer.to_string()))?;
    let method = Method::AnswerPreCheckout { query: query.to_owned(), error };
    let call = TelegramCall { bot, chat: 0, method, lane: Lane::Money, report: false };
    Ok(Intent::Telegram(call))
}

/// Telegram's list of Stars has this movement: what we never heard of counts from now on, and is named.
fn reconcile(step: &mut Step<'_>, by: &Key, charge: &str, (amount, back): (Money, bool)) {
    let known = match back {
        false => step.state.knows(charge),
        true => match step.state.extra(charge) {
            Some(extra) => extra.fate == ExtraFate::Returned,
            None => step.state.refunds.iter().any(|refund| refund == charge),
        },
    };
    if known {
        return;
    }
    match back {
        false => {
            if step.state.checkout.is_none() {
                let checkout = step.at.key.to_string();
                step.record(Fact::CheckoutLearned { checkout });
            }
            incoming::captured(step, amount, Some(charge));
        }
        true => refund::refunded(step, charge, amount),
    }
    let (charge, payment) = (charge.to_owned(), step.at.key.clone());
    let missed = stars::Message::Missed { payment, charge, amount, back };
    step.push(Intent::Tell { to: by.clone(), message: missed.into() });
}

fn begun(state: &State, begin: &Message, at: &Moment<'_>) -> Result<Decision<Payment>, Refusal> {
    let Message::Begin { order, customer, amount, description, gateway, until } = begin else {
        return Ok(Decision::nothing());
    };
    if let Some(terms) = &state.terms {
        return if terms.order == *order {
            Ok(Decision::nothing())
        } else {
            Err(Refusal::new("payment-taken", format!("{} is of {}", at.key, terms.order)))
        };
    }
    let terms = Terms {
        order: order.clone(),
        customer: customer.clone(),
        amount: *amount,
        description: description.clone(),
        gateway: gateway.clone(),
        until: *until,
        created_ms: to_ms(at.now),
    };
    let mut step = Step::new(state, terms.clone(), at);
    step.record(Fact::Quoted { terms });
    // Nothing to pay: nobody is asked.
    if amount.amount_minor == 0 {
        step.record(Fact::FundsCaptured { amount: *amount, charge: None, late: false });
        step.tell_order(order::Message::Captured { amount: *amount });
        return Ok(step.done());
    }
    step.ask_gateway(GatewayOp::OpenCheckout {
        amount: *amount,
        description: description.clone(),
        expires_at_ms: to_ms(*until),
    });
    Ok(step.done())
}

/// A webhook: believed as to what happened, but not as to what it means.
fn reported(step: &mut Step<'_>, checkout: &str, report: &CheckoutReport) -> Result<(), Refusal> {
    match &step.state.checkout {
        Some(known) if known != checkout => return Err(unknown_checkout(step.at.key)),
        Some(_) => {}
        // Faster than the reply to our own question, or the only word that we ever got of it.
        None => step.record(Fact::CheckoutLearned { checkout: checkout.to_owned() }),
    }
    match report {
        CheckoutReport::Captured { amount, charge } => {
            incoming::captured(step, *amount, charge.as_deref());
        }
        CheckoutReport::Declined { reason } => declined(step, reason),
        CheckoutReport::Expired => closing::expired(step, "expired"),
        CheckoutReport::Refunded { refund, amount } => refund::refunded(step, refund, *amount),
    }
    Ok(())
}

/// One try failed; the checkout stays open, and the customer may try again.
pub(super) fn declined(step: &mut Step<'_>, reason: &str) {
    if step.state.stage == Stage::AwaitingFunds {
        step.record(Fact::TryDeclined { reason: reason.to_owned() });
        step.tell_order(order::Message::PaymentDeclined { reason: reason.to_owned() });
    }
}

fn ask(step: &mut Step<'_>) {
    if let Stage::Unknown { .. } = &step.state.stage {
        step.record(Fact::GatewayAsked);
        ask_now(step);
    }
}

fn ask_now(step: &mut Step<'_>) {
    let (checkout, since_ms) = (step.state.checkout.clone(), step.terms.created_ms);
    step.ask_gateway(GatewayOp::AskCheckout { checkout, since_ms });
}

/// Why the money must not be taken now; `None`: it may.
fn pre_checkout_error(
    step: &Step<'_>,
    customer: &Key,
    amount: Money,
    language_code: Option<&str>,
) -> Option<String> {
    let (terms, stage) = (&step.terms, &step.state.stage);
    let waits = matches!(
        stage,
        Stage::AwaitingFunds
            | Stage::AwaitingCheckout { ended: None }
            | Stage::Unknown { what: Unknown::Opening { ended: None }, .. }
    );
    let agreed = terms.customer == *customer && terms.amount == amount;
    if waits && agreed && step.at.now < terms.until {
        return None;
    }
    let lang = texts::language(language_code, &step.at.house.rules);
    Some(texts::plain(lang, "payment-closed", &[("number", terms.order.id().into())]))
}

pub(super) fn unknown_checkout(key: &Key) -> Refusal {
    Refusal::new("checkout-unknown", format!("{key} knows nothing of this checkout"))
}

/// What was to become of the payment when the stage was left without an answer.
pub(super) fn ended(stage: &Stage) -> Option<Ended> {
    match stage {
        Stage::AwaitingCheckout { ended }
        | Stage::Unknown { what: Unknown::Opening { ended }, .. } => *ended,
        Stage::Closing { ended } | Stage::Unknown { what: Unknown::Closing { ended }, .. } => {
            Some(*ended)
        }
        _ => None,
    }
}
