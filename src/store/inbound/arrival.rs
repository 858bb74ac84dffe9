//! Putting a text where `domain::arrival` decides: into its conversation, with everything that follows from it, in the
//! router's transaction.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::arrival::{self, Arrival, Arrived, FLOOD_MS, JOIN_MS, Known, Place, Policy, Purpose};
use crate::domain::calendar::Standing;
use crate::domain::conversation::{Latest, Route};
use crate::domain::notice::{Language, Notice, NoticeText, Slot};
use crate::domain::phone::PhoneNumber;
use crate::domain::queue::Standing as InLine;
use crate::domain::survey::Answer;
use crate::domain::text::MessageText;
use crate::domain::triage::Tier;
use crate::store::conversation::queue;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append};
use crate::store::outbound::notice::{self, Addressee};
use crate::store::outbound::outbox::SendPolicy;
use crate::store::people::citizen;
use crate::store::{Result, StoreError};

/// Danger in a conversation that somebody has looked after within this time rings no bell again (milliseconds).
const RING_AGAIN_MS: i64 = 10 * 60 * 1_000;

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

/// The citizen's latest conversation.
struct Found {
    about: Latest,
    desk: String,
    language: Language,
    last_inbound_id: i64,
    acked_at: Option<UnixMs>,
    is_ringing: bool,
}

/// What routing goes by.
pub(in crate::store) struct Rules<'a> {
    pub policy: &'a Policy,
    pub send: &'a SendPolicy,
    pub sticky_ms: i64,
}

/// Routes one text; says whether an automatic text was written.
pub(in crate::store) fn route(
    conn: &Connection,
    text: Received,
    now: UnixMs,
    rules: &Rules<'_>,
) -> Result<bool> {
    let latest = latest_conversation(conn, &text)?;
    let text = after_all_routed(conn, text, latest.as_ref())?;
    let known = known(conn, &text, latest.as_ref(), rules.policy.flood + 1)?;
    let arrived = Arrived {
        citizen: &text.citizen,
        our_number: &text.our_number,
        text: text.text.reveal(),
        has_photos: text.has_photos,
        at: text.received_at,
    };
    let arrival = arrival::decide(rules.policy, &arrived, &known);
    let conversation_id = put(conn, &text, &arrival, now, rules)?;
    mark_routed(conn, &text, &arrival, conversation_id, now)?;
    if arrival.tier == Some(Tier::Danger) {
        ring(conn, conversation_id, latest.filter(|l| l.about.id == conversation_id).as_ref(), now)?;
    }
    match &arrival.purpose {
        Purpose::Survey(answer) => keep_answer(conn, conversation_id, answer, &text, now)?,
        Purpose::Wish(wish) => citizen::wish(conn, &text.citizen, *wish, conversation_id, now)?,
        Purpose::Question | Purpose::Restricted => {}
    }
    if arrival.is_flood && known.n_recent == rules.policy.flood {
        let event = NewEvent { kind: "flood", conversation_id: Some(conversation_id), ..NewEvent::default() };
        append(conn, now, event)?;
    }
    say(conn, &text, &arrival, &known, conversation_id, now, rules)
}

fn latest_conversation(conn: &Connection, text: &Received) -> Result<Option<Found>> {
    let mut select = conn.prepare_cached(
        "SELECT id, state, claimed_by IS NOT NULL AS held, closed_at, last_inbound_id, desk, language,
                acked_at, urgent_at IS NOT NULL AND acked_at IS NULL AS is_ringing
         FROM conversation
         WHERE citizen = :citizen AND our_number = :our_number ORDER BY id DESC LIMIT 1",
    )?;
    let of = named_params! { ":citizen": text.citizen.reveal(), ":our_number": text.our_number.reveal() };
    let found = |r: &Row<'_>| {
        let about = Latest {
            id: r.get("id")?,
            state: row::conversation_state(r)?,
            held: r.get("held")?,
            closed_at: r.get("closed_at")?,
        };
        Ok(Found {
            about,
            desk: r.get("desk")?,
            language: row::word(r, "language", Language::from_word)?,
            last_inbound_id: r.get("last_inbound_id")?,
            acked_at: r.get("acked_at")?,
            is_ringing: r.get("is_ringing")?,
        })
    };
    Ok(select.query_row(of, found).optional()?)
}

