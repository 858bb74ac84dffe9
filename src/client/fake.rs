//! A scripted server on a real socket, which remembers the requests it got. It uses nothing of this crate.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use futures_util::StreamExt;
use serde_json::{Value, json};

/// A scripted response.
#[derive(Debug, Clone)]
pub enum Reply {
    Json(Value),
    Nothing,
    /// Status, code, and members beyond the common ones.
    Problem(u16, &'static str, Value),
    /// Anything: status, content type, body.
    Raw(u16, &'static str, String),
    /// Content type and body.
    Bytes(&'static str, Vec<u8>),
    /// Server-sent events, after which the connection breaks.
    Events(String),
    /// The request arrives; the connection breaks before the response.
    Lost,
}

/// A request that the server got.
#[derive(Debug, Clone)]
pub struct Asked {
    /// `GET /v1/conversations?state=waiting&limit=50`
    pub line: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[derive(Default)]
struct Script {
    replies: HashMap<String, VecDeque<Reply>>,
    asked: Vec<Asked>,
}

/// The server; it ends with the test.
#[derive(Clone)]
pub struct Fake {
    pub url: String,
    script: Arc<Mutex<Script>>,
}

impl Fake {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let script = Arc::<Mutex<Script>>::default();
        let app = Router::new().fallback(answer).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Fake { url, script }
    }

    /// Answers `POST /v1/login` and the like with these, one after the other; the last one stays.
    pub fn on(&self, route: &str, replies: impl IntoIterator<Item = Reply>) {
        self.script.lock().expect("no panic").replies.insert(route.to_owned(), replies.into_iter().collect());
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.script.lock().expect("no panic").asked.clone()
    }
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let mut script = script.lock().expect("no panic");
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    script.asked.push(Asked { line: format!("{method} {uri}"), headers, body });
    let reply = match script.replies.get_mut(&format!("{method} {}", uri.path())) {
        Some(left) if left.len() > 1 => left.pop_front(),
        Some(left) => left.front().cloned(),
        None => None,
    };
    response(reply.unwrap_or(Reply::Problem(404, "not_found", json!({}))))
}

fn response(reply: Reply) -> Response<Body> {
    let broken = || Err::<Bytes, _>(std::io::Error::other("the line breaks"));
    let (status, kind, body) = match reply {
        Reply::Json(value) => (200, "application/json", Body::from(value.to_string())),
        Reply::Nothing => (204, "", Body::empty()),
        Reply::Raw(status, kind, text) => (status, kind, Body::from(text)),
        Reply::Bytes(kind, bytes) => (200, kind, Body::from(bytes)),
        Reply::Lost => (200, "application/json", Body::from_stream(futures_util::stream::iter([broken()]))),
        Reply::Events(text) => {
            let first = futures_util::stream::iter([Ok(Bytes::from(text))]);
            let then = futures_util::stream::once(async move {
                // The events have to arrive before the connection breaks.
                tokio::time::sleep(std::time::Duration::from_millis(30)).await;
                broken()
            });
            (200, "text/event-stream", Body::from_stream(first.chain(then)))
        }
        Reply::Problem(status, code, more) => {
            let mut problem = json!({
                "type": format!("urn:munja:problem:{code}"), "title": code, "status": status, "code": code,
                "detail": "as the server says it", "request_id": "r-1",
            });
            let members = problem.as_object_mut().expect("an object");
            members.extend(more.as_object().cloned().unwrap_or_default());
            (status, "application/problem+json", Body::from(problem.to_string()))
        }
    };
    Response::builder().status(status).header("content-type", kind).body(body).expect("well formed")
}
