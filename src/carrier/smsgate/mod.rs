//! SMSGate (capcom6/android-sms-gateway): an Android phone with a SIM as the carrier; the phone itself serves the API on
//! the local network, or a server of the same make does. Texts by window, sends under our own key, a status per text.
//! Sources: the app's OpenAPI document, its Kotlin routes (0cdc5d86, 2026-07), its server's Go handlers, the Python client 4.3.3.
//!
//! A server without a list of texts answers 501 to the question for one; then texts come by its webhooks only, photo messages
//! included.
//!
//! Our key is the phone's id of a text. A repeated send is answered 409, which means that the first one was accepted. Without a
//! delivery report the last state is `Sent`: such a text ends as unconfirmed, never as delivered.
//!
//! - `mod.rs`: the driver, one method a call
//! - `settings.rs`: its section of the configuration
//! - `wire.rs`: what the phone writes and reads
//! - `codes.rs`: its states and reasons
//! - `push.rs`: its webhooks

mod codes;
mod push;
mod settings;
mod wire;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::{Method, StatusCode, header};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

pub use self::settings::SmsGateConfig;
use super::credentials::basic;
use super::driver::Driver;
use super::error::{self, by_status, protocol_error};
use super::http::{Http, Request, Response, segment};
use super::link::{self, Link};
use super::page_size::PageSize;
use super::push::{PushCall, PushRefused, Pushed};
use super::setup::NowFn;
use super::{
    Accepted, BodyMac, Caps, Carrier, CarrierError, ErrorKind, InboundClass, InboundPage, Lookup, Media,
    Reconciled, ReportClass, Result, SentPage, lenient_json,
};
use crate::domain::UnixMs;
use crate::domain::inbound::{Cursor, InboundItem};
use crate::domain::media::MediaRef;
use crate::domain::outbound::OutboundText;
use crate::domain::receipt::Receipt;
use crate::domain::text::{Charset, Limits};

/// The app forgets what it sent after `log_lifetime_days`, which is one day at least (OpenAPI, `SettingsMessages`).
const KEY_MEMORY: Duration = Duration::from_secs(86_400);
/// The largest page of the list of sent texts.
const SENT_LIMIT: u32 = 100;
/// Windows end in the year 2100: without an end the app lists up to its own time, and a phone with a wrong clock dates texts
/// by any other (`InboxRoutes`).
const NEVER_MS: i64 = 4_102_444_800_000;

/// This carrier's line in the table of drivers.
pub(super) const DRIVER: Driver =
    Driver { name: "smsgate", receives: true, read: settings::read, meaning: codes::meaning };

/// The driver. It keeps the carrier's rate limits itself.
#[derive(Debug)]
pub struct SmsGate {
    config: SmsGateConfig,
    link: Link,
    texts_size: PageSize,
    sent_size: PageSize,
    /// The server has answered that it has no list of texts (501).
    has_no_list: AtomicBool,
}

impl SmsGate {
    pub fn new(config: SmsGateConfig, http: Http, now: NowFn) -> Self {
        let link = Link::new(http, now, (config.sends_per_sec, config.others_per_sec));
        let has_no_list = AtomicBool::new(config.is_push_only);
        let (texts_size, sent_size) = (PageSize::default(), PageSize::default());
        SmsGate { config, link, texts_size, sent_size, has_no_list }
    }

    fn request(&self, method: Method, path: impl Into<String>) -> Result<Request> {
        let login = basic(&self.config.user, self.config.password.expose_secret())?;
        Ok(Request::new(method, path).header(header::AUTHORIZATION, login))
    }

    /// A request that only reads: every error is safe to retry.
    async fn read(&self, request: Request) -> Result<Response> {
        Self::done(self.link.read(request).await?)
    }

    fn done(response: Response) -> Result<Response> {
        if response.status.is_success() { Ok(response) } else { Err(refusal(&response).for_read()) }
    }

    async fn read_json(&self, request: Request) -> Result<(Response, Value)> {
        let response = self.read(request).await?;
        match lenient_json::read(&response.body) {
            Value::Null => Err(CarrierError::new(ErrorKind::Transient, "the phone's answer cannot be read")),
            body => Ok((response, body)),
        }
    }

    async fn inbox(&self, from: UnixMs, limit: u32, offset: usize) -> Result<(Response, Vec<Value>)> {
        let mut request = self
            .request(Method::GET, "/inbox")?
            .query("from", wire::time(from))
            .query("to", wire::time(NEVER_MS))
            .query("limit", limit.to_string())
            .query("offset", offset.to_string())
            .query("includeAttachments", "true");
        request.query.extend(self.config.device.clone().map(|device| ("deviceId", device)));
        let answer = self.read_json(request).await;
        let is_missing = matches!(&answer, Err(error) if error.code.as_deref() == Some("HTTP501"));
        match answer {
            Err(error) if is_missing => {
                self.has_no_list.store(true, Ordering::Relaxed);
                let message = "this server has no list of texts: they come by webhook only";
                Err(CarrierError { kind: ErrorKind::NotOffered, message: message.to_owned(), ..error })
            }
            Ok((response, Value::Array(list))) => {
                self.has_no_list.store(false, Ordering::Relaxed);
                Ok((response, list))
            }
            Ok(_) => Err(protocol_error("a page of texts has a shape we do not know")),
            Err(error) => Err(error),
        }
    }

