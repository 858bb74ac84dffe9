//! Erasing one person on their request: everything of theirs is forgotten in one transaction, also on pages of carriers and among
//! what could not be read. What may not be erased now is named, and nothing is changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::{Connection, Row, named_params};

use super::forget::{Forgetting, Forgotten, guard, was_erased};
use super::traces::{Spelling, rows_with};
use super::{Act, operator_only, part_with, record, subject};
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::conversation::Command;
use crate::domain::event::EventKind;
use crate::domain::outbound::{OutboundEvent, OutboundState};
use crate::domain::phone::PhoneNumber;
use crate::domain::policy::ServicePolicy;
use crate::domain::pseudonym::PseudonymKey;
use crate::domain::reason::Reason;
use crate::store::conversation::decide::{Change, run};
use crate::store::conversation::row;
use crate::store::engine::row as engine_row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::outbound::transition::{Step, finish};
use crate::store::photo::let_go;
use crate::store::{Result, Store, StoreError};

/// Whom to erase. Why, the access log has.
#[derive(Debug, Clone)]
pub struct Erasure {
    pub number: PhoneNumber,
    /// Close what is open and take back what has not left; without it they are obstacles.
    pub even_open: bool,
}

/// What stands in the way of an erasure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Obstacles {
    /// Why it is held by law.
    pub held_for: Option<String>,
    /// Conversations in which nobody has answered a danger.
    pub in_danger: Vec<i64>,
    /// Conversations that are not closed.
    pub open: Vec<i64>,
    /// Texts to them that have not left.
    pub unsent: Vec<i64>,
    /// Texts to them that are being sent, or of which nobody knows whether they left.
    pub in_doubt: Vec<i64>,
    /// Texts from them that are being routed.
    pub unrouted: Vec<i64>,
}

impl Obstacles {
    fn are_none(&self, even_open: bool) -> bool {
        let firm = self.held_for.is_none()
            && self.in_danger.is_empty()
            && self.in_doubt.is_empty()
            && self.unrouted.is_empty();
        firm && (even_open || (self.open.is_empty() && self.unsent.is_empty()))
    }
}

/// What was erased.
#[derive(Debug, Clone, Default)]
pub struct Erased {
    pub forgotten: Forgotten,
    pub n_raw_pages: usize,
    pub n_unreadable: usize,
    /// What still holds for them, by pseudonym.
    pub opted_out_at: Option<UnixMs>,
    pub restricted_until_at: Option<UnixMs>,
    /// Why the erasure could not be written down beside the database: then an older copy would bring the person back.
    pub not_kept: Option<StoreError>,
    /// Why something of theirs is left all the same, if it is: the rest has to be erased by another call.
    pub unfinished: Option<StoreError>,
}

impl Erased {
    /// Words of theirs that no file should hold any more.
    pub fn words(&self) -> &[String] {
        &self.forgotten.words
    }
}

