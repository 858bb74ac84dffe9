//! Handsets and the reports about them. What becomes of a text is settled when it is taken; a report is there to fetch
//! once its time has come, in batches that come again until they are acked.

use rand::seq::SliceRandom;

use super::State;
use super::faults::{Endpoint, Fault, Sort};
use super::rules::Call;

/// The report code of a text that arrived.
pub(super) const DELIVERED: &str = "10000";
/// The report code of a text whose time to live was over first.
const TIMED_OUT: &str = "22000";
/// Reports in one batch.
const MAX_BATCH: usize = 1_000;
/// A report that comes twice comes again so much later.
const AGAIN_MS: i64 = 500;

/// A text taken from the gateway.
pub(super) struct Message {
    pub msg_key: String,
    pub reference: Option<String>,
    /// Its idempotency key.
    pub key: Option<String>,
    pub to: String,
    pub from: String,
    pub body: String,
    pub kind: &'static str,
    /// This and all other times are by the true clock ...
    pub accepted_at: i64,
    /// ... and the carrier dates them so much later.
    pub skew_ms: i64,
    pub n_repeats: u64,
    /// What becomes of it, settled when it was taken ...
    pub code: String,
    /// ... and when.
    pub handset_at: i64,
    /// From when the report can be fetched; `None`: never.
    pub ready_at: Option<i64>,
    pub acked_at: Option<i64>,
}

impl Message {
    /// A time of this message as the carrier dates it.
    pub(super) fn dated(&self, at: i64) -> i64 {
        at + self.skew_ms
    }

    /// The report's code, if there is a report by now.
    pub(super) fn report(&self, now: i64) -> Option<&str> {
        self.ready_at.filter(|at| *at <= now).map(|_| self.code.as_str())
    }
}

/// Reports handed out together.
pub(super) struct Batch {
    pub id: String,
    pub messages: Vec<usize>,
}

/// What will become of a text.
pub(super) struct Fate {
    pub code: String,
    pub handset_at: i64,
    pub ready_at: Option<i64>,
    is_reported_twice: bool,
}

impl State {
    /// What becomes of a text taken now, `delay_ms` away from its phone.
    pub(super) fn fate(now: i64, delay_ms: u64, ttl_ms: Option<i64>, fault: Option<&Fault>) -> Fate {
        let delay = millis(delay_ms);
        let late = ttl_ms.filter(|ttl| *ttl < delay);
        let handset_at = now + late.unwrap_or(delay);
        let code = if late.is_some() { TIMED_OUT } else { DELIVERED };
        let fate = Fate {
            code: code.to_owned(),
            handset_at,
            ready_at: Some(handset_at),
            is_reported_twice: matches!(fault, Some(Fault::DuplicateReport)),
        };
        match fault {
            Some(Fault::ReportNever) => Fate { ready_at: None, ..fate },
            Some(Fault::ReportCode { code }) => Fate { code: code.clone(), ..fate },
            Some(Fault::ReportLate { ms }) => Fate { ready_at: Some(now + millis(*ms)), ..fate },
            Some(Fault::ReportBeforeAnswer) => Fate { handset_at: now, ready_at: Some(now), ..fate },
            _ => fate,
        }
    }

    /// Puts a message's reports in line.
    pub(super) fn expect_reports(&mut self, message: usize, fate: &Fate) {
        let Some(at) = fate.ready_at else {
            return;
        };
        let times: &[i64] = if fate.is_reported_twice { &[at, at + AGAIN_MS] } else { &[at] };
        for at in times {
            self.n_reports += 1;
            self.reports.insert((*at, self.n_reports), message);
        }
    }

    /// The batch to hand out: the one that was not acked, else what is ready by now. `None` if there is nothing.
    pub(super) fn open_batch(&mut self, now: i64) -> Option<&Batch> {
        if self.batch.is_none() {
            self.fill_batch(now);
        }
        self.batch.as_ref()
    }

    fn fill_batch(&mut self, now: i64) {
        let mut messages = Vec::new();
        while let Some(entry) = self.reports.first_entry() {
            if entry.key().0 > now || messages.len() >= MAX_BATCH {
                break;
            }
            messages.push(entry.remove());
        }
        if messages.is_empty() {
            return;
        }
        match self.strike(Call::at(Endpoint::Report), Sort::Content) {
            Some(Fault::ReorderReports) => messages.shuffle(&mut self.rng),
            Some(Fault::DuplicateReport) => messages.extend(messages.clone()),
            _ => {}
        }
        self.n_batches += 1;
        self.batch = Some(Batch { id: format!("R{now}N{}", self.n_batches), messages });
    }

    /// How many reports were acked; `None` if this batch is not open.
    pub(super) fn ack(&mut self, id: &str, now: i64) -> Option<usize> {
        let batch = self.batch.take_if(|batch| batch.id == id)?;
        for message in &batch.messages {
            self.messages[*message].acked_at.get_or_insert(now);
        }
        Some(batch.messages.len())
    }
}

fn millis(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(ttl_ms: Option<i64>, fault: Option<Fault>) -> (String, i64, Option<i64>) {
        let fate = State::fate(1_000, 300, ttl_ms, fault.as_ref());
        (fate.code, fate.handset_at, fate.ready_at)
    }

    #[test]
    fn what_becomes_of_a_text() {
        let arrived = |handset, ready| (DELIVERED.to_owned(), handset, ready);
        assert_eq!(fate(None, None), arrived(1_300, Some(1_300)));
        assert_eq!(fate(Some(300), None), arrived(1_300, Some(1_300)));
        assert_eq!(fate(Some(299), None), (TIMED_OUT.to_owned(), 1_299, Some(1_299)));
        assert_eq!(fate(None, Some(Fault::ReportNever)), arrived(1_300, None));
        assert_eq!(fate(None, Some(Fault::ReportLate { ms: 5_000 })), arrived(1_300, Some(6_000)));
        assert_eq!(fate(None, Some(Fault::ReportBeforeAnswer)), arrived(1_000, Some(1_000)));
        let off = Fault::ReportCode { code: "22003".to_owned() };
        assert_eq!(fate(None, Some(off)), ("22003".to_owned(), 1_300, Some(1_300)));
    }
}
