//! Naver Cloud SENS, SMS v2 (Korea; also its zone for public bodies): sends only; the result of each text is queried,
//! photos out. It knows no key of ours: a send in doubt is looked up by number, words and time. Sources:
//! api.ncloud-docs.com (2026-07) and api-gov.ncloud-docs.com (2026-10), SMS v2 and "attachment create".
//!
//! - `mod.rs`: the driver, one method a call
//! - `settings.rs`: its section of the configuration
//! - `auth.rs`: the signature of every request
//! - `wire.rs`: the data inside
//!
//! The carrier's id of a text is the `requestId` of its send, because each request carries one text.

mod auth;
mod settings;
mod wire;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, Method, StatusCode};
use serde_json::{Value, json};

pub use self::settings::SensConfig;
use super::absence::{Look, PagesRead};
use super::credentials::secret_header;
use super::driver::Driver;
use super::error::{self, by_status, loggable_code, protocol_error};
use super::http::{Http, Request, Response};
use super::korea::clock;
use super::link::Link;
use super::setup::NowFn;
use super::{
    Accepted, Caps, Carrier, CarrierError, ErrorKind, InboundClass, Lookup, Reconciled, ReportClass, Result,
    SentPage, lenient_json,
};
use crate::carrier::lenient_json::text_or_number;
use crate::domain::UnixMs;
use crate::domain::media::PhotoLimits;
use crate::domain::outbound::{OutboundKind, OutboundText};
use crate::domain::phone::PhoneKind;
use crate::domain::receipt::Receipt;
use crate::domain::text::Limits;

/// The list as a whole ends this much ahead, for clocks that differ; `check` reads the last of it.
const AHEAD_MS: i64 = 60_000;
/// The most pages read to settle one doubt.
const MAX_PAGES: u64 = 20;
/// A query for requests may span 30 days; one less, because clocks differ.
const MOST_MS: i64 = 29 * 24 * 60 * 60 * 1000;

/// This carrier's line in the table of drivers.
pub(super) const DRIVER: Driver =
    Driver { name: "sens", receives: false, read: settings::read, meaning: wire::meaning };

/// The driver. It keeps the carrier's rate limits itself.
#[derive(Debug)]
pub struct Sens {
    config: SensConfig,
    link: Link,
}

impl Sens {
    pub fn new(config: SensConfig, http: Http, now: NowFn) -> Self {
        let link = Link::new(http, now, (config.sends_per_sec, config.others_per_sec));
        Sens { config, link }
    }

    fn request(&self, method: Method, what: &str) -> Result<Request> {
        let id = &self.config.service_id;
        let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b":-_".contains(&b));
        if !is_id {
            return Err(CarrierError::new(ErrorKind::Config, "the service id is none"));
        }
        Ok(Request::new(method, format!("/sms/v2/services/{id}/{what}")))
    }

    /// Signed when it leaves: a signature is valid for five minutes.
    fn signed(&self, request: Request) -> Result<Request> {
        let now = self.link.now();
        let signature = auth::signature(&self.config, &request, now)?;
        let header = HeaderName::from_static;
        let access = secrecy::ExposeSecret::expose_secret(&self.config.access_key);
        let access = secret_header(access)?;
        Ok(request
            .header(header("x-ncp-apigw-timestamp"), secret_header(&now.to_string())?)
            .header(header("x-ncp-iam-access-key"), access)
            .header(header("x-ncp-apigw-signature-v2"), secret_header(&signature)?))
    }

    /// A request that only reads: every error is safe to retry.
    async fn read(&self, request: Request) -> Result<(Response, Value)> {
        let response = self.link.read_with(|| self.signed(request)).await?;
        let body = answer(&response).map_err(CarrierError::for_read)?;
        Ok((response, body))
    }

    /// One page of requests between two times.
    async fn requested(&self, since: UnixMs, until: UnixMs, page: u64) -> Result<Value> {
        let request = self
            .request(Method::GET, "messages")?
            .query("requestStartTime", clock(since))
            .query("requestEndTime", clock(until.max(since)));
        let request = if page == 0 { request } else { request.query("pageIndex", page.to_string()) };
        Ok(self.read(request).await?.1)
    }

    /// Reads the requests once and says of each text what follows from them.
    async fn settled(&self, texts: &[&OutboundText]) -> Result<Vec<Reconciled>> {
        let (looks, window) = self.link.looks_for(texts);
        let asked = window.at_most(MOST_MS);
        let (mut read, mut is_at_end, mut is_readable) = (PagesRead::default(), false, true);
        let mut all: Vec<Alike> = texts.iter().map(|_| Alike::default()).collect();
        for page in 0..MAX_PAGES {
            let body = self.requested(asked.since, asked.until, page).await?;
            let items = wire::items(&body)?;
            for ((text, look), alike) in texts.iter().zip(&looks).zip(&mut all) {
                alike
                    .note(items.iter().copied().filter(|item| wire::is_alike(item, text)), look.likely_since);
            }
            is_readable &= items.iter().all(|item| wire::is_comparable(item));
            let n_new = read.note(items.iter().map(|item| wire::identity(item)), wire::total(&body));
            is_at_end = wire::is_whole(&body, read.n());
            if is_at_end || n_new == 0 {
                break;
            }
        }
        let is_whole = is_at_end && is_readable && read.is_all();
        let said = |(alike, look): (Alike, &Look)| match alike.ids.is_empty() {
            false => Reconciled::OneOf { carrier_message_ids: alike.ids },
            true => self.link.not_listed(look, asked, is_whole && !alike.is_one_before),
        };
        Ok(all.into_iter().zip(&looks).map(said).collect())
    }

    /// Uploads a text's photos and returns the carrier's names for them. On any error the text itself was surely not taken.
    async fn upload(&self, text: &OutboundText) -> Result<Vec<String>> {
        if text.kind != OutboundKind::Mms {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        for photo in &text.photos {
            let body = json!({ "fileName": photo.name, "fileBody": STANDARD.encode(&photo.jpeg) });
            let request = self.request(Method::POST, "files")?.json(body);
            let (_, answer) = self.read(request).await.map_err(CarrierError::for_upload)?;
            names.push(text_or_number(&answer["fileId"]).ok_or_else(error::unnamed_photo)?);
        }
        Ok(names)
    }
}

