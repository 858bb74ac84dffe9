//! Adding and listing counselors.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::passwords;
use crate::domain::UnixMs;
use crate::domain::actor::{Actor, DeskScope, Role};
use crate::domain::counselor::{Counselor, is_valid_login};
use crate::domain::event::EventKind;
use crate::domain::password;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, Store, StoreError};

/// A counselor to be added. The caller has checked login and password (`domain::counselor`, `domain::password`).
pub struct NewCounselor {
    pub login: String,
    pub name: String,
    pub password: String,
}

impl Store {
    /// Adds a counselor who has chosen the password themselves, such as the demo's; [`Store::add_account`] is for all others.
    /// `Conflict` if the login is taken.
    pub async fn add_counselor(&self, new: NewCounselor, now: UnixMs) -> Result<Counselor> {
        let password = password::normalised(&new.password);
        let hashed = tokio::task::spawn_blocking(move || passwords::hash(&password));
        let password_hash = hashed.await.unwrap_or(Err(StoreError::Crashed))?;
        self.write(move |conn| insert(conn, (&new.login, &new.name, &password_hash), now)).await
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

    /// As [`Store::disable_account`], by the operator.
    pub async fn disable_counselor(&self, login: String, now: UnixMs) -> Result<usize> {
        self.disable_account(login, &Actor::operator("user disable"), now).await
    }

    /// Sets a counselor's role and desks; `None` leaves them. Leaves no line in the history, unlike [`Store::grant`]: for who
    /// fills a database. `NotFound` for an unknown login.
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
}

/// Inserts an account of a counselor of all desks, with its event. `Conflict` if the login is taken.
pub(super) fn insert(
    conn: &Connection,
    (login, name, password_hash): (&str, &str, &str),
    now: UnixMs,
) -> Result<Counselor> {
    let row = named_params! { ":login": login, ":name": name, ":hash": password_hash, ":now": now };
    let added = conn.query_row(
        "INSERT INTO counselor (login, name, password_hash, created_at)
         VALUES (:login, :name, :hash, :now) ON CONFLICT (login) DO NOTHING RETURNING id",
        row,
        |r| r.get(0),
    );
    let Some(id) = added.optional()? else {
        return Err(StoreError::Conflict(format!("the login {login} is taken")));
    };
    let event = NewEvent::new(EventKind::CounselorAdded);
    append_event(conn, now, NewEvent { counselor_id: Some(id), ..event })?;
    Ok(Counselor { id, login: login.to_owned(), name: name.to_owned(), disabled_at: None })
}

/// The number of an account that a person owns; `NotFound` for an unknown login, and for what stands for a duty phone.
pub(super) fn id_of(conn: &Connection, login: &str) -> Result<i64> {
    if !is_valid_login(login) {
        return Err(StoreError::NotFound);
    }
    let sql = "SELECT id FROM counselor WHERE login = :login";
    Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":login": login }, |r| r.get(0))?)
}

pub(super) fn desks(r: &Row<'_>) -> rusqlite::Result<DeskScope> {
    Ok(DeskScope::from_word(&r.get::<_, String>("desks")?))
}
