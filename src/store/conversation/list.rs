//! Conversations: who waits, who holds which, and what was said.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::conversation::{ConversationEvent, ConversationState, next};
use crate::domain::counselor::Counselor;
use crate::domain::outbound::{OutboundKind, OutboundState};
use crate::domain::phone::PhoneNumber;
use crate::domain::text::MessageText;
use crate::store::conversation::action;
use crate::store::conversation::survey;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append};
use crate::store::people::citizen;
use crate::store::photo;
use crate::store::{Citizen, Claim, Note, PhotoInfo, Result, Store, StoreError, Survey};

/// Which conversations to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConversationFilter {
    State(ConversationState),
    /// All that are not closed.
    Open,
    HeldBy(i64),
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationSummary {
    pub id: i64,
    pub citizen: PhoneNumber,
    pub state: ConversationState,
    pub holder: Option<Counselor>,
    pub opened_at: UnixMs,
    pub waiting_since_at: Option<UnixMs>,
    pub n_messages: i64,
    /// The citizen's last text.
    pub last_text: MessageText,
    pub last_inbound_id: i64,
    /// Photos that came with it.
    pub n_last_photos: i64,
    pub n_in_doubt: i64,
    pub closed_at: Option<UnixMs>,
    pub close_reason: Option<String>,
    pub previous_id: Option<i64>,
    pub desk: String,
    pub tier: Option<u8>,
    /// Danger that nobody has said to look after.
    pub is_ringing: bool,
    /// Words of abuse stand in the last text.
    pub is_abusive: bool,
    pub promise_due_at: Option<UnixMs>,
    /// The login of who it was passed on to.
    pub offered_to: Option<String>,
    pub category: Option<String>,
    /// The name of who looks after the danger in it.
    pub acked_by: Option<String>,
}

/// A conversation with its texts, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationDetail {
    pub summary: ConversationSummary,
    pub messages: Vec<Message>,
    pub citizen: Citizen,
    /// What counselors left beside it, oldest first; drafts among them.
    pub notes: Vec<Note>,
    /// What the citizen said when asked how it was, the last time.
    pub survey: Option<Survey>,
}

/// One text of either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    In {
        id: i64,
        at: UnixMs,
        text: MessageText,
        /// The word of what it was for (`domain::arrival::Purpose`).
        purpose: String,
        tier: Option<u8>,
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
    },
}

impl Store {
    /// At most `limit` conversations, those that waited longest first, and how many there are.
    pub async fn conversations(
        &self,
        filter: ConversationFilter,
        limit: u32,
    ) -> Result<(Vec<ConversationSummary>, i64)> {
        self.read(move |conn| {
            let List { index, condition, order, holder } = List::of(filter);
            let list = format!("{SUMMARY} {index} {HOLDER} WHERE {condition} ORDER BY {order} LIMIT :limit");
            let mut select = conn.prepare_cached(&list)?;
            let rows = select.query_map(named_params! { ":limit": limit, ":holder": holder }, summary)?;
            let found = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            let count = format!("SELECT count(*) FROM conversation c {index} WHERE {condition}");
            let n =
                conn.prepare_cached(&count)?.query_row(named_params! { ":holder": holder }, |r| r.get(0))?;
            Ok((found, n))
        })
        .await
    }

