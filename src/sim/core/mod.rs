//! What a dialect may ask of the carrier and do to it: see `texts`, `reports` and `sent`. The other files are what the carrier
//! does by itself: it receives texts (`texting`), accepts messages (`sends`, `handset`), counts (`rate`, `tally`) and fails on
//! demand (`rules`).

mod handset;
pub(super) mod order;
pub(super) mod particulars;
pub(super) mod push_queue;
mod rate;
pub(super) mod record;
mod reports;
pub(super) mod rules;
pub(super) mod sends;
mod sent;
mod state;
pub(super) mod tally;
mod texting;
pub(super) mod texts;
pub(super) mod timeline;

use bytes::Bytes;
use http::{Request, header};

pub(in crate::sim) use state::State;

use crate::sim::events::SimEvent;
use crate::sim::options::SimOptions;

/// The carrier at one moment, locked.
pub(in crate::sim) struct Core<'a> {
    pub(in crate::sim) state: &'a mut State,
    pub options: &'a SimOptions,
    /// By the true clock.
    pub now: i64,
    /// Emitted after the lock is released.
    pub(in crate::sim) events: Vec<SimEvent>,
}

impl Core<'_> {
    /// Now, by the carrier's clock.
    pub(in crate::sim) fn dated_now(&self) -> i64 {
        self.now + self.state.skew_ms()
    }

    /// Issues a token of this sort.
    pub(in crate::sim) fn issue_token(&mut self, sort: &'static str, lifetime_ms: i64) -> String {
        self.state.n_tokens += 1;
        let token = format!("SIM-{sort}-{:08}", self.state.n_tokens);
        self.state.tokens.insert((sort, token.clone()), self.now.saturating_add(lifetime_ms));
        token
    }

    /// Whether this token was issued and is still valid.
    pub(in crate::sim) fn has_token(&self, sort: &'static str, token: &str) -> bool {
        self.state.tokens.get(&(sort, token.to_owned())).is_some_and(|until| *until > self.now)
    }

    /// Records the use of a word (a signature's salt, a one-shot address); returns whether this is its first use.
    pub(in crate::sim) fn first_use(&mut self, word: &str) -> bool {
        self.state.used.insert(word.to_owned())
    }

    /// Records that something happened now; returns when it happened last.
    pub(in crate::sim) fn mark(&mut self, what: &'static str) -> Option<i64> {
        self.state.marks.insert(what, self.now)
    }

    /// When something was last marked.
    pub(in crate::sim) fn marked(&self, what: &'static str) -> Option<i64> {
        self.state.marks.get(what).copied()
    }

    /// Stores an uploaded file; returns its key.
    pub(in crate::sim) fn keep_file(&mut self, bytes: Bytes) -> String {
        self.state.n_files += 1;
        let key = self.state.particulars.file_key(self.state.n_files);
        self.state.files.insert(key.clone(), bytes);
        key
    }

    pub(in crate::sim) fn file(&self, key: &str) -> Option<&Bytes> {
        self.state.files.get(key)
    }

    /// The address of this carrier for links in answers, without a slash at the end.
    pub(in crate::sim) fn base_url(&self, request: Option<&Request<Bytes>>) -> String {
        if let Some(url) = &self.options.base_url {
            return url.as_str().trim_end_matches('/').to_owned();
        }
        let asked = request.and_then(|request| {
            let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
            named.or(request.uri().authority().map(|authority| authority.as_str()))
        });
        format!("http://{}", asked.unwrap_or("sim.invalid"))
    }
}
