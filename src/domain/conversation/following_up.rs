//! Following up: writing to a citizen first, and cases that an outside department works on.

use super::aggregate::{Claim, Conversation, Referral};
use super::command::Effect;
use super::handle::{Handled, Handling};
use super::state::ConversationState;
use crate::domain::UnixMs;
use crate::domain::event::{EventKind, NoteKind};
use crate::domain::phone::PhoneNumber;
use crate::domain::recipient::is_person;
use crate::domain::refusal::Refusal;

impl Conversation {
    /// A new conversation that we begin; `latest`: the citizen's last one with us.
    pub fn of_ours(
        citizen: &PhoneNumber,
        our_number: &PhoneNumber,
        (desk, latest): (&str, Option<&Conversation>),
        now: UnixMs,
    ) -> Conversation {
        let mut new = Conversation::new(citizen, our_number, desk, now);
        new.previous_id = latest.map(|latest| latest.id);
        new.language = latest.map(|latest| latest.language).unwrap_or_default();
        new.last_inbound.at = now;
        new
    }
}

impl Handling<'_> {
    /// We write before the citizen does, with a reason: to somebody with whom nothing is open, who has not opted out and is not
    /// restricted. Whoever writes holds the conversation.
    pub(super) fn write_first(&mut self, reason: &str) -> Handled {
        let Some(me) = self.facts.actor.counselor.clone() else {
            return Err(Refusal::NotHeld);
        };
        if let Some(id) = self.facts.open_id {
            return Err(Refusal::StillOpen(id));
        }
        if !is_person(&self.it.citizen) {
            return Err(Refusal::NotReachable);
        }
        // An opt-out is of texts that they did not ask for: this is one.
        if self.facts.citizen.opted_out_at.is_some() {
            return Err(Refusal::OptedOut);
        }
        if self.facts.citizen.is_restricted(self.now) {
            return Err(Refusal::Restricted);
        }
        self.it.state = ConversationState::Answered;
        self.it.last_holder = Some(me.id);
        self.it.claim = Some(Claim { by: me, at: self.now });
        self.it.last_reply_at = Some(self.now);
        self.touch();
        self.event(EventKind::WroteFirst, None);
        self.note(NoteKind::WroteFirst, reason)
    }

    /// An outside department works on it until then; also of a closed conversation. Whoever says so is reminded then.
    pub(super) fn refer(&mut self, department: &str, due_at: UnixMs) -> Handled {
        self.must_hold_if_held()?;
        self.it.referral = Some(Referral { to: department.to_owned(), since: self.now, due_at });
        self.effects.push(Effect::Reminder { due_at, text: department.to_owned() });
        self.event(EventKind::Referred, None);
        self.note(NoteKind::Referral, department)
    }

    /// The department has answered, or nothing is expected of it any more.
    pub(super) fn end_referral(&mut self, note: &str) -> Handled {
        self.must_hold_if_held()?;
        let Some(ended) = self.it.referral.take() else {
            return Err(Refusal::NotReferred);
        };
        self.event(EventKind::ReferralEnded, None);
        self.note(NoteKind::Referral, if note.is_empty() { &ended.to } else { note })
    }
}
