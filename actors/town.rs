//! A town of actors for tests: the real decisions, a queue instead of a Journal, and a gateway and a Telegram that
//! can be told to fail. Knows no concurrency.

mod check;
mod customer;
mod folk;
mod gateway;
mod mishaps;
mod telegram;
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use entities::{BotId, Currency, Key, Kind, Money, Row};
use time::{Duration, OffsetDateTime};

use self::folk::{Folk, Stepped};
use crate::capability::{Answer, Input, Moment, Refusal};
use crate::catalogue::{Catalogue, Product, ProductKind};
use crate::clock::to_ms;
use crate::flow::WebhookCall;
use crate::gateway::{GatewayCall, GatewayReply, STARS};
use crate::house::{House, Rules};
use crate::intent::{Intent, Method, Outcome, TelegramCall};
use crate::message::Message;
use crate::order::Order;
use crate::payment::{self, Payment};
use crate::promo::{self, Promo};
use crate::session::Session;
use crate::stars::Stars;
use crate::stock::{self, Stock};
use crate::subscription::Subscription;

pub(crate) use self::check::{button, data_of};

/// A question to the gateway that has not been answered to its actor.
pub(crate) struct Asked {
    pub(crate) from: Key,
    pub(crate) call: GatewayCall,
}

pub(crate) struct Town {
    pub(crate) house: House,
    pub(crate) now: OffsetDateTime,
    seed: u64,
    pub(crate) sessions: Folk<Session>,
    pub(crate) orders: Folk<Order>,
    pub(crate) stocks: Folk<Stock>,
    pub(crate) payments: Folk<Payment>,
    pub(crate) promos: Folk<Promo>,
    pub(crate) subscriptions: Folk<Subscription>,
    pub(crate) stars: Folk<Stars>,
    /// Messages on their way, by receiver: the order of one receiver's is kept.
    pub(crate) post: BTreeMap<Key, VecDeque<Message>>,
    pub(crate) asked: Vec<Asked>,
    pub(crate) gateway: gateway::Gateway,
    /// What flows told webhooks, and nobody has answered.
    pub(crate) webhooks: Vec<WebhookCall>,
    pub(crate) telegram: telegram::Telegram,
    /// Everything that was sent to Telegram.
    pub(crate) sent: Vec<TelegramCall>,
    pub(crate) next_message_id: i64,
    /// The next sends that want a report are refused with this.
    pub(crate) telegram_refuses: Option<Outcome>,
    pub(crate) ledger: BTreeMap<(String, i64, i32), (String, i64)>,
    pub(crate) rows: Vec<Row>,
    /// The language that a test's customer chooses.
    pub(crate) tongue: &'static str,
}

impl Town {
    pub(crate) fn new() -> Self {
        Self {
            house: house(),
            now: OffsetDateTime::from_unix_timestamp(1_795_172_753).expect("a time"),
            seed: 1,
            sessions: Folk::default(),
            orders: Folk::default(),
            stocks: Folk::default(),
            payments: Folk::default(),
            promos: Folk::default(),
            subscriptions: Folk::default(),
            stars: Folk::default(),
            post: BTreeMap::new(),
            asked: Vec::new(),
            gateway: gateway::Gateway::default(),
            webhooks: Vec::new(),
            telegram: telegram::Telegram::default(),
            sent: Vec::new(),
            next_message_id: 100,
            telegram_refuses: None,
            ledger: BTreeMap::new(),
            rows: Vec::new(),
            tongue: "en",
        }
    }

    /// Puts so many pieces into every product's shelf.
    pub(crate) fn stocked(count: u32) -> Self {
        let mut town = Self::new();
        let products: Vec<String> =
            town.house.catalogue.products.iter().map(|product| product.id.clone()).collect();
        for product in products {
            let message = Message::Stock(Box::new(stock::Message::SetOnHand { count }));
            town.give(&Key::new(Kind::Stock, product), message).expect("a count is taken");
        }
        town
    }

    /// A code that takes 10 percent off, so many times.
    pub(crate) fn promo(&mut self, code: &str, uses: u32) {
        let terms = promo::Terms { percent: 10, uses: Some(uses), ..promo::Terms::default() };
        let set = promo::Message::Set { terms };
        self.give(&Key::new(Kind::Promo, code), set.into()).expect("terms are taken");
        Arc::make_mut(&mut self.house.promos).insert(code.to_owned());
    }

