//! The row of a conversation: reading it, and the only statements that write it. What changed is found by comparing
//! before and after, so that a save touches no index it need not.

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params, params_from_iter};

use crate::domain::UnixMs;
use crate::domain::conversation::{
    Ack, Category, Claim, Closed, Conversation, ConversationState, Danger, DangerState, LastInbound, Offer,
    Promise, Referral,
};
use crate::domain::notice::Language;
use crate::domain::phone::PhoneNumber;
use crate::domain::triage::Tier;
use crate::store::engine::row;
use crate::store::{Result, StoreError};

/// The columns that are read by name come first, for a name is looked up from the left; [`read`] takes the rest by place.
const SELECT: &str = "
    SELECT v.citizen, v.our_number, v.language, v.state, v.danger, c.id AS counselor_id, c.login AS counselor_login,
           c.name AS counselor_name, c.disabled_at AS counselor_disabled_at,
           v.id, v.opened_at, v.n_reopened, v.previous_id, v.closed_at, v.close_reason, v.claimed_at,
           v.touched_at, v.last_holder_id, v.offered_to, v.offered_until_at, v.desk, v.previous_desk,
           v.last_inbound_seq, v.last_inbound_at, v.last_reply_at, v.waiting_since_at, v.queue_at,
           v.told_ahead, v.n_wait_notices, v.nudged_at, v.tier, v.urgent_at, v.alarm_from_at, v.n_escalations,
           v.acked_at, v.acked_by, v.is_abusive, v.promise_due_at, v.promise_told_at, v.category,
           v.category_version, v.survey_due_at, v.notices_from_at, v.alarm_quiet_until_at, v.is_category_old,
           v.referred_to, v.referred_at, v.referral_due_at
    FROM conversation v LEFT JOIN counselor c ON c.id = v.claimed_by";
/// The same over the index of open conversations.
const OPEN: &str = "v INDEXED BY conversation_open LEFT JOIN";

/// A column and its value.
type Column = (&'static str, fn(&Conversation) -> ToSqlOutput<'_>);

fn integer(value: Option<i64>) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(value.into())
}

fn words(value: Option<&str>) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(value.into())
}

fn open_danger(of: &Conversation) -> Option<Danger> {
    of.danger.filter(|danger| danger.state.is_open())
}

/// Every column that a save may change.
const COLUMNS: &[Column] = &[
    ("language", |c| words(Some(c.language.as_str()))),
    ("n_reopened", |c| integer(Some(c.n_reopened.into()))),
    ("state", |c| words(Some(c.state.as_str()))),
    ("closed_at", |c| integer(c.closed.as_ref().map(|closed| closed.at))),
    ("close_reason", |c| words(c.closed.as_ref().and_then(|closed| closed.reason.as_deref()))),
    ("claimed_by", |c| integer(c.claim.as_ref().map(|claim| claim.by.id))),
    ("claimed_at", |c| integer(c.claim.as_ref().map(|claim| claim.at))),
    ("touched_at", |c| integer(c.touched_at)),
    ("last_holder_id", |c| integer(c.last_holder)),
    ("offered_to", |c| integer(c.offer.map(|offer| offer.to))),
    ("offered_until_at", |c| integer(c.offer.map(|offer| offer.until))),
    ("desk", |c| words(Some(&c.desk))),
    ("previous_desk", |c| words(c.previous_desk.as_deref())),
    ("last_inbound_seq", |c| integer(Some(c.last_inbound.seq))),
    ("last_inbound_at", |c| integer(Some(c.last_inbound.at))),
    ("last_reply_at", |c| integer(c.last_reply_at)),
    ("waiting_since_at", |c| integer(c.waiting_since)),
    ("queue_at", |c| integer(Some(c.queue_at))),
    ("told_ahead", |c| integer(c.told_ahead)),
    ("n_wait_notices", |c| integer(Some(c.n_wait_notices.into()))),
    ("nudged_at", |c| integer(c.nudged_at)),
    ("tier", |c| integer(c.tier.map(|tier| tier.number().into()))),
    ("danger", |c| words(c.danger.map(|danger| danger.state.as_str()))),
    ("urgent_at", |c| integer(c.danger.map(|danger| danger.rang_at))),
    ("alarm_from_at", |c| integer(open_danger(c).map(|danger| danger.alarm_from))),
    ("n_escalations", |c| integer(Some(open_danger(c).map_or(0, |danger| danger.n_escalations.into())))),
    ("alarm_quiet_until_at", |c| integer(open_danger(c).and_then(|danger| danger.quiet_until))),
    ("acked_at", |c| integer(c.danger.and_then(|danger| danger.ack).map(|ack| ack.at))),
    ("acked_by", |c| integer(c.danger.and_then(|danger| danger.ack).map(|ack| ack.by))),
    ("is_abusive", |c| integer(Some(c.is_abusive.into()))),
    ("promise_due_at", |c| integer(c.promise.map(|promise| promise.due_at))),
    ("promise_told_at", |c| integer(c.promise.and_then(|promise| promise.late_at))),
    ("category", |c| words(c.category.as_ref().map(|category| category.key.as_str()))),
    ("category_version", |c| words(c.category.as_ref().map(|category| category.version.as_str()))),
    ("survey_due_at", |c| integer(c.survey_due_at)),
    ("notices_from_at", |c| integer(c.notices_from)),
    ("referred_to", |c| words(c.referral.as_ref().map(|referral| referral.to.as_str()))),
    ("referred_at", |c| integer(c.referral.as_ref().map(|referral| referral.since))),
    ("referral_due_at", |c| integer(c.referral.as_ref().map(|referral| referral.due_at))),
    ("is_category_old", |c| integer(Some(i64::from(c.is_category_old)))),
];

