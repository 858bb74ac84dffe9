//! Bizgo (Infobank, Korea): texts by window, sends with an idempotency key, photos out, acked reports, webhooks for texts
//! and reports. Sources: the official OpenAPI document 1.2.0 and error table.
//!
//! A send in doubt is settled by scanning the list of sent texts for our key. If the key is not there and the carrier still
//! remembers keys, sending again with the same key is safe: `A301` then means that the first one was accepted.
//!
//! - `mod.rs`: the driver, one method a call
//! - `settings.rs`: its section of the configuration
//! - `answer.rs`: the two layers of codes around every answer
//! - `wire.rs`: the data inside
//! - `codes.rs`: what its answers' codes mean for us
//! - `reports.rs`: what its reports' codes mean
//! - `search.rs`: the sent list
//! - `photos.rs`: uploads of outbound photos
//! - `webhook.rs`: its webhooks

mod answer;
mod codes;
mod photos;
mod reports;
mod search;
mod settings;
mod webhook;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use http::{Method, header};
use secrecy::ExposeSecret;
use serde_json::Value;

use self::answer::{Answer, plain};
use self::search::Search;
pub use self::settings::BizgoConfig;
use super::absence::Look;
use super::credentials::secret_header;
use super::driver::Driver;
use super::error::{self, protocol_error};
use super::http::{Http, Request, Response};
use super::link::Link;
use super::page_size::PageSize;
use super::setup::NowFn;
use super::{
    Accepted, Caps, Carrier, CarrierError, InboundClass, InboundPage, Lookup, PushCall, PushRefused, Pushed,
    Reconciled, ReportClass, ReportPage, Result, SentPage,
};
use crate::carrier::lenient_json::text_or_number;
use crate::domain::UnixMs;
use crate::domain::inbound::{Cursor, InboundItem};
use crate::domain::media::PhotoLimits;
use crate::domain::outbound::OutboundText;
use crate::domain::receipt::Receipt;
use crate::domain::text::Limits;

/// How long the carrier is asked to remember a key; the longest it offers.
const KEY_MEMORY: Duration = Duration::from_secs(86_400);
/// Size of the first page when few new texts are expected.
const BRIEF_PAGE: u32 = 20;
/// `check` reads the texts of the last minute.
const CHECK_BACK_MS: i64 = 60_000;

/// This carrier's line in the table of drivers.
pub(super) const DRIVER: Driver =
    Driver { name: "bizgo", receives: true, read: settings::read, meaning: codes::meaning };

/// The driver. It keeps the carrier's rate limits itself.
#[derive(Debug)]
pub struct Bizgo {
    config: BizgoConfig,
    link: Link,
    texts_size: PageSize,
    sent_size: PageSize,
}

impl Bizgo {
    pub fn new(config: BizgoConfig, http: Http, now: NowFn) -> Self {
        let link = Link::new(http, now, (config.sends_per_sec, config.others_per_sec));
        Bizgo { config, link, texts_size: PageSize::default(), sent_size: PageSize::default() }
    }

    fn request(&self, method: Method, path: String) -> Result<Request> {
        let key = secret_header(self.config.api_key.expose_secret())?;
        Ok(Request::new(method, path).header(header::AUTHORIZATION, key))
    }

    /// A request that only reads: every error is safe to retry.
    async fn read(&self, request: Request) -> Result<(Response, Value)> {
        let response = self.link.read(request).await?;
        match answer::read(&response) {
            Answer::Data(data) => Ok((response, data)),
            Answer::Repetition => Err(protocol_error("a reading request is answered like a send")),
            Answer::Refused(error) => Err(error.for_read()),
        }
    }

    /// Reads the sent list once and says of each text what follows from it.
    async fn settled(&self, texts: &[&OutboundText]) -> Result<Vec<Reconciled>> {
        let (looks, asked) = self.link.looks_for(texts);
        let found = self.find_sent(texts, asked.since).await?;
        let said = |((text, look), found): ((&&OutboundText, &Look), Search)| {
            let remembers = self.link.is_key_kept(text, KEY_MEMORY);
            match found {
                Search::Found(carrier_message_id) => Reconciled::Found { carrier_message_id },
                // The key may count as used: a repeat could be answered as if the text had been accepted.
                Search::Refused => Reconciled::CannotTell,
                Search::Absent | Search::Unclear if remembers => Reconciled::SafeToRepeat,
                Search::Absent => self.link.not_listed(look, asked, true),
                Search::Unclear => Reconciled::CannotTell,
            }
        };
        Ok(texts.iter().zip(&looks).zip(found).map(said).collect())
    }

    fn texts_since(&self, since: UnixMs, limit: u32, page: Option<&str>) -> Result<Request> {
        let mut request = self.request(Method::GET, "/api/comm/v1/message/history/mo".to_owned())?;
        request.query.push(("occurredTime", wire::offset_time(since)));
        request.query.push(("limit", limit.clamp(1, 1_000).to_string()));
        request.query.extend(self.config.mo_number.clone().map(|number| ("to", number)));
        request.query.extend(page.map(|page| ("lastSeq", page.to_owned())));
        Ok(request)
    }

    async fn messages_since(
        &self,
        since: UnixMs,
        limit: u32,
        page: Option<&str>,
    ) -> Result<(Response, Value)> {
        self.read(self.texts_since(since, limit, page)?).await
    }

