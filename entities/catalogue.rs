//! The whole catalogue at once: read at start, replaced by an import. Knows no meaning of its texts.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, TransactionTrait};

use crate::category::{self, CategoryRow, categories};
use crate::database::Database;
use crate::held::{self, HeldRow};
use crate::product::{self, ProductRow, products};
use crate::row::upsert;
use crate::variant::{self, VariantRow, variants};

/// Rows of one statement: SQLite takes 32,766 parameters.
const BATCH: usize = 1_000;

/// Everything that is for sale.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogueRows {
    pub categories: Vec<CategoryRow>,
    pub products: Vec<ProductRow>,
    pub variants: Vec<VariantRow>,
}

/// The catalogue in the order in which it is shown.
///
/// # Errors
/// The database's.
pub async fn catalogue(db: &impl ConnectionTrait) -> Result<CatalogueRows, DbErr> {
    Ok(CatalogueRows {
        categories: categories(db).await?,
        products: products(db).await?,
        variants: variants(db).await?,
    })
}

/// Puts another catalogue in the present one's place, and what the stock actors are to be told beside it: all or nothing.
///
/// # Errors
/// The database's; then nothing was written.
pub async fn replace_catalogue(
    database: &Database,
    rows: CatalogueRows,
    told: Vec<HeldRow>,
) -> Result<(), DbErr> {
    let tx = database.write.begin().await?;
    category::Entity::delete_many().exec(&tx).await?;
    variant::Entity::delete_many().exec(&tx).await?;
    product::Entity::delete_many().exec(&tx).await?;
    for batch in rows.categories.chunks(BATCH) {
        upsert::<category::Entity>(&tx, batch.to_vec()).await?;
    }
    for batch in rows.products.chunks(BATCH) {
        upsert::<product::Entity>(&tx, batch.to_vec()).await?;
    }
    for batch in rows.variants.chunks(BATCH) {
        upsert::<variant::Entity>(&tx, batch.to_vec()).await?;
    }
    for batch in told.chunks(BATCH) {
        upsert::<held::Entity>(&tx, batch.to_vec()).await?;
    }
    tx.commit().await
}
