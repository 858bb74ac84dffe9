//! What is done with an account after it was added: role and desks, password, disabling and enabling. Each change stands in the
//! history, in the same transaction.

use rusqlite::{Connection, Row, named_params};

use super::counselor::{NewCounselor, desks, id_of, insert};
use super::history::record;
use super::session::{Ending, end};
use crate::domain::UnixMs;
use crate::domain::account::AccountChange;
use crate::domain::actor::{Actor, DeskScope, Role};
use crate::domain::counselor::Counselor;
use crate::domain::event::EventKind;
use crate::domain::password;
use crate::store::conversation::row::{in_hands_of, save};
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event, append_events};
use crate::store::{Result, Store, StoreError};

/// An account as those see it who manage accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountInfo {
    pub counselor: Counselor,
    pub role: Role,
    pub desks: DeskScope,
    pub must_change_password: bool,
    pub has_totp: bool,
    /// When they last did anything, to some minutes.
    pub used_at: Option<UnixMs>,
}

/// What somebody may do from now on; `None` leaves it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    pub role: Option<Role>,
    /// Without them, another role gets its [usual desks](Role::usual_desks).
    pub desks: Option<DeskScope>,
}

impl Store {
    /// Adds an account whose owner has to choose a password of their own at the first log-in. `Conflict` if the login is taken.
    pub async fn add_account(
        &self,
        new: NewCounselor,
        grant: Grant,
        by: &Actor,
        now: UnixMs,
    ) -> Result<Counselor> {
        let (by, hash) = (by.clone(), self.hash_password(new.password.clone()).await?);
        self.write(move |conn| {
            let added = insert(conn, (&new.login, &new.name, &hash), now)?;
            let role = grant.role.unwrap_or(Role::Counselor);
            let desks = grant.desks.clone().unwrap_or_else(|| role.usual_desks()).to_word();
            let sql =
                "UPDATE counselor SET must_change_password = 1, role = :role, desks = :desks WHERE id = :id";
            conn.execute(sql, named_params! { ":role": role.as_str(), ":desks": desks, ":id": added.id })?;
            let given = format!("{} {desks}", role.as_str());
            record(conn, added.id, (AccountChange::Added, None, Some(given.trim())), (&by, now))?;
            Ok(added)
        })
        .await
    }

