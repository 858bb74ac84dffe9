//! One answer for many who wait: which conversations a supervisor may answer so, and what it changes in each.
//!
//! Each is decided by itself, with a send guard of its own. Danger, and what may be one, is read and answered by a person.

use super::aggregate::Conversation;
use super::command::{Closing, Reply};
use super::handle::{Handled, Handling};
use super::state::ConversationState;
use crate::domain::actor::Actor;
use crate::domain::citizen::Citizen;
use crate::domain::event::EventKind;
use crate::domain::refusal::Refusal;
use crate::domain::triage::Tier;

/// Detail of the event by which it is taken to be answered together with others: the answer after it is nobody's own work.
pub const AT_ONCE: &str = "answer_all";

impl Conversation {
    /// Whether it may be answered together with others: it waits in the queue, nobody holds it, no answer of its own was
    /// promised, nothing in it is, was or may be a danger, and the citizen wants texts.
    pub fn may_be_answered_with_others(&self, actor: &Actor, citizen: &Citizen) -> Result<(), Refusal> {
        if !actor.supervises() {
            return Err(Refusal::SupervisorsOnly);
        }
        if self.is_closed() {
            return Err(Refusal::Closed);
        }
        if self.danger.is_some() || self.tier.is_some_and(|tier| tier <= Tier::Look) {
            return Err(Refusal::InDanger);
        }
        if let Some(claim) = &self.claim {
            return Err(Refusal::HeldBy(claim.by.clone()));
        }
        if self.state != ConversationState::Waiting {
            return Err(Refusal::NotWaiting);
        }
        if self.promise.is_some() {
            return Err(Refusal::PromiseOpen);
        }
        if self.is_refused_by(citizen) { Err(Refusal::OptedOut) } else { Ok(()) }
    }
}

impl Handling<'_> {
    /// The actor takes it, answers, and closes it or lets it go. Who writes again is not theirs: they are offered to whom they
    /// would have been offered before.
    pub(super) fn answer_waiting(&mut self, reply: &Reply, closing: Option<&Closing>) -> Handled {
        self.it.may_be_answered_with_others(self.facts.actor, &self.facts.citizen)?;
        let before = self.it.last_holder;
        self.take(Some(AT_ONCE))?;
        self.reply(reply)?;
        match closing {
            Some(closing) => self.close(closing)?,
            None => {
                self.event(EventKind::Released, None);
                self.let_go();
            }
        }
        self.it.last_holder = before;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::aggregate::{Category, Claim, Promise};
    use super::super::command::{Command, Facts};
    use super::*;
    use crate::domain::actor::{DeskScope, Role};
    use crate::domain::arrival::tests::{NOON, policy};
    use crate::domain::conversation::danger::Danger;
    use crate::domain::counselor::Counselor;
    use crate::domain::phone::PhoneNumber;

    fn person(id: i64, role: Role) -> Actor {
        let counselor = Counselor { id, login: "a".into(), name: "a".into(), disabled_at: None };
        Actor::person(counselor, role, DeskScope::All, "test".into())
    }

    fn waiting() -> Conversation {
        let [citizen, ours] = ["01012345678", "062120"].map(PhoneNumber::parse);
        let it = Conversation::new(&citizen, &ours, "main", NOON);
        Conversation { waiting_since: Some(NOON), last_holder: Some(7), ..it }
    }

    #[test]
    fn who_may_be_answered_with_others() {
        let boss = person(1, Role::Supervisor);
        let by = person(2, Role::Counselor).counselor.expect("a person");
        let claim = Some(Claim { by: by.clone(), at: NOON });
        let tier = |tier| Conversation { tier: Some(tier), ..waiting() };
        let cases = [
            (waiting(), Ok(())),
            (tier(Tier::Info), Ok(())),
            (tier(Tier::Look), Err(Refusal::InDanger)),
            (tier(Tier::Danger), Err(Refusal::InDanger)),
            (Conversation { danger: Some(Danger::ring(None, NOON)), ..waiting() }, Err(Refusal::InDanger)),
            (Conversation { claim, ..waiting() }, Err(Refusal::HeldBy(by))),
            (Conversation { state: ConversationState::Answered, ..waiting() }, Err(Refusal::NotWaiting)),
            (Conversation { state: ConversationState::Closed, ..waiting() }, Err(Refusal::Closed)),
            (
                Conversation { promise: Some(Promise { due_at: NOON, late_at: None }), ..waiting() },
                Err(Refusal::PromiseOpen),
            ),
        ];
        for (it, expected) in cases {
            assert_eq!(it.may_be_answered_with_others(&boss, &Citizen::default()), expected, "{it:?}");
        }
        let counselor = person(2, Role::Counselor);
        let may = |by: &Actor, opted_out_at| {
            waiting().may_be_answered_with_others(by, &Citizen { opted_out_at, ..Citizen::default() })
        };
        assert_eq!(may(&counselor, None), Err(Refusal::SupervisorsOnly));
        let last_text_at = waiting().last_inbound.at;
        assert_eq!(may(&boss, Some(last_text_at)), Err(Refusal::OptedOut));
        assert_eq!(may(&boss, Some(last_text_at - 1)), Ok(()), "they have written since");
    }

    #[test]
    fn it_is_answered_closed_or_let_go_and_belongs_to_nobody() {
        let boss = person(1, Role::Supervisor);
        let category = Some(Category { key: "교통/버스".into(), version: "1".into() });
        let close = Closing { last_seen: Some(0), category, ..Closing::default() };
        for (closing, state) in
            [(None, ConversationState::Answered), (Some(close), ConversationState::Closed)]
        {
            let command = Command::AnswerWaiting { reply: Reply::default(), closing };
            let after = waiting().handle(&command, &Facts::new(&boss), &policy(), NOON + 1);
            let after = after.expect("answered").after;
            assert_eq!((after.state, &after.claim, after.waiting_since), (state, &None, None));
            assert_eq!((after.last_reply_at, after.last_holder), (Some(NOON + 1), Some(7)));
        }
        let newer =
            Command::AnswerWaiting { reply: Reply { last_seen: 9, ..Reply::default() }, closing: None };
        let refused = waiting().handle(&newer, &Facts::new(&boss), &policy(), NOON);
        assert_eq!(refused.err(), Some(Refusal::NewerTexts));
    }
}
