//! The listener for carriers that call us: `/push/<carrier>`, on an address of its own, so that a proxy can expose it
//! without the counselors' API.

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{Response, StatusCode, header};
use axum::routing::any;
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use url::Url;

use crate::carrier::{PushAnswer, PushCall};
use crate::worker::{Context, PushFailed, take_push};

/// Carriers send a text or a page of receipts at once; photos come as addresses.
const MAX_BODY: usize = 1 << 20;

#[derive(Clone)]
struct PushState {
    context: Context,
    /// The address under which carriers know us; their signatures cover it.
    public_url: Url,
}

/// The routes. `public_url` is the address the carriers were told, without `/push/...`.
pub(super) fn router(context: Context, public_url: Url) -> Router {
    Router::new()
        .route("/push/{carrier}", any(take))
        .fallback(async || plain_response(StatusCode::NOT_FOUND, ""))
        .layer(DefaultBodyLimit::disable())
        .with_state(PushState { context, public_url })
}

async fn take(
    State(state): State<PushState>,
    Path(carrier): Path<String>,
    request: Request,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return plain_response(StatusCode::PAYLOAD_TOO_LARGE, ""),
    };
    let mut url = state.public_url.clone();
    url.set_path(&format!("{}/push/{carrier}", state.public_url.path().trim_end_matches('/')));
    url.set_query(head.uri.query());
    let call = PushCall {
        method: &head.method,
        url: &url,
        headers: &head.headers,
        body: &Bytes::clone(&body),
        now: state.context.clock.now_ms(),
    };
    match take_push(&state.context, &carrier, &call).await {
        Ok(answer) => carrier_response(answer),
        Err(PushFailed::Refused(refused)) => plain_response(refused.status(), ""),
        Err(PushFailed::NotKept) => plain_response(StatusCode::SERVICE_UNAVAILABLE, ""),
    }
}

fn carrier_response(answer: PushAnswer) -> Response<Body> {
    let mut response = plain_response(answer.status, answer.body);
    let content_type = header::HeaderValue::from_static(answer.content_type);
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

fn plain_response(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
}
