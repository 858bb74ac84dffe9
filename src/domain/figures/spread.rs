//! Durations, and what is said of them: median, percentiles, share within a goal.

/// Durations in milliseconds; one longer than 49 days counts as 49 days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread(Vec<u32>);

impl Spread {
    /// Adds a duration (milliseconds); a negative one, of a clock that was set back, counts as none.
    pub fn add(&mut self, ms: i64) {
        self.0.push(u32::try_from(ms.max(0)).unwrap_or(u32::MAX));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The smallest duration that at least so many percent do not exceed (nearest rank); `None` without any.
    pub fn percentile(&self, percent: usize) -> Option<i64> {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        let mut all = self.0.clone();
        if all.is_empty() {
            return None;
        }
        let (_, found, _) = all.select_nth_unstable(rank - 1);
        Some(i64::from(*found))
    }

    /// How many of a thousand are not longer than `most_ms`; `None` without any.
    pub fn within(&self, most_ms: i64) -> Option<i64> {
        let n = self.0.iter().filter(|ms| i64::from(**ms) <= most_ms).count();
        per_mille(n as u64, self.0.len() as u64)
    }
}

/// How many of a thousand, rounded to the nearest; `None` of nothing.
pub fn per_mille(part: u64, whole: u64) -> Option<i64> {
    if whole == 0 {
        return None;
    }
    i64::try_from((part * 2_000 + whole) / (2 * whole)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(all: &[i64]) -> Spread {
        let mut spread = Spread::default();
        all.iter().for_each(|ms| spread.add(*ms));
        spread
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let ten = spread(&[10, 1, 9, 2, 8, 3, 7, 4, 6, 5]);
        let table = [(0, 1), (10, 1), (11, 2), (50, 5), (90, 9), (95, 10), (100, 10)];
        for (percent, expected) in table {
            assert_eq!(ten.percentile(percent), Some(expected), "{percent}");
        }
        assert_eq!(spread(&[7]).percentile(50), Some(7));
        assert_eq!(spread(&[]).percentile(50), None);
        assert_eq!(spread(&[-5, i64::MAX]).percentile(100), Some(i64::from(u32::MAX)));
    }

    #[test]
    fn shares_are_rounded() {
        assert_eq!(spread(&[1, 2, 3]).within(2), Some(667));
        assert_eq!(spread(&[1, 2, 3]).within(0), Some(0));
        assert_eq!(spread(&[]).within(2), None);
        assert_eq!(
            (per_mille(1, 2_000), per_mille(1, 2_001), per_mille(3, 3)),
            (Some(1), Some(0), Some(1_000))
        );
    }
}
