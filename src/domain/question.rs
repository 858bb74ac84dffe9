//! How a carrier is asked for texts again after it has refused a question for good. Refused is often a detail of the time in
//! it (a format with milliseconds, a date ahead of the carrier's clock, one too old for it), and the same words would be refused for
//! ever. Each next question therefore begins earlier, at a rounder time; reading more than needed loses nothing.
//!
//! | refused for good, in a row | the question begins                                    |
//! |----------------------------|--------------------------------------------------------|
//! | never                      | where the last pass ended                              |
//! | once                       | at that second                                         |
//! | twice                      | at the minute before it                                |
//! | three times                | an hour earlier, at the full hour                      |
//! | four times                 | a day earlier, at the full hour                        |
//! | five times                 | as at first, and so on                                 |
//!
//! After an answer it stays with full seconds, until it is refused again.

use super::UnixMs;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// How many ways there are to put it.
const WAYS: u32 = 5;

/// How the next question is put.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Question {
    n_refused: u32,
}

impl Question {
    /// Where the next question begins if everything up to `since` has been read: never later than that.
    pub fn begins_at(self, since: UnixMs) -> UnixMs {
        let (earlier, unit) = match self.n_refused % WAYS {
            0 => return since,
            1 => (0, SECOND_MS),
            2 => (MINUTE_MS, MINUTE_MS),
            3 => (HOUR_MS, HOUR_MS),
            _ => (24 * HOUR_MS, HOUR_MS),
        };
        let from = since.saturating_sub(earlier);
        from.saturating_sub(from.rem_euclid(unit)).max(0).min(since)
    }

    /// The carrier has refused it for good; whether the next one differs from it is up to [`Question::begins_at`].
    pub fn refused(&mut self) {
        self.n_refused = self.n_refused.wrapping_add(1);
    }

    /// The carrier has answered.
    pub fn answered(&mut self) {
        self.n_refused = self.n_refused.min(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-07-01T09:08:07.280Z
    const SINCE: UnixMs = 1_782_896_887_280;

    fn after(n: u32) -> Question {
        let mut question = Question::default();
        (0..n).for_each(|_| question.refused());
        question
    }

    fn time(at: UnixMs) -> String {
        jiff::Timestamp::from_millisecond(at).unwrap().to_string()
    }

    #[test]
    fn each_refusal_asks_otherwise() {
        let begins: Vec<String> = (0..6).map(|n| time(after(n).begins_at(SINCE))).collect();
        assert_eq!(
            begins,
            [
                "2026-07-01T09:08:07.28Z",
                "2026-07-01T09:08:07Z",
                "2026-07-01T09:07:00Z",
                "2026-07-01T08:00:00Z",
                "2026-06-30T09:00:00Z",
                "2026-07-01T09:08:07.28Z",
            ]
        );
    }

    #[test]
    fn an_answer_keeps_full_seconds_and_forgets_the_rest() {
        for n in [1, 2, 3, 4] {
            let mut question = after(n);
            question.answered();
            assert_eq!(question, after(1), "{n}");
        }
        let mut question = after(0);
        question.answered();
        assert_eq!(question.begins_at(SINCE), SINCE);
    }

    proptest! {
        #[test]
        fn nothing_is_skipped(n in 0..20_u32, since in 0..4_000_000_000_000_i64) {
            let begins = after(n).begins_at(since);
            prop_assert!((0..=since).contains(&begins));
            prop_assert!(since - begins <= 25 * HOUR_MS);
        }
    }
}
