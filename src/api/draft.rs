//! Drafts of answers: one for each counselor and conversation. Only its writer reads it.

use axum::extract::State;
use axum::http::StatusCode;

use super::ApiContext;
use super::action::{MOST_DRAFT_CHARS, perhaps};
use super::extract::{Id, Json};
use super::problem::Problem;
use super::session::Session;
use super::view::short_name;
use super::wire::{DraftList, DraftRequest, DraftView};
use crate::domain::pseudonym::PseudonymKey;
use crate::store::{Draft, WrittenDraft};

/// Keep one's own draft in a conversation; colleagues see that somebody writes, and not what. An empty text removes it.
///
/// Refused with `draft_changed` if another program has kept, sent or removed it since `replaces` was seen, or an answer has come back
/// into it. The server itself writes a draft where an answer is taken back (the reply of `recall` has it) or stopped by a new text (event
/// `answer_stopped`, with its writer as `counselor`), and removes it where its answer is written or the conversation is closed.
#[utoipa::path(put, path = "/v1/conversations/{id}/draft", operation_id = "save_draft", tag = "draft",
    params(("id" = i64, Path, description = "Id of the conversation")),
    request_body = DraftRequest, responses((status = 204, description = "Kept")))]
pub(super) async fn save(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
    Json(request): Json<DraftRequest>,
) -> Result<StatusCode, Problem> {
    let words = |field, text: &str| perhaps(field, text, MOST_DRAFT_CHARS);
    // An answer that came back stands before what was begun meanwhile: together they may be longer than what one writes.
    let seen = |text: &str| perhaps("replaces", text, 2 * MOST_DRAFT_CHARS);
    let replaces = request.replaces.as_deref().map(seen).transpose()?;
    let written = WrittenDraft { text: words("text", &request.text)?, based_on: request.based_on, replaces };
    context.store.save_draft(id, written, &session.actor, context.now()).await??;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own draft in a conversation.
#[utoipa::path(get, path = "/v1/conversations/{id}/draft", operation_id = "show_draft", tag = "draft",
    params(("id" = i64, Path, description = "Id of the conversation")),
    responses((status = 200, description = "The draft", body = DraftView)))]
pub(super) async fn show(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
) -> Result<Json<DraftView>, Problem> {
    Ok(Json(view(&context.store.draft(id, &session.actor).await?, context.store.pseudonyms())))
}

/// Throw one's own draft in a conversation away.
#[utoipa::path(delete, path = "/v1/conversations/{id}/draft", operation_id = "drop_draft", tag = "draft",
    params(("id" = i64, Path, description = "Id of the conversation")),
    responses((status = 204, description = "It is gone, or there was none")))]
pub(super) async fn drop(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    context.store.drop_draft(id, &session.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All of one's own drafts, the one saved last first.
#[utoipa::path(get, path = "/v1/drafts", operation_id = "list_drafts", tag = "draft",
    responses((status = 200, description = "All of them", body = DraftList)))]
pub(super) async fn list(
    State(context): State<ApiContext>,
    session: Session,
) -> Result<Json<DraftList>, Problem> {
    let drafts = context.store.drafts(&session.actor).await?;
    let names = context.store.pseudonyms();
    Ok(Json(DraftList { drafts: drafts.iter().map(|one| view(one, names)).collect() }))
}

/// As its writer wrote it: nothing in it is masked.
pub(super) fn view(draft: &Draft, names: &PseudonymKey) -> DraftView {
    DraftView {
        conversation_id: draft.conversation_id,
        citizen_name: short_name(&draft.citizen, names),
        text: draft.text.reveal().to_owned(),
        based_on: draft.based_on,
        has_newer: draft.has_newer,
        begun_at: draft.begun_at,
        saved_at: draft.saved_at,
        origin: draft.origin.map(|origin| origin.as_str().to_owned()),
    }
}
