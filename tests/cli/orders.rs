//! Orders and promo codes as the merchant changes them, against a running server.

use actors::order::{Extras, Line, Message, Shipping};
use actors::{External, stock};
use entities::{BotId, Currency, Key, Kind, MasterKey, Money};

use crate::rig::{Ground, Rig, err, on_both, out, until};

const NUMBER: &str = "K7Q2M9";

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::parse("USD").expect("a currency"))
}

async fn told(rig: &Rig, key: Key, id: &str, message: actors::Message) {
    let external = External::Request(id.to_owned());
    rig.kernel.office.tell_patiently(key, external, message).await.expect("is taken");
}

async fn state(rig: &Rig) -> Option<String> {
    let row = entities::order(&rig.kernel.database().read, &format!("order:{NUMBER}")).await;
    row.expect("reads").map(|row| row.state)
}

/// An order of two mugs that is paid.
async fn paid(rig: &Rig) {
    let count = stock::Message::SetOnHand { count: 5 };
    told(rig, Key::new(Kind::Stock, "mug"), "count", count.into()).await;
    let line = Line {
        product: "mug".to_owned(),
        title: "Mug".to_owned(),
        quantity: 2,
        price: usd(1_200),
        note: Some("with a bow".to_owned()),
        goods: None,
    };
    let shipping = Shipping {
        method: "post".to_owned(),
        title: "Post".to_owned(),
        cost: usd(450),
        address: "12 St James's Square".to_owned(),
        phone: "+44 20".to_owned(),
    };
    let place = Message::Place {
        customer: Key::session(&BotId::parse("shop").expect("a name"), 7),
        lines: vec![line],
        extras: Extras { shipping: Some(shipping), ..Extras::default() },
    };
    let order = Key::new(Kind::Order, NUMBER);
    told(rig, order.clone(), "place", place.into()).await;
    until(async || (state(rig).await? == "awaiting_payment").then_some(())).await;
    told(rig, order, "paid", Message::Captured { amount: usd(2_850) }.into()).await;
    until(async || (state(rig).await? == "confirmed").then_some(())).await;
}

async fn says(rig: &Rig, ground: &Ground, arguments: &[&'static str], expected: &str) {
    let done = rig.kontor(ground, arguments).await;
    assert_eq!(done.status.code(), Some(0), "{arguments:?}: {}", err(&done));
    assert!(out(&done).contains(expected), "{arguments:?}: {}", out(&done));
}

#[test]
fn an_order_is_shown_packed_and_sent() {
    on_both(|ground| {
        ground.life(&MasterKey::random(), async |rig| {
            paid(rig).await;
            says(rig, ground, &["order", "list", "--state", "confirmed"], NUMBER).await;
            says(rig, ground, &["order", "show", NUMBER], "with a bow").await;
            says(rig, ground, &["order", "advance", NUMBER, "processing"], "processing").await;
            let url = "https://track.example/RR1";
            let shipped =
                ["order", "advance", NUMBER, "shipped", "--tracking", "RR1", "--url", url];
            says(rig, ground, &shipped, "order K7Q2M9: shipped").await;
            says(rig, ground, &["order", "show", "k7q2m9"], "tracking: RR1").await;
            says(rig, ground, &["order", "show", NUMBER], "address: 12 St James's Square").await;
            let back = rig.kontor(ground, &["order", "advance", NUMBER, "processing"]).await;
            assert_eq!(back.status.code(), Some(1));
            assert!(err(&back).contains("order:K7Q2M9 is shipped already"), "{}", err(&back));
            let gone = rig.kontor(ground, &["order", "advance", "NONE", "shipped"]).await;
            assert!(err(&gone).contains("was never placed"), "{}", err(&gone));
        });
        let apart = ground.kontor(&["order", "advance", NUMBER, "delivered"]);
        assert_eq!(apart.status.code(), Some(3), "{}", err(&apart));
        assert!(err(&apart).contains("only a running server"), "{}", err(&apart));
        let wrong = ground.kontor(&["order", "show", "not-a-number!"]);
        assert_eq!(wrong.status.code(), Some(2), "{}", err(&wrong));
    });
}

#[test]
fn a_promo_code_is_set_and_listed() {
    on_both(|ground| {
        ground.life(&MasterKey::random(), async |rig| {
            let set = ["promo", "set", "spring", "--percent", "10", "--uses", "3"];
            says(rig, ground, &set, "set: SPRING (used 0 times so far)").await;
            assert!(rig.kernel.house().promos.contains("SPRING"), "customers can use it");
            says(rig, ground, &["promo", "list"], "10 %").await;
            let until = ["promo", "set", "FIVE", "--amount", "USD=5", "--until", "2027-03-31"];
            says(rig, ground, &until, "set: FIVE").await;
            says(rig, ground, &["promo", "list"], "5.00 USD").await;
            let nothing = rig.kontor(ground, &["promo", "set", "NOTHING"]).await;
            assert_eq!(nothing.status.code(), Some(2), "{}", err(&nothing));
            let code = rig.kontor(ground, &["promo", "set", "a b", "--percent", "1"]).await;
            assert!(err(&code).contains("'A B' is not a code"), "{}", err(&code));
        });
    });
}
