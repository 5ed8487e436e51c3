//! Order cards: one message per order, edited as the order changes. Knows no rules of orders.

use entities::{Key, Money};

use super::button::{Act, Surface};
use super::state::{Card, Place};
use super::turn::{Turn, press};
use super::{checkout, decide, goods, home};
use crate::intent::{Button, Intent, Keyboard, Lane, Method, Outcome, TelegramCall};
use crate::order::{Line, Stage, Tracking, View};
use crate::{payment, texts};

/// Lines that a card or a receipt names; the others are counted.
const LINES_SHOWN: usize = 10;

/// A new card, or one that was asked for: here, or in place of the message whose button was pressed.
pub(super) fn put(turn: &mut Turn<'_>, mut card: Card) {
    card.stale = false;
    let (html, keyboard) = (text(turn, &card), keyboard(turn, &card));
    match turn.pressed {
        Some((message_id, Surface::Text)) => {
            turn.pressed = None;
            card.place = Place::At(message_id);
            turn.call(Method::EditText { message_id, html, keyboard }, Lane::Answer, true);
        }
        pressed => {
            if let Some((message_id, _)) = pressed {
                turn.pressed = None;
                turn.call(Method::DeleteMessage { message_id }, Lane::Answer, false);
            }
            card.place = Place::OnItsWay;
            turn.call(Method::SendText { html, keyboard }, Lane::Answer, true);
        }
    }
    turn.keep(card);
}

/// The order came into another state.
pub(super) fn changed(turn: &mut Turn<'_>, order: &Key, view: &View) {
    let was = turn.state.card(order);
    if was.is_some_and(|card| card.view.revision >= view.revision) {
        return;
    }
    let paid = |stage: &Stage| matches!(stage, Stage::Paid { .. }) || stage.is_sold();
    let news = paid(&view.stage) && !was.is_some_and(|card| paid(&card.view.stage));
    let mut card = was.cloned().unwrap_or_else(|| Card {
        order: order.clone(),
        view: view.clone(),
        place: Place::Nowhere,
        stale: false,
        nonce: 0,
    });
    let shown = was.map(|card| (text(turn, card), keyboard(turn, card)));
    card.view = view.clone();
    let moved = was.is_some_and(|card| card.view.stage.name() != view.stage.name());
    let sent = moved && matches!(view.stage, Stage::Shipped);
    let same = shown == Some((text(turn, &card), keyboard(turn, &card)));
    if same && !card.stale {
        turn.keep(card);
    } else {
        redraw(turn, card);
    }
    if sent && turn.state.is_reachable() {
        on_its_way(turn, order, view);
    }
    if news && turn.state.is_reachable() {
        receipt(turn, order, view);
    }
}

/// Brings the card's message up to date, or as soon as it can be.
pub(super) fn redraw(turn: &mut Turn<'_>, mut card: Card) {
    if !turn.state.is_reachable() {
        card.stale = true;
        return turn.keep(card);
    }
    let (html, keyboard) = (text(turn, &card), keyboard(turn, &card));
    match card.place {
        Place::At(message_id) => {
            card.stale = false;
            turn.call(Method::EditText { message_id, html, keyboard }, Lane::Notice, true);
        }
        Place::OnItsWay => card.stale = true,
        Place::Nowhere => {
            card.stale = false;
            card.place = Place::OnItsWay;
            turn.call(Method::SendText { html, keyboard }, Lane::Notice, true);
        }
    }
    turn.keep(card);
}

/// They are back: what changed meanwhile is shown where the cards are.
pub(super) fn redraw_stale(turn: &mut Turn<'_>) {
    let stale: Vec<Card> = turn.state.cards.iter().filter(|card| card.stale).cloned().collect();
    for mut card in stale {
        card.stale = false;
        let (html, keyboard) = (text(turn, &card), keyboard(turn, &card));
        let method = match card.place {
            Place::At(message_id) => Method::EditText { message_id, html, keyboard },
            Place::OnItsWay | Place::Nowhere => {
                card.place = Place::OnItsWay;
                Method::SendText { html, keyboard }
            }
        };
        turn.call(method, Lane::Notice, true);
        turn.keep(card);
    }
}

