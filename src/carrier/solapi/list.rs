//! The list of texts: read for one text whose fate is open, in windows for results (`carrier/report_cursor.rs`), or as a whole.

use http::Method;

use super::auth::iso;
use super::{Solapi, wire};
use crate::carrier::http::Request;
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::report_cursor::{MAX_PAGES, WindowPage};
use crate::carrier::{Reconciled, ReportPage, Result, SentPage};
use crate::domain::UnixMs;
use crate::domain::outbound::OutboundText;

/// Tolerance for clocks that differ.
const MARGIN_MS: i64 = 60_000;
/// The largest page.
const PAGE_SIZE: &str = "500";

pub(super) fn request() -> Request {
    Request::new(Method::GET, "/messages/v4/list")
}

/// The request for texts created, or changed, between two times.
fn between(by: &str, since: UnixMs, until: UnixMs, page: Option<&str>) -> Request {
    let mut request = request()
        .query("dateType", by)
        .query("startDate", iso(since))
        // Rounded up: the last second counts.
        .query("endDate", iso(until.saturating_add(999)))
        .query("limit", PAGE_SIZE);
    request.query.extend(page.map(|page| ("startKey", page.to_owned())));
    request
}

impl Solapi {
    /// Reads the texts to this citizen from the first attempt on. Absence is proved only by a list read to its end in which every
    /// entry has a key field.
    pub(super) async fn find_sent(&self, text: &OutboundText) -> Result<Reconciled> {
        let since = text.first_attempt_at.saturating_sub(MARGIN_MS);
        let until = self.link.now().saturating_add(MARGIN_MS).max(since);
        let (mut page, mut all_have_keys) = (None::<String>, true);
        for _ in 0..MAX_PAGES {
            let request = between("CREATED", since, until, page.as_deref())
                .query("to", text.citizen.reveal())
                .query("from", text.from.reveal());
            let (_, body) = self.read(request).await?;
            for (name, item) in wire::items(&body)? {
                let (key, has_keys) = wire::key_of(item);
                let is_ours = key.as_deref() == Some(text.key.as_str());
                if let Some(carrier_message_id) = name.filter(|_| is_ours) {
                    return Ok(Reconciled::Found { carrier_message_id });
                }
                all_have_keys &= has_keys && !is_ours;
            }
            match wire::next_page(&body, page.as_deref()) {
                Ok(None) if all_have_keys && body["messageList"].is_object() => {
                    return Ok(Reconciled::Absent);
                }
                Ok(None) | Err(_) => return Ok(Reconciled::CannotTell),
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
            let (response, body) = self.read(between("UPDATED", walk.since, walk.until, asked)).await?;
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
        let until = self.link.now().saturating_add(MARGIN_MS).max(since);
        let (_, body) = self.read(between("CREATED", since, until, page)).await?;
        let entries = wire::items(&body)?;
        let next = wire::next_page(&body, page)?.filter(|_| !entries.is_empty());
        let items = entries.iter().filter_map(|(name, item)| wire::listed(name.as_deref(), item, since));
        Ok(SentPage { items: items.collect(), next })
    }
}
