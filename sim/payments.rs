//! Invoices and how a person pays them: shipping, pre-checkout within ten seconds, the receipt,
//! Stars. It must not know the bot's shop.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::acting::id_of;
use crate::messages::{Draft, Sender};
use crate::people::{Bot, Charge, StarMove};
use crate::state::{Asked, Place, Query};
use crate::world::{Turn, World};

/// Telegram gives a bot this long for `answerPreCheckoutQuery`.
const CHECKOUT_WAIT: Duration = Duration::from_secs(10);

/// A checked invoice.
#[derive(Clone, Debug)]
pub(crate) struct Invoice {
    pub(crate) bot: i64,
    /// The Bot API's `Invoice` object of a message.
    pub(crate) shown: Value,
    pub(crate) payload: String,
    pub(crate) currency: String,
    pub(crate) total: i64,
    /// Whether shipping options are asked for.
    pub(crate) flexible: bool,
    /// Which parts of the order the person fills in.
    pub(crate) needs: Vec<&'static str>,
    /// Seconds between payments of a subscription.
    pub(crate) period_s: i64,
}

/// What became of a payment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Paid {
    /// `paid`, `failed` or `cancelled`.
    pub status: &'static str,
    /// The bot's reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// `telegram_payment_charge_id` of a paid one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charge_id: Option<String>,
}

impl Paid {
    fn not(status: &'static str, error: impl Into<String>) -> Self {
        Self { status, error: Some(error.into()), charge_id: None }
    }
}

impl World {
    /// Pays (or declines to pay) the invoice of a message.
    pub async fn pay(
        &self,
        person: i64,
        bot: i64,
        message_id: i64,
        accept: bool,
    ) -> Result<Paid, String> {
        let place = Place::Private { bot, person };
        self.pay_at(place, person, message_id, accept).await
    }

    /// The same in any chat.
    pub(crate) async fn pay_at(
        &self,
        place: Place,
        person: i64,
        message_id: i64,
        accept: bool,
    ) -> Result<Paid, String> {
        let slug = {
            let turn = self.turn();
            let stored = turn.state.history(place).and_then(|all| all.find(message_id));
            let stored = stored.ok_or("no such message")?;
            if stored.marks.invoice_state == Some("paid") {
                return Err("the invoice is paid already".to_owned());
            }
            stored.invoice.clone().ok_or("the message has no invoice")?
        };
        let paid = self.pay_slug(&slug, person, accept, Some((place, message_id))).await?;
        let state = match paid.status {
            "paid" => "paid",
            "failed" => "failed",
            _ => "open",
        };
        let mut turn = self.turn();
        turn.change(place, message_id, false, |stored| {
            stored.marks.invoice_state = Some(state);
        });
        turn.tell(place, || json!({"type": "invoice", "message_id": message_id, "state": state}));
        Ok(paid)
    }

    /// Pays an invoice link, or leaves its form.
    pub async fn pay_link(&self, slug: &str, person: i64, accept: bool) -> Result<Paid, String> {
        self.pay_slug(slug.trim_start_matches('$'), person, accept, None).await
    }

    /// What the form of an invoice link shows.
    pub(crate) fn invoice_link(&self, slug: &str) -> Result<Value, String> {
        let turn = self.turn();
        let invoice = turn.state.invoices.get(slug.trim_start_matches('$'));
        let invoice = invoice.ok_or("no such invoice")?;
        let mut shown = invoice.shown.clone();
        shown["bot"] = json!(invoice.bot);
        shown["subscription_period"] = json!(invoice.period_s);
        Ok(shown)
    }

    async fn pay_slug(
        &self,
        slug: &str,
        person: i64,
        accept: bool,
        shown: Option<(Place, i64)>,
    ) -> Result<Paid, String> {
        let invoice = {
            let turn = self.turn();
            if !turn.state.people.contains_key(&person) {
                return Err(format!("person {person} not found"));
            }
            turn.state.invoices.get(slug).cloned().ok_or("no such invoice")?
        };
        if !accept {
            return Ok(Paid::not("cancelled", "the person closed the payment form"));
        }
        let mut order = Value::Null;
        let mut shipping = None;
        if !invoice.needs.is_empty() || invoice.flexible {
            order = self.turn().order_of(person, &invoice.needs);
        }
        let mut total = invoice.total;
        if invoice.flexible {
            match self.ask_shipping(&invoice, person, &order).await {
                Ok((id, price)) => {
                    shipping = Some(id);
                    total += price;
                }
                Err(reason) => return Ok(Paid::not("failed", reason)),
            }
        }
        let details = Details { person, total, order, shipping };
        if let Err(reason) = self.ask_checkout(&invoice, &details).await {
            return Ok(Paid::not("failed", reason));
        }
        let charge = self.turn().settle(&invoice, &details, shown);
        Ok(Paid { status: "paid", error: None, charge_id: Some(charge) })
    }

    async fn answer(&self, receiver: oneshot::Receiver<Value>) -> Result<Value, String> {
        match tokio::time::timeout(CHECKOUT_WAIT, receiver).await {
            Ok(Ok(answer)) if answer["ok"] == true => Ok(answer),
            Ok(Ok(answer)) => Err(answer["error_message"].as_str().unwrap_or("").to_owned()),
            _ => Err("BOT_PRECHECKOUT_TIMEOUT".to_owned()),
        }
    }