/// What came of sending or editing a card.
pub(super) fn sent(turn: &mut Turn<'_>, intent: &Intent, outcome: &Outcome) {
    let Intent::Telegram(TelegramCall { method, .. }) = intent else {
        return;
    };
    let (html, edited) = match method {
        Method::SendText { html, .. } => (html, None),
        Method::EditText { html, message_id, .. } => (html, Some(*message_id)),
        _ => return,
    };
    if let Outcome::Refused { unreachable: true, .. } = outcome {
        decide::left(turn);
    }
    // A card names its order, and nothing else does.
    let named = |card: &&Card| html.contains(&bold(card.order.id()));
    let Some(mut card) = turn.state.cards.iter().find(named).cloned() else {
        return;
    };
    match (outcome, edited) {
        (Outcome::Sent { message_id }, None) if card.place == Place::OnItsWay => {
            card.place = Place::At(*message_id);
            if card.stale {
                return redraw(turn, card);
            }
        }
        (
            Outcome::Sent { .. } | Outcome::Done | Outcome::Gateway(_) | Outcome::Replied { .. },
            _,
        ) => return,
        (Outcome::Refused { unreachable, .. }, Some(message_id)) => {
            // The message is gone, and the card with it: it is sent anew.
            if card.place != Place::At(message_id) {
                return;
            }
            card.place = Place::Nowhere;
            card.stale = *unreachable;
            if !*unreachable {
                return redraw(turn, card);
            }
        }
        (Outcome::Refused { .. } | Outcome::Stuck { .. }, None) => {
            if card.place != Place::OnItsWay {
                return;
            }
            card.place = Place::Nowhere;
            card.stale = true;
        }
        (Outcome::Stuck { .. }, Some(_)) => card.stale = true,
    }
    turn.keep(card);
}

/// Money of an order that came too late, or went back.
pub(super) fn money_news(turn: &mut Turn<'_>, key: &'static str, order: &Key, amount: Money) {
    if turn.state.is_reachable() {
        let amount = texts::money(turn.lang(), amount);
        let html = turn.say(key, &[("number", order.id().into()), ("amount", amount.into())]);
        let method = Method::SendText { html, keyboard: Keyboard::None };
        turn.call(method, Lane::Notice, false);
    }
}

/// An edit makes no sound: that the parcel is on its way is said.
fn on_its_way(turn: &mut Turn<'_>, order: &Key, view: &View) {
    let args = [("number", order.id().into()), ("state", state_name(turn, view).into())];
    let html = turn.say("order-news", &args);
    let mut rows = Vec::new();
    if let Some(tracking) = &view.tracking {
        rows.push(tracking_row(turn, tracking));
    }
    rows.push(home::kept_row(turn));
    let method = Method::SendText { html, keyboard: Keyboard::Inline(rows) };
    turn.call(method, Lane::Notice, false);
}

/// The parcel's number to copy, and where it is shown.
fn tracking_row(turn: &Turn<'_>, tracking: &Tracking) -> Vec<Button> {
    let args = [("code", (&*tracking.number).into())];
    let label = texts::label(turn.lang(), "button-copy", &args);
    let mut row = vec![Button::Copy { label, text: tracking.number.clone() }];
    if let Some(url) = &tracking.url {
        let label = texts::label(turn.lang(), "button-track", &[]);
        row.push(Button::Link { label, url: url.clone() });
    }
    row
}

fn receipt(turn: &mut Turn<'_>, order: &Key, view: &View) {
    let total = texts::money(turn.lang(), view.total);
    let args = [("number", order.id().into()), ("total", total.into())];
    let html = format!("{}\n\n{}", turn.say("receipt", &args), parts(turn, view));
    let pdf = Act::Receipt { number: order.id().to_owned() };
    let rows =
        vec![vec![turn.button_on(Surface::Kept, "button-receipt", pdf)], home::kept_row(turn)];
    let keyboard = Keyboard::Inline(rows);
    let method = Method::SendText { html, keyboard };
    turn.call(method, Lane::Notice, false);
}

fn text(turn: &Turn<'_>, card: &Card) -> String {
    let view = &card.view;
    let head = [("number", card.order.id().into()), ("state", state_name(turn, view).into())];
    let total = texts::money(turn.lang(), view.total);
    let mut html = format!(
        "{}\n\n{}\n{}",
        turn.say("order-card", &head),
        parts(turn, view),
        turn.say("order-total", &[("total", total.into())]),
    );
    if let Some(more) = explanation(turn, view) {
        html.push_str("\n\n");
        html.push_str(&more);
    }
    html
}

/// The lines, the discount, the parcel.
fn parts(turn: &Turn<'_>, view: &View) -> String {
    let mut said = lines(turn, &view.lines);
    if let Some(discount) = &view.extras.discount {
        let amount = texts::money(turn.lang(), discount.amount);
        let args = [("code", (&*discount.code).into()), ("amount", amount.into())];
        said = format!("{said}\n{}", turn.say("order-discount", &args));
    }
    if let Some(shipping) = &view.extras.shipping {
        said = format!("{said}\n{}", checkout::shipping_text(turn, shipping));
    }
    said
}

fn lines(turn: &Turn<'_>, lines: &[Line]) -> String {
    let mut shown: Vec<String> = lines
        .iter()
        .take(LINES_SHOWN)
        .map(|line| {
            let price = line.price.times(line.quantity).unwrap_or(line.price);
            let args = [
                ("quantity", line.quantity.into()),
                ("title", (&*line.title).into()),
                ("price", texts::money(turn.lang(), price).into()),
            ];
            turn.say("order-line", &args)
        })
        .collect();
    if lines.len() > LINES_SHOWN {
        let count = (lines.len() - LINES_SHOWN) as u32;
        shown.push(turn.say("order-more-lines", &[("count", count.into())]));
    }
    shown.join("\n")
}

