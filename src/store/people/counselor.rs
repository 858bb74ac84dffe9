//! Counselors, their passwords (argon2id) and their tokens (256 random bits, stored only as SHA-256).

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::domain::UnixMs;
use crate::domain::actor::{Actor, DeskScope, Role};
use crate::domain::counselor::{Counselor, after_failed_login};
use crate::domain::event::EventKind;
use crate::store::conversation::row::{in_hands_of, save};
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event, append_events};
use crate::store::{Result, Store, StoreError};

/// Limits concurrent hashing: each hash takes 19 MiB and a core, and a flood of logins must not hold up the database.
static HASHING: Semaphore = Semaphore::const_new(2);

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
}

/// The row a login is checked against.
struct Account {
    counselor: Counselor,
    password_hash: String,
    n_failed: u32,
    locked_until_at: Option<UnixMs>,
}

impl Account {
    fn locked_until(&self, now: UnixMs) -> Option<UnixMs> {
        self.locked_until_at.filter(|until| *until > now)
    }
}

impl Store {
    /// Adds a counselor. `Conflict` if the login is taken.
    pub async fn add_counselor(&self, new: NewCounselor, now: UnixMs) -> Result<Counselor> {
        let password_hash = hashed(new.password).await?;
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

    /// Checks a login. Too many wrong passwords in a row lock the account for a while (`domain::counselor`).
    pub async fn check_login(&self, login: String, password: String, now: UnixMs) -> Result<LoginCheck> {
        let wanted = login.clone();
        let account = self.read(move |conn| account(conn, &wanted)).await?;
        if let Some(until) = account.as_ref().and_then(|a| a.locked_until(now)) {
            return Ok(LoginCheck::LockedUntil(until));
        }
        // An unknown login takes as long as a wrong password, so that timing reveals no logins.
        let is_right = verified(password, account.map(|a| a.password_hash)).await?;
        self.write(move |conn| settle_login(conn, &login, is_right, now)).await
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

/// Records the result of a login against the account as it is now: passwords that were tried at the same time count one
/// after another, and a right one that comes after the lock is refused.
fn settle_login(conn: &Connection, login: &str, is_right: bool, now: UnixMs) -> Result<LoginCheck> {
    let Some(account) = account(conn, login)? else {
        return Ok(LoginCheck::Wrong);
    };
    let id = account.counselor.id;
    match account.locked_until(now) {
        Some(until) => Ok(LoginCheck::LockedUntil(until)),
        None if !is_right => {
            let (n_failed, locked_until_at) = after_failed_login(account.n_failed, now);
            set_failures(conn, id, n_failed, locked_until_at)?;
            Ok(locked_until_at.map_or(LoginCheck::Wrong, LoginCheck::LockedUntil))
        }
        None if account.counselor.disabled_at.is_some() => Ok(LoginCheck::Wrong),
        None => {
            if account.n_failed > 0 || account.locked_until_at.is_some() {
                set_failures(conn, id, 0, None)?;
            }
            Ok(LoginCheck::Ok(account.counselor))
        }
    }
}

fn set_failures(conn: &Connection, id: i64, n_failed: u32, locked_until_at: Option<UnixMs>) -> Result<()> {
    conn.prepare_cached(
        "UPDATE counselor SET n_failed_logins = :n, locked_until_at = :until WHERE id = :id",
    )?
    .execute(named_params! { ":n": n_failed, ":until": locked_until_at, ":id": id })?;
    Ok(())
}

fn account(conn: &Connection, login: &str) -> Result<Option<Account>> {
    let sql = "SELECT id AS counselor_id, login AS counselor_login, name AS counselor_name,
                      disabled_at AS counselor_disabled_at, password_hash, n_failed_logins, locked_until_at
               FROM counselor WHERE login = :login";
    let account = |r: &Row<'_>| {
        Ok(row::counselor(r)?.map(|counselor| (counselor, r)).map(|(counselor, r)| {
            Ok::<_, rusqlite::Error>(Account {
                counselor,
                password_hash: r.get("password_hash")?,
                n_failed: r.get("n_failed_logins")?,
                locked_until_at: r.get("locked_until_at")?,
            })
        }))
    };
    let found = conn.query_row(sql, named_params! { ":login": login }, account).optional()?.flatten();
    Ok(found.transpose()?)
}

async fn hashed(password: String) -> Result<String> {
    let _permit = HASHING.acquire().await.map_err(|_| StoreError::Crashed)?;
    let task = tokio::task::spawn_blocking(move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.map(|h| h.to_string()).map_err(|e| StoreError::Unusable(format!("cannot hash a password: {e}")))
    });
    task.await.unwrap_or(Err(StoreError::Crashed))
}

/// Verifies a password. Without a hash it takes the same time and returns `false`.
async fn verified(password: String, hash: Option<String>) -> Result<bool> {
    let Some(hash) = hash else {
        hashed(password).await?;
        return Ok(false);
    };
    let _permit = HASHING.acquire().await.map_err(|_| StoreError::Crashed)?;
    let task = tokio::task::spawn_blocking(move || {
        let parsed = PasswordHash::new(&hash)
            .map_err(|_| StoreError::Unusable("a stored password is damaged".into()))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    });
    task.await.unwrap_or(Err(StoreError::Crashed))
}

fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
