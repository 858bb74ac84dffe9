//! Conversations: looking, claiming, letting go, closing. Guards live in the store, in the same transaction as the
//! change; losing a claim is an ordinary answer that says who has it.

use axum::extract::State;
use axum::http::StatusCode;

use super::extract::{Id, Json, Query};
use super::problem::{Problem, ProblemCode};
use super::session::Session;
use super::wire::{CloseRequest, ConversationDetail, ConversationList};
use super::{ApiContext, view};
use crate::domain::conversation::ConversationState;
use crate::domain::text::normalise;
use crate::store::{Claim, Closing, ConversationFilter, Next};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;
const MAX_REASON_CHARS: usize = 200;

/// Conversations, those that waited longest first.
#[utoipa::path(get, path = "/v1/conversations", operation_id = "list_conversations", tag = "conversation",
    params(
        ("state" = Option<String>, Query, description = "`waiting` (default), `active`, `answered`, `closed`, `open` (all but closed) or `mine`"),
        ("limit" = Option<i64>, Query, description = "1 to 200, default 50"),
    ),
    responses((status = 200, description = "Those found", body = ConversationList)))]
pub(super) async fn list(
    State(context): State<ApiContext>,
    session: Session,
    query: Query,
) -> Result<Json<ConversationList>, Problem> {
    let filter = match query.word("state").unwrap_or("waiting") {
        "open" => ConversationFilter::Open,
        "mine" => ConversationFilter::HeldBy(session.counselor.id),
        word => ConversationState::from_word(word)
            .map(ConversationFilter::State)
            .ok_or_else(|| Problem::bad_request("state"))?,
    };
    let limit = query.number("limit", 1, MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let (found, n_total) =
        context.store.conversations(filter, u32::try_from(limit).unwrap_or(u32::MAX)).await?;
    Ok(Json(ConversationList { conversations: found.iter().map(view::summary).collect(), n_total }))
}

/// Claim the conversation that has waited longest; `nobody_waits` if there is none.
#[utoipa::path(post, path = "/v1/conversations/next", operation_id = "claim_next", tag = "conversation",
    responses((status = 200, description = "Claimed", body = ConversationDetail)))]
pub(super) async fn claim_next(
    State(context): State<ApiContext>,
    session: Session,
) -> Result<Json<ConversationDetail>, Problem> {
    let most = context.settings().max_held;
    match context.store.claim_next(session.counselor.id, most, context.now()).await? {
        Next::Claimed(detail) => Ok(Json(view::detail(*detail, context.meaning))),
        Next::Nobody => Err(Problem::new(ProblemCode::NobodyWaits)),
        Next::Full => Err(Problem::new(ProblemCode::TooManyHeld)),
    }
}

/// One conversation with its texts.
#[utoipa::path(get, path = "/v1/conversations/{id}", operation_id = "show_conversation", tag = "conversation",
    params(("id" = i64, Path, description = "Id of the conversation")),
    responses((status = 200, description = "The conversation", body = ConversationDetail)))]
pub(super) async fn show(
    State(context): State<ApiContext>,
    _: Session,
    Id(id): Id,
) -> Result<Json<ConversationDetail>, Problem> {
    Ok(Json(view::detail(context.store.conversation(id).await?, context.meaning)))
}

/// Claim one conversation; claiming a conversation that the caller holds already changes nothing.
#[utoipa::path(post, path = "/v1/conversations/{id}/claim", operation_id = "claim", tag = "conversation",
    params(("id" = i64, Path, description = "Id of the conversation")),
    responses((status = 200, description = "Claimed", body = ConversationDetail)))]
pub(super) async fn claim(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
) -> Result<Json<ConversationDetail>, Problem> {
    let most = context.settings().max_held;
    let claim = context.store.claim(id, session.counselor.id, most, context.now()).await?;
    done(claim)?;
    Ok(Json(view::detail(context.store.conversation(id).await?, context.meaning)))
}

/// Release a conversation; a waiting citizen gets the old place in the queue back.
#[utoipa::path(post, path = "/v1/conversations/{id}/release", operation_id = "release", tag = "conversation",
    params(("id" = i64, Path, description = "Id of the conversation")),
    responses((status = 204, description = "Released")))]
pub(super) async fn release(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    done(context.store.release(id, session.counselor.id, context.now()).await?)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Close a conversation that the caller holds. Refused with `newer_texts` if the citizen has written after `last_seen`,
/// unless forced.
#[utoipa::path(post, path = "/v1/conversations/{id}/close", operation_id = "close", tag = "conversation",
    params(("id" = i64, Path, description = "Id of the conversation")),
    request_body = CloseRequest, responses((status = 204, description = "Closed")))]
pub(super) async fn close(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
    Json(request): Json<CloseRequest>,
) -> Result<StatusCode, Problem> {
    let reason = request.reason.map(|r| normalise(r.trim())).filter(|r| !r.is_empty());
    if reason.as_ref().is_some_and(|r| r.chars().count() > MAX_REASON_CHARS) {
        return Err(Problem::bad_request("reason"));
    }
    let (settings, last_seen, now) = (context.settings(), request.last_seen, context.now());
    let desk = context.store.desk_of(id).await?;
    let find = |word: String| settings.categories.find(&word, Some(&desk));
    let category = request.category.map(find).transpose();
    let closing = Closing {
        last_seen: (!request.force).then_some(last_seen),
        reason,
        category: category.map_err(|_| Problem::new(ProblemCode::NoSuchCategory))?,
        category_version: Some(settings.categories.version.clone()),
        needs_category: settings.category_required,
        survey_at: settings.survey_after_ms.map(|after| now + after),
    };
    match context.store.close(id, session.counselor.id, closing, now).await? {
        Claim::NewerTexts => Err(newer_texts(&context, id, last_seen).await?),
        claim => done(claim).map(|()| StatusCode::NO_CONTENT),
    }
}

fn done(claim: Claim) -> Result<(), Problem> {
    Problem::from_claim(claim).map_or(Ok(()), Err)
}

/// The refusal that shows what came in after `last_seen`.
pub(super) async fn newer_texts(context: &ApiContext, id: i64, last_seen: i64) -> Result<Problem, Problem> {
    Ok(Problem::newer_texts(&context.store.texts_after(id, last_seen).await?))
}
