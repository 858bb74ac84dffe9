//! Results, read in windows of the time they were last changed (`carrier/report_cursor.rs`).

use bytes::Bytes;
use http::Method;
use serde_json::Value;

use super::list::{self, PAGE_SIZE};
use super::{Nhn, wire};
use crate::carrier::korea::clock;
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::report_cursor::{MAX_PAGES, WindowPage};
use crate::carrier::{ReportPage, Result};
use crate::domain::UnixMs;

impl Nhn {
    /// The next page with new receipts; an empty page if the window has no more.
    pub(super) async fn next_results(&self) -> Result<ReportPage> {
        let mut walk = self.report_cursor.state().next_page(self.link.now());
        let mut n_read = 0;
        loop {
            n_read += 1;
            let page = walk.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(1);
            let (raw, body) = self.results(walk.since, walk.until, page, PAGE_SIZE).await?;
            let items = list::items(&body)?;
            let rest = list::has_more(&body, items.len(), page, PAGE_SIZE)
                .then(|| WindowPage { page: Some(page.saturating_add(1).to_string()), ..walk.clone() });
            let mut state = self.report_cursor.state();
            let (mut news, mut told) = (Vec::new(), Vec::new());
            for item in items {
                let mark = mark(item);
                if let Some(receipt) = wire::result(item).filter(|_| !state.is_reported(&mark)) {
                    news.push(receipt);
                    told.push(mark);
                }
            }
            match rest {
                Some(rest) if news.is_empty() && n_read < MAX_PAGES => walk = rest,
                rest => {
                    let ack = state.expect(rest, walk.until, told);
                    return Ok(ReportPage { raw, items: news, ack: Some(ack) });
                }
            }
        }
    }

    /// One page of the list of results.
    pub(super) async fn results(
        &self,
        since: UnixMs,
        until: UnixMs,
        page: u64,
        size: u64,
    ) -> Result<(Bytes, Value)> {
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

/// A mark that identifies one result of one text.
fn mark(item: &Value) -> String {
    match wire::name_of(item).zip(text_or_number(&item["resultCode"])) {
        Some((name, code)) => format!("{name} {code}"),
        None => item.to_string(),
    }
}
