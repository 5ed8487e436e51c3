//! What customers do in the town: they write, press and pay. Knows no actors' rules.

use entities::Key;

use super::{Town, check, payment_of, session_of};
use crate::message::Message;
use crate::session::{self, Incoming, Profile, Step};

impl Town {
    pub(crate) fn does(&mut self, user: i64, what: Incoming) {
        let from = Profile {
            first_name: "Ada".to_owned(),
            language_code: Some("en-GB".to_owned()),
            ..Profile::default()
        };
        let before = self.sent.len();
        let query = match &what {
            Incoming::Press { query, .. } => Some(query.clone()),
            _ => None,
        };
        let message = session::Message::Customer { from, what };
        self.give(&session_of(user), Message::Session(Box::new(message)))
            .expect("a customer is never refused");
        if let Some(query) = query {
            check::press_is_answered(&self.sent[before..], &query);
        }
    }

    pub(crate) fn says(&mut self, user: i64, text: &str) {
        let message_id = 1;
        self.does(
            user,
            match text.strip_prefix('/') {
                Some(command) => {
                    let (name, argument) = command.split_once(' ').unwrap_or((command, ""));
                    let (name, argument) = (name.to_owned(), argument.to_owned());
                    Incoming::Command { message_id, name, argument }
                }
                None => Incoming::Text { message_id, text: text.to_owned() },
            },
        );
    }

    pub(crate) fn presses(&mut self, user: i64, message_id: i64, data: &str) {
        let (query, data) = (format!("q{}", self.seed), data.to_owned());
        self.does(user, Incoming::Press { query, message_id: Some(message_id), data });
    }

    /// Presses the newest button whose label begins so.
    pub(crate) fn chooses(&mut self, user: i64, label: &str) {
        let data = check::button(&self.sent, label);
        let data = data.unwrap_or_else(|| panic!("no button '{label}' in {:#?}", self.sent.last()));
        self.presses(user, 7, &data);
    }

    /// Puts so many into the cart and goes through the checkout, whatever it asks, up to the summary.
    pub(crate) fn checks_out(&mut self, user: i64, skus: &[(&str, u32)]) {
        for (sku, quantity) in skus {
            self.presses(user, 50, &format!("t.q.{sku}.{quantity}"));
        }
        self.presses(user, 51, "t.xg");
        if self.step_of(user) == Step::Address {
            self.says(user, "Ada Lovelace, 12 St James's Square, London");
        }
        if self.step_of(user) == Step::Phone {
            self.chooses(user, "Skip");
        }
    }

    /// As `checks_out`, and agrees.
    pub(crate) fn orders(&mut self, user: i64, skus: &[(&str, u32)]) {
        self.checks_out(user, skus);
        self.chooses(user, "Place order");
    }

    fn step_of(&self, user: i64) -> Step {
        self.sessions.states[&session_of(user)].step.clone()
    }

    /// The customer pays on the gateway's page.
    pub(crate) fn pays(&mut self, order: &Key) {
        self.settle();
        let checkout = self.gateway.checkout_of(&payment_of(order)).expect("a checkout");
        self.gateway.pay(&checkout);
        self.settle();
    }
}