    /// The place behind a text that is too large even alone: it stands at the beginning of the answer. Only the answer with the
    /// text says it; without it, the texts behind cannot be read.
    async fn step_behind(
        &self,
        since: UnixMs,
        cursor: &Cursor,
        too_large: CarrierError,
    ) -> Result<InboundPage> {
        let asked = cursor.page.as_deref();
        let head = match self.link.read_or_head(self.texts_since(since, 1, asked)?).await? {
            // It is another one by now, or has gone.
            Ok(_) => return Err(too_large),
            Err(head) => head,
        };
        let next = wire::place_behind(&head, asked).ok_or_else(|| too_large.clone())?;
        let reason = "a text that the carrier lists is too large even alone; it is skipped";
        let item = InboundItem::Unreadable { raw: too_large.to_string(), reason: reason.to_owned() };
        Ok(InboundPage {
            next: cursor.after_page(None, next),
            items: vec![item],
            ..InboundPage::empty(cursor)
        })
    }
}

/// A path that ends in an id of the carrier.
fn path(start: &str, word: &str) -> Result<String> {
    let last = error::name_segment(word)?;
    Ok(format!("{start}/{last}"))
}

#[async_trait]
impl Carrier for Bizgo {
    fn name(&self) -> &'static str {
        DRIVER.name
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: InboundClass::Window { overlap: self.config.overlap },
            idempotent_send: Some(KEY_MEMORY),
            lookup: Lookup::Scan,
            reports: ReportClass::AckQueue,
            min_poll: self.config.min_poll,
            limits: Limits::KOREAN,
            sends_per_sec: self.config.sends_per_sec,
            photos_in: false,
            photos_out: Some(PhotoLimits::KOREAN),
            push: self.config.webhook_secret.is_some(),
            lists_sent: true,
        }
    }

    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        let overlap = i64::try_from(self.config.overlap.as_millis()).unwrap_or(0);
        let since = cursor.since.saturating_sub(overlap);
        let asked = cursor.page.as_deref();
        let limit = self.config.page_limit.min(if cursor.brief { BRIEF_PAGE } else { u32::MAX });
        let read = self
            .texts_size
            .read((1, limit.clamp(1, 1_000)), |limit| {
                Box::pin(async move {
                    let (response, data) = self.messages_since(since, limit, asked).await?;
                    wire::messages(&data)?;
                    Ok((response, data, limit))
                })
            })
            .await;
        let (response, data, limit) = match read {
            Ok(read) => read,
            Err(error) if error.is_too_large() => return self.step_behind(since, cursor, error).await,
            Err(error) => return Err(error),
        };
        let page = wire::page(&data, limit, asked)?;
        Ok(InboundPage {
            next: cursor.after_page(page.newest, page.next),
            items: page.items,
            clock_ahead_ms: self.link.clock_ahead_ms(&response),
            raw: response.body,
            ack: Vec::new(),
        })
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        let request = self.request(Method::POST, "/api/comm/v1/send/omni".to_owned())?;
        let files = self.upload(text).await?;
        let body = |now| wire::send_body(text, &files, KEY_MEMORY.as_secs(), now);
        let response = self.link.submit(text, |now| Ok(request.json(body(now)))).await?;
        let repetition = |carrier_message_id| Ok(Accepted { carrier_message_id, repeated: true });
        let data = match answer::read(&response) {
            Answer::Data(data) => data,
            Answer::Repetition => return repetition(None),
            Answer::Refused(error) => return Err(error),
        };
        match wire::destination(&data) {
            Some((code, carrier_message_id)) => match code.as_str() {
                codes::OK => Ok(Accepted { carrier_message_id, repeated: false }),
                codes::DUPLICATE => repetition(carrier_message_id),
                _ => Err(error::not_taken(codes::service(&code), plain(&code))
                    .with_retry_after(response.retry_after())),
            },
            None => Err(error::unclear_send()),
        }
    }

    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        Ok(self.settled(&[text]).await?.pop().unwrap_or(Reconciled::CannotTell))
    }

    async fn reconcile_all(&self, texts: &[&OutboundText]) -> Result<Option<Vec<Reconciled>>> {
        self.settled(texts).await.map(Some)
    }

    async fn poll_reports(&self) -> Result<ReportPage> {
        let request = self.request(Method::GET, "/api/comm/v1/report/polling".to_owned())?;
        let (response, data) = self.read(request).await?;
        let items = wire::receipts(&data["report"])?;
        Ok(ReportPage { items, ack: text_or_number(&data["reportId"]), raw: response.body })
    }

    async fn ack_reports(&self, token: &str) -> Result<()> {
        let path = path("/api/comm/v1/report/polling", token)?;
        match self.read(self.request(Method::DELETE, path)?).await {
            // Acked already.
            Err(error) if error.code.as_deref() == Some(codes::UNKNOWN_REPORT) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>> {
        let path = path("/api/comm/v1/message/inquiry/msgKey", carrier_message_id)?;
        match self.read(self.request(Method::GET, path)?).await {
            Ok((_, data)) => Ok(wire::receipt_of(&data, carrier_message_id)),
            Err(error) if error.code.as_deref() == Some(codes::NOT_FOUND) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn check(&self) -> Result<Option<i64>> {
        let since = self.link.now().saturating_sub(CHECK_BACK_MS);
        let (response, _) = self.messages_since(since, 1, None).await?;
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
