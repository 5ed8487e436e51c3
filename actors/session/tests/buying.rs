//! From looking around to having it: shelves, cart, checkout, goods. Knows no order's rules.

use std::sync::Arc;

use entities::{Currency, Key, Kind};
use time::Duration;

use super::{ADA, registered, state};
use crate::catalogue::{Catalogue, Category, Goods, ProductKind, Texts, Variant};
use crate::document::Document;
use crate::house::{DeliveryMethod, Region, Rules};
use crate::intent::{Button, Keyboard, Lane, Method};
use crate::order;
use crate::session::{Message, Profile, Step};
use crate::stock;
use crate::town::{Town, bot, house, session_of};

fn texts(text: &str) -> Texts {
    [("en".to_owned(), text.to_owned())].into()
}

/// Mugs in a category, of which one has variants, one is sold in DE only, one is codes, one is Stars only.
fn shop() -> Town {
    let mut town = Town::stocked(5);
    let mut products = house().catalogue.products.clone();
    for product in &mut products {
        product.category = Some("mugs".to_owned());
    }
    let size = |id: &str| Variant { id: id.to_owned(), title: texts(id), prices: [].into() };
    products[2].variants = vec![size("big"), size("small")];
    products[3].regions = vec!["DE".to_owned()];
    products[4].kind = ProductKind::Digital { goods: Goods::Codes, risk_accepted: true };
    products[5].kind = ProductKind::Digital { goods: Goods::Codes, risk_accepted: false };
    products[5].prices = [(Currency::XTR, 50)].into();
    products[6].kind =
        ProductKind::Digital { goods: Goods::File("book.pdf".to_owned()), risk_accepted: true };
    let mugs = Category { id: "mugs".to_owned(), title: texts("Mugs"), parent: None };
    town.house.catalogue = Arc::new(Catalogue::new(vec![mugs], products));
    for sku in ["mug-2/big", "mug-2/small"] {
        let count = stock::Message::SetOnHand { count: 5 };
        town.give(&Key::new(Kind::Stock, sku), count.into()).expect("counted");
    }
    let codes = ["A-1", "B-2", "C-3"].map(str::to_owned).to_vec();
    let stock = Key::new(Kind::Stock, "mug-4");
    // Codes are what is in the shelf, whatever was counted before.
    town.stocks.states.remove(&stock);
    town.give(&stock, stock::Message::AddCodes { codes }.into()).expect("counted");
    registered(town)
}

fn rules(town: &mut Town, change: impl FnOnce(&mut Rules)) {
    change(Arc::make_mut(&mut town.house.rules));
}

fn sends(town: &mut Town) {
    let region = |id: &str| Region { id: id.to_owned(), title: texts(id) };
    let method = |id: &str, minor: i64, address: bool| DeliveryMethod {
        id: id.to_owned(),
        title: texts(id),
        costs: [(Currency::EUR, minor)].into(),
        free_from: [(Currency::EUR, 5_000)].into(),
        regions: if id == "pickup" { vec!["DE".to_owned()] } else { Vec::new() },
        needs_address: address,
    };
    rules(town, |rules| {
        rules.regions = vec![region("DE"), region("UZ")];
        rules.delivery = vec![method("post", 450, true), method("pickup", 0, false)];
    });
}

fn says(town: &Town, words: &str) {
    assert!(town.last_words().contains(words), "no '{words}' in: {}", town.last_words());
}

#[test]
fn a_product_is_found_in_its_category_by_its_words_and_among_favourites() {
    let mut town = shop();
    town.says(ADA, "/shop");
    town.chooses(ADA, "Mugs");
    says(&town, "Page 1 of 2");
    town.chooses(ADA, "Next");
    town.chooses(ADA, "Mug <9>");
    town.chooses(ADA, "♡ Keep");
    town.says(ADA, "/shop");
    town.chooses(ADA, "♡ Favourites");
    assert!(crate::town::button(&town.sent, "Mug <9>").is_some());
    town.chooses(ADA, "Shop");
    town.chooses(ADA, "🔎");
    town.says(ADA, "MUG <7>");
    says(&town, "1 product.");
    town.says(ADA, "nothing of the kind");
    says(&town, "Nothing is called");
    assert_eq!(state(&town).step, Step::Search, "another word may follow");
}

