//! What is found of a conversation after a copy of the database was put back: texts that left after it was made.

use super::command::{Effect, FoundSent};
use super::handle::{Handled, Handling};
use super::state::ConversationEvent;
use crate::domain::UnixMs;
use crate::domain::event::{EventKind, NoteKind};

impl Handling<'_> {
    /// A citizen whose last text is older than the answer does not wait any more. A danger goes on ringing: that somebody was
    /// answered does not say that they are safe, and a person looks at it.
    pub(super) fn found_sent(&mut self, found: &FoundSent) -> Handled {
        self.note(NoteKind::Recovery, &found.note)?;
        let is_waiting = self.it.waiting_since.is_some();
        let is_older = is_before(found.at, found.last_text_at);
        if !found.is_answer || !is_waiting || self.it.has_open_danger() || is_older {
            return Ok(());
        }
        self.it.step(ConversationEvent::FoundAnswered);
        self.it.wait_no_more();
        self.it.last_reply_at = Some(found.at);
        self.it.promise = None;
        self.effects.push(Effect::WithdrawWaitTexts);
        self.event(EventKind::FoundAnswered, None);
        Ok(())
    }
}

/// To the second, as carriers date their lists.
fn is_before(a: UnixMs, b: UnixMs) -> bool {
    a.div_euclid(1_000) < b.div_euclid(1_000)
}
