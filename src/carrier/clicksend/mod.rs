//! ClickSend: unread texts and unread receipts, both until they are marked read; sends without a key. Sources: the
//! official Python client 6.0.2 and the help pages "List of SMS gateway error codes" and "SMS error codes".
//!
//! Texts are marked read one by one after their commit, then page 1 is read again. Receipts can only be marked read up to a
//! time, so only those older than a minute are. ClickSend's webhooks are neither signed nor documented, so they are not
//! supported. The account needs one inbound rule and one receipt rule, both with the action POLL.
//!
//! A send in doubt is looked up in the history by our key (`custom_string`). Absence proves nothing: no document says how soon
//! a text appears in the history.
//!
//! - `mod.rs`: the driver, one method a call
//! - `settings.rs`: its section of the configuration
//! - `wire.rs`: the data inside
//! - `codes.rs`: its statuses and codes

mod codes;
mod settings;
mod wire;

use async_trait::async_trait;
use http::{Method, StatusCode, header};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

pub use self::settings::ClickSendConfig;
use super::absence::PagesRead;
use super::credentials::basic;
use super::driver::Driver;
use super::error::{self, by_status, protocol_error};
use super::http::{Http, Request, Response};
use super::link::{self, Link};
use super::page_size::PageSize;
use super::setup::NowFn;
use super::{
    Accepted, Caps, Carrier, CarrierError, InboundClass, InboundPage, Lookup, Reconciled, ReportClass,
    ReportPage, Result, SentPage, lenient_json,
};
use crate::domain::UnixMs;
use crate::domain::inbound::{Cursor, InboundItem};
use crate::domain::outbound::OutboundText;
use crate::domain::receipt::{Receipt, ReceiptItem};
use crate::domain::text::{Charset, Limits};

/// Lists have pages of 15 to 100 (`ViewInboundSmsData`).
const MIN_LIMIT: u32 = 15;
const MAX_LIMIT: u32 = 100;
/// The most pages read of one list. More unread receipts than that need a person.
const MAX_PAGES: usize = 50;
/// Receipts younger than this are not marked read, because another one of the same second may still arrive.
const SETTLED_MS: i64 = 60_000;

/// This carrier's line in the table of drivers.
pub(super) const DRIVER: Driver =
    Driver { name: "clicksend", receives: true, read: settings::read, meaning: codes::meaning };

/// The driver. It keeps the carrier's rate limits itself.
#[derive(Debug)]
pub struct ClickSend {
    config: ClickSendConfig,
    link: Link,
    page_size: PageSize,
}

impl ClickSend {
    pub fn new(config: ClickSendConfig, http: Http, now: NowFn) -> Self {
        let link = Link::new(http, now, (config.sends_per_sec, config.others_per_sec));
        ClickSend { config, link, page_size: PageSize::default() }
    }

    fn request(&self, method: Method, path: impl Into<String>) -> Result<Request> {
        let login = basic(&self.config.user, self.config.api_key.expose_secret())?;
        Ok(Request::new(method, path).header(header::AUTHORIZATION, login))
    }

    /// A request that may be repeated (all but sends). Returns `data` of the answer.
    async fn read(&self, request: Request) -> Result<(Response, Value)> {
        let response = self.link.read(request).await?;
        let mut body = lenient_json::read(&response.body);
        match body["response_code"].as_str() {
            Some("SUCCESS") if response.status.is_success() => Ok((response, body["data"].take())),
            _ => Err(refusal(&response, &body).for_read()),
        }
    }

    /// The page that has the entry at `offset`, of `limit` entries, or fewer where that cannot be read. It begins at `offset` or
    /// a little before, because pages are asked for by their number.
    async fn list(&self, (path, filter): (&str, &Filter), offset: u32, limit: u32) -> Result<Page> {
        self.page_size
            .read((MIN_LIMIT, limit), |limit| {
                Box::pin(async move {
                    let page = offset / limit + 1;
                    let mut request = self.request(Method::GET, path)?;
                    request = request.query("page", page.to_string()).query("limit", limit.to_string());
                    request.query.extend(filter.iter().cloned());
                    let (response, data) = self.read(request).await?;
                    let list = wire::list(data)
                        .ok_or_else(|| protocol_error("a list has a shape we do not know"))?;
                    Ok(Page { response, list, next: page.saturating_mul(limit) })
                })
            })
            .await
    }

    async fn history(&self, since: UnixMs, offset: u32) -> Result<Page> {
        let filter =
            vec![("order_by", "date:asc".to_owned()), ("date_from", since.div_euclid(1_000).to_string())];
        self.list(("/v3/sms/history", &filter), offset, MAX_LIMIT).await
    }

