//! What we know of a person beyond their texts: no automatic texts, no answers for a while, what they asked for.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::opt_out::Wish;
use crate::domain::outbound::OutboundEvent;
use crate::domain::phone::PhoneNumber;
use crate::store::Result;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append};
use crate::store::outbound::outbox;

/// A person, as far as it matters for what is sent to them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Citizen {
    pub opted_out_at: Option<UnixMs>,
    pub restricted_until_at: Option<UnixMs>,
    pub restriction_reason: Option<String>,
    pub surveyed_at: Option<UnixMs>,
    pub preference: Option<String>,
}

pub(in crate::store) fn of(conn: &Connection, number: &PhoneNumber) -> Result<Citizen> {
    let mut select = conn.prepare_cached(
        "SELECT opted_out_at, restricted_until_at, restriction_reason, surveyed_at, preference
         FROM citizen WHERE number = :number",
    )?;
    let citizen = |r: &Row<'_>| {
        Ok(Citizen {
            opted_out_at: r.get("opted_out_at")?,
            restricted_until_at: r.get("restricted_until_at")?,
            restriction_reason: r.get("restriction_reason")?,
            surveyed_at: r.get("surveyed_at")?,
            preference: r.get("preference")?,
        })
    };
    Ok(select
        .query_row(named_params! { ":number": number.reveal() }, citizen)
        .optional()?
        .unwrap_or_default())
}

/// Their wish is honoured from now on; what waits to leave by itself does not leave any more.
pub(in crate::store) fn wish(
    conn: &Connection,
    number: &PhoneNumber,
    wish: Wish,
    conversation_id: i64,
    now: UnixMs,
) -> Result<()> {
    let opted_out_at = (wish == Wish::OptOut).then_some(now);
    conn.prepare_cached(
        "INSERT INTO citizen (number, opted_out_at) VALUES (:number, :at)
         ON CONFLICT (number) DO UPDATE SET opted_out_at = excluded.opted_out_at",
    )?
    .execute(named_params! { ":number": number.reveal(), ":at": opted_out_at })?;
    let kind = if opted_out_at.is_some() { "opted_out" } else { "opted_in" };
    append(conn, now, NewEvent { kind, conversation_id: Some(conversation_id), ..NewEvent::default() })?;
    if wish == Wish::OptIn {
        return Ok(());
    }
    let mut select = conn.prepare_cached(
        "SELECT id, state FROM outbox
         WHERE citizen = :number AND state IN ('held', 'queued', 'sending', 'in_doubt') AND needs_person = 0
           AND state = 'queued' AND notice IS NOT NULL AND repeat_before_at IS NULL",
    )?;
    let rows = select.query_map(named_params! { ":number": number.reveal() }, |r| {
        Ok((r.get(0)?, row::outbound_state(r)?))
    })?;
    for (id, state) in rows.collect::<rusqlite::Result<Vec<(i64, _)>>>()? {
        outbox::finish(conn, id, state, OutboundEvent::Recalled, Some("opted_out"), now)?;
    }
    Ok(())
}

/// They were asked how it was.
pub(in crate::store) fn surveyed(conn: &Connection, number: &PhoneNumber, now: UnixMs) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO citizen (number, surveyed_at) VALUES (:number, :now)
         ON CONFLICT (number) DO UPDATE SET surveyed_at = excluded.surveyed_at",
    )?
    .execute(named_params! { ":number": number.reveal(), ":now": now })?;
    Ok(())
}

/// Not answered until then; `None` ends it.
pub(in crate::store) fn restrict(
    conn: &Connection,
    number: &PhoneNumber,
    until: Option<(UnixMs, &str)>,
    by: i64,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO citizen (number, restricted_until_at, restriction_reason, restricted_by)
         VALUES (:number, :until, :reason, :by)
         ON CONFLICT (number) DO UPDATE
         SET restricted_until_at = excluded.restricted_until_at, restriction_reason = excluded.restriction_reason,
             restricted_by = excluded.restricted_by",
    )?
    .execute(named_params! {
        ":number": number.reveal(), ":until": until.map(|u| u.0), ":reason": until.map(|u| u.1), ":by": by,
    })?;
    Ok(())
}

pub(in crate::store) fn prefer(
    conn: &Connection,
    number: &PhoneNumber,
    preference: Option<&str>,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO citizen (number, preference) VALUES (:number, :preference)
         ON CONFLICT (number) DO UPDATE SET preference = excluded.preference",
    )?
    .execute(named_params! { ":number": number.reveal(), ":preference": preference })?;
    Ok(())
}
