//! What time alone does to an open conversation: wait notices, alarms nobody answered, claims nobody works on, promises not
//! kept, talks that have ended without a word. Pure; the timers worker asks it every few seconds. Sources: service.md,
//! "For the citizen", "Urgent texts", "For the counselor".

use super::UnixMs;
use super::conversation::ConversationState;
use super::desk::Desk;

/// After how long each thing happens (milliseconds).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    pub wait_notices_ms: Vec<i64>,
    pub escalations_ms: Vec<i64>,
    pub claim_idle_ms: i64,
    pub nudge_after_ms: i64,
    pub close_after_ms: i64,
}

/// A conversation that is not closed, as far as time matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub id: i64,
    pub state: ConversationState,
    pub desk: String,
    pub is_held: bool,
    pub tier: Option<u8>,
    pub waiting_since: Option<UnixMs>,
    pub n_wait_notices: u32,
    /// Danger that nobody has said to look after, and how often supervisors were called.
    pub ringing_since: Option<UnixMs>,
    pub n_escalations: u32,
    pub touched_at: Option<UnixMs>,
    pub last_reply_at: Option<UnixMs>,
    pub promise_due_at: Option<UnixMs>,
    pub is_promise_told: bool,
    pub nudged_at: Option<UnixMs>,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Its desk is no more: the first one takes it.
    Adopt,
    /// They hear that they are not forgotten.
    WaitNotice,
    /// Supervisors are called.
    Escalate,
    /// Its holder does nothing: back to the queue, or just let go if we wait for the citizen.
    FreeClaim,
    /// Its holder does nothing although there is danger: supervisors are called, and it stays theirs.
    StaleDanger,
    /// Counselors are reminded, the citizen hears of the delay.
    PromiseLate,
    /// The citizen is asked whether they still need us.
    Nudge,
    /// The talk has ended.
    Close,
}

