//! Late texts: those seen long after they were sent, because the carrier listed them late, a phone was switched off, or the
//! database is new or restored. Nobody texts them back by themselves: their words may have been answered meanwhile, or mean
//! nothing any more. A person reads every one of them, and danger in them rings whatever their age.
//!
//! Two clocks say how old a text is: ours, and the carrier's where its answers tell the time. They disagree when one of them
//! is wrong, and a carrier may date its texts by a third. The younger age counts: to call a late text timely costs one
//! automatic text, to call all texts late would leave everybody without one.
//!
//! | age when first seen      | receipt, after-hours, survey, other notices | danger rings | text of danger | a person reads it |
//! |--------------------------|---------------------------------------------|--------------|----------------|-------------------|
//! | up to [`LATE_MS`]        | by the rules of `arrival`                   | yes          | yes            | by those rules    |
//! | up to [`HELP_MS`]        | none                                        | yes          | yes            | always            |
//! | more                     | none                                        | yes          | no             | always            |

use super::UnixMs;

/// A text that is first seen this long after it was sent, or longer, is late (milliseconds).
pub const LATE_MS: i64 = 10 * 60 * 1_000;
/// Who wrote of danger longer ago than this is not told by an automatic text where help is (milliseconds): people call or go
/// there, and such a text may reach somebody else, or at the worst moment.
pub const HELP_MS: i64 = 2 * 60 * 60 * 1_000;

/// When a page of texts was seen, and by which clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// By our clock.
    pub at: UnixMs,
    /// How far the carrier's clock is ahead of ours, where its answers say (milliseconds).
    pub carrier_ahead_ms: Option<i64>,
    /// How much older the carrier's dates are than its texts, where its clock or time zone is wrong ([`Dates`]; milliseconds).
    pub dates_behind_ms: i64,
    /// The carrier may date one text by two clocks ([`super::inbound::is_twin`]).
    pub by_two_clocks: bool,
}

impl From<UnixMs> for Seen {
    fn from(at: UnixMs) -> Seen {
        Seen { at, carrier_ahead_ms: None, dates_behind_ms: 0, by_two_clocks: false }
    }
}

impl Seen {
    /// How long ago the text was sent, at least (milliseconds); never less than 0.
    pub fn age_of(&self, sent_at: UnixMs) -> i64 {
        let by_our_clock = self.at.saturating_sub(sent_at);
        let ahead = self.carrier_ahead_ms.unwrap_or(0).min(0);
        by_our_clock.saturating_add(ahead).saturating_sub(self.dates_behind_ms).max(0)
    }

    /// The age of a late text (milliseconds); `None` for one that is in time.
    pub fn late_ms(&self, sent_at: UnixMs) -> Option<i64> {
        Some(self.age_of(sent_at)).filter(|age| *age >= LATE_MS)
    }
}

/// So many late texts in a row, each of its own poll, tell of a carrier's dates.
const LEAST_LATE: u32 = 5;
/// So long between the first and the last of them (milliseconds): a phone that was off hands over all at once.
const LEAST_SPAN_MS: i64 = LATE_MS;

/// The unbroken row of late texts that were not listed by a poll a moment before. Where even the youngest of them is late, again
/// and again, it is not the texts that are late: the carrier dates them wrongly, or our clock is ahead. One text in time ends it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dates {
    n_late: u32,
    first_at: UnixMs,
    last_at: UnixMs,
    /// The least age by the dates (milliseconds).
    youngest: i64,
}

impl Dates {
    /// Notes the youngest new text of a poll that follows another without a break.
    pub fn note(&mut self, now: UnixMs, age_ms: i64) {
        if age_ms < LATE_MS {
            *self = Dates::default();
        } else if self.n_late == 0 {
            *self = Dates { n_late: 1, first_at: now, last_at: now, youngest: age_ms };
        } else {
            self.n_late = self.n_late.saturating_add(1);
            self.last_at = now;
            self.youngest = self.youngest.min(age_ms);
        }
    }

