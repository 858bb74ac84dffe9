//! Quality reviews: what to look at, the sheet, what supervisors wrote, and what the counselor says to it.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use super::action::{perhaps, words};
use super::audit::Seen;
use super::extract::{Id, Json, Query};
use super::needs::Needs;
use super::problem::{Problem, ProblemCode};
use super::session::Session;
use super::wire::{
    PointView, ReviewAnswer, ReviewList, ReviewMarkView, ReviewRequest, ReviewSample, ReviewView,
    ReviewWritten, SampledView, SheetView,
};
use super::words::Language as Accepted;
use super::{ApiContext, ApiSettings};
use crate::domain::access::Action;
use crate::domain::counselor::Counselor;
use crate::domain::identity_number::masked;
use crate::domain::notice::Language;
use crate::domain::privacy::DAY_MS;
use crate::domain::review::{Candidate, sample};
use crate::store::{NewAccess, NewReview, Review, ReviewSearch, StoreError};

/// A comment, and an answer to it, is not longer (characters).
const MOST_CHARS: usize = 2_000;
const MOST_SAMPLED: i64 = 50;
const USUAL_SAMPLE: i64 = 5;
const MOST_DAYS: i64 = 366;
const USUAL_DAYS: i64 = 30;
const MOST_REVIEWS: i64 = 500;
const USUAL_REVIEWS: i64 = 100;

/// Everybody's login and name, by number.
pub(super) type People = BTreeMap<i64, Counselor>;

pub(super) async fn people(context: &ApiContext) -> Result<People, StoreError> {
    Ok(context.store.counselors().await?.into_iter().map(|c| (c.id, c)).collect())
}

/// Login and name of somebody; empty for who is unknown.
pub(super) fn names_of(people: &People, id: i64) -> (String, String) {
    people.get(&id).map(|c| (c.login.clone(), c.name.clone())).unwrap_or_default()
}

pub(super) fn language(headers: &HeaderMap) -> Language {
    match Accepted::from_headers(headers) {
        Accepted::Korean => Language::Ko,
        Accepted::English => Language::En,
    }
}

/// The number of the counselor whom the query names.
pub(super) async fn counselor_of(context: &ApiContext, query: &Query) -> Result<Option<i64>, Problem> {
    let Some(login) = query.word("counselor").filter(|login| !login.is_empty()) else {
        return Ok(None);
    };
    match context.store.counselor_id(login.to_owned()).await {
        Err(StoreError::NotFound) => Err(Problem::new(ProblemCode::NoSuchPerson)),
        found => Ok(Some(found?)),
    }
}

/// The sheet by which consultations are reviewed.
#[utoipa::path(get, path = "/v1/reviews/sheet", operation_id = "review_sheet", tag = "review",
    responses((status = 200, description = "Its points, in the language of `Accept-Language`", body = SheetView)))]
pub(super) async fn sheet(
    State(context): State<ApiContext>,
    _: Session,
    headers: HeaderMap,
) -> Json<SheetView> {
    let (settings, language) = (context.settings(), language(&headers));
    let points = settings.review_sheet.points.iter().map(|point| PointView {
        key: point.key.clone(),
        name: point.words(language).name.clone(),
        names: vec![point.ko.name.clone(), point.en.name.clone()],
        question: point.words(language).question.clone(),
        best: point.best,
    });
    Json(SheetView { version: settings.review_sheet.version.clone(), points: points.collect() })
}

/// Consultations to review, drawn evenly among counselors: closed, answered by somebody else than the caller, not reviewed yet.
#[utoipa::path(get, path = "/v1/reviews/sample", operation_id = "sample_reviews", tag = "review",
    params(
        ("counselor" = Option<String>, Query, description = "Log-in name; everybody if absent"),
        ("desk" = Option<String>, Query, description = "Key of a desk; all if absent"),
        ("days" = Option<i64>, Query, description = "Closed in so many days, 1 to 366, default 30"),
        ("n" = Option<i64>, Query, description = "How many, 1 to 50, default 5"),
        ("seed" = Option<i64>, Query, description = "The same number draws the same ones; by default today's"),
    ),
    responses((status = 200, description = "Those drawn; without any text", body = ReviewSample)))]
pub(super) async fn draw(
    State(context): State<ApiContext>,
    session: Session,
    query: Query,
) -> Result<Seen<Json<ReviewSample>>, Problem> {
    let settings = context.settings();
    let desk = query.word("desk").filter(|key| !key.is_empty()).map(str::to_owned);
    if desk.as_deref().is_some_and(|key| settings.policy.desks.find(key).is_none()) {
        return Err(Problem::new(ProblemCode::NoSuchDesk));
    }
    let days = query.number("days", 1, MOST_DAYS)?.unwrap_or(USUAL_DAYS);
    let n = query.number("n", 1, MOST_SAMPLED)?.unwrap_or(USUAL_SAMPLE);
    let now = context.now();
    let seed = query.number("seed", 0, i64::MAX)?.unwrap_or(now / DAY_MS);
    let counselor_id = counselor_of(&context, &query).await?;
    let search = ReviewSearch { since: now - days * DAY_MS, desk, counselor_id };
    let found = context.store.reviewable(search, &session.actor).await?;
    let candidates: Vec<Candidate> = found.iter().map(|one| one.candidate).collect();
    let drawn = sample(&candidates, seed.unsigned_abs(), usize::try_from(n).unwrap_or(0));
    let people = people(&context).await?;
    let shown = |one: &Candidate| {
        let about = found.iter().find(|known| known.candidate == *one)?;
        let (counselor, counselor_name) = names_of(&people, one.counselor_id);
        Some(SampledView {
            conversation_id: one.conversation_id,
            counselor,
            counselor_name,
            desk: about.desk.clone(),
            category: about.category.clone(),
            closed_at: about.closed_at,
        })
    };
    let n_candidates = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let list = ReviewSample { seed, n_candidates, consultations: drawn.iter().filter_map(shown).collect() };
    let access = NewAccess {
        shown: drawn.iter().map(|one| (one.conversation_id, None)).collect(),
        ..NewAccess::by(&session.actor, Action::List).detail("review sample")
    };
    Ok(Seen(Json(list), access))
}

