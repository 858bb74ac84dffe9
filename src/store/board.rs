//! What the live board counts. Nothing of a citizen but numbers of conversations.
//!
//! What is open is counted through partial indexes, and a day through its range of row ids, which a binary search finds: the
//! cost grows with what is open and with the day, not with the years that are stored.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::board::DangerStep;
use crate::store::outbound::outbox::HAS_LEFT;
use crate::store::{Result, Store};

/// What is open now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoardNow {
    /// The last event that is counted.
    pub seq: i64,
    /// By key of the desk.
    pub waiting: BTreeMap<String, BoardQueue>,
    /// Dangers that nobody has answered, the oldest first.
    pub dangers: Vec<BoardDanger>,
    /// What counselors hold, by name.
    pub held: Vec<BoardHeld>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BoardQueue {
    pub n: i64,
    pub oldest_since: Option<UnixMs>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardDanger {
    pub conversation_id: i64,
    pub desk: String,
    pub since: UnixMs,
    pub is_ringing: bool,
    /// Name of who holds the conversation, whether they look after it or not.
    pub held_by: Option<String>,
    /// Name of who looks after it.
    pub acked_by: Option<String>,
    /// How often supervisors were called.
    pub n_calls: i64,
}

/// Conversations of one counselor at one desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardHeld {
    pub counselor_id: i64,
    pub name: String,
    pub desk: String,
    /// In which the citizen waits for us.
    pub n_active: i64,
    /// In which we wait for the citizen.
    pub n_answered: i64,
}

/// What came and left in a span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoardDay {
    /// Desk and time of each text from a citizen.
    pub texts: Vec<(String, UnixMs)>,
    /// Conversations that were opened.
    pub opened: Vec<BoardOpened>,
    /// Desk, and how long each receipt took from the text to the carrier (milliseconds).
    pub receipts: Vec<(String, i64)>,
    /// Desk and steps of each conversation in which an alarm of danger began.
    pub dangers: Vec<(String, Vec<(UnixMs, DangerStep)>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardOpened {
    pub desk: String,
    pub at: UnixMs,
    /// The first reply of a person of which something left, or still may.
    pub replied_at: Option<UnixMs>,
    /// It was closed without a reply, or nobody waits in it any more.
    pub is_over: bool,
}

impl Store {
    /// What is open now, in one snapshot.
    pub async fn board_now(&self) -> Result<BoardNow> {
        self.read(|conn| {
            let newest = "SELECT coalesce(max(seq), 0) FROM event";
            let seq = conn.prepare_cached(newest)?.query_row([], |r| r.get(0))?;
            Ok(BoardNow { seq, waiting: waiting(conn)?, dangers: dangers(conn)?, held: held(conn)? })
        })
        .await
    }

    /// What came and left from `from` until before `to`.
    pub async fn board_day(&self, from: UnixMs, to: UnixMs) -> Result<BoardDay> {
        self.read(move |conn| {
            Ok(BoardDay {
                texts: texts(conn, TEXTS.between(conn, from, to)?)?,
                opened: opened(conn, CONVERSATIONS.between(conn, from, to)?, (from, to))?,
                receipts: receipts(conn, SENT.between(conn, from, to)?)?,
                dangers: danger_steps(conn, EVENTS.between(conn, from, to)?)?,
            })
        })
        .await
    }
}

fn waiting(conn: &Connection) -> Result<BTreeMap<String, BoardQueue>> {
    let mut queues: BTreeMap<String, BoardQueue> = BTreeMap::new();
    // The index has all three columns; grouped here, for the index is in the order of the queue.
    let mut select = conn.prepare_cached(
        "SELECT desk, waiting_since_at FROM conversation INDEXED BY conversation_waiting WHERE state = 'waiting'",
    )?;
    let rows = select.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, UnixMs>(1)?)))?;
    for row in rows {
        let (desk, since) = row?;
        let queue = queues.entry(desk).or_default();
        queue.n += 1;
        queue.oldest_since = Some(queue.oldest_since.map_or(since, |oldest| oldest.min(since)));
    }
    Ok(queues)
}

