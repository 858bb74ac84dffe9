//! Colleagues: who is on, and what each holds.

use axum::extract::State;

use super::ApiContext;
use super::extract::Json;
use super::problem::Problem;
use super::session::Session;
use super::wire::{ColleagueList, ColleagueView, PresenceRequest, PresenceResponse, PresenceWord};
use crate::domain::presence::Presence;
use crate::store::Colleague;

/// Say whether one is on, on the phone, on a break or off. The answer names the conversations that one still holds.
#[utoipa::path(put, path = "/v1/me/presence", operation_id = "set_presence", tag = "people", request_body = PresenceRequest,
    responses((status = 200, description = "It is known to colleagues", body = PresenceResponse)))]
pub(super) async fn set_presence(
    State(context): State<ApiContext>,
    session: Session,
    Json(request): Json<PresenceRequest>,
) -> Result<Json<PresenceResponse>, Problem> {
    let presence = request.presence;
    let (since_at, held) = context
        .store
        .set_presence(domain(presence), &session.actor, (context.today(), context.now()))
        .await?;
    Ok(Json(PresenceResponse { presence, since_at, held }))
}

/// Everybody who answers citizens: their desks, whether they are on, and how many conversations they hold.
#[utoipa::path(get, path = "/v1/colleagues", operation_id = "list_colleagues", tag = "people",
    responses((status = 200, description = "All of them, by name", body = ColleagueList)))]
pub(super) async fn colleagues(
    State(context): State<ApiContext>,
    session: Session,
) -> Result<Json<ColleagueList>, Problem> {
    let all = context.store.colleagues(context.today(), context.now()).await?;
    Ok(Json(ColleagueList { colleagues: all.iter().map(|one| view(one, session.counselor.id)).collect() }))
}

fn view(of: &Colleague, me: i64) -> ColleagueView {
    ColleagueView {
        login: of.counselor.login.clone(),
        name: of.counselor.name.clone(),
        role: of.role.as_str().to_owned(),
        desks: of.desks.to_word(),
        presence: wire(of.presence),
        since: of.since,
        n_held: of.n_held,
        is_me: of.counselor.id == me,
    }
}

fn domain(word: PresenceWord) -> Presence {
    match word {
        PresenceWord::On => Presence::On,
        PresenceWord::Phone => Presence::Phone,
        PresenceWord::Break => Presence::Break,
        PresenceWord::Off => Presence::Off,
    }
}

fn wire(presence: Presence) -> PresenceWord {
    match presence {
        Presence::On => PresenceWord::On,
        Presence::Phone => PresenceWord::Phone,
        Presence::Break => PresenceWord::Break,
        Presence::Off => PresenceWord::Off,
    }
}
