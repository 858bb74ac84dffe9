//! Bizgo's envelope: two layers of codes around the data. `common.authCode` is the gateway's, `data.code` the service's;
//! the same word means different things in them. Source: official OpenAPI document 1.2.0 and error table.

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde::Serialize;

const OK: &str = "A000";

/// An answer in the making.
pub(super) struct Answer {
    status: u16,
    /// The code that explains a refusal, for the count.
    pub refusal: Option<String>,
    retry_after_secs: Option<u64>,
    body: Vec<u8>,
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    common: Common<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Service<'a, T>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Common<'a> {
    auth_code: &'a str,
    auth_result: &'a str,
    infobank_tr_id: &'static str,
}

#[derive(Serialize)]
struct Service<'a, T> {
    code: &'a str,
    result: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<T>,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
}

impl Answer {
    /// Both layers content.
    pub(super) fn ok<T: Serialize>(data: T) -> Self {
        Answer::with_reference(Some(data), None)
    }

    /// Both layers content, and nothing to say.
    pub(super) fn done() -> Self {
        Answer::with_reference(None::<()>, None)
    }

    /// Both layers content, with the reference the request came with.
    pub(super) fn with_reference<T: Serialize>(data: Option<T>, reference: Option<&str>) -> Self {
        let service = Service { code: OK, result: "SUCCESS", data, reference };
        Answer::new(200, (OK, "Success"), Some(service), None)
    }

    /// Refused by the gateway: no data.
    pub(super) fn gateway(status: u16) -> Self {
        let code = format!("A{status}");
        let reason = StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or("Failed");
        Answer::new::<()>(status, (&code, reason), None, Some(code.clone()))
    }

    /// Refused by the service, with the HTTP status of its code.
    pub(super) fn service(code: &str) -> Self {
        let service = Service { code, result: result_of(code), data: None::<()>, reference: None };
        Answer::new(status_of(code), (OK, "Success"), Some(service), Some(code.to_owned()))
    }

    pub(super) fn retry_after(mut self, secs: Option<u64>) -> Self {
        self.retry_after_secs = secs;
        self
    }

    fn new<T: Serialize>(
        status: u16,
        (code, result): (&str, &str),
        data: Option<Service<'_, T>>,
        refusal: Option<String>,
    ) -> Self {
        let common = Common { auth_code: code, auth_result: result, infobank_tr_id: "SIM-TRACKING-ID" };
        // Strings, numbers and lists of them always make JSON.
        let body = serde_json::to_vec(&Envelope { common, data }).unwrap_or_default();
        Answer { status, refusal, retry_after_secs: None, body }
    }

    pub(super) fn into_response(self, date_ms: i64) -> Response<Bytes> {
        let mut response = Response::builder()
            .status(StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::DATE, http_date(date_ms));
        if let Some(secs) = self.retry_after_secs {
            response = response.header(header::RETRY_AFTER, secs);
        }
        // A status, plain header values and a body always make a response.
        response.body(Bytes::from(self.body)).unwrap_or_default()
    }
}

/// The HTTP status the error table gives a service code.
fn status_of(code: &str) -> u16 {
    match code {
        "A000" => 200,
        "A001" | "A100" => 401,
        "A002" | "A110" | "A111" | "A113" | "A802" => 403,
        "A020" => 429,
        "A214" | "A215" | "A910" | "A999" => 500,
        "A920" => 503,
        _ => 400,
    }
}

/// The words the error table gives a service code, for those this carrier uses by itself.
pub(super) fn result_of(code: &str) -> &'static str {
    match code {
        "A000" => "Success",
        "A010" => "Cannot parse JSON",
        "A011" => "Cannot mapping JSON",
        "A020" => "Number of 'Ratelimit' exceeded",
        "A217" => "Invaild fileKey",
        "A300" => "Wrong request",
        "A301" => "Duplicate idempotencyKey",
        "A302" => "Invalid or empty 'from'",
        "A303" => "Invalid or empty 'text'",
        "A304" => "Invalid or empty 'ttl'",
        "A305" => "Invalid or empty 'ref'",
        "A306" => "Invalid or empty 'to'",
        "A308" => "Invalid or empty 'idempotencyKey'",
        "A309" => "Invalid 'idempotencyTtl'",
        "A318" => "Number of 'to' exceeded",
        "A319" => "Number of 'filekey' exceeded",
        "A325" => "No permission 'Message-Send'",
        "A327" => "Not Allowed 'from'",
        "A328" => "Length of 'text' exceeded",
        "A801" => "No permission to POLLING API",
        "A802" => "Invalid Report ID",
        "A820" => "Requested data not found",
        _ => "simulated",
    }
}

fn http_date(at_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `2026-04-23T14:11:01+09:00`
pub(super) fn korean_time(at_ms: i64) -> String {
    korean(at_ms, "%Y-%m-%dT%H:%M:%S+09:00")
}

/// A moment in Korea, written as the format says.
pub(super) fn korean(at_ms: i64, format: &str) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms + 9 * 3_600_000).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn body(answer: Answer) -> (u16, Value) {
        let response = answer.into_response(0);
        (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
    }

    #[test]
    fn two_layers() {
        let (status, said) = body(Answer::with_reference(Some(json!({ "x": 1 })), Some("r")));
        assert_eq!(status, 200);
        assert_eq!(said["common"]["authCode"], "A000");
        assert_eq!(
            said["data"],
            json!({ "code": "A000", "result": "SUCCESS", "data": { "x": 1 }, "ref": "r" })
        );
        let (status, said) = body(Answer::gateway(401));
        assert_eq!((status, &said["common"]["authCode"], said.get("data")), (401, &json!("A401"), None));
        let (status, said) = body(Answer::service("A802"));
        assert_eq!(
            (status, &said["common"]["authCode"], &said["data"]["code"]),
            (403, &json!("A000"), &json!("A802"))
        );
    }

    #[test]
    fn times() {
        assert_eq!(http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(korean_time(0), "1970-01-01T09:00:00+09:00");
    }
}
