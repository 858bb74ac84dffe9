//! Counselors, their passwords (argon2id) and their tokens (256 random bits, stored only as SHA-256).

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use sha2::{Digest, Sha256};

use super::passwords::{self, PasswordChecker};
use crate::domain::UnixMs;
use crate::domain::actor::{Actor, DeskScope, Role};
use crate::domain::counselor::{Counselor, is_valid_login};
use crate::domain::event::EventKind;
use crate::domain::login_guard::{LoginGuard, LoginPeer, Tried};
use crate::store::conversation::row::{in_hands_of, save};
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event, append_events};
use crate::store::{Result, Store, StoreError};

/// A counselor to be added. The caller has checked login and password (`domain::counselor`).
pub struct NewCounselor {
    pub login: String,
    pub name: String,
    pub password: String,
}

/// Result of `check_login`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginCheck {
    Ok(Counselor),
    /// Unknown login, wrong password or disabled account; not told apart on purpose.
    Wrong,
    LockedUntil(UnixMs),
    /// Too many passwords wait to be checked.
    Crowded,
}

/// What log-ins share: the counts of wrong passwords, and the threads that check them.
#[derive(Default)]
pub(in crate::store) struct LogIns {
    guard: Mutex<LoginGuard>,
    checker: PasswordChecker,
}

impl LogIns {
    /// Ignores poison: each count is whole at any time.
    fn guard(&self) -> MutexGuard<'_, LoginGuard> {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The row a login is checked against.
struct Account {
    counselor: Counselor,
    password_hash: String,
}

impl Store {
    /// Adds a counselor. `Conflict` if the login is taken.
    pub async fn add_counselor(&self, new: NewCounselor, now: UnixMs) -> Result<Counselor> {
        let password = new.password.clone();
        let hashed = tokio::task::spawn_blocking(move || passwords::hash(&password));
        let password_hash = hashed.await.unwrap_or(Err(StoreError::Crashed))?;
        self.write(move |conn| {
            let row = named_params! {
                ":login": new.login, ":name": new.name, ":hash": password_hash, ":now": now,
            };
            let added = conn.query_row(
                "INSERT INTO counselor (login, name, password_hash, created_at)
                 VALUES (:login, :name, :hash, :now) ON CONFLICT (login) DO NOTHING RETURNING id",
                row,
                |r| r.get(0),
            );
            let Some(id) = added.optional()? else {
                return Err(StoreError::Conflict(format!("the login {} is taken", new.login)));
            };
            let event = NewEvent::new(EventKind::CounselorAdded);
            append_event(conn, now, NewEvent { counselor_id: Some(id), ..event })?;
            Ok(Counselor { id, login: new.login.clone(), name: new.name.clone(), disabled_at: None })
        })
        .await
    }

