//! Single texts to citizens: those in doubt, taking one back, deciding about one.

use axum::extract::State;
use axum::http::StatusCode;

use super::audit::Seen;
use super::extract::{Id, Json, Query};
use super::problem::{Problem, ProblemCode};
use super::session::Session;
use super::wire::{Decision, DecisionRequest, MessageList, RecallResponse};
use super::{ApiContext, view};
use crate::domain::access::Action;
use crate::domain::mass_answer::Recall;
use crate::store::NewAccess;

const MAX_LISTED: i64 = 200;

/// Texts in doubt, oldest first, in pages; or the caller's own answers that are held back, the newest first and all of them.
#[utoipa::path(get, path = "/v1/messages", operation_id = "list_messages", tag = "message",
    params(
        ("state" = String, Query, description = "`in_doubt`, or `held`"),
        ("after" = Option<i64>, Query, description = "Of texts in doubt: `next` of the page before"),
        ("limit" = Option<i64>, Query, description = "Of texts in doubt: 1 to 200, default 200"),
    ),
    responses((status = 200, description = "Those found", body = MessageList)))]
pub(super) async fn list(
    State(context): State<ApiContext>,
    session: Session,
    query: Query,
) -> Result<Seen<Json<MessageList>>, Problem> {
    let limit = query.number("limit", 1, MAX_LISTED)?.unwrap_or(MAX_LISTED);
    let page = (u32::try_from(limit).unwrap_or(u32::MAX), query.number("after", 0, i64::MAX)?.unwrap_or(0));
    let ((found, next), detail) = match query.word("state") {
        Some("in_doubt") => (context.store.in_doubt(page, &session.actor).await?, "texts in doubt"),
        Some("held") => ((context.store.held_answers(&session.actor).await?, None), "held answers"),
        _ => return Err(Problem::bad_request("state").one_of(["in_doubt", "held"])),
    };
    let shown = found.iter().map(|(id, citizen, _)| (*id, Some(citizen.clone()))).collect();
    let access = NewAccess { shown, ..NewAccess::by(&session.actor, Action::List).detail(detail) };
    let looker = context.looker(&session);
    let messages = found.iter().map(|text| view::in_conversation(text, &looker)).collect();
    Ok(Seen(Json(MessageList { messages, next }), access))
}

/// Take back one of the caller's own texts that has not been sent, with the other texts of the same answer. The answer is their
/// draft again, which is in the response; photos have to be attached anew. `did_not_leave` for a text that was taken back, stopped or not
/// sent before: the citizen does not have it.
#[utoipa::path(post, path = "/v1/messages/{id}/recall", operation_id = "recall", tag = "message",
    params(("id" = i64, Path, description = "Id of the text to the citizen")),
    responses((status = 200, description = "It will not be sent", body = RecallResponse)))]
pub(super) async fn recall(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
) -> Result<Json<RecallResponse>, Problem> {
    match context.store.recall(id, &session.actor, context.now()).await? {
        Recall::Recalled => {
            let draft = context.store.draft_with_answer(id, &session.actor).await?;
            let draft = draft.map(|draft| super::draft::view(&draft, context.store.pseudonyms()));
            Ok(Json(RecallResponse { draft }))
        }
        Recall::Cancelled => Err(Problem::new(ProblemCode::DidNotLeave)),
        Recall::AlreadyLeft => Err(Problem::new(ProblemCode::AlreadyLeft)),
    }
}

/// Decide about a text in doubt of which the carrier can't say whether it was sent.
#[utoipa::path(post, path = "/v1/messages/{id}/decision", operation_id = "decide", tag = "message",
    params(("id" = i64, Path, description = "Id of the text to the citizen")),
    request_body = DecisionRequest, responses((status = 204, description = "Decided")))]
pub(super) async fn decide(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
    Json(request): Json<DecisionRequest>,
) -> Result<StatusCode, Problem> {
    let again = request.decision == Decision::SendAgain;
    let policy = &context.settings().policy;
    context.store.settle_doubt(id, again, &session.actor, policy, context.now()).await??;
    Ok(StatusCode::NO_CONTENT)
}
