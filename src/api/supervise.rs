//! Notices to everybody at a desk, and the list of citizens who are restricted or have opted out.

use axum::extract::State;
use axum::http::StatusCode;

use super::ApiContext;
use super::action::words;
use super::audit::Seen;
use super::extract::{Json, Query};
use super::problem::Problem;
use super::session::Session;
use super::view::short_name;
use super::wire::{AnnounceRequest, AnnouncementList, AnnouncementView, CitizenList, CitizenView};
use crate::domain::access::Action;
use crate::domain::identity_number::masked;
use crate::domain::privacy::DAY_MS;
use crate::domain::pseudonym::PseudonymKey;
use crate::store::{CitizenWish, NewAccess};

const MOST_NOTICE_CHARS: usize = 300;
const MOST_NOTICES: u32 = 20;
const MOST_CITIZENS: i64 = 500;
const USUAL_CITIZENS: i64 = 100;

/// Tell everybody at a desk (supervisors): an event `announced`, which every desk shows. Identity numbers in it are masked.
#[utoipa::path(post, path = "/v1/announcements", operation_id = "announce", tag = "service", request_body = AnnounceRequest,
    responses((status = 204, description = "Told")))]
pub(super) async fn announce(
    State(context): State<ApiContext>,
    session: Session,
    Json(request): Json<AnnounceRequest>,
) -> Result<StatusCode, Problem> {
    let line = request.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = words("text", &line, MOST_NOTICE_CHARS)?;
    context.store.announce(masked(&text).into_owned(), &session.actor, context.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notices of the last 24 hours, for who was not at a desk.
#[utoipa::path(get, path = "/v1/announcements", operation_id = "list_announcements", tag = "service",
    responses((status = 200, description = "The newest first, at most 20", body = AnnouncementList)))]
pub(super) async fn announcements(
    State(context): State<ApiContext>,
    _: Session,
) -> Result<Json<AnnouncementList>, Problem> {
    let found = context.store.announcements(context.now() - DAY_MS, MOST_NOTICES).await?;
    let view = found.into_iter().map(|one| AnnouncementView {
        seq: one.seq,
        at: one.at,
        by: one.by,
        text: one.text,
    });
    Ok(Json(AnnouncementList { announcements: view.collect() }))
}

/// Citizens who are restricted now, or want no automatic texts (supervisors). Numbers are masked.
#[utoipa::path(get, path = "/v1/citizens", operation_id = "list_citizens", tag = "conversation",
    params(("limit" = Option<i64>, Query, description = "1 to 500, default 100")),
    responses((status = 200, description = "Those found", body = CitizenList)))]
pub(super) async fn citizens(
    State(context): State<ApiContext>,
    session: Session,
    query: Query,
) -> Result<Seen<Json<CitizenList>>, Problem> {
    let limit = query.number("limit", 1, MOST_CITIZENS)?.unwrap_or(USUAL_CITIZENS);
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let (found, n_total) = context.store.citizen_wishes(limit, context.now()).await?;
    let shown = found.iter().map(|one| (one.conversation_id.unwrap_or(0), Some(one.citizen.clone())));
    let access = NewAccess {
        shown: shown.collect(),
        ..NewAccess::by(&session.actor, Action::List).detail("restricted and opted-out citizens")
    };
    let names = context.store.pseudonyms();
    let citizens = found.into_iter().map(|one| view(one, names)).collect();
    Ok(Seen(Json(CitizenList { citizens, n_total }), access))
}

fn view(of: CitizenWish, names: &PseudonymKey) -> CitizenView {
    CitizenView {
        citizen: of.citizen.to_string(),
        citizen_name: short_name(&of.citizen, names),
        conversation_id: of.conversation_id,
        restricted_until_at: of.restricted_until_at,
        restriction_reason: of.restriction_reason.map(|reason| masked(&reason).into_owned()),
        restricted_by: of.restricted_by,
        opted_out_at: of.opted_out_at,
    }
}