/// Everything that is due for a conversation now, which `desk` serves.
pub fn due(open: &Open, times: &Times, desk: &Desk, now: UnixMs) -> Vec<Due> {
    use ConversationState::{Active, Answered, Waiting};
    let is_danger = open.tier == Some(1);
    let waits_for_us = matches!(open.state, Waiting | Active);
    let mut due = Vec::new();
    if desk.key != open.desk {
        due.push(Due::Adopt);
    }
    let rung = times.escalations_ms.get(open.n_escalations as usize);
    if let (Some(since), Some(after)) = (open.ringing_since, rung)
        && now - since >= *after
    {
        due.push(Due::Escalate);
    }
    let notice = times.wait_notices_ms.get(open.n_wait_notices as usize);
    if let (Waiting, Some(since), Some(after)) = (open.state, open.waiting_since, notice)
        && !is_danger
        && desk.is_open(now)
        && desk.calendar.open_ms_between(since, now) >= *after
    {
        due.push(Due::WaitNotice);
    }
    if open.promise_due_at.is_some_and(|at| at <= now) && !open.is_promise_told {
        due.push(Due::PromiseLate);
    }
    let is_idle = open.touched_at.is_none_or(|at| now - at >= times.claim_idle_ms);
    match (open.is_held && is_idle, is_danger) {
        (true, false) => due.push(Due::FreeClaim),
        (true, true) if waits_for_us => due.push(Due::StaleDanger),
        _ => {}
    }
    let Some(answered_at) = open.last_reply_at.filter(|_| open.state == Answered) else {
        return due;
    };
    if waits_for_us || is_danger || open.promise_due_at.is_some() {
        return due;
    }
    match open.nudged_at {
        None if now - answered_at >= times.nudge_after_ms && desk.is_open(now) => due.push(Due::Nudge),
        // The question gets as much time as the plan gives it, however late it was asked.
        Some(nudged_at) if now - nudged_at >= times.close_after_ms - times.nudge_after_ms => {
            due.push(Due::Close);
        }
        _ => {}
    }
    due
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::arrival::tests::{NOON, desk};
    use super::*;

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;

    fn times() -> Times {
        Times {
            wait_notices_ms: vec![5 * MINUTE, 15 * MINUTE],
            escalations_ms: vec![MINUTE, 3 * MINUTE],
            claim_idle_ms: 30 * MINUTE,
            nudge_after_ms: 2 * HOUR,
            close_after_ms: 24 * HOUR,
        }
    }

    fn waiting() -> Open {
        Open {
            id: 1,
            state: ConversationState::Waiting,
            desk: "main".to_owned(),
            is_held: false,
            tier: None,
            waiting_since: Some(NOON),
            n_wait_notices: 0,
            ringing_since: None,
            n_escalations: 0,
            touched_at: None,
            last_reply_at: None,
            promise_due_at: None,
            is_promise_told: false,
            nudged_at: None,
        }
    }

    fn held(state: ConversationState) -> Open {
        Open { state, is_held: true, touched_at: Some(NOON), last_reply_at: Some(NOON), ..waiting() }
    }

    #[test]
    fn what_is_due() {
        use ConversationState::{Active, Answered};
        let danger = Open { tier: Some(1), ringing_since: Some(NOON), ..waiting() };
        let promised = Open { promise_due_at: Some(NOON + HOUR), ..held(Answered) };
        let asked = Open { nudged_at: Some(NOON + 2 * HOUR), is_held: false, ..held(Answered) };
        let cases = [
            (waiting(), 5 * MINUTE - 1, vec![]),
            (waiting(), 5 * MINUTE, vec![Due::WaitNotice]),
            (Open { n_wait_notices: 1, ..waiting() }, 14 * MINUTE, vec![]),
            (Open { n_wait_notices: 1, ..waiting() }, 15 * MINUTE, vec![Due::WaitNotice]),
            (Open { n_wait_notices: 2, ..waiting() }, 99 * HOUR, vec![]),
            (danger.clone(), MINUTE - 1, vec![]),
            (danger.clone(), MINUTE, vec![Due::Escalate]),
            (Open { n_escalations: 1, ..danger.clone() }, 2 * MINUTE, vec![]),
            (Open { n_escalations: 1, ..danger.clone() }, 3 * MINUTE, vec![Due::Escalate]),
            (Open { n_escalations: 2, ..danger.clone() }, 99 * HOUR, vec![]),
            (Open { ringing_since: None, ..danger }, 99 * HOUR, vec![]),
            (held(Active), 30 * MINUTE - 1, vec![]),
            (held(Active), 30 * MINUTE, vec![Due::FreeClaim]),
            (Open { tier: Some(1), ..held(Active) }, 30 * MINUTE, vec![Due::StaleDanger]),
            (Open { tier: Some(1), ..held(Answered) }, 99 * HOUR, vec![]),
            (promised.clone(), 29 * MINUTE, vec![]),
            (promised.clone(), HOUR, vec![Due::PromiseLate, Due::FreeClaim]),
            (Open { is_promise_told: true, is_held: false, ..promised }, 99 * HOUR, vec![]),
            (Open { is_held: false, ..held(Answered) }, 2 * HOUR - 1, vec![]),
            (Open { is_held: false, ..held(Answered) }, 2 * HOUR, vec![Due::Nudge]),
            (asked.clone(), 24 * HOUR - 1, vec![]),
            (asked.clone(), 24 * HOUR, vec![Due::Close]),
            (Open { tier: Some(1), ..asked }, 99 * HOUR, vec![]),
        ];
        let desk = desk("main", "24/7");
        for (open, after, expected) in cases {
            assert_eq!(due(&open, &times(), &desk, NOON + after), expected, "{open:?} after {after}");
        }
    }

    #[test]
    fn what_belongs_to_no_desk_is_adopted() {
        let lost = Open { desk: "west".to_owned(), ..waiting() };
        assert_eq!(due(&lost, &times(), &desk("main", "24/7"), NOON), [Due::Adopt]);
    }

    #[test]
    fn nobody_is_spoken_to_while_we_are_closed() {
        let office = desk("main", "Mo-Fr 09:00-18:00");
        let evening = NOON + 10 * HOUR;
        let open = Open { waiting_since: Some(NOON), ..waiting() };
        assert_eq!(due(&open, &times(), &office, evening), []);
        let answered = Open { is_held: false, ..held(ConversationState::Answered) };
        assert_eq!(due(&answered, &times(), &office, evening), []);
    }

    proptest! {
        /// Danger is never let go, asked after or closed by time, however long it stands.
        #[test]
        fn time_never_ends_danger(
            state in prop::sample::select(ConversationState::ALL[..3].to_vec()), held in any::<bool>(),
            nudged in prop::option::of(0..9 * HOUR), hours in 0..10_000_i64,
        ) {
            let open = Open {
                state,
                is_held: held,
                tier: Some(1),
                last_reply_at: Some(NOON),
                nudged_at: nudged.map(|after| NOON + after),
                ..waiting()
            };
            let due = due(&open, &times(), &desk("main", "24/7"), NOON + hours * HOUR);
            prop_assert!(!due.iter().any(|d| matches!(d, Due::FreeClaim | Due::Nudge | Due::Close | Due::WaitNotice)));
        }
    }
}
