//! Replies of counselors: the send guard. What was written before is given again ([`super::repeated`]).

use std::sync::Arc;

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::conversation::{Closing, Command, Conversation};
use crate::domain::outbound::{Lane, OutboundKind};
use crate::domain::policy::ServicePolicy;
use crate::domain::refusal::Refusal;
use crate::domain::text::{MessageText, whole};
use crate::store::conversation::decide::{Change, apply, decide};
use crate::store::conversation::drafts;
use crate::store::conversation::messages::Message;
use crate::store::conversation::row::load;
use crate::store::outbound::new_reply::{NewReply, ReplyPhotos, WrittenReply};
use crate::store::outbound::outbox::{self, NewOutbound};
use crate::store::outbound::repeated::written_before;
use crate::store::{Decided, Result, Store, photo};

impl Store {
    /// Stores a reply with its promise and category and queues its texts, unless the guard refuses. A repeated request
    /// with the same key returns the stored reply, and so do the same words of the same author if the citizen has not written
    /// since, unless they are meant to leave again.
    pub async fn reply(
        &self,
        new: NewReply,
        actor: &Actor,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<Decided<WrittenReply>> {
        let command = Command::Reply(new.reply.clone());
        self.written(new, command, (actor, policy), now).await
    }

    /// The same to somebody who waits in the queue and whom nobody holds, as a supervisor answers many; then closes the
    /// conversation, if `closing` says so, or lets it go.
    pub async fn answer_waiting(
        &self,
        new: NewReply,
        closing: Option<Closing>,
        actor: &Actor,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<Decided<WrittenReply>> {
        let command = Command::AnswerWaiting { reply: new.reply.clone(), closing };
        self.written(new, command, (actor, policy), now).await
    }

    async fn written(
        &self,
        new: NewReply,
        command: Command,
        (actor, policy): (&Actor, &Arc<ServicePolicy>),
        now: UnixMs,
    ) -> Result<Decided<WrittenReply>> {
        let (log, actor, policy) = (self.access_log(actor), actor.clone(), Arc::clone(policy));
        let written = self.write(move |conn| {
            let change = Change { conn, actor: &actor, policy: &policy, now };
            let written = write_reply(&change, &new, &command)?;
            if let Ok(WrittenReply { reply_id, .. }) = &written {
                let to = load(conn, new.conversation_id)?.citizen;
                log.change(conn, (new.conversation_id, &to), (command.as_str(), Some(*reply_id)), now)?;
            }
            Ok(written)
        });
        let outcome = written.await?;
        self.hints().text_out.notify_one();
        Ok(outcome)
    }
}

fn write_reply(change: &Change<'_>, new: &NewReply, command: &Command) -> Result<Decided<WrittenReply>> {
    let conn = change.conn;
    let Some(author) = change.actor.id() else {
        return Ok(Err(Refusal::NotHeld));
    };
    let sent = whole(new.pieces.iter().map(|(_, text)| text.as_str()));
    // Whatever would refuse it today, a reply that was written before is given again. What was sent is no draft any more; what
    // was taken back or stopped became one.
    if let Some(before) = written_before(conn, author, new)? {
        if before.as_ref().is_ok_and(WrittenReply::has_left) {
            drafts::settle(conn, (author, new.conversation_id), (&sent, true))?;
        }
        return Ok(before);
    }
    if new.pieces.is_empty() {
        return Ok(Err(Refusal::NothingToSend));
    }
    let before = load(conn, new.conversation_id)?;
    let decision = match decide(change, &before, command)? {
        Ok(decision) => decision,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !photos_are_there(conn, author, new)? {
        return Ok(Err(Refusal::NoSuchPhoto));
    }
    let reply_id = insert(conn, author, new, change.now)?;
    let messages = queue_all(change, (reply_id, author), &new.pieces, new.photos.as_ref(), &before)?;
    apply(change, Some(&before), decision, None)?;
    drafts::settle(conn, (author, new.conversation_id), (&sent, new.reply.keeps_draft))?;
    Ok(Ok(WrittenReply { reply_id, repeated: false, same_words: false, messages }))
}

/// Writes the reply, whose key has not been used ([`written_before`]).
pub(super) fn insert(conn: &Connection, author: i64, new: &NewReply, now: UnixMs) -> Result<i64> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO reply (conversation_id, counselor_id, idempotency_key, request_digest, created_at)
         VALUES (:conversation, :counselor, :key, :digest, :now) RETURNING id",
    )?;
    let row = named_params! {
        ":conversation": new.conversation_id,
        ":counselor": author,
        ":key": new.idempotency_key,
        ":digest": new.request_digest,
        ":now": now,
    };
    Ok(insert.query_row(row, |r| r.get(0))?)
}

fn photos_are_there(conn: &Connection, author: i64, new: &NewReply) -> Result<bool> {
    let Some(ReplyPhotos { ids, limits }) = &new.photos else {
        return Ok(true);
    };
    match limits {
        Some(limits) => photo::uploads_of(conn, author, ids, limits),
        None => Ok(false),
    }
}

/// Queues one text per piece and returns them. A piece with photos is stored as LMS; its photos make it an MMS.
pub(super) fn queue_all(
    change: &Change<'_>,
    (reply_id, author): (i64, i64),
    pieces: &[(OutboundKind, String)],
    photos: Option<&ReplyPhotos>,
    of: &Conversation,
) -> Result<Vec<Message>> {
    let Change { conn, policy, now, .. } = *change;
    let mut photos = photos;
    let mut queued = Vec::new();
    for (kind, text) in pieces {
        let new = NewOutbound {
            conversation_id: of.id,
            reply_id: Some(reply_id),
            author_id: Some(author),
            citizen: &of.citizen,
            from: policy.senders.answering(&of.our_number),
            kind: if photos.is_some() { OutboundKind::Lms } else { *kind },
            text,
            lane: Lane::Reply,
            hold_ms: of.hold_ms(policy.recall_ms),
            notice: None,
        };
        let outbox_id = outbox::insert(conn, &new, now, policy)?;
        let mut text = queued_text(change, outbox_id, &new);
        if let Some(attached) = photos.take() {
            photo::attach(conn, outbox_id, &attached.ids, now)?;
            if let Message::Out { kind, photos, .. } = &mut text {
                (*kind, *photos) = (OutboundKind::Mms, photo::of_outbox(conn, outbox_id)?);
            }
        }
        queued.push(text);
    }
    Ok(queued)
}

/// The text as its row is now, without its photos.
fn queued_text(change: &Change<'_>, id: i64, new: &NewOutbound<'_>) -> Message {
    Message::Out {
        id,
        at: change.now,
        text: MessageText::new(new.text.to_owned()),
        author: change.actor.counselor.clone(),
        state: outbox::first_state(new.hold_ms),
        kind: new.kind,
        carrier: None,
        code: None,
        final_at: None,
        needs_person: false,
        notice: None,
        photos: Vec::new(),
        leaves_at: (new.hold_ms > 0).then_some(change.now + new.hold_ms),
    }
}
