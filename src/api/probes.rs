//! What monitoring asks: `/healthz`, `/livez` and `/readyz` (named checks; the rule is `domain::readiness`), and `/metrics`. Nothing
//! here is about a citizen.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use super::problem::{Problem, ProblemCode};
use super::session::Caller;
use super::{ApiContext, view};
use crate::domain::readiness::Check;

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// A scrape that takes longer is given up: the database does not answer.
const SCRAPE_WITHIN: Duration = Duration::from_secs(8);

/// Everything here without a token: for a listener that only this machine reaches.
pub fn monitoring_router(context: ApiContext) -> Router {
    Router::new()
        .route(
            "/metrics",
            get(async |State(context): State<ApiContext>, headers: HeaderMap| {
                scrape(&context, &headers).await.unwrap_or_else(IntoResponse::into_response)
            }),
        )
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/healthz", get(healthz))
        .with_state(context)
}

/// Whether the daemon is of use: 503 where its database is not, or with the names of the carriers through which no text can
/// reach it. Needs no token.
#[utoipa::path(get, path = "/healthz", operation_id = "healthz", tag = "status", responses(
    (status = 200, description = "It responds, and texts reach it", body = String, content_type = "text/plain"),
    (status = 503, description = "It responds, and its database is damaged or cannot be written, or it is deaf: no text can reach it from these carriers", body = String, content_type = "text/plain"),
))]
pub(super) async fn healthz(State(context): State<ApiContext>) -> (StatusCode, String) {
    let facts = (context.health)().facts;
    let deaf = facts.deaf().join(", ");
    match facts.database {
        Some(trouble) => (StatusCode::SERVICE_UNAVAILABLE, trouble),
        None if deaf.is_empty() => (StatusCode::OK, "ok".to_owned()),
        None => (StatusCode::SERVICE_UNAVAILABLE, format!("deaf: {deaf}")),
    }
}

/// Whether a new start may be needed: 503 while a loop makes no progress. One check a line, or JSON (`Accept: application/json`).
/// Needs no token.
#[utoipa::path(get, path = "/livez", operation_id = "livez", tag = "status", responses(
    (status = 200, description = "Every check is ok", body = String, content_type = "text/plain"),
    (status = 503, description = "A check fails: the daemon does not get on", body = String, content_type = "text/plain"),
))]
pub(super) async fn livez(State(context): State<ApiContext>, headers: HeaderMap) -> Response {
    listed(&(context.health)().facts.alive(), &headers)
}

/// Whether it can do its job: 503 while a loop stalls, nothing can be stored, the disk is full, the clock is wrong, or a carrier is
/// deaf. One check a line, or JSON (`Accept: application/json`). Needs no token.
#[utoipa::path(get, path = "/readyz", operation_id = "readyz", tag = "status", responses(
    (status = 200, description = "Every check is ok", body = String, content_type = "text/plain"),
    (status = 503, description = "A check fails", body = String, content_type = "text/plain"),
))]
pub(super) async fn readyz(State(context): State<ApiContext>, headers: HeaderMap) -> Response {
    listed(&(context.health)().facts.ready(), &headers)
}

/// Figures for monitoring, in the text format of Prometheus or as OpenMetrics. Needs a service token of the purpose `metrics`.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "status", responses(
    (status = 200, description = "The figures", body = String, content_type = "text/plain"),
))]
pub(super) async fn metrics(
    State(context): State<ApiContext>,
    headers: HeaderMap,
    _: Caller,
) -> Result<Response, Problem> {
    scrape(&context, &headers).await
}

async fn scrape(context: &ApiContext, headers: &HeaderMap) -> Result<Response, Problem> {
    let figures = tokio::time::timeout(SCRAPE_WITHIN, (context.metrics)()).await;
    let figures =
        figures.map_err(|_| Problem::because(ProblemCode::DatabaseBusy, "the scrape took too long"))??;
    let (kind, figures) = match wants(headers, "application/openmetrics-text") {
        true => (OPEN_METRICS, figures),
        false => (TEXT, as_text_format(&figures)),
    };
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], figures).into_response())
}

fn wants(headers: &HeaderMap, kind: &str) -> bool {
    let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepts.flat_map(|value| value.split(',')).any(|one| one.trim().starts_with(kind))
}

/// OpenMetrics in the older text format, which every scraper and `promtool check metrics` read: there a counter is named with its
/// ending, and there are neither units nor an end.
fn as_text_format(figures: &str) -> String {
    let renamed = |line: &str, ending: &str| {
        let mut words: Vec<&str> = line.splitn(4, ' ').collect();
        let name = words.get(2).map(|name| format!("{name}{ending}"));
        if let (Some(name), Some(place)) = (&name, words.get_mut(2)) {
            *place = name;
        }
        words.join(" ")
    };
    let lines: Vec<&str> = figures.lines().collect();
    let mut text = String::with_capacity(figures.len());
    for (n, line) in lines.iter().enumerate() {
        // A description comes before the type of the same name, and takes the same ending.
        let kind = lines[n..].iter().take(2).find(|line| line.starts_with("# TYPE "));
        let ending = match kind.and_then(|line| line.rsplit(' ').next()) {
            Some("counter") => "_total",
            Some("info") => "_info",
            _ => "",
        };
        match line.split(' ').nth(1).filter(|_| line.starts_with('#')) {
            Some("HELP") => text.push_str(&renamed(line, ending)),
            Some("TYPE") => text.push_str(&renamed(line, ending).replace(" info", " gauge")),
            Some(_) => continue,
            None => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

/// The checks, and 503 if one of them fails.
fn listed(checks: &[Check], headers: &HeaderMap) -> Response {
    let is_ok = checks.iter().all(Check::is_ok);
    let status = if is_ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    if wants(headers, "application/json") {
        let checks: Vec<_> = checks.iter().map(view::check).collect();
        return (status, axum::Json(json!({"state": view::state(is_ok), "checks": checks}))).into_response();
    }
    let line = |check: &Check| match &check.trouble {
        None => format!("ok {}\n", check.name),
        Some(trouble) => format!("failing {}: {trouble}\n", check.name),
    };
    (status, checks.iter().map(line).collect::<String>()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_format_names_counters_with_their_ending() {
        let open = "# HELP munja_a_seconds How long.\n# TYPE munja_a_seconds histogram\n# UNIT munja_a_seconds seconds\n\
                    munja_a_seconds_sum 1\n# HELP munja_b How many.\n# TYPE munja_b counter\nmunja_b_total{x=\"y\"} 3\n\
                    # HELP munja_build Which.\n# TYPE munja_build info\nmunja_build_info{version=\"1\"} 1\n# EOF\n";
        let text = "# HELP munja_a_seconds How long.\n# TYPE munja_a_seconds histogram\nmunja_a_seconds_sum 1\n\
                    # HELP munja_b_total How many.\n# TYPE munja_b_total counter\nmunja_b_total{x=\"y\"} 3\n\
                    # HELP munja_build_info Which.\n# TYPE munja_build_info gauge\nmunja_build_info{version=\"1\"} 1\n";
        assert_eq!(as_text_format(open), text);
    }
}
