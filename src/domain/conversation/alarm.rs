//! Danger: it rings, somebody looks after it, a person answers or ends it.

use super::danger::{Danger, DangerState};
use super::handle::{Handled, Handling};
use crate::domain::event::{EventKind, NoteKind};
use crate::domain::refusal::Refusal;

impl Handling<'_> {
    /// Everybody on duty hears of it. `by`: the counselor who saw it; none if triage did.
    pub(super) fn ring(&mut self, by: Option<i64>) {
        let danger = Danger::ring(self.it.danger, self.now);
        self.raise(danger, by);
    }

    pub(super) fn ack(&mut self) -> Handled {
        match (self.it.danger, self.facts.actor.id()) {
            (Some(danger), Some(by)) if danger.state == DangerState::Ringing => {
                self.it.danger = Some(danger.acked(by, self.now));
                self.event(EventKind::Acked, None);
                Ok(())
            }
            _ => Err(Refusal::NothingToAck),
        }
    }

    pub(super) fn urgent(&mut self) -> Handled {
        if self.it.is_closed() {
            return Err(Refusal::Closed);
        }
        self.ring(self.facts.actor.id());
        Ok(())
    }

    /// Its holder, a supervisor, or anybody while nobody holds it says by name that there is no danger.
    pub(super) fn end_alarm(&mut self, reason: &str) -> Handled {
        let Some(danger) = self.it.danger.filter(|danger| danger.state.is_open()) else {
            return Err(Refusal::NoAlarm);
        };
        match &self.it.claim {
            Some(claim) if !self.facts.actor.is(claim.by.id) && !self.facts.actor.supervises() => {
                return Err(Refusal::HeldBy(claim.by.clone()));
            }
            _ => {}
        }
        self.it.danger = Some(Danger { state: DangerState::Ended, ..danger });
        self.it.tier = None;
        self.it.queue_at = self.it.place(None, self.now);
        self.note(NoteKind::FalseAlarm, reason)?;
        self.event(EventKind::AlarmEnded, None);
        Ok(())
    }
}
