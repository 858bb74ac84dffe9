//! Twilio Programmable Messaging: texts by window, a status per text, webhooks, photos in. It knows neither an
//! idempotency key nor a reference of ours: a send in doubt is looked up by number, words and time, and held for a person if it
//! is not found. Sources: twilio-oai `twilio_api_v2010` (d50069b4), the official SDK (PyPI twilio 9.13.0), Twilio's
//! error pages (2026).
//!
//! - `mod.rs`: the driver, one method a call
//! - `settings.rs`: its section of the configuration
//! - `wire.rs`: the data inside
//! - `codes.rs`: statuses and error codes
//! - `webhook.rs`: its webhooks
//! - `signature.rs`: who signed them

mod codes;
mod settings;
mod signature;
mod webhook;
mod wire;

use async_trait::async_trait;
use http::{Method, header};
use secrecy::ExposeSecret;
use serde_json::Value;
use url::Url;

pub(super) use self::codes::OPT_OUT_WORDS;
pub use self::settings::TwilioConfig;
use self::signature::Secrets;
use super::credentials::basic;
use super::driver::Driver;
use super::error::{self, by_status, no_file, protocol_error};
use super::http::{Http, HttpFailure, Request, Response, segment};
use super::link::Link;
use super::page_size::PageSize;
use super::push::{PushCall, PushRefused, Pushed};
use super::setup::NowFn;
use super::{
    Accepted, Caps, Carrier, CarrierError, ErrorKind, InboundClass, InboundPage, Lookup, Media, Reconciled,
    ReportClass, Result, SentPage, lenient_json,
};
use crate::domain::UnixMs;
use crate::domain::inbound::Cursor;
use crate::domain::media::MediaRef;
use crate::domain::outbound::OutboundText;
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::Receipt;
use crate::domain::text::{Charset, Limits};

/// The most pages read to settle one doubt.
const MAX_PAGES: usize = 10;
/// Texts per page when few new ones are expected.
const FEW: u32 = 20;
/// The longest that Twilio keeps a text that cannot leave (seconds).
const MAX_VALIDITY_SECS: i64 = 36_000;

/// This carrier's line in the table of drivers.
pub(super) const DRIVER: Driver =
    Driver { name: "twilio", receives: true, read: settings::read, meaning: codes::meaning };

