//! The history of accounts: who gave or took what, when, and from where. Written in the transaction of the change, together with
//! a row of the access log: that one is the proof, for its rows are chained.

use rusqlite::{Connection, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::account::AccountChange;
use crate::domain::actor::Actor;
use crate::store::engine::row;
use crate::store::journal::access::append_of_account;
use crate::store::{Result, Store};

/// One change of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChanged {
    pub at: UnixMs,
    pub what: AccountChange,
    /// The login of who did it; `None`: the operator at the machine.
    pub by: Option<String>,
    /// The address, or the operator's command.
    pub from: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// Appends a change to the history.
pub(super) fn record(
    conn: &Connection,
    of: i64,
    (what, old, new): (AccountChange, Option<&str>, Option<&str>),
    (by, now): (&Actor, UnixMs),
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO account_change (at, counselor_id, by_id, by_from, what, old_value, new_value)
         VALUES (:now, :of, :by, :from, :what, :old, :new)",
    )?
    .execute(named_params! {
        ":now": now, ":of": of, ":by": by.id(), ":from": by.from, ":what": what.as_str(), ":old": old, ":new": new,
    })?;
    let sql = "SELECT login FROM counselor WHERE id = :of";
    let login: String = conn.prepare_cached(sql)?.query_row(named_params! { ":of": of }, |r| r.get(0))?;
    let values = match (old, new) {
        (Some(old), Some(new)) => format!(" {old} → {new}"),
        (None, Some(new)) => format!(" {new}"),
        _ => String::new(),
    };
    append_of_account(conn, by, format!("account {login} {}{values}", what.as_str()), now)
}

impl Store {
    /// The number of the last change of an account, which may have ended sessions; a log-in ends none. `known` if there was none after
    /// that one.
    pub async fn last_account_change(&self, known: i64) -> Result<i64> {
        self.read(move |conn| {
            let sql =
                "SELECT coalesce(max(id), :known) FROM account_change WHERE id > :known AND what <> :log_in";
            let of = named_params! { ":known": known, ":log_in": AccountChange::LoggedIn.as_str() };
            Ok(conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?)
        })
        .await
    }

    /// The history of an account, oldest first. `NotFound` for an unknown login.
    pub async fn account_history(&self, login: String) -> Result<Vec<AccountChanged>> {
        self.read(move |conn| {
            let id = super::counselor::id_of(conn, &login)?;
            let mut select = conn.prepare_cached(
                "SELECT a.at, a.what, a.by_from, a.old_value, a.new_value, c.login AS by_login
                 FROM account_change a LEFT JOIN counselor c ON c.id = a.by_id
                 WHERE a.counselor_id = :id ORDER BY a.id",
            )?;
            let rows = select.query_map(named_params! { ":id": id }, changed)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

fn changed(r: &Row<'_>) -> rusqlite::Result<AccountChanged> {
    Ok(AccountChanged {
        at: r.get("at")?,
        what: row::word(r, "what", AccountChange::from_word)?,
        by: r.get("by_login")?,
        from: r.get("by_from")?,
        old: r.get("old_value")?,
        new: r.get("new_value")?,
    })
}
