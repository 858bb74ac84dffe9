//! Conversations: looking, claiming, letting go, closing. Guards live in the store, in the same transaction as the
//! change; losing a claim is an ordinary answer that says who has it.

use axum::extract::State;
use axum::http::StatusCode;

use super::action::find_category;
use super::audit::{Seen, about};
use super::extract::{Id, Json, Query};
use super::needs::Needs;
use super::newer::newer_texts;
use super::problem::{Problem, ProblemCode};
use super::review::counselor_of;
use super::session::Session;
use super::wire::{CloseRequest, ConversationDetail, ConversationList};
use super::{ApiContext, view};
use crate::domain::access::Action;
use crate::domain::conversation::{Closing, Command, ConversationState};
use crate::domain::reason::Reason;
use crate::domain::refusal::Refusal;
use crate::domain::text::normalise;
use crate::store::{ConversationFilter, ListPage, ListPlace, NewAccess};

/// What can be listed.
const LISTS: [&str; 8] = ["waiting", "active", "answered", "closed", "open", "mine", "held", "referred"];
const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;
const MAX_REASON_CHARS: usize = 200;

/// Conversations, danger first, then those that waited longest, in pages.
#[utoipa::path(get, path = "/v1/conversations", operation_id = "list_conversations", tag = "conversation",
    params(
        ("state" = Option<String>, Query, description = "`waiting` (default), `active`, `answered`, `closed` (the newest closed first), `open` (all but closed), `mine`, `held` (by `counselor`; for supervisors) or `referred` (an outside department works on them, the first due first)"),
        ("counselor" = Option<String>, Query, description = "With `held`: log-in name of who holds them"),
        ("after" = Option<String>, Query, description = "`next` of the page before, of the same list"),
        ("limit" = Option<i64>, Query, description = "1 to 200, default 50"),
    ),
    responses((status = 200, description = "Those found", body = ConversationList)))]
pub(super) async fn list(
    State(context): State<ApiContext>,
    session: Session,
    query: Query,
) -> Result<Seen<Json<ConversationList>>, Problem> {
    let state = query.word("state").unwrap_or("waiting");
    let filter = match state {
        "open" => ConversationFilter::Open,
        "referred" => ConversationFilter::Referred,
        "mine" => ConversationFilter::HeldBy(session.counselor.id),
        "held" if !session.actor.supervises() => return Err(Problem::new(ProblemCode::SupervisorsOnly)),
        "held" => {
            let of = counselor_of(&context, &query).await?;
            ConversationFilter::HeldBy(
                of.ok_or_else(|| Problem::bad_request("counselor").needs(Needs::Given))?,
            )
        }
        word => ConversationState::from_word(word)
            .map(ConversationFilter::State)
            .ok_or_else(|| Problem::bad_request("state").one_of(LISTS))?,
    };
    let limit = query.number("limit", 1, MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let after = match query.word("after") {
        None => None,
        Some(word) => Some(
            ListPlace::from_word(state, word)
                .ok_or_else(|| Problem::bad_request("after").needs(Needs::Place))?,
        ),
    };
    let page = (u32::try_from(limit).unwrap_or(u32::MAX), after);
    let page = context.store.conversations_after(filter, page, &session.actor).await?;
    let ListPage { found, n_total, n_ringing, n_dangers, n_mine, n_my_dangers, next } = page;
    let shown = found.iter().map(|row| (row.id, Some(row.citizen.clone()))).collect();
    let access = NewAccess::by(&session.actor, Action::List).detail(format!("conversations {state}"));
    let (names, now) = (context.store.pseudonyms(), context.now());
    let conversations = found.iter().map(|row| view::summary(row, names, now)).collect();
    let next = next.map(|place| place.to_word(state));
    let list = ConversationList { conversations, n_total, n_ringing, n_dangers, n_mine, n_my_dangers, next };
    Ok(Seen(Json(list), NewAccess { shown, ..access }))
}

/// Claim the conversation that has waited longest; `nobody_waits` if there is none.
#[utoipa::path(post, path = "/v1/conversations/next", operation_id = "claim_next", tag = "conversation",
    responses((status = 200, description = "Claimed", body = ConversationDetail)))]
