//! Random purchases in a town where everything that can go wrong does: questions lost before and after, webhooks
//! repeated and reordered, customers who cancel while they pay. Knows only what must be true.

use entities::{Key, Kind};
use proptest::prelude::{ProptestConfig, Strategy, any, proptest};
use proptest::{collection, prop_oneof};
use time::Duration;

use super::gateway::{Fault, Gateway};
use super::{Town, payment_of, session_of};
use crate::message::Message;
use crate::{order, payment};

/// In the shelf of each product; scarce, so that orders meet.
const STOCK: u32 = 5;

#[derive(Clone, Debug)]
enum Mishap {
    /// A customer orders so many of a product.
    Orders {
        user: u8,
        product: u8,
        quantity: u8,
    },
    /// A message arrives somewhere.
    Post(u8),
    /// The gateway answers a question, or not.
    Answer(u8, Fault),
    Pay(u8),
    PayWrong(u8),
    Decline(u8),
    /// A webhook arrives; one that arrived before comes again.
    Hook(u8),
    HookAgain(u8),
    CustomerCancels(u8),
    ShopRefunds(u8),
    PersonAsks(u8),
    Minutes(u8),
    Ring,
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        5 => proptest::strategy::Just(Fault::None),
        1 => proptest::strategy::Just(Fault::LostBefore),
        1 => proptest::strategy::Just(Fault::LostAfter),
        1 => proptest::strategy::Just(Fault::Rejects),
    ]
}

fn mishap() -> impl Strategy<Value = Mishap> {
    let n = any::<u8>;
    prop_oneof![
        3 => (n(), n(), 1..5_u8).prop_map(|(user, product, quantity)| {
            Mishap::Orders { user: user % 3, product: product % 2, quantity }
        }),
        12 => n().prop_map(Mishap::Post),
        6 => (n(), fault()).prop_map(|(place, fault)| Mishap::Answer(place, fault)),
        3 => n().prop_map(Mishap::Pay),
        1 => n().prop_map(Mishap::PayWrong),
        1 => n().prop_map(Mishap::Decline),
        3 => n().prop_map(Mishap::Hook),
        2 => n().prop_map(Mishap::HookAgain),
        1 => n().prop_map(Mishap::CustomerCancels),
        1 => n().prop_map(Mishap::ShopRefunds),
        1 => n().prop_map(Mishap::PersonAsks),
        1 => (1..20_u8).prop_map(Mishap::Minutes),
        2 => proptest::strategy::Just(Mishap::Ring),
    ]
}

fn happens(town: &mut Town, mishap: &Mishap) {
    match mishap {
        Mishap::Orders { user, product, quantity } => orders_now(town, *user, *product, *quantity),
        Mishap::Post(place) => {
            let receivers: Vec<Key> = town.post.keys().cloned().collect();
            if let Some(receiver) = nth(*place, &receivers) {
                town.post_one(&receiver);
            }
        }
        Mishap::Answer(place, fault) => answer(town, *place, *fault),
        Mishap::Pay(place) => at_checkout(town, *place, Gateway::pay),
        Mishap::PayWrong(place) => {
            at_checkout(town, *place, |gateway, id| gateway.pay_amount(id, super::eur(100)));
        }
        Mishap::Decline(place) => at_checkout(town, *place, Gateway::decline),
        Mishap::Hook(place) => {
            if !town.gateway.hooks.is_empty() {
                let place = usize::from(*place) % town.gateway.hooks.len();
                let hook = town.gateway.hooks.remove(place);
                town.hook(&hook);
            }
        }
        Mishap::HookAgain(place) => {
            if let Some(hook) = nth(*place, &town.gateway.history) {
                town.hook(&hook);
            }
        }
        Mishap::CustomerCancels(place) => {
            let cancel = order::Message::Cancel { by: order::By::Customer };
            told(town, *place, |order| (order.clone(), cancel.into()));
        }
        Mishap::ShopRefunds(place) => {
            let (amount, reason, by) = (super::eur(100), "broken".to_owned(), "eve".to_owned());
            let refund = payment::Message::Refund { amount, reason, by };
            told(town, *place, |order| (payment_of(order), refund.into()));
        }
        Mishap::PersonAsks(place) => {
            let ask = payment::Message::Ask { by: "eve".to_owned() };
            told(town, *place, |order| (payment_of(order), ask.into()));
        }
        Mishap::Minutes(minutes) => town.now += Duration::minutes(i64::from(*minutes)),
        Mishap::Ring => town.ring(),
    }
}

/// One of them, whatever the number.
fn nth<T: Clone>(place: u8, all: &[T]) -> Option<T> {
    all.get(usize::from(place) % all.len().max(1)).cloned()
}

fn at_checkout(town: &mut Town, place: u8, act: impl FnOnce(&mut Gateway, &str)) {
    let checkouts: Vec<String> = town.gateway.checkouts.keys().cloned().collect();
    if let Some(id) = nth(place, &checkouts) {
        act(&mut town.gateway, &id);
    }
}

/// Somebody says something to an order or its payment; a refusal is an answer, too.
fn told(town: &mut Town, place: u8, message: impl FnOnce(&Key) -> (Key, Message)) {
    let orders: Vec<Key> = town.orders.states.keys().cloned().collect();
    if let Some(order) = nth(place, &orders) {
        let (to, message) = message(&order);
        town.give(&to, message).ok();
    }
}

/// Answers to one payment come in the order in which it asked.
fn answer(town: &mut Town, place: u8, fault: Fault) {
    let askers: Vec<Key> = town.asked.iter().map(|asked| asked.from.clone()).collect();
    if let Some(asker) = nth(place, &askers) {
        let first = askers.iter().position(|other| *other == asker);
        town.answer_one(first.unwrap_or(0), fault);
    }
}

fn orders_now(town: &mut Town, user: u8, product: u8, quantity: u8) {
    let user = i64::from(user) + 1;
    let key = session_of(user);
    if !town.sessions.states.contains_key(&key) {
        town.says(user, "/start");
        town.chooses(user, "✓ English");
        town.says(user, "Somebody");
    }
    // Some want something else as well, some use the code.
    let sku = format!("mug-{product}");
    let other = format!("mug-{}", 2 + product);
    let lines = [(&*sku, u32::from(quantity)), (&*other, 1)];
    town.checks_out(user, if quantity == 3 { &lines } else { &lines[..1] });
    if quantity.is_multiple_of(2) {
        town.presses(user, 50, "t.pe");
        town.says(user, "SPRING");
        town.post_one(&Key::new(Kind::Promo, "SPRING"));
        while town.post.contains_key(&key) {
            town.post_one(&key);
        }
        town.checks_out(user, &[]);
    }
    town.chooses(user, "Place order");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn stock_is_never_oversold_and_money_always_has_an_owner(
        mishaps in collection::vec(mishap(), 1..120)
    ) {
        let mut town = Town::stocked(STOCK);
        town.promo("SPRING", 2);
        for mishap in &mishaps {
            happens(&mut town, mishap);
            town.must_hold();
        }
        // The storm is over: everything is delivered, every deadline comes.
        town.pass(Duration::days(8));
        town.must_have_ended_well(STOCK);
    }
}
