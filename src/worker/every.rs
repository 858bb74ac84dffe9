//! [`Interval`]: a job that runs at most once per interval.

use crate::domain::UnixMs;

pub(super) struct Interval {
    interval_ms: i64,
    /// `None`: at once.
    next_at: Option<UnixMs>,
}

impl Interval {
    /// Due at once for the first time.
    pub(super) fn ms(interval_ms: i64) -> Self {
        Interval { interval_ms, next_at: None }
    }

    /// Whether the job is due; if so, it is due again after the interval. A clock that was set back delays it by no more
    /// than that.
    pub(super) fn is_due(&mut self, now: UnixMs) -> bool {
        let must_wait = self.next_at.is_some_and(|at| now < at && at - now <= self.interval_ms);
        if !must_wait {
            self.next_at = Some(now + self.interval_ms);
        }
        !must_wait
    }

    /// Sets the interval, from the next time on.
    pub(super) fn set(&mut self, interval_ms: i64) {
        self.interval_ms = interval_ms;
    }

    /// Makes it due at once.
    pub(super) fn hurry(&mut self) {
        self.next_at = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_once_an_interval_whatever_the_clock_does() {
        let mut every = Interval::ms(10_000);
        let due: Vec<bool> =
            [0, 1, 9_999, 10_000, 10_001, 20_000, -90_000, -89_999].map(|now| every.is_due(now)).into();
        assert_eq!(due, [true, false, false, true, false, true, true, false]);
        every.hurry();
        assert!(every.is_due(-89_998));
    }
}
