//! The door for carriers that call us: `/push/<carrier>`, on an address of its own, so that a proxy can show it to the
//! world without showing the counselors' API.

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
struct Door {
    context: Context,
    /// How the carriers call us: what signatures cover.
    public_url: Url,
}

/// The routes. `public_url` is the address the carriers were told, without `/push/...`.
pub(super) fn router(context: Context, public_url: Url) -> Router {
    Router::new()
        .route("/push/{carrier}", any(take))
        .fallback(async || said(StatusCode::NOT_FOUND, ""))
        .layer(DefaultBodyLimit::disable())
        .with_state(Door { context, public_url })
}

async fn take(State(door): State<Door>, Path(carrier): Path<String>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return said(StatusCode::PAYLOAD_TOO_LARGE, ""),
    };
    let mut url = door.public_url.clone();
    url.set_path(&format!("{}/push/{carrier}", door.public_url.path().trim_end_matches('/')));
    url.set_query(head.uri.query());
    let call = PushCall {
        method: &head.method,
        url: &url,
        headers: &head.headers,
        body: &Bytes::clone(&body),
        now: door.context.clock.now_ms(),
    };
    match take_push(&door.context, &carrier, &call).await {
        Ok(answer) => answered(answer),
        Err(PushFailed::Refused(refused)) => said(refused.status(), ""),
        Err(PushFailed::NotKept) => said(StatusCode::SERVICE_UNAVAILABLE, ""),
    }
}

fn answered(answer: PushAnswer) -> Response<Body> {
    let mut response = said(answer.status, answer.body);
    let content_type = header::HeaderValue::from_static(answer.content_type);
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

fn said(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
}