    /// One text of the list of sent ones; shows that the server answers and knows us where it has no inbox.
    async fn any_sent(&self) -> Result<Response> {
        let request = self.request(Method::GET, "/messages")?.query("limit", "1");
        self.read(request).await
    }

    /// The page after one text, which is too large even alone.
    fn skipped(cursor: &Cursor, offset: usize, error: &CarrierError) -> InboundPage {
        let reason = "a text that the phone lists is too large even alone; it is skipped";
        let item = InboundItem::Unreadable { raw: error.to_string(), reason: reason.to_owned() };
        InboundPage {
            next: cursor.after_page(None, Some(offset.saturating_add(1).to_string())),
            items: vec![item],
            ..InboundPage::empty(cursor)
        }
    }

    /// The state of a text by its id; `None` if the phone has no such text.
    async fn state(&self, carrier_message_id: &str) -> Result<Option<Value>> {
        let id =
            segment(carrier_message_id).ok_or_else(|| protocol_error("a name of the phone's is no name"))?;
        match self.read_json(self.request(Method::GET, format!("/messages/{id}"))?).await {
            Ok((_, body)) if body["id"].as_str() == Some(carrier_message_id) => Ok(Some(body)),
            Ok(_) => Err(protocol_error("the phone tells of another text than it was asked for")),
            Err(error) if error.code.as_deref() == Some("HTTP404") => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn page_limit(&self) -> u32 {
        self.config.page_limit.clamp(1, 500)
    }
}

/// The error of a refused request. 400, 403, 404 and 501 are answered before anything is stored. 503 means a full queue, if it
/// comes from the phone (its errors are objects with a `message`) and not from a proxy.
fn refusal(response: &Response) -> CarrierError {
    let body = lenient_json::read(&response.body);
    let said = body["message"].as_str();
    let (kind, message) = match (response.status.as_u16(), said) {
        (400 | 422, Some(said)) if said.to_ascii_lowercase().contains("device") => {
            (ErrorKind::Config, "the phone's server knows no such device")
        }
        (400 | 413 | 415 | 422, _) => (ErrorKind::Permanent, "the phone refuses the request"),
        (403, _) => (ErrorKind::Config, "this login may not do that at the phone"),
        (501, _) => (ErrorKind::Config, "this app or server cannot do that: a newer one may"),
        (503, Some(_)) => (ErrorKind::RateLimited, "the phone's queue is full"),
        _ => return by_status(response.status).with_retry_after(response.retry_after()),
    };
    CarrierError::new(kind, message)
        .with_code(format!("HTTP{}", response.status.as_u16()))
        .with_retry_after(response.retry_after())
}

fn page_offset(page: Option<&str>) -> Result<usize> {
    page.map_or(Ok(0), |page| page.parse().map_err(|_| protocol_error("a page of the phone's has no number")))
}

#[async_trait]
impl Carrier for SmsGate {
    fn name(&self) -> &'static str {
        DRIVER.name
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: match self.config.is_push_only {
                true => InboundClass::PushOnly,
                false => InboundClass::Window { overlap: self.config.overlap },
            },
            idempotent_send: Some(KEY_MEMORY),
            lookup: Lookup::Exact,
            reports: ReportClass::PerMessage,
            min_poll: self.config.min_poll,
            limits: Limits { charset: Charset::Gsm7Ucs2, sms: 1, lms: self.config.max_segments.max(1) },
            sends_per_sec: self.config.sends_per_sec,
            photos_in: true,
            photos_out: None,
            push: self.config.signing_key.is_some(),
            lists_sent: true,
        }
    }

