//! The list of what was sent: asked for one text by our key, or read as a whole.

use http::Method;
use serde_json::Value;

use super::{Nhn, wire};
use crate::carrier::absence::Window;
use crate::carrier::error::protocol_error;
use crate::carrier::korea::clock;
use crate::carrier::{Reconciled, Result, SentPage};
use crate::domain::UnixMs;
use crate::domain::outbound::OutboundText;

/// The list as a whole ends this much ahead, for clocks that differ.
const AHEAD_MS: i64 = 60_000;
/// Entries per page.
pub(super) const PAGE_SIZE: u32 = 500;
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

/// A position in the whole list: `sms 1782864000000 500` is the 501st of the short texts in the month from that time.
struct ListPosition {
    sort: &'static str,
    since: UnixMs,
    offset: u64,
}

impl ListPosition {
    fn parse(word: &str) -> Option<ListPosition> {
        let mut words = word.split(' ');
        let sort = ["sms", "mms"].into_iter().find(|sort| Some(*sort) == words.clone().next())?;
        words.next();
        let place =
            ListPosition { sort, since: words.next()?.parse().ok()?, offset: words.next()?.parse().ok()? };
        words.next().is_none().then_some(place)
    }

    fn token(&self) -> String {
        format!("{} {} {}", self.sort, self.since, self.offset)
    }

    /// The next page, if there is one, then the other kind, then the next month.
    fn next(&self, offset: Option<u64>, now: UnixMs) -> Option<ListPosition> {
        let until = self.since.saturating_add(MOST_MS);
        match (self.sort, offset) {
            (_, Some(offset)) => Some(ListPosition { offset, ..*self }),
            ("sms", None) => Some(ListPosition { sort: "mms", offset: 0, ..*self }),
            _ if until < now => Some(ListPosition { sort: "sms", since: until, offset: 0 }),
            _ => None,
        }
    }
}

impl Nhn {
    pub(super) async fn find_sent(&self, text: &OutboundText) -> Result<Reconciled> {
        let look = self.link.look_for(text);
        let asked = look.window.at_most(MOST_MS);
        let key = text.key.as_str();
        let (body, _) = self.texts(wire::sort(text.kind), asked, Some(key), 0).await?;
        let items = items(&body)?;
        let (ours, others): (Vec<&Value>, Vec<&Value>) =
            items.iter().partition(|item| wire::key_of(item).as_deref() == Some(key));
        if let Some(carrier_message_id) = ours.iter().find_map(|item| wire::name_of(item)) {
            return Ok(Reconciled::Found { carrier_message_id });
        }
        // Others are listed if the query for our key was not heard.
        let is_empty = ours.is_empty() && others.is_empty() && body["totalCount"].as_u64().unwrap_or(0) == 0;
        Ok(self.link.not_listed(&look, asked, is_empty))
    }

    pub(super) async fn list_sent(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        let first = ListPosition { sort: "sms", since, offset: 0 };
        let place = match page {
            None => first,
            Some(word) => ListPosition::parse(word).ok_or_else(|| protocol_error("there is no such page"))?,
        };
        let until = self.link.now().saturating_add(AHEAD_MS).max(place.since);
        let window = Window { since: place.since, until }.at_most(MOST_MS);
        let (body, next) = self.texts(place.sort, window, None, place.offset).await?;
        let entries = items(&body)?;
        let items = entries.iter().filter_map(|item| wire::listed(item, place.since)).collect();
        Ok(SentPage { items, next: place.next(next, self.link.now()).map(|next| next.token()) })
    }

    /// The page that has the entry at `offset`, smaller where it cannot be read; and where the next one begins, if there is one.
    async fn texts(
        &self,
        sort: &str,
        window: Window,
        key: Option<&str>,
        offset: u64,
    ) -> Result<(Value, Option<u64>)> {
        self.sent_size
            .read((1, PAGE_SIZE), |size| {
                Box::pin(async move {
                    let (size, page) = (u64::from(size), offset / u64::from(size) + 1);
                    let mut request = self
                        .request(Method::GET, &format!("/sender/{sort}"))?
                        .query("startCreateDate", clock(window.since))
                        .query("endCreateDate", clock(window.until));
                    request.query.extend(key.map(|key| ("recipientGroupingKey", key.to_owned())));
                    let request =
                        request.query("pageNum", page.to_string()).query("pageSize", size.to_string());
                    let (_, body) = self.read(request).await?;
                    let has_more = has_more(&body, items(&body)?.len(), page, size);
                    Ok((body, has_more.then(|| page.saturating_mul(size))))
                })
            })
            .await
    }
}
