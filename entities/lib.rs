//! Rows and every SQL statement of the product; typed ids, money, sealing. Knows nothing of actors, edges or the world.

mod account;
mod account_state;
mod actor_row;
mod answer;
mod catalogue;
mod category;
mod copy;
mod customer;
mod database;
mod delivery;
mod erasure;
mod fact;
mod flow_version;
mod foreign_session;
mod group;
mod held;
mod hot;
mod ids;
mod ledger;
mod lock;
mod meta;
mod money;
mod order;
mod order_line;
mod payment;
mod person_key;
mod product;
mod profile;
mod promo;
mod quarantine;
mod receipt;
mod rekey;
mod retention;
mod row;
mod scratch;
mod seal;
mod sent_picture;
mod shipment;
mod star_difference;
mod star_move;
mod stars;
mod stock;
mod subscription;
mod unparsed;
mod variant;

pub use account::{
    AccountRow, account, accounts, keep_account, keep_session, move_account, remove_account,
};
pub use account_state::{AccountStateRow, account_states, add_account_state};
pub use actor_row::{
    ActorRow, StepRow, Undone, due_between, load, load_many, mark_row, mark_versions,
    recovery_marks, undone_after,
};
pub use answer::{AnswerRow, answers, answers_of};
pub use catalogue::{CatalogueRows, catalogue, replace_catalogue};
pub use category::CategoryRow;
pub use copy::{CopyError, copy_database, vacuum_into};
pub use customer::{
    CustomerRow, CustomersCount, count_customers, count_origins, customer, customers,
};
pub use database::{Backend, Database, DatabaseError, is_fault, quick_check};
pub use delivery::{DeliveryRow, deliveries, stuck, unstick};
pub use erasure::{
    ErasureRow, TABLES, due_erasures, erasures, keep_erasures, scrub, scrubbed, sessions_of,
};
pub use fact::{FactRow, facts_of};
pub use flow_version::{FlowVersionRow, flow_versions, keep_flow_versions};
pub use foreign_session::{ForeignSession, telethon_session};
pub use group::{Extra, GroupStep, roll_back, write_group};
pub use held::{HeldRow, drop_held, held_keys, held_of_many, last_held};
pub use ids::{BotId, Key, KeyError, Kind, PARTITIONS, PersonId};
pub use ledger::{LedgerEntry, ledger, ledger_of, sales};
pub use lock::{LockError, ServerLock};
pub use meta::{meta, set_meta};
pub use money::{Currency, Money, MoneyError};
pub use order::{OrderRow, count_orders, order, orders, orders_of};
pub use order_line::{OrderLineRow, order_lines};
pub use payment::{PaymentRow, payment, payments};
pub use person_key::{keep_person_keys, person_key, person_keys, rewrap_person_key};
pub use product::ProductRow;
pub use profile::{ProfileRow, profile};
pub use promo::{PromoRow, promos};
pub use quarantine::{QuarantineRow, quarantined, release};
pub use receipt::{SpilledReceipts, spilled_receipts_of};
pub use rekey::{FINGERPRINT, RekeyError, Rekeyed, rekey};
pub use retention::{
    Idle, Piece, Place, clear_intents, count_rows, prune_facts, prune_receipts, prune_unparsed,
    with_intents_after,
};
pub use row::Row;
pub use scratch::{
    Blockade, backend_pid, blockade, create_scratch, cut_scratch, damage_actor, drop_scratch,
    scratch_bytes, table_names, usurp_scratch,
};
pub use sea_orm::DbErr;
pub use seal::{MasterKey, SealError, SealKey};
pub use sent_picture::{SentPictureRow, sent_pictures};
pub use shipment::{ShipmentRow, shipment};
pub use star_difference::{StarDifferenceRow, star_differences};
pub use star_move::{StarMoveRow, star_moves};
pub use stars::{StarsRow, stars};
pub use stock::{StockRow, stock};
pub use subscription::{SubscriptionRow, subscription, subscriptions, subscriptions_of};
pub use unparsed::{UnparsedRow, unparsed, unparsed_purpose};
pub use variant::VariantRow;
