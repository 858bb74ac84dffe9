//! LG U+ Message Hub (Korea), the carrier of a representative number: texts and photos in by polling (taken for read-once)
//! and webhook, sends under our key, reports that are acked, look-up by our key. Sources: the official sample
//! (total-msg-hub/restapi_sample 8e54d179), its page on reports (v1.2), a client in production (kotify 76616136) with the
//! vendor's table of codes of 2026-02-20.
//!
//! - `mod.rs`: the driver, one method a call
//! - `settings.rs`: its section of the configuration
//! - `login.rs`: the token every request needs
//! - `wire.rs`: the data inside
//! - `codes.rs`: what the codes mean
//! - `webhook.rs`: its webhooks
//!
//! The carrier's id of a text is our key with the day it left, because look-ups need both.

mod codes;
mod login;
mod settings;
mod webhook;
mod wire;

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, StatusCode, header};
use serde_json::Value;
use url::Url;

use self::login::Login;
pub use self::settings::MsghubConfig;
use self::wire::Found;
use super::credentials::secret_header;
use super::driver::Driver;
use super::error::{self, by_status, no_answer, no_file, protocol_error};
use super::http::{Http, HttpFailure, Request, Response};
use super::link::Link;
use super::push::{PushCall, PushRefused, Pushed};
use super::setup::NowFn;
use super::{
    Accepted, Caps, Carrier, CarrierError, ErrorKind, InboundClass, InboundPage, Lookup, Media, Reconciled,
    ReportClass, ReportPage, Result, lenient_json,
};
use crate::domain::inbound::Cursor;
use crate::domain::media::{MediaRef, PhotoLimits};
use crate::domain::outbound::{ClientKey, OutboundText};
use crate::domain::phone::PhoneKind;
use crate::domain::receipt::Receipt;
use crate::domain::text::Limits;

/// After an empty answer the next request must wait this long (the page on reports; assumed for texts too).
const QUIET_MS: i64 = 10_000;
/// A repeated key is refused within this time (29005).
const KEY_MEMORY: Duration = Duration::from_secs(600);
/// Tolerance for clocks that differ: around midnight a text may be listed under the neighbouring day.
const MIDNIGHT_MS: i64 = 10 * 60 * 1000;
/// `check` asks for a text that does not exist, because reading real ones could remove them.
const NO_TEXT: &str = "munja-check";

/// This carrier's line in the table of drivers.
pub(super) const DRIVER: Driver =
    Driver { name: "msghub", receives: true, read: settings::read, meaning: codes::meaning };

/// The driver. It keeps the carrier's rate limits itself.
pub struct Msghub {
    config: MsghubConfig,
    link: Link,
    /// Sends have their own host.
    send_http: Http,
    login: Login,
    /// Times of the last empty answers for texts and receipts.
    no_texts_at: AtomicI64,
    no_receipts_at: AtomicI64,
}

impl fmt::Debug for Msghub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Msghub")
    }
}

/// Result of a request with a token.
type Answered = std::result::Result<Response, HttpFailure>;

impl Msghub {
    /// `send_http` is the client for the host of sends.
    pub fn new(config: MsghubConfig, http: Http, send_http: Http, now: NowFn) -> Self {
        let link = Link::new(http, now, (config.sends_per_sec, config.others_per_sec));
        Msghub {
            config,
            send_http: link.other_host(send_http),
            link,
            login: Login::default(),
            no_texts_at: AtomicI64::new(i64::MIN / 2),
            no_receipts_at: AtomicI64::new(i64::MIN / 2),
        }
    }

    /// Makes a call with a token. A call refused only for its token had no effect and is repeated once with a new token.
    async fn call(&self, http: &Http, make: impl Fn() -> Request + Send) -> Result<Answered> {
        for is_last in [false, true] {
            let token = self.login.token(&self.link.http, &self.config, self.link.now()).await?;
            let bearer = secret_header(&format!("Bearer {token}"))?;
            let answered = http.call(make().header(header::AUTHORIZATION, bearer)).await;
            match &answered {
                Ok(response) if !is_last && is_token_refused(response) => self.login.forget(&token).await,
                _ => return Ok(answered),
            }
        }
        Err(CarrierError::new(ErrorKind::Auth, "the carrier refuses our log-in"))
    }

    /// A request that only reads: every error is safe to retry.
    async fn read(&self, make: impl Fn() -> Request + Send) -> Result<(Response, Value)> {
        let _permit = self.link.others.acquire().await;
        let response = self.call(&self.link.http, make).await.map_err(CarrierError::for_read)?;
        let response = response.map_err(|f| no_answer(&f, ErrorKind::Transient))?;
        let body = lenient_json::read(&response.body);
        if response.status.is_success() && wire::is_success(&body) {
            return Ok((response, body));
        }
        Err(refusal(&response, &body).for_read())
    }

