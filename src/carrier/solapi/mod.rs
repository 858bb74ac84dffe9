//! SOLAPI, also CoolSMS (Korea): sends only; results by window or webhook, one photo out. It has no idempotency key: a
//! send in doubt is settled by searching its list of texts to this citizen for our key, which each carries as
//! `customFields.ref`. Sources: the official SDKs (npm 6.0.1, PyPI 5.0.3) and SOLAPI's documents (2022-09).
//!
//! - `mod.rs`: the driver, one method a call
//! - `settings.rs`: its section of the configuration
//! - `auth.rs`: the signature of every request
//! - `answer.rs`: the status of every answer
//! - `wire.rs`: the data inside
//! - `codes.rs`: what the codes mean
//! - `list.rs`: the list of texts, for doubts, results and as a whole
//! - `webhook.rs`: its webhooks

mod answer;
mod auth;
mod codes;
mod list;
mod settings;
mod webhook;
mod wire;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, header};
use serde_json::{Value, json};

pub use self::settings::SolapiConfig;
use self::wire::Taken;
use super::driver::Driver;
use super::error;
use super::http::{Http, Request, Response};
use super::link::Link;
use super::page_size::PageSize;
use super::report_cursor::ReportCursor;
use super::setup::NowFn;
use super::{
    Accepted, Caps, Carrier, CarrierError, InboundClass, Lookup, PushCall, PushRefused, Pushed, Reconciled,
    ReportClass, ReportPage, Result, SentPage,
};
use crate::carrier::lenient_json::text_or_number;
use crate::domain::UnixMs;
use crate::domain::media::{Photo, PhotoLimits};
use crate::domain::outbound::{OutboundKind, OutboundText};
use crate::domain::phone::PhoneKind;
use crate::domain::receipt::Receipt;
use crate::domain::text::Limits;

/// A text names one photo (`imageId`). The size is the least that any of its documents asks for.
const PHOTOS: PhotoLimits = PhotoLimits { n: 1, n_bytes: 200 * 1_000, ..PhotoLimits::KOREAN };

/// This carrier's line in the table of drivers.
pub(super) const DRIVER: Driver =
    Driver { name: "solapi", receives: false, read: settings::read, meaning: codes::meaning };

/// The driver. It keeps the carrier's rate limits itself.
#[derive(Debug)]
pub struct Solapi {
    config: SolapiConfig,
    link: Link,
    page_size: PageSize,
    report_cursor: ReportCursor,
}

impl Solapi {
    pub fn new(config: SolapiConfig, http: Http, now: NowFn) -> Self {
        let link = Link::new(http, now, (config.sends_per_sec, config.others_per_sec));
        Solapi { config, link, page_size: PageSize::default(), report_cursor: ReportCursor::default() }
    }

    /// Signed when it leaves: a signature is valid once, and for a quarter of an hour.
    fn signed(&self, request: Request) -> Result<Request> {
        let credentials = auth::header(&self.config, self.link.now(), &rand::random())?;
        Ok(request.header(header::AUTHORIZATION, credentials))
    }

    /// A request that only reads: every error is safe to retry.
    async fn read(&self, request: Request) -> Result<(Response, Value)> {
        let response = self.link.read_with(|| self.signed(request)).await?;
        let body = answer::read(&response).map_err(CarrierError::for_read)?;
        Ok((response, body))
    }

    /// Uploads a text's photo and returns the carrier's name for it. On any error the text itself was surely not taken.
    async fn upload(&self, text: &OutboundText) -> Result<Option<String>> {
        let photo = match text.photos.as_slice() {
            _ if text.kind != OutboundKind::Mms => return Ok(None),
            [] => return Ok(None),
            [photo] => photo,
            _ => return Err(error::permanent("this carrier takes one photo a text")),
        };
        self.upload_one(photo).await.map(Some).map_err(CarrierError::for_upload)
    }

    async fn upload_one(&self, photo: &Photo) -> Result<String> {
        let body = json!({ "type": "MMS", "file": STANDARD.encode(&photo.jpeg) });
        let (_, answer) = self.read(Request::new(Method::POST, "/storage/v1/files").json(body)).await?;
        text_or_number(&answer["fileId"]).ok_or_else(error::unnamed_photo)
    }
}

#[async_trait]
impl Carrier for Solapi {
    fn name(&self) -> &'static str {
        DRIVER.name
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: InboundClass::None,
            idempotent_send: None,
            lookup: Lookup::Scan,
            reports: ReportClass::Window,
            min_poll: self.config.min_poll,
            limits: Limits::KOREAN,
            sends_per_sec: self.config.sends_per_sec,
            photos_in: false,
            photos_out: Some(PHOTOS),
            push: self.config.webhook_secret.is_some(),
            lists_sent: true,
        }
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        if text.citizen.kind() == PhoneKind::Foreign {
            return Err(error::permanent("this carrier is asked for Korean numbers only"));
        }
        let photo = self.upload(text).await?;
        let request = Request::new(Method::POST, "/messages/v4/send-many/detail");
        let request = request.json(wire::send_body(text, photo.as_deref()));
        let response = self.link.submit(text, |_| self.signed(request)).await?;
        match wire::taken(&answer::read(&response)?) {
            Taken::Yes(carrier_message_id) => Ok(Accepted { carrier_message_id, repeated: false }),
            Taken::No(code) => Err(answer::refused(&code)),
            Taken::Unclear => Err(error::unclear_send()),
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
        let request = list::request().query("messageId", carrier_message_id).query("limit", "1");
        let (_, body) = self.read(request).await?;
        let items = wire::items(&body)?;
        let ours = items.iter().find(|(name, _)| name.as_deref() == Some(carrier_message_id));
        Ok(ours.and_then(|(name, item)| wire::ended(name.as_deref(), item)))
    }

    async fn check(&self) -> Result<Option<i64>> {
        let (response, _) = self.read(list::request().query("limit", "1")).await?;
        Ok(self.link.clock_ahead_ms(&response))
    }

    async fn sent_since(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        self.list_sent(since, page).await
    }

    fn push(&self, call: &PushCall<'_>) -> std::result::Result<Pushed, PushRefused> {
        webhook::read(self.config.webhook_secret.as_ref(), call)
    }
}

#[cfg(test)]
mod tests;
