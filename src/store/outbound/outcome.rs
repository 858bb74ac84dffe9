//! Outcomes of submissions: what the sender reports of a try, and texts that their writer takes back.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::mass_answer::{Recall, recall};
use crate::domain::opt_out::Wish;
use crate::domain::outbound::{
    ClientKey, OutboundEvent, OutboundState, OutboundText, UNEXPLAINED_REPEAT, may_be_repeated, next,
};
use crate::store::conversation::row;
use crate::store::conversation::row::load;
use crate::store::engine;
use crate::store::outbound::held::take_back_rest;
use crate::store::outbound::outbox::{conversation_of, one_row, state_and_attempts};
use crate::store::outbound::receipt;
use crate::store::outbound::settle::GIVEN_UP;
use crate::store::outbound::transition::{Step, append_state_event, finish, wait_until};
use crate::store::people::citizen;
use crate::store::{Result, Store, StoreError};

/// The outcome of one try to submit a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Accepted {
        carrier_message_id: Option<String>,
    },
    /// The carrier says that it had the text before. Counts as `Accepted` where that can be, else as `NoAnswer`.
    Repeated {
        carrier_message_id: Option<String>,
        ask_at: UnixMs,
    },
    /// The carrier surely has not taken it. It may leave again at `retry_at`.
    NotTaken {
        retry_at: UnixMs,
        code: Option<String>,
    },
    Rejected {
        code: Option<String>,
    },
    /// Refused for good, because the citizen has stopped our texts at the carrier: they are marked as opted out.
    Blocked {
        code: Option<String>,
    },
    /// The carrier may have taken it. It is asked at `ask_at`.
    NoAnswer {
        ask_at: UnixMs,
        code: Option<String>,
    },
}

impl Store {
    /// Records how a try ended. `Accepted` counts whenever it comes, because the text must not leave again. Any other
    /// outcome changes nothing if it comes too late: a receipt or the rescuer was faster.
    pub async fn record_outcome(&self, text: &OutboundText, outcome: Outcome, now: UnixMs) -> Result<()> {
        let (id, attempt) = (text.id, text.attempt);
        let recorded = self.write(move |conn| {
            if let Outcome::Accepted { carrier_message_id } = &outcome
                && accept_sent(conn, (id, attempt), carrier_message_id.as_deref(), now)?
            {
                return Ok(());
            }
            let (state, n_attempts) = state_and_attempts(conn, id)?;
            let is_ours = state == OutboundState::Sending && n_attempts == attempt;
            let step = |event, code| Step { id, from: state, event, code };
            match &checked(conn, id, outcome.clone())? {
                Outcome::Accepted { carrier_message_id } if next(state, OutboundEvent::Accepted).is_ok() => {
                    accept(conn, id, state, carrier_message_id.as_deref(), now)
                }
                Outcome::Accepted { carrier_message_id } => {
                    keep_carrier_id(conn, id, carrier_message_id.as_deref(), now)
                }
                // `checked` leaves none.
                Outcome::Repeated { .. } => Ok(()),
                _ if !is_ours => Ok(()),
                Outcome::NotTaken { retry_at, code } => {
                    wait_until(conn, &step(OutboundEvent::NotTaken, code.as_deref()), *retry_at, now)
                }
                Outcome::NoAnswer { ask_at, code } => {
                    wait_until(conn, &step(OutboundEvent::NoAnswer, code.as_deref()), *ask_at, now)
                }
                Outcome::Rejected { code } => {
                    finish(conn, &step(OutboundEvent::Rejected, code.as_deref()), now)
                }
                Outcome::Blocked { code } => {
                    finish(conn, &step(OutboundEvent::Rejected, code.as_deref()), now)?;
                    let to = row::load(conn, conversation_of(conn, id)?)?;
                    citizen::wish(conn, &to, Wish::OptOut, now)
                }
            }
        });
        recorded.await?;
        self.hints().text_out.notify_one();
        Ok(())
    }

    /// The carrier says by itself that it has the texts under these keys: an answer of its own may be lost, or still to come.
    /// Counts for texts that were submitted to it and whose result is not known; returns how many were accepted by that.
    pub async fn record_taken(
        &self,
        carrier: &'static str,
        keys: Vec<ClientKey>,
        now: UnixMs,
    ) -> Result<usize> {
        let n = self.write(move |conn| {
            let mut n = 0;
            for key in &keys {
                if let Some((id, state)) = submitted(conn, carrier, key)?
                    && next(state, OutboundEvent::Accepted).is_ok()
                {
                    accept(conn, id, state, None, now)?;
                    n += 1;
                }
            }
            Ok(n)
        });
        let n = n.await?;
        if n > 0 {
            self.hints().text_out.notify_one();
        }
        Ok(n)
    }

