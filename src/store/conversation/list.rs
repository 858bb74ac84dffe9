//! Lists of conversations, and one with everything in it. Only what the actor may see.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, ToSql, named_params};

use super::drafts::{self, Writer};
use super::messages::{Message, inbound, outbound, read_back_after};
use super::notes::{self, Note};
use super::place::ListPlace;
use super::row::load;
use super::survey::{self, Survey};
use crate::domain::UnixMs;
use crate::domain::actor::{Actor, DeskScope};
use crate::domain::citizen::Citizen;
use crate::domain::conversation::{ConversationState, DangerEnd, DangerState, Referral};
use crate::domain::counselor::Counselor;
use crate::domain::notice::Language;
use crate::domain::phone::PhoneNumber;
use crate::domain::refusal::Refusal;
use crate::domain::text::MessageText;
use crate::domain::triage::Tier;
use crate::store::engine::row;
use crate::store::people::citizen;
use crate::store::people::exception::{self, Crossing};
use crate::store::{Decided, Result, Store};

/// Which conversations to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConversationFilter {
    State(ConversationState),
    /// All that are not closed.
    Open,
    HeldBy(i64),
    /// Those that an outside department works on, closed or not.
    Referred,
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
    /// When that text was sent, if it came late.
    pub last_late_since: Option<UnixMs>,
    /// Grows with each text that is put into it; what the send guard compares.
    pub last_inbound_seq: i64,
    /// Photos that came with it.
    pub n_last_photos: i64,
    pub n_in_doubt: i64,
    pub closed_at: Option<UnixMs>,
    pub close_reason: Option<String>,
    pub previous_id: Option<i64>,
    pub desk: String,
    pub tier: Option<Tier>,
    /// Danger that nobody has said to look after.
    pub is_ringing: bool,
    /// Danger that nobody has answered, looked after or not.
    pub is_unanswered_danger: bool,
    /// Words of abuse stand in the last text.
    pub is_abusive: bool,
    pub promise_due_at: Option<UnixMs>,
    /// The login of who it was passed on to.
    pub offered_to: Option<String>,
    /// Their name.
    pub offered_to_name: Option<String>,
    /// Until when they have it to themselves.
    pub offered_until_at: Option<UnixMs>,
    pub category: Option<String>,
    /// The name of who looks after the danger in it.
    pub acked_by: Option<String>,
    /// How the danger in it ended; `None` while it is open, and where there was none.
    pub danger_end: Option<DangerEnd>,
    /// Of automatic texts.
    pub language: Language,
    /// The outside department that works on it.
    pub referral: Option<Referral>,
    /// Its place in the queue.
    pub queue_at: UnixMs,
    /// The citizen wants no texts and has not written since: no answer may be sent.
    pub refuses_texts: bool,
}

/// A page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListPage {
    pub found: Vec<ConversationSummary>,
    /// How many there are on all pages together.
    pub n_total: i64,
    /// Dangers that nobody looks after yet, in this list or not: everybody who may list anything sees them.
    pub n_ringing: i64,
    /// Dangers that nobody has answered, looked after or not.
    pub n_dangers: i64,
    /// Conversations that the actor holds, and unanswered dangers among them.
    pub n_mine: i64,
    pub n_my_dangers: i64,
    /// The place after which the next page begins; `None`: this is the last one.
    pub next: Option<ListPlace>,
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
    /// Who has a draft in it.
    pub writers: Vec<Writer>,
}

impl Store {
    /// At most `limit` conversations, those that waited longest first (of closed ones, the newest closed), and how many there are.
    pub async fn conversations(
        &self,
        filter: ConversationFilter,
        limit: u32,
        actor: &Actor,
    ) -> Result<(Vec<ConversationSummary>, i64)> {
        let page = self.conversations_after(filter, (limit, None), actor).await?;
        Ok((page.found, page.n_total))
    }

