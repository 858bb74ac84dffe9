//! Jasmin, an SMS gateway that a site runs itself between this program and an operator's message centre (SMPP). Sends over its
//! HTTP API; texts and receipts come only as its calls. Sources: Jasmin's own code (PyPI jasmin 0.11.1, and 0.11.0 where they
//! differ), and what the running program said on the wire (`tests/jasmin-check.sh`).
//!
//! Jasmin has neither an idempotency key nor a list to look into. Our key travels in the address to which it sends its receipts,
//! so that a receipt proves what became of a send without an answer; without one a person decides.
//!
//! - `mod.rs`: the driver, one method a call
//! - `settings.rs`: its section of the configuration
//! - `answer.rs`: what its answers to requests say
//! - `alphabet.rs`: charsets and parts of texts, both ways
//! - `push.rs`: its calls
//! - `codes.rs`: what became of a text

mod alphabet;
mod answer;
mod codes;
mod push;
mod settings;

use async_trait::async_trait;
use http::Method;
use secrecy::ExposeSecret;

pub use self::settings::{DefaultAlphabet, JasminConfig, NumberForm};
use super::driver::Driver;
use super::error;
use super::http::{Http, Request};
use super::link::{self, Link};
use super::push::{PushCall, PushRefused, Pushed};
use super::setup::NowFn;
use super::{Accepted, Caps, Carrier, CarrierError, ErrorKind, Reconciled, Result};
use crate::domain::outbound::OutboundText;
use crate::domain::receipt::Receipt;

/// This carrier's line in the table of drivers.
pub(super) const DRIVER: Driver =
    Driver { name: "jasmin", receives: true, read: settings::read, meaning: codes::meaning };

/// The driver. It keeps the rate limits itself.
#[derive(Debug)]
pub struct Jasmin {
    config: JasminConfig,
    link: Link,
}

impl Jasmin {
    pub fn new(config: JasminConfig, http: Http, now: NowFn) -> Self {
        let link = Link::new(http, now, (config.sends_per_sec, config.others_per_sec));
        Jasmin { config, link }
    }

    /// Asks what a text to nobody would cost, which sends nothing and needs a login and a route. Returns how far Jasmin's clock
    /// is ahead. Only a GET is answered, so the password stands in Jasmin's own access log.
    async fn rate(&self) -> Result<Option<i64>> {
        let request = Request::new(Method::GET, "/rate")
            .query("username", &self.config.user)
            .query("password", self.config.password.expose_secret())
            .query("to", &self.config.probe_number);
        let response = self.link.read(request).await?;
        answer::rate(&response)?;
        Ok(self.link.clock_ahead_ms(&response))
    }

    /// The form of a send; `Permanent` for a text of which Jasmin would silently drop the end, or a number it refuses.
    fn form(&self, text: &OutboundText) -> Result<Vec<(&'static str, String)>> {
        let said = alphabet::encode(text.text.reveal(), self.config.default_alphabet);
        if said.n_parts > self.config.max_segments {
            return Err(
                error::permanent("Jasmin would cut off the end of this text").with_code(codes::TOO_LONG)
            );
        }
        let to = self.config.number_form.write(&text.citizen);
        let to =
            to.ok_or_else(|| error::permanent("this is no number to send to").with_code(codes::NUMBER))?;
        Ok(vec![
            ("username", self.config.user.clone()),
            ("password", self.config.password.expose_secret().to_owned()),
            ("to", to),
            ("from", text.from.reveal().trim_start_matches('+').to_owned()),
            ("coding", said.coding.to_string()),
            ("hex-content", alphabet::hex(&said.octets)),
            ("dlr", "yes".to_owned()),
            ("dlr-level", "3".to_owned()),
            ("dlr-method", "POST".to_owned()),
            ("dlr-url", self.receipt_address(text)),
        ])
    }

    /// Where Jasmin is to say what became of this text.
    fn receipt_address(&self, text: &OutboundText) -> String {
        let token = self.config.push_token.expose_secret();
        self.config.called(&[(settings::TOKEN, token), (settings::KEY, text.key.as_str())])
    }

    /// Jasmin has no route for a text: for this number alone, or for any?
    async fn without_route(&self, refused: CarrierError) -> CarrierError {
        let kind = match self.rate().await {
            Ok(_) => ErrorKind::Permanent,
            Err(error) if error.kind == ErrorKind::Config => ErrorKind::Config,
            Err(_) => ErrorKind::NotSent,
        };
        CarrierError { kind, ..refused }
    }
}

#[async_trait]
impl Carrier for Jasmin {
    fn name(&self) -> &'static str {
        DRIVER.name
    }

    fn caps(&self) -> Caps {
        let JasminConfig { min_poll, sends_per_sec, max_segments, .. } = self.config;
        Caps::of_own_gateway(min_poll, sends_per_sec, max_segments)
    }

    async fn send(&self, text: &OutboundText) -> Result<Accepted> {
        link::no_photos(text)?;
        let form = self.form(text)?;
        let request = Request::new(Method::POST, "/send").form(form);
        let response = self.link.submit(text, |_| Ok(request)).await?;
        match answer::sent(&response) {
            Ok(id) => Ok(Accepted { carrier_message_id: Some(id), repeated: false }),
            Err(refused) if refused.code.as_deref() == Some(codes::NO_ROUTE) => {
                Err(self.without_route(refused).await)
            }
            Err(error) => Err(error),
        }
    }

    /// There is nothing to ask. A receipt that comes later settles the doubt by itself.
    async fn reconcile(&self, _: &OutboundText) -> Result<Reconciled> {
        Ok(Reconciled::CannotTell)
    }

    async fn status(&self, _: &str) -> Result<Option<Receipt>> {
        Ok(None)
    }

    async fn check(&self) -> Result<Option<i64>> {
        self.rate().await
    }

    fn push(&self, call: &PushCall<'_>) -> std::result::Result<Pushed, PushRefused> {
        push::read(call, &self.config)
    }

    fn told_address(&self) -> Option<(&'static str, url::Url)> {
        Some(("callback_url", self.config.callback_url.clone()))
    }

    fn lines_for_the_other_side(&self) -> Option<String> {
        Some(settings::jasmin_lines(&self.config))
    }
}

#[cfg(test)]
mod tests;
