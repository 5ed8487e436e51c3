//! What must be true of every message and of every moment in the town. Knows no actor's rules.

use super::{Town, payment_of};
use crate::intent::{Button, Keyboard, Method, TelegramCall};
use crate::order;
use crate::payment;

/// Telegram's limits, for whatever is sent.
pub(crate) fn within_limits(call: &TelegramCall) {
    let (html, max, keyboard) = match &call.method {
        Method::SendText { html, keyboard } => (html, 4_096, keyboard),
        Method::EditText { html, keyboard, .. } => {
            assert!(
                matches!(keyboard, Keyboard::None | Keyboard::Inline(_)),
                "an edit carries inline buttons only"
            );
            (html, 4_096, keyboard)
        }
        Method::EditCaption { html, keyboard, .. } => {
            assert!(matches!(keyboard, Keyboard::None | Keyboard::Inline(_)), "as an edit's");
            (html, 1_024, keyboard)
        }
        Method::SendPhoto { html, keyboard, .. } | Method::SendFile { html, keyboard, .. } => {
            (html, 1_024, keyboard)
        }
        Method::AnswerInline { results, .. } => {
            return assert!(results.as_array().is_some_and(|list| list.len() <= 50));
        }
        Method::AnswerCallback { text, .. } => {
            let units = text.as_ref().map_or(0, |text| text.encode_utf16().count());
            return assert!(units <= 200, "{text:?}");
        }
        _ => return,
    };
    let units = html.encode_utf16().count();
    assert!(!html.trim().is_empty() && units <= max, "{units} units: {html}");
    let bare = |letter: char| letter.is_ascii_lowercase() || letter == '-';
    assert!(!html.contains('-') || !html.chars().all(bare), "a key without a text: {html}");
    let unfilled = regex::Regex::new(r"\{ ?\$[a-z]+ ?\}").expect("a pattern");
    assert!(!unfilled.is_match(html), "an argument is missing: {html}");
    let Keyboard::Inline(rows) = keyboard else {
        return;
    };
    for button in rows.iter().flatten() {
        match button {
            Button::Press { label, data } => {
                assert!(!label.is_empty(), "{data}");
                assert!((1..=64).contains(&data.len()), "{data}");
            }
            Button::Link { label, url } => assert!(!label.is_empty() && !url.is_empty()),
            Button::Copy { label, text } => {
                let chars = text.chars().count();
                assert!(!label.is_empty() && (1..=256).contains(&chars), "{text}");
            }
            Button::Share { label, query } => {
                assert!(!label.is_empty() && query.chars().count() <= 256, "{query}");
            }
            Button::Pay { label } => assert!(!label.is_empty()),
        }
    }
}

/// A press is answered once, first, and in its own step.
pub(crate) fn press_is_answered(sent: &[TelegramCall], query: &str) {
    let answers = |call: &&TelegramCall| matches!(&call.method, Method::AnswerCallback { query: answered, .. } if answered == query);
    assert_eq!(sent.iter().filter(answers).count(), 1, "{query} is answered once: {sent:#?}");
    assert!(answers(&&sent[0]), "and first: {sent:#?}");
}

/// The data of the newest button whose label begins so.
pub(crate) fn button(sent: &[TelegramCall], label: &str) -> Option<String> {
    sent.iter().rev().find_map(|call| match &call.method {
        Method::SendText { keyboard: Keyboard::Inline(rows), .. }
        | Method::EditText { keyboard: Keyboard::Inline(rows), .. }
        | Method::EditCaption { keyboard: Keyboard::Inline(rows), .. }
        | Method::SendPhoto { keyboard: Keyboard::Inline(rows), .. } => {
            rows.iter().flatten().find_map(|button| match button {
                Button::Press { label: found, data } if found.starts_with(label) => {
                    Some(data.clone())
                }
                _ => None,
            })
        }
        _ => None,
    })
}

/// What a button gives back when it is pressed.
pub(crate) fn data_of(button: &Button) -> Option<String> {
    match button {
        Button::Press { data, .. } => Some(data.clone()),
        _ => None,
    }
}

impl Town {
    /// The last words to a customer.
    pub(crate) fn last_words(&self) -> String {
        let words = self.sent.iter().rev().find_map(|call| match &call.method {
            Method::SendText { html, .. }
            | Method::EditText { html, .. }
            | Method::EditCaption { html, .. }
            | Method::SendPhoto { html, .. } => Some(html.clone()),
            _ => None,
        });
        words.unwrap_or_default()
    }

