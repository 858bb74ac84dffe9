//! Erasures that this database does not know, because an older copy of it was put back: they are repeated from the file beside it
//! (`erased_file`), at each start, every night, and once a recovery has read the carriers' lists. What the file lacks, it gets from
//! the database at the same time.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, named_params};

use super::erase::{end_all, obstacles};
use super::erased_file::{Remembered, Said};
use super::forget::{Forgetting, Forgotten, guard, was_erased};
use super::gone::is_erased_since;
use super::{part_with, subject};
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::phone::{PhoneNumber, numbers_in};
use crate::domain::policy::ServicePolicy;
use crate::domain::privacy::REWRITTEN_AT_ONCE;
use crate::domain::pseudonym::{Pseudonym, PseudonymKey};
use crate::store::conversation::decide::Change;
use crate::store::conversation::row;
use crate::store::engine::row as engine_row;
use crate::store::photo::let_go;
use crate::store::{Result, Store, StoreError};

/// Result of [`Store::honour_erasures`].
#[derive(Debug, Clone, Default)]
pub struct Honoured {
    /// People who were erased again.
    pub n: usize,
    /// People with a conversation that cannot be closed yet; they are looked at again.
    pub n_left: usize,
    /// The files may still hold bytes of them: in free pages of a large database, or in its log.
    pub is_in_files: bool,
    /// Lines of the file that cannot be read, by number: whom they name is not known.
    pub unreadable: Vec<usize>,
    /// Why the file could not be filled in.
    pub not_kept: Option<StoreError>,
}

/// What the file says and this database does not know.
struct Unknown {
    people: Vec<(Remembered, Option<PhoneNumber>)>,
    texts: Vec<(String, String, UnixMs)>,
}

impl Store {
    /// Erases again who was erased and is here all the same, because an older copy was put back, and fills in the file. Costs one look
    /// where nobody is.
    pub async fn honour_erasures(&self, policy: &Arc<ServicePolicy>, now: UnixMs) -> Result<Honoured> {
        let said = self.said_erased().await?;
        // Another key recognises nobody, and would take everybody for somebody who is not here.
        let mut honoured = if self.has_its_pseudonym_key() {
            self.erase_all_again(&said, policy, now).await?
        } else {
            Honoured::default()
        };
        honoured.unreadable.clone_from(&said.unreadable);
        honoured.not_kept = self.keep_erasures().await.err();
        Ok(honoured)
    }

