//! Answers of counselors: the send guard, and a key that makes asking twice harmless.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::domain::UnixMs;
use crate::domain::conversation::ConversationEvent;
use crate::domain::media::PhotoLimits;
use crate::domain::outbound::{Lane, OutboundKind};
use crate::store::conversation::list::{Head, Message, of_reply, tell};
use crate::store::outbound::outbox::{self, NewOutbound, SendPolicy};
use crate::store::people::citizen;
use crate::store::photo;
use crate::store::{Claim, Result, Store, StoreError};

/// An answer about to be written.
#[derive(Debug, Clone)]
pub struct NewReply {
    pub conversation_id: i64,
    pub counselor_id: i64,
    pub idempotency_key: String,
    /// Of what was asked: the same key with another digest is refused.
    pub request_digest: Vec<u8>,
    /// The citizen's last text that its writer saw.
    pub last_seen: i64,
    /// Send although something newer came in.
    pub force: bool,
    /// What leaves, one a carrier submission.
    pub pieces: Vec<(OutboundKind, String)>,
    pub photos: Option<ReplyPhotos>,
}

/// Photos of an answer: they go with its first piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyPhotos {
    /// Handed in by the same counselor ([`Store::hand_in_photo`]).
    pub ids: Vec<i64>,
    /// What the carrier takes, if any.
    pub limits: Option<PhotoLimits>,
}

/// Why an answer was not written; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyRefused {
    /// `HeldBy`, `NotHeld`, `Closed` or `NewerTexts`.
    Guard(Claim),
    /// The key was used for another request.
    KeyReused,
    /// One of the photos was not handed in by this counselor, or is not as the carrier takes them.
    NoSuchPhoto,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyOutcome {
    Written { reply_id: i64, repeated: bool, messages: Vec<Message> },
    Refused(ReplyRefused),
}

impl Store {
    /// Writes an answer and puts its texts in line, unless the guard refuses; asking again with the same key returns the
    /// answer written before. `Conflict` for an answer without a text.
    pub async fn reply(&self, new: NewReply, policy: SendPolicy, now: UnixMs) -> Result<ReplyOutcome> {
        let written = self.write(move |conn| {
            if let Some((reply_id, digest)) = written_before(conn, &new)? {
                if digest != new.request_digest {
                    return Ok(ReplyOutcome::Refused(ReplyRefused::KeyReused));
                }
                let messages = of_reply(conn, reply_id)?;
                return Ok(ReplyOutcome::Written { reply_id, repeated: true, messages });
            }
            let head = Head::of(conn, new.conversation_id)?;
            if let Some(refused) = head.refusal(new.counselor_id) {
                return Ok(ReplyOutcome::Refused(ReplyRefused::Guard(refused)));
            }
            let opted_out_at = citizen::of(conn, &head.citizen)?.opted_out_at;
            if opted_out_at.is_some_and(|at| at >= head.last_inbound_at) && head.tier != Some(1) {
                return Ok(ReplyOutcome::Refused(ReplyRefused::Guard(Claim::OptedOut)));
            }
            if head.last_inbound_id > new.last_seen && !new.force {
                return Ok(ReplyOutcome::Refused(ReplyRefused::Guard(Claim::NewerTexts)));
            }
            if new.pieces.is_empty() {
                return Err(StoreError::Conflict("an answer without a text".into()));
            }
            if !photos_are_there(conn, &new)? {
                return Ok(ReplyOutcome::Refused(ReplyRefused::NoSuchPhoto));
            }
            let reply_id = insert(conn, &new, now)?;
            queue_all(conn, &new, reply_id, &head, &policy, now)?;
            mark_answered(conn, &new, &head, now)?;
            let messages = of_reply(conn, reply_id)?;
            Ok(ReplyOutcome::Written { reply_id, repeated: false, messages })
        });
        let outcome = written.await?;
        self.hints().text_out.notify_one();
        Ok(outcome)
    }
}

fn written_before(conn: &Connection, new: &NewReply) -> Result<Option<(i64, Vec<u8>)>> {
    let sql =
        "SELECT id, request_digest FROM reply WHERE counselor_id = :counselor AND idempotency_key = :key";
    let of = named_params! { ":counselor": new.counselor_id, ":key": new.idempotency_key };
    Ok(conn.prepare_cached(sql)?.query_row(of, |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

fn insert(conn: &Connection, new: &NewReply, now: UnixMs) -> Result<i64> {
    conn.prepare_cached(
        "INSERT INTO reply (conversation_id, counselor_id, idempotency_key, request_digest, created_at)
         VALUES (:conversation, :counselor, :key, :digest, :now)",
    )?
    .execute(named_params! {
        ":conversation": new.conversation_id,
        ":counselor": new.counselor_id,
        ":key": new.idempotency_key,
        ":digest": new.request_digest,
        ":now": now,
    })?;
    Ok(conn.last_insert_rowid())
}

fn photos_are_there(conn: &Connection, new: &NewReply) -> Result<bool> {
    let Some(ReplyPhotos { ids, limits }) = &new.photos else {
        return Ok(true);
    };
    match limits {
        Some(limits) => photo::uploads_of(conn, new.counselor_id, ids, limits),
        None => Ok(false),
    }
}

/// What has photos is no SMS; the row says LMS, and its photos make it an MMS.
fn queue_all(
    conn: &Connection,
    new: &NewReply,
    reply_id: i64,
    head: &Head,
    policy: &SendPolicy,
    now: UnixMs,
) -> Result<()> {
    let mut photos = new.photos.as_ref();
    for (kind, text) in &new.pieces {
        let kind = if photos.is_some() { OutboundKind::Lms } else { *kind };
        let outbox_id = queue(conn, new, reply_id, head, (kind, text), policy, now)?;
        if let Some(photos) = photos.take() {
            photo::attach(conn, outbox_id, &photos.ids, now)?;
        }
    }
    Ok(())
}

fn queue(
    conn: &Connection,
    new: &NewReply,
    reply_id: i64,
    head: &Head,
    (kind, text): (OutboundKind, &str),
    policy: &SendPolicy,
    now: UnixMs,
) -> Result<i64> {
    let text = NewOutbound {
        conversation_id: new.conversation_id,
        reply_id: Some(reply_id),
        author_id: Some(new.counselor_id),
        citizen: &head.citizen,
        from: policy.senders.answering(&head.our_number),
        kind,
        text,
        lane: Lane::Reply,
        notice: None,
    };
    outbox::insert(conn, &text, now, policy)
}

fn mark_answered(conn: &Connection, new: &NewReply, head: &Head, now: UnixMs) -> Result<()> {
    let to = head.after(ConversationEvent::Replied)?;
    conn.prepare_cached(
        "UPDATE conversation
         SET state = :to, waiting_since_at = NULL, last_reply_at = :now, touched_at = :now, nudged_at = NULL,
             last_holder_id = :counselor, promise_due_at = NULL, promise_told_at = NULL, n_wait_notices = 0
         WHERE id = :id AND claimed_by = :counselor",
    )?
    .execute(named_params! {
        ":to": to.as_str(), ":now": now, ":id": new.conversation_id, ":counselor": new.counselor_id,
    })?;
    tell(conn, new.conversation_id, "replied", new.counselor_id, None, now)
}
