//! Results, read in windows of the time they were last changed (`carrier/report_cursor.rs`).

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};

use super::list::{self, PAGE_SIZE};
use super::{Nhn, wire};
use crate::carrier::korea::clock;
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::report_cursor::{MAX_PAGES, WindowPage};
use crate::carrier::{CarrierError, ReportPage, Result};
use crate::domain::UnixMs;

impl Nhn {
    /// The next page with new receipts; an empty page if the window has no more.
    pub(super) async fn next_results(&self) -> Result<ReportPage> {
        let mut walk = self.report_cursor.state().next_page(self.link.now());
        let mut n_read = 0;
        loop {
            n_read += 1;
            let offset = walk.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(0);
            let found = match self.results(walk.since, walk.until, offset).await {
                Err(error) if error.is_too_large() => ResultsPage::skipped(offset, &error),
                found => found?,
            };
            let ResultsPage { raw, body, next, has_more } = found;
            let items = list::items(&body)?;
            let rest = has_more.then(|| WindowPage { page: Some(next.to_string()), ..walk.clone() });
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

    /// The page of the list of results that has the one at `offset`; smaller where it cannot be read.
    async fn results(&self, since: UnixMs, until: UnixMs, offset: u64) -> Result<ResultsPage> {
        self.results_size
            .read((1, PAGE_SIZE), |size| {
                Box::pin(async move {
                    let (size, page) = (u64::from(size), offset / u64::from(size) + 1);
                    let request = self
                        .request(Method::GET, "/message-results")?
                        .query("startUpdateDate", clock(since))
                        .query("endUpdateDate", clock(until))
                        .query("pageNum", page.to_string())
                        .query("pageSize", size.to_string());
                    let (response, body) = self.read(request).await?;
                    let has_more = list::has_more(&body, list::items(&body)?.len(), page, size);
                    Ok(ResultsPage { raw: response.body, body, next: page.saturating_mul(size), has_more })
                })
            })
            .await
    }
}

struct ResultsPage {
    raw: Bytes,
    body: Value,
    /// Where the next page begins.
    next: u64,
    has_more: bool,
}

impl ResultsPage {
    /// One result that is too large even alone.
    fn skipped(offset: u64, error: &CarrierError) -> ResultsPage {
        let body = json!({ "data": [format!("result {offset} of its time: {error}")] });
        ResultsPage { raw: Bytes::new(), body, next: offset.saturating_add(1), has_more: true }
    }
}

/// A mark that identifies one result of one text.
fn mark(item: &Value) -> String {
    match wire::name_of(item).zip(text_or_number(&item["resultCode"])) {
        Some((name, code)) => format!("{name} {code}"),
        None => item.to_string(),
    }
}
