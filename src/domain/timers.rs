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
    /// They hear that they are not forgotten.
    WaitNotice,
    /// Supervisors are called.
    Escalate,
    /// Its holder does nothing: back to the queue, or just let go if we wait for the citizen.
    FreeClaim,
    /// Counselors are reminded, the citizen hears of the delay.
    PromiseLate,
    /// The citizen is asked whether they still need us.
    Nudge,
    /// The talk has ended.
    Close,
}

/// Everything that is due for a conversation now.
pub fn due(open: &Open, times: &Times, desk: &Desk, now: UnixMs) -> Vec<Due> {
    use ConversationState::{Active, Answered, Waiting};
    let is_danger = open.tier == Some(1);
    let waits_for_us = matches!(open.state, Waiting | Active);
    let mut due = Vec::new();
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
    if open.is_held && is_idle && !is_danger {
        due.push(Due::FreeClaim);
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
