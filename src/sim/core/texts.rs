//! Citizens' texts as a gateway reads them: listed, handed out once, or until acked.

use bytes::Bytes;
use rand::seq::SliceRandom;

use super::Core;
use super::record::Text;
use super::rules::Call;
use super::timeline::{Page, Place, Span};
use crate::sim::events::SimEvent;
use crate::sim::faults::{Endpoint, Fault, Sort};

/// One page of texts. A fault may put an index in twice.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::sim) struct TextPage {
    pub items: Vec<usize>,
    pub has_next: bool,
    /// The text after which the next page continues.
    pub last: Option<usize>,
    /// The page has one more item, an unreadable one.
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

    /// The position of a text in lists.
    pub(in crate::sim) fn text_place(&self, index: usize) -> Option<Place> {
        self.state.texts.get(index).map(|text| (text.at, index))
    }

    /// The visible texts with this key; several may share it.
    pub(in crate::sim) fn texts_by_key(&self, key: &str) -> Vec<&Text> {
        let all = self.state.texts_by_key.get(key).into_iter().flatten().map(|i| &self.state.texts[*i]);
        all.filter(|text| text.visible_at <= self.now).collect()
    }

    /// The n-th photo of a visible text, counting from 0.
    pub(in crate::sim) fn photo(&self, key: &str, n: usize) -> Option<Bytes> {
        self.texts_by_key(key).first().and_then(|text| text.photos.get(n)).cloned()
    }

    /// A page by time. Reading changes nothing.
    pub(in crate::sim) fn list_texts(&mut self, span: &Span, fits: impl Fn(&Text) -> bool) -> TextPage {
        let (state, now) = (&*self.state, self.now);
        let fits = |index: usize| {
            let text = &state.texts[index];
            text.visible_at <= now && fits(text)
        };
        let page = state.texts_by_time.page(span, fits);
        self.shown(page.items, page.has_next, span)
    }

    /// The same page without faults and without counting it as read.
    pub(in crate::sim) fn peek_texts(&self, span: &Span, fits: impl Fn(&Text) -> bool) -> Page {
        let fits = |index: usize| {
            let text = &self.state.texts[index];
            text.visible_at <= self.now && fits(text)
        };
        self.state.texts_by_time.page(span, fits)
    }

    /// How many visible texts the span has.
    pub(in crate::sim) fn count_texts(&self, span: &Span) -> usize {
        let (state, now) = (&*self.state, self.now);
        state.texts_by_time.count(span, |index| state.texts[index].visible_at <= now)
    }

    /// Hands out the oldest open texts and forgets them. A gateway that loses the answer loses them.
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

    /// The oldest texts that were not acked, without the first `skip`. Reading changes nothing.
    pub(in crate::sim) fn open_texts(
        &mut self,
        limit: usize,
        skip: usize,
        fits: impl Fn(&Text) -> bool,
    ) -> TextPage {
        let open = self.open(limit, skip, fits);
        self.shown(open.0, open.1, &Span::all(limit))
    }

    /// How many visible texts are open: neither handed out by a read-once list nor acked.
    pub(in crate::sim) fn n_open_texts(&self) -> usize {
        self.state.texts_open.range(..=(self.now, usize::MAX)).count()
    }

    /// Acks all texts with this key; returns how many were open.
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

    /// Applies faults to a page.
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

    /// Repeats the items that a fault or a quirk lists twice, up to `limit` items.
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

/// The last item; if it must be shown `again`, the last different item before it.
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
