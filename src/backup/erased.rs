//! Whoever was erased since a backup was made is erased again when it is put in place. Knows no files.

use entities::{Database, ErasureRow, MasterKey};

/// The erasures that were carried out in a database that is about to be replaced; none where there is nothing to read.
pub(super) async fn known(database: &Database) -> Vec<ErasureRow> {
    let rows = entities::erasures(&database.read).await.unwrap_or_default();
    rows.into_iter().filter(|row| row.done_ms.is_some() && row.person.is_some()).collect()
}

/// Brings them into the copy: the list goes on, and whoever is in the copy all the same is erased by the first server
/// that runs on it.
///
/// # Errors
/// The database's.
pub(super) async fn carry(
    copy: &Database,
    key: &MasterKey,
    rows: Vec<ErasureRow>,
) -> anyhow::Result<()> {
    let pair = |row: &ErasureRow| row.person.clone().zip(row.done_ms);
    let elsewhere: Vec<(String, i64)> = rows.iter().filter_map(pair).collect();
    let again = actors::erased_before(copy, key, &elsewhere, 0).await?;
    entities::keep_erasures(&copy.write, rows).await?;
    entities::keep_erasures(&copy.write, again).await?;
    Ok(())
}
