//! The listener for carriers that call us: `/push/<carrier>`, on an address of its own, so that a proxy can expose it
//! without the counselors' API.

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{Response, StatusCode, header};
use axum::routing::any;
use bytes::Bytes;
use http_body_util::BodyExt;
use url::Url;

use crate::carrier::{BodyMac, PushAnswer, PushBody, PushCall};
use crate::worker::{Context, PushFailed, take_push};

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
    let mac = state.context.carriers.borrow().get(&carrier).and_then(|carrier| carrier.push_mac());
    let Some((body, signed)) = arrived(body, mac).await else {
        tracing::warn!(
            carrier,
            "a call was refused: it broke off, or is larger than this carrier's calls are"
        );
        return plain_response(StatusCode::PAYLOAD_TOO_LARGE, "");
    };
    let mut url = state.public_url.clone();
    url.set_path(&format!("{}/push/{carrier}", state.public_url.path().trim_end_matches('/')));
    url.set_query(head.uri.query());
    let call = PushCall {
        method: &head.method,
        url: &url,
        headers: &head.headers,
        body: &body,
        signed: signed.as_ref(),
        now: state.context.clock.now_ms(),
    };
    match take_push(&state.context, &carrier, &call).await {
        Ok(answer) => carrier_response(answer),
        Err(PushFailed::Refused(refused)) => plain_response(refused.status(), ""),
        Err(PushFailed::NotKept) => plain_response(StatusCode::SERVICE_UNAVAILABLE, ""),
    }
}

/// The body as it is kept, and its signature; `None` if it is too large or broke off.
async fn arrived(mut body: Body, mac: Option<BodyMac>) -> Option<(Bytes, Option<BodyMac>)> {
    let mut kept = PushBody::new(mac);
    while let Some(frame) = body.frame().await {
        if let Ok(chunk) = frame.ok()?.into_data() {
            kept.take(&chunk).ok()?;
        }
    }
    Some(kept.finish())
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
