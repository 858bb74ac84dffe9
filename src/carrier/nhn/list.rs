//! The list of what was sent: asked for one text by our key, or read as a whole.

use http::Method;
use serde_json::Value;

use super::{Nhn, wire};
use crate::carrier::error::protocol_error;
use crate::carrier::korea::clock;
use crate::carrier::{Reconciled, Result, SentPage};
use crate::domain::UnixMs;
use crate::domain::outbound::OutboundText;

/// Tolerance for clocks that differ.
const MARGIN_MS: i64 = 60_000;
/// Entries per page.
pub(super) const PAGE_SIZE: u64 = 500;
/// The carrier searches at most a month.
const MOST_MS: i64 = 27 * 24 * 60 * 60 * 1000;

/// The entries of a list. An empty one may have none.
pub(super) fn items(body: &Value) -> Result<&[Value]> {
    match (&body["data"], body) {
        (Value::Array(items), _) => Ok(items),
        (Value::Null, Value::Object(_) | Value::Null) => Ok(&[]),
        // In the document's table the list is one level deeper than in its example.
        (data, _) => match &data["resultUpdateList"] {
            Value::Array(items) => Ok(items),
            _ => Err(protocol_error("a list has a shape we do not know")),
        },
    }
}

/// Whether there is another page. An empty page is the last, whatever the count says.
pub(super) fn has_more(body: &Value, n_items: usize, page: u64, size: u64) -> bool {
    let is_full = n_items as u64 >= size;
    n_items > 0 && body["totalCount"].as_u64().map_or(is_full, |total| page.saturating_mul(size) < total)
}

/// A position in the whole list: `sms 1782864000000 2` is the second page of short texts in the month from that time.
struct ListPosition {
    sort: &'static str,
    since: UnixMs,
    page: u64,
}

impl ListPosition {
    fn parse(word: &str) -> Option<ListPosition> {
        let mut words = word.split(' ');
        let sort = ["sms", "mms"].into_iter().find(|sort| Some(*sort) == words.clone().next())?;
        words.next();
        let place =
            ListPosition { sort, since: words.next()?.parse().ok()?, page: words.next()?.parse().ok()? };
        words.next().is_none().then_some(place)
    }

    fn token(&self) -> String {
        format!("{} {} {}", self.sort, self.since, self.page)
    }

    /// The next page, then the other kind, then the next month.
    fn next(&self, has_more: bool, now: UnixMs) -> Option<ListPosition> {
        let until = self.since.saturating_add(MOST_MS);
        match self.sort {
            _ if has_more => Some(ListPosition { page: self.page.saturating_add(1), ..*self }),
            "sms" => Some(ListPosition { sort: "mms", page: 1, ..*self }),
            _ if until < now => Some(ListPosition { sort: "sms", since: until, page: 1 }),
            _ => None,
        }
    }
}

impl Nhn {
    pub(super) async fn find_sent(&self, text: &OutboundText) -> Result<Reconciled> {
        let since = text.first_attempt_at.saturating_sub(MARGIN_MS);
        let key = text.key.as_str();
        let body = self.texts(wire::sort(text.kind), since, Some(key), 1).await?;
        let items = items(&body)?;
        let (ours, others): (Vec<&Value>, Vec<&Value>) =
            items.iter().partition(|item| wire::key_of(item).as_deref() == Some(key));
        if let Some(carrier_message_id) = ours.iter().find_map(|item| wire::name_of(item)) {
            return Ok(Reconciled::Found { carrier_message_id });
        }
        // Only an empty answer to the query for our key proves that the text is absent.
        let is_empty = ours.is_empty() && others.is_empty() && body["totalCount"].as_u64().unwrap_or(0) == 0;
        Ok(if is_empty { Reconciled::Absent } else { Reconciled::CannotTell })
    }

    pub(super) async fn list_sent(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        let first = ListPosition { sort: "sms", since, page: 1 };
        let place = match page {
            None => first,
            Some(word) => ListPosition::parse(word).ok_or_else(|| protocol_error("there is no such page"))?,
        };
        let body = self.texts(place.sort, place.since, None, place.page).await?;
        let entries = items(&body)?;
        let has_more = has_more(&body, entries.len(), place.page, PAGE_SIZE);
        let items = entries.iter().filter_map(|item| wire::listed(item, place.since)).collect();
        Ok(SentPage { items, next: place.next(has_more, self.link.now()).map(|next| next.token()) })
    }

    async fn texts(&self, sort: &str, since: UnixMs, key: Option<&str>, page: u64) -> Result<Value> {
        let until = self.link.now().saturating_add(MARGIN_MS).min(since.saturating_add(MOST_MS));
        let mut request = self
            .request(Method::GET, &format!("/sender/{sort}"))?
            .query("startCreateDate", clock(since))
            .query("endCreateDate", clock(until.max(since)));
        request.query.extend(key.map(|key| ("recipientGroupingKey", key.to_owned())));
        let request = request.query("pageNum", page.to_string()).query("pageSize", PAGE_SIZE.to_string());
        Ok(self.read(request).await?.1)
    }
}