/// A text that failed at first may be overtaken by a newer one. The send guard asks what the writer has seen by number,
/// so a text that is put in behind gets a number behind.
fn after_all_routed(conn: &Connection, text: Received, latest: Option<&Found>) -> Result<Received> {
    if latest.is_none_or(|l| l.last_inbound_id < text.id) {
        return Ok(text);
    }
    let sql = "UPDATE inbox SET id = (SELECT max(id) + 1 FROM inbox) WHERE id = :id RETURNING id";
    let id = conn.prepare_cached(sql)?.query_row(named_params! { ":id": text.id }, |row| row.get(0))?;
    Ok(Received { id, ..text })
}

fn known(conn: &Connection, text: &Received, latest: Option<&Found>, most: u32) -> Result<Known> {
    let citizen = citizen::of(conn, &text.citizen)?;
    let mut known = Known {
        is_opted_out: citizen.opted_out_at.is_some(),
        restricted_until: citizen.restricted_until_at,
        ..Known::default()
    };
    let Some(latest) = latest else {
        return Ok(known);
    };
    known.latest = Some(latest.about);
    known.desk = Some(latest.desk.clone());
    known.language = latest.language;
    known.said = notice::said(conn, latest.about.id)?;
    (known.recent, known.n_recent) = recent(conn, latest.about.id, most, text.received_at)?;
    if latest.about.closed_at.is_some() {
        let sql = "SELECT max(asked_at) FROM survey WHERE conversation_id = :id AND score IS NULL";
        let of = named_params! { ":id": latest.about.id };
        known.survey_asked_at = conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?;
    }
    Ok(known)
}

