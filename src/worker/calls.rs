//! What the calls of carriers cost and how they end. For monitoring: one histogram for each carrier and kind of call, and counts of
//! errors, texts and receipts, since the start. For the log: what is asked again and again is said once when it begins to fail,
//! once when the reason changes, and once when it works again. Holds names, kinds and the carriers' reasons only.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use tokio::time::Instant;

use crate::carrier::{CarrierError, ErrorKind, Result};
use crate::store::{AcceptedPage, Applied};

/// How long a call takes (seconds): from a carrier next door to the longest time-out.
const BUCKETS: [f64; 10] = [0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// What receipts changed: a text, nothing (late or repeated); no text of ours is known yet, the code is not known, or it could not
/// be read.
const RESULTS: [&str; 5] = ["applied", "ignored", "unmatched", "unknown_code", "unreadable"];

/// Names and values of labels.
pub type Labels<const N: usize> = [(&'static str, &'static str); N];

/// Calls by `carrier` and `call`.
pub type CallSeconds = Family<Labels<2>, Histogram, fn() -> Histogram>;

/// What a carrier is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Texts are asked for.
    Texts,
    /// A text is sent.
    Send,
    /// Receipts are asked for.
    Receipts,
    /// The receipt of one text is asked for.
    Receipt,
    /// It is asked what became of a text in doubt.
    Lookup,
    /// A photo is fetched.
    Photo,
    /// It is asked whether it works.
    Probe,
}

impl Call {
    /// The value of the label.
    pub fn as_str(self) -> &'static str {
        match self {
            Call::Texts => "texts",
            Call::Send => "send",
            Call::Receipts => "receipts",
            Call::Receipt => "receipt",
            Call::Lookup => "lookup",
            Call::Photo => "photo",
            Call::Probe => "probe",
        }
    }
}

/// The counts of all carriers.
#[derive(Debug, Clone)]
pub struct CarrierCalls {
    pub seconds: CallSeconds,
    /// By `carrier`, `call` and `kind`.
    pub errors: Family<Labels<3>, Counter>,
    /// New texts of citizens, by `carrier`.
    pub texts_in: Family<Labels<1>, Counter>,
    /// Receipts by `carrier` and `result`: what they changed.
    pub receipts: Family<Labels<2>, Counter>,
    /// What fails now, by carrier and kind of call.
    failing: Arc<Mutex<BTreeMap<(&'static str, &'static str), Failing>>>,
}

/// Calls that fail now.
#[derive(Debug)]
struct Failing {
    since: Instant,
    n: u64,
    /// What was last said of it.
    said: CarrierError,
}

/// What has to be said after a call.
#[derive(Debug, PartialEq, Eq)]
enum Saying {
    Fails,
    /// How long it has failed, and how often.
    WorksAgain(Duration, u64),
}

impl Default for CarrierCalls {
    fn default() -> Self {
        CarrierCalls {
            seconds: CallSeconds::new_with_constructor(|| Histogram::new(BUCKETS)),
            errors: Family::default(),
            texts_in: Family::default(),
            receipts: Family::default(),
            failing: Arc::default(),
        }
    }
}

impl CarrierCalls {
    /// Runs a call and notes how long it took, and its error.
    pub(super) async fn watch<T>(
        &self,
        carrier: &'static str,
        call: Call,
        asking: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let began = Instant::now();
        let result = asking.await;
        self.note((carrier, call), began.elapsed(), result.as_ref().err());
        result
    }

