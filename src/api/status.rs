//! The state of the service, for counselors and for monitoring.

use axum::extract::State;
use axum::http::StatusCode;

use super::extract::Json;
use super::problem::Problem;
use super::session::Caller;
use super::wire::StatusResponse;
use super::{ApiContext, view};
use crate::store::StoreError;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Counts, the carriers and the workers.
#[utoipa::path(get, path = "/v1/status", operation_id = "status", tag = "status", responses((status = 200, description = "The state of the service", body = StatusResponse)))]
pub(super) async fn status(
    State(context): State<ApiContext>,
    _: Caller,
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
        recovery: context.store.recovery().await?.as_ref().map(view::recovery),
    }))
}

/// Whether the daemon is of use: 503 where its database is not, or with the names of the carriers through which no text can
/// reach it. Needs no token.
#[utoipa::path(get, path = "/healthz", operation_id = "healthz", tag = "status", responses(
    (status = 200, description = "It responds, and texts reach it", body = String, content_type = "text/plain"),
    (status = 503, description = "It responds, and its database is damaged or cannot be written, or it is deaf: no text can reach it from these carriers", body = String, content_type = "text/plain"),
))]
pub(super) async fn healthz(State(context): State<ApiContext>) -> (StatusCode, String) {
    match context.store.is_unsound() {
        Some(StoreError::Full) => {
            return (StatusCode::SERVICE_UNAVAILABLE, "the disk is full: nothing can be stored".to_owned());
        }
        Some(_) => {
            return (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database is damaged or lost: see the log".to_owned(),
            );
        }
        None => {}
    }
    let carriers = (context.health)().carriers;
    let deaf = carriers.iter().filter(|carrier| carrier.deaf_since_at.is_some());
    let deaf: Vec<&str> = deaf.map(|carrier| carrier.name.as_str()).collect();
    match deaf.is_empty() {
        true => (StatusCode::OK, "ok".to_owned()),
        false => (StatusCode::SERVICE_UNAVAILABLE, format!("deaf: {}", deaf.join(", "))),
    }
}
