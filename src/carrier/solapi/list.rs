//! The list of texts: read for one text whose fate is open, in windows for results (`carrier/report_cursor.rs`), or as a whole.

use http::Method;
use serde_json::Value;

use super::auth::iso;
use super::{Solapi, wire};
use crate::carrier::http::{Request, Response};
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::report_cursor::{MAX_PAGES, WindowPage};
use crate::carrier::{Reconciled, ReportPage, Result, SentPage};
use crate::domain::UnixMs;
use crate::domain::outbound::OutboundText;

/// The list as a whole ends this much ahead, for clocks that differ.
const AHEAD_MS: i64 = 60_000;
/// The largest page.
const PAGE_SIZE: u32 = 500;

pub(super) fn request() -> Request {
    Request::new(Method::GET, "/messages/v4/list")
}

/// The request for texts created, or changed, between two times.
fn between(by: &str, since: UnixMs, until: UnixMs) -> Request {
    // The end is rounded up: the last second counts.
    let until = iso(until.saturating_add(999));
    request().query("dateType", by).query("startDate", iso(since)).query("endDate", until)
}

/// Whom a list is about, if not everybody: `to` and `from`.
type Filter = Vec<(&'static str, String)>;

impl Solapi {
    /// One page of [`between`], or a smaller one where that cannot be read.
    async fn page(
        &self,
        (by, since, until): (&str, UnixMs, UnixMs),
        filter: &Filter,
        page: Option<&str>,
    ) -> Result<(Response, Value)> {
        self.page_size
            .read((1, PAGE_SIZE), |limit| {
                Box::pin(async move {
                    let mut request = between(by, since, until).query("limit", limit.to_string());
                    request.query.extend(page.map(|page| ("startKey", page.to_owned())));
                    request.query.extend(filter.clone());
                    self.read(request).await
                })
            })
            .await
    }

    /// Reads the texts to this citizen from the first attempt on. Absence is proved only by a list read to its end in which every
    /// entry has a key field.
    pub(super) async fn find_sent(&self, text: &OutboundText) -> Result<Reconciled> {
        let look = self.link.look_for(text);
        let asked = look.window;
        let (mut page, mut all_have_keys) = (None::<String>, true);
        let filter = vec![("to", text.citizen.reveal().to_owned()), ("from", text.from.reveal().to_owned())];
        for _ in 0..MAX_PAGES {
            let span = ("CREATED", asked.since, asked.until);
            let (_, body) = self.page(span, &filter, page.as_deref()).await?;
            for (name, item) in wire::items(&body)? {
                let (key, has_keys) = wire::key_of(item);
                let is_ours = key.as_deref() == Some(text.key.as_str());
                if let Some(carrier_message_id) = name.filter(|_| is_ours) {
                    return Ok(Reconciled::Found { carrier_message_id });
                }
                all_have_keys &= has_keys && !is_ours;
            }
            match wire::next_page(&body, page.as_deref()) {
                Ok(None) => {
                    let is_whole = all_have_keys && body["messageList"].is_object();
                    return Ok(self.link.not_listed(&look, asked, is_whole));
                }
                Err(_) => return Ok(Reconciled::CannotTell),
                Ok(next) => page = next,
            }
        }
        Ok(Reconciled::CannotTell)
    }

    /// The next page with new receipts; an empty page if the window has no more.
    pub(super) async fn next_results(&self) -> Result<ReportPage> {
        let mut walk = self.report_cursor.state().next_page(self.link.now());
        let mut n_read = 0;
        loop {
            n_read += 1;
            let asked = walk.page.as_deref();
            let span = ("UPDATED", walk.since, walk.until);
            let (response, body) = self.page(span, &Vec::new(), asked).await?;
            let items = wire::items(&body)?;
            let rest = wire::next_page(&body, asked)?.filter(|_| !items.is_empty());
            let rest = rest.map(|page| WindowPage { page: Some(page), ..walk.clone() });
            let mut state = self.report_cursor.state();
            let (mut news, mut told) = (Vec::new(), Vec::new());
            for (name, item) in items {
                let code = text_or_number(&item["statusCode"]);
                let mark = name.as_deref().zip(code).map(|(name, code)| format!("{name} {code}"));
                let mark = mark.unwrap_or_else(|| item.to_string());
                if let Some(receipt) =
                    wire::result(name.as_deref(), item).filter(|_| !state.is_reported(&mark))
                {
                    news.push(receipt);
                    told.push(mark);
                }
            }
            match rest {
                Some(rest) if news.is_empty() && n_read < MAX_PAGES => walk = rest,
                rest => {
                    let ack = state.expect(rest, walk.until, told);
                    return Ok(ReportPage { raw: response.body, items: news, ack: Some(ack) });
                }
            }
        }
    }

    pub(super) async fn list_sent(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        let until = self.link.now().saturating_add(AHEAD_MS).max(since);
        let (_, body) = self.page(("CREATED", since, until), &Vec::new(), page).await?;
        let entries = wire::items(&body)?;
        let next = wire::next_page(&body, page)?.filter(|_| !entries.is_empty());
        let items = entries.iter().filter_map(|(name, item)| wire::listed(name.as_deref(), item, since));
        Ok(SentPage { items: items.collect(), next })
    }
}
