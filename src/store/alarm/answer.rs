//! A text from a duty phone: an answer with the alarm's code changes the alarm, a wrong one is counted and changes nothing,
//! anything else goes to a person at the desk.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::line;
use crate::domain::UnixMs;
use crate::domain::actor::{Actor, DeskScope, Role};
use crate::domain::alarm::code::{GUESS_MS, MOST_WRONG, TOLD_MS, is_recent};
use crate::domain::alarm::words::Confirmation;
use crate::domain::alarm::{DutyAnswer, DutyPhone, DutyWord, read_answer};
use crate::domain::conversation::Command;
use crate::domain::counselor::Counselor;
use crate::domain::event::EventKind;
use crate::domain::lateness::HELP_MS;
use crate::domain::phone::PhoneNumber;
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
    let answer = match read_answer(text.words) {
        _ if text.has_photos => DutyAnswer::Other,
        answer => answer,
    };
    let confirmation = match answer {
        DutyAnswer::Other => return Ok(FromStaff::Other),
        DutyAnswer::Incomplete => Some(Confirmation::Wrong),
        DutyAnswer::Code { word, code } => by_code(change, phone, (word, &code), text.late_ms)?,
    };
    keep(change, text)?;
    if let Some(confirmation) = confirmation {
        confirm(change, phone, &confirmation)?;
    }
    Ok(FromStaff::Answer)
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

/// What an answer with a code does; `None` while codes from this phone are ignored.
fn by_code(
    change: &Change<'_>,
    phone: &DutyPhone,
    (word, code): (DutyWord, &str),
    late_ms: Option<i64>,
) -> Result<Option<Confirmation>> {
    let Change { conn, now, .. } = *change;
    if n_wrong(conn, phone, now)? >= MOST_WRONG {
        return Ok(None);
    }
    let Some(conversation_id) = alarm_of(conn, phone, code)? else {
        wrong_code(conn, phone, now)?;
        return Ok(Some(Confirmation::Wrong));
    };
    // Who said long ago that they look after it may have stopped since.
    if word == DutyWord::Ack && late_ms.is_some_and(|age| age > HELP_MS) {
        return Ok(Some(Confirmation::Wrong));
    }
    let person = person(conn, phone, now)?;
    let actor = Actor::person(person, Role::Supervisor, DeskScope::All, "duty phone".to_owned());
    let command = match word {
        DutyWord::Ack => Command::AckByPhone,
        DutyWord::HandedOver => Command::HandOver {
            service: "119·112".to_owned(),
            told: format!("{} (당직 전화)", phone.name),
        },
    };
    let by_phone = Change { actor: &actor, ..*change };
    Ok(Some(match (run(&by_phone, &load(conn, conversation_id)?, &command)?, word) {
        (Ok(_), DutyWord::Ack) => Confirmation::Taken { conversation_id },
        (Ok(_), DutyWord::HandedOver) => Confirmation::HandedOver { conversation_id },
        (Err(_), _) => Confirmation::TakenBefore { conversation_id, by: acked_by(conn, conversation_id)? },
    }))
}

/// The conversation whose alarm stands and has this code at this phone.
fn alarm_of(conn: &Connection, phone: &DutyPhone, code: &str) -> Result<Option<i64>> {
    let sql = "SELECT d.conversation_id FROM duty_code d JOIN conversation v ON v.id = d.conversation_id
               WHERE d.number = :number AND d.code = :code AND v.alarm_from_at = d.alarm_from_at
               ORDER BY d.called_at DESC LIMIT 1";
    let of = named_params! { ":number": phone.number.reveal(), ":code": code };
    Ok(conn.prepare_cached(sql)?.query_row(of, |r| r.get(0)).optional()?)
}

fn acked_by(conn: &Connection, conversation_id: i64) -> Result<String> {
    let sql = "SELECT c.name FROM conversation v JOIN counselor c ON c.id = v.acked_by WHERE v.id = :id";
    let name = conn.prepare_cached(sql)?.query_row(named_params! { ":id": conversation_id }, |r| r.get(0));
    Ok(name.optional()?.unwrap_or_default())
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
    let login = format!("duty:{}", phone.name);
    conn.prepare_cached(
        "INSERT INTO counselor (login, name, password_hash, created_at, disabled_at)
         VALUES (:login, :name, :hash, :now, :now) ON CONFLICT (login) DO NOTHING",
    )?
    .execute(named_params! {
        ":login": login, ":name": phone.name, ":hash": NO_PASSWORD, ":now": now,
    })?;
    find(&login, true)?.ok_or(StoreError::NotFound)
}

fn n_wrong(conn: &Connection, phone: &DutyPhone, now: UnixMs) -> Result<u32> {
    let sql = "SELECT count(*) FROM duty_wrong_code WHERE number = :number AND at > :since AND at <= :now";
    let of = named_params! { ":number": phone.number.reveal(), ":since": now - GUESS_MS, ":now": now };
    Ok(conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?)
}

/// Counts a wrong code; supervisors see it, and see when codes are ignored from now on.
fn wrong_code(conn: &Connection, phone: &DutyPhone, now: UnixMs) -> Result<()> {
    conn.prepare_cached("DELETE FROM duty_wrong_code WHERE at <= :old OR at > :now")?
        .execute(named_params! { ":old": now - GUESS_MS, ":now": now })?;
    conn.prepare_cached("INSERT INTO duty_wrong_code (number, at) VALUES (:number, :now)")?
        .execute(named_params! { ":number": phone.number.reveal(), ":now": now })?;
    let event = |kind| NewEvent { detail: Some(&phone.name), ..NewEvent::new(kind) };
    append_event(conn, now, event(EventKind::DutyWrongCode))?;
    if n_wrong(conn, phone, now)? >= MOST_WRONG {
        append_event(conn, now, event(EventKind::DutyCodesIgnored))?;
    }
    Ok(())
}

/// Says what became of the answer, right ones and wrong ones each at most once in a while.
fn confirm(change: &Change<'_>, phone: &DutyPhone, confirmation: &Confirmation) -> Result<()> {
    let Change { conn, policy, now, .. } = *change;
    let number = named_params! { ":number": phone.number.reveal() };
    let (select, update) = if confirmation.is_right() {
        (
            "SELECT confirmed_at FROM duty_line WHERE number = :number",
            "UPDATE duty_line SET confirmed_at = :now WHERE number = :number",
        )
    } else {
        (
            "SELECT refused_at FROM duty_line WHERE number = :number",
            "UPDATE duty_line SET refused_at = :now WHERE number = :number",
        )
    };
    let last: Option<UnixMs> =
        conn.prepare_cached(select)?.query_row(number, |r| r.get(0)).optional()?.flatten();
    if last.is_some_and(|at| is_recent(at, TOLD_MS, now)) {
        return Ok(());
    }
    line::text(conn, &phone.number, &confirmation.words(), (policy, now))?;
    conn.prepare_cached(update)?.execute(named_params! { ":number": phone.number.reveal(), ":now": now })?;
    Ok(())
}
