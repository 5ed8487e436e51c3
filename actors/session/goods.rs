//! What a customer gets through the chat: texts, files, codes; and the receipt to print. Knows no stock and no payment.

use entities::Key;
use time::format_description::well_known::Iso8601;

use super::button::{Act, Surface};
use super::turn::Turn;
use super::{cart, home};
use crate::catalogue::in_language;
use crate::clock::from_ms;
use crate::document::{Document, Receipt};
use crate::intent::{Button, Keyboard, Lane, Method};
use crate::order::{Content, Parcel, View};
use crate::texts;

/// Codes in one message: each has a button that copies it.
const CODES_A_MESSAGE: usize = 20;

/// Sent when the money is there, and whenever the customer asks again.
pub(super) fn deliver(turn: &mut Turn<'_>, order: &Key, parcels: &[Parcel]) {
    if !turn.state.is_reachable() {
        // They find it under the order when they are back.
        return;
    }
    for parcel in parcels {
        let head = [("title", (&*parcel.title).into()), ("number", order.id().into())];
        let html = turn.say("goods", &head);
        let kept = vec![home::kept_row(turn)];
        match &parcel.content {
            Content::Text(words) => {
                let words = in_language(words, turn.lang(), &turn.at.house.rules);
                let html = format!("{html}\n\n{}", texts::escape(words.unwrap_or_default()));
                let keyboard = Keyboard::Inline(kept);
                turn.call(Method::SendText { html, keyboard }, Lane::Notice, false);
            }
            Content::File(name) => {
                let (file, keyboard) = (Document::Ours(name.clone()), Keyboard::Inline(kept));
                turn.call(Method::SendFile { file, html, keyboard }, Lane::Notice, false);
            }
            Content::Codes(codes) => codes_sent(turn, &html, codes),
        }
    }
}

fn codes_sent(turn: &mut Turn<'_>, head: &str, codes: &[String]) {
    for some in codes.chunks(CODES_A_MESSAGE) {
        let list: Vec<String> =
            some.iter().map(|code| format!("<code>{}</code>", texts::escape(code))).collect();
        let html = format!("{head}\n\n{}", list.join("\n"));
        let copy = |code: &String| {
            let args = [("code", (&**code).into())];
            let label = texts::label(turn.lang(), "button-copy", &args);
            vec![Button::Copy { label, text: code.clone() }]
        };
        let mut rows: Vec<Vec<Button>> = some.iter().map(copy).collect();
        rows.push(home::kept_row(turn));
        let method = Method::SendText { html, keyboard: Keyboard::Inline(rows) };
        turn.call(method, Lane::Notice, false);
    }
}

/// The receipt as a file, to print or to keep.
pub(super) fn receipt(turn: &mut Turn<'_>, number: &str) -> Option<String> {
    let Some(card) = turn.state.card_numbered(number).filter(|card| card.view.money_seen) else {
        return Some(turn.plain("order-unknown", &[("number", number.into())]));
    };
    let receipt = Box::new(printed(turn, number, &card.view.clone()));
    let html = turn.say("receipt-file", &[("number", number.into())]);
    let keyboard = Keyboard::Inline(vec![home::kept_row(turn)]);
    let method = Method::SendFile { file: Document::Receipt(receipt), html, keyboard };
    turn.call(method, Lane::Answer, false);
    None
}

fn printed(turn: &Turn<'_>, number: &str, view: &View) -> Receipt {
    let lang = turn.lang();
    let date = from_ms(view.placed_ms).date().format(&Iso8601::DATE).unwrap_or_default();
    let money = |amount| texts::money(lang, amount);
    let mut lines: Vec<(String, String)> = view
        .lines
        .iter()
        .map(|line| {
            let price = line.price.times(line.quantity).unwrap_or(line.price);
            (format!("{} × {}", line.quantity, line.title), money(price))
        })
        .collect();
    if let Some(discount) = &view.extras.discount {
        let words = turn.plain("receipt-discount", &[("code", (&*discount.code).into())]);
        lines.push((words, money(discount.amount.negated())));
    }
    if let Some(shipping) = &view.extras.shipping {
        lines.push((shipping.title.clone(), money(shipping.cost)));
    }
    let name = turn.who.as_ref().map(|who| who.name.clone()).unwrap_or_default();
    Receipt {
        file_name: format!("receipt-{number}"),
        title: turn.plain("receipt-title", &[]),
        head: vec![
            turn.at.house.rules.shop_name.clone(),
            turn.plain("receipt-order", &[("number", number.into()), ("date", date.into())]),
            name,
        ],
        lines,
        total: (turn.plain("receipt-total", &[]), money(view.total)),
        foot: vec![turn.plain("receipt-thanks", &[])],
        rtl: lang == "ar",
    }
}

/// Shows again what was delivered through the chat: the order has it.
pub(super) fn again(turn: &mut Turn<'_>, number: &str) -> Option<String> {
    let Some(card) = turn.state.card_numbered(number) else {
        return Some(turn.plain("order-unknown", &[("number", number.into())]));
    };
    let order = card.order.clone();
    turn.tell(order, crate::order::Message::ShowGoods.into());
    Some(turn.plain("goods-coming", &[]))
}

/// The same things once more: what is still sold goes into the cart.
pub(super) fn order_again(turn: &mut Turn<'_>, number: &str) -> Option<String> {
    let Some(card) = turn.state.card_numbered(number).cloned() else {
        return Some(turn.plain("order-unknown", &[("number", number.into())]));
    };
    let most = turn.at.house.rules.max_quantity;
    let mut left_out = false;
    for line in &card.view.lines {
        // What there was too little of is taken as far as it went.
        let available = match &card.view.stage {
            crate::order::Stage::Refused { product, available, .. } if *product == line.product => {
                *available
            }
            _ => most,
        };
        let quantity = line.quantity.min(available).min(most);
        let sold = super::product::sold_item(turn, &line.product).is_some();
        let taken = sold
            && quantity > 0
            && turn.change_basket(|basket| {
                let taken = basket.set(&line.product, quantity);
                for pick in basket.picks.iter_mut().filter(|pick| pick.sku == line.product) {
                    pick.note.clone_from(&line.note);
                }
                taken
            });
        left_out |= !taken;
    }
    cart::page(turn, 0);
    left_out.then(|| turn.plain("again-not-all", &[]))
}

/// The buttons of a card or a receipt that lead to what was bought.
pub(super) fn rows(turn: &Turn<'_>, number: &str, view: &View) -> Vec<Vec<Button>> {
    let mut rows = Vec::new();
    let number = number.to_owned();
    if view.stage.is_sold() && view.lines.iter().any(|line| line.goods.is_some()) {
        let goods = Act::Goods { number: number.clone() };
        rows.push(vec![turn.button_on(Surface::Kept, "button-goods", goods)]);
    }
    if view.stage.is_sold() {
        let receipt = Act::Receipt { number: number.clone() };
        let again = Act::Again { number };
        rows.push(vec![
            turn.button_on(Surface::Kept, "button-receipt", receipt),
            turn.button_on(Surface::Kept, "button-again", again),
        ]);
    } else if view.stage.is_closed() {
        let again = Act::Again { number };
        rows.push(vec![turn.button_on(Surface::Kept, "button-again", again)]);
    }
    rows
}
