//! Handsets. The fate of a text is settled when it is accepted; its report exists once its time has come.

use super::State;
use super::particulars::Codes;
use super::record::Pushed;
use crate::sim::faults::Fault;

/// A duplicate report follows the first after this long.
const AGAIN_MS: i64 = 500;

/// The fate of a text.
pub(in crate::sim) struct Fate {
    pub code: String,
    pub handset_at: i64,
    pub ready_at: Option<i64>,
    is_reported_twice: bool,
}

impl State {
    /// The fate of a text accepted now that reaches its phone after `delay_ms`.
    pub(in crate::sim) fn fate(
        now: i64,
        delay_ms: u64,
        ttl_ms: Option<i64>,
        fault: Option<&Fault>,
        codes: &Codes,
    ) -> Fate {
        let delay = millis(delay_ms);
        let late = ttl_ms.filter(|ttl| *ttl < delay);
        let handset_at = now + late.unwrap_or(delay);
        let code = if late.is_some() { codes.timed_out } else { codes.delivered };
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

    /// Schedules a message's reports.
    pub(in crate::sim) fn expect_reports(&mut self, message: usize, fate: &Fate) {
        let Some(at) = fate.ready_at else {
            return;
        };
        let times: &[i64] = if fate.is_reported_twice { &[at, at + AGAIN_MS] } else { &[at] };
        for at in times {
            self.n_reports += 1;
            self.reports.insert((*at, self.n_reports), message);
            self.expect_push(*at, Pushed::Report(message));
        }
    }
}

fn millis(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(ttl_ms: Option<i64>, fault: Option<Fault>) -> (String, i64, Option<i64>) {
        let codes = crate::sim::dialects::find(crate::sim::DialectKind::default()).codes();
        let fate = State::fate(1_000, 300, ttl_ms, fault.as_ref(), &codes);
        (fate.code, fate.handset_at, fate.ready_at)
    }

    #[test]
    fn what_becomes_of_a_text() {
        let arrived = |handset, ready| ("10000".to_owned(), handset, ready);
        assert_eq!(fate(None, None), arrived(1_300, Some(1_300)));
        assert_eq!(fate(Some(300), None), arrived(1_300, Some(1_300)));
        assert_eq!(fate(Some(299), None), ("22000".to_owned(), 1_299, Some(1_299)));
        assert_eq!(fate(None, Some(Fault::ReportNever)), arrived(1_300, None));
        assert_eq!(fate(None, Some(Fault::ReportLate { ms: 5_000 })), arrived(1_300, Some(6_000)));
        assert_eq!(fate(None, Some(Fault::ReportBeforeAnswer)), arrived(1_000, Some(1_000)));
        let off = Fault::ReportCode { code: "22003".to_owned() };
        assert_eq!(fate(None, Some(off)), ("22003".to_owned(), 1_300, Some(1_300)));
    }
}
