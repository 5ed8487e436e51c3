//! Up to which number a partition's intents are done, written when no step carries it. Knows no intents.

use sea_orm::{ConnectionTrait, DbErr, Statement};

use crate::database::Backend;

/// # Errors
/// The database's.
pub(crate) async fn write_watermarks(
    db: &impl ConnectionTrait,
    backend: Backend,
    marks: &[(i16, i64)],
) -> Result<(), DbErr> {
    if marks.is_empty() {
        return Ok(());
    }
    // Numbers only: nothing to bind, nothing to escape.
    let rows: Vec<String> = marks
        .iter()
        .map(|(part, mark)| format!("({part}, {mark})"))
        .collect();
    let sql = format!(
        "INSERT INTO watermarks (part, done_upto) VALUES {} ON CONFLICT (part) DO UPDATE \
         SET done_upto = excluded.done_upto WHERE watermarks.done_upto < excluded.done_upto",
        rows.join(", ")
    );
    db.execute_raw(Statement::from_string(backend.into(), sql))
        .await?;
    Ok(())
}
