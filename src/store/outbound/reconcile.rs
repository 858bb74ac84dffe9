//! Texts in doubt: their sender died or got no answer. They are never simply sent again: the carrier is asked, and if it
//! cannot tell, a person decides.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::domain::UnixMs;
use crate::domain::event::EventKind;
use crate::domain::outbound::{OutboundEvent, OutboundState, OutboundText, UNEXPLAINED_REPEAT, next};
use crate::domain::retry::{ABSENCES_APART_MS, ABSENCES_NEEDED};
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::outbound::outbox::{read_outbound, state_and_attempts};
use crate::store::outbound::outcome::accept;
use crate::store::outbound::transition::{Step, finish, wait_until};
use crate::store::{Result, Store};

/// A text in doubt, to be looked up at its carrier.
#[derive(Debug, Clone)]
pub struct InDoubt {
    pub text: OutboundText,
    /// The carrier that may have it.
    pub carrier: String,
    /// How often the carrier was asked before.
    pub n_questions: u32,
    /// The carrier said that it had the text before, which cannot be: sending it again would prove nothing.
    pub is_contradicted: bool,
}

/// An accepted text without a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreceipted {
    pub id: i64,
    pub carrier: String,
    pub carrier_message_id: Option<String>,
    pub accepted_at: UnixMs,
}

/// Result of asking the carrier about a text in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookupResult {
    Found {
        carrier_message_id: String,
    },
    /// Candidates by number, words and time. The first that belongs to no other text is it; if all belong to others,
    /// the result is `AbsentUnproved`.
    OneOf {
        carrier_message_ids: Vec<String>,
    },
    Absent,
    /// The carrier does not list it, which proves nothing: only a person may send it again.
    AbsentUnproved,
    /// Until `before`, sending it again with the same key cannot double it.
    Repeatable {
        before: UnixMs,
    },
    CannotTell,
    /// The carrier could not be asked; ask again at `ask_at`.
    NotReached {
        ask_at: UnixMs,
    },
    /// The carrier wants to be asked later, at `ask_at`. It does not count as asked.
    Postponed {
        ask_at: UnixMs,
    },
}

impl LookupResult {
    /// For the log.
    pub fn word(&self) -> &'static str {
        match self {
            LookupResult::Found { .. } => "found",
            LookupResult::OneOf { .. } => "one of several",
            LookupResult::Absent => "absent",
            LookupResult::AbsentUnproved => "absent, unproved",
            LookupResult::Repeatable { .. } => "repeatable",
            LookupResult::CannotTell => "cannot tell",
            LookupResult::NotReached { .. } => "not reached",
            LookupResult::Postponed { .. } => "postponed",
        }
    }
}

