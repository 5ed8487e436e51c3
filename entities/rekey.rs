//! A change of the master key: whatever it seals is sealed anew, in one transaction. Knows no content.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, TransactionTrait,
};

use crate::database::Database;
use crate::ids::PersonId;
use crate::seal::{MasterKey, SealError};
use crate::{account, actor_row, fact, held, meta, person_key, unparsed};

/// The name under which `meta` keeps which master key a database was sealed with.
pub const FINGERPRINT: &str = "master_key_fingerprint";

/// In place of a person before sealed intents: the master key seals them.
const NOBODY: [u8; 8] = i64::MIN.to_be_bytes();
/// Rows in memory at once.
const CHUNK: u64 = 500;

#[derive(Debug, thiserror::Error)]
pub enum RekeyError {
    #[error("{0}")]
    Database(#[from] DbErr),
    #[error("{what} cannot be opened with the old key; nothing was changed")]
    Unsealable { what: String },
}

/// How many values were sealed anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rekeyed {
    pub person_keys: u64,
    pub facts: u64,
    pub intents: u64,
    pub held: u64,
    pub unparsed: u64,
    pub accounts: u64,
}

impl Rekeyed {
    pub fn total(&self) -> u64 {
        self.person_keys + self.facts + self.intents + self.held + self.unparsed + self.accounts
    }
}

/// Seals everything that `old` seals with `new`, and records `new` as the database's key; `told` hears how many values
/// are done. The caller holds the server's lock.
///
/// # Errors
/// The database's, or a value that `old` does not open. Nothing was changed then.
pub async fn rekey(
    database: &Database,
    old: &MasterKey,
    new: &MasterKey,
    told: &(dyn Fn(u64) + Sync),
) -> Result<Rekeyed, RekeyError> {
    let tx = database.write.begin().await?;
    let change = Change { tx: &tx, old, new, told };
    let mut done = Rekeyed::default();
    change.person_keys(&mut done).await?;
    change.facts(&mut done).await?;
    change.intents(&mut done).await?;
    change.held(&mut done).await?;
    change.unparsed(&mut done).await?;
    change.accounts(&mut done).await?;
    meta::set_meta(&tx, FINGERPRINT, &new.fingerprint()).await?;
    tx.commit().await?;
    Ok(done)
}

struct Change<'a> {
    tx: &'a DatabaseTransaction,
    old: &'a MasterKey,
    new: &'a MasterKey,
    told: &'a (dyn Fn(u64) + Sync),
}

impl Change<'_> {
    /// `purpose` must be the one that `actors` seals with; were it another, nothing would open and nothing be changed.
    fn again(&self, sealed: &[u8], purpose: &str) -> Result<Vec<u8>, RekeyError> {
        let unsealable = |_: SealError| RekeyError::Unsealable { what: purpose.to_owned() };
        Ok(self.new.seal(&self.old.open(sealed, purpose).map_err(unsealable)?, purpose))
    }

    async fn person_keys(&self, done: &mut Rekeyed) -> Result<(), RekeyError> {
        for (person, sealed) in person_key::person_keys(self.tx).await? {
            let PersonId(number) = person;
            let sealed = self.again(&sealed, &format!("person {number}"))?;
            person_key::rewrap_person_key(self.tx, person, sealed).await?;
            done.person_keys += 1;
            (self.told)(done.total());
        }
        Ok(())
    }

    async fn facts(&self, done: &mut Rekeyed) -> Result<(), RekeyError> {
        use fact::{Column, Entity};
        let mut last: Option<(String, i64)> = None;
        loop {
            let mut query = Entity::find().filter(Column::Person.is_null());
            if let Some((owner, seq)) = &last {
                let further =
                    Condition::all().add(Column::Owner.eq(owner)).add(Column::Seq.gt(*seq));
                query = query.filter(Condition::any().add(Column::Owner.gt(owner)).add(further));
            }
            let query = query.order_by_asc(Column::Owner).order_by_asc(Column::Seq).limit(CHUNK);
            let rows = query.all(self.tx).await?;
            let Some(end) = rows.last() else {
                return Ok(());
            };
            last = Some((end.owner.clone(), end.seq));
            done.facts += rows.len() as u64;
            for row in rows {
                let body = self.again(&row.body, &format!("fact {}", row.owner))?;
                Entity::update_many()
                    .col_expr(Column::Body, Expr::value(body))
                    .filter(Column::Owner.eq(row.owner))
                    .filter(Column::Seq.eq(row.seq))
                    .exec(self.tx)
                    .await?;
            }
            (self.told)(done.total());
        }
    }

    async fn intents(&self, done: &mut Rekeyed) -> Result<(), RekeyError> {
        let mut last = String::new();
        loop {
            let rows = actor_row::intents_after(self.tx, &last, CHUNK).await?;
            let Some((end, _)) = rows.last() else {
                return Ok(());
            };
            last = end.clone();
            for (key, sealed) in rows {
                let Some(sealed) = sealed.strip_prefix(&NOBODY) else {
                    continue;
                };
                let again = self.again(sealed, &format!("intents {key}"))?;
                let again = [NOBODY.as_slice(), &again].concat();
                actor_row::replace_intents(self.tx, &key, again).await?;
                done.intents += 1;
            }
            (self.told)(done.total());
        }
    }

    async fn held(&self, done: &mut Rekeyed) -> Result<(), RekeyError> {
        use held::{Column, Entity};
        for (owner, _) in held::held_keys(self.tx).await? {
            for row in held::held_of_many(self.tx, std::slice::from_ref(&owner)).await? {
                let body = self.again(&row.body, &format!("held {owner}"))?;
                Entity::update_many()
                    .col_expr(Column::Body, Expr::value(body))
                    .filter(Column::Owner.eq(&owner))
                    .filter(Column::Seq.eq(row.seq))
                    .exec(self.tx)
                    .await?;
                done.held += 1;
            }
            (self.told)(done.total());
        }
        Ok(())
    }

    async fn unparsed(&self, done: &mut Rekeyed) -> Result<(), RekeyError> {
        use unparsed::{Column, Entity};
        for row in unparsed::unparsed(self.tx).await? {
            let body = self.again(&row.body, &format!("unparsed {}", row.bot))?;
            Entity::update_many()
                .col_expr(Column::Body, Expr::value(body))
                .filter(Column::Bot.eq(row.bot))
                .filter(Column::UpdateId.eq(row.update_id))
                .exec(self.tx)
                .await?;
            done.unparsed += 1;
        }
        (self.told)(done.total());
        Ok(())
    }

    async fn accounts(&self, done: &mut Rekeyed) -> Result<(), RekeyError> {
        for row in account::accounts(self.tx).await? {
            let session = self.again(&row.session, &format!("account {}", row.user_id))?;
            account::keep_session(self.tx, row.user_id, session).await?;
            done.accounts += 1;
        }
        (self.told)(done.total());
        Ok(())
    }
}
