//! What the service knows besides conversations: desks and their hours, categories, canned replies.

use axum::extract::State;

use super::audit::Seen;
use super::extract::{Json, Query};
use super::needs::Needs;
use super::problem::{Problem, ProblemCode};
use super::session::Session;
use super::wire::{CannedList, CannedView, CategoryList, DeskList, DeskView, LimitsView, SurveyList};
use super::{ApiContext, view};
use crate::domain::access::Action;
use crate::domain::survey::EVERY_MS;
use crate::domain::text::Limits;
use crate::store::NewAccess;

const MAX_SURVEYS: i64 = 500;

/// The desks, and whether they are open now.
#[utoipa::path(get, path = "/v1/desks", operation_id = "list_desks", tag = "service",
    responses((status = 200, description = "All desks; the first one gets conversations that match no other", body = DeskList)))]
pub(super) async fn desks(State(context): State<ApiContext>, _: Session) -> Json<DeskList> {
    let (settings, now) = (context.settings(), context.now());
    let desks = settings.policy.desks.all().iter().map(|desk| {
        let state = desk.calendar.at(now);
        let (is_open, until_at) = (state.is_open(), state.changes_at(now));
        DeskView { key: desk.key.clone(), name: desk.name.clone(), is_open, until_at }
    });
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let Limits { sms, lms, .. } = settings.limits;
    let limits = LimitsView { unit: settings.limits.unit().to_owned(), sms: number(sms), lms: number(lms) };
    Json(DeskList { desks: desks.collect(), limits: Some(limits) })
}

/// The categories of conversations.
#[utoipa::path(get, path = "/v1/categories", operation_id = "list_categories", tag = "service",
    params(("desk" = Option<String>, Query, description = "Only those that this desk uses")),
    responses((status = 200, description = "The categories", body = CategoryList)))]
pub(super) async fn categories(
    State(context): State<ApiContext>,
    _: Session,
    query: Query,
) -> Json<CategoryList> {
    let settings = context.settings();
    let categories: Vec<String> = settings.categories.all(query.word("desk")).collect();
    let due_ms =
        settings.categories.due_ms().into_iter().filter(|(name, _)| categories.contains(name)).collect();
    Json(CategoryList {
        version: settings.categories.version.clone(),
        categories,
        due_ms,
        required: settings.policy.category_required,
    })
}

/// Survey answers, newest first. Those of other counselors are for supervisors.
#[utoipa::path(get, path = "/v1/surveys", operation_id = "list_surveys", tag = "service",
    params(
        ("since_at" = Option<i64>, Query, description = "From then on (milliseconds UTC); 30 days ago if absent"),
        ("of" = Option<String>, Query, description = "`mine` (default) or `all`"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<i64>, Query, description = "1 to 500, default 500"),
    ),
    responses((status = 200, description = "Those found, in pages", body = SurveyList)))]
pub(super) async fn surveys(
    State(context): State<ApiContext>,
    session: Session,
    query: Query,
) -> Result<Seen<Json<SurveyList>>, Problem> {
    let since = query.number("since_at", 0, i64::MAX)?.unwrap_or(context.now() - EVERY_MS);
    let of = match query.word("of").unwrap_or("mine") {
        "mine" => Some(session.counselor.id),
        "all" if session.actor.supervises() => None,
        "all" => return Err(Problem::new(ProblemCode::SupervisorsOnly)),
        _ => return Err(Problem::bad_request("of").one_of(["mine", "all"])),
    };
    let limit = query.number("limit", 1, MAX_SURVEYS)?.unwrap_or(MAX_SURVEYS);
    let after = match query.word("after") {
        None => None,
        Some(word) => {
            Some(survey_place(word).ok_or_else(|| Problem::bad_request("after").needs(Needs::Place))?)
        }
    };
    let page = (u32::try_from(limit).unwrap_or(u32::MAX), after);
    let (found, next) = context.store.surveys(since, of, page, &session.actor).await?;
    let next = next.map(|(at, id)| format!("{at}.{id}"));
    let scores: Vec<i64> = found.iter().filter_map(|s| s.score.map(i64::from)).collect();
    let n = i64::try_from(scores.len()).unwrap_or(i64::MAX);
    let mean_hundredths = (n > 0).then(|| (scores.iter().sum::<i64>() * 100 + n / 2) / n.max(1));
    let shown = found.iter().map(|survey| (survey.conversation_id, None)).collect();
    let access = NewAccess { shown, ..NewAccess::by(&session.actor, Action::List).detail("survey answers") };
    let list = SurveyList { surveys: found.iter().map(view::survey).collect(), mean_hundredths, next };
    Ok(Seen(Json(list), access))
}

/// Reads what [`surveys`] gave as `next`.
fn survey_place(word: &str) -> Option<(i64, i64)> {
    let (at, id) = word.split_once('.')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

/// Canned replies with the caller's name and a desk filled in.
#[utoipa::path(get, path = "/v1/canned", operation_id = "list_canned", tag = "service",
    params(("desk" = Option<String>, Query, description = "Key of the desk to fill in; the first if absent")),
    responses((status = 200, description = "All canned replies", body = CannedList)))]
pub(super) async fn canned(
    State(context): State<ApiContext>,
    session: Session,
    query: Query,
) -> Result<Json<CannedList>, Problem> {
    let settings = context.settings();
    let desks = &settings.policy.desks;
    let desk = match query.word("desk") {
        None => desks.first(),
        Some(key) => desks.find(key).ok_or_else(|| Problem::new(ProblemCode::NoSuchDesk))?,
    };
    let replies = settings.canned.iter().map(|canned| CannedView {
        key: canned.key.clone(),
        text: canned.filled(&session.counselor.name, &desk.name),
        category: canned.category.clone(),
    });
    Ok(Json(CannedList { replies: replies.collect() }))
}
