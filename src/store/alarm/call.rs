//! A danger calls a duty phone: the text, its code, and what leaves beside it.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, named_params};

use super::{burst, line, push};
use crate::domain::UnixMs;
use crate::domain::alarm::code::{REST_MS, free_code};
use crate::domain::alarm::{AlarmNews, DutyKind, DutyPhone, words};
use crate::domain::conversation::Conversation;
use crate::domain::event::EventKind;
use crate::domain::phone::PhoneNumber;
use crate::domain::policy::ServicePolicy;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, Store};

/// Calls the phone of this step: nobody has answered the danger for so many minutes. Does nothing where the operator has
/// named no phone, no command and no webhook.
pub(in crate::store) fn call(
    conn: &Connection,
    of: &Conversation,
    (step, minutes): (u32, i64),
    (policy, now): (&ServicePolicy, UnixMs),
) -> Result<()> {
    let rota = &policy.alarm;
    let phone = match of.danger.filter(|danger| danger.state.is_open()) {
        Some(danger) => {
            let last = last_called(conn, of.id, danger.alarm_from)?;
            rota.next_after(DutyKind::Danger, last.as_ref(), now)
        }
        None => rota.at_step(DutyKind::Danger, step, now),
    };
    if let Some(phone) = phone {
        text(conn, of, (phone, minutes), (policy, now))?;
        let event = NewEvent { detail: Some(&phone.name), ..NewEvent::about(EventKind::DutyCalled, of.id) };
        append_event(conn, now, event)?;
    }
    let news = AlarmNews {
        what: "danger".to_owned(),
        state: None,
        conversation_id: Some(of.id),
        step: Some(step + 1),
        minutes,
        called: phone.iter().map(|phone| phone.name.clone()).collect(),
    };
    push::queue(conn, &policy.alarm.pushes, &news, now)
}

fn text(
    conn: &Connection,
    of: &Conversation,
    (phone, minutes): (&DutyPhone, i64),
    (policy, now): (&ServicePolicy, UnixMs),
) -> Result<()> {
    let alarm_from = of.danger.filter(|danger| danger.state.is_open()).map(|danger| danger.alarm_from);
    let code = match alarm_from {
        Some(alarm_from) => code(conn, phone, (of.id, alarm_from), now)?,
        None => None,
    };
    let Some(code) = code else {
        // A danger that was answered, whose citizen waits again: there is no alarm to end. A hundred that stand have all
        // codes: the phone rings for them.
        if alarm_from.is_some() && !burst::is_free(conn, &phone.number, now)? {
            return Ok(());
        }
        let words = words::waiting(of.id, minutes);
        return line::text(conn, &phone.number, &words, (policy, now)).map(drop);
    };
    burst::tell(conn, &phone.number, Some(code), (policy, now))
}

/// The phone that was last called for an alarm.
fn last_called(conn: &Connection, conversation_id: i64, alarm_from: UnixMs) -> Result<Option<PhoneNumber>> {
    let sql = "SELECT number FROM duty_code WHERE conversation_id = :conversation AND alarm_from_at = :from
               ORDER BY called_at DESC, id DESC LIMIT 1";
    let of = named_params! { ":conversation": conversation_id, ":from": alarm_from };
    Ok(conn.prepare_cached(sql)?.query_row(of, |r| row::phone(r, "number")).optional()?)
}

/// The number of this alarm's code at this phone, which is made where there is none; `None` if a hundred alarms stand.
fn code(
    conn: &Connection,
    phone: &DutyPhone,
    (conversation_id, alarm_from): (i64, UnixMs),
    now: UnixMs,
) -> Result<Option<i64>> {
    let number = phone.number.reveal();
    let sql = "SELECT id FROM duty_code
               WHERE number = :number AND conversation_id = :conversation AND alarm_from_at = :from";
    let of = named_params! { ":number": number, ":conversation": conversation_id, ":from": alarm_from };
    let known = conn.prepare_cached(sql)?.query_row(of, |r| r.get(0)).optional()?;
    if known.is_some() {
        return Ok(known);
    }
    let random = rand::random();
    let rested = free_code(&used(conn, number, now - REST_MS)?, random);
    let Some(code) = rested.or(free_code(&used(conn, number, UnixMs::MAX)?, random)) else {
        return Ok(None);
    };
    let sql = "INSERT INTO duty_code (number, code, conversation_id, alarm_from_at, called_at)
               VALUES (:number, :code, :conversation, :from, :now) RETURNING id";
    let new = named_params! {
        ":number": number, ":code": code, ":conversation": conversation_id, ":from": alarm_from, ":now": now,
    };
    Ok(Some(conn.prepare_cached(sql)?.query_row(new, |r| r.get(0))?))
}

/// Codes of a phone whose alarm stands, or that were given since then.
fn used(conn: &Connection, number: &str, since: UnixMs) -> Result<Vec<String>> {
    let mut select = conn.prepare_cached(
        "SELECT d.code FROM duty_code d JOIN conversation v ON v.id = d.conversation_id
         WHERE d.number = :number AND (d.called_at >= :since OR v.alarm_from_at = d.alarm_from_at)",
    )?;
    let rows = select.query_map(named_params! { ":number": number, ":since": since }, |r| r.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The alarm of a conversation is over: calls that have not left no longer tell of it.
pub(in crate::store) fn over(
    conn: &Connection,
    conversation_id: i64,
    at: (&ServicePolicy, UnixMs),
) -> Result<()> {
    let mut select = conn.prepare_cached(
        "SELECT DISTINCT d.number FROM duty_code d JOIN outbox o ON o.id = d.outbox_id
         WHERE d.conversation_id = :conversation AND o.state = 'queued'",
    )?;
    let of = named_params! { ":conversation": conversation_id };
    let rows = select.query_map(of, |r| row::phone(r, "number"))?;
    for number in rows.collect::<rusqlite::Result<Vec<PhoneNumber>>>()? {
        burst::tell(conn, &number, None, at)?;
    }
    push::over(conn, conversation_id)
}

impl Store {
    /// Texts a duty phone that alarms reach it; returns the text's number in the outbox.
    pub async fn test_alarm(
        &self,
        phone: DutyPhone,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<i64> {
        let policy = Arc::clone(policy);
        let queued = self.write(move |conn| {
            let id = line::text(conn, &phone.number, &words::test(&phone.name), (&policy, now))?;
            let called = vec![phone.name.clone()];
            let news = AlarmNews { what: "test".to_owned(), called, ..AlarmNews::default() };
            push::queue(conn, &policy.alarm.pushes, &news, now)?;
            Ok(id)
        });
        let id = queued.await?;
        self.hints().text_out.notify_one();
        Ok(id)
    }
}
