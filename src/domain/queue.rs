//! The order in which those who wait are taken: danger, then who was promised an answer by now, then who is in the middle
//! of a talk, then the new (those to be looked at soon first), then what came while we were closed. Age promotes: within
//! the last three a class is a head start in time, so nobody is passed over for ever.
//! Source: service.md, "Urgent texts".

use super::UnixMs;
use super::triage::Tier;

const MINUTE_MS: i64 = 60_000;
const YEAR_MS: i64 = 365 * 24 * 60 * MINUTE_MS;
/// Nothing that waits is ahead of danger.
const DANGER_MS: i64 = 100 * YEAR_MS;
/// Nothing but danger is ahead of a promise that is due.
const PROMISE_MS: i64 = 50 * YEAR_MS;
/// How much longer somebody new must have waited to be as pressing.
const DIALOGUE_MS: i64 = 30 * MINUTE_MS;
const LOOK_MS: i64 = 15 * MINUTE_MS;
/// Sixteen closed hours take up a minute of the line.
const NIGHT_PER_MINUTE: i64 = 1_000;

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

/// The number of people ahead that may be told, where `told` was told before in the same wait: others may have gone ahead
/// since (danger, a promise that is due), and nobody is told a larger number than before.
pub fn place_to_tell(told: Option<i64>, n_ahead: i64) -> Option<i64> {
    (n_ahead <= told.unwrap_or(i64::MAX)).then_some(n_ahead)
}

/// Somebody who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiter {
    pub waiting_since: UnixMs,
    pub tier: Option<Tier>,
    /// They were promised an answer by now.
    pub is_promise_due: bool,
    /// A counselor has answered since it was opened or reopened.
    pub in_dialogue: bool,
    /// Where it came while we were closed: when we open after that.
    pub opened_at: Option<UnixMs>,
}

/// The place in line: who has the least is taken first.
pub fn queue_key(waiter: &Waiter) -> i64 {
    let since = waiter.waiting_since;
    match waiter.tier {
        Some(Tier::Danger) => since - DANGER_MS,
        _ if waiter.is_promise_due => since - PROMISE_MS,
        _ if waiter.in_dialogue => since - DIALOGUE_MS,
        tier => {
            let since = waiter.opened_at.map_or(since, |opened| at_opening(since, opened));
            if tier == Some(Tier::Look) { since - LOOK_MS } else { since }
        }
    }
}

/// What came while we were closed has its place just before the opening, by its own order: a whole night fits into a
/// minute.
fn at_opening(since: UnixMs, opened: UnixMs) -> i64 {
    since.max(opened - (opened - since) / NIGHT_PER_MINUTE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NEW: Waiter = Waiter {
        waiting_since: 1_000_000_000,
        tier: None,
        is_promise_due: false,
        in_dialogue: false,
        opened_at: None,
    };

    #[test]
    fn danger_promise_dialogue_look_new_and_the_night() {
        let danger = Waiter { tier: Some(Tier::Danger), ..NEW };
        let promised = Waiter { is_promise_due: true, ..NEW };
        let talking = Waiter { in_dialogue: true, ..NEW };
        let look = Waiter { tier: Some(Tier::Look), ..NEW };
        let night = Waiter {
            waiting_since: NEW.waiting_since - 60 * MINUTE_MS,
            opened_at: Some(NEW.waiting_since + MINUTE_MS),
            ..NEW
        };
        let information = Waiter { tier: Some(Tier::Info), ..NEW };
        let order = [danger, promised, talking, look, NEW, night].map(|s| queue_key(&s));
        assert!(order.is_sorted_by(|a, b| a < b), "{order:?}");
        assert_eq!(queue_key(&information), queue_key(&NEW));
        let both = Waiter { is_promise_due: true, ..danger };
        assert_eq!(queue_key(&both), queue_key(&danger));
    }

    /// Also one that was reopened, whose number is smaller.
    #[test]
    fn a_night_keeps_its_order() {
        let opened_at = Some(NEW.waiting_since + 12 * 60 * MINUTE_MS);
        let at = |minutes: i64| {
            queue_key(&Waiter { waiting_since: NEW.waiting_since + minutes * MINUTE_MS, opened_at, ..NEW })
        };
        let order = [0, 1, 2, 300, 600, 719, 720, 721].map(at);
        assert!(order.is_sorted_by(|a, b| a < b), "{order:?}");
    }

    #[test]
    fn age_promotes() {
        let old = Waiter { waiting_since: NEW.waiting_since - 31 * MINUTE_MS, ..NEW };
        assert!(queue_key(&old) < queue_key(&Waiter { in_dialogue: true, ..NEW }));
        let danger_now = Waiter { tier: Some(Tier::Danger), ..NEW };
        let ages_ago = Waiter { waiting_since: 0, is_promise_due: true, ..NEW };
        assert!(queue_key(&danger_now) < queue_key(&ages_ago));
    }

    #[test]
    fn nobody_is_told_a_larger_number() {
        let cases = [
            (None, 6, Some(6)),
            (Some(3), 6, None),
            (Some(3), 3, Some(3)),
            (Some(0), 1, None),
            (Some(3), 0, Some(0)),
        ];
        for (told, n_ahead, expected) in cases {
            assert_eq!(place_to_tell(told, n_ahead), expected, "{told:?} {n_ahead}");
        }
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
        fn in_a_class_the_first_comes_first(
            a in 0..1_000_000_i64, b in 0..1_000_000_i64, tier in prop::sample::select(Tier::ALL.to_vec()),
        ) {
            let at = |ms| Waiter { waiting_since: ms, tier: Some(tier), ..NEW };
            prop_assert_eq!(a.cmp(&b), queue_key(&at(a)).cmp(&queue_key(&at(b))));
        }
    }
}
