//! Danger: it rings, people are called, somebody looks after it, a person answers, ends it, or hands it over to 119 or 112.

use super::command::Effect;
use super::danger::{Danger, DangerState};
use super::handle::{Handled, Handling};
use crate::domain::event::{EventKind, NoteKind};
use crate::domain::notice::Notice;
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

    /// From a duty phone: also where somebody at the desk looks after it and has not answered. Another phone was first: no.
    pub(super) fn ack_by_phone(&mut self) -> Handled {
        let (Some(danger), Some(by)) = (self.it.danger, self.facts.actor.id()) else {
            return Err(Refusal::NothingToAck);
        };
        let taken = danger.taken_by_phone(by, self.now, self.policy.alarm.ack_ms);
        if taken == danger {
            return Err(Refusal::NothingToAck);
        }
        self.it.danger = Some(taken);
        self.event(EventKind::Acked, Some("phone"));
        Ok(())
    }

    /// The time that an answer by phone gave is over, and nobody has answered the citizen: it rings again, and the next
    /// phone is called.
    pub(super) fn quiet_over(&mut self) {
        let danger = Danger::ring(self.it.danger, self.now);
        self.raise(danger, None);
        let is_step_over = danger.n_steps_over(&self.policy.escalations_ms, self.now) > danger.n_escalations;
        if is_step_over {
            self.escalate();
        }
    }

    /// One call however many steps were missed. Where the clock went back, one call too, and the steps begin anew.
    pub(super) fn escalate(&mut self) {
        let Some(danger) = self.it.danger else {
            return;
        };
        let (now, steps) = (self.now, &self.policy.escalations_ms);
        if danger.is_out_of_time(steps, now) {
            self.it.danger = Some(Danger { alarm_from: now, n_escalations: 0, quiet_until: None, ..danger });
            self.event(EventKind::Escalated, Some("clock"));
            self.call(danger.n_escalations, 0);
            return;
        }
        let n_escalations = danger.n_steps_over(steps, now);
        self.it.danger = Some(Danger { n_escalations, ..danger });
        self.event(EventKind::Escalated, Some(&n_escalations.to_string()));
        self.call(n_escalations.saturating_sub(1), now - danger.alarm_from);
    }

    /// A duty phone is called, the one of this step.
    pub(super) fn call(&mut self, step: u32, since_ms: i64) {
        self.effects.push(Effect::Call { step, minutes: since_ms / 60_000 });
    }

    pub(super) fn urgent(&mut self) -> Handled {
        if self.it.is_closed() {
            return Err(Refusal::Closed);
        }
        self.ring(self.facts.actor.id());
        self.effects.push(Effect::LetHeldAnswersGo);
        Ok(())
    }

    /// Its holder, a supervisor, or anybody while nobody holds it says by name that there is no danger.
    pub(super) fn end_alarm(&mut self, reason: &str, last_seen: Option<i64>) -> Handled {
        let Some(danger) = self.it.danger.filter(|danger| danger.state.is_open()) else {
            return Err(Refusal::NoAlarm);
        };
        self.must_hold_if_held()?;
        self.must_have_seen(last_seen)?;
        self.it.danger = Some(danger.taken_back());
        self.it.tier = None;
        self.it.queue_at = self.it.place(None, self.now);
        self.note(NoteKind::FalseAlarm, reason)?;
        self.event(EventKind::AlarmEnded, None);
        Ok(())
    }

    /// 119 or 112 has been told. An open alarm ends with that reason; the citizen stays somebody in danger, before others in the
    /// line: the tier stays, by which every rule goes.
    pub(super) fn hand_over(&mut self, service: &str, told: &str, last_seen: Option<i64>) -> Handled {
        let Some(danger) = self.it.danger else {
            return Err(Refusal::NoAlarm);
        };
        self.may_hand_over(danger)?;
        if danger.state.is_open() {
            self.must_have_seen(last_seen)?;
        }
        self.note(NoteKind::Handover, &format!("{service}: {told}"))?;
        self.event(EventKind::HandedOver, Some(service));
        if danger.state.is_open() {
            self.it.danger = Some(danger.handed_over(self.facts.actor.id(), self.now));
            self.event(EventKind::AlarmEnded, Some("handed_over"));
        }
        self.it.queue_at = self.it.place(None, self.now);
        Ok(())
    }

    /// The citizen's number is shown. What follows from it is only that it is recorded.
    pub(super) fn reveal(&mut self, reason: &str) -> Handled {
        let is_theirs = self.facts.actor.id().is_some_and(|id| {
            let looks_after = self.it.danger.and_then(|danger| danger.ack).is_some_and(|ack| ack.by == id);
            self.it.is_held_by(id) || looks_after
        });
        // Who hands over has ended the alarm, and is still on the phone. A false alarm shows nothing.
        let is_danger = self.it.danger.is_some_and(|danger| !danger.is_false_alarm());
        let may_see = self.facts.actor.supervises() || (is_theirs && is_danger);
        if !may_see {
            return Err(Refusal::NumberNotShown);
        }
        self.note(NoteKind::Reveal, reason)?;
        // The reason stands in the note alone: the journal outlives what was written.
        self.event(EventKind::Revealed, None);
        Ok(())
    }

    /// What is masked in the texts (`domain::identity_number`) is shown to who holds it, and to supervisors; recorded the same
    /// way. Where nothing is masked nothing is shown, and no note says that it was.
    pub(super) fn reveal_texts(&mut self, reason: &str) -> Handled {
        if !self.facts.actor.supervises() {
            self.must_hold()?;
        }
        if self.facts.has_masked {
            self.note(NoteKind::RevealTexts, reason)?;
            self.event(EventKind::Revealed, Some("texts"));
        }
        Ok(())
    }

    /// Asks the citizen where they are, in easy words.
    pub(super) fn ask_where(&mut self) -> Handled {
        self.must_hold()?;
        if !self.facts.recipient.as_ref().is_some_and(|to| to.may_be_told(Notice::Where, self.now)) {
            return Err(Refusal::NotAsked);
        }
        self.say(Notice::Where, Vec::new());
        self.touch();
        self.event(EventKind::AskedWhere, None);
        Ok(())
    }

    /// Who holds it and supervisors; of a closed conversation, who looked after its danger.
    fn may_hand_over(&self, danger: Danger) -> Handled {
        let actor = &self.facts.actor;
        let looked_after = self.it.is_closed() && danger.ack.is_some_and(|ack| actor.is(ack.by));
        if actor.supervises() || looked_after {
            return Ok(());
        }
        match &self.it.claim {
            Some(claim) if actor.is(claim.by.id) => Ok(()),
            Some(claim) => Err(Refusal::HeldBy(claim.by.clone())),
            None => Err(Refusal::NotHeld),
        }
    }

    /// Somebody else holds it, and the actor is no supervisor.
    pub(super) fn must_hold_if_held(&self) -> Handled {
        match &self.it.claim {
            Some(claim) if !self.facts.actor.is(claim.by.id) && !self.facts.actor.supervises() => {
                Err(Refusal::HeldBy(claim.by.clone()))
            }
            _ => Ok(()),
        }
    }
}
