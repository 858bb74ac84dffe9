//! Answered questions that are like the one of a conversation.

use axum::extract::State;

use super::audit::Seen;
use super::extract::{Id, Json};
use super::problem::Problem;
use super::session::Session;
use super::wire::SimilarList;
use super::{ApiContext, view};
use crate::domain::access::Action;
use crate::store::NewAccess;

/// More would have to be read, and a counselor has a citizen who waits.
const MOST: usize = 3;

/// The three most similar questions that were answered before, with their answers; of closed conversations that the caller may see.
#[utoipa::path(get, path = "/v1/conversations/{id}/similar", operation_id = "similar", tag = "conversation",
    params(("id" = i64, Path, description = "Id of the conversation")),
    responses((status = 200, description = "Those found, most similar first", body = SimilarList)))]
pub(super) async fn similar(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
) -> Result<Seen<Json<SimilarList>>, Problem> {
    let (citizen, found) = context.store.similar(id, MOST, &session.actor).await??;
    let access = NewAccess::by(&session.actor, Action::Search).detail("similar").about(id, Some(&citizen));
    let shown = found.iter().map(|one| (one.conversation_id, Some(one.citizen.clone())));
    let shown = access.shown.clone().into_iter().chain(shown).collect();
    let list = SimilarList { similar: found.iter().map(view::similar).collect() };
    Ok(Seen(Json(list), NewAccess { shown, ..access }))
}
