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
use super::credentials::basic;
use super::driver::Driver;
use super::error::{self, by_status, protocol_error};
use super::http::{Http, Request, Response};
use super::link::{self, Link};
use super::setup::NowFn;
use super::{
    Accepted, Caps, Carrier, CarrierError, InboundClass, InboundPage, Lookup, Reconciled, ReportClass,
    ReportPage, Result, SentPage, lenient_json,
};
use crate::domain::UnixMs;
use crate::domain::inbound::Cursor;
use crate::domain::outbound::OutboundText;
use crate::domain::receipt::{Receipt, ReceiptItem};
use crate::domain::text::{Charset, Limits};

/// Lists have pages of 15 to 100 (`ViewInboundSmsData`).
const MAX_LIMIT: u32 = 100;
/// The most pages read of one list. More unread receipts than that need a person.
const MAX_PAGES: usize = 50;
/// Receipts younger than this are not marked read, because another one of the same second may still arrive.
const SETTLED_MS: i64 = 60_000;
/// The history is read from this long before the first attempt: clocks differ.
const LOOK_BEFORE_MS: i64 = 300_000;

/// This carrier's line in the table of drivers.
pub(super) const DRIVER: Driver =
    Driver { name: "clicksend", receives: true, read: settings::read, meaning: codes::meaning };

/// The driver. It keeps the carrier's rate limits itself.
#[derive(Debug)]
pub struct ClickSend {
    config: ClickSendConfig,
    link: Link,
}

impl ClickSend {
    pub fn new(config: ClickSendConfig, http: Http, now: NowFn) -> Self {
        let link = Link::new(http, now, (config.sends_per_sec, config.others_per_sec));
        ClickSend { config, link }
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

    async fn list(&self, path: &str, page: u32, limit: u32) -> Result<(Response, wire::List)> {
        let request = self.request(Method::GET, path)?;
        let request = request.query("page", page.to_string()).query("limit", limit.to_string());
        let (response, data) = self.read(request).await?;
        let list = wire::list(data).ok_or_else(|| protocol_error("a list has a shape we do not know"))?;
        Ok((response, list))
    }

    async fn history(&self, since: UnixMs, page: u32) -> Result<wire::List> {
        let request = self
            .request(Method::GET, "/v3/sms/history")?
            .query("page", page.to_string())
            .query("limit", MAX_LIMIT.to_string())
            .query("order_by", "date:asc")
            .query("date_from", since.div_euclid(1_000).to_string());
        let (_, data) = self.read(request).await?;
        wire::list(data).ok_or_else(|| protocol_error("the history has a shape we do not know"))
    }
}

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

fn page_number(page: Option<&str>) -> Result<u32> {
    page.map_or(Ok(1), |page| {
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
        let page = page_number(cursor.page.as_deref())?;
        let limit = self.config.page_limit.clamp(15, MAX_LIMIT);
        let (response, list) = self.list("/v3/sms/inbound", page, limit).await?;
        let ids: Vec<String> = list.items.iter().filter_map(wire::message_id).collect();
        let items = wire::inbound_page(&list.items);
        let next = (list.has_more && !items.is_empty()).then(|| page.saturating_add(1).to_string());
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
            Some(("SUCCESS", carrier_message_id)) => Ok(Accepted { carrier_message_id, repeated: false }),
            Some((code, _)) => Err(error::not_taken(codes::send_error(code), codes::loggable(code))
                .with_retry_after(response.retry_after())),
            None if response.status.is_success() => Err(error::unclear_send()),
            None => Err(refusal(&response, &body)),
        }
    }

    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        let since = text.first_attempt_at.saturating_sub(LOOK_BEFORE_MS);
        for page in (1..).take(MAX_PAGES) {
            let list = self.history(since, page).await?;
            let ours = |item: &&Value| wire::key(item) == Some(text.key.as_str());
            if let Some(carrier_message_id) = list.items.iter().filter(ours).find_map(wire::message_id) {
                return Ok(Reconciled::Found { carrier_message_id });
            }
            if list.items.iter().any(|item| ours(&item)) {
                return Ok(Reconciled::CannotTell);
            }
            if !list.has_more {
                return Ok(Reconciled::Absent);
            }
        }
        Ok(Reconciled::CannotTell)
    }

    /// Reads all unread receipts, because marking read up to a time must not include receipts we have not seen.
    async fn poll_reports(&self) -> Result<ReportPage> {
        let (mut items, mut raw, mut began_at) = (Vec::new(), Vec::new(), None);
        for page in (1..).take(MAX_PAGES) {
            let (response, list) = self.list("/v3/sms/receipts", page, MAX_LIMIT).await?;
            let began =
                *began_at.get_or_insert_with(|| response.date_ms().unwrap_or_else(|| self.link.now()));
            items.extend(list.items.iter().map(wire::receipt_item));
            raw.extend_from_slice(&response.body);
            if !list.has_more {
                let settled = began - SETTLED_MS;
                let is_settled = |item: &ReceiptItem| match item {
                    ReceiptItem::Receipt(receipt) => receipt.reported_at.is_none_or(|at| at < settled),
                    ReceiptItem::Unreadable { .. } => true,
                };
                let ack = items.iter().any(is_settled).then(|| settled.div_euclid(1_000).to_string());
                return Ok(ReportPage { raw: raw.into(), items, ack });
            }
        }
        Err(protocol_error(
            "more receipts are unread than can be looked through: mark them read at the carrier",
        ))
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
        let (response, _) = self.list("/v3/sms/inbound", 1, 15).await?;
        Ok(self.link.clock_ahead_ms(&response))
    }

    async fn sent_since(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        let page = page_number(page)?;
        let list = self.history(since, page).await?;
        let next = (list.has_more && !list.items.is_empty()).then(|| page.saturating_add(1).to_string());
        Ok(SentPage { items: list.items.iter().filter_map(|item| wire::sent(item, since)).collect(), next })
    }
}

#[cfg(test)]
mod tests;
