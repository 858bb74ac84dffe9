//! Routing one text: `domain::arrival` decides, and the text is put into its conversation with everything that follows,
//! in the router's transaction.

use rusqlite::{Connection, named_params};

use crate::domain::UnixMs;
use crate::domain::arrival::{self, Arrival, Arrived, Destination, FLOOD_MS, JOIN_MS, Purpose, SenderFacts};
use crate::domain::calendar::OpenState;
use crate::domain::conversation::{
    Command, Conversation, Decision, Effect, Happening, Latest, Route, TextIn,
};
use crate::domain::event::EventKind;
use crate::domain::intent;
use crate::domain::notice::{Notice, Slot};
use crate::domain::phone::PhoneNumber;
use crate::domain::text::{self, MessageText};
use crate::domain::triage::Tier;
use crate::store::alarm::answer::{FromStaff, StaffText, from_staff};
use crate::store::conversation::decide::{Change, apply, decide, recipient};
use crate::store::conversation::{row, survey};
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::people::citizen;
use crate::store::{Result, StoreError};

/// At most this much (bytes) of the previous texts is judged together with a new one.
const MOST_JOINED_BYTES: usize = 400;
/// A quotation is looked for among so many of our latest texts.
const MOST_QUOTED: u32 = 20;

/// A stored text that waits for the router.
pub(in crate::store) struct Received {
    pub id: i64,
    pub carrier: String,
    pub citizen: PhoneNumber,
    pub our_number: PhoneNumber,
    pub text: MessageText,
    pub has_photos: bool,
    /// By the carrier's clock.
    pub sent_at: UnixMs,
    pub received_at: UnixMs,
    /// How long after it was written it came, if it is late.
    pub late_ms: Option<i64>,
}

impl Received {
    fn arrived(&self) -> Arrived<'_> {
        Arrived {
            carrier: &self.carrier,
            citizen: &self.citizen,
            our_number: &self.our_number,
            text: self.text.reveal(),
            has_photos: self.has_photos,
            at: self.received_at,
            late_ms: self.late_ms,
        }
    }

    fn of_staff(&self) -> StaffText<'_> {
        StaffText {
            id: self.id,
            from: &self.citizen,
            words: self.text.reveal(),
            has_photos: self.has_photos,
            late_ms: self.late_ms,
        }
    }
}

/// Routes one text; returns whether an automatic text may have been queued.
pub(in crate::store) fn route(change: &Change<'_>, text: &Received) -> Result<bool> {
    let Change { conn, policy, now, .. } = *change;
    let staff = from_staff(change, &text.of_staff())?;
    if staff == FromStaff::Answer {
        return Ok(true);
    }
    let latest = row::load_latest(conn, &text.citizen, &text.our_number)?;
    let known = sender_facts(change, text, latest.as_ref())?;
    let mut arrival = arrival::decide(policy, &text.arrived(), &known);
    if staff == FromStaff::Other {
        arrival.be_from_staff(known.latest, text.received_at);
    }
    let conversation = place_text(change, text, &arrival, latest)?;
    mark_routed(change, text, &arrival, &conversation)?;
    if let Some(answer) = arrival.survey_answer() {
        survey::keep_answer(conn, conversation.id, answer, &text.text, now)?;
        let about = NewEvent::about(EventKind::SurveyAnswered, conversation.id);
        append_event(conn, now, NewEvent { message_id: Some(text.id), ..about })?;
    }
    if let Purpose::Wish(wish) = arrival.purpose {
        citizen::wish(conn, &conversation, wish, now)?;
    }
    if arrival.is_flood && known.n_recent == policy.flood {
        append_event(conn, now, NewEvent::about(EventKind::Flood, conversation.id))?;
    }
    Ok(arrival.notice.is_some())
}

