//! Protection of those who answer: a warning, and a limited time without answers. Danger passes both.

use super::command::{CitizenChange, Effect};
use super::handle::{Handled, Handling};
use crate::domain::UnixMs;
use crate::domain::event::{EventKind, NoteKind};
use crate::domain::notice::{Notice, Slot};
use crate::domain::opt_out::Wish;
use crate::domain::refusal::Refusal;

impl Handling<'_> {
    pub(super) fn warn(&mut self) -> Handled {
        self.must_hold()?;
        if !self.facts.recipient.as_ref().is_some_and(|to| to.may_be_told(Notice::Warning, self.now)) {
            return Err(Refusal::NotWarned);
        }
        self.say(Notice::Warning, Vec::new());
        self.touch();
        self.it.is_abusive = true;
        self.note(NoteKind::Warning, "-")?;
        self.event(EventKind::Warned, None);
        Ok(())
    }

    pub(super) fn restrict(&mut self, until: UnixMs, reason: &str) -> Handled {
        if !self.facts.actor.supervises() {
            return Err(Refusal::SupervisorsOnly);
        }
        self.must_not_be_in_danger()?;
        if self.facts.is_in_danger_elsewhere {
            return Err(Refusal::DangerUnanswered);
        }
        let may_warn =
            self.facts.recipient.as_ref().is_some_and(|to| to.may_be_told(Notice::Warning, self.now));
        let warned_at = self.facts.warned_at;
        let has_gone_on = warned_at.is_some_and(|at| at < self.it.last_inbound.at);
        if !has_gone_on && (warned_at.is_some() || may_warn) {
            return Err(Refusal::WarnFirst);
        }
        let calendar = &self.policy.desks.get_or_first(&self.it.desk).calendar;
        let until_words = calendar.describe(until, self.now, self.it.language);
        self.effects.push(Effect::Citizen(CitizenChange::Restrict { until, reason: reason.to_owned() }));
        self.say(Notice::Restricted, vec![(Slot::Until, until_words)]);
        self.it.is_abusive = true;
        if !self.it.is_closed() {
            self.end(Some("restricted".to_owned()));
        }
        self.it.survey_due_at = None;
        self.note(NoteKind::Restriction, reason)?;
        self.event(EventKind::Restricted, None);
        Ok(())
    }

    /// Journal and conversation name who recorded it.
    pub(super) fn wish(&mut self, wish: Wish) -> Handled {
        self.effects.push(Effect::Citizen(CitizenChange::Wish(wish)));
        let (kind, note) = match wish {
            Wish::OptOut => (EventKind::OptedOut, NoteKind::OptOut),
            Wish::OptIn => (EventKind::OptedIn, NoteKind::OptIn),
        };
        self.note(note, "-")?;
        self.event(kind, Some("recorded"));
        Ok(())
    }

    pub(super) fn unrestrict(&mut self) -> Handled {
        if !self.facts.actor.supervises() {
            return Err(Refusal::SupervisorsOnly);
        }
        self.effects.push(Effect::Citizen(CitizenChange::Unrestrict));
        self.event(EventKind::Unrestricted, None);
        Ok(())
    }
}