    /// Looks up a text by our key and one day. One day per request, because the answer does not name the day.
    async fn find(&self, key: &str, day: &str) -> Result<(Response, Value)> {
        self.read(|| Request::new(Method::POST, "/msg/v1/sent").json(wire::sent_question(key, day))).await
    }

    fn is_quiet(&self, since: &AtomicI64) -> bool {
        let since = since.load(Ordering::Relaxed);
        let now = self.link.now();
        // A clock set back must not stop polling.
        (0..QUIET_MS).contains(&now.saturating_sub(since))
    }
}

/// Whether the code of our text and that of the whole answer both say that the carrier had the text before. It is not
/// documented which of them says it.
fn is_repetition(own: Option<&str>, whole: Option<&str>) -> bool {
    let agrees = |code: Option<&str>| matches!(code, None | Some(codes::REPEATED));
    agrees(own) && (agrees(whole) || whole == Some(codes::OK))
}

/// Whether both say that the text was taken.
fn is_taken(own: Option<&str>, whole: Option<&str>) -> bool {
    (own, whole) == (Some(codes::OK), Some(codes::OK))
}

/// What is left of texts that the carrier has forgotten: whole ones, and all the bytes.
fn rest_of(raw: Bytes, reason: &str, cursor: &Cursor) -> InboundPage {
    let body = lenient_json::read_rest(&raw);
    let whole = wire::inbound_page(wire::inbound_list(&body).unwrap_or_default(), &raw);
    InboundPage::unreadable(raw, reason, cursor).with_rescued(whole)
}

fn is_token_refused(response: &Response) -> bool {
    let code = wire::code(&lenient_json::read(&response.body));
    response.status == StatusCode::UNAUTHORIZED && code.as_deref().is_none_or(codes::is_token)
}

/// The error of a refused request: by its code, or else by its status.
fn refusal(response: &Response, body: &Value) -> CarrierError {
    let code = wire::code(body);
    let status = response.status;
    let error = match code.as_deref() {
        // A 5xx leaves open how far the request came, whatever code stands in it.
        _ if status.is_server_error() => by_status(status),
        Some(code) => error::call_refused(codes::refusal(code, status)),
        None => by_status(status),
    };
    let error = match code {
        Some(code) => error.with_code(code),
        None => error,
    };
    error.with_retry_after(response.retry_after())
}

