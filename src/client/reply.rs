//! Sending a reply: text, photos, promise and category are one request under one key, also after an answer was lost.

use super::api::{Client, ClientError};
use super::profile::Profile;
use super::sending::Sending;
use crate::api::wire::{OfferView, ProblemCode, ReplyRequest, ReplyResponse};

/// A reply that the server has.
#[derive(Debug)]
pub struct Sent {
    pub response: ReplyResponse,
    /// `promise`, `category`: what this request asked for, where an earlier one of the same text stands that did not.
    pub not_applied: Vec<&'static str>,
}

/// Sends a reply to conversation `n`. If the same text was sent before and its outcome is unknown, repeats that request
/// first, as it was, so that the citizen gets the text once.
///
/// The outer error is a trouble of this machine: nothing was sent.
pub async fn send(
    client: &Client,
    profile: &Profile,
    n: i64,
    request: &ReplyRequest,
) -> anyhow::Result<Result<Sent, ClientError>> {
    loop {
        let (sending, is_earlier) = Sending::begin(profile, n, request)?;
        let answer = client.reply(n, &sending.request, &sending.key).await;
        let first = if is_earlier { sending.request.clone() } else { request.clone() };
        sending.settle(&answer);
        // Both codes mean that the first try had not arrived. Its writer has read on since, or its promise is past.
        let was_outrun = answer.as_ref().is_err_and(|error| {
            matches!(error.code(), Some(ProblemCode::NewerTexts | ProblemCode::BadRequest))
        });
        if is_earlier && first != *request && was_outrun {
            continue;
        }
        return Ok(answer.map(|response| {
            let stands = if response.same_words { ReplyRequest::default() } else { first };
            Sent { not_applied: not_applied(request, &stands), response }
        }));
    }
}

/// A promise counts as the same whenever it is due: its time is counted from the try.
fn not_applied(wanted: &ReplyRequest, first: &ReplyRequest) -> Vec<&'static str> {
    let promise = wanted.promise_due_at.is_some() && first.promise_due_at.is_none();
    let category = wanted.category.is_some() && wanted.category != first.category;
    [(promise, "promise"), (category, "category")]
        .into_iter()
        .filter_map(|(is, word)| is.then_some(word))
        .collect()
}

/// The text that the server would send instead of one with characters that can't be sent.
pub fn offered(error: &ClientError) -> Option<&OfferView> {
    match error {
        ClientError::Problem(problem) => problem.offer.as_ref(),
        _ => None,
    }
}
