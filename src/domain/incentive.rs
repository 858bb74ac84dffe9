//! Points for counselors, from the journal alone. The rules are data; each point names the event that it came from, so that
//! whoever doubts a sum can look.
//!
//! An answer that did not leave or did not arrive brings no point, and neither does one text to many. A rule that is `once` counts once for a consultation and counselor: writing
//! many short answers brings no more than a good one.

use std::collections::BTreeSet;

use super::UnixMs;
use super::event::EventKind;
use super::notice::Language;

/// What points are given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// An answer to a citizen.
    Answer,
    /// The answer that ends a danger.
    DangerAnswer,
    /// A survey answer with one of these scores.
    Survey { least: u8, most: u8 },
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub key: String,
    pub ko: String,
    pub en: String,
    pub given_for: For,
    /// May be negative.
    pub points: i64,
    /// Only once in a consultation.
    pub once: bool,
}

impl Rule {
    pub fn title(&self, language: Language) -> &str {
        if language == Language::Ko { &self.ko } else { &self.en }
    }
}

/// All rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    pub version: String,
    pub rules: Vec<Rule>,
}

/// An event of the journal, as far as points need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deed {
    pub seq: i64,
    pub at: UnixMs,
    pub kind: EventKind,
    /// Who did it; of a survey answer, whom it is credited to.
    pub by: Option<i64>,
    /// Of a survey answer.
    pub score: Option<u8>,
    /// One text to many at once.
    pub is_to_many: bool,
    /// Of an answer, and of the loss of one: something of that answer left, or still may. `true` for all else.
    pub has_left: bool,
}

/// Points that somebody gets for an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Award {
    /// Place of the rule in [`Rules::rules`].
    pub rule: usize,
    pub counselor_id: i64,
    pub conversation_id: i64,
    pub event_seq: i64,
    pub kind: EventKind,
    pub at: UnixMs,
    pub points: i64,
}

/// The points for one conversation, whose events stand in their order; those of events from `from` until before `to`.
pub fn awards(
    rules: &Rules,
    conversation_id: i64,
    journal: &[Deed],
    (from, to): (UnixMs, UnixMs),
) -> Vec<Award> {
    let (once, done) = (BTreeSet::new(), Vec::new());
    let lost = lost_answers(journal);
    let mut giving = Giving { rules, conversation_id, round: 0, in_danger: false, lost, once, done };
    journal.iter().for_each(|deed| giving.deed(deed));
    giving.done.retain(|award| (from..to).contains(&award.at));
    giving.done
}

/// The answers that left and did not arrive: the last one before each loss.
fn lost_answers(journal: &[Deed]) -> Vec<i64> {
    let (mut last, mut lost) = (None, Vec::new());
    for deed in journal.iter().filter(|deed| deed.has_left) {
        match deed.kind {
            EventKind::Replied => last = Some(deed.seq),
            EventKind::AnswerLost => lost.extend(last.take()),
            _ => {}
        }
    }
    lost
}

struct Giving<'a> {
    rules: &'a Rules,
    conversation_id: i64,
    /// Which consultation of the conversation: one more after each reopening.
    round: u32,
    in_danger: bool,
    lost: Vec<i64>,
    once: BTreeSet<(usize, i64, u32)>,
    done: Vec<Award>,
}

