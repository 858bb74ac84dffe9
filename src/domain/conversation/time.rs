//! What time alone does to a conversation: wait notices, alarms that nobody answers, claims nobody works on, promises not
//! kept, talks that have ended without a word, surveys. Sources: service.md, "For the citizen", "Urgent texts", "For the
//! counselor".

use super::aggregate::{Conversation, Promise};
use super::command::{CitizenChange, Effect};
use super::danger::Danger;
use super::handle::{Handled, Handling};
use super::state::{ConversationEvent, ConversationState};
use crate::domain::UnixMs;
use crate::domain::desk::Desk;
use crate::domain::event::EventKind;
use crate::domain::notice::{Notice, Slot};
use crate::domain::policy::ServicePolicy;
use crate::domain::survey;

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Its desk is no more: the first one takes it.
    Adopt,
    /// The citizen hears that they are not forgotten.
    WaitNotice,
    /// Nobody has answered a danger: supervisors are called.
    Escalate,
    /// Its holder does nothing: back to the queue, or just let go if we wait for the citizen.
    FreeClaim,
    /// Its holder does nothing although danger was seen in it: supervisors are called, and it stays theirs.
    StaleDanger,
    /// A promise is due: the citizen waits again and hears of the delay.
    PromiseLate,
    /// The citizen is asked whether they still need us.
    Nudge,
    /// The talk has ended.
    Close,
}

/// Everything that is due for a conversation that is not closed. The calendar is asked only where all else fits.
pub fn due(it: &Conversation, policy: &ServicePolicy, now: UnixMs) -> Vec<Due> {
    use ConversationState::{Active, Answered, Waiting};
    let desk = policy.desks.get_or_first(&it.desk);
    let mut due = Vec::new();
    if desk.key != it.desk {
        due.push(Due::Adopt);
    }
    if it.danger.is_some_and(|danger| is_step_due(&danger, policy, now)) {
        due.push(Due::Escalate);
    }
    if is_wait_notice_due(it, policy, desk, now) {
        due.push(Due::WaitNotice);
    }
    if it.promise.is_some_and(|promise| promise.due_at <= now && promise.late_at.is_none()) {
        due.push(Due::PromiseLate);
    }
    let is_idle = it.claim.is_some() && it.touched_at.is_none_or(|at| now - at >= policy.claim_idle_ms);
    match (is_idle, it.is_danger()) {
        (true, false) => due.push(Due::FreeClaim),
        // An open danger has steps of its own.
        (true, true) if matches!(it.state, Waiting | Active) && !it.has_open_danger() => {
            due.push(Due::StaleDanger);
        }
        _ => {}
    }
    let Some(answered_at) = it.last_reply_at.filter(|_| it.state == Answered) else {
        return due;
    };
    if it.is_danger() || it.promise.is_some() {
        return due;
    }
    match it.nudged_at {
        None if now - answered_at >= policy.nudge_after_ms && desk.is_open(now) => due.push(Due::Nudge),
        // The question gets as much time as the plan gives it, however late it was asked.
        Some(nudged_at) if now - nudged_at >= policy.close_after_ms - policy.nudge_after_ms => {
            due.push(Due::Close);
        }
        _ => {}
    }
    due
}

fn is_step_due(danger: &Danger, policy: &ServicePolicy, now: UnixMs) -> bool {
    danger.state.is_open() && danger.n_steps_over(&policy.escalations_ms, now) > danger.n_escalations
}

fn is_wait_notice_due(it: &Conversation, policy: &ServicePolicy, desk: &Desk, now: UnixMs) -> bool {
    let step = policy.wait_notices_ms.get(it.n_wait_notices as usize);
    let (ConversationState::Waiting, Some(since), Some(after)) = (it.state, it.waiting_since, step) else {
        return false;
    };
    // Open hours are no longer than the time that has passed.
    now - since >= *after
        && !it.is_danger()
        && desk.is_open(now)
        && desk.calendar.open_ms_between(since, now) >= *after
}

impl Handling<'_> {
    pub(super) fn tick(&mut self) -> Handled {
        for what in due(&self.it, self.policy, self.now) {
            self.happen(what);
        }
        Ok(())
    }

    fn happen(&mut self, what: Due) {
        match what {
            Due::Adopt => {
                let desk = self.policy.desks.first().key.clone();
                self.event(EventKind::Adopted, Some(&desk));
                self.it.desk = desk;
                self.it.previous_desk = None;
            }
            Due::WaitNotice => {
                self.it.n_wait_notices += 1;
                if self.policy.receipt_texts {
                    self.say(Notice::Wait, Vec::new());
                }
            }
            Due::Escalate => self.escalate(),
            Due::FreeClaim => {
                self.it.last_holder = self.it.claim.as_ref().map(|claim| claim.by.id);
                self.event(EventKind::Released, Some("idle"));
                self.let_go();
            }
            Due::StaleDanger => {
                self.touch();
                self.event(EventKind::Escalated, Some("idle"));
            }
            Due::PromiseLate => self.promise_late(),
            Due::Nudge => {
                self.it.nudged_at = Some(self.now);
                self.say(Notice::Nudge, Vec::new());
            }
            Due::Close => {
                self.say(Notice::Closing, Vec::new());
                self.end(Some("no reply".to_owned()));
                self.event(EventKind::Closed, Some("answered"));
            }
        }
    }

    /// One call however many steps were missed.
    fn escalate(&mut self) {
        let Some(danger) = self.it.danger else {
            return;
        };
        let n_escalations = danger.n_steps_over(&self.policy.escalations_ms, self.now);
        self.it.danger = Some(Danger { n_escalations, ..danger });
        self.event(EventKind::Escalated, Some(&n_escalations.to_string()));
    }

    /// We owe an answer now: it goes to its holder, or into the queue. The citizen hears of the delay, and gets no wait
    /// notice on top.
    fn promise_late(&mut self) {
        let now = self.now;
        let it = &mut self.it;
        it.promise = it.promise.map(|promise| Promise { late_at: Some(now), ..promise });
        it.step(ConversationEvent::Owed { held: it.claim.is_some() });
        it.wait_from(it.waiting_since.unwrap_or(now), None, now);
        self.it.n_wait_notices = u32::try_from(self.policy.wait_notices_ms.len()).unwrap_or(u32::MAX);
        self.it.nudged_at = None;
        self.say(Notice::Delayed, Vec::new());
        self.event(EventKind::PromiseLate, None);
    }

    /// Asks how it was: by day, once in 30 days, and only while nothing new has begun.
    pub(super) fn ask_survey(&mut self) -> Handled {
        if !self.it.is_closed() || self.it.survey_due_at.is_none_or(|at| at > self.now) {
            return Ok(());
        }
        let zone = self.policy.desks.get_or_first(&self.it.desk).calendar.time_zone();
        let at = survey::may_ask_at(self.now, zone);
        if at > self.now {
            self.it.survey_due_at = Some(at);
            return Ok(());
        }
        self.it.survey_due_at = None;
        let was_asked = self.facts.citizen.surveyed_at.is_some_and(|last| self.now - last < survey::EVERY_MS);
        let may_ask =
            self.facts.recipient.as_ref().is_some_and(|to| to.may_be_told(Notice::Survey, self.now));
        if was_asked || !may_ask {
            return Ok(());
        }
        self.say(Notice::Survey, Vec::<(Slot, String)>::new());
        self.effects.push(Effect::Citizen(CitizenChange::Surveyed));
        self.effects.push(Effect::Survey { counselor_id: self.it.last_holder });
        Ok(())
    }
}