    fn note(&self, (carrier, call): (&'static str, Call), took: Duration, error: Option<&CarrierError>) {
        let labels = [("carrier", carrier), ("call", call.as_str())];
        self.seconds.get_or_create(&labels).observe(took.as_secs_f64());
        if let Some(error) = error {
            let labels = [labels[0], labels[1], ("kind", error.kind.as_str())];
            self.errors.get_or_create(&labels).inc();
        }
        if let Some(saying) = self.next_saying((carrier, call), error) {
            say((carrier, call), saying, error);
        }
    }

    /// What has to be said now, which then counts as said.
    fn next_saying(
        &self,
        (carrier, call): (&'static str, Call),
        error: Option<&CarrierError>,
    ) -> Option<Saying> {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (carrier, call.as_str());
        let Some(error) = error.filter(|error| error.kind != ErrorKind::NotOffered) else {
            let over = failing.remove(&key)?;
            return Some(Saying::WorksAgain(over.since.elapsed(), over.n));
        };
        let said = Failing { since: Instant::now(), n: 0, said: error.clone() };
        let is_new = !failing.contains_key(&key);
        let known = failing.entry(key).or_insert(said);
        known.n += 1;
        let is_other = (known.said.kind, &known.said.message) != (error.kind, &error.message);
        known.said = error.clone();
        (is_new || is_other).then_some(Saying::Fails)
    }

    /// Shows counts that are zero so far, so that monitoring sees the first step of each.
    pub fn show_zeroes(&self, carrier: &'static str, (receives, sends): (bool, bool)) {
        let calls = [(Call::Texts, receives), (Call::Send, sends)];
        for (call, _) in calls.into_iter().filter(|(_, is_made)| *is_made) {
            for kind in ErrorKind::ALL {
                let labels = [("carrier", carrier), ("call", call.as_str()), ("kind", kind.as_str())];
                drop(self.errors.get_or_create(&labels));
            }
        }
        if receives {
            drop(self.texts_in.get_or_create(&[("carrier", carrier)]));
        }
        for result in RESULTS.into_iter().filter(|_| sends) {
            drop(self.receipts.get_or_create(&[("carrier", carrier), ("result", result)]));
        }
    }

    pub(super) fn note_texts(&self, carrier: &'static str, accepted: &AcceptedPage) {
        self.texts_in.get_or_create(&[("carrier", carrier)]).inc_by(accepted.n_new as u64);
    }

    pub(super) fn note_receipts(&self, carrier: &'static str, applied: &Applied) {
        let counts = [
            applied.n_moved,
            applied.n_ignored,
            applied.n_unmatched,
            applied.n_unknown,
            applied.n_quarantined,
        ];
        for (result, n) in RESULTS.into_iter().zip(counts) {
            let labels = [("carrier", carrier), ("result", result)];
            self.receipts.get_or_create(&labels).inc_by(n as u64);
        }
    }
}

/// Writes it to the log. Of a text that was not accepted, or is in doubt, its own loop says more; a photo is only one citizen's.
fn say((carrier, call): (&'static str, Call), saying: Saying, error: Option<&CarrierError>) {
    let kind = error.map_or("", |error| error.kind.as_str());
    let reason = error.map(ToString::to_string).unwrap_or_default();
    match (saying, call) {
        (_, Call::Send | Call::Lookup | Call::Photo) => {}
        (Saying::Fails, Call::Texts) => {
            tracing::warn!(carrier, kind, "texts could not be fetched from {carrier} ({kind}): {reason}");
        }
        (Saying::Fails, Call::Receipts) => {
            tracing::warn!(carrier, kind, "receipts could not be fetched from {carrier} ({kind}): {reason}");
        }
        (Saying::Fails, Call::Receipt) => {
            tracing::warn!(carrier, kind, "{carrier} could not be asked for a receipt ({kind}): {reason}");
        }
        (Saying::Fails, Call::Probe) => {
            tracing::warn!(carrier, kind, "{carrier} is still out of order ({kind}): {reason}");
        }
        (Saying::WorksAgain(after, n), call) => {
            let (call, secs) = (call.as_str(), after.as_secs());
            tracing::info!(
                carrier,
                call,
                "{carrier} answers again ({call}), after {secs} s and {n} failed tries"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::Registry;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_said_once_for_each_reason_and_when_it_is_over() {
        let calls = CarrierCalls::default();
        let refused = CarrierError::new(ErrorKind::Auth, "the key is refused");
        let away = CarrierError::new(ErrorKind::NotSent, "no connection");
        let fails = || Some(Saying::Fails);
        let after = |secs, n| Some(Saying::WorksAgain(Duration::from_secs(secs), n));
        let steps = [
            (None, None),
            (Some(&refused), fails()),
            (Some(&refused), None),
            (Some(&away), fails()),
            (Some(&away), None),
            (None, after(4, 4)),
            (None, None),
            (Some(&away), fails()),
        ];
        for (n, (error, expected)) in steps.into_iter().enumerate() {
            assert_eq!(calls.next_saying(("bizgo", Call::Texts), error), expected, "step {n}");
            assert_eq!(calls.next_saying(("bizgo", Call::Receipts), None), None, "another kind of call");
            tokio::time::advance(Duration::from_secs(1)).await;
        }
    }

    /// A carrier that offers no such list has not failed.
    #[test]
    fn what_is_not_offered_is_no_failure() {
        let calls = CarrierCalls::default();
        let none = CarrierError::new(ErrorKind::NotOffered, "no list");
        assert_eq!(calls.next_saying(("bizgo", Call::Texts), Some(&none)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_is_counted_with_its_time_and_its_error() {
        let calls = CarrierCalls::default();
        let slow = async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            Err::<(), _>(CarrierError::new(ErrorKind::RateLimited, "too many"))
        };
        assert!(calls.watch("bizgo", Call::Send, slow).await.is_err());
        let (mut registry, mut figures) = (Registry::default(), String::new());
        registry.register("seconds", "Calls", calls.seconds.clone());
        encode(&mut figures, &registry).unwrap();
        for line in
            ["seconds_sum", "seconds_count"].map(|name| format!("{name}{{carrier=\"bizgo\",call=\"send\"}} "))
        {
            let value = figures.lines().find_map(|found| found.strip_prefix(&line)).unwrap();
            assert!(["0.7", "1"].contains(&value), "{figures}");
        }
        let errors = [("carrier", "bizgo"), ("call", "send"), ("kind", "rate_limited")];
        assert_eq!(calls.errors.get_or_create(&errors).get(), 1);
    }
}
