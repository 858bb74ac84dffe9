//! Who holds it: claim, release, taking over.

use super::aggregate::Claim;
use super::handle::{Handled, Handling};
use super::state::{ConversationEvent, ConversationState};
use crate::domain::event::{EventKind, NoteKind};
use crate::domain::refusal::Refusal;

impl Handling<'_> {
    /// Only what nobody holds, and what is not offered to somebody else, can be claimed; claiming what one holds already is fine.
    /// Danger has a limit of its own, and passes the other.
    pub(super) fn claim(&mut self) -> Handled {
        match &self.it.claim {
            Some(claim) if self.facts.actor.is(claim.by.id) => return Ok(()),
            Some(claim) => return Err(Refusal::HeldBy(claim.by.clone())),
            None if self.it.is_closed() => return Err(Refusal::Closed),
            None => {}
        }
        if self.it.offered_to_other(self.facts.actor, self.now).is_some() {
            return Err(Refusal::OfferedTo(self.facts.offered_to.clone()));
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

#[cfg(test)]
mod tests {
    use super::super::aggregate::{Conversation, Offer};
    use super::super::command::{Command, Facts};
    use super::*;
    use crate::domain::actor::{Actor, DeskScope, Role};
    use crate::domain::arrival::tests::{NOON, policy};
    use crate::domain::counselor::Counselor;
    use crate::domain::phone::PhoneNumber;
    use crate::domain::triage::Tier;

    /// Who was passed it has it first, and nobody waits for them longer than the offer holds.
    #[test]
    fn what_is_offered_to_another_is_claimed_by_them_by_supervisors_and_in_danger() {
        let colleague = Counselor { id: 9, login: "ji".into(), name: "지영".into(), disabled_at: None };
        let claims = |id: i64, role: Role, tier: Option<Tier>, at: i64| {
            let me = Counselor { id, login: "a".into(), name: "a".into(), disabled_at: None };
            let me = Actor::person(me, role, DeskScope::All, "test".into());
            let [citizen, ours] = ["01012345678", "062120"].map(PhoneNumber::parse);
            let it = Conversation::new(&citizen, &ours, "main", NOON);
            let offer = Some(Offer { to: 9, until: NOON + 600 });
            let it = Conversation { waiting_since: Some(NOON), offer, tier, ..it };
            let facts = Facts { offered_to: Some(colleague.clone()), ..Facts::new(&me) };
            it.handle(&Command::Claim, &facts, &policy(), at).map(drop)
        };
        let theirs = Err(Refusal::OfferedTo(Some(colleague.clone())));
        for (id, role, tier, at, expected) in [
            (2, Role::Counselor, None, NOON + 599, theirs.clone()),
            (2, Role::Counselor, Some(Tier::Look), NOON, theirs),
            (2, Role::Counselor, None, NOON + 600, Ok(())),
            (2, Role::Counselor, Some(Tier::Danger), NOON, Ok(())),
            (2, Role::Supervisor, None, NOON, Ok(())),
            (9, Role::Counselor, None, NOON, Ok(())),
        ] {
            assert_eq!(claims(id, role, tier, at), expected, "{id} {role:?} {tier:?} {at}");
        }
    }
}
