//! A text of the citizen's comes in: it joins an open conversation, or reopens a closed one.

use super::aggregate::{Closed, Conversation, LastInbound, Offer};
use super::command::{Effect, TextIn};
use super::handle::{Handled, Handling};
use super::state::{ConversationEvent, ConversationState};
use crate::domain::UnixMs;
use crate::domain::event::EventKind;
use crate::domain::notice::Language;
use crate::domain::phone::PhoneNumber;
use crate::domain::triage::Tier;

impl Conversation {
    /// A new conversation of a citizen who has not written anything yet; the first text joins it.
    pub fn new(citizen: &PhoneNumber, our_number: &PhoneNumber, desk: &str, now: UnixMs) -> Conversation {
        Conversation {
            id: 0,
            citizen: citizen.clone(),
            our_number: our_number.clone(),
            language: Language::default(),
            opened_at: now,
            n_reopened: 0,
            previous_id: None,
            state: ConversationState::Waiting,
            closed: None,
            claim: None,
            touched_at: None,
            last_holder: None,
            offer: None,
            desk: desk.to_owned(),
            previous_desk: None,
            last_inbound: LastInbound::default(),
            last_reply_at: None,
            waiting_since: None,
            queue_at: 0,
            told_ahead: None,
            n_wait_notices: 0,
            notices_from: None,
            nudged_at: None,
            tier: None,
            danger: None,
            is_abusive: false,
            promise: None,
            category: None,
            is_category_old: false,
            referral: None,
            survey_due_at: None,
        }
    }

    /// Makes a new conversation one that nobody has to answer: closed at once, with a reason.
    pub fn close_aside(&mut self, seq: i64, at: UnixMs, (reason, now): (&str, UnixMs)) {
        self.state = ConversationState::Closed;
        self.closed = Some(Closed { at: now, reason: Some(reason.to_owned()) });
        self.last_inbound = LastInbound { seq, at };
    }
}

impl Handling<'_> {
    pub(super) fn text_in(&mut self, text: &TextIn) -> Handled {
        // An answer that has not left was written by somebody who had not read this. Others were read and answered before.
        if self.it.last_reply_at.is_some() {
            self.effects.push(Effect::StopHeldAnswers);
        }
        if self.it.is_closed() {
            self.reopen();
        }
        let is_new_wait = self.it.waiting_since.is_none();
        let (held, tier) = (self.it.claim.is_some(), self.it.tier);
        self.it.step(ConversationEvent::TextIn { held });
        self.it.tier = [tier, text.tier].into_iter().flatten().min_by_key(|tier| tier.number());
        self.it.is_abusive |= text.is_abusive;
        self.it.language = text.language;
        self.it.nudged_at = None;
        let (last_at, now) = (self.it.last_inbound.at, self.now);
        self.it.last_inbound = LastInbound { seq: text.seq, at: last_at.max(text.at) };
        self.it.wait_from(text.at, text.opens_at, now);
        match (text.is_late, is_new_wait) {
            // Who wrote yesterday is not told today that they are third in line.
            (true, true) => self.it.notices_from = None,
            // They are here: from now on they hear how long it takes, as everybody.
            (false, false) => self.it.notices_from = self.it.notices_from.or(Some(text.at)),
            _ => {}
        }
        if text.tier == Some(Tier::Danger) {
            self.ring(None);
            self.effects.push(Effect::WithdrawWaitTexts);
        } else if is_new_wait {
            self.offer_to_last_holder();
        }
        Ok(())
    }

    /// How it ended does not count any more, nor does a privilege in line; what it was about is asked for anew.
    fn reopen(&mut self) {
        let it = &mut self.it;
        it.closed = None;
        it.n_reopened += 1;
        it.survey_due_at = None;
        it.tier = None;
        it.last_reply_at = None;
        it.is_category_old = it.category.is_some();
        it.wait_no_more();
        self.event_by(EventKind::Reopened, None, None);
    }

    /// Who comes back is offered to who answered them last, unless they are in danger or held.
    fn offer_to_last_holder(&mut self) {
        let may_offer = self.policy.sticky_ms > 0
            && self.it.state == ConversationState::Waiting
            && self.it.offer.is_none()
            && self.facts.last_holder_works;
        if let Some(to) = self.it.last_holder.filter(|_| may_offer) {
            self.it.offer = Some(Offer { to, until: self.now + self.policy.sticky_ms });
        }
    }
}
