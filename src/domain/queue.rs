//! The order in which those who wait are taken: danger first, then who is in the middle of a talk, then the new, then what
//! came while we were closed. Age promotes: a class is a head start in time, so nobody is passed over for ever.
//! Source of the order: service.md, "Urgent texts".

use super::UnixMs;

const MINUTE_MS: i64 = 60_000;
/// Nothing that waits is ahead of danger.
const DANGER_MS: i64 = 100 * 365 * 24 * 60 * MINUTE_MS;
/// How much longer somebody new must have waited to be as pressing.
const LOOK_MS: i64 = 30 * MINUTE_MS;
const DIALOGUE_MS: i64 = 15 * MINUTE_MS;

/// With fewer answered in the last hour than this, nothing can be said of the next.
const LEAST_ANSWERED: i64 = 3;
/// Longer than this nobody is told to wait: it would be a guess.
const MOST_MINUTES: i64 = 120;

/// Minutes until somebody is answered before whom `n_ahead` wait, where `n_answered` answers were written in the last hour;
/// rounded up to five. `None` where that would be a guess.
pub fn minutes(n_ahead: i64, n_answered: i64) -> Option<i64> {
    if n_answered < LEAST_ANSWERED {
        return None;
    }
    let up = |n: i64, step: i64| (n + step - 1) / step;
    let rounded = up(up((n_ahead + 1) * 60, n_answered), 5) * 5;
    (rounded <= MOST_MINUTES).then_some(rounded)
}

/// What is known of somebody who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub waiting_since: UnixMs,
    /// 1 (danger now), 2 (look), 3 (information only), or none.
    pub tier: Option<u8>,
    /// A counselor has answered in this conversation before.
    pub in_dialogue: bool,
    /// Where it came while we were closed: when we opened after that.
    pub opened_at: Option<UnixMs>,
}

/// The place in line: who has the least is taken first.
pub fn place(of: &Standing) -> i64 {
    // What came in the night has its place at the opening, by its own order.
    let since = of.opened_at.map_or(of.waiting_since, |opened| opened.max(of.waiting_since));
    match of.tier {
        Some(1) => of.waiting_since - DANGER_MS,
        Some(2) => of.waiting_since - LOOK_MS,
        _ if of.in_dialogue => of.waiting_since - DIALOGUE_MS,
        _ => since,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NEW: Standing =
        Standing { waiting_since: 1_000_000_000, tier: None, in_dialogue: false, opened_at: None };

    #[test]
    fn danger_then_dialogue_then_new_then_the_night() {
        let danger = Standing { tier: Some(1), ..NEW };
        let look = Standing { tier: Some(2), ..NEW };
        let talking = Standing { in_dialogue: true, ..NEW };
        let night = Standing {
            waiting_since: NEW.waiting_since - 60 * MINUTE_MS,
            opened_at: Some(NEW.waiting_since + 1),
            ..NEW
        };
        let information = Standing { tier: Some(3), ..NEW };
        let order = [danger, look, talking, NEW, night].map(|s| place(&s));
        assert!(order.is_sorted(), "{order:?}");
        assert_eq!(place(&information), place(&NEW));
    }

    #[test]
    fn age_promotes() {
        let old = Standing { waiting_since: NEW.waiting_since - 16 * MINUTE_MS, ..NEW };
        assert!(place(&old) < place(&Standing { in_dialogue: true, ..NEW }));
        let danger_now = Standing { tier: Some(1), ..NEW };
        let ages_ago = Standing { waiting_since: 0, ..NEW };
        assert!(place(&danger_now) < place(&ages_ago));
    }

    #[test]
    fn how_long_it_takes() {
        let cases = [
            (0, 12, Some(5)),
            (1, 12, Some(10)),
            (3, 12, Some(20)),
            (5, 3, Some(120)),
            (6, 3, None),
            (1, 2, None),
        ];
        for (n_ahead, n_answered, expected) in cases {
            assert_eq!(minutes(n_ahead, n_answered), expected, "{n_ahead} {n_answered}");
        }
    }

    proptest! {
        #[test]
        fn in_a_class_the_first_comes_first(a in 0..1_000_000_i64, b in 0..1_000_000_i64, tier in 1..4_u8) {
            let at = |ms| Standing { waiting_since: ms, tier: Some(tier), ..NEW };
            prop_assert_eq!(a.cmp(&b), place(&at(a)).cmp(&place(&at(b))));
        }
    }
}
