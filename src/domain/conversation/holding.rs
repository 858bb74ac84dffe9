//! Who holds it: claim, release, taking over.

use super::aggregate::Claim;
use super::handle::{Handled, Handling};
use super::state::{ConversationEvent, ConversationState};
use crate::domain::event::{EventKind, NoteKind};
use crate::domain::refusal::Refusal;

impl Handling<'_> {
    /// Only what nobody holds can be claimed; claiming what one holds already is fine. Danger has a limit of its own, and
    /// passes the other.
    pub(super) fn claim(&mut self) -> Handled {
        match &self.it.claim {
            Some(claim) if self.facts.actor.is(claim.by.id) => return Ok(()),
            Some(claim) => return Err(Refusal::HeldBy(claim.by.clone())),
            None if self.it.is_closed() => return Err(Refusal::Closed),
            None => {}
        }
        let is_full = self.facts.n_held >= self.policy.max_held;
        if self.it.has_open_danger() {
            if self.facts.n_dangers_held >= self.policy.max_dangers {
                return Err(Refusal::TooManyDangers);
            }
        } else if is_full && self.it.state == ConversationState::Waiting && !self.it.is_danger() {
            return Err(Refusal::Full);
        }
        self.take(None)
    }

    /// Gives it to the actor, who looks after a danger in it from now on.
    pub(super) fn take(&mut self, detail: Option<&str>) -> Handled {
        let Some(me) = self.facts.actor.counselor.clone() else {
            return Err(Refusal::NotHeld);
        };
        self.it.danger = self.it.danger.map(|danger| danger.taken(me.id, self.now));
        self.it.claim = Some(Claim { by: me, at: self.now });
        self.it.offer = None;
        self.it.step(ConversationEvent::Claimed);
        self.touch();
        self.event(EventKind::Claimed, detail);
        Ok(())
    }

    pub(super) fn release(&mut self) -> Handled {
        self.must_hold()?;
        self.event(EventKind::Released, None);
        self.let_go();
        Ok(())
    }

    pub(super) fn take_over(&mut self, why: &str) -> Handled {
        if !self.facts.actor.supervises() {
            return Err(Refusal::SupervisorsOnly);
        }
        if self.it.is_closed() {
            return Err(Refusal::Closed);
        }
        let is_theirs = self.facts.actor.id().is_some_and(|id| self.it.is_held_by(id));
        let has_too_many = self.facts.n_dangers_held >= self.policy.max_dangers;
        if self.it.has_open_danger() && has_too_many && !is_theirs {
            return Err(Refusal::TooManyDangers);
        }
        self.it.claim = None;
        self.take(Some("takeover"))?;
        self.note(NoteKind::Takeover, why)
    }
}
