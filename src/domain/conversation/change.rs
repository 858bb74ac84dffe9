//! A conversation being changed, with what happened so far: the steps that need no facts and no policy.

use super::aggregate::{Category, Conversation};
use super::command::{Decision, Happening};
use super::danger::{Danger, DangerState};
use super::state::{ConversationEvent, next};
use crate::domain::UnixMs;
use crate::domain::event::EventKind;
use crate::domain::triage::Tier;

/// Detail of the event: the answer waits in the outbox.
const NOT_SENT: &str = "not_sent";
/// Detail of the event: the answer was taken back, or stopped, before it left.
const TAKEN_BACK: &str = "taken_back";

/// How a conversation stood before its last answer, which did not arrive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BeforeAnswer {
    /// The last answer that did leave, since it was opened or reopened.
    pub last_reply_at: Option<UnixMs>,
    /// The oldest text of the citizen's that nobody has answered then; `None` if that is not known.
    pub waiting_since: Option<UnixMs>,
    /// The key of its category, where the answer was taken back by its writer: a close with it is taken back, too.
    pub category: Option<Option<String>>,
}

/// The conversation as it becomes.
pub(super) struct Changing {
    pub it: Conversation,
    pub now: UnixMs,
    pub events: Vec<Happening>,
}

impl Conversation {
    /// Its last answer, this text of the outbox, will not arrive: the citizen waits again at the place that they had, and a danger
    /// that was answered by it rings again. Follows from nothing that a person may refuse.
    pub fn lose_answer(&self, message_id: i64, before: &BeforeAnswer, now: UnixMs) -> Decision {
        let mut changing = Changing::new(self.clone(), now);
        let detail = before.category.is_some().then_some(TAKEN_BACK);
        changing.answer_lost((message_id, detail), before);
        changing.into_decision()
    }

    /// The only answer to its danger, this text of the outbox, has not left for longer than the first step of the alarm:
    /// the citizen has heard nothing, so the danger rings again. Changes nothing where no danger was answered.
    pub fn answer_not_sent(&self, message_id: i64, now: UnixMs) -> Decision {
        let mut changing = Changing::new(self.clone(), now);
        if changing.has_answered_danger() {
            let before = BeforeAnswer { last_reply_at: self.last_reply_at, ..BeforeAnswer::default() };
            changing.answer_lost((message_id, Some(NOT_SENT)), &before);
        }
        changing.into_decision()
    }

    /// This counselor has no access any more: what they held is let go, and a danger that they looked after without holding
    /// it rings anew.
    pub fn lose_person(&self, counselor_id: i64, now: UnixMs) -> Decision {
        let mut changing = Changing::new(self.clone(), now);
        if self.is_held_by(counselor_id) {
            changing.event_by(EventKind::Released, Some(counselor_id), None);
            changing.let_go();
        } else if self.danger.and_then(|danger| danger.ack).is_some_and(|ack| ack.by == counselor_id) {
            changing.ring_anew_if_open();
        }
        changing.into_decision()
    }
}

impl Changing {
    pub fn new(it: Conversation, now: UnixMs) -> Changing {
        Changing { it, now, events: Vec::new() }
    }

    pub fn into_decision(self) -> Decision {
        Decision { after: self.it, events: self.events, effects: Vec::new() }
    }

    /// Something happened, by a counselor or by itself.
    pub fn event_by(&mut self, kind: EventKind, counselor_id: Option<i64>, detail: Option<&str>) {
        let detail = detail.map(str::to_owned);
        self.events.push(Happening { kind, message_id: None, counselor_id, detail });
    }

    /// Puts a danger where somebody sees it: to the holder, or first in line, offered to nobody alone. `by`: the counselor
    /// who saw it; none if triage did, or if nobody looks after it any more.
    pub fn raise(&mut self, danger: Danger, by: Option<i64>) {
        self.it.danger = Some(danger);
        self.it.tier = Some(Tier::Danger);
        self.it.offer = None;
        self.it.step(ConversationEvent::Owed { held: self.it.claim.is_some() });
        let since = self.it.waiting_since.unwrap_or(self.now);
        self.it.wait_from(since, None, self.now);
        self.event_by(EventKind::Urgent, by, None);
    }

    /// Nobody holds it any more; a citizen who waits is back at their old place, and an unanswered danger rings anew.
    pub fn let_go(&mut self) {
        self.it.claim = None;
        self.it.step(ConversationEvent::Released);
        if let Some(since) = self.it.waiting_since {
            self.it.wait_from(since, None, self.now);
        }
        self.ring_anew_if_open();
    }

    /// Whoever looked after a danger does not any more: the bell rings anew, and the steps go on.
    pub fn ring_anew_if_open(&mut self) {
        if self.it.has_open_danger() {
            let danger = Danger::ring(self.it.danger, self.now);
            self.raise(danger, None);
        }
    }

    /// A danger was answered, and nothing else was since. Reopened since: what was lost is the answer to the danger before,
    /// unless another one was written.
    fn has_answered_danger(&self) -> bool {
        let was_answered = self.it.danger.is_some_and(|danger| danger.state == DangerState::Answered);
        was_answered && (self.it.is_danger() || self.it.last_reply_at.is_none())
    }

    fn answer_lost(&mut self, (message_id, detail): (i64, Option<&str>), before: &BeforeAnswer) {
        let answered_danger = self.has_answered_danger();
        let place = self.it.queue_at;
        let place = match self.it.waiting_since {
            // Who never wrote in it never had a place.
            None => (self.it.last_inbound.seq > 0).then_some(place),
            // They have written since, and were taken to be in a talk.
            Some(_) => (self.it.last_reply_at == before.last_reply_at).then_some(place),
        };
        // What did not arrive is no talk with them: it gives no head start.
        self.it.last_reply_at = before.last_reply_at;
        let since = before.waiting_since.unwrap_or(self.it.last_inbound.at);
        let event = ConversationEvent::AnswerLost { held: self.it.claim.is_some() };
        if let Ok(to) = next(self.it.state, event) {
            if self.it.closed.take().is_some() {
                self.it.n_reopened += 1;
                self.take_back_category(before);
            }
            self.it.state = to;
            self.it.survey_due_at = None;
            self.it.nudged_at = None;
            self.it.wait_from(since, None, self.now);
            self.event_by(EventKind::AnswerLost, None, detail);
            if let Some(event) = self.events.last_mut() {
                event.message_id = Some(message_id);
            }
        }
        if let Some(waits) = self.it.waiting_since {
            self.it.waiting_since = Some(waits.min(since));
            self.it.queue_at = place.unwrap_or_else(|| self.it.place(None, self.now));
        }
        // Also where the citizen has written since and waits anyway.
        if answered_danger {
            self.raise(Danger::ring(None, self.now), None);
        }
    }

    fn take_back_category(&mut self, before: &BeforeAnswer) {
        let Some(key) = &before.category else {
            return;
        };
        let version = self.it.category.take().map(|category| category.version).unwrap_or_default();
        self.it.category = key.clone().map(|key| Category { key, version });
    }
}
