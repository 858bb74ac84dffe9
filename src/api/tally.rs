//! What monitoring is told of the API: open event streams, requests by the class of their answer, and those that were refused
//! because there were too many. Counted since the start.

use axum::http::StatusCode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

/// The counts of one API, on all its listeners. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct ApiTally {
    pub streams: Gauge,
    /// By `status`: 2xx, 3xx, 4xx, 5xx.
    pub requests: Family<[(&'static str, &'static str); 1], Counter>,
    /// By `limit`: address or token.
    pub limited: Family<[(&'static str, &'static str); 1], Counter>,
}

impl ApiTally {
    /// Shows counts that are zero so far, so that monitoring sees the first step of each.
    pub fn show_zeroes(&self) {
        for limit in ["address", "token"] {
            drop(self.limited.get_or_create(&[("limit", limit)]));
        }
    }

    pub(super) fn note_answer(&self, status: StatusCode) {
        let class = match status.as_u16() / 100 {
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        self.requests.get_or_create(&[("status", class)]).inc();
    }

    /// A stream that is open until this is dropped.
    pub(super) fn stream(&self) -> OpenStream {
        self.streams.inc();
        OpenStream(self.streams.clone())
    }
}

/// One open event stream.
pub(super) struct OpenStream(Gauge);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.dec();
    }
}
