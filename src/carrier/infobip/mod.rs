//! Infobip: reading removes texts and receipts. Our key is Infobip's id of a text; the log of that id can be read for two days,
//! any number of times. Sources: the official clients (PyPI infobip-api-python-client 6.0.0, npm
//! @infobip-api/sdk 0.3.2, the Java client's tests, 5e880b14) and Infobip's page on inbound texts.
//!
//! - `mod.rs`: the driver, one method a call
//! - `settings.rs`: its section of the configuration
//! - `wire.rs`: the data inside
//! - `codes.rs`: statuses and errors

mod codes;
mod settings;
mod wire;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use secrecy::ExposeSecret;
use serde_json::Value;

pub use self::settings::InfobipConfig;
use super::credentials::secret_header;
use super::driver::Driver;
use super::error::{self, by_status, no_answer, protocol_error};
use super::http::{Http, HttpFailure, Request, Response};
use super::link::{self, Link};
use super::page_size::PageSize;
use super::setup::NowFn;
use super::{
    Accepted, Caps, Carrier, CarrierError, ErrorKind, InboundClass, InboundPage, Lookup, Reconciled,
    ReportClass, ReportPage, Result, SentPage, lenient_json,
};
use crate::domain::UnixMs;
use crate::domain::inbound::Cursor;
use crate::domain::outbound::OutboundText;
use crate::domain::receipt::{Receipt, ReceiptItem};
use crate::domain::text::{Charset, Limits};

/// The most texts that a crash or a broken answer can lose where reading removes them.
const READ_ONCE_LIMIT: u32 = 50;
/// The largest page of the log.
const LOG_LIMIT: u32 = 1_000;
/// Logs are kept for 48 hours; one hour less, because clocks differ.
const LOGS_KEPT_MS: i64 = 47 * 60 * 60 * 1000;
/// `check` asks for the log of a text that does not exist, because reading real ones could remove them.
const NO_TEXT: &str = "munja-check";

/// This carrier's line in the table of drivers.
pub(super) const DRIVER: Driver =
    Driver { name: "infobip", receives: true, read: settings::read, meaning: codes::meaning };

/// The driver. It keeps the carrier's rate limits itself.
#[derive(Debug)]
pub struct Infobip {
    config: InfobipConfig,
    link: Link,
    page_size: PageSize,
}

/// Result of a read that removes.
enum Read {
    Whole(Response, Value),
    /// The answer broke off or has an unknown shape: these bytes are all that is left of it.
    Rest(Bytes, &'static str),
}

impl Infobip {
    pub fn new(config: InfobipConfig, http: Http, now: NowFn) -> Self {
        let link = Link::new(http, now, (config.sends_per_sec, config.others_per_sec));
        Infobip { config, link, page_size: PageSize::default() }
    }

    fn request(&self, method: Method, path: &str) -> Result<Request> {
        let key = secret_header(&format!("App {}", self.config.api_key.expose_secret()))?;
        let json = HeaderValue::from_static("application/json");
        Ok(Request::new(method, path).header(header::AUTHORIZATION, key).header(header::ACCEPT, json))
    }

    /// A request that only reads and removes nothing: every error is safe to retry.
    async fn read(&self, request: Request) -> Result<(Response, Value)> {
        let response = self.link.read(request).await?;
        let body = lenient_json::read(&response.body);
        if response.status.is_success() && body.is_object() {
            return Ok((response, body));
        }
        Err(refusal(&response, &body).for_read())
    }

    /// Reads a list that removes what it returns.
    async fn take(&self, path: &str, limit: u32) -> Result<Read> {
        let request = self.request(Method::GET, path)?.query("limit", limit.to_string());
        let _permit = self.link.others.acquire().await;
        let broken = |failure: HttpFailure| match failure.partial.is_empty() {
            true => Err(no_answer(&failure, ErrorKind::Ambiguous)),
            false => Ok(Read::Rest(failure.partial, "the answer broke off: something may be missing")),
        };
        let response = match self.link.http.call(request).await {
            Ok(response) => response,
            Err(failure) => return broken(failure),
        };
        let body = lenient_json::read(&response.body);
        match (response.status.is_success(), body["results"].is_array()) {
            (_, true) => Ok(Read::Whole(response, body)),
            (true, false) if response.body.is_empty() => Ok(Read::Whole(response, Value::Null)),
            (true, false) if body.is_object() && body["results"].is_null() => Ok(Read::Whole(response, body)),
            (true, false) => Ok(Read::Rest(response.body, "a page has a shape we do not know")),
            (false, false) => Err(refusal(&response, &body).for_take(response.status)),
        }
    }

