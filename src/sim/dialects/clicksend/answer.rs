//! ClickSend's envelope, and its lists by page.

use serde_json::{Value, json};

use crate::sim::answer::Answer;
use crate::sim::dialects::query::{Query, Unexpected};

pub(super) const BAD_REQUEST: &str = "BAD_REQUEST";

pub(super) fn ok(data: &Value) -> Answer {
    enveloped(200, "SUCCESS", data)
}

pub(super) fn refused(status: u16, code: &str) -> Answer {
    enveloped(status, code, &Value::Null).refusing(code)
}

/// Not found; not counted as a mistake of the gateway.
pub(super) fn not_found() -> Answer {
    enveloped(404, "NOT_FOUND", &Value::Null)
}

fn enveloped(status: u16, code: &str, data: &Value) -> Answer {
    let said =
        json!({ "http_code": status, "response_code": code, "response_msg": "simulated", "data": data });
    Answer::json(status, &said)
}

/// Pages count from 1 and hold 15 to 100.
pub(super) struct Page {
    pub number: usize,
    pub size: usize,
}

impl Page {
    pub(super) fn parse(query: &Query) -> Result<Page, Unexpected> {
        let (number, size) =
            (query.within("page", (1, 1_000_000), 1)?, query.within("limit", (15, 100), 15)?);
        Ok(Page { number, size })
    }

    pub(super) fn skip(&self) -> usize {
        (self.number - 1) * self.size
    }

    pub(super) fn answer(&self, total: usize, data: &[Value]) -> Answer {
        ok(&json!({
            "total": total, "per_page": self.size, "current_page": self.number,
            "last_page": total.div_ceil(self.size).max(1), "data": data,
        }))
    }
}
