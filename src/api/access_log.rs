//! The access log for auditors: its rows page by page, and who saw one citizen. Reading it is logged, too.

use axum::extract::State;

use super::ApiContext;
use super::action::{citizen, reason};
use super::audit::Seen;
use super::extract::{Json, Query};
use super::problem::Problem;
use super::session::Session;
use super::wire::{AccessPage, WhoSawRequest};
use crate::domain::access::Action;
use crate::domain::access::chain::Row;
use crate::store::{AccessFilter, NewAccess};

const DEFAULT_LIMIT: i64 = 100;
const MAX_LIMIT: i64 = 500;

/// The rows of the access log, newest first.
#[utoipa::path(get, path = "/v1/audit", operation_id = "audit", tag = "audit",
    params(
        ("since_at" = Option<i64>, Query, description = "From then on (milliseconds UTC)"),
        ("until_at" = Option<i64>, Query, description = "Before then (milliseconds UTC)"),
        ("login" = Option<String>, Query, description = "Only this person"),
        ("action" = Option<String>, Query, description = "Only this action: `list`, `view`, `reveal` ..."),
        ("conversation" = Option<i64>, Query, description = "Only rows about this conversation"),
        ("after" = Option<i64>, Query, description = "`next` of the page before"),
        ("limit" = Option<i64>, Query, description = "1 to 500, default 100"),
    ),
    responses((status = 200, description = "The rows", body = AccessPage)))]
pub(super) async fn rows(
    State(context): State<ApiContext>,
    session: Session,
    query: Query,
) -> Result<Seen<Json<AccessPage>>, Problem> {
    let action = query.word("action").map(|word| {
        let known =
            || Problem::bad_request("action").one_of(Action::ALL.iter().map(|action| action.as_str()));
        Action::from_word(word).ok_or_else(known)
    });
    let filter = AccessFilter {
        since: query.number("since_at", 0, i64::MAX)?,
        until: query.number("until_at", 0, i64::MAX)?,
        login: query.word("login").map(str::to_owned),
        action: action.transpose()?,
        conversation_id: query.number("conversation", 1, i64::MAX)?,
        citizen: None,
    };
    let before = query.number("after", 1, i64::MAX)?;
    let limit = query.number("limit", 1, MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let page = page(&context, filter, before, limit).await?;
    Ok(Seen(Json(page), NewAccess::by(&session.actor, Action::Audit).detail("show")))
}

/// Everybody who saw the data of one citizen, newest first. Only the keyed hash of the number is searched for and logged.
#[utoipa::path(post, path = "/v1/audit/who_saw", operation_id = "who_saw", tag = "audit",
    request_body = WhoSawRequest, responses((status = 200, description = "The rows that name them", body = AccessPage)))]
pub(super) async fn who_saw(
    State(context): State<ApiContext>,
    session: Session,
    Json(request): Json<WhoSawRequest>,
) -> Result<Seen<Json<AccessPage>>, Problem> {
    let reason = reason(&request.reason)?;
    let number = citizen(&context, &request.number).await?;
    let filter =
        AccessFilter { since: request.since_at, citizen: Some(number.clone()), ..AccessFilter::default() };
    let page = page(&context, filter, request.after, MAX_LIMIT).await?;
    let access = NewAccess::by(&session.actor, Action::Audit).detail("who-saw");
    Ok(Seen(Json(page), NewAccess { reason, shown: vec![(0, Some(number))], ..access }))
}

/// A page, and where the next one begins if there is one.
async fn page(
    context: &ApiContext,
    filter: AccessFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<AccessPage, Problem> {
    let limit = usize::try_from(limit).unwrap_or(1);
    let mut found = context.store.newest_access(filter, before, limit + 1).await?;
    let is_last = found.len() <= limit;
    found.truncate(limit);
    let next = found.last().filter(|_| !is_last).map(|row: &Row| row.seq);
    Ok(AccessPage { rows: found.into_iter().map(Into::into).collect(), next })
}
