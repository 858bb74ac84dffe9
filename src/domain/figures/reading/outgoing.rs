//! Texts to the citizen, their receipts, and surveys.

use super::{Contribution, Fact, Reader};
use crate::domain::UnixMs;
use crate::domain::figures::history::{Outcome, TextOut};

impl Reader<'_> {
    fn desk_at(&self, at: UnixMs) -> u16 {
        let last = self.desks.iter().rev().find(|(from, _)| *from <= at);
        last.or(self.desks.first()).map_or(self.history.desk, |(_, desk)| *desk)
    }

    pub(super) fn texts_out(&mut self) {
        for text in &self.history.texts_out {
            if text.outcome == Outcome::Cancelled {
                continue;
            }
            let desk = self.desk_at(text.at);
            let TextOut { class, outcome, .. } = *text;
            let (is_automatic, is_taken) = (text.by.is_none(), text.accepted_at.is_some());
            let sent = Fact::Sent { class, is_automatic, is_taken, outcome };
            self.done.push(Contribution { at: text.at, desk, category: None, by: text.by, fact: sent });
            let of = self.received.iter().rev().find(|received| **received <= text.at);
            if let (true, Some(received), Some(taken_at)) = (text.is_receipt, of, text.accepted_at) {
                let receipt = Fact::Receipt(taken_at - received);
                self.done.push(Contribution { at: *received, desk, category: None, by: None, fact: receipt });
            }
        }
    }

    pub(super) fn surveys(&mut self) {
        for survey in &self.history.surveys {
            let by = survey.by;
            let tell =
                |at, fact| Contribution { at, desk: self.desk_at(at), category: self.category, by, fact };
            let asked = tell(survey.asked_at, Fact::Surveyed);
            let answered =
                survey.answered_at.map(|at| tell(at, Fact::SurveyAnswered { score: survey.score }));
            self.done.push(asked);
            self.done.extend(answered);
        }
    }
}
