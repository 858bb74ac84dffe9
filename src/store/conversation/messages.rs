//! The texts of a conversation, of either side.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::counselor::Counselor;
use crate::domain::outbound::{OutboundKind, OutboundState};
use crate::domain::phone::PhoneNumber;
use crate::domain::text::MessageText;
use crate::domain::triage::Tier;
use crate::store::conversation::row::load;
use crate::store::engine::row;
use crate::store::{PhotoInfo, Result, Store, photo};

/// One text of either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    In {
        id: i64,
        /// Its place in the conversation; what the send guard compares.
        seq: i64,
        at: UnixMs,
        /// When it was written, if it came late ([`crate::domain::lateness`]).
        late_since: Option<UnixMs>,
        text: MessageText,
        /// The word of what it was for (`domain::arrival::Purpose`).
        purpose: String,
        tier: Option<Tier>,
        /// What triage found in it.
        rules: Option<String>,
        is_abusive: bool,
        photos: Vec<PhotoInfo>,
    },
    Out {
        id: i64,
        at: UnixMs,
        text: MessageText,
        author: Option<Counselor>,
        state: OutboundState,
        kind: OutboundKind,
        /// Who was asked to send it, and what it said last.
        carrier: Option<String>,
        code: Option<String>,
        final_at: Option<UnixMs>,
        needs_person: bool,
        /// Which automatic text it is.
        notice: Option<String>,
        photos: Vec<PhotoInfo>,
        /// Held back: when it leaves.
        leaves_at: Option<UnixMs>,
    },
}

/// Texts with conversation and citizen, and where the next page begins.
pub type DoubtPage = (Vec<(i64, PhoneNumber, Message)>, Option<i64>);

pub(in crate::store) fn inbound(conn: &Connection, conversation_id: i64) -> Result<Vec<Message>> {
    let mut select = conn.prepare_cached(
        "SELECT id, seq, received_at, received_at - late_ms AS late_since, text, purpose, tier, rules, is_abusive,
                EXISTS (SELECT 1 FROM photo WHERE photo.inbox_id = inbox.id) AS has_photos
         FROM inbox WHERE conversation_id = :conversation ORDER BY seq, id",
    )?;
    let rows = select.query_map(named_params! { ":conversation": conversation_id }, |r| {
        let (id, seq, at, text) = (r.get("id")?, r.get("seq")?, r.get("received_at")?, row::text(r)?);
        let (purpose, tier, is_abusive) = (r.get("purpose")?, row::tier(r)?, r.get("is_abusive")?);
        let (late_since, rules, photos) = (r.get("late_since")?, r.get("rules")?, Vec::new());
        let text = Message::In { id, seq, at, late_since, text, purpose, tier, rules, is_abusive, photos };
        Ok((text, r.get("has_photos")?))
    })?;
    rows.map(|found| with_photos(conn, found?)).collect()
}

/// The same text with its photos, if it has any.
fn with_photos(conn: &Connection, (mut text, has_any): (Message, bool)) -> Result<Message> {
    if has_any {
        match &mut text {
            Message::In { id, photos, .. } => *photos = photo::of_inbox(conn, *id)?,
            Message::Out { id, photos, .. } => *photos = photo::of_outbox(conn, *id)?,
        }
    }
    Ok(text)
}

/// Texts with who wrote them, or who had an automatic one sent: its event is of the same moment.
const OUTBOUND: &str = "
    SELECT o.id, o.created_at, o.text AS text, o.state AS state, o.carrier, o.code, o.final_at,
           o.needs_person, o.conversation_id, o.citizen, o.notice,
           CASE WHEN o.state = 'held' THEN o.next_attempt_at END AS leaves_at,
           CASE WHEN EXISTS (SELECT 1 FROM photo WHERE photo.outbox_id = o.id) THEN 'mms' ELSE o.kind END AS kind,
           c.id AS counselor_id, c.login AS counselor_login, c.name AS counselor_name,
           c.disabled_at AS counselor_disabled_at
    FROM outbox o LEFT JOIN counselor c ON c.id = coalesce(o.author_id, CASE WHEN o.notice = 'where' OR o.notice = 'warning' THEN
        (SELECT e.counselor_id FROM event e
         WHERE e.conversation_id = o.conversation_id AND e.kind <> 'message' AND e.at = o.created_at
           AND (e.kind = 'asked_where' OR e.kind = 'warned') LIMIT 1) END)";

