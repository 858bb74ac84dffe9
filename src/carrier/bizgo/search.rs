//! Looks for a text in the list of what was sent. The list can't be asked for a key, so it is read through; and only a
//! list read to its end proves that something is not in it.

use http::Method;
use serde_json::Value;

use super::{Bizgo, codes, wire};
use crate::carrier::{ErrorKind, Result};
use crate::domain::UnixMs;
use crate::domain::outbound::OutboundText;

/// The list is read from this long before the first try: clocks differ.
const LOOK_BEFORE_MS: i64 = 60_000;
/// Pages read for one text, of so many entries each.
const MAX_PAGES: usize = 20;
const PAGE_LIMIT: usize = 1_000;

/// What the list says of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Search {
    /// The carrier took it, and calls it this.
    Found(String),
    /// It is there, but as refused.
    Refused,
    /// It is not there.
    Absent,
    /// The list could not be read to its end, or names the text without saying enough.
    Unclear,
}

impl Bizgo {
    /// Reads the list from the first try on. An error means that it could not be read at all.
    pub(super) async fn find_sent(&self, text: &OutboundText) -> Result<Search> {
        let since = text.first_attempt_at.saturating_sub(LOOK_BEFORE_MS);
        let mut page: Option<String> = None;
        let mut so_far = Search::Absent;
        for _ in 0..MAX_PAGES {
            let mut request = self.request(Method::GET, "/api/comm/v1/message/history".to_owned())?;
            request.query.push(("requestTime", wire::local_time(since)));
            request.query.push(("serviceType", "SMS,MMS".to_owned()));
            request.query.push(("limit", PAGE_LIMIT.to_string()));
            request.query.extend(page.clone().map(|page| ("lastSeq", page)));
            let (_, data) = self.read(request).await?;
            let Some(messages) = data["messages"].as_array().filter(|all| is_from(all, since)) else {
                return Ok(or_unclear(so_far));
            };
            match look(messages, text.key.as_str()) {
                found @ Search::Found(_) => return Ok(found),
                Search::Absent => {}
                other => so_far = other,
            }
            match wire::next_page(&data, messages.len() >= PAGE_LIMIT, page.as_deref()) {
                Ok(None) => return Ok(so_far),
                Ok(next) => page = next,
                Err(_) => break,
            }
        }
        Ok(or_unclear(so_far))
    }
}

fn or_unclear(so_far: Search) -> Search {
    if so_far == Search::Absent { Search::Unclear } else { so_far }
}

/// Whether a list begins where we asked. The documents do not say so; if it were the other way round, what we look for
/// could not be in it.
fn is_from(messages: &[Value], since: UnixMs) -> bool {
    let requested = messages.iter().filter_map(|m| m["requestTime"].as_str().and_then(wire::time_ms));
    requested.into_iter().all(|at| at >= since.saturating_sub(since.rem_euclid(1_000)))
}

/// What one page says. The repetition of a text may be listed too, and be refused as such.
fn look(messages: &[Value], key: &str) -> Search {
    let mut said = Search::Absent;
    for message in messages.iter().filter(|m| m["ref"].as_str() == Some(key)) {
        let refused = wire::word(&message["responseCode"]).is_some_and(|code| {
            matches!(codes::service(&code), ErrorKind::Permanent | ErrorKind::Config | ErrorKind::Auth)
        });
        let repeated = message["responseCode"].as_str() == Some(codes::DUPLICATE);
        match wire::word(&message["msgKey"]) {
            Some(carrier_message_id) if !refused && !repeated => return Search::Found(carrier_message_id),
            _ if refused => said = Search::Refused,
            _ => said = Search::Unclear,
        }
    }
    said
}
