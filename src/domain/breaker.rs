//! Circuit breaker of a carrier. It opens at once if the carrier refuses our account, and after a few failures in a row
//! if the carrier does not answer. While it is open, single texts are sent as probes; the first success closes it.

use super::UnixMs;

/// Failed tries in a row before a carrier counts as out of order.
pub const FAILURES_NEEDED: u32 = 5;
/// The wait before the first probe of a carrier that did not answer (milliseconds). Doubles after each failed probe.
pub const FIRST_WAIT_MS: i64 = 2_000;
/// The longest wait before a probe, also the wait after a refused account (milliseconds).
pub const LONGEST_WAIT_MS: i64 = 60_000;

/// What one try showed of the carrier as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It answered: took the text, refused this one, or asked for patience.
    Answered,
    /// No usable answer.
    Silent,
    /// Our key or account was refused.
    Refused,
}

/// What may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    All,
    /// One text, and no other until its try has ended.
    Probe,
    /// Nothing before this time.
    NotBefore(UnixMs),
}

/// The breaker of one carrier; starts closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Breaker {
    n_failed: u32,
    /// Set while open: when the next probe may leave, and the wait before it.
    open: Option<(UnixMs, i64)>,
}

impl Breaker {
    pub fn permit(&self, now: UnixMs) -> Permit {
        match self.open {
            None => Permit::All,
            // After the clock was set back, the wait must not last for hours.
            Some((at, wait)) if at > now && at - now <= wait => Permit::NotBefore(at),
            Some(_) => Permit::Probe,
        }
    }

    /// Whether the carrier is out of order: a standby may take texts that it surely has not taken.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Records the result of a try.
    pub fn learn(&mut self, sign: Sign, now: UnixMs) {
        self.n_failed = self.n_failed.saturating_add(1);
        self.open = match (sign, self.open) {
            (Sign::Answered, _) => {
                self.n_failed = 0;
                None
            }
            (Sign::Refused, _) => Some((now.saturating_add(LONGEST_WAIT_MS), LONGEST_WAIT_MS)),
            (Sign::Silent, None) if self.n_failed < FAILURES_NEEDED => None,
            (Sign::Silent, None) => Some((now.saturating_add(FIRST_WAIT_MS), FIRST_WAIT_MS)),
            // Tries that were under way when it opened are not probes.
            (Sign::Silent, Some((at, wait))) if at > now => Some((at, wait)),
            (Sign::Silent, Some((_, wait))) => {
                let wait = wait.saturating_mul(2).min(LONGEST_WAIT_MS);
                Some((now.saturating_add(wait), wait))
            }
        };
    }

    /// Closes the breaker, because an operator has changed something.
    pub fn reset(&mut self) {
        *self = Breaker::default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn five_silences_in_a_row_open_it_and_one_answer_closes_it() {
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            breaker.learn(Sign::Silent, 0);
        }
        breaker.learn(Sign::Answered, 0);
        for _ in 0..4 {
            breaker.learn(Sign::Silent, 0);
            assert_eq!(breaker.permit(0), Permit::All);
        }
        breaker.learn(Sign::Silent, 0);
        assert_eq!(breaker.permit(1_999), Permit::NotBefore(2_000));
        assert_eq!(breaker.permit(2_000), Permit::Probe);
        breaker.learn(Sign::Answered, 2_000);
        assert_eq!(breaker.permit(2_000), Permit::All);
    }

    #[test]
    fn probes_come_later_and_later_up_to_a_minute() {
        let mut breaker = Breaker::default();
        (0..5).for_each(|_| breaker.learn(Sign::Silent, 0));
        let (mut now, mut waits) = (0, Vec::new());
        for _ in 0..7 {
            let Permit::NotBefore(at) = breaker.permit(now) else { panic!("closed") };
            waits.push(at - now);
            now = at;
            breaker.learn(Sign::Silent, now);
        }
        assert_eq!(waits, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    }

    #[test]
    fn a_refused_account_opens_it_at_once() {
        let mut breaker = Breaker::default();
        breaker.learn(Sign::Refused, 7);
        assert_eq!(breaker.permit(7), Permit::NotBefore(60_007));
        breaker.reset();
        assert_eq!(breaker.permit(7), Permit::All);
    }

    proptest! {
        /// Whatever happens, a probe may leave within a minute, and an answer always closes it.
        #[test]
        fn never_shut_for_ever(signs in proptest::collection::vec((0..3_u8, 0..100_000_i64), 0..40), back in 0..i64::MAX / 2) {
            let mut breaker = Breaker::default();
            let mut now = 0;
            for (sign, later) in signs {
                now += later;
                let sign = [Sign::Answered, Sign::Silent, Sign::Refused][usize::from(sign)];
                breaker.learn(sign, now);
                prop_assert_eq!(breaker.is_open(), breaker.permit(now) != Permit::All);
            }
            if let Permit::NotBefore(at) = breaker.permit(now) {
                prop_assert!(at - now <= LONGEST_WAIT_MS);
            }
            prop_assert_ne!(breaker.permit(now + LONGEST_WAIT_MS), Permit::NotBefore(now + LONGEST_WAIT_MS));
            if let Permit::NotBefore(at) = breaker.permit(now.saturating_sub(back)) {
                prop_assert!(at - now.saturating_sub(back) <= LONGEST_WAIT_MS, "a clock gone back");
            }
            breaker.learn(Sign::Answered, now);
            prop_assert_eq!(breaker.permit(now), Permit::All);
        }
    }
}
