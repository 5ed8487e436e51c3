//! Every message an actor may be sent: one type, so that intents and held inputs can be stored. Knows no senders.

use serde::{Deserialize, Serialize};

use crate::{bot, chat, order, payment, promo, session, stars, stock, subscription};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    Session(Box<session::Message>),
    Chat(Box<chat::Message>),
    Bot(Box<bot::Message>),
    Order(Box<order::Message>),
    Stock(Box<stock::Message>),
    Payment(Box<payment::Message>),
    Promo(Box<promo::Message>),
    Subscription(Box<subscription::Message>),
    Stars(Box<stars::Message>),
}

macro_rules! from {
    ($($kind:ident: $module:ident),*) => {$(
        impl From<$module::Message> for Message {
            fn from(message: $module::Message) -> Self {
                Self::$kind(Box::new(message))
            }
        }
    )*};
}

from!(
    Session: session,
    Chat: chat,
    Bot: bot,
    Order: order,
    Stock: stock,
    Payment: payment,
    Promo: promo,
    Subscription: subscription,
    Stars: stars
);