impl Store {
    /// Puts texts in doubt whose lease has run out; with `all`, every leased text, for a daemon that has just started.
    /// Returns how many.
    pub async fn rescue(&self, all: bool, now: UnixMs) -> Result<usize> {
        let until = if all { UnixMs::MAX } else { now };
        let any = move |conn: &Connection| -> Result<bool> {
            let sql =
                "SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'sending' AND lease_until_at <= :until)";
            Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":until": until }, |row| row.get(0))?)
        };
        if !self.look_up(any).await? {
            return Ok(0);
        }
        self.write(move |conn| {
            let to = next(OutboundState::Sending, OutboundEvent::NoAnswer).unwrap_or(OutboundState::InDoubt);
            // An INSERT of no rows into an AUTOINCREMENT table still writes.
            if !any(conn)? {
                return Ok(0);
            }
            let of = named_params! { ":to": to.as_str(), ":until": until, ":now": now };
            conn.prepare_cached(
                "INSERT INTO event (at, kind, conversation_id, message_id, detail)
                 SELECT :now, 'message', conversation_id, id, :to FROM outbox
                 WHERE state = 'sending' AND lease_until_at <= :until",
            )?
            .execute(of)?;
            let n = conn
                .prepare_cached(
                    "UPDATE outbox SET state = :to, lease_until_at = NULL, next_attempt_at = :now, n_absent = 0
                     WHERE state = 'sending' AND lease_until_at <= :until",
                )?
                .execute(of)?;
            Ok(n)
        })
        .await
    }

    /// Texts in doubt that the carrier may be asked about now: those to citizens in danger first, then in order of their time.
    pub async fn in_doubt_due(&self, limit: u32, now: UnixMs) -> Result<Vec<InDoubt>> {
        self.look_up(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT id, client_key, citizen, from_number, text, n_attempts, first_attempt_at, expires_at, n_questions, carrier, code,
                        CASE WHEN EXISTS (SELECT 1 FROM photo WHERE photo.outbox_id = outbox.id) THEN 'mms' ELSE outbox.kind END AS kind,
                        EXISTS (SELECT 1 FROM conversation v
                                WHERE v.id = outbox.conversation_id AND v.danger IS NOT NULL) AS is_danger
                 FROM outbox WHERE state = 'in_doubt' AND needs_person = 0 AND next_attempt_at <= :now
                 ORDER BY next_attempt_at LIMIT :limit",
            )?;
            let rows = select.query_map(named_params! { ":now": now, ":limit": limit }, |r| {
                let text = read_outbound(r, now)?;
                let code: Option<String> = r.get("code")?;
                let doubt = InDoubt {
                    text,
                    carrier: r.get("carrier")?,
                    n_questions: r.get("n_questions")?,
                    is_contradicted: code.as_deref() == Some(UNEXPLAINED_REPEAT),
                };
                Ok((r.get::<_, bool>("is_danger")?, doubt))
            })?;
            let mut all: Vec<(bool, InDoubt)> = rows.collect::<rusqlite::Result<_>>()?;
            all.sort_by_key(|(is_danger, _)| !is_danger);
            Ok(all.into_iter().map(|(_, doubt)| doubt).collect())
        })
        .await
    }

    /// Records a look-up of a text in doubt. A text that has moved on meanwhile is left alone, except that `Found` also
    /// stops a text that was queued to leave again.
    pub async fn record_lookup(&self, id: i64, result: LookupResult, now: UnixMs) -> Result<()> {
        let recorded = self.write(move |conn| {
            let (state, n_attempts) = state_and_attempts(conn, id)?;
            let result = first_free_candidate(conn, id, result.clone())?;
            if let LookupResult::Found { carrier_message_id } = &result
                && n_attempts > 0
                && next(state, OutboundEvent::Accepted).is_ok()
            {
                count_question(conn, id)?;
                return accept(conn, id, state, Some(carrier_message_id), now);
            }
            if state != OutboundState::InDoubt {
                return Ok(());
            }
            if let LookupResult::Postponed { ask_at } = result {
                return ask_at_time(conn, id, ask_at);
            }
            count_question(conn, id)?;
            match result {
                LookupResult::Found { .. } | LookupResult::OneOf { .. } => Ok(()),
                LookupResult::Absent => absent(conn, id, true, now),
                LookupResult::AbsentUnproved => absent(conn, id, false, now),
                LookupResult::Repeatable { before } => repeat(conn, id, Some(before), now),
                LookupResult::CannotTell => ask_a_person(conn, id, now),
                LookupResult::NotReached { ask_at } | LookupResult::Postponed { ask_at } => {
                    ask_at_time(conn, id, ask_at)
                }
            }
        });
        recorded.await?;
        self.hints().text_out.notify_one();
        Ok(())
    }

    /// Accepted texts that were accepted, or last asked about, before `before`, oldest first; of one carrier or of all.
    pub async fn unreceipted(
        &self,
        carrier: Option<&'static str>,
        before: UnixMs,
        limit: u32,
    ) -> Result<Vec<Unreceipted>> {
        self.look_up(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT id, carrier, carrier_message_id, accepted_at FROM outbox
                 WHERE state = 'accepted' AND next_attempt_at <= :before AND (:carrier IS NULL OR carrier = :carrier)
                 ORDER BY next_attempt_at LIMIT :limit",
            )?;
            let found = select.query_map(named_params! { ":before": before, ":limit": limit, ":carrier": carrier }, |r| {
                Ok(Unreceipted {
                    id: r.get(0)?,
                    carrier: r.get(1)?,
                    carrier_message_id: r.get(2)?,
                    accepted_at: r.get(3)?,
                })
            })?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Records that the carrier has no receipt yet: it is asked again at `ask_at`; `None` makes the text `unconfirmed`.
    pub async fn no_receipt_yet(&self, id: i64, ask_at: Option<UnixMs>, now: UnixMs) -> Result<()> {
        self.write(move |conn| {
            let (state, _) = state_and_attempts(conn, id)?;
            match ask_at {
                _ if state != OutboundState::Accepted => Ok(()),
                Some(at) => ask_at_time(conn, id, at),
                None => {
                    finish(conn, &Step { id, from: state, event: OutboundEvent::NoReceipt, code: None }, now)
                }
            }
        })
        .await
    }
}

