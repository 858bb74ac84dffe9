//! Answers, promises, and the end of a consultation.

use super::aggregate::{Closed, Promise};
use super::command::{Closing, Effect, Reply};
use super::danger::Danger;
use super::handle::{Handled, Handling};
use super::state::{ConversationEvent, ConversationState};
use crate::domain::UnixMs;
use crate::domain::event::EventKind;
use crate::domain::refusal::Refusal;

/// Why a conversation was closed that was open when its citizen was erased.
const ERASED: &str = "erased";

impl Handling<'_> {
    /// The send guard, and what an answer changes: the citizen waits no more, a danger is answered, a promise is kept
    /// unless a new one is given.
    pub(super) fn reply(&mut self, reply: &Reply) -> Handled {
        self.must_hold()?;
        if self.it.is_refused_by(&self.facts.citizen) {
            return Err(Refusal::OptedOut);
        }
        self.must_have_seen((!reply.force).then_some(reply.last_seen))?;
        self.it.step(ConversationEvent::Replied);
        self.it.wait_no_more();
        self.it.last_reply_at = Some(self.now);
        self.it.nudged_at = None;
        self.it.last_holder = self.facts.actor.id();
        self.it.danger = self.it.danger.map(Danger::answered);
        self.it.promise = None;
        self.touch();
        self.effects.push(Effect::DropDraft);
        // Where the answer comes first, nothing else is said.
        if self.policy.receipt_texts {
            self.effects.push(Effect::WithdrawWaitTexts);
        }
        self.event(EventKind::Replied, None);
        if let Some(due_at) = reply.promise_due_at {
            self.promise(due_at)?;
        }
        if let Some(category) = &reply.category {
            self.categorise(category)?;
        }
        Ok(())
    }

    pub(super) fn promise(&mut self, due_at: UnixMs) -> Handled {
        self.must_hold()?;
        self.it.promise = Some(Promise { due_at, late_at: None });
        self.touch();
        self.event(EventKind::Promised, None);
        Ok(())
    }

    pub(super) fn close(&mut self, closing: &Closing) -> Handled {
        self.must_hold()?;
        self.must_not_be_in_danger()?;
        self.must_have_seen(closing.last_seen)?;
        if self.it.state == ConversationState::Active && !closing.unanswered {
            return Err(Refusal::Unanswered);
        }
        if closing.category.is_some() {
            self.it.category.clone_from(&closing.category);
            self.it.is_category_old = false;
        }
        if self.policy.category_required && (self.it.category.is_none() || self.it.is_category_old) {
            return Err(Refusal::CategoryNeeded);
        }
        if self.it.promise.is_some() && !closing.drop_promise {
            return Err(Refusal::PromiseOpen);
        }
        let how = if self.it.state == ConversationState::Active { "unanswered" } else { "answered" };
        // Whoever never got the answer that was promised is not asked how it was.
        let may_survey = self.it.last_reply_at.is_some()
            && self.it.danger.is_none()
            && self.it.promise.is_none()
            // Whoever never wrote in it asked us nothing.
            && self.it.last_inbound.seq > 0
            && !self.it.is_abusive;
        let survey_at = self.policy.survey_after_ms.map(|after| self.now + after);
        self.end(closing.reason.clone().map(String::from));
        self.it.survey_due_at = survey_at.filter(|_| may_survey);
        self.event(EventKind::Closed, Some(how));
        Ok(())
    }

    /// The citizen is erased: whatever waits for an answer gets none. A danger that nobody has answered is never closed so.
    pub(super) fn close_to_erase(&mut self) -> Handled {
        self.must_not_be_in_danger()?;
        if self.it.is_closed() {
            return Err(Refusal::Closed);
        }
        let how = if self.it.state == ConversationState::Active { "unanswered" } else { "answered" };
        self.end(Some(ERASED.to_owned()));
        self.event(EventKind::Closed, Some(how));
        Ok(())
    }

    /// Closed; nobody holds it, waits, or is promised anything. A promise that is not kept is named in the journal.
    pub(super) fn end(&mut self, reason: Option<String>) {
        self.it.state = ConversationState::Closed;
        self.it.closed = Some(Closed { at: self.now, reason });
        let before = self.it.last_holder;
        self.it.last_holder = self.it.claim.take().map(|claim| claim.by.id).or(before);
        self.it.offer = None;
        if self.it.promise.take().is_some() {
            self.event(EventKind::PromiseDropped, None);
        }
        self.it.survey_due_at = None;
        self.it.wait_no_more();
        self.effects.extend([Effect::DropDraft, Effect::ForgetDrafts]);
    }
}
