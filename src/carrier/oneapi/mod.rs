//! OneAPI (GSMA) and the related OMA RESTful Network API for Short Messaging: one interface that many operators and gateways
//! implement, each a little differently. Real differences are settings ([`OneApiConfig`]); differences of notation are read
//! liberally. Sources: the GSMA's SMS page v2, Infobip's OneAPI clients (oneapi-java 5b0057d0),
//! documents of Orange, AT&T, Globe and Oracle, a client of Smart's for the codes.
//!
//! Our key is the `clientCorrelator`: the same one must not be sent twice, and `SVC0005` or 409 means that the first one was
//! accepted. Whether reading removes texts differs per server ([`Reading`]).
//!
//! - `mod.rs`: the driver, one method a call
//! - `settings.rs`: its section of the configuration
//! - `wire.rs`: the data inside
//! - `codes.rs`: its words and codes
//! - `push.rs`: its notifications

mod codes;
mod push;
mod settings;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use secrecy::ExposeSecret;
use serde_json::Value;

pub use self::settings::{Login, OneApiConfig, Reading};
use super::credentials::{basic, secret_header};
use super::driver::Driver;
use super::error::{self, by_status, no_answer, protocol_error};
use super::http::{Http, HttpFailure, Request, Response, segment};
use super::link::{self, Link};
use super::push::{PushCall, PushRefused, Pushed};
use super::setup::NowFn;
use super::{
    Accepted, Caps, Carrier, CarrierError, ErrorKind, InboundClass, InboundPage, Lookup, Reconciled,
    ReportClass, Result, lenient_json,
};
use crate::domain::inbound::Cursor;
use crate::domain::outbound::OutboundText;
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::Receipt;

/// The most texts that a crash or a broken answer can lose where reading removes them.
const READ_ONCE_LIMIT: u32 = 50;
/// `check` asks for a text that does not exist, because reading real ones could remove them.
const NO_REQUEST: &str = "munja-check";

/// This carrier's line in the table of drivers.
pub(super) const DRIVER: Driver =
    Driver { name: "oneapi", receives: true, read: settings::read, meaning: codes::meaning };

/// The driver. It keeps the carrier's rate limits itself.
#[derive(Debug)]
pub struct OneApi {
    config: OneApiConfig,
    link: Link,
}

impl OneApi {
    pub fn new(config: OneApiConfig, http: Http, now: NowFn) -> Self {
        let link = Link::new(http, now, (config.sends_per_sec, config.others_per_sec));
        OneApi { config, link }
    }

    fn request(&self, method: Method, path: impl Into<String>) -> Result<Request> {
        let login = match &self.config.login {
            Login::Basic { user, password } => basic(user, password.expose_secret())?,
            Login::Bearer { token } => secret_header(&format!("Bearer {}", token.expose_secret()))?,
        };
        let json = HeaderValue::from_static("application/json");
        Ok(Request::new(method, path).header(header::AUTHORIZATION, login).header(header::ACCEPT, json))
    }

    fn messages_path(&self) -> Result<String> {
        let registration = segment(&self.config.registration)
            .ok_or_else(|| CarrierError::new(ErrorKind::Config, "the registration is no name"))?;
        Ok(format!("/smsmessaging/inbound/registrations/{registration}/messages"))
    }

    /// A request that only reads: every error is safe to retry.
    async fn read(&self, request: Request) -> Result<Value> {
        let response = self.link.read(request).await?;
        let body = lenient_json::read(&response.body);
        if response.status.is_success() { Ok(body) } else { Err(refusal(&response, &body).for_read()) }
    }

    fn page_limit(&self) -> u32 {
        let most = if self.config.reading == Reading::Removes { READ_ONCE_LIMIT } else { 1_000 };
        self.config.page_limit.clamp(1, most)
    }

    /// What is left of texts that the server has forgotten: whole ones, and all the bytes.
    fn rest_of(&self, raw: Bytes, reason: &str, cursor: &Cursor) -> InboundPage {
        let list = wire::inbound_list(&lenient_json::read_rest(&raw)).unwrap_or_default();
        let whole = wire::inbound_page(&list.messages, &self.config, self.link.now());
        InboundPage::unreadable(raw, reason, cursor).with_rescued(whole)
    }

