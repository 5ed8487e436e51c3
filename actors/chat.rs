//! Chat: one group or channel chat of a bot, followed through its migration to a supergroup. Polite and brief there;
//! everything else belongs to private chats. Knows no Telegram types.

mod decide;
mod state;
#[cfg(test)]
mod tests;

use entities::{Key, PersonId};
use serde::{Deserialize, Serialize};

use crate::capability::{Capability, Decision, Input, Moment, Refusal};
use crate::message::Message as AnyMessage;

pub use state::{Fact, State, Timer};

/// A chat takes what concerns the bot in it. Sent by `intake`, once per update, at least once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// Somebody spoke to the bot: `/start`, `/help`, a mention, an answer to one of its messages.
    Addressed {
        message_id: i64,
        /// The speaker's Telegram language.
        language_code: Option<String>,
        /// The bot's own user name, for the link to the private chat.
        bot_username: Option<String>,
    },
    /// An inline button was pressed in the chat: it is always answered.
    Press { query: String, language_code: Option<String> },
    /// The group became a supergroup with this id (`migrate_to_chat_id`, said in the old chat).
    MigratedTo { chat: i64 },
    /// This supergroup was the group with this id (`migrate_from_chat_id`, said in the new chat; or by the old one).
    MigratedFrom { chat: i64 },
    /// The bot was added, or let in again.
    Joined,
    /// The bot was removed.
    Removed,
    /// Something that needs a person: the owner's chat is a group. Plain text.
    Notice { text: String },
    /// Anything else that was said there.
    Other,
}

/// The capability of a group chat.
pub struct Chat;

impl Capability for Chat {
    type State = State;
    type Message = Message;
    type Timer = Timer;
    type Fact = Fact;

    fn message(message: AnyMessage) -> Result<Message, Box<AnyMessage>> {
        match message {
            AnyMessage::Chat(message) => Ok(*message),
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

    fn person(_key: &Key, _state: &State) -> Option<PersonId> {
        None
    }
}
