//! What a practice run came to, by simple facts: who was answered and how soon, whether danger came first, and which of the
//! steps were taken.

use super::citizens::Outcome;
use crate::cli::{LessonFact, PracticeFacts};
use crate::domain::event::EventKind;
use crate::domain::phone::PhoneNumber;
use crate::store::Event;

/// `passed_on`: the citizens whose conversations a person has passed on.
pub(super) fn facts(outcomes: &[Outcome], events: &[Event], passed_on: &[PhoneNumber]) -> PracticeFacts {
    let did = |kind: EventKind| events.iter().any(|event| event.kind == kind && event.counselor.is_some());
    let came = outcomes.iter().filter(|one| one.wrote_at.is_some());
    let lesson = |one: &Outcome| LessonFact {
        lesson: one.lesson.clone(),
        answer_ms: one.wrote_at.zip(one.answered_at).map(|(wrote, answered)| answered - wrote),
        was_passed_on: passed_on.contains(&PhoneNumber::parse(&one.number)),
    };
    PracticeFacts {
        lessons: came.map(lesson).collect(),
        n_to_come: outcomes.iter().filter(|one| one.wrote_at.is_none()).count(),
        is_danger_first: is_danger_first(outcomes),
        has_passed_on: !passed_on.is_empty(),
        has_ended_alarm: did(EventKind::AlarmEnded) || did(EventKind::HandedOver),
        has_warned: did(EventKind::Warned),
        n_closed: events.iter().filter(|e| e.kind == EventKind::Closed && e.counselor.is_some()).count(),
        n_ratings: outcomes.iter().filter(|one| one.has_rated).count(),
    }
}

/// Whether nobody else was answered for the first time while the one in danger waited; `None` if there was no danger yet.
fn is_danger_first(outcomes: &[Outcome]) -> Option<bool> {
    let danger = outcomes.iter().find(|one| one.lesson == "danger")?;
    let (since, until) = (danger.wrote_at?, danger.answered_at.unwrap_or(i64::MAX));
    let between = |one: &Outcome| one.answered_at.is_some_and(|at| at > since && at < until);
    Some(danger.answered_at.is_some() && !outcomes.iter().any(between))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(lesson: &str, wrote_at: Option<i64>, answered_at: Option<i64>) -> Outcome {
        let number = if lesson == "danger" { "01000000001" } else { "01000000002" };
        Outcome { lesson: lesson.into(), number: number.into(), wrote_at, answered_at, has_rated: false }
    }

    #[test]
    fn danger_comes_first_if_nobody_is_answered_meanwhile() {
        let cases = [
            (vec![one("question", Some(1), Some(2))], None),
            (vec![one("danger", None, None)], None),
            (vec![one("danger", Some(5), None)], Some(false)),
            (vec![one("danger", Some(5), Some(9))], Some(true)),
            (vec![one("question", Some(1), Some(4)), one("danger", Some(5), Some(9))], Some(true)),
            (vec![one("question", Some(1), Some(7)), one("danger", Some(5), Some(9))], Some(false)),
            (vec![one("question", Some(1), Some(10)), one("danger", Some(5), Some(9))], Some(true)),
        ];
        for (outcomes, expected) in cases {
            assert_eq!(is_danger_first(&outcomes), expected, "{outcomes:?}");
        }
    }

    /// Passing on the danger is not passing on the question of another desk.
    #[test]
    fn only_the_conversation_that_was_passed_on_counts() {
        let outcomes = [one("transfer", Some(1), None), one("danger", Some(2), None)];
        let found = facts(&outcomes, &[], &[PhoneNumber::parse("01000000001")]);
        let passed: Vec<bool> = found.lessons.iter().map(|lesson| lesson.was_passed_on).collect();
        assert_eq!((passed, found.has_passed_on), (vec![false, true], true));
    }

    #[test]
    fn what_has_not_come_is_no_lesson() {
        let found = facts(&[one("question", Some(1_000), Some(31_000)), one("danger", None, None)], &[], &[]);
        let question =
            LessonFact { lesson: "question".into(), answer_ms: Some(30_000), was_passed_on: false };
        assert_eq!(found.lessons, [question]);
        assert_eq!((found.n_to_come, found.n_closed, found.has_warned), (1, 0, false));
    }
}
