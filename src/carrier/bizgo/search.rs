//! The list of what was sent: read for texts whose fate is open, or as a whole. For such texts: the list can't be asked for a key, so it
//! is read through, once for all of them; and only a list read to its end proves that something is not in it.

use http::Method;
use serde_json::Value;

use super::{Bizgo, codes, wire};
use crate::carrier::error::protocol_error;
use crate::carrier::lenient_json::text_or_number;
use crate::carrier::{ErrorKind, Result, SentPage, SentText, korea};
use crate::domain::UnixMs;
use crate::domain::outbound::{ClientKey, OutboundText};

/// The most pages read in one search, and entries per page.
const MAX_PAGES: usize = 20;
const PAGE_LIMIT: u32 = 1_000;

/// Result of a search in the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Search {
    /// Accepted, with the carrier's id.
    Found(String),
    /// Listed as refused.
    Refused,
    /// Not listed, in a list that was read to its end.
    Absent,
    /// The list could not be read to its end, or names the text without saying enough.
    Unclear,
}

impl Bizgo {
    /// Reads the list from `since` on and looks for each of the texts. An error means that it could not be read at all.
    pub(super) async fn find_sent(&self, texts: &[&OutboundText], since: UnixMs) -> Result<Vec<Search>> {
        let mut page: Option<String> = None;
        let mut so_far: Vec<Search> = texts.iter().map(|_| Search::Absent).collect();
        let is_found = |one: &Search| matches!(one, Search::Found(_));
        for _ in 0..MAX_PAGES {
            let (data, limit) = self.history(since, page.as_deref()).await?;
            let Some(messages) = data["messages"].as_array().filter(|all| is_from(all, since)) else {
                break;
            };
            for (text, so_far) in texts.iter().zip(&mut so_far).filter(|(_, so_far)| !is_found(so_far)) {
                match look(messages, text.key.as_str()) {
                    Search::Absent => {}
                    other => *so_far = other,
                }
            }
            if so_far.iter().all(is_found) {
                return Ok(so_far);
            }
            match wire::next_page(&data, messages.len() >= limit, page.as_deref()) {
                Ok(None) => return Ok(so_far),
                Ok(next) => page = next,
                Err(_) => break,
            }
        }
        Ok(so_far.into_iter().map(or_unclear).collect())
    }

    /// One page of the list without refused texts.
    pub(super) async fn list_sent(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        let (data, limit) = self.history(since, page).await?;
        let messages: &[Value] = match (&data, &data["messages"]) {
            (_, Value::Array(messages)) => messages,
            (Value::Null | Value::Object(_), Value::Null) => &[],
            _ => return Err(protocol_error("the list of what was sent has a shape we do not know")),
        };
        let next = wire::next_page(&data, messages.len() >= limit, page)?;
        Ok(SentPage { items: messages.iter().filter_map(|m| listed(m, since)).collect(), next })
    }

    /// One page, and how many entries it was asked for.
    async fn history(&self, since: UnixMs, page: Option<&str>) -> Result<(Value, usize)> {
        self.sent_size
            .read((1, PAGE_LIMIT), |limit| {
                Box::pin(async move {
                    let mut request = self.request(Method::GET, "/api/comm/v1/message/history".to_owned())?;
                    request.query.push(("requestTime", korea::local_time(since)));
                    request.query.push(("serviceType", "SMS,MMS".to_owned()));
                    request.query.push(("limit", limit.to_string()));
                    request.query.extend(page.map(|page| ("lastSeq", page.to_owned())));
                    Ok((self.read(request).await?.1, usize::try_from(limit).unwrap_or(usize::MAX)))
                })
            })
            .await
    }
}

/// A text of the list; `None` if it was refused or has no name.
fn listed(message: &Value, since: UnixMs) -> Option<SentText> {
    if is_refused(message) || message["responseCode"].as_str() == Some(codes::DUPLICATE) {
        return None;
    }
    let time = |name: &str| message[name].as_str().and_then(korea::time_ms);
    let listed = SentText {
        carrier_message_id: text_or_number(&message["msgKey"])?,
        key: message["ref"].as_str().and_then(ClientKey::parse).map(|key| key.as_str().to_owned()),
        // The list begins there: an entry without a time is not older.
        at: time("requestTime").or_else(|| time("sendTime")).unwrap_or(since),
        receipt: wire::receipt(message),
        to: None,
        words: None,
    };
    Some(listed.with_recipient(&message["to"], &message["text"]))
}

fn is_refused(message: &Value) -> bool {
    text_or_number(&message["responseCode"]).is_some_and(|code| {
        matches!(codes::service(&code), ErrorKind::Permanent | ErrorKind::Config | ErrorKind::Auth)
    })
}

fn or_unclear(so_far: Search) -> Search {
    if so_far == Search::Absent { Search::Unclear } else { so_far }
}

/// Whether every entry can be read and the list begins at the time we asked for. The documents do not say so; in the other
/// order our text could not be in it.
fn is_from(messages: &[Value], since: UnixMs) -> bool {
    if !messages.iter().all(Value::is_object) {
        return false;
    }
    let requested = messages.iter().filter_map(|m| m["requestTime"].as_str().and_then(korea::time_ms));
    requested.into_iter().all(|at| at >= since.saturating_sub(since.rem_euclid(1_000)))
}

/// What one page says. The repetition of a text may be listed too, and be refused as such.
fn look(messages: &[Value], key: &str) -> Search {
    let mut said = Search::Absent;
    for message in messages.iter().filter(|m| m["ref"].as_str() == Some(key)) {
        let refused = is_refused(message);
        let repeated = message["responseCode"].as_str() == Some(codes::DUPLICATE);
        match text_or_number(&message["msgKey"]) {
            Some(carrier_message_id) if !refused && !repeated => return Search::Found(carrier_message_id),
            _ if refused => said = Search::Refused,
            _ => said = Search::Unclear,
        }
    }
    said
}
