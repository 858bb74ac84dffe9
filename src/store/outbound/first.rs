//! Texts with which we begin a conversation: a new one, linked to the citizen's last one with us.

use std::sync::Arc;

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::conversation::{Command, Conversation, Facts, Reply};
use crate::domain::outbound::OutboundKind;
use crate::domain::phone::PhoneNumber;
use crate::domain::policy::ServicePolicy;
use crate::domain::pseudonym::PseudonymKey;
use crate::domain::reason::Reason;
use crate::domain::refusal::Refusal;
use crate::store::conversation::decide::{Change, apply};
use crate::store::conversation::row::{load, load_latest};
use crate::store::outbound::new_reply::{NewReply, WrittenReply};
use crate::store::outbound::repeated::written_before;
use crate::store::outbound::reply::{insert, queue_all};
use crate::store::people::citizen;
use crate::store::privacy::recognise;
use crate::store::{Decided, Result, Store};

/// Whom to write to.
#[derive(Debug, Clone)]
pub enum FirstTo {
    /// The citizen of this conversation.
    Conversation(i64),
    /// A number, from one of ours, for a desk.
    Number { citizen: PhoneNumber, our_number: PhoneNumber, desk: String },
}

/// A text with which we begin.
#[derive(Debug, Clone)]
pub struct NewFirst {
    pub to: FirstTo,
    /// Why we write.
    pub reason: Reason,
    pub idempotency_key: String,
    /// SHA-256 of the request: the same key with another digest is refused.
    pub request_digest: Vec<u8>,
    /// As of [`NewReply`].
    pub pieces: Vec<(OutboundKind, String)>,
}

impl Store {
    /// Begins a conversation with a text of ours, unless a rule refuses; returns its number. A repeated request with the same
    /// key returns the text that was stored.
    pub async fn write_first(
        &self,
        new: NewFirst,
        actor: &Actor,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<Decided<(i64, WrittenReply)>> {
        let (log, keys) = (self.access_log(actor), self.pseudonyms().clone());
        let (actor, policy) = (actor.clone(), Arc::clone(policy));
        let written = self.write(move |conn| {
            let change = Change { conn, actor: &actor, policy: &policy, now };
            let written = write(&change, &keys, &new)?;
            if let Ok((id, reply)) = &written
                && !reply.repeated
            {
                let to = load(conn, *id)?.citizen;
                log.with_reason(conn, (*id, &to), ("write_first", &new.reason), now)?;
            }
            Ok(written)
        });
        let outcome = written.await?;
        self.hints().text_out.notify_one();
        Ok(outcome)
    }
}

fn write(change: &Change<'_>, keys: &PseudonymKey, new: &NewFirst) -> Result<Decided<(i64, WrittenReply)>> {
    let Change { conn, actor, policy, now } = *change;
    let Some(author) = actor.id() else {
        return Ok(Err(Refusal::NotHeld));
    };
    let mut reply = NewReply {
        conversation_id: 0,
        idempotency_key: new.idempotency_key.clone(),
        request_digest: new.request_digest.clone(),
        // The first text of a new conversation: while that is open, there is no other (`StillOpen`).
        again: true,
        reply: Reply::default(),
        pieces: new.pieces.clone(),
        photos: None,
    };
    if let Some(before) = written_before(conn, author, &reply)? {
        return before_with_conversation(conn, before);
    }
    if new.pieces.is_empty() {
        return Ok(Err(Refusal::NothingToSend));
    }
    let (fresh, open_id) = match begin(change, keys, &new.to)? {
        Ok(begun) => begun,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let facts = Facts { citizen: citizen::load(conn, &fresh.citizen)?, open_id, ..Facts::new(actor) };
    let command = Command::WriteFirst { reason: new.reason.clone() };
    let decision = match fresh.handle(&command, &facts, policy, now) {
        Ok(decision) => decision,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let begun = apply(change, None, decision, None)?;
    reply.conversation_id = begun.id;
    let reply_id = insert(conn, author, &reply, now)?;
    let messages = queue_all(change, (reply_id, author), &reply.pieces, None, &begun)?;
    Ok(Ok((begun.id, WrittenReply { reply_id, repeated: false, same_words: false, messages })))
}

/// The conversation to be begun, and the one that is open with the citizen already.
fn begin(
    change: &Change<'_>,
    keys: &PseudonymKey,
    to: &FirstTo,
) -> Result<Decided<(Conversation, Option<i64>)>> {
    let Change { conn, actor, now, .. } = *change;
    let (citizen, our_number, desk) = match to {
        FirstTo::Conversation(id) => {
            let of = load(conn, *id)?;
            if !of.is_visible_to(actor) {
                return Ok(Err(Refusal::NotYourDesk));
            }
            (of.citizen, of.our_number, of.desk)
        }
        FirstTo::Number { citizen, our_number, desk } => (citizen.clone(), our_number.clone(), desk.clone()),
    };
    // What somebody wished who was erased since holds for them as before.
    recognise(conn, keys, &citizen, now)?;
    let latest = load_latest(conn, &citizen, &our_number)?;
    let open_id = latest.as_ref().filter(|latest| !latest.is_closed()).map(|latest| latest.id);
    Ok(Ok((Conversation::of_ours(&citizen, &our_number, (&desk, latest.as_ref()), now), open_id)))
}

fn before_with_conversation(
    conn: &rusqlite::Connection,
    before: Decided<WrittenReply>,
) -> Result<Decided<(i64, WrittenReply)>> {
    match before {
        Err(refusal) => Ok(Err(refusal)),
        Ok(reply) => {
            let sql = "SELECT conversation_id FROM reply WHERE id = :id";
            let of = rusqlite::named_params! { ":id": reply.reply_id };
            let id = conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?;
            Ok(Ok((id, reply)))
        }
    }
}