/// Columns that never change after the first insert, until they are forgotten.
const FIXED: &[Column] = &[
    ("citizen", |c| words(Some(c.citizen.reveal()))),
    ("our_number", |c| words(Some(c.our_number.reveal()))),
    ("opened_at", |c| integer(Some(c.opened_at))),
    ("previous_id", |c| integer(c.previous_id)),
];

/// The conversation with this number.
pub(in crate::store) fn load(conn: &Connection, id: i64) -> Result<Conversation> {
    let sql = format!("{SELECT} WHERE v.id = :id");
    Ok(conn.prepare_cached(&sql)?.query_row(named_params! { ":id": id }, read)?)
}

/// The latest conversation of a citizen at one of our numbers.
pub(in crate::store) fn load_latest(
    conn: &Connection,
    citizen: &PhoneNumber,
    our_number: &PhoneNumber,
) -> Result<Option<Conversation>> {
    let sql = format!(
        "{SELECT} WHERE v.citizen = :citizen AND v.our_number = :our_number ORDER BY v.id DESC LIMIT 1"
    );
    let of = named_params! { ":citizen": citizen.reveal(), ":our_number": our_number.reveal() };
    Ok(conn.prepare_cached(&sql)?.query_row(of, read).optional()?)
}

/// All that are not closed.
pub(in crate::store) fn load_open(conn: &Connection) -> Result<Vec<Conversation>> {
    all_open(conn, "")
}

/// Those in which danger was seen.
pub(in crate::store) fn load_dangers(conn: &Connection) -> Result<Vec<Conversation>> {
    all_open(conn, "AND v.danger IS NOT NULL")
}

