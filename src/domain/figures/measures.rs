//! What is added up of one row, and the value of each figure.

use std::collections::{BTreeMap, HashSet};

use super::history::{Class, Outcome};
use super::reading::Fact;
use super::spread::{Spread, per_mille};
use super::words::FigureId;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// The facts of one row, added up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measures {
    pub texts: u64,
    pub n_abusive: u64,
    pub n_consultations: u64,
    pub n_returns: u64,
    pub citizens: HashSet<u64>,
    pub n_new: u64,
    pub first: Spread,
    pub next: Spread,
    pub own: Spread,
    pub wait: Spread,
    pub handling: Spread,
    pub receipt: Spread,
    pub n_replies: u64,
    pub n_finished: u64,
    /// Answered first consultations that were closed, and those of them that did not come back.
    pub n_first_contacts: u64,
    pub n_resolved: u64,
    pub n_unanswered: u64,
    pub n_open: u64,
    pub n_transfers: u64,
    pub n_dangers: u64,
    pub n_false_alarms: u64,
    pub acked: Spread,
    pub answered: Spread,
    pub n_surveys: u64,
    pub n_survey_answers: u64,
    /// How often each score from 1 to 5.
    pub scores: [u64; 5],
    /// Texts that a carrier took, by class and whether they were automatic.
    pub sent: BTreeMap<(Class, bool), u64>,
    /// What became of them, and of those that no carrier took.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Finished consultations by category.
    pub categories: BTreeMap<Option<u16>, u64>,
}

impl Measures {
    /// Adds one fact, of this category.
    pub fn add(&mut self, fact: Fact, category: Option<u16>) {
        match fact {
            Fact::Text { is_abusive } => {
                self.texts += 1;
                self.n_abusive += u64::from(is_abusive);
            }
            Fact::Began { citizen, is_new, is_return } => {
                self.n_consultations += 1;
                self.n_returns += u64::from(is_return);
                self.n_new += u64::from(is_new);
                self.citizens.insert(citizen);
            }
            Fact::FirstResponse(ms) => self.first.add(ms),
            Fact::NextResponse(ms) => self.next.add(ms),
            Fact::OwnResponse(ms) => self.own.add(ms),
            Fact::Wait(ms) => self.wait.add(ms),
            Fact::Handling(ms) => self.handling.add(ms),
            Fact::Receipt(ms) => self.receipt.add(ms),
            Fact::Replied => self.n_replies += 1,
            Fact::Finished { is_resolved } => {
                self.n_finished += 1;
                *self.categories.entry(category).or_default() += 1;
                self.n_first_contacts += u64::from(is_resolved.is_some());
                self.n_resolved += u64::from(is_resolved == Some(true));
            }
            Fact::NeverAnswered => self.n_unanswered += 1,
            Fact::StillOpen => self.n_open += 1,
            Fact::Transferred => self.n_transfers += 1,
            Fact::DangerSeen => self.n_dangers += 1,
            Fact::FalseAlarm => self.n_false_alarms += 1,
            Fact::DangerAcked(ms) => self.acked.add(ms),
            Fact::DangerAnswered(ms) => self.answered.add(ms),
            Fact::Surveyed => self.n_surveys += 1,
            Fact::SurveyAnswered { score } => self.add_score(score),
            Fact::Sent { class, is_automatic, is_taken, outcome } => {
                if is_taken {
                    *self.sent.entry((class, is_automatic)).or_default() += 1;
                }
                *self.outcomes.entry(outcome).or_default() += 1;
            }
        }
    }

    fn add_score(&mut self, score: Option<u8>) {
        self.n_survey_answers += 1;
        let place = score.and_then(|score| self.scores.get_mut(usize::from(score).wrapping_sub(1)));
        if let Some(place) = place {
            *place += 1;
        }
    }

    fn n_scores(&self) -> u64 {
        self.scores.iter().sum()
    }

    fn n_sent(&self, only_automatic: bool) -> u64 {
        let counted = self.sent.iter().filter(|((_, automatic), _)| *automatic || !only_automatic);
        counted.map(|(_, n)| n).sum()
    }

