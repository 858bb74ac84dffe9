//! A database that somebody put in its place by hand ([`crate::domain::recovery`]), noticed at the start.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::domain::UnixMs;
use crate::domain::access::chain::HeadLine;
use crate::store::Store;
use crate::worker::{Carriers, note_head_line};

/// A file of heads on a disk that does not answer holds up no start for longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends nothing from a database that somebody put there by hand: what it would send may have left already.
pub(super) async fn notice(
    store: &Store,
    carriers: &Carriers,
    head_file: Option<&Path>,
    now: UnixMs,
) -> anyhow::Result<()> {
    let heads = head_lines(head_file).await;
    let noticed = store.notice_put_by_hand(carriers.outbound.carrier.name(), &heads, now).await;
    if let Some((found, chain_break)) = noticed.context("the database could not be written to")? {
        let database = store.path().display();
        tracing::error!(
            head_line = HeadLine::Break(chain_break.clone()).to_line(),
            "{database} WAS PUT THERE BY HAND and {found}: texts may have been answered that it does not know of. The gateway starts in \
             recovery, as after munjad restore: look at munjad recovery status"
        );
        if let Some(file) = head_file {
            note_head_line(file.to_owned(), HeadLine::Break(chain_break)).await;
        }
    }
    store.mark_reached(None).await.context("the mark beside the database could not be written")?;
    Ok(())
}

/// What the file of heads says; nothing where there is none, or it cannot be read: `munjad check` says why.
pub async fn head_lines(head_file: Option<&Path>) -> Vec<HeadLine> {
    let Some(file) = head_file.map(Path::to_owned) else { return Vec::new() };
    let read = move || {
        let is_file = file.metadata().is_ok_and(|found| found.is_file());
        let bytes = if is_file { std::fs::read(&file).unwrap_or_default() } else { Vec::new() };
        String::from_utf8_lossy(&bytes).lines().filter_map(HeadLine::from_line).collect()
    };
    timeout(PATIENCE, spawn_blocking(read)).await.ok().and_then(Result::ok).unwrap_or_default()
}