fn all_open(conn: &Connection, condition: &str) -> Result<Vec<Conversation>> {
    let select = SELECT.replace("v LEFT JOIN", OPEN);
    let sql = format!("{select} WHERE v.state <> 'closed' {condition}");
    let mut select = conn.prepare_cached(&sql)?;
    Ok(select.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
}

/// All that a counselor holds, and dangers that they look after.
pub(in crate::store) fn in_hands_of(conn: &Connection, counselor_id: i64) -> Result<Vec<Conversation>> {
    let sql = format!(
        "{SELECT} WHERE v.claimed_by = :counselor
             OR (v.state <> 'closed' AND v.danger = 'looked_after' AND v.acked_by = :counselor) ORDER BY v.id"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let rows = select.query_map(named_params! { ":counselor": counselor_id }, read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a conversation for the first time; returns its number.
pub(in crate::store) fn insert(conn: &Connection, new: &Conversation) -> Result<i64> {
    let all = || FIXED.iter().chain(COLUMNS);
    let names: Vec<_> = all().map(|(name, _)| *name).collect();
    let places = vec!["?"; names.len()].join(", ");
    let sql = format!("INSERT INTO conversation ({}) VALUES ({places})", names.join(", "));
    let values = all().map(|(_, value)| value(new));
    Ok(conn.prepare_cached(&sql)?.insert(params_from_iter(values))?)
}

/// Writes what has changed, if anything has. `Conflict` if the row is not as it was loaded.
pub(in crate::store) fn save(conn: &Connection, before: &Conversation, after: &Conversation) -> Result<()> {
    let changed: Vec<_> = COLUMNS.iter().filter(|(_, value)| value(before) != value(after)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = changed.iter().map(|(name, _)| format!("{name} = ?")).collect();
    let sql = format!("UPDATE conversation SET {} WHERE id = ? AND state = ?", names.join(", "));
    let mut values: Vec<ToSqlOutput<'_>> = changed.iter().map(|(_, value)| value(after)).collect();
    values.push(before.id.to_sql()?);
    values.push(words(Some(before.state.as_str())));
    match conn.prepare_cached(&sql)?.execute(params_from_iter(values))? {
        1 => Ok(()),
        _ => Err(StoreError::Conflict("somebody else changed the conversation".into())),
    }
}

/// Takes from a closed conversation who the citizen was, and what a counselor wrote in it. `Conflict` if it is not closed, or was
/// forgotten before.
pub(in crate::store) fn forget(conn: &Connection, id: i64, token: &str, now: UnixMs) -> Result<()> {
    forget_words(conn, id, UnixMs::MAX, Some((token, now)))
}

/// The same, but who the citizen was stays, and what a counselor wrote later.
pub(in crate::store) fn forget_until(conn: &Connection, id: i64, until: UnixMs) -> Result<()> {
    forget_words(conn, id, until, None)
}

fn forget_words(conn: &Connection, id: i64, until: UnixMs, whom: Option<(&str, UnixMs)>) -> Result<()> {
    let sql = "UPDATE conversation
               SET citizen = coalesce(:token, citizen), erased_at = :now,
                   close_reason = CASE WHEN closed_at <= :until THEN 'erased' ELSE close_reason END,
                   survey_due_at = CASE WHEN closed_at <= :until THEN NULL ELSE survey_due_at END,
                   referred_to = CASE WHEN referred_at <= :until THEN NULL ELSE referred_to END,
                   referred_at = CASE WHEN referred_at <= :until THEN NULL ELSE referred_at END,
                   referral_due_at = CASE WHEN referred_at <= :until THEN NULL ELSE referral_due_at END
               WHERE id = :id AND state = 'closed' AND erased_at IS NULL";
    let (token, now) = whom.unzip();
    let of = named_params! { ":token": token, ":now": now, ":until": until, ":id": id };
    match conn.prepare_cached(sql)?.execute(of)? {
        1 => Ok(()),
        _ => Err(StoreError::Conflict("the conversation is not closed".into())),
    }
}

fn read(r: &Row<'_>) -> rusqlite::Result<Conversation> {
    let pair = |name: usize, other: usize| -> rusqlite::Result<Option<(i64, i64)>> {
        let both: (Option<i64>, Option<i64>) = (r.get(name)?, r.get(other)?);
        Ok(both.0.zip(both.1))
    };
    let closed_at: Option<i64> = r.get(13)?;
    let close_reason = r.get(14)?;
    let category: Option<String> = r.get(39)?;
    let version: Option<String> = r.get(40)?;
    let promise_due_at: Option<i64> = r.get(37)?;
    let late_at = r.get(38)?;
    let claimed_at: Option<i64> = r.get(15)?;
    Ok(Conversation {
        id: r.get(9)?,
        citizen: row::phone(r, "citizen")?,
        our_number: row::phone(r, "our_number")?,
        language: row::word(r, "language", Language::from_word)?,
        opened_at: r.get(10)?,
        n_reopened: r.get(11)?,
        previous_id: r.get(12)?,
        state: row::word(r, "state", ConversationState::from_word)?,
        closed: closed_at.map(|at| Closed { at, reason: close_reason }),
        claim: row::counselor(r)?.zip(claimed_at).map(|(by, at)| Claim { by, at }),
        touched_at: r.get(16)?,
        last_holder: r.get(17)?,
        offer: pair(18, 19)?.map(|(to, until)| Offer { to, until }),
        desk: r.get(20)?,
        previous_desk: r.get(21)?,
        last_inbound: LastInbound { seq: r.get(22)?, at: r.get(23)? },
        last_reply_at: r.get(24)?,
        waiting_since: r.get(25)?,
        queue_at: r.get(26)?,
        told_ahead: r.get(27)?,
        n_wait_notices: r.get(28)?,
        nudged_at: r.get(29)?,
        tier: r.get::<_, Option<i64>>(30)?.and_then(Tier::from_number),
        danger: danger(r)?,
        is_abusive: r.get(36)?,
        promise: promise_due_at.map(|due_at| Promise { due_at, late_at }),
        category: category.map(|key| Category { key, version: version.unwrap_or_default() }),
        survey_due_at: r.get(41)?,
        notices_from: r.get(42)?,
        is_category_old: r.get(44)?,
        referral: referral(r)?,
    })
}

fn referral(r: &Row<'_>) -> rusqlite::Result<Option<Referral>> {
    let (to, since, due_at): (Option<String>, Option<i64>, Option<i64>) =
        (r.get(45)?, r.get(46)?, r.get(47)?);
    Ok(to.zip(since).zip(due_at).map(|((to, since), due_at)| Referral { to, since, due_at }))
}

fn danger(r: &Row<'_>) -> rusqlite::Result<Option<Danger>> {
    let Some(rang_at) = r.get(31)? else {
        return Ok(None);
    };
    let acked: (Option<i64>, Option<i64>) = (r.get(35)?, r.get(34)?);
    let alarm_from: Option<i64> = r.get(32)?;
    Ok(Some(Danger {
        state: row::word(r, "danger", DangerState::from_word)?,
        rang_at,
        alarm_from: alarm_from.unwrap_or(rang_at),
        n_escalations: r.get(33)?,
        ack: acked.0.zip(acked.1).map(|(by, at)| Ack { by, at }),
        quiet_until: r.get(43)?,
    }))
}
