//! Personal data and its end (`domain::privacy`): what is forgotten of one conversation (`forget`), what has outlived its time
//! (`purge`), one person's rights (`subject`, `erase`), legal holds (`hold`), and erasures that a restored copy does not know
//! (`honour`, `erased_file`, `gone`). `traces` looks for what is left in files of ours, `below` for databases in sub-folders, `others` in
//! files that people left beside the database, `reasons` in what they gave as one.

pub(in crate::store) mod below;
pub(in crate::store) mod erase;
pub(in crate::store) mod erased_file;
pub(in crate::store) mod forget;
pub(in crate::store) mod gone;
pub(in crate::store) mod hold;
pub(in crate::store) mod honour;
pub(in crate::store) mod others;
pub(in crate::store) mod purge;
pub(in crate::store) mod reasons;
pub(in crate::store) mod subject;
pub(in crate::store) mod traces;

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::{Actor, Role};
use crate::domain::inbound;
use crate::domain::phone::PhoneNumber;
use crate::domain::pseudonym::{Pseudonym, PseudonymKey};
use crate::domain::reason::Reason;
use crate::store::{Result, StoreError};

/// What is done with somebody's data at their request or by law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Show,
    Export,
    Erase,
    Hold,
    Release,
}

impl Act {
    pub const ALL: [Act; 5] = [Self::Show, Self::Export, Self::Erase, Self::Hold, Self::Release];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Show => "show",
            Self::Export => "export",
            Self::Erase => "erase",
            Self::Hold => "hold",
            Self::Release => "release",
        }
    }
}

/// Only who runs the machine reads or erases everything of a person.
fn operator_only(actor: &Actor) -> Result<()> {
    match actor.role {
        Role::Operator => Ok(()),
        _ => Err(StoreError::Conflict("only the operator may do that with somebody's data".into())),
    }
}

/// What stands for a citizen's number where they were erased.
pub(in crate::store) fn token(keys: &PseudonymKey, citizen: &PhoneNumber) -> String {
    PhoneNumber::erased(&keys.of_citizen(citizen).to_hex()).reveal().to_owned()
}

/// What stands for a carrier's key of an erased text.
pub(in crate::store) fn erased_key(keys: &PseudonymKey, carrier: &str, key: &str) -> String {
    let what = format!("text of {carrier}");
    inbound::erased(key, |word| keys.of(&what, word).to_hex())
}

/// Records what was done with somebody's data.
fn record(conn: &Connection, act: Act, of: Pseudonym, reason: &Reason, now: UnixMs) -> Result<()> {
    let sql = "INSERT INTO privacy_act (at, what, pseudonym, reason) VALUES (:now, :what, :of, :reason)";
    conn.prepare_cached(sql)?.execute(named_params! {
        ":now": now, ":what": act.as_str(), ":of": of.0.as_slice(), ":reason": reason.as_str(),
    })?;
    Ok(())
}

/// A citizen who was erased has texted again: what they wished holds for them as before.
pub(in crate::store) fn recognise(
    conn: &Connection,
    keys: &PseudonymKey,
    citizen: &PhoneNumber,
    now: UnixMs,
) -> Result<()> {
    let of = keys.of_citizen(citizen);
    let sql = "SELECT opted_out_at, restricted_until_at FROM erased_citizen WHERE pseudonym = :of";
    let wishes = |r: &Row<'_>| Ok((r.get("opted_out_at")?, r.get("restricted_until_at")?));
    let found =
        conn.prepare_cached(sql)?.query_row(named_params! { ":of": of.0.as_slice() }, wishes).optional()?;
    let Some((opted_out_at, until)): Option<(Option<UnixMs>, Option<UnixMs>)> = found else {
        return Ok(());
    };
    let until = until.filter(|until| *until > now);
    if opted_out_at.is_none() && until.is_none() {
        return Ok(());
    }
    conn.prepare_cached(
        "INSERT INTO citizen (number, opted_out_at, restricted_until_at, restriction_reason)
         VALUES (:number, :opted_out, :until, :reason) ON CONFLICT (number) DO NOTHING",
    )?
    .execute(named_params! {
        ":number": citizen.reveal(), ":opted_out": opted_out_at, ":until": until,
        ":reason": until.map(|_| "-"),
    })?;
    let sql =
        "UPDATE erased_citizen SET opted_out_at = NULL, restricted_until_at = NULL WHERE pseudonym = :of";
    conn.prepare_cached(sql)?.execute(named_params! { ":of": of.0.as_slice() })?;
    Ok(())
}

/// Keeps what still holds for a citizen by their pseudonym, and removes what stands under their number, with the reasons of what
/// was done with their data.
fn part_with(
    conn: &Connection,
    keys: &PseudonymKey,
    citizen: &PhoneNumber,
    now: UnixMs,
) -> Result<(Option<UnixMs>, Option<UnixMs>)> {
    let found = crate::store::people::citizen::load(conn, citizen)?;
    let until = found.restricted_until_at.filter(|until| *until > now);
    conn.prepare_cached(
        "INSERT INTO erased_citizen (pseudonym, erased_at, opted_out_at, restricted_until_at)
         VALUES (:of, :now, :opted_out, :until)
         ON CONFLICT (pseudonym) DO UPDATE
         SET erased_at = excluded.erased_at,
             opted_out_at = coalesce(excluded.opted_out_at, erased_citizen.opted_out_at),
             restricted_until_at = coalesce(excluded.restricted_until_at, erased_citizen.restricted_until_at)",
    )?
    .execute(named_params! {
        ":of": keys.of_citizen(citizen).0.as_slice(), ":now": now, ":opted_out": found.opted_out_at, ":until": until,
    })?;
    conn.prepare_cached("DELETE FROM citizen WHERE number = :number")?
        .execute(named_params! { ":number": citizen.reveal() })?;
    reasons::blank_of(conn, keys.of_citizen(citizen))?;
    Ok((found.opted_out_at, until))
}
