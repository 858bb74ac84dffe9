//! Sending a reply: one request under one key, also after an answer was lost.

use super::api::{Client, ClientError};
use super::profile::Profile;
use super::sending::Sending;
use crate::api::wire::{OfferView, ProblemCode, ReplyRequest, ReplyResponse};

/// Sends a reply to conversation `n`. If the same text was sent before and its outcome is unknown, repeats that request
/// first, so that the citizen gets the text once.
///
/// The outer error is a trouble of this machine: nothing was sent.
pub async fn send(
    client: &Client,
    profile: &Profile,
    n: i64,
    request: &ReplyRequest,
) -> anyhow::Result<Result<ReplyResponse, ClientError>> {
    if let Some(earlier) = Sending::earlier(profile, n, request) {
        let answer = client.reply(n, &earlier.request, &earlier.key).await;
        let is_old = earlier.request.last_seen != request.last_seen || earlier.request.force != request.force;
        earlier.settle(&answer);
        // The earlier request had not arrived, and its writer has read on since.
        if !(is_old && answer.as_ref().is_err_and(|e| e.code() == Some(ProblemCode::NewerTexts))) {
            return Ok(answer);
        }
    }
    let sending = Sending::begin(profile, n, request.clone())?;
    let answer = client.reply(n, &sending.request, &sending.key).await;
    sending.settle(&answer);
    Ok(answer)
}

/// The text that the server would send instead of one with characters that can't be sent.
pub fn offered(error: &ClientError) -> Option<&OfferView> {
    match error {
        ClientError::Problem(problem) => problem.offer.as_ref(),
        _ => None,
    }
}
