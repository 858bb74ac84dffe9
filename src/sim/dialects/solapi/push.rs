//! SOLAPI's calls to the gateway, with reports: the header is the SHA-1 of the webhook's secret. Source: the SDK's
//! `SingleReportPayload` (PyPI 5.0.3) and programs that use it. Repetitions are not documented.

use bytes::Bytes;
use http::Method;
use serde_json::json;
use sha1::{Digest, Sha1};

use super::reads::item;
use crate::sim::core::Core;
use crate::sim::dialect::Push;

pub(super) fn call(core: &Core<'_>, index: usize) -> Push {
    let message = core.message(index);
    let event =
        json!({ "eventDataId": format!("E{index}"), "data": item(message, core.now), "retryCount": 0 });
    let digest = Sha1::digest(core.options.webhook_secret.as_bytes());
    Push {
        method: Method::POST,
        query: Vec::new(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("x-solapi-secret", digest.iter().map(|b| format!("{b:02x}")).collect()),
        ],
        body: Bytes::from(json!([event]).to_string()),
    }
}
