//! Lists ordered by time, read a page at a time.

use std::collections::BTreeSet;
use std::ops::Bound;

/// Indices in order of time; equal times in order of arrival.
#[derive(Default)]
pub(in crate::sim) struct Timeline(BTreeSet<Place>);

/// A position in a timeline: time and index.
pub(in crate::sim) type Place = (i64, usize);

/// One page of indices.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sim) struct Page {
    pub items: Vec<usize>,
    pub has_next: bool,
}

/// A span of a list, its direction and limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sim) struct Span {
    /// The earliest time, by the carrier's clock.
    pub since: i64,
    /// The latest time, by the carrier's clock.
    pub until: i64,
    pub oldest_first: bool,
    /// Only items after this position, in the list's direction.
    pub after: Option<Place>,
    /// Items left out at the start.
    pub skip: usize,
    /// Pages are numbered: no fault adds an item, because it would push another one off its page.
    pub by_number: bool,
    pub limit: usize,
}

impl Span {
    /// Everything, newest first.
    pub(in crate::sim) fn all(limit: usize) -> Self {
        Span {
            since: i64::MIN,
            until: i64::MAX,
            oldest_first: false,
            after: None,
            skip: 0,
            by_number: false,
            limit,
        }
    }

    pub(in crate::sim) fn since(self, at: i64) -> Self {
        Span { since: at, ..self }
    }

    /// Included.
    pub(in crate::sim) fn until(self, at: i64) -> Self {
        Span { until: at, ..self }
    }

    pub(in crate::sim) fn oldest_first(self) -> Self {
        Span { oldest_first: true, ..self }
    }

    pub(in crate::sim) fn after(self, place: Option<Place>) -> Self {
        Span { after: place, ..self }
    }

    pub(in crate::sim) fn skip(self, n: usize) -> Self {
        Span { skip: n, by_number: true, ..self }
    }

    fn bounds(&self) -> (Bound<Place>, Bound<Place>) {
        let (mut low, mut high) =
            (Bound::Included((self.since, 0)), Bound::Included((self.until, usize::MAX)));
        match self.after {
            Some(place) if self.oldest_first && place >= (self.since, 0) => low = Bound::Excluded(place),
            Some(place) if !self.oldest_first && place <= (self.until, usize::MAX) => {
                high = Bound::Excluded(place);
            }
            _ => {}
        }
        (low, high)
    }
}

impl Timeline {
    pub(in crate::sim) fn insert(&mut self, at: i64, index: usize) {
        self.0.insert((at, index));
    }

    /// How many items of the span fit. Costs O(length of the span).
    pub(in crate::sim) fn count(&self, span: &Span, fits: impl Fn(usize) -> bool) -> usize {
        let whole = Span { after: None, skip: 0, limit: usize::MAX, ..span.clone() };
        self.page(&whole, fits).items.len()
    }

    /// At most `limit` items that fit. Costs O(log n) plus the items it passes: skipped ones, the page, and those that do
    /// not fit.
    pub(in crate::sim) fn page(&self, span: &Span, fits: impl Fn(usize) -> bool) -> Page {
        let (low, high) = span.bounds();
        let is_empty = match (low, high) {
            (Bound::Included(low), Bound::Included(high)) => low > high,
            (Bound::Included(low) | Bound::Excluded(low), Bound::Included(high) | Bound::Excluded(high)) => {
                low >= high
            }
            _ => false,
        };
        if is_empty {
            return Page { items: Vec::new(), has_next: false };
        }
        let range = self.0.range((low, high)).map(|(_, index)| *index);
        if span.oldest_first { taken(range, span, fits) } else { taken(range.rev(), span, fits) }
    }
}

fn taken(found: impl Iterator<Item = usize>, span: &Span, fits: impl Fn(usize) -> bool) -> Page {
    let fitting = found.filter(|index| fits(*index)).skip(span.skip);
    let mut items: Vec<usize> = fitting.take(span.limit.saturating_add(1)).collect();
    let has_next = items.len() > span.limit;
    items.truncate(span.limit);
    Page { items, has_next }
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
        let page = timeline.page(&Span::all(3).since(0), |_| true);
        assert_eq!((page.items, page.has_next), (vec![1, 3, 2], true));
        let page = timeline.page(&Span::all(3).since(0).after(Some((20, 2))), |_| true);
        assert_eq!((page.items, page.has_next), (vec![0], false));
    }

    #[test]
    fn since_is_the_lower_bound_and_is_in() {
        let timeline = timeline(&[10, 20]);
        let page = |span: Span| timeline.page(&span, |_| true).items;
        assert_eq!(page(Span::all(9).since(20)), [1]);
        assert!(page(Span::all(9).since(21)).is_empty());
        assert!(page(Span::all(9).since(20).after(Some((10, 0)))).is_empty(), "an end before the start");
        assert_eq!(page(Span::all(9).until(10)), [0]);
        assert!(page(Span::all(9).since(20).until(10)).is_empty());
    }

    #[test]
    fn what_does_not_fit_takes_no_place() {
        let page = timeline(&[1, 2, 3, 4]).page(&Span::all(2), |index| index % 2 == 0);
        assert_eq!((page.items, page.has_next), (vec![2, 0], false));
    }

    #[test]
    fn oldest_first_and_by_page() {
        let timeline = timeline(&[10, 30, 20, 20]);
        let page = |span: Span| timeline.page(&span, |_| true);
        let first = page(Span::all(2).oldest_first());
        assert_eq!((first.items, first.has_next), (vec![0, 2], true));
        assert_eq!(page(Span::all(2).oldest_first().after(Some((20, 2)))).items, [3, 1]);
        assert_eq!(page(Span::all(2).oldest_first().skip(3)).items, [1]);
        assert_eq!(page(Span::all(2).oldest_first().since(20).after(Some((10, 0)))).items, [2, 3]);
        assert_eq!(page(Span::all(2).until(20).after(Some((30, 1)))).items, [3, 2], "from before the window");
    }
}