/// Review a counselor's work in a closed consultation: a mark for each point of the sheet, and a comment for the counselor.
#[utoipa::path(post, path = "/v1/conversations/{id}/reviews", operation_id = "write_review", tag = "review",
    params(("id" = i64, Path, description = "Id of the conversation")),
    request_body = ReviewRequest,
    responses((status = 201, description = "Kept; the counselor can read it", body = ReviewWritten)))]
pub(super) async fn write(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
    Json(request): Json<ReviewRequest>,
) -> Result<(StatusCode, Json<ReviewWritten>), Problem> {
    let given: Vec<(String, i64)> = request.marks.into_iter().map(|m| (m.point, m.mark)).collect();
    let marks = context.settings().review_sheet.read(&given);
    // A word that is no point is not repeated: it may be anything.
    let marks = marks.map_err(|bad| match bad {
        crate::domain::review::BadMarks::Unknown(_) => Problem::bad_request("marks").needs(Needs::Points),
        bad => Problem::bad_request(format!("marks.{}", bad.point())).needs(Needs::Mark),
    })?;
    let comment = perhaps("comment", &request.comment, MOST_CHARS)?;
    let new = NewReview { conversation_id: id, counselor: request.counselor, marks, comment };
    let id = context.store.write_review(new, &session.actor, context.now()).await??;
    Ok((StatusCode::CREATED, Json(ReviewWritten { id })))
}

/// Reviews, newest first: those of one's own work, or of everybody's for supervisors. Who reads their own is noted to have read them.
#[utoipa::path(get, path = "/v1/reviews", operation_id = "list_reviews", tag = "review",
    params(
        ("of" = Option<String>, Query, description = "`mine` (default) or `all`"),
        ("counselor" = Option<String>, Query, description = "With `all`: log-in name of whose work"),
        ("limit" = Option<i64>, Query, description = "1 to 500, default 100"),
    ),
    responses((status = 200, description = "Those found", body = ReviewList)))]
pub(super) async fn list(
    State(context): State<ApiContext>,
    session: Session,
    headers: HeaderMap,
    query: Query,
) -> Result<Seen<Json<ReviewList>>, Problem> {
    let (of, is_own) = match query.word("of").unwrap_or("mine") {
        "mine" => (Some(session.counselor.id), true),
        "all" if session.actor.supervises() => (counselor_of(&context, &query).await?, false),
        "all" => return Err(Problem::new(ProblemCode::SupervisorsOnly)),
        _ => return Err(Problem::bad_request("of").one_of(["mine", "all"])),
    };
    let limit = query.number("limit", 1, MOST_REVIEWS)?.unwrap_or(USUAL_REVIEWS);
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let found = context.store.reviews(of, limit, &session.actor).await?;
    if let Some(newest) = found.iter().filter(|one| is_own && one.read_at.is_none()).map(|one| one.id).max() {
        context.store.note_reviews_read(newest, &session.actor, context.now()).await?;
    }
    let access = NewAccess {
        shown: found.iter().map(|one| (one.conversation_id, None)).collect(),
        ..NewAccess::by(&session.actor, Action::List).detail("reviews")
    };
    let (settings, language) = (context.settings(), language(&headers));
    let reviews = found.into_iter().map(|one| view(one, &settings, language)).collect();
    Ok(Seen(Json(ReviewList { reviews }), access))
}

/// Say something to a review of one's own work, once.
#[utoipa::path(post, path = "/v1/reviews/{id}/answer", operation_id = "answer_review", tag = "review",
    params(("id" = i64, Path, description = "Id of the review")),
    request_body = ReviewAnswer,
    responses((status = 204, description = "Kept; supervisors can read it")))]
pub(super) async fn answer(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
    Json(request): Json<ReviewAnswer>,
) -> Result<StatusCode, Problem> {
    let text = words("text", &request.text, MOST_CHARS)?;
    context.store.answer_review(id, text, &session.actor, context.now()).await??;
    Ok(StatusCode::NO_CONTENT)
}

fn view(of: Review, settings: &ApiSettings, language: Language) -> ReviewView {
    let points = &settings.review_sheet.points;
    let place = |key: &str| points.iter().position(|point| point.key == key);
    let mut marks: Vec<ReviewMarkView> = of
        .marks
        .into_iter()
        .map(|mark| {
            let known = place(&mark.point).map(|n| points[n].words(language).name.clone());
            let name = known.unwrap_or_else(|| mark.point.clone());
            ReviewMarkView { point: mark.point, name, mark: mark.mark, of: mark.of }
        })
        .collect();
    marks.sort_by_key(|mark| place(&mark.point).unwrap_or(usize::MAX));
    let (counselor, counselor_name) = of.counselor;
    ReviewView {
        id: of.id,
        conversation_id: of.conversation_id,
        desk: of.desk,
        counselor,
        counselor_name,
        reviewer: of.reviewer,
        reviewed_at: of.reviewed_at,
        marks,
        comment: masked(of.comment.reveal()).into_owned(),
        read_at: of.read_at,
        answer: of.answer.map(|answer| masked(answer.reveal()).into_owned()),
        answered_at: of.answered_at,
    }
}