    /// As [`Store::conversations`], a page that begins after a place. A conversation that moves meanwhile is on the page of its new place.
    pub async fn conversations_after(
        &self,
        filter: ConversationFilter,
        (limit, after): (u32, Option<ListPlace>),
        actor: &Actor,
    ) -> Result<ListPage> {
        if !actor.takes_duty() {
            return Ok(ListPage::default());
        }
        let (me, desks) = (actor.id(), visible_desks(actor));
        self.read(move |conn| {
            let List { index, condition, order, behind, holder } = List::of(filter);
            let visible = if desks.is_some() { VISIBLE } else { "AND (:me IS NULL OR 1) AND :desks IS NULL" };
            let behind = if after.is_some() { behind } else { "" };
            let list = format!(
                "SELECT {SUMMARY} FROM conversation c {index} {HOLDER}
                 WHERE {condition} {behind} {visible} ORDER BY {order} LIMIT :limit"
            );
            let mut select = conn.prepare_cached(&list)?;
            // One more, which tells whether another page follows.
            let one_more = limit.saturating_add(1);
            let mut of: Vec<(&str, &dyn ToSql)> =
                vec![(":limit", &one_more), (":holder", &holder), (":me", &me), (":desks", &desks)];
            if let Some(place) = &after {
                of.extend(place.parameters(behind));
            }
            let mut found =
                select.query_map(of.as_slice(), summary)?.collect::<rusqlite::Result<Vec<_>>>()?;
            let has_more = found.len() > limit as usize;
            found.truncate(limit as usize);
            let next = found.last().filter(|_| has_more).map(|last| place_of(last, filter));
            let count = format!("SELECT count(*) FROM conversation c {index} WHERE {condition} {visible}");
            let of = named_params! { ":holder": holder, ":me": me, ":desks": desks };
            let n_total = conn.prepare_cached(&count)?.query_row(of, |r| r.get(0))?;
            let (n_ringing, n_dangers) = dangers(conn)?;
            let (n_mine, n_my_dangers) = held_by(conn, me)?;
            Ok(ListPage { found, n_total, n_ringing, n_dangers, n_mine, n_my_dangers, next })
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

    /// One conversation with its texts, if the actor may see it.
    pub async fn conversation(&self, id: i64, actor: &Actor) -> Result<Decided<ConversationDetail>> {
        let actor = actor.clone();
        self.read(move |conn| {
            if !load(conn, id)?.is_visible_to(&actor) {
                return Ok(Err(Refusal::NotYourDesk));
            }
            detail(conn, id).map(Ok)
        })
        .await
    }

    /// As [`Store::conversation`], for a person who asks to see it: one of a desk that they are no member of is recorded before
    /// it is shown.
    pub async fn show(&self, id: i64, actor: &Actor, now: UnixMs) -> Result<Decided<ConversationDetail>> {
        let shown = self.conversation(id, actor).await?;
        if let Ok(detail) = &shown
            && actor.is_foreign_to(&detail.summary.desk)
        {
            let actor = actor.clone();
            self.write(move |conn| exception::record(conn, &load(conn, id)?, (&actor, Crossing::Seen), now))
                .await?;
        }
        Ok(shown)
    }

    /// The citizen's texts of a conversation that came after `last_seen`, if the actor may see it.
    pub async fn texts_after(
        &self,
        conversation_id: i64,
        last_seen: i64,
        actor: &Actor,
    ) -> Result<Decided<Vec<Message>>> {
        let actor = actor.clone();
        self.read(move |conn| {
            if !load(conn, conversation_id)?.is_visible_to(&actor) {
                return Ok(Err(Refusal::NotYourDesk));
            }
            let mut all = inbound(conn, conversation_id)?;
            all.retain(|m| matches!(m, Message::In { seq, .. } if *seq > last_seen));
            Ok(Ok(all))
        })
        .await
    }
}

/// Columns of a conversation `c` and its holder `h`. Those that are read by name come first, for a name is looked up from the
/// left; [`summary`] takes the rest by place.
const SUMMARY: &str = "
    c.citizen, c.state AS state, c.tier, h.id AS counselor_id, h.login AS counselor_login, h.name AS counselor_name,
    h.disabled_at AS counselor_disabled_at,
    coalesce((SELECT i.text FROM inbox i WHERE i.conversation_id = c.id AND i.seq = c.last_inbound_seq), '') AS text,
    c.id, c.opened_at, c.waiting_since_at, c.last_inbound_seq, c.closed_at, c.close_reason, c.previous_id, c.desk,
    c.promise_due_at, c.category, coalesce(c.danger = 'ringing', 0), c.alarm_from_at IS NOT NULL,
    coalesce((SELECT i.is_abusive FROM inbox i WHERE i.conversation_id = c.id AND i.seq = c.last_inbound_seq), 0),
    (SELECT i.received_at - i.late_ms FROM inbox i WHERE i.conversation_id = c.id AND i.seq = c.last_inbound_seq),
    (SELECT o.login FROM counselor o WHERE o.id = c.offered_to),
    (SELECT a.name FROM counselor a WHERE a.id = c.acked_by),
    (SELECT count(*) FROM inbox i WHERE i.conversation_id = c.id)
        + (SELECT count(*) FROM outbox o WHERE o.conversation_id = c.id),
    (SELECT count(*) FROM outbox o WHERE o.conversation_id = c.id AND o.needs_person = 1),
    (SELECT count(*) FROM inbox i JOIN photo p ON p.inbox_id = i.id
      WHERE i.conversation_id = c.id AND i.seq = c.last_inbound_seq),
    c.referred_to, c.referred_at, c.referral_due_at, c.queue_at,
    (SELECT o.name FROM counselor o WHERE o.id = c.offered_to), c.offered_until_at,
    c.last_inbound_at, (SELECT f.opted_out_at FROM citizen f WHERE f.number = c.citizen),
    c.danger, c.language AS language";
/// What there is beside its texts: most conversations have none of it, and need no query for it.
const BESIDE: &str = "
    EXISTS (SELECT 1 FROM citizen f WHERE f.number = c.citizen),
    EXISTS (SELECT 1 FROM note n WHERE n.conversation_id = c.id),
    EXISTS (SELECT 1 FROM survey s WHERE s.conversation_id = c.id),
    EXISTS (SELECT 1 FROM draft d WHERE d.conversation_id = c.id)";
/// `Conversation::is_visible_to` in SQL, for lists; a test compares the two.
pub(in crate::store) const VISIBLE: &str = "AND (c.tier = 1 OR c.claimed_by = :me OR c.offered_to = :me
                            OR instr(:desks, ' ' || c.desk || ' ') > 0)";
const HOLDER: &str = "LEFT JOIN counselor h ON h.id = c.claimed_by";

macro_rules! alarm_first {
    () => {
        "CASE WHEN c.alarm_from_at IS NOT NULL THEN 0 ELSE 1 END"
    };
}
macro_rules! wait_first {
    () => {
        "CASE WHEN c.alarm_from_at IS NOT NULL THEN 0 WHEN c.waiting_since_at IS NOT NULL THEN 1 ELSE 2 END"
    };
}

/// By what the lists of open conversations are sorted first: danger that nobody has answered, then whose citizen waits for us, then all
/// others. Within that by `queue_at`: whatever list it is, who waits stands in the order in which they are taken (`domain::queue`), danger
/// before a promise that is due. [`rank`] says the same of a row.
const BY_WAIT: &str = concat!(wait_first!(), ", c.queue_at, c.id");
const BEHIND_WAIT: &str = concat!("AND (", wait_first!(), ", c.queue_at, c.id) > (:rank, :at, :id)");
/// Those that a department works on: danger that nobody has answered, then the first due.
const BY_REFERRAL: &str = concat!(alarm_first!(), ", c.referral_due_at, c.id");
const BEHIND_REFERRAL: &str =
    concat!("AND (", alarm_first!(), ", c.referral_due_at, c.id) > (:rank, :at, :id)");

/// What is particular to the query of a list; fixed words all of them.
struct List {
    /// Where SQLite would choose an index by which it has to sort.
    index: &'static str,
    condition: &'static str,
    order: &'static str,
    /// What lies behind a place, in that order.
    behind: &'static str,
    /// Who `:holder` is.
    holder: Option<i64>,
}

impl List {
    fn of(filter: ConversationFilter) -> List {
        use ConversationFilter::{HeldBy, Open, Referred, State};
        use ConversationState::{Active, Answered, Closed, Waiting};
        let (condition, order, behind) = match filter {
            State(Waiting) => (
                "c.state = 'waiting' AND :holder IS NULL",
                "c.queue_at, c.id",
                "AND (c.queue_at, c.id) > (:at, :id)",
            ),
            State(Active) => ("c.state = 'active' AND :holder IS NULL", BY_WAIT, BEHIND_WAIT),
            State(Answered) => ("c.state = 'answered' AND :holder IS NULL", BY_WAIT, BEHIND_WAIT),
            State(Closed) => (
                "c.state = 'closed' AND :holder IS NULL",
                "c.closed_at DESC, c.id DESC",
                "AND (c.closed_at, c.id) < (:at, :id)",
            ),
            Open => {
                ("c.state IN ('waiting', 'active', 'answered') AND :holder IS NULL", BY_WAIT, BEHIND_WAIT)
            }
            HeldBy(_) => ("c.claimed_by = :holder", BY_WAIT, BEHIND_WAIT),
            Referred => ("c.referral_due_at IS NOT NULL AND :holder IS NULL", BY_REFERRAL, BEHIND_REFERRAL),
        };
        let index = if filter == State(Waiting) { "INDEXED BY conversation_waiting" } else { "" };
        let holder = if let HeldBy(id) = filter { Some(id) } else { None };
        List { index, condition, order, behind, holder }
    }
}

/// The place of a row in a list.
fn place_of(row: &ConversationSummary, filter: ConversationFilter) -> ListPlace {
    let at = match filter {
        ConversationFilter::Referred => row.referral.as_ref().map(|referral| referral.due_at),
        ConversationFilter::State(ConversationState::Closed) => row.closed_at,
        _ => None,
    };
    ListPlace { rank: rank(row, filter), at: at.unwrap_or(row.queue_at), id: row.id }
}

/// As `wait_first!` and `alarm_first!` say it.
fn rank(row: &ConversationSummary, filter: ConversationFilter) -> i64 {
    let waits = row.waiting_since_at.is_some() || filter == ConversationFilter::Referred;
    match row.is_unanswered_danger {
        true => 0,
        false if waits => 1,
        false => 2,
    }
}

fn summary(r: &Row<'_>) -> rusqlite::Result<ConversationSummary> {
    Ok(ConversationSummary {
        citizen: row::phone(r, "citizen")?,
        state: row::conversation_state(r)?,
        tier: row::tier(r)?,
        holder: row::counselor(r)?,
        last_text: row::text(r)?,
        id: r.get(8)?,
        opened_at: r.get(9)?,
        waiting_since_at: r.get(10)?,
        last_inbound_seq: r.get(11)?,
        closed_at: r.get(12)?,
        close_reason: r.get(13)?,
        previous_id: r.get(14)?,
        desk: r.get(15)?,
        promise_due_at: r.get(16)?,
        category: r.get(17)?,
        is_ringing: r.get(18)?,
        is_unanswered_danger: r.get(19)?,
        is_abusive: r.get(20)?,
        last_late_since: r.get(21)?,
        offered_to: r.get(22)?,
        acked_by: r.get(23)?,
        danger_end: danger_end(r)?,
        language: row::word(r, "language", Language::from_word)?,
        n_messages: r.get(24)?,
        n_in_doubt: r.get(25)?,
        n_last_photos: r.get(26)?,
        referral: referral(r)?,
        queue_at: r.get(30)?,
        offered_to_name: r.get(31)?,
        offered_until_at: r.get(32)?,
        refuses_texts: refuses_texts(r)?,
    })
}

fn refuses_texts(r: &Row<'_>) -> rusqlite::Result<bool> {
    let (last_inbound_at, opted_out_at) = (r.get(33)?, r.get(34)?);
    let citizen = Citizen { opted_out_at, ..Citizen::default() };
    Ok(citizen.refuses_texts(last_inbound_at, row::tier(r)?))
}

/// Who is named beside a danger has looked after it.
fn danger_end(r: &Row<'_>) -> rusqlite::Result<Option<DangerEnd>> {
    let (state, acked_by): (Option<String>, Option<String>) = (r.get(35)?, r.get(23)?);
    let state = state.as_deref().and_then(DangerState::from_word);
    Ok(state.and_then(|state| state.ended_how(acked_by.is_some())))
}

fn referral(r: &Row<'_>) -> rusqlite::Result<Option<Referral>> {
    let (to, since, due_at): (Option<String>, Option<i64>, Option<i64>) =
        (r.get(27)?, r.get(28)?, r.get(29)?);
    Ok(to.zip(since).zip(due_at).map(|((to, since), due_at)| Referral { to, since, due_at }))
}

/// Dangers that nobody looks after yet, and those that nobody has answered. Those that wait stand at the head of the queue, before
/// the year 1970 (`domain::queue`), so that the rest of it need not be read.
fn dangers(conn: &Connection) -> Result<(i64, i64)> {
    let sql = "SELECT coalesce(sum(n_ringing), 0), coalesce(sum(n_open), 0) FROM (
                   SELECT count(CASE WHEN danger = 'ringing' THEN 1 END) AS n_ringing, count(alarm_from_at) AS n_open
                   FROM conversation INDEXED BY conversation_waiting WHERE state = 'waiting' AND queue_at < 0
                   UNION ALL
                   SELECT count(CASE WHEN danger = 'ringing' THEN 1 END), count(*)
                   FROM conversation WHERE state = 'active' AND alarm_from_at IS NOT NULL)";
    Ok(conn.prepare_cached(sql)?.query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?)
}

/// Conversations that somebody holds, and unanswered dangers among them.
fn held_by(conn: &Connection, counselor_id: Option<i64>) -> Result<(i64, i64)> {
    let sql = "SELECT count(*), count(alarm_from_at) FROM conversation INDEXED BY conversation_claimed
               WHERE claimed_by = :of AND claimed_by IS NOT NULL";
    let of = named_params! { ":of": counselor_id };
    Ok(conn.prepare_cached(sql)?.query_row(of, |r| Ok((r.get(0)?, r.get(1)?)))?)
}

/// One line of a list by itself.
pub(super) fn one(conn: &Connection, id: i64) -> Result<ConversationSummary> {
    let one = format!("SELECT {SUMMARY} FROM conversation c {HOLDER} WHERE c.id = :id");
    Ok(conn.prepare_cached(&one)?.query_row(named_params! { ":id": id }, summary)?)
}

pub(in crate::store) fn detail(conn: &Connection, id: i64) -> Result<ConversationDetail> {
    let one = format!("SELECT {SUMMARY}, {BESIDE} FROM conversation c {HOLDER} WHERE c.id = :id");
    let found = |r: &Row<'_>| Ok((summary(r)?, (r.get(37)?, r.get(38)?, r.get(39)?, r.get(40)?)));
    let (summary, (has_facts, has_notes, has_survey, has_drafts)) =
        conn.prepare_cached(&one)?.query_row(named_params! { ":id": id }, found)?;
    let mut messages = inbound(conn, id)?;
    let mut read_back = BTreeMap::new();
    if summary.n_messages > i64::try_from(messages.len()).unwrap_or(0) {
        messages.extend(outbound(conn, id)?);
        read_back = read_back_after(conn, id)?;
    }
    messages.sort_by_key(|m| match m {
        Message::In { at, id, .. } => (*at, 0, *id),
        Message::Out { at, id, .. } => (read_back.get(id).map_or(*at, |after| *at.max(after)), 1, *id),
    });
    let citizen = if has_facts { citizen::load(conn, &summary.citizen)? } else { Citizen::default() };
    let notes = if has_notes { notes::of_conversation(conn, id)? } else { Vec::new() };
    let survey = if has_survey { survey::of(conn, id)? } else { None };
    let writers = if has_drafts { drafts::writers(conn, id)? } else { Vec::new() };
    Ok(ConversationDetail { summary, messages, citizen, notes, survey, writers })
}

/// The desks a list is narrowed to, with spaces around each; `None`: all.
pub(in crate::store) fn visible_desks(actor: &Actor) -> Option<String> {
    match &actor.desks {
        DeskScope::Only(_) if !actor.supervises() => Some(format!(" {} ", actor.desks.to_word())),
        _ => None,
    }
}
