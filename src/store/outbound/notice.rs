//! Automatic texts: writing them into the line, and what was said before.

use std::collections::BTreeMap;

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::domain::notice::NoticeText;
use crate::domain::phone::PhoneNumber;
use crate::store::Result;
use crate::store::outbound::outbox::{self, NewOutbound, SendPolicy};

/// To whom, and in which conversation.
pub(in crate::store) struct Addressee<'a> {
    pub conversation_id: i64,
    pub citizen: &'a PhoneNumber,
    pub our_number: &'a PhoneNumber,
}

/// Puts an automatic text in line. Whether it may be said is the caller's to ask (`domain::arrival::may_say`).
pub(in crate::store) fn write(
    conn: &Connection,
    to: &Addressee<'_>,
    notice: &NoticeText,
    now: UnixMs,
    send: &SendPolicy,
) -> Result<i64> {
    let new = NewOutbound {
        conversation_id: to.conversation_id,
        reply_id: None,
        author_id: None,
        citizen: to.citizen,
        from: send.senders.answering(to.our_number),
        kind: notice.kind,
        text: &notice.text,
        lane: notice.notice.lane(),
        notice: Some(notice.notice),
    };
    outbox::insert(conn, &new, now, send)
}

/// When a text of each group was last written in this conversation.
pub(in crate::store) fn said(conn: &Connection, conversation_id: i64) -> Result<BTreeMap<String, UnixMs>> {
    let mut select = conn.prepare_cached(
        "SELECT notice, created_at FROM outbox INDEXED BY outbox_notices
         WHERE conversation_id = :conversation AND notice IS NOT NULL
         ORDER BY id",
    )?;
    // The later ones take the place of those before.
    let rows = select
        .query_map(named_params! { ":conversation": conversation_id }, |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