#[test]
fn a_card_with_a_photo_changes_in_place_and_shows_what_is_in_the_cart() {
    let mut town = shop();
    town.says(ADA, "/shop");
    town.chooses(ADA, "Mugs");
    town.chooses(ADA, "Mug <0>");
    let before = town.sent.len();
    town.chooses(ADA, "3");
    let Method::EditCaption { html, keyboard: Keyboard::Inline(rows), .. } =
        &town.sent[before + 1].method
    else {
        panic!("{:#?}", &town.sent[before..]);
    };
    assert!(html.contains("In your cart: 3"), "{html}");
    let ticked = |button: &Button| matches!(button, Button::Press { label, .. } if label == "✓ 3");
    assert!(rows.iter().flatten().any(ticked));
    assert_eq!(town.sent.len(), before + 2, "nothing is added to the chat");
}

#[test]
fn a_variant_is_chosen_before_its_number() {
    let mut town = shop();
    town.says(ADA, "/shop");
    town.chooses(ADA, "Mugs");
    town.chooses(ADA, "Mug <2>");
    says(&town, "Which one?");
    assert!(crate::town::button(&town.sent, "1").is_none(), "of what?");
    town.chooses(ADA, "big");
    town.says(ADA, "2");
    assert_eq!(state(&town).basket.quantity("mug-2/big"), 2);
    // Its product alone is nothing that can be bought.
    town.presses(ADA, 9, "t.q.mug-2.1");
    assert_eq!(state(&town).basket.picks.len(), 1);
}

#[test]
fn a_cart_is_changed_by_buttons_that_may_be_pressed_twice() {
    let mut town = shop();
    town.presses(ADA, 9, "t.q.mug-1.2");
    town.says(ADA, "/cart");
    says(&town, "24.02");
    let more = crate::town::button(&town.sent, "+").expect("a button");
    town.presses(ADA, 9, &more);
    town.presses(ADA, 9, &more);
    assert_eq!(state(&town).basket.quantity("mug-1"), 3);
    town.chooses(ADA, "3 × Mug");
    town.chooses(ADA, "Write a note");
    town.says(ADA, "with <b>two</b> handles");
    says(&town, "with &lt;b&gt;two&lt;/b&gt; handles");
    for _ in 0..3 {
        town.chooses(ADA, "−");
    }
    says(&town, "Your cart is empty");
}

#[test]
fn every_line_of_the_summary_can_be_corrected() {
    let mut town = shop();
    sends(&mut town);
    town.presses(ADA, 9, "t.q.mug-1.2");
    town.says(ADA, "/cart");
    town.chooses(ADA, "Check out");
    town.chooses(ADA, "DE");
    town.chooses(ADA, "post · 4.50");
    town.says(ADA, "Ada\n12 St James's Square\nLondon");
    town.says(ADA, "call me");
    says(&town, "does not look like a phone number");
    town.says(ADA, "+44 20 7946 0958");
    says(&town, "Ada, 12 St James's Square, London · +44 20 7946 0958");
    says(&town, "Total: <b>28.52");
    town.chooses(ADA, "Address");
    town.says(ADA, "Elsewhere 1");
    says(&town, "Elsewhere 1 · +44");
    town.chooses(ADA, "Delivery");
    town.chooses(ADA, "pickup · free");
    says(&town, "Total: <b>24.02");
    assert!(!town.last_words().contains("Elsewhere"), "nothing is sent");
    // pickup is not offered there: the only way that is left is taken.
    town.chooses(ADA, "Region");
    town.chooses(ADA, "UZ");
    says(&town, "post: 4.50");
    town.chooses(ADA, "Change the goods");
    town.presses(ADA, 9, "t.n.mug-1.5");
    town.chooses(ADA, "Check out");
    says(&town, "post: free");
    town.chooses(ADA, "Place order");
    town.settle();
    let order = state(&town).cards[0].clone();
    let shipping = order.view.extras.shipping.expect("a parcel");
    assert_eq!((&*shipping.method, shipping.cost.amount_minor), ("post", 0));
    assert!(state(&town).basket.picks.is_empty(), "it is ordered");
}

#[test]
fn what_is_not_sold_where_they_are_is_neither_shown_nor_ordered() {
    let mut town = shop();
    sends(&mut town);
    town.presses(ADA, 9, "t.q.mug-3.1");
    assert_eq!(state(&town).basket.picks.len(), 1);
    town.says(ADA, "/shop");
    town.chooses(ADA, "📍");
    town.chooses(ADA, "UZ");
    town.presses(ADA, 9, "t.p.mug-3");
    says(&town, "<b>Shop</b>");
    town.says(ADA, "/cart");
    says(&town, "not sold to you right now");
    assert!(crate::town::button(&town.sent[town.sent.len() - 1..], "Check out").is_none());
}

