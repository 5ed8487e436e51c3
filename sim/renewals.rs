//! Subscriptions: the next payment of each when it is due. It must not know how they were bought.

use serde_json::json;

use crate::acting::id_of;
use crate::messages::{Draft, Sender};
use crate::people::Charge;
use crate::state::Place;
use crate::world::Turn;

impl Turn<'_> {
    /// Takes the next payment of every subscription that is due; returns how many.
    pub(crate) fn renew(&mut self) -> usize {
        let now_s = self.now_s();
        let mut due = Vec::new();
        for bot in self.state.bots.values() {
            for (id, charge) in &bot.charges {
                let ends = charge.until_s.is_some_and(|until| until <= now_s);
                if ends && !charge.canceled && !charge.refunded {
                    due.push((bot.id, id.clone(), charge.clone()));
                }
            }
        }
        due.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        for (bot, id, charge) in &due {
            self.renew_one(*bot, id, charge);
        }
        due.len()
    }

    fn renew_one(&mut self, bot: i64, old_id: &str, old: &Charge) {
        let until_s = old.until_s.unwrap_or_default() + old.period_s;
        if let Some(charge) =
            self.state.bots.get_mut(&bot).and_then(|bot| bot.charges.get_mut(old_id))
        {
            charge.until_s = None; // the new charge carries the subscription on
        }
        let charge_id = format!("stx{}", self.state.random_text(60));
        let charge = Charge { until_s: Some(until_s), ..old.clone() };
        self.credit(bot, &charge_id, charge, old.currency == "XTR");
        let person = old.person;
        let place = Place::Private { bot, person };
        self.state.private_mut(bot, person);
        let payment = json!({
            "currency": old.currency, "total_amount": old.amount, "invoice_payload": old.payload,
            "telegram_payment_charge_id": charge_id, "provider_payment_charge_id": charge_id,
            "subscription_expiration_date": until_s, "is_recurring": true,
        });
        let message =
            self.post(place, Sender::Person(person), Draft::of("successful_payment", payment));
        self.mark_service(place, id_of(&message));
    }
}
