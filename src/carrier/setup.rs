//! [`CarrierSetup`]: one configured carrier, checked and ready to be made.
//!
//! Reading a driver's settings and making the driver are joined by one closure ([`Make`]), so that the settings type of a
//! carrier never leaves its folder and no other file lists these types.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use url::Url;

use super::Carrier;
use super::http::{Broken, Http, HttpOptions};
use super::proxy::Proxy;
use crate::domain::UnixMs;
use crate::domain::phone::{PhoneNumber, Senders};
use crate::domain::text::Limits;

/// Returns the time in milliseconds UTC.
pub type NowFn = Arc<dyn Fn() -> UnixMs + Send + Sync>;

/// An error in a key of a carrier's section. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// The key, without the name of the section.
    pub key: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Makes a driver with a client for `base_url`. Its `Debug` shows the settings without secrets.
#[derive(Clone)]
pub struct Make {
    settings: Arc<dyn fmt::Debug + Send + Sync>,
    make: Arc<MakeFn>,
}

type MakeFn = dyn Fn(Http, NowFn) -> Result<Arc<dyn Carrier>, SettingError> + Send + Sync;

impl Make {
    /// For a driver that needs only its settings.
    pub(super) fn from_settings<S, D>(settings: S, new: fn(S, Http, NowFn) -> D) -> Make
    where
        S: fmt::Debug + Clone + Send + Sync + 'static,
        D: Carrier + 'static,
    {
        Make::with(settings, move |settings, http, now| Ok(Arc::new(new(settings, http, now))))
    }

    /// For a driver whose creation can fail.
    pub(super) fn with<S>(
        settings: S,
        make: impl Fn(S, Http, NowFn) -> Result<Arc<dyn Carrier>, SettingError> + Send + Sync + 'static,
    ) -> Make
    where
        S: fmt::Debug + Clone + Send + Sync + 'static,
    {
        let kept = settings.clone();
        Make { settings: Arc::new(settings), make: Arc::new(move |http, now| make(kept.clone(), http, now)) }
    }
}

impl fmt::Debug for Make {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.settings.fmt(f)
    }
}

/// One configured carrier.
#[derive(Debug, Clone)]
pub struct CarrierSetup {
    pub name: &'static str,
    pub base_url: Url,
    /// Plain HTTP also to a private address.
    pub allow_plain_http: bool,
    /// Time-out of a whole call.
    pub timeout: Duration,
    /// The proxy it is reached through.
    pub proxy: Option<Proxy>,
    /// The numbers citizens text; empty for a carrier that only sends.
    pub numbers: Vec<PhoneNumber>,
    /// The registered numbers answers leave from.
    pub senders: Senders,
    pub make: Make,
}

impl CarrierSetup {
    /// Makes the driver without connecting. An error names the wrong key.
    pub fn carrier(&self, now: NowFn) -> Result<Arc<dyn Carrier>, SettingError> {
        let options = HttpOptions::new(self.base_url.clone(), self.timeout);
        let (allow_plain_http, proxy) = (self.allow_plain_http, self.proxy.clone());
        let http = Http::new(HttpOptions { allow_plain_http, proxy, ..options });
        let http = http.map_err(|message| SettingError { key: "base_url".to_owned(), message })?;
        (self.make.make)(http, now)
    }

    /// Charset and lengths of its texts, without connecting.
    pub fn limits(&self) -> Result<Limits, SettingError> {
        let nobody = |_| Box::pin(async { Err(Broken::NotSent) }) as BoxFuture<'static, _>;
        let http = Http::in_process(self.base_url.clone(), self.timeout, Arc::new(nobody));
        Ok((self.make.make)(http, Arc::new(|| 0))?.caps().limits)
    }
}
