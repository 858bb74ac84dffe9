//! How a text would leave, for programs that show it while somebody writes. Nothing is kept.

use axum::extract::State;

use super::extract::Json;
use super::problem::ProblemCode;
use super::session::Session;
use super::wire::{LengthRequest, LengthView};
use super::{ApiContext, reply, view};
use crate::domain::text::{Unfit, offer, plan};

/// Measure a text as a reply would be: by the limits of the carrier it leaves by.
#[utoipa::path(post, path = "/v1/length", operation_id = "length", tag = "service", request_body = LengthRequest,
    responses((status = 200, description = "Its length, or why it cannot be sent", body = LengthView)))]
pub(super) async fn length(
    State(context): State<ApiContext>,
    _: Session,
    Json(request): Json<LengthRequest>,
) -> Json<LengthView> {
    let limits = context.settings().limits;
    let refused = |code: ProblemCode| LengthView {
        size: None,
        problem: Some(code.as_str().to_owned()),
        characters: Vec::new(),
        offer: None,
    };
    Json(match plan(&request.text, &limits) {
        Ok(pieces) => LengthView {
            size: reply::measured(&pieces, request.has_photos, &limits),
            problem: None,
            characters: Vec::new(),
            offer: None,
        },
        Err(Unfit::Empty) => refused(ProblemCode::EmptyText),
        Err(Unfit::TooLong { .. }) => refused(ProblemCode::TooLong),
        Err(Unfit::Unencodable(characters)) => LengthView {
            characters: characters.iter().map(char::to_string).collect(),
            offer: offer(&request.text, limits.charset).map(view::offer),
            ..refused(ProblemCode::Unencodable)
        },
    })
}