    /// The log of a text by our key.
    async fn log(&self, key: &str) -> Result<(Response, Value)> {
        self.read(self.request(Method::GET, "/sms/3/logs")?.query("messageId", key)).await
    }
}

/// The error of a refused request. Documented are 400, 401, 403, 404, 429 and 500; the code inside is kept but decides nothing.
fn refusal(response: &Response, body: &Value) -> CarrierError {
    let status = response.status;
    let error = match status {
        // With a code it is Infobip's own refusal; without one it may come from a proxy and proves nothing.
        StatusCode::BAD_REQUEST if wire::error_code(body).is_some() => {
            error::call_refused(ErrorKind::Permanent)
        }
        _ => by_status(status),
    };
    let error = match wire::error_code(body) {
        Some(code) => error.with_code(code),
        None => error,
    };
    error.with_retry_after(response.retry_after())
}

#[async_trait]
impl Carrier for Infobip {
    fn name(&self) -> &'static str {
        DRIVER.name
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: InboundClass::ReadOnce,
            // No document says whether a second send with the same id is refused.
            idempotent_send: None,
            lookup: Lookup::Exact,
            reports: ReportClass::ReadOnce,
            min_poll: self.config.min_poll,
            limits: Limits { charset: Charset::Gsm7Ucs2, sms: 1, lms: self.config.max_segments.max(1) },
            sends_per_sec: self.config.sends_per_sec,
            photos_in: false,
            photos_out: None,
            push: false,
            lists_sent: true,
        }
    }

    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        let limit = self.config.page_limit.clamp(1, READ_ONCE_LIMIT);
        match self.take("/sms/1/inbox/reports", limit).await? {
            Read::Whole(response, body) => {
                let items = wire::inbound_page(&body);
                let is_more =
                    body["pendingMessageCount"].as_u64().is_some_and(|n| n > 0) && !items.is_empty();
                Ok(InboundPage {
                    next: cursor.after_page(wire::newest(&items), is_more.then(|| "more".to_owned())),
                    items,
                    ack: Vec::new(),
                    clock_ahead_ms: self.link.clock_ahead_ms(&response),
                    raw: response.body,
                })
            }
            Read::Rest(raw, reason) => {
                let whole = wire::inbound_page(&lenient_json::read_rest(&raw));
                Ok(InboundPage::unreadable(raw, reason, cursor).with_rescued(whole))
            }
        }
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        link::no_photos(text)?;
        let request = self.request(Method::POST, "/sms/3/messages")?.json(wire::send_body(text));
        let response = self.link.submit(text, |_| Ok(request)).await?;
        let body = lenient_json::read(&response.body);
        if !response.status.is_success() {
            return Err(refusal(&response, &body));
        }
        let Some(status) = wire::taken(&body, text.key.as_str()) else {
            return Err(error::unclear_send());
        };
        let accepted =
            |repeated| Accepted { carrier_message_id: Some(text.key.as_str().to_owned()), repeated };
        match codes::send_error(&status) {
            // A repetition is believed only of our text, by name.
            None if status.name == codes::DUPLICATE => match wire::is_named(&body, text.key.as_str()) {
                true => Ok(accepted(true)),
                false => Err(error::unclear_send()),
            },
            None => Ok(accepted(false)),
            Some(kind) => Err(error::not_taken(kind, codes::loggable(&status.name))),
        }
    }

    /// By our key, for as long as logs are kept.
    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        let key = text.key.as_str();
        let look = self.link.look_for(text);
        let is_kept = self.link.now().saturating_sub(text.first_attempt_at) < LOGS_KEPT_MS;
        let (_, body) = self.log(key).await?;
        let entries =
            wire::results(&body).ok_or_else(|| protocol_error("the log has a shape we do not know"))?;
        let is_ours = |entry: &&Value| wire::name_of(entry).as_deref() == Some(key);
        if entries.iter().any(|entry| is_ours(&entry)) {
            return Ok(Reconciled::Found { carrier_message_id: key.to_owned() });
        }
        // Others are listed if the query for our key was not heard.
        let is_whole = entries.is_empty() && wire::next_cursor(&body).is_none();
        Ok(self.link.not_listed(&look, look.window, is_kept && is_whole))
    }

    async fn poll_reports(&self) -> Result<ReportPage> {
        match self.take("/sms/3/reports", READ_ONCE_LIMIT).await? {
            Read::Whole(response, body) => {
                let items =
                    wire::results(&body).unwrap_or_default().iter().filter_map(wire::report).collect();
                Ok(ReportPage { raw: response.body, items, ack: None })
            }
            Read::Rest(raw, reason) => {
                let item = ReceiptItem::Unreadable {
                    raw: String::from_utf8_lossy(&raw).into_owned(),
                    reason: reason.to_owned(),
                };
                Ok(ReportPage { raw, items: vec![item], ack: None })
            }
        }
    }

    /// Read from the log, which removes nothing: a report lost in a crash is found here.
    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>> {
        let (_, body) = self.log(carrier_message_id).await?;
        let entries =
            wire::results(&body).ok_or_else(|| protocol_error("the log has a shape we do not know"))?;
        let ours = entries.iter().find(|entry| wire::name_of(entry).as_deref() == Some(carrier_message_id));
        Ok(ours.and_then(wire::receipt))
    }

    async fn check(&self) -> Result<Option<i64>> {
        let (response, _) = self.log(NO_TEXT).await?;
        Ok(self.link.clock_ahead_ms(&response))
    }

    async fn sent_since(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        let (_, body) = self
            .page_size
            .read((1, LOG_LIMIT), |limit| {
                Box::pin(async move {
                    let request = self
                        .request(Method::GET, "/sms/3/logs")?
                        .query("sentSince", wire::time(since))
                        .query("limit", limit.to_string())
                        .query("useCursor", "true");
                    let request = match page {
                        None => request,
                        Some(cursor) => request.query("cursor", cursor),
                    };
                    self.read(request).await
                })
            })
            .await?;
        let entries =
            wire::results(&body).ok_or_else(|| protocol_error("the log has a shape we do not know"))?;
        let next = wire::next_cursor(&body).filter(|next| Some(next.as_str()) != page && !entries.is_empty());
        let items = entries.iter().filter_map(|entry| wire::listed(entry, since)).collect();
        Ok(SentPage { items, next })
    }
}

#[cfg(test)]
mod tests;
