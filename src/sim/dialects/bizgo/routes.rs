//! Routes by method and path.

use http::Method;

use super::answer::gateway;
use crate::sim::answer::Answer;
use crate::sim::faults::Endpoint;

/// The route of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route<'a> {
    Mo,
    MoInquiry(&'a str),
    History,
    Inquiry(&'a str),
    RequestInquiry(&'a str),
    Send,
    Report,
    ReportAck(&'a str),
    ReportInquiry(&'a str),
    Upload,
}

impl<'a> Route<'a> {
    /// Refuses unknown routes with 404 or 405.
    pub(super) fn parse(method: &Method, path: &'a str) -> Result<Self, Answer> {
        let not_found = || gateway(404);
        let rest = path.strip_prefix("/api/comm/v1/").ok_or_else(not_found)?;
        let parts: Vec<&str> = rest.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(not_found());
        }
        let (wanted, route) = match parts.as_slice() {
            ["message", "history", "mo"] => (Method::GET, Route::Mo),
            ["message", "history"] => (Method::GET, Route::History),
            ["message", "inquiry", "mo", "msgKey", key] => (Method::GET, Route::MoInquiry(key)),
            ["message", "inquiry", "msgKey", key] => (Method::GET, Route::Inquiry(key)),
            ["message", "inquiry", "requestId", id] => (Method::GET, Route::RequestInquiry(id)),
            ["report", "inquiry", key] => (Method::GET, Route::ReportInquiry(key)),
            ["report", "polling"] => (Method::GET, Route::Report),
            ["report", "polling", id] => (Method::DELETE, Route::ReportAck(id)),
            ["file", "mms"] => (Method::POST, Route::Upload),
            ["send", "omni"] => (Method::POST, Route::Send),
            _ => return Err(not_found()),
        };
        if *method == wanted { Ok(route) } else { Err(gateway(405)) }
    }

    pub(super) fn endpoint(self) -> Endpoint {
        match self {
            Route::Mo => Endpoint::Mo,
            Route::History => Endpoint::History,
            Route::Send => Endpoint::Send,
            Route::Report => Endpoint::Report,
            Route::ReportAck(_) => Endpoint::ReportAck,
            Route::Upload => Endpoint::Upload,
            Route::MoInquiry(_) | Route::Inquiry(_) | Route::RequestInquiry(_) | Route::ReportInquiry(_) => {
                Endpoint::Inquiry
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(method: Method, path: &str) -> Option<String> {
        Route::parse(&method, path).err().and_then(|answer| answer.refusal)
    }

    #[test]
    fn what_is_there() {
        assert_eq!(Route::parse(&Method::GET, "/api/comm/v1/message/history/mo").ok(), Some(Route::Mo));
        let ack = Route::parse(&Method::DELETE, "/api/comm/v1/report/polling/R1").ok();
        assert_eq!(ack, Some(Route::ReportAck("R1")));
    }

    #[test]
    fn what_is_not() {
        for path in [
            "/",
            "/api/comm/v1/",
            "/api/comm/v1/report/polling/",
            "/api/comm/v2/report/polling",
            "/api/comm/v1/send",
        ] {
            assert_eq!(refusal(Method::GET, path).as_deref(), Some("A404"), "{path}");
        }
        assert_eq!(refusal(Method::GET, "/api/comm/v1/send/omni").as_deref(), Some("A405"));
        assert_eq!(refusal(Method::POST, "/api/comm/v1/message/history/mo").as_deref(), Some("A405"));
        assert_eq!(refusal(Method::GET, "/api/comm/v1/report/polling/R1").as_deref(), Some("A405"));
    }
}