/// Resolves `OneOf` to the first candidate that belongs to no other text.
fn first_free_candidate(conn: &Connection, id: i64, result: LookupResult) -> Result<LookupResult> {
    let LookupResult::OneOf { carrier_message_ids } = result else {
        return Ok(result);
    };
    let sql = "SELECT EXISTS (SELECT 1 FROM outbox me, outbox other INDEXED BY outbox_by_carrier_id
               WHERE me.id = :id AND other.carrier = me.carrier AND other.carrier_message_id = :it AND other.id <> :id)";
    let mut taken = conn.prepare_cached(sql)?;
    for carrier_message_id in carrier_message_ids {
        let of = named_params! { ":id": id, ":it": carrier_message_id };
        if !taken.query_row(of, |row| row.get::<_, bool>(0))? {
            return Ok(LookupResult::Found { carrier_message_id });
        }
    }
    // A match by number, words and time proves nothing.
    Ok(LookupResult::AbsentUnproved)
}

fn count_question(conn: &Connection, id: i64) -> Result<()> {
    conn.prepare_cached("UPDATE outbox SET n_questions = n_questions + 1 WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    Ok(())
}

fn absent(conn: &Connection, id: i64, is_proof: bool, now: UnixMs) -> Result<()> {
    // Look-ups that ran at the same time count once.
    let sql = "UPDATE outbox SET n_absent = n_absent + 1, next_attempt_at = :next
               WHERE id = :id AND (n_absent = 0 OR next_attempt_at <= :now) RETURNING n_absent";
    let params = named_params! { ":next": now + ABSENCES_APART_MS, ":now": now, ":id": id };
    let n_absent: Option<u32> = conn.prepare_cached(sql)?.query_row(params, |row| row.get(0)).optional()?;
    match n_absent {
        Some(n) if n >= ABSENCES_NEEDED && is_proof => repeat(conn, id, None, now),
        Some(n) if n >= ABSENCES_NEEDED => ask_a_person(conn, id, now),
        _ => Ok(()),
    }
}

/// Queues a text again with the same key. If it may have left and is too old to repeat, a person has to decide.
fn repeat(conn: &Connection, id: i64, before: Option<UnixMs>, now: UnixMs) -> Result<()> {
    let sql = "SELECT expires_at FROM outbox WHERE id = :id";
    let expires_at: UnixMs =
        conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |row| row.get(0))?;
    if before.is_some_and(|before| before <= now || expires_at <= now) {
        return ask_a_person(conn, id, now);
    }
    let step = Step { id, from: OutboundState::InDoubt, event: OutboundEvent::SurelyAbsent, code: None };
    wait_until(conn, &step, now, now)?;
    conn.prepare_cached("UPDATE outbox SET repeat_before_at = :before WHERE id = :id")?
        .execute(named_params! { ":before": before, ":id": id })?;
    Ok(())
}

/// Marks a text in doubt for a decision by a person; supervisors see the event.
pub(in crate::store) fn ask_a_person(conn: &Connection, id: i64, now: UnixMs) -> Result<()> {
    let sql =
        "UPDATE outbox SET needs_person = 1 WHERE id = :id AND needs_person = 0 RETURNING conversation_id";
    let asked = conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |row| row.get(0));
    let Some(conversation_id) = asked.optional()? else {
        return Ok(());
    };
    let event =
        NewEvent { message_id: Some(id), ..NewEvent::about(EventKind::NeedsDecision, conversation_id) };
    append_event(conn, now, event)
}

fn ask_at_time(conn: &Connection, id: i64, at: UnixMs) -> Result<()> {
    conn.prepare_cached("UPDATE outbox SET next_attempt_at = :at WHERE id = :id")?
        .execute(named_params! { ":at": at, ":id": id })?;
    Ok(())
}