    /// True at any moment, whatever happened.
    pub(crate) fn must_hold(&self) {
        for (key, stock) in &self.stocks.states {
            let held: u32 = stock.reserved.values().map(|held| held.quantity).sum();
            assert!(held <= stock.on_hand, "{key} promised more than there is: {stock:?}");
        }
        let mut sums = std::collections::BTreeMap::new();
        for ((owner, booking, _), (_, amount)) in &self.ledger {
            *sums.entry((owner, booking)).or_insert(0) += amount;
        }
        assert!(sums.values().all(|sum| *sum == 0), "the books balance: {sums:?}");
    }

    /// True when everything was delivered and every deadline is over.
    pub(crate) fn must_have_ended_well(&self, on_hand: u32) {
        self.ended_well(on_hand, &[]);
    }

    /// As `must_have_ended_well` with five of each; these shelves were filled otherwise.
    pub(crate) fn must_have_ended_well_but(&self, others: &[&str]) {
        self.ended_well(5, others);
    }

    fn ended_well(&self, on_hand: u32, others: &[&str]) {
        self.must_hold();
        let mut sold = std::collections::BTreeMap::<String, u32>::new();
        for (key, order) in &self.orders.states {
            if order.customer.is_none() {
                continue;
            }
            let payment = &self.payments.states.get(&payment_of(key)).cloned().unwrap_or_default();
            self.money_has_an_owner(order, payment);
            if order.stage.is_sold() {
                for line in &order.lines {
                    *sold.entry(line.product.clone()).or_default() += line.quantity;
                }
            }
        }
        for (key, stock) in &self.stocks.states {
            assert!(stock.reserved.is_empty(), "{key} still holds {:?}", stock.reserved);
            if others.contains(&key.id()) {
                continue;
            }
            let sold = sold.get(key.id()).copied().unwrap_or_default();
            let taken = on_hand - stock.on_hand;
            assert_eq!(taken, sold, "{key}: what left the shelf was sold");
        }
        self.codes_were_counted();
        for (id, checkout) in &self.gateway.checkouts {
            let owner = checkout.payment.as_str();
            let ours: i64 = self
                .ledger
                .iter()
                .filter(|((of, ..), (account, _))| of == owner && account.starts_with("gateway:"))
                .map(|(_, (_, amount))| amount)
                .sum();
            let stuck = matches!(
                self.payments.states[&checkout.payment].stage,
                payment::Stage::Stuck { .. }
            );
            let theirs = checkout.captured_minor - checkout.refunded_minor;
            assert!(stuck || ours == theirs, "{id} of {owner}: {ours} here, {theirs} there");
        }
    }

    /// Nobody holds a promo code any more, and each use is an order that was sold.
    fn codes_were_counted(&self) {
        for (key, promo) in &self.promos.states {
            assert!(promo.held.is_empty(), "{key} is still held by {:?}", promo.held);
            let with_it = self.orders.states.values().filter(|order| {
                let discount = order.extras.discount.as_ref();
                order.stage.is_sold() && discount.is_some_and(|it| it.code == key.id())
            });
            let counted = with_it.count() as u32;
            assert!(promo.used >= counted, "{key}: {} of {counted} counted", promo.used);
        }
    }

    /// Telegram's list of Stars and the book agree, payment by payment.
    pub(crate) fn stars_agree(&self) {
        for (payment, _) in &self.telegram.invoices {
            let owner = payment.as_str();
            let ours: i64 = self
                .ledger
                .iter()
                .filter(|((of, ..), (account, _))| of == owner && account.starts_with("gateway:"))
                .map(|(_, (_, amount))| amount)
                .sum();
            let state = &self.payments.states[payment];
            assert_eq!(ours, self.telegram.kept(payment), "{owner}: {state:#?}");
            let over = state
                .extras
                .iter()
                .all(|extra| !matches!(extra.fate, payment::ExtraFate::Returning { .. }));
            assert!(over, "what came twice went back, or a person owns it: {state:#?}");
        }
    }

    /// Money that came is for goods that went out, or went back, or is a person's to decide.
    fn money_has_an_owner(&self, order: &order::State, payment: &payment::State) {
        use payment::Stage as Payment;
        let told = format!("{order:#?}\n{payment:#?}");
        match (&payment.stage, &order.stage) {
            (Payment::Stuck { .. }, stage) => {
                assert!(!stage.is_sold() || payment.fulfilled, "{told}");
            }
            (Payment::Fulfilled, stage) => assert!(stage.is_sold(), "{told}"),
            (
                Payment::Refunded
                | Payment::Expired
                | Payment::Cancelled
                | Payment::Declined
                | Payment::Quoted,
                stage,
            ) => assert!(stage.is_closed(), "{told}"),
            _ => panic!("money without an owner: {told}"),
        }
    }
}
