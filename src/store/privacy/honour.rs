//! Erasures that this database does not know, because an older copy of it was put back: they are repeated from the file beside it
//! (`erased_file`), at each start and every night.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, named_params};

use super::erase::{end_all, obstacles};
use super::erased_file::{Remembered, Said, read};
use super::forget::{Forgetting, Forgotten, guard};
use super::{part_with, subject};
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::phone::PhoneNumber;
use crate::domain::policy::ServicePolicy;
use crate::domain::privacy::REWRITTEN_AT_ONCE;
use crate::domain::pseudonym::{Pseudonym, PseudonymKey};
use crate::store::conversation::decide::Change;
use crate::store::engine::row as engine_row;
use crate::store::{Result, Store, StoreError};

/// Result of [`Store::honour_erasures`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Honoured {
    /// People who were erased again.
    pub n: usize,
    /// People with a conversation that cannot be closed yet; they are looked at again.
    pub n_left: usize,
    /// The files may still hold bytes of them: in free pages of a large database, or in its log.
    pub is_in_files: bool,
}

impl Store {
    /// Erases again who was erased and is here all the same, because an older copy was put back. Costs one look where nobody is.
    pub async fn honour_erasures(&self, policy: &Arc<ServicePolicy>, now: UnixMs) -> Result<Honoured> {
        let path = self.path().to_owned();
        let said = tokio::task::spawn_blocking(move || read(&path)).await;
        let said = Arc::new(said.map_err(|_| StoreError::Crashed)??);
        if said.citizens.is_empty() {
            return Ok(Honoured::default());
        }
        let (looked, keys) = (Arc::clone(&said), self.pseudonyms().clone());
        let unknown = self.read(move |conn| unknown(conn, &looked, &keys)).await?;
        if unknown.is_empty() && self.knows_texts(&said).await? {
            return Ok(Honoured::default());
        }
        let numbers: Vec<PhoneNumber> = unknown.iter().filter_map(|(_, number)| number.clone()).collect();
        let (keys, policy) = (self.pseudonyms().clone(), Arc::clone(policy));
        let again = self.write(move |conn| {
            let actor = Actor::system("purge");
            let change = Change { conn, actor: &actor, policy: &policy, now };
            said.texts.iter().try_for_each(|(carrier, key, at)| guard(conn, carrier, key, *at))?;
            let (mut honoured, mut forgotten) = (Honoured::default(), Forgotten::default());
            for (one, number) in &unknown {
                match erase_again(&change, &keys, (one, number.as_ref()))? {
                    Some(done) => {
                        forgotten.files.extend(done.files);
                        honoured.n += usize::from(number.is_some());
                    }
                    None => honoured.n_left += 1,
                }
            }
            Ok((honoured, forgotten))
        });
        let (mut honoured, forgotten) = again.await?;
        // What the carriers' pages of the copy hold of them.
        for number in &numbers {
            self.forget_raw(number, now).await?;
        }
        self.discard_files(forgotten.files).await?;
        if honoured.n > 0 {
            honoured.is_in_files = !self.overwrite_erased().await?;
        }
        Ok(honoured)
    }

    /// Removes what was erased from the files: rewrites a small database and empties the log. The files themselves cannot be read
    /// here: closing a handle of one would drop this process's locks. `false`: something may be left.
    async fn overwrite_erased(&self) -> Result<bool> {
        let is_small = self.path().metadata().is_ok_and(|about| about.len() <= REWRITTEN_AT_ONCE);
        if is_small {
            self.rewrite().await?;
        }
        Ok(self.empty_log_in_time().await? && is_small)
    }

    async fn knows_texts(&self, said: &Said) -> Result<bool> {
        let n = i64::try_from(said.texts.len()).unwrap_or(i64::MAX);
        self.read(move |conn| {
            let known: i64 = conn.query_row("SELECT count(*) FROM erased_text", [], |r| r.get(0))?;
            Ok(known >= n)
        })
        .await
    }
}

/// Those whose erasure this database does not know, with their numbers where it has them.
fn unknown(
    conn: &Connection,
    said: &Said,
    keys: &PseudonymKey,
) -> Result<Vec<(Remembered, Option<PhoneNumber>)>> {
    let mut missing: BTreeMap<Pseudonym, (Remembered, Option<PhoneNumber>)> = BTreeMap::new();
    let sql = "SELECT EXISTS (SELECT 1 FROM erased_citizen WHERE pseudonym = :of AND erased_at >= :at)";
    for one in said.citizens.values() {
        let of = named_params! { ":of": one.pseudonym.0.as_slice(), ":at": one.erased_at };
        if !conn.prepare_cached(sql)?.query_row(of, |r| r.get::<_, bool>(0))? {
            missing.insert(one.pseudonym, (*one, None));
        }
    }
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    // Reads through all conversations: only after an older copy was put back.
    let mut select = conn.prepare("SELECT DISTINCT citizen FROM conversation WHERE erased_at IS NULL")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let number = engine_row::phone(row, "citizen")?;
        if let Some((_, found)) = missing.get_mut(&keys.of_citizen(&number)) {
            *found = Some(number);
        }
    }
    Ok(missing.into_values().collect())
}

/// Forgets what was written before the erasure; `None` if that cannot be done yet.
fn erase_again(
    change: &Change<'_>,
    keys: &PseudonymKey,
    (one, number): (&Remembered, Option<&PhoneNumber>),
) -> Result<Option<Forgotten>> {
    let Change { conn, now, .. } = *change;
    let mut forgetting = Forgetting::new(conn, keys, now);
    if let Some(number) = number {
        let found = obstacles(conn, number)?;
        if !(found.in_danger.is_empty() && found.in_doubt.is_empty() && found.unrouted.is_empty()) {
            return Ok(None);
        }
        end_all(change, number)?;
        for id in subject::ids(conn, number)? {
            forgetting.conversation(id)?;
        }
        part_with(conn, keys, number, now)?;
    }
    conn.prepare_cached(
        "INSERT INTO erased_citizen (pseudonym, erased_at, opted_out_at, restricted_until_at)
         VALUES (:of, :at, :opted_out, :until)
         ON CONFLICT (pseudonym) DO UPDATE
         SET erased_at = :at,
             opted_out_at = coalesce(erased_citizen.opted_out_at, excluded.opted_out_at),
             restricted_until_at = coalesce(erased_citizen.restricted_until_at, excluded.restricted_until_at)",
    )?
    .execute(named_params! {
        ":of": one.pseudonym.0.as_slice(), ":at": one.erased_at, ":opted_out": one.opted_out_at,
        ":until": one.restricted_until_at,
    })?;
    Ok(Some(forgetting.done))
}
