//! Reading requests: JSON bodies, ids in paths, query parameters. Whatever is wrong is refused by the name of the field;
//! what the caller wrote there is never repeated.

use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::needs::Needs;
use super::problem::{Problem, ProblemCode};

/// A body must have arrived after this long.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// A JSON body, of a request or of a response. A request without a body counts as `{}`.
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        json_body(request, state).await.map(Json)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// A JSON body, of which the type `T` knows every field.
pub(super) async fn json_body<S: Send + Sync, T: DeserializeOwned>(
    request: Request,
    state: &S,
) -> Result<T, Problem> {
    let kind = content_type(request.headers());
    let limit = (super::wire::MAX_BODY_BYTES, ProblemCode::BodyTooLarge);
    let body = body(request, state, BODY_TIMEOUT, limit).await?;
    if body.is_empty() {
        return parsed(b"{}");
    }
    match kind {
        Some(kind) if kind != "application/json" => Err(Problem::wrong_content_type(&kind)),
        _ => parsed(&body),
    }
}

/// The content type without its parameters, in lower case; `None` if the request names none.
fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().unwrap_or("?");
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// The whole body, unless it takes longer than `patience` or is more than its route allows. One that says so beforehand is refused
/// before its first byte: who waits for `100 Continue` has sent nothing in vain.
pub(super) async fn body<S: Send + Sync>(
    request: Request,
    state: &S,
    patience: Duration,
    (most, too_large): (usize, ProblemCode),
) -> Result<Bytes, Problem> {
    if request.body().size_hint().lower() > most as u64 {
        return Err(Problem::new(too_large));
    }
    let arrived = tokio::time::timeout(patience, Bytes::from_request(request, state)).await;
    let body = arrived.map_err(|_| Problem::new(ProblemCode::TooSlow))?;
    body.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(too_large),
        _ => Problem::bad_request("body").needs(Needs::Json),
    })
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| misread::<T>(&error, body))?;
    json.end().map_err(|_| Problem::bad_request("body").needs(Needs::Json))?;
    Ok(value)
}

/// What an error of serde's is about. Missing and unknown names stand only in its message, which quotes what the caller wrote; the last
/// names in it are ours.
fn misread<T: DeserializeOwned>(
    error: &serde_path_to_error::Error<serde_json::Error>,
    body: &[u8],
) -> Problem {
    let (path, message) = (error.path().to_string(), error.inner().to_string());
    let quoted = |rest: &str| rest.split('`').next().unwrap_or_default().to_owned();
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let (name, known) = told_apart(rest);
        return Problem::unknown_field(name, names(known));
    }
    if let Some(rest) = message.strip_prefix("unknown variant `") {
        let known = names(told_apart(rest).1);
        return Problem::bad_request(path).one_of(known.iter().map(String::as_str));
    }
    let is_whole = path == ".";
    if let Some(name) = message.strip_prefix("missing field `").map(quoted) {
        return Problem::bad_request(if is_whole { name } else { format!("{path}.{name}") })
            .needs(Needs::Given);
    }
    // A word's place that holds a list is an error of syntax to the parser of JSON, too.
    if !error.inner().is_data() && serde_json::from_slice::<serde::de::IgnoredAny>(body).is_err() {
        return Problem::bad_request("body").needs(Needs::Json);
    }
    match (is_whole, culprit::<T>(body)) {
        (false, _) => Problem::bad_request(path).needs(expected(&message)),
        (true, Some(name)) => Problem::bad_request(name).needs(expected(&message)),
        (true, None) => Problem::bad_request("body").needs(expected(&message)),
    }
}

/// The field without which something else is said of the body. A body that names its own form has no path to what is wrong in it.
fn culprit<T: DeserializeOwned>(body: &[u8]) -> Option<String> {
    let whole: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
    let said = |of: serde_json::Map<String, serde_json::Value>| {
        serde_json::from_value::<T>(serde_json::Value::Object(of)).err().map(|error| error.to_string())
    };
    let with = said(whole.clone());
    let is_culprit = |name: &&String| {
        let mut without = whole.clone();
        without.remove(*name);
        said(without) != with
    };
    // Without its tag nothing can be said of a body.
    whole.keys().filter(|name| *name != "action").find(is_culprit).cloned()
}