/// What of a list is to the same number and in the same words as one text.
#[derive(Default)]
struct Alike {
    /// Those that may be it, as the list has them.
    ids: Vec<String>,
    /// There is one that would be it if a clock was set.
    is_one_before: bool,
}

impl Alike {
    fn note<'a>(&mut self, alike: impl Iterator<Item = &'a Value>, likely_since: UnixMs) {
        for item in alike {
            match wire::name_of(item).filter(|_| !wire::is_before(item, likely_since)) {
                None => self.is_one_before = true,
                Some(id) if self.ids.contains(&id) => {}
                Some(id) => self.ids.push(id),
            }
        }
    }
}

/// The body of a success, or what the status means for a send.
fn answer(response: &Response) -> Result<Value> {
    let body = lenient_json::read(&response.body);
    let status = response.status;
    if status.is_success() && body.is_object() {
        return Ok(body);
    }
    // {"error":{"errorCode":"200","message":"Authentication Failed"}} of the gate, {"status":400,"errors":[..]} of the service
    let code = text_or_number(&body["error"]["errorCode"]).or_else(|| text_or_number(&body["errorCode"]));
    let error = match status {
        StatusCode::BAD_REQUEST if body.is_object() => {
            error::call_refused(ErrorKind::Permanent).with_code("HTTP400")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            CarrierError::new(ErrorKind::Permanent, "the carrier refused the call: it is too large")
                .with_code("HTTP413")
        }
        _ => by_status(status),
    };
    let error = match code {
        Some(code) => error.with_code(loggable_code(&code, 8)),
        None => error,
    };
    Err(error.with_retry_after(response.retry_after()))
}

#[async_trait]
impl Carrier for Sens {
    fn name(&self) -> &'static str {
        DRIVER.name
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: InboundClass::None,
            idempotent_send: None,
            lookup: Lookup::Scan,
            reports: ReportClass::PerMessage,
            min_poll: self.config.min_poll,
            limits: Limits::KOREAN,
            sends_per_sec: self.config.sends_per_sec,
            photos_in: false,
            photos_out: Some(PhotoLimits::KOREAN),
            push: false,
            lists_sent: true,
        }
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        if text.citizen.kind() == PhoneKind::Foreign {
            return Err(error::permanent("this carrier is asked for Korean numbers only"));
        }
        if text.photos.len() > PhotoLimits::KOREAN.n {
            return Err(error::permanent("this carrier takes three photos a text"));
        }
        let photos = self.upload(text).await?;
        let request = self.request(Method::POST, "messages")?.json(wire::send_body(text, &photos));
        let response = self.link.submit(text, |_| self.signed(request)).await?;
        let body = answer(&response)?;
        match text_or_number(&body["requestId"]) {
            // Only 202 with its code is documented as accepted.
            Some(id) if text_or_number(&body["statusCode"]).as_deref() == Some("202") => {
                Ok(Accepted { carrier_message_id: Some(id), repeated: false })
            }
            _ => Err(error::unclear_send()),
        }
    }

    /// Texts to this number with these words since the first attempt. One is ours if no other text of ours has its id.
    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        Ok(self.settled(&[text]).await?.pop().unwrap_or(Reconciled::CannotTell))
    }

    async fn reconcile_all(&self, texts: &[&OutboundText]) -> Result<Option<Vec<Reconciled>>> {
        self.settled(texts).await.map(Some)
    }

    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>> {
        let request = self.request(Method::GET, "messages")?.query("requestId", carrier_message_id);
        let (_, body) = self.read(request).await?;
        let items = wire::items(&body)?;
        let ours = items.iter().find(|item| wire::name_of(item).as_deref() == Some(carrier_message_id));
        Ok(ours.and_then(|item| wire::ended(item)))
    }

    async fn check(&self) -> Result<Option<i64>> {
        let now = self.link.now();
        let request = self
            .request(Method::GET, "messages")?
            .query("requestStartTime", clock(now.saturating_sub(AHEAD_MS)))
            .query("requestEndTime", clock(now));
        let (response, _) = self.read(request).await?;
        Ok(response.date_ms().map(|date| date - now))
    }

    async fn sent_since(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        let n: u64 = match page {
            None => 0,
            Some(word) => word.parse().map_err(|_| protocol_error("there is no such page"))?,
        };
        let until = self.link.now().saturating_add(AHEAD_MS).min(since.saturating_add(MOST_MS));
        let body = self.requested(since, until, n).await?;
        let entries = wire::items(&body)?;
        let is_last = wire::is_whole(&body, entries.len()) || entries.is_empty();
        let items = entries.iter().filter_map(|item| wire::listed(item, since)).collect();
        Ok(SentPage { items, next: (!is_last).then(|| (n + 1).to_string()) })
    }
}

#[cfg(test)]
mod tests;