/// The condition of `conversation_open`, whose rows are those that are open.
fn dangers(conn: &Connection) -> Result<Vec<BoardDanger>> {
    let mut select = conn.prepare_cached(
        "SELECT v.id, v.desk, v.alarm_from_at, v.danger = 'ringing', a.name, v.n_escalations, h.name
         FROM conversation v INDEXED BY conversation_open LEFT JOIN counselor a ON a.id = v.acked_by
         LEFT JOIN counselor h ON h.id = v.claimed_by
         WHERE v.state <> 'closed' AND v.alarm_from_at IS NOT NULL",
    )?;
    let danger = |r: &Row<'_>| {
        Ok(BoardDanger {
            conversation_id: r.get(0)?,
            desk: r.get(1)?,
            since: r.get(2)?,
            is_ringing: r.get(3)?,
            acked_by: r.get(4)?,
            n_calls: r.get(5)?,
            held_by: r.get(6)?,
        })
    };
    let mut found = select.query_map([], danger)?.collect::<rusqlite::Result<Vec<_>>>()?;
    found.sort_by_key(|danger| (danger.since, danger.conversation_id));
    Ok(found)
}

fn held(conn: &Connection) -> Result<Vec<BoardHeld>> {
    let mut select = conn.prepare_cached(
        "SELECT v.claimed_by, coalesce(h.name, ''), v.desk, v.state = 'active'
         FROM conversation v INDEXED BY conversation_claimed LEFT JOIN counselor h ON h.id = v.claimed_by
         WHERE v.claimed_by IS NOT NULL",
    )?;
    let mut found: Vec<BoardHeld> = Vec::new();
    let rows = select.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
    for row in rows {
        let (counselor_id, name, desk, is_active): (i64, String, String, bool) = row?;
        let known = found.iter().position(|held| held.counselor_id == counselor_id && held.desk == desk);
        let place = known.unwrap_or_else(|| {
            found.push(BoardHeld { counselor_id, name, desk, n_active: 0, n_answered: 0 });
            found.len() - 1
        });
        let held = &mut found[place];
        if is_active { held.n_active += 1 } else { held.n_answered += 1 }
    }
    found.sort_by(|a, b| (&a.name, a.counselor_id, &a.desk).cmp(&(&b.name, b.counselor_id, &b.desk)));
    Ok(found)
}

/// The table's ends, and the first row from an id on with its time.
pub(in crate::store) struct Rows {
    ends: &'static str,
    from: &'static str,
}

const TEXTS: Rows = Rows {
    ends: "SELECT (SELECT min(id) FROM inbox), (SELECT max(id) FROM inbox)",
    from: "SELECT id, received_at FROM inbox WHERE id >= :id ORDER BY id LIMIT 1",
};
const CONVERSATIONS: Rows = Rows {
    ends: "SELECT (SELECT min(id) FROM conversation), (SELECT max(id) FROM conversation)",
    from: "SELECT id, opened_at FROM conversation WHERE id >= :id ORDER BY id LIMIT 1",
};
const SENT: Rows = Rows {
    ends: "SELECT (SELECT min(id) FROM outbox), (SELECT max(id) FROM outbox)",
    from: "SELECT id, created_at FROM outbox WHERE id >= :id ORDER BY id LIMIT 1",
};
pub(in crate::store) const EVENTS: Rows = Rows {
    ends: "SELECT (SELECT min(seq) FROM event), (SELECT max(seq) FROM event)",
    from: "SELECT seq, at FROM event WHERE seq >= :id ORDER BY seq LIMIT 1",
};

impl Rows {
    /// The ids of rows that were made from `from` until before `to`: the first, and the one after the last. Times follow ids,
    /// but for rows of nearly the same moment.
    pub(in crate::store) fn between(
        &self,
        conn: &Connection,
        from: UnixMs,
        to: UnixMs,
    ) -> Result<(i64, i64)> {
        let ends = conn.prepare_cached(self.ends)?.query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let (Some(first), Some(last)) = ends else {
            return Ok((0, 0));
        };
        let (first, last): (i64, i64) = (first, last);
        let begin = self.first_at(conn, (first, last + 1), from)?;
        Ok((begin, self.first_at(conn, (begin, last + 1), to)?))
    }

    /// The first id in the range whose row was made at `at` or later; the end of the range if there is none.
    fn first_at(&self, conn: &Connection, (mut low, mut high): (i64, i64), at: UnixMs) -> Result<i64> {
        let mut select = conn.prepare_cached(self.from)?;
        while low < high {
            let middle = low + (high - low) / 2;
            let (id, made_at): (i64, UnixMs) =
                select.query_row(named_params! { ":id": middle }, |r| Ok((r.get(0)?, r.get(1)?)))?;
            if made_at < at { low = id + 1 } else { high = middle }
        }
        Ok(low)
    }
}