#[async_trait]
impl Carrier for Msghub {
    fn name(&self) -> &'static str {
        DRIVER.name
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: InboundClass::ReadOnce,
            idempotent_send: Some(KEY_MEMORY),
            lookup: Lookup::Exact,
            reports: ReportClass::AckQueue,
            min_poll: Duration::from_millis(QUIET_MS.unsigned_abs()),
            limits: Limits::KOREAN,
            sends_per_sec: self.config.sends_per_sec,
            photos_in: true,
            photos_out: Some(PhotoLimits::KOREAN),
            push: self.config.webhook_secret.is_some(),
            lists_sent: false,
        }
    }

    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        if self.is_quiet(&self.no_texts_at) {
            return Ok(InboundPage::empty(cursor));
        }
        let _permit = self.link.others.acquire().await;
        let answered = self.call(&self.link.http, || Request::new(Method::GET, "/mo/v1/msg")).await;
        let response = match answered.map_err(CarrierError::for_read)? {
            Ok(response) => response,
            Err(failure) if failure.partial.is_empty() => {
                return Err(no_answer(&failure, ErrorKind::Ambiguous));
            }
            Err(failure) => {
                let reason = "the answer broke off: texts may be missing";
                return Ok(rest_of(failure.partial, reason, cursor));
            }
        };
        let body = lenient_json::read(&response.body);
        let list = wire::inbound_list(&body);
        let has_texts = list.is_some_and(|list| !list.is_empty());
        let is_page = has_texts || (response.status.is_success() && wire::is_success(&body));
        if !is_page {
            // A code without texts is a refusal; anything else inside a success is the rest of a page.
            return match response.status.is_success()
                && wire::code(&body).is_none()
                && !response.body.is_empty()
            {
                true => Ok(rest_of(response.body, "a page of texts has a shape we do not know", cursor)),
                false => Err(refusal(&response, &body).for_take(response.status)),
            };
        }
        let Some(list) = list else {
            return Ok(rest_of(response.body, "a page of texts has a shape we do not know", cursor));
        };
        if list.is_empty() {
            self.no_texts_at.store(self.link.now(), Ordering::Relaxed);
        }
        let items = wire::inbound_page(list, &response.body);
        let more = (!items.is_empty()).then(|| "more".to_owned());
        Ok(InboundPage {
            next: cursor.after_page(wire::newest(&items), more),
            clock_ahead_ms: self.link.clock_ahead_ms(&response),
            items,
            ack: Vec::new(),
            raw: response.body,
        })
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        if text.citizen.kind() == PhoneKind::Foreign {
            return Err(error::permanent("this carrier is asked for Korean numbers only"));
        }
        if text.photos.len() > PhotoLimits::KOREAN.n {
            return Err(error::permanent("this carrier takes three photos a text"));
        }
        let _permit = self.link.sends.acquire().await;
        let now = self.link.not_too_old(text)?;
        let name = wire::name(text.key.as_str(), &wire::day(now));
        let answered = self.call(&self.send_http, || wire::send_request(text)).await?;
        let response = answered.map_err(|f| no_answer(&f, ErrorKind::Ambiguous))?;
        let body = lenient_json::read(&response.body);
        let accepted = |repeated| Ok(Accepted { carrier_message_id: Some(name.clone()), repeated });
        let (own, whole) = (wire::taken(&body, text.key.as_str()), wire::code(&body));
        match own.as_deref().or(whole.as_deref()) {
            _ if response.status.is_server_error() => Err(refusal(&response, &body)),
            Some(codes::REPEATED) if is_repetition(own.as_deref(), whole.as_deref()) => accepted(true),
            Some(codes::OK) if response.status.is_success() && is_taken(own.as_deref(), whole.as_deref()) => {
                accepted(false)
            }
            // One of the two says that the carrier had it, the other does not.
            Some(codes::REPEATED) => Err(error::unclear_send()),
            _ if whole.as_deref() == Some(codes::REPEATED) => Err(error::unclear_send()),
            Some(code) if code != codes::OK => {
                let kind = codes::refusal(code, response.status);
                Err(error::not_taken(kind, code).with_retry_after(response.retry_after()))
            }
            _ if response.status.is_success() => Err(error::unclear_send()),
            _ => Err(refusal(&response, &body)),
        }
    }

    /// Searches every day on which an attempt can have left: the one in doubt may be later than the first.
    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        let key = text.key.as_str();
        let look = self.link.look_for(text);
        let days = wire::days(look.window.since, look.window.until);
        let mut is_absent = days.is_whole;
        for day in days.all {
            let (_, body) = self.find(key, &day).await?;
            match wire::found(&body, key) {
                Found::Here => return Ok(Reconciled::Found { carrier_message_id: wire::name(key, &day) }),
                Found::Nowhere => {}
                Found::Unclear => is_absent = false,
            }
        }
        Ok(self.link.not_listed(&look, look.window, is_absent))
    }

    async fn poll_reports(&self) -> Result<ReportPage> {
        if self.is_quiet(&self.no_receipts_at) {
            return Ok(ReportPage { raw: Bytes::new(), items: Vec::new(), ack: None });
        }
        let (response, body) = self.read(|| Request::new(Method::GET, "/msg/v1.2/report")).await?;
        let list = wire::report_list(&body)
            .ok_or_else(|| protocol_error("a page of reports has a shape we do not know"))?;
        if list.is_empty() {
            self.no_receipts_at.store(self.link.now(), Ordering::Relaxed);
        }
        let ack = wire::report_key(&body);
        Ok(ReportPage { raw: response.body, items: list.iter().map(wire::report).collect(), ack })
    }

    async fn ack_reports(&self, token: &str) -> Result<()> {
        let body = serde_json::json!({ "rptKeyLst": [token] });
        self.read(|| Request::new(Method::POST, "/msg/v1.2/report/result").json(body.clone()))
            .await
            .map(|_| ())
    }

    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>> {
        let (key, day) =
            wire::parse_name(carrier_message_id).ok_or_else(|| protocol_error("a text has an odd name"))?;
        let key: ClientKey = key;
        let today = wire::day(self.link.now().saturating_add(MIDNIGHT_MS));
        // It left around midnight, or a clock was wrong.
        let neighbours = wire::neighbours(&day).into_iter().filter(|day| *day <= today);
        for day in std::iter::once(day.clone()).chain(neighbours) {
            let (_, body) = self.find(key.as_str(), &day).await?;
            if wire::found(&body, key.as_str()) != Found::Nowhere {
                return Ok(wire::fate(&body, key.as_str()));
            }
        }
        Ok(None)
    }

    async fn check(&self) -> Result<Option<i64>> {
        let (response, _) = self.find(NO_TEXT, &wire::day(self.link.now())).await?;
        Ok(self.link.clock_ahead_ms(&response))
    }

    /// The address needs no login and works for about a day.
    async fn fetch_media(&self, media: &MediaRef, most: usize) -> Result<Media> {
        let url = Url::parse(&media.handle).map_err(|_| protocol_error("a photo has an odd address"))?;
        let _permit = self.link.others.acquire().await;
        let response = self.link.http.fetch(url, Vec::new(), most).await;
        let response = response.map_err(|f| no_file(&f))?;
        match response.status.as_u16() {
            200 => Media::read(response, most),
            403 | 404 | 410 => Err(CarrierError::new(ErrorKind::Permanent, "the photo is gone")),
            _ => Err(by_status(response.status).for_read()),
        }
    }

    fn push(&self, call: &PushCall<'_>) -> std::result::Result<Pushed, PushRefused> {
        webhook::read(self.config.webhook_secret.as_ref(), call)
    }
}

#[cfg(test)]
mod tests;
