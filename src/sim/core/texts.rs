//! Citizens' texts as a gateway gets them: listed, handed out once, or until acked.

use bytes::Bytes;
use rand::seq::SliceRandom;

use super::Core;
use super::record::Text;
use super::rules::Call;
use super::timeline::{Page, Place, Span};
use crate::sim::events::SimEvent;
use crate::sim::faults::{Endpoint, Fault, Sort};

/// One page of texts. An index may be there twice: a fault.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::sim) struct TextPage {
    pub items: Vec<usize>,
    pub has_next: bool,
    /// The text after which the next page goes on.
    pub last: Option<usize>,
    /// The page gets one item more, which cannot be read.
    pub has_broken: bool,
}

impl Core<'_> {
    pub(in crate::sim) fn n_texts(&self) -> usize {
        self.state.texts.len()
    }

    /// A text by its index in a page.
    pub(in crate::sim) fn text(&self, index: usize) -> &Text {
        &self.state.texts[index]
    }

    /// Where a text stands in lists.
    pub(in crate::sim) fn text_place(&self, index: usize) -> Option<Place> {
        self.state.texts.get(index).map(|text| (text.at, index))
    }

    /// The texts of this key that are there by now; several may have the same.
    pub(in crate::sim) fn texts_by_key(&self, key: &str) -> Vec<&Text> {
        let all = self.state.texts_by_key.get(key).into_iter().flatten().map(|i| &self.state.texts[*i]);
        all.filter(|text| text.visible_at <= self.now).collect()
    }

    /// The n-th photo of a text that is there by now, counting from 0.
    pub(in crate::sim) fn photo(&self, key: &str, n: usize) -> Option<Bytes> {
        self.texts_by_key(key).first().and_then(|text| text.photos.get(n)).cloned()
    }

    /// A page of a list by time; asking changes nothing.
    pub(in crate::sim) fn list_texts(&mut self, span: &Span, fits: impl Fn(&Text) -> bool) -> TextPage {
        let (state, now) = (&*self.state, self.now);
        let fits = |index: usize| {
            let text = &state.texts[index];
            text.visible_at <= now && fits(text)
        };
        let page = state.texts_by_time.page(span, fits);
        self.shown(page.items, page.has_next, span)
    }

    /// What a page of that list would hold, without its faults; nobody is shown anything.
    pub(in crate::sim) fn peek_texts(&self, span: &Span, fits: impl Fn(&Text) -> bool) -> Page {
        let fits = |index: usize| {
            let text = &self.state.texts[index];
            text.visible_at <= self.now && fits(text)
        };
        self.state.texts_by_time.page(span, fits)
    }

    /// How many texts there are in that stretch by now.
    pub(in crate::sim) fn count_texts(&self, span: &Span) -> usize {
        let (state, now) = (&*self.state, self.now);
        state.texts_by_time.count(span, |index| state.texts[index].visible_at <= now)
    }

    /// Hands out the oldest texts that nobody was handed yet, and forgets them. Whoever lost the answer has lost them.
    pub(in crate::sim) fn hand_out_texts(&mut self, limit: usize, fits: impl Fn(&Text) -> bool) -> TextPage {
        let open = self.open(limit, 0, fits);
        let page = self.shown(open.0, open.1, &Span::all(limit));
        for index in &page.items {
            let text = &mut self.state.texts[*index];
            text.acked_at.get_or_insert(self.now);
            self.state.texts_open.remove(&(text.visible_at, *index));
        }
        page
    }

    /// The oldest texts that were not acked, less the first `skip`. Asking changes nothing.
    pub(in crate::sim) fn open_texts(
        &mut self,
        limit: usize,
        skip: usize,
        fits: impl Fn(&Text) -> bool,
    ) -> TextPage {
        let open = self.open(limit, skip, fits);
        self.shown(open.0, open.1, &Span::all(limit))
    }

    /// How many texts are there and were neither handed out for good nor acked.
    pub(in crate::sim) fn n_open_texts(&self) -> usize {
        self.state.texts_open.range(..=(self.now, usize::MAX)).count()
    }

    /// Acks all texts of this key; how many were open.
    pub(in crate::sim) fn ack_text(&mut self, key: &str) -> usize {
        let (state, now) = (&mut *self.state, self.now);
        let mut n = 0;
        for index in state.texts_by_key.get(key).into_iter().flatten() {
            let text = &mut state.texts[*index];
            if text.visible_at <= now && state.texts_open.remove(&(text.visible_at, *index)) {
                text.acked_at = Some(now);
                n += 1;
            }
        }
        n
    }

    fn open(&self, limit: usize, skip: usize, fits: impl Fn(&Text) -> bool) -> (Vec<usize>, bool) {
        let ready = self.state.texts_open.range(..=(self.now, usize::MAX)).map(|(_, index)| *index);
        let fitting = ready.filter(|index| fits(&self.state.texts[*index]));
        let mut items: Vec<usize> = fitting.skip(skip).take(limit.saturating_add(1)).collect();
        let has_next = items.len() > limit;
        items.truncate(limit);
        (items, has_next)
    }

    /// A page as faults leave it.
    fn shown(&mut self, items: Vec<usize>, has_next: bool, span: &Span) -> TextPage {
        let fault = self.state.strike(Call::at(Endpoint::Mo), Sort::Content);
        let (mut items, has_next) = match span.by_number {
            true => (items, has_next),
            false => self.with_repeats(items, has_next, span.limit, fault.as_ref()),
        };
        let shown_twice = fault == Some(Fault::DuplicateMo) && has_next;
        let last = last_shown(&items, shown_twice);
        if fault == Some(Fault::ReorderMo) {
            items.shuffle(&mut self.state.rng);
        }
        items.iter().for_each(|index| self.state.texts[*index].n_served += 1);
        if !items.is_empty() {
            self.events.push(SimEvent::Listed { n: items.len() });
        }
        TextPage { items, has_next, last, has_broken: fault == Some(Fault::BrokenMo) && !span.by_number }
    }

    /// Lists twice what a fault or its own quirk wants twice; still no more than `limit` items.
    fn with_repeats(
        &self,
        page: Vec<usize>,
        has_next: bool,
        limit: usize,
        fault: Option<&Fault>,
    ) -> (Vec<usize>, bool) {
        let mut items = Vec::with_capacity(page.len() + 1);
        for (n, index) in page.into_iter().enumerate() {
            items.push(index);
            let is_twice = self.state.texts[index].quirk == Some(Fault::DuplicateMo);
            if is_twice || (n == 0 && fault == Some(&Fault::DuplicateMo)) {
                items.push(index);
            }
        }
        let is_cut = items.len() > limit;
        items.truncate(limit);
        (items, has_next || is_cut)
    }
}

/// The last item, or, to have it shown again, the one before that is another.
fn last_shown(items: &[usize], again: bool) -> Option<usize> {
    let last = items.last().copied();
    let other = items.iter().rev().copied().find(|index| again && Some(*index) != last);
    other.or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_comes_again_still_moves_on() {
        assert_eq!(last_shown(&[5, 4, 3], false), Some(3));
        assert_eq!(last_shown(&[5, 4, 3], true), Some(4));
        assert_eq!(last_shown(&[5, 5], true), Some(5));
        assert_eq!(last_shown(&[], true), None);
    }
}