    /// One message to one actor, with what it says to it.
    pub(crate) fn give(&mut self, key: &Key, message: Message) -> Result<Answer, Refusal> {
        let stored = serde_json::to_string(&message).expect("a message is stored");
        let read: Message = serde_json::from_str(&stored).expect("a stored message is read");
        assert_eq!(read, message);
        let seed = self.fresh_seed();
        let at = Moment { key, now: self.now, seed, house: &self.house };
        let stepped = match message {
            Message::Session(message) => self.sessions.step(&Input::Message(*message), &at),
            Message::Order(message) => self.orders.step(&Input::Message(*message), &at),
            Message::Stock(message) => self.stocks.step(&Input::Message(*message), &at),
            Message::Payment(message) => self.payments.step(&Input::Message(*message), &at),
            Message::Promo(message) => self.promos.step(&Input::Message(*message), &at),
            Message::Subscription(message) => {
                self.subscriptions.step(&Input::Message(*message), &at)
            }
            Message::Stars(message) => self.stars.step(&Input::Message(*message), &at),
            Message::Chat(_) | Message::Bot(_) => (Ok(Answer::Done), Vec::new(), Vec::new()),
        };
        self.take(key, stepped)
    }

    pub(crate) fn report(&mut self, key: &Key, intent: Intent, outcome: Outcome) {
        let seed = self.fresh_seed();
        let at = Moment { key, now: self.now, seed, house: &self.house };
        let stepped = match key.kind() {
            Kind::Session => self.sessions.step(&Input::Result { intent, outcome }, &at),
            Kind::Subscription => self.subscriptions.step(&Input::Result { intent, outcome }, &at),
            Kind::Stars => self.stars.step(&Input::Result { intent, outcome }, &at),
            _ => self.payments.step(&Input::Result { intent, outcome }, &at),
        };
        self.take(key, stepped).expect("a result is never refused");
    }

    fn take(&mut self, key: &Key, (answer, intents, rows): Stepped) -> Result<Answer, Refusal> {
        for row in rows {
            if let Row::Ledger(entry) = &row {
                let place = (entry.owner.clone(), entry.booking, entry.line);
                let line = (entry.account.clone(), entry.amount_minor);
                let earlier = self.ledger.insert(place, line);
                assert_eq!(earlier, None, "a booking is made once");
            }
            self.rows.push(row);
        }
        for intent in intents {
            let stored = serde_json::to_string(&intent).expect("an intent is stored");
            let read: Intent = serde_json::from_str(&stored).expect("a stored intent is read");
            assert_eq!(read, intent);
            match intent {
                Intent::Tell { to, message } => self.post.entry(to).or_default().push_back(message),
                Intent::Telegram(call) => self.deliver(key, call),
                Intent::Gateway(call) => self.asked.push(Asked { from: key.clone(), call }),
                Intent::Webhook(call) => self.webhooks.push(*call),
            }
        }
        answer
    }

    fn deliver(&mut self, from: &Key, call: TelegramCall) {
        check::within_limits(&call);
        self.sent.push(call.clone());
        if !call.report {
            return;
        }
        let outcome = self.telegram_refuses.take().unwrap_or_else(|| match call.method {
            Method::SendText { .. } | Method::SendPhoto { .. } | Method::SendFile { .. } => {
                self.next_message_id += 1;
                Outcome::Sent { message_id: self.next_message_id }
            }
            _ => Outcome::Done,
        });
        self.report(from, Intent::Telegram(call), outcome);
    }