    /// The key of the desk that serves a conversation.
    pub async fn desk_of(&self, id: i64) -> Result<String> {
        self.look_up(move |conn| {
            let sql = "SELECT desk FROM conversation WHERE id = :id";
            Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |r| r.get(0))?)
        })
        .await
    }

    /// One conversation with its texts.
    pub async fn conversation(&self, id: i64) -> Result<ConversationDetail> {
        self.read(move |conn| detail(conn, id)).await
    }

    /// The citizen's texts of a conversation that came after number `last_seen`.
    pub async fn texts_after(&self, conversation_id: i64, last_seen: i64) -> Result<Vec<Message>> {
        self.read(move |conn| {
            let mut all = inbound(conn, conversation_id)?;
            all.retain(|m| matches!(m, Message::In { id, .. } if *id > last_seen));
            Ok(all)
        })
        .await
    }

    /// Claims the conversation that is next in line for this counselor: of their desks, not offered to somebody else;
    /// danger whatever the desk. Refuses with [`Claim::Full`] who holds `max_held` that wait, unless there is danger.
    pub async fn claim_next(&self, counselor_id: i64, max_held: u32, now: UnixMs) -> Result<Next> {
        self.write(move |conn| {
            let is_full = n_held(conn, counselor_id)? >= i64::from(max_held);
            let next = "SELECT v.id FROM conversation v INDEXED BY conversation_waiting, counselor c
                        WHERE v.state = 'waiting' AND c.id = :counselor
                          AND (v.tier = 1 OR (NOT :is_full
                               AND (v.offered_to IS NULL OR v.offered_to = c.id OR v.offered_until_at <= :now)
                               AND (c.desks = '*' OR v.offered_to = c.id
                                    OR instr(' ' || c.desks || ' ', ' ' || v.desk || ' ') > 0)))
                        ORDER BY v.queue_at, v.id LIMIT 1";
            let of = named_params! { ":counselor": counselor_id, ":is_full": is_full, ":now": now };
            let id: Option<i64> = conn.prepare_cached(next)?.query_row(of, |r| r.get(0)).optional()?;
            match id {
                None if is_full => Ok(Next::Full),
                None => Ok(Next::Nobody),
                Some(id) => {
                    take(conn, id, ConversationState::Waiting, counselor_id, now)?;
                    detail(conn, id).map(|detail| Next::Claimed(Box::new(detail)))
                }
            }
        })
        .await
    }

    /// Claims one conversation; claiming what one holds already is fine.
    pub async fn claim(&self, id: i64, counselor_id: i64, max_held: u32, now: UnixMs) -> Result<Claim> {
        self.write(move |conn| {
            let head = Head::of(conn, id)?;
            match head.holder {
                Some(holder) if holder.id == counselor_id => Ok(Claim::Done),
                Some(holder) => Ok(Claim::HeldBy(holder)),
                None if head.state == ConversationState::Closed => Ok(Claim::Closed),
                None if head.state == ConversationState::Waiting
                    && head.tier != Some(1)
                    && n_held(conn, counselor_id)? >= i64::from(max_held) =>
                {
                    Ok(Claim::Full)
                }
                None => take(conn, id, head.state, counselor_id, now).map(|()| Claim::Done),
            }
        })
        .await
    }

    /// Lets go of a conversation; a citizen who waits is back in the queue at their old place.
    pub async fn release(&self, id: i64, counselor_id: i64, now: UnixMs) -> Result<Claim> {
        self.write(move |conn| {
            let head = Head::of(conn, id)?;
            if let Some(refused) = head.refusal(counselor_id) {
                return Ok(refused);
            }
            let to = head.after(ConversationEvent::Released)?;
            let sql = "UPDATE conversation SET state = :to, claimed_by = NULL, claimed_at = NULL
                       WHERE id = :id AND claimed_by = :counselor";
            let params = named_params! { ":to": to.as_str(), ":id": id, ":counselor": counselor_id };
            conn.prepare_cached(sql)?.execute(params)?;
            tell(conn, id, "released", counselor_id, None, now)?;
            Ok(Claim::Done)
        })
        .await
    }

    /// Closes a conversation, unless the citizen has written since what was seen, or what it was about is not said.
    pub async fn close(&self, id: i64, counselor_id: i64, closing: Closing, now: UnixMs) -> Result<Claim> {
        self.write(move |conn| {
            let head = Head::of(conn, id)?;
            if let Some(refused) = head.refusal(counselor_id) {
                return Ok(refused);
            }
            if closing.last_seen.is_some_and(|seen| head.last_inbound_id > seen) {
                return Ok(Claim::NewerTexts);
            }
            if closing.needs_category && closing.category.is_none() && head.category.is_none() {
                return Ok(Claim::CategoryNeeded);
            }
            let to = head.after(ConversationEvent::Closed)?;
            let sql = "UPDATE conversation
                       SET state = :to, claimed_by = NULL, claimed_at = NULL, waiting_since_at = NULL,
                           closed_at = :now, close_reason = :reason, category = coalesce(:category, category),
                           category_version = CASE WHEN :category IS NULL THEN category_version ELSE :version END,
                           last_holder_id = :counselor, promise_due_at = NULL, promise_told_at = NULL,
                           survey_due_at = CASE WHEN last_reply_at IS NOT NULL AND urgent_at IS NULL
                                                     AND is_abusive = 0 THEN :survey_at END
                       WHERE id = :id AND claimed_by = :counselor";
            conn.prepare_cached(sql)?.execute(named_params! {
                ":to": to.as_str(), ":now": now, ":reason": closing.reason, ":id": id, ":counselor": counselor_id,
                ":category": closing.category, ":version": closing.category_version, ":survey_at": closing.survey_at,
            })?;
            let how = if head.state == ConversationState::Active { "unanswered" } else { "answered" };
            tell(conn, id, "closed", counselor_id, Some(how), now)?;
            Ok(Claim::Done)
        })
        .await
    }
}

