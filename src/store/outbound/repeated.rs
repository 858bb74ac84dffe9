//! Whether a reply was written before: under the same key, or by the same author in the same words, since the citizen wrote last.
//! Programs on several machines share no keys, and the same words without a new text of the citizen are nearly always a
//! repeat by accident.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::outbound::OutboundState;
use crate::domain::refusal::Refusal;
use crate::domain::text::whole;
use crate::store::conversation::messages::of_reply;
use crate::store::engine::row;
use crate::store::outbound::new_reply::{NewReply, WrittenReply};
use crate::store::{Decided, Result, photo};

/// The reply that `new` repeats, if there is one. Called in the transaction that would write it.
pub(super) fn written_before(
    conn: &Connection,
    author: i64,
    new: &NewReply,
) -> Result<Option<Decided<WrittenReply>>> {
    let sql =
        "SELECT id, request_digest FROM reply WHERE counselor_id = :counselor AND idempotency_key = :key";
    let of = named_params! { ":counselor": author, ":key": new.idempotency_key };
    let found = conn.prepare_cached(sql)?.query_row(of, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let same_words = found.is_none();
    let reply_id = match found {
        Some((reply_id, digest)) => {
            let digest: Vec<u8> = digest;
            if digest != new.request_digest {
                return Ok(Some(Err(Refusal::KeyReused)));
            }
            reply_id
        }
        None => match in_the_same_words(conn, author, new)? {
            Some(reply_id) => reply_id,
            None => return Ok(None),
        },
    };
    Ok(Some(Ok(WrittenReply { reply_id, repeated: true, same_words, messages: of_reply(conn, reply_id)? })))
}

/// One text of an earlier reply.
struct Part {
    id: i64,
    reply_id: i64,
    text: String,
    state: OutboundState,
}

/// The newest reply of the author's in the conversation with the same text and photos, written after the citizen's last text, of
/// which every text has reached the citizen or still may.
fn in_the_same_words(conn: &Connection, author: i64, new: &NewReply) -> Result<Option<i64>> {
    if new.again || new.pieces.is_empty() {
        return Ok(None);
    }
    let wanted = whole(new.pieces.iter().map(|(_, text)| text.as_str()));
    let all = since_the_last_text(conn, author, new.conversation_id)?;
    for of_one in all.chunk_by(|a, b| a.reply_id == b.reply_id).rev() {
        let is_lost = |part: &Part| part.state.has_stayed() || part.state == OutboundState::Undelivered;
        let is_same = whole(of_one.iter().map(|part| part.text.as_str())) == wanted;
        let Some(first) = of_one.first().filter(|_| is_same && !of_one.iter().any(is_lost)) else {
            continue;
        };
        let photos = new.photos.as_ref().map_or(&[][..], |photos| &photos.ids);
        if photo::are_attached(conn, first.id, photos)? {
            return Ok(Some(first.reply_id));
        }
    }
    Ok(None)
}

/// The texts of the author's replies that were written after the citizen's last text was put into the conversation, in their order.
fn since_the_last_text(conn: &Connection, author: i64, conversation_id: i64) -> Result<Vec<Part>> {
    let sql = "SELECT id, reply_id, text, state FROM outbox
               WHERE conversation_id = :of AND author_id = :author AND reply_id IS NOT NULL
                 AND created_at > coalesce((SELECT routed_at FROM inbox WHERE conversation_id = :of ORDER BY seq DESC LIMIT 1), 0)
               ORDER BY id";
    let part = |r: &Row<'_>| {
        let (id, reply_id) = (r.get("id")?, r.get("reply_id")?);
        Ok(Part { id, reply_id, text: r.get("text")?, state: row::outbound_state(r)? })
    };
    let mut select = conn.prepare_cached(sql)?;
    let parts = select.query_map(named_params! { ":of": conversation_id, ":author": author }, part)?;
    Ok(parts.collect::<rusqlite::Result<_>>()?)
}