pub(in crate::store) fn outbound(conn: &Connection, conversation_id: i64) -> Result<Vec<Message>> {
    let sql = format!("{OUTBOUND} WHERE o.conversation_id = :conversation ORDER BY o.id");
    let mut select = conn.prepare_cached(&sql)?;
    let rows = select.query_map(named_params! { ":conversation": conversation_id }, outbound_message)?;
    rows.map(|found| with_photos(conn, found?)).collect()
}

/// Texts to the citizen that a recovery found in a carrier's list, and when we received the last of what they may answer: by the
/// carrier's clock it came before, and it was fetched again after the copy was put back.
pub(in crate::store) fn read_back_after(
    conn: &Connection,
    conversation_id: i64,
) -> Result<BTreeMap<i64, UnixMs>> {
    let mut select = conn.prepare_cached(
        "SELECT o.id, coalesce((SELECT max(i.received_at) FROM inbox i
                                WHERE i.conversation_id = o.conversation_id AND i.sent_at <= o.created_at),
                               o.created_at) AS after
         FROM outbox o
         WHERE o.conversation_id = :id AND EXISTS (SELECT 1 FROM recovery_text t WHERE t.outbox_id = o.id)",
    )?;
    let found = |r: &Row<'_>| Ok((r.get("id")?, r.get("after")?));
    let rows = select.query_map(named_params! { ":id": conversation_id }, found)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The texts of one reply.
pub(in crate::store) fn of_reply(conn: &Connection, reply_id: i64) -> Result<Vec<Message>> {
    let sql = format!("{OUTBOUND} WHERE o.reply_id = :reply ORDER BY o.id");
    let mut select = conn.prepare_cached(&sql)?;
    let rows = select.query_map(named_params! { ":reply": reply_id }, outbound_message)?;
    rows.map(|found| with_photos(conn, found?)).collect()
}

/// A text without its photos, and whether it has any.
fn outbound_message(r: &Row<'_>) -> rusqlite::Result<(Message, bool)> {
    let kind = row::outbound_kind(r)?;
    let message = Message::Out {
        id: r.get("id")?,
        at: r.get("created_at")?,
        text: row::text(r)?,
        author: row::counselor(r)?,
        state: row::outbound_state(r)?,
        kind,
        carrier: r.get("carrier")?,
        code: r.get("code")?,
        final_at: r.get("final_at")?,
        needs_person: r.get("needs_person")?,
        notice: r.get("notice")?,
        photos: Vec::new(),
        leaves_at: r.get("leaves_at")?,
    };
    Ok((message, kind == OutboundKind::Mms))
}

impl Store {
    /// The actor's own answers that are held back, the newest first.
    pub async fn held_answers(&self, actor: &Actor) -> Result<Vec<(i64, PhoneNumber, Message)>> {
        let me = actor.id();
        self.read(move |conn| {
            let sql = format!("{OUTBOUND} WHERE o.state = 'held' AND o.author_id = :me ORDER BY o.id DESC");
            let mut select = conn.prepare_cached(&sql)?;
            let rows = select.query_map(named_params! { ":me": me }, |r| {
                Ok((r.get("conversation_id")?, row::phone(r, "citizen")?, outbound_message(r)?))
            })?;
            rows.map(|found| {
                let (conversation_id, citizen, text) = found?;
                Ok((conversation_id, citizen, with_photos(conn, text)?))
            })
            .collect()
        })
        .await
    }

    /// Texts in doubt with conversation and citizen, oldest first, those after the text `after`, at most `limit`; only of conversations
    /// that the actor may see. The second is the place after which the next page begins; `None`: this is the last one.
    pub async fn in_doubt(&self, (limit, after): (u32, i64), actor: &Actor) -> Result<DoubtPage> {
        let actor = actor.clone();
        self.read(move |conn| {
            // The plus: by the few doubts, not through all texts behind a number.
            let sql = format!(
                "{OUTBOUND} WHERE o.id IN (SELECT d.id FROM outbox d INDEXED BY outbox_in_doubt WHERE d.state = 'in_doubt')
                   AND +o.id > :after ORDER BY o.id"
            );
            let mut select = conn.prepare_cached(&sql)?;
            let mut rows = select.query(named_params! { ":after": after })?;
            let (mut found, mut last): (Vec<(i64, PhoneNumber, Message)>, i64) = (Vec::new(), after);
            while let Some(r) = rows.next()? {
                let conversation_id = r.get("conversation_id")?;
                if load(conn, conversation_id)?.is_visible_to(&actor) {
                    if found.len() >= limit as usize {
                        return Ok((found, Some(last)));
                    }
                    last = r.get("id")?;
                    let text = with_photos(conn, outbound_message(r)?)?;
                    found.push((conversation_id, row::phone(r, "citizen")?, text));
                }
            }
            Ok((found, None))
        })
        .await
    }
}