    /// All accounts by login, disabled ones too.
    pub async fn accounts(&self) -> Result<Vec<AccountInfo>> {
        self.read(|conn| {
            let mut select = conn.prepare_cached(
                "SELECT c.id AS counselor_id, c.login AS counselor_login, c.name AS counselor_name,
                        c.disabled_at AS counselor_disabled_at, c.role, c.desks, c.must_change_password,
                        c.totp_at IS NOT NULL AS has_totp,
                        (SELECT max(t.used_at) FROM token t WHERE t.counselor_id = c.id) AS used_at
                 FROM counselor c ORDER BY c.login",
            )?;
            let rows = select.query_map([], info)?;
            Ok(rows.flat_map(rusqlite::Result::transpose).collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Changes role and desks. Who takes no duty any more loses what they held to the queue; returns how many conversations.
    /// `NotFound` for an unknown login.
    pub async fn grant(&self, login: String, grant: Grant, by: &Actor, now: UnixMs) -> Result<usize> {
        let by = by.clone();
        self.write(move |conn| {
            let id = id_of(conn, &login)?;
            let (old_role, old_desks) = duties_of(conn, id)?;
            let role = grant.role.unwrap_or(old_role);
            let usual = || if role == old_role { old_desks.clone() } else { role.usual_desks() };
            let desks = grant.desks.clone().unwrap_or_else(usual);
            let (old_word, word) = (old_desks.to_word(), desks.to_word());
            let sql = "UPDATE counselor SET role = :role, desks = :desks WHERE id = :id";
            conn.execute(sql, named_params! { ":role": role.as_str(), ":desks": word, ":id": id })?;
            if role != old_role {
                let change = (AccountChange::Role, Some(old_role.as_str()), Some(role.as_str()));
                record(conn, id, change, (&by, now))?;
            }
            if word != old_word {
                let change = (AccountChange::Desks, Some(old_word.as_str()), Some(word.as_str()));
                record(conn, id, change, (&by, now))?;
            }
            if role.takes_duty(&desks) { Ok(0) } else { give_back(conn, id, now) }
        })
        .await
    }

    /// Disables an account at once: login and sessions stop working, its conversations go back to the queue, and dangers that
    /// its owner looked after ring anew. Returns how many conversations they held. `NotFound` for an unknown login.
    pub async fn disable_account(&self, login: String, by: &Actor, now: UnixMs) -> Result<usize> {
        let by = by.clone();
        self.write(move |conn| {
            let id = id_of(conn, &login)?;
            let sql = "UPDATE counselor SET disabled_at = :now WHERE id = :id AND disabled_at IS NULL";
            let n = conn.execute(sql, named_params! { ":now": now, ":id": id })?;
            end(conn, id, Ending::All, now)?;
            let n_held = give_back(conn, id, now)?;
            if n == 1 {
                record(conn, id, (AccountChange::Disabled, None, None), (&by, now))?;
            }
            let event = NewEvent::new(EventKind::CounselorDisabled);
            append_event(conn, now, NewEvent { counselor_id: Some(id), ..event })?;
            Ok(n_held)
        })
        .await
    }

    /// Lets the owner of a disabled account log in again, with the password they had. Returns whether it was disabled. `NotFound`
    /// for an unknown login.
    pub async fn enable_account(&self, login: String, by: &Actor, now: UnixMs) -> Result<bool> {
        let by = by.clone();
        self.write(move |conn| {
            let id = id_of(conn, &login)?;
            let sql = "UPDATE counselor SET disabled_at = NULL WHERE id = :id AND disabled_at IS NOT NULL";
            let was_disabled = conn.execute(sql, named_params! { ":id": id })? == 1;
            if was_disabled {
                record(conn, id, (AccountChange::Enabled, None, None), (&by, now))?;
            }
            Ok(was_disabled)
        })
        .await
    }

    /// Sets somebody else's password: its owner has to choose another one at the next log-in. Ends all sessions of theirs, and
    /// forgets wrong passwords. The caller has checked the password. `NotFound` for an unknown login.
    pub async fn reset_password(
        &self,
        login: String,
        password: String,
        by: &Actor,
        now: UnixMs,
    ) -> Result<()> {
        let (by, hash, of) = (by.clone(), self.hash_password(password).await?, login.clone());
        self.write(move |conn| {
            let id = id_of(conn, &of)?;
            let sql = "UPDATE counselor SET password_hash = :hash, must_change_password = 1 WHERE id = :id";
            conn.execute(sql, named_params! { ":hash": hash, ":id": id })?;
            end(conn, id, Ending::All, now)?;
            record(conn, id, (AccountChange::PasswordReset, None, None), (&by, now))
        })
        .await?;
        self.log_ins.guard().unlock(&login, now);
        Ok(())
    }

    /// Changes a person's own password, and ends all other sessions of theirs. The caller has checked both passwords. `false`, and
    /// nothing is changed: their session has ended meanwhile, as when somebody else has set the password.
    pub async fn change_password(
        &self,
        person: &Actor,
        session_id: i64,
        password: String,
        now: UnixMs,
    ) -> Result<bool> {
        let (person, id) = (person.clone(), person.id().ok_or(StoreError::NotFound)?);
        let hash = self.hash_password(password).await?;
        self.write(move |conn| {
            let sql = "UPDATE counselor SET password_hash = :hash, must_change_password = 0 WHERE id = :id
                       AND EXISTS (SELECT 1 FROM token WHERE id = :session AND revoked_at IS NULL)";
            if conn.execute(sql, named_params! { ":hash": hash, ":id": id, ":session": session_id })? == 0 {
                return Ok(false);
            }
            end(conn, id, Ending::AllBut(session_id), now)?;
            record(conn, id, (AccountChange::PasswordChanged, None, None), (&person, now)).map(|()| true)
        })
        .await
    }

    /// Lifts lock-outs after wrong passwords, which this process alone knows of. Returns whether anybody was locked out.
    /// `NotFound` for an unknown login.
    pub async fn unlock_account(&self, login: String, by: &Actor, now: UnixMs) -> Result<bool> {
        let (by, of) = (by.clone(), login.clone());
        let id = self.read(move |conn| id_of(conn, &of)).await?;
        let was_locked = self.log_ins.guard().unlock(&login, now);
        if was_locked {
            self.write(move |conn| record(conn, id, (AccountChange::Unlocked, None, None), (&by, now)))
                .await?;
        }
        Ok(was_locked)
    }

    /// Hashes a new password in the line of those that are checked: no more of them are made at a time.
    async fn hash_password(&self, password: String) -> Result<String> {
        self.log_ins.checker.hash(password::normalised(&password)).await
    }
}

fn duties_of(conn: &Connection, id: i64) -> Result<(Role, DeskScope)> {
    let sql = "SELECT role, desks FROM counselor WHERE id = :id";
    let read = |r: &Row<'_>| Ok((row::word(r, "role", Role::from_word)?, desks(r)?));
    Ok(conn.query_row(sql, named_params! { ":id": id }, read)?)
}

/// Gives back what somebody holds or looks after; returns how many conversations they held.
fn give_back(conn: &Connection, id: i64, now: UnixMs) -> Result<usize> {
    let theirs = in_hands_of(conn, id)?;
    for before in &theirs {
        let decision = before.lose_person(id, now);
        save(conn, before, &decision.after)?;
        append_events(conn, before.id, decision.events, now)?;
    }
    Ok(theirs.iter().filter(|before| before.is_held_by(id)).count())
}

fn info(r: &Row<'_>) -> rusqlite::Result<Option<AccountInfo>> {
    let (role, desks) = (row::word(r, "role", Role::from_word)?, desks(r)?);
    let (must_change_password, has_totp) = (r.get("must_change_password")?, r.get("has_totp")?);
    let used_at = r.get("used_at")?;
    let of = |counselor| AccountInfo { counselor, role, desks, must_change_password, has_totp, used_at };
    Ok(row::counselor(r)?.map(of))
}
