//! What an order does: pure. Stock first, then money, then goods; whatever fails lets go of both.

use entities::{Key, Money};

use super::forget::forget;
use super::parts::{Extras, Line, promo_key, promo_mark};
use super::state::{By, Fact, LINES_MAX, Stage, State, Timer};
use super::step::{
    give_back, late_news, line_rows, releasing, step, tell, tell_payment, tell_session, tell_stock,
};
use super::{Message, Order, advance, goods};
use crate::capability::{Answer, Decision, Input, Moment, Refusal};
use crate::clock::{from_ms, to_ms};
use crate::intent::Intent;
use crate::{payment, promo, session, stock};

pub(super) fn decide(
    state: &State,
    input: &Input<Order>,
    at: &Moment<'_>,
) -> Result<Decision<Order>, Refusal> {
    let message = match input {
        Input::Message(message) => message,
        Input::Timer(Timer::Window) => return Ok(window_passed(state, at)),
        // An order tells actors only, and those intents want no report.
        Input::Result { .. } => return Ok(Decision::nothing()),
    };
    match message {
        Message::Place { customer, lines, extras } => {
            return place(state, at, customer, (lines.as_slice(), extras));
        }
        Message::Forget { customer } => return forget(state, at, customer),
        _ if state.customer.is_none() => {
            return Err(Refusal::new("order-unknown", format!("{} was never placed", at.key)));
        }
        _ => {}
    }
    Ok(match message {
        Message::Place { .. } | Message::Forget { .. } => Decision::nothing(),
        Message::Reserved { product } => reserved(state, at, product),
        Message::ReservationRefused { product, available } => {
            reservation_refused(state, at, product, *available)
        }
        Message::PromoHeld { code } => promo_held(state, at, code),
        Message::PromoRefused { code } => promo_refused(state, at, code),
        Message::Committed { product, codes } => goods::committed(state, at, product, codes),
        Message::CommitRefused { product, available } => {
            goods::commit_refused(state, at, product, *available)
        }
        Message::ShowGoods => goods::show(state, at),
        Message::Advance { to, tracking, by } => {
            return advance::advance(state, at, (*to, tracking.as_ref()), by);
        }
        Message::PaymentReady { url } => match &state.stage {
            Stage::AwaitingPayment { .. } => {
                step(state, at, Fact::PaymentOffered { url: url.clone() })
            }
            _ => Decision::nothing(),
        },
        Message::PaymentDeclined { reason } => match &state.stage {
            Stage::AwaitingPayment { .. } => {
                step(state, at, Fact::PaymentDeclined { reason: reason.clone() })
            }
            _ => Decision::nothing(),
        },
        Message::PaymentFailed { reason } => match &state.stage {
            Stage::AwaitingPayment { .. } => {
                let fact = Fact::PaymentFailed { reason: reason.clone() };
                releasing(state, step(state, at, fact), at)
            }
            _ => Decision::nothing(),
        },
        Message::Captured { amount } => captured(state, at, *amount),
        Message::PaymentExpired => match &state.stage {
            Stage::AwaitingPayment { .. } | Stage::Held { .. } => {
                releasing(state, step(state, at, Fact::Expired), at)
            }
            _ => Decision::nothing(),
        },
        Message::LateMoney { amount } => late_money(state, at, *amount),
        Message::Refunded { amount, whole } => refunded(state, at, *amount, *whole),
        Message::PaymentStuck { reason } => stuck(state, at, reason),
        Message::Cancel { by } => return cancel(state, at, by),
    })
}

fn place(
    state: &State,
    at: &Moment<'_>,
    customer: &Key,
    (lines, extras): (&[Line], &Extras),
) -> Result<Decision<Order>, Refusal> {
    if let Some(owner) = &state.customer {
        // The same wish again is answered by what came of it; somebody else's needs another number.
        if owner == customer && state.lines == lines && state.extras == *extras {
            return Ok(Decision::nothing());
        }
        let taken = session::Message::OrderNumberTaken { order: at.key.clone() };
        let refusal = Refusal::new("order-number-taken", format!("{} is another order", at.key));
        return Ok(Decision::nothing()
            .then(tell(customer, taken.into()))
            .answer(Answer::Refused(refusal)));
    }
    let subtotal = subtotal(lines)?;
    let total = total(subtotal, extras)?;
    let until = at.now + at.house.rules.payment_window;
    let placed = Fact::Placed {
        customer: customer.clone(),
        lines: lines.to_vec(),
        total,
        placed_ms: to_ms(at.now),
        until_ms: to_ms(until),
        extras: extras.clone(),
    };
    let mut decision = step(state, at, placed).at(Timer::Window, until);
    for line in lines {
        let order = at.key.clone();
        let wish = stock::Message::Reserve { order, quantity: line.quantity, until };
        decision = decision.then(tell_stock(&line.product, wish));
    }
    if let Some(discount) = &extras.discount {
        let take = promo::Message::Take {
            order: at.key.clone(),
            customer: customer.clone(),
            subtotal,
            amount: discount.amount,
            until,
        };
        decision = decision.then(tell(&promo_key(&discount.code), take.into()));
    }
    decision.rows.extend(line_rows(lines, at));
    Ok(decision)
}

