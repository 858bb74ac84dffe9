//! Refusals: every error answer is `application/problem+json` (RFC 9457) with a stable code, one sentence for the person
//! in their language, and a request id under which the log has the cause.
//!
//! A route returns a [`Refusal`]; [`describe`], which stands around all routes, turns it into words, because only there
//! the request's language and id are known. Causes are logged there, once. Neither holds a text, number or token.

use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::view;
use super::wire::{CounselorView, MessageView, OfferView, PROBLEM_CODES, Problem};
use super::words::{Language, words};
use crate::domain::text::Offer;
use crate::store::{Claim, Message, StoreError};

/// Why a request was not done.
#[derive(Debug, Clone)]
pub(super) struct Refusal(Box<Parts>);

#[derive(Debug, Clone, Default)]
struct Parts {
    code: &'static str,
    /// Which field or header is meant.
    about: Option<String>,
    /// For the log only.
    cause: Option<String>,
    newer: Vec<MessageView>,
    characters: Vec<String>,
    offer: Option<OfferView>,
    claimed_by: Option<CounselorView>,
    retry_after_secs: Option<i64>,
}

impl Refusal {
    /// `code` must be one of [`PROBLEM_CODES`].
    pub(super) fn new(code: &'static str) -> Self {
        Refusal(Box::new(Parts { code, ..Parts::default() }))
    }

    /// With a cause for the log; it must hold nothing personal.
    pub(super) fn because(code: &'static str, cause: impl Into<String>) -> Self {
        Refusal(Box::new(Parts { code, cause: Some(cause.into()), ..Parts::default() }))
    }

    /// The request can't be understood; `field` names what of it.
    pub(super) fn bad_request(field: impl Into<String>) -> Self {
        Refusal(Box::new(Parts { code: "bad_request", about: Some(field.into()), ..Parts::default() }))
    }

    pub(super) fn newer_texts(newer: &[Message]) -> Self {
        let newer = newer.iter().map(|text| view::message(text, |_, _| None)).collect();
        Refusal(Box::new(Parts { code: "newer_texts", newer, ..Parts::default() }))
    }

    pub(super) fn unencodable(characters: &[char], offer: Option<Offer>) -> Self {
        let characters = characters.iter().map(char::to_string).collect();
        let offer = offer.map(view::offer);
        Refusal(Box::new(Parts { code: "unencodable", characters, offer, ..Parts::default() }))
    }

    pub(super) fn locked_out(retry_after_secs: i64) -> Self {
        let retry_after_secs = Some(retry_after_secs);
        Refusal(Box::new(Parts { code: "locked_out", retry_after_secs, ..Parts::default() }))
    }

    /// What a guard said; `None` if it let the change through. `NewerTexts` needs the texts: see [`Self::newer_texts`].
    pub(super) fn of_claim(claim: Claim) -> Option<Self> {
        match claim {
            Claim::Done => None,
            Claim::HeldBy(holder) => {
                let claimed_by = Some(view::counselor(&holder));
                Some(Refusal(Box::new(Parts { code: "claimed_by_other", claimed_by, ..Parts::default() })))
            }
            Claim::NotHeld => Some(Refusal::new("not_claimed")),
            Claim::Closed => Some(Refusal::new("closed")),
            Claim::NewerTexts => Some(Refusal::new("newer_texts")),
            Claim::Full => Some(Refusal::new("too_many_held")),
            Claim::OptedOut => Some(Refusal::new("opted_out")),
            Claim::CategoryNeeded => Some(Refusal::new("category_needed")),
        }
    }

    /// A store error whose `Conflict` has a name on this route.
    pub(super) fn on_conflict(code: &'static str) -> impl FnOnce(StoreError) -> Self {
        move |error| match error {
            StoreError::Conflict(why) => Refusal::because(code, why),
            other => other.into(),
        }
    }

