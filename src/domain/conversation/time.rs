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
    /// A wrong clock wrote its times: they are set right, and all else after that.
    OutOfTime,
    /// Its desk is no more: the first one takes it.
    Adopt,
    /// The citizen hears that they are not forgotten.
    WaitNotice,
    /// Nobody has answered a danger: supervisors are called.
    Escalate,
    /// Somebody looked after a danger by phone, and the time that gave them is over: it rings again.
    QuietOver,
    /// Its holder does nothing: back to the queue, or just let go if we wait for the citizen.
    FreeClaim,
    /// Danger was seen in it, the citizen waits, and its holder does nothing or nobody holds it: supervisors are called, and
    /// a holder keeps it.
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
    if it.ahead_ms(now).is_some() {
        return vec![Due::OutOfTime];
    }
    if desk.key != it.desk {
        due.push(Due::Adopt);
    }
    if it.danger.is_some_and(|danger| is_step_due(&danger, policy, now)) {
        due.push(Due::Escalate);
    }
    let ack_ms = policy.alarm.ack_ms;
    if it.danger.is_some_and(|danger| danger.state.is_open() && danger.is_quiet_over(ack_ms, now)) {
        due.push(Due::QuietOver);
    }
    if is_wait_notice_due(it, policy, desk, now) {
        due.push(Due::WaitNotice);
    }
    if it.promise.is_some_and(|promise| promise.due_at <= now && promise.late_at.is_none()) {
        due.push(Due::PromiseLate);
    }
    if is_danger_left_alone(it, policy, now) {
        due.push(Due::StaleDanger);
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
    let steps = &policy.escalations_ms;
    let is_over = danger.n_steps_over(steps, now) > danger.n_escalations;
    let is_quiet = danger.quiet_until.is_some();
    danger.state.is_open() && !is_quiet && (is_over || danger.is_out_of_time(steps, now))
}

/// How often supervisors hear that a citizen still waits after 119 or 112 was told (milliseconds).
const TOLD_STEP_MS: i64 = 10 * 60 * 1_000;

/// Nobody holds it, and either the citizen of an answered danger has written again (supervisors hear of it at each last
/// step), or 119 or 112 was told and nobody has written to the citizen since.
fn is_danger_left_alone(it: &Conversation, policy: &ServicePolicy, now: UnixMs) -> bool {
    let (Some(since), Some(last_step)) = (it.waiting_since, policy.escalations_ms.last()) else {
        return false;
    };
    let is_handed_over = it.danger.is_some_and(|danger| danger.is_handed_over());
    let step = if is_handed_over { TOLD_STEP_MS.max(*last_step) } else { *last_step };
    let quiet_since = it.touched_at.map_or(since, |at| at.max(since));
    it.state == ConversationState::Waiting
        && it.is_danger()
        && !it.has_open_danger()
        && now - quiet_since >= step
}

