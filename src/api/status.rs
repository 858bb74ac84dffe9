//! The state of the service, for counselors.

use axum::extract::State;

use super::extract::Json;
use super::problem::Problem;
use super::session::Caller;
use super::wire::StatusResponse;
use super::words::Language;
use super::{ApiContext, bulletin, lists, view};
use crate::domain::edited_list::ListSource;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Counts, the carriers, the workers, and whether the gateway can do its job.
#[utoipa::path(get, path = "/v1/status", operation_id = "status", tag = "status", responses((status = 200, description = "The state of the service", body = StatusResponse)))]
pub(super) async fn status(
    State(context): State<ApiContext>,
    _: Caller,
    language: Language,
) -> Result<Json<StatusResponse>, Problem> {
    let now_at = context.now();
    let counts = context.store.counts(now_at - DAY_MS).await?;
    let (losses, compared) =
        (context.store.possible_losses(now_at).await?, context.store.comparisons().await?);
    let mut health = (context.health)();
    for carrier in &mut health.carriers {
        let loss = losses.iter().find(|loss| loss.carrier == carrier.name);
        carrier.possible_loss = loss.map(view::possible_loss);
        let of_it = compared.iter().filter(|compared| compared.carrier == carrier.name);
        carrier.compared = of_it.map(view::compared).collect();
    }
    Ok(Json(StatusResponse {
        version: health.version,
        now_at,
        started_at: health.started_at,
        carriers: health.carriers,
        counts: view::counts(&counts),
        workers: health.workers,
        checks: health.facts.ready().iter().map(view::check).collect(),
        bulletins: context
            .store
            .holding_bulletins(now_at)
            .await?
            .iter()
            .map(|row| bulletin::view(row, now_at))
            .collect(),
        lists: context
            .lists
            .states()
            .iter()
            .filter(|of| of.source == ListSource::Supervisor || of.refused.is_some())
            .map(|of| lists::state_view(of, language))
            .collect(),
        recovery: context.store.recovery().await?.as_ref().map(view::recovery),
    }))
}
