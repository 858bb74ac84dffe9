//! Passing it on: to a desk, to a person, and back.

use super::aggregate::Offer;
use super::handle::{Handled, Handling};
use super::state::ConversationEvent;
use crate::domain::event::{EventKind, NoteKind};
use crate::domain::notice::{Notice, Slot};
use crate::domain::refusal::Refusal;

/// A person who is passed a conversation has it to themselves for so long (milliseconds).
const OFFERED_MS: i64 = 10 * 60 * 1_000;

/// The note says to whom; in every language alike.
fn passed_to(name: &str, note: &str) -> String {
    format!("→ {name}: {note}")
}

impl Handling<'_> {
    /// Passing on is for who holds it, and for supervisors.
    fn may_pass_on(&self) -> Handled {
        match self.must_hold() {
            Err(Refusal::Closed) => Err(Refusal::Closed),
            Err(_) if self.facts.actor.supervises() => Ok(()),
            other => other,
        }
    }

    pub(super) fn pass_to_desk(&mut self, desk: &str, note: &str) -> Handled {
        self.may_pass_on()?;
        if self.policy.desks.find(desk).is_none() || desk == self.it.desk {
            return Err(Refusal::NoSuchDesk);
        }
        let from = self.it.desk.clone();
        self.put_back(None);
        self.move_to(desk, Some(from));
        let name = &self.policy.desks.get_or_first(desk).name;
        self.note(NoteKind::Transfer, &passed_to(name, note))?;
        self.event(EventKind::Transferred, Some(desk));
        Ok(())
    }

    pub(super) fn pass_to_person(&mut self, login: &str, note: &str) -> Handled {
        self.may_pass_on()?;
        let Some(person) = self.facts.person.as_ref() else {
            return Err(Refusal::NoSuchPerson);
        };
        if self.facts.actor.is(person.id) {
            return Err(Refusal::PassedToYourself);
        }
        self.put_back(Some(person.id));
        self.note(NoteKind::Transfer, &passed_to(&person.name, note))?;
        self.event(EventKind::Transferred, Some(login));
        Ok(())
    }

    /// To the desk it came from, or to the person.
    pub(super) fn give_back(&mut self, note: &str) -> Handled {
        if self.it.is_closed() {
            return Err(Refusal::Closed);
        }
        let me = self.facts.actor.id();
        if let Some(claim) = self.it.claim.as_ref().filter(|claim| Some(claim.by.id) != me) {
            return Err(Refusal::HeldBy(claim.by.clone()));
        }
        let is_offered = self.it.offer.is_some_and(|offer| Some(offer.to) == me);
        let before = self.it.last_holder.filter(|last| Some(*last) != me);
        match self.it.previous_desk.clone() {
            Some(desk) => {
                self.put_back(before);
                self.move_to(&desk, None);
            }
            None if is_offered => self.put_back(before),
            None => return Err(Refusal::NotPassedOn),
        }
        self.note(NoteKind::Return, note)?;
        self.event(EventKind::Returned, None);
        Ok(())
    }

    /// Nobody holds it and the citizen waits for us, at the place they had; `person` has it first for a while. An
    /// unanswered danger rings anew, for everybody.
    fn put_back(&mut self, person: Option<i64>) {
        let before = self.it.last_holder;
        self.it.last_holder = self.it.claim.take().map(|claim| claim.by.id).or(before);
        self.it.step(ConversationEvent::PassedOn);
        self.it.nudged_at = None;
        let now = self.now;
        let since = self.it.waiting_since.unwrap_or(now);
        self.it.wait_from(since, None, now);
        self.it.offer = person.map(|to| Offer { to, until: now + OFFERED_MS });
        self.ring_anew_if_open();
    }

    /// Another desk answers; the citizen is told, unless they are in danger and need other words.
    fn move_to(&mut self, desk: &str, from: Option<String>) {
        self.it.desk = desk.to_owned();
        self.it.previous_desk = from;
        if !self.it.has_open_danger() {
            let desk = self.policy.desks.get_or_first(desk);
            let name = (Slot::Desk, desk.name.clone());
            match desk.opens_at(self.now) {
                Some(at) => {
                    let opens = desk.calendar.describe(at, self.now, self.it.language);
                    self.say(Notice::MovedClosed, vec![name, (Slot::Opens, opens)]);
                }
                None => self.say(Notice::Moved, vec![name]),
            }
        }
    }
}
