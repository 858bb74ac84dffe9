//! Replies of counselors: the send guard, and the idempotency key that makes repeated requests harmless.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::conversation::{Command, Conversation, Reply};
use crate::domain::media::PhotoLimits;
use crate::domain::outbound::{Lane, OutboundKind};
use crate::domain::policy::ServicePolicy;
use crate::domain::refusal::Refusal;
use crate::store::conversation::decide::{Change, apply, decide};
use crate::store::conversation::messages::{Message, of_reply};
use crate::store::conversation::row::load;
use crate::store::outbound::outbox::{self, NewOutbound};
use crate::store::{Decided, Result, Store, photo};

/// A reply to be written.
#[derive(Debug, Clone)]
pub struct NewReply {
    pub conversation_id: i64,
    pub idempotency_key: String,
    /// SHA-256 of the request: the same key with another digest is refused.
    pub request_digest: Vec<u8>,
    /// What the author had seen, the promise and the category.
    pub reply: Reply,
    /// One piece per carrier submission. Empty if the text cannot be sent: then only a reply that was written before
    /// under the same key is returned.
    pub pieces: Vec<(OutboundKind, String)>,
    pub photos: Option<ReplyPhotos>,
}

/// Photos of a reply. They are sent with its first piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyPhotos {
    /// Uploaded by the same counselor ([`Store::hand_in_photo`]).
    pub ids: Vec<i64>,
    /// The carrier's limits; `None` if it takes no photos.
    pub limits: Option<PhotoLimits>,
}

/// A reply that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenReply {
    pub reply_id: i64,
    /// It was stored before, under the same key.
    pub repeated: bool,
    pub messages: Vec<Message>,
}

impl Store {
    /// Stores a reply with its promise and category and queues its texts, unless the guard refuses. A repeated request
    /// with the same key returns the stored reply.
    pub async fn reply(
        &self,
        new: NewReply,
        actor: &Actor,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<Decided<WrittenReply>> {
        let (actor, policy) = (actor.clone(), Arc::clone(policy));
        let written = self.write(move |conn| {
            let change = Change { conn, actor: &actor, policy: &policy, now };
            write_reply(&change, &new)
        });
        let outcome = written.await?;
        self.hints().text_out.notify_one();
        Ok(outcome)
    }
}

fn write_reply(change: &Change<'_>, new: &NewReply) -> Result<Decided<WrittenReply>> {
    let conn = change.conn;
    let Some(author) = change.actor.id() else {
        return Ok(Err(Refusal::NotHeld));
    };
    if let Some((reply_id, digest)) = written_before(conn, author, new)? {
        if digest != new.request_digest {
            return Ok(Err(Refusal::KeyReused));
        }
        return Ok(Ok(WrittenReply { reply_id, repeated: true, messages: of_reply(conn, reply_id)? }));
    }
    if new.pieces.is_empty() {
        return Ok(Err(Refusal::NothingToSend));
    }
    let before = load(conn, new.conversation_id)?;
    let decision = match decide(change, &before, &Command::Reply(new.reply.clone()))? {
        Ok(decision) => decision,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !photos_are_there(conn, author, new)? {
        return Ok(Err(Refusal::NoSuchPhoto));
    }
    let reply_id = insert(conn, author, new, change.now)?;
    queue_all(change, (reply_id, author), &new.pieces, new.photos.as_ref(), &before)?;
    apply(change, Some(&before), decision, None)?;
    Ok(Ok(WrittenReply { reply_id, repeated: false, messages: of_reply(conn, reply_id)? }))
}

fn written_before(conn: &Connection, author: i64, new: &NewReply) -> Result<Option<(i64, Vec<u8>)>> {
    let sql =
        "SELECT id, request_digest FROM reply WHERE counselor_id = :counselor AND idempotency_key = :key";
    let of = named_params! { ":counselor": author, ":key": new.idempotency_key };
    Ok(conn.prepare_cached(sql)?.query_row(of, |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

fn insert(conn: &Connection, author: i64, new: &NewReply, now: UnixMs) -> Result<i64> {
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

/// Queues one text per piece. A piece with photos is stored as LMS; its photos make it an MMS.
fn queue_all(
    change: &Change<'_>,
    (reply_id, author): (i64, i64),
    pieces: &[(OutboundKind, String)],
    photos: Option<&ReplyPhotos>,
    of: &Conversation,
) -> Result<()> {
    let Change { conn, policy, now, .. } = *change;
    let mut photos = photos;
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
            notice: None,
        };
        let outbox_id = outbox::insert(conn, &new, now, policy)?;
        if let Some(photos) = photos.take() {
            photo::attach(conn, outbox_id, &photos.ids, now)?;
        }
    }
    Ok(())
}