fn sender_facts(change: &Change<'_>, text: &Received, latest: Option<&Conversation>) -> Result<SenderFacts> {
    let Change { conn, policy, .. } = *change;
    let unknown = Conversation::new(&text.citizen, &text.our_number, "", change.now);
    let mut known =
        SenderFacts { recipient: recipient(conn, latest.unwrap_or(&unknown))?, ..SenderFacts::default() };
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
    known.last_in_danger_at =
        latest.danger.filter(|danger| !danger.is_false_alarm()).map(|danger| danger.rang_at);
    known.desk = Some(latest.desk.clone());
    known.language = latest.language;
    let recent = recent(conn, latest.id, policy.flood + 1, text.arrived().written_at())?;
    (known.recent, known.n_recent, known.is_untold) = (recent.words, recent.n, recent.is_last_late);
    if arrival::may_be_wish(policy, &text.arrived()) {
        known.has_wished_since = has_wished_since(conn, text)?;
    }
    if intent::may_quote(text.text.reveal()) {
        known.ours = our_latest(conn, latest.id)?;
    }
    if latest.is_closed() {
        known.survey_asked_at = survey::asked_at(conn, latest.id)?;
    }
    Ok(known)
}

/// Whether the citizen has said a wish after this text was written: carriers may list texts in any order.
fn has_wished_since(conn: &Connection, text: &Received) -> Result<bool> {
    let sql = "SELECT EXISTS (
                   SELECT 1 FROM conversation v CROSS JOIN inbox i ON i.conversation_id = v.id
                   WHERE v.citizen = :citizen AND i.carrier = :carrier AND i.sent_at > :sent_at
                     AND (i.purpose = 'opt_out' OR i.purpose = 'opt_in'))";
    let of = named_params! {
        ":citizen": text.citizen.reveal(), ":carrier": text.carrier, ":sent_at": text.sent_at,
    };
    Ok(conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?)
}

/// Our latest texts in a conversation; the next one may quote them.
fn our_latest(conn: &Connection, conversation_id: i64) -> Result<Vec<String>> {
    let sql = "SELECT text FROM outbox WHERE conversation_id = :id ORDER BY id DESC LIMIT :most";
    let mut select = conn.prepare_cached(sql)?;
    let of = named_params! { ":id": conversation_id, ":most": MOST_QUOTED };
    let texts = select.query_map(of, |r| r.get(0))?;
    Ok(texts.collect::<rusqlite::Result<_>>()?)
}

/// What a citizen wrote a short while before.
#[derive(Default)]
struct Recent {
    /// Their texts of the last [`JOIN_MS`], oldest first, joined.
    words: String,
    /// How many they wrote within [`FLOOD_MS`], counted up to a most.
    n: u32,
    /// The last text that was put into the conversation was late.
    is_last_late: bool,
}

/// What was written in a conversation before `at`. A text counts from when it was written: what a walk finds of a whole day
/// is no flood.
fn recent(conn: &Connection, conversation_id: i64, most: u32, at: UnixMs) -> Result<Recent> {
    let mut select = conn.prepare_cached(
        "SELECT text, late_ms, received_at - coalesce(late_ms, 0) AS written_at FROM inbox
         WHERE conversation_id = :id ORDER BY seq DESC LIMIT :most",
    )?;
    let mut rows = select.query(named_params! { ":id": conversation_id, ":most": most })?;
    let (mut recent, mut words, mut n_bytes, mut is_first) = (Recent::default(), Vec::new(), 0, true);
    while let Some(row) = rows.next()? {
        let (late_ms, written_at): (Option<i64>, UnixMs) = (row.get("late_ms")?, row.get("written_at")?);
        recent.is_last_late |= is_first && late_ms.is_some();
        is_first = false;
        let ago = at - written_at;
        if ago.abs() > FLOOD_MS {
            continue;
        }
        recent.n += 1;
        if ago.abs() <= JOIN_MS && n_bytes < MOST_JOINED_BYTES {
            let text: String = row.get("text")?;
            n_bytes += text.len();
            words.push(text);
        }
    }
    words.reverse();
    recent.words = words.iter().fold(String::new(), |before, text| text::followed_by(&before, text));
    Ok(recent)
}

