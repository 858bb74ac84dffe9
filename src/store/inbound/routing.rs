//! Putting a text where `domain::arrival` decides: into its conversation, with everything that follows from it, in the
//! router's transaction.

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::domain::arrival::{self, Arrival, Arrived, FLOOD_MS, JOIN_MS, Known, Place, Purpose};
use crate::domain::calendar::Standing;
use crate::domain::conversation::{
    Command, Conversation, Decision, Effect, Happening, Latest, Route, TextIn,
};
use crate::domain::event::EventKind;
use crate::domain::notice::{Notice, Slot};
use crate::domain::phone::PhoneNumber;
use crate::domain::recipient::Recipient;
use crate::domain::text::MessageText;
use crate::domain::triage::Tier;
use crate::store::conversation::decide::{Change, apply, decide, recipient};
use crate::store::conversation::{row, survey};
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::people::citizen;
use crate::store::{Result, StoreError};

/// More of what was written just before is not joined to a new text.
const MOST_JOINED_BYTES: usize = 400;

/// A stored text that waits for the router.
pub(in crate::store) struct Received {
    pub id: i64,
    pub citizen: PhoneNumber,
    pub our_number: PhoneNumber,
    pub text: MessageText,
    pub has_photos: bool,
    pub received_at: UnixMs,
}

/// Routes one text; says whether an automatic text may have been written.
pub(in crate::store) fn route(change: &Change<'_>, text: &Received) -> Result<bool> {
    let Change { conn, policy, now, .. } = *change;
    let latest = row::load_latest(conn, &text.citizen, &text.our_number)?;
    let known = known(change, text, latest.as_ref())?;
    let arrived = Arrived {
        citizen: &text.citizen,
        our_number: &text.our_number,
        text: text.text.reveal(),
        has_photos: text.has_photos,
        at: text.received_at,
    };
    let arrival = arrival::decide(policy, &arrived, &known);
    let conversation = put(change, text, &arrival, latest, known.recipient)?;
    mark_routed(change, text, &arrival, &conversation)?;
    match &arrival.purpose {
        Purpose::Survey(answer) => {
            survey::keep_answer(conn, conversation.id, answer, &text.text, now)?;
            let about = NewEvent::about(EventKind::SurveyAnswered, conversation.id);
            append_event(conn, now, NewEvent { message_id: Some(text.id), ..about })?;
        }
        Purpose::Wish(wish) => citizen::wish(conn, &conversation, *wish, now)?,
        Purpose::Question | Purpose::Restricted => {}
    }
    if arrival.is_flood && known.n_recent == policy.flood {
        append_event(conn, now, NewEvent::about(EventKind::Flood, conversation.id))?;
    }
    Ok(arrival.notice.is_some())
}

fn known(change: &Change<'_>, text: &Received, latest: Option<&Conversation>) -> Result<Known> {
    let Change { conn, policy, .. } = *change;
    let unknown = Conversation::new(&text.citizen, &text.our_number, "", change.now);
    let mut known = Known { recipient: recipient(conn, latest.unwrap_or(&unknown))?, ..Known::default() };
    let Some(latest) = latest else {
        return Ok(known);
    };
    known.latest = Some(Latest {
        id: latest.id,
        state: latest.state,
        held: latest.claim.is_some(),
        closed_at: latest.closed.as_ref().map(|closed| closed.at),
    });
    known.is_in_danger = latest.is_danger() && !latest.is_closed();
    known.desk = Some(latest.desk.clone());
    known.language = latest.language;
    (known.recent, known.n_recent) = recent(conn, latest.id, policy.flood + 1, text.received_at)?;
    known.recipient.is_flooding = known.n_recent >= policy.flood;
    if latest.is_closed() {
        known.survey_asked_at = survey::asked_at(conn, latest.id)?;
    }
    Ok(known)
}

/// What they wrote just before, in one, and how many texts they sent in a while; nobody needs to know more than `most`.
fn recent(conn: &Connection, conversation_id: i64, most: u32, at: UnixMs) -> Result<(String, u32)> {
    let mut select = conn.prepare_cached(
        "SELECT text, received_at FROM inbox WHERE conversation_id = :id ORDER BY seq DESC LIMIT :most",
    )?;
    let mut rows = select.query(named_params! { ":id": conversation_id, ":most": most })?;
    let (mut words, mut n_bytes, mut n) = (Vec::new(), 0, 0);
    while let Some(row) = rows.next()? {
        let received_at: UnixMs = row.get("received_at")?;
        if at - received_at > FLOOD_MS {
            break;
        }
        n += 1;
        if at - received_at <= JOIN_MS && n_bytes < MOST_JOINED_BYTES {
            let text: String = row.get("text")?;
            n_bytes += text.len();
            words.push(text);
        }
    }
    words.reverse();
    Ok((words.join(" "), n))
}