fn is_wait_notice_due(it: &Conversation, policy: &ServicePolicy, desk: &Desk, now: UnixMs) -> bool {
    let step = policy.wait_notices_ms.get(it.n_wait_notices as usize);
    let (ConversationState::Waiting, Some(since), Some(after)) = (it.state, it.notices_from, step) else {
        return false;
    };
    // Open hours are no longer than the time that has passed.
    now - since >= *after
        // Who was in danger is told where help is, not a place, also after the alarm was ended.
        && it.danger.is_none()
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
            Due::OutOfTime => self.it = self.it.set_right(self.now),
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
            Due::QuietOver => self.quiet_over(),
            Due::FreeClaim => {
                self.it.last_holder = self.it.claim.as_ref().map(|claim| claim.by.id);
                self.event(EventKind::Released, Some("idle"));
                self.let_go();
            }
            Due::StaleDanger => {
                let since = self.it.waiting_since.unwrap_or(self.now);
                let step_ms = self.policy.escalations_ms.last().copied().unwrap_or(1).max(1);
                self.touch();
                self.event(EventKind::Escalated, Some("idle"));
                self.call(u32::try_from((self.now - since) / step_ms).unwrap_or(0), self.now - since);
            }
            Due::PromiseLate => self.promise_late(),
            Due::Nudge => {
                self.it.nudged_at = Some(self.now);
                self.say(Notice::Nudge, Vec::new());
            }
            Due::Close => {
                self.end(Some("no reply".to_owned()));
                self.event(EventKind::Closed, Some("answered"));
            }
        }
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
        let (now, after_ms) = (self.now, self.policy.survey_after_ms);
        let is_due = self.it.survey_due_at.is_some_and(|at| survey::is_due(at, after_ms, now));
        if !self.it.is_closed() || !is_due {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::aggregate::Claim;
    use super::*;
    use crate::domain::arrival::tests::{NOON, desk, policy, with_desks};
    use crate::domain::counselor::Counselor;
    use crate::domain::phone::PhoneNumber;
    use crate::domain::triage::Tier;

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;

    fn waiting() -> Conversation {
        let [citizen, ours] = ["01012345678", "062120"].map(PhoneNumber::parse);
        Conversation {
            waiting_since: Some(NOON),
            notices_from: Some(NOON),
            ..Conversation::new(&citizen, &ours, "main", NOON)
        }
    }

    fn held(state: ConversationState) -> Conversation {
        let by = Counselor { id: 1, login: "a".into(), name: "a".into(), disabled_at: None };
        Conversation {
            state,
            claim: Some(Claim { by, at: NOON }),
            touched_at: Some(NOON),
            last_reply_at: Some(NOON),
            ..waiting()
        }
    }

    fn let_go(it: Conversation) -> Conversation {
        Conversation { claim: None, ..it }
    }

    fn in_danger(it: Conversation, n_escalations: u32) -> Conversation {
        let danger = Some(Danger { n_escalations, ..Danger::ring(None, NOON) });
        Conversation { tier: Some(Tier::Danger), danger, ..it }
    }

    /// Somebody answered from a duty phone at once.
    fn by_phone(it: Conversation) -> Conversation {
        let danger = it.danger.map(|danger| danger.taken_by_phone(1, NOON, policy().alarm.ack_ms));
        Conversation { danger, ..it }
    }

    /// A danger that was answered at once.
    fn answered_danger(it: Conversation) -> Conversation {
        let it = in_danger(it, 0);
        Conversation { danger: it.danger.map(Danger::answered), ..it }
    }

    /// A danger that was handed over to 119 at once.
    fn handed_over(it: Conversation) -> Conversation {
        let it = in_danger(it, 0);
        let danger = it.danger.map(|danger| danger.handed_over(Some(1), NOON));
        Conversation { danger, ..it }
    }

    #[test]
    fn what_is_due() {
        use ConversationState::{Active, Answered};
        let promise = Some(Promise { due_at: NOON + HOUR, late_at: None });
        let late = Some(Promise { due_at: NOON + HOUR, late_at: Some(NOON + HOUR) });
        let promised = Conversation { promise, ..held(Answered) };
        let asked = let_go(Conversation { nudged_at: Some(NOON + 2 * HOUR), ..held(Answered) });
        let told = |n_wait_notices| Conversation { n_wait_notices, ..waiting() };
        let cases = [
            (waiting(), 5 * MINUTE - 1, vec![]),
            (waiting(), 5 * MINUTE, vec![Due::WaitNotice]),
            (told(1), 14 * MINUTE, vec![]),
            (told(1), 15 * MINUTE, vec![Due::WaitNotice]),
            (told(2), 99 * HOUR, vec![]),
            // Only late texts so far; then one in time, an hour later.
            (Conversation { notices_from: None, ..waiting() }, 99 * HOUR, vec![]),
            (Conversation { notices_from: Some(NOON + HOUR), ..waiting() }, HOUR + 5 * MINUTE - 1, vec![]),
            (
                Conversation { notices_from: Some(NOON + HOUR), ..waiting() },
                HOUR + 5 * MINUTE,
                vec![Due::WaitNotice],
            ),
            (in_danger(waiting(), 0), MINUTE - 1, vec![]),
            (in_danger(waiting(), 0), MINUTE, vec![Due::Escalate]),
            (in_danger(waiting(), 1), 2 * MINUTE, vec![]),
            (in_danger(waiting(), 1), 3 * MINUTE, vec![Due::Escalate]),
            (in_danger(waiting(), 2), 6 * MINUTE - 1, vec![]),
            (in_danger(waiting(), 2), 6 * MINUTE, vec![Due::Escalate]),
            (answered_danger(waiting()), 3 * MINUTE - 1, vec![]),
            (answered_danger(waiting()), 3 * MINUTE, vec![Due::StaleDanger]),
            (handed_over(waiting()), 10 * MINUTE - 1, vec![]),
            (handed_over(waiting()), 10 * MINUTE, vec![Due::StaleDanger]),
            (in_danger(held(Active), 0), MINUTE, vec![Due::Escalate]),
            (by_phone(in_danger(waiting(), 0)), 3 * MINUTE - 1, vec![]),
            (by_phone(in_danger(waiting(), 0)), 3 * MINUTE, vec![Due::QuietOver]),
            (by_phone(in_danger(waiting(), 0)), -MINUTE, vec![Due::QuietOver]),
            (held(Active), 30 * MINUTE - 1, vec![]),
            (held(Active), 30 * MINUTE, vec![Due::FreeClaim]),
            (answered_danger(held(Active)), 30 * MINUTE, vec![Due::StaleDanger]),
            (answered_danger(held(Answered)), 99 * HOUR, vec![]),
            (promised.clone(), 29 * MINUTE, vec![]),
            (promised.clone(), HOUR, vec![Due::PromiseLate, Due::FreeClaim]),
            (let_go(Conversation { promise: late, ..promised }), 99 * HOUR, vec![]),
            (let_go(held(Answered)), 2 * HOUR - 1, vec![]),
            (let_go(held(Answered)), 2 * HOUR, vec![Due::Nudge]),
            (asked.clone(), 24 * HOUR - 1, vec![]),
            (asked.clone(), 24 * HOUR, vec![Due::Close]),
            (answered_danger(asked), 99 * HOUR, vec![]),
        ];
        for (it, after, expected) in cases {
            assert_eq!(due(&it, &policy(), NOON + after), expected, "{it:?} after {after}");
        }
    }

    #[test]
    fn what_belongs_to_no_desk_is_adopted() {
        let lost = Conversation { desk: "west".to_owned(), ..waiting() };
        assert_eq!(due(&lost, &policy(), NOON), [Due::Adopt]);
    }

    #[test]
    fn nobody_is_spoken_to_while_we_are_closed() {
        let office = with_desks(vec![desk("main", "Mo-Fr 09:00-18:00")], None);
        let evening = NOON + 10 * HOUR;
        assert_eq!(due(&waiting(), &office, evening), []);
        assert_eq!(due(&let_go(held(ConversationState::Answered)), &office, evening), []);
    }

    proptest! {
        /// Danger is never let go, asked after or closed by time, however long it stands.
        #[test]
        fn time_never_ends_danger(
            state in prop::sample::select(ConversationState::ALL[..3].to_vec()), is_held in any::<bool>(),
            is_open in any::<bool>(), nudged in prop::option::of(0..9 * HOUR), hours in 0..10_000_i64,
        ) {
            let it = Conversation { nudged_at: nudged.map(|after| NOON + after), ..held(state) };
            let it = if is_held { it } else { let_go(it) };
            let it = if is_open { in_danger(it, 0) } else { answered_danger(it) };
            let due = due(&it, &policy(), NOON + hours * HOUR);
            prop_assert!(!due.iter().any(|d| matches!(d, Due::FreeClaim | Due::Nudge | Due::Close | Due::WaitNotice)));
        }
    }
}