pub(super) async fn claim_next(
    State(context): State<ApiContext>,
    session: Session,
) -> Result<Json<ConversationDetail>, Problem> {
    let settings = context.settings();
    let claimed = context.store.claim_next(&session.actor, &settings.policy, context.now()).await??;
    Ok(Json(view::detail(claimed, context.looker(&session))))
}

/// One conversation with its texts. Read for a review, it stands in the access log as that.
#[utoipa::path(get, path = "/v1/conversations/{id}", operation_id = "show_conversation", tag = "conversation",
    params(
        ("id" = i64, Path, description = "Id of the conversation"),
        ("for" = Option<String>, Query, description = "`review`: to review it (supervisors)"),
    ),
    responses((status = 200, description = "The conversation", body = ConversationDetail)))]
pub(super) async fn show(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
    query: Query,
) -> Result<Seen<Json<ConversationDetail>>, Problem> {
    let detail = match query.word("for") {
        None => "",
        Some("review") if session.actor.supervises() => "review",
        Some("review") => return Err(Problem::new(ProblemCode::SupervisorsOnly)),
        Some(_) => return Err(Problem::bad_request("for").one_of(["review"])),
    };
    let found = context.store.show(id, &session.actor, context.now()).await??;
    let access = about(NewAccess::by(&session.actor, Action::View), &found).detail(detail);
    Ok(Seen(Json(view::detail(found, context.looker(&session))), access))
}

/// Say that a page prints a conversation which it shows. The access log's row is on disk when this answers.
#[utoipa::path(post, path = "/v1/conversations/{id}/printed", operation_id = "print_conversation", tag = "conversation",
    params(("id" = i64, Path, description = "Id of the conversation")),
    responses((status = 204, description = "It stands in the access log")))]
pub(super) async fn printed(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
) -> Result<Seen<StatusCode>, Problem> {
    let found = context.store.conversation(id, &session.actor).await??;
    Ok(Seen(StatusCode::NO_CONTENT, about(NewAccess::by(&session.actor, Action::Print), &found)))
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
    run(&context, &session, id, Command::Claim).await?;
    Ok(Json(view::detail(context.store.conversation(id, &session.actor).await??, context.looker(&session))))
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
    run(&context, &session, id, Command::Release).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Close a conversation that the caller holds. Refused with `newer_texts` if the citizen has written after `last_seen`,
/// unless forced, with `unanswered` if nobody has answered their last text, unless that is said, and with `promise_open` while an
/// answer is promised, unless the promise is dropped. A conversation that was reopened needs its category anew.
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
        return Err(Problem::bad_request("reason").characters(0, MAX_REASON_CHARS));
    }
    let (settings, last_seen) = (context.settings(), request.last_seen);
    let category = match request.category {
        Some(word) => {
            let desk = context.store.desk_of(id).await?;
            Some(find_category(&settings, &word, &desk)?)
        }
        None => None,
    };
    let closing = Closing {
        last_seen: (!request.force).then_some(last_seen),
        reason: reason.map(Reason::from),
        category,
        unanswered: request.unanswered,
        drop_promise: request.drop_promise,
    };
    let closed = context
        .store
        .command(id, Command::Close(closing), &session.actor, &settings.policy, context.now())
        .await?;
    match closed {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(Refusal::NewerTexts) => Err(newer_texts(&context, &session, id, last_seen).await?),
        Err(refusal) => Err(refusal.into()),
    }
}

async fn run(context: &ApiContext, session: &Session, id: i64, command: Command) -> Result<(), Problem> {
    let settings = context.settings();
    context.store.command(id, command, &session.actor, &settings.policy, context.now()).await??;
    Ok(())
}