    fn broken_off(&self, failure: HttpFailure, cursor: &Cursor) -> Result<InboundPage> {
        if self.config.reading != Reading::Removes {
            return Err(no_answer(&failure, ErrorKind::Transient));
        }
        if failure.partial.is_empty() {
            return Err(no_answer(&failure, ErrorKind::Ambiguous));
        }
        Ok(self.rest_of(failure.partial, "the answer broke off: texts may be missing", cursor))
    }

    fn page_of(&self, response: Response, body: &Value, cursor: &Cursor) -> Result<InboundPage> {
        let is_empty = response.body.is_empty() || response.status == StatusCode::NO_CONTENT;
        let list = match wire::inbound_list(body) {
            Some(list) => list,
            None if is_empty => wire::List::default(),
            None if self.config.reading == Reading::Removes => {
                return Ok(self.rest_of(response.body, "a page of texts has a shape we do not know", cursor));
            }
            None if body.is_null() => {
                return Err(CarrierError::new(ErrorKind::Transient, "the carrier's answer cannot be read"));
            }
            None => return Err(protocol_error("a page of texts has a shape we do not know")),
        };
        let now = self.link.now();
        let n = list.messages.len();
        let is_full =
            n >= self.page_limit() as usize || list.n_pending.is_some_and(|pending| pending > n as u64);
        let ids = wire::message_ids(&list.messages);
        let mut items = wire::inbound_page(&list.messages, &self.config, now);
        let (more, ack) = match self.config.reading {
            Reading::Removes => (is_full && n > 0, Vec::new()),
            Reading::UntilDeleted => (is_full && !ids.is_empty(), ids),
            Reading::Keeps => {
                items.extend(is_full.then(wire::too_many));
                (false, Vec::new())
            }
        };
        Ok(InboundPage {
            next: cursor.after_page(wire::newest(&items), more.then(|| "more".to_owned())),
            clock_ahead_ms: response.date_ms().map(|date| date - now),
            items,
            ack,
            raw: response.body,
        })
    }

    fn sender(&self, number: &PhoneNumber) -> Result<String> {
        segment(&wire::address(number, self.config.has_tel))
            .ok_or_else(|| CarrierError::new(ErrorKind::Config, "the sender number is no number"))
    }
}

/// The error of a refused request: by its code, unless the status decides alone or is a 5xx.
fn refusal(response: &Response, body: &Value) -> CarrierError {
    let status = response.status;
    let speaks = status.is_client_error() && !matches!(status.as_u16(), 401 | 404 | 410 | 429);
    let error = match wire::error_code(body) {
        Some(code) if speaks => {
            let refused = error::call_refused(codes::refusal(&code));
            CarrierError { code: codes::shown(&code), ..refused }
        }
        _ => by_status(status),
    };
    error.with_retry_after(response.retry_after())
}

