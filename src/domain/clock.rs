//! The one rule for times that a wrong clock may have written.
//!
//! * A time that is waited for and lies further ahead than that wait can ever be is due ([`is_due`]).
//! * A time since when something is, in the future, is now ([`since`]).
//! * Nothing expires because the clock jumped: the gateway's own time goes on evenly until the jump is believed
//!   ([`judge`]), and what may expire is moved by as much as the clock.
//!
//! The carrier's `Date` is the second witness of a jump.

use super::UnixMs;

/// Differences up to this are of no consequence, and followed at once (milliseconds).
pub const STEP_MS: i64 = 2_000;
/// Two clocks that differ by no more than this agree (milliseconds). A `Date` header is read to the second, and an answer may
/// take long.
pub const AGREES_MS: i64 = 60_000;
/// A jump that no carrier speaks of is believed after this (milliseconds).
pub const BELIEVED_AFTER_MS: i64 = 10 * 60 * 1_000;

/// Whether a time that is waited for has come. `longest_ms`: how long that wait can be at most.
pub fn is_due(at: UnixMs, longest_ms: i64, now: UnixMs) -> bool {
    at <= now || at > now.saturating_add(longest_ms)
}

/// A time since when something is.
pub fn since(at: UnixMs, now: UnixMs) -> UnixMs {
    at.min(now)
}

/// Whether `wait_ms` have passed since a time. One in the future tells nothing: it counts as long ago.
pub fn has_passed(at: UnixMs, wait_ms: i64, now: UnixMs) -> bool {
    !(0..wait_ms).contains(&now.saturating_sub(at))
}

/// What is done about a machine's clock that is apart from the gateway's own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They agree, but for what is of no consequence: the gateway's time follows.
    Agrees,
    /// It jumped, and nobody has said yet which one is right.
    Waits,
    /// It jumped, and the carrier's clock says that it is wrong.
    Wrong,
    /// It jumped and is believed: the gateway's time follows.
    Believed,
}

/// Judges a machine's clock that is `apart_ms` ahead of the gateway's time, for `for_ms` already. `carriers_ms`: how far the
/// carriers' clocks are ahead of the gateway's time, where they tell it.
pub fn judge(apart_ms: i64, for_ms: i64, carriers_ms: &[i64]) -> Verdict {
    let agrees = |with: i64| carriers_ms.iter().any(|carrier| (carrier - with).abs() <= AGREES_MS);
    match apart_ms.abs() {
        apart if apart <= STEP_MS => Verdict::Agrees,
        // The carrier cannot tell two times apart that are so near.
        apart if apart <= AGREES_MS => Verdict::Believed,
        _ if agrees(apart_ms) => Verdict::Believed,
        _ if agrees(0) => Verdict::Wrong,
        _ if for_ms >= BELIEVED_AFTER_MS => Verdict::Believed,
        _ => Verdict::Waits,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn what_is_due() {
        let minute = 60_000;
        let cases =
            [(-1, true), (0, true), (1, false), (minute, false), (minute + 1, true), (240 * HOUR, true)];
        for (ahead, expected) in cases {
            assert_eq!(is_due(1_000_000 + ahead, minute, 1_000_000), expected, "{ahead}");
        }
        assert_eq!((since(5, 7), since(9, 7)), (5, 7));
        let passed = [(-1, true), (0, false), (59_999, false), (60_000, true)];
        for (ago, expected) in passed {
            assert_eq!(has_passed(1_000_000 - ago, minute, 1_000_000), expected, "{ago}");
        }
    }

    #[test]
    fn which_clock_is_believed() {
        let day = 24 * HOUR;
        let table: [(&str, i64, i64, &[i64], Verdict); 10] = [
            ("no jump", 1_500, 0, &[], Verdict::Agrees),
            ("no jump, and a carrier that is wrong", -300, 0, &[3 * HOUR], Verdict::Agrees),
            ("a small step", 30_000, 0, &[0], Verdict::Believed),
            ("nobody speaks of it", 10 * day, 9 * 60_000, &[], Verdict::Waits),
            ("nobody has spoken of it for long", 10 * day, 10 * 60_000, &[], Verdict::Believed),
            ("the carrier says: wrong", 10 * day, 30 * day, &[500], Verdict::Wrong),
            ("the carrier says: now it is right", -10 * day, 0, &[-10 * day + 900], Verdict::Believed),
            ("one of two carriers has the new time", 3 * HOUR, 0, &[40_000, 3 * HOUR], Verdict::Believed),
            ("a carrier with a third time", 3 * HOUR, 60_000, &[HOUR], Verdict::Waits),
            ("the same for long", 3 * HOUR, HOUR, &[HOUR], Verdict::Believed),
        ];
        for (what, apart, for_ms, carriers, expected) in table {
            assert_eq!(judge(apart, for_ms, carriers), expected, "{what}");
        }
    }

    proptest! {
        /// Whatever a wrong clock wrote, no wait is longer than it can be.
        #[test]
        fn no_wait_outlasts_its_longest(at in any::<i64>(), longest in 0..i64::MAX / 4, now in 0..i64::MAX / 4) {
            prop_assert!(is_due(at, longest, now) || at - now <= longest);
            prop_assert!(since(at, now) <= now);
        }
    }
}