/// What the state means for the customer, and what to do.
fn explanation(turn: &Turn<'_>, view: &View) -> Option<String> {
    let title_of = |product: &str| {
        let line = view.lines.iter().find(|line| line.product == product);
        line.map_or_else(|| product.to_owned(), |line| line.title.clone())
    };
    Some(match &view.stage {
        Stage::Draft | Stage::AwaitingStock { .. } => turn.say("order-preparing", &[]),
        Stage::AwaitingPayment { url: None, .. } => turn.say("order-preparing", &[]),
        Stage::AwaitingPayment { declined: Some(_), .. } => turn.say("order-declined", &[]),
        Stage::AwaitingPayment { .. } => {
            let left_ms = (view.until_ms - view.placed_ms).max(0);
            let minutes = u32::try_from(left_ms / 60_000).unwrap_or(u32::MAX);
            turn.say("order-pay-within", &[("minutes", minutes.into())])
        }
        Stage::Refused { product, available, paid } => {
            let args = [("title", title_of(product).into()), ("available", (*available).into())];
            let said = turn.say("order-out-of-stock", &args);
            match paid {
                true => format!("{said}\n{}", turn.say("order-money-on-its-way", &[])),
                false => said,
            }
        }
        Stage::Expired if view.money_seen => turn.say("order-expired", &[]),
        Stage::Expired => {
            let not_charged = turn.say("order-not-charged", &[]);
            format!("{}\n{not_charged}", turn.say("order-expired", &[]))
        }
        Stage::Cancelled { .. } if !view.money_seen => turn.say("order-not-charged", &[]),
        Stage::Failed => turn.say("order-failed", &[]),
        Stage::PromoRefused { code } => {
            turn.say("order-promo-refused", &[("code", (&**code).into())])
        }
        Stage::Shipped => match &view.tracking {
            Some(tracking) => turn.say("order-tracking", &[("code", (&*tracking.number).into())]),
            None => return None,
        },
        Stage::Held { .. } => turn.say("order-held", &[]),
        Stage::Confirmed => turn.say("order-confirmed", &[]),
        Stage::Paid { .. }
        | Stage::Processing
        | Stage::Delivered
        | Stage::Cancelled { .. }
        | Stage::Refunded => return None,
    })
}

pub(super) fn state_name(turn: &Turn<'_>, view: &View) -> String {
    let key = match &view.stage {
        Stage::Draft | Stage::AwaitingStock { .. } => "order-state-preparing",
        Stage::AwaitingPayment { .. } => "order-state-awaiting-payment",
        Stage::Paid { .. } => "order-state-paid",
        Stage::Confirmed => "order-state-confirmed",
        Stage::Processing => "order-state-processing",
        Stage::Shipped => "order-state-shipped",
        Stage::Delivered => "order-state-delivered",
        Stage::PromoRefused { .. } => "order-state-promo-refused",
        Stage::Cancelled { .. } => "order-state-cancelled",
        Stage::Expired => "order-state-expired",
        Stage::Refused { .. } => "order-state-refused",
        Stage::Failed => "order-state-failed",
        Stage::Held { .. } => "order-state-held",
        Stage::Refunded => "order-state-refunded",
    };
    turn.plain(key, &[])
}

fn keyboard(turn: &Turn<'_>, card: &Card) -> Keyboard {
    let mut rows = Vec::new();
    if let Stage::AwaitingPayment { url: Some(url), .. } = &card.view.stage {
        let total = texts::money(turn.lang(), card.view.total);
        let label = texts::label(turn.lang(), "button-pay", &[("total", total.into())]);
        rows.push(vec![match url == payment::INVOICE_MESSAGE {
            true => press(Surface::Kept, label, Act::Pay { number: card.order.id().to_owned() }),
            false => Button::Link { label, url: url.clone() },
        }]);
    }
    if let (Stage::Shipped, Some(tracking)) = (&card.view.stage, &card.view.tracking) {
        rows.push(tracking_row(turn, tracking));
    }
    if can_be_cancelled(&card.view) {
        let number = card.order.id().to_owned();
        let cancel = Act::CancelOrder { number };
        rows.push(vec![turn.button_on(Surface::Kept, "button-cancel-order", cancel)]);
    }
    rows.extend(goods::rows(turn, card.order.id(), &card.view));
    if card.view.stage.is_closed() {
        let shop = Act::Shop { page: 0 };
        rows.push(vec![turn.button_on(Surface::Kept, "button-shop", shop)]);
    }
    rows.push(home::kept_row(turn));
    Keyboard::Inline(rows)
}

/// Whether the customer may still call it off; the order has the last word.
pub(super) fn can_be_cancelled(view: &View) -> bool {
    let packed_nothing = view.lines.iter().all(|line| line.goods.is_none());
    view.stage.can_be_cancelled() || (view.stage == Stage::Confirmed && packed_nothing)
}

/// How every language writes an order's number on its card.
fn bold(number: &str) -> String {
    format!("<b>{number}</b>")
}
