//! What an import tells the stock actors. Knows no catalogue.

use std::collections::BTreeMap;

use actors::{External, Message, stock};
use entities::{Database, DbErr, Key, Kind};
use sha2::{Digest, Sha256};

use super::{Shelf, Stock};

/// One message for each shelf. The same file at the same time is the same request: repeated, it has no second effect.
pub fn messages(shelves: &[Shelf], at_ms: i64) -> Vec<(Key, External, Message)> {
    let message = |shelf: &Shelf| {
        let key = Key::new(Kind::Stock, &shelf.sku);
        let (message, words) = match &shelf.stock {
            Stock::Pieces(count) => {
                (stock::Message::SetOnHand { count: *count }, format!("pieces {count}"))
            }
            Stock::Codes(codes) => (
                stock::Message::AddCodes { codes: codes.clone() },
                format!("codes {}", codes.join(" ")),
            ),
        };
        let digest = Sha256::digest(format!("{} {words}", shelf.sku));
        let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        (key, External::Request(format!("import-{at_ms}-{digest}")), message.into())
    };
    shelves.iter().map(message).collect()
}

/// Pieces on hand by sku, as the stock actors wrote them.
///
/// # Errors
/// The database's.
pub async fn counts(database: &Database) -> Result<BTreeMap<String, i64>, DbErr> {
    let rows = entities::stock(&database.read).await?;
    Ok(rows.into_iter().map(|row| (row.product, row.on_hand)).collect())
}
