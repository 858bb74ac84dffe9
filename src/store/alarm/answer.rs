//! A text from a duty phone: an answer with the alarm's code changes the alarm, a wrong one is counted and changes nothing,
//! anything else goes to a person at the desk.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::{burst, line};
use crate::domain::UnixMs;
use crate::domain::actor::{Actor, DeskScope, Role};
use crate::domain::alarm::code::{GUESS_MS, MOST_CODES, MOST_WRONG, OVER_MS, REST_MS, TOLD_MS, is_recent};
use crate::domain::alarm::words::Confirmation;
use crate::domain::alarm::{DutyAnswer, DutyPhone, DutyWord, read_answer};
use crate::domain::conversation::Command;
use crate::domain::counselor::{Counselor, phone_login};
use crate::domain::event::EventKind;
use crate::domain::lateness::HELP_MS;
use crate::domain::phone::PhoneNumber;
use crate::domain::triage::Tier;
use crate::store::conversation::decide::{Change, run};
use crate::store::conversation::row::load;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, StoreError};

/// No password has this hash. The account of a duty phone cannot log in.
const NO_PASSWORD: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// An arriving text, as far as it matters here.
pub(in crate::store) struct StaffText<'a> {
    pub id: i64,
    pub from: &'a PhoneNumber,
    pub words: &'a str,
    pub has_photos: bool,
    /// How long after it was written it came, if it is late.
    pub late_ms: Option<i64>,
}

/// Whose text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum FromStaff {
    /// A citizen's.
    No,
    /// A duty phone's answer, right or wrong: it is done with.
    Answer,
    /// A duty phone's, and no answer: a person reads it, and nothing is said by itself.
    Other,
}

/// Takes a text if it is a duty phone's answer.
pub(in crate::store) fn from_staff(change: &Change<'_>, text: &StaffText<'_>) -> Result<FromStaff> {
    let Some(phone) = change.policy.alarm.staff(text.from) else {
        return Ok(FromStaff::No);
    };
    let did = match read_answer(text.words) {
        _ if text.has_photos => return Ok(FromStaff::Other),
        DutyAnswer::Codes(codes) => by_codes(change, phone, &codes, text.late_ms)?,
        // Whatever may be a call for help is one.
        _ if is_danger(change, text.words) => return Ok(FromStaff::Other),
        DutyAnswer::Other => return Ok(FromStaff::Other),
        DutyAnswer::Unclear => {
            confirm(change, phone, &Confirmation::Nothing)?;
            return Ok(FromStaff::Other);
        }
        DutyAnswer::Incomplete => vec![Confirmation::Nothing],
    };
    keep(change, text)?;
    for confirmation in did {
        confirm(change, phone, &confirmation)?;
    }
    Ok(FromStaff::Answer)
}

fn is_danger(change: &Change<'_>, words: &str) -> bool {
    change.policy.triage.judge(words).tier().is_some_and(Tier::is_danger)
}

/// Keeps the text in the phone's line, where no citizen's text stands.
fn keep(change: &Change<'_>, text: &StaffText<'_>) -> Result<()> {
    let Change { conn, policy, now, .. } = *change;
    let conversation_id = line::conversation(conn, text.from, policy, now)?;
    let n = conn
        .prepare_cached(
            "UPDATE inbox SET state = 'routed', conversation_id = :conversation, seq = :id, routed_at = :now,
                    purpose = 'staff'
             WHERE id = :id AND state = 'received'",
        )?
        .execute(named_params! { ":conversation": conversation_id, ":now": now, ":id": text.id })?;
    if n != 1 {
        return Err(StoreError::Conflict("the text was routed by somebody else".into()));
    }
    let about = NewEvent::about(EventKind::TextIn, conversation_id);
    append_event(conn, now, NewEvent { message_id: Some(text.id), detail: Some("staff"), ..about })
}

/// What the codes of an answer do, each by itself. Nothing is said of a wrong one while codes from this phone are ignored.
fn by_codes(
    change: &Change<'_>,
    phone: &DutyPhone,
    codes: &[(DutyWord, String)],
    late_ms: Option<i64>,
) -> Result<Vec<Confirmation>> {
    if codes.len() > MOST_CODES {
        wrong_code(change.conn, phone, change.now)?;
        return Ok(vec![Confirmation::Nothing]);
    }
    let did = codes.iter().map(|(word, code)| by_code(change, phone, (*word, code), late_ms));
    let did: Vec<Option<Confirmation>> = did.collect::<Result<_>>()?;
    Ok(did.into_iter().flatten().collect())
}