/// Puts the text into its conversation and sends the immediate notice; returns the changed conversation.
fn place_text(
    change: &Change<'_>,
    text: &Received,
    arrival: &Arrival<'_>,
    latest: Option<Conversation>,
) -> Result<Conversation> {
    let before = match (arrival.destination, latest) {
        (
            Destination::Route(Route::Join { .. } | Route::Reopen { .. }) | Destination::Aside(Some(_)),
            Some(latest),
        ) => Some(latest),
        _ => None,
    };
    let mut decision = match (&before, arrival.destination) {
        (Some(latest), Destination::Aside(_)) => {
            Decision { after: latest.clone(), events: vec![], effects: vec![] }
        }
        (Some(latest), _) => join(change, text, arrival, latest)?,
        (None, Destination::Aside(_)) => set_aside(change, text, arrival),
        (None, Destination::Route(route)) => open_new(change, text, arrival, route)?,
    };
    if let Some(notice) = arrival.notice {
        let values = notice_values(change, arrival, &decision.after);
        decision.effects.push(Effect::Notice { notice, values });
    }
    apply(change, before.as_ref(), decision, Some(arrival.recipient.clone()))
}

fn text_in(text: &Received, arrival: &Arrival<'_>, before: &Conversation) -> Command {
    Command::TextIn(TextIn {
        seq: next_seq(text, before),
        at: text.arrived().written_at(),
        is_late: text.late_ms.is_some(),
        tier: arrival.tier,
        is_abusive: arrival.is_abusive,
        language: arrival.language,
        opens_at: match arrival.open_state {
            OpenState::Open { .. } => None,
            OpenState::Closed { opens_at, .. } => opens_at,
        },
    })
}

/// The sequence number of a text in its conversation: its id. A text that failed at first and was overtaken gets the
/// next number instead, so that the send guard notices it.
fn next_seq(text: &Received, before: &Conversation) -> i64 {
    text.id.max(before.last_inbound.seq + 1)
}

fn join(
    change: &Change<'_>,
    text: &Received,
    arrival: &Arrival<'_>,
    latest: &Conversation,
) -> Result<Decision> {
    decide(change, latest, &text_in(text, arrival, latest))?
        .map_err(|_| StoreError::Conflict("a text was refused".into()))
}

fn open_new(change: &Change<'_>, text: &Received, arrival: &Arrival<'_>, route: Route) -> Result<Decision> {
    let mut new = blank(change, text, arrival);
    if let Route::Open { previous_id } = route {
        new.previous_id = previous_id;
    }
    let mut decision = join(change, text, arrival, &new)?;
    decision.events.insert(0, automatic_event(EventKind::Opened));
    Ok(decision)
}

fn blank(change: &Change<'_>, text: &Received, arrival: &Arrival<'_>) -> Conversation {
    let mut new = Conversation::new(&text.citizen, &text.our_number, &arrival.desk.key, change.now);
    new.language = arrival.language;
    new
}

/// A text that needs no answer, from a citizen without a conversation: it gets a conversation that is closed at once.
fn set_aside(change: &Change<'_>, text: &Received, arrival: &Arrival<'_>) -> Decision {
    let mut new = blank(change, text, arrival);
    new.close_aside(next_seq(text, &new), text.received_at, (arrival.purpose.as_str(), change.now));
    let events = vec![automatic_event(EventKind::Opened), automatic_event(EventKind::Closed)];
    Decision { after: new, events, effects: vec![] }
}

fn automatic_event(kind: EventKind) -> Happening {
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
    // What a person reads has already moved the conversation's number.
    let last = conversation.last_inbound.seq;
    let is_read = matches!(arrival.destination, Destination::Route(_));
    let seq = if is_read { last } else { text.id.max(last) };
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
        detail: match text.late_ms {
            Some(_) if is_read => Some("late"),
            _ => (!is_question).then(|| arrival.purpose.as_str()),
        },
        ..NewEvent::about(EventKind::TextIn, conversation.id)
    };
    append_event(conn, now, event)
}

/// Values for the immediate notice, except the place in the queue.
fn notice_values(change: &Change<'_>, arrival: &Arrival<'_>, of: &Conversation) -> Vec<(Slot, String)> {
    let time = |at: UnixMs| arrival.desk.calendar.describe(at, change.now, of.language);
    let mut values = Vec::new();
    if let OpenState::Closed { opens_at: Some(at), planned, .. } = &arrival.open_state {
        values.push((Slot::Opens, time(*at)));
        let words = planned.as_ref().and_then(|planned| planned.words(of.language));
        values.extend(words.map(|words| (Slot::Planned, words.to_owned())));
    }
    if let (Some(Notice::Restricted), Some(until)) = (arrival.notice, arrival.recipient.restricted_until) {
        values.push((Slot::Until, time(until)));
    }
    values
}
