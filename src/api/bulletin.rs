//! Bulletins: supervisors add a sentence to receipts for a time. What is begun was measured as the longest receipt would leave.

use axum::extract::State;
use axum::http::StatusCode;

use super::extract::{Id, Json};
use super::problem::{Problem, ProblemCode};
use super::reply::{measured, planned};
use super::session::Session;
use super::wire::{
    BulletinList, BulletinPreview, BulletinReceipt, BulletinRequest, BulletinResponse, BulletinView,
};
use super::{ApiContext, ApiSettings};
use crate::domain::UnixMs;
use crate::domain::bulletin::{self, Bulletin, LONGEST_MS, Unusable};
use crate::domain::desk::Desk;
use crate::domain::notice::{Language, Notice};
use crate::domain::text::{fits, plan};
use crate::store::BulletinRow;

const MOST_LISTED: u32 = 50;

/// The newest bulletins, those that have ended among them.
#[utoipa::path(get, path = "/v1/bulletins", operation_id = "list_bulletins", tag = "service",
    responses((status = 200, description = "At most 50", body = BulletinList)))]
pub(super) async fn list(
    State(context): State<ApiContext>,
    _: Session,
) -> Result<Json<BulletinList>, Problem> {
    let (rows, now) = (context.store.bulletins(MOST_LISTED).await?, context.now());
    Ok(Json(BulletinList { bulletins: rows.iter().map(|row| view(row, now)).collect() }))
}

/// The receipt as it will arrive with this sentence. Nothing is begun.
#[utoipa::path(post, path = "/v1/bulletins/preview", operation_id = "preview_bulletin", tag = "service",
    request_body = BulletinRequest,
    responses((status = 200, description = "In each language", body = BulletinPreview)))]
pub(super) async fn preview(
    State(context): State<ApiContext>,
    _: Session,
    Json(request): Json<BulletinRequest>,
) -> Result<Json<BulletinPreview>, Problem> {
    let settings = context.settings();
    let new = read(&request, &settings, context.now())?;
    let all = checked(&context, &settings, &new).await?;
    let n_others = i64::try_from(all.len()).unwrap_or(i64::MAX) - 1;
    let receipts = receipts(&settings, desk(&new, &settings), &all);
    Ok(Json(BulletinPreview { text: new.text, receipts, n_others }))
}

/// Begin a bulletin: receipts carry it until `until_at`. The same sentence for the same desk is not begun twice; it gets the new
/// end.
#[utoipa::path(post, path = "/v1/bulletins", operation_id = "begin_bulletin", tag = "service",
    request_body = BulletinRequest,
    responses(
        (status = 201, description = "Begun", body = BulletinResponse),
        (status = 200, description = "It held already; only its end may have moved", body = BulletinResponse),
    ))]
pub(super) async fn begin(
    State(context): State<ApiContext>,
    session: Session,
    Json(request): Json<BulletinRequest>,
) -> Result<(StatusCode, Json<BulletinResponse>), Problem> {
    let (settings, now) = (context.settings(), context.now());
    let new = read(&request, &settings, now)?;
    checked(&context, &settings, &new).await?;
    let begun = context.store.begin_bulletin(new, &session.actor).await?;
    let status = if begun.repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(BulletinResponse { bulletin: view(&begun.row, now), repeated: begun.repeated })))
}

/// Take a bulletin back before its time. One that has ended stays as it is.
#[utoipa::path(delete, path = "/v1/bulletins/{id}", operation_id = "end_bulletin", tag = "service",
    params(("id" = i64, Path, description = "Id of the bulletin")),
    responses((status = 200, description = "No receipt carries it any more", body = BulletinView)))]
pub(super) async fn end(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
) -> Result<Json<BulletinView>, Problem> {
    let now = context.now();
    let row = context.store.end_bulletin(id, &session.actor, now).await?;
    Ok(Json(view(&row, now)))
}