/// Texts of our own duty phones are none of citizens.
fn texts(conn: &Connection, (from, to): (i64, i64)) -> Result<Vec<(String, UnixMs)>> {
    let mut select = conn.prepare_cached(
        "SELECT coalesce(v.desk, ''), i.received_at FROM inbox i LEFT JOIN conversation v ON v.id = i.conversation_id
         WHERE i.id >= :from AND i.id < :to AND i.purpose <> 'staff'",
    )?;
    let rows = select
        .query_map(named_params! { ":from": from, ":to": to }, |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

fn opened(
    conn: &Connection,
    (from, to): (i64, i64),
    (begin, end): (UnixMs, UnixMs),
) -> Result<Vec<BoardOpened>> {
    let first_replies = first_replies(conn, (begin, end))?;
    let mut select = conn.prepare_cached(
        "SELECT v.id, v.desk, v.opened_at, v.waiting_since_at IS NULL FROM conversation v
         WHERE v.id >= :from AND v.id < :to
           AND NOT EXISTS (SELECT 1 FROM duty_line d WHERE d.conversation_id = v.id)",
    )?;
    let opened = |r: &Row<'_>| {
        let replied_at = first_replies.get(&r.get(0)?).copied();
        Ok(BoardOpened { desk: r.get(1)?, at: r.get(2)?, replied_at, is_over: r.get(3)? })
    };
    let rows = select.query_map(named_params! { ":from": from, ":to": to }, opened)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn first_replies(conn: &Connection, (begin, end): (UnixMs, UnixMs)) -> Result<HashMap<i64, UnixMs>> {
    let sql = format!(
        "SELECT r.conversation_id, r.created_at FROM reply r WHERE r.created_at >= :begin AND r.created_at < :end
           AND EXISTS (SELECT 1 FROM outbox o WHERE o.reply_id = r.id AND {HAS_LEFT})"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let mut first: HashMap<i64, UnixMs> = HashMap::new();
    let rows =
        select.query_map(named_params! { ":begin": begin, ":end": end }, |r| Ok((r.get(0)?, r.get(1)?)))?;
    for row in rows {
        let (conversation, at): (i64, UnixMs) = row?;
        first.entry(conversation).and_modify(|known| *known = at.min(*known)).or_insert(at);
    }
    Ok(first)
}

/// From the text that brought the receipt until the carrier had it.
fn receipts(conn: &Connection, (from, to): (i64, i64)) -> Result<Vec<(String, i64)>> {
    let mut select = conn.prepare_cached(
        "SELECT coalesce(v.desk, ''), o.accepted_at - (SELECT max(i.received_at) FROM inbox i
                                         WHERE i.conversation_id = v.id AND i.received_at <= o.created_at)
         FROM outbox o LEFT JOIN conversation v ON v.id = o.conversation_id
         WHERE o.id >= :from AND o.id < :to AND o.notice = 'receipt' AND o.accepted_at IS NOT NULL",
    )?;
    let rows = select
        .query_map(named_params! { ":from": from, ":to": to }, |r| {
            Ok((r.get(0)?, r.get::<_, Option<i64>>(1)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rows.into_iter().filter_map(|(desk, took)| took.map(|took| (desk, took.max(0)))).collect())
}

/// The desk of a danger, and what was done about it, each with its time.
type StepsOfDanger = (String, Vec<(UnixMs, DangerStep)>);

/// What was done about the dangers that began there. The events of a day are few enough to be read through.
fn danger_steps(conn: &Connection, (from, to): (i64, i64)) -> Result<Vec<StepsOfDanger>> {
    let mut select = conn.prepare_cached(
        "SELECT e.conversation_id, v.desk, e.at, e.kind FROM event e JOIN conversation v ON v.id = e.conversation_id
         WHERE e.seq >= :from AND e.seq < :to
           AND (e.kind = 'urgent' OR e.kind = 'acked' OR e.kind = 'claimed' OR e.kind = 'replied'
                OR e.kind = 'answer_lost' OR e.kind = 'alarm_ended')
         ORDER BY e.seq",
    )?;
    let rows = select.query_map(named_params! { ":from": from, ":to": to }, |r| {
        Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
    })?;
    let mut all: BTreeMap<i64, StepsOfDanger> = BTreeMap::new();
    for row in rows {
        let (conversation, desk, at, kind): (i64, String, UnixMs, String) = row?;
        let step = match kind.as_str() {
            "urgent" => DangerStep::Rings,
            "replied" => DangerStep::Answered,
            "answer_lost" => DangerStep::AnswerLost,
            "alarm_ended" => DangerStep::Ended,
            _ => DangerStep::Acked,
        };
        all.entry(conversation).or_insert_with(|| (desk, Vec::new())).1.push((at, step));
    }
    let rang = |steps: &[(UnixMs, DangerStep)]| steps.iter().any(|(_, step)| *step == DangerStep::Rings);
    Ok(all.into_values().filter(|(_, steps)| rang(steps)).collect())
}