/// What is to be paid: the lines, less the discount, and the parcel.
fn total(subtotal: Money, extras: &Extras) -> Result<Money, Refusal> {
    let wrong = |reason: String| Refusal::new("order-lines", reason);
    let mut total = subtotal;
    if let Some(discount) = &extras.discount {
        let amount = discount.amount.amount_minor;
        if amount < 0 || amount > subtotal.amount_minor {
            return Err(wrong("a discount is at most what the lines cost".to_owned()));
        }
        total = total.plus(discount.amount.negated()).map_err(|error| wrong(error.to_string()))?;
    }
    if let Some(shipping) = &extras.shipping {
        if shipping.cost.amount_minor < 0 {
            return Err(wrong("a parcel costs nothing or more".to_owned()));
        }
        total = total.plus(shipping.cost).map_err(|error| wrong(error.to_string()))?;
    }
    Ok(total)
}

/// What the lines cost together.
fn subtotal(lines: &[Line]) -> Result<Money, Refusal> {
    let wrong = |reason: &str| Refusal::new("order-lines", reason);
    let first = lines.first().ok_or_else(|| wrong("an order has at least one line"))?;
    if lines.len() > LINES_MAX {
        return Err(wrong("an order has at most 50 lines"));
    }
    let mut total = Money::new(0, first.price.currency);
    for (place, line) in lines.iter().enumerate() {
        if line.quantity == 0 || line.price.amount_minor < 0 {
            return Err(wrong("a line has a quantity and a price"));
        }
        if lines[..place].iter().any(|other| other.product == line.product) {
            return Err(wrong("a product has one line"));
        }
        let price = line.price.times(line.quantity).map_err(|error| wrong(&error.to_string()))?;
        total = total.plus(price).map_err(|error| wrong(&error.to_string()))?;
    }
    Ok(total)
}

fn reserved(state: &State, at: &Moment<'_>, product: &str) -> Decision<Order> {
    let Stage::AwaitingStock { reserved } = &state.stage else {
        return Decision::nothing();
    };
    if reserved.contains(product) || !state.has_line(product) {
        return Decision::nothing();
    }
    held(state, at, reserved.len(), Fact::StockReserved { product: product.to_owned() })
}

fn promo_held(state: &State, at: &Moment<'_>, code: &str) -> Decision<Order> {
    let mark = promo_mark(code);
    let mine = state.discount().is_some_and(|discount| discount.code == code);
    match &state.stage {
        Stage::AwaitingStock { reserved } if mine && !reserved.contains(&mark) => {
            held(state, at, reserved.len(), Fact::PromoHeld { code: code.to_owned() })
        }
        _ => Decision::nothing(),
    }
}

fn promo_refused(state: &State, at: &Moment<'_>, code: &str) -> Decision<Order> {
    if !matches!(state.stage, Stage::AwaitingStock { .. }) {
        return Decision::nothing();
    }
    let fact = Fact::PromoRefused { code: code.to_owned() };
    releasing(state, step(state, at, fact), at).without(Timer::Window)
}

/// One more of what it waits for is held; with the last the payment begins.
fn held(state: &State, at: &Moment<'_>, so_far: usize, fact: Fact) -> Decision<Order> {
    if so_far + 1 < state.holds_needed() {
        return Decision::of(fact);
    }
    let Some(begin) = begin_payment(state, at) else {
        let reason = "no gateway on offer takes this currency".to_owned();
        let failed = step(state, at, Fact::PaymentFailed { reason }).without(Timer::Window);
        return releasing(state, failed, at);
    };
    let mut decision = step(state, at, Fact::StockComplete).without(Timer::Window);
    decision.facts.insert(0, fact);
    decision.then(begin)
}