/// Which texts a list has.
type Filter = Vec<(&'static str, String)>;

/// The driver. It keeps the carrier's rate limits itself.
#[derive(Debug)]
pub struct Twilio {
    config: TwilioConfig,
    link: Link,
    page_size: PageSize,
}

impl Twilio {
    pub fn new(config: TwilioConfig, http: Http, now: NowFn) -> Self {
        let link = Link::new(http, now, (config.sends_per_sec, config.others_per_sec));
        Twilio { config, link, page_size: PageSize::default() }
    }

    /// `what` follows the account in the address.
    fn request(&self, method: Method, what: &str) -> Result<Request> {
        let account = segment(&self.config.account)
            .ok_or_else(|| CarrierError::new(ErrorKind::Config, "the account is no name"))?;
        let login = basic(&self.config.user, self.config.password.expose_secret())?;
        let path = format!("/2010-04-01/Accounts/{account}/{what}");
        Ok(Request::new(method, path).header(header::AUTHORIZATION, login))
    }

    /// A request that only reads: every error is safe to retry.
    async fn read(&self, request: Request) -> Result<(Response, Value)> {
        let response = self.link.read(request).await?;
        let body = lenient_json::read(&response.body);
        if response.status.is_success() && body.is_object() {
            return Ok((response, body));
        }
        Err(refusal(&response, &body).for_read())
    }

    /// The first page of a list with this filter, or the page with the carrier's token; of `limit` texts, or fewer where that
    /// cannot be read.
    async fn list(&self, filter: Filter, limit: u32, page: Option<&str>) -> Result<(Response, Value)> {
        let filter = &filter;
        self.page_size
            .read((1, limit.clamp(1, 1_000)), |limit| {
                Box::pin(async move {
                    let mut request = self.request(Method::GET, "Messages.json")?;
                    request.query = match page {
                        None => filter.clone(),
                        Some(uri) => wire::page_query(uri, &request.path)
                            .ok_or_else(|| protocol_error("a page has an odd name"))?,
                    };
                    match request.query.iter_mut().find(|(name, _)| *name == "PageSize") {
                        Some((_, size)) => *size = limit.to_string(),
                        None => request.query.insert(0, ("PageSize", limit.to_string())),
                    }
                    self.read(request).await
                })
            })
            .await
    }

    fn send_fields(&self, text: &OutboundText, now: UnixMs) -> Vec<(&'static str, String)> {
        let left_ms = text.expires_at.saturating_sub(now);
        let mut fields = vec![
            ("To", number(&text.citizen)),
            ("From", number(&text.from)),
            ("Body", text.text.reveal().to_owned()),
            ("ValidityPeriod", (left_ms / 1_000).clamp(1, MAX_VALIDITY_SECS).to_string()),
        ];
        fields.extend(self.config.status_url.as_ref().map(|url| ("StatusCallback", url.to_string())));
        fields
    }

    fn one(&self, sid: &str, rest: &str) -> Result<Request> {
        let sid = error::name_segment(sid)?;
        self.request(Method::GET, &format!("Messages/{sid}{rest}"))
    }
}

/// The error of a refused request: by its code if the request surely had no effect, else by its status.
fn refusal(response: &Response, body: &Value) -> CarrierError {
    let status = response.status;
    let code = wire::code(&body["code"]);
    let error = match code.as_deref().and_then(codes::refusal) {
        Some(kind) if status.is_client_error() => {
            error::call_refused(kind).with_code(code.unwrap_or_default())
        }
        _ => match code {
            Some(code) => by_status(status).with_code(code),
            None => by_status(status),
        },
    };
    error.with_retry_after(response.retry_after())
}

fn number(number: &PhoneNumber) -> String {
    number.e164().unwrap_or_else(|| number.reveal().to_owned())
}

#[async_trait]
impl Carrier for Twilio {
    fn name(&self) -> &'static str {
        DRIVER.name
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: InboundClass::Window { overlap: self.config.overlap },
            idempotent_send: None,
            lookup: Lookup::Scan,
            reports: ReportClass::PerMessage,
            min_poll: self.config.min_poll,
            limits: Limits { charset: Charset::Gsm7Ucs2, sms: 1, lms: self.config.max_segments.clamp(1, 10) },
            sends_per_sec: self.config.sends_per_sec,
            photos_in: true,
            photos_out: None,
            push: self.config.auth_token.is_some() || self.config.shared_key.is_some(),
            lists_sent: true,
        }
    }

    /// `DateSent>` is only exact to the day; repeated texts are known already.
    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        let overlap_ms = i64::try_from(self.config.overlap.as_millis()).unwrap_or(i64::MAX / 4);
        let limit = if cursor.brief { FEW } else { self.config.page_limit };
        let mut filter = vec![("DateSent>", wire::day(cursor.since.saturating_sub(overlap_ms)))];
        filter.extend(self.config.number.as_ref().map(|to| ("To", to.clone())));
        let (response, body) = self.list(filter, limit, cursor.page.as_deref()).await?;
        let list =
            wire::list(&body).ok_or_else(|| protocol_error("a page of texts has a shape we do not know"))?;
        let next = wire::next_page(&body, cursor.page.as_deref())?;
        let items = wire::inbound_page(list);
        Ok(InboundPage {
            next: cursor.after_page(wire::newest(&items), next),
            items,
            ack: Vec::new(),
            clock_ahead_ms: self.link.clock_ahead_ms(&response),
            raw: response.body,
        })
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        if !text.photos.is_empty() {
            return Err(error::permanent("this carrier takes photos only from a public address"));
        }
        let request = self.request(Method::POST, "Messages.json")?;
        let fields = |now| self.send_fields(text, now);
        let response = self.link.submit(text, |now| Ok(request.form(fields(now)))).await?;
        let body = lenient_json::read(&response.body);
        if !response.status.is_success() {
            return Err(refusal(&response, &body));
        }
        match wire::sid(&body) {
            Some(sid) => Ok(Accepted { carrier_message_id: Some(sid), repeated: false }),
            None => Err(error::unclear_send()),
        }
    }

    /// Without `DateSent`, because a text still waiting at Twilio may have no such date.
    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        let look = self.link.look_for(text);
        let (mut page, mut found, mut is_alike_before) = (None::<String>, Vec::new(), false);
        let mut is_readable = true;
        for _ in 0..MAX_PAGES {
            let filter = vec![("To", number(&text.citizen)), ("From", number(&text.from))];
            let (_, body) = self.list(filter, 100, page.as_deref()).await?;
            let list = wire::list(&body)
                .ok_or_else(|| protocol_error("a page of texts has a shape we do not know"))?;
            is_readable &= list.iter().all(|item| item["body"].is_string());
            let alike =
                |since| list.iter().filter(move |item| wire::is_alike(item, text.text.reveal(), since));
            let n_before = found.len();
            found.extend(alike(look.likely_since).filter_map(wire::sid));
            is_alike_before |= alike(look.window.since).count() > found.len() - n_before;
            page = wire::next_page(&body, page.as_deref())?;
            if page.is_none() {
                break;
            }
        }
        // Oldest first: the carrier lists the newest first.
        found.reverse();
        match found.is_empty() {
            false => Ok(Reconciled::OneOf { carrier_message_ids: found }),
            true => Ok(self.link.not_listed(
                &look,
                look.window,
                page.is_none() && is_readable && !is_alike_before,
            )),
        }
    }

    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>> {
        match self.read(self.one(carrier_message_id, ".json")?).await {
            Ok((_, body)) => {
                Ok(wire::receipt(&body).filter(|receipt| receipt.carrier_message_id == carrier_message_id))
            }
            Err(error) if error.code.as_deref() == Some(codes::NOT_FOUND) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn check(&self) -> Result<Option<i64>> {
        let (response, _) = self.list(Vec::new(), 1, None).await?;
        Ok(self.link.clock_ahead_ms(&response))
    }

    /// Without `DateSent`, as in [`Self::reconcile`]; ends when the list, newest first, has passed `since`.
    async fn sent_since(&self, since: UnixMs, page: Option<&str>) -> Result<SentPage> {
        let (_, body) = self.list(Vec::new(), 1_000, page).await?;
        let list =
            wire::list(&body).ok_or_else(|| protocol_error("a page of texts has a shape we do not know"))?;
        let items = list.iter().filter_map(|item| wire::listed(item, since)).collect();
        let next = wire::next_page(&body, page)?.filter(|_| !wire::is_past(list, since));
        Ok(SentPage { items, next })
    }

    /// The handle is the text's id and the position of the photo in it.
    async fn fetch_media(&self, media: &MediaRef, most: usize) -> Result<Media> {
        let (sid, n) =
            media.handle.split_once('/').ok_or_else(|| protocol_error("a photo has an odd name"))?;
        let n: usize = n.parse().map_err(|_| protocol_error("a photo has an odd name"))?;
        let (_, body) = self.read(self.one(sid, "/Media.json")?).await?;
        let name = wire::media_name(&body, n);
        let name = name.ok_or_else(|| CarrierError::new(ErrorKind::Permanent, "the photo is gone"))?;
        let request = self.one(sid, &format!("/Media/{}", segment(&name).unwrap_or_default()))?;
        let _permit = self.link.others.acquire().await;
        let read = |f: HttpFailure| no_file(&f);
        let mut response = self.link.http.call_for_file(request, most).await.map_err(read)?;
        if response.status.is_redirection() {
            // Redirected to the storage, which is called without our password.
            let place = response.headers.get(header::LOCATION).and_then(|url| url.to_str().ok());
            let place = place.and_then(|url| Url::parse(url).ok());
            let place = place.ok_or_else(|| protocol_error("a photo is kept nowhere"))?;
            response = self.link.http.fetch(place, Vec::new(), most).await.map_err(read)?;
        }
        match response.status.as_u16() {
            200 => Media::read(response, most),
            404 | 410 => Err(CarrierError::new(ErrorKind::Permanent, "the photo is gone")),
            _ => Err(by_status(response.status).for_read()),
        }
    }

    fn told_address(&self) -> Option<(&'static str, Url)> {
        Some(("status_url", self.config.status_url.clone()?))
    }

    fn push(&self, call: &PushCall<'_>) -> std::result::Result<Pushed, PushRefused> {
        let secrets = Secrets {
            auth_token: self.config.auth_token.as_ref(),
            shared_key: self.config.shared_key.as_ref(),
        };
        webhook::read(secrets, &self.config.account, call)
    }
}

#[cfg(test)]
mod tests;
