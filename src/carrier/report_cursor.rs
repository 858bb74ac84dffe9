//! Results read in windows of the time they were last changed, for carriers that keep no place for us. How far we are is
//! kept in memory only: a start begins an hour back, repeats change nothing, and a text without a receipt is asked for by
//! itself. A window is given up for the next only once all its pages are committed (acked); windows overlap, and what was
//! told is not told again, so that a quiet hour is quiet.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::UnixMs;

/// How far back a start begins.
const BACK_MS: i64 = 60 * 60 * 1000;
/// How far a window reaches back into the one before: clocks differ, and changes show late.
const OVERLAP_MS: i64 = 10 * 60 * 1000;
/// A window is not longer; carriers take a day.
const MOST_MS: i64 = 23 * 60 * 60 * 1000;
/// Pages without news that are read in one go.
pub(super) const MAX_PAGES: usize = 20;

/// Where the reading stands, for whoever holds the driver.
#[derive(Debug, Default)]
pub(super) struct ReportCursor(Mutex<CursorState>);

#[derive(Debug, Default)]
pub(super) struct CursorState {
    /// The first window that was not yet read to its end begins here; unset before the first.
    since: Option<UnixMs>,
    /// The window under way.
    page: Option<WindowPage>,
    /// What was told and may be met again, and where the window ended that told it.
    reported: HashMap<String, UnixMs>,
    /// What the last page leads to once it is acked.
    next: Option<Next>,
    n_pages: u64,
}

/// A page of a window.
#[derive(Debug, Clone)]
pub(super) struct WindowPage {
    pub since: UnixMs,
    pub until: UnixMs,
    /// The carrier's word for it; `None` is the first.
    pub page: Option<String>,
}

#[derive(Debug)]
struct Next {
    token: String,
    /// The rest of the window; `None` if it was read to its end.
    page: Option<WindowPage>,
    until: UnixMs,
    reported: Vec<String>,
}

impl ReportCursor {
    pub(super) fn state(&self) -> MutexGuard<'_, CursorState> {
        // Whoever panicked left a place to read on from: each change is one assignment after the other.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CursorState {
    /// The page to read now.
    pub(super) fn next_page(&mut self, now: UnixMs) -> WindowPage {
        let since = *self.since.get_or_insert(now.saturating_sub(BACK_MS));
        let from = since.saturating_sub(OVERLAP_MS);
        let until = now.min(since.saturating_add(MOST_MS)).max(from);
        self.page.clone().unwrap_or(WindowPage { since: from, until, page: None })
    }

    pub(super) fn is_reported(&self, mark: &str) -> bool {
        self.reported.contains_key(mark)
    }

    /// Notes what follows once the page that ends here is acked, by the name it gives the page.
    pub(super) fn expect(
        &mut self,
        rest: Option<WindowPage>,
        until: UnixMs,
        reported: Vec<String>,
    ) -> String {
        self.n_pages += 1;
        let token = self.n_pages.to_string();
        self.next = Some(Next { token: token.clone(), page: rest, until, reported });
        token
    }

    /// The page of this name is committed. One that is not the last is nobody's any more.
    pub(super) fn acked(&mut self, token: &str) {
        let Some(next) = self.next.take_if(|next| next.token == token) else {
            return;
        };
        self.reported.extend(next.reported.into_iter().map(|mark| (mark, next.until)));
        self.page = next.page;
        if self.page.is_none() {
            self.since = Some(next.until);
            // Twice the overlap, and so longer than any of it can be met.
            self.reported.retain(|_, until| *until >= next.until.saturating_sub(2 * OVERLAP_MS));
        }
    }
}