#[test]
fn codes_come_when_the_money_is_there_once_and_again_when_asked() {
    let mut town = shop();
    town.orders(ADA, &[("mug-4", 2)]);
    let order = state(&town).cards[0].order.clone();
    town.pays(&order);
    let copies = |town: &Town| -> Vec<String> {
        let rows = town.sent.iter().rev().find_map(|call| match &call.method {
            Method::SendText { html, keyboard: Keyboard::Inline(rows) }
                if html.contains("<code>") =>
            {
                Some(rows.clone())
            }
            _ => None,
        });
        let copy = |button: &Button| match button {
            Button::Copy { text, .. } => Some(text.clone()),
            _ => None,
        };
        rows.expect("codes").iter().flatten().filter_map(copy).collect()
    };
    assert_eq!(copies(&town), ["A-1", "B-2"]);
    assert_eq!(town.orders.states[&order].stage, order::Stage::Delivered);
    let before = town.sent.len();
    town.chooses(ADA, "Show what I bought");
    town.settle();
    assert!(town.sent.len() > before + 1);
    assert_eq!(copies(&town), ["A-1", "B-2"], "the same ones");
    let left = &town.stocks.states[&Key::new(Kind::Stock, "mug-4")];
    assert_eq!((left.codes.len(), left.on_hand), (1, 1));
}

#[test]
fn a_file_is_sent_and_a_receipt_is_printed() {
    let mut town = shop();
    town.orders(ADA, &[("mug-6", 1)]);
    let order = state(&town).cards[0].order.clone();
    town.pays(&order);
    let sent = |town: &Town| -> Vec<Document> {
        let file = |call: &crate::intent::TelegramCall| match &call.method {
            Method::SendFile { file, .. } => Some(file.clone()),
            _ => None,
        };
        town.sent.iter().filter_map(file).collect()
    };
    assert_eq!(sent(&town), [Document::Ours("book.pdf".to_owned())]);
    town.chooses(ADA, "Receipt as PDF");
    let Some(Document::Receipt(receipt)) = sent(&town).pop() else { panic!("no receipt") };
    assert_eq!(receipt.file_name, format!("receipt-{}", order.id()));
    assert_eq!(receipt.total.1, "12.06\u{a0}EUR");
    assert!(receipt.head.contains(&"Ada".to_owned()), "{receipt:?}");
}

#[test]
fn stars_goods_are_sold_only_where_stars_are_taken() {
    let mut town = shop();
    town.presses(ADA, 9, "t.p.mug-5");
    says(&town, "<b>Shop</b>");
    rules(&mut town, |rules| rules.stars = true);
    town.presses(ADA, 9, "t.q.mug-5.2");
    town.presses(ADA, 9, "t.q.mug-1.1");
    town.says(ADA, "/cart");
    town.chooses(ADA, "Check out · 100\u{a0}XTR");
    says(&town, "Total: <b>100\u{a0}XTR</b>");
    town.chooses(ADA, "Place order");
    let card = state(&town).cards[0].clone();
    assert_eq!(card.view.extras.gateway.as_deref(), Some("stars"));
    assert_eq!(state(&town).basket.quantity("mug-1"), 1, "the rest waits in the cart");
}

#[test]
fn a_promo_code_is_checked_counted_and_said_no_to() {
    let mut town = shop();
    town.promo("SPRING", 1);
    town.presses(ADA, 9, "t.q.mug-1.1");
    town.presses(ADA, 9, "t.pe");
    town.says(ADA, "winter");
    says(&town, "There is no promo code WINTER");
    town.chooses(ADA, "Promo code");
    town.says(ADA, " spring ");
    town.settle();
    says(&town, "Promo code SPRING: −1.21");
    town.orders(ADA, &[]);
    town.settle();
    let order = state(&town).cards[0].order.clone();
    assert_eq!(state(&town).cards[0].view.total.amount_minor, 1_080);
    town.pays(&order);
    assert_eq!(town.promos.states[&Key::new(Kind::Promo, "SPRING")].used, 1);
    town.presses(ADA, 9, "t.q.mug-1.1");
    town.presses(ADA, 9, "t.pe");
    town.says(ADA, "SPRING");
    town.settle();
    says(&town, "has been used up");
    // What is called off gives it back.
    town.chooses(ADA, "Cancel order");
    town.pass(Duration::hours(1));
    assert_eq!(town.promos.states[&Key::new(Kind::Promo, "SPRING")].used, 0);
    town.must_have_ended_well_but(&["mug-2/big", "mug-2/small", "mug-4"]);
}

