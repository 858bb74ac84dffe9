//! A database that somebody put in its place by hand (`engine::reached`): it is noticed before anything else is done with it, and
//! becomes what `munjad restore` would have made of it.

use super::begin::{ReplacedCopy, begin};
use crate::domain::UnixMs;
use crate::domain::access::Who;
use crate::domain::access::chain::ChainBreak;
use crate::domain::actor::Actor;
use crate::domain::recovery::PutByHand;
use crate::store::engine::reached::Reached;
use crate::store::{Result, Store, StoreError};

/// What the access log says of who did it: nobody knows.
const BY_HAND: &str = "put there by hand";
/// How far back a database that has no event at all is read back, from the last event of its place (milliseconds).
const OF_AN_EMPTY_ONE: i64 = 86_400_000;

impl Store {
    /// Whether this database is not the one that its place has had, or an older copy of it; `None` where nothing speaks for that.
    pub async fn put_by_hand(&self) -> Result<Option<PutByHand>> {
        // In this order: a gateway that is at work moves the database first.
        match self.read_mark().await? {
            Some(mark) => self.read(move |conn| mark.compare(conn)).await,
            None => Ok(None),
        }
    }

    /// Looks as [`Store::put_by_hand`] does, and begins a recovery from the last event of this database on where it was put there by
    /// hand; returns what speaks for it, and where the access log goes on. `carrier` is the one that texts leave by. To be called
    /// before anything else is written.
    pub async fn notice_put_by_hand(
        &self,
        carrier: &str,
        now: UnixMs,
    ) -> Result<Option<(PutByHand, ChainBreak)>> {
        let Some(mark) = self.read_mark().await? else { return Ok(None) };
        let carrier = carrier.to_owned();
        let noticed = self.write(move |conn| {
            let Some(found) = mark.compare(conn)? else { return Ok(None) };
            let last = Reached::of(conn)?;
            let made_at = if last.seq() == 0 { mark.at - OF_AN_EMPTY_ONE } else { last.at };
            let (made_at, last_event_seq) = (made_at.min(now), last.seq());
            let by = Who::of(&Actor::system(BY_HAND));
            let copy = ReplacedCopy { made_at, last_event_seq, carrier: carrier.clone(), by };
            Ok(Some((found, begin(conn, &copy, now)?.chain_break)))
        });
        noticed.await
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

    async fn read_mark(&self) -> Result<Option<Reached>> {
        let path = self.path().to_owned();
        let task = tokio::task::spawn_blocking(move || Reached::read(&path));
        task.await.map_err(|_| StoreError::Crashed)
    }
}
