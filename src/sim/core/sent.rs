//! Look-up of accepted messages.

use super::Core;
use super::record::Message;
use super::timeline::{Page, Place, Span};

impl Core<'_> {
    pub(in crate::sim) fn n_messages(&self) -> usize {
        self.state.messages.len()
    }

    /// A message by its index in a page or an outcome.
    pub(in crate::sim) fn message(&self, index: usize) -> &Message {
        &self.state.messages[index]
    }

    /// The position of a message in the list of accepted messages.
    pub(in crate::sim) fn message_place(&self, index: usize) -> Option<Place> {
        self.state.messages.get(index).map(|message| (message.dated(message.accepted_at), index))
    }

    /// By the carrier's id.
    pub(in crate::sim) fn message_by_key(&self, msg_key: &str) -> Option<usize> {
        self.state.messages_by_key.get(msg_key).copied()
    }

    /// By the gateway's key: the messages that block the key, or all messages if the key is never refused.
    pub(in crate::sim) fn messages_by_client_key(&self, key: &str) -> &[usize] {
        self.state.remembered.get(key).map(|remembered| remembered.messages.as_slice()).unwrap_or_default()
    }

    /// By the gateway's reference.
    pub(in crate::sim) fn messages_by_reference(&self, reference: &str) -> &[usize] {
        self.state.messages_by_reference.get(reference).map(Vec::as_slice).unwrap_or_default()
    }

    /// The messages of a request, from this one on.
    pub(in crate::sim) fn same_request(&self, first: usize) -> &[Message] {
        let rest = self.state.messages.get(first..).unwrap_or_default();
        let n = rest.iter().take_while(|message| message.request == rest[0].request).count();
        &rest[..n]
    }

    /// A page of accepted messages by time.
    pub(in crate::sim) fn list_sent(&self, span: &Span, fits: impl Fn(&Message) -> bool) -> Page {
        let all = &self.state.messages;
        self.state.messages_by_time.page(span, |index| fits(&all[index]))
    }

    /// A page of messages with a report, by the time it became available.
    pub(in crate::sim) fn list_reported(&mut self, span: &Span, fits: impl Fn(&Message) -> bool) -> Page {
        let page = self.state.messages_by_report.page(span, |index| self.is_reported(index, &fits));
        Page { items: self.spoiled(page.items), ..page }
    }

    /// How many messages in the span have a report.
    pub(in crate::sim) fn count_reported(&self, span: &Span, fits: impl Fn(&Message) -> bool) -> usize {
        self.state.messages_by_report.count(span, |index| self.is_reported(index, &fits))
    }

    /// How many messages in the span were accepted.
    pub(in crate::sim) fn count_sent(&self, span: &Span, fits: impl Fn(&Message) -> bool) -> usize {
        let all = &self.state.messages;
        self.state.messages_by_time.count(span, |index| fits(&all[index]))
    }

    /// The position of a message in the list of reports.
    pub(in crate::sim) fn report_place(&self, index: usize) -> Option<Place> {
        let message = self.state.messages.get(index)?;
        Some((message.dated(message.ready_at?), index))
    }

    fn is_reported(&self, index: usize, fits: &impl Fn(&Message) -> bool) -> bool {
        let message = &self.state.messages[index];
        message.report(self.now).is_some() && fits(message)
    }
}
