//! What an order's step leaves and says: its row, and the messages to its session, stocks and payment.
//! Knows no rules of orders.

use entities::{Key, Kind, Money, OrderLineRow, OrderRow, Row, ShipmentRow};

use super::Order;
use super::parts::{Line, promo_key};
use super::state::{Fact, State};
use crate::capability::{Decision, Moment};
use crate::clock::to_ms;
use crate::intent::Intent;
use crate::message::Message as AnyMessage;
use crate::{payment, promo, session, stock};

/// One fact, with the order's row and the news for the session.
pub(super) fn step(state: &State, at: &Moment<'_>, fact: Fact) -> Decision<Order> {
    let mut after = state.clone();
    after.apply(&fact);
    let mut decision = Decision::of(fact);
    let (Some(customer), Some(view)) = (after.customer.clone(), after.view()) else {
        return decision;
    };
    decision.rows.extend(row(&after, at).map(Row::Order));
    decision.rows.extend(shipment(&after, at).map(Row::Shipment));
    let changed = session::Message::OrderChanged { order: at.key.clone(), view };
    decision.then(tell(&customer, changed.into()))
}

/// The order's head, once it is placed.
pub(super) fn row(after: &State, at: &Moment<'_>) -> Option<OrderRow> {
    let (customer, view) = (after.customer.as_ref()?, after.view()?);
    Some(OrderRow {
        id: at.key.to_string(),
        number: at.key.id().to_owned(),
        session: customer.to_string(),
        state: after.stage.name().to_owned(),
        total_minor: view.total.amount_minor,
        currency: view.total.currency.to_string(),
        placed_ms: view.placed_ms,
        changed_ms: to_ms(at.now),
        shipping_minor: view.extras.shipping.as_ref().map_or(0, |it| it.cost.amount_minor),
        discount_minor: view.extras.discount.as_ref().map_or(0, |it| it.amount.amount_minor),
        promo: view.extras.discount.as_ref().map(|it| it.code.clone()),
    })
}

/// What it is of.
pub(super) fn line_rows(lines: &[Line], at: &Moment<'_>) -> Vec<Row> {
    let row = |(position, line): (i32, &Line)| {
        Row::OrderLine(OrderLineRow {
            order_id: at.key.to_string(),
            position,
            product: line.product.clone(),
            title: line.title.clone(),
            quantity: i32::try_from(line.quantity).unwrap_or(i32::MAX),
            price_minor: line.price.amount_minor,
            note: line.note.clone(),
            digital: line.goods.is_some(),
        })
    };
    (0..).zip(lines).map(row).collect()
}

/// Where it goes, if it is sent.
pub(super) fn shipment(after: &State, at: &Moment<'_>) -> Option<ShipmentRow> {
    let (customer, shipping) = (after.customer.as_ref()?, after.extras.shipping.as_ref()?);
    Some(ShipmentRow {
        order_id: at.key.to_string(),
        session: customer.to_string(),
        method: shipping.method.clone(),
        address: shipping.address.clone(),
        phone: shipping.phone.clone(),
        tracking: after.tracking.as_ref().map(|tracking| tracking.number.clone()),
        tracking_url: after.tracking.as_ref().and_then(|tracking| tracking.url.clone()),
    })
}

/// Lets go of all lines, and of the promo code.
pub(super) fn releasing(
    state: &State,
    decision: Decision<Order>,
    at: &Moment<'_>,
) -> Decision<Order> {
    let decision = state.lines.iter().fold(decision, |decision, line| {
        let release = stock::Message::Release { order: at.key.clone() };
        decision.then(tell_stock(&line.product, release))
    });
    letting_code_go(state, decision, at)
}

/// The promo code can be used again, by somebody else or for the next order.
pub(super) fn letting_code_go(
    state: &State,
    decision: Decision<Order>,
    at: &Moment<'_>,
) -> Decision<Order> {
    match state.discount() {
        Some(discount) => {
            let release = promo::Message::Release { order: at.key.clone() };
            decision.then(tell(&promo_key(&discount.code), release.into()))
        }
        None => decision,
    }
}

pub(super) fn give_back(at: &Moment<'_>, reason: String) -> Intent {
    tell_payment(at.key, payment::Message::GiveBack { reason })
}

pub(super) fn late_news(state: &State, at: &Moment<'_>, amount: Money) -> Intent {
    tell_session(state, session::Message::LateMoney { order: at.key.clone(), amount })
}

pub(super) fn tell_session(state: &State, message: session::Message) -> Intent {
    let customer = state.customer.as_ref().expect("only a placed order has news");
    tell(customer, message.into())
}

pub(super) fn tell_stock(product: &str, message: stock::Message) -> Intent {
    tell(&Key::new(Kind::Stock, product), message.into())
}

pub(super) fn tell_payment(order: &Key, message: payment::Message) -> Intent {
    tell(&State::payment(order), message.into())
}

pub(super) fn tell(to: &Key, message: AnyMessage) -> Intent {
    Intent::Tell { to: to.clone(), message }
}
