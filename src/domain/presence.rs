//! Whether a counselor is on: what they say of themselves, for colleagues and supervisors.

use super::UnixMs;
use super::event::words;

words! {
    /// What a counselor says of themselves.
    Presence {
        /// Takes texts.
        On => "on",
        /// On the phone with somebody.
        Phone => "phone",
        Break => "break",
        /// Not at work.
        Off => "off",
    }
}

impl Presence {
    /// As colleagues see it: who has no session that is good now is off, whatever they said last. What somebody said today
    /// holds; else whoever works is on.
    pub fn shown(seen: &Seen, today: UnixMs, now: UnixMs) -> Presence {
        let Some(used_at) = seen.used_at else {
            return Presence::Off;
        };
        let is_working = seen.n_held > 0 || now - used_at < WORKING_MS;
        match seen.said {
            Some((said, at)) if at >= today => said,
            _ if is_working => Presence::On,
            _ => Presence::Off,
        }
    }
}

/// Whoever has asked the gateway for something within this time works (milliseconds). An open desk asks all the time; its use is
/// kept to five minutes.
const WORKING_MS: i64 = 15 * 60 * 1_000;

/// What is known of somebody's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// What they said last, and when.
    pub said: Option<(Presence, UnixMs)>,
    /// When a session of theirs that is good now was last used; `None` if there is none.
    pub used_at: Option<UnixMs>,
    /// Conversations that they hold.
    pub n_held: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for presence in Presence::ALL.iter().copied() {
            assert_eq!(Presence::from_word(presence.as_str()), Some(presence));
        }
        assert_eq!(Presence::from_word("away"), None);
    }

    /// Nobody who answers citizens is called off because they did not press a key.
    #[test]
    fn who_works_is_on_unless_they_said_otherwise_today() {
        const TODAY: UnixMs = 1_000_000_000;
        let now = TODAY + 8 * 3_600_000;
        let seen = |said, used_at, n_held| Presence::shown(&Seen { said, used_at, n_held }, TODAY, now);
        let (lately, long_ago) = (Some(now - WORKING_MS + 1), Some(now - WORKING_MS));
        let yesterday = |presence| Some((presence, TODAY - 1));
        let cases = [
            (None, lately, 0, Presence::On),
            (None, long_ago, 0, Presence::Off),
            (None, long_ago, 1, Presence::On),
            (yesterday(Presence::Off), lately, 0, Presence::On),
            (yesterday(Presence::Break), long_ago, 1, Presence::On),
            (yesterday(Presence::On), long_ago, 0, Presence::Off),
            (Some((Presence::Off, TODAY)), lately, 1, Presence::Off),
            (Some((Presence::Phone, TODAY)), lately, 0, Presence::Phone),
            (Some((Presence::On, TODAY)), long_ago, 0, Presence::On),
            (Some((Presence::On, TODAY)), None, 1, Presence::Off),
            (None, None, 1, Presence::Off),
        ];
        for (said, used_at, n_held, expected) in cases {
            assert_eq!(seen(said, used_at, n_held), expected, "{said:?} {used_at:?} {n_held}");
        }
    }
}
