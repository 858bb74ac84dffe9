//! Drafts of answers, one row for each counselor and conversation (`domain::draft`). A draft goes when its answer is written or
//! the conversation is closed.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::row::load;
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::counselor::Counselor;
use crate::domain::draft::{DraftOrigin, joined};
use crate::domain::event::EventKind;
use crate::domain::phone::PhoneNumber;
use crate::domain::refusal::Refusal;
use crate::domain::text::MessageText;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Decided, Result, Store, StoreError};

/// A draft, as its writer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub conversation_id: i64,
    pub citizen: PhoneNumber,
    pub text: MessageText,
    /// The citizen's last text that its writer saw.
    pub based_on: i64,
    /// The citizen has written since.
    pub has_newer: bool,
    pub begun_at: UnixMs,
    pub saved_at: UnixMs,
    /// It was sent, and came back.
    pub origin: Option<DraftOrigin>,
}

/// Somebody who has a draft in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    pub counselor: Counselor,
    pub begun_at: UnixMs,
    pub saved_at: UnixMs,
}

/// A draft to be kept.
pub(in crate::store) struct NewDraft<'a> {
    pub counselor_id: i64,
    pub conversation_id: i64,
    pub text: &'a str,
    pub based_on: i64,
    pub origin: Option<DraftOrigin>,
}

/// A draft, as its writer saves it.
#[derive(Debug, Clone, Default)]
pub struct WrittenDraft {
    /// Empty: the draft goes.
    pub text: String,
    /// The citizen's last text that its writer saw.
    pub based_on: i64,
    /// What its writer had seen kept, empty for nothing; `None`: whatever is kept.
    pub replaces: Option<String>,
}

impl Store {
    /// Keeps the actor's draft in place of the one before, if that is what they had seen. The same words once more stay what they
    /// are: an answer that came back.
    pub async fn save_draft(
        &self,
        conversation_id: i64,
        written: WrittenDraft,
        actor: &Actor,
        now: UnixMs,
    ) -> Result<Decided<()>> {
        let actor = actor.clone();
        self.write(move |conn| {
            let WrittenDraft { text, based_on, replaces } = &written;
            if !text.is_empty()
                && let Err(refusal) = load(conn, conversation_id)?.takes_draft_of(&actor)
            {
                return Ok(Err(refusal));
            }
            let counselor_id = actor.id().ok_or(StoreError::NotFound)?;
            let kept = kept(conn, counselor_id, conversation_id)?;
            let is_kept = |words: &str| kept.as_ref().map_or("", |kept| kept.text.trim()) == words.trim();
            if replaces.as_ref().is_some_and(|seen| !is_kept(seen) && !is_kept(text)) {
                let origin = kept.as_ref().and_then(|kept| kept.origin).map(DraftOrigin::as_str);
                return Ok(Err(Refusal::DraftChanged(kept.map(|kept| MessageText::new(kept.text)), origin)));
            }
            if text.is_empty() {
                return forget(conn, counselor_id, conversation_id).map(Ok);
            }
            let new = NewDraft { counselor_id, conversation_id, text, based_on: *based_on, origin: None };
            let same = kept.filter(|one| one.text.trim() == text.trim());
            let new = match &same {
                Some(same) => {
                    NewDraft { origin: same.origin, based_on: new.based_on.max(same.based_on), ..new }
                }
                None => new,
            };
            put(conn, &new, now).map(Ok)
        })
        .await
    }

    /// The actor's own draft in a conversation; `NotFound` if there is none.
    pub async fn draft(&self, conversation_id: i64, actor: &Actor) -> Result<Draft> {
        let found = self.drafts(actor).await?.into_iter().find(|one| one.conversation_id == conversation_id);
        found.ok_or(StoreError::NotFound)
    }

    /// The actor's own draft in the conversation of this text, if there is one.
    pub async fn draft_with_answer(&self, message_id: i64, actor: &Actor) -> Result<Option<Draft>> {
        let of = self.read(move |conn| {
            let sql = "SELECT conversation_id FROM outbox WHERE id = :id";
            Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":id": message_id }, |r| r.get(0))?)
        });
        let of: i64 = of.await?;
        Ok(self.drafts(actor).await?.into_iter().find(|one| one.conversation_id == of))
    }

    /// All drafts of the actor, the one saved last first.
    pub async fn drafts(&self, actor: &Actor) -> Result<Vec<Draft>> {
        let me = actor.id().ok_or(StoreError::NotFound)?;
        self.read(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT d.conversation_id, v.citizen AS citizen, d.text, d.based_on, v.last_inbound_seq > d.based_on AS has_newer,
                        d.begun_at, d.saved_at, d.origin
                 FROM draft d JOIN conversation v ON v.id = d.conversation_id
                 WHERE d.counselor_id = :me ORDER BY d.saved_at DESC, d.conversation_id",
            )?;
            let rows = select.query_map(named_params! { ":me": me }, draft)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Throws the actor's own draft away, if there is one.
    pub async fn drop_draft(&self, conversation_id: i64, actor: &Actor) -> Result<()> {
        let me = actor.id().ok_or(StoreError::NotFound)?;
        self.write(move |conn| forget(conn, me, conversation_id)).await
    }
}