#[async_trait]
impl Carrier for OneApi {
    fn name(&self) -> &'static str {
        DRIVER.name
    }

    fn caps(&self) -> Caps {
        Caps {
            inbound: match self.config.reading {
                Reading::Removes => InboundClass::ReadOnce,
                Reading::UntilDeleted => InboundClass::AckQueue,
                Reading::Keeps => InboundClass::Window { overlap: Duration::ZERO },
            },
            idempotent_send: Some(self.config.correlator_memory).filter(|memory| !memory.is_zero()),
            lookup: Lookup::None,
            reports: ReportClass::PerMessage,
            min_poll: self.config.min_poll,
            limits: self.config.limits,
            sends_per_sec: self.config.sends_per_sec,
            photos_in: false,
            photos_out: None,
            push: self.config.push_token.is_some(),
            lists_sent: false,
        }
    }

    async fn poll_inbound(&self, cursor: &Cursor) -> Result<InboundPage> {
        let request = self.request(Method::GET, self.messages_path()?)?;
        let request = request.query("maxBatchSize", self.page_limit().to_string());
        let _permit = self.link.others.acquire().await;
        let response = match self.link.http.call(request).await {
            Ok(response) => response,
            Err(failure) => return self.broken_off(failure, cursor),
        };
        let body = lenient_json::read(&response.body);
        let has_texts = || wire::inbound_list(&body).is_some_and(|list| !list.messages.is_empty());
        if response.status.is_success() || has_texts() {
            return self.page_of(response, &body, cursor);
        }
        let refused = refusal(&response, &body);
        Err(match self.config.reading {
            Reading::Removes => refused.for_take(response.status),
            Reading::UntilDeleted | Reading::Keeps => refused.for_read(),
        })
    }

    async fn ack_inbound(&self, token: &str) -> Result<()> {
        let id = error::name_segment(token)?;
        let request = self.request(Method::DELETE, format!("{}/{id}", self.messages_path()?))?;
        match self.read(request).await {
            // Deleted already.
            Err(error) if codes::is_gone(error.code.as_deref()) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        link::no_photos(text)?;
        let path = format!("/smsmessaging/outbound/{}/requests", self.sender(&text.from)?);
        let request = self.request(Method::POST, path)?.json(wire::send_body(text, &self.config));
        let response = self.link.submit(text, |_| Ok(request)).await?;
        let body = lenient_json::read(&response.body);
        let code = wire::error_code(&body);
        let is_repetition = match code.as_deref() {
            Some(code) => code == codes::DUPLICATE,
            // Without a code, but not a page of a proxy.
            None => response.status == StatusCode::CONFLICT && (body.is_object() || response.body.is_empty()),
        };
        if is_repetition && response.status.is_client_error() {
            return Ok(Accepted { carrier_message_id: None, repeated: true });
        }
        if !response.status.is_success() {
            return Err(refusal(&response, &body));
        }
        let carrier_message_id = wire::resource(&body, &response).filter(|_| code.is_none());
        // "Created" without an error: accepted, though without an id.
        let is_created = response.status == StatusCode::CREATED && body.is_object() && code.is_none();
        if carrier_message_id.is_some() || is_created {
            return Ok(Accepted { carrier_message_id, repeated: false });
        }
        Err(error::unclear_send())
    }

    /// There is no list to search; the only way is to send again with the same correlator.
    async fn reconcile(&self, text: &OutboundText) -> Result<Reconciled> {
        let remembers = self.link.is_key_kept(text, self.config.correlator_memory);
        Ok(if remembers { Reconciled::SafeToRepeat } else { Reconciled::CannotTell })
    }

    async fn status(&self, carrier_message_id: &str) -> Result<Option<Receipt>> {
        let Some(path) = wire::deliveries_path(carrier_message_id) else {
            return Err(protocol_error("a name of the carrier's is no name"));
        };
        match self.read(self.request(Method::GET, path)?).await {
            Ok(body) if body.is_object() => Ok(wire::receipt(&body, carrier_message_id)),
            Ok(_) => Err(protocol_error("what became of a text has a shape we do not know")),
            Err(error) if codes::is_gone(error.code.as_deref()) => Ok(None),
            Err(error) if error.code.as_deref().is_some_and(codes::is_no_such_text) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks for a text that does not exist: a server that says so has accepted our login.
    async fn check(&self) -> Result<Option<i64>> {
        let sender = self.sender(&PhoneNumber::parse(&self.config.number))?;
        let path = format!("/smsmessaging/outbound/{sender}/requests/{NO_REQUEST}/deliveryInfos");
        let request = self.request(Method::GET, path)?;
        let response = self.link.read(request).await?;
        let body = lenient_json::read(&response.body);
        let is_no_such_text = wire::error_code(&body).is_some_and(|code| codes::is_no_such_text(&code))
            && matches!(response.status.as_u16(), 400 | 404);
        if is_no_such_text || (response.status.is_success() && body.is_object()) {
            return Ok(self.link.clock_ahead_ms(&response));
        }
        Err(refusal(&response, &body).for_read())
    }

    fn told_address(&self) -> Option<(&'static str, url::Url)> {
        Some(("notify_url", self.config.notify_url.clone()?))
    }

    fn push(&self, call: &PushCall<'_>) -> std::result::Result<Pushed, PushRefused> {
        let token = self.config.push_token.as_ref().ok_or(PushRefused::NotOffered)?;
        push::read(call, token.expose_secret(), &self.config)
    }
}

#[cfg(test)]
mod tests;
