//! The client's methods for texts with which we begin. A request sent again under the same key is harmless.

use super::api::{ApiResult, Client, IDEMPOTENCY_KEY};
use crate::api::wire::{WriteFirstRequest, WriteFirstResponse, WriteToNumberRequest};
use crate::domain::outbound::ClientKey;

impl Client {
    /// Writes to the citizen of a conversation that has ended.
    pub async fn write_first(
        &self,
        id: i64,
        request: &WriteFirstRequest,
        key: &ClientKey,
    ) -> ApiResult<WriteFirstResponse> {
        let post = self.post(&format!("v1/conversations/{id}/write")).json(request);
        self.json(post.header(IDEMPOTENCY_KEY, key.as_str())).await
    }

    /// Writes to a number.
    pub async fn write_to_number(
        &self,
        request: &WriteToNumberRequest,
        key: &ClientKey,
    ) -> ApiResult<WriteFirstResponse> {
        let post = self.post("v1/conversations").json(request);
        self.json(post.header(IDEMPOTENCY_KEY, key.as_str())).await
    }
}
