//! When to send an outbound text again, and when to look up a text in doubt again. Pure: randomness is the argument
//! `jitter`, and the caller adds the delay to its own clock.
//!
//! Each text waits a random share of a doubling step ("full jitter"), so that texts that failed together do not retry
//! together.

/// The shortest delay (milliseconds): a failing sender must not spin.
pub const MIN_DELAY_MS: i64 = 100;
/// The first step (milliseconds).
pub const BASE_MS: i64 = 1_000;
/// The first step if the carrier as a whole does not answer (milliseconds).
pub const CARRIER_DOWN_BASE_MS: i64 = 8_000;
/// The last step (milliseconds).
pub const CAP_MS: i64 = 60_000;
/// Upper limit of a carrier's Retry-After (milliseconds).
pub const RETRY_AFTER_CAP_MS: i64 = 300_000;
/// Look-ups without a hit before a text counts as absent ...
pub const ABSENCES_NEEDED: u32 = 2;
/// ... and the time between them (milliseconds): a carrier's list may lag behind its sending.
pub const ABSENCES_APART_MS: i64 = 30_000;
/// The longest that a text which may leave waits in the queue by itself, for whatever reason (milliseconds): recall, a
/// carrier's Retry-After, a row that could not be read.
pub const LONGEST_QUEUED_MS: i64 = 600_000;
/// The longest time between two look-ups of a text in doubt (milliseconds).
pub const RECONCILE_CAP_MS: i64 = 600_000;

/// The shortest and the longest time between two requests for one receipt (milliseconds).
pub const FIRST_RECEIPT_WAIT_MS: i64 = 10_000;
pub const LAST_RECEIPT_WAIT_MS: i64 = 1_800_000;

/// Why a text is sent again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryReason {
    /// The carrier's rate limit; it may say how long to wait.
    RateLimited { retry_after_ms: Option<i64> },
    /// No byte of the request left.
    NotSent,
    /// A temporary failure of the carrier.
    Transient,
    /// The carrier as a whole does not answer.
    CarrierDown,
}

/// Milliseconds until the next try after `n_failures` failures (1 is the first); `jitter` is a random number in 0..1.
///
/// At least [`MIN_DELAY_MS`] and at most [`CAP_MS`]. A carrier's Retry-After up to [`RETRY_AFTER_CAP_MS`] is a lower
/// bound; repeated failures can make the delay longer.
pub fn delay_ms(trouble: RetryReason, n_failures: u32, jitter: f64) -> i64 {
    let (base, asked) = match trouble {
        RetryReason::RateLimited { retry_after_ms } => (BASE_MS, retry_after_ms.unwrap_or(0)),
        RetryReason::NotSent | RetryReason::Transient => (BASE_MS, 0),
        RetryReason::CarrierDown => (CARRIER_DOWN_BASE_MS, 0),
    };
    let step = doubled(base, n_failures.saturating_sub(1), CAP_MS);
    // A cast from float saturates, and NaN becomes 0: no jitter can break the bounds.
    let share = (step as f64 * jitter.clamp(0.0, 1.0)) as i64;
    share.max(asked.min(RETRY_AFTER_CAP_MS)).max(MIN_DELAY_MS)
}

/// Milliseconds until a text in doubt is looked up again, after `n_checks` look-ups: at once, then
/// [`ABSENCES_APART_MS`], then twice as long each time up to [`RECONCILE_CAP_MS`].
pub fn reconcile_delay_ms(n_checks: u32) -> i64 {
    match n_checks {
        0 => 0,
        n => doubled(ABSENCES_APART_MS, n - 1, RECONCILE_CAP_MS),
    }
}

/// Milliseconds until a text in doubt is looked up again, after a look-up that came to nothing because no connection was
/// made or no answer came: the carrier may be back at any moment, and the citizen's next answers wait behind this one.
pub fn unreached_delay_ms(n_checks: u32) -> i64 {
    reconcile_delay_ms(n_checks).min(ABSENCES_APART_MS)
}

