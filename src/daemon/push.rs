//! The listener for carriers that call us: `/push/<carrier>`, on an address of its own, so that a proxy can expose it
//! without the counselors' API.

use std::time::Duration;

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

/// A call whose body takes longer is given up: it holds memory and a connection. Carriers wait some ten seconds for us.
const BODY_WITHIN: Duration = Duration::from_secs(30);

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
    let (body, signed) = match arrived(body, mac).await {
        Ok(arrived) => arrived,
        Err(status) => {
            tracing::warn!(
                carrier,
                status = status.as_u16(),
                "a call for {} was refused: it broke off, came too slowly, or is larger than this carrier's calls are",
                carrier.escape_default()
            );
            return plain_response(status, "");
        }
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

/// The body as it is kept, and its signature; or the answer to one that is too large, broke off or came too slowly.
async fn arrived(mut body: Body, mac: Option<BodyMac>) -> Result<(Bytes, Option<BodyMac>), StatusCode> {
    let mut kept = PushBody::new(mac);
    let all = async {
        while let Some(frame) = body.frame().await {
            if let Ok(chunk) = frame.ok()?.into_data() {
                kept.take(&chunk).ok()?;
            }
        }
        Some(())
    };
    match tokio::time::timeout(BODY_WITHIN, all).await {
        Ok(Some(())) => Ok(kept.finish()),
        Ok(None) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
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

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};

    use super::*;

    /// Somebody who begins a body and never ends it holds nothing for long.
    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_arrive_is_given_up() {
        let begun = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{\"a\":"))]);
        let slow = Body::from_stream(begun.chain(stream::pending()));
        let began = tokio::time::Instant::now();
        assert_eq!(arrived(slow, None).await.err(), Some(StatusCode::REQUEST_TIMEOUT));
        assert_eq!(began.elapsed(), BODY_WITHIN);
        let (whole, _) = arrived(Body::from("{}"), None).await.ok().unwrap();
        assert_eq!(whole, "{}");
    }
}