/// What serde expected, by the last words of its message.
fn expected(message: &str) -> Needs {
    let wanted = message.rfind("expected ").map_or("", |at| &message[at + "expected ".len()..]);
    let wanted = wanted.split(" at line ").next().unwrap_or_default();
    let is = |words: &[&str]| words.iter().any(|word| wanted.contains(word));
    match () {
        () if is(&["i64", "u64", "i32", "u32", "u8", "integer"]) => Needs::Number,
        () if is(&["string"]) => Needs::Text,
        () if is(&["boolean"]) => Needs::Boolean,
        () if is(&["sequence"]) => Needs::List,
        () if is(&["struct", "map"]) => Needs::Object,
        () => Needs::Form,
    }
}

/// What the caller wrote, and what serde says of it: what follows the last mark of those that serde sets.
fn told_apart(rest: &str) -> (&str, &str) {
    let marks = ["`, expected ", "`, there are no "];
    let at = marks.iter().filter_map(|mark| rest.rfind(*mark)).max();
    at.map_or((rest, ""), |at| rest.split_at(at))
}

/// The names between backquotes, behind the backquote that ends what the caller wrote.
fn names(list: &str) -> Vec<String> {
    list.split('`').skip(2).step_by(2).map(str::to_owned).collect()
}

/// The number in the path.
pub(super) struct Id(pub(super) i64);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Path::<i64>::from_request_parts(parts, state).await;
        found.map(|Path(id)| Id(id)).map_err(|_| Problem::bad_request("id").needs(Needs::Id))
    }
}

/// The query string. Parameters that a route's description does not name never come so far (`strict.rs`).
pub(super) struct Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Query::of(&parts.uri))
    }
}

impl Query {
    pub(super) fn of(uri: &Uri) -> Query {
        let raw = uri.query().unwrap_or_default();
        Query(url::form_urlencoded::parse(raw.as_bytes()).into_owned().collect())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn word(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A whole number between the two, inclusive.
    pub(super) fn number(&self, name: &str, least: i64, most: i64) -> Result<Option<i64>, Problem> {
        let Some(word) = self.word(name) else {
            return Ok(None);
        };
        let number = word.parse().ok().filter(|n| (least..=most).contains(n));
        number.map(Some).ok_or_else(|| Problem::bad_request(name).between(least, most))
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::{ActionRequest, ReplyRequest, RevealRequest};
    use super::*;

    fn refused<T>(parsed: Result<T, Problem>) -> Problem {
        match parsed {
            Err(problem) => problem,
            Ok(_) => panic!("taken"),
        }
    }

    #[test]
    fn the_field_that_is_wrong_is_named_and_its_value_is_not() {
        let table = [
            (r#"{"last_seen": 1}"#, "text"),
            (r#"{"text": "x", "last_seen": "01012345678"}"#, "last_seen"),
            (r#"{"text": "x", "last_seen": 1, "force": "비밀"}"#, "force"),
            (r#"{"text": "x", "last_seen": 1"#, "body"),
            (r#"{"text": "x", "last_seen": 1} 01012345678"#, "body"),
            ("01012345678", "body"),
            ("\u{feff}", "body"),
            (r#"{"text": "x", "last_sen": 1}"#, "last_sen"),
            (r#"{"text": "x", "01012345678": 1}"#, "?"),
            (r#"{"text": "x", "a`, expected `비밀": 1}"#, "?"),
        ];
        for (body, expected) in table {
            let problem = refused(parsed::<ReplyRequest>(body.as_bytes()));
            assert_eq!(problem.about(), Some(expected), "{body}");
        }
    }

    #[test]
    fn the_wrong_field_of_an_action_is_named() {
        let about = |body: &str| refused(parsed::<ActionRequest>(body.as_bytes())).about().map(str::to_owned);
        assert_eq!(about(r#"{"action": "note", "text": 3}"#).as_deref(), Some("text"));
        assert_eq!(about(r#"{"action": "transfer", "desk": [1]}"#).as_deref(), Some("desk"));
        assert_eq!(about(r#"{"action": "note"}"#).as_deref(), Some("text"));
    }

    #[test]
    fn what_could_stand_there_is_listed() {
        let known = |body: &str| refused(parsed::<ActionRequest>(body.as_bytes())).known().to_vec();
        assert_eq!(known(r#"{"action": "note", "txt": "x"}"#), ["text"]);
        assert_eq!(known(r#"{"action": "ack", "text": "x"}"#), [""; 0]);
        assert_eq!(known(r#"{"action": "dance"}"#)[..2], ["ack", "urgent"]);
        let known = refused(parsed::<RevealRequest>(br#"{"reason": "x", "what": "all"}"#));
        assert_eq!(
            (known.about(), known.known()),
            (Some("what"), &["number".to_owned(), "texts".to_owned()][..])
        );
    }
}
