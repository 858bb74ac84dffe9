//! Logging in: the password, the second factor, and the count of wrong ones (`domain::login_guard`). What fails is logged with
//! the peer, and with the login only if there is such an account: people type passwords into that field.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::passwords::PasswordChecker;
use crate::domain::UnixMs;
use crate::domain::actor::{Actor, Role};
use crate::domain::counselor::{Counselor, is_valid_login};
use crate::domain::login_guard::{LoginGuard, LoginPeer, Tried};
use crate::domain::password;
use crate::store::engine::row;
use crate::store::{Result, Store};

/// What somebody logs in with.
pub struct LogIn {
    pub login: String,
    pub password: String,
    /// Of their phone, or a recovery code.
    pub code: Option<String>,
    /// Where it comes from, for the log.
    pub address: String,
}

/// Result of `check_login`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginCheck {
    Ok(Counselor),
    /// Unknown login, wrong password or disabled account; not told apart on purpose.
    Wrong,
    /// The password is right, and the account has a second factor.
    CodeNeeded,
    WrongCode,
    LockedUntil(UnixMs),
    /// Too many passwords wait to be checked.
    Crowded,
}

/// What log-ins share: the counts of wrong passwords, and the threads that check them.
#[derive(Default)]
pub(in crate::store) struct LogIns {
    guard: Mutex<LoginGuard>,
    n_refused: AtomicU64,
    pub(super) checker: PasswordChecker,
}

impl LogIns {
    /// Ignores poison: each count is whole at any time.
    pub(super) fn guard(&self) -> MutexGuard<'_, LoginGuard> {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Log-ins that were refused since the start: wrong, locked out, or one too many at once.
    pub(in crate::store) fn n_refused(&self) -> u64 {
        self.n_refused.load(Ordering::Relaxed)
    }
}

/// The row a login is checked against.
struct Account {
    counselor: Counselor,
    role: Role,
    password_hash: String,
    /// The secret of the second factor, if codes are asked for.
    totp_secret: Option<String>,
}

/// Why a log-in failed, for the log.
#[derive(Debug, Clone, Copy)]
enum Failed {
    NoAccount,
    Disabled,
    Password,
    Code,
}

impl Store {
    /// Checks a login. Too many wrong passwords or codes lock a peer out of it for a while (`domain::login_guard`). A login that
    /// does not exist is treated like any other, and takes as long.
    pub async fn check_login(&self, given: LogIn, from: LoginPeer, now: UnixMs) -> Result<LoginCheck> {
        let checked = self.decide_login(given, from, now).await;
        // A code that is still to come is the second half of the same log-in.
        if !matches!(checked, Ok(LoginCheck::Ok(_) | LoginCheck::CodeNeeded)) {
            self.log_ins.n_refused.fetch_add(1, Ordering::Relaxed);
        }
        checked
    }

    async fn decide_login(&self, given: LogIn, from: LoginPeer, now: UnixMs) -> Result<LoginCheck> {
        if !is_valid_login(&given.login) {
            return Ok(LoginCheck::Wrong);
        }
        if let Err(until) = self.log_ins.guard().begin(&given.login, &from, now) {
            return Ok(LoginCheck::LockedUntil(until));
        }
        let (login, address) = (given.login.clone(), given.address.clone());
        let checked = self.check_factors(given, from.is_known(), now).await;
        let (tried, failed) = match &checked {
            Ok((LoginCheck::Ok(_), _)) => (Tried::Right, None),
            Ok((LoginCheck::Wrong | LoginCheck::WrongCode, failed)) => (Tried::Wrong, *failed),
            _ => (Tried::Neither, None),
        };
        let locked = self.log_ins.guard().end(&login, &from, tried, now);
        let locked = locked.filter(|_| tried == Tried::Wrong);
        if let Some(failed) = failed {
            log(failed, (&login, &address), locked.is_some());
        }
        match locked {
            Some(until) => Ok(LoginCheck::LockedUntil(until)),
            None => checked.map(|(check, _)| check),
        }
    }

