//! Results, read in windows of the time they were last changed. How far we are is kept in memory only: a start begins an
//! hour back, repeats change nothing, and a text without a receipt is asked for by itself. A window is given up for the
//! next only once all its pages are committed (acked); windows overlap, and what was told is not told again, so that a
//! quiet hour is quiet.

use std::collections::HashMap;

use http::Method;
use serde_json::Value;

use super::{Nhn, list, wire};
use crate::carrier::{ReportPage, Result, korea};
use crate::domain::UnixMs;

/// How far back a start begins.
const BACK_MS: i64 = 60 * 60 * 1000;
/// How far a window reaches back into the one before: clocks differ, and changes show late.
const OVERLAP_MS: i64 = 10 * 60 * 1000;
/// A window is not longer; the carrier takes a day.
const MOST_MS: i64 = 23 * 60 * 60 * 1000;
pub(super) const PAGE_SIZE: u64 = 500;
/// Pages without news read in one go.
const MAX_PAGES: usize = 20;

/// Where the reading stands.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// The first window that was not yet read to its end begins here; unset before the first.
    since: Option<UnixMs>,
    /// The window under way.
    walk: Option<Walk>,
    /// What was told and may be met again: name and code, and where the window ended that told it.
    told: HashMap<String, UnixMs>,
    /// What the last page leads to once it is acked.
    next: Option<Next>,
    n_pages: u64,
}

#[derive(Debug, Clone, Copy)]
struct Walk {
    since: UnixMs,
    until: UnixMs,
    page: u64,
}

#[derive(Debug)]
struct Next {
    token: String,
    /// The rest of the window; `None` if it was read to its end.
    walk: Option<Walk>,
    until: UnixMs,
    told: Vec<String>,
}

impl Place {
    fn walk(&mut self, now: UnixMs) -> Walk {
        let since = *self.since.get_or_insert(now.saturating_sub(BACK_MS));
        self.walk.unwrap_or(Walk {
            since: since.saturating_sub(OVERLAP_MS),
            until: now.min(since.saturating_add(MOST_MS)).max(since.saturating_sub(OVERLAP_MS)),
            page: 1,
        })
    }

    /// Notes what follows once the page that ends here is acked.
    fn expect(&mut self, rest: Option<Walk>, until: UnixMs, told: Vec<String>) -> String {
        self.n_pages += 1;
        let token = self.n_pages.to_string();
        self.next = Some(Next { token: token.clone(), walk: rest, until, told });
        token
    }

    /// The page of this name is committed. One that is not the last is nobody's any more.
    fn acked(&mut self, token: &str) {
        let Some(next) = self.next.take_if(|next| next.token == token) else {
            return;
        };
        self.told.extend(next.told.into_iter().map(|mark| (mark, next.until)));
        self.walk = next.walk;
        if self.walk.is_none() {
            self.since = Some(next.until);
            // Twice the overlap, and so longer than any of it can be met.
            self.told.retain(|_, until| *until >= next.until.saturating_sub(2 * OVERLAP_MS));
        }
    }
}

impl Nhn {
    /// The next page with news; an empty one where the window has none (any more).
    pub(super) async fn next_results(&self) -> Result<ReportPage> {
        let mut walk = self.place().walk((self.now)());
        let mut n_read = 0;
        loop {
            n_read += 1;
            let (raw, body) = self.results(walk.since, walk.until, walk.page, PAGE_SIZE).await?;
            let items = list::items(&body)?;
            let rest = list::has_more(&body, items.len(), walk.page, PAGE_SIZE)
                .then_some(Walk { page: walk.page + 1, ..walk });
            let mut place = self.place();
            let (mut news, mut told) = (Vec::new(), Vec::new());
            for item in items {
                let mark = mark(item);
                if let Some(receipt) = wire::result(item).filter(|_| !place.told.contains_key(&mark)) {
                    news.push(receipt);
                    told.push(mark);
                }
            }
            match rest {
                Some(rest) if news.is_empty() && n_read < MAX_PAGES => walk = rest,
                _ => {
                    let ack = place.expect(rest, walk.until, told);
                    return Ok(ReportPage { raw, items: news, ack: Some(ack) });
                }
            }
        }
    }

    pub(super) fn results_acked(&self, token: &str) {
        self.place().acked(token);
    }

    /// One page of the list of results.
    pub(super) async fn results(
        &self,
        since: UnixMs,
        until: UnixMs,
        page: u64,
        size: u64,
    ) -> Result<(bytes::Bytes, Value)> {
        let request = self
            .request(Method::GET, "/message-results")?
            .query("startUpdateDate", clock(since))
            .query("endUpdateDate", clock(until))
            .query("pageNum", page.to_string())
            .query("pageSize", size.to_string());
        let (response, body) = self.read(request).await?;
        Ok((response.body, body))
    }
}

/// Tells one word about one text from any other.
fn mark(item: &Value) -> String {
    match wire::name_of(item).zip(wire::word(&item["resultCode"])) {
        Some((name, code)) => format!("{name} {code}"),
        None => item.to_string(),
    }
}

/// `2026-07-01 09:00:00`, Korea's time.
pub(super) fn clock(at: UnixMs) -> String {
    korea::local_time(at).replace('T', " ")
}
