//! Double-entry book: the entries of one owner and one sequence number add up to zero per currency. Written by payments.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entries")]
pub struct Model {
    /// The payment's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner: String,
    /// Which of the owner's bookings.
    #[sea_orm(primary_key, auto_increment = false)]
    pub booking: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line: i32,
    pub account: String,
    /// Debits are positive, credits negative.
    pub amount_minor: i64,
    pub currency: String,
    pub at_ms: i64,
    pub memo: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// One line of a booking.
pub type LedgerEntry = Model;

/// # Errors
/// The database's.
pub async fn ledger_of(db: &impl ConnectionTrait, owner: &str) -> Result<Vec<LedgerEntry>, DbErr> {
    Entity::find()
        .filter(Column::Owner.eq(owner))
        .order_by_asc(Column::Booking)
        .order_by_asc(Column::Line)
        .all(db)
        .await
}

/// Every line of the book, in order of owner and booking.
///
/// # Errors
/// The database's.
pub async fn ledger(db: &impl ConnectionTrait) -> Result<Vec<LedgerEntry>, DbErr> {
    Entity::find()
        .order_by_asc(Column::Owner)
        .order_by_asc(Column::Booking)
        .order_by_asc(Column::Line)
        .all(db)
        .await
}

/// What was sold, by currency: ever, and since. Sales stand on the right side of the book, negative.
///
/// # Errors
/// The database's.
pub async fn sales(
    db: &impl ConnectionTrait,
    since_ms: i64,
) -> Result<Vec<(String, i64, i64)>, DbErr> {
    let mut sums: std::collections::BTreeMap<String, (i64, i64)> =
        std::collections::BTreeMap::new();
    for line in Entity::find().filter(Column::Account.eq("sales")).all(db).await? {
        let (all, recent) = sums.entry(line.currency).or_default();
        *all -= line.amount_minor;
        *recent -= if line.at_ms >= since_ms { line.amount_minor } else { 0 };
    }
    Ok(sums.into_iter().map(|(currency, (all, recent))| (currency, all, recent)).collect())
}
