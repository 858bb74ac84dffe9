//! What a dialect may ask of the carrier and do to it, at one moment; how is in `texts`, `reports` and `sent`.

use bytes::Bytes;
use http::{Request, header};

use super::events::SimEvent;
use super::{SimOptions, State};

/// The carrier at one moment, locked.
pub(super) struct Core<'a> {
    pub(super) state: &'a mut State,
    pub options: &'a SimOptions,
    /// By the true clock.
    pub now: i64,
    /// Told once the lock is gone.
    pub(super) events: Vec<SimEvent>,
}

impl Core<'_> {
    /// Now, by the carrier's clock.
    pub(super) fn dated_now(&self) -> i64 {
        self.now + self.state.skew_ms()
    }

    /// A new token of this sort, good for so long.
    pub(super) fn issue_token(&mut self, sort: &'static str, lifetime_ms: i64) -> String {
        self.state.n_tokens += 1;
        let token = format!("SIM-{sort}-{:08}", self.state.n_tokens);
        self.state.tokens.insert((sort, token.clone()), self.now.saturating_add(lifetime_ms));
        token
    }

    /// Whether such a token was issued and still holds.
    pub(super) fn has_token(&self, sort: &'static str, token: &str) -> bool {
        self.state.tokens.get(&(sort, token.to_owned())).is_some_and(|until| *until > self.now)
    }

    /// From now on no token of this sort holds.
    pub(super) fn revoke_tokens(&mut self, sort: &'static str) {
        self.state.tokens.retain(|(of, _), _| *of != sort);
    }

    /// Whether this word (a signature's salt, a one-shot address) has not been used before. It has, afterwards.
    pub(super) fn first_use(&mut self, word: &str) -> bool {
        self.state.used.insert(word.to_owned())
    }

    /// Remembers that something happened now; says when it happened before.
    pub(super) fn mark(&mut self, what: &'static str) -> Option<i64> {
        self.state.marks.insert(what, self.now)
    }

    /// When something was last marked.
    pub(super) fn marked(&self, what: &'static str) -> Option<i64> {
        self.state.marks.get(what).copied()
    }

    /// As if it had never been marked.
    pub(super) fn unmark(&mut self, what: &'static str) {
        self.state.marks.remove(what);
    }

    /// Keeps an uploaded file; returns its key.
    pub(super) fn keep_file(&mut self, bytes: Bytes) -> String {
        self.state.n_files += 1;
        let key = self.state.dialect.file_key(self.state.n_files);
        self.state.files.insert(key.clone(), bytes);
        key
    }

    pub(super) fn file(&self, key: &str) -> Option<&Bytes> {
        self.state.files.get(key)
    }

    /// The address this carrier is reached at, without a slash at the end: for links in answers.
    pub(super) fn base_url(&self, request: Option<&Request<Bytes>>) -> String {
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
