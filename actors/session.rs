//! Session: one customer's private conversation with one bot, and the only actor that sends to that customer's chat.
//! Knows no HTTP and no Telegram types: `intake` turns updates into `Incoming`.

mod about;
mod admin;
mod around;
mod basket;
mod button;
mod card;
mod cart;
mod checkout;
mod contact;
mod decide;
mod faq;
mod flows;
mod goods;
mod home;
mod inline;
mod orders;
mod origin;
mod paysupport;
mod place;
mod privacy;
mod product;
mod registration;
mod remind;
mod settings;
mod shop;
mod state;
#[cfg(test)]
mod strangers;
mod subscriptions;
mod terms;
#[cfg(test)]
mod tests;
mod turn;

use entities::{Key, Money, PersonId};
use serde::{Deserialize, Serialize};

use crate::capability::{Capability, Decision, Input, Moment, Refusal};
use crate::message::Message as AnyMessage;
use crate::{order, promo, subscription};

pub use about::{About, Asked, Change, Consent};
pub use around::Around;
pub use basket::{Basket, Pick, Promo};
pub use button::{Act, Press, Surface};
pub use origin::Origin;
pub use state::{Card, Fact, Place, State, Step, Timer, Who};

/// A session takes what its customer does and what other actors have to tell the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// The customer did something. Sent by `intake`, once per update, at least once.
    Customer { from: Profile, what: Incoming },
    /// An order of this customer came into another state. Sent by the order, at each change.
    OrderChanged { order: Key, view: order::View },
    /// The number chosen for a new order belongs to somebody else's. Sent by that order.
    OrderNumberTaken { order: Key },
    /// Money came for an order that was closed already; it is on its way back. Sent by the order.
    LateMoney { order: Key, amount: Money },
    /// Money went back to the customer. Sent by the order.
    MoneyReturned { order: Key, amount: Money },
    /// A person of the shop wants everything about the customer erased, without delay. Sent by the control socket.
    EraseNow,
    /// Orders and payments know them no more: now the rest goes. Sent by the eraser, at least once.
    Erase,
    /// What needs no parcel: here it is. Sent by the order, once it is paid and whenever it is asked.
    Goods { order: Key, parcels: Vec<order::Parcel> },
    /// What a promo code gives. Sent by `promo:{code}`.
    PromoQuoted { code: String, terms: promo::Terms },
    /// A promo code gives nothing; `reason` keys a text. Sent by `promo:{code}`.
    PromoUnknown { code: String, reason: String },
    /// Somebody typed the bot's name and some words in any chat. Sent by `intake`.
    Inline { from: Profile, query: String, words: String, offset: String, bot_username: String },
    /// The same order was paid once more; the second payment is on its way back. Sent by the payment.
    PaidTwice { order: Key, amount: Money },
    /// A subscription of this customer was offered, paid, stopped or ended. Sent by it.
    SubscriptionChanged { view: subscription::View },
    /// Something that needs a person: told to the owner of the shop. Plain text, any language.
    Notice { text: String },
}

/// Who Telegram says the customer is; passed with every input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub first_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Telegram's IETF tag, for instance `pt-br`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language_code: Option<String>,
}

/// What a customer can do in a private chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Incoming {
    Text {
        message_id: i64,
        text: String,
    },
    /// `/name@bot argument`: the name in lower case, without slash and bot; the argument trimmed.
    Command {
        message_id: i64,
        name: String,
        argument: String,
    },
    /// An inline button. `message_id` is missing when Telegram no longer shows the message to bots.
    Press {
        query: String,
        message_id: Option<i64>,
        data: String,
    },
    /// A shared contact; `user_id` is the contact's, when it has Telegram.
    Contact {
        message_id: i64,
        phone: String,
        user_id: Option<i64>,
    },
    /// Where somebody is, or a place on the map; millionths of a degree.
    Location {
        message_id: i64,
        latitude_e6: i32,
        longitude_e6: i32,
    },
    /// `kind`: the Bot API's field name (`photo`, `document`, …).
    File {
        message_id: i64,
        kind: String,
        file_id: String,
        name: Option<String>,
        bytes: Option<i64>,
    },
    /// Anything else that was sent: `sticker`, `poll`, … (the Bot API's field name).
    Other {
        message_id: i64,
        what: String,
    },
    /// An earlier message was changed; what was said counts as said.
    Edited {
        message_id: i64,
        text: Option<String>,
    },
    /// They say more than anybody means; what they say next is not heard for a while. `query`: it was a press, which
    /// is answered.
    TooFast {
        query: Option<String>,
    },
    /// `my_chat_member`: the customer blocked the bot.
    Blocked,
    /// `my_chat_member`: the customer let the bot in again.
    Unblocked,
}

/// The capability of a session.
pub struct Session;

impl Capability for Session {
    type State = State;
    type Message = Message;
    type Timer = Timer;
    type Fact = Fact;

    fn message(message: AnyMessage) -> Result<Message, Box<AnyMessage>> {
        match message {
            AnyMessage::Session(message) => Ok(*message),
            other => Err(Box::new(other)),
        }
    }

    fn decide(
        state: &State,
        input: &Input<Self>,
        at: &Moment<'_>,
    ) -> Result<Decision<Self>, Refusal> {
        decide::decide(state, input, at)
    }

    fn apply(state: &mut State, fact: &Fact) {
        state.apply(fact);
    }

    fn person(key: &Key, state: &State) -> Option<PersonId> {
        if state.about.erased {
            return None;
        }
        key.bot_and_number().map(|(_, user)| PersonId(user))
    }
}