/// How a conversation is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Closing {
    /// The citizen's last text that its holder has seen.
    pub last_seen: Option<i64>,
    pub reason: Option<String>,
    /// What it was about, if that was not said before.
    pub category: Option<String>,
    /// Of the list it stands in.
    pub category_version: Option<String>,
    pub needs_category: bool,
    /// When to ask how it was. Nobody is asked after danger or abuse, or who got no answer.
    pub survey_at: Option<UnixMs>,
}

/// Whom a counselor got who asked for the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Claimed(Box<ConversationDetail>),
    /// Nobody waits for this counselor.
    Nobody,
    /// They hold as many as they may.
    Full,
}

/// How many a counselor holds that wait for us.
fn n_held(conn: &Connection, counselor_id: i64) -> Result<i64> {
    let sql = "SELECT count(*) FROM conversation INDEXED BY conversation_held
               WHERE claimed_by = :counselor AND state = 'active'";
    Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":counselor": counselor_id }, |r| r.get(0))?)
}

/// What guards a change: read and written in one transaction.
pub(in crate::store) struct Head {
    pub state: ConversationState,
    pub holder: Option<Counselor>,
    pub last_inbound_id: i64,
    pub citizen: PhoneNumber,
    pub our_number: PhoneNumber,
    pub last_inbound_at: UnixMs,
    pub tier: Option<u8>,
    pub desk: String,
    pub category: Option<String>,
}

impl Head {
    pub(in crate::store) fn of(conn: &Connection, id: i64) -> Result<Head> {
        let mut select = conn.prepare_cached(
            "SELECT v.state AS state, v.last_inbound_id, v.citizen, v.our_number, v.last_inbound_at, v.tier, v.desk,
                    v.category,
                    c.id AS counselor_id, c.login AS counselor_login, c.name AS counselor_name,
                    c.disabled_at AS counselor_disabled_at
             FROM conversation v LEFT JOIN counselor c ON c.id = v.claimed_by WHERE v.id = :id",
        )?;
        let head = select.query_row(named_params! { ":id": id }, |r| {
            Ok(Head {
                state: row::conversation_state(r)?,
                holder: row::counselor(r)?,
                last_inbound_id: r.get("last_inbound_id")?,
                citizen: row::phone(r, "citizen")?,
                our_number: row::phone(r, "our_number")?,
                last_inbound_at: r.get("last_inbound_at")?,
                tier: r.get("tier")?,
                desk: r.get("desk")?,
                category: r.get("category")?,
            })
        })?;
        Ok(head)
    }

    /// Why this counselor may not change the conversation, if so.
    pub(in crate::store) fn refusal(&self, counselor_id: i64) -> Option<Claim> {
        match &self.holder {
            _ if self.state == ConversationState::Closed => Some(Claim::Closed),
            Some(holder) if holder.id == counselor_id => None,
            Some(holder) => Some(Claim::HeldBy(holder.clone())),
            None => Some(Claim::NotHeld),
        }
    }

    pub(in crate::store) fn after(&self, event: ConversationEvent) -> Result<ConversationState> {
        next(self.state, event).map_err(|_| StoreError::Conflict(format!("it is {}", self.state.as_str())))
    }
}

/// Compare-and-set: only a conversation that nobody holds can be taken, and only by who still has access.
fn take(conn: &Connection, id: i64, from: ConversationState, counselor_id: i64, now: UnixMs) -> Result<()> {
    let to = next(from, ConversationEvent::Claimed)
        .map_err(|_| StoreError::Conflict(format!("it is {}", from.as_str())))?;
    let n = conn
        .prepare_cached(
            "UPDATE conversation
             SET state = :to, claimed_by = :counselor, claimed_at = :now, touched_at = :now,
                 offered_to = NULL, offered_until_at = NULL,
                 acked_by = CASE WHEN urgent_at IS NOT NULL AND acked_at IS NULL THEN :counselor ELSE acked_by END,
                 acked_at = CASE WHEN urgent_at IS NOT NULL AND acked_at IS NULL THEN :now ELSE acked_at END
             WHERE id = :id AND state = :from AND claimed_by IS NULL
               AND EXISTS (SELECT 1 FROM counselor c WHERE c.id = :counselor AND c.disabled_at IS NULL)",
        )?
        .execute(named_params! {
            ":to": to.as_str(), ":counselor": counselor_id, ":now": now, ":id": id, ":from": from.as_str(),
        })?;
    if n != 1 {
        return Err(StoreError::Conflict("somebody else took it, or who asks has no access any more".into()));
    }
    tell(conn, id, "claimed", counselor_id, None, now)
}

