//! Passes through long lists. However long a list is, or if it never ends, its newest texts are read all the while.

use super::{Context, Role, store_trouble};
use crate::carrier::InboundClass;
use crate::domain::inbound::Cursor;

/// Pages of a pass between two looks at the newest texts.
const PAGES_BETWEEN: u32 = 20;
/// A pass of so many pages is begun again: such a list has no end, or goes in a circle.
const MOST_PAGES: u32 = 5_000;

/// How long the current pass of one poller is.
#[derive(Debug, Default)]
pub(super) struct LongPass {
    n_pages: u32,
}

impl LongPass {
    /// To be called after each page; `cursor` stands where the next one is read.
    pub(super) async fn after_page(&mut self, context: &Context, name: &'static str, cursor: &mut Cursor) {
        if cursor.page.is_none() {
            self.n_pages = 0;
            return;
        }
        self.n_pages += 1;
        if self.n_pages >= MOST_PAGES {
            tracing::error!(carrier = name, pages = self.n_pages, "the list of texts of {name} does not end");
            // `since` stays: nothing counts as read.
            *cursor = cursor.restarted();
            self.n_pages = 0;
        } else if self.n_pages.is_multiple_of(PAGES_BETWEEN) {
            look_at_newest(context, name, cursor).await;
        }
    }
}

/// Reads the first page of a list that may be read again; the pass goes on where it was.
async fn look_at_newest(context: &Context, name: &'static str, cursor: &Cursor) {
    let Some(carrier) = context.carrier(name) else { return };
    if !matches!(carrier.caps().inbound, InboundClass::Window { .. }) {
        return;
    }
    let first = Cursor { brief: true, ..cursor.restarted() };
    // If it fails, the pass fails soon, and says so.
    let Ok(page) = carrier.poll_inbound(&first).await else { return };
    let seen = context.seen(carrier.as_ref());
    match context.store.accept_inbound(name, page.raw.to_vec(), page.items, None, seen).await {
        Ok(accepted) if accepted.n_new > 0 => {
            context.health.calls.note_texts(name, &accepted);
            context.health.record_text_in(context.now());
        }
        Ok(_) => {}
        Err(error) => store_trouble(Role::Poller(name), &error),
    }
}
