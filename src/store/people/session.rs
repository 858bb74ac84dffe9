//! Sessions: tokens of 256 random bits, stored only as SHA-256. One is looked up at each request, so that it ends the moment it
//! is revoked.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::history::record;
use super::{counselor, digest, random_token};
use crate::domain::UnixMs;
use crate::domain::account::{AccountChange, FirstStep};
use crate::domain::actor::{Actor, Role};
use crate::domain::event::EventKind;
use crate::domain::login_guard::LoginPeer;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, Store, StoreError};

/// When a token was last used is kept to so much (milliseconds): most requests write nothing.
pub(super) const USED_WITHIN_MS: i64 = 5 * 60_000;

/// A person who may log in, and the digest of what is stored of their password; `None`: nobody may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordMark(Option<(i64, Vec<u8>)>);

/// Who a token belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    pub actor: Actor,
    /// The number of the session.
    pub session_id: i64,
    /// What they have to do before anything else.
    pub first_step: Option<FirstStep>,
}

/// A session that is good now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInfo {
    pub id: i64,
    pub created_at: UnixMs,
    pub expires_at: UnixMs,
    /// Last request, to some minutes (`USED_WITHIN_MS`).
    pub used_at: UnixMs,
    /// Where the log-in came from; empty if an older version did not keep it.
    pub peer: String,
}

impl Store {
    /// What stands for the password that a login has now. To be asked for before a password is checked.
    pub async fn password_mark(&self, login: String) -> Result<PasswordMark> {
        self.read(move |conn| mark_of(conn, &login)).await
    }

    /// Begins a session, good until `expires_at`; returns its token, of which only the hash is stored. `peer` is where the
    /// log-in comes from. `None`: the password that was checked counts no more, or the account is disabled. Checking takes a while,
    /// and who changes a password ends the sessions that there are then.
    pub async fn begin_session(
        &self,
        (login, mark): (String, PasswordMark),
        peer: String,
        expires_at: UnixMs,
        now: UnixMs,
    ) -> Result<Option<String>> {
        let token = random_token();
        let hash = digest(&token);
        let begun = self.write(move |conn| {
            let counts = mark_of(conn, &login)?.0.filter(|current| mark.0.as_ref() == Some(current));
            let Some((counselor_id, _)) = counts else { return Ok(false) };
            insert(conn, (&hash, counselor_id), (&peer, expires_at), now)?;
            // A log-in stands in the history and in the access log.
            if let Some((Bearer { actor, .. }, _)) = bearer(conn, &hash, (peer.clone(), now))? {
                record(conn, counselor_id, (AccountChange::LoggedIn, None, None), (&actor, now))?;
            }
            Ok(true)
        });
        Ok(begun.await?.then_some(token))
    }

    /// As [`Store::begin_session`], for a program on this machine: nobody has typed a password.
    pub async fn issue_token(&self, counselor_id: i64, expires_at: UnixMs, now: UnixMs) -> Result<String> {
        let token = random_token();
        let hash = digest(&token);
        self.write(move |conn| insert(conn, (&hash, counselor_id), ("this machine", expires_at), now))
            .await?;
        Ok(token)
    }

    /// Who a token belongs to that is valid now; `from` is the address of the request.
    pub async fn bearer_of_token(&self, token: &str, from: String, now: UnixMs) -> Result<Option<Bearer>> {
        let hash = digest(token);
        let found = self.look_up(move |conn| bearer(conn, &hash, (from, now))).await?;
        if let Some((bearer, used_at)) = &found
            && (now - used_at).abs() > USED_WITHIN_MS
        {
            self.note_use(bearer.session_id, *used_at, now);
        }
        Ok(found.map(|(bearer, _)| bearer))
    }

