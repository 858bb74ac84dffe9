//! Calls to the gateway with citizens' texts. Nothing is signed: the address itself holds a secret. Calls are
//! repeated until the answer is the expected one; how often is not documented.

use bytes::Bytes;
use http::{Method, Response};
use serde_json::{Value, json};

use super::reads;
use crate::sim::core::Core;
use crate::sim::dialect::Push;

pub(super) const WAITS_MS: &[u64] = &[1_000, 5_000, 30_000];

pub(super) fn call(core: &Core<'_>, index: usize) -> Push {
    let text = reads::text(core, index, &core.base_url(None));
    Push {
        method: Method::POST,
        query: vec![("token".to_owned(), core.options.webhook_secret.clone())],
        headers: vec![("content-type", "application/json".to_owned())],
        body: Bytes::from(json!({ "moCnt": 1, "moLst": [text] }).to_string()),
    }
}

/// `{"code":"10000","message":"success"}`
pub(super) fn is_taken(answer: &Response<Bytes>) -> bool {
    let said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    answer.status().is_success() && said["code"] == "10000"
}
