//! Whether a counselor is on: what they say of themselves, for colleagues and supervisors.

use super::event::words;

words! {
    /// What a counselor says of themselves.
    Presence {
        /// Takes texts.
        On => "on",
        /// On the phone with somebody.
        Phone => "phone",
        Break => "break",
        /// Not at work. Whoever has never said anything is off.
        Off => "off",
    }
}

impl Presence {
    /// As colleagues see it: who has no session that is good now is off, whatever they said last.
    pub fn shown(self, has_session: bool) -> Presence {
        if has_session { self } else { Presence::Off }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_who_has_no_session_is_off() {
        for presence in Presence::ALL.iter().copied() {
            assert_eq!(Presence::from_word(presence.as_str()), Some(presence));
            assert_eq!(presence.shown(true), presence);
            assert_eq!(presence.shown(false), Presence::Off);
        }
        assert_eq!(Presence::from_word("away"), None);
    }
}
