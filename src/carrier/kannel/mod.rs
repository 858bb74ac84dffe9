//! Kannel: an open-source SMS gateway that a city runs on its own premises, with an SMSC contract or a GSM modem. We send by
//! smsbox's `sendsms`; texts and delivery reports are pushed to us. Sources: Kannel 1.4.5 (`gw/smsbox.c`, `gw/bb_boxc.c`,
//! `gw/bb_smscconn.c`, `gw/sms.c`, `gw/urltrans.c`, `gw/dlr.h`), its user guide, and Debian's package 1.4.5-12 as it ran.
//!
//! It has no idempotency key and cannot be asked about a text: a send without an answer stays in doubt until a delivery
//! report speaks of it, or a person decides. Our key stands in the address that each text's reports are sent to.
//!
//! - `mod.rs`: the driver, one method a call
//! - `settings.rs`: its section of the configuration
//! - `wire.rs`: `sendsms` and the addresses Kannel calls
//! - `codes.rs`: its answers and report states
//! - `push.rs`: its calls

mod codes;
mod push;
mod settings;
mod wire;

use async_trait::async_trait;
use http::Method;
use secrecy::ExposeSecret;

pub use self::settings::KannelConfig;
use super::driver::Driver;
use super::error::{self, protocol_error};
use super::http::{Http, Request};
use super::link::{self, Link};
use super::push::{PushCall, PushRefused, Pushed};
use super::setup::NowFn;
use super::{Accepted, Caps, Carrier, Reconciled, Result};
use crate::domain::UnixMs;
use crate::domain::outbound::OutboundText;
use crate::domain::receipt::Receipt;

/// smsbox's default for `sendsms-url`.
const SENDSMS: &str = "/cgi-bin/sendsms";

/// This carrier's line in the table of drivers.
pub(super) const DRIVER: Driver =
    Driver { name: "kannel", receives: true, read: settings::read, meaning: codes::meaning };

/// The driver. It keeps the rate limits itself.
#[derive(Debug)]
pub struct Kannel {
    config: KannelConfig,
    link: Link,
}

impl Kannel {
    pub fn new(config: KannelConfig, http: Http, now: NowFn) -> Self {
        let link = Link::new(http, now, (config.sends_per_sec, config.others_per_sec));
        Kannel { config, link }
    }

    fn request(&self) -> Request {
        Request::new(Method::GET, SENDSMS)
            .query("username", self.config.user.clone())
            .query("password", self.config.password.expose_secret())
    }
}

#[async_trait]
impl Carrier for Kannel {
    fn name(&self) -> &'static str {
        DRIVER.name
    }

    fn caps(&self) -> Caps {
        let KannelConfig { min_poll, sends_per_sec, max_segments, .. } = self.config;
        Caps::of_own_gateway(min_poll, sends_per_sec, max_segments)
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        link::no_photos(text)?;
        let fields = wire::send_fields(text, &self.config)?;
        let make = |now: UnixMs| {
            let mut request = self.request().query("validity", wire::validity(text, now));
            request.query.extend(fields);
            Ok(request)
        };
        let response = self.link.submit(text, make).await?;
        if response.status.is_success() {
            return match codes::is_taken(&response.body) {
                true => {
                    Ok(Accepted { carrier_message_id: Some(text.key.as_str().to_owned()), repeated: false })
                }
                false => Err(error::unclear_send()),
            };
        }
        Err(codes::refusal(response.status, &response.body).with_retry_after(response.retry_after()))
    }

    /// Kannel cannot be asked. A report that comes later still settles the doubt.
    async fn reconcile(&self, _: &OutboundText) -> Result<Reconciled> {
        Ok(Reconciled::CannotTell)
    }

    /// Kannel cannot be asked.
    async fn status(&self, _: &str) -> Result<Option<Receipt>> {
        Ok(None)
    }

    /// A send without a receiver: smsbox looks at user and password first, and then refuses it.
    async fn check(&self) -> Result<Option<i64>> {
        let response = self.link.read(self.request()).await?;
        if codes::is_missing_receiver(response.status, &response.body) {
            return Ok(self.link.clock_ahead_ms(&response));
        }
        match response.status.is_success() {
            true => Err(protocol_error("this is not smsbox: it took a text without a receiver")),
            false => Err(codes::refusal(response.status, &response.body).for_read()),
        }
    }

    fn push(&self, call: &PushCall<'_>) -> std::result::Result<Pushed, PushRefused> {
        push::read(call, self.config.push_token.expose_secret())
    }

    fn told_address(&self) -> Option<(&'static str, url::Url)> {
        Some(("callback_url", self.config.callback_url.clone()))
    }

    fn lines_for_the_other_side(&self) -> Option<String> {
        Some(wire::kannel_conf(&self.config))
    }
}

#[cfg(test)]
mod tests;