    fn mean(&self) -> Option<i64> {
        let (n, sum) =
            (self.n_scores(), self.scores.iter().zip(1_u64..).map(|(n, score)| n * score).sum::<u64>());
        (n > 0).then(|| i64::try_from((sum * 200 + n) / (2 * n)).unwrap_or(i64::MAX))
    }

    fn delivered(&self) -> Option<i64> {
        let n = |outcome| self.outcomes.get(&outcome).copied().unwrap_or(0);
        let lost: u64 =
            self.outcomes.iter().filter(|(o, _)| matches!(o, Outcome::Lost(_))).map(|(_, n)| n).sum();
        per_mille(n(Outcome::Delivered), n(Outcome::Delivered) + lost)
    }

    /// The value of a figure; `None` where there is nothing to measure.
    pub fn value(&self, figure: FigureId) -> Option<i64> {
        use FigureId as F;
        let count = |n: u64| i64::try_from(n).ok();
        match figure {
            F::Texts => count(self.texts),
            F::Consultations => count(self.n_consultations),
            F::Returns => count(self.n_returns),
            F::Citizens => count(self.citizens.len() as u64),
            F::NewCitizens => count(self.n_new),
            F::KnownCitizens => count((self.citizens.len() as u64).saturating_sub(self.n_new)),
            F::Replies => count(self.n_replies),
            F::Finished => count(self.n_finished),
            F::ResolvedFirst => per_mille(self.n_resolved, self.n_first_contacts),
            F::Unanswered => count(self.n_unanswered),
            F::StillOpen => count(self.n_open),
            F::Transfers => count(self.n_transfers),
            F::DangerSeen => count(self.n_dangers),
            F::DangerFalse => count(self.n_false_alarms),
            F::Dangers => count(self.answered.len() as u64),
            F::SurveysSent => count(self.n_surveys),
            F::SurveysAnswered => count(self.n_survey_answers),
            F::SurveyMean => self.mean(),
            F::SurveySatisfied => per_mille(self.scores[3] + self.scores[4], self.n_scores()),
            F::Praise => count(self.scores[3] + self.scores[4]),
            F::Complaints => count(self.scores[0] + self.scores[1]),
            F::TextsOut => count(self.n_sent(false)),
            F::Automatic => count(self.n_sent(true)),
            F::DeliveredShare => self.delivered(),
            F::Abusive => count(self.n_abusive),
            F::Count | F::Share => None,
            time => self.time(time),
        }
    }

    fn time(&self, figure: FigureId) -> Option<i64> {
        use FigureId as F;
        match figure {
            F::FirstMedian => self.first.percentile(50),
            F::FirstP90 => self.first.percentile(90),
            F::FirstP95 => self.first.percentile(95),
            F::FirstWithin5 => self.first.within(5 * MINUTE),
            F::FirstWithin15 => self.first.within(15 * MINUTE),
            F::NextMedian => self.next.percentile(50),
            F::NextP90 => self.next.percentile(90),
            F::NextP95 => self.next.percentile(95),
            F::WaitMedian => self.wait.percentile(50),
            F::WaitP90 => self.wait.percentile(90),
            F::WaitP95 => self.wait.percentile(95),
            F::HandlingMedian => self.handling.percentile(50),
            F::HandlingP90 => self.handling.percentile(90),
            F::HandlingP95 => self.handling.percentile(95),
            F::ReceiptMedian => self.receipt.percentile(50),
            F::ReceiptWithin10 => self.receipt.within(10 * SECOND),
            F::DangerAckMedian => self.acked.percentile(50),
            F::DangerAckWithin => self.acked.within(60 * SECOND),
            F::DangerAnswerMedian => self.answered.percentile(50),
            F::DangerAnswerWithin => self.answered.within(3 * MINUTE),
            F::OwnMedian => self.own.percentile(50),
            F::OwnP90 => self.own.percentile(90),
            _ => None,
        }
    }
}
