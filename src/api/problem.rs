//! Problems: every error response is `application/problem+json` (RFC 9457) with a stable code, one sentence for the person
//! in their language, and a request id under which the log has the cause.
//!
//! A route returns a [`Problem`]; [`describe`], a layer around all routes, writes the response, because only there the
//! request's language and id are known. It logs each cause once. Neither holds a text, number or token.

use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::needs::Needs;
use super::view;
pub(super) use super::wire::ProblemCode;
use super::wire::{CounselorView, ListVersionView, MessageView, OfferView, ProblemDetails, ReplySize};
use super::words::{Bounded, Bounds, Language, allowed, fault_view, faults_in_words, words};
use crate::domain::counselor::Counselor;
use crate::domain::edited_list::ListFault;
use crate::domain::refusal::Refusal;
use crate::domain::text::{MessageText, Offer};
use crate::store::{Message, StoreError};

/// Who cannot log in for the crowd tries again after this (seconds).
const CROWDED_SECS: i64 = 3;

/// Why a request was refused, with what its code carries beside the common members.
#[derive(Debug, Clone)]
pub(super) struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    code: ProblemCode,
    /// The field, parameter or header that the problem is about.
    about: Option<String>,
    /// What is known in its place, or may stand there.
    known: Vec<String>,
    /// What it has to lie between.
    bounds: Option<Bounds>,
    needs: Option<Needs>,
    /// For the log only.
    cause: Option<String>,
    newer: Vec<MessageView>,
    characters: Vec<String>,
    offer: Option<OfferView>,
    size: Option<ReplySize>,
    claimed_by: Option<CounselorView>,
    offered_to: Option<CounselorView>,
    retry_after_secs: Option<i64>,
    faults: Vec<ListFault>,
    draft: Option<String>,
    draft_origin: Option<&'static str>,
    list_version: Option<ListVersionView>,
}

impl Problem {
    pub(super) fn new(code: ProblemCode) -> Self {
        Problem(Box::new(Parts {
            code,
            about: None,
            known: Vec::new(),
            bounds: None,
            needs: None,
            cause: None,
            newer: Vec::new(),
            characters: Vec::new(),
            offer: None,
            size: None,
            claimed_by: None,
            offered_to: None,
            retry_after_secs: None,
            faults: Vec::new(),
            draft: None,
            draft_origin: None,
            list_version: None,
        }))
    }

    /// With a cause for the log; it must hold nothing personal.
    pub(super) fn because(code: ProblemCode, cause: impl Into<String>) -> Self {
        let mut problem = Problem::new(code);
        problem.0.cause = Some(cause.into());
        problem
    }

    /// The request can't be understood; `field` names the part that is wrong. What would be right has to be said, too.
    pub(super) fn bad_request(field: impl Into<String>) -> BadField {
        let mut problem = Problem::new(ProblemCode::BadRequest);
        problem.0.about = Some(field.into());
        BadField(problem)
    }

    /// A field or parameter that nobody here knows, beside those that are known. A name that could be something else, such as
    /// somebody's number, is not repeated.
    pub(super) fn unknown_field(name: &str, known: impl IntoIterator<Item = String>) -> Self {
        let is_name = (1..=30).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            && !name.starts_with(|c: char| c.is_ascii_digit());
        let mut problem = Problem::new(ProblemCode::UnknownField);
        problem.0.about = Some(if is_name { name } else { "?" }.to_owned());
        problem.0.known = known.into_iter().collect();
        problem
    }

