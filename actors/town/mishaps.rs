//! Random purchases in a town where everything that can go wrong does: questions lost before and after, webhooks
//! repeated and reordered, customers who cancel while they pay. Knows only what must be true.

use entities::Key;
use proptest::prelude::{ProptestConfig, Strategy, any, proptest};
use proptest::{collection, prop_oneof};
use time::Duration;

use super::gateway::Fault;
use super::{Town, payment_of, session_of};
use crate::message::Message;
use crate::{order, payment};

/// In the shelf of each product; scarce, so that orders meet.
const STOCK: u32 = 5;

#[derive(Clone, Debug)]
enum Mishap {
    /// A customer orders so many of a product.
    Orders { user: u8, product: u8, quantity: u8 },
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
    let nth = |place: &u8, count: usize| (count > 0).then(|| usize::from(*place) % count);
    let orders: Vec<Key> = town.orders.states.keys().cloned().collect();
    let checkouts: Vec<String> = town.gateway.checkouts.keys().cloned().collect();
    match mishap {
        Mishap::Orders { user, product, quantity } => orders_now(town, *user, *product, *quantity),
        Mishap::Post(place) => {
            let receivers: Vec<Key> = town.post.keys().cloned().collect();
            if let Some(place) = nth(place, receivers.len()) {
                town.post_one(&receivers[place]);
            }
        }
        Mishap::Answer(place, fault) => answer(town, nth(place, town.asked.len()), *fault),
        Mishap::Pay(place) => {
            nth(place, checkouts.len()).map(|place| town.gateway.pay(&checkouts[place]));
        }
        Mishap::PayWrong(place) => {
            nth(place, checkouts.len())
                .map(|place| town.gateway.pay_amount(&checkouts[place], super::eur(100)));
        }
        Mishap::Decline(place) => {
            nth(place, checkouts.len()).map(|place| town.gateway.decline(&checkouts[place]));
        }
        Mishap::Hook(place) => {
            if let Some(place) = nth(place, town.gateway.hooks.len()) {
                let hook = town.gateway.hooks.remove(place);
                town.hook(&hook);
            }
        }
        Mishap::HookAgain(place) => {
            if let Some(place) = nth(place, town.gateway.history.len()) {
                let hook = town.gateway.history[place].clone();
                town.hook(&hook);
            }
        }
        Mishap::CustomerCancels(place) => {
            if let Some(place) = nth(place, orders.len()) {
                let message = order::Message::Cancel { by: order::By::Customer };
                town.give(&orders[place], Message::Order(Box::new(message))).ok();
            }
        }
        Mishap::ShopRefunds(place) => {
            if let Some(place) = nth(place, orders.len()) {
                let (reason, by) = ("broken".to_owned(), "eve".to_owned());
                let amount = super::eur(100);
                let message = payment::Message::Refund { amount, reason, by };
                town.give(&payment_of(&orders[place]), Message::Payment(Box::new(message))).ok();
            }
        }
        Mishap::PersonAsks(place) => {
            if let Some(place) = nth(place, orders.len()) {
                let message = payment::Message::Ask { by: "eve".to_owned() };
                town.give(&payment_of(&orders[place]), Message::Payment(Box::new(message))).ok();
            }
        }
        Mishap::Minutes(minutes) => town.now += Duration::minutes(i64::from(*minutes)),
        Mishap::Ring => town.ring(),
    }
}

/// Answers of one payment come in the order in which it asked.
fn answer(town: &mut Town, place: Option<usize>, fault: Fault) {
    if let Some(place) = place {
        let from = town.asked[place].from.clone();
        let first = town.asked.iter().position(|asked| asked.from == from).unwrap_or(place);
        town.answer_one(first, fault);
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
    town.presses(user, 50, &format!("t.q.mug-{product}.{quantity}"));
    town.chooses(user, "Place order");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn stock_is_never_oversold_and_money_always_has_an_owner(
        mishaps in collection::vec(mishap(), 1..120)
    ) {
        let mut town = Town::stocked(STOCK);
        for mishap in &mishaps {
            happens(&mut town, mishap);
            town.must_hold();
        }
        // The storm is over: everything is delivered, every deadline comes.
        town.pass(Duration::days(8));
        town.must_have_ended_well(STOCK);
    }
}