    /// How much older the dates are than the texts (milliseconds); 0 for dates that can be believed. Less than the truth by
    /// what the youngest of these texts was really on its way.
    pub fn behind_ms(&self) -> i64 {
        let is_proven = self.n_late >= LEAST_LATE && self.last_at - self.first_at >= LEAST_SPAN_MS;
        if is_proven { self.youngest } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: UnixMs = 1_782_867_600_000;
    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;

    #[test]
    fn which_text_is_late() {
        let seen =
            |ahead, behind| Seen { carrier_ahead_ms: ahead, dates_behind_ms: behind, ..Seen::from(NOW) };
        let cases = [
            ("at once", None, 0, 0, None),
            ("just in time", None, 0, LATE_MS - 1, None),
            ("late", None, 0, LATE_MS, Some(LATE_MS)),
            ("a day", Some(0), 0, 24 * HOUR, Some(24 * HOUR)),
            ("from the future", None, 0, -3 * HOUR, None),
            ("our clock is an hour ahead", Some(-HOUR), 0, HOUR, None),
            ("our clock is an hour ahead, and late", Some(-HOUR), 0, 2 * HOUR, Some(HOUR)),
            ("the carrier says that it is ahead", Some(3 * HOUR), 0, 0, None),
            ("the carrier says that it is ahead, and late", Some(3 * HOUR), 0, HOUR, Some(HOUR)),
            ("dates of another time zone", None, 9 * HOUR, 9 * HOUR + MINUTE, None),
            ("dates of another time zone, and late", None, 9 * HOUR, 10 * HOUR, Some(HOUR)),
        ];
        for (what, ahead, behind, age, expected) in cases {
            assert_eq!(seen(ahead, behind).late_ms(NOW - age), expected, "{what}");
        }
    }

    /// However often texts come.
    #[test]
    fn dates_are_seen_through_in_a_busy_service_too() {
        let mut dates = Dates::default();
        let behind: Vec<i64> = (0..200)
            .map(|n| {
                dates.note(NOW + n * 5_000, 40 * MINUTE + n);
                dates.behind_ms()
            })
            .collect();
        assert_eq!((behind[100], behind[199]), (0, 40 * MINUTE));
        dates.note(NOW + 200 * 5_000, 0);
        assert_eq!(dates.behind_ms(), 0, "one text in time ends it");
    }

    fn dates(ages: &[(i64, i64)]) -> i64 {
        let mut dates = Dates::default();
        ages.iter().for_each(|(minute, age)| dates.note(NOW + minute * MINUTE, *age));
        dates.behind_ms()
    }

    #[test]
    fn dates_that_are_always_old_are_wrong() {
        let zone = 9 * HOUR;
        let apart = [0, 4, 8, 12, 16].map(|minute| (minute, zone + minute));
        assert_eq!(dates(&apart), zone);
        assert_eq!(dates(&apart[..4]), 0, "four are not enough");
        assert_eq!(
            dates(&[0, 1, 2, 3, 4].map(|minute| (minute, zone))),
            0,
            "a phone that was off, for minutes"
        );
        let one_in_time = [(0, zone), (4, zone), (8, 2_000), (12, zone), (16, zone)];
        assert_eq!(dates(&one_in_time), 0);
        let mended = [&apart[..], &[(20, 1_000)]].concat();
        assert_eq!(dates(&mended), 0, "the carrier has mended it");
    }

    proptest! {
        /// No clock that is wrong makes a text late that was seen at once by the other.
        #[test]
        fn the_younger_age_counts(age in 0..30 * HOUR, ahead in -30 * HOUR..30 * HOUR) {
            let plain = Seen::from(NOW);
            let told = Seen { carrier_ahead_ms: Some(ahead), ..plain };
            prop_assert!(told.age_of(NOW - age) <= plain.age_of(NOW - age));
            prop_assert_eq!(plain.late_ms(NOW - age).is_some(), age >= LATE_MS);
        }
    }
}
