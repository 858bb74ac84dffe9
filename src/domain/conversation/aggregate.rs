//! A conversation as it stands: one struct for one row, its columns grouped by meaning. Only [`super::handle`] changes
//! it, and `store` saves what changed.

use super::danger::Danger;
use super::state::{ConversationEvent, ConversationState, next};
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::citizen::Citizen;
use crate::domain::counselor::Counselor;
use crate::domain::notice::Language;
use crate::domain::phone::PhoneNumber;
use crate::domain::queue::{Waiter, queue_key};
use crate::domain::triage::Tier;

/// Who holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub by: Counselor,
    pub at: UnixMs,
}

/// Somebody has it to themselves until then: others neither claim it nor are given it by `next`. Supervisors may claim it, and
/// danger is everybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    pub to: i64,
    pub until: UnixMs,
}

/// We owe an answer by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    pub due_at: UnixMs,
    /// It was not kept, and the citizen was told.
    pub late_at: Option<UnixMs>,
}

/// An outside department works on the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// The department, as the counselor called it.
    pub to: String,
    pub since: UnixMs,
    /// It is to answer by then.
    pub due_at: UnixMs,
}

/// What it was about, in a version of the list of categories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    pub key: String,
    pub version: String,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    pub at: UnixMs,
    pub reason: Option<String>,
}

/// The citizen's last text that a person has to read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastInbound {
    /// Grows with each text that is put into the conversation; what the send guard compares.
    pub seq: i64,
    pub at: UnixMs,
}

/// A conversation (상담): one consultation, from a citizen's first text to the close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// 0 before it is stored.
    pub id: i64,
    pub citizen: PhoneNumber,
    /// The number they texted; answers leave from it or its registered sender.
    pub our_number: PhoneNumber,
    /// Of automatic texts.
    pub language: Language,
    pub opened_at: UnixMs,
    pub n_reopened: u32,
    /// The consultation before it.
    pub previous_id: Option<i64>,
    pub state: ConversationState,
    pub closed: Option<Closed>,

    pub claim: Option<Claim>,
    /// When its holder last did something.
    pub touched_at: Option<UnixMs>,
    /// Who held or answered it last.
    pub last_holder: Option<i64>,
    pub offer: Option<Offer>,
    pub desk: String,
    /// Who passed it on, and may get it back.
    pub previous_desk: Option<String>,

    pub last_inbound: LastInbound,
    /// A person's last answer since it was opened or reopened.
    pub last_reply_at: Option<UnixMs>,
    /// The oldest text of theirs that nobody answered.
    pub waiting_since: Option<UnixMs>,
    /// Its place in line (`domain::queue`): who has the least is taken first.
    pub queue_at: i64,
    /// How many the citizen was told to be ahead of them while they wait.
    pub told_ahead: Option<i64>,
    pub n_wait_notices: u32,
    /// They count from then: the first text of this wait that was not late. `None` while there is none.
    pub notices_from: Option<UnixMs>,
    /// Asked whether they still need us.
    pub nudged_at: Option<UnixMs>,

    pub tier: Option<Tier>,
    pub danger: Option<Danger>,
    /// Words of abuse stand in it: no survey.
    pub is_abusive: bool,
    pub promise: Option<Promise>,
    pub category: Option<Category>,
    /// It was said before the conversation was reopened: it is asked for anew.
    pub is_category_old: bool,
    /// Until the department has answered; a close does not end it.
    pub referral: Option<Referral>,
    /// Closed, and to be asked then how it was.
    pub survey_due_at: Option<UnixMs>,
}

impl Conversation {
    pub fn is_closed(&self) -> bool {
        self.state == ConversationState::Closed
    }

    pub fn is_held_by(&self, counselor_id: i64) -> bool {
        self.claim.as_ref().is_some_and(|claim| claim.by.id == counselor_id)
    }

    /// Danger was seen in it, answered or not, or handed over to 119 or 112. A false alarm is none.
    pub fn is_danger(&self) -> bool {
        self.tier.is_some_and(Tier::is_danger)
    }

    /// Whether its citizen wants no texts, so that no answer may be sent.
    pub fn is_refused_by(&self, citizen: &Citizen) -> bool {
        citizen.refuses_texts(self.last_inbound.at, self.tier)
    }

    /// Danger that nobody has answered yet.
    pub fn has_open_danger(&self) -> bool {
        self.danger.is_some_and(|danger| danger.state.is_open())
    }

    /// To whom it is offered at `now`, if that keeps the actor from claiming it.
    pub fn offered_to_other(&self, actor: &Actor, now: UnixMs) -> Option<i64> {
        let offer = self.offer.filter(|offer| offer.until > now && !actor.is(offer.to))?;
        (!actor.supervises() && !self.is_danger()).then_some(offer.to)
    }

    /// Whether the actor may see and serve it: of their desk, theirs, or in danger, which is everybody's who takes duty.
    pub fn is_visible_to(&self, actor: &Actor) -> bool {
        let is_theirs = actor
            .id()
            .is_some_and(|id| self.is_held_by(id) || self.offer.is_some_and(|offer| offer.to == id));
        actor.takes_duty() && (is_theirs || self.is_danger() || actor.serves(&self.desk))
    }

    /// How long a new answer is held back, so that it can be taken back (milliseconds). In danger it leaves at once.
    /// `recall_ms`: what the operator decided.
    pub fn hold_ms(&self, recall_ms: i64) -> i64 {
        if self.is_danger() { 0 } else { recall_ms }
    }

    /// Takes the step, which the caller knows to fit; a step that does not fit changes nothing.
    pub(super) fn step(&mut self, event: ConversationEvent) {
        self.state = next(self.state, event).unwrap_or(self.state);
    }

    /// The citizen waits from `since` on, unless they waited before; sets the place in line, which never gets worse while
    /// they wait.
    pub(super) fn wait_from(&mut self, since: UnixMs, opened_at: Option<UnixMs>, now: UnixMs) {
        let waited = self.waiting_since;
        self.waiting_since = Some(waited.map_or(since, |before| before.min(since)));
        if waited.is_none() {
            self.n_wait_notices = 0;
            self.notices_from = Some(since);
            self.told_ahead = None;
        }
        let place = self.place(opened_at, now);
        self.queue_at = if waited.is_some() { place.min(self.queue_at) } else { place };
    }

    /// The citizen does not wait any more.
    pub(super) fn wait_no_more(&mut self) {
        self.waiting_since = None;
        self.n_wait_notices = 0;
        self.notices_from = None;
        self.told_ahead = None;
    }

    /// The place in line by what is known now.
    pub(super) fn place(&self, opened_at: Option<UnixMs>, now: UnixMs) -> i64 {
        queue_key(&Waiter {
            waiting_since: self.waiting_since.unwrap_or(now),
            tier: self.tier,
            is_promise_due: self.promise.is_some_and(|promise| promise.due_at <= now),
            in_dialogue: self.last_reply_at.is_some(),
            opened_at,
        })
    }
}