fn by_code(
    change: &Change<'_>,
    phone: &DutyPhone,
    (word, code): (DutyWord, &str),
    late_ms: Option<i64>,
) -> Result<Option<Confirmation>> {
    let Change { conn, now, .. } = *change;
    let found = alarm_of(conn, phone, code, now)?;
    if let Some(until) = ignored_until(conn, &phone.number, now)? {
        return if found.is_some() { ignored(conn, phone, (until, now)) } else { Ok(None) };
    }
    let conversation_id = match found {
        None => {
            wrong_code(conn, phone, now)?;
            return Ok(Some(Confirmation::Nothing));
        }
        Some(Found { conversation_id, stands: false, called_at }) => {
            // Old codes are as good as wrong ones to whoever tries them all.
            if !is_recent(called_at, OVER_MS, now) {
                wrong_code(conn, phone, now)?;
            }
            return Ok(Some(Confirmation::Over { conversation_id }));
        }
        Some(Found { conversation_id, called_at, .. })
            if word == DutyWord::HandedOver && has_newer_danger(conn, conversation_id, called_at)? =>
        {
            return Ok(Some(Confirmation::Newer { conversation_id }));
        }
        Some(Found { conversation_id, .. }) => conversation_id,
    };
    // Who said long ago that they look after it may have stopped since.
    if word == DutyWord::Ack && late_ms.is_some_and(|age| age > HELP_MS) {
        return Ok(Some(Confirmation::Nothing));
    }
    let person = person(conn, phone, now)?;
    let me = person.id;
    let actor = Actor::person(person, Role::Supervisor, DeskScope::All, "duty phone".to_owned());
    let command = match word {
        DutyWord::Ack => Command::AckByPhone,
        DutyWord::HandedOver => Command::HandOver {
            service: "119·112".to_owned(),
            told: format!("{} (당직 전화)", phone.name),
            last_seen: None,
        },
    };
    let by_phone = Change { actor: &actor, ..*change };
    Ok(Some(match (run(&by_phone, &load(conn, conversation_id)?, &command)?, word) {
        (Ok(_), DutyWord::Ack) => Confirmation::Taken { conversation_id },
        (Ok(_), DutyWord::HandedOver) => Confirmation::HandedOver { conversation_id },
        (Err(_), _) => match acked_by(conn, conversation_id)? {
            Some(by) if by.id == me => Confirmation::Taken { conversation_id },
            Some(by) => Confirmation::TakenBefore { conversation_id, by: by.name },
            None => Confirmation::Over { conversation_id },
        },
    }))
}

/// The alarm that a code was given to.
struct Found {
    conversation_id: i64,
    /// Nobody has answered or ended it.
    stands: bool,
    /// When this phone was last called for it.
    called_at: UnixMs,
}

/// Whether the citizen wrote of danger after the phone was called: what was told to 119 or 112 cannot have been that.
fn has_newer_danger(conn: &Connection, conversation_id: i64, called_at: UnixMs) -> Result<bool> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM inbox WHERE conversation_id = :id AND tier = 1 AND received_at > :at)";
    let of = named_params! { ":id": conversation_id, ":at": called_at };
    Ok(conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?)
}

/// The alarm that has this code at this phone, or had it a short while ago.
fn alarm_of(conn: &Connection, phone: &DutyPhone, code: &str, now: UnixMs) -> Result<Option<Found>> {
    let sql = "SELECT d.conversation_id, d.called_at, v.alarm_from_at IS d.alarm_from_at AS stands
               FROM duty_code d JOIN conversation v ON v.id = d.conversation_id
               WHERE d.number = :number AND d.code = :code
                 AND (d.called_at > :since OR v.alarm_from_at IS d.alarm_from_at)
               ORDER BY stands DESC, d.called_at DESC LIMIT 1";
    let of = named_params! { ":number": phone.number.reveal(), ":code": code, ":since": now - REST_MS };
    let found = conn.prepare_cached(sql)?.query_row(of, |r| {
        Ok(Found {
            conversation_id: r.get("conversation_id")?,
            stands: r.get("stands")?,
            called_at: r.get("called_at")?,
        })
    });
    Ok(found.optional()?)
}

/// Who looks after a danger.
struct AckedBy {
    id: i64,
    name: String,
}

fn acked_by(conn: &Connection, conversation_id: i64) -> Result<Option<AckedBy>> {
    let sql =
        "SELECT c.id, c.name FROM conversation v JOIN counselor c ON c.id = v.acked_by WHERE v.id = :id";
    let of = named_params! { ":id": conversation_id };
    let found =
        conn.prepare_cached(sql)?.query_row(of, |r| Ok(AckedBy { id: r.get("id")?, name: r.get("name")? }));
    Ok(found.optional()?)
}