    /// Reads the history once and says of each text what follows from it.
    async fn settled(&self, texts: &[&OutboundText]) -> Result<Vec<Reconciled>> {
        let (looks, asked) = self.link.looks_for(texts);
        let mut found: Vec<Option<Reconciled>> = vec![None; texts.len()];
        let (mut read, mut is_readable, mut is_whole) = (PagesRead::default(), true, false);
        let mut offset = 0;
        for _ in 0..MAX_PAGES {
            let Page { list, next, .. } = self.history(asked.since, offset).await?;
            offset = next;
            for (text, found) in texts.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
                *found = listed(&list.items, text.key.as_str());
            }
            is_readable &= list.items.iter().all(Value::is_object);
            read.note(list.items.iter().map(wire::identity), list.total);
            if !list.has_more || found.iter().all(Option::is_some) {
                is_whole = !list.has_more && is_readable && read.is_all();
                break;
            }
        }
        let not_listed = |look| self.link.not_listed(look, asked, is_whole);
        Ok(found
            .into_iter()
            .zip(&looks)
            .map(|(found, look)| found.unwrap_or_else(|| not_listed(look)))
            .collect())
    }

    /// The page after unread texts that are too large, even in the smallest page.
    fn skipped(cursor: &Cursor, offset: u32, error: &CarrierError) -> InboundPage {
        let reason = "a page of the smallest size is too large; it is skipped as long as it stays so";
        let item = InboundItem::Unreadable { raw: error.to_string(), reason: reason.to_owned() };
        let next = (offset / MIN_LIMIT + 1).saturating_mul(MIN_LIMIT);
        InboundPage {
            next: cursor.after_page(None, Some(next.to_string())),
            items: vec![item],
            ..InboundPage::empty(cursor)
        }
    }
}

/// What a page of the history says of the text with this key; `None` if it does not list it.
fn listed(items: &[Value], key: &str) -> Option<Reconciled> {
    let ours: Vec<&Value> = items.iter().filter(|item| wire::key(item) == Some(key)).collect();
    match ours.iter().find_map(|item| wire::message_id(item)) {
        Some(carrier_message_id) => Some(Reconciled::Found { carrier_message_id }),
        None => (!ours.is_empty()).then_some(Reconciled::CannotTell),
    }
}

/// One page of a list.
struct Page {
    response: Response,
    list: wire::List,
    /// Where the next page begins.
    next: u32,
}