    /// A code that is in no table is our mistake.
    fn status(&self) -> StatusCode {
        let known = PROBLEM_CODES.iter().find(|(code, _)| *code == self.0.code);
        known
            .and_then(|(_, status)| StatusCode::from_u16(*status).ok())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn into_problem(self, language: Language, request_id: String) -> Problem {
        let words = words(self.0.code, language);
        Problem {
            r#type: format!("urn:munja:problem:{}", self.0.code),
            title: words.title.to_owned(),
            status: self.status().as_u16(),
            code: self.0.code.to_owned(),
            detail: words.detail.replace("{}", self.0.about.as_deref().unwrap_or_default()),
            request_id,
            newer: self.0.newer,
            characters: self.0.characters,
            offer: self.0.offer,
            claimed_by: self.0.claimed_by,
            retry_after_secs: self.0.retry_after_secs,
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::NotFound => "not_found",
            StoreError::Busy => "database_busy",
            StoreError::Full => "database_full",
            StoreError::ReadOnly
            | StoreError::Corrupt(_)
            | StoreError::Unusable(_)
            | StoreError::DiskFailed
            | StoreError::Sqlite(_) => "database_broken",
            // Routes name the conflicts they expect; any other is our mistake, and so is a task that died.
            StoreError::Conflict(_) | StoreError::Crashed => "internal",
        };
        Refusal::because(code, error.to_string())
    }
}

impl IntoResponse for Refusal {
    /// Only carries the refusal to [`describe`].
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives each request its id, turns refusals and panics into problems, and logs what went wrong.
///
/// Each request runs to its end, also if its caller hangs up: a change that was begun is finished, announced and logged.
pub(super) async fn describe(mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = RequestId::random();
    let language = Language::of(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    request.extensions_mut().insert(id.clone());
    let ran = tokio::spawn(next.run(request)).await;
    // What a panic says may quote what somebody wrote, so it is not logged.
    let mut response =
        ran.unwrap_or_else(|_| Refusal::because("internal", "a handler panicked").into_response());
    let refusal = response.extensions_mut().remove::<Refusal>();
    log(&id, &method, route.as_deref(), &response, refusal.as_ref(), began);
    if let Some(refusal) = refusal {
        write_problem(&mut response, refusal, language, &id);
    }
    set(response.headers_mut(), "x-request-id", &id.0);
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What an answer and the log share.
#[derive(Clone)]
pub(super) struct RequestId(pub(super) String);

impl RequestId {
    /// 60 random bits in characters that nobody mistakes for each other.
    fn random() -> Self {
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let bits: [u8; 12] = rand::random();
        RequestId(bits.iter().map(|b| char::from(ALPHABET[usize::from(b & 31)])).collect())
    }
}

/// The route stands in the log as its pattern: no query string, nothing a caller made up.
fn log(
    id: &RequestId,
    method: &Method,
    route: Option<&str>,
    response: &Response,
    refusal: Option<&Refusal>,
    began: Instant,
) {
    let (route, status) = (route.unwrap_or("unknown route"), response.status().as_u16());
    let code = refusal.map_or("", |r| r.0.code);
    let cause = refusal.and_then(|r| r.0.cause.as_deref()).unwrap_or_default();
    let ms = began.elapsed().as_millis();
    if response.status().is_server_error() {
        tracing::error!(request_id = id.0, %method, route, status, code, cause, ms, "request failed");
    } else if refusal.is_some() {
        tracing::info!(request_id = id.0, %method, route, status, code, cause, ms, "request refused");
    } else {
        tracing::debug!(request_id = id.0, %method, route, status, ms, "request done");
    }
}

/// Keeps the headers that stand there already, such as `Allow`.
fn write_problem(response: &mut Response, refusal: Refusal, language: Language, id: &RequestId) {
    let problem = refusal.into_problem(language, id.0.clone());
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    set(headers, "content-type", "application/problem+json");
    set(headers, "content-language", language.tag());
    if problem.status == 401 {
        set(headers, "www-authenticate", "Bearer");
    }
    if let Some(secs) = problem.retry_after_secs {
        set(headers, "retry-after", &secs.to_string());
    }
    // A struct of strings and numbers always has a JSON form.
    *response.body_mut() = Body::from(serde_json::to_vec(&problem).unwrap_or_default());
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