    /// A body of another type than the route takes.
    pub(super) fn wrong_content_type(kind: &str) -> Self {
        let is_type =
            kind.len() <= 80 && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b"/+-.".contains(&b));
        let mut problem = Problem::new(ProblemCode::WrongContentType);
        problem.0.about = Some(if is_type { kind } else { "?" }.to_owned());
        problem.0.known = vec!["application/json".to_owned()];
        problem
    }

    pub(super) fn newer_texts(newer: &[Message]) -> Self {
        let mut problem = Problem::new(ProblemCode::NewerTexts);
        problem.0.newer = newer.iter().map(|text| view::message(text, |_, _| None)).collect();
        problem
    }

    pub(super) fn unencodable(characters: &[char], offer: Option<Offer>) -> Self {
        let mut problem = Problem::new(ProblemCode::Unencodable);
        problem.0.characters = characters.iter().map(char::to_string).collect();
        problem.0.offer = offer.map(view::offer);
        problem
    }

    /// A list that cannot be used.
    pub(super) fn list_refused(faults: Vec<ListFault>) -> Self {
        let mut problem = Problem::new(ProblemCode::ListRefused);
        problem.0.faults = faults;
        problem
    }

    /// To its writer alone.
    fn draft_changed(kept: Option<&MessageText>, origin: Option<&'static str>) -> Self {
        let mut problem = Problem::new(ProblemCode::DraftChanged);
        problem.0.draft = kept.map(|text| text.reveal().to_owned());
        problem.0.draft_origin = origin;
        problem
    }

    /// Somebody stored a version of the list meanwhile.
    pub(super) fn list_changed(newest: ListVersionView) -> Self {
        let mut problem = Problem::new(ProblemCode::ListChanged);
        problem.0.about = Some(newest.by.clone());
        problem.0.list_version = Some(ListVersionView { content: None, ..newest });
        problem
    }

    /// It would leave as more texts than the caller said.
    pub(super) fn several_texts(size: ReplySize) -> Self {
        let mut problem = Problem::new(ProblemCode::SeveralTexts);
        problem.0.size = Some(size);
        problem
    }

    pub(super) fn locked_out(retry_after_secs: i64) -> Self {
        let mut problem = Problem::new(ProblemCode::LockedOut);
        problem.0.retry_after_secs = Some(retry_after_secs);
        problem
    }

    /// One address or token sends too many requests.
    pub(super) fn too_many(retry_after_secs: i64) -> Self {
        let mut problem = Problem::new(ProblemCode::TooManyRequests);
        problem.0.retry_after_secs = Some(retry_after_secs);
        problem
    }

    /// Too many passwords are being checked.
    pub(super) fn crowded() -> Self {
        let mut problem = Problem::new(ProblemCode::LogInsCrowded);
        problem.0.retry_after_secs = Some(CROWDED_SECS);
        problem
    }

    /// This conversation with the citizen is open.
    fn still_open(id: i64) -> Self {
        let mut problem = Problem::new(ProblemCode::StillOpen);
        problem.0.about = Some(id.to_string());
        problem
    }

    fn claimed_by(holder: &Counselor) -> Self {
        let mut problem = Problem::new(ProblemCode::ClaimedByOther);
        problem.0.claimed_by = Some(view::counselor(holder));
        problem
    }

    fn offered_to(other: Option<&Counselor>) -> Self {
        let mut problem = Problem::new(ProblemCode::OfferedToOther);
        problem.0.offered_to = other.map(view::counselor);
        problem
    }

    /// Maps a store error; `code` is what a `Conflict` means on this route.
    pub(super) fn on_conflict(code: ProblemCode) -> impl FnOnce(StoreError) -> Self {
        move |error| match error {
            StoreError::Conflict(why) => Problem::because(code, why),
            other => other.into(),
        }
    }

    pub(super) fn code(&self) -> ProblemCode {
        self.0.code
    }

    #[cfg(test)]
    pub(super) fn about(&self) -> Option<&str> {
        self.0.about.as_deref()
    }

    #[cfg(test)]
    pub(super) fn known(&self) -> &[String] {
        &self.0.known
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn into_details(self, language: Language, request_id: String) -> ProblemDetails {
        let words = words(self.0.code, language);
        let code = self.0.code.as_str();
        let faults: Vec<_> = self.0.faults.iter().map(|fault| fault_view(fault, language)).collect();
        let about = faults_in_words(language, &faults).or(self.0.about.clone()).unwrap_or_default();
        let mut detail = words.detail.replace("{}", &about);
        detail.push_str(&allowed(language, &self.0.known, self.0.bounds));
        if let Some(needs) = self.0.needs {
            detail.push_str(&format!(" {}", needs.words(language)));
        }
        let names_field = matches!(self.0.code, ProblemCode::BadRequest | ProblemCode::UnknownField);
        ProblemDetails {
            r#type: format!("urn:munja:problem:{code}"),
            title: words.title.to_owned(),
            status: self.status().as_u16(),
            code: code.to_owned(),
            detail,
            request_id,
            field: self.0.about.filter(|_| names_field),
            known: self.0.known,
            least: self.0.bounds.map(|bounds| bounds.least),
            most: self.0.bounds.map(|bounds| bounds.most),
            newer: self.0.newer,
            characters: self.0.characters,
            offer: self.0.offer,
            size: self.0.size,
            claimed_by: self.0.claimed_by,
            offered_to: self.0.offered_to,
            retry_after_secs: self.0.retry_after_secs,
            faults,
            draft: self.0.draft,
            draft_origin: self.0.draft_origin.map(str::to_owned),
            list_version: self.0.list_version,
        }
    }
}

