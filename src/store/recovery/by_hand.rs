//! A database that somebody put in its place by hand (`engine::reached`): it is noticed before anything else is done with it, and
//! becomes what `munjad restore` would have made of it. An image of the machine brings the mark of its place along, as it was: only
//! heads of the access log that lie elsewhere tell of that.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::begin::{ReplacedCopy, begin};
use crate::domain::UnixMs;
use crate::domain::access::Who;
use crate::domain::access::chain::{ChainBreak, Hash, HeadLine, Outside};
use crate::domain::actor::Actor;
use crate::domain::recovery::PutByHand;
use crate::store::engine::reached::{Mark, Reached};
use crate::store::engine::sequence::last_assigned;
use crate::store::{Result, Store, StoreError};

/// What the access log says of who did it: nobody knows.
const BY_HAND: &str = "put there by hand";
/// How far back a database that has no event at all is read back, from the last event of its place (milliseconds).
const OF_AN_EMPTY_ONE: i64 = 86_400_000;

impl Store {
    /// Whether this database is not the one that its place has had, or an older copy of it; `None` where nothing speaks for that.
    /// `heads`: the file of heads of the access log.
    pub async fn put_by_hand(&self, heads: &[HeadLine]) -> Result<Option<PutByHand>> {
        // In this order: a gateway that is at work moves the database first.
        let (mark, heads) = (self.read_mark().await?, heads.to_vec());
        self.read(move |conn| found(conn, mark.as_ref(), heads)).await
    }

    /// Looks as [`Store::put_by_hand`] does, and begins a recovery from the last event of this database on where it was put there by
    /// hand; returns what speaks for it, and where the access log goes on. `carrier` is the one that texts leave by. To be called
    /// before anything else is written.
    pub async fn notice_put_by_hand(
        &self,
        carrier: &str,
        heads: &[HeadLine],
        now: UnixMs,
    ) -> Result<Option<(PutByHand, ChainBreak)>> {
        let (mark, heads) = (self.read_mark().await?, heads.to_vec());
        let carrier = carrier.to_owned();
        let noticed = self.write(move |conn| {
            let Some(found) = found(conn, mark.as_ref(), heads.clone())? else { return Ok(None) };
            let last = Reached::of(conn)?;
            let of_an_empty_one = mark.as_ref().map_or(now, |mark| mark.reached.at) - OF_AN_EMPTY_ONE;
            let made_at = if last.seq() == 0 { of_an_empty_one } else { last.at };
            let (made_at, last_event_seq) = (made_at.min(now), last.seq());
            let by = Who::of(&Actor::system(BY_HAND));
            let copy = ReplacedCopy { made_at, last_event_seq, carrier: carrier.clone(), by };
            Ok(Some((found, begin(conn, &copy, now)?.chain_break)))
        });
        noticed.await
    }

    /// Begins a recovery because somebody says that an older state was put back: from `since` on, or from the last event of this
    /// database. To be called while no gateway runs. Returns from when on, and where the access log goes on.
    pub async fn begin_recovery_by_hand(
        &self,
        since: Option<UnixMs>,
        carrier: &str,
        by: Who,
        now: UnixMs,
    ) -> Result<(UnixMs, ChainBreak)> {
        let carrier = carrier.to_owned();
        let begun = self.write(move |conn| {
            let last = Reached::of(conn)?;
            let made_at = since.unwrap_or(last.at).min(now);
            let (by, carrier) = (by.clone(), carrier.clone());
            let copy = ReplacedCopy { made_at, last_event_seq: last.seq(), carrier, by };
            Ok((made_at, begin(conn, &copy, now)?.chain_break))
        });
        let begun = begun.await?;
        self.mark_reached(None).await?;
        Ok(begun)
    }

    /// Marks how far this database has come, unless `known` says the same; returns it. On disk when it returns.
    pub async fn mark_reached(&self, known: Option<&Reached>) -> Result<Reached> {
        let reached = self.read(Reached::of).await?;
        if known != Some(&reached) {
            let (mark, path) = (reached.clone(), self.path().to_owned());
            let task = tokio::task::spawn_blocking(move || mark.write(&path));
            task.await.unwrap_or(Err(StoreError::Crashed))?;
        }
        Ok(reached)
    }

    async fn read_mark(&self) -> Result<Option<Mark>> {
        let path = self.path().to_owned();
        let task = tokio::task::spawn_blocking(move || Mark::read(&path));
        task.await.map_err(|_| StoreError::Crashed)
    }
}

fn found(conn: &Connection, mark: Option<&Mark>, heads: Vec<HeadLine>) -> Result<Option<PutByHand>> {
    let by_mark = mark.map(|mark| mark.compare(conn)).transpose()?.flatten();
    by_mark.map_or_else(|| by_heads(conn, heads), |found| Ok(Some(found)))
}

/// Whether the access log of this database ends before a head that was written of it. Rows that only the log has lost, and heads
/// before the last time that a copy was put back, say nothing about the database.
fn by_heads(conn: &Connection, heads: Vec<HeadLine>) -> Result<Option<PutByHand>> {
    let (outside, last) = (Outside::of(&[heads]), last_assigned(conn, "access")?);
    let last_event = Reached::of(conn)?;
    let sql = "SELECT max(restored_at) AS at FROM recovery";
    let restored_at: Option<UnixMs> = conn.query_row(sql, [], |r| r.get("at"))?;
    let since = restored_at.map_or(last_event.at, |at| at.max(last_event.at));
    let Some(ahead) = outside.beyond(last, since) else { return Ok(None) };
    // A file of another database, or of the one that was here before this one was begun, is no witness.
    let mut select = conn.prepare("SELECT hash FROM access WHERE seq = :seq")?;
    for head in outside.heads.iter().rev().filter(|head| head.seq <= last) {
        let ours: Option<Hash> =
            select.query_row(named_params! { ":seq": head.seq }, |r| r.get("hash")).optional()?;
        if ours == Some(head.hash) {
            return Ok(Some(PutByHand::Older { reached_at: ahead.at, last_at: last_event.at }));
        }
    }
    Ok(None)
}
