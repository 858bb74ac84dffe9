//! `[webhook]`: where carriers' webhooks arrive.

use std::net::SocketAddr;

use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::checker::Checker;
use super::error::ConfigError;

/// `[webhook]`: where carriers' webhooks arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub listen: SocketAddr,
    /// The public address, without `/push/<carrier>`.
    pub public_url: Url,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WebhookSection {
    listen: Option<Spanned<String>>,
    public_url: Option<Spanned<String>>,
}

pub(super) fn read(checker: &Checker<'_>, section: &WebhookSection) -> Result<Option<Webhook>, ConfigError> {
    let Some(listen) = section.listen.as_ref().filter(|word| !word.get_ref().is_empty()) else {
        return Ok(None);
    };
    let addr = checker.listen("webhook.listen", listen.get_ref(), listen)?;
    let Some(public) = section.public_url.as_ref().filter(|word| !word.get_ref().is_empty()) else {
        let message = "is missing: the address carriers call, such as https://munja.example.kr";
        return Err(checker.wrong("webhook.public_url", listen, message));
    };
    let url = Url::parse(public.get_ref()).ok().filter(|url| {
        matches!(url.scheme(), "https" | "http") && url.query().is_none() && url.fragment().is_none()
    });
    let message = "must be an address such as https://munja.example.kr; /push/<carrier> is added to it";
    let public_url = url.ok_or_else(|| checker.wrong("webhook.public_url", public, message))?;
    Ok(Some(Webhook { listen: addr, public_url }))
}