/// What they wrote just before, in one, and how many texts they sent in a while; nobody needs to know more than `most`.
fn recent(conn: &Connection, conversation_id: i64, most: u32, at: UnixMs) -> Result<(String, u32)> {
    let mut select = conn.prepare_cached(
        "SELECT text, received_at FROM inbox WHERE conversation_id = :id ORDER BY id DESC LIMIT :most",
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

fn put(
    conn: &Connection,
    text: &Received,
    arrival: &Arrival<'_>,
    now: UnixMs,
    rules: &Rules<'_>,
) -> Result<i64> {
    match arrival.place {
        Place::Route(Route::Open { previous_id }) => open(conn, text, arrival, previous_id, now),
        Place::Route(Route::Reopen { id }) => {
            reopen(conn, id, text, arrival, now)?;
            come_back(conn, id, text, arrival, rules)
        }
        Place::Route(Route::Join { id, state }) => {
            join(conn, id, state.as_str(), text, arrival)?;
            come_back(conn, id, text, arrival, rules)
        }
        Place::Aside(Some(id)) => Ok(id),
        Place::Aside(None) => {
            let id = open(conn, text, arrival, None, now)?;
            conn.prepare_cached(
                "UPDATE conversation SET state = 'closed', waiting_since_at = NULL, closed_at = :now,
                        close_reason = :purpose WHERE id = :id",
            )?
            .execute(named_params! { ":now": now, ":purpose": arrival.purpose.as_str(), ":id": id })?;
            append(conn, now, NewEvent { kind: "closed", conversation_id: Some(id), ..NewEvent::default() })?;
            Ok(id)
        }
    }
}

fn mark_routed(
    conn: &Connection,
    text: &Received,
    arrival: &Arrival<'_>,
    conversation_id: i64,
    now: UnixMs,
) -> Result<()> {
    let n = conn
        .prepare_cached(
            "UPDATE inbox SET state = 'routed', conversation_id = :conversation, routed_at = :now,
                    purpose = :purpose, tier = :tier, rules = :rules, is_abusive = :abusive
             WHERE id = :id AND state = 'received'",
        )?
        .execute(named_params! {
            ":conversation": conversation_id, ":now": now, ":id": text.id,
            ":purpose": arrival.purpose.as_str(), ":tier": arrival.tier.map(Tier::number),
            ":rules": (!arrival.rules.is_empty()).then_some(&arrival.rules), ":abusive": arrival.is_abusive,
        })?;
    if n != 1 {
        return Err(StoreError::Conflict("the text was routed by somebody else".into()));
    }
    let detail = (arrival.purpose != Purpose::Question).then(|| arrival.purpose.as_str());
    let event = NewEvent {
        kind: "text_in",
        conversation_id: Some(conversation_id),
        message_id: Some(text.id),
        detail,
        ..NewEvent::default()
    };
    append(conn, now, event)
}

/// When the desk opened for what came while it was closed.
fn opened_at(arrival: &Arrival<'_>) -> Option<UnixMs> {
    match arrival.standing {
        Standing::Open { .. } => None,
        Standing::Closed { opens_at, .. } => opens_at,
    }
}

fn open(
    conn: &Connection,
    text: &Received,
    arrival: &Arrival<'_>,
    previous_id: Option<i64>,
    now: UnixMs,
) -> Result<i64> {
    let in_line = InLine {
        waiting_since: text.received_at,
        tier: arrival.tier.map(Tier::number),
        in_dialogue: false,
        opened_at: opened_at(arrival),
    };
    conn.prepare_cached(
        "INSERT INTO conversation (citizen, our_number, state, opened_at, waiting_since_at, last_inbound_id,
                                   last_inbound_at, previous_id, desk, language, tier, queue_at, is_abusive)
         VALUES (:citizen, :our_number, 'waiting', :now, :received_at, :inbound, :received_at, :previous,
                 :desk, :language, :tier, :queue_at, :abusive)",
    )?
    .execute(named_params! {
        ":citizen": text.citizen.reveal(),
        ":our_number": text.our_number.reveal(),
        ":now": now,
        ":received_at": text.received_at,
        ":inbound": text.id,
        ":previous": previous_id,
        ":desk": arrival.desk.key,
        ":language": arrival.language.as_str(),
        ":tier": arrival.tier.map(Tier::number),
        ":queue_at": crate::domain::queue::place(&in_line),
        ":abusive": arrival.is_abusive,
    })?;
    let id = conn.last_insert_rowid();
    append(conn, now, NewEvent { kind: "opened", conversation_id: Some(id), ..NewEvent::default() })?;
    Ok(id)
}

/// What a consultation was about and what was promised belongs to it; how it ended does not any more.
fn reopen(conn: &Connection, id: i64, text: &Received, arrival: &Arrival<'_>, now: UnixMs) -> Result<()> {
    conn.prepare_cached(
        "UPDATE conversation
         SET state = 'waiting', closed_at = NULL, close_reason = NULL, n_reopened = n_reopened + 1,
             waiting_since_at = :received_at, last_inbound_id = :inbound, n_wait_notices = 0, nudged_at = NULL,
             survey_due_at = NULL, tier = :tier, is_abusive = max(is_abusive, :abusive),
             last_inbound_at = max(last_inbound_at, :received_at)
         WHERE id = :id AND state = 'closed'",
    )?
    .execute(named_params! {
        ":received_at": text.received_at, ":inbound": text.id, ":id": id, ":tier": arrival.tier.map(Tier::number),
        ":abusive": arrival.is_abusive,
    })?;
    append(conn, now, NewEvent { kind: "reopened", conversation_id: Some(id), ..NewEvent::default() })
}

fn join(conn: &Connection, id: i64, state: &str, text: &Received, arrival: &Arrival<'_>) -> Result<()> {
    conn.prepare_cached(
        "UPDATE conversation
         SET state = :state, waiting_since_at = min(coalesce(waiting_since_at, :received_at), :received_at),
             n_wait_notices = CASE WHEN waiting_since_at IS NULL THEN 0 ELSE n_wait_notices END,
             tier = CASE WHEN :tier IS NULL THEN tier ELSE min(coalesce(tier, :tier), :tier) END,
             is_abusive = max(is_abusive, :abusive), nudged_at = NULL,
             last_inbound_id = :inbound, last_inbound_at = max(last_inbound_at, :received_at)
         WHERE id = :id AND state <> 'closed'",
    )?
    .execute(named_params! {
        ":state": state, ":received_at": text.received_at, ":inbound": text.id, ":id": id,
        ":tier": arrival.tier.map(Tier::number), ":abusive": arrival.is_abusive,
    })?;
    Ok(())
}

/// Gives who wrote again their place in line; first to who answered them last, unless it presses.
fn come_back(
    conn: &Connection,
    id: i64,
    text: &Received,
    arrival: &Arrival<'_>,
    rules: &Rules<'_>,
) -> Result<i64> {
    queue::place(conn, id, opened_at(arrival))?;
    if rules.sticky_ms > 0 && arrival.tier != Some(Tier::Danger) {
        conn.prepare_cached(
            "UPDATE conversation SET offered_to = last_holder_id, offered_until_at = :until
             WHERE id = :id AND state = 'waiting' AND waiting_since_at = :received_at AND offered_to IS NULL
               AND EXISTS (SELECT 1 FROM counselor c WHERE c.id = last_holder_id AND c.disabled_at IS NULL)",
        )?
        .execute(named_params! {
            ":until": text.received_at + rules.sticky_ms, ":id": id, ":received_at": text.received_at,
        })?;
    }
    Ok(id)
}

/// Danger: everybody on duty hears of it, until somebody says that they look after it.
fn ring(conn: &Connection, id: i64, before: Option<&Found>, now: UnixMs) -> Result<()> {
    let is_looked_after = before.and_then(|b| b.acked_at).is_some_and(|at| now - at < RING_AGAIN_MS);
    if before.is_some_and(|b| b.is_ringing) || is_looked_after {
        return Ok(());
    }
    queue::ring(conn, id, None, now)
}

/// Words first and the number after them are one answer.
fn keep_answer(
    conn: &Connection,
    conversation_id: i64,
    answer: &Answer,
    text: &Received,
    now: UnixMs,
) -> Result<()> {
    let (score, comment) = match answer {
        Answer::Score { score, comment } => (Some(*score), comment.as_deref()),
        _ => (None, Some(text.text.reveal())),
    };
    conn.prepare_cached(
        "UPDATE survey
         SET answered_at = :now, score = :score,
             comment = CASE WHEN comment IS NULL OR :comment IS NULL THEN coalesce(comment, :comment)
                            ELSE comment || char(10) || :comment END
         WHERE id = (SELECT max(id) FROM survey WHERE conversation_id = :id AND score IS NULL)",
    )?
    .execute(named_params! { ":now": now, ":score": score, ":comment": comment, ":id": conversation_id })?;
    let event = NewEvent {
        kind: "survey_answered",
        conversation_id: Some(conversation_id),
        message_id: Some(text.id),
        ..NewEvent::default()
    };
    append(conn, now, event)
}

fn say(
    conn: &Connection,
    text: &Received,
    arrival: &Arrival<'_>,
    known: &Known,
    conversation_id: i64,
    now: UnixMs,
    rules: &Rules<'_>,
) -> Result<bool> {
    let Some(notice) = arrival.notice else {
        return Ok(false);
    };
    let Some(words) = words(conn, notice, arrival, known, conversation_id, rules.policy, now)? else {
        return Ok(false);
    };
    let to = Addressee { conversation_id, citizen: &text.citizen, our_number: &text.our_number };
    notice::write(conn, &to, &words, now, rules.send)?;
    Ok(true)
}

/// The words of a notice; a receipt says what is true now: how many wait before them, how long it takes, when we open.
fn words(
    conn: &Connection,
    notice: Notice,
    arrival: &Arrival<'_>,
    known: &Known,
    conversation_id: i64,
    policy: &Policy,
    now: UnixMs,
) -> Result<Option<NoticeText>> {
    use Notice::{ReceiptClosed as Closed, ReceiptHoliday as Holiday};
    let (texts, language) = (&policy.texts, arrival.language);
    let said_time = |at: UnixMs| arrival.desk.calendar.said(at, now, language);
    Ok(match (notice, &arrival.standing) {
        (Closed | Holiday, Standing::Closed { text: Some(own), .. }) => texts.ready(notice, own.clone()),
        (Closed | Holiday, Standing::Closed { opens_at: Some(at), .. }) => {
            texts.say(notice, language, &[(Slot::Opens, said_time(*at))])
        }
        (Closed | Holiday, _) => texts.say(Notice::Receipt, language, &[]),
        (Notice::Receipt, _) => {
            let n_ahead = queue::n_ahead(conn, conversation_id)?;
            let ahead = (Slot::Ahead, n_ahead.to_string());
            match (n_ahead, queue::minutes(conn, n_ahead, now)?) {
                (0, _) => texts.say(Notice::Receipt, language, &[]),
                (_, None) => texts.say(Notice::ReceiptAhead, language, &[ahead]),
                (_, Some(minutes)) => {
                    texts.say(Notice::ReceiptWait, language, &[ahead, (Slot::Minutes, minutes.to_string())])
                }
            }
        }
        (Notice::Restricted, _) => {
            let until = known.restricted_until.map(said_time).unwrap_or_default();
            texts.say(notice, language, &[(Slot::Until, until)])
        }
        _ => texts.say(notice, language, &[]),
    })
}
