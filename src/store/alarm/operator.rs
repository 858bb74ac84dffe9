//! Alarms about the gateway itself, said by the rule of `domain::alarm::operator`, and starts of the daemon.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, named_params};

use super::{line, push};
use crate::domain::UnixMs;
use crate::domain::alarm::operator::{RESTARTS_MS, Saying, saying};
use crate::domain::alarm::{AlarmNews, DutyKind, OperatorAlarm, Trouble, words};
use crate::domain::event::EventKind;
use crate::domain::policy::ServicePolicy;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, Store};

impl Store {
    /// Records whether the gateway is in this trouble now, and calls the operator where something is to be said. Returns what
    /// was said.
    pub async fn note_trouble(
        &self,
        trouble: Trouble,
        is_in_trouble: bool,
        policy: &Arc<ServicePolicy>,
        now: UnixMs,
    ) -> Result<Option<Saying>> {
        let word = trouble.to_word();
        let known = self.look_up(move |conn| alarm(conn, &word)).await?;
        if saying(known, is_in_trouble, now).is_none() {
            return Ok(None);
        }
        let policy = Arc::clone(policy);
        let said = self.write(move |conn| {
            let known = alarm(conn, &trouble.to_word())?;
            let Some(what) = saying(known, is_in_trouble, now) else {
                return Ok(None);
            };
            let since = known.map_or(now, |known| known.since);
            write_down(conn, &trouble, what, now)?;
            tell(conn, &trouble, (what, since), (&policy, now))?;
            Ok(Some(what))
        });
        let said = said.await?;
        if said.is_some() {
            self.hints().text_out.notify_one();
        }
        Ok(said)
    }

    /// Records a start of the daemon.
    pub async fn record_start(&self, now: UnixMs) -> Result<()> {
        self.write(move |conn| {
            conn.execute(
                "DELETE FROM daemon_start WHERE at <= :old OR at > :now",
                named_params! { ":old": now - RESTARTS_MS, ":now": now },
            )?;
            conn.execute("INSERT INTO daemon_start (at) VALUES (:now)", named_params! { ":now": now })?;
            Ok(())
        })
        .await
    }

    /// Takes back the last start: it ended because somebody asked for it, and nothing is broken.
    pub async fn forget_start(&self) -> Result<()> {
        self.write(|conn| {
            conn.execute("DELETE FROM daemon_start WHERE id = (SELECT max(id) FROM daemon_start)", [])?;
            Ok(())
        })
        .await
    }

    /// How often the daemon was started lately, without starts that ended as they should.
    pub async fn n_starts(&self, now: UnixMs) -> Result<u32> {
        self.look_up(move |conn| {
            let sql = "SELECT count(*) FROM daemon_start WHERE at > :since AND at <= :now";
            let of = named_params! { ":since": now - RESTARTS_MS, ":now": now };
            Ok(conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?)
        })
        .await
    }
}

fn alarm(conn: &Connection, word: &str) -> Result<Option<OperatorAlarm>> {
    let sql = "SELECT since_at, told_at FROM operator_alarm WHERE trouble = :trouble";
    let found = conn.prepare_cached(sql)?.query_row(named_params! { ":trouble": word }, |r| {
        Ok(OperatorAlarm { since: r.get("since_at")?, told_at: r.get("told_at")? })
    });
    Ok(found.optional()?)
}

fn write_down(conn: &Connection, trouble: &Trouble, what: Saying, now: UnixMs) -> Result<()> {
    let word = trouble.to_word();
    if what == Saying::Over {
        conn.prepare_cached("DELETE FROM operator_alarm WHERE trouble = :trouble")?
            .execute(named_params! { ":trouble": word })?;
        return Ok(());
    }
    conn.prepare_cached(
        "INSERT INTO operator_alarm (trouble, since_at, told_at) VALUES (:trouble, :now, :now)
         ON CONFLICT (trouble) DO UPDATE SET told_at = excluded.told_at, n_told = n_told + 1",
    )?
    .execute(named_params! { ":trouble": word, ":now": now })?;
    Ok(())
}

/// Texts every operator's phone on duty, and what leaves beside.
fn tell(
    conn: &Connection,
    trouble: &Trouble,
    (what, since): (Saying, UnixMs),
    (policy, now): (&ServicePolicy, UnixMs),
) -> Result<()> {
    let minutes = (now - since).max(0) / 60_000;
    let words = words::trouble(trouble, what, minutes);
    let phones = policy.alarm.called(DutyKind::Operator, now);
    for phone in &phones {
        line::text(conn, &phone.number, &words, (policy, now))?;
    }
    let how = what.as_str();
    let detail = format!("{} {how}", trouble.to_word());
    append_event(conn, now, NewEvent { detail: Some(&detail), ..NewEvent::new(EventKind::OperatorCalled) })?;
    let news = AlarmNews {
        what: trouble.to_word(),
        state: Some(how),
        minutes,
        called: phones.iter().map(|phone| phone.name.clone()).collect(),
        ..AlarmNews::default()
    };
    push::queue(conn, &policy.alarm.pushes, &news, now)
}