/// The account under which it stands what somebody does by phone: their own, or one of the phone's that cannot log in.
fn person(conn: &Connection, phone: &DutyPhone, now: UnixMs) -> Result<Counselor> {
    let find = |login: &str, may_be_disabled: bool| -> Result<Option<Counselor>> {
        let sql = "SELECT id AS counselor_id, login AS counselor_login, name AS counselor_name,
                          disabled_at AS counselor_disabled_at
                   FROM counselor WHERE login = :login AND (:any OR disabled_at IS NULL)";
        let of = named_params! { ":login": login, ":any": may_be_disabled };
        Ok(conn.prepare_cached(sql)?.query_row(of, row::counselor).optional()?.flatten())
    };
    if let Some(own) = phone.login.as_deref().map(|login| find(login, false)).transpose()?.flatten() {
        return Ok(own);
    }
    let login = phone_login(&phone.name);
    conn.prepare_cached(
        "INSERT INTO counselor (login, name, password_hash, created_at, disabled_at)
         VALUES (:login, :name, :hash, :now, :now) ON CONFLICT (login) DO NOTHING",
    )?
    .execute(named_params! {
        ":login": login, ":name": phone.name, ":hash": NO_PASSWORD, ":now": now,
    })?;
    find(&login, true)?.ok_or(StoreError::NotFound)
}

/// Until when codes of a number are ignored: until fewer wrong ones stand in the time over which they are counted.
pub(super) fn ignored_until(conn: &Connection, number: &PhoneNumber, now: UnixMs) -> Result<Option<UnixMs>> {
    let sql = "SELECT at FROM duty_wrong_code WHERE number = :number AND at > :since AND at <= :now
               ORDER BY at DESC LIMIT 1 OFFSET :others";
    let of = named_params! {
        ":number": number.reveal(), ":since": now - GUESS_MS, ":now": now, ":others": MOST_WRONG - 1,
    };
    let first: Option<UnixMs> = conn.prepare_cached(sql)?.query_row(of, |r| r.get(0)).optional()?;
    Ok(first.map(|at| at + GUESS_MS))
}

/// A right code comes while codes are ignored: that is said once, until they count again.
fn ignored(
    conn: &Connection,
    phone: &DutyPhone,
    (until, now): (UnixMs, UnixMs),
) -> Result<Option<Confirmation>> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM duty_line l WHERE l.number = :number AND l.ignored_told_at <= :now
                 AND l.ignored_told_at >= (SELECT max(w.at) FROM duty_wrong_code w
                                           WHERE w.number = l.number AND w.at <= :now))";
    let of = named_params! { ":number": phone.number.reveal(), ":now": now };
    let was_told: bool = conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?;
    if was_told {
        return Ok(None);
    }
    conn.prepare_cached("UPDATE duty_line SET ignored_told_at = :now WHERE number = :number")?
        .execute(named_params! { ":now": now, ":number": phone.number.reveal() })?;
    Ok(Some(Confirmation::Ignored { until: phone.hours.clock_at(until) }))
}

/// Counts a wrong code; supervisors see it, and see when codes are ignored from now on.
fn wrong_code(conn: &Connection, phone: &DutyPhone, now: UnixMs) -> Result<()> {
    conn.prepare_cached("DELETE FROM duty_wrong_code WHERE at <= :old OR at > :now")?
        .execute(named_params! { ":old": now - GUESS_MS, ":now": now })?;
    conn.prepare_cached("INSERT INTO duty_wrong_code (number, at) VALUES (:number, :now)")?
        .execute(named_params! { ":number": phone.number.reveal(), ":now": now })?;
    let event = |kind| NewEvent { detail: Some(&phone.name), ..NewEvent::new(kind) };
    append_event(conn, now, event(EventKind::DutyWrongCode))?;
    if ignored_until(conn, &phone.number, now)?.is_some() {
        append_event(conn, now, event(EventKind::DutyCodesIgnored))?;
    }
    Ok(())
}

/// Says what became of the answer: that it did nothing, or came too late, at most once in a while.
fn confirm(change: &Change<'_>, phone: &DutyPhone, confirmation: &Confirmation) -> Result<()> {
    let Change { conn, policy, now, .. } = *change;
    let number = phone.number.reveal();
    let did_nothing = matches!(confirmation, Confirmation::Nothing | Confirmation::Over { .. });
    if did_nothing {
        let sql = "SELECT refused_at FROM duty_line WHERE number = :number";
        let last = conn.prepare_cached(sql)?.query_row(named_params! { ":number": number }, |r| r.get(0));
        let last: Option<UnixMs> = last.optional()?.flatten();
        if last.is_some_and(|at| is_recent(at, TOLD_MS, now)) {
            return Ok(());
        }
    }
    line::text(conn, &phone.number, &confirmation.words(), (policy, now))?;
    burst::let_pass(conn, &phone.number, (policy, now))?;
    if did_nothing {
        conn.prepare_cached("UPDATE duty_line SET refused_at = :now WHERE number = :number")?
            .execute(named_params! { ":number": number, ":now": now })?;
    }
    Ok(())
}
