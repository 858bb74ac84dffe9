//! Who is on: one row per counselor who ever said so (`domain::presence`), and the list of colleagues.

use rusqlite::{Connection, Row, named_params};

use super::counselor::desks;
use crate::domain::UnixMs;
use crate::domain::actor::{Actor, DeskScope, Role};
use crate::domain::counselor::{Counselor, is_valid_login};
use crate::domain::event::EventKind;
use crate::domain::presence::{Presence, Seen};
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, Store, StoreError};

/// Somebody who answers citizens, as colleagues see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    pub counselor: Counselor,
    pub role: Role,
    pub desks: DeskScope,
    pub presence: Presence,
    /// Since when they have said so; `None` for who has said nothing today.
    pub since: Option<UnixMs>,
    /// Conversations that they hold.
    pub n_held: i64,
}

impl Store {
    /// Says of the actor that they are on, or not. Returns since when, and the conversations that they hold. Saying the same
    /// again on the day that began at `today` changes nothing.
    pub async fn set_presence(
        &self,
        presence: Presence,
        actor: &Actor,
        (today, now): (UnixMs, UnixMs),
    ) -> Result<(UnixMs, Vec<i64>)> {
        let me = actor.id().ok_or(StoreError::NotFound)?;
        self.write(move |conn| {
            let since = set(conn, me, presence, (today, now))?;
            Ok((since, held_by(conn, me)?))
        })
        .await
    }

    /// Everybody who answers citizens, by name; disabled accounts are left out. `today`: when the day began.
    pub async fn colleagues(&self, today: UnixMs, now: UnixMs) -> Result<Vec<Colleague>> {
        self.read(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT c.id AS counselor_id, c.login AS counselor_login, c.name AS counselor_name,
                        c.disabled_at AS counselor_disabled_at, c.role, c.desks, p.state AS presence, p.since_at,
                        (SELECT max(t.used_at) FROM token t WHERE t.counselor_id = c.id AND t.revoked_at IS NULL
                            AND t.expires_at > :now) AS used_at,
                        (SELECT count(*) FROM conversation v WHERE v.claimed_by = c.id) AS n_held
                 FROM counselor c LEFT JOIN presence p ON p.counselor_id = c.id
                 WHERE c.disabled_at IS NULL ORDER BY c.name, c.login",
            )?;
            let rows = select.query_map(named_params! { ":now": now }, |r| colleague(r, today, now))?;
            let all = rows.flat_map(rusqlite::Result::transpose).collect::<rusqlite::Result<Vec<_>>>()?;
            // What stands for a duty phone has a login that nobody can choose.
            let is_shown = |c: &Colleague| c.role.takes_duty(&c.desks) && is_valid_login(&c.counselor.login);
            Ok(all.into_iter().filter(is_shown).collect())
        })
        .await
    }
}

fn set(conn: &Connection, me: i64, presence: Presence, (today, now): (UnixMs, UnixMs)) -> Result<UnixMs> {
    let row = named_params! { ":me": me, ":state": presence.as_str(), ":today": today, ":now": now };
    let sql = "INSERT INTO presence (counselor_id, state, since_at) VALUES (:me, :state, :now)
               ON CONFLICT (counselor_id) DO UPDATE SET state = :state, since_at = :now
               WHERE state <> :state OR since_at < :today";
    if conn.prepare_cached(sql)?.execute(row)? == 1 {
        let event = NewEvent::new(EventKind::Presence);
        let detail = Some(presence.as_str());
        append_event(conn, now, NewEvent { counselor_id: Some(me), detail, ..event })?;
    }
    let sql = "SELECT since_at FROM presence WHERE counselor_id = :me";
    Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":me": me }, |r| r.get(0))?)
}

/// The conversations that somebody holds.
fn held_by(conn: &Connection, counselor_id: i64) -> Result<Vec<i64>> {
    let mut select = conn.prepare_cached("SELECT id FROM conversation WHERE claimed_by = :of ORDER BY id")?;
    let rows = select.query_map(named_params! { ":of": counselor_id }, |r| r.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn colleague(r: &Row<'_>, today: UnixMs, now: UnixMs) -> rusqlite::Result<Option<Colleague>> {
    let said = match r.get::<_, Option<String>>("presence")? {
        None => None,
        Some(_) => Some((row::word(r, "presence", Presence::from_word)?, r.get("since_at")?)),
    };
    let (role, desks) = (row::word(r, "role", Role::from_word)?, desks(r)?);
    let n_held = r.get("n_held")?;
    let presence = Presence::shown(&Seen { said, used_at: r.get("used_at")?, n_held }, today, now);
    let since = said.map(|(_, at)| at).filter(|at| *at >= today);
    Ok(row::counselor(r)?.map(|counselor| Colleague { counselor, role, desks, presence, since, n_held }))
}
