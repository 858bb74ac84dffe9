//! Alarms of danger: seen, acknowledged by name, answered or ended.

use super::{Fact, Reader};
use crate::domain::UnixMs;
use crate::domain::figures::history::Step;

/// An alarm and what was done about it.
pub(super) struct Danger {
    seen_at: UnixMs,
    desk: u16,
    is_acked: bool,
    pub(super) answered: Option<(UnixMs, Option<i64>)>,
}

impl Reader<'_> {
    pub(super) fn urgent(&mut self, step: &Step) {
        // The alarm of an answer that was lost is the one that it had answered.
        if self.danger.as_ref().is_some_and(|danger| danger.answered.is_none()) {
            return;
        }
        self.flush_danger();
        self.danger = Some(Danger { seen_at: step.at, desk: self.desk, is_acked: false, answered: None });
        let fact = self.fact(step.at, self.desk, step.by, Fact::DangerSeen);
        self.tell(fact);
    }

    pub(super) fn acked(&mut self, step: &Step) {
        let open = self.danger.as_mut().filter(|danger| danger.answered.is_none() && !danger.is_acked);
        let Some(danger) = open else { return };
        danger.is_acked = true;
        let (seen_at, desk) = (danger.seen_at, danger.desk);
        let fact = self.fact(seen_at, desk, step.by, Fact::DangerAcked(step.at - seen_at));
        self.tell(fact);
    }

    pub(super) fn danger_answered(&mut self, step: &Step) {
        self.acked(step);
        if let Some(danger) = self.danger.as_mut().filter(|danger| danger.answered.is_none()) {
            danger.answered = Some((step.at, step.by));
        }
    }

    pub(super) fn alarm_ended(&mut self, step: &Step, is_handed_over: bool) {
        self.acked(step);
        self.flush_danger();
        if !is_handed_over {
            let fact = self.fact(step.at, self.desk, step.by, Fact::FalseAlarm);
            self.tell(fact);
        }
    }

    /// The alarm is over.
    pub(super) fn flush_danger(&mut self) {
        let Some(Danger { seen_at, desk, answered: Some((at, by)), .. }) = self.danger.take() else { return };
        let fact = self.fact(seen_at, desk, by, Fact::DangerAnswered(at - seen_at));
        self.tell(fact);
    }
}
