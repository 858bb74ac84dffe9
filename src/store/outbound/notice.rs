//! Automatic texts: [`send`] is the only function that queues them; [`withdraw`] cancels those that have not left.

use std::collections::BTreeMap;

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::domain::bulletin::{added, is_carried_by};
use crate::domain::conversation::Conversation;
use crate::domain::notice::{Notice, NoticeText, Slot};
use crate::domain::outbound::OutboundEvent;
use crate::domain::policy::ServicePolicy;
use crate::domain::recipient::Recipient;
use crate::store::Result;
use crate::store::bulletin;
use crate::store::engine::row;
use crate::store::outbound::outbox::{self, NewOutbound};
use crate::store::outbound::transition::{Step, finish};

/// Queues an automatic text if this recipient may get it now ([`Recipient::may_be_told`]); returns whether it was
/// queued. No automatic text is written anywhere else.
pub(in crate::store) fn send(
    conn: &Connection,
    of: &Conversation,
    to: &Recipient,
    (notice, values): (Notice, &[(Slot, String)]),
    (policy, now): (&ServicePolicy, UnixMs),
) -> Result<bool> {
    // Our own staff hear nothing by itself on a duty phone, but where a person asks them.
    let is_staff = notice != Notice::Where && policy.alarm.staff(&of.citizen).is_some();
    if is_staff || !to.may_be_told(notice, now) {
        return Ok(false);
    }
    let Some(words) = policy.texts.say(notice, of.language, values) else {
        return Ok(false);
    };
    let words = with_bulletins(conn, of, words, (policy, now))?;
    let new = NewOutbound {
        conversation_id: of.id,
        reply_id: None,
        author_id: None,
        citizen: &of.citizen,
        from: policy.senders.answering(&of.our_number),
        kind: words.kind,
        text: &words.text,
        lane: notice.lane(),
        hold_ms: 0,
        notice: Some(notice),
    };
    outbox::insert(conn, &new, now, policy)?;
    Ok(true)
}

/// A receipt with the bulletins of its desk; any other text as it is.
fn with_bulletins(
    conn: &Connection,
    of: &Conversation,
    words: NoticeText,
    (policy, now): (&ServicePolicy, UnixMs),
) -> Result<NoticeText> {
    if !is_carried_by(words.notice) || of.is_danger() {
        return Ok(words);
    }
    let bulletins = bulletin::holding(conn, &of.desk, now)?;
    if bulletins.is_empty() {
        return Ok(words);
    }
    let zone = policy.desks.get_or_first(&of.desk).calendar.time_zone();
    let text = added(&words.text, &bulletins, (zone, of.language), &policy.texts);
    Ok(policy.texts.ready(words.notice, text).unwrap_or(words))
}

/// The time of the last text of each group in this conversation.
pub(in crate::store) fn last_told(
    conn: &Connection,
    conversation_id: i64,
) -> Result<BTreeMap<String, UnixMs>> {
    if conversation_id == 0 {
        return Ok(BTreeMap::new());
    }
    let mut select = conn.prepare_cached(
        "SELECT notice, created_at FROM outbox INDEXED BY outbox_notices
         WHERE conversation_id = :conversation AND notice IS NOT NULL
         ORDER BY id",
    )?;
    // Later rows replace earlier ones in the map.
    let rows = select
        .query_map(named_params! { ":conversation": conversation_id }, |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Cancels the automatic texts to this citizen that are `unwanted` and have surely not left.
pub(in crate::store) fn withdraw(
    conn: &Connection,
    of: &Conversation,
    unwanted: impl Fn(Notice) -> bool,
    (why, now): (&str, UnixMs),
) -> Result<()> {
    // The first condition on the state repeats that of the index `outbox_line`, so that SQLite uses it.
    let mut select = conn.prepare_cached(
        "SELECT id, state, notice FROM outbox
         WHERE citizen = :number
           AND (state = 'held' OR state = 'queued' OR state = 'sending' OR state = 'in_doubt') AND needs_person = 0
           AND state = 'queued' AND notice IS NOT NULL AND repeat_before_at IS NULL",
    )?;
    let rows = select.query_map(named_params! { ":number": of.citizen.reveal() }, |r| {
        Ok((r.get(0)?, row::outbound_state(r)?, r.get::<_, String>("notice")?))
    })?;
    for (id, state, group) in rows.collect::<rusqlite::Result<Vec<(i64, _, _)>>>()? {
        if Notice::of_group(&group).is_some_and(&unwanted) {
            let step = Step { id, from: state, event: OutboundEvent::Recalled, code: Some(why) };
            finish(conn, &step, now)?;
        }
    }
    Ok(())
}
