//! What a route does not know is refused by name: parameters in the query, and fields in the body of a route that takes none. What a route
//! knows is read from its own description in the OpenAPI document, so that a new route cannot forget it. The fields of bodies are refused by
//! their types (`deny_unknown_fields`).

use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, ParameterIn, Paths};

use super::extract::{Query, json_body};
use super::problem::Problem;

/// What a route takes.
#[derive(Debug, Clone)]
pub(super) struct Known {
    parameters: Arc<[String]>,
    has_body: bool,
}

/// The body of a route that takes none; `null` says the same.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoFields {}

impl Known {
    /// As the route describes itself.
    pub(super) fn of(paths: &Paths) -> Known {
        let operations: Vec<&Operation> = paths
            .paths
            .values()
            .flat_map(|item| [&item.get, &item.post, &item.put, &item.patch, &item.delete])
            .flatten()
            .collect();
        let parameters = operations.iter().flat_map(|operation| operation.parameters.iter().flatten());
        // Ours are all written out where they are used.
        let written = parameters.filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        });
        let in_query = written.filter(|parameter| parameter.parameter_in == ParameterIn::Query);
        Known {
            parameters: in_query.map(|parameter| parameter.name.clone()).collect(),
            has_body: operations.iter().any(|operation| operation.request_body.is_some()),
        }
    }
}

/// Refuses what the route does not know.
pub(super) async fn check(known: Known, request: Request, next: Next) -> Response {
    match checked(&known, request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn checked(known: &Known, request: Request) -> Result<Request, Problem> {
    let query = Query::of(request.uri());
    if let Some(name) = query.names().find(|name| !known.parameters.iter().any(|known| known == name)) {
        return Err(Problem::unknown_field(name, known.parameters.iter().cloned()));
    }
    let may_have_body = !matches!(*request.method(), Method::GET | Method::HEAD);
    if known.has_body || !may_have_body || request.body().is_end_stream() {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let _nothing: Option<NoFields> = json_body(Request::from_parts(parts.clone(), body), &()).await?;
    Ok(Request::from_parts(parts, Body::empty()))
}