/// A field that is wrong. It becomes a problem once it is said what would be right.
#[must_use]
#[derive(Debug)]
pub(super) struct BadField(Problem);

impl BadField {
    /// What may stand in the field.
    pub(super) fn one_of<'a>(mut self, known: impl IntoIterator<Item = &'a str>) -> Problem {
        self.0.0.known = known.into_iter().map(str::to_owned).collect();
        self.0
    }

    /// Between what the field has to lie.
    pub(super) fn between(mut self, least: i64, most: i64) -> Problem {
        self.0.0.bounds = Some(Bounds { least, most, of: Bounded::Number });
        self.0
    }

    /// How far ahead of now a moment may lie.
    pub(super) fn ahead(mut self, now: i64, most_ms: i64) -> Problem {
        self.0.0.bounds =
            Some(Bounds { least: now + 1, most: now + most_ms, of: Bounded::Moment { most_ms } });
        self.0
    }

    /// How many characters the field may have.
    pub(super) fn characters(mut self, least: usize, most: usize) -> Problem {
        let [least, most] = [least, most].map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        self.0.0.bounds = Some(Bounds { least, most, of: Bounded::Characters });
        self.0
    }

    pub(super) fn needs(mut self, needs: Needs) -> Problem {
        self.0.0.needs = Some(needs);
        self.0
    }
}

