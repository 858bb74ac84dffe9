//! NHN Cloud SMS v3.0 (Korea): sends only; results by window or webhook, photos out. It has no idempotency key: a
//! send in doubt is settled by asking its list for our key, which each text carries as `recipientGroupingKey`. Sources:
//! NHN's API guide v3.0, tables of result codes and document of webhooks (2026-06).
//!
//! - `mod.rs`: the driver, one method a call
//! - `settings.rs`: its section of the configuration
//! - `answer.rs`: the header of every answer
//! - `wire.rs`: the data inside
//! - `codes.rs`: what the codes mean
//! - `list.rs`: the list of what was sent
//! - `results.rs`: results by the time they were changed
//! - `photos.rs`: uploads of outbound photos
//! - `webhook.rs`: its webhooks

mod answer;
mod codes;
mod list;
mod photos;
mod results;
mod settings;
mod webhook;
mod wire;

use async_trait::async_trait;
use http::{HeaderName, Method};
use secrecy::ExposeSecret;
use serde_json::Value;

pub use self::settings::NhnConfig;
use super::credentials::secret_header;
use super::driver::Driver;
use super::error::{self, protocol_error};
use super::http::{Http, Request, Response, segment};
use super::korea::clock;
use super::link::Link;
use super::page_size::PageSize;
use super::report_cursor::ReportCursor;
use super::setup::NowFn;
use super::{
    Accepted, Caps, Carrier, CarrierError, ErrorKind, InboundClass, Lookup, PushCall, PushRefused, Pushed,
    Reconciled, ReportClass, ReportPage, Result, SentPage,
};
use crate::domain::UnixMs;
use crate::domain::media::PhotoLimits;
use crate::domain::outbound::OutboundText;
use crate::domain::receipt::Receipt;
use crate::domain::text::Limits;

/// `check` reads the results of the last minute.
const CHECK_BACK_MS: i64 = 60_000;

/// This carrier's line in the table of drivers.
pub(super) const DRIVER: Driver =
    Driver { name: "nhn", receives: false, read: settings::read, meaning: codes::meaning };

/// The driver. It keeps the carrier's rate limits itself.
#[derive(Debug)]
pub struct Nhn {
    config: NhnConfig,
    link: Link,
    sent_size: PageSize,
    results_size: PageSize,
    report_cursor: ReportCursor,
}

impl Nhn {
    pub fn new(config: NhnConfig, http: Http, now: NowFn) -> Self {
        let link = Link::new(http, now, (config.sends_per_sec, config.others_per_sec));
        Nhn {
            config,
            link,
            sent_size: PageSize::default(),
            results_size: PageSize::default(),
            report_cursor: ReportCursor::default(),
        }
    }

    /// `rest` begins with `/`, and everything in it is encoded.
    fn request(&self, method: Method, rest: &str) -> Result<Request> {
        let app_key = segment(self.config.app_key.expose_secret())
            .ok_or_else(|| CarrierError::new(ErrorKind::Config, "the app key is none"))?;
        let secret = secret_header(self.config.secret_key.expose_secret())?;
        let request = Request::new(method, format!("/sms/v3.0/appKeys/{app_key}{rest}"));
        Ok(request.header(HeaderName::from_static("x-secret-key"), secret))
    }

    /// A request that only reads: every error is safe to retry.
    async fn read(&self, request: Request) -> Result<(Response, Value)> {
        let response = self.link.read(request).await?;
        let body = answer::read(&response).map_err(CarrierError::for_read)?;
        Ok((response, body))
    }

    /// The receipt of a text in the list of one kind, if it is there.
    async fn one(&self, sort: &str, request_id: &str, seq: &str) -> Result<Option<Receipt>> {
        let last = error::name_segment(request_id)?;
        let path = format!("/sender/{sort}/{last}");
        match self.read(self.request(Method::GET, &path)?.query("recipientSeq", seq)).await {
            Ok((_, body)) => {
                let data = &body["data"];
                let mut all = data.as_array().map_or(std::slice::from_ref(data), Vec::as_slice).iter();
                let wanted = format!("{request_id}:{seq}");
                Ok(all.find(|item| wire::name_of(item) == Some(wanted.clone())).and_then(wire::ended))
            }
            Err(error) if error.code.as_deref().is_some_and(|code| codes::NOT_FOUND.contains(&code)) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Carrier for Nhn {
    fn name(&self) -> &'static str {
        DRIVER.name
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: InboundClass::None,
            idempotent_send: None,
            lookup: Lookup::Exact,
            reports: ReportClass::Window,
            min_poll: self.config.min_poll,
            limits: Limits::KOREAN,
            sends_per_sec: self.config.sends_per_sec,
            photos_in: false,
            photos_out: Some(PhotoLimits::KOREAN),
            push: self.config.webhook_signature.is_some(),
            lists_sent: true,
        }
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        let request = self.request(Method::POST, &format!("/sender/{}", wire::sort(text.kind)))?;
        let files = self.upload(text).await?;
        let request = request.json(wire::send_body(text, &files));
        let response = self.link.submit(text, |_| Ok(request)).await?;
        match wire::taken(&answer::read(&response)?) {
            Some((code, Some(name))) if code == codes::OK => {
                Ok(Accepted { carrier_message_id: Some(name), repeated: false })
            }
            Some((code, _)) if code != codes::OK => {
                Err(answer::refused(&code).with_retry_after(response.retry_after()))
            }
            _ => Err(error::unclear_send()),
        }
    }

    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        self.find_sent(text).await
    }

    async fn poll_reports(&self) -> Result<ReportPage> {
        self.next_results().await
    }

    async fn ack_reports(&self, token: &str) -> Result<()> {
        self.report_cursor.state().acked(token);
        Ok(())
    }

    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>> {
        let (request_id, seq) = wire::parts(carrier_message_id)
            .ok_or_else(|| protocol_error("a name of the carrier's is no name"))?;
        // The id does not tell the kind of the text.
        match self.one("sms", request_id, seq).await? {
            Some(receipt) => Ok(Some(receipt)),
            None => self.one("mms", request_id, seq).await,
        }
    }

    async fn check(&self) -> Result<Option<i64>> {
        let now = self.link.now();
        let request = self
            .request(Method::GET, "/message-results")?
            .query("startUpdateDate", clock(now.saturating_sub(CHECK_BACK_MS)))
            .query("endUpdateDate", clock(now))
            .query("pageNum", "1")
            .query("pageSize", "1");
        let (response, _) = self.read(request).await?;
        Ok(response.date_ms().map(|date| date - now))
    }

    async fn sent_since(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        self.list_sent(since, page).await
    }

    fn push(&self, call: &PushCall<'_>) -> std::result::Result<Pushed, PushRefused> {
        webhook::read(self.config.webhook_signature.as_ref(), call)
    }
}

#[cfg(test)]
mod tests;
