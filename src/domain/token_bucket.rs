//! How many requests one caller may send: a bucket that fills evenly, and that each request takes one from. Whoever was quiet may
//! send many at once; whoever never pauses gets no more than what flows in.

/// What one caller may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, for ever; 0: no limit.
    pub per_sec: u32,
}

impl Rate {
    /// What a full bucket holds: ten seconds' worth, so that opening a desk or reading through a list is never refused.
    const BURST_SECS: i64 = 10;

    fn most(self) -> i64 {
        i64::from(self.per_sec) * 1_000 * Self::BURST_SECS
    }
}

/// What is left for one caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Thousandths of a request.
    left: i64,
    /// When that was so (milliseconds on a clock that is never set).
    at: i64,
}

impl Bucket {
    pub fn full(rate: Rate, now: i64) -> Bucket {
        Bucket { left: rate.most(), at: now }
    }

    /// Takes one request; else says how long to wait for the next (milliseconds).
    pub fn take(&mut self, rate: Rate, now: i64) -> Result<(), i64> {
        if rate.per_sec == 0 {
            return Ok(());
        }
        self.fill(rate, now);
        if self.left >= 1_000 {
            self.left -= 1_000;
            return Ok(());
        }
        Err((1_000 - self.left + i64::from(rate.per_sec) - 1) / i64::from(rate.per_sec))
    }

    /// Whether it holds nothing that a new one would not.
    pub fn is_full(&mut self, rate: Rate, now: i64) -> bool {
        self.fill(rate, now);
        self.left >= rate.most()
    }

    fn fill(&mut self, rate: Rate, now: i64) {
        let passed = now.saturating_sub(self.at).max(0);
        self.left = self.left.saturating_add(passed.saturating_mul(i64::from(rate.per_sec))).min(rate.most());
        self.at = now.max(self.at);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_full_bucket_lasts_ten_seconds_and_then_what_flows_in() {
        let rate = Rate { per_sec: 5 };
        let mut bucket = Bucket::full(rate, 0);
        for n in 0..50 {
            assert_eq!(bucket.take(rate, 0), Ok(()), "{n}");
        }
        assert_eq!(bucket.take(rate, 0), Err(200));
        assert_eq!(bucket.take(rate, 199), Err(1));
        assert_eq!(bucket.take(rate, 200), Ok(()));
        assert!(!bucket.is_full(rate, 9_000));
        assert!(bucket.is_full(rate, 60_000));
    }

    #[test]
    fn no_limit_is_no_limit() {
        let rate = Rate { per_sec: 0 };
        let mut bucket = Bucket::full(rate, 0);
        assert!((0..1_000).all(|_| bucket.take(rate, 0) == Ok(())));
    }

    proptest! {
        /// However requests are spread: never more than the burst and what flowed in.
        #[test]
        fn nobody_gets_more(per_sec in 1_u32..100, steps in prop::collection::vec(0_i64..500, 1..400)) {
            let rate = Rate { per_sec };
            let (mut bucket, mut now, mut n) = (Bucket::full(rate, 0), 0, 0_i64);
            for step in steps {
                now += step;
                n += i64::from(bucket.take(rate, now).is_ok());
                prop_assert!(n * 1_000 <= i64::from(per_sec) * (10_000 + now));
            }
        }

        /// Whoever waits as long as they were told gets the next one.
        #[test]
        fn the_wait_that_is_told_is_enough(per_sec in 1_u32..2_000) {
            let rate = Rate { per_sec };
            let mut bucket = Bucket::full(rate, 0);
            let wait = loop {
                if let Err(wait) = bucket.take(rate, 0) {
                    break wait;
                }
            };
            prop_assert_eq!(bucket.take(rate, wait), Ok(()));
        }
    }
}
