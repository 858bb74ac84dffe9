//! What happened when, newest first, a page at a time: the carrier's lists.

use std::collections::BTreeSet;
use std::ops::Bound;

/// Indices in order of time; equal times in order of arrival.
#[derive(Default)]
pub(super) struct Timeline(BTreeSet<(i64, usize)>);

/// One page of indices, newest first.
pub(super) struct Page {
    pub items: Vec<usize>,
    pub has_next: bool,
}

impl Timeline {
    pub(super) fn insert(&mut self, at: i64, index: usize) {
        self.0.insert((at, index));
    }

    /// At most `limit` that fit, not older than `since` and older than `before`. Costs O(log n) and what it walks over:
    /// the page, and whatever of that stretch does not fit.
    pub(super) fn page(
        &self,
        since: i64,
        before: Option<(i64, usize)>,
        limit: usize,
        fits: impl Fn(usize) -> bool,
    ) -> Page {
        let start = (since, 0);
        if before.is_some_and(|end| end <= start) {
            return Page { items: Vec::new(), has_next: false };
        }
        let end = before.map_or(Bound::Unbounded, Bound::Excluded);
        let found = self.0.range((Bound::Included(start), end)).rev().map(|(_, index)| *index);
        let mut items: Vec<usize> =
            found.filter(|index| fits(*index)).take(limit.saturating_add(1)).collect();
        let has_next = items.len() > limit;
        items.truncate(limit);
        Page { items, has_next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(times: &[i64]) -> Timeline {
        let mut timeline = Timeline::default();
        times.iter().enumerate().for_each(|(index, at)| timeline.insert(*at, index));
        timeline
    }

    #[test]
    fn pages_are_newest_first_whatever_the_order_of_arrival() {
        let timeline = timeline(&[10, 30, 20, 20]);
        let page = timeline.page(0, None, 3, |_| true);
        assert_eq!((page.items, page.has_next), (vec![1, 3, 2], true));
        let page = timeline.page(0, Some((20, 2)), 3, |_| true);
        assert_eq!((page.items, page.has_next), (vec![0], false));
    }

    #[test]
    fn since_is_the_lower_bound_and_is_in() {
        let timeline = timeline(&[10, 20]);
        assert_eq!(timeline.page(20, None, 9, |_| true).items, [1]);
        assert!(timeline.page(21, None, 9, |_| true).items.is_empty());
        assert!(timeline.page(20, Some((10, 0)), 9, |_| true).items.is_empty(), "an end before the start");
    }

    #[test]
    fn what_does_not_fit_takes_no_place() {
        let page = timeline(&[1, 2, 3, 4]).page(0, None, 2, |index| index % 2 == 0);
        assert_eq!((page.items, page.has_next), (vec![2, 0], false));
    }
}
