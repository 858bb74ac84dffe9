//! Reading requests: JSON bodies, ids in paths, query parameters. Whatever is wrong is refused by the name of the field;
//! what the caller wrote there is never repeated.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::problem::{Problem, ProblemCode};

/// A body must have arrived after this long.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// A JSON body, of a request or of a response. A request without a body counts as `{}`.
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = body(request, state, BODY_TIMEOUT, ProblemCode::BodyTooLarge).await?;
        parsed(if body.is_empty() { b"{}" } else { &body }).map(Json)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The whole body, unless it takes longer than `patience` or is more than its route allows.
pub(super) async fn body<S: Send + Sync>(
    request: Request,
    state: &S,
    patience: Duration,
    too_large: ProblemCode,
) -> Result<Bytes, Problem> {
    let arrived = tokio::time::timeout(patience, Bytes::from_request(request, state)).await;
    let body = arrived.map_err(|_| Problem::new(ProblemCode::TooSlow))?;
    body.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(too_large),
        _ => Problem::bad_request("body"),
    })
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value =
        serde_path_to_error::deserialize(&mut json).map_err(|error| Problem::bad_request(field(&error)))?;
    json.end().map_err(|_| Problem::bad_request("body"))?;
    Ok(value)
}

/// The field an error is about; serde names a missing one only in its message.
fn field(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let path = error.path().to_string();
    if error.inner().is_data() && path != "." {
        return path;
    }
    let message = error.inner().to_string();
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
    missing.map_or_else(|| "body".to_owned(), |(name, _)| name.to_owned())
}

/// The number in the path.
pub(super) struct Id(pub(super) i64);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Path::<i64>::from_request_parts(parts, state).await;
        found.map(|Path(id)| Id(id)).map_err(|_| Problem::bad_request("id"))
    }
}

/// The query string. Parameters that a route does not know are ignored, unless it says [`Query::only`].
pub(super) struct Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let raw = parts.uri.query().unwrap_or_default();
        Ok(Query(url::form_urlencoded::parse(raw.as_bytes()).into_owned().collect()))
    }
}

impl Query {
    /// Refuses parameters other than these. A name that could be something else, such as somebody's number, is not repeated.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Problem> {
        let is_name =
            |name: &str| name.len() <= 30 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) if is_name(name) => Err(Problem::bad_request(name.as_str())),
            Some(_) => Err(Problem::bad_request("query")),
        }
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
        number.map(Some).ok_or_else(|| Problem::bad_request(name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::ReplyRequest;
    use super::*;

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
        ];
        for (body, expected) in table {
            let mut json = serde_json::Deserializer::from_slice(body.as_bytes());
            let error = serde_path_to_error::deserialize::<_, ReplyRequest>(&mut json);
            let named = error.err().map_or_else(|| "body".to_owned(), |e| field(&e));
            assert_eq!(named, expected, "{body}");
            assert!(parsed::<ReplyRequest>(body.as_bytes()).is_err(), "{body}");
        }
    }
}
