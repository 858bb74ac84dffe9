//! Settling a text in doubt: a person gives it up or sends the same words again. Guarded like a reply: by the holder of
//! the conversation, and by what the citizen may get now.

use std::sync::Arc;

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::conversation::Conversation;
use crate::domain::event::EventKind;
use crate::domain::key_mark::{KeyMark, mark_of, marked};
use crate::domain::notice::Notice;
use crate::domain::outbound::{OutboundEvent, OutboundState};
use crate::domain::policy::ServicePolicy;
use crate::domain::refusal::Refusal;
use crate::store::conversation::decide::recipient;
use crate::store::conversation::row::load;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::outbound::transition::{Step, finish};
use crate::store::people::citizen;
use crate::store::{Decided, Result, Store, photo};

/// The text to be settled.
struct InDoubt {
    state: OutboundState,
    needs_person: bool,
    conversation_id: i64,
    /// The group of an automatic text.
    notice: Option<String>,
}

/// Code of a text in doubt that a person gave up: it may have left.
pub(in crate::store) const GIVEN_UP: &str = "given up";

impl Store {
    /// Gives up a text in doubt; with `again`, the same words are queued as a new text. Returns the id of the new text.
    /// Refused if the actor does not serve the conversation's desk, if somebody else holds it, or if the text is not in
    /// doubt; `again` also if the citizen may not get the text now.
    pub async fn settle_doubt(
        &self,
        id: i64,
        again: bool,
        actor: &Actor,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<Decided<Option<i64>>> {
        let (log, actor, policy) = (self.access_log(actor), actor.clone(), Arc::clone(policy));
        let settled = self.write(move |conn| {
            let text = in_doubt(conn, id)?;
            let of = load(conn, text.conversation_id)?;
            if let Some(refusal) = refusal(conn, &text, &of, (again, &actor, now))? {
                return Ok(Err(refusal));
            }
            // Queued before the old one is given up: so the conversation stays answered.
            let expires_at = now + policy.time_to_live_ms;
            let new_id = if again { Some(send_again(conn, id, actor.id(), expires_at, now)?) } else { None };
            let step = Step { id, from: text.state, event: OutboundEvent::GivenUp, code: Some(GIVEN_UP) };
            finish(conn, &step, now)?;
            let what = if again { "send_again" } else { "give_up" };
            log.change(conn, (of.id, &of.citizen), (what, Some(id)), now)?;
            let event = NewEvent {
                message_id: Some(id),
                counselor_id: actor.id(),
                detail: Some(what),
                ..NewEvent::about(EventKind::Decided, of.id)
            };
            append_event(conn, now, event)?;
            Ok(Ok(new_id))
        });
        let new_id = settled.await?;
        self.hints().text_out.notify_one();
        Ok(new_id)
    }
}

fn in_doubt(conn: &Connection, id: i64) -> Result<InDoubt> {
    let sql = "SELECT state, needs_person, conversation_id, notice FROM outbox WHERE id = :id";
    let text = conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |r| {
        Ok(InDoubt {
            state: row::outbound_state(r)?,
            needs_person: r.get("needs_person")?,
            conversation_id: r.get("conversation_id")?,
            notice: r.get("notice")?,
        })
    });
    Ok(text?)
}

fn refusal(
    conn: &Connection,
    text: &InDoubt,
    of: &Conversation,
    (again, actor, now): (bool, &Actor, UnixMs),
) -> Result<Option<Refusal>> {
    if !of.is_visible_to(actor) {
        return Ok(Some(Refusal::NotYourDesk));
    }
    if let Some(claim) = of.claim.as_ref().filter(|claim| !actor.is(claim.by.id) && !actor.supervises()) {
        return Ok(Some(Refusal::HeldBy(claim.by.clone())));
    }
    if text.state != OutboundState::InDoubt || !text.needs_person {
        return Ok(Some(Refusal::NotInDoubt));
    }
    if !again || of.is_danger() {
        return Ok(None);
    }
    let citizen = citizen::load(conn, &of.citizen)?;
    let notice = text.notice.as_deref().and_then(Notice::of_group);
    let may_be_told = match notice {
        // The text in doubt must not block its own repetition.
        Some(notice) => {
            let mut to = recipient(conn, of)?;
            to.last_told.remove(notice.group());
            to.may_be_told(notice, now)
        }
        None => true,
    };
    Ok(match notice {
        _ if citizen.is_restricted(now) => Some(Refusal::Restricted),
        None if of.is_refused_by(&citizen) => Some(Refusal::OptedOut),
        Some(_) if !may_be_told => Some(Refusal::OptedOut),
        _ => None,
    })
}

/// Copies the text into the same lane. A reply gets `by` as its author; a notice has none. Returns the id of the copy.
fn send_again(conn: &Connection, id: i64, by: Option<i64>, expires_at: UnixMs, now: UnixMs) -> Result<i64> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO outbox (client_key, conversation_id, reply_id, author_id, citizen, from_number, kind, text, lane,
                             notice, state, created_at, next_attempt_at, expires_at)
         SELECT :key, conversation_id, reply_id, CASE WHEN notice IS NULL THEN :by END, citizen, from_number, kind, text,
                lane, notice, 'queued', :now, :now, :expires
         FROM outbox WHERE id = :id RETURNING id",
    )?;
    let sql = "SELECT client_key FROM outbox WHERE id = :id";
    let old = conn.query_row(sql, named_params! { ":id": id }, row::client_key)?;
    let key = marked(rand::random(), mark_of(&old).unwrap_or(KeyMark::Answer));
    let row = named_params! {
        ":key": key.as_str(),
        ":by": by,
        ":now": now,
        ":expires": expires_at,
        ":id": id,
    };
    let new_id = insert.query_row(row, |r| r.get(0))?;
    photo::copy(conn, id, new_id, now)?;
    Ok(new_id)
}
