//! What all drivers do the same way: wait for the rate limit, make the call, and turn a missing answer into an error. Requests
//! and the reading of answers belong to each driver.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::absence::{Look, Window};
use super::clock_skew::{DateWatch, SkewLog};
use super::error::{self, Result, no_answer, no_file};
use super::http::{Http, Request, Response, TOO_LARGE};
use super::rate_limiter::RateLimiter;
use super::setup::NowFn;
use super::{CarrierError, ErrorKind, Reconciled};
use crate::domain::UnixMs;
use crate::domain::outbound::OutboundText;

/// A repeat of a send counts as safe until this long before the carrier forgets the key: clocks differ.
const KEY_MARGIN_MS: i64 = 5 * 60 * 1_000;

/// A driver's connection to its carrier: HTTP client, clock and rate limits.
pub(super) struct Link {
    pub http: Http,
    now: NowFn,
    skew: Arc<SkewLog>,
    pub sends: RateLimiter,
    /// All requests but sends share this limit.
    pub others: RateLimiter,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}

impl Link {
    /// The limits are sends per second and all other requests per second. Over a network they count as used up at first: what
    /// the last process of ours asked for in this second is not known.
    pub(super) fn new(http: Http, now: NowFn, (sends_per_sec, others_per_sec): (u32, u32)) -> Self {
        let limiter = if http.is_network() { RateLimiter::used_up } else { RateLimiter::new };
        let (sends, others) = (limiter(sends_per_sec), limiter(others_per_sec));
        let skew = Arc::new(SkewLog::default());
        let http = http.with_dates(DateWatch::new(Arc::clone(&now), Arc::clone(&skew)));
        Link { http, now, skew, sends, others }
    }

    /// Another client of the same carrier, whose clock counts as the same.
    pub(super) fn other_host(&self, http: Http) -> Http {
        http.with_dates(DateWatch::new(Arc::clone(&self.now), Arc::clone(&self.skew)))
    }

    /// Which time to ask a list for, to find this text or to prove that it is not there.
    pub(super) fn look_for(&self, text: &OutboundText) -> Look {
        Look::new(text.first_attempt_at, self.now(), &self.skew)
    }

    /// The same for several texts that are looked for in one list, and the time to ask for: all that any of them needs.
    pub(super) fn looks_for(&self, texts: &[&OutboundText]) -> (Vec<Look>, Window) {
        let looks: Vec<Look> = texts.iter().map(|text| self.look_for(text)).collect();
        let since = looks.iter().map(|look| look.window.since).min().unwrap_or_else(|| self.now());
        let until = looks.iter().map(|look| look.window.until).max().unwrap_or(since);
        (looks, Window { since, until })
    }

    /// What follows from a list of the time `asked` in which the text is not: [`Reconciled::Absent`] if that is a proof.
    pub(super) fn not_listed(&self, look: &Look, asked: Window, is_whole: bool) -> Reconciled {
        look.verdict(asked, is_whole, &self.skew)
    }

    /// Milliseconds UTC.
    pub(super) fn now(&self) -> UnixMs {
        (self.now)()
    }

    /// How far the carrier's clock is ahead of ours, if its answer has a date (milliseconds).
    pub(super) fn clock_ahead_ms(&self, response: &Response) -> Option<i64> {
        response.date_ms().map(|date| date - self.now())
    }

    /// Makes a request that is safe to retry. A missing answer is `Transient`.
    pub(super) async fn read(&self, request: Request) -> Result<Response> {
        self.read_with(|| Ok(request)).await
    }

    /// As [`Link::read`]; `make` builds, and signs, the request when it leaves.
    pub(super) async fn read_with(&self, make: impl FnOnce() -> Result<Request> + Send) -> Result<Response> {
        let _permit = self.others.acquire().await;
        let request = make()?;
        self.http.call(request).await.map_err(|failure| no_answer(&failure, ErrorKind::Transient))
    }

    /// As [`Link::read`]; of an answer that is too large, what has arrived of it.
    pub(super) async fn read_or_head(
        &self,
        request: Request,
    ) -> Result<std::result::Result<Response, Bytes>> {
        let _permit = self.others.acquire().await;
        match self.http.call(request).await {
            Ok(response) => Ok(Ok(response)),
            Err(failure) if failure.what == TOO_LARGE => Ok(Err(failure.partial)),
            Err(failure) => Err(no_answer(&failure, ErrorKind::Transient)),
        }
    }

    /// Reads a file of at most `most` bytes.
    pub(super) async fn read_file(&self, request: Request, most: usize) -> Result<Response> {
        let _permit = self.others.acquire().await;
        self.http.call_for_file(request, most).await.map_err(|failure| no_file(&failure))
    }

    /// Submits a text after waiting for the rate limit, unless it has expired by then (`NotSent`). A missing answer is
    /// `Ambiguous`. `make` gets the time at which the request leaves.
    pub(super) async fn submit(
        &self,
        text: &OutboundText,
        make: impl FnOnce(UnixMs) -> Result<Request> + Send,
    ) -> Result<Response> {
        let _permit = self.sends.acquire().await;
        let request = make(self.not_too_old(text)?)?;
        self.http.call(request).await.map_err(|failure| no_answer(&failure, ErrorKind::Ambiguous))
    }

    /// The current time; `NotSent` if the text has expired.
    pub(super) fn not_too_old(&self, text: &OutboundText) -> Result<UnixMs> {
        let now = self.now();
        if now > text.expires_at {
            let late = "the text grew too old while it waited to leave";
            return Err(CarrierError::new(ErrorKind::NotSent, late));
        }
        Ok(now)
    }

    /// Whether a carrier that remembers keys for `memory` surely still refuses this text's key.
    pub(super) fn is_key_kept(&self, text: &OutboundText, memory: Duration) -> bool {
        let memory_ms = i64::try_from(memory.as_millis()).unwrap_or(0);
        // A first try in the future was dated by a clock that was wrong: nobody knows when it was.
        (0..memory_ms - KEY_MARGIN_MS).contains(&self.now().saturating_sub(text.first_attempt_at))
    }
}

/// Refuses a text with photos, for carriers that take none.
pub(super) fn no_photos(text: &OutboundText) -> Result<()> {
    match text.photos.is_empty() {
        true => Ok(()),
        false => Err(error::permanent("this carrier takes no photos")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::time::Instant;
    use url::Url;

    use super::*;
    use crate::carrier::canned;
    use crate::carrier::http::HttpOptions;

    /// How long the first request waits (milliseconds).
    async fn first_wait(http: Http) -> u128 {
        let link = Link::new(http, Arc::new(|| 0), (5, 5));
        let began = Instant::now();
        drop(link.others.acquire().await);
        began.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_that_was_just_started_leaves_the_first_second_to_the_one_before() {
        let base_url = Url::parse("http://127.0.0.1:1").unwrap();
        let network = Http::new(HttpOptions::new(base_url, Duration::from_secs(5))).unwrap();
        assert!(first_wait(network).await > 1_000);
        assert_eq!(first_wait(canned::client(vec![], &[]).0).await, 0);
    }
}