    async fn check_factors(
        &self,
        given: LogIn,
        is_known: bool,
        now: UnixMs,
    ) -> Result<(LoginCheck, Option<Failed>)> {
        let wanted = given.login;
        let account = self.read(move |conn| account(conn, &wanted)).await?;
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let candidates = password::candidates(&given.password);
        let is_right = self.log_ins.checker.check(candidates, hash, is_known).await?;
        let account = match (is_right, account) {
            (None, _) => return Ok((LoginCheck::Crowded, None)),
            (_, None) => return Ok((LoginCheck::Wrong, Some(Failed::NoAccount))),
            (_, Some(of)) if of.counselor.disabled_at.is_some() => {
                return Ok((LoginCheck::Wrong, Some(Failed::Disabled)));
            }
            (Some(false), _) => return Ok((LoginCheck::Wrong, Some(Failed::Password))),
            (Some(true), Some(account)) => account,
        };
        let code = given.code.filter(|code| !code.trim().is_empty());
        let desks = account.role.usual_desks();
        let person = Actor::person(account.counselor.clone(), account.role, desks, given.address);
        match (account.totp_secret, code) {
            (None, _) => Ok((LoginCheck::Ok(account.counselor), None)),
            (Some(_), None) => Ok((LoginCheck::CodeNeeded, None)),
            (Some(secret), Some(code)) => match self.use_code(&person, secret, &code, now).await? {
                true => Ok((LoginCheck::Ok(account.counselor), None)),
                false => Ok((LoginCheck::WrongCode, Some(Failed::Code))),
            },
        }
    }

    /// Checks the password of somebody who is logged in, for what needs it once more. Wrong ones count as those of a log-in.
    pub async fn check_own_password(
        &self,
        login: String,
        password: String,
        from: LoginPeer,
        now: UnixMs,
    ) -> Result<LoginCheck> {
        if let Err(until) = self.log_ins.guard().begin(&login, &from, now) {
            return Ok(LoginCheck::LockedUntil(until));
        }
        let wanted = login.clone();
        let checked = async {
            let account = self.read(move |conn| account(conn, &wanted)).await?;
            let hash = account.as_ref().map(|account| account.password_hash.clone());
            let is_right = self.log_ins.checker.check(password::candidates(&password), hash, true).await?;
            Ok(match (is_right, account) {
                (None, _) => LoginCheck::Crowded,
                (Some(true), Some(account)) => LoginCheck::Ok(account.counselor),
                _ => LoginCheck::Wrong,
            })
        };
        let checked = checked.await;
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
}

/// Says that a log-in failed, and why; never what was typed.
fn log(failed: Failed, (login, from): (&str, &str), is_locked: bool) {
    let then = if is_locked { ", and this address has to wait a quarter of an hour" } else { "" };
    let why = match failed {
        Failed::NoAccount => {
            tracing::warn!(is_locked, "a log-in from {from} was refused: there is no such login{then}");
            return;
        }
        Failed::Disabled => "the account is disabled",
        Failed::Password => "wrong password",
        Failed::Code => "wrong code of the second factor",
    };
    tracing::warn!(login, is_locked, "a log-in of {login} from {from} was refused: {why}{then}");
}

fn account(conn: &Connection, login: &str) -> Result<Option<Account>> {
    let sql = "SELECT id AS counselor_id, login AS counselor_login, name AS counselor_name,
                      disabled_at AS counselor_disabled_at, role, password_hash, totp_secret, totp_at
               FROM counselor WHERE login = :login";
    let account = |r: &Row<'_>| {
        let has_totp = r.get::<_, Option<i64>>("totp_at")?.is_some();
        let secret: Option<String> = r.get("totp_secret")?;
        let (password_hash, totp_secret) = (r.get("password_hash")?, secret.filter(|_| has_totp));
        let role = row::word(r, "role", Role::from_word)?;
        Ok(row::counselor(r)?.map(|counselor| Account { counselor, role, password_hash, totp_secret }))
    };
    Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":login": login }, account).optional()?.flatten())
}