/// `None`: nobody on offer takes such money.
fn begin_payment(state: &State, at: &Moment<'_>) -> Option<Intent> {
    let (customer, amount) = (&state.customer, state.total);
    let (customer, amount) = customer.clone().zip(amount).expect("a placed order has both");
    let begin = payment::Message::Begin {
        order: at.key.clone(),
        customer,
        amount,
        description: format!("{} · {}", at.house.rules.shop_name, at.key.id()),
        gateway: at.house.rules.ways.gateway(amount.currency)?.to_owned(),
        until: from_ms(state.until_ms),
    };
    Some(tell_payment(at.key, begin))
}

fn reservation_refused(
    state: &State,
    at: &Moment<'_>,
    product: &str,
    available: u32,
) -> Decision<Order> {
    if !matches!(state.stage, Stage::AwaitingStock { .. }) {
        return Decision::nothing();
    }
    let fact = Fact::Refused { product: product.to_owned(), available, paid: false };
    releasing(state, step(state, at, fact), at).without(Timer::Window)
}

/// The stock never answered in time: it is let go, and the customer told.
fn window_passed(state: &State, at: &Moment<'_>) -> Decision<Order> {
    match &state.stage {
        Stage::AwaitingStock { .. } => releasing(state, step(state, at, Fact::Expired), at),
        _ => Decision::nothing(),
    }
}

fn captured(state: &State, at: &Moment<'_>, amount: Money) -> Decision<Order> {
    match &state.stage {
        // The whole sum, from a payment that had been stuck, too.
        Stage::AwaitingPayment { .. } | Stage::Held { .. } if state.total == Some(amount) => {
            let mut decision = step(state, at, Fact::Paid { amount });
            for line in &state.lines {
                let order = at.key.clone();
                let commit = stock::Message::Commit { order, quantity: line.quantity };
                decision = decision.then(tell_stock(&line.product, commit));
            }
            if let Some(discount) = state.discount() {
                let used = promo::Message::Commit { order: at.key.clone() };
                decision = decision.then(tell(&promo_key(&discount.code), used.into()));
            }
            decision
        }
        // The cancellation and the money crossed: the money goes back.
        stage if stage.is_closed() => {
            let reason = format!("order {}", stage.name());
            step(state, at, Fact::LateMoneySeen { amount })
                .then(give_back(at, reason))
                .then(late_news(state, at, amount))
        }
        // Told again.
        _ => Decision::nothing(),
    }
}

fn late_money(state: &State, at: &Moment<'_>, amount: Money) -> Decision<Order> {
    step(state, at, Fact::LateMoneySeen { amount }).then(late_news(state, at, amount))
}

fn refunded(state: &State, at: &Moment<'_>, amount: Money, whole: bool) -> Decision<Order> {
    let news = session::Message::MoneyReturned { order: at.key.clone(), amount };
    let decision = step(state, at, Fact::Refunded { amount, whole });
    let decision = match state.stage {
        // Nothing was delivered, and there is no money for it any more.
        Stage::Held { .. } | Stage::AwaitingPayment { .. } if whole => {
            releasing(state, decision, at)
        }
        _ => decision,
    };
    decision.then(tell_session(state, news))
}

fn stuck(state: &State, at: &Moment<'_>, reason: &str) -> Decision<Order> {
    match &state.stage {
        Stage::AwaitingPayment { .. } => step(state, at, Fact::Held { reason: reason.to_owned() }),
        _ => Decision::nothing(),
    }
}

fn cancel(state: &State, at: &Moment<'_>, by: &By) -> Result<Decision<Order>, Refusal> {
    let shop = matches!(by, By::Shop(_));
    let held = matches!(state.stage, Stage::Held { .. }) && shop;
    if state.stage.is_closed() {
        return Ok(Decision::nothing());
    }
    if goods::can_be_taken_back(state, shop) {
        return Ok(goods::take_back(state, at, by));
    }
    if !state.stage.can_be_cancelled() && !held {
        let reason = format!("{} is {} and is not cancelled", at.key, state.stage.name());
        return Err(Refusal::new("order-not-cancellable", reason));
    }
    let paying = !matches!(state.stage, Stage::AwaitingStock { .. });
    let decision = releasing(state, step(state, at, Fact::Cancelled { by: by.clone() }), at);
    Ok(match paying {
        true => decision.then(tell_payment(at.key, payment::Message::Cancel)),
        false => decision.without(Timer::Window),
    })
}
