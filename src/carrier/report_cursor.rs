//! How far receipts have been read, for carriers that list them by the time of their last change and keep no position for
//! us. The cursor lives in memory only: after a start it begins an hour back. That is safe, because a repeated receipt changes
//! nothing and a text without a receipt is asked for by itself. The cursor moves to the next window only when every page of
//! the current one is committed (acked). Windows overlap; receipts already reported are left out.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::UnixMs;

/// After a start the cursor begins this far back.
const BACK_MS: i64 = 60 * 60 * 1000;
/// Windows overlap by this much: clocks differ, and changes show late.
const OVERLAP_MS: i64 = 10 * 60 * 1000;
/// The longest window; carriers allow a day.
const MOST_MS: i64 = 23 * 60 * 60 * 1000;
/// The most pages without new receipts that one call reads.
pub(super) const MAX_PAGES: usize = 20;

/// The cursor, shared by the calls of one driver.
#[derive(Debug, Default)]
pub(super) struct ReportCursor(Mutex<CursorState>);

#[derive(Debug, Default)]
pub(super) struct CursorState {
    /// The current window begins here; `None` before the first read.
    since: Option<UnixMs>,
    /// The page to read next, if the current window was begun.
    page: Option<WindowPage>,
    /// Marks of receipts that were reported and may be listed again, with the end of the window that had them.
    reported: HashMap<String, UnixMs>,
    /// The cursor's next step, taken when the last page is acked.
    next: Option<Next>,
    n_pages: u64,
}

/// A page of a window.
#[derive(Debug, Clone)]
pub(super) struct WindowPage {
    pub since: UnixMs,
    pub until: UnixMs,
    /// The carrier's token of the page; `None` is the first.
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
        // After a panic the state is still usable: each change is a single assignment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CursorState {
    /// The page to read now.
    pub(super) fn next_page(&mut self, now: UnixMs) -> WindowPage {
        // A clock that was set back: what lies in the future cannot have been read.
        if self.since.is_some_and(|since| since > now) {
            (self.since, self.page) = (None, None);
        }
        let since = *self.since.get_or_insert(now.saturating_sub(BACK_MS));
        let from = since.saturating_sub(OVERLAP_MS);
        let until = now.min(since.saturating_add(MOST_MS)).max(from);
        self.page.clone().unwrap_or(WindowPage { since: from, until, page: None })
    }

    pub(super) fn is_reported(&self, mark: &str) -> bool {
        self.reported.contains_key(mark)
    }

    /// Records the step to take when this page is acked; returns the token of the ack.
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

    /// The page with this token is committed. The token of an older page has no effect.
    pub(super) fn acked(&mut self, token: &str) {
        let Some(next) = self.next.take_if(|next| next.token == token) else {
            return;
        };
        self.reported.extend(next.reported.into_iter().map(|mark| (mark, next.until)));
        self.page = next.page;
        if self.page.is_none() {
            self.since = Some(next.until);
            // Twice the overlap: longer than any receipt can be listed again.
            self.reported.retain(|_, until| *until >= next.until.saturating_sub(2 * OVERLAP_MS));
        }
    }
}
