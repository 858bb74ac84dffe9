//! What is told on the line above the keys: one notice at a time.

use super::state::{App, Notice};
use crate::client::Value;
use crate::client::message::Tone;

/// A refusal is read in this time.
const READ_IN_MS: i64 = 4_000;

impl App {
    pub fn tell(&mut self, id: &str, values: impl IntoIterator<Item = (&'static str, Value)>) {
        self.note(Tone::Good, self.say.with(id, values));
    }

    pub fn alert(&mut self, id: &str, values: impl IntoIterator<Item = (&'static str, Value)>) {
        self.note(Tone::Alert, self.say.with(id, values));
    }

    pub fn warn(&mut self, text: String) {
        self.note(Tone::Alert, text);
    }

    fn note(&mut self, tone: Tone, text: String) {
        self.n_notices += 1;
        let (n, at) = (self.n_notices, self.now);
        self.notice = Some(Notice { tone, text, danger: None, n, until_at: None, at, end_of: None });
    }

    /// That an answer of this conversation does not leave, and why: told by whatever tells it first.
    pub(super) fn tell_end(
        &mut self,
        n: i64,
        id: &str,
        values: impl IntoIterator<Item = (&'static str, Value)>,
    ) {
        self.gone.take_if(|gone| gone.n == n);
        self.alert(id, values);
        self.notice.iter_mut().for_each(|notice| notice.end_of = Some(n));
    }

    /// Somebody goes on from what was told. Why something was refused stays until it could be read.
    pub(super) fn go_past_notice(&mut self) {
        let Some(notice) = &mut self.notice else { return };
        let read_at = notice.at + READ_IN_MS;
        if notice.tone == Tone::Alert && read_at > self.now {
            notice.until_at = Some(notice.until_at.map_or(read_at, |until| until.min(read_at)));
        } else {
            self.notice = None;
        }
    }

    /// What was told last holds until then.
    pub fn told_until(&mut self, at: i64) {
        self.notice.iter_mut().for_each(|notice| notice.until_at = Some(at));
    }
}