/// What is asked of a list.
type Filter = Vec<(&'static str, String)>;

/// Statuses that decide alone, whatever code comes with them.
const BY_STATUS: [StatusCode; 2] = [StatusCode::TOO_MANY_REQUESTS, StatusCode::NOT_FOUND];

/// The error of an answer that is not a success. A 4xx with a code of ClickSend is a refusal; an error inside a 2xx is not
/// documented and leaves everything open.
fn refusal(response: &Response, body: &Value) -> CarrierError {
    let said = body["response_code"].as_str();
    let status = response.status;
    let error = match said {
        Some(code) if status.is_client_error() && !BY_STATUS.contains(&status) => {
            let kind = codes::call_error(status, code);
            error::call_refused(kind).with_code(codes::loggable(code))
        }
        _ => by_status(status),
    };
    error.with_retry_after(response.retry_after())
}

/// The date of the last receipt, if they go from the oldest to the newest: nothing behind them is older.
fn oldest_first(items: &[ReceiptItem]) -> Option<UnixMs> {
    let dates: Option<Vec<UnixMs>> = items
        .iter()
        .map(|item| match item {
            ReceiptItem::Receipt(receipt) => receipt.reported_at,
            ReceiptItem::Unreadable { .. } => None,
        })
        .collect();
    dates.filter(|dates| dates.is_sorted())?.last().copied()
}

fn page_offset(page: Option<&str>) -> Result<u32> {
    page.map_or(Ok(0), |page| {
        page.parse().map_err(|_| protocol_error("a page of the carrier's has no number"))
    })
}

#[async_trait]
impl Carrier for ClickSend {
    fn name(&self) -> &'static str {
        DRIVER.name
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: InboundClass::AckQueue,
            idempotent_send: None,
            lookup: Lookup::Scan,
            reports: ReportClass::AckQueue,
            min_poll: self.config.min_poll,
            limits: Limits { charset: Charset::Gsm7Ucs2, sms: 1, lms: self.config.max_segments.max(1) },
            sends_per_sec: self.config.sends_per_sec,
            photos_in: false,
            photos_out: None,
            push: false,
            lists_sent: true,
        }
    }

    /// Texts are marked read while the pages are read, which moves later ones up: what is skipped by that, the next pass, from
    /// page 1 again, finds.
    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        let offset = page_offset(cursor.page.as_deref())?;
        let limit = self.config.page_limit.clamp(MIN_LIMIT, MAX_LIMIT);
        let none = Filter::new();
        let Page { response, list, next } = match self.list(("/v3/sms/inbound", &none), offset, limit).await {
            Ok(page) => page,
            Err(error) if error.is_too_large() => return Ok(Self::skipped(cursor, offset, &error)),
            Err(error) => return Err(error),
        };
        let ids: Vec<String> = list.items.iter().filter_map(wire::message_id).collect();
        let items = wire::inbound_page(&list.items);
        let next = (list.has_more && !items.is_empty()).then(|| next.to_string());
        Ok(InboundPage {
            next: cursor.after_page(wire::newest(&items), next),
            items,
            ack: ids,
            clock_ahead_ms: self.link.clock_ahead_ms(&response),
            raw: response.body,
        })
    }

    async fn ack_inbound(&self, token: &str) -> Result<()> {
        let id = error::name_segment(token)?;
        let request = self.request(Method::PUT, format!("/v3/sms/inbound-read/{id}"))?;
        match self.read(request).await {
            // Marked read already.
            Err(error) if error.code.as_deref() == Some(codes::NOT_FOUND) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        link::no_photos(text)?;
        let request = self.request(Method::POST, "/v3/sms/send")?.json(wire::send_body(text));
        let response = self.link.submit(text, |_| Ok(request)).await?;
        let body = lenient_json::read(&response.body);
        let status = response.status.is_success().then(|| wire::result(&body, text.key.as_str())).flatten();
        match status {
            Some(("SUCCESS", Some(id))) => Ok(Accepted { carrier_message_id: Some(id), repeated: false }),
            Some(("SUCCESS", None)) => Err(error::unclear_send()),
            Some((code, _)) => Err(error::not_taken(codes::send_error(code), codes::loggable(code))
                .with_retry_after(response.retry_after())),
            None if response.status.is_success() => Err(error::unclear_send()),
            None => Err(refusal(&response, &body)),
        }
    }

    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        Ok(self.settled(&[text]).await?.pop().unwrap_or(Reconciled::CannotTell))
    }

    async fn reconcile_all(&self, texts: &[&OutboundText]) -> Result<Option<Vec<Reconciled>>> {
        self.settled(texts).await.map(Some)
    }

    /// Reads all unread receipts, because marking read up to a time must not include receipts we have not seen. Of more than can
    /// be read at once, those are marked that surely stand before the rest.
    async fn poll_reports(&self) -> Result<ReportPage> {
        let (mut items, mut raw, mut began_at, mut offset) = (Vec::new(), Vec::new(), None, 0);
        let mut is_whole = false;
        for _ in 0..MAX_PAGES {
            let Page { response, list, next } =
                self.list(("/v3/sms/receipts", &Filter::new()), offset, MAX_LIMIT).await?;
            began_at.get_or_insert_with(|| response.date_ms().unwrap_or_else(|| self.link.now()));
            items.extend(list.items.iter().map(wire::receipt_item));
            raw.extend_from_slice(&response.body);
            (offset, is_whole) = (next, !list.has_more);
            if is_whole {
                break;
            }
        }
        let settled = began_at.unwrap_or_else(|| self.link.now()) - SETTLED_MS;
        let before = match is_whole {
            true => Some(settled),
            false => oldest_first(&items).map(|newest| newest.min(settled)),
        };
        let is_before = |item: &ReceiptItem, at| match item {
            ReceiptItem::Receipt(receipt) => receipt.reported_at.is_none_or(|reported| reported < at),
            ReceiptItem::Unreadable { .. } => true,
        };
        let before = before.filter(|at| items.iter().any(|item| is_before(item, *at)));
        let ack = before.map(|at| at.div_euclid(1_000).to_string());
        Ok(ReportPage { raw: raw.into(), items, ack })
    }

    async fn ack_reports(&self, token: &str) -> Result<()> {
        let before: i64 =
            token.parse().map_err(|_| protocol_error("receipts are to be marked read up to no time"))?;
        let request = self.request(Method::PUT, "/v3/sms/receipts-read")?;
        self.read(request.json(json!({ "date_before": before }))).await.map(|_| ())
    }

    /// Also finds receipts that are marked read, so one that was marked without being seen is not lost.
    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>> {
        let id = error::name_segment(carrier_message_id)?;
        match self.read(self.request(Method::GET, format!("/v3/sms/receipts/{id}"))?).await {
            Ok((_, data)) => Ok(wire::final_receipt(&data, carrier_message_id)),
            Err(error) if error.code.as_deref() == Some(codes::NOT_FOUND) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn check(&self) -> Result<Option<i64>> {
        let page = self.list(("/v3/sms/inbound", &Filter::new()), 0, MIN_LIMIT).await?;
        Ok(self.link.clock_ahead_ms(&page.response))
    }

    async fn sent_since(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        let Page { list, next, .. } = self.history(since, page_offset(page)?).await?;
        let next = (list.has_more && !list.items.is_empty()).then(|| next.to_string());
        Ok(SentPage { items: list.items.iter().filter_map(|item| wire::sent(item, since)).collect(), next })
    }
}

#[cfg(test)]
mod tests;