#[test]
fn a_left_cart_is_reminded_of_once_unless_nobody_wants_it() {
    let mut town = shop();
    town.presses(ADA, 9, "t.q.mug-1.1");
    town.pass(Duration::hours(25));
    says(&town, "still in your cart");
    assert_eq!(town.sent.last().map(|call| call.lane), Some(Lane::Bulk));
    let sent = town.sent.len();
    town.pass(Duration::days(9));
    assert_eq!(town.sent.len(), sent, "once");
    town.chooses(ADA, "No more reminders");
    town.presses(ADA, 9, "t.q.mug-1.2");
    let sent = town.sent.len();
    town.pass(Duration::days(9));
    assert_eq!(town.sent.len(), sent, "never again");
}

#[test]
fn an_order_is_packed_sent_and_delivered_on_one_card() {
    let mut town = shop();
    town.orders(ADA, &[("mug-1", 1)]);
    let order = state(&town).cards[0].order.clone();
    town.pays(&order);
    let advance = |town: &mut Town, to: order::Progress, number: Option<&str>| {
        let url = Some("https://track.example/1".to_owned());
        let tracking = number.map(|number| order::Tracking { number: number.to_owned(), url });
        let by = "eve".to_owned();
        let told = town.give(&order, order::Message::Advance { to, tracking, by }.into());
        town.settle();
        told.map(|_| state(town).cards[0].view.stage.name())
    };
    assert_eq!(advance(&mut town, order::Progress::Processing, None), Ok("processing"));
    assert_eq!(advance(&mut town, order::Progress::Shipped, Some("RR123")), Ok("shipped"));
    let copy = town.sent.iter().rev().find_map(|call| match &call.method {
        Method::EditText { keyboard: Keyboard::Inline(rows), .. } => rows.first().cloned(),
        _ => None,
    });
    let copy = copy.expect("the card");
    assert!(matches!(&copy[0], Button::Copy { text, .. } if text == "RR123"), "{copy:?}");
    assert!(matches!(&copy[1], Button::Link { url, .. } if url == "https://track.example/1"));
    says(&town, "on its way");
    let back = advance(&mut town, order::Progress::Processing, None);
    assert_eq!(back.expect_err("never backwards").code, "order-not-advanced");
    assert_eq!(advance(&mut town, order::Progress::Delivered, None), Ok("delivered"));
    town.chooses(ADA, "Order again");
    assert_eq!(state(&town).basket.quantity("mug-1"), 1);
}

#[test]
fn a_paid_order_can_be_called_off_until_it_is_packed() {
    let mut town = shop();
    town.orders(ADA, &[("mug-1", 2)]);
    let order = state(&town).cards[0].order.clone();
    town.pays(&order);
    town.chooses(ADA, "Cancel order");
    town.pass(Duration::hours(1));
    assert_eq!(town.orders.states[&order].stage.name(), "cancelled");
    assert_eq!(town.stocks.states[&Key::new(Kind::Stock, "mug-1")].on_hand, 5);
    town.must_have_ended_well_but(&["mug-2/big", "mug-2/small", "mug-4"]);
}

#[test]
fn a_link_opens_its_product_for_customers_and_for_those_who_become_one() {
    let mut town = shop();
    town.says(ADA, "/start p_mug-1");
    says(&town, "<b>Mug &lt;1&gt;");
    town.says(ADA, "/start p_gone");
    says(&town, "<b>Shop</b>");
    town.says(8, "/start p_mug-1");
    town.chooses(8, "✓ English");
    town.says(8, "Bob");
    says(&town, "<b>Mug &lt;1&gt;");
}

#[test]
fn inline_mode_offers_products_to_anybody_and_remembers_nobody() {
    let mut town = shop();
    let asked = |town: &mut Town, words: &str, offset: &str| {
        let message = Message::Inline {
            from: Profile { language_code: Some("ar".to_owned()), ..Profile::default() },
            query: "q1".to_owned(),
            words: words.to_owned(),
            offset: offset.to_owned(),
            bot_username: "ShopBot".to_owned(),
        };
        town.give(&session_of(9), message.into()).expect("taken");
        let call = town.sent.last().cloned().expect("an answer");
        assert_eq!(call.bot, bot());
        match call.method {
            Method::AnswerInline { results, .. } => results,
            other => panic!("{other:?}"),
        }
    };
    let found = asked(&mut town, "mug <1>", "");
    assert_eq!(found[0]["id"], "mug-1");
    let markup = found[0]["reply_markup"].to_string();
    assert!(markup.contains("https://t.me/ShopBot?start=p_mug-1"), "{markup}");
    assert_eq!(asked(&mut town, "", "9999"), serde_json::json!([]));
    assert!(town.sessions.states[&session_of(9)].who.is_none());
}
