//! Bizgo's envelope: two layers of codes around the data. `common.authCode` is the gateway's, `data.code` the service's;
//! the same word means different things in them. Source: official OpenAPI document 1.2.0 and error table.

use serde::Serialize;

use crate::sim::answer::{Answer, reason};

const OK: &str = "A000";

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

/// Both layers report success.
pub(super) fn ok<T: Serialize>(data: T) -> Answer {
    with_reference(Some(data), None)
}

/// Both layers report success, without data.
pub(super) fn done() -> Answer {
    with_reference(None::<()>, None)
}

/// Both layers report success, with the reference of the request.
pub(super) fn with_reference<T: Serialize>(data: Option<T>, reference: Option<&str>) -> Answer {
    let service = Service { code: OK, result: "SUCCESS", data, reference };
    enveloped(200, (OK, "Success"), Some(service))
}

/// Refused by the gateway: no data.
pub(super) fn gateway(status: u16) -> Answer {
    let code = format!("A{status}");
    enveloped::<()>(status, (&code, reason(status)), None).refusing(code)
}

/// Refused by the service, with the HTTP status of its code.
pub(super) fn service(code: &str) -> Answer {
    let service = Service { code, result: result_of(code), data: None::<()>, reference: None };
    enveloped(status_of(code), (OK, "Success"), Some(service)).refusing(code)
}

fn enveloped<T: Serialize>(
    status: u16,
    (code, result): (&str, &str),
    data: Option<Service<'_, T>>,
) -> Answer {
    let common = Common { auth_code: code, auth_result: result, infobank_tr_id: "SIM-TRACKING-ID" };
    Answer::json(status, &Envelope { common, data })
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

/// The message of the error table for the service codes that this simulation uses itself.
pub(super) fn result_of(code: &str) -> &'static str {
    match code {
        "A000" => "Success",
        "A010" => "Cannot parse JSON",
        "A011" => "Cannot mapping JSON",
        "A020" => "Number of 'Ratelimit' exceeded",
        "A200" => "Oversize attached file",
        "A204" => "Missing file in the request",
        "A206" => "Unsupported file format",
        "A208" => "Invalid or Empty fileName",
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn body(answer: Answer) -> (u16, Value) {
        let response = answer.into_response(Some(0));
        (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
    }

    #[test]
    fn two_layers() {
        let (status, said) = body(with_reference(Some(json!({ "x": 1 })), Some("r")));
        assert_eq!(status, 200);
        assert_eq!(said["common"]["authCode"], "A000");
        assert_eq!(
            said["data"],
            json!({ "code": "A000", "result": "SUCCESS", "data": { "x": 1 }, "ref": "r" })
        );
        let (status, said) = body(gateway(401));
        assert_eq!((status, &said["common"]["authCode"], said.get("data")), (401, &json!("A401"), None));
        let (status, said) = body(service("A802"));
        assert_eq!(
            (status, &said["common"]["authCode"], &said["data"]["code"]),
            (403, &json!("A000"), &json!("A802"))
        );
    }
}
