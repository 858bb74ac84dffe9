//! Advice about a text before it is sent. Nothing is kept of the text, and nothing is refused.

use super::extract::Json;
use super::problem::Problem;
use super::session::Session;
use super::wire::{AdviceList, AdviceRequest, AdviceView};
use crate::domain::advice::{Advice, MOST_CHARS, advise, as_sent};

/// What people who text may not understand in a text, or cannot use: for whoever writes it, before it is sent. Never refuses a text.
#[utoipa::path(post, path = "/v1/advice", operation_id = "advise", tag = "message",
    request_body = AdviceRequest,
    responses((status = 200, description = "In the order of the text", body = AdviceList)))]
pub(super) async fn advise_about(
    _: Session,
    Json(request): Json<AdviceRequest>,
) -> Result<Json<AdviceList>, Problem> {
    if request.text.chars().count() > MOST_CHARS {
        return Err(Problem::bad_request("text").characters(0, MOST_CHARS));
    }
    let text = as_sent(&request.text);
    let advice = advise(&text).iter().map(|one| view(&text, one)).collect();
    Ok(Json(AdviceList { text, advice }))
}

fn view(text: &str, one: &Advice) -> AdviceView {
    let place = |at: usize| text.get(..at).unwrap_or_default().chars().count();
    AdviceView {
        kind: one.kind.as_str().to_owned(),
        start: place(one.start),
        end: place(one.end),
        words: text.get(one.start..one.end).unwrap_or_default().to_owned(),
        instead: one.instead.clone(),
    }
}
