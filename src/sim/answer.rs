//! An answer in the making, and the times written in it.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

/// A dialect's answer to a call. The core adds the `Date` header.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    /// The code of a refusal, for the ledger.
    pub refusal: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Answer {
    pub(super) fn json(status: u16, said: &impl Serialize) -> Self {
        // Strings, numbers and lists of them always make JSON.
        Answer::raw(status, "application/json", serde_json::to_vec(said).unwrap_or_default())
    }

    pub(super) fn raw(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let headers = vec![(header::CONTENT_TYPE, HeaderValue::from_static(content_type))];
        Answer { status, refusal: None, headers, body: body.into() }
    }

    /// A status without a body.
    pub(super) fn empty(status: u16) -> Self {
        Answer { status, refusal: None, headers: Vec::new(), body: Bytes::new() }
    }

    /// Marks it as a refusal with this code.
    pub(super) fn refusing(mut self, code: impl Into<String>) -> Self {
        self.refusal = Some(code.into());
        self
    }

    /// A value that is not allowed in a header leaves the header out.
    pub(super) fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        if let Ok(value) = HeaderValue::try_from(value.into()) {
            self.headers.push((name, value));
        }
        self
    }

    pub(super) fn retry_after(self, secs: Option<u64>) -> Self {
        match secs {
            Some(secs) => self.header(header::RETRY_AFTER, secs.to_string()),
            None => self,
        }
    }

    /// Without a `Date` header if there is no date.
    pub(super) fn into_response(self, date_ms: Option<i64>) -> Response<Bytes> {
        let dated = match date_ms {
            Some(at) => self.header(header::DATE, http_date(at)),
            None => self,
        };
        let mut response = Response::new(dated.body);
        *response.status_mut() =
            StatusCode::from_u16(dated.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().extend(dated.headers);
        response
    }
}

/// The reason phrase of a status; `Failed` for an unknown one.
pub(super) fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or("Failed")
}

pub(super) fn http_date(at_ms: i64) -> String {
    utc(at_ms, "%a, %d %b %Y %H:%M:%S GMT")
}

/// A time in UTC by a `strftime` format.
pub(super) fn utc(at_ms: i64, format: &str) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime(format).to_string()
}

/// `2026-04-23T14:11:01+09:00`
pub(super) fn korean_time(at_ms: i64) -> String {
    korean(at_ms, "%Y-%m-%dT%H:%M:%S+09:00")
}

/// A time in Korea by a `strftime` format.
pub(super) fn korean(at_ms: i64, format: &str) -> String {
    utc(at_ms.saturating_add(9 * 3_600_000), format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(korean_time(0), "1970-01-01T09:00:00+09:00");
    }

    #[test]
    fn what_is_said_arrives() {
        let answer = Answer::json(429, &["x"]).refusing("A020").retry_after(Some(7));
        assert_eq!(answer.refusal.as_deref(), Some("A020"));
        let response = answer.into_response(Some(0));
        assert_eq!((response.status().as_u16(), &response.body()[..]), (429, &b"[\"x\"]"[..]));
        assert_eq!(response.headers()["retry-after"], "7");
        assert_eq!(response.headers()["date"], "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