/// `NewerTexts`, `NoSuchPhoto` and `NothingToSend` can say more where the request is known: see [`Problem::newer_texts`] and
/// `reply.rs`.
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Problem::new(match refusal {
            Refusal::HeldBy(holder) => return Problem::claimed_by(&holder),
            Refusal::OfferedTo(other) => return Problem::offered_to(other.as_ref()),
            Refusal::NotHeld => ProblemCode::NotClaimed,
            Refusal::Closed => ProblemCode::Closed,
            Refusal::Unanswered => ProblemCode::Unanswered,
            Refusal::StillOpen(id) => return Problem::still_open(id),
            Refusal::NotReachable => ProblemCode::NotReachable,
            Refusal::NotReferred => ProblemCode::NotReferred,
            Refusal::NewerTexts => ProblemCode::NewerTexts,
            Refusal::NotYourDesk => ProblemCode::NotYourDesk,
            Refusal::SupervisorsOnly => ProblemCode::SupervisorsOnly,
            Refusal::OwnWork => ProblemCode::OwnWork,
            Refusal::NotReviewable => ProblemCode::NotReviewable,
            Refusal::AlreadyReviewed => ProblemCode::AlreadyReviewed,
            Refusal::AlreadyAnswered => ProblemCode::AlreadyAnswered,
            Refusal::NobodyWaits => ProblemCode::NobodyWaits,
            Refusal::Full => ProblemCode::TooManyHeld,
            Refusal::TooManyDangers => ProblemCode::TooManyDangers,
            Refusal::DangerUnanswered => ProblemCode::DangerUnanswered,
            Refusal::NothingToAck => ProblemCode::NothingToAck,
            Refusal::NoAlarm => ProblemCode::NoDanger,
            Refusal::CategoryNeeded => ProblemCode::CategoryNeeded,
            Refusal::PromiseOpen => ProblemCode::PromiseOpen,
            Refusal::NotWaiting => ProblemCode::NotWaiting,
            Refusal::InDanger => ProblemCode::InDanger,
            Refusal::OptedOut => ProblemCode::OptedOut,
            Refusal::Restricted => ProblemCode::Restricted,
            Refusal::NoSuchDesk => ProblemCode::NoSuchDesk,
            Refusal::NoSuchPerson => ProblemCode::NoSuchPerson,
            Refusal::PassedToYourself => ProblemCode::PassedToYourself,
            Refusal::NotPassedOn => ProblemCode::NotPassedOn,
            Refusal::NotWarned => ProblemCode::NotWarned,
            Refusal::WarnFirst => ProblemCode::WarnFirst,
            Refusal::NotAsked => ProblemCode::NotAsked,
            Refusal::NumberNotShown => ProblemCode::NumberNotShown,
            Refusal::DraftChanged(kept, origin) => return Problem::draft_changed(kept.as_ref(), origin),
            Refusal::KeyReused => ProblemCode::KeyReused,
            Refusal::NoSuchPhoto => ProblemCode::NoSuchPhoto,
            Refusal::NotInDoubt => ProblemCode::NotInDoubt,
            Refusal::NothingToSend => ProblemCode::EmptyText,
        })
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::NotFound => ProblemCode::NotFound,
            StoreError::Busy => ProblemCode::DatabaseBusy,
            StoreError::Full => ProblemCode::DatabaseFull,
            StoreError::ReadOnly
            | StoreError::Corrupt(_)
            | StoreError::Unusable(_)
            | StoreError::DiskFailed
            | StoreError::FileLost(_)
            | StoreError::Sqlite(_) => ProblemCode::DatabaseBroken,
            // Routes name the conflicts they expect; any other is our mistake, and so is a task that died.
            StoreError::Conflict(_) | StoreError::Crashed => ProblemCode::Internal,
        };
        Problem::because(code, error.to_string())
    }
}

impl IntoResponse for Problem {
    /// Only carries the problem to [`describe`].
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives each request its id, turns problems and panics into responses, and logs what went wrong.
///
/// Each request runs to its end, also if its caller hangs up: a change that was begun is finished, announced and logged.
pub(super) async fn describe(mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = RequestId::random();
    let language = Language::from_headers(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    request.extensions_mut().insert(id.clone());
    let ran = tokio::spawn(next.run(request)).await;
    // What a panic says may quote what somebody wrote, so it is not logged.
    let mut response =
        ran.unwrap_or_else(|_| Problem::because(ProblemCode::Internal, "a handler panicked").into_response());
    let problem = response.extensions_mut().remove::<Problem>();
    log(&id, &method, route.as_deref(), &response, problem.as_ref(), began);
    if let Some(problem) = problem {
        write_problem(&mut response, problem, language, &id);
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
    problem: Option<&Problem>,
    began: Instant,
) {
    let (route, status) = (route.unwrap_or("unknown route"), response.status().as_u16());
    let code = problem.map_or("", |p| p.0.code.as_str());
    let cause = problem.and_then(|p| p.0.cause.as_deref()).unwrap_or_default();
    let ms = began.elapsed().as_millis();
    // A probe that is told of a deaf gateway is answered well; the gateway itself has said so in the log.
    let is_told = problem.is_none() && response.status() == StatusCode::SERVICE_UNAVAILABLE;
    if response.status().is_server_error() && !is_told {
        let request_id = &id.0;
        tracing::error!(request_id, %method, route, status, code, ms, "request {request_id} failed ({code}): {method} {route}: {cause}");
    } else if problem.is_some() {
        tracing::info!(request_id = id.0, %method, route, status, code, cause, ms, "request refused");
    } else {
        tracing::debug!(request_id = id.0, %method, route, status, ms, "request done");
    }
}

/// Keeps the headers that stand there already, such as `Allow`.
fn write_problem(response: &mut Response, problem: Problem, language: Language, id: &RequestId) {
    let problem = problem.into_details(language, id.0.clone());
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