    async fn erase_all_again(
        &self,
        said: &Arc<Said>,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<Honoured> {
        let (looked, keys) = (Arc::clone(said), self.pseudonyms().clone());
        let unknown = self.read(move |conn| {
            Ok(Unknown { people: unknown(conn, &looked, &keys)?, texts: unknown_texts(conn, &looked)? })
        });
        let unknown = unknown.await?;
        if unknown.people.is_empty() && unknown.texts.is_empty() {
            return Ok(Honoured::default());
        }
        let (keys, policy, files) = (self.pseudonyms().clone(), Arc::clone(policy), Arc::clone(&self.files));
        let again = self.write(move |conn| {
            let actor = Actor::system("purge");
            let change = Change { conn, actor: &actor, policy: &policy, now };
            unknown.texts.iter().try_for_each(|(carrier, key, at)| guard(conn, carrier, key, *at))?;
            let (mut honoured, mut forgotten) = (Honoured::default(), Forgotten::default());
            let mut done_with = Vec::new();
            for (one, number) in &unknown.people {
                match erase_again(&change, &keys, (one, number.as_ref()))? {
                    Some(done) => {
                        forgotten.files.extend(done.files);
                        honoured.n += usize::from(number.is_some());
                        done_with.extend(number.clone().map(|number| (number, one.erased_at)));
                    }
                    None => honoured.n_left += 1,
                }
            }
            let_go(conn, &files, &forgotten.files)?;
            Ok((honoured, forgotten, done_with))
        });
        let (mut honoured, forgotten, done_with) = again.await?;
        // What the carriers' pages of the copy hold of them.
        for (number, erased_at) in &done_with {
            self.forget_raw(number, *erased_at, now).await?;
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
}

fn unknown_texts(conn: &Connection, said: &Said) -> Result<Vec<(String, String, UnixMs)>> {
    let mut unknown = Vec::new();
    for ((carrier, key), at) in &said.texts {
        if !was_erased(conn, carrier, key)? {
            unknown.push((carrier.clone(), key.clone(), *at));
        }
    }
    Ok(unknown)
}

/// Those whose erasure this database does not know, with their numbers where it has them.
fn unknown(
    conn: &Connection,
    said: &Said,
    keys: &PseudonymKey,
) -> Result<Vec<(Remembered, Option<PhoneNumber>)>> {
    let mut missing: BTreeMap<Pseudonym, (Remembered, Option<PhoneNumber>)> = BTreeMap::new();
    for one in said.citizens.values() {
        if !is_erased_since(conn, one.pseudonym, one.erased_at)? {
            missing.insert(one.pseudonym, (*one, None));
        }
    }
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let mut note = |number: PhoneNumber| {
        if let Some((_, found)) = missing.get_mut(&keys.of_citizen(&number)) {
            *found = Some(number);
        }
    };
    // Reads through everything that names a citizen: only after an older copy was put back.
    let mut select = conn.prepare(
        "SELECT citizen FROM conversation WHERE erased_at IS NULL
         UNION SELECT citizen FROM inbox WHERE state = 'received'
         UNION SELECT citizen FROM inbox WHERE state = 'quarantined'
         UNION SELECT number FROM citizen",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        note(engine_row::phone(row, "citizen")?);
    }
    for sql in ["SELECT body AS bytes FROM raw_page", "SELECT raw AS bytes FROM quarantine"] {
        let mut select = conn.prepare(sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref("bytes")?.as_bytes().unwrap_or_default();
            numbers_in(&String::from_utf8_lossy(bytes)).for_each(&mut note);
        }
    }
    Ok(missing.into_values().collect())
}

/// Forgets what is from before the erasure; `None` if that cannot be done yet. What came after it stays, also where both stand in one
/// conversation.
fn erase_again(
    change: &Change<'_>,
    keys: &PseudonymKey,
    (one, number): (&Remembered, Option<&PhoneNumber>),
) -> Result<Option<Forgotten>> {
    let Change { conn, now, .. } = *change;
    let mut forgetting = Forgetting::new(conn, keys, now);
    if let Some(number) = number {
        let found = obstacles(conn, number)?;
        let is_held = found.held_for.is_some();
        if is_held || !(found.in_danger.is_empty() && found.in_doubt.is_empty() && found.unrouted.is_empty())
        {
            return Ok(None);
        }
        let all = subject::ids(conn, number)?;
        let (mut older, mut mixed) = (Vec::new(), Vec::new());
        for id in &all {
            let conversation = row::load(conn, *id)?;
            let (has_older, has_younger) = texts_around(&forgetting, *id, one.erased_at)?;
            if conversation.opened_at > one.erased_at && !has_older {
                continue;
            }
            // They have written again, and somebody is to answer it first.
            if !conversation.is_closed() && has_younger {
                return Ok(None);
            }
            if has_younger { mixed.push(*id) } else { older.push(*id) }
        }
        end_all(change, &older, UnixMs::MAX)?;
        end_all(change, &mixed, one.erased_at)?;
        for id in &older {
            forgetting.conversation(*id)?;
        }
        for id in &mixed {
            forgetting.conversation_until(*id, one.erased_at)?;
        }
        for (id, _) in subject::unrouted(conn, number)? {
            forgetting.unrouted(id, number, one.erased_at)?;
        }
        if older.len() == all.len() {
            part_with(conn, keys, number, now)?;
        }
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

/// Whether a conversation holds what the erasure was of, and texts that came after it.
fn texts_around(
    forgetting: &Forgetting<'_>,
    conversation_id: i64,
    erased_at: UnixMs,
) -> Result<(bool, bool)> {
    let (has_older, has_younger) = forgetting.texts_around(conversation_id, erased_at)?;
    if has_older || has_younger {
        return Ok((has_older, has_younger));
    }
    // Only texts of ours, which a recovery found at the carrier.
    let sql = "SELECT EXISTS (SELECT 1 FROM outbox WHERE conversation_id = :id AND created_at <= :at)";
    let of = named_params! { ":id": conversation_id, ":at": erased_at };
    Ok((forgetting.conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?, false))
}
