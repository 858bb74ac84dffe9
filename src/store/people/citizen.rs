//! Facts about a citizen beyond their texts: opt-out, restriction, last survey, preference.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::citizen::Citizen;
use crate::domain::conversation::Conversation;
use crate::domain::event::EventKind;
use crate::domain::opt_out::Wish;
use crate::domain::phone::PhoneNumber;
use crate::store::Result;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::outbound::notice;

/// Loads the facts about a citizen; the default if there are none.
pub(in crate::store) fn load(conn: &Connection, number: &PhoneNumber) -> Result<Citizen> {
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

/// Records an opt-out or opt-in that the citizen texted, and says so.
pub(in crate::store) fn wish(conn: &Connection, of: &Conversation, wish: Wish, now: UnixMs) -> Result<()> {
    let kind = if wish == Wish::OptOut { EventKind::OptedOut } else { EventKind::OptedIn };
    append_event(conn, now, NewEvent::about(kind, of.id))?;
    set_wish(conn, of, wish, (now, now))
}

/// Records an opt-out or opt-in as of a time: what they asked since may be answered. An opt-out cancels the automatic texts that have not left, except those that pass it
/// ([`Notice::passes_opt_out`](crate::domain::notice::Notice::passes_opt_out)).
pub(in crate::store) fn set_wish(
    conn: &Connection,
    of: &Conversation,
    wish: Wish,
    (since, now): (UnixMs, UnixMs),
) -> Result<()> {
    let opted_out_at = (wish == Wish::OptOut).then_some(since);
    conn.prepare_cached(
        "INSERT INTO citizen (number, opted_out_at) VALUES (:number, :at)
         ON CONFLICT (number) DO UPDATE SET opted_out_at = excluded.opted_out_at",
    )?
    .execute(named_params! { ":number": of.citizen.reveal(), ":at": opted_out_at })?;
    if wish == Wish::OptIn {
        return Ok(());
    }
    notice::withdraw(conn, of, |notice| !notice.passes_opt_out(), ("opted_out", now))
}

/// Records that the survey was sent.
pub(in crate::store) fn surveyed(conn: &Connection, number: &PhoneNumber, now: UnixMs) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO citizen (number, surveyed_at) VALUES (:number, :now)
         ON CONFLICT (number) DO UPDATE SET surveyed_at = excluded.surveyed_at",
    )?
    .execute(named_params! { ":number": number.reveal(), ":now": now })?;
    Ok(())
}

/// Restricts a citizen until a time, with a reason; `None` ends the restriction.
pub(in crate::store) fn restrict(
    conn: &Connection,
    number: &PhoneNumber,
    until: Option<(UnixMs, &str)>,
    by: Option<i64>,
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

/// Sets the citizen's preference; `None` clears it.
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