/// Milliseconds until the receipt of a text is requested again, `age_ms` after the text was accepted, at a carrier
/// without a list of receipts. The interval doubles: most receipts come soon.
pub fn receipt_wait_ms(age_ms: i64) -> i64 {
    age_ms.saturating_mul(2).clamp(FIRST_RECEIPT_WAIT_MS, LAST_RECEIPT_WAIT_MS)
}

fn doubled(base: i64, times: u32, cap: i64) -> i64 {
    let factor = 1_i64.checked_shl(times).filter(|f| *f > 0).unwrap_or(i64::MAX);
    base.saturating_mul(factor).min(cap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_double_up_to_the_cap() {
        let table = [
            (RetryReason::Transient, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]),
            (RetryReason::NotSent, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]),
            (RetryReason::CarrierDown, [8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000, 60_000]),
        ];
        for (trouble, steps) in table {
            for (n, expected) in (1..).zip(steps) {
                assert_eq!(delay_ms(trouble, n, 1.0), expected, "{trouble:?} {n}");
            }
        }
    }

    #[test]
    fn the_carriers_word_is_obeyed_within_reason() {
        let limited = |ms| RetryReason::RateLimited { retry_after_ms: ms };
        let table = [
            (limited(None), 1, 0.5, 500),
            (limited(Some(5_000)), 1, 0.5, 5_000),
            (limited(Some(5_000)), 7, 0.5, 30_000),
            (limited(Some(86_400_000)), 1, 0.5, RETRY_AFTER_CAP_MS),
            (limited(Some(-7)), 1, 0.0, MIN_DELAY_MS),
            (limited(Some(0)), 1, 0.0, MIN_DELAY_MS),
        ];
        for (trouble, n, jitter, expected) in table {
            assert_eq!(delay_ms(trouble, n, jitter), expected, "{trouble:?} {n} {jitter}");
        }
    }

    #[test]
    fn odd_arguments_stay_within_bounds() {
        for jitter in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 2.0] {
            for n in [0, 1, 62, 63, 64, u32::MAX] {
                let delay = delay_ms(RetryReason::Transient, n, jitter);
                assert!((MIN_DELAY_MS..=CAP_MS).contains(&delay), "{jitter} {n}: {delay}");
            }
        }
    }

    #[test]
    fn doubt_is_looked_up_at_once_then_rarer() {
        let delays: Vec<i64> = (0..8).map(|n| reconcile_delay_ms(n) / 1_000).collect();
        assert_eq!(delays, [0, 30, 60, 120, 240, 480, 600, 600]);
        assert_eq!(reconcile_delay_ms(u32::MAX), RECONCILE_CAP_MS);
        assert_eq!([1, 9].map(unreached_delay_ms), [ABSENCES_APART_MS; 2]);
    }

    #[test]
    fn a_day_of_silence_costs_some_sixty_questions() {
        let (mut age, mut n) = (5_000, 0);
        while age < 86_400_000 {
            age += receipt_wait_ms(age);
            n += 1;
        }
        assert!((45..70).contains(&n), "{n}");
        assert_eq!(receipt_wait_ms(i64::MAX), LAST_RECEIPT_WAIT_MS);
        assert_eq!(receipt_wait_ms(-5), FIRST_RECEIPT_WAIT_MS);
    }

    proptest! {
        #[test]
        fn never_sooner_than_asked_and_never_beyond_the_caps(
            asked in proptest::option::of(any::<i64>()),
            n in any::<u32>(),
            jitter in 0.0..1.0_f64,
        ) {
            let delay = delay_ms(RetryReason::RateLimited { retry_after_ms: asked }, n, jitter);
            prop_assert!(delay >= asked.unwrap_or(0).min(RETRY_AFTER_CAP_MS));
            prop_assert!((MIN_DELAY_MS..=RETRY_AFTER_CAP_MS).contains(&delay));
        }

        #[test]
        fn more_failures_never_mean_a_shorter_step(n in 0..100_u32, jitter in 0.0..1.0_f64) {
            prop_assert!(delay_ms(RetryReason::Transient, n, jitter) <= delay_ms(RetryReason::Transient, n + 1, jitter));
            prop_assert!(reconcile_delay_ms(n) <= reconcile_delay_ms(n + 1));
        }
    }
}