impl Giving<'_> {
    fn deed(&mut self, deed: &Deed) {
        match deed.kind {
            EventKind::Reopened => self.round += 1,
            EventKind::Urgent => self.in_danger = true,
            EventKind::AlarmEnded => self.in_danger = false,
            EventKind::Replied if deed.has_left && !deed.is_to_many && !self.lost.contains(&deed.seq) => {
                self.give(deed, |rule| *rule == For::Answer);
                if std::mem::take(&mut self.in_danger) {
                    self.give(deed, |rule| *rule == For::DangerAnswer);
                }
            }
            EventKind::SurveyAnswered => {
                let fits = |rule: &For| match (rule, deed.score) {
                    (For::Survey { least, most }, Some(score)) => (*least..=*most).contains(&score),
                    _ => false,
                };
                self.give(deed, fits);
            }
            _ => {}
        }
    }

    fn give(&mut self, deed: &Deed, fits: impl Fn(&For) -> bool) {
        let Some(counselor_id) = deed.by else { return };
        for (n, rule) in self.rules.rules.iter().enumerate().filter(|(_, rule)| fits(&rule.given_for)) {
            if rule.once && !self.once.insert((n, counselor_id, self.round)) {
                continue;
            }
            self.done.push(Award {
                rule: n,
                counselor_id,
                conversation_id: self.conversation_id,
                event_seq: deed.seq,
                kind: deed.kind,
                at: deed.at,
                points: rule.points,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        let rule = |key: &str, given_for, points, once| Rule {
            key: key.into(),
            ko: key.into(),
            en: key.into(),
            given_for,
            points,
            once,
        };
        Rules {
            version: "1".into(),
            rules: vec![
                rule("answered", For::Answer, 1, true),
                rule("danger", For::DangerAnswer, 5, false),
                rule("praise", For::Survey { least: 5, most: 5 }, 3, false),
                rule("complaint", For::Survey { least: 1, most: 1 }, -1, false),
            ],
        }
    }

    fn deed(seq: i64, kind: EventKind, by: Option<i64>) -> Deed {
        Deed { seq, at: seq * 10, kind, by, score: None, is_to_many: false, has_left: true }
    }

    fn given(journal: &[Deed], bounds: (UnixMs, UnixMs)) -> Vec<(usize, i64, i64, i64)> {
        let all = awards(&rules(), 7, journal, bounds);
        assert!(all.iter().all(|award| award.conversation_id == 7));
        all.iter().map(|award| (award.rule, award.counselor_id, award.event_seq, award.points)).collect()
    }

    /// Counted by hand: Minsu (1) answers twice, in danger; Jiyeong (2) helps; he comes back and she answers, and is praised.
    #[test]
    fn points_are_counted_as_by_hand() {
        use EventKind as K;
        let survey = Deed { score: Some(5), ..deed(11, K::SurveyAnswered, Some(2)) };
        let journal = [
            deed(1, K::Opened, None),
            deed(2, K::Urgent, None),
            deed(3, K::Claimed, Some(1)),
            deed(4, K::Replied, Some(1)),
            deed(5, K::Replied, Some(1)),
            deed(6, K::Replied, Some(2)),
            deed(7, K::Closed, Some(1)),
            deed(8, K::Reopened, None),
            deed(9, K::Replied, Some(2)),
            deed(10, K::Closed, Some(2)),
            survey,
            Deed { score: Some(1), ..deed(12, K::SurveyAnswered, Some(1)) },
            Deed { score: Some(3), ..deed(13, K::SurveyAnswered, Some(1)) },
            deed(14, K::SurveyAnswered, Some(1)),
        ];
        let expected =
            [(0, 1, 4, 1), (1, 1, 4, 5), (0, 2, 6, 1), (0, 2, 9, 1), (2, 2, 11, 3), (3, 1, 12, -1)];
        assert_eq!(given(&journal, (0, 1_000)), expected);
        // What was before the month still counts as the first answer.
        assert_eq!(given(&journal, (45, 95)), [(0, 2, 6, 1), (0, 2, 9, 1)]);
    }

    /// A supervisor (3) answers Minsu's citizen among hundreds, and later alone: only that is her work.
    #[test]
    fn one_text_to_many_brings_nothing_and_uses_nothing_up() {
        use EventKind as K;
        let to_many = |seq, by| Deed { is_to_many: true, ..deed(seq, K::Replied, Some(by)) };
        let journal = [
            deed(1, K::Opened, None),
            to_many(2, 3),
            deed(3, K::Replied, Some(1)),
            deed(4, K::Replied, Some(3)),
            to_many(5, 1),
            deed(6, K::AnswerLost, None),
        ];
        assert_eq!(given(&journal, (0, 1_000)), [(0, 1, 3, 1), (0, 3, 4, 1)]);
    }

    /// Minsu (1) answers a danger; a second answer of his is taken back, and what he had sent before stands. Jiyeong's (2) only
    /// answer is taken back: nothing, and the next one to answer gets the point that it would have used up.
    #[test]
    fn an_answer_that_did_not_leave_brings_nothing_and_takes_nothing_away() {
        use EventKind as K;
        let stayed = |seq, kind, by| Deed { has_left: false, ..deed(seq, kind, by) };
        let journal = [
            deed(1, K::Urgent, None),
            stayed(2, K::Replied, Some(2)),
            stayed(3, K::AnswerLost, None),
            deed(4, K::Urgent, None),
            deed(5, K::Replied, Some(1)),
            stayed(6, K::Replied, Some(1)),
            stayed(7, K::AnswerLost, None),
            deed(8, K::Reopened, None),
            stayed(9, K::Replied, Some(2)),
            deed(10, K::Replied, Some(2)),
        ];
        assert_eq!(given(&journal, (0, 1_000)), [(0, 1, 5, 1), (1, 1, 5, 5), (0, 2, 10, 1)]);
    }

    #[test]
    fn an_answer_that_did_not_arrive_brings_nothing() {
        use EventKind as K;
        let journal = [
            deed(1, K::Urgent, None),
            deed(2, K::Replied, Some(1)),
            deed(3, K::AnswerLost, None),
            deed(4, K::Replied, Some(2)),
            deed(5, K::Urgent, None),
            deed(6, K::AlarmEnded, Some(1)),
            deed(7, K::Replied, Some(1)),
        ];
        assert_eq!(given(&journal, (0, 1_000)), [(0, 2, 4, 1), (1, 2, 4, 5), (0, 1, 7, 1)]);
    }
}