    async fn ask_shipping(
        &self,
        invoice: &Invoice,
        person: i64,
        order: &Value,
    ) -> Result<(String, i64), String> {
        let receiver = {
            let mut turn = self.turn();
            let (id, receiver) = turn.open(invoice.bot, Asked::Shipping);
            let query = json!({
                "id": id, "from": turn.state.user(person), "invoice_payload": invoice.payload,
                "shipping_address": order["shipping_address"],
            });
            turn.push_update(invoice.bot, "shipping_query", &query, person);
            receiver
        };
        let answer = self.answer(receiver).await?;
        let option = answer["shipping_options"].get(0).ok_or("no shipping options")?;
        let price = option["prices"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|price| price["amount"].as_i64())
            .sum();
        Ok((option["id"].as_str().unwrap_or("").to_owned(), price))
    }

    async fn ask_checkout(&self, invoice: &Invoice, details: &Details) -> Result<(), String> {
        let receiver = {
            let mut turn = self.turn();
            let (id, receiver) = turn.open(invoice.bot, Asked::PreCheckout);
            let mut query = json!({
                "id": id, "from": turn.state.user(details.person),
                "currency": invoice.currency, "total_amount": details.total,
                "invoice_payload": invoice.payload,
            });
            details.add_to(&mut query);
            turn.push_update(invoice.bot, "pre_checkout_query", &query, details.person);
            receiver
        };
        self.answer(receiver).await.map(|_| ())
    }
}

/// What the person chose for one payment.
struct Details {
    person: i64,
    total: i64,
    order: Value,
    shipping: Option<String>,
}

impl Details {
    fn add_to(&self, object: &mut Value) {
        if !self.order.is_null() {
            object["order_info"] = self.order.clone();
        }
        if let Some(id) = &self.shipping {
            object["shipping_option_id"] = json!(id);
        }
    }
}

impl Turn<'_> {
    fn open(&mut self, bot: i64, asked: Asked) -> (String, oneshot::Receiver<Value>) {
        let (sender, receiver) = oneshot::channel();
        let at_ms = self.now_ms;
        let id = self.state.ask(Query { asked, bot, at_ms, place: None, waiter: Some(sender) });
        (id, receiver)
    }

    fn order_of(&self, person: i64, needs: &[&'static str]) -> Value {
        let Some(person) = self.state.people.get(&person) else {
            return Value::Null;
        };
        let mut order = json!({});
        for need in needs {
            order[*need] = match *need {
                "name" => json!(person.first_name),
                "phone_number" => json!(person.phone_number.as_deref().unwrap_or("15550001234")),
                "email" => json!(format!("person{}@example.org", person.id)),
                _ => json!({"country_code": "DE", "state": "", "city": "Berlin",
                    "street_line1": "Unter den Linden 1", "street_line2": "", "post_code": "10117"}),
            };
        }
        order
    }

    /// Takes the money: the charge, the Stars, the receipt in the chat.
    fn settle(
        &mut self,
        invoice: &Invoice,
        details: &Details,
        shown: Option<(Place, i64)>,
    ) -> String {
        let stars = invoice.currency == "XTR";
        let charge_id = if stars {
            format!("stx{}", self.state.random_text(60))
        } else {
            format!("{}_{}", self.state.random_id(), self.state.random_id())
        };
        let now_s = self.now_s();
        let until_s = (invoice.period_s > 0).then_some(now_s + invoice.period_s);
        let mut payment = json!({
            "currency": invoice.currency, "total_amount": details.total,
            "invoice_payload": invoice.payload,
            "telegram_payment_charge_id": charge_id,
            "provider_payment_charge_id":
                if stars { charge_id.clone() } else { self.state.random_text(24) },
        });
        details.add_to(&mut payment);
        if let Some(until_s) = until_s {
            payment["subscription_expiration_date"] = json!(until_s);
            payment["is_recurring"] = json!(true);
            payment["is_first_recurring"] = json!(true);
        }
        let charge = Charge {
            person: details.person,
            amount: details.total,
            currency: invoice.currency.clone(),
            payload: invoice.payload.clone(),
            refunded: false,
            until_s,
            period_s: invoice.period_s,
            canceled: false,
        };
        self.credit(invoice.bot, &charge_id, charge, stars);
        let person = details.person;
        let bot = invoice.bot;
        let (place, reply_to) = match shown {
            Some((place, id)) => (place, Some(id)),
            None => (Place::Private { bot, person }, None),
        };
        self.state.private_mut(bot, person);
        let mut draft = Draft::of("successful_payment", payment);
        draft.reply_to = reply_to;
        let message = self.post(place, Sender::Person(person), draft);
        self.mark_service(place, id_of(&message));
        charge_id
    }

    /// Service messages are nobody's bubbles.
    pub(crate) fn mark_service(&mut self, place: Place, id: i64) {
        if let Some(stored) = self.state.history_mut(place).and_then(|all| all.find_mut(id)) {
            stored.marks.out = false;
        }
    }

    pub(crate) fn credit(&mut self, bot: i64, charge_id: &str, charge: Charge, stars: bool) {
        let date = self.now_s();
        let partner = json!({
            "type": "user", "transaction_type": "invoice_payment",
            "user": self.state.user(charge.person), "invoice_payload": charge.payload,
        });
        let Some(bot) = self.state.bots.get_mut(&bot) else {
            return;
        };
        if stars {
            bot.move_stars(charge_id, charge.amount, date, partner);
        }
        bot.charges.insert(charge_id.to_owned(), charge);
    }
}

impl Bot {
    /// Books a movement of Stars.
    pub(crate) fn move_stars(&mut self, id: &str, amount: i64, date: i64, partner: Value) {
        self.stars += amount;
        self.star_moves.push(StarMove { id: id.to_owned(), amount, date, partner });
    }
}
