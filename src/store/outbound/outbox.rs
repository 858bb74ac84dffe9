//! Rows of texts to citizens: writing and reading them. `transition` changes their state; `lease` hands them out.

use rusqlite::{Connection, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::key_mark::{KeyMark, marked};
use crate::domain::notice::Notice;
use crate::domain::outbound::{Lane, OutboundKind, OutboundState, OutboundText};
use crate::domain::phone::PhoneNumber;
use crate::domain::policy::ServicePolicy;
use crate::store::engine::row;
use crate::store::{Result, StoreError};

/// A text to be inserted.
pub(in crate::store) struct NewOutbound<'a> {
    pub conversation_id: i64,
    pub reply_id: Option<i64>,
    pub author_id: Option<i64>,
    pub citizen: &'a PhoneNumber,
    pub from: &'a PhoneNumber,
    pub kind: OutboundKind,
    pub text: &'a str,
    pub lane: Lane,
    /// So long it can be taken back (milliseconds).
    pub hold_ms: i64,
    /// Only for an automatic text.
    pub notice: Option<Notice>,
}

/// That a text `o` left, or still may ([`OutboundState::has_stayed`]).
pub(in crate::store) const HAS_LEFT: &str =
    "o.state <> 'cancelled' AND o.state <> 'failed' AND o.state <> 'expired'";

/// The state of a new text.
pub(in crate::store) fn first_state(hold_ms: i64) -> OutboundState {
    if hold_ms > 0 { OutboundState::Held } else { OutboundState::Queued }
}

pub(in crate::store) fn insert(
    conn: &Connection,
    new: &NewOutbound<'_>,
    now: UnixMs,
    policy: &ServicePolicy,
) -> Result<i64> {
    let state = first_state(new.hold_ms);
    let mut insert = conn.prepare_cached(
        "INSERT INTO outbox (client_key, conversation_id, reply_id, author_id, citizen, from_number, kind, text, lane,
                             notice, state, created_at, next_attempt_at, expires_at)
         VALUES (:key, :conversation, :reply, :author, :citizen, :from, :kind, :text, :lane,
                 :notice, :state, :now, :next, :expires)",
    )?;
    let key = marked(rand::random(), mark(new));
    let params = named_params! {
        ":key": key.as_str(),
        ":conversation": new.conversation_id,
        ":reply": new.reply_id,
        ":author": new.author_id,
        ":citizen": new.citizen.reveal(),
        ":from": new.from.reveal(),
        ":kind": new.kind.as_str(),
        ":text": new.text,
        ":lane": new.lane.as_i64(),
        ":notice": new.notice.map(Notice::group),
        ":state": state.as_str(),
        ":now": now,
        ":next": now + new.hold_ms,
        ":expires": now + policy.time_to_live_ms,
    };
    Ok(insert.insert(params)?)
}

/// What its key says that it is for. Only a duty phone gets a text that is neither an answer nor a notice.
fn mark(new: &NewOutbound<'_>) -> KeyMark {
    match new.notice {
        Some(notice) => KeyMark::notice(notice.group()).unwrap_or(KeyMark::Answer),
        None if new.reply_id.is_none() => KeyMark::Duty,
        None => KeyMark::Answer,
    }
}

/// Reads a text without its photos (`Store::photos_of`). The first attempt of a text that was never tried is `now`.
pub(in crate::store) fn read_outbound(r: &Row<'_>, now: UnixMs) -> rusqlite::Result<OutboundText> {
    Ok(OutboundText {
        id: r.get("id")?,
        key: row::client_key(r)?,
        citizen: row::phone(r, "citizen")?,
        from: row::phone(r, "from_number")?,
        kind: row::outbound_kind(r)?,
        text: row::text(r)?,
        photos: Vec::new(),
        attempt: r.get("n_attempts")?,
        first_attempt_at: r.get::<_, Option<UnixMs>>("first_attempt_at")?.unwrap_or(now),
        expires_at: r.get("expires_at")?,
    })
}

/// The state of a text and its number of attempts.
pub(in crate::store) fn state_and_attempts(conn: &Connection, id: i64) -> Result<(OutboundState, u32)> {
    let mut select = conn.prepare_cached("SELECT state, n_attempts FROM outbox WHERE id = :id")?;
    Ok(select
        .query_row(named_params! { ":id": id }, |r| Ok((row::outbound_state(r)?, r.get("n_attempts")?)))?)
}

/// `Conflict` unless a guarded change hit exactly one row.
pub(in crate::store) fn one_row(n: usize) -> Result<()> {
    if n == 1 { Ok(()) } else { Err(StoreError::Conflict("somebody else changed it".into())) }
}

/// The conversation of a text.
pub(in crate::store) fn conversation_of(conn: &Connection, id: i64) -> Result<i64> {
    let sql = "SELECT conversation_id FROM outbox WHERE id = :id";
    Ok(conn.query_row(sql, named_params! { ":id": id }, |r| r.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same rule in SQL and in the domain.
    #[test]
    fn what_has_left_is_what_has_not_stayed() {
        let conn = Connection::open_in_memory().unwrap();
        let sql = format!("SELECT {HAS_LEFT} FROM (SELECT ?1 AS state) o");
        for state in OutboundState::ALL {
            let has_left: bool = conn.query_row(&sql, [state.as_str()], |r| r.get(0)).unwrap();
            assert_eq!(has_left, !state.has_stayed(), "{state:?}");
        }
    }
}