impl Store {
    /// Erases a citizen, unless something stands in the way. `NotFound` where nothing is stored of them: then nothing is recorded
    /// either. Refused with nothing changed where it cannot be written down beside the database. For the operator.
    pub async fn erase_citizen(
        &self,
        erasure: Erasure,
        actor: &Actor,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<std::result::Result<Erased, Obstacles>> {
        operator_only(actor)?;
        let (number, keys) = (erasure.number.clone(), self.pseudonyms().clone());
        let stored = self.stored_of(number.clone()).await?;
        if stored.is_empty() && stored.held_for.is_none() {
            return Err(StoreError::NotFound);
        }
        self.can_keep_erasures().await?;
        let (actor, policy, files) = (actor.clone(), Arc::clone(policy), Arc::clone(&self.files));
        let done = self.write(move |conn| {
            let change = Change { conn, actor: &actor, policy: &policy, now };
            let done = erase(&change, &keys, &erasure)?;
            if let Ok(erased) = &done {
                let_go(conn, &files, &erased.forgotten.files)?;
            }
            Ok(done)
        });
        let mut erased = match done.await? {
            Ok(erased) => erased,
            Err(obstacles) => return Ok(Err(obstacles)),
        };
        self.hints().text_out.notify_one();
        // From here on they are erased, whatever fails; and first of all no older copy may bring them back.
        erased.not_kept = self.keep_erasures().await.err();
        match self.erase_rest(&number, &erased, now).await {
            Ok(rest) => {
                (erased.n_raw_pages, erased.n_unreadable) = rest;
                erased.not_kept = self.keep_erasures().await.err();
            }
            Err(error) => erased.unfinished = Some(error),
        }
        Ok(Ok(erased))
    }

    /// After the commit: a page that came meanwhile lists their texts, too; from now on none is kept that does.
    async fn erase_rest(&self, number: &PhoneNumber, erased: &Erased, now: UnixMs) -> Result<(usize, usize)> {
        let rest = self.forget_raw(number, UnixMs::MAX, now).await?;
        self.discard_files(erased.forgotten.files.clone()).await?;
        Ok(rest)
    }

    /// Empties the pages of carriers in which a number stands, and the unreadable items that came by `until` or were erased before;
    /// returns how many of each.
    pub(super) async fn forget_raw(
        &self,
        number: &PhoneNumber,
        until: UnixMs,
        now: UnixMs,
    ) -> Result<(usize, usize)> {
        let (of, keys) = (number.clone(), self.pseudonyms().clone());
        let keys_to_forget = keys.clone();
        // Read beside the writer: there may be many.
        let found = self.read(move |conn| {
            let spelling = Spelling::of(&of);
            let pages = rows_with(conn, "SELECT id, body AS bytes FROM raw_page", &spelling)?;
            let items = rows_with(conn, "SELECT id, raw AS bytes FROM quarantine", &spelling)?;
            Ok((pages, items_until(conn, &keys, items, until)?))
        });
        let (pages, items) = found.await?;
        let n = (pages.len(), items.len());
        self.write(move |conn| {
            empty_pages(conn, &pages)?;
            items.iter().try_for_each(|id| forget_item(conn, &keys_to_forget, *id, now))
        })
        .await?;
        Ok(n)
    }
}

fn erase(
    change: &Change<'_>,
    keys: &PseudonymKey,
    erasure: &Erasure,
) -> Result<std::result::Result<Erased, Obstacles>> {
    let Change { conn, now, .. } = *change;
    let number = &erasure.number;
    let found = obstacles(conn, number)?;
    if !found.are_none(erasure.even_open) {
        return Ok(Err(found));
    }
    let conversations = subject::ids(conn, number)?;
    end_all(change, &conversations, UnixMs::MAX)?;
    let mut forgetting = Forgetting::new(conn, keys, now);
    for id in conversations {
        forgetting.conversation(id)?;
    }
    for (id, _) in subject::unrouted(conn, number)? {
        forgetting.unrouted(id, number, UnixMs::MAX)?;
    }
    let forgotten = forgetting.done;
    let (opted_out_at, restricted_until_at) = part_with(conn, keys, number, now)?;
    // Why stands in the access log alone: after an erasure nothing else here speaks of the person.
    record(conn, Act::Erase, keys.of_citizen(number), &Reason::default(), now)?;
    append_event(conn, now, NewEvent::new(EventKind::CitizenErased))?;
    Ok(Ok(Erased { forgotten, opted_out_at, restricted_until_at, ..Erased::default() }))
}

/// What stands in the way.
pub(super) fn obstacles(conn: &Connection, number: &PhoneNumber) -> Result<Obstacles> {
    let mut found =
        Obstacles { held_for: super::hold::reason_for(conn, number, None)?, ..Obstacles::default() };
    for id in subject::ids(conn, number)? {
        let conversation = row::load(conn, id)?;
        if conversation.has_open_danger() {
            found.in_danger.push(id);
        } else if !conversation.is_closed() {
            found.open.push(id);
        }
        found.held_for = found.held_for.or(super::hold::reason_for(conn, number, Some(id))?);
        for (text, state) in under_way(conn, id, UnixMs::MAX)? {
            match state {
                OutboundState::Held | OutboundState::Queued => found.unsent.push(text),
                _ => found.in_doubt.push(text),
            }
        }
    }
    let unrouted = subject::unrouted(conn, number)?;
    found.unrouted =
        unrouted.into_iter().filter(|(_, state)| state == "received").map(|(id, _)| id).collect();
    Ok(found)
}

/// Texts of a conversation, written by then, of which it is not known yet what becomes of them.
pub(super) fn under_way(
    conn: &Connection,
    conversation_id: i64,
    until: UnixMs,
) -> Result<Vec<(i64, OutboundState)>> {
    let mut select = conn.prepare_cached(
        "SELECT id, state FROM outbox
         WHERE conversation_id = :id AND created_at <= :until
           AND (state = 'held' OR state = 'queued' OR state = 'sending' OR state = 'in_doubt') ORDER BY id",
    )?;
    let text = |r: &Row<'_>| Ok((r.get("id")?, engine_row::outbound_state(r)?));
    let rows = select.query_map(named_params! { ":id": conversation_id, ":until": until }, text)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Takes back what was written by then and has not left, then closes what is open: an answer that is lost opens its conversation again.
pub(super) fn end_all(change: &Change<'_>, conversations: &[i64], until: UnixMs) -> Result<()> {
    let Change { conn, now, .. } = *change;
    for id in conversations {
        for (text, from) in under_way(conn, *id, until)? {
            let step = Step { id: text, from, event: OutboundEvent::Recalled, code: Some("erased") };
            finish(conn, &step, now)?;
        }
    }
    for id in conversations {
        let conversation = row::load(conn, *id)?;
        if !conversation.is_closed() {
            run(change, &conversation, &Command::CloseToErase)?
                .map_err(|_| StoreError::Conflict("the conversation cannot be closed".into()))?;
        }
    }
    Ok(())
}

fn empty_pages(conn: &Connection, pages: &BTreeSet<i64>) -> Result<()> {
    let mut empty = conn.prepare_cached("UPDATE raw_page SET body = x'' WHERE id = :id")?;
    pages.iter().try_for_each(|id| empty.execute(named_params! { ":id": id }).map(drop))?;
    Ok(())
}

/// Those of these unreadable items that came by then, or that a carrier listed again after they were erased.
fn items_until(
    conn: &Connection,
    keys: &PseudonymKey,
    items: BTreeSet<i64>,
    until: UnixMs,
) -> Result<BTreeSet<i64>> {
    let mut select =
        conn.prepare_cached("SELECT carrier, raw, received_at FROM quarantine WHERE id = :id")?;
    let mut kept = BTreeSet::new();
    for id in items {
        let (carrier, raw, received_at): (String, String, UnixMs) = select
            .query_row(named_params! { ":id": id }, |r| {
                Ok((r.get("carrier")?, r.get("raw")?, r.get("received_at")?))
            })?;
        if received_at <= until
            || was_erased(conn, &carrier, &super::erased_key(keys, &carrier, &item_key(&raw)))?
        {
            kept.insert(id);
        }
    }
    Ok(kept)
}

/// An unreadable item leaves its place, and is known if the carrier lists it again.
fn forget_item(conn: &Connection, keys: &PseudonymKey, id: i64, now: UnixMs) -> Result<()> {
    let sql = "SELECT carrier, raw FROM quarantine WHERE id = :id";
    let found = conn.query_row(sql, named_params! { ":id": id }, |r| Ok((r.get(0)?, r.get(1)?)))?;
    let (carrier, raw): (String, String) = found;
    let key = super::erased_key(keys, &carrier, &item_key(&raw));
    guard(conn, &carrier, &key, now)?;
    conn.prepare_cached(
        "UPDATE quarantine SET raw = '', digest = :key, settled_at = coalesce(settled_at, :now) WHERE id = :id",
    )?
    .execute(named_params! { ":key": key.as_bytes(), ":now": now, ":id": id })?;
    Ok(())
}

/// What stands for an unreadable item among the keys of texts.
pub(in crate::store) fn item_key(raw: &str) -> String {
    format!("item {raw}")
}