pub(in crate::store) fn tell(
    conn: &Connection,
    id: i64,
    kind: &str,
    counselor_id: i64,
    detail: Option<&str>,
    now: UnixMs,
) -> Result<()> {
    let event = NewEvent {
        kind,
        conversation_id: Some(id),
        counselor_id: Some(counselor_id),
        detail,
        ..NewEvent::default()
    };
    append(conn, now, event)
}

const SUMMARY: &str = "
    SELECT c.id, c.citizen, c.state AS state, c.opened_at, c.waiting_since_at, c.last_inbound_id, c.closed_at,
           c.close_reason, c.previous_id, c.desk, c.tier, c.promise_due_at, c.category,
           c.urgent_at IS NOT NULL AND c.acked_at IS NULL AS is_ringing,
           coalesce((SELECT i.is_abusive FROM inbox i WHERE i.id = c.last_inbound_id), 0) AS is_abusive,
           (SELECT o.login FROM counselor o WHERE o.id = c.offered_to) AS offered_to,
           (SELECT a.name FROM counselor a WHERE a.id = c.acked_by) AS acked_by,
           h.id AS counselor_id, h.login AS counselor_login, h.name AS counselor_name,
           h.disabled_at AS counselor_disabled_at,
           (SELECT count(*) FROM inbox i WHERE i.conversation_id = c.id)
             + (SELECT count(*) FROM outbox o WHERE o.conversation_id = c.id) AS n_messages,
           (SELECT count(*) FROM outbox o WHERE o.conversation_id = c.id AND o.needs_person = 1) AS n_in_doubt,
           (SELECT count(*) FROM photo p WHERE p.inbox_id = c.last_inbound_id) AS n_last_photos,
           coalesce((SELECT i.text FROM inbox i WHERE i.id = c.last_inbound_id), '') AS text
    FROM conversation c";
const HOLDER: &str = "LEFT JOIN counselor h ON h.id = c.claimed_by";

/// What is particular to the query of a list; fixed words all of them.
struct List {
    /// Where SQLite would choose an index by which it has to sort.
    index: &'static str,
    condition: &'static str,
    order: &'static str,
    /// Who `:holder` is.
    holder: Option<i64>,
}

impl List {
    fn of(filter: ConversationFilter) -> List {
        use ConversationFilter::{HeldBy, Open, State};
        use ConversationState::{Active, Answered, Closed, Waiting};
        let (condition, order) = match filter {
            State(Waiting) => ("c.state = 'waiting' AND :holder IS NULL", "c.queue_at, c.id"),
            State(Active) => ("c.state = 'active' AND :holder IS NULL", "c.id"),
            State(Answered) => ("c.state = 'answered' AND :holder IS NULL", "c.id"),
            State(Closed) => ("c.state = 'closed' AND :holder IS NULL", "c.id DESC"),
            Open => ("c.state IN ('waiting', 'active', 'answered') AND :holder IS NULL", "c.id"),
            HeldBy(_) => ("c.claimed_by = :holder", "c.id"),
        };
        let index = if filter == State(Waiting) { "INDEXED BY conversation_waiting" } else { "" };
        let holder = if let HeldBy(id) = filter { Some(id) } else { None };
        List { index, condition, order, holder }
    }
}

