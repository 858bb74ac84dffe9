//! Bizgo's calls to the gateway: `X-IB-Signature` is HMAC-SHA256 of `X-IB-Timestamp`. Source: carriers' document on
//! webhooks, official SDK 1.2.0 (`bizgo.testing.sign_webhook`).

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{Method, Response};
use serde::Serialize;
use serde_json::Value;
use sha2::Sha256;

use super::items::{MoItem, ReportItem};
use crate::sim::core::Core;
use crate::sim::core::record::Pushed;
use crate::sim::dialect::Push;

/// Three repetitions; their intervals are not documented.
pub(super) const WAITS_MS: &[u64] = &[200, 1_000, 5_000];

pub(super) fn call(core: &Core<'_>, pushed: Pushed) -> Push {
    let body = match pushed {
        Pushed::Text(index) => json(&MoItem::new(core.text(index), &core.options.mo_number)),
        Pushed::Report(index) => json(&ReportItem::new(core.message(index))),
    };
    let timestamp = core.dated_now().to_string();
    let signature = signature(&core.options.webhook_secret, &timestamp);
    Push {
        method: Method::POST,
        query: Vec::new(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("x-ib-timestamp", timestamp),
            ("x-ib-signature", signature),
        ],
        body,
    }
}

/// Accepted if the answer repeats the key of the call.
pub(super) fn is_taken(core: &Core<'_>, pushed: Pushed, answer: &Response<Bytes>) -> bool {
    let key = match pushed {
        Pushed::Text(index) => &core.text(index).key,
        Pushed::Report(index) => &core.message(index).msg_key,
    };
    let said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    answer.status().is_success() && said["msgKey"] == **key
}

fn signature(secret: &str, timestamp: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(timestamp.as_bytes());
    mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect()
}

fn json(item: &impl Serialize) -> Bytes {
    // Plain data always has a JSON form.
    Bytes::from(serde_json::to_vec(item).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_as_the_official_sdk_signs() {
        let expected = "fef03b2eac105fb84188a14a023d807f20392584b7a5bdfefa8edb050c9ff927";
        assert_eq!(signature("whsecret", "1782864000000"), expected);
    }
}
