//! A walk through a carrier's list of texts from citizens, far back and page by page, without the cursor that polling goes by.
//! Only lists that do not forget what they handed over can be walked through.

use std::time::Duration;

use crate::carrier::{Carrier, CarrierError, InboundClass, InboundPage};
use crate::domain::UnixMs;
use crate::domain::inbound::{Cursor, InboundItem};
use crate::domain::list_comparison::Incoming;
use crate::store::StoreError;

/// Between two pages: polls, receipts and answers that leave go before.
pub(super) const PAGE_PAUSE: Duration = Duration::from_millis(500);
/// A list of more pages than this is given up.
const MAX_PAGES: usize = 2_000;

/// Why a comparison failed.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    #[error(transparent)]
    Carrier(#[from] CarrierError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the carrier's list does not end; choose a shorter time")]
    Endless,
}

/// Whether what this carrier has handed over can be read again.
pub fn can_be_walked(carrier: &dyn Carrier) -> bool {
    matches!(carrier.caps().inbound, InboundClass::Window { .. }) && carrier.lists_texts()
}

/// A walk under way.
pub(super) struct Walk {
    pub since: UnixMs,
    /// When it began.
    pub until: UnixMs,
    cursor: Cursor,
    n_pages: usize,
    /// The texts of the pages read so far.
    pub listed: Vec<Incoming>,
}

impl Walk {
    /// A walk from `now` back to `since`.
    pub fn new(carrier: &dyn Carrier, since: UnixMs, now: UnixMs) -> Walk {
        let overlap = match carrier.caps().inbound {
            InboundClass::Window { overlap } => i64::try_from(overlap.as_millis()).unwrap_or(0),
            _ => 0,
        };
        // The driver itself goes back by its overlap.
        let cursor = Cursor::starting_at(since.saturating_add(overlap).min(now));
        Walk { since, until: now, cursor, n_pages: 0, listed: Vec::new() }
    }

    /// Reads the next page. A page that could not be read may be asked for again.
    pub async fn read(&mut self, carrier: &dyn Carrier) -> Result<InboundPage, CarrierError> {
        carrier.poll_inbound(&self.cursor).await
    }

    /// Goes on to the page after this one; returns whether there is one.
    pub fn step(&mut self, page: &InboundPage) -> Result<bool, CompareError> {
        self.n_pages += 1;
        self.listed.extend(page.items.iter().filter_map(|item| match item {
            InboundItem::Text(text) => Some(Incoming { key: text.key.clone(), at: text.sent_at }),
            InboundItem::Unreadable { .. } => None,
        }));
        if self.n_pages >= MAX_PAGES && page.more() {
            return Err(CompareError::Endless);
        }
        let more = page.more();
        self.cursor = page.next.clone();
        Ok(more)
    }
}