fn summary(r: &Row<'_>) -> rusqlite::Result<ConversationSummary> {
    Ok(ConversationSummary {
        id: r.get("id")?,
        citizen: row::phone(r, "citizen")?,
        state: row::conversation_state(r)?,
        holder: row::counselor(r)?,
        opened_at: r.get("opened_at")?,
        waiting_since_at: r.get("waiting_since_at")?,
        n_messages: r.get("n_messages")?,
        last_text: row::text(r)?,
        last_inbound_id: r.get("last_inbound_id")?,
        n_last_photos: r.get("n_last_photos")?,
        n_in_doubt: r.get("n_in_doubt")?,
        closed_at: r.get("closed_at")?,
        close_reason: r.get("close_reason")?,
        previous_id: r.get("previous_id")?,
        desk: r.get("desk")?,
        tier: r.get("tier")?,
        is_ringing: r.get("is_ringing")?,
        is_abusive: r.get("is_abusive")?,
        promise_due_at: r.get("promise_due_at")?,
        offered_to: r.get("offered_to")?,
        category: r.get("category")?,
        acked_by: r.get("acked_by")?,
    })
}

fn detail(conn: &Connection, id: i64) -> Result<ConversationDetail> {
    let one = format!("{SUMMARY} {HOLDER} WHERE c.id = :id");
    let summary = conn.prepare_cached(&one)?.query_row(named_params! { ":id": id }, summary)?;
    let mut messages = inbound(conn, id)?;
    messages.extend(outbound(conn, id)?);
    messages.sort_by_key(|m| match m {
        Message::In { at, id, .. } => (*at, 0, *id),
        Message::Out { at, id, .. } => (*at, 1, *id),
    });
    let citizen = citizen::of(conn, &summary.citizen)?;
    let notes = action::notes(conn, id)?;
    let survey = survey::of(conn, id)?;
    Ok(ConversationDetail { summary, messages, citizen, notes, survey })
}

fn inbound(conn: &Connection, conversation_id: i64) -> Result<Vec<Message>> {
    let mut select = conn.prepare_cached(
        "SELECT id, received_at, text, purpose, tier, is_abusive,
                EXISTS (SELECT 1 FROM photo WHERE photo.inbox_id = inbox.id) AS has_photos
         FROM inbox WHERE conversation_id = :conversation ORDER BY id",
    )?;
    let rows = select.query_map(named_params! { ":conversation": conversation_id }, |r| {
        let (id, at, text) = (r.get("id")?, r.get("received_at")?, row::text(r)?);
        let (purpose, tier, is_abusive) = (r.get("purpose")?, r.get("tier")?, r.get("is_abusive")?);
        let text = Message::In { id, at, text, purpose, tier, is_abusive, photos: Vec::new() };
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

const OUTBOUND: &str = "
    SELECT o.id, o.created_at, o.text AS text, o.state AS state, o.carrier, o.code, o.final_at,
           o.needs_person, o.conversation_id, o.citizen, o.notice,
           CASE WHEN EXISTS (SELECT 1 FROM photo WHERE photo.outbox_id = o.id) THEN 'mms' ELSE o.kind END AS kind,
           c.id AS counselor_id, c.login AS counselor_login, c.name AS counselor_name,
           c.disabled_at AS counselor_disabled_at
    FROM outbox o LEFT JOIN counselor c ON c.id = o.author_id";

fn outbound(conn: &Connection, conversation_id: i64) -> Result<Vec<Message>> {
    let sql = format!("{OUTBOUND} WHERE o.conversation_id = :conversation ORDER BY o.id");
    let mut select = conn.prepare_cached(&sql)?;
    let rows = select.query_map(named_params! { ":conversation": conversation_id }, outbound_message)?;
    rows.map(|found| with_photos(conn, found?)).collect()
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
    };
    Ok((message, kind == OutboundKind::Mms))
}

impl Store {
    /// Texts in doubt with conversation and citizen, oldest first, at most `limit`.
    pub async fn in_doubt(&self, limit: u32) -> Result<Vec<(i64, PhoneNumber, Message)>> {
        self.read(move |conn| {
            let sql = format!(
                "{OUTBOUND} WHERE o.id IN (SELECT d.id FROM outbox d INDEXED BY outbox_in_doubt WHERE d.state = 'in_doubt')
                 ORDER BY o.id LIMIT :limit"
            );
            let mut select = conn.prepare_cached(&sql)?;
            let rows = select.query_map(named_params! { ":limit": limit }, |r| {
                Ok((r.get("conversation_id")?, row::phone(r, "citizen")?, outbound_message(r)?))
            })?;
            let found = rows.map(|found| {
                let (conversation_id, citizen, text) = found?;
                Ok((conversation_id, citizen, with_photos(conn, text)?))
            });
            found.collect()
        })
        .await
    }
}
