//! What a supervisor speaks about with a counselor: consultations that went badly for the citizen, and what somebody had to bear.
//! Both are read off the same facts as every figure.

use std::collections::BTreeMap;

use super::reading::{Contribution, Fact};
use crate::domain::UnixMs;

/// From when on something is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Survey scores up to this.
    pub low_score: u8,
    /// First answers that took longer (open hours, milliseconds).
    pub slow_ms: i64,
}

/// Why a consultation is in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    LowScore(u8),
    /// How long the first answer took (open hours, milliseconds).
    SlowAnswer(i64),
    /// The citizen began again within 72 hours after the close.
    CameBack,
}

/// A consultation in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    pub conversation_id: i64,
    pub at: UnixMs,
    pub counselor_id: i64,
    pub reason: Reason,
}

/// What a fact is a reason for; `None`: nothing, or nobody's.
pub fn finding(limits: Limits, conversation_id: i64, one: &Contribution) -> Option<Finding> {
    let reason = match one.fact {
        Fact::SurveyAnswered { score: Some(score) } if score <= limits.low_score => Reason::LowScore(score),
        Fact::FirstResponse(ms) if ms > limits.slow_ms => Reason::SlowAnswer(ms),
        Fact::Finished { is_resolved: Some(false) } => Reason::CameBack,
        _ => return None,
    };
    Some(Finding { conversation_id, at: one.at, counselor_id: one.by?, reason })
}

/// What one counselor had to bear.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    pub n_dangers: i64,
    pub n_abusive: i64,
}

/// Adds what a fact means for whoever it is credited to: a danger that they answered, a text with words of abuse while they held the
/// conversation.
pub fn bear(loads: &mut BTreeMap<i64, Load>, one: &Contribution) {
    let Some(by) = one.by else { return };
    match one.fact {
        Fact::DangerAnswered(_) => loads.entry(by).or_default().n_dangers += 1,
        Fact::Text { is_abusive: true } => loads.entry(by).or_default().n_abusive += 1,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fact: Fact, by: Option<i64>) -> Contribution {
        Contribution { at: 5, desk: 0, category: None, by, fact }
    }

    #[test]
    fn what_is_spoken_about() {
        let limits = Limits { low_score: 2, slow_ms: 900 };
        let found = |fact| finding(limits, 3, &of(fact, Some(1))).map(|found| found.reason);
        assert_eq!(found(Fact::SurveyAnswered { score: Some(2) }), Some(Reason::LowScore(2)));
        assert_eq!(found(Fact::SurveyAnswered { score: Some(3) }), None);
        assert_eq!(found(Fact::SurveyAnswered { score: None }), None);
        assert_eq!(found(Fact::FirstResponse(900)), None);
        assert_eq!(found(Fact::FirstResponse(901)), Some(Reason::SlowAnswer(901)));
        assert_eq!(found(Fact::Finished { is_resolved: Some(false) }), Some(Reason::CameBack));
        assert_eq!(found(Fact::Finished { is_resolved: None }), None);
        assert_eq!(finding(limits, 3, &of(Fact::FirstResponse(901), None)), None, "nobody's");
    }

    #[test]
    fn what_somebody_had_to_bear() {
        let mut loads = BTreeMap::new();
        for (fact, by) in [
            (Fact::DangerAnswered(1), Some(1)),
            (Fact::Text { is_abusive: true }, Some(1)),
            (Fact::Text { is_abusive: true }, None),
            (Fact::Text { is_abusive: false }, Some(2)),
        ] {
            bear(&mut loads, &of(fact, by));
        }
        assert_eq!(loads, BTreeMap::from([(1, Load { n_dangers: 1, n_abusive: 1 })]));
    }
}