    /// All counselors by login, disabled ones too.
    pub async fn counselors(&self) -> Result<Vec<Counselor>> {
        self.read(|conn| {
            let mut select = conn.prepare_cached(
                "SELECT id AS counselor_id, login AS counselor_login, name AS counselor_name,
                        disabled_at AS counselor_disabled_at FROM counselor ORDER BY login",
            )?;
            let rows = select.query_map([], row::counselor)?;
            Ok(rows.flat_map(rusqlite::Result::transpose).collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Disables a counselor at once: login and tokens stop working, their conversations go back to the queue, and
    /// dangers that they looked after ring anew. Returns how many conversations they held. `NotFound` for an unknown login.
    pub async fn disable_counselor(&self, login: String, now: UnixMs) -> Result<usize> {
        self.write(move |conn| {
            let sql = "UPDATE counselor SET disabled_at = coalesce(disabled_at, :now) WHERE login = :login RETURNING id";
            let id: i64 = conn.query_row(sql, named_params! { ":now": now, ":login": login }, |r| r.get(0))?;
            conn.execute(
                "UPDATE token SET revoked_at = :now WHERE counselor_id = :id AND revoked_at IS NULL",
                named_params! { ":now": now, ":id": id },
            )?;
            let theirs = in_hands_of(conn, id)?;
            for before in &theirs {
                let decision = before.lose_person(id, now);
                save(conn, before, &decision.after)?;
                append_events(conn, before.id, decision.events, now)?;
            }
            let event = NewEvent::new(EventKind::CounselorDisabled);
            append_event(conn, now, NewEvent { counselor_id: Some(id), ..event })?;
            Ok(theirs.iter().filter(|before| before.is_held_by(id)).count())
        })
        .await
    }

    /// Checks a login. Too many wrong passwords lock a peer out of it for a while (`domain::login_guard`). A login that does not
    /// exist is treated like any other, and takes as long.
    pub async fn check_login(
        &self,
        login: String,
        password: String,
        from: LoginPeer,
        now: UnixMs,
    ) -> Result<LoginCheck> {
        if !is_valid_login(&login) {
            return Ok(LoginCheck::Wrong);
        }
        if let Err(until) = self.log_ins.guard().begin(&login, &from, now) {
            return Ok(LoginCheck::LockedUntil(until));
        }
        let checked = self.check_password(&login, password, from.is_known()).await;
        let tried = match &checked {
            Ok(LoginCheck::Ok(_)) => Tried::Right,
            Ok(LoginCheck::Wrong) => Tried::Wrong,
            _ => Tried::Neither,
        };
        let locked = self.log_ins.guard().end(&login, &from, tried, now);
        match locked.filter(|_| tried == Tried::Wrong) {
            Some(until) => Ok(LoginCheck::LockedUntil(until)),
            None => checked,
        }
    }

    async fn check_password(&self, login: &str, password: String, is_known: bool) -> Result<LoginCheck> {
        let wanted = login.to_owned();
        let account = self.read(move |conn| account(conn, &wanted)).await?;
        let (counselor, hash) = account.map(|account| (account.counselor, account.password_hash)).unzip();
        let is_right = self.log_ins.checker.check(password, hash, is_known).await?;
        Ok(match (is_right, counselor) {
            (None, _) => LoginCheck::Crowded,
            (Some(true), Some(counselor)) if counselor.disabled_at.is_none() => LoginCheck::Ok(counselor),
            _ => LoginCheck::Wrong,
        })
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

    /// Issues a token, valid until `expires_at`. Only its hash is stored: it cannot be read back.
    pub async fn issue_token(&self, counselor_id: i64, expires_at: UnixMs, now: UnixMs) -> Result<String> {
        let token = hex(&rand::random::<[u8; 32]>());
        let hash = digest(&token);
        self.write(move |conn| {
            conn.execute(
                "INSERT INTO token (hash, counselor_id, created_at, expires_at)
                 VALUES (:hash, :counselor, :now, :expires)",
                named_params! { ":hash": hash, ":counselor": counselor_id, ":now": now, ":expires": expires_at },
            )?;
            let event = NewEvent::new(EventKind::LoggedIn);
            append_event(conn, now, NewEvent { counselor_id: Some(counselor_id), ..event })
        })
        .await?;
        Ok(token)
    }

    /// The actor of a token that is valid now; `from` is the address of the request.
    pub async fn actor_of_token(&self, token: &str, from: String, now: UnixMs) -> Result<Option<Actor>> {
        let hash = digest(token);
        self.look_up(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT c.id AS counselor_id, c.login AS counselor_login, c.name AS counselor_name,
                        c.disabled_at AS counselor_disabled_at, c.role, c.desks
                 FROM token t JOIN counselor c ON c.id = t.counselor_id
                 WHERE t.hash = :hash AND t.revoked_at IS NULL AND t.expires_at > :now AND c.disabled_at IS NULL",
            )?;
            let person = |r: &Row<'_>| Ok((row::counselor(r)?, row::word(r, "role", Role::from_word)?, desks(r)?));
            let found = select.query_row(named_params! { ":hash": hash, ":now": now }, person).optional()?;
            Ok(found.and_then(|(counselor, role, desks)| {
                counselor.map(|counselor| Actor::person(counselor, role, desks, from))
            }))
        })
        .await
    }

    /// Sets a counselor's role and desks; `None` leaves them. `NotFound` for an unknown login.
    pub async fn set_duties(
        &self,
        login: String,
        role: Option<Role>,
        desks: Option<DeskScope>,
    ) -> Result<()> {
        self.write(move |conn| {
            let desks = desks.as_ref().map(DeskScope::to_word);
            let n = conn
                .prepare_cached(
                    "UPDATE counselor SET role = coalesce(:role, role), desks = coalesce(:desks, desks)
                     WHERE login = :login",
                )?
                .execute(named_params! {
                    ":role": role.map(Role::as_str), ":desks": desks, ":login": login,
                })?;
            if n == 1 { Ok(()) } else { Err(StoreError::NotFound) }
        })
        .await
    }

    /// The login, role and desks of each counselor, by login.
    pub async fn duties(&self) -> Result<Vec<(String, Role, DeskScope)>> {
        self.read(|conn| {
            let mut select =
                conn.prepare_cached("SELECT login, role, desks FROM counselor ORDER BY login")?;
            let rows = select.query_map([], |r| {
                Ok((r.get("login")?, row::word(r, "role", Role::from_word)?, desks(r)?))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Revokes a token at once. An unknown token is no error.
    pub async fn revoke_token(&self, token: &str, now: UnixMs) -> Result<()> {
        let hash = digest(token);
        self.write(move |conn| {
            conn.execute(
                "UPDATE token SET revoked_at = :now WHERE hash = :hash AND revoked_at IS NULL",
                named_params! { ":now": now, ":hash": hash },
            )?;
            Ok(())
        })
        .await
    }
}

fn desks(r: &Row<'_>) -> rusqlite::Result<DeskScope> {
    Ok(DeskScope::from_word(&r.get::<_, String>("desks")?))
}

fn account(conn: &Connection, login: &str) -> Result<Option<Account>> {
    let sql = "SELECT id AS counselor_id, login AS counselor_login, name AS counselor_name,
                      disabled_at AS counselor_disabled_at, password_hash
               FROM counselor WHERE login = :login";
    let account = |r: &Row<'_>| {
        Ok(row::counselor(r)?.map(|counselor| (counselor, r)).map(|(counselor, r)| {
            Ok::<_, rusqlite::Error>(Account { counselor, password_hash: r.get("password_hash")? })
        }))
    };
    let found = conn.query_row(sql, named_params! { ":login": login }, account).optional()?.flatten();
    Ok(found.transpose()?)
}

fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