    /// The actor of a token that is valid now and has nothing left to do first.
    pub async fn actor_of_token(&self, token: &str, from: String, now: UnixMs) -> Result<Option<Actor>> {
        let found = self.bearer_of_token(token, from, now).await?;
        Ok(found.filter(|bearer| bearer.first_step.is_none()).map(|bearer| bearer.actor))
    }

    /// Notes that a session is used, beside the request. One that fails is noted by a later request.
    fn note_use(&self, id: i64, used_at: UnixMs, now: UnixMs) {
        let store = self.clone();
        tokio::spawn(async move {
            let noted = store.write(move |conn| {
                let sql = "UPDATE token SET used_at = :now WHERE id = :id AND used_at = :used";
                Ok(conn
                    .prepare_cached(sql)?
                    .execute(named_params! { ":now": now, ":id": id, ":used": used_at })?)
            });
            drop(noted.await);
        });
    }

    /// Who logs in: a device that shows a token which was once issued for this login, whatever became of the token, or somebody
    /// from this address.
    pub async fn login_peer(&self, login: String, token: Option<&str>, address: String) -> Result<LoginPeer> {
        let Some(hash) = token.map(digest) else {
            return Ok(LoginPeer::Stranger(address));
        };
        self.look_up(move |conn| {
            let sql = "SELECT EXISTS (SELECT 1 FROM token t JOIN counselor c ON c.id = t.counselor_id
                                      WHERE t.hash = :hash AND c.login = :login)";
            let of = named_params! { ":hash": hash, ":login": login };
            let is_known: bool = conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?;
            Ok(if is_known { LoginPeer::Known(hash) } else { LoginPeer::Stranger(address) })
        })
        .await
    }

    /// Ends the session of a token at once: somebody logs out. An unknown token is no error.
    pub async fn revoke_token(&self, token: &str, from: String, now: UnixMs) -> Result<()> {
        let hash = digest(token);
        self.write(move |conn| {
            let found = bearer(conn, &hash, (from.clone(), now))?;
            conn.execute(
                "UPDATE token SET revoked_at = :now WHERE hash = :hash AND revoked_at IS NULL",
                named_params! { ":now": now, ":hash": hash },
            )?;
            match found.as_ref().and_then(|(bearer, _)| Some((bearer.actor.id()?, &bearer.actor))) {
                Some((id, actor)) => record(conn, id, (AccountChange::LoggedOut, None, None), (actor, now)),
                None => Ok(()),
            }
        })
        .await
    }

    /// The sessions of a login that are good now, the latest first. `NotFound` for an unknown login.
    pub async fn sessions(&self, login: String, now: UnixMs) -> Result<Vec<SessionInfo>> {
        self.read(move |conn| {
            let id = super::counselor::id_of(conn, &login)?;
            let mut select = conn.prepare_cached(
                "SELECT id, created_at, expires_at, used_at, peer FROM token
                 WHERE counselor_id = :id AND revoked_at IS NULL AND expires_at > :now ORDER BY id DESC",
            )?;
            let rows = select.query_map(named_params! { ":id": id, ":now": now }, |r| {
                Ok(SessionInfo {
                    id: r.get("id")?,
                    created_at: r.get("created_at")?,
                    expires_at: r.get("expires_at")?,
                    used_at: r.get("used_at")?,
                    peer: r.get("peer")?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Ends sessions of a login at once, and returns how many. `NotFound` for an unknown login, or for a session that is not
    /// theirs or has ended.
    pub async fn end_sessions(&self, login: String, which: Ending, by: &Actor, now: UnixMs) -> Result<usize> {
        let by = by.clone();
        self.write(move |conn| {
            let id = super::counselor::id_of(conn, &login)?;
            let n = end(conn, id, which, now)?;
            if n == 0 && matches!(which, Ending::One(_)) {
                return Err(StoreError::NotFound);
            }
            let n_ended = n.to_string();
            record(conn, id, (AccountChange::SessionsEnded, None, Some(&n_ended)), (&by, now))?;
            Ok(n)
        })
        .await
    }
}

/// Writes a session, and says in the journal that somebody is there.
fn insert(
    conn: &Connection,
    (hash, counselor_id): (&[u8], i64),
    (peer, expires_at): (&str, UnixMs),
    now: UnixMs,
) -> Result<()> {
    conn.execute(
        "INSERT INTO token (hash, counselor_id, created_at, expires_at, used_at, peer)
         VALUES (:hash, :counselor, :now, :expires, :now, :peer)",
        named_params! {
            ":hash": hash, ":counselor": counselor_id, ":now": now, ":expires": expires_at, ":peer": peer,
        },
    )?;
    let event = NewEvent::new(EventKind::LoggedIn);
    append_event(conn, now, NewEvent { counselor_id: Some(counselor_id), ..event })
}

fn mark_of(conn: &Connection, login: &str) -> Result<PasswordMark> {
    let sql = "SELECT id, password_hash FROM counselor WHERE login = :login AND disabled_at IS NULL";
    let mark = |r: &Row<'_>| Ok((r.get("id")?, digest(&r.get::<_, String>("password_hash")?)));
    let found = conn.prepare_cached(sql)?.query_row(named_params! { ":login": login }, mark).optional()?;
    Ok(PasswordMark(found))
}

/// Which sessions to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    All,
    One(i64),
    AllBut(i64),
}

/// Ends sessions; returns how many.
pub(super) fn end(conn: &Connection, counselor_id: i64, which: Ending, now: UnixMs) -> Result<usize> {
    let (one, but) = match which {
        Ending::All => (None, None),
        Ending::One(id) => (Some(id), None),
        Ending::AllBut(id) => (None, Some(id)),
    };
    let mut update = conn.prepare_cached(
        "UPDATE token SET revoked_at = :now
         WHERE counselor_id = :of AND revoked_at IS NULL AND expires_at > :now
               AND (:one IS NULL OR id = :one) AND (:but IS NULL OR id <> :but)",
    )?;
    let of = named_params! { ":now": now, ":of": counselor_id, ":one": one, ":but": but };
    Ok(update.execute(of)?)
}

/// Who a hash belongs to, and when it was last used.
fn bearer(conn: &Connection, hash: &[u8], (from, now): (String, UnixMs)) -> Result<Option<(Bearer, UnixMs)>> {
    let mut select = conn.prepare_cached(
        "SELECT c.id AS counselor_id, c.login AS counselor_login, c.name AS counselor_name,
                c.disabled_at AS counselor_disabled_at, c.role, c.desks, c.must_change_password, c.totp_at,
                t.id AS session_id, t.used_at
         FROM token t JOIN counselor c ON c.id = t.counselor_id
         WHERE t.hash = :hash AND t.revoked_at IS NULL AND t.expires_at > :now AND c.disabled_at IS NULL",
    )?;
    let read = |r: &Row<'_>| {
        let (role, desks) = (row::word(r, "role", Role::from_word)?, counselor::desks(r)?);
        let has_totp = r.get::<_, Option<i64>>("totp_at")?.is_some();
        let first_step = first_step(r.get("must_change_password")?, role, has_totp);
        let ids: (i64, UnixMs) = (r.get("session_id")?, r.get("used_at")?);
        Ok((row::counselor(r)?, role, desks, first_step, ids))
    };
    let found = select.query_row(named_params! { ":hash": hash, ":now": now }, read).optional()?;
    Ok(found.and_then(|(counselor, role, desks, first_step, (session_id, used_at))| {
        let actor = Actor::person(counselor?, role, desks, from);
        Some((Bearer { actor, session_id, first_step }, used_at))
    }))
}

fn first_step(must_change_password: bool, role: Role, has_totp: bool) -> Option<FirstStep> {
    if must_change_password {
        return Some(FirstStep::Password);
    }
    (role.needs_second_factor() && !has_totp).then_some(FirstStep::SecondFactor)
}