    /// Apps before mid-2026 date one text some seconds apart in the webhook and in the inbox.
    fn dates_by_two_clocks(&self) -> bool {
        true
    }

    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        let overlap = i64::try_from(self.config.overlap.as_millis()).unwrap_or(0);
        let from = cursor.since.saturating_sub(overlap).max(0);
        let (offset, limit) = (page_offset(cursor.page.as_deref())?, self.page_limit());
        let (limit, (response, list)) = match self
            .texts_size
            .read((1, limit), |limit| {
                Box::pin(async move { Ok((limit, self.inbox(from, limit, offset).await?)) })
            })
            .await
        {
            Ok(read) => read,
            Err(error) if error.is_too_large() => return Ok(Self::skipped(cursor, offset, &error)),
            Err(error) => return Err(error),
        };
        let next = wire::next_offset(offset, list.len(), limit as usize, wire::total(&response));
        // Must be read again while it is still inside the window.
        let fetched_by = self.link.now() - wire::DOWNLOAD_MS.min(overlap / 2);
        let items = wire::inbound_page(&list, &self.config.number, fetched_by);
        Ok(InboundPage {
            next: cursor.after_page(wire::newest(&items), next.map(|offset| offset.to_string())),
            items,
            clock_ahead_ms: self.link.clock_ahead_ms(&response),
            raw: response.body,
            ack: Vec::new(),
        })
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        link::no_photos(text)?;
        let mut request = self.request(Method::POST, "/messages")?;
        if text.citizen.e164().is_none() {
            request = request.query("skipPhoneValidation", "true");
        }
        let body = |now| wire::send_body(text, &self.config, now);
        let response = self.link.submit(text, |now| Ok(request.json(body(now)))).await?;
        let key = text.key.as_str();
        let taken = |repeated| Ok(Accepted { carrier_message_id: Some(key.to_owned()), repeated });
        match response.status {
            // The phone says why; a bare 409 may come from a proxy.
            StatusCode::CONFLICT if wire::has_message(&lenient_json::read(&response.body)) => taken(true),
            status if status.is_success() => match lenient_json::read(&response.body)["id"].as_str() {
                Some(id) if id == key => taken(false),
                _ => Err(error::unclear_send()),
            },
            _ => Err(refusal(&response)),
        }
    }

    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        if self.state(text.key.as_str()).await?.is_some() {
            return Ok(Reconciled::Found { carrier_message_id: text.key.as_str().to_owned() });
        }
        // After that the phone may have had the text and forgotten it.
        let remembers = self.link.is_key_kept(text, KEY_MEMORY);
        Ok(if remembers { Reconciled::SafeToRepeat } else { Reconciled::CannotTell })
    }

    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>> {
        Ok(self.state(carrier_message_id).await?.and_then(|body| wire::receipt(&body)))
    }

    async fn check(&self) -> Result<Option<i64>> {
        let asked = match self.config.is_push_only {
            true => None,
            false => Some(self.inbox(self.link.now(), 1, 0).await),
        };
        match asked {
            Some(Ok((response, _))) => Ok(self.link.clock_ahead_ms(&response)),
            Some(Err(error)) if error.kind != ErrorKind::NotOffered => Err(error),
            None | Some(Err(_)) => Ok(self.link.clock_ahead_ms(&self.any_sent().await?)),
        }
    }

    fn lists_texts(&self) -> bool {
        !self.has_no_list.load(Ordering::Relaxed)
    }

    async fn call_again(&self, since: UnixMs, until: UnixMs) -> Result<()> {
        let mut body = json!({
            "since": wire::time(since), "until": wire::time(until), "messageTypes": ["SMS", "MMS"], "triggerWebhooks": true,
        });
        if let Some(device) = &self.config.device {
            body["deviceId"] = device.as_str().into();
        }
        self.read(self.request(Method::POST, "/inbox/refresh")?.json(body)).await.map(drop)
    }

    async fn sent_since(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        let offset = page_offset(page)?;
        let (limit, (response, body)) = self
            .sent_size
            .read((1, SENT_LIMIT), |limit| {
                Box::pin(async move {
                    let mut request = self
                        .request(Method::GET, "/messages")?
                        .query("from", wire::time(since))
                        .query("to", wire::time(NEVER_MS))
                        .query("limit", limit.to_string())
                        .query("offset", offset.to_string());
                    request.query.extend(self.config.device.clone().map(|device| ("deviceId", device)));
                    Ok((limit, self.read_json(request).await?))
                })
            })
            .await?;
        let list =
            body.as_array().ok_or_else(|| protocol_error("a list of texts has a shape we do not know"))?;
        let next = wire::next_offset(offset, list.len(), limit as usize, wire::total(&response));
        Ok(SentPage {
            items: list.iter().filter_map(|item| wire::sent(item, since)).collect(),
            next: next.map(|offset| offset.to_string()),
        })
    }

    async fn fetch_media(&self, media: &MediaRef, most: usize) -> Result<Media> {
        let path = wire::media_path(&media.handle)
            .ok_or_else(|| protocol_error("a photo has no name at the phone"))?;
        let response = self.link.read_file(self.request(Method::GET, path)?, most).await;
        let response = response.and_then(Self::done).map_err(|error| {
            let gone = matches!(error.code.as_deref(), Some("HTTP404" | "HTTP501"));
            if gone { CarrierError { kind: ErrorKind::Permanent, ..error } } else { error }
        })?;
        Media::read(response, most)
    }

    fn push_mac(&self) -> Option<BodyMac> {
        push::mac(self.config.signing_key.as_ref()?.expose_secret())
    }

    fn push(&self, call: &PushCall<'_>) -> std::result::Result<Pushed, PushRefused> {
        let key = self.config.signing_key.as_ref().ok_or(PushRefused::NotOffered)?;
        push::read(call, key.expose_secret(), &self.config.number, !self.lists_texts())
    }
}

#[cfg(test)]
mod tests;