/// Puts the text into its conversation, with the automatic text that is said at once; returns the conversation as it is
/// then.
fn put(
    change: &Change<'_>,
    text: &Received,
    arrival: &Arrival<'_>,
    latest: Option<Conversation>,
    recipient: Recipient,
) -> Result<Conversation> {
    let before = match (arrival.place, latest) {
        (Place::Route(Route::Join { .. } | Route::Reopen { .. }) | Place::Aside(Some(_)), Some(latest)) => {
            Some(latest)
        }
        _ => None,
    };
    let mut decision = match (&before, arrival.place) {
        (Some(latest), Place::Aside(_)) => {
            Decision { after: latest.clone(), events: vec![], effects: vec![] }
        }
        (Some(latest), _) => joined(change, text, arrival, latest)?,
        (None, Place::Aside(_)) => set_aside(change, text, arrival),
        (None, Place::Route(route)) => opened(change, text, arrival, route)?,
    };
    if let Some(notice) = arrival.notice {
        let values = values(change, arrival, &decision.after, &recipient);
        decision.effects.push(Effect::Notice { notice, values });
    }
    apply(change, before.as_ref(), decision, Some(recipient))
}

fn text_in(text: &Received, arrival: &Arrival<'_>, before: &Conversation) -> Command {
    Command::TextIn(TextIn {
        seq: next_seq(text, before),
        at: text.received_at,
        tier: arrival.tier,
        is_abusive: arrival.is_abusive,
        language: arrival.language,
        opens_at: match arrival.standing {
            Standing::Open { .. } => None,
            Standing::Closed { opens_at, .. } => opens_at,
        },
    })
}

/// The place of a text in its conversation: its number, or, for one that failed at first and was overtaken, the next one,
/// so that the send guard sees that something came in.
fn next_seq(text: &Received, before: &Conversation) -> i64 {
    text.id.max(before.last_inbound.seq + 1)
}

fn joined(
    change: &Change<'_>,
    text: &Received,
    arrival: &Arrival<'_>,
    latest: &Conversation,
) -> Result<Decision> {
    decide(change, latest, &text_in(text, arrival, latest))?
        .map_err(|_| StoreError::Conflict("a text was refused".into()))
}

fn opened(change: &Change<'_>, text: &Received, arrival: &Arrival<'_>, route: Route) -> Result<Decision> {
    let mut new = blank(change, text, arrival);
    if let Route::Open { previous_id } = route {
        new.previous_id = previous_id;
    }
    let mut decision = joined(change, text, arrival, &new)?;
    decision.events.insert(0, by_itself(EventKind::Opened));
    Ok(decision)
}

fn blank(change: &Change<'_>, text: &Received, arrival: &Arrival<'_>) -> Conversation {
    let mut new = Conversation::new(&text.citizen, &text.our_number, &arrival.desk.key, change.now);
    new.language = arrival.language;
    new
}

/// A text that nobody has to answer, of somebody who never wrote before: a conversation of its own, closed at once.
fn set_aside(change: &Change<'_>, text: &Received, arrival: &Arrival<'_>) -> Decision {
    let mut new = blank(change, text, arrival);
    new.close_aside(next_seq(text, &new), text.received_at, (arrival.purpose.as_str(), change.now));
    let events = vec![by_itself(EventKind::Opened), by_itself(EventKind::Closed)];
    Decision { after: new, events, effects: vec![] }
}

fn by_itself(kind: EventKind) -> Happening {
    Happening { kind, message_id: None, counselor_id: None, detail: None }
}

fn mark_routed(
    change: &Change<'_>,
    text: &Received,
    arrival: &Arrival<'_>,
    conversation: &Conversation,
) -> Result<()> {
    let Change { conn, now, .. } = *change;
    let is_question = arrival.purpose == Purpose::Question;
    // One that a person has to read moved the conversation's own number.
    let last = conversation.last_inbound.seq;
    let seq = if is_question { last } else { text.id.max(last) };
    let n = conn
        .prepare_cached(
            "UPDATE inbox SET state = 'routed', conversation_id = :conversation, seq = :seq, routed_at = :now,
                    purpose = :purpose, tier = :tier, rules = :rules, is_abusive = :abusive
             WHERE id = :id AND state = 'received'",
        )?
        .execute(named_params! {
            ":conversation": conversation.id, ":seq": seq, ":now": now, ":id": text.id,
            ":purpose": arrival.purpose.as_str(), ":tier": arrival.tier.map(Tier::number),
            ":rules": (!arrival.rules.is_empty()).then_some(&arrival.rules), ":abusive": arrival.is_abusive,
        })?;
    if n != 1 {
        return Err(StoreError::Conflict("the text was routed by somebody else".into()));
    }
    let event = NewEvent {
        message_id: Some(text.id),
        detail: (!is_question).then(|| arrival.purpose.as_str()),
        ..NewEvent::about(EventKind::TextIn, conversation.id)
    };
    append_event(conn, now, event)
}

/// What is filled into the text that is said at once, but for the place in line.
fn values(
    change: &Change<'_>,
    arrival: &Arrival<'_>,
    of: &Conversation,
    to: &Recipient,
) -> Vec<(Slot, String)> {
    let moment = |at: UnixMs| arrival.desk.calendar.said(at, change.now, of.language);
    let mut values = Vec::new();
    if let Standing::Closed { opens_at: Some(at), planned, .. } = &arrival.standing {
        values.push((Slot::Opens, moment(*at)));
        let words = planned.as_ref().and_then(|planned| planned.words(of.language));
        values.extend(words.map(|words| (Slot::Planned, words.to_owned())));
    }
    if let (Some(Notice::Restricted), Some(until)) = (arrival.notice, to.restricted_until) {
        values.push((Slot::Until, moment(until)));
    }
    values
}
