//! Reports as a gateway reads them: in batches until acked, once, or one by one until acked. For lists see `sent`.

use rand::seq::SliceRandom;

use super::Core;
use super::record::{Batch, Message};
use super::rules::Call;
use crate::sim::events::SimEvent;
use crate::sim::faults::{Endpoint, Fault, Sort};

impl Core<'_> {
    /// The batch to hand out: one that was not acked for `again_ms` (0: the same until it is), else at most `limit` of what
    /// is ready by now. `None` if there is nothing. The id, and the messages in order.
    pub(in crate::sim) fn report_batch(
        &mut self,
        limit: usize,
        again_ms: i64,
    ) -> Option<(String, Vec<usize>)> {
        let now = self.now;
        let waiting = self.state.batches.iter().position(|batch| batch.again_at <= now);
        let n = match waiting {
            Some(n) => n,
            None => self.fill_batch(limit)?,
        };
        let batch = &mut self.state.batches[n];
        batch.again_at = now + again_ms;
        self.events.push(SimEvent::Reported { n: batch.messages.len() });
        Some((batch.id.clone(), batch.messages.clone()))
    }

    /// How many reports were acked; `None` if this batch is not open.
    pub(in crate::sim) fn ack_batch(&mut self, id: &str) -> Option<usize> {
        let open = self.state.batches.iter().position(|batch| batch.id == id)?;
        let batch = self.state.batches.remove(open);
        self.done(&batch.messages);
        self.events.push(SimEvent::Acked { n: batch.messages.len() });
        Some(batch.messages.len())
    }

    /// Hands out the oldest reports that were not handed out yet and forgets them: they count as acked. A gateway that
    /// loses the answer loses them.
    pub(in crate::sim) fn hand_out_reports(
        &mut self,
        limit: usize,
        fits: impl Fn(&Message) -> bool,
    ) -> Vec<usize> {
        let ready = self.ready(limit, 0, fits);
        for (place, _) in &ready {
            self.state.reports.remove(place);
        }
        let messages = ready.into_iter().map(|(_, message)| message).collect();
        let messages = self.spoiled(messages);
        self.done(&messages);
        self.reported(messages)
    }

    /// The oldest reports that were not acked, less the first `skip`. Asking changes nothing.
    pub(in crate::sim) fn open_reports(
        &mut self,
        limit: usize,
        skip: usize,
        fits: impl Fn(&Message) -> bool,
    ) -> Vec<usize> {
        let messages = self.ready(limit, skip, fits).into_iter().map(|(_, message)| message).collect();
        let messages = self.spoiled(messages);
        self.reported(messages)
    }

    /// How many reports are ready and were neither handed out nor acked.
    pub(in crate::sim) fn n_ready_reports(&self) -> usize {
        self.state.reports.range(..=(self.now, u64::MAX)).count()
    }

    /// Acks all reports that are ready by now and fit; how many.
    pub(in crate::sim) fn ack_reports(&mut self, fits: impl Fn(&Message) -> bool) -> usize {
        let ready = self.ready(usize::MAX, 0, fits);
        for (place, _) in &ready {
            self.state.reports.remove(place);
        }
        let messages: Vec<usize> = ready.into_iter().map(|(_, message)| message).collect();
        self.done(&messages);
        if !messages.is_empty() {
            self.events.push(SimEvent::Acked { n: messages.len() });
        }
        messages.len()
    }

    fn ready(&self, limit: usize, skip: usize, fits: impl Fn(&Message) -> bool) -> Vec<((i64, u64), usize)> {
        let ready = self.state.reports.range(..=(self.now, u64::MAX));
        let fitting = ready.filter(|(_, message)| fits(&self.state.messages[**message]));
        fitting.skip(skip).take(limit).map(|(place, message)| (*place, *message)).collect()
    }

    fn fill_batch(&mut self, limit: usize) -> Option<usize> {
        let ready = self.ready(limit, 0, |_| true);
        if ready.is_empty() {
            return None;
        }
        for (place, _) in &ready {
            self.state.reports.remove(place);
        }
        let messages = self.spoiled(ready.into_iter().map(|(_, message)| message).collect());
        self.state.n_batches += 1;
        let id = self.state.particulars.batch_key(self.now, self.state.n_batches);
        self.state.batches.push(Batch { id, messages, again_at: self.now });
        Some(self.state.batches.len() - 1)
    }

    /// Applies faults to the reports.
    pub(in crate::sim) fn spoiled(&mut self, mut messages: Vec<usize>) -> Vec<usize> {
        if messages.is_empty() {
            return messages;
        }
        match self.state.strike(Call::at(Endpoint::Report), Sort::Content) {
            Some(Fault::ReorderReports) => messages.shuffle(&mut self.state.rng),
            Some(Fault::DuplicateReport) => messages.extend(messages.clone()),
            _ => {}
        }
        messages
    }

    fn done(&mut self, messages: &[usize]) {
        for message in messages {
            self.state.messages[*message].acked_at.get_or_insert(self.now);
        }
    }

    fn reported(&mut self, messages: Vec<usize>) -> Vec<usize> {
        if !messages.is_empty() {
            self.events.push(SimEvent::Reported { n: messages.len() });
        }
        messages
    }
}
