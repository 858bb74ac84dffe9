//! The one door: a command comes in, a decision or a refusal comes out.

use std::ops::{Deref, DerefMut};

use super::aggregate::{Category, Conversation, Promise};
use super::change::Changing;
use super::command::{CitizenChange, Command, Decision, Effect, Facts};
use crate::domain::UnixMs;
use crate::domain::event::{EventKind, NoteKind};
use crate::domain::notice::{Notice, Slot};
use crate::domain::policy::ServicePolicy;
use crate::domain::refusal::Refusal;

/// One command being decided: the conversation as it becomes, and what follows so far.
pub(super) struct Handling<'a> {
    pub changing: Changing,
    pub facts: &'a Facts<'a>,
    pub policy: &'a ServicePolicy,
    pub effects: Vec<Effect>,
}

impl Deref for Handling<'_> {
    type Target = Changing;

    fn deref(&self) -> &Changing {
        &self.changing
    }
}

impl DerefMut for Handling<'_> {
    fn deref_mut(&mut self) -> &mut Changing {
        &mut self.changing
    }
}

/// Done, or why not.
pub(super) type Handled = Result<(), Refusal>;

impl Conversation {
    /// Decides about a command at `now`. The conversation itself is not changed.
    pub fn handle(
        &self,
        command: &Command,
        facts: &Facts<'_>,
        policy: &ServicePolicy,
        now: UnixMs,
    ) -> Result<Decision, Refusal> {
        if !self.is_visible_to(facts.actor) {
            return Err(Refusal::NotYourDesk);
        }
        let changing = Changing::new(self.clone(), now);
        let mut handling = Handling { changing, facts, policy, effects: Vec::new() };
        handling.run(command)?;
        Ok(Decision { effects: handling.effects, ..handling.changing.into_decision() })
    }
}

impl Handling<'_> {
    fn run(&mut self, command: &Command) -> Handled {
        match command {
            Command::TextIn(text) => self.text_in(text),
            Command::Claim => self.claim(),
            Command::Release => self.release(),
            Command::TakeOver { note } => self.take_over(note),
            Command::Reply(reply) => self.reply(reply),
            Command::AnswerWaiting { reply, closing } => self.answer_waiting(reply, closing.as_ref()),
            Command::Close(closing) => self.close(closing),
            Command::Promise { due_at } => self.promise(*due_at),
            Command::Ack => self.ack(),
            Command::AckByPhone => self.ack_by_phone(),
            Command::Urgent => self.urgent(),
            Command::EndAlarm { reason, last_seen } => self.end_alarm(reason.as_str(), *last_seen),
            Command::HandOver { service, told, last_seen } => self.hand_over(service, told, *last_seen),
            Command::Reveal { reason } => self.reveal(reason.as_str()),
            Command::RevealTexts { reason } => self.reveal_texts(reason.as_str()),
            Command::CloseToErase => self.close_to_erase(),
            Command::AskWhere => self.ask_where(),
            Command::ToDesk { desk, note } => self.pass_to_desk(desk, note),
            Command::ToPerson { login, note } => self.pass_to_person(login, note),
            Command::Return { note } => self.give_back(note),
            Command::Warn => self.warn(),
            Command::Restrict { until, reason } => self.restrict(*until, reason.as_str()),
            Command::Unrestrict => self.unrestrict(),
            Command::Wish(wish) => self.wish(*wish),
            Command::FoundSent(found) => self.found_sent(found),
            Command::WriteFirst { reason } => self.write_first(reason.as_str()),
            Command::Refer { department, due_at } => self.refer(department, *due_at),
            Command::EndReferral { note } => self.end_referral(note),
            Command::Tick => self.tick(),
            Command::AskSurvey => self.ask_survey(),
            Command::Note { text } => self.note(NoteKind::Note, text),
            Command::Draft { text } => self.draft(text),
            Command::Remind { due_at, text } => self.remind(*due_at, text),
            Command::Prefer { text } => self.prefer(text),
            Command::Categorise(category) => self.categorise(category),
        }
    }

    /// Refuses who does not hold it.
    pub fn must_hold(&self) -> Handled {
        match &self.it.claim {
            _ if self.it.is_closed() => Err(Refusal::Closed),
            Some(claim) if self.facts.actor.is(claim.by.id) => Ok(()),
            Some(claim) => Err(Refusal::HeldBy(claim.by.clone())),
            None => Err(Refusal::NotHeld),
        }
    }

    /// Refuses who has not seen the citizen's last text: it may tell of another danger. A text that does not exist nobody has
    /// seen.
    pub fn must_have_seen(&self, last_seen: Option<i64>) -> Handled {
        match last_seen {
            Some(seen) if seen != self.it.last_inbound.seq => Err(Refusal::NewerTexts),
            _ => Ok(()),
        }
    }

    /// Refuses while nobody has answered a citizen in danger.
    pub fn must_not_be_in_danger(&self) -> Handled {
        if self.it.has_open_danger() { Err(Refusal::DangerUnanswered) } else { Ok(()) }
    }

    /// Something happened, by the actor.
    pub fn event(&mut self, kind: EventKind, detail: Option<&str>) {
        let by = self.facts.actor.id();
        self.event_by(kind, by, detail);
    }

    /// Writes a note and says so.
    pub fn note(&mut self, kind: NoteKind, text: &str) -> Handled {
        self.effects.push(Effect::Note { kind, text: text.to_owned() });
        self.event(EventKind::Noted, Some(kind.as_str()));
        Ok(())
    }

    /// An automatic text, if it may be said.
    pub fn say(&mut self, notice: Notice, values: Vec<(Slot, String)>) {
        self.effects.push(Effect::Notice { notice, values });
    }

    pub fn touch(&mut self) {
        self.it.touched_at = Some(self.now);
    }

    fn draft(&mut self, text: &str) -> Handled {
        self.must_hold()?;
        self.effects.push(Effect::DropDraft);
        self.touch();
        if text.is_empty() { Ok(()) } else { self.note(NoteKind::Draft, text) }
    }

    fn remind(&mut self, due_at: UnixMs, text: &str) -> Handled {
        self.effects.push(Effect::Reminder { due_at, text: text.to_owned() });
        let text = if text.is_empty() { "-" } else { text };
        self.effects.push(Effect::Note { kind: NoteKind::Reminder, text: text.to_owned() });
        Ok(())
    }

    fn prefer(&mut self, text: &str) -> Handled {
        let preference = (!text.is_empty()).then(|| text.to_owned());
        self.effects.push(Effect::Citizen(CitizenChange::Prefer(preference)));
        self.event(EventKind::Preference, None);
        Ok(())
    }

    /// A category with a due time is a promise as well, unless an earlier word to the citizen stands.
    pub fn categorise(&mut self, category: &Category) -> Handled {
        let due_ms = self.policy.category_due_ms.get(&category.key).copied();
        self.it.category = Some(category.clone());
        self.it.is_category_old = false;
        self.event(EventKind::Categorised, None);
        if let Some(due_ms) = due_ms.filter(|_| self.it.promise.is_none() && !self.it.is_closed()) {
            self.it.promise = Some(Promise { due_at: self.now + due_ms, late_at: None });
            self.event(EventKind::Promised, None);
        }
        Ok(())
    }
}