/// Writes a draft. That somebody has begun to write is an event.
pub(in crate::store) fn put(conn: &Connection, new: &NewDraft<'_>, now: UnixMs) -> Result<()> {
    let is_first = text_of(conn, new.counselor_id, new.conversation_id)?.is_none();
    conn.prepare_cached(
        "INSERT INTO draft (counselor_id, conversation_id, text, based_on, begun_at, saved_at, origin)
         VALUES (:counselor, :conversation, :text, :based_on, :now, :now, :origin)
         ON CONFLICT (counselor_id, conversation_id) DO UPDATE
         SET text = excluded.text, based_on = excluded.based_on, saved_at = excluded.saved_at, origin = excluded.origin",
    )?
    .execute(named_params! {
        ":counselor": new.counselor_id, ":conversation": new.conversation_id, ":text": new.text,
        ":based_on": new.based_on, ":now": now, ":origin": new.origin.map(DraftOrigin::as_str),
    })?;
    if is_first && new.origin.is_none() {
        let event = NewEvent::about(EventKind::Writing, new.conversation_id);
        append_event(conn, now, NewEvent { counselor_id: Some(new.counselor_id), ..event })?;
    }
    Ok(())
}

/// An answer becomes its writer's draft again, before what they have begun meanwhile.
pub(in crate::store) fn bring_back(conn: &Connection, new: &NewDraft<'_>, now: UnixMs) -> Result<()> {
    let begun = text_of(conn, new.counselor_id, new.conversation_id)?;
    let text = joined(new.text, begun.as_deref());
    put(conn, &NewDraft { text: &text, ..*new }, now)
}

/// An answer was written: its draft goes. With `keeps_other`, a draft of other words stays.
pub(in crate::store) fn settle(
    conn: &Connection,
    (counselor_id, conversation_id): (i64, i64),
    (sent, keeps_other): (&str, bool),
) -> Result<()> {
    match text_of(conn, counselor_id, conversation_id)? {
        Some(text) if !keeps_other || text.trim() == sent.trim() => {
            forget(conn, counselor_id, conversation_id)
        }
        _ => Ok(()),
    }
}

fn forget(conn: &Connection, counselor_id: i64, conversation_id: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM draft WHERE counselor_id = :counselor AND conversation_id = :id")?
        .execute(named_params! { ":counselor": counselor_id, ":id": conversation_id })?;
    Ok(())
}

/// Throws away everybody's drafts in a conversation.
pub(in crate::store) fn forget_all(conn: &Connection, conversation_id: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM draft WHERE conversation_id = :id")?
        .execute(named_params! { ":id": conversation_id })?;
    Ok(())
}

/// Everybody who has a draft in a conversation.
pub(in crate::store) fn writers(conn: &Connection, conversation_id: i64) -> Result<Vec<Writer>> {
    let mut select = conn.prepare_cached(
        "SELECT c.id AS counselor_id, c.login AS counselor_login, c.name AS counselor_name,
                c.disabled_at AS counselor_disabled_at, d.begun_at, d.saved_at
         FROM draft d JOIN counselor c ON c.id = d.counselor_id WHERE d.conversation_id = :id ORDER BY d.begun_at",
    )?;
    let writer = |r: &Row<'_>| {
        let (begun_at, saved_at) = (r.get("begun_at")?, r.get("saved_at")?);
        Ok(row::counselor(r)?.map(|counselor| Writer { counselor, begun_at, saved_at }))
    };
    let rows = select.query_map(named_params! { ":id": conversation_id }, writer)?;
    Ok(rows.flat_map(rusqlite::Result::transpose).collect::<rusqlite::Result<_>>()?)
}

fn text_of(conn: &Connection, counselor_id: i64, conversation_id: i64) -> Result<Option<String>> {
    Ok(kept(conn, counselor_id, conversation_id)?.map(|kept| kept.text))
}

/// What is kept of a draft.
struct Kept {
    text: String,
    based_on: i64,
    origin: Option<DraftOrigin>,
}

fn kept(conn: &Connection, counselor_id: i64, conversation_id: i64) -> Result<Option<Kept>> {
    let sql =
        "SELECT text, based_on, origin FROM draft WHERE counselor_id = :counselor AND conversation_id = :id";
    let of = named_params! { ":counselor": counselor_id, ":id": conversation_id };
    let read =
        |r: &Row<'_>| Ok(Kept { text: r.get("text")?, based_on: r.get("based_on")?, origin: origin(r)? });
    Ok(conn.prepare_cached(sql)?.query_row(of, read).optional()?)
}

fn origin(r: &Row<'_>) -> rusqlite::Result<Option<DraftOrigin>> {
    Ok(r.get::<_, Option<String>>("origin")?.as_deref().and_then(DraftOrigin::from_word))
}

fn draft(r: &Row<'_>) -> rusqlite::Result<Draft> {
    Ok(Draft {
        conversation_id: r.get("conversation_id")?,
        citizen: row::phone(r, "citizen")?,
        text: row::text(r)?,
        based_on: r.get("based_on")?,
        has_newer: r.get("has_newer")?,
        begun_at: r.get("begun_at")?,
        saved_at: r.get("saved_at")?,
        origin: origin(r)?,
    })
}
