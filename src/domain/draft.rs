//! Drafts: an answer that is being written, one for each counselor and conversation. Its writer alone reads it; others see that
//! somebody writes.

use super::UnixMs;
use super::actor::Actor;
use super::conversation::Conversation;
use super::event::words;
use super::refusal::Refusal;

/// Somebody writes now whose draft was saved within this time (milliseconds).
pub const WRITING_MS: i64 = 2 * 60 * 1_000;

words! {
    /// How an answer that was sent became a draft again. A draft that its writer saved has none.
    DraftOrigin {
        /// Its writer took it back.
        Recalled => "recalled",
        /// The citizen wrote while it was held back.
        Stopped => "stopped",
    }
}

impl Conversation {
    /// Whether the actor may keep a draft in it.
    pub fn takes_draft_of(&self, actor: &Actor) -> Result<(), Refusal> {
        match self.is_visible_to(actor) {
            false => Err(Refusal::NotYourDesk),
            true if self.is_closed() => Err(Refusal::Closed),
            true => Ok(()),
        }
    }
}

/// Whether a draft that was last saved at `saved_at` is being written at `now`.
pub fn is_being_written(saved_at: UnixMs, now: UnixMs) -> bool {
    now - saved_at < WRITING_MS
}

/// An answer that comes back, before what its writer has begun meanwhile: neither is lost.
pub fn joined(comes_back: &str, begun: Option<&str>) -> String {
    match begun.map(str::trim) {
        None | Some("") => comes_back.to_owned(),
        Some(begun) if begun == comes_back.trim() => comes_back.to_owned(),
        Some(begun) => format!("{}\n\n{begun}", comes_back.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_comes_back_loses_nothing() {
        for (begun, expected) in
            [(None, "네"), (Some(" "), "네"), (Some("네\n"), "네"), (Some("아니요"), "네\n\n아니요")]
        {
            assert_eq!(joined("네", begun), expected, "{begun:?}");
        }
    }

    #[test]
    fn somebody_writes_for_two_minutes_after_they_saved() {
        assert!(is_being_written(0, WRITING_MS - 1));
        assert!(!is_being_written(0, WRITING_MS));
    }
}