    /// Takes back an answer that the actor wrote, all its texts that have not left; it is their draft again. Says what became of the
    /// text: one that had stayed here before is left as it is. `NotFound` if somebody else wrote it.
    pub async fn recall(&self, id: i64, actor: &Actor, now: UnixMs) -> Result<Recall> {
        let (log, me) = (self.access_log(actor), actor.id());
        let recalled = self.write(move |conn| {
            let (state, _) = state_and_attempts(conn, id)?;
            let sql = "SELECT author_id, repeat_before_at IS NOT NULL OR code IS :given_up, conversation_id, citizen
                       FROM outbox WHERE id = :id";
            let found = conn.query_row(sql, named_params! { ":id": id, ":given_up": GIVEN_UP }, |r| {
                Ok(((r.get(0)?, r.get(1)?), (r.get(2)?, engine::row::phone(r, "citizen")?)))
            });
            let ((author_id, may_have_left), (of, citizen)): ((Option<i64>, bool), _) = found?;
            if author_id.is_none() || author_id != me {
                return Err(StoreError::NotFound);
            }
            // An earlier try may have left, whatever the text is now.
            let outcome = if may_have_left { Recall::AlreadyLeft } else { recall(&[(state, false)]) };
            if outcome != Recall::Recalled {
                return Ok(outcome);
            }
            finish(conn, &Step { id, from: state, event: OutboundEvent::Recalled, code: None }, now)?;
            take_back_rest(conn, (id, &load(conn, of)?), now)?;
            log.change(conn, (of, &citizen), ("recall", Some(id)), now)?;
            Ok(outcome)
        });
        let outcome = recalled.await?;
        self.hints().text_out.notify_one();
        Ok(outcome)
    }
}

/// What the carrier's word that it had the text before is worth.
fn checked(conn: &Connection, id: i64, outcome: Outcome) -> Result<Outcome> {
    let Outcome::Repeated { carrier_message_id, ask_at } = outcome else {
        return Ok(outcome);
    };
    let sql = "SELECT n_questions FROM outbox WHERE id = :id";
    let n_questions: u32 =
        conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |row| row.get(0))?;
    Ok(match may_be_repeated(n_questions) {
        true => Outcome::Accepted { carrier_message_id },
        false => Outcome::NoAnswer { ask_at, code: Some(UNEXPLAINED_REPEAT.to_owned()) },
    })
}

/// Id and state of the text with this key, if it was ever submitted to this carrier.
fn submitted(conn: &Connection, carrier: &str, key: &ClientKey) -> Result<Option<(i64, OutboundState)>> {
    let sql =
        "SELECT id, state FROM outbox WHERE client_key = :key AND carrier = :carrier AND n_attempts > 0";
    let of = named_params! { ":key": key.as_str(), ":carrier": carrier };
    let read = |r: &Row<'_>| Ok((r.get("id")?, engine::row::outbound_state(r)?));
    Ok(conn.prepare_cached(sql)?.query_row(of, read).optional()?)
}

/// The usual end of a try: the text is still `sending`, and it is this try that the carrier accepted. `false` if not.
fn accept_sent(
    conn: &Connection,
    (id, attempt): (i64, u32),
    carrier_message_id: Option<&str>,
    now: UnixMs,
) -> Result<bool> {
    let from = OutboundState::Sending;
    let guard = "id = :id AND state = :from AND n_attempts = :attempt";
    let of = named_params! {
        ":to": next(from, OutboundEvent::Accepted).unwrap_or(from).as_str(), ":now": now,
        ":carrier_id": carrier_message_id, ":id": id, ":from": from.as_str(), ":attempt": attempt,
    };
    if conn.prepare_cached(&format!("{ACCEPT} WHERE {guard}"))?.execute(of)? != 1 {
        return Ok(false);
    }
    append_state_event(conn, id, OutboundState::Accepted, now)?;
    receipt::apply_waiting(conn, id, now)?;
    Ok(true)
}

const ACCEPT: &str = "UPDATE outbox
    SET state = :to, lease_until_at = NULL, needs_person = 0, accepted_at = :now, next_attempt_at = :now,
        carrier_message_id = coalesce(:carrier_id, carrier_message_id)";

/// Moves a text to `accepted` and applies the receipts that came before.
pub(in crate::store) fn accept(
    conn: &Connection,
    id: i64,
    from: OutboundState,
    carrier_message_id: Option<&str>,
    now: UnixMs,
) -> Result<()> {
    let to = Step { id, from, event: OutboundEvent::Accepted, code: None }.target()?;
    let of = named_params! {
        ":to": to.as_str(), ":now": now, ":carrier_id": carrier_message_id, ":id": id, ":from": from.as_str(),
    };
    one_row(conn.prepare_cached(&format!("{ACCEPT} WHERE id = :id AND state = :from"))?.execute(of)?)?;
    append_state_event(conn, id, to, now)?;
    receipt::apply_waiting(conn, id, now)
}

/// Keeps the carrier's id of a text whose row has moved on meanwhile. Nothing else in such an answer is new.
fn keep_carrier_id(conn: &Connection, id: i64, carrier_id: Option<&str>, now: UnixMs) -> Result<()> {
    let n = conn
        .prepare_cached(
            "UPDATE outbox SET carrier_message_id = :carrier_id
             WHERE id = :id AND carrier_message_id IS NULL AND :carrier_id IS NOT NULL",
        )?
        .execute(named_params! { ":carrier_id": carrier_id, ":id": id })?;
    if n == 1 { receipt::apply_waiting(conn, id, now) } else { Ok(()) }
}
