//! Concurrency and decisions: the Office and what stands behind it. Knows no HTTP, no gateway, no Telegram client.

mod address;
mod ages;
pub mod bot;
mod capability;
mod catalogue;
pub mod chat;
mod clock;
mod directory;
mod document;
mod dossier;
mod durable;
mod envelope;
mod eraser;
mod external;
mod fact;
pub mod flow;
mod gateway;
mod house;
mod intent;
mod journal;
mod kernel;
pub mod manners;
mod message;
mod numbers;
mod office;
pub mod order;
mod outbox;
pub mod payment;
mod person_keys;
pub mod promo;
mod receipts;
pub mod session;
mod shared;
pub mod stars;
pub mod stock;
mod stored;
pub mod subscription;
mod supervise;
pub mod texts;
mod timers;
#[cfg(test)]
mod town;
mod tree;
mod zone;

pub use address::{Destination, IntentId};
pub use capability::{Answer, Capability, Decision, Input, Moment, Refusal, TimerChange};
pub use catalogue::{
    Catalogue, Category, Goods, Item, Prices, Product, ProductKind, Texts, Till, Variant,
    in_language,
};
pub use clock::{Clock, from_ms, to_ms};
pub use directory::{ShardSnapshot, held_message};
pub use document::{Document, Receipt};
pub use dossier::{
    Conversation, Dossier, Dossiers, Event as DossierEvent, Line as DossierLine,
    Order as DossierOrder, Payment as DossierPayment, Questionnaire,
};
pub use eraser::erased_before;
pub use external::External;
pub use fact::FactKind;
pub use flow::WebhookCall;
pub use gateway::{
    GatewayCall, GatewayOp, GatewayReply, Refund, STARS, StarMove, StarsPage, TELEGRAM,
};
pub use house::{DeliveryMethod, House, Region, Rules};
pub use intent::{
    Button, Courier, CourierReport, Intent, Keyboard, Lane, Method, Outcome, Photo, Price,
    ReplyButton, Report, TelegramCall,
};
pub use journal::{Journal, JournalHealth};
pub use kernel::{Kernel, KernelConfig, Retention, Tidied, Undone, mark_restored, undone};
pub use message::Message;
pub use office::{Failure, Office, OfficeLimits, Posted, Reply, Tell};
pub use outbox::{DeliveryLimits, Outbox};
pub use person_keys::{OpenFact, open_facts};
pub use shared::Seeds;
pub use supervise::{Restart, TaskState, task};
pub use tree::{TaskSnapshot, TreeSnapshot};
pub use zone::is_known as is_time_zone;