    fn fresh_seed(&mut self) -> u64 {
        // Steele and others, SplitMix64.
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.seed ^ (self.seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Delivers until nothing is on its way: messages, questions, webhooks.
    pub(crate) fn settle(&mut self) {
        loop {
            if let Some(to) = self.post.keys().next().cloned() {
                self.post_one(&to);
            } else if !self.asked.is_empty() {
                self.answer_one(0, gateway::Fault::None);
            } else if let Some(hook) = self.gateway.hooks.pop() {
                self.hook(&hook);
            } else if let Some(update) = self.telegram.updates.pop() {
                self.hook(&update);
            } else {
                return;
            }
        }
    }

    /// The oldest message to an actor arrives. What it refuses is refused.
    pub(crate) fn post_one(&mut self, to: &Key) {
        let Some(queue) = self.post.get_mut(to) else {
            return;
        };
        let message = queue.pop_front();
        if queue.is_empty() {
            self.post.remove(to);
        }
        if let Some(message) = message {
            self.give(to, message).ok();
        }
    }

    /// The gateway works on a question, and its answer arrives or does not.
    pub(crate) fn answer_one(&mut self, place: usize, fault: gateway::Fault) {
        let Asked { from, call } = self.asked.remove(place);
        let outcome = match call.gateway.as_str() {
            STARS => self.telegram.work(&call, fault, to_ms(self.now)),
            _ => self.gateway.work(&call, fault),
        };
        self.report(&from, Intent::Gateway(call), outcome);
    }

    pub(crate) fn hook(&mut self, hook: &gateway::Hook) {
        let message = payment::Message::GatewayReported {
            event: hook.event.clone(),
            checkout: hook.checkout.clone(),
            report: hook.report.clone(),
        };
        self.give(&hook.payment, Message::Payment(Box::new(message))).ok();
    }

    /// Lets time pass; due timers come, everything is delivered in between.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        self.settle();
        loop {
            let deadlines = [
                self.sessions.next_deadline(),
                self.orders.next_deadline(),
                self.stocks.next_deadline(),
                self.payments.next_deadline(),
                self.promos.next_deadline(),
                self.subscriptions.next_deadline(),
                self.stars.next_deadline(),
            ];
            match deadlines.into_iter().flatten().min() {
                Some(deadline) if deadline <= end => {
                    self.now = self.now.max(deadline);
                    self.ring();
                    self.settle();
                }
                _ => break,
            }
        }
        self.now = end;
    }

    /// One due timer of each kind.
    pub(crate) fn ring(&mut self) {
        let (now, seed) = (self.now, self.fresh_seed());
        let house = self.house.clone();
        fn at<'a>(
            house: &'a House,
            key: &'a Key,
            (now, seed): (OffsetDateTime, u64),
        ) -> Moment<'a> {
            Moment { key, now, seed, house }
        }
        let when = (now, seed);
        if let Some((key, timer)) = self.sessions.due(now) {
            let stepped = self.sessions.step(&Input::Timer(timer), &at(&house, &key, when));
            self.take(&key, stepped).expect("a timer is not refused");
        }
        if let Some((key, timer)) = self.orders.due(now) {
            let stepped = self.orders.step(&Input::Timer(timer), &at(&house, &key, when));
            self.take(&key, stepped).expect("a timer is not refused");
        }
        if let Some((key, timer)) = self.stocks.due(now) {
            let stepped = self.stocks.step(&Input::Timer(timer), &at(&house, &key, when));
            self.take(&key, stepped).expect("a timer is not refused");
        }
        if let Some((key, timer)) = self.promos.due(now) {
            let stepped = self.promos.step(&Input::Timer(timer), &at(&house, &key, when));
            self.take(&key, stepped).expect("a timer is not refused");
        }
        if let Some((key, timer)) = self.payments.due(now) {
            let stepped = self.payments.step(&Input::Timer(timer), &at(&house, &key, when));
            self.take(&key, stepped).expect("a timer is not refused");
        }
        if let Some((key, timer)) = self.subscriptions.due(now) {
            let stepped = self.subscriptions.step(&Input::Timer(timer), &at(&house, &key, when));
            self.take(&key, stepped).expect("a timer is not refused");
        }
        if let Some((key, timer)) = self.stars.due(now) {
            let stepped = self.stars.step(&Input::Timer(timer), &at(&house, &key, when));
            self.take(&key, stepped).expect("a timer is not refused");
        }
    }
}

pub(crate) fn bot() -> BotId {
    BotId::parse("shop").expect("a name")
}

pub(crate) fn session_of(user: i64) -> Key {
    Key::session(&bot(), user)
}

pub(crate) fn payment_of(order: &Key) -> Key {
    Key::new(Kind::Payment, order.id())
}

pub(crate) fn eur(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::EUR)
}

/// Ten products, the first with a photo.
pub(crate) fn house() -> House {
    let product = |number: i64| Product {
        id: format!("mug-{number}"),
        title: [("en".to_owned(), format!("Mug <{number}> & more"))].into(),
        description: [("en".to_owned(), "A mug to drink from.".to_owned())].into(),
        prices: [(Currency::EUR, 1_200 + number)].into(),
        photo: (number == 0).then(|| "mug.png".to_owned()),
        category: None,
        kind: ProductKind::Physical,
        variants: Vec::new(),
        regions: Vec::new(),
    };
    House {
        catalogue: Arc::new(Catalogue::new(Vec::new(), (0..10).map(product).collect())),
        flows: Arc::default(),
        leaflets: Arc::default(),
        promos: Arc::default(),
        rules: Arc::new(Rules {
            languages: ["en", "ru", "es", "uz", "ar"].map(str::to_owned).to_vec(),
            ways: payment::Ways {
                gateways: ["stars", "sandbox"].map(str::to_owned).to_vec(),
                ..payment::Ways::default()
            },
            owner: Some((bot(), 9)),
            ..Rules::default()
        }),
    }
}

/// What the gateway would answer to a question that it cannot make sense of.
pub(crate) fn rejected(reason: &str) -> Outcome {
    Outcome::Gateway(GatewayReply::Rejected { reason: reason.to_owned() })
}