pub(super) fn view(row: &BulletinRow, now: UnixMs) -> BulletinView {
    let of = &row.bulletin;
    BulletinView {
        id: row.id,
        text: of.text.clone(),
        desk: of.desk.clone(),
        begun_by: row.begun_by.clone(),
        begun_at: of.begun_at,
        until_at: of.until_at,
        ended_at: row.ended.as_ref().map(|(at, _)| *at),
        ended_by: row.ended.as_ref().map(|(_, by)| by.clone()),
        is_holding: row.holds(now),
    }
}

fn read(request: &BulletinRequest, settings: &ApiSettings, now: UnixMs) -> Result<Bulletin, Problem> {
    if !settings.policy.receipt_texts {
        return Err(Problem::new(ProblemCode::NoReceipts));
    }
    let text = bulletin::sentence(&request.text).map_err(|why| match why {
        Unusable::Empty => Problem::new(ProblemCode::BulletinEmpty),
        Unusable::TooLong => Problem::new(ProblemCode::BulletinTooLong),
        Unusable::Braces => Problem::new(ProblemCode::BulletinBraces),
        Unusable::IdentityNumber => Problem::new(ProblemCode::IdentityNumberToMany),
    })?;
    // Refuses what the carrier cannot carry, and names it.
    planned(&text, None, settings)?;
    let until_at = Some(request.until_at).filter(|at| *at > now && *at <= now + LONGEST_MS);
    let until_at = until_at.ok_or_else(|| Problem::new(ProblemCode::BulletinUntil))?;
    if request.desk.as_ref().is_some_and(|key| settings.policy.desks.find(key).is_none()) {
        return Err(Problem::new(ProblemCode::NoSuchDesk));
    }
    Ok(Bulletin { text, desk: request.desk.clone(), begun_at: now, until_at })
}

/// The desk whose receipt is shown: its own, or the first.
fn desk<'a>(of: &Bulletin, settings: &'a ApiSettings) -> &'a Desk {
    settings.policy.desks.get_or_first(of.desk.as_deref().unwrap_or_default())
}

/// The bulletins that stand in the receipts of its desk, the new one first; refused if the longest receipt of a desk would not stay
/// one text.
async fn checked(
    context: &ApiContext,
    settings: &ApiSettings,
    new: &Bulletin,
) -> Result<Vec<Bulletin>, Problem> {
    let (policy, holding) = (&settings.policy, context.store.holding_bulletins(new.begun_at).await?);
    let beside = |desk: &Desk| {
        let others = holding.iter().map(|row| &row.bulletin).filter(|one| {
            let is_here = one.desk.as_ref().is_none_or(|key| *key == desk.key);
            is_here && (&one.text, &one.desk) != (&new.text, &new.desk)
        });
        [new].into_iter().chain(others).cloned().collect::<Vec<_>>()
    };
    let desks = policy.desks.all().iter().filter(|d| new.desk.as_ref().is_none_or(|key| *key == d.key));
    for desk in desks {
        let (all, zone) = (beside(desk), desk.calendar.time_zone());
        for language in Language::ALL {
            let longest = bulletin::longest(&all, (zone, language), &policy.texts);
            if longest.is_some_and(|text| fits(&text, policy.texts.limits()).is_err()) {
                return Err(Problem::new(ProblemCode::BulletinCrowded));
            }
        }
    }
    Ok(beside(desk(new, settings)))
}

fn receipts(settings: &ApiSettings, desk: &Desk, all: &[Bulletin]) -> Vec<BulletinReceipt> {
    let (texts, limits) = (&settings.policy.texts, &settings.limits);
    let receipt = |language: Language| {
        let plain = texts.say(Notice::Receipt, language, &[])?.text;
        let text = bulletin::added(&plain, all, (desk.calendar.time_zone(), language), texts);
        let size = measured(&plan(&text, limits).ok()?, false, limits)?;
        Some(BulletinReceipt { language: language.as_str().to_owned(), text, size })
    };
    Language::ALL.into_iter().filter_map(receipt).collect()
}
